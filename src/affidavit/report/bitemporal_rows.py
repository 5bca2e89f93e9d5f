"""What is seen of a plane: rows by what was known, each with its runs over legal time, and both axes' breaks."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from affidavit.model.history import Plane, Scope
from affidavit.report.chart_time import Run, bounds, runs, when
from affidavit.report.chart_words import acts_of


class Row(NamedTuple):
    """A stretch of knowledge with one picture of legal time; None where the stretch is open or leaves the window."""

    start: datetime | None
    end: datetime | None
    runs: tuple[Run, ...]


def subtitle(plane: Plane) -> str:
    """What a plane is about: the summary of its provision, or the acts of each of several; empty if it says nothing."""
    if not plane.summaries:
        return ""
    if len(plane.provisions) == 1:
        return plane.summaries[0]
    parts = zip(plane.provisions, plane.acts, plane.summaries, strict=True)
    return "; ".join(f"{name} {acts_of(acts, summary)}" for name, acts, summary in parts)


def rows(plane: Plane, scope: Scope) -> list[Row]:
    """The rows of a plane, the earliest knowledge first; layers that look the same are one."""
    since = when(scope.since) if scope.since else None
    found: list[Row] = []
    for layer in plane.layers:
        start = when(layer.known)
        seen = runs(layer.segments, scope)
        if found and _looks(found[-1].runs) == _looks(seen):
            joined = [
                one._replace(segments=tuple(dict.fromkeys((*one.segments, *two.segments))))
                for one, two in zip(found[-1].runs, seen, strict=True)
            ]
            found[-1] = found[-1]._replace(runs=tuple(joined))
            continue
        if found:
            found[-1] = found[-1]._replace(end=start)
        found.append(Row(None if since and start <= since else start, None, seen))
    return found


def breaks_of(shown: Sequence[Row]) -> list[datetime]:
    """Every instant that either axis needs, ascending: one list for both, so that equal dates meet on the diagonal."""
    known = {item for row in shown for item in (row.start, row.end) if item}
    return sorted(known.union(*(bounds(row.runs) for row in shown)))


def _looks(seen: tuple[Run, ...]) -> list[tuple[object, ...]]:
    """What a reader can tell of runs."""
    return [(run.look, run.start, run.end) for run in seen]
