"""Pairs of a class of an app and a node of an index: how well they fit, and which are kept. Cython.

Every function is bounded by what its caller passes, and the answer is always the same.
"""

# mypy: disable-error-code="valid-type"
# ruff: noqa: PLR0917 - columns are passed one by one: a kernel takes no objects; compiled as compares
from typing import Any

import cython
from cython.cimports.libc.math import log  # type: ignore[import-not-found]


def alone(
    start: cython.const[cython.longlong][::1],
    mine: cython.const[cython.int][::1],
    weight: cython.const[cython.float][::1],
    kind_of: cython.const[cython.uchar][::1],
    kinds: cython.const[cython.double][:, ::1],
    out: cython.double[:, ::1],
) -> None:
    """What the tokens of each class come to when none of them is shared.

    Args:
        start: where the tokens of each class begin, and where the last ones end.
        mine: its tokens, as rows of the index.
        weight: of each token of the index.
        kind_of: of each token of the index.
        kinds: as in `compare`.
        out: for each class: weight, cost, number; added to what is there.
    """
    class_: cython.Py_ssize_t
    at: cython.Py_ssize_t
    for class_ in range(len(start) - 1):
        for at in range(start[class_], start[class_ + 1]):
            out[class_, 0] += weight[mine[at]] * kinds[kind_of[mine[at]], 4]
            out[class_, 1] += kinds[kind_of[mine[at]], 2]
        out[class_, 2] += start[class_ + 1] - start[class_]


@cython.cfunc
@cython.inline
@cython.exceptval(-1)
def _mark(
    known: cython.const[cython.int][::1],
    low: cython.Py_ssize_t,
    high: cython.Py_ssize_t,
    marked: cython.uchar[::1],
    kind_of: cython.const[cython.uchar][::1],
    kinds: cython.const[cython.double][:, ::1],
    sums: cython.double[::1],
) -> cython.int:
    """Mark the tokens of a signature; write what is missing of it, and counts against likeness, when none is shared."""
    at: cython.Py_ssize_t
    gone: cython.double = 0
    lost: cython.double = 0
    for at in range(low, high):
        marked[known[at]] = 1
        gone += kinds[kind_of[known[at]], 1]
        lost += kinds[kind_of[known[at]], 3]
    sums[0] = gone
    sums[1] = lost
    return 0


@cython.cfunc
@cython.inline
@cython.exceptval(-1)
def _weigh(
    set_: cython.Py_ssize_t,
    start: cython.const[cython.longlong][::1],
    mine: cython.const[cython.int][::1],
    lone: cython.const[cython.double][:, ::1],
    marked: cython.const[cython.uchar][::1],
    weight: cython.const[cython.float][::1],
    own: cython.const[cython.float][::1],
    kind_of: cython.const[cython.uchar][::1],
    kinds: cython.const[cython.double][:, ::1],
    sums: cython.double[::1],
) -> cython.int:
    """A set of tokens beside the signature that is marked.

    `sums`: what is missing, and what of it counts against likeness, when nothing is shared; and room for both as it is,
    foreign weight, its cost, shared weight, that of one family alone, what shared tokens count, how many they are.
    """
    at: cython.Py_ssize_t
    row: cython.int
    kind: cython.uchar
    missing: cython.double = sums[0]
    lost: cython.double = sums[1]
    foreign: cython.double = lone[set_, 0]
    cost: cython.double = lone[set_, 1]
    shared: cython.double = 0
    special: cython.double = 0
    counted: cython.double = 0
    both: cython.double = 0
    for at in range(start[set_], start[set_ + 1]):
        row = mine[at]
        if marked[row] != 0:
            kind = kind_of[row]
            missing -= kinds[kind, 1]
            lost -= kinds[kind, 3]
            foreign -= weight[row] * kinds[kind, 4]
            cost -= kinds[kind, 2]
            shared += weight[row]
            special += own[row]
            counted += kinds[kind, 0]
            both += 1
    sums[2] = missing
    sums[3] = lost
    sums[4] = foreign
    sums[5] = cost
    sums[6] = shared
    sums[7] = special
    sums[8] = counted
    sums[9] = both
    return 0


@cython.cfunc
@cython.inline
@cython.exceptval(-1)
def _keep(
    sums: cython.double[::1], out: cython.double[:, ::1], pair: cython.Py_ssize_t, form: cython.double
) -> cython.int:
    """Write what a form of the node comes to (see `compare`), unless an earlier one fits as well."""
    missing: cython.double = max(sums[2], 0)
    rate: cython.double = (sums[8] + 0.5) / (sums[8] + missing + 1)
    nats: cython.double = sums[6] - sums[5] + sums[8] * log(rate) + missing * log(1 - rate)
    if out[pair, 0] < 0 or nats > out[pair, 1] + 1e-9:
        out[pair, 0] = form
        out[pair, 1] = nats
        out[pair, 2] = sums[6] / (sums[6] + 0.6 * sums[4] + 0.12 * sums[3] + 1)
        out[pair, 3] = sums[6]
        out[pair, 4] = sums[4]
        out[pair, 5] = sums[7]
        out[pair, 6] = sums[9]
    return 0


@cython.cfunc
@cython.inline
@cython.exceptval(-1)
def _lead(
    place: cython.const[cython.ulonglong][::1],
    low: cython.Py_ssize_t,
    high: cython.Py_ssize_t,
    sets: cython.const[cython.longlong][::1],
    latest: cython.longlong[::1],
) -> cython.int:
    """Of the pairs of one node with one set the first speaks for all: write its place, plus one, for the set."""
    at: cython.Py_ssize_t
    for at in range(low, high):
        if latest[sets[place[at]]] <= low:
            latest[sets[place[at]]] = at + 1
    return 0


@cython.cfunc
@cython.inline
@cython.exceptval(-1)
def _follow(
    place: cython.const[cython.ulonglong][::1],
    low: cython.Py_ssize_t,
    high: cython.Py_ssize_t,
    sets: cython.const[cython.longlong][::1],
    latest: cython.const[cython.longlong][::1],
    out: cython.double[:, ::1],
) -> cython.int:
    """Copy what was written for the first pair of each set to the others."""
    at: cython.Py_ssize_t
    column: cython.Py_ssize_t
    lead: cython.ulonglong
    for at in range(low, high):
        lead = place[latest[sets[place[at]]] - 1]
        for column in range(out.shape[1] if lead != place[at] else 0):
            out[place[at], column] = out[lead, column]
    return 0


def compare(
    app: tuple[Any, ...],
    index: tuple[Any, ...],
    tokens: tuple[Any, ...],
    pairs: tuple[Any, ...],
    kinds: cython.const[cython.double][:, ::1],
    most: int,
    out: cython.double[:, ::1],
    scratch: tuple[Any, ...],
) -> None:
    """Compare nodes with sets of tokens of classes; of each node the form that fits best.

    Args:
        app: compressed rows: tokens of the index that are in each set, ascending; and what `alone` gives.
        index: compressed rows: tokens of each signature; and where the signatures of each node start.
        tokens: for each token of the index its weight, the part of it that is of one family alone, its kind.
        pairs: compressed rows: numbers of the pairs of each node; and the set of each pair.
        kinds: for each kind: what a token counts; cost of one that is missing, of one that is foreign; its weight when
            it is missing, and the part of its weight that counts when it is foreign.
        most: forms of one node that are looked at; of equal ones the first counts (sums differ in their last digits).
        out: for each pair: signature, -1 before; nats, similarity, shared weight, foreign weight, shared weight of one
            family alone, tokens shared.
        scratch: zeros, as many as tokens; room for ten numbers; zeros, as many as sets.
    """
    start: cython.const[cython.longlong][::1] = app[0]
    lone: cython.const[cython.double][:, ::1] = app[2]
    first: cython.const[cython.longlong][::1] = index[0]
    known: cython.const[cython.int][::1] = index[1]
    form: cython.const[cython.longlong][::1] = index[2]
    begin: cython.const[cython.longlong][::1] = pairs[0]
    place: cython.const[cython.ulonglong][::1] = pairs[1]
    sets: cython.const[cython.longlong][::1] = pairs[2]
    mine: cython.const[cython.int][::1] = app[1]
    weight: cython.const[cython.float][::1] = tokens[0]
    own: cython.const[cython.float][::1] = tokens[1]
    kind_of: cython.const[cython.uchar][::1] = tokens[2]
    marked: cython.uchar[::1] = scratch[0]
    sums: cython.double[::1] = scratch[1]
    latest: cython.longlong[::1] = scratch[2]
    node: cython.Py_ssize_t
    form_: cython.Py_ssize_t
    at: cython.Py_ssize_t
    set_: cython.Py_ssize_t
    for node in range(len(form) - 1):
        if begin[node] == begin[node + 1]:
            continue
        _lead(place, begin[node], begin[node + 1], sets, latest)
        for form_ in range(form[node], min(form[node + 1], form[node] + most)):
            _mark(known, first[form_], first[form_ + 1], marked, kind_of, kinds, sums)
            for at in range(begin[node], begin[node + 1]):
                set_ = sets[place[at]]
                if latest[set_] == at + 1:
                    _weigh(set_, start, mine, lone, marked, weight, own, kind_of, kinds, sums)
                    _keep(sums, out, place[at], form_)
            for at in range(first[form_], first[form_ + 1]):
                marked[known[at]] = 0
        _follow(place, begin[node], begin[node + 1], sets, latest, out)


def assign(
    order: cython.const[cython.longlong][::1],
    app: cython.const[cython.int][::1],
    node: cython.const[cython.int][::1],
    taken: tuple[Any, ...],
    kept: cython.uchar[::1],
) -> None:
    """Keep pairs one after the other as long as both sides are free.

    Args:
        order: rows of the pairs, the best first.
        app: class of each pair.
        node: of each pair.
        taken: zeros, as many as classes and as nodes.
        kept: zeros, as many as pairs; set to 1 for those that are kept.
    """
    of_app: cython.uchar[::1] = taken[0]
    of_node: cython.uchar[::1] = taken[1]
    at: cython.Py_ssize_t
    for at in range(len(order)):
        if of_app[app[order[at]]] == 0 and of_node[node[order[at]]] == 0:
            of_app[app[order[at]]] = 1
            of_node[node[order[at]]] = 1
            kept[order[at]] = 1
