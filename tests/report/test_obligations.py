"""Obligations on a terminal: by role, with their grounds, what a review says, and who is not spoken to."""

import re

import msgspec
import pytest
from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.law.obligations import obligations
from affidavit.law.register import register
from affidavit.model.determination import Outcome, Standing
from affidavit.model.duty import Bearing, Ground, Item, Obligation
from affidavit.model.finding import Grade
from affidavit.report.columns import cells_of
from affidavit.report.obligations import render_obligations
from tests.report.accounts import PAYLOADS
from tests.report.test_deadlines import MOVED

BAR = Ground(
    Standing("tt-1", "us-list", Outcome.PROHIBITED), "A list", "No store services.", "barred", "1", "85 FR 1",
    "2020-09-20T23:59:00-04:00", "2020-09-28T00:00:00-04:00",
)  # fmt: skip
POWER = Ground(Standing("eo/s1", "us-order", Outcome.AUTHORITY_ONLY), "An order", "As identified.", "a power only")
ENDED = Ground(
    Standing("tt-1", "us-list", Outcome.REVOKED), "A list", "No store services.", "ended: revoked",
    since="2021-06-09T00:00:00-04:00",
)  # fmt: skip
UPDATE = Obligation(
    kind="act", actor="app_store", role="app store", app="tiktok", names=("TikTok",),
    sentence="An app store must not deliver updates.", on="2020-09-21", jurisdiction="US",
    transaction="app_store_update", act="deliver updates", outcome=Outcome.PROHIBITED, grounds=(BAR, POWER),
    decisive=1, confidence="H",
)  # fmt: skip
OFFER = replace(UPDATE, sentence="An app store must not offer for download.", transaction="app_store_distribution")
DUTY = replace(
    UPDATE, kind="duty", actor="app_operator", role="operator of the app", sentence="Duty of X, due 2020-12-04: divest",
    transaction="", outcome=None, grounds=(), decisive=0, deadline=MOVED,
)  # fmt: skip
BANK = replace(
    UPDATE, kind="none", actor="bank", role="bank", sentence="No provision speaks.", transaction="", grounds=(),
    decisive=0, outcome=Outcome.NOT_COVERED, searched="13 measures",
)  # fmt: skip
FOUND = Item("for", "The file carries a mark", Grade.DECLARED, ("f1", "f2", "f3", "f4", "f5"))
ABSENT = Item("against", "Not found: code", searched="marks of 2 apps")
EVIDENCE = Bearing(UPDATE.sentence, "app_store", "tiktok", "Is it the listed app?", (FOUND, ABSENT), ("the records",))
NOTHING = Bearing(DUTY.sentence, "app_operator", "tiktok", "Does anything bear on it?", (), ("a file says nothing",))


def flat(*made, bearings=()):
    return " ".join(render_obligations(made, bearings).split())


def test_an_act_is_told_with_the_provision_that_carries_it_and_the_others():
    shown = flat(UPDATE)
    assert shown.startswith("App store An app store must not deliver updates. tt-1, barred since 2020-09-20 until")
    assert "until 2020-09-28: No store services. (A list no. 1, 85 FR 1) also: eo/s1 (a power only)" in shown


def test_a_dispute_and_an_early_court_order_are_told():
    disputed = replace(BAR, standing=replace(BAR.standing, contested=True))
    blocked = replace(POWER, standing=replace(POWER.standing, blocked=True))
    shown = flat(replace(UPDATE, grounds=(disputed, blocked)))
    assert "until 2020-09-28, contested: No store services." in shown
    assert "also: eo/s1 (a power only, already covered by a court order)" in shown


def test_a_dispute_about_what_carries_an_act_marks_its_sentence():
    disputed = replace(BAR, standing=replace(BAR.standing, contested=True))
    assert "must not deliver updates (contested). tt-1" in flat(replace(UPDATE, grounds=(disputed, POWER)))
    assert "(contested)" not in flat(replace(UPDATE, grounds=(POWER, disputed)))
    made = obligations(Resolver(register()), "tiktok", ("app_store",), "2026-02-01", "2026-02-01")
    assert "if the condition for lifting was met (act: deliver updates) (contested)." in flat(*made)


def test_what_was_expected_then_does_not_read_as_fact():
    shown = flat(replace(UPDATE, known="2020-09-18"), replace(DUTY, known="2020-09-18"))
    assert "Expected, as known then: an app store must not deliver updates." in shown
    assert "Expected, as known then: duty of X" in shown
    assert "Expected" not in flat(replace(UPDATE, known="2020-09-21"))


def test_exceptions_by_circumstance_stand_below_the_provision_and_open_questions_once_at_the_end():
    act = replace(UPDATE, unless=("x1 if the purpose is research: approved.",), open_questions=("Is it still that?",))
    shown = flat(act, replace(act, sentence="Another."))
    assert "except x1 if the purpose is research: approved." in shown
    assert shown.endswith("Open questions Is it still that?")
    assert shown.count("Is it still that?") == 1


def test_what_has_ended_is_told_in_short():
    shown = flat(replace(UPDATE, outcome=Outcome.REVOKED, grounds=(ENDED,), sentence="No longer bound."))
    assert shown.endswith("No longer bound. tt-1 (ended: revoked since 2021-06-09)")


def test_a_duty_shows_its_day_without_telling_the_task_twice():
    shown = flat(DUTY)
    assert "2020-12-04 Deadline, Friday: ahead; extended Measure An order" in shown
    assert "Report with recommendations" not in shown
    assert "Holder" not in shown


def test_each_role_has_one_heading():
    lines = render_obligations([UPDATE, OFFER, DUTY]).splitlines()
    assert [line for line in lines if line and not line.startswith(" ")] == ["App store", "Operator of the app"]


def test_roles_to_which_nothing_speaks_come_last_together():
    shown = flat(BANK, UPDATE, replace(BANK, actor="employer", role="employer"))
    assert shown.endswith("No provision in the register speaks to bank, employer Searched: 13 measures.")


def test_evidence_is_told_with_its_stance_grade_and_facts_and_what_is_missing():
    shown = flat(UPDATE, bearings=[EVIDENCE])
    assert "In the review: Is it the listed app? for declared The file carries a mark [f1, f2, f3 and 2 more]" in shown
    assert "against Not found: code missing the records" in shown
    assert shown.endswith("What the review searched Marks of 2 apps.")


def test_evidence_that_was_told_is_only_named_again():
    again = replace(EVIDENCE, sentence=OFFER.sentence)
    shown = flat(UPDATE, OFFER, bearings=[EVIDENCE, again])
    assert shown.count("Is it the listed app?") == 1
    assert "as told above under: An app store must not deliver updates." in shown


def test_where_a_file_says_nothing_that_is_told_once_at_the_end():
    shown = flat(UPDATE, DUTY, bearings=[EVIDENCE, NOTHING])
    assert "Does anything bear on it?" not in shown
    assert shown.endswith("On the other obligations: a file says nothing.")


def test_no_obligation_at_all_is_an_empty_page():
    assert render_obligations([]).strip() == ""


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_page(width):
    long = replace(UPDATE, sentence="x" * 300, grounds=(replace(BAR, summary="word " * 80),))
    wide = replace(EVIDENCE, items=(replace(FOUND, text="y" * 200),))
    for line in render_obligations([UPDATE, long, DUTY, BANK], [wide, NOTHING], width=width).splitlines():
        assert cells_of(line) <= width


@pytest.mark.parametrize("name", PAYLOADS)
def test_hostile_text_sends_no_control_to_the_terminal(name):
    text = PAYLOADS[name]
    ground = replace(BAR, title=text, summary=text, number=text, cite=text, since=text, until=text, outcome=text)
    act = replace(
        UPDATE, role=text, sentence=text, grounds=(ground, ground), searched=text, unless=(text,),
        open_questions=(text,),
    )  # fmt: skip
    item = Item("for", text, Grade.PRESENT, (text,), text)
    bearing = Bearing(text, "app_store", "tiktok", text, (item,), (text,))
    shown = render_obligations([act, replace(BANK, role=text, searched=text)], [bearing])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e]", shown)


def test_colour_changes_nothing_but_colour():
    coloured = render_obligations([UPDATE, DUTY, BANK], [EVIDENCE], colour=True)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert "\x1b[" in coloured
    expected = render_obligations([UPDATE, DUTY, BANK], [EVIDENCE]).splitlines()
    assert [line.rstrip() for line in plain.splitlines()] == [line.rstrip() for line in expected]


def test_obligations_and_bearings_survive_json():
    for value in (UPDATE, DUTY, BANK, EVIDENCE, NOTHING):
        assert msgspec.json.decode(msgspec.json.encode(value), type=type(value)) == value
