"""Findings fold into one answer for each question."""

import msgspec
import pytest

from affidavit.model.bundle import Category
from affidavit.model.finding import Answer, Attribution, Finding, Grade, Proof
from affidavit.model.place import Place
from affidavit.report.answers import cited_places, has_more_places, names_of_code, statements, supporting, walk
from tests.builders.affidavits import CALL_SITE, URL_SITE
from tests.report.accounts import full_affidavit


def leaf(*places, matched=True, count=0, facts=()):
    return Proof("feature", matched, "call: x", count or len(places), facts, places)


def finding(answer, category="location", **fields):
    given = {
        "rule": f"{category}/{answer.name.lower()}",
        "severity": "info",
        "proof": leaf(matched=answer == Answer.SHOWN),
    }
    return Finding(version=1, title="T", category=category, answer=answer, searched="s", **(given | fields))


def account(*findings, categories=()):
    return msgspec.structs.replace(full_affidavit(), findings=findings, categories=categories)


@pytest.mark.parametrize(
    ("answers", "folded"),
    [
        ([Answer.SHOWN, Answer.UNDETERMINED, Answer.NOT_SHOWN], Answer.SHOWN),
        ([Answer.NOT_SHOWN, Answer.UNDETERMINED], Answer.UNDETERMINED),
        ([Answer.NOT_SHOWN, Answer.NOT_SHOWN], Answer.NOT_SHOWN),
        ([Answer.NOT_SHOWN, Answer.SHOWN], Answer.SHOWN),
        ([Answer.UNDETERMINED], Answer.UNDETERMINED),
    ],
)
def test_shown_outweighs_undetermined_which_outweighs_not_shown(answers, folded):
    (item,) = statements(account(*map(finding, answers)))
    assert item.answer == folded


def test_the_grade_is_the_highest_of_what_is_shown():
    (item,) = statements(
        account(
            finding(Answer.SHOWN, grade=Grade.DECLARED, rule="a"),
            finding(Answer.SHOWN, grade=Grade.PRESENT, rule="b"),
            finding(Answer.NOT_SHOWN, grade=Grade.FLOWS, rule="c"),
        )
    )
    assert item.grade == Grade.PRESENT


def test_nothing_shown_has_no_grade_and_no_place():
    (item,) = statements(account(finding(Answer.NOT_SHOWN)))
    assert (item.grade, item.places, item.more, item.who) == (None, 0, False, ())


def test_questions_come_in_their_order_and_unknown_ones_last_by_id():
    asked = (Category("b", 1, "B?"), Category("a", 2, "A?"), Category("unasked", 0, "U?"))
    found = [finding(Answer.SHOWN, name) for name in ("zeta", "a", "alpha", "b")]
    assert [item.category.id for item in statements(account(*found, categories=asked))] == ["b", "a", "alpha", "zeta"]


def test_a_label_is_words():
    (item,) = statements(account(finding(Answer.SHOWN, "installed-apps")))
    assert item.label == "installed apps"


def test_findings_come_shown_first_then_most_severe_then_by_rule():
    found = (
        finding(Answer.NOT_SHOWN, rule="n", severity="high"),
        finding(Answer.SHOWN, rule="b", severity="low"),
        finding(Answer.SHOWN, rule="a", severity="low"),
        finding(Answer.SHOWN, rule="z", severity="high"),
        finding(Answer.UNDETERMINED, rule="u"),
        finding(Answer.SHOWN, rule="odd", severity="unheard of"),
    )
    (item,) = statements(account(*found))
    assert [each.rule for each in item.findings] == ["z", "a", "b", "odd", "u", "n"]
    assert [each.rule for each in item.having(Answer.SHOWN)] == ["z", "a", "b", "odd"]


def test_a_place_that_two_findings_share_is_counted_once():
    found = [finding(Answer.SHOWN, rule=rule, proof=leaf(CALL_SITE, URL_SITE)) for rule in "ab"]
    assert statements(account(*found))[0].places == 2


def test_owners_are_named_by_the_library_facts_most_places_first():
    who = (
        Attribution("own", 1),
        Attribution("example-tracker", 5),
        Attribution("unlisted", 2),
        Attribution("other", 2),
    )
    (item,) = statements(account(finding(Answer.SHOWN, who=who)))
    assert item.who == ("Example Tracker", "code of unknown origin", "unlisted", "the app's own code")
    assert names_of_code(full_affidavit().facts)["example-tracker"] == "Example Tracker"


def test_places_come_from_leaves_that_carry_the_conclusion_only():
    carried, refuted, negated = Place("a", 1), Place("b", 2), Place("c", 3)
    proof = Proof(
        "and", True,
        children=(
            leaf(carried),
            Proof("or", True, children=(leaf(refuted, matched=False), leaf(URL_SITE))),
            Proof("not", True, children=(leaf(negated, matched=True),)),
        ),
    )  # fmt: skip
    assert cited_places(finding(Answer.SHOWN, proof=proof), {}) == (carried, URL_SITE)
    assert len(list(supporting(proof))) == 2


def test_a_leaf_without_places_cites_those_of_its_facts():
    known = {fact.id: fact for fact in full_affidavit().facts}
    fact = full_affidavit().facts[2]
    proof = leaf(facts=(fact.id, "f0000000000000000"))
    assert cited_places(finding(Answer.SHOWN, proof=proof), known) == (fact.place,)


def test_more_places_than_listed_are_said():
    assert has_more_places(finding(Answer.SHOWN, proof=leaf(CALL_SITE, count=9)))
    assert not has_more_places(finding(Answer.SHOWN, proof=leaf(CALL_SITE)))


def test_a_very_deep_proof_is_walked():
    proof = leaf(CALL_SITE)
    for _ in range(50_000):
        proof = Proof("and", True, children=(proof,))
    assert max(depth for depth, _ in walk(proof)) == 50_000
    assert cited_places(finding(Answer.SHOWN, proof=proof), {}) == (CALL_SITE,)
    while proof.children:  # taken apart one by one, so that dropping it does not recurse either
        (proof,) = proof.children


def test_no_findings_give_no_statements():
    assert statements(account()) == ()
