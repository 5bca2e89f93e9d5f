"""Events made ready for folding: dates as instants, one list of steps for each provision."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from affidavit.law.dates import FOREVER, instant
from affidavit.model.measure import (
    Block,
    Effect,
    End,
    Event,
    Forbear,
    Measure,
    Provision,
    Schedule,
    SetDeadline,
    Unblock,
)

EVERYTHING = "all"


class Step(NamedTuple):
    """One event as one provision sees it.

    Attributes:
        public, recorded: when it became public and when the register learnt it.
        op: what it does; `first` and `last` are its bounds in legal time.
        reason: how a provision ends; empty otherwise.
        of: for ``unblock``, the events whose block ends.
        apps: the only apps concerned; empty means all.
        inherited: comes from a measure on which this one depends.
        via_parent: is the measure's own record of such an end.
    """

    public: int
    recorded: int
    event: str
    op: str
    first: int
    last: int
    reason: str
    of: tuple[str, ...]
    apps: frozenset[str]
    replaces: tuple[str, ...]
    contested: bool
    inherited: bool
    via_parent: bool


class Path(NamedTuple):
    """A provision with the steps that shape it, ordered as they became public."""

    measure: Measure
    provision: Provision
    zone: str
    steps: tuple[Step, ...]


def paths_of(measure: Measure, zone: str, parents: Iterable[tuple[Measure, str]]) -> dict[str, Path]:
    """The path of every provision of a measure.

    Args:
        measure: the measure.
        zone: its jurisdiction's time zone.
        parents: every measure on which it depends, directly or not, each with its time zone.

    Raises:
        UsageError: a date is none.
    """
    inherited = [step for parent, where in parents for step in _ends(parent, where)]
    own = [(event, step_of(event, measure, zone)) for event in measure.events]
    made = {}
    for provision in measure.provisions:
        steps = [step for event, step in own if reaches(event, provision.id)]
        made[provision.id] = Path(measure, provision, zone, tuple(sorted([*steps, *inherited], key=_by_public)))
    return made


def reaches(event: Event, provision: str) -> bool:
    """Whether an event is about a provision."""
    return event.applies_to == EVERYTHING or provision in event.applies_to


def step_of(event: Event, measure: Measure, zone: str, *, inherited: bool = False) -> Step:
    """An event as a step. Dates are read in `zone`.

    Raises:
        UsageError: a date is none.
    """
    effect = event.effect
    first, last = _bounds(effect, zone)
    end = effect if isinstance(effect, End) else None
    return Step(
        public=instant(event.public_at, zone, "start"),
        recorded=instant(event.recorded_at or measure.recorded_at, zone, "start"),
        event=event.id,
        op=effect.__struct_config__.tag,  # type: ignore[arg-type]
        first=first,
        last=last,
        reason=end.reason if end else "",
        of=effect.of if isinstance(effect, Unblock) else (),
        apps=frozenset(event.apps),
        replaces=event.replaces,
        contested=event.contested,
        inherited=inherited,
        via_parent=bool(end and end.via_parent),
    )


def with_ancestors(measure: Measure, known: Mapping[str, Measure]) -> list[Measure]:
    """Every measure on which this one depends, nearest first; a name that is not known is left out."""
    found: dict[str, Measure] = {}
    waiting = list(measure.depends_on)
    while waiting:
        name = waiting.pop(0)
        parent = known.get(name)
        if parent is not None and name not in found:
            found[name] = parent
            waiting += parent.depends_on
    return list(found.values())


def _ends(parent: Measure, zone: str) -> Iterable[Step]:
    """The steps that end a whole measure, for those that depend on it."""
    for event in parent.events:
        if isinstance(event.effect, End) and event.applies_to == EVERYTHING and not event.effect.via_parent:
            yield step_of(event, parent, zone, inherited=True)


def _by_public(step: Step) -> int:
    return step.public


def _bounds(effect: Effect, zone: str) -> tuple[int, int]:
    """The legal times of an effect; those that it leaves open are `FOREVER`."""
    match effect:
        case Schedule(start=start):
            return instant(start.earliest, zone, "start"), instant(start.latest, zone, "start")
        case Block() | Forbear():
            until = FOREVER if effect.until is None else instant(effect.until, zone, "end")
            return instant(effect.from_, zone, "start"), until
        case Unblock(at=at) | End(at=at):
            return instant(at, zone, "start"), FOREVER
        case SetDeadline(due=due):
            return instant(due, zone, "end"), FOREVER
        case _:
            return 0, FOREVER
