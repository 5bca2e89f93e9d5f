"""Candidates: which source's data may reach which sink, each with a shortest path as evidence."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from affidavit.dalvik.whole.chop import PATHS, Chop, Search, chop, summarise
from affidavit.dalvik.whole.edges import KIND, NUMBER
from affidavit.dalvik.whole.graph import Graph
from affidavit.dalvik.whole.shapes import I32, Bool, CallGraph, Candidate, Link, Point
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

    pairs: int = 5_000
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
    return Found(tuple(sorted(asked.found.values(), key=_order)), (*graph.limitations, *asked.limitations()))


def _order(candidate: Candidate) -> tuple[Point, Point]:
    return candidate.source, candidate.sink


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
    """A path to a sink, as edges of the chop; `branch` is the edge by which the sink is decided, or -1."""

    length: int
    source: Point
    sink: Point
    edges: I32
    branch: int


class _Asked:
    """One search.

    Attributes:
        found: candidates by source and sink.
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
        self._ends: list[tuple[Point, int, int]] = []
        self._work, self._matched = 0, True
        self._left_sources = self._left_long = 0
        self._left = {False: 0, True: 0}
        self._direct: dict[Point, I32] = {}
        self.found: dict[tuple[Point, Point], Candidate] = {}

    def solve(self, skip: Bool | None, check: Callable[[], None], *, implicit: bool) -> None:
        """Find candidates without some of the edges; then, for pairs that have none, with the others."""
        if not self._sources or not self._sinks:
            return
        starts = np.array([vertex for _, vertex in self._sources], np.int32)
        self._ends = [(sink, vertex, -1) for sink, vertex in self._sinks]
        if implicit:
            self._ends += self._branches()
        ends = np.array([vertex for _, vertex, _ in self._ends], np.int32)
        part = chop(self._graph, np.unique(starts), np.unique(ends), skip)
        check()
        if not len(part.vertices):
            return
        summaries = summarise(part, check, self._limits.paths)
        self._matched &= summaries.whole
        search, at_start, at_end = Search(part, summaries), part.local(starts), part.local(ends)
        inside = np.flatnonzero(at_end >= 0)
        begun, kept = -1, list[_Way]()
        for row in np.argsort(at_start, kind="stable").tolist():
            if at_start[row] < 0:
                continue
            check()
            if self._work > self._limits.work:
                self._left_sources += 1
                continue
            if at_start[row] != begun:
                begun = int(at_start[row])
                self._work += search.start(begun)
            kept += self._ways(self._sources[row][0], search, inside, at_end, implicit, len(kept))
        self._keep(part, kept, implicit)

    def _ways(  # noqa: PLR0917 - each is one part of the walk
        self,
        source: Point,
        search: Search,
        inside: "np.ndarray[tuple[int], np.dtype[np.intp]]",
        at_end: I32,
        implicit: bool,
        known: int,
    ) -> "Iterator[_Way]":
        """Paths from one source, nearest sinks first, but one of each kind before two of any."""
        states, there = search.reached(at_end[inside])
        near = np.flatnonzero(there)
        near = near[np.argsort(search.rank(states[near]), kind="stable")]
        turns, ends = Counter[str](), list[tuple[int, int]]()
        if not implicit:
            self._direct[source] = inside[near].astype(np.int32)
        seen = {self._ends[row][0] for row in self._direct.get(source, ())} if implicit else set[Point]()
        for place in near.tolist():
            sink = self._ends[int(inside[place])][0]
            if sink not in seen:
                seen.add(sink)
                turns[sink.what] += 1
                ends.append((turns[sink.what], place))
        ends.sort(key=lambda item: item[0])
        limits = self._limits
        most, room = (
            (limits.implicit_of_source, limits.implicit) if implicit else (limits.pairs_of_source, limits.pairs)
        )
        most = max(0, min(most, _SPARE * room - known))
        self._left[implicit] += max(0, len(ends) - most)
        for _, place in ends[:most]:
            sink, _, branch = self._ends[int(inside[place])]
            edges = search.edges(int(states[place]), limits.links)
            if edges is None:
                self._left_long += 1
            else:
                yield _Way(len(edges), source, sink, np.array(edges, np.int32), branch)

    def _keep(self, part: Chop, ways: "list[_Way]", implicit: bool) -> None:
        """Make candidates of the shortest paths, one of each kind of source and sink before two of any."""
        most = self._limits.implicit if implicit else self._limits.pairs
        turns, ordered = Counter[tuple[str, str]](), list[tuple[int, _Way]]()
        for way in sorted(ways, key=lambda item: (item.length, item.source, item.sink)):
            turns[way.source.what, way.sink.what] += 1
            ordered.append((turns[way.source.what, way.sink.what], way))
        ordered.sort(key=lambda item: item[0])
        self._left[implicit] += max(0, len(ordered) - most)
        for _, way in ordered[:most]:
            links = (*(self._link(part, edge) for edge in way.edges.tolist()), *self._last(way.branch))
            branches = any(link.edge == _CONTROL for link in links)
            self.found[way.source, way.sink] = Candidate(way.source, way.sink, links, branches)

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

    def _link(self, part: Chop, edge: int) -> Link:
        tail, head = int(part.vertices[part.tail[edge]]), int(part.vertices[part.head[edge]])
        kind, site = int(part.label[edge]) & KIND, int(part.site[edge])
        return Link(tail >> 1, bool(tail & 1), head >> 1, bool(head & 1), kind, site)

    def limitations(self) -> list[Limitation]:
        """What was left out."""
        limits, found = self._limits, []
        if not self._matched:
            detail = f"more than {limits.paths:,} paths within methods; returns were not matched with calls"
            found.append(Limitation("flows/contexts-not-matched", detail))
        if self._left[False]:
            most = f"{limits.pairs_of_source:,} sinks of one source or {limits.pairs:,} pairs"
            detail = f"more than {most}; the others are left out"
            found.append(Limitation("flows/too-many-pairs", detail, count=self._left[False]))
        if self._left[True]:
            most = f"{limits.implicit_of_source:,} sinks of one source or {limits.implicit:,} pairs over branches"
            detail = f"more than {most}; the others are left out"
            found.append(Limitation("flows/implicit-bounded", detail, count=self._left[True]))
        if self._left_sources:
            detail = f"after {limits.work:,} steps the remaining sources were not followed"
            found.append(Limitation("flows/too-many-sources", detail, count=self._left_sources))
        if self._left_long:
            detail = f"a path has more than {limits.links:,} links; such flows were left out"
            found.append(Limitation("flows/path-too-long", detail, count=self._left_long))
        return found


__all__ = ["Found", "Limits", "candidates", "steps", "vertex_of"]
