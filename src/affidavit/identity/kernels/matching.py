"""Comparing the classes of an app with an index of known code. Cython.

Every function is bounded by what its caller passes; ties go to the lower number, so that the answer is always the same.
"""

# mypy: disable-error-code="valid-type"
# ruff: noqa: PLR0917, PLR1730 - columns are passed one by one: a kernel takes no objects; compiled as compares
from typing import Any

import cython
from cython.cimports.libc.math import log  # type: ignore[import-not-found]


@cython.cfunc
@cython.exceptval(check=False)
def _insert(
    keys: cython.int[:],
    values: cython.float[:],
    low: cython.longlong,
    count: cython.longlong,
    top: cython.longlong,
    key: cython.int,
    value: cython.float,
) -> cython.longlong:
    """Put one into a list of the best, in falling order of value and rising order of key; give its new length."""
    at: cython.longlong = count
    if count == top:
        if values[low + top - 1] > value or (values[low + top - 1] == value and keys[low + top - 1] < key):
            return count
        at = top - 1
    else:
        count += 1
    while at > 0 and (values[low + at - 1] < value or (values[low + at - 1] == value and keys[low + at - 1] > key)):
        keys[low + at] = keys[low + at - 1]
        values[low + at] = values[low + at - 1]
        at -= 1
    keys[low + at] = key
    values[low + at] = value
    return count


@cython.cfunc
@cython.exceptval(check=False)
def _has(items: cython.const[cython.int][:], low: cython.longlong, high: cython.longlong, wanted: cython.int) -> bool:
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
@cython.exceptval(check=False)
def _shared(
    class_: cython.longlong,
    start: cython.const[cython.longlong][:],
    rows: cython.const[cython.int][:],
    first: cython.const[cython.int][:],
    items: cython.const[cython.int][:],
    weight: cython.const[cython.float][:],
    budget: cython.longlong,
    longest: cython.longlong,
    of_signature: cython.float[:],
    touched: cython.int[:],
) -> cython.longlong:
    """Add up what a class shares with each signature; give how many it met, inverted when the budget was reached."""
    at: cython.longlong
    place: cython.longlong
    row: cython.longlong
    signature: cython.int
    read: cython.longlong = 0
    count: cython.longlong = 0
    for at in range(start[class_], start[class_ + 1]):
        row = rows[at]
        if first[row + 1] - first[row] > longest:
            break
        read += first[row + 1] - first[row]
        if read > budget:
            return ~count
        for place in range(first[row], first[row + 1]):
            signature = items[place]
            if of_signature[signature] == 0:
                touched[count] = signature
                count += 1
            of_signature[signature] += weight[row]
    return count


def nearest(
    query: tuple[Any, ...],
    posting: tuple[Any, ...],
    weight: cython.const[cython.float][:],
    node: cython.const[cython.int][:],
    bounds: tuple[int, int, int],
    out: tuple[Any, ...],
    scratch: tuple[Any, ...],
) -> int:
    """For each class the nodes that share most weight with it; give how many classes reached the budget.

    Args:
        query: compressed rows of tokens of the index for each class, shortest postings first.
        posting: compressed rows: signatures of each token.
        weight: of each token of the index.
        node: of each signature.
        bounds: postings read for one class at most, longest posting, nodes kept for one class.
        out: nodes and weights, `bounds[2]` places for each class; how many of them are filled.
        scratch: zeros, as many as signatures, as nodes; room for as many as signatures, as nodes.
    """
    start: cython.const[cython.longlong][:] = query[0]
    rows: cython.const[cython.int][:] = query[1]
    first: cython.const[cython.int][:] = posting[0]
    items: cython.const[cython.int][:] = posting[1]
    top: cython.longlong = bounds[2]
    out_node: cython.int[:] = out[0]
    out_value: cython.float[:] = out[1]
    out_count: cython.int[:] = out[2]
    of_signature: cython.float[:] = scratch[0]
    of_node: cython.float[:] = scratch[1]
    touched: cython.int[:] = scratch[2]
    nodes: cython.int[:] = scratch[3]
    class_: cython.longlong
    at: cython.longlong
    signature: cython.int
    own: cython.int
    count: cython.longlong
    cut: cython.longlong = 0
    for class_ in range(len(start) - 1):
        met: cython.longlong = 0
        count = _shared(class_, start, rows, first, items, weight, bounds[0], bounds[1], of_signature, touched)
        if count < 0:
            cut += 1
            count = ~count
        for at in range(count):
            signature = touched[at]
            own = node[signature]
            if of_node[own] == 0:
                nodes[met] = own
                met += 1
            if of_signature[signature] > of_node[own]:
                of_node[own] = of_signature[signature]
            of_signature[signature] = 0
        kept: cython.longlong = 0
        for at in range(met):
            kept = _insert(out_node, out_value, class_ * top, kept, top, nodes[at], of_node[nodes[at]])
            of_node[nodes[at]] = 0
        out_count[class_] = kept
    return cut  # type: ignore[no-any-return]


@cython.cfunc
def _walk(
    mine: cython.const[cython.int][:],
    bounds: cython.const[cython.longlong][:],
    class_: cython.longlong,
    known: cython.const[cython.int][:],
    first: cython.const[cython.longlong][:],
    signature: cython.longlong,
    weight: cython.const[cython.float][:],
    own: cython.const[cython.float][:],
    kind_of: cython.const[cython.uchar][:],
    kinds: cython.const[cython.double][:, :],
    sums: cython.p_double,
) -> cython.void:
    """Walk the tokens of a class and of a signature side by side.

    Adds to `sums`: weight of what both have, that of one family alone, what it counts; cost of what is missing, its
    weight; weight, cost and number of what is foreign; number of what both have.
    """
    left: cython.longlong = bounds[class_]
    end: cython.longlong = bounds[class_ + 1]
    right: cython.longlong = first[signature]
    last: cython.longlong = first[signature + 1]
    while left < end or right < last:
        if right >= last or (left < end and mine[left] < known[right]):
            sums[5] += weight[mine[left]] * kinds[kind_of[mine[left]], 4]
            sums[6] += kinds[kind_of[mine[left]], 2]
            sums[7] += 1
            left += 1
        elif left >= end or known[right] < mine[left]:
            sums[3] += kinds[kind_of[known[right]], 1]
            sums[4] += kinds[kind_of[known[right]], 3]
            right += 1
        else:
            sums[0] += weight[mine[left]]
            sums[1] += own[mine[left]]
            sums[2] += kinds[kind_of[mine[left]], 0]
            sums[8] += 1
            left += 1
            right += 1


def compare(
    app: tuple[Any, ...],
    unknown: cython.const[cython.double][:, :],
    index: tuple[Any, ...],
    tokens: tuple[Any, ...],
    pairs: tuple[Any, ...],
    kinds: cython.const[cython.double][:, :],
    most: int,
    out: cython.double[:, :],
) -> None:
    """Compare classes with nodes, token by token; of each node the form that fits best.

    Args:
        app: compressed rows: tokens of the index that each class has, ascending.
        unknown: for each class of its tokens that the index has not: weight, cost, number.
        index: compressed rows: tokens of each signature, ascending; and where the signatures of each node start.
        tokens: for each token of the index its weight, the part of it that is of one family alone, its kind.
        pairs: class and node of each pair.
        kinds: for each kind: what a token counts; cost of one that is missing, of one that is foreign; its weight when
            it is missing, and the part of its weight that counts when it is foreign.
        most: forms of one node that are looked at.
        out: for each pair: signature, nats, similarity, shared weight, foreign weight, shared weight of one family
            alone, tokens shared, tokens foreign.
    """
    start: cython.const[cython.longlong][:] = app[0]
    mine: cython.const[cython.int][:] = app[1]
    first: cython.const[cython.longlong][:] = index[0]
    known: cython.const[cython.int][:] = index[1]
    form: cython.const[cython.longlong][:] = index[2]
    weight: cython.const[cython.float][:] = tokens[0]
    own: cython.const[cython.float][:] = tokens[1]
    kind_of: cython.const[cython.uchar][:] = tokens[2]
    classes: cython.const[cython.int][:] = pairs[0]
    nodes: cython.const[cython.int][:] = pairs[1]
    pair: cython.longlong
    signature: cython.longlong
    nats: cython.double
    sums = cython.declare(cython.double[9])
    for pair in range(len(classes)):
        out[pair, 0] = -1
        stop: cython.longlong = form[nodes[pair] + 1]
        if stop - form[nodes[pair]] > most:
            stop = form[nodes[pair]] + most
        for signature in range(form[nodes[pair]], stop):
            sums[0] = sums[1] = sums[2] = sums[3] = sums[4] = sums[8] = 0
            sums[5] = unknown[classes[pair], 0]
            sums[6] = unknown[classes[pair], 1]
            sums[7] = unknown[classes[pair], 2]
            _walk(mine, start, classes[pair], known, first, signature, weight, own, kind_of, kinds, sums)
            rate: cython.double = (sums[2] + 0.5) / (sums[2] + sums[3] + 1)
            nats = sums[0] - sums[6] + sums[2] * log(rate) + sums[3] * log(1 - rate)
            if out[pair, 0] < 0 or nats > out[pair, 1]:
                out[pair, 0] = signature
                out[pair, 1] = nats
                out[pair, 2] = sums[0] / (sums[0] + 0.6 * sums[5] + 0.12 * sums[4] + 1)
                out[pair, 3] = sums[0]
                out[pair, 4] = sums[5]
                out[pair, 5] = sums[1]
                out[pair, 6] = sums[8]
                out[pair, 7] = sums[7]


def agreement(
    candidates: tuple[Any, ...],
    graph: tuple[Any, ...],
    known: tuple[Any, ...],
    family: cython.const[cython.int][:],
    most: int,
    out: cython.double[:, :],
) -> None:
    """For each pair how many neighbours of the class are paired with neighbours of the node (one direction).

    Args:
        candidates: compressed rows for each class: nodes, and how far each is believed (0 to 1).
        graph: compressed rows of neighbours of classes.
        known: those of nodes.
        family: of each node.
        most: neighbours of one class that are looked at.
        out: for each pair: belief that agrees and belief in any node of the family are added.
    """
    start: cython.const[cython.longlong][:] = candidates[0]
    nodes: cython.const[cython.int][:] = candidates[1]
    belief: cython.const[cython.float][:] = candidates[2]
    first: cython.const[cython.int][:] = graph[0]
    items: cython.const[cython.int][:] = graph[1]
    known_first: cython.const[cython.int][:] = known[0]
    known_items: cython.const[cython.int][:] = known[1]
    class_: cython.longlong
    pair: cython.longlong
    at: cython.longlong
    other: cython.longlong
    stop: cython.longlong
    here: cython.int
    best: cython.float
    every: cython.float
    for class_ in range(len(start) - 1):
        for pair in range(start[class_], start[class_ + 1]):
            here = nodes[pair]
            stop = first[class_ + 1]
            if stop - first[class_] > most:
                stop = first[class_] + most
            for at in range(first[class_], stop):
                best = 0
                every = 0
                for other in range(start[items[at]], start[items[at] + 1]):
                    if family[nodes[other]] != family[here]:
                        continue
                    if belief[other] > every:
                        every = belief[other]
                    if belief[other] > best and _has(
                        known_items, known_first[here], known_first[here + 1], nodes[other]
                    ):
                        best = belief[other]
                out[pair, 0] += best
                out[pair, 1] += every


def expand(
    wanted: cython.const[cython.int][:],
    paired: cython.const[cython.int][:],
    graph: tuple[Any, ...],
    known: tuple[Any, ...],
    bounds: tuple[int, int, int],
    out: tuple[Any, ...],
    scratch: tuple[Any, ...],
) -> None:
    """For classes whose neighbours are paired: the nodes that are most often neighbours of what those are paired with.

    Args:
        wanted: the classes.
        paired: node of each class of the app, or -1.
        graph: compressed rows: neighbours of each class from which it is looked at.
        known: compressed rows of neighbours of nodes, in the other direction.
        bounds: neighbours of a class and of a node that are looked at, nodes kept for a class.
        out: as in `nearest`, added to what is there.
        scratch: zeros as many as nodes, room for as many.
    """
    first: cython.const[cython.int][:] = graph[0]
    items: cython.const[cython.int][:] = graph[1]
    known_first: cython.const[cython.int][:] = known[0]
    known_items: cython.const[cython.int][:] = known[1]
    top: cython.longlong = bounds[2]
    out_node: cython.int[:] = out[0]
    out_value: cython.float[:] = out[1]
    out_count: cython.int[:] = out[2]
    votes: cython.float[:] = scratch[0]
    touched: cython.int[:] = scratch[1]
    row: cython.longlong
    at: cython.longlong
    place: cython.longlong
    stop: cython.longlong
    end: cython.longlong
    here: cython.int
    for row in range(len(wanted)):
        count: cython.longlong = 0
        stop = first[wanted[row] + 1]
        if stop - first[wanted[row]] > bounds[0]:
            stop = first[wanted[row]] + bounds[0]
        for at in range(first[wanted[row]], stop):
            here = paired[items[at]]
            if here < 0:
                continue
            end = known_first[here + 1]
            if end - known_first[here] > bounds[1]:
                continue
            for place in range(known_first[here], end):
                if votes[known_items[place]] == 0:
                    touched[count] = known_items[place]
                    count += 1
                votes[known_items[place]] += 1.0 / (2 + end - known_first[here])
        kept: cython.longlong = out_count[row]
        for at in range(count):
            kept = _insert(out_node, out_value, row * top, kept, top, touched[at], votes[touched[at]])
            votes[touched[at]] = 0
        out_count[row] = kept
