"""Events made ready: which provision hears of which event, in which order, with which bounds in time."""

from msgspec.structs import replace

from affidavit.law.dates import FOREVER, instant
from affidavit.law.steps import paths_of, reaches, step_of, with_ancestors
from tests.builders.law import (
    INFORM,
    block,
    end,
    event,
    forbear,
    measure,
    provision,
    schedule,
    unblock,
    whole,
)

ZONE = "America/New_York"
INDIA = "Asia/Kolkata"


def start(day: str, zone: str = ZONE) -> int:
    return instant(day, zone, "start")


def last(day: str) -> int:
    return instant(day, ZONE, "end")


def step(effect, **more):
    made = measure("m", [event("e", "2021-03-01", effect, **more)])
    return step_of(made.events[0], made, ZONE)


def test_an_event_is_held_with_three_clocks():
    found = step(schedule("2021-03-05", "2021-03-09"))
    assert (found.public, found.recorded) == (start("2021-03-01"), start("2000-01-01"))
    assert (found.op, found.first, found.last) == ("schedule", start("2021-03-05"), start("2021-03-09"))
    assert step(INFORM, recorded_at="2022-02-02").recorded == start("2022-02-02")


def test_what_has_no_end_lasts_for_ever_and_a_last_day_counts_whole():
    assert (step(block("2021-03-02")).first, step(block("2021-03-02")).last) == (start("2021-03-02"), FOREVER)
    assert step(block("2021-03-02", "2021-03-04")).last == last("2021-03-04")
    assert step(forbear("2021-03-02", "2021-04")).last == last("2021-04-30")
    assert step(forbear("2021-03-02", "2021-04-05T23:59:59-04:00")).last == last("2021-04-05")
    assert step({"op": "deadline", "due": "2021-03-09"}).first == last("2021-03-09")
    assert (step(INFORM).first, step({"op": "amend", "field": "text"}).op) == (0, "amend")


def test_an_end_keeps_its_reason_and_an_unblock_what_it_ends():
    found = step(end("2021-03-07", "EXPIRED", via_parent=True))
    assert (found.first, found.reason, found.via_parent, found.inherited) == (
        start("2021-03-07"),
        "EXPIRED",
        True,
        False,
    )
    assert step(unblock("2021-03-08", "b", "c")).of == ("b", "c")


def test_dates_are_read_on_the_clock_of_the_measure():
    made = measure("m", [event("e", "2021-03-01", block("2021-03-02"))], jurisdiction="IN")
    path = paths_of(made, INDIA, [])["p"]
    assert path.zone == INDIA
    assert (path.steps[0].public, path.steps[0].first) == (start("2021-03-01", INDIA), start("2021-03-02", INDIA))


def test_a_provision_hears_only_of_events_about_it():
    made = measure(
        "m",
        [event("both", "2021-03-01", INFORM), event("one", "2021-03-02", INFORM, applies_to=["q"])],
        provisions=[provision("p"), provision("q")],
    )
    assert [reaches(item, "p") for item in made.events] == [True, False]
    heard = {name: [item.event for item in path.steps] for name, path in paths_of(made, ZONE, []).items()}
    assert heard == {"p": ["both"], "q": ["both", "one"]}


def test_steps_are_in_the_order_in_which_they_became_public_and_otherwise_as_written():
    made = measure(
        "m",
        [
            event("late", "2021-03-09", INFORM),
            event("second", "2021-03-01", INFORM),
            event("third", "2021-03-01", INFORM),
            event("first", "2021-02", INFORM),
        ],
    )
    assert [item.event for item in paths_of(made, ZONE, [])["p"].steps] == ["first", "second", "third", "late"]


def test_a_child_inherits_what_ends_the_whole_of_its_parents():
    parent = measure(
        "parent",
        [
            event("issued", "2021-03-01", schedule("2021-03-01")),
            event("part", "2021-03-02", end("2021-03-02"), applies_to=["p"]),
            event("record", "2021-03-03", end("2021-03-03", via_parent=True)),
            event("gone", "2021-03-04", end("2021-03-04")),
        ],
    )
    child = measure("child", [event("c", "2021-03-02", schedule("2021-03-05"))], depends_on=["parent"])
    steps = paths_of(child, ZONE, [(parent, INDIA)])["p"].steps
    assert [(item.event, item.inherited) for item in steps] == [("c", False), ("gone", True)]
    assert steps[1].first == start("2021-03-04", INDIA)


def test_ancestors_are_found_once_nearest_first_and_loops_end():
    top = measure("top", [], depends_on=["low"])
    left, right = measure("left", [], depends_on=["top", "gone"]), measure("right", [], depends_on=["top"])
    low = measure("low", [], depends_on=["left", "right"])
    known = {item.id: item for item in (top, left, right, low)}
    assert [item.id for item in with_ancestors(low, known)] == ["left", "right", "top", "low"]
    assert with_ancestors(replace(low, depends_on=()), known) == []


def test_the_lists_of_2020_depend_on_their_orders_and_those_on_the_emergency():
    measures = whole().measures
    found = [item.id for item in with_ancestors(measures["us-doc-wechat-2020"], measures)]
    assert found == ["us-eo-13943", "us-eo-13873"]
