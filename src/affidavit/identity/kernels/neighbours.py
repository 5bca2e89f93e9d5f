"""What the pairs of neighbouring classes say of each other. Cython.

Every function is bounded by what its caller passes, and the answer is always the same.
"""

# mypy: disable-error-code="valid-type"
# ruff: noqa: PLR0917 - columns are passed one by one: a kernel takes no objects
from typing import Any

import cython
from cython.cimports.libc.math import exp  # type: ignore[import-not-found]


def believe(
    app: cython.const[cython.int][::1],
    score: cython.const[cython.double][::1],
    believed: cython.double,
    out: cython.double[::1],
) -> None:
    """How far each pair is believed: its share among the pairs of its class, and whether it is good at all.

    Args:
        app: class of each pair, rising.
        score: nats of each.
        believed: nats at which one that is alone is believed by half.
        out: between 0 and 1 for each.
    """
    at: cython.Py_ssize_t
    end: cython.Py_ssize_t
    low: cython.Py_ssize_t = 0
    best: cython.double
    total: cython.double
    while low < len(app):
        end = low
        best = score[low]
        while end < len(app) and app[end] == app[low]:
            best = max(best, score[end])
            end += 1
        total = 0
        for at in range(low, end):
            out[at] = exp(max(score[at] - best, -50) / 2)
            total += out[at]
        for at in range(low, end):
            out[at] = out[at] / total / (1 + exp(min(max(believed - score[at], -50), 50) / 3))
        low = end


@cython.cfunc
@cython.inline
@cython.exceptval(check=False)
def _has(items: cython.const[cython.int][::1], low: cython.longlong, high: cython.longlong, wanted: cython.int) -> bool:
    """Whether a sorted row has an item."""
    middle: cython.longlong
    end: cython.longlong = high
    while low < end:
        middle = (low + end) >> 1
        if items[middle] < wanted:
            low = middle + 1
        else:
            end = middle
    return low < high and items[low] == wanted  # type: ignore[no-any-return]


@cython.cfunc
@cython.inline
@cython.exceptval(-1)
def _next(family: cython.const[cython.int][::1], at: cython.Py_ssize_t, stop: cython.Py_ssize_t) -> cython.Py_ssize_t:
    """Where the run of one family that begins at a place ends."""
    end: cython.Py_ssize_t = at + 1
    while end < stop and family[end] == family[at]:
        end += 1
    return end


@cython.cfunc
@cython.inline
@cython.exceptval(-1)
def _agree(
    mine: cython.Py_ssize_t,
    end: cython.Py_ssize_t,
    theirs: cython.Py_ssize_t,
    stop: cython.Py_ssize_t,
    ahead: cython.bint,
    back: cython.bint,
    nodes: cython.const[cython.int][::1],
    belief: cython.const[cython.float][::1],
    known_first: cython.const[cython.int][::1],
    known_items: cython.const[cython.int][::1],
    best: cython.float[::1],
    out: cython.double[:, ::1],
) -> cython.int:
    """The pairs from `mine` to `end` of a class beside those of the same family of a class that it names."""
    at: cython.Py_ssize_t
    other: cython.Py_ssize_t
    here: cython.float
    every: cython.float = 0
    all_: cython.float = 0
    for other in range(theirs, stop):
        every = max(every, belief[other])
        best[other] = 0
    for at in range(mine, end):
        all_ = max(all_, belief[at])
        here = 0
        for other in range(theirs, stop):
            if (belief[other] > here or belief[at] > best[other]) and _has(
                known_items, known_first[nodes[at]], known_first[nodes[at] + 1], nodes[other]
            ):
                here = max(here, belief[other])
                best[other] = max(best[other], belief[at])
        if ahead:
            out[at, 0] += here
            out[at, 1] += every
    if back:
        for other in range(theirs, stop):
            out[other, 0] += best[other]
            out[other, 1] += all_
    return 0


def agreement(
    pairs: tuple[Any, ...],
    graph: tuple[Any, ...],
    known: tuple[Any, ...],
    most: int,
    out: cython.double[:, ::1],
    scratch: tuple[Any, ...],
) -> None:
    """For each pair how many neighbours of the class are paired with neighbours of the node, whichever names the other.

    Args:
        pairs: where those of each class begin and the last ones end; node, rising for each class, its family, and how
            far each is believed (0 to 1).
        graph: compressed rows: classes that each class names.
        known: compressed rows: nodes that each node names.
        most: of the classes that one names, and of those that name it, how many are looked at.
        out: for each pair: belief that agrees and belief in any node of the family are added.
        scratch: zeros as many as classes; room for as many as pairs.
    """
    start: cython.const[cython.longlong][::1] = pairs[0]
    family: cython.const[cython.int][::1] = pairs[2]
    first: cython.const[cython.int][::1] = graph[0]
    items: cython.const[cython.int][::1] = graph[1]
    nodes: cython.const[cython.int][::1] = pairs[1]
    belief: cython.const[cython.float][::1] = pairs[3]
    known_first: cython.const[cython.int][::1] = known[0]
    known_items: cython.const[cython.int][::1] = known[1]
    naming: cython.int[::1] = scratch[0]
    best: cython.float[::1] = scratch[1]
    limit: cython.longlong = most
    class_: cython.Py_ssize_t
    other: cython.Py_ssize_t
    ahead: cython.bint
    back: cython.bint
    at: cython.Py_ssize_t
    mine: cython.Py_ssize_t
    theirs: cython.Py_ssize_t
    end: cython.Py_ssize_t
    stop: cython.Py_ssize_t
    for class_ in range(len(start) - 1):
        for at in range(first[class_], first[class_ + 1]):
            other = items[at]
            naming[other] += 1
            ahead = at - first[class_] < limit
            back = naming[other] <= limit
            if not (ahead or back):
                continue
            mine = start[class_]
            theirs = start[other]
            while mine < start[class_ + 1] and theirs < start[other + 1]:
                if family[mine] < family[theirs]:
                    mine += 1
                elif family[mine] > family[theirs]:
                    theirs += 1
                else:
                    end = _next(family, mine, start[class_ + 1])
                    stop = _next(family, theirs, start[other + 1])
                    _agree(mine, end, theirs, stop, ahead, back, nodes, belief, known_first, known_items, best, out)
                    mine = end
                    theirs = stop
