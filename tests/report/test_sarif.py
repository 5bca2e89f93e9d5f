"""SARIF 2.1.0: the rules of the standard that consumers trip over, checked one by one."""

import json
import re
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import msgspec
import pytest

from affidavit.model.finding import Answer, Finding, Proof
from affidavit.model.place import Place
from affidavit.report.sarif import LOCATIONS, message, render_sarif, uri
from tests.report.accounts import PAYLOADS, WORDS, full_affidavit, poisoned


def an_object(required: str = "", *, closed: bool = False, **properties: Any) -> dict[str, Any]:
    """A schema of an object; `required` lists names."""
    made = {"type": "object", "required": required.split(), "properties": properties}
    return made | ({"additionalProperties": False} if closed else {})


def a_list(items: Any, **more: Any) -> dict[str, Any]:
    """A schema of an array."""
    return {"type": "array", "items": items, **more}


TEXT, COUNT = {"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
KIND = {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]}
MESSAGE = an_object("text", text=TEXT)
PHYSICAL = an_object(
    "artifactLocation",
    closed=True,
    artifactLocation=an_object("uri index", closed=True, uri=TEXT, index=COUNT),
    region=an_object("byteOffset", closed=True, byteOffset=COUNT),
)
LOGICAL = an_object(
    "fullyQualifiedName",
    closed=True,
    fullyQualifiedName=TEXT,
    kind={"enum": ["function", "type"]},
    properties=an_object(),
)
LOCATION = an_object(
    "physicalLocation", closed=True, id=COUNT, physicalLocation=PHYSICAL, logicalLocations=a_list(LOGICAL)
)
RULE = an_object(
    "id shortDescription",
    id=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=an_object(level=LEVEL),
    properties=an_object(tags=a_list({"type": "string"}, uniqueItems=True)),
)
NOTIFICATION = an_object(
    "message descriptor", message=MESSAGE, level=LEVEL, locations=a_list(LOCATION), descriptor=an_object("id", id=TEXT)
)
RESULT = an_object(
    "message ruleId locations",
    message=MESSAGE,
    kind=KIND,
    level=LEVEL,
    locations=a_list(LOCATION, minItems=1),
    relatedLocations=a_list(LOCATION, uniqueItems=True),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
)
RUN = an_object(
    "tool results",
    closed=True,
    tool=an_object("driver", driver=an_object("name", name=TEXT, rules=a_list(RULE, uniqueItems=True))),
    invocations=a_list(
        an_object("executionSuccessful", toolExecutionNotifications=a_list(NOTIFICATION)), minItems=1, maxItems=1
    ),
    artifacts=a_list(
        an_object("location", length=COUNT, parentIndex=COUNT, hashes=an_object()), minItems=1, uniqueItems=True
    ),
    results=a_list(RESULT),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    automationDetails=an_object("id", id=TEXT),
    properties=an_object(),
)
SUBSET = an_object(
    "version runs",
    closed=True,
    **{"$schema": TEXT},
    version={"const": "2.1.0"},
    runs=a_list(RUN, minItems=1, maxItems=1),
)
"""The properties that are written here, as the standard constrains them; written by hand from its text."""


ONE_PLACE = (Place("classes.dex", 1),)


def run_of(account):
    log = json.loads(render_sarif(account))
    jsonschema.Draft202012Validator(SUBSET).validate(log)
    (run,) = log["runs"]
    return run


def with_findings(*findings):
    return msgspec.structs.replace(full_affidavit(), findings=findings)


def finding(answer=Answer.SHOWN, severity="info", places=ONE_PLACE, rule="r"):
    proof = Proof("feature", answer == Answer.SHOWN, "call: x", len(places), places=tuple(places))
    return Finding(rule, 1, "T", "c", answer, "searched", proof, severity=severity)


def locations(run):
    for result in run["results"]:
        yield from result["locations"]
        yield from result["relatedLocations"]
    for note in run["invocations"][0]["toolExecutionNotifications"]:
        yield from note.get("locations", ())


def test_the_document_keeps_to_the_standard():
    run_of(full_affidavit())


@pytest.mark.parametrize("name", PAYLOADS)
def test_hostile_text_keeps_to_the_standard(name):
    for spare in (frozenset(), WORDS):
        run = run_of(poisoned(full_affidavit(), PAYLOADS[name], spare=spare))
        check_references(run)


def check_references(run):
    """Every index leads to what it says it does."""
    rules, artifacts = run["tool"]["driver"]["rules"], run["artifacts"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for location in locations(run):
        place = location["physicalLocation"]["artifactLocation"]
        assert artifacts[place["index"]]["location"]["uri"] == place["uri"]
        split = urlsplit(place["uri"])
        assert not split.scheme
        assert not split.netloc
        assert re.fullmatch(r"[A-Za-z0-9/!~\-._%]+", place["uri"])
    for index, artifact in enumerate(artifacts):
        assert artifact.get("parentIndex", 0) == 0
        assert ("parentIndex" in artifact) == (index > 0)


def test_indices_lead_to_what_they_name():
    check_references(run_of(full_affidavit()))


def test_every_result_has_a_physical_location_even_without_a_place():
    run = run_of(with_findings(finding(places=()), finding(Answer.UNDETERMINED, rule="s")))
    assert [item["locations"][0]["physicalLocation"]["artifactLocation"] for item in run["results"]] == [
        {"uri": "example.apk", "index": 0}
    ] * 2


@pytest.mark.parametrize(
    ("answer", "severity", "kind", "level"),
    [
        (Answer.SHOWN, "info", "informational", "none"),
        (Answer.SHOWN, "low", "fail", "note"),
        (Answer.SHOWN, "medium", "fail", "warning"),
        (Answer.SHOWN, "high", "fail", "error"),
        (Answer.SHOWN, "unheard of", "informational", "none"),
        (Answer.UNDETERMINED, "high", "open", "none"),
    ],
)
def test_answers_and_severities_map_to_kind_and_level(answer, severity, kind, level):
    (result,) = run_of(with_findings(finding(answer, severity)))["results"]
    assert (result["kind"], result["level"]) == (kind, level)


def test_a_level_other_than_none_goes_with_fail_only():
    for result in run_of(full_affidavit())["results"]:
        assert (result["level"] == "none") == (result["kind"] != "fail")


def test_not_shown_is_no_result_but_is_told_with_what_was_searched():
    run = run_of(with_findings(finding(Answer.NOT_SHOWN)))
    assert run["results"] == []
    assert run["properties"]["notShown"] == [{"ruleId": "r", "searched": "searched", "limitations": []}]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["r"]


def test_limitations_are_notifications_with_their_place():
    notes = run_of(full_affidavit())["invocations"][0]["toolExecutionNotifications"]
    assert [note["descriptor"]["id"] for note in notes] == ["code/undecoded-method", "tool/native-not-decompiled"]
    assert notes[0]["locations"][0]["physicalLocation"]["region"] == {"byteOffset": 4242}


def test_a_partial_affidavit_is_no_successful_execution():
    account = full_affidavit()
    partial = msgspec.structs.replace(account, manifest=msgspec.structs.replace(account.manifest, partial=True))
    assert run_of(account)["invocations"][0]["executionSuccessful"] is True
    assert run_of(partial)["invocations"][0]["executionSuccessful"] is False


def test_code_has_class_and_method_as_logical_location():
    result = next(item for item in run_of(full_affidavit())["results"] if item["ruleId"] == "location/last-known")
    logical = [place["logicalLocations"][0] for place in result["relatedLocations"] if "logicalLocations" in place]
    name = "Lcom/example/tracker/Here;->find(Landroid/content/Context;)V"
    assert logical[0] == {"fullyQualifiedName": name, "kind": "function", "properties": {"pc": 17}}


def test_fingerprints_survive_a_rebuild_that_moves_offsets():
    def fingerprint(offset, method="m()V"):
        place = Place("classes.dex", offset, "La;", method, offset)
        return run_of(with_findings(finding(places=(place,))))["results"][0]["partialFingerprints"]

    assert fingerprint(1) == fingerprint(99)
    assert fingerprint(1) != fingerprint(1, "n()V")


def test_places_are_bounded():
    many = [Place("classes.dex", offset) for offset in range(3 * LOCATIONS)]
    (result,) = run_of(with_findings(finding(places=many)))["results"]
    assert len(result["locations"]) + len(result["relatedLocations"]) == LOCATIONS


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("plain", "plain"),
        ("{0} and {name}", "{{0}} and {{name}}"),
        ("[open](https://x.example)", "[open\\]\\(https://x.example)"),
        ("[B is an array", "[B is an array"),
        ("\u202ex", "\\u202ex"),
    ],
)
def test_nothing_in_a_message_is_a_placeholder_or_a_link(text, made):
    assert message(text) == {"text": made}


@pytest.mark.parametrize(
    ("path", "made"),
    [("../../x", "__/__/x"), ("a/./b/..", "a/_/b/__"), ("a..b/...", "a..b/..."), ("%2e%2e/x", "%252e%252e/x")],
)
def test_an_address_stays_below_where_it_is_read_from(path, made):
    assert uri(path) == made


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("classes.dex", "classes.dex"),
        ("base.apk!/res/a b.xml", "base.apk!/res/a%20b.xml"),
        ("/etc/passwd", "etc/passwd"),
        ("//host/share", "host/share"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("assets/é.svg", "assets/%C3%A9.svg"),
        ("a?b#c%d", "a%3Fb%23c%25d"),
        ("", ""),
    ],
)
def test_entry_paths_become_relative_uris(path, made):
    assert uri(path) == made
    assert unquote(made) == path.lstrip("/")


def test_tags_are_few_and_distinct():
    for rule in run_of(full_affidavit())["tool"]["driver"]["rules"]:
        tags = rule["properties"]["tags"]
        assert len(tags) == len(set(tags)) <= 10
