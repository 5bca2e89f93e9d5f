"""How sure a conclusion is: as sure as the weakest thing that it rests on."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from affidavit.model.determination import Outcome
from affidavit.model.measure import Event

Mark = TypeVar("Mark", bound=str)

_ORDER = ("", "H", "M", "L")
"""Marks of confidence, the surest first; nothing said takes nothing away."""


def weakest(*marks: Mark) -> Mark:
    """The least sure of at least one mark: H, M, L, or empty for what says nothing of it."""
    return max(marks, key=_ORDER.index)


def event_marks(events: Iterable[Event], outcome: Outcome | None) -> Iterator[str]:
    """The confidence of each event relied on; of an open start, also that of its weaker parts."""
    for event in events:
        yield event.confidence
        if outcome is Outcome.UNCERTAIN:
            yield from event.weaker.values()
