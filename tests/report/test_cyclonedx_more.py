"""The bill of materials keeps to CycloneDX 1.6, whatever the app calls its parts, and claims no more than was found."""

import json
import re
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from affidavit.model.artefact import Artefact
from affidavit.model.binding import Binding
from affidavit.model.code_identity import ClassPair, CodeIdentity, CodeSearch, NativeIdentity, StatedVersion, Tried
from affidavit.model.fact import Fact
from affidavit.model.finding import Grade
from affidavit.model.identity import Package
from affidavit.model.inventory import EntryFact
from affidavit.model.library import Library, LibraryVersion
from affidavit.model.place import Place
from affidavit.report.cyclonedx import sbom
from affidavit.report.identity import NOT_COMPARED
from affidavit.report.text import HIDDEN

ARTEFACT = Artefact("app.apk", "apk", 7, "ab" * 32)
OKHTTP = CodeIdentity(
    "okhttp",
    "found",
    "shrunk",
    probability=987_654,
    log_ratio=12_345,
    p_value=7,
    title="OkHttp",
    vendor="Square",
    versions=("4.9.0",),
    allowed=1,
    known=7,
    classes=3,
)
TEXT = {"type": "string"}
PART = {"type": "number", "minimum": 0, "maximum": 1}


def closed(required: str, **parts):
    """An object of these members and no others, as all of CycloneDX's are."""
    return {"type": "object", "properties": parts, "required": required.split(), "additionalProperties": False}


def each(item, **more):
    return {"type": "array", "items": item} | more


METHOD = closed("technique confidence", technique={"enum": ["binary-analysis"]}, confidence=PART, value=TEXT)
IDENTITY = closed(
    "field", field={"enum": ["name", "version"]}, confidence=PART, concludedValue=TEXT, methods=each(METHOD)
)
WHERE = closed("location", location=TEXT, offset={"type": "integer", "minimum": 0}, symbol=TEXT)
PROPERTY = closed("name value", name={"type": "string", "pattern": "^affidavit:"}, value=TEXT)
COMPONENT = closed(
    "type name",
    type={"enum": ["library", "application"]},
    group=TEXT,
    name=TEXT,
    version=TEXT,
    purl={"type": "string", "pattern": r"^pkg:maven/[\w.~%-]+/[\w.~%-]+(@[\w.~%-]+)?$"},
    hashes=each(closed("alg content", alg={"const": "SHA-256"}, content={"pattern": "^[a-f0-9]{64}$"})),
    supplier=closed("name", name=TEXT),
    evidence=closed("", identity=each(IDENTITY), occurrences=each(WHERE)),
    properties=each(PROPERTY),
    **{"bom-ref": {"type": "string", "minLength": 1}},
)
BILL = closed(
    "bomFormat specVersion",
    bomFormat={"const": "CycloneDX"},
    specVersion={"const": "1.6"},
    serialNumber={"pattern": "^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
    version={"type": "integer", "minimum": 1},
    metadata=closed("", component=COMPONENT, properties=each(PROPERTY)),
    components=each(COMPONENT, uniqueItems=True),
)
"""What the specification says of the members that are used, written from its reference."""


def fact(what, entry="classes.dex", number=0, **where):
    return Fact(f"f{number:016x}", what, Place(entry, **where), "x/1")


def bill(*facts, artefact=ARTEFACT, **more):
    made = json.loads(sbom(artefact, facts, **more))
    Draft202012Validator(BILL).validate(made)
    assert len({item["bom-ref"] for item in made["components"]}) == len(made["components"])
    return made


def properties(item):
    return {each["name"].removeprefix("affidavit:"): each["value"] for each in item["properties"]}


NATIVE = NativeIdentity(
    "react-native", "arm64-v8a/libhermes.so", "is", 990, 980, 123_456, "React Native", "Meta", "", "library",
    versions=("0.60.0", "0.60.1"), allowed=2, known=9, shared=("hermes::vm",),
)  # fmt: skip


def test_a_native_file_is_a_component_with_its_digest_and_no_version_that_the_bytes_do_not_tell():
    entry = fact(EntryFact(9, 9, 0, 30, "cd" * 32, "elf"), "lib/arm64-v8a/libhermes.so", 7)
    (made,) = bill(fact(NATIVE, entry.place.entry), entry)["components"]
    assert (made["name"], made["supplier"], made.get("version")) == ("React Native", {"name": "Meta"}, None)
    assert made["hashes"] == [{"alg": "SHA-256", "content": "cd" * 32}]
    assert made["evidence"]["identity"] == [{"field": "name", "concludedValue": "react-native"}]
    assert made["evidence"]["occurrences"] == [{"location": "lib/arm64-v8a/libhermes.so"}]
    assert properties(made)["versions-allowed"] == "0.60.0, 0.60.1"
    holds = replace(NATIVE, relation="holds", versions=("0.60.1",), allowed=1)
    (made,) = bill(fact(holds, entry.place.entry), entry)["components"]
    assert ("hashes" in made, made["version"]) == (False, "0.60.1")
    assert properties(made)["file-sha256"] == "cd" * 32


def test_package_urls_are_of_known_coordinates_and_have_a_version_only_when_one_is_left():
    named = {"okhttp": "com.squareup.okhttp3:okhttp", "react-native": "com.facebook.react:react-native"}
    code, native = bill(fact(OKHTTP), fact(NATIVE), coordinates=named)["components"]
    assert code["purl"] == "pkg:maven/com.squareup.okhttp3/okhttp@4.9.0"
    assert native["purl"] == "pkg:maven/com.facebook.react/react-native"
    (mark,) = bill(fact(LibraryVersion("a b:c/d", "1+2"), "META-INF/x"))["components"]
    assert mark["purl"] == "pkg:maven/a%20b/c%2Fd@1%2B2"
    assert "purl" not in bill(fact(OKHTTP))["components"][0]


def test_the_classes_that_show_a_family_are_its_occurrences_the_first_of_them_each_once():
    pairs = [
        fact(ClassPair("okhttp", rank, f"La{rank};", "Lo;", (), 0, 1, 1, 1, (), 1, 1), number=rank, offset=rank)
        for rank in range(1, 30)
    ]
    (made,) = bill(fact(OKHTTP, offset=1), *pairs)["components"]
    assert [item["offset"] for item in made["evidence"]["occurrences"]] == list(range(1, 13))


def test_what_ties_the_app_to_a_listed_one_is_said_of_the_whole():
    bound = Binding("wechat", "contains", "code", "wechat-opensdk", Grade.REACHABLE, ("f1",), 1, "confirmed", "x")
    said = properties(bill(fact(replace(OKHTTP, entity="tencent")), bindings=[bound])["metadata"])
    assert said["listed-app"] == "wechat: contains, by code wechat-opensdk, reachable, confidence confirmed"


def test_an_app_of_which_nothing_is_known_has_a_bill_that_says_so():
    made = bill()
    assert made["components"] == []
    assert properties(made["metadata"]) == {"compared": NOT_COMPARED}
    assert made["metadata"]["component"]["name"] == "app.apk"
    assert made["metadata"]["component"]["version"] == ""


def test_the_bill_says_what_was_compared_since_absence_means_nothing_without_it():
    search = CodeSearch(("cd" * 32,), 3, families=2, versions=5, classes=11, regime="plain")
    said = properties(bill(fact(search))["metadata"])["compared"]
    assert "11 classes of the app" in said
    assert "5 versions of 2 families" in said
    assert "not that it is not there" in said


def test_the_app_is_named_as_its_base_package_is_and_by_its_bytes():
    split = Package("org.example", split="config.de")
    made = bill(fact(split), fact(Package("org.example.app", "1.7", 7)))["metadata"]["component"]
    assert (made["name"], made["version"]) == ("org.example.app", "1.7 (7)")
    assert made["bom-ref"] == made["hashes"][0]["content"] == ARTEFACT.sha256


def test_one_version_that_the_bytes_allow_is_the_version():
    (made,) = bill(fact(OKHTTP, offset=9, class_="La/A;"))["components"]
    assert (made["name"], made["version"], made["supplier"]) == ("OkHttp", "4.9.0", {"name": "Square"})
    assert made["evidence"]["occurrences"] == [{"location": "classes.dex", "offset": 9, "symbol": "La/A;"}]
    assert properties(made)["evidence-nats"] == "123.45"
    assert [item["confidence"] for item in made["evidence"]["identity"]] == [0.9877, 0.9877]


@pytest.mark.parametrize("allowed", [2, 3, 1_000])
def test_the_more_versions_the_bytes_allow_the_less_sure_is_each_and_none_is_concluded(allowed):
    (made,) = bill(fact(replace(OKHTTP, versions=("4.8", "4.9"), allowed=allowed, known=2_000)))["components"]
    name, version = made["evidence"]["identity"]
    assert "version" not in made
    assert "concludedValue" not in version
    assert version["confidence"] == round(0.987654 / allowed, 4) < name["confidence"]
    assert version["methods"][0]["value"] == "the bytes allow 4.8, 4.9"


def test_a_family_whose_version_nothing_tells_has_evidence_of_its_name_only():
    (made,) = bill(fact(replace(OKHTTP, versions=(), allowed=0)))["components"]
    assert [item["field"] for item in made["evidence"]["identity"]] == ["name"]
    assert "version" not in made
    assert properties(made)["versions-allowed"] == ""


@pytest.mark.parametrize("decision", ["too-little", "not-shown"])
def test_what_was_not_found_is_no_component_and_hides_no_name(decision):
    named = Library("okhttp", "OkHttp", ("package:okhttp3",))
    refs = [item["bom-ref"] for item in bill(fact(replace(OKHTTP, decision=decision)), fact(named))["components"]]
    assert refs == ["name:okhttp"]


def test_counter_hypotheses_and_marks_stand_beside_what_they_are_about():
    what = replace(
        OKHTTP,
        tried=(Tried("name-only", excluded=True, said="9 calls"), Tried("other-family", excluded=False, said="2 of 3")),
        stated=(StatedVersion("4.10", "com.squareup:okhttp", "META-INF/x.version"),),
    )
    said = properties(bill(fact(what))["components"][0])
    assert said["tried:name-only"] == "excluded: 9 calls"
    assert said["tried:other-family"] == "not excluded: 2 of 3"
    assert said["version-stated-by-mark"] == "com.squareup:okhttp 4.10 in META-INF/x.version"


@pytest.mark.parametrize(
    ("coordinates", "group", "name"),
    [("com.a:b", "com.a", "b"), ("b", None, "b"), ("a:b:c", "a:b", "c"), (":b", None, "b"), ("a:", "a", "")],
)
def test_coordinates_are_group_and_name_or_a_name_alone(coordinates, group, name):
    (made,) = bill(fact(LibraryVersion(coordinates, "1"), "META-INF/x"))["components"]
    assert (made.get("group"), made["name"]) == (group, name)


def test_the_artefact_itself_is_a_place_and_a_whole_file_has_no_offset():
    (made,) = bill(fact(Library("x", "X", ("package:x",)), entry=""))["components"]
    assert made["evidence"]["occurrences"] == [{"location": "."}]


def test_two_marks_of_one_library_are_two_components_that_can_be_told_apart():
    marks = [fact(LibraryVersion("a:b", "1"), f"META-INF/{number}", number) for number in range(3)]
    assert len({item["bom-ref"] for item in bill(*marks)["components"]}) == 3


def test_the_order_of_facts_changes_no_byte():
    facts = [
        fact(OKHTTP),
        fact(replace(OKHTTP, family="gson", title="Gson")),
        fact(Library("zxing", "ZXing", ("package:z",))),
        fact(LibraryVersion("a:b", "1"), "META-INF/x", 4),
    ]
    assert sbom(ARTEFACT, facts) == sbom(ARTEFACT, facts[::-1])


def test_the_serial_number_is_of_these_bytes_and_these_parts():
    serial = bill(fact(OKHTTP))["serialNumber"]
    assert uuid.UUID(serial.removeprefix("urn:uuid:")).version == 5
    others = [
        bill(fact(OKHTTP), artefact=replace(ARTEFACT, sha256="cd" * 32)),
        bill(fact(replace(OKHTTP, versions=("4.9.1",)))),
        bill(),
    ]
    assert len({serial, *(item["serialNumber"] for item in others)}) == 4
    renamed = bill(fact(OKHTTP), artefact=replace(ARTEFACT, name="other.apk"))
    assert renamed["serialNumber"] == serial


@settings(max_examples=40, deadline=None)
@given(
    st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.integers(0, 1_000_000), st.integers(0, 5_000)
)
def test_whatever_an_app_calls_its_parts_the_bill_keeps_to_its_form(name, version, entry, probability, allowed):
    what = replace(OKHTTP, title=name, versions=(version,), allowed=allowed, probability=probability)
    facts = [
        fact(what, entry),
        fact(LibraryVersion(name, version), entry, 1),
        fact(Library(f"x{name}", name, (entry,)), entry),
        fact(Package(name, version)),
    ]
    made = sbom(ARTEFACT, facts)
    assert not HIDDEN.search(made.decode().replace("\n", ""))
    read = bill(*facts)
    assert read["metadata"]["component"]["name"] == name
    mark = next(item for item in read["components"] if re.match("mark:", item["bom-ref"]))
    assert mark["version"] == version
