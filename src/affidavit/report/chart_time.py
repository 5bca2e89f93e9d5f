"""Time on a chart: what of a history is seen, and where along an axis it lies.

Events come in bursts with years between them, so an axis gives each stretch between two changes a place of its own and
is not to scale; its dates stand at the changes.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from typing import NamedTuple

from affidavit.model.history import Moment, Scope, Segment
from affidavit.report.dates import written
from affidavit.report.outcome_marks import MARKS, Look, look

_HOUR = 3600
_DAY = 86_400
_MONTH = 30.44
_YEAR = 365.25


class Run(NamedTuple):
    """Neighbouring segments that look the same. Bounds are instants, None where open or outside the window."""

    look: Look
    start: datetime | None
    end: datetime | None
    segments: tuple[Segment, ...]


def when(text: str) -> datetime:
    """An instant of a history."""
    return datetime.fromisoformat(text)


def runs(segments: Iterable[Segment], scope: Scope) -> tuple[Run, ...]:
    """What is seen of segments within the window, neighbours that look the same taken together."""
    since = when(scope.since) if scope.since else None
    until = when(scope.until) if scope.until else None
    found: list[Run] = []
    for item in segments:
        start = when(item.start) if item.start else None
        end = when(item.end) if item.end else None
        if (since and end and end <= since) or (until and start and start > until):
            continue
        start = None if start and since and start <= since else start
        end = None if end and until and end > until else end
        if found and found[-1].look == look(item):
            found[-1] = found[-1]._replace(end=end, segments=(*found[-1].segments, item))
        else:
            found.append(Run(look(item), start, end, (item,)))
    return tuple(found)


def statement(run: Run, words: dict[str, str]) -> str:
    """A run in exact words: what holds, from when, up to when, by which events."""
    outcome, segments = run.look.outcome, run.segments
    what = words.get(outcome, run.look.mark.word) if outcome else "not announced"
    first, last = segments[0].start, segments[-1].end
    events = dict.fromkeys(name for item in segments for name in item.events)
    from_ = f", from {written(first)}" if first else ", from the beginning"
    to = f" up to {written(last)}" if last else " on"
    return f"{what}{run.look.word.removeprefix(run.look.mark.word)}{from_}{to}" + (
        f"; by {', '.join(events)}" if events else ""
    )


class Axis(NamedTuple):
    """Breaks in ascending order, and the places of the left end, of each break and of the right end."""

    breaks: tuple[datetime, ...]
    edges: tuple[float, ...]

    def place(self, moment: datetime) -> float:
        """Where an instant lies; one between two breaks lies at the earlier."""
        return self.edges[bisect_right(self.breaks, moment)]

    def span(self, start: datetime | None, end: datetime | None) -> tuple[float, float]:
        """Where a stretch begins and ends; an open bound is the end of the axis."""
        return self.place(start) if start else self.edges[0], self.place(end) if end else self.edges[-1]


def axis(
    breaks: Iterable[datetime], left: float, *, before: float, step: float, growth: float, after: float,
    least: float = 0,
) -> Axis:  # fmt: skip
    """An axis on which longer stretches are a little longer.

    Args:
        breaks: in any order.
        left: where it begins.
        before: room ahead of the first break.
        after: room behind the last break, at least.
        step: the least length of a stretch between two breaks.
        growth: what is added for each tenfold number of days.
        least: the least length of the axis, for which the stretches between breaks are widened.
    """
    ordered = tuple(sorted(set(breaks)))
    pairs = pairwise(ordered)
    sizes = [step + growth * math.log10(1 + (two - one).total_seconds() / _DAY) for one, two in pairs]
    spare = max(least - before - sum(sizes) - after, 0)
    sizes = [size + spare * size / sum(sizes) for size in sizes]
    edges = list(accumulate([before, *sizes], initial=left)) if ordered else [left]
    edges.append(max(edges[-1] + after, left + least))
    return Axis(ordered, tuple(round(edge, 1) for edge in edges))


def bounds(shown: Iterable[Run]) -> set[datetime]:
    """Where runs begin and end."""
    return {item for run in shown for item in (run.start, run.end) if item is not None}


def length(one: datetime, two: datetime) -> str:
    """A stretch of time in few letters."""
    seconds = (two - one).total_seconds()
    days = seconds / _DAY
    if seconds < _HOUR:
        return f"{round(seconds / 60)} min"
    if days < 1:
        return f"{round(seconds / _HOUR)} h"
    if days < 2 * _MONTH:
        return f"{round(days)} d"
    return f"{round(days / _MONTH)} mo" if days < 2 * _YEAR else f"{days / _YEAR:.1f} y"


_EFFECTS = {
    "schedule": ("starts", "starts at the latest"),
    "block": ("court block begins", "court block ends"),
    "forbear": ("non-enforcement begins", "non-enforcement ends"),
    "unblock": ("court block lifted", ""),
    "end": ("loses force", ""),
}


def became_public(at: datetime, moments: Sequence[Moment]) -> list[str]:
    """What the public learnt at an instant, event by event, those that change something first."""
    learnt = sorted((item for item in moments if when(item.public_at) == at), key=lambda item: item.op == "inform")
    return [f"{item.text} ({item.event})" for item in learnt]


def takes_effect(at: datetime, moments: Sequence[Moment], histories: Iterable[Sequence[Segment]] = ()) -> list[str]:
    """What changes in legal time at an instant, event by event.

    Args:
        at: the instant.
        moments: the events.
        histories: segments of each provision that they concern, which tell an end from one that comes after another.
    """
    found = []
    further = _further_ends(at, histories)
    for item in moments:
        first, last = _EFFECTS.get(item.op, ("", ""))
        if item.op == "schedule" and item.first != item.last:
            first = "may start"
        first = further.get(item.event, first) if item.op == "end" else first
        if item.first and when(item.first) == at:
            found.append(f"{first} ({item.event})")
        elif item.last and when(item.last) == at:
            found.append(f"{last} ({item.event})")
    return found


def _further_ends(at: datetime, histories: Iterable[Sequence[Segment]]) -> dict[str, str]:
    """Event -> what it does at an instant, if it ends only what had ended before."""
    ending: set[str] = set()
    further: dict[str, str] = {}
    for segments in histories:
        for one, two in pairwise(segments):
            if when(two.start) != at or len(two.ends) == len(one.ends):
                continue
            events = [name for name in two.events if name not in one.events]
            if not one.ends:
                ending.update(events)
                continue
            words = " and ".join(dict.fromkeys(MARKS[item].word for item in two.ends[len(one.ends) :]))
            further.update(dict.fromkeys(events, f"also {words} as of this day"))
    return {event: text for event, text in further.items() if event not in ending}


def events_at(at: datetime, moments: Iterable[Moment]) -> list[str]:
    """Ids of the events that became public or take effect at an instant."""
    return [item.event for item in moments if at in {when(x) for x in (item.public_at, item.first, item.last) if x}]


def own_moments(moments: Iterable[Moment], provisions: Iterable[str]) -> list[Moment]:
    """The events that concern some of the provisions."""
    wanted = set(provisions)
    return [item for item in moments if not wanted.isdisjoint(item.provisions)]
