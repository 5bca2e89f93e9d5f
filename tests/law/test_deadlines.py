"""Days to watch: counted from their base, moved as it became known, and never told more than was public."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from affidavit.law.dates import instant
from affidavit.law.deadlines import deadlines
from affidavit.model.determination import Outcome
from affidavit.model.errors import UsageError
from tests.builders.law import (
    INFORM,
    end,
    event,
    forbear,
    measure,
    provision,
    register_of,
    schedule,
    whole,
    with_measures,
)

CFIUS, PRIVACY = "us-cfius-2020-08-14", "us-eo-14034"


def state(measure_id, name, on, known=None, app="", **more):
    """The one state of that id in a measure, for one app if that is said."""
    made = deadlines(whole(), on, known or on, measures=(measure_id,), **more)
    (found,) = [item for item in made if item.id == name and (not app or app in item.apps)]
    return found


# Known answers


@pytest.mark.parametrize(
    ("known", "due", "status", "moves"),
    [
        ("2020-11-01", "2020-11-12", "open", ()),
        ("2020-11-12", "2020-11-12", "open", ()),
        ("2020-11-13", "2020-11-27", "extended", ("cf-e2",)),
        ("2020-11-24", "2020-11-27", "extended", ("cf-e2",)),
        ("2020-11-30", "2020-12-04", "extended", ("cf-e2", "cf-e3")),
    ],
)
def test_the_divestment_date_moves_as_the_extensions_become_known(known, due, status, moves):
    found = state(CFIUS, "cfius/s2b", known)
    assert (found.due, found.status, tuple(item.event for item in found.moves)) == (due, status, moves)
    assert (found.base, found.days, found.counted) == ("2020-08-14", 90, "2020-11-12")
    assert found.holder == "ByteDance Ltd."


def test_the_divestment_date_as_known_before_the_extension_has_passed_without_news():
    found = state(CFIUS, "cfius/s2b", "2020-11-14", "2020-11-12")
    assert (found.due, found.timing, found.status) == ("2020-11-12", "passed", "not publicly known")


@pytest.mark.parametrize(
    ("name", "days", "due", "weekday", "weekend"),
    [
        ("eo14034/s2b-intel", 60, "2021-08-08", "Sunday", True),
        ("eo14034/s2b", 120, "2021-10-07", "Thursday", False),
        ("eo14034/s2c", 180, "2021-12-06", "Monday", False),
    ],
)
def test_the_dates_of_the_privacy_order_are_counted_from_its_signature(name, days, due, weekday, weekend):
    found = state(PRIVACY, name, "2021-07-01")
    assert (found.base, found.days, found.counted, found.due) == ("2021-06-09", days, due, due)
    assert (found.weekday, found.weekend, found.timing) == (weekday, weekend, "ahead")


def test_forty_five_days_after_the_sixth_of_august_is_a_sunday():
    found = state("us-eo-13942", "eo13942/s1c", "2020-08-10")
    assert (found.due, found.weekday, found.weekend) == ("2020-09-20", "Sunday", True)


@pytest.mark.parametrize(
    ("known", "status", "remarks"), [("2021-10-11", "not publicly known", ()), ("2021-10-12", "met", ("e14-2",))]
)
def test_the_report_was_not_known_to_be_made_until_commerce_said_so(known, status, remarks):
    found = state(PRIVACY, "eo14034/s2b", known)
    assert (found.timing, found.status) == ("passed", status)
    assert tuple(item.event for item in found.remarks) == remarks


def test_that_nobody_found_a_confirmation_is_told_as_that():
    assert state(PRIVACY, "eo14034/s2c", "2021-12-06").timing == "due today"
    assert state(PRIVACY, "eo14034/s2c", "2022-01-01").status == "no confirmation found"


def test_duties_without_a_day_come_last_and_say_how_they_run():
    made = deadlines(whole(), "2021-07-01", "2021-06-09", measures=(PRIVACY,))
    assert [(item.id, item.timing, item.weekday) for item in made if item.kind == "duty"] == [
        ("eo14034/s2d", "continuing", ""),
        ("eo14034/s2a", "promptly", ""),
    ]
    assert [item.kind for item in made][-2:] == ["duty", "duty"]


@pytest.mark.parametrize(
    ("known", "due", "moves"),
    [("2020-09-18", "2020-09-20T23:59:00-04:00", ()), ("2020-09-19", "2020-09-28T00:59:00-04:00", ("tt-e2",))],
)
def test_the_start_of_the_store_bar_was_put_off_by_a_week(known, due, moves):
    found = state("us-doc-tiktok-2020", "tt-e1a", "2020-09-19", known)
    assert (found.kind, found.provisions, found.due) == ("start", ("tt-1",), due)
    assert tuple(item.event for item in found.moves) == moves
    assert found.earliest < found.due


def test_the_second_batch_starts_on_the_twelfth_of_november_and_then_is_blocked():
    found = state("us-doc-tiktok-2020", "tt-e1b", "2020-09-25")
    assert found.provisions == ("tt-2", "tt-3", "tt-4", "tt-5")
    assert (found.due[:10], found.timing) == ("2020-11-12", "ahead")
    assert found.standing is Outcome.ANNOUNCED_NOT_EFFECTIVE
    assert state("us-doc-tiktok-2020", "tt-e1b", "2020-11-13").standing is Outcome.ENJOINED


@pytest.mark.parametrize(
    ("known", "due", "moves"),
    [
        ("2025-01-20", "2025-04-05", 0),
        ("2025-04-04", "2025-06-19", 1),
        ("2025-06-19", "2025-09-17", 2),
        ("2025-09-16", "2025-12-16", 3),
        ("2025-09-25", "2026-01-23", 4),
    ],
)
def test_the_end_of_forbearance_moves_with_every_order(known, due, moves):
    found = state("us-pafaca", "pa-3", known, app="tiktok")
    assert (found.kind, found.due[:10], len(found.moves)) == ("forbearance-end", due, moves)
    assert found.provisions == ("paf-1", "paf-2")


def test_a_day_that_the_end_of_the_bar_overtook_fell_away_for_the_apps_concerned_alone():
    ended, alive = (state("us-pafaca", "pa-3", "2026-02-01", app=app) for app in ("tiktok", "lark"))
    assert (ended.status, ended.ended, ended.ended_how) == ("fell away", "2026-01-22", Outcome.LIFTED)
    assert (alive.status, alive.ended, alive.ended_how) == ("extended", "", None)
    assert not set(ended.apps) & set(alive.apps)


def test_the_condition_for_lifting_has_its_day_and_who_decides():
    found = state("us-doc-tiktok-2020", "tt-c1", "2020-10-01")
    assert (found.kind, found.due, found.timing, found.status) == ("condition", "2020-11-12", "ahead", "open")
    assert (found.holder, found.test, found.outcome) == ("President / Commerce", "discretionary", "")
    after = state("us-doc-tiktok-2020", "tt-c1", "2021-12-01", "2020-11-12")
    assert (after.timing, after.status) == ("passed", "not publicly known")


def test_a_duty_of_a_revoked_order_says_when_it_ended():
    found = state("us-eo-13942", "eo13942/s1c", "2021-06-10")
    assert (found.ended, found.ended_how, found.ended_by) == ("2021-06-09", Outcome.REVOKED, "tt-eo-2")


def test_an_end_that_was_not_yet_public_is_not_told():
    assert state("us-eo-13942", "eo13942/s1c", "2021-06-10", "2021-06-08").ended == ""


# What is looked at


def test_before_a_measure_was_made_there_is_nothing():
    assert deadlines(whole(), "2021-06-08", "", measures=(PRIVACY,)) == ()
    assert deadlines(whole(), "2021-07-01", "2021-06-08", measures=(PRIVACY,)) == ()


def test_only_measures_aimed_at_the_app_are_looked_at_also_through_its_operator():
    made = {item.measure for item in deadlines(whole(), "2025-06-01", "2025-06-01", apps=("hypic",))}
    assert "us-pafaca" in made
    assert PRIVACY not in made
    assert deadlines(whole(), "2025-06-01", "2025-06-01", apps=("hypic",), measures=(CFIUS,)) == ()


def test_days_come_in_their_order():
    made = deadlines(whole(), "2026-06-01", "")
    dated = [item.due[:10] for item in made if item.weekday]
    assert dated == sorted(dated)
    assert all(not item.weekday for item in made[len(dated) :])


def test_each_state_is_told_once():
    made = deadlines(whole(), "2026-06-01", "")
    assert len({replace(item, provisions=(), apps=()) for item in made}) == len(made)


@pytest.mark.parametrize("wrong", [{"apps": ("tiktak",)}, {"measures": ("us-eo-14035",)}])
def test_an_unknown_name_gets_the_nearest(wrong):
    with pytest.raises(UsageError) as raised:
        deadlines(whole(), "2021-01-01", "", **wrong)
    assert "did you mean" in raised.value.advice


# Built measures


def task(**more):
    return provision("task", "deadline", transactions=[], actors=[], duty_holder="app_operator", **more)


def one(made, on, known="", **more):
    (found,) = [item for item in deadlines(register_of(made), on, known, **more) if item.id == "task"]
    return found


COUNTED = {"due": "2020-03-01", "computed_from": {"base": "2020-02-01", "days": 29}}


@pytest.mark.parametrize(
    ("on", "timing", "status"),
    [
        ("2020-02-29", "ahead", "open"),
        ("2020-03-01", "due today", "open"),
        ("2020-03-01T23:59:59-05:00", "due today", "open"),
        ("2020-03-02", "passed", "not publicly known"),
    ],
)
def test_a_task_is_due_on_its_whole_day(on, timing, status):
    found = one(measure("m", [event("e", "2020-02-01", INFORM)], provisions=[task(**COUNTED)]), on)
    assert (found.due, found.timing, found.status) == ("2020-03-01", timing, status)
    assert found.holder == "operator of the app"


@pytest.mark.parametrize(
    ("ends", "status"), [("2020-02-20", "fell away"), ("2020-03-01", "fell away"), ("2020-03-02", "not publicly known")]
)
def test_a_task_falls_away_only_when_its_measure_ended_before_the_day_was_over(ends, status):
    events = [event("e", "2020-02-01", INFORM), event("x", ends, end(ends))]
    found = one(measure("m", events, provisions=[task(**COUNTED)]), "2020-04-01")
    assert (found.status, found.ended, found.ended_by) == (status, ends, "x")


def test_the_end_of_the_parent_ends_a_task():
    parent = measure("a", [event("a1", "2020-01-01", INFORM), event("a2", "2020-02-10", end("2020-02-10"))])
    child = measure("b", [event("b1", "2020-02-01", INFORM)], depends_on=["a"], provisions=[task(**COUNTED)])
    made = deadlines(register_of(replace(parent, provisions=()), child), "2020-04-01", "")
    assert [(item.id, item.status, item.ended_by) for item in made] == [("task", "fell away", "a2")]


def test_what_was_met_stays_met_when_the_measure_ends():
    events = [
        event("e", "2020-02-01", INFORM),
        event("m1", "2020-02-15", INFORM, type="deadline_met", applies_to=["task"], confidence="M"),
        event("x", "2020-02-20", end("2020-02-20")),
    ]
    found = one(measure("m", events, provisions=[task(**COUNTED)]), "2020-04-01")
    assert (found.status, found.confidence) == ("met", "M")


def test_a_correction_takes_the_place_of_what_it_corrects():
    events = [
        event("e", "2020-02-01", INFORM),
        event("d1", "2020-02-10", {"op": "deadline", "due": "2020-05-01"}, type="deadline_extended"),
        event("d2", "2020-02-20", {"op": "deadline", "due": "2020-04-01"}, type="correction", replaces=["d1"]),
    ]
    made = measure("m", events, provisions=[task(**COUNTED)])
    assert one(made, "2020-02-15", "2020-02-15").due == "2020-05-01"
    later = one(made, "2020-02-25")
    assert (later.due, [item.event for item in later.moves]) == ("2020-04-01", ["d2"])


def test_what_the_register_had_not_recorded_does_not_count():
    events = [
        event("e", "2020-02-01", INFORM),
        event("d1", "2020-02-10", {"op": "deadline", "due": "2020-05-01"}, recorded_at="2021-01-01"),
    ]
    made = measure("m", events, provisions=[task(**COUNTED)])
    assert one(made, "2020-02-15", recorded="2020-12-31").due == "2020-03-01"
    assert one(made, "2020-02-15", recorded="2021-01-01").due == "2020-05-01"


def test_an_undertaking_that_runs_longer_is_not_cut_by_a_later_shorter_one():
    events = [
        event("e", "2020-01-01", schedule("2020-01-02")),
        event("f1", "2020-01-03", forbear("2020-01-03", "2020-06-01"), by="first"),
        event("f2", "2020-01-04", forbear("2020-01-04", "2020-03-01"), by="second"),
        event("f3", "2020-01-05", forbear("2020-01-05"), by="open"),
    ]
    made = deadlines(register_of(measure("m", events)), "2020-02-01", "")
    (found,) = [item for item in made if item.kind == "forbearance-end"]
    assert (found.due, found.holder) == ("2020-06-01", "first")


def test_an_outcome_without_a_date_counts_from_when_it_was_recorded():
    condition = {
        "id": "c", "summary": "sold", "test": "event", "sources": [], "confidence": "H", "outcome": "reported sold",
    }  # fmt: skip
    made = measure("m", [event("e", "2020-01-01", INFORM)], recorded_at="2020-06-01", conditions=[condition])
    before, after = (deadlines(register_of(made), "2020-07-01", known) for known in ("2020-05-31", "2020-06-01"))
    assert [(item.status, item.outcome) for item in before] == [("open", "")]
    assert [(item.status, item.outcome) for item in after] == [("outcome recorded", "reported sold")]


def test_a_later_condition_is_told_only_from_when_it_was_public():
    condition = {
        "id": "c", "summary": "sold", "test": "event", "sources": [], "confidence": "H", "public_at": "2020-03-01",
    }  # fmt: skip
    made = register_of(measure("m", [event("e", "2020-01-01", INFORM)], conditions=[condition]))
    assert deadlines(made, "2020-04-01", "2020-02-29") == ()
    assert [item.id for item in deadlines(made, "2020-04-01", "2020-03-01")] == ["c"]


@pytest.mark.parametrize(("kind", "told"), [("deadline", "deadline"), ("duty", "duty"), ("condition", "condition")])
def test_whatever_has_a_day_is_watched_by_what_it_is(kind, told):
    part = provision("task", kind, transactions=[], actors=[], **COUNTED)
    found = one(measure("m", [event("e", "2020-02-01", INFORM)], provisions=[part]), "2020-04-01")
    assert (found.kind, found.due, found.status) == (told, "2020-03-01", "not publicly known")


# Properties

DAYS = st.integers(0, 2_900).map(lambda count: (date(2019, 1, 1) + timedelta(count)).isoformat())


def as_public_by(known):
    """The real register with everything left out that was not public by then."""

    def public(text, zone):
        return not text or instant(text, zone, "start") <= instant(known, zone, "end")

    kept = []
    for item in whole().measures.values():
        zone = whole().zone(item.jurisdiction)
        conditions = tuple(
            condition
            if public(condition.outcome_public_at or item.recorded_at, zone)
            else replace(condition, outcome="", outcome_public_at="")
            for condition in item.conditions
            if public(condition.public_at, zone)
        )
        events = tuple(one for one in item.events if public(one.public_at, zone))
        kept.append(replace(item, events=events, conditions=conditions))
    return with_measures(kept)


@settings(max_examples=40, deadline=None)
@given(DAYS, DAYS)
def test_what_was_not_public_changes_nothing(on, known):
    assert deadlines(as_public_by(known), on, known) == deadlines(whole(), on, known)


@settings(max_examples=25, deadline=None)
@given(DAYS, DAYS, st.randoms())
def test_the_order_of_measures_changes_nothing(on, known, random):
    shuffled = random.sample(list(whole().measures.values()), len(whole().measures))
    assert deadlines(with_measures(shuffled), on, known) == deadlines(whole(), on, known)


@given(DAYS, st.integers(0, 400))
def test_the_weekday_is_that_of_the_calendar(base, days):
    made = measure(
        "m", [event("e", "2018-01-01", INFORM)],
        provisions=[task(due="2018-01-01", computed_from={"base": base, "days": days})],
    )  # fmt: skip
    found, day = one(made, "2018-06-01"), date.fromisoformat(base) + timedelta(days)
    assert (found.due, found.weekday, found.weekend) == (day.isoformat(), f"{day:%A}", day.isoweekday() > 5)


def naive_task(item, part, on, known):
    """A deadline's day and status, found by reading the file's events from first to last, day against day."""
    events = sorted((one for one in item.events if one.public_at[:10] <= known), key=lambda one: one.public_at)
    if not events or events[0].public_at[:10] > on:
        return None
    about = [one for one in events if one.applies_to == "all" or part.id in one.applies_to]
    due, status = part.due, ""
    for one in about:
        due = getattr(one.effect, "due", due)
        status = {"deadline_met": "met", "deadline_status_unknown": "no confirmation found"}.get(one.type, status)
    moved = any(hasattr(one.effect, "due") for one in about)
    parents = [one for name in item.depends_on for one in whole().measures[name].events if one.public_at[:10] <= known]
    ends = [
        one.effect.at[:10] for one in (*about, *parents) if hasattr(one.effect, "reason") and one.effect.at[:10] <= on
    ]
    if not status and any(at <= due for at in ends):
        status = "fell away"
    return due, status or ("not publicly known" if on > due else "extended" if moved else "open")


@settings(max_examples=150, deadline=None)
@given(DAYS, st.integers(-200, 800))
def test_a_naive_reading_of_the_files_gives_the_same_days_and_statuses(on, ahead):
    known = (date.fromisoformat(on) + timedelta(ahead)).isoformat()
    told = {item.id: (item.due, item.status) for item in deadlines(whole(), on, known) if item.kind == "deadline"}
    expected = {}
    for item in whole().measures.values():
        for part in item.provisions:
            found = naive_task(item, part, on, known) if part.kind == "deadline" and part.due else None
            if found is not None:
                expected[part.id] = found
    assert told == expected


@pytest.mark.parametrize("item", list(whole().measures.values()), ids=lambda item: item.id)
def test_the_days_that_the_files_state_are_those_that_the_count_gives(item):
    states = {one.id: one for one in deadlines(whole(), "2100-01-01", "", measures=(item.id,))}
    counted = [part for part in item.provisions if part.computed_from and part.due]
    for part in counted:
        assert states[part.id].counted == states[part.id].stated == part.due
    dated = {part.id for part in item.provisions if part.due}
    assert dated <= set(states)
