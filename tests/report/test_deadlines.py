"""Days to watch on a terminal: what is due, what is known of it, and nothing that a file could slip in."""

import re

import msgspec
import pytest
from msgspec.structs import replace

from affidavit.law.deadlines import deadlines
from affidavit.law.register import register
from affidavit.model.determination import Outcome
from affidavit.model.duty import DeadlineState, Move, Remark
from affidavit.report.columns import Page, cells_of
from affidavit.report.deadlines import add_deadline, headline, render_deadlines
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


def real(measure, on):
    return deadlines(register(), on, on, measures=(measure,))


def flat(state, width=80):
    return " ".join(render_deadlines([state], width=width).split())


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
        (replace(STATE, kind="forbearance-end", status="fell away", ended="2021-07-01", ended_how=Outcome.LIFTED,
                 ended_by="e9", ended_contested=True),
         ["passed; moot: the bar had ended before", "lifted [e9]; contested: that event is disputed"]),
        (replace(STATE, kind="condition", status="fell away"), ["moot: what it would lift had ended before"]),
        (replace(STATE, kind="start", standing=Outcome.LIFTED, contested=True),
         ["Stands LIFTED on the day asked about; contested: an event that this rests on is disputed"]),
        (replace(STATE, kind="duty", due="promptly", weekday="", weekend=False, timing="promptly", status="open",
                 base=""), ["no day Duty: promptly Report"]),
        (replace(STATE, kind="condition", test="discretionary", holder="President"),
         ["Condition, Sunday: passed; no outcome publicly known", "Decides President", "Test discretionary"]),
        (replace(STATE, kind="condition", status="outcome recorded", outcome="reported sold"),
         ["Condition, Sunday: passed; what is recorded: reported sold"]),
        (replace(STATE, kind="start", due="2020-09-28T00:59:00-04:00", earliest="2020-09-27T23:59:00-04:00",
                 standing=Outcome.ENJOINED, status="moved"),
         ["2020-09-27 Start, Sunday at the latest: passed; moved 2020-09-28 Report",
          "Stands ENJOINED on the day asked about",
          "Instant some moment between 2020-09-27T23:59:00-04:00 and 2020-09-28T00:59:00-04:00 Stands"]),
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


@pytest.mark.parametrize(
    ("news", "told"),
    [
        (("2021-08-06",), False),
        (("2021-08-08",), False),
        (("2021-08-09",), True),
        (("2021-08-09", "2021-08-06"), False),
    ],
)
def test_that_the_act_is_not_dated_is_told_only_when_the_news_of_it_came_after_its_day(news, told):
    remarks = tuple(Remark("e4", day, "deadline_met", "M") for day in news)
    assert ("Gap the register dates the news" in flat(replace(STATE, status="met", remarks=remarks))) is told


def test_a_start_at_an_open_moment_of_one_day_is_that_day():
    start = replace(STATE, kind="start", due="2021-08-08T23:59:00-04:00", earliest="2021-08-08T00:00:00-04:00")
    assert render_deadlines([start]).startswith("2021-08-08  Start, Sunday: passed")
    assert "at the latest" not in flat(start)


@pytest.mark.parametrize("task", [True, False])
def test_both_days_of_a_start_stand_below_each_other(task):
    start = replace(MOVED, kind="start", due="2020-09-28T00:59:00-04:00", earliest="2020-09-27T23:59:00-04:00")
    page = Page(80, colour=False)
    add_deadline(page, start, indent=4, task=task)
    assert [line[4:14] for line in page.text().splitlines()[:2]] == ["2020-09-27", "2020-09-28"]


@pytest.mark.parametrize(("measure", "duty"), [("us-eo-13942", "eo13942/s1c"), ("us-eo-13943", "eo13943/s1c")])
def test_the_lists_of_2020_met_their_duty_before_its_day_without_a_gap(measure, duty):
    (found,) = [item for item in real(measure, "2020-09-25") if item.id == duty]
    shown = flat(found)
    assert "passed; met" in shown
    assert "Gap" not in shown


def test_the_days_of_the_real_register_are_told_in_words_that_fit_them():
    (first,) = [item for item in real("us-doc-tiktok-2020", "2020-10-01") if item.provisions == ("tt-1",)]
    assert flat(first).startswith("2020-09-27 Start, Monday at the latest: passed; moved 2020-09-28 the bar begins")
    (devices,) = [item for item in real("us-no-tiktok-gov", "2023-06-01") if item.provisions == ("gov-1",)]
    assert "Instant some moment between 2023-02-27 and 2023-03-29" in flat(devices)
    assert "sources leave" not in flat(devices)
    (condition,) = [item for item in real("us-doc-tiktok-2020", "2020-11-30") if item.kind == "condition"]
    assert "what is recorded: not recorded as met" in flat(condition)
    assert "an outcome" not in flat(condition)


def test_what_was_lifted_by_a_disputed_event_is_told_as_contested():
    lifted = [item for item in real("us-pafaca", "2026-02-01") if "tiktok" in item.apps]
    assert all("contested" in flat(item) for item in lifted if item.standing is Outcome.LIFTED or item.ended)
    assert any(item.standing is Outcome.LIFTED for item in lifted)
    (undertaking,) = [item for item in lifted if item.kind == "forbearance-end"]
    assert "moot: the bar had ended before" in flat(undertaking)
    for item in real("us-pafaca", "2026-02-01"):
        if "lark" in item.apps and "tiktok" not in item.apps:
            assert "contested" not in flat(item)


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
    for line in render_deadlines([STATE, MOVED, MET, long], width=width).splitlines():
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
