"""Comparing the classes of an app with an index of known code: its tokens, and which nodes come into question. Cython.

Every function is bounded by what its caller passes; ties go to the lower number, so that the answer is always the same.
"""

# mypy: disable-error-code="valid-type"
# ruff: noqa: PLR0917 - columns are passed one by one: a kernel takes no objects; compiled as compares
from typing import Any

import cython

_PRIME = cython.declare(cython.ulonglong, 0x100000001B3)
_STEPS = cython.declare(cython.longlong, 16)


@cython.cfunc
@cython.exceptval(check=False)
def _insert(
    keys: cython.int[::1],
    values: cython.float[::1],
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
    keys: cython.int[::1],
    values: cython.float[::1],
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
@cython.inline
@cython.exceptval(-2)
def _place(
    token: cython.const[cython.ulonglong][::1],
    low: cython.longlong,
    end: cython.longlong,
    wanted: cython.ulonglong,
) -> cython.longlong:
    """The row of a token between two places of a sorted table, or -1."""
    middle: cython.longlong
    high: cython.longlong = end
    while low < high:
        middle = (low + high) >> 1
        if token[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < end and token[low] == wanted else -1


def places(
    token: cython.const[cython.ulonglong][::1],
    bucket: cython.const[cython.longlong][::1],
    shift: cython.int,
    wanted: cython.const[cython.ulonglong][::1],
    out: cython.longlong[::1],
) -> None:
    """The row of each token in a sorted table, or -1.

    Args:
        token: the table.
        bucket: where tokens with each value of their highest bits begin, and where the last ones end.
        shift: how many bits are not the highest ones.
        wanted: looked up.
        out: one row for each.
    """
    i: cython.Py_ssize_t
    for i in range(len(wanted)):
        out[i] = _place(token, bucket[wanted[i] >> shift], bucket[(wanted[i] >> shift) + 1], wanted[i])


def alike(
    start: cython.const[cython.longlong][::1],
    items: cython.const[cython.ulonglong][::1],
    table: cython.longlong[::1],
    first: cython.longlong[::1],
    out: cython.longlong[::1],
) -> int:
    """Number rows so that those with the very same items have the same number; give how many numbers there are.

    A row for which the table has no place within some steps gets a number of its own: that happens by intent alone.

    Args:
        start: where each row begins, and where the last one ends.
        items: of all rows.
        table: -1, a power of two of them, at least twice as many as rows.
        first: out: the first row of each number; room for as many as rows.
        out: number of each row.
    """
    row: cython.Py_ssize_t
    at: cython.Py_ssize_t
    step: cython.Py_ssize_t
    slot: cython.Py_ssize_t
    mark: cython.ulonglong
    other: cython.longlong
    count: cython.longlong = 0
    for row in range(len(start) - 1):
        mark = start[row + 1] - start[row]
        for at in range(start[row], start[row + 1]):
            mark = (mark ^ items[at]) * _PRIME
            mark ^= mark >> 29
        out[row] = -1
        for step in range(_STEPS):
            slot = (mark + step) & (len(table) - 1)
            other = table[slot]
            if other < 0:
                table[slot] = count
                break
            other = first[other]
            if start[other + 1] - start[other] != start[row + 1] - start[row]:
                continue
            for at in range(start[row + 1] - start[row]):
                if items[start[row] + at] != items[start[other] + at]:
                    break
            else:
                out[row] = table[slot]
                break
        if out[row] < 0:
            first[count] = row
            out[row] = count
            count += 1
    return count  # type: ignore[no-any-return]


def nearest(
    query: tuple[Any, ...],
    posting: tuple[Any, ...],
    weight: cython.const[cython.float][::1],
    node: cython.const[cython.int][::1],
    bounds: tuple[int, int],
    out: tuple[Any, ...],
    scratch: tuple[Any, ...],
) -> None:
    """For each class the nodes that share most weight with it.

    Args:
        query: compressed rows of tokens of the index for each class, in the order in which they are read.
        posting: compressed rows: signatures of each token.
        weight: of each token of the index.
        node: of each signature.
        bounds: postings read for one class at most, nodes kept for one class.
        out: nodes and weights, `bounds[1]` places for each class; how many of them are filled; whether the class has
            more postings than are read.
        scratch: zeros, as many as signatures; room for one more than that.
    """
    start: cython.const[cython.longlong][::1] = query[0]
    rows: cython.const[cython.int][::1] = query[1]
    first: cython.const[cython.int][::1] = posting[0]
    items: cython.const[cython.int][::1] = posting[1]
    budget: cython.longlong = bounds[0]
    top: cython.longlong = bounds[1]
    out_node: cython.int[::1] = out[0]
    out_value: cython.float[::1] = out[1]
    out_count: cython.int[::1] = out[2]
    out_cut: cython.uchar[::1] = out[3]
    of_signature: cython.float[::1] = scratch[0]
    touched: cython.int[::1] = scratch[1]
    class_: cython.Py_ssize_t
    at: cython.Py_ssize_t
    place: cython.Py_ssize_t
    value: cython.float
    for class_ in range(len(start) - 1):
        read: cython.longlong = 0
        count: cython.Py_ssize_t = 0
        for at in range(start[class_], start[class_ + 1]):
            read += first[rows[at] + 1] - first[rows[at]]
            if read > budget:
                out_cut[class_] = 1
                break
            added: cython.float = weight[rows[at]]
            for place in range(first[rows[at]], first[rows[at] + 1]):
                value = of_signature[items[place]]
                touched[count] = items[place]
                count += value == 0
                of_signature[items[place]] = value + added
        kept: cython.longlong = 0
        for at in range(count):
            value = of_signature[touched[at]]
            of_signature[touched[at]] = 0
            if kept < top or value >= out_value[class_ * top + top - 1]:
                kept = _raise(out_node, out_value, class_ * top, kept, top, node[touched[at]], value)
        out_count[class_] = cython.cast(cython.int, kept)


def expand(
    wanted: cython.const[cython.int][::1],
    paired: cython.const[cython.int][::1],
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
        out: nodes and weights, `bounds[2]` places for each class; how many are filled; added to what is there.
        scratch: zeros as many as nodes, room for as many.
    """
    first: cython.const[cython.int][::1] = graph[0]
    items: cython.const[cython.int][::1] = graph[1]
    known_first: cython.const[cython.int][::1] = known[0]
    known_items: cython.const[cython.int][::1] = known[1]
    top: cython.longlong = bounds[2]
    out_node: cython.int[::1] = out[0]
    out_value: cython.float[::1] = out[1]
    out_count: cython.int[::1] = out[2]
    votes: cython.float[::1] = scratch[0]
    touched: cython.int[::1] = scratch[1]
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
