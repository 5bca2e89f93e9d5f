"""The reading rules, one by one, on measures made for the purpose."""

from typing import Any

import pytest

from affidavit.law.dates import FOREVER, instant
from affidavit.law.fold import Folded, View, fold, known_steps
from affidavit.model.determination import Outcome
from affidavit.model.measure import Measure
from tests.builders.law import (
    INFORM,
    block,
    end,
    event,
    forbear,
    measure,
    provision,
    register_of,
    schedule,
    unblock,
)

ZONE = "America/New_York"
ISSUED = event("issued", "2021-01-01", schedule("2021-02-01"))


def state(*events: dict[str, Any], on: str, known: str = "", kind: str = "prohibition", **more: str) -> Folded | None:
    """The provision `p` of a measure with these events."""
    return of([measure("m", events, provisions=[provision("p", kind)])], on, known, **more)


def of(measures: list[Measure], on: str, known: str = "", *, recorded: str = "", app: str = "alpha") -> Folded | None:
    """The provision `p` of the first measure, in a register of them all."""
    names = [item.id for item in measures]
    path = register_of(*measures).paths["p" if len(names) == 1 else f"{names[0]}-p"]
    return fold(path, view(on, known, recorded=recorded, app=app))


def view(on: str, known: str = "", *, recorded: str = "", app: str = "alpha") -> View:
    return View(
        instant(on, ZONE, "noon"),
        instant(known, ZONE, "end") if known else FOREVER,
        instant(recorded, ZONE, "end") if recorded else FOREVER,
        app,
    )


def outcome(*events: dict[str, Any], on: str, **more: Any) -> str | None:
    found = state(*events, on=on, **more)
    return None if found is None else str(found.outcome)


def test_before_it_was_announced_a_provision_is_not_there():
    assert outcome(ISSUED, on="2020-12-31") is None
    assert outcome(ISSUED, on="2021-03-01", known="2020-12-31") is None
    assert outcome(on="2021-03-01") is None


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2021-01-01", "ANNOUNCED_NOT_EFFECTIVE"),
        ("2021-01-31T23:59:59", "ANNOUNCED_NOT_EFFECTIVE"),
        ("2021-02-01T00:00:00", "PROHIBITED"),
    ],
)
def test_it_bars_from_its_start(on: str, expected: str):
    assert outcome(ISSUED, on=on) == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2021-01-31", "ANNOUNCED_NOT_EFFECTIVE"),
        ("2021-02-01T00:00:00", "UNCERTAIN"),
        ("2021-02-04T23:59:59", "UNCERTAIN"),
        ("2021-02-05T00:00:00", "PROHIBITED"),
    ],
)
def test_between_two_starts_that_sources_allow_the_answer_is_uncertain(on: str, expected: str):
    assert outcome(event("issued", "2021-01-01", schedule("2021-02-01", "2021-02-05")), on=on) == expected


def test_without_a_known_start_it_is_announced():
    assert outcome(event("told", "2021-01-01", INFORM), on="2021-03-01") == "ANNOUNCED_NOT_EFFECTIVE"


def test_the_start_that_became_known_last_holds():
    later = event("moved", "2021-01-20", schedule("2021-03-01"))
    assert outcome(later, ISSUED, on="2021-02-15") == "ANNOUNCED_NOT_EFFECTIVE"
    assert outcome(later, ISSUED, on="2021-02-15", known="2021-01-19") == "PROHIBITED"
    found = state(later, ISSUED, on="2021-03-02")
    assert found is not None
    assert found.events == ("moved",)


def test_a_power_bars_nothing_whatever_its_start_and_court_orders():
    blocked = event("court", "2021-02-02", block("2021-02-02"))
    assert outcome(ISSUED, on="2021-01-02", kind="enabling") == "AUTHORITY_ONLY"
    assert outcome(ISSUED, blocked, on="2021-02-03", kind="enabling") == "AUTHORITY_ONLY"
    assert (
        outcome(ISSUED, event("gone", "2021-02-04", end("2021-02-04")), on="2021-02-05", kind="enabling") == "REVOKED"
    )


def test_a_court_order_suspends_from_its_first_to_its_last_moment():
    court = event("court", "2021-02-10", block("2021-02-10", "2021-02-12"))
    expected = {
        "2021-02-09": "PROHIBITED",
        "2021-02-10": "ENJOINED",
        "2021-02-12": "ENJOINED",
        "2021-02-13": "PROHIBITED",
    }
    assert {on: outcome(ISSUED, court, on=on) for on in expected} == expected
    assert outcome(ISSUED, court, on="2021-02-11", known="2021-02-09") == "PROHIBITED"


def test_a_court_order_goes_before_an_uncertain_start_and_shows_before_a_start():
    unsure = event("issued", "2021-01-01", schedule("2021-02-01", "2021-02-05"))
    court = event("court", "2021-01-10", block("2021-01-10"))
    assert outcome(unsure, court, on="2021-02-02") == "ENJOINED"
    ahead = state(unsure, court, on="2021-01-20")
    assert ahead is not None
    assert (ahead.outcome, ahead.blocked, ahead.blocks) == (Outcome.ANNOUNCED_NOT_EFFECTIVE, True, ("court",))
    before = state(unsure, court, on="2021-01-09")
    assert before is not None
    assert (before.blocked, before.blocks) == (False, ())


def test_each_of_several_court_orders_must_fall():
    events = [
        ISSUED,
        event("one", "2021-02-02", block("2021-02-02")),
        event("two", "2021-02-03", block("2021-02-03")),
        event("stay", "2021-02-05", unblock("2021-02-05", "one")),
        event("vacated", "2021-02-07", unblock("2021-02-08", "two")),
    ]
    seen = {on: state(*events, on=f"2021-02-0{on}") for on in (4, 6, 7, 8)}
    assert {on: found and found.blocks for on, found in seen.items()} == {
        4: ("one", "two"),
        6: ("two",),
        7: ("two",),
        8: (),
    }
    assert seen[8] is not None
    assert seen[8].outcome is Outcome.PROHIBITED
    as_known_before = state(*events, on="2021-02-08", known="2021-02-06")
    assert as_known_before is not None
    assert as_known_before.blocks == ("two",)


def test_forbearance_leaves_the_bar_and_may_reach_back():
    promise = event("promise", "2021-02-10", forbear("2021-02-01", "2021-02-20"))
    assert outcome(ISSUED, promise, on="2021-02-05", known="2021-02-09") == "PROHIBITED"
    assert outcome(ISSUED, promise, on="2021-02-05", known="2021-02-10") == "PROHIBITED_NOT_ENFORCED"
    assert outcome(ISSUED, promise, on="2021-02-20T23:59:59") == "PROHIBITED_NOT_ENFORCED"
    assert outcome(ISSUED, promise, on="2021-02-21T00:00:00") == "PROHIBITED"


def test_forbearance_is_named_even_where_something_else_decides():
    promise = event("promise", "2021-02-10", forbear("2021-02-01"))
    found = state(ISSUED, promise, event("court", "2021-02-11", block("2021-02-11")), on="2021-02-12")
    assert found is not None
    assert (found.outcome, found.forbearances, found.blocks) == (Outcome.ENJOINED, ("promise",), ("court",))
    assert found.events == ("issued", "promise", "court")


def test_the_earliest_end_decides_and_a_later_one_is_told():
    revoked = event("revoked", "2021-03-01", end("2021-03-01"))
    rescinded = event("rescinded", "2021-03-20", end("2021-03-10", "RESCINDED"))
    seen = [state(ISSUED, revoked, rescinded, on=on, known=known) for on, known in (
        ("2021-03-05", ""), ("2021-03-15", "2021-03-19"), ("2021-03-15", "2021-03-20")
    )]  # fmt: skip
    assert [found and str(found.outcome) for found in seen] == ["REVOKED"] * 3
    assert [found and [name for _, name, _ in found.ends] for found in seen] == [
        ["revoked"],
        ["revoked"],
        ["revoked", "rescinded"],
    ]


def test_an_end_that_became_known_late_but_lies_earlier_decides():
    late = event("late", "2021-03-20", end("2021-02-15", "SET_ASIDE"))
    assert outcome(ISSUED, event("revoked", "2021-03-01", end("2021-03-01")), late, on="2021-04-01") == "SET_ASIDE"


def family(*parent_events: dict[str, Any], child_events: list[dict[str, Any]], middle: bool = False) -> list[Measure]:
    """A child first, then the measure on which it depends (through another, if `middle`)."""
    issued = event("child-issued", "2021-01-05", schedule("2021-02-01"))
    above = ["between"] if middle else ["parent"]
    child = measure("child", [issued, *child_events], depends_on=above, provisions=[provision("child-p")])
    parent = measure("parent", parent_events, provisions=[provision("parent-p", "enabling")])
    between = measure("between", [], depends_on=["parent"], provisions=[provision("between-p")])
    return [child, parent, *([between] if middle else [])]


@pytest.mark.parametrize("middle", [False, True])
def test_a_child_ends_with_its_parent_and_grandparent(middle: bool):
    measures = family(event("gone", "2021-03-01", end("2021-03-01")), child_events=[], middle=middle)
    before, after = of(measures, "2021-02-28"), of(measures, "2021-03-01")
    assert before is not None
    assert after is not None
    assert (before.outcome, after.outcome) == (Outcome.PROHIBITED, Outcome.REVOKED)
    assert after.events == ("child-issued", "gone")


def test_what_a_child_records_of_the_end_of_its_parent_stands_for_it():
    record = event("record", "2021-03-01", end("2021-03-01", via_parent=True))
    own = event("own", "2021-03-09", end("2021-03-05", "RESCINDED"))
    measures = family(event("gone", "2021-03-01", end("2021-03-01")), child_events=[record, own])
    found = of(measures, "2021-04-01")
    assert found is not None
    assert [name for _, name, _ in found.ends] == ["record", "own"]


def test_a_parents_end_alone_does_not_announce_a_child():
    measures = family(event("gone", "2020-12-01", end("2020-12-01")), child_events=[])
    assert of(measures, "2021-01-04") is None
    assert of(measures, "2021-03-01", "2021-01-04") is None


def test_a_correction_takes_the_place_of_what_it_corrects_once_it_is_known():
    wrong = event("wrong", "2021-01-01", schedule("2021-02-01"))
    right = event("right", "2021-01-15", schedule("2021-02-10"), replaces=["wrong"])
    lapse = event("lapse", "2021-01-20", end("2021-01-25"))
    denial = event("denial", "2021-02-20", INFORM, replaces=["lapse"])
    assert outcome(wrong, right, on="2021-02-05", known="2021-01-10") == "PROHIBITED"
    assert outcome(wrong, right, on="2021-02-05") == "ANNOUNCED_NOT_EFFECTIVE"
    assert outcome(wrong, lapse, denial, on="2021-02-05", known="2021-02-19") == "REVOKED"
    assert outcome(wrong, lapse, denial, on="2021-02-05") == "PROHIBITED"


def test_a_corrected_announcement_was_an_announcement_all_the_same():
    wrong = event("wrong", "2021-01-01", schedule("2021-01-05"))
    right = event("right", "2021-03-01", schedule("2021-01-06"), replaces=["wrong"])
    assert outcome(wrong, right, on="2021-02-01") == "PROHIBITED"
    assert outcome(wrong, right, on="2020-12-31") is None


def test_an_event_about_some_apps_leaves_the_others_alone():
    lifted = event("lifted", "2021-03-01", end("2021-03-01", "LIFTED"), apps=["alpha"])
    made = [measure("m", [ISSUED, lifted], targets={"apps": ["alpha", "beta"]})]
    seen = [of(made, "2021-04-01", app=app) for app in ("alpha", "beta")]
    assert [found and str(found.outcome) for found in seen] == ["LIFTED", "PROHIBITED"]


def test_what_the_register_had_not_recorded_does_not_count():
    revoked = event("revoked", "2021-03-01", end("2021-03-01"), recorded_at="2022-01-01")
    assert outcome(ISSUED, revoked, on="2021-04-01", recorded="2021-12-31") == "PROHIBITED"
    assert outcome(ISSUED, revoked, on="2021-04-01", recorded="2022-01-01") == "REVOKED"
    assert outcome(ISSUED, revoked, on="2021-04-01", recorded="1999-12-31") is None


def test_things_count_from_their_very_instant():
    late = event("late", "2021-03-01", end("2021-03-01"), recorded_at="2022-01-01T12:00:00-05:00")
    assert outcome(ISSUED, late, on="2021-04-01", recorded="2022-01-01T11:59:59-05:00") == "PROHIBITED"
    assert outcome(ISSUED, late, on="2021-04-01", recorded="2022-01-01T12:00:00-05:00") == "REVOKED"
    court = event("court", "2021-02-02", block("2021-02-02"))
    stay = event("stay", "2021-02-05", unblock("2021-02-05T15:00:00-05:00", "court"))
    assert outcome(ISSUED, court, stay, on="2021-02-05T14:59:59-05:00") == "ENJOINED"
    assert outcome(ISSUED, court, stay, on="2021-02-05T15:00:00-05:00") == "PROHIBITED"


def test_a_dispute_is_told_when_the_answer_rests_on_it():
    disputed = event("disputed", "2021-03-01", end("2021-03-05", "LIFTED"), contested=True)
    before, after = state(ISSUED, disputed, on="2021-03-04"), state(ISSUED, disputed, on="2021-03-05")
    assert before is not None
    assert after is not None
    assert (before.contested, after.contested) == (False, True)


def test_known_steps_are_those_that_count():
    path = register_of(
        measure(
            "m", [ISSUED, event("told", "2021-01-09", INFORM), event("fix", "2021-01-10", INFORM, replaces=["told"])]
        )
    ).paths["p"]
    seen = {
        known: [item.event for item in known_steps(path, view("2021-02-02", known))] for known in ("2021-01-09", "")
    }
    assert seen == {"2021-01-09": ["issued", "told"], "": ["issued", "fix"]}
    left_out = view("2021-02-02")._replace(without=frozenset({"fix"}))
    assert [item.event for item in known_steps(path, left_out)] == ["issued", "told"]
