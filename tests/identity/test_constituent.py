"""Code of listed apps that was recognised without its names: what binds, what it says, and what must not bind."""

import pytest
from msgspec.structs import replace

from affidavit.facts.reading import make_fact
from affidavit.identity.listed import bind, known_marks, searched, values_of
from affidavit.model.code_identity import CodeIdentity, CodeSearch, Tried
from affidavit.model.finding import Grade
from affidavit.model.place import Place

KNOWN = known_marks()
TRIED = tuple(
    Tried(name, True, "counted") for name in ("shared-dependency", "interface-only", "name-only", "other-family")
)  # type: ignore[arg-type]
FOUND = CodeIdentity(
    "wechat-opensdk", "found", "shrunk", 998_700, 4_150, 40, classes=12, of=120, share=100, units=3_456, tried=TRIED
)


def bound(*subjects):
    facts = [make_fact(what, Place("classes.dex", number), "test/1") for number, what in enumerate(subjects)]
    return facts, bind(values_of(facts), KNOWN)


def test_code_of_a_listed_app_binds_with_how_much_how_sure_and_what_was_tried():
    (fact,), (item,) = bound(FOUND)
    assert (item.app, item.relation, item.by, item.grade) == ("wechat", "contains", "code", "present")
    assert item.facts == (fact.id,)
    for said in ("12 classes of the library's 120 (10 %)", "3,456 code units", "0.9987", "name-only excluded"):
        assert said in item.note


def test_code_that_an_entry_point_leads_to_is_reachable():
    _, (item,) = bound(replace(FOUND, grade=Grade.REACHABLE))
    assert item.grade == "reachable"


@pytest.mark.parametrize("decision", ["too-little", "not-shown"])
def test_too_little_binds_nothing(decision):
    assert bound(replace(FOUND, decision=decision))[1] == ()


@pytest.mark.parametrize("at", range(4))
def test_what_something_else_could_explain_binds_nothing(at):
    tried = tuple(replace(item, excluded=number != at) for number, item in enumerate(TRIED))
    assert bound(replace(FOUND, tried=tried))[1] == ()


def test_code_of_other_families_binds_nothing():
    assert bound(replace(FOUND, family="okhttp"))[1] == ()


def test_that_code_was_compared_is_said():
    facts, _ = bound(CodeSearch(("ab",), 1, 36, 51, 7))
    assert searched(values_of(facts), KNOWN).endswith("code, with 36 families of known code")


def test_a_family_for_which_less_speaks_than_for_a_constituent_binds_nothing():
    assert bound(replace(FOUND, log_ratio=400))[1] == ()
