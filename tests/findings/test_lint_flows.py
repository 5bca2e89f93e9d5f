"""Each check of sources and sinks finds what it is for, in documents that are otherwise without problems."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from affidavit.findings.lint import lint
from affidavit.findings.lint_flows import FLOW_CHECKS

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
SECTIONS = ("lint", "hierarchy", "framework_methods", "permissions", "data_types", "categories")
ORIGIN = {"source": "own", "licence": "facts"}
CALL = {"class": "android.location.Location", "names": ["getLatitude"]}
TAKING = {"class": "android.util.Log", "names": ["i"], "takes": "all"}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("knowledge")
    for section in SECTIONS:
        shutil.copytree(KNOWLEDGE / section, folder / section)
    for section in ("flow_sources", "flow_sinks"):
        (folder / section).mkdir()
    return folder


def source(**changes):
    item = {"id": "location/position", "title": "Reads a position", "dpv": ["pd:GPSCoordinate"], "calls": [CALL]}
    return {**item, **changes}


def sink(**changes):
    return {"id": "log/entry", "title": "Writes to the log", "calls": [TAKING], **changes}


def found(base, *, sources=(), forms=(), sinks=(), **changes):
    """Names of the checks that find something."""
    described = {**ORIGIN, "category": "location", "sources": list(sources), "forms": list(forms), **changes}
    taking = {**ORIGIN, "kind": "log", "leaves": "app", "sinks": list(sinks) or [sink()]}
    for path, document in (("flow_sources/location.yaml", described), ("flow_sinks/log.yaml", taking)):
        unshared = json.loads(json.dumps(document))
        (base / path).write_text(yaml.safe_dump(unshared), "utf-8")
    return {item.check for item in lint(base) if not item.path.startswith("categories/")}


def test_nothing_is_found_where_nothing_is_wrong(base):
    form = {"form": "queries", "class": "android.content.ContentResolver", "names": ["query"], "operand": 1}
    good = source(play=["Precise location"], apple=["PRECISE_LOCATION"], queries=["content://x"])
    assert not found(base, sources=[good], forms=[form])


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("flow-id", {"id": "contacts/position"}),
        ("flow-id", {"id": "location/Position"}),
        ("flow-permission", {"permissions": ["android.permission.NOBODY_HAS_THIS"]}),
        ("flow-data-type", {"dpv": ["pd:Nothing"]}),
        ("flow-data-type", {"play": ["Where it is"]}),
        ("flow-data-type", {"apple": ["Precise location"]}),
        ("flow-member", {"calls": [{**CALL, "class": "android/location/Location"}]}),
        ("flow-member", {"calls": [{**CALL, "names": ["get latitude"], "hidden": True}]}),
        ("flow-platform", {"calls": [{**CALL, "class": "android.location.Locations"}]}),
        ("flow-platform", {"calls": [{**CALL, "names": ["getHeightOfSea"]}]}),
        ("flow-operand", {"calls": [{**CALL, "gives": "operand 1"}]}),
        ("flow-operand", {"calls": [{**CALL, "gives": "the result"}]}),
        ("flow-repeat", {"calls": [CALL, CALL]}),
        ("flow-form", {"calls": []}),
        ("flow-form", {"from": 20, "until": 10}),
        ("schema", {"colour": "red"}),
    ],
)
def test_a_source_is_checked(base, check, changes):
    assert found(base, sources=[source(**changes)]) == {check}


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("flow-id", {"id": "file/entry"}),
        ("flow-platform", {"calls": [{**TAKING, "names": ["shout"]}]}),
        ("flow-operand", {"calls": [{**TAKING, "takes": [4]}]}),
        ("flow-operand", {"calls": [{**TAKING, "target": 9}]}),
        ("flow-repeat", {"calls": [TAKING, {**TAKING, "takes": [0]}]}),
        ("schema", {"calls": [{**TAKING, "takes": "some"}]}),
    ],
)
def test_a_sink_is_checked(base, check, changes):
    assert found(base, sources=[source()], sinks=[sink(**changes)]) == {check}


def test_forms_are_those_that_are_looked_for(base):
    form = {"form": "wishes", "class": "android.content.ContentResolver", "names": ["query"], "operand": 1}
    assert found(base, sources=[source()], forms=[form]) == {"flow-form"}


def test_a_category_is_one_of_the_questions(base):
    assert found(base, sources=[source(id="moon/phase")], category="moon") == {"flow-category", "flow-id"}


def test_the_same_source_twice_is_found(base):
    again = source(calls=[{**CALL, "names": ["getLongitude"]}])
    assert found(base, sources=[source(), again]) == {"flow-id"}


def test_what_is_hidden_in_the_platform_is_not_looked_up(base):
    hidden = {"class": "android.os.SystemSecrets", "names": ["get"], "hidden": True}
    assert not found(base, sources=[source(calls=[hidden])])


def test_every_check_is_tested():
    tested = {"flow-id", "flow-category", "flow-permission", "flow-data-type", "flow-member", "flow-platform"}
    assert tested | {"flow-operand", "flow-repeat", "flow-form"} == {name for name, _ in FLOW_CHECKS}
