"""The first difference between two reviews, named as a person would name it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.evidence.bundle import CONTENT, content_members
from affidavit.evidence.comparison import differences
from affidavit.model.binding import LawRecord
from affidavit.model.coverage import Coverage, StageCoverage
from tests.builders.affidavits import small_affidavit

SMALL = small_affidavit()
NAMES = ("facts", "findings", "limitations", "excerpts", "categories", "law", "coverage", "network")


def members(**changes):
    return content_members(**{name: getattr(SMALL, name) for name in NAMES} | changes)


SAME = members()


def test_the_same_content_has_no_difference():
    assert not list(differences(SAME, members()))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"facts": SMALL.facts[1:]}, f"facts.json: fact {SMALL.facts[0].id} (package) is derived"),
        ({"findings": SMALL.findings[:-1]}, "findings.json: finding network/collects is derived"),
        ({"limitations": ()}, "limitations.json: limitation code/undecoded-method: a method ends in data;"),
        ({"excerpts": {}}, "excerpts.json: excerpt AndroidManifest.xml@120 is derived"),
        ({"law": LawRecord("other")}, "law.json: what was searched differs from what the artefact gives"),
        (
            {"law": msgspec.structs.replace(SMALL.law, bindings=SMALL.law.bindings[1:])},
            "law.json: binding chat by domain example.net is derived from the artefact, but is missing",
        ),
        (
            {"law": msgspec.structs.replace(SMALL.law, applicable=SMALL.law.applicable[:1])},
            "law.json: law on chat as contacts is derived from the artefact, but is missing",
        ),
        (
            {"coverage": Coverage(code=SMALL.coverage.code, stages=SMALL.coverage.stages)},
            "coverage.json: coverage of container '' is derived from the artefact, but is missing",
        ),
        (
            {"coverage": msgspec.structs.replace(SMALL.coverage, code=())},
            "coverage.json: coverage of code in 'classes.dex' is derived from the artefact, but is missing",
        ),
        (
            {
                "coverage": msgspec.structs.replace(
                    SMALL.coverage, stages=(StageCoverage("entries", "done"), StageCoverage("code", "cut"))
                )
            },
            "coverage.json: stage code differs from what the artefact gives",
        ),
        ({"categories": SMALL.categories[:-1]}, "categories.json: category hidden is derived"),
        ({"facts": SMALL.facts[::-1]}, "facts.json: the same items in another order or number, from byte"),
        ({"facts": SMALL.facts + SMALL.facts[:1]}, "facts.json: the same items in another order or number, from byte"),
    ],
)
def test_the_first_item_that_differs_is_named(changes, said):
    found = list(differences(members(**changes), SAME))
    assert len(found) == 1
    assert found[0].startswith(said)


def test_an_item_that_only_the_bundle_has_is_named_as_such():
    found = list(differences(SAME, members(facts=SMALL.facts[1:])))
    assert found == [
        f"facts.json: fact {SMALL.facts[0].id} (package) is in the bundle, but is not derived from the artefact"
    ]


def test_an_item_with_another_content_is_named():
    turned = msgspec.structs.replace(SMALL.findings[0], severity="low")
    found = list(differences(members(findings=(turned, *SMALL.findings[1:])), SAME))
    assert found == ["findings.json: finding location/last-known differs from what the artefact gives"]


def test_every_member_that_differs_is_named():
    assert [line.split(":")[0] for line in differences(content_members((), (), (), {}), SAME)] == list(CONTENT)


@pytest.mark.parametrize("name", CONTENT)
def test_a_member_that_is_not_there_is_named(name):
    left = {other: data for other, data in SAME.items() if other != name}
    assert list(differences(left, SAME)) == [f"{name} is not there to compare"]
    assert list(differences(SAME, left)) == [f"{name} is not there to compare"]


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[1]", b"[[]]", b'[{"id":1}]', b"[" * 100_000, b"null", b'[["a",1,2]]', b'"x"']
)
@pytest.mark.parametrize("name", CONTENT)
def test_content_of_no_known_form_is_compared_by_bytes(name, data):
    found = list(differences({**SAME, name: data}, SAME))
    assert len(found) == 1
    assert found[0].startswith(f"{name}: ")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_texts_are_bounded_and_printable(text):
    turned = msgspec.structs.replace(SMALL.limitations[0], detail=text * 50)
    for line in differences(members(limitations=(turned,)), SAME):
        assert line.isprintable()
        assert len(line) < 1_200
