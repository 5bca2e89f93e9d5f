"""Checks of what has to come before what: a measure before what happens to it, a block before its end, a base first."""

from affidavit.law.lint.dates import Messages, written
from affidavit.law.lint.draft import Draft, at, moment, parts
from affidavit.law.steps import with_ancestors
from affidavit.model.measure import Block, Days, Event, Measure, Schedule, Unblock

_MAKING = frozenset({"issued", "published", "identified", "determination"})
_AHEAD = frozenset({"announcement"})
"""Types of events that may be public before the measure is made."""


def made_first(draft: Draft) -> Messages:
    """Nothing happens to a measure before it is made; it may only be announced."""
    for path, measure in draft.measures.items():
        making = [event for event in measure.events if event.type in _MAKING or isinstance(event.effect, Schedule)]
        times = [(when, event.id) for event in making if (when := _earliest(draft, measure, event)) is not None]
        first = min(times, default=None)
        for event in measure.events:
            if first is not None and event.type not in _AHEAD and _before(draft, measure, event, first[0]):
                yield (
                    path,
                    (
                        f"event {event.id}: became public ({event.public_at}) before the measure was made, "
                        f"by {first[1]}; mend public_at of one of them"
                    ),
                )


def blocked_first(draft: Draft) -> Messages:
    """A block is public before its end is."""
    for path, measure in draft.measures.items():
        blocks = {event.id: event for event in measure.events if isinstance(event.effect, Block)}
        for event in measure.events:
            of = event.effect.of if isinstance(event.effect, Unblock) else ()
            for block in (blocks[name] for name in of if name in blocks):
                began = _earliest(draft, measure, block)
                if began is not None and _before(draft, measure, event, began):
                    yield (
                        path,
                        (
                            f"event {event.id}: became public ({event.public_at}) before {block.id}, which it unblocks "
                            f"({block.public_at}); mend public_at of one of them"
                        ),
                    )


def _earliest(draft: Draft, measure: Measure, event: Event) -> int | None:
    """The first second at which an event can have been public."""
    text = event.public_at
    return draft.moment(measure, f"{text}-01" if len(text) == len("2020-09") else text)


def _before(draft: Draft, measure: Measure, event: Event, when: int) -> bool:
    """Whether an event was public before a time, whatever hour of its day it was."""
    public = draft.moment(measure, event.public_at, "end")
    return public is not None and public < when


def bases(draft: Draft) -> Messages:
    """What a date is counted from is a date of the document, of an event, or of a measure on which it rests."""
    for path, measure in draft.measures.items():
        known = {day for item in (measure, *with_ancestors(measure, draft.by_id)) for day in _days(item)}
        for where, item in parts(measure):
            if isinstance(item, Days) and moment(item.base, "UTC") is not None and _day(item.base) not in known:
                yield (
                    path,
                    (
                        f"{at(where, 'base')}{item.base} is no date of the measure, of its events or of a measure on "
                        "which it rests; add it to dates with its name, or mend it"
                    ),
                )


def _days(measure: Measure) -> set[str]:
    """The days that a measure and its events give; what a provision states is no base for a count."""
    events = (found.text for event in measure.events for found in written(event) if found.name != "base")
    return {_day(text) for text in (*measure.dates.values(), *events)}


def _day(text: str) -> str:
    return text[: len("2020-09-18")]
