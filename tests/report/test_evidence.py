"""A question opened: findings, proofs and places as the page lays them out."""

from pathlib import Path

import msgspec
import pytest

import affidavit
from affidavit.facts.reading import make_fact
from affidavit.model.code import CodeUnit, NotableCode
from affidavit.model.finding import Answer, Attribution, Proof
from affidavit.report.answers import statements
from affidavit.report.evidence import _UNASKED, PLACES, notable, proof_lines, questions
from tests.builders.affidavits import CALL_SITE
from tests.cli.conftest import app_bytes
from tests.report.accounts import full_affidavit


def opened(account):
    return questions(statements(account), account)


def test_findings_stand_under_their_question_by_answer():
    location, network, hidden = opened(full_affidavit())
    assert [item.finding.rule for item in location.shown] == ["location/last-known"]
    assert [item.finding.rule for item in network.shown] == ["network/collects"]
    assert [item.finding.rule for item in network.not_shown] == ["network/plain-http"]
    assert [item.finding.rule for item in hidden.undetermined] == ["hidden/dynamic-code"]


def test_anchors_hold_nothing_from_the_bundle():
    anchors = [item.anchor for item in opened(full_affidavit())]
    assert anchors == ["q1", "q2", "q3"]
    assert opened(full_affidavit())[1].not_shown[0].anchor == "q2-2"


def test_each_place_comes_with_its_excerpt_if_there_is_one():
    (first,) = opened(full_affidavit())[0].shown
    assert [cited.place.offset for cited in first.cited] == [120, 4242, 5120]
    assert first.cited[1].excerpt is not None
    assert first.cited[1].excerpt.cited == 1
    bare = msgspec.structs.replace(full_affidavit(), excerpts={})
    assert all(cited.excerpt is None for cited in opened(bare)[0].shown[0].cited)


def test_only_what_is_shown_cites_places():
    for question in opened(full_affidavit()):
        assert not [item for item in (*question.undetermined, *question.not_shown) if item.cited]


def test_owners_have_their_names():
    (first,) = opened(full_affidavit())[0].shown
    assert first.who == (("Example Tracker", 2), ("the app's own code", 1))


def test_a_proof_reads_line_by_line_parents_first():
    (first,) = opened(full_affidavit())[0].shown
    assert [(line.depth, line.matched, line.words or line.feature) for line in first.proof] == [
        (0, True, "all of these"),
        (1, True, "call: android.location.LocationManager.getLastKnownLocation"),
        (1, True, "at least one of these"),
        (2, True, "permission: ACCESS_FINE_LOCATION"),
        (2, False, "permission: ACCESS_COARSE_LOCATION"),
    ]


@pytest.mark.parametrize("op", ["and", "or", "not", "count", "method"])
def test_every_node_of_the_rule_language_has_words(op):
    (line, _) = proof_lines(Proof(op, True, children=(Proof("feature", True, "x"),)))
    assert line.words not in {"", op}


def test_an_unknown_node_is_shown_as_it_is():
    assert proof_lines(Proof("xor", True))[0].words == "xor"


def test_places_are_bounded_and_the_total_is_kept():
    account = full_affidavit()
    first = account.findings[0]
    places = tuple(msgspec.structs.replace(CALL_SITE, offset=number) for number in range(50))
    finding = msgspec.structs.replace(first, proof=Proof("feature", True, "call: x", 99, (), places))
    (item,) = opened(msgspec.structs.replace(account, findings=(finding,)))[0].shown
    assert (len(item.cited), item.listed, item.total, item.more) == (PLACES, 50, 50, True)
    many = msgspec.structs.replace(finding, who=(Attribution("own", 99),))
    (item,) = opened(msgspec.structs.replace(account, findings=(many,)))[0].shown
    assert (item.listed, item.total) == (50, 99)


def test_a_question_says_when_none_of_the_permissions_that_it_needs_is_asked_for():
    account = full_affidavit()
    first = account.findings[0]
    lacking = msgspec.structs.replace(first, why_not_higher="x; the manifest asks for none of the permissions that y")
    both = msgspec.structs.replace(account, findings=(lacking, msgspec.structs.replace(first, rule="location/other")))
    assert opened(msgspec.structs.replace(account, findings=(lacking,)))[0].unasked
    assert not opened(both)[0].unasked
    assert not any(question.unasked for question in opened(account))


def test_the_words_that_tell_of_missing_permissions_are_those_that_judging_uses(tmp_path: Path):
    path = tmp_path / "app.apk"
    path.write_bytes(app_bytes(permissions=()))
    (found,) = [item for item in affidavit.review(path).findings if item.rule == "location/last-known"]
    assert _UNASKED in found.why_not_higher


def test_notable_code_is_grouped_by_form_with_examples():
    facts = [make_fact(NotableCode("reflection", f"a.B{number}", 2), CALL_SITE, "t/1") for number in range(9)]
    facts.append(make_fact(NotableCode("dynamic-loading"), CALL_SITE, "t/1"))
    facts.append(make_fact(CodeUnit("dex", "039", 1, 1, 1, 1, 1, 1, 1), CALL_SITE, "t/1"))
    made = notable(facts)
    assert [(form, sites, len(examples)) for form, sites, examples in made] == [
        ("dynamic-loading", 1, 1),
        ("reflection", 18, 5),
    ]


def test_a_question_without_findings_is_not_asked():
    account = msgspec.structs.replace(full_affidavit(), findings=())
    assert opened(account) == []


def test_answers_cover_every_finding():
    account = full_affidavit()
    counted = sum(len(q.shown) + len(q.undetermined) + len(q.not_shown) for q in opened(account))
    assert counted == len(account.findings)
    assert {finding.answer for finding in account.findings} == set(Answer)
