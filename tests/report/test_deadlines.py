"""Days to watch on a terminal: what is due, what is known of it, and nothing that a file could slip in."""

import re

import msgspec
import pytest
from msgspec.structs import replace

from affidavit.model.determination import Outcome
from affidavit.model.duty import DeadlineState, Move, Remark
from affidavit.report.columns import cells_of
from affidavit.report.deadlines import headline, render_deadlines
from tests.report.accounts import PAYLOADS

STATE = DeadlineState(
    kind="deadline",
    id="order/s2b",
    measure="us-order",
    title="An order",
    cite="1 FR 1",
    jurisdiction="US",
    provisions=("order/s2b",),
    text="Report with recommendations.",
    timing="passed",
    status="not publicly known",
    confidence="M",
    sources=("ORDER",),
    apps=("tiktok",),
    holder="US Department of Commerce",
    due="2021-08-08",
    weekday="Sunday",
    weekend=True,
    base="2021-06-09",
    days=60,
    counted="2021-08-08",
    stated="2021-08-08",
)
MOVED = replace(
    STATE,
    status="extended",
    timing="ahead",
    due="2020-12-04",
    weekday="Friday",
    weekend=False,
    moves=(Move("e2", "2020-11-13", "2020-11-27", "M", "about then"), Move("e3", "2020-11-25", "2020-12-04", "H")),
)
MET = replace(STATE, status="met", remarks=(Remark("e4", "2021-10-12", "deadline_met", "M", "Commerce said so"),))


def flat(state, width=80):
    return " ".join(render_deadlines([state], width).split())


@pytest.mark.parametrize(
    ("state", "texts"),
    [
        (STATE, ["2021-08-08 Deadline, Sunday (weekend; the next working day is not assumed): passed;",
                 "not publicly known to be met: the register has no event that says so",
                 "Holder US Department of Commerce", "Counted 2021-06-09 + 60 days = 2021-08-08",
                 "Measure An order (1 FR 1) [us-order]", "Apps tiktok", "Sources ORDER; confidence medium"]),
        (MOVED, ["2020-12-04 Deadline, Friday: ahead; extended", "First 2021-08-08",
                 "Moved to 2020-11-27, public on 2020-11-13 (about then) [e2, confidence medium]",
                 "Moved to 2020-12-04, public on 2020-11-25 [e3, confidence high]"]),
        (MET, ["passed; met", "Known 2021-10-12, deadline met: Commerce said so [e4, confidence medium]",
               "Gap the register dates the news that it was met, not the act itself"]),
        (replace(STATE, status="fell away", ended="2021-07-01", ended_how=Outcome.REVOKED, ended_by="e9"),
         ["fell away: what set it ended before that day", "Ended 2021-07-01, revoked [e9]"]),
        (replace(STATE, kind="duty", due="promptly", weekday="", weekend=False, timing="promptly", status="open",
                 base=""), ["no day Duty: promptly Report"]),
        (replace(STATE, kind="condition", test="discretionary", holder="President"),
         ["Condition, Sunday: passed; no outcome publicly known", "Decides President", "Test discretionary"]),
        (replace(STATE, kind="condition", status="outcome recorded", outcome="reported sold"),
         ["an outcome is recorded", "Outcome reported sold"]),
        (replace(STATE, kind="start", due="2020-09-28T00:59:00-04:00", earliest="2020-09-27T23:59:00-04:00",
                 standing=Outcome.ENJOINED, status="moved"),
         ["Start, Sunday: passed; moved", "Stands ENJOINED on the day asked about",
          "Instant between 2020-09-27T23:59:00-04:00 and 2020-09-28T00:59:00-04:00: the sources leave it open"]),
        (replace(STATE, kind="forbearance-end", due="2025-04-05T23:59:59-04:00", holder="EO 14166", status="open"),
         ["2025-04-05 Forbearance end, Sunday: passed", "Basis EO 14166", "Instant 2025-04-05T23:59:59-04:00"]),
        (replace(STATE, extendable_days=30), ["Allowed an extension of up to 30 days"]),
        (replace(STATE, unverified=("the exact day",)), ["Unsure the exact day"]),
    ],
)  # fmt: skip
def test_a_day_is_told_with_what_is_known_of_it(state, texts):
    shown = flat(state)
    for text in texts:
        assert text in shown


def test_only_a_deadline_warns_of_the_weekend():
    assert "weekend" in headline(STATE)
    assert "weekend" not in headline(replace(STATE, kind="start"))
    assert "weekend" not in headline(MOVED)


def test_no_status_is_told_of_what_is_merely_open():
    assert headline(replace(STATE, status="open")).endswith(": passed")


def test_nothing_found_says_so():
    assert "fits what was asked for" in render_deadlines([])


def test_days_are_parted_by_an_empty_line():
    assert render_deadlines([STATE, MOVED]).count("\n\n") == 1


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_page(width):
    long = replace(STATE, text="x" * 500, title="word " * 90, holder="y" * 120)
    for line in render_deadlines([STATE, MOVED, MET, long], width).splitlines():
        assert cells_of(line) <= width


@pytest.mark.parametrize("name", PAYLOADS)
def test_hostile_text_sends_no_control_to_the_terminal(name):
    text = PAYLOADS[name]
    hostile = replace(
        STATE, text=text, title=text, holder=text, cite=text, apps=(text,), sources=(text,), unverified=(text,),
        moves=(Move(text, text, text, "H", text),), remarks=(Remark(text, text, text, "L", text),), outcome=text,
        test=text, due=text, earliest=text, stated=text,
    )  # fmt: skip
    shown = render_deadlines([hostile])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e]", shown)


def test_colour_changes_nothing_but_colour():
    coloured = render_deadlines([STATE, MET], colour=True)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert "\x1b[" in coloured
    assert [line.rstrip() for line in plain.splitlines()] == render_deadlines([STATE, MET]).splitlines()


def test_a_state_survives_json():
    for state in (STATE, MOVED, MET):
        assert msgspec.json.decode(msgspec.json.encode(state), type=DeadlineState) == state
