"""Nothing in the register is idle: without any one state-changing event, bar, power or exception some answer fails."""

from collections.abc import Iterator

from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.model.measure import Block, End, Event, Forbear, Measure, Schedule, SetDeadline, Unblock
from tests.builders.law import whole, with_measures
from tests.law.known_answers import failing

CHANGING = Schedule | Block | Unblock | Forbear | End | SetDeadline

EVENTS_THAT_NO_ANSWER_NEEDS = {
    "ic-2": "starts a criterion for the agency; no act of anybody is barred by it",
    "e32-1": "concerns securities of listed companies; no app can be asked about",
    "cf-e2": "moves the due date of a duty, which is no answer about an act; shown by the tests of deadlines",
    "cf-e3": "moves the due date of a duty, which is no answer about an act; shown by the tests of deadlines",
}

PARTS_THAT_NO_ANSWER_NEEDS = {
    "eo14032/s1": "concerns securities of listed companies; no app can be asked about",
}


def without_event(measure: Measure, event: Event) -> Measure:
    return replace(measure, events=tuple(item for item in measure.events if item is not event))


def without_part(measure: Measure, part: object) -> Measure:
    return replace(
        measure,
        provisions=tuple(item for item in measure.provisions if item is not part),
        exceptions=tuple(item for item in measure.exceptions if item is not part),
    )


def unnoticed(mutants: Iterator[tuple[str, str, Measure]]) -> set[str]:
    """Names of the mutants under which every known answer is still given."""
    found = set()
    for name, home, mutant in mutants:
        measures = whole().measures | {home: mutant}
        if not failing(Resolver(with_measures(measures.values()))):
            found.add(name)
    return found


def test_every_state_changing_event_is_needed():
    mutants = (
        (event.id, measure.id, without_event(measure, event))
        for measure in whole().measures.values()
        for event in measure.events
        if isinstance(event.effect, CHANGING)
    )
    assert unnoticed(mutants) == set(EVENTS_THAT_NO_ANSWER_NEEDS)


def test_every_exception_and_every_bar_or_power_over_an_act_is_needed():
    mutants = (
        (part.id, measure.id, without_part(measure, part))
        for measure in whole().measures.values()
        for part in (
            *measure.exceptions,
            *(item for item in measure.provisions if item.kind in {"prohibition", "enabling"} and item.transactions),
        )
    )
    assert unnoticed(mutants) == set(PARTS_THAT_NO_ANSWER_NEEDS)
