"""Candidates: which source's data may reach which sink, each with a shortest path as evidence."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from affidavit.dalvik.whole.chop import PATHS, Chop, Search, chop, summarise
from affidavit.dalvik.whole.edges import KIND, NUMBER
from affidavit.dalvik.whole.graph import Graph
from affidavit.dalvik.whole.shapes import I32, I64, U8, Bool, CallGraph, Candidate, Link, Point
from affidavit.dalvik.whole.wide import hidden_by
from affidavit.dalvik.whole.witness_steps import steps
from affidavit.model.flow import Edge
from affidavit.model.limitation import Limitation

_CONTROL = NUMBER[Edge.CONTROL]
_SPARE = 4
"""How many times as many paths are found as are kept."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is looked for.

    Attributes:
        pairs: candidates in all. pairs_of_source: per source point. links: edges of one path.
        paths: paths within methods before calls are no longer matched with returns.
        work: states that the searches from all sources may reach together.
        implicit, implicit_of_source: as `pairs`, of those that go over branches.
    """

    pairs: int = 2_000
    pairs_of_source: int = 200
    links: int = 600
    paths: int = PATHS
    work: int = 400_000_000
    implicit: int = 500
    implicit_of_source: int = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What the search gave.

    Attributes:
        candidates: sorted by source and sink. limitations: what was left out.
    """

    candidates: tuple[Candidate, ...]
    limitations: tuple[Limitation, ...]


def _nothing() -> None:
    """The budget of a search that has none."""


def candidates(  # noqa: PLR0917 - each is one part of the question
    graph: Graph,
    calls: CallGraph,
    sources: Sequence[Point],
    sinks: Sequence[Point],
    limits: Limits = Limits(),
    check: Callable[[], None] = _nothing,
) -> Found:
    """Find every source whose data may reach a sink.

    Paths on which values are copied come first; only pairs that have none get one over branches.

    Args:
        graph: the value-flow graph.
        calls: the call graph that it was made from.
        sources: where data comes from.
        sinks: where it should not go unseen.
        limits: bounds.
        check: called now and then; it may raise to stop.
    """
    asked = _Asked(graph, calls, _vertices(calls, sources, source=True), _vertices(calls, sinks, source=False), limits)
    control = (graph.label & KIND) == _CONTROL
    asked.solve(control if control.any() else None, check, implicit=False)
    if control.any():
        asked.solve(None, check, implicit=True)
    found = tuple(asked.found[key] for key in sorted(asked.found))
    wide = hidden_by(graph, asked.starts, control)
    return Found(found, (*wide, *asked.limitations()))


def _numbered(words: Sequence[str]) -> I64:
    """The same number for equal words."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int64)


def _turns(keys: I64) -> I64:
    """For each key how many equal ones come before it."""
    order = np.argsort(keys, kind="stable")
    begins = np.flatnonzero(np.diff(keys[order], prepend=-1))
    found = np.empty(len(keys), np.int64)
    found[order] = np.arange(len(keys)) - np.repeat(begins, np.diff(begins, append=len(keys)))
    return found


def _vertices(calls: CallGraph, points: Sequence[Point], *, source: bool) -> list[tuple[Point, int]]:
    """Points with their vertices; without those that are none."""
    found = [(point, vertex_of(calls, point, source=source)) for point in sorted(set(points))]
    return [(point, vertex) for point, vertex in found if vertex >= 0]


def vertex_of(calls: CallGraph, point: Point, *, source: bool) -> int:
    """The vertex where a path of a point begins or ends; -1 when there is none.

    A source fills an operand, which is a changed object; a sink takes one, which is a value.
    """
    word, _, number = point.role.partition(" ")
    if word != "operand":
        return 2 * point.node
    operands = calls.code.operands(point.node)
    at = int(number)
    return 2 * operands[at] + source if at < len(operands) and operands[at] >= 0 else -1


@dataclass(frozen=True, slots=True)
class _Way:
    """A path from a source to a sink, by their numbers: edges of the chop, and the edge that decides the sink or -1."""

    source: int
    sink: int
    edges: I32
    branch: int


class _Asked:
    """One search. Sources and sinks are numbered in their order.

    Attributes:
        found: candidates by the numbers of source and sink.
    """

    def __init__(
        self,
        graph: Graph,
        calls: CallGraph,
        sources: list[tuple[Point, int]],
        sinks: list[tuple[Point, int]],
        limits: Limits,
    ) -> None:
        self._graph, self._calls, self._limits = graph, calls, limits
        self._sources, self._sinks = sources, sinks
        self._kinds = _numbered([point.what for point, _ in sources]), _numbered([point.what for point, _ in sinks])
        self._ends: list[tuple[Point, int, int]] = []
        self._sink_of = np.empty(0, np.int32)
        self._work, self._matched = 0, True
        self._left_sources, self._left_long = 0, {False: 0, True: 0}
        self._pairs, self._kept = {False: 0, True: 0}, {False: 0, True: 0}
        self._direct: dict[int, U8] = {}
        self.found: dict[tuple[int, int], Candidate] = {}

    @property
    def starts(self) -> I32:
        """Vertices of the sources."""
        return np.array([vertex for _, vertex in self._sources], np.int32)

    def solve(self, skip: Bool | None, check: Callable[[], None], *, implicit: bool) -> None:
        """Find candidates without some of the edges; then, for pairs that have none, with the others."""
        if not self._sources or not self._sinks:
            return
        starts = self.starts
        self._ends = [(sink, vertex, -1) for sink, vertex in self._sinks]
        if implicit:
            self._ends += self._branches()
        numbers = {sink: number for number, (sink, _) in enumerate(self._sinks)}
        self._sink_of = np.array([numbers[sink] for sink, _, _ in self._ends], np.int32)
        ends = np.array([vertex for _, vertex, _ in self._ends], np.int32)
        part = chop(self._graph, np.unique(starts), np.unique(ends), skip)
        check()
        if not len(part.vertices):
            return
        summaries = summarise(part, check, self._limits.paths)
        self._matched &= summaries.whole
        search, at_start, at_end = Search(part, summaries), part.local(starts), part.local(ends)
        inside = np.flatnonzero(at_end >= 0).astype(np.int32)
        order = np.argsort(at_start, kind="stable")
        order = order[at_start[order] >= 0]
        share = self._share(len(order), implicit)
        begun, kept = -1, list[_Way]()
        for row in order.tolist():
            check()
            if self._work > self._limits.work:
                self._left_sources += 1
                continue
            if at_start[row] != begun:
                begun = int(at_start[row])
                self._work += search.start(begun)
            kept += self._ways(row, search, inside, at_end[inside], share, implicit)
        self._keep(part, kept, implicit)

    def _share(self, sources: int, implicit: bool) -> int:
        """How many paths are found from each source, so that the last one finds as many as the first."""
        limits = self._limits
        most, room = (
            (limits.implicit_of_source, limits.implicit) if implicit else (limits.pairs_of_source, limits.pairs)
        )
        return min(most, max(1, _SPARE * room // max(1, sources)))

    def _ways(  # noqa: PLR0917 - each is one part of the walk
        self, source: int, search: Search, inside: I32, at_end: I32, most: int, implicit: bool
    ) -> Iterator[_Way]:
        """Paths from one source, nearest sinks first, but one of each kind before two of any."""
        states, there = search.reached(at_end)
        near = np.flatnonzero(there)
        near = near[np.argsort(search.rank(states[near]), kind="stable")]
        sinks, first = np.unique(self._sink_of[inside[near]], return_index=True)
        reached = np.zeros(len(self._sinks), np.bool_)
        reached[sinks] = True
        if implicit:
            if source in self._direct:
                first = first[np.unpackbits(self._direct[source], count=len(reached))[sinks] == 0]
        else:
            self._direct[source] = np.packbits(reached)
        near = near[np.sort(first)]
        self._pairs[implicit] += len(near)
        ends = inside[near]
        places = np.argsort(_turns(self._kinds[1][self._sink_of[ends]]), kind="stable")[:most]
        for end, state in zip(ends[places].tolist(), states[near[places]].tolist(), strict=True):
            edges = search.edges(state, self._limits.links)
            if edges is None:
                self._left_long[implicit] += 1
            else:
                yield _Way(source, int(self._sink_of[end]), edges, self._ends[end][2])

    def _keep(self, part: Chop, ways: list[_Way], implicit: bool) -> None:
        """Make candidates of the shortest paths, one of each kind before two, and of each source before two of it."""
        most = self._limits.implicit if implicit else self._limits.pairs
        length = np.array([len(way.edges) for way in ways], np.int32)
        source, sink = np.array([way.source for way in ways], np.int64), np.array([way.sink for way in ways], np.int64)
        order, count = np.lexsort((sink, source, length)), len(self._sinks)
        for begin in (source, self._kinds[0][source]):
            order = order[np.argsort(_turns((begin * count + self._kinds[1][sink])[order]), kind="stable")]
        chosen = [ways[row] for row in order[:most].tolist()]
        self._kept[implicit] = len(chosen)
        links = iter(self._links(part, np.concatenate([np.empty(0, np.int32), *(way.edges for way in chosen)])))
        for way in chosen:
            path = (*islice(links, len(way.edges)), *self._last(way.branch))
            branches = any(link.edge == _CONTROL for link in path)
            start, end = self._sources[way.source][0], self._sinks[way.sink][0]
            self.found[way.source, way.sink] = Candidate(start, end, path, branches)

    def _branches(self) -> list[tuple[Point, int, int]]:
        """Sinks that run only on one side of a branch: the point, the vertex that decides, and the edge."""
        graph = self._graph
        decides = (graph.label & KIND) == _CONTROL
        rows = np.flatnonzero(decides & (graph.site != graph.head >> 1))  # an answer is not decided to be given
        by_vertex: dict[int, list[int]] = {}
        for row in rows.tolist():
            by_vertex.setdefault(int(graph.head[row]), []).append(row)
        return [
            (sink, int(graph.tail[row]), row) for sink, _ in self._sinks for row in by_vertex.get(2 * sink.node, ())
        ]

    def _last(self, row: int) -> list[Link]:
        """The link over a branch to the sink that it decides about, if that is how it ends."""
        graph = self._graph
        if row < 0:
            return []
        return [
            Link(int(graph.tail[row]) >> 1, False, int(graph.head[row]) >> 1, False, _CONTROL, int(graph.site[row]))
        ]

    @staticmethod
    def _links(part: Chop, edges: I32) -> Iterator[Link]:
        """Edges of the chop as links."""
        tail, head = part.vertices[part.tail[edges]], part.vertices[part.head[edges]]
        ends = (column for end in (tail, head) for column in ((end >> 1).tolist(), (end & 1 == 1).tolist()))
        return map(Link, *ends, (part.label[edges] & KIND).tolist(), part.site[edges].tolist())

    def limitations(self) -> list[Limitation]:
        """What was left out."""
        limits, found = self._limits, []
        if not self._matched:
            detail = f"more than {limits.paths:,} paths within methods; returns were not matched with calls"
            found.append(Limitation("flows/contexts-not-matched", detail))
        for implicit, kind in ((False, "flows/too-many-pairs"), (True, "flows/implicit-bounded")):
            pairs, kept = self._pairs[implicit], self._kept[implicit]
            left = pairs - kept - self._left_long[implicit]
            if left:
                how = " over branches only" if implicit else ""
                detail = (
                    f"{pairs:,} pairs of a source and a sink have a path{how}; {kept:,} of them were followed further, "
                    "some of each kind, the shortest first"
                )
                found.append(Limitation(kind, detail, count=left))
        if self._left_sources:
            detail = f"after {limits.work:,} steps the remaining sources were not followed"
            found.append(Limitation("flows/too-many-sources", detail, count=self._left_sources))
        long = sum(self._left_long.values())
        if long:
            detail = f"a path has more than {limits.links:,} links; such flows were left out"
            found.append(Limitation("flows/path-too-long", detail, count=long))
        return found


__all__ = ["Found", "Limits", "candidates", "steps", "vertex_of"]
