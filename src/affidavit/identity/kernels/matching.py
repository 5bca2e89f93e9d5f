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
def _raise(
    keys: cython.int[:],
    values: cython.float[:],
    low: cython.longlong,
    count: cython.longlong,
    top: cython.longlong,
    key: cython.int,
    value: cython.float,
) -> cython.longlong:
    """The same when a key may come again with another value, of which the largest counts."""
    at: cython.longlong
    place: cython.longlong
    for at in range(low, low + count):
        if keys[at] == key:
            if values[at] >= value:
                return count
            for place in range(at + 1, low + count):
                keys[place - 1] = keys[place]
                values[place - 1] = values[place]
            return _insert(keys, values, low, count - 1, top, key, value)
    return _insert(keys, values, low, count, top, key, value)


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
        scratch: zeros, as many as signatures; room for one more than that.
    """
    start: cython.const[cython.longlong][:] = query[0]
    rows: cython.const[cython.int][:] = query[1]
    first: cython.const[cython.int][:] = posting[0]
    items: cython.const[cython.int][:] = posting[1]
    budget: cython.longlong = bounds[0]
    longest: cython.longlong = bounds[1]
    top: cython.longlong = bounds[2]
    out_node: cython.int[:] = out[0]
    out_value: cython.float[:] = out[1]
    out_count: cython.int[:] = out[2]
    of_signature: cython.float[:] = scratch[0]
    touched: cython.int[:] = scratch[1]
    class_: cython.longlong
    at: cython.longlong
    place: cython.longlong
    row: cython.longlong
    signature: cython.int
    value: cython.float
    cut: cython.longlong = 0
    for class_ in range(len(start) - 1):
        read: cython.longlong = 0
        count: cython.longlong = 0
        for at in range(start[class_], start[class_ + 1]):
            row = rows[at]
            if first[row + 1] - first[row] > longest:
                break
            read += first[row + 1] - first[row]
            if read > budget:
                cut += 1
                break
            added: cython.float = weight[row]
            for place in range(first[row], first[row + 1]):
                signature = items[place]
                value = of_signature[signature]
                touched[count] = signature
                count += value == 0
                of_signature[signature] = value + added
        kept: cython.longlong = 0
        for at in range(count):
            signature = touched[at]
            value = of_signature[signature]
            of_signature[signature] = 0
            if kept < top or value >= out_value[class_ * top + top - 1]:
                kept = _raise(out_node, out_value, class_ * top, kept, top, node[signature], value)
        out_count[class_] = kept
    return cut  # type: ignore[no-any-return]


def compare(
    app: tuple[Any, ...],
    unknown: cython.const[cython.double][:, :],
    index: tuple[Any, ...],
    tokens: tuple[Any, ...],
    pairs: tuple[Any, ...],
    kinds: cython.const[cython.double][:, :],
    most: int,
    out: cython.double[:, :],
    scratch: tuple[Any, ...],
) -> None:
    """Compare classes with nodes, token by token; of each node the form that fits best.

    Args:
        app: compressed rows: tokens of the index that each class has, ascending.
        unknown: for each class of its tokens that the index has not: weight, cost, number.
        index: compressed rows: tokens of each signature, ascending; and where the signatures of each node start.
        tokens: for each token of the index its weight, the part of it that is of one family alone, its kind.
        pairs: class and node of each pair; those of one class stand together.
        kinds: for each kind: what a token counts; cost of one that is missing, of one that is foreign; its weight when
            it is missing, and the part of its weight that counts when it is foreign.
        most: forms of one node that are looked at; of equal ones the first counts (sums differ in their last digits).
        out: for each pair: signature, nats, similarity, shared weight, foreign weight, shared weight of one family
            alone, tokens shared, tokens foreign.
        scratch: zeros as many as tokens, (signatures, 2) below zero.
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
    marked: cython.uchar[:] = scratch[0]
    full: cython.double[:, :] = scratch[1]
    lone: cython.double = 0
    price: cython.double = 0
    number: cython.double = 0
    pair: cython.longlong
    signature: cython.longlong
    at: cython.longlong
    stop: cython.longlong
    row: cython.int
    kind: cython.longlong
    nats: cython.double
    rate: cython.double
    class_: cython.int = -1
    for pair in range(len(classes)):
        if classes[pair] != class_:
            if class_ >= 0:
                for at in range(start[class_], start[class_ + 1]):
                    marked[mine[at]] = 0
            class_ = classes[pair]
            lone = unknown[class_, 0]
            price = unknown[class_, 1]
            number = unknown[class_, 2] + start[class_ + 1] - start[class_]
            for at in range(start[class_], start[class_ + 1]):
                row = mine[at]
                marked[row] = 1
                lone += weight[row] * kinds[kind_of[row], 4]
                price += kinds[kind_of[row], 2]
        out[pair, 0] = -1
        stop = form[nodes[pair] + 1]
        if stop - form[nodes[pair]] > most:
            stop = form[nodes[pair]] + most
        for signature in range(form[nodes[pair]], stop):
            if full[signature, 0] < 0:
                full[signature, 0] = 0
                full[signature, 1] = 0
                for at in range(first[signature], first[signature + 1]):
                    full[signature, 0] += kinds[kind_of[known[at]], 1]
                    full[signature, 1] += kinds[kind_of[known[at]], 3]
            shared: cython.double = 0
            alone: cython.double = 0
            counted: cython.double = 0
            missing: cython.double = full[signature, 0]
            lost: cython.double = full[signature, 1]
            foreign: cython.double = lone
            cost: cython.double = price
            both: cython.longlong = 0
            for at in range(first[signature], first[signature + 1]):
                row = known[at]
                if marked[row] != 0:
                    kind = kind_of[row]
                    shared += weight[row]
                    alone += own[row]
                    counted += kinds[kind, 0]
                    missing -= kinds[kind, 1]
                    lost -= kinds[kind, 3]
                    foreign -= weight[row] * kinds[kind, 4]
                    cost -= kinds[kind, 2]
                    both += 1
            missing = max(missing, 0)
            rate = (counted + 0.5) / (counted + missing + 1)
            nats = shared - cost + counted * log(rate) + missing * log(1 - rate)
            if out[pair, 0] < 0 or nats > out[pair, 1] + 1e-9:
                out[pair, 0] = signature
                out[pair, 1] = nats
                out[pair, 2] = shared / (shared + 0.6 * foreign + 0.12 * lost + 1)
                out[pair, 3] = shared
                out[pair, 4] = foreign
                out[pair, 5] = alone
                out[pair, 6] = both
                out[pair, 7] = number - both


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
