"""Reachability on the value-flow graph, with and without matching calls and returns. Cython, see `tables`.

Labels as in `edges`. A path is realizable when every edge that leaves a method for a caller goes to the call by which
the path entered it, if it entered it at all; crossing the heap forgets the calls that are open. The method is by Reps,
Horwitz and Sagiv (POPL 1995): first all paths from the entry of a method to its exits become summary edges at its call
sites, then a search never has to go into a method that it comes out of again.
"""

# ruff: noqa: PLR0917 - columns are passed one by one: a kernel takes no objects
# mypy: disable-error-code="valid-type"
import cython

_RESET = cython.declare(cython.longlong, 32)
_OPEN = cython.declare(cython.longlong, 64)
_CLOSE = cython.declare(cython.longlong, 128)


@cython.ccall
@cython.locals(
    at=cython.longlong, end=cython.longlong, k=cython.longlong, vertex=cython.longlong, other=cython.longlong,
    i=cython.longlong, count=cython.longlong,
)  # fmt: skip
def reach(
    starts: cython.const[cython.int][:],
    items: cython.const[cython.int][:],
    ends: cython.const[cython.int][:],
    seeds: cython.const[cython.int][:],
    backward: cython.longlong,
    seen: cython.uchar[:],
    queue: cython.int[:],
) -> cython.longlong:
    """Mark every vertex that edges lead to, contexts not minded; a changed object leads to its value.

    Args:
        starts: (vertices + 1,) edges by the vertex that they are followed from: where the rows of each begin in
        `items`.
        items: rows of edges.
        ends: (edges,) vertex that each edge arrives at.
        seeds: where to begin.
        backward: 1 when edges are followed against their direction.
        seen: (vertices,) in: 1 where not to go; out: also 1 where it was.
        queue: (vertices,) out: what was reached, in order.

    Returns:
        How many were reached.
    """
    count = seeds.shape[0] if cython.compiled else len(seeds)
    end = 0
    for i in range(count):
        vertex = seeds[i]
        if not seen[vertex]:
            seen[vertex] = 1
            queue[end] = vertex
            end += 1
    at = 0
    while at < end:
        vertex = queue[at]
        at += 1
        if (vertex & 1) != backward:
            other = vertex ^ 1
            if not seen[other]:
                seen[other] = 1
                queue[end] = other
                end += 1
        for k in range(starts[vertex], starts[vertex + 1]):
            other = ends[items[k]]
            if not seen[other]:
                seen[other] = 1
                queue[end] = other
                end += 1
    return end


@cython.cfunc
@cython.inline
def _slot(
    table: cython.int[:], rows: cython.int[:, :], one: cython.longlong, other: cython.longlong
) -> cython.longlong:
    """Where a pair is in the hash table, or the free place for it. `table` holds row numbers, 1 added."""
    mask: cython.longlong = table.shape[0] - 1
    at: cython.longlong = one * 73856093 ^ other * 19349663
    row: cython.longlong
    at = (at ^ (at >> 17)) & mask
    while table[at] != 0:
        row = table[at] - 1
        if rows[row, 0] == one and rows[row, 1] == other:
            break
        at = (at + 1) & mask
    return at


@cython.cfunc
@cython.inline
def _add_path(
    table: cython.int[:],
    paths: cython.int[:, :],
    first_path: cython.int[:],
    state: cython.longlong[:],
    entry: cython.longlong,
    vertex: cython.longlong,
    parent: cython.longlong,
    via: cython.longlong,
) -> None:
    """Take in a path from the entry of a method to a vertex of it, unless it is known or there is no room."""
    at: cython.longlong = _slot(table, paths, entry, vertex)
    row: cython.longlong = state[1]
    if table[at] != 0:
        return
    if row >= paths.shape[0]:
        state[3] = 1
        return
    table[at] = row + 1
    paths[row, 0] = entry
    paths[row, 1] = vertex
    paths[row, 2] = parent
    paths[row, 3] = via
    paths[row, 4] = first_path[vertex]
    first_path[vertex] = row
    state[1] = row + 1


@cython.ccall
@cython.locals(
    i=cython.longlong, k=cython.longlong, s=cython.longlong, p=cython.longlong, q=cython.longlong, end=cython.longlong,
    entry=cython.longlong, vertex=cython.longlong, work=cython.longlong, last=cython.longlong,
)  # fmt: skip
def tabulate(
    starts: cython.const[cython.int][:], heads: cython.const[cython.int][:], labels: cython.const[cython.uchar][:],
    sites: cython.const[cython.int][:], in_starts: cython.const[cython.int][:], in_edges: cython.const[cython.int][:],
    tails: cython.const[cython.int][:], entries: cython.const[cython.int][:], paths: cython.int[:, :],
    path_table: cython.int[:], first_path: cython.int[:], summaries: cython.int[:, :], summary_table: cython.int[:],
    first_summary: cython.int[:], state: cython.longlong[:], steps: cython.longlong,
) -> None:  # fmt: skip
    """Find summary edges; call again until ``state[0] == state[1]``.

    `starts` to `sites` and `tails` are edges sorted by tail, then by site; `in_starts` and `in_edges` rows of the edges
    with `OPEN` by head, sorted by site within; `entries` the vertices that these arrive at. `paths` (room, 5) takes
    entry, vertex, row of the path that it prolongs or -1, the edge that was added (or -2 - row of a summary), next path
    to the same vertex or -1. `summaries` (room, 6) takes vertex before the call, vertex after it, edge into the method,
    row of the path through it, edge out of it, next summary with the same first vertex or -1. `path_table` and
    `summary_table` come zeroed, their lengths powers of two above the room; `first_path` and `first_summary`
    (vertices,) come as -1 and take where the lists begin. `state` (4,) comes zeroed: paths done, paths found, summaries
    found, 1 when there was not enough room. `steps` is about how much to do in this call.
    """
    if state[0] == 0:
        for i in range(entries.shape[0]):
            _add_path(path_table, paths, first_path, state, entries[i], entries[i], -1, -1)
    work = 0
    while state[0] < state[1] and state[3] == 0 and work < steps:
        i = state[0]
        state[0] = i + 1
        entry = paths[i, 0]
        vertex = paths[i, 1]
        last = 0
        for k in range(starts[vertex], starts[vertex + 1]):
            if labels[k] & _CLOSE:
                last = k + 1
            elif not labels[k] & (_OPEN | _RESET):
                _add_path(path_table, paths, first_path, state, entry, heads[k], i, k)
        work += 1 + starts[vertex + 1] - starts[vertex]
        s = first_summary[vertex]
        while s >= 0:
            _add_path(path_table, paths, first_path, state, entry, summaries[s, 1], i, -2 - s)
            s = summaries[s, 5]
            work += 1
        p = in_starts[entry]
        end = in_starts[entry + 1]
        k = starts[vertex]
        while p < end and k < last and state[3] == 0:
            work += 1
            if not labels[k] & _CLOSE or sites[k] < sites[in_edges[p]]:
                k += 1
            elif sites[k] > sites[in_edges[p]]:
                p += 1
            else:
                q = k
                while q < last and sites[q] == sites[in_edges[p]]:
                    if labels[q] & _CLOSE:
                        _add_summary(
                            summary_table, summaries, first_summary, path_table, paths, first_path, state,
                            tails[in_edges[p]], heads[q], in_edges[p], i, q,
                        )  # fmt: skip
                    q += 1
                    work += 1
                p += 1


@cython.cfunc
def _add_summary(
    table: cython.int[:],
    summaries: cython.int[:, :],
    first_summary: cython.int[:],
    path_table: cython.int[:],
    paths: cython.int[:, :],
    first_path: cython.int[:],
    state: cython.longlong[:],
    before: cython.longlong,
    after: cython.longlong,
    into: cython.longlong,
    path: cython.longlong,
    out: cython.longlong,
) -> None:
    """Take in a summary edge, and prolong by it every path that was at its first vertex already."""
    at: cython.longlong = _slot(table, summaries, before, after)
    row: cython.longlong = state[2]
    known: cython.longlong
    if table[at] != 0:
        return
    if row >= summaries.shape[0]:
        state[3] = 1
        return
    table[at] = row + 1
    summaries[row, 0] = before
    summaries[row, 1] = after
    summaries[row, 2] = into
    summaries[row, 3] = path
    summaries[row, 4] = out
    summaries[row, 5] = first_summary[before]
    first_summary[before] = row
    state[2] = row + 1
    known = first_path[before]
    while known >= 0 and state[3] == 0:
        _add_path(path_table, paths, first_path, state, paths[known, 0], after, known, -2 - row)
        known = paths[known, 4]


@cython.ccall
@cython.locals(
    at=cython.longlong, end=cython.longlong, k=cython.longlong, s=cython.longlong, now=cython.longlong,
    other=cython.longlong, vertex=cython.longlong, phase=cython.longlong, label=cython.longlong,
)  # fmt: skip
def search(
    starts: cython.const[cython.int][:], heads: cython.const[cython.int][:], labels: cython.const[cython.uchar][:],
    summaries: cython.const[cython.int][:, :], first_summary: cython.const[cython.int][:], seed: cython.longlong,
    round_: cython.longlong, stamp: cython.int[:], parent: cython.int[:], via: cython.int[:], queue: cython.int[:],
) -> cython.longlong:  # fmt: skip
    """Walk realizable paths from one vertex, shortest first (a summary edge counts as one).

    A state is ``2 * vertex + phase``: in phase 0 the path may still leave methods for any caller, in phase 1 it has
    entered a method and may leave it only by summary edges. `starts`, `heads` and `labels` are edges sorted by tail;
    `summaries` and `first_summary` are from `tabulate`. `round_` is a number that no earlier search had: `stamp`
    (states,) takes it where the search was. `parent` and `via` (states,) take the state before, and the edge (or -2 -
    row of a summary), -1 at the seed; `queue` (states,) the states in the order in which they were reached. Gives how
    many.
    """
    queue[0] = 2 * seed
    stamp[2 * seed] = round_
    parent[2 * seed] = -1
    via[2 * seed] = -1
    at = 0
    end = 1
    while at < end:
        now = queue[at]
        at += 1
        vertex = now >> 1
        phase = now & 1
        if phase == 1 and stamp[now - 1] == round_:
            continue  # whatever can be reached from here is reached from the freer state too
        for k in range(starts[vertex], starts[vertex + 1]):
            label = labels[k]
            if label & _RESET:
                other = 2 * cython.cast(cython.longlong, heads[k])
            elif label & _OPEN:
                other = 2 * cython.cast(cython.longlong, heads[k]) + 1
            elif label & _CLOSE:
                if phase == 1:
                    continue
                other = 2 * cython.cast(cython.longlong, heads[k])
            else:
                other = 2 * cython.cast(cython.longlong, heads[k]) + phase
            if stamp[other] != round_ and stamp[other & ~1] != round_:
                stamp[other] = round_
                parent[other] = now
                via[other] = k
                queue[end] = other
                end += 1
        s = first_summary[vertex]
        while s >= 0:
            other = 2 * cython.cast(cython.longlong, summaries[s, 1]) + phase
            if stamp[other] != round_ and stamp[other & ~1] != round_:
                stamp[other] = round_
                parent[other] = now
                via[other] = -2 - s
                queue[end] = other
                end += 1
            s = summaries[s, 5]
    return end


@cython.ccall
@cython.locals(
    n=cython.longlong, room=cython.longlong, top=cython.longlong, via=cython.longlong, item=cython.longlong,
    row=cython.longlong, at=cython.longlong,
)  # fmt: skip
def trace(
    state: cython.longlong,
    parent: cython.const[cython.int][:],
    via_of: cython.const[cython.int][:],
    summaries: cython.const[cython.int][:, :],
    paths: cython.const[cython.int][:, :],
    stack: cython.longlong[:],
    found: cython.int[:],
) -> cython.longlong:
    """Write the edges of the path to a state, what is inside of calls included, the last one first.

    `parent` and `via_of` are from `search`, `summaries` and `paths` from `tabulate`. `stack` (3 * room + 8,) is for
    what is still to be said: an edge, or -1 - row of a path. `found` (room,) takes the edges. Gives how many there are,
    or -1 when there is not enough room.
    """
    room = found.shape[0] if cython.compiled else len(found)
    n = 0
    at = state
    while via_of[at] != -1:
        via = via_of[at]
        if via >= 0:
            stack[0] = via
            top = 1
        else:
            stack[0] = summaries[-2 - via, 2]
            stack[1] = -1 - cython.cast(cython.longlong, summaries[-2 - via, 3])
            stack[2] = summaries[-2 - via, 4]
            top = 3
        while top > 0:
            top -= 1
            item = stack[top]
            if item >= 0:
                if n == room:
                    return -1
                found[n] = item
                n += 1
                continue
            row = -1 - item
            via = paths[row, 3]
            if via == -1:
                continue
            stack[top] = -1 - cython.cast(cython.longlong, paths[row, 2])
            if via >= 0:
                stack[top + 1] = via
                top += 2
            else:
                stack[top + 1] = summaries[-2 - via, 2]
                stack[top + 2] = -1 - cython.cast(cython.longlong, summaries[-2 - via, 3])
                stack[top + 3] = summaries[-2 - via, 4]
                top += 4
        at = parent[at]
    return n
