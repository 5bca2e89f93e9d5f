"""The part of the graph that lies between sources and sinks, and the realizable paths in it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.kernels import solve
from affidavit.dalvik.whole.edges import CHANGED, CLOSE, OPEN, index
from affidavit.dalvik.whole.graph import Graph
from affidavit.dalvik.whole.shapes import I32, U8, Bool

PATHS = 4_000_000
"""Paths within methods that are followed before calls are no longer matched with returns (184 MB)."""
SUMMARIES = 2_000_000
_STEPS = 2_000_000
"""Edges looked at between two looks at the budget."""


@dataclass(slots=True, eq=False)
class Chop:
    """Vertices and edges on paths from a source to a sink, calls and returns not matched.

    Attributes:
        vertices: vertex of the graph of each vertex here, ascending.
        tail, head, label, site: edges by tail, then by site; those from a changed object to its value included.
        row: row of each edge in the graph, -1 for the latter. start: edges by tail.
    """

    vertices: I32
    tail: I32
    head: I32
    label: U8
    site: I32
    row: I32
    start: I32

    def local(self, vertices: I32) -> I32:
        """Number here of vertices of the graph, -1 for one that is not in."""
        if not len(self.vertices):
            return np.full(len(vertices), -1, np.int32)
        at = np.minimum(np.searchsorted(self.vertices, vertices), len(self.vertices) - 1)
        return np.where(self.vertices[at] == vertices, at, -1).astype(np.int32)


@dataclass(slots=True, eq=False)
class Summaries:
    """What goes through calls and comes back.

    Attributes:
        paths: (n, 5) entry, vertex, row of the path that it prolongs or -1, edge added or -2 - row of a summary, next.
        table: (m, 6) vertex before and after the call, edge in, row of the path through, edge out, next with the same
            first vertex. first: (vertices,) first row in `table`.
        whole: False when there were too many paths; then calls are not matched with returns.
    """

    paths: I32
    table: I32
    first: I32
    whole: bool


def chop(graph: Graph, sources: I32, sinks: I32, skip: Bool | None = None) -> Chop:
    """Cut out what lies between vertices of sources and of sinks; `skip` says of each edge whether not to use it."""
    rows = graph.rows if skip is None else graph.rows[~skip[graph.rows]]
    start = graph.start if skip is None else index(graph.tail[rows], graph.vertices).start
    seen, queue = np.zeros(graph.vertices, np.uint8), np.empty(graph.vertices, np.int32)
    count = solve.reach(start, rows, graph.head, sources, 0, seen, queue)
    if not seen[sinks].any():
        return _empty()
    few = count < graph.vertices // 16
    rows = _rows_of(start, rows, queue[:count]) if few else rows[seen[graph.tail[rows]] != 0]
    back = index(graph.head[rows], graph.vertices)
    np.subtract(1, seen, out=seen)
    count = solve.reach(back.start, back.items, graph.tail[rows], sinks, 1, seen, queue)
    return _numbered(graph, np.sort(queue[:count]), rows)


def _rows_of(start: I32, rows: I32, vertices: I32) -> I32:
    """Edges that leave some vertices."""
    first, count = start[vertices].astype(np.int64), (start[vertices + 1] - start[vertices]).astype(np.int64)
    ends = np.cumsum(count)
    places = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(first - (ends - count), count)
    found: I32 = rows[places]
    return found


def _numbered(graph: Graph, vertices: I32, rows: I32) -> Chop:
    """Number the vertices, sort the edges, and put in the edges from changed objects to their values."""
    number = np.full(graph.vertices, -1, np.int32)
    number[vertices] = np.arange(len(vertices), dtype=np.int32)
    rows = rows[(number[graph.tail[rows]] >= 0) & (number[graph.head[rows]] >= 0)]
    changed = vertices[(vertices & 1 == 1) & graph.firm[vertices]]
    changed = changed[number[changed - 1] >= 0]
    nothing = np.full(len(changed), -1, np.int32)
    tail = number[np.concatenate([graph.tail[rows], changed])]
    head = number[np.concatenate([graph.head[rows], changed - 1])]
    label: U8 = np.concatenate([graph.label[rows], np.full(len(changed), CHANGED, np.uint8)])
    site, row = np.concatenate([graph.site[rows], nothing]), np.concatenate([rows, nothing])
    by_site = index(site + 1, int(site.max(initial=0)) + 2).items
    order = by_site[index(tail[by_site], len(vertices)).items]
    ends = (tail[order], head[order])
    return Chop(vertices, *ends, label[order], site[order], row[order], index(ends[0], len(vertices)).start)


def _empty() -> Chop:
    """Nothing lies between."""
    none = np.empty(0, np.int32)
    return Chop(none, none, none, np.empty(0, np.uint8), none, none, np.zeros(1, np.int32))


def summarise(part: Chop, check: Callable[[], None], most: int = PATHS) -> Summaries:
    """Find what goes through calls and comes back, following no more than `most` paths within methods."""
    count = len(part.vertices)
    opens = np.flatnonzero(part.label & OPEN).astype(np.int32)
    incoming = index(part.head[opens], count)
    in_edges = opens[incoming.items]
    in_edges = in_edges[np.lexsort((part.site[in_edges], part.head[in_edges]))]
    entries = np.unique(part.head[opens])
    room, shorter = min(most, 4096 + 512 * count), min(SUMMARIES, 4096 + 256 * count)
    paths, table = np.empty((room, 5), np.int32), np.empty((shorter, 6), np.int32)
    tables = _hash_table(room), _hash_table(shorter)
    first_path, first = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    state = np.zeros(4, np.int64)
    while state[3] == 0 and (state[0] == 0 or state[0] < state[1]):
        check()
        solve.tabulate(
            *(part.start, part.head, part.label, part.site, incoming.start, in_edges, part.tail, entries),
            *(paths, tables[0], first_path, table, tables[1], first, state, _STEPS),
        )
        if state[1] == 0:
            break
    if state[3]:
        return Summaries(paths[:0], table[:0], np.full(count, -1, np.int32), whole=False)
    return Summaries(paths[: int(state[1])].copy(), table[: int(state[2])].copy(), first, whole=True)


def _hash_table(room: int) -> I32:
    """A table with a power of two places, at least twice as many as will be taken."""
    return np.zeros(1 << (2 * room).bit_length(), np.int32)


class Search:
    """Realizable paths from single vertices.

    Args:
        part: where. summaries: of it.
    """

    def __init__(self, part: Chop, summaries: Summaries) -> None:
        self._part, self._summaries, self._round = part, summaries, 0
        self._label = part.label if summaries.whole else part.label & np.uint8(0xFF ^ (OPEN | CLOSE))
        states = 2 * len(part.vertices)
        self._stamp, self._queue = np.zeros(states, np.int32), np.empty(states, np.int32)
        self._parent, self._via = np.empty(states, np.int32), np.empty(states, np.int32)
        self._distance = np.empty(states, np.int32)
        self._found, self._stack = np.empty(0, np.int32), np.empty(8, np.int64)

    def start(self, vertex: int) -> int:
        """Walk from a vertex of the chop; the number of states reached."""
        self._round += 1
        given = (self._part.start, self._part.head, self._label, self._summaries.table, self._summaries.first)
        arrays = (self._stamp, self._parent, self._via, self._queue)
        count: int = solve.search(*given, vertex, self._round, *arrays)
        self._distance[self._queue[:count]] = np.arange(count, dtype=np.int32)
        return count

    def reached(self, vertices: I32) -> tuple[I32, npt.NDArray[np.bool_]]:
        """Which vertices of the chop the walk came to: for each the state that came first, and whether there is one."""
        free, bound = 2 * vertices, 2 * vertices + 1
        is_free, is_bound = self._stamp[free] == self._round, self._stamp[bound] == self._round
        either = np.where(is_free & (~is_bound | (self._distance[free] <= self._distance[bound])), free, bound)
        return either.astype(np.int32), is_free | is_bound

    def rank(self, states: I32) -> I32:
        """In which order states were reached."""
        return self._distance[states]

    def edges(self, state: int, most: int) -> I32 | None:
        """Edges of the chop on the path to a state, in order, what is inside of calls included; None when too many."""
        if len(self._found) != most:
            self._found, self._stack = np.empty(most, np.int32), np.empty(3 * most + 8, np.int64)
        known = (self._summaries.table, self._summaries.paths)
        count = solve.trace(state, self._parent, self._via, *known, self._stack, self._found)
        return None if count < 0 else self._found[:count][::-1].copy()
