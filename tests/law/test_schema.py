"""The published schema of a measure's file says what the types say, and an independent validator agrees."""

import copy
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml

from affidavit.law.lint import lint
from affidavit.law.schema import SCHEMA_ID, schema, schema_document
from affidavit.model.measure import Measure
from tests.builders.measures import CHILD, child, small_register, write_register

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "docs" / "reference" / "measure.schema.json"
MEASURES = sorted((ROOT / "knowledge" / "measures").rglob("*.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(schema())


def test_the_published_schema_is_the_one_that_the_types_give():
    """Make it anew with: affidavit knowledge schema -o docs/reference/measure.schema.json."""
    assert PUBLISHED.read_bytes() == schema_document()
    assert msgspec.json.decode(PUBLISHED.read_bytes())["$id"] == SCHEMA_ID == PUBLISHED.name


def test_the_schema_is_itself_valid():
    jsonschema.Draft202012Validator.check_schema(schema())


def test_every_measure_keeps_to_it():
    assert len(MEASURES) >= 20
    for path in MEASURES:
        VALIDATOR.validate(yaml.safe_load(path.read_bytes()))


def test_an_editor_can_show_what_a_field_is():
    fields = schema()["$defs"]["Event"]["properties"]
    assert fields["replaces"]["description"].startswith("ids of earlier events that this one corrects")
    assert fields["grounds"]["description"] == fields["by"]["description"]
    assert schema()["$defs"]["Targets"]["properties"]["class"]["description"].startswith("a class of software")
    assert all("Attributes" not in form["description"] for form in schema()["$defs"].values())


def wrong(**changes):
    made = child()
    for name, value in changes.items():
        made["events"][0][name] = value
    return made


def without(key):
    made = child()
    del made["events"][0][key]
    return made


REFUSED = {
    "an unknown field of the measure": {**child(), "heading": "A list"},
    "an unknown field of an event": wrong(sauce="S001"),
    "an unknown field of an effect": wrong(effect={"op": "block", "from": "2020-09-18", "to": "2020-09-19"}),
    "an event without sources": without("sources"),
    "an event with no source": wrong(sources=[]),
    "an event without confidence": without("confidence"),
    "an event without effect": without("effect"),
    "an effect without op": wrong(effect={"from": "2020-09-18"}),
    "an effect with an unknown op": wrong(effect={"op": "pause", "from": "2020-09-18"}),
    "a confidence in words": wrong(confidence="high"),
    "a number for text": wrong(public_at=2020),
    "text for a list": wrong(sources="S001"),
    "no licence": {key: value for key, value in child().items() if key != "licence"},
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_schema_and_the_linter_refuse_the_same(tmp_path, name):
    document = copy.deepcopy(REFUSED[name])
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(document)
    found = lint(write_register(tmp_path, {**small_register(), CHILD: document}))
    assert {item.path for item in found} == {CHILD}
    assert {item.check for item in found} == {"sourced" if name == "an event with no source" else "schema"}


def test_both_take_a_measure_that_is_right(tmp_path):
    VALIDATOR.validate(child())
    assert lint(write_register(tmp_path, small_register())) == []


def test_what_the_types_write_keeps_to_the_schema_too():
    for path in MEASURES:
        made = msgspec.convert(yaml.safe_load(path.read_bytes()), Measure)
        written = msgspec.json.decode(msgspec.json.encode(made))
        VALIDATOR.validate(written)
        assert msgspec.convert(written, Measure) == made
