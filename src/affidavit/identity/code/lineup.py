"""Which classes of a library's versions are one class over time.

By name, where the publisher keeps names from version to version. Where names are given out anew for every version
(``a.b.c`` is another class each time), by what the classes hold: equal signatures first, then by the rare tokens that
two classes share and by whether their neighbours go together too. Which it is, the versions themselves tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.compressed import flat
from affidavit.identity.code.signatures import I64

F64 = npt.NDArray[np.float64]

_COMPARABLE = 6
"""Tokens that a class must have before being unlike another of the same name means anything."""
_TELLING = 3
"""Tokens from which on an equal form means anything."""
_UNLIKE = 0.3
"""Share of common tokens below which two classes have nothing but the name in common."""
_UNTRUSTED = 0.2
"""Share of unlike classes among those of equal name above which names say nothing."""
_SHORT = 2
"""Characters of a class's own name up to which it may come from a renamer."""
_COMMON = 30
"""A token that more classes of either side have is not rare."""
_KEPT = 8
"""Candidates that are compared by their neighbours."""
_ROUNDS = 2
_NEIGHBOURS = 0.5
"""What full agreement of neighbours adds to a similarity, and an equal name where names say little."""
_NAME = 0.1
_ENOUGH = 0.45
"""Similarity with what was added, from which two are one class."""
_LEAST = 0.2
"""Similarity below which neighbours and names make no difference."""
_HALF = np.int64(1) << 32


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of one version: their names, numbers of their forms, and which name which."""

    names: tuple[str, ...]
    forms: I64
    graph: Csr

    def edges(self) -> tuple[I64, I64]:
        """Both ends of every edge."""
        return np.repeat(np.arange(len(self.names)), np.diff(self.graph.start)), self.graph.items.astype(np.int64)


@dataclass(slots=True)
class _Nodes:
    """The nodes of a family while versions are added."""

    form: I64 = field(default_factory=lambda: np.empty(0, np.int64))
    name: list[str] = field(default_factory=list)
    by_name: dict[str, int] = field(default_factory=dict)
    edges: I64 = field(default_factory=lambda: np.empty(0, np.int64))


def line_up(versions: Sequence[Classes], forms: Csr) -> list[I64]:
    """For each version the number of the node of each of its classes.

    Args:
        versions: of one family, oldest first.
        forms: rows of tokens of each form.
    """
    short, long = _trusted(versions, forms)
    nodes, lined = _Nodes(), []
    for classes in versions:
        own = np.full(len(classes.names), -1, np.int64)
        for row, name in enumerate(classes.names):
            if short if is_short(name) else long:
                own[row] = nodes.by_name.get(name, -1)
        _equal(nodes, classes, own, np.diff(forms.start) >= _TELLING)
        _similar(nodes, classes, own, forms)
        _take(nodes, classes, own)
        lined.append(own)
    return lined


def expand(rows: Csr, picked: I64) -> tuple[I64, I64]:
    """(position in `picked`, item) of all items of some rows, in order."""
    of, items = flat(rows.start, rows.items, picked)
    return of, items.astype(np.int64)


def likeness(forms: Csr, left: I64, right: I64) -> F64:
    """For each pair of forms the share of their tokens that they have in common."""
    if not len(left):
        return np.empty(0, np.float64)
    one, other = ((of << 32) + rows for of, rows in (expand(forms, left), expand(forms, right)))
    both = np.bincount(one[_within(one, other)] >> 32, minlength=len(left))
    length = np.diff(forms.start)
    either = length[left] + length[right] - both
    return np.where(either > 0, both / np.maximum(either, 1), 1.0)


def _within(values: I64, ordered: I64) -> npt.NDArray[np.bool_]:
    """Which values are among others that are sorted."""
    if not len(ordered):
        return np.zeros(len(values), bool)
    at = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return np.asarray(ordered[at] == values)


def is_short(name: str) -> bool:
    """Whether a class's own name is as short as those that renamers give."""
    return len(name.removeprefix("L").removesuffix(";").rpartition("/")[2].rpartition("$")[2]) <= _SHORT


def _trusted(versions: Sequence[Classes], forms: Csr) -> tuple[bool, bool]:
    """Whether short names, and others, stay with their classes from version to version."""
    pairs: set[tuple[int, int, bool]] = set()
    length = np.diff(forms.start)
    for before, after in pairwise(versions):
        known = dict(zip(before.names, before.forms.tolist(), strict=True))
        pairs.update(
            (known[name], form, is_short(name))
            for name, form in zip(after.names, after.forms.tolist(), strict=True)
            if name in known
        )
    table = np.array(sorted(pairs), np.int64).reshape(-1, 3)
    table = table[(length[table[:, 0]] >= _COMPARABLE) & (length[table[:, 1]] >= _COMPARABLE)]
    unlike = likeness(forms, table[:, 0], table[:, 1]) < _UNLIKE
    short = table[:, 2] == 1
    return tuple(not unlike[of].any() or bool(unlike[of].mean() <= _UNTRUSTED) for of in (short, ~short))  # type: ignore[return-value]


def _equal(nodes: _Nodes, classes: Classes, own: I64, telling: npt.NDArray[np.bool_]) -> None:
    """Line up classes whose form one open node had last, and no other class has."""
    free = np.ones(len(nodes.form), bool)
    free[own[own >= 0]] = False
    open_, rest = np.flatnonzero(free), np.flatnonzero(own < 0)
    last, first, seen = np.unique(nodes.form[open_], return_index=True, return_counts=True)
    rest = rest[telling[classes.forms[rest]]]
    form, place, times = np.unique(classes.forms[rest], return_index=True, return_counts=True)
    _, left, right = np.intersect1d(last[seen == 1], form[times == 1], assume_unique=True, return_indices=True)
    own[rest[place[times == 1][right]]] = open_[first[seen == 1][left]]


def _similar(nodes: _Nodes, classes: Classes, own: I64, forms: Csr) -> None:
    """Line up what is left by shared rare tokens and by neighbours, the best mutual matches first."""
    free = np.ones(len(nodes.form), bool)
    free[own[own >= 0]] = False
    open_, rest = np.flatnonzero(free), np.flatnonzero(own < 0)
    if not len(open_) or not len(rest):
        return
    new, old, score = _candidates(forms, classes.forms[rest], nodes.form[open_])
    likely = score >= _LEAST
    new, old, score = rest[new[likely]], open_[old[likely]], score[likely]
    same = np.array([classes.names[a] == nodes.name[b] for a, b in zip(new.tolist(), old.tolist(), strict=True)], bool)
    score = score + np.where(same, _NAME, 0)
    tail, head = classes.edges()
    both = np.argsort(np.concatenate([tail, head]), kind="stable")
    items = np.concatenate([head, tail])[both].astype(np.int32)
    degree = np.bincount(np.concatenate([tail, head]), minlength=len(own))
    around = Csr(np.concatenate([[0], np.cumsum(degree)]).astype(np.int32), items)
    for _ in range(_ROUNDS):
        guess = own.copy()
        _mutual(new, old, score, guess)
        score = score + _agreement(around, new, old, guess, nodes.edges) * _NEIGHBOURS / _ROUNDS
    keep = score >= _ENOUGH
    _mutual(new[keep], old[keep], score[keep], own)


def _candidates(forms: Csr, new: I64, old: I64) -> tuple[I64, I64, F64]:
    """(new, old, similarity) of the likeliest pairs, as positions: those that share most of what is rare."""
    of_new, new_rows = expand(forms, new)
    of_old, old_rows = expand(forms, old)
    token, back = np.unique(np.concatenate([new_rows, old_rows]), return_inverse=True)
    new_rows, old_rows = back[: len(new_rows)], back[len(new_rows) :]
    have = np.bincount(old_rows, minlength=len(token)), np.bincount(new_rows, minlength=len(token))
    weight = 1 / np.log2(2.0 + np.maximum(have[0], have[1]))
    order = np.argsort(old_rows, kind="stable")
    posting = Csr(np.concatenate([[0], np.cumsum(have[0])]).astype(np.int32), of_old[order].astype(np.int32))
    picked = np.flatnonzero(np.maximum(have[0], have[1])[new_rows] <= _COMMON)
    at, held = expand(posting, new_rows[picked])
    keys, where = np.unique(of_new[picked][at] * _HALF + held, return_inverse=True)
    common = np.bincount(where, weight[new_rows[picked]][at], minlength=len(keys))
    order = np.lexsort((keys, -common, keys >> 32))
    place = np.arange(len(order)) - np.searchsorted(keys[order] >> 32, keys[order] >> 32)
    keys = keys[order[place < _KEPT]]
    left, right = keys >> 32, keys & (_HALF - 1)
    # Of nothing, numpy counts in whole numbers.
    total = np.bincount(of_new, weight[new_rows], minlength=len(new))[left].astype(np.float64)
    total += np.bincount(of_old, weight[old_rows], minlength=len(old))[right]
    pair, row = expand(_rows(of_new, new_rows, len(new)), left)
    other = expand(_rows(of_old, old_rows, len(old)), right)
    hit = _within(pair * _HALF + row, other[0] * _HALF + other[1])
    both = np.bincount(pair, weight[row] * hit, minlength=len(keys))
    return left, right, both / np.maximum(total - both, 1e-9)


def _rows(of: I64, items: I64, count: int) -> Csr:
    return Csr(np.searchsorted(of, np.arange(count + 1)).astype(np.int32), items.astype(np.int32))


def _agreement(around: Csr, new: I64, old: I64, guess: I64, edges: I64) -> F64:
    """For each pair the share of the new class's neighbours that are lined up with neighbours of the old."""
    of, near = expand(around, new)
    with_ = guess[near]
    both = np.where(with_ >= 0, old[of] * _HALF + with_, -1), np.where(with_ >= 0, with_ * _HALF + old[of], -1)
    hit = _within(both[0], edges) | _within(both[1], edges)
    return np.bincount(of, hit, minlength=len(new)) / np.maximum(np.bincount(of, minlength=len(new)), 1)


def _mutual(new: I64, old: I64, score: F64, own: I64) -> None:
    """Line up the pairs of highest score, each class and node once."""
    taken: set[int] = set(own[own >= 0].tolist())
    for at in np.lexsort((old, new, -score)).tolist():
        if own[new[at]] < 0 and int(old[at]) not in taken:
            own[new[at]] = old[at]
            taken.add(int(old[at]))


def _take(nodes: _Nodes, classes: Classes, own: I64) -> None:
    """Add a version whose classes are lined up; what is not gets a node of its own."""
    fresh = np.flatnonzero(own < 0)
    own[fresh] = len(nodes.form) + np.arange(len(fresh))
    nodes.form = np.concatenate([nodes.form, classes.forms[fresh]])
    nodes.form[own] = classes.forms
    nodes.name += [""] * len(fresh)
    for row, name in zip(own.tolist(), classes.names, strict=True):
        if nodes.name[row] != name and nodes.by_name.get(nodes.name[row]) == row:
            del nodes.by_name[nodes.name[row]]
        nodes.name[row] = name
        nodes.by_name[name] = row
    tail, head = classes.edges()
    nodes.edges = np.union1d(nodes.edges, own[tail] * _HALF + own[head])
