"""Checks of what belongs together: a bar and its start, a deadline and its moves, a measure and its parents."""

from collections.abc import Iterator

from affidavit.law.lint.dates import Messages
from affidavit.law.lint.draft import Draft, at, filled, parts
from affidavit.law.steps import reaches, with_ancestors
from affidavit.model.measure import ANSWERING, End, Event, Measure, Provision, Schedule, SetDeadline, Source

_NEEDS = {
    "prohibition": (("transactions", "it would bar nothing"),),
    "deadline": (("due", "nobody could tell when it passes"), ("duty_holder", "nobody could tell whose it is")),
    "definition": (("term", "nobody could tell what it defines"),),
}
"""Kind of provision -> the fields that it cannot do without, and why."""
_MET = frozenset({"deadline", "duty", "condition"})
_SAID = frozenset({"title", "summary", "text", "court", "case"})
"""Fields that may not be blank, except in a source, which has several names."""


def said(draft: Draft) -> Messages:
    """What readers are shown of a measure says something."""
    for path, measure in draft.measures.items():
        for where, item in parts(measure):
            for name, value in () if isinstance(item, Source) else filled(item):
                if name in _SAID and isinstance(value, str) and not value.strip():
                    yield path, f"{at(where, name)}is empty; write a sentence in your own words"


def scheduled(draft: Draft) -> Messages:
    """Every prohibition has an event that says when it starts; without one it is never in force."""
    for path, measure in draft.measures.items():
        starts = [event for event in measure.events if isinstance(event.effect, Schedule)]
        for provision in measure.provisions:
            if provision.kind == "prohibition" and not any(reaches(event, provision.id) for event in starts):
                yield (
                    path,
                    (
                        f"provision {provision.id}: no event schedules it; "
                        "add one with effect {op: schedule, start: {earliest: ..., latest: ...}}"
                    ),
                )


def spoken_to(draft: Draft) -> Messages:
    """What bars an act or gives a power over it says whom it addresses."""
    for path, measure in draft.measures.items():
        for provision in measure.provisions:
            if provision.kind in ANSWERING and provision.transactions and not provision.actors:
                yield (
                    path,
                    (
                        f"provision {provision.id}: has transactions but no actors, so it would reach nobody; "
                        "name them, or write any_person"
                    ),
                )


def complete(draft: Draft) -> Messages:
    """A provision has what its kind is asked for."""
    for path, measure in draft.measures.items():
        for provision in measure.provisions:
            for name, why in _NEEDS.get(provision.kind, ()):
                if not getattr(provision, name):
                    yield path, f"provision {provision.id}: is a {provision.kind} and has no {name}, so {why}; add it"


def deadlines(draft: Draft) -> Messages:
    """Only deadlines are moved by the op deadline, and only what asks for something is met."""
    for path, measure in draft.measures.items():
        for event in measure.events:
            about = [item for item in measure.provisions if reaches(event, item.id)]
            if event.type == "deadline_met":
                does, name = "says that a deadline was met", "deadlines, duties or conditions"
                yield from ((path, _misplaced(event, item, does, name)) for item in about if item.kind not in _MET)
            if isinstance(event.effect, SetDeadline):
                does, name = "moves a due date", "deadlines"
                yield from ((path, _misplaced(event, item, does, name)) for item in about if item.kind != "deadline")


def _misplaced(event: Event, item: Provision, does: str, wanted: str) -> str:
    """That an event is about a provision of a kind that it cannot be about."""
    return f"event {event.id}: {does}, but {item.id} is a {item.kind}; name the {wanted} in applies_to"


def parents(draft: Draft) -> Messages:
    """A measure agrees with those on which it rests about when they ended."""
    for path, measure in draft.measures.items():
        ends = [
            (event, parent)
            for parent in with_ancestors(measure, draft.by_id)
            for event in parent.events
            if isinstance(event.effect, End) and event.applies_to == "all"
        ]
        for event in measure.events:
            if isinstance(event.effect, End) and event.effect.via_parent:
                yield from ((path, f"event {event.id}: {text}") for text in _recorded(draft, measure, event, ends))
            if isinstance(event.effect, Schedule):
                yield from ((path, f"event {event.id}: {text}") for text in _too_late(draft, measure, event, ends))


def _recorded(draft: Draft, child: Measure, event: Event, ends: list[tuple[Event, Measure]]) -> Iterator[str]:
    """What is wrong with a child's record of its parent's end."""
    if not child.depends_on:
        yield "via_parent is true, but the measure has no depends_on; name the parent there, or leave via_parent out"
        return
    effect = event.effect
    mine = draft.moment(child, effect.at) if isinstance(effect, End) else None
    theirs = {draft.moment(parent, end.effect.at) for end, parent in ends if isinstance(end.effect, End)}
    if mine is not None and mine not in theirs:
        known = ", ".join(f"{parent.id} at {end.effect.at}" for end, parent in ends if isinstance(end.effect, End))
        yield f"no measure on which this one rests ends at that time; ends are {known or 'not recorded'}"


def _too_late(draft: Draft, child: Measure, event: Event, ends: list[tuple[Event, Measure]]) -> Iterator[str]:
    """What is wrong with a start, seen from the ends of parents that were public by then."""
    if not isinstance(event.effect, Schedule):
        return
    start, public = draft.moment(child, event.effect.start.earliest), draft.moment(child, event.public_at)
    for end, parent in ends:
        ended = draft.moment(parent, end.effect.at) if isinstance(end.effect, End) else None
        told = draft.moment(parent, end.public_at)
        if None not in {start, public, ended, told} and ended <= start and told < public:  # type: ignore[operator]
            yield f"starts when {parent.id} had already ended, by {end.id}; mend the start or depends_on"
