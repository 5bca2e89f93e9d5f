"""Nothing in the register is idle: without any one state-changing event, bar, power or exception some answer fails."""

from collections.abc import Iterator

from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.law.deadlines import deadlines
from affidavit.law.register import Register
from affidavit.model.measure import Block, End, Event, Forbear, Measure, Schedule, SetDeadline, Unblock
from tests.builders.law import whole, with_measures
from tests.law.known_answers import failing

CHANGING = Schedule | Block | Unblock | Forbear | End | SetDeadline

DAYS = (
    ("us-cfius-2020-08-14", "cfius/s2b", "2020-11-01", "2020-11-12"),  # 90 days after 14 August
    ("us-cfius-2020-08-14", "cfius/s2b", "2020-11-20", "2020-11-27"),  # the first extension
    ("us-cfius-2020-08-14", "cfius/s2b", "2020-11-30", "2020-12-04"),  # another week
    ("us-15cfr791", "ic-2", "2023-06-20", "2023-07-17"),  # 88 FR 39353
    ("us-eo-14032", "e32-1", "2021-06-20", "2021-08-02T00:01:00-04:00"),
)
"""Known answers about days: measure, what is watched, as known on, the day. Of these no act of an app can be asked."""

EXCEPTIONS: dict[str, str] = {}
"""Event, provision or exception -> why no known answer shows that it is needed."""


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
        register = with_measures(measures.values())
        if not failing(Resolver(register)) and not wrong_days(register):
            found.add(name)
    return found


def wrong_days(register: Register) -> list[str]:
    """What is not watched for the day that is known."""
    return [
        name
        for measure, name, known, day in DAYS
        if day not in [item.due for item in deadlines(register, known, known, measures=(measure,)) if item.id == name]
    ]


def test_the_known_days_are_those_of_the_register():
    assert not wrong_days(whole())


def test_every_state_changing_event_is_needed():
    mutants = (
        (event.id, measure.id, without_event(measure, event))
        for measure in whole().measures.values()
        for event in measure.events
        if isinstance(event.effect, CHANGING)
    )
    assert unnoticed(mutants) == EXCEPTIONS.keys() & whole().events


def test_every_exception_and_every_bar_or_power_over_an_act_is_needed():
    mutants = (
        (part.id, measure.id, without_part(measure, part))
        for measure in whole().measures.values()
        for part in (
            *measure.exceptions,
            *(item for item in measure.provisions if item.kind in {"prohibition", "enabling"} and item.transactions),
        )
    )
    assert unnoticed(mutants) == EXCEPTIONS.keys() - whole().events
