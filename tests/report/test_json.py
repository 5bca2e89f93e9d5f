"""The JSON form is the whole affidavit and keeps to its published schema."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.report.json import as_json, as_lines, inert, parse_json, render_json, schema, schema_document
from tests.builders.affidavits import small_affidavit, tiny_affidavit
from tests.oracles.visible import hidden
from tests.report.accounts import PAYLOADS, full_affidavit, poisoned

PUBLISHED = Path(__file__).parents[2] / "docs" / "reference" / "affidavit.schema.json"


def test_the_published_schema_is_the_one_that_the_types_give():
    """Make it anew with: python -c 'from affidavit.report.json import *; print(schema_document().decode(), end="")'."""
    assert PUBLISHED.read_bytes() == schema_document()


def test_the_schema_is_itself_valid():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("account", [small_affidavit(), tiny_affidavit(), full_affidavit()])
def test_documents_keep_to_the_schema(account):
    jsonschema.Draft202012Validator(schema()).validate(json.loads(render_json(account)))


@pytest.mark.parametrize("account", [small_affidavit(), tiny_affidavit(), full_affidavit()])
def test_nothing_is_lost(account):
    assert parse_json(render_json(account)) == account


@pytest.mark.parametrize("name", PAYLOADS)
def test_hostile_text_survives_unchanged(name):
    account = poisoned(full_affidavit(), PAYLOADS[name])
    assert parse_json(render_json(account)) == account


@pytest.mark.parametrize("wrong", [b"", b"[]", b"{}", b'{"manifest": 1}', b"\xff"])
def test_what_is_no_affidavit_is_refused(wrong):
    with pytest.raises(msgspec.DecodeError):
        parse_json(wrong)


def test_the_schema_refuses_a_document_with_a_wrong_answer():
    document = json.loads(render_json(small_affidavit()))
    document["findings"][0]["answer"] = "probably"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(document)


def test_keys_are_sorted_so_that_documents_can_be_compared_by_line():
    lines = render_json(full_affidavit()).decode().splitlines()
    top = [line.split('"')[1] for line in lines if line.startswith('  "')]
    assert top == sorted(top)


@given(st.recursive(st.text(max_size=20), lambda inner: st.lists(inner, max_size=4)))
def test_hidden_characters_are_escapes_of_json_and_the_values_stay(value):
    for made in (as_json(value), as_lines([value])):
        assert json.loads(made) == value
        assert not [letter for letter in made.decode() if letter != "\n" and hidden(letter)]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("\x7f", '"\\u007f"'),
        ("\x9b31m", '"\\u009b31m"'),
        ("\u2028", '"\\u2028"'),
        ("\U000e0041", '"\\udb40\\udc41"'),
        ("é 漢 😀", '"é 漢 😀"'),
    ],
)
def test_what_json_leaves_as_it_is_but_a_terminal_would_obey_is_escaped(text, made):
    assert as_json(text).decode() == f"{made}\n"
    assert inert(b'{"a": 1}\n') == b'{"a": 1}\n'
