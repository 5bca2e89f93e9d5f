"""Classes that several families carry: which of them are one family's, copied into the artefacts of another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.index import Family, LeftOut
from affidavit.identity.code.lineup import expand, is_short, likeness
from affidavit.identity.code.signatures import I64

_TELLING = 10
"""Tokens that a class must have for another equal one to be the same code."""
_LIKE = 0.5
"""Share of common tokens from which classes of the same name are the same code."""
_WHOLE = 0.8
"""Share of a family's telling classes in one version that another must have to carry it."""
_FEWEST = 4
"""Telling classes that a family must have for that to mean anything."""
_WIDE = 20
"""Equal classes up to which they are copies, not made from a template."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lined:
    """Classes of all artefacts with their nodes.

    Attributes:
        of: family of each artefact. nodes, forms: for each artefact those of its classes.
        family, name, form: of each node, the last two as in its newest version.
    """

    of: tuple[int, ...]
    nodes: list[I64]
    forms: list[I64]
    family: I64
    name: list[str]
    form: I64


def copies(families: Sequence[Family], lined: Lined, forms: Csr) -> tuple[I64, I64, tuple[LeftOut, ...]]:
    """Which nodes are another family's code.

    A family is carried by another if the catalogue says so, or if the other is larger and has most of what any one
    version of it has, unless one vendor has moved its own code. What is equal in two families of which neither carries
    the other is shared.

    Args:
        families: by number.
        lined: their classes.
        forms: tokens of each form.

    Returns:
        For each node the family that it is a copy of, or -1; for each of the others a family that shares it, or -1;
        and a summary of the copies.
    """
    telling = np.diff(forms.start) >= _TELLING
    equal = _equal(lined, telling)
    pairs = np.unique(np.concatenate([equal, _alike(lined, forms, telling)]), axis=0)
    declared = {family.id: number for number, family in enumerate(families)}
    said = {
        (number, declared[name])
        for number, family in enumerate(families)
        for name in family.contains
        if name in declared
    }
    carried = _carried(families, lined, telling[lined.form], pairs, said)
    carried = [pair for pair in carried if pair in said or not _moved(families, lined, pairs, *pair)]
    origin = np.full(len(lined.family), -1, np.int64)
    for holder, of in carried:  # the last one stands: the smallest
        here = (lined.family[pairs[:, 0]] == holder) & (lined.family[pairs[:, 1]] == of)
        origin[pairs[here, 0]] = of
    left = equal[(origin[equal[:, 0]] < 0) & (origin[equal[:, 1]] < 0)]
    return origin, _shared(lined, left, len(families)), _summary(families, lined, origin, said)


def _equal(lined: Lined, telling: Flags) -> I64:
    """Pairs of nodes of different families that had an equal telling form, both ways."""
    table = np.unique(
        np.stack([np.concatenate([*lined.forms, _NONE]), np.concatenate([*lined.nodes, _NONE])], 1), axis=0
    )
    return _pairs(lined, *table[telling[table[:, 0]]].T)


def _alike(lined: Lined, forms: Csr, telling: Flags) -> I64:
    """Pairs of nodes of different families that have one name and are alike, both ways."""
    numbers: dict[str, int] = {}
    own = np.array([numbers.setdefault(name, len(numbers)) for name in lined.name], np.int64)
    usable = telling[lined.form] | ~np.array([is_short(name) for name in lined.name], bool)
    rows = np.flatnonzero(usable)
    found = _pairs(lined, own[rows], rows)
    alike: I64 = found[likeness(forms, lined.form[found[:, 0]], lined.form[found[:, 1]]) >= _LIKE]
    return alike


_NONE = np.empty(0, np.int64)


def _pairs(lined: Lined, keys: I64, nodes: I64) -> I64:
    """All pairs of nodes of different families with one key, unless so many have it that it is made from a template."""
    order = np.lexsort((nodes, keys))
    keys, nodes = keys[order], nodes[order]
    ends = np.flatnonzero(np.diff(keys, append=-1, prepend=-1))
    few = np.diff(ends)
    groups = Csr(ends.astype(np.int32), nodes.astype(np.int32))
    rows = np.flatnonzero((few > 1) & (few <= _WIDE))
    of, left = expand(groups, rows)
    at, right = expand(groups, rows[of])
    found = np.stack([left[at], right], 1)
    apart: I64 = found[lined.family[found[:, 0]] != lined.family[found[:, 1]]]
    return apart


def _carried(
    families: Sequence[Family], lined: Lined, telling: Flags, pairs: I64, said: set[tuple[int, int]]
) -> list[tuple[int, int]]:
    """(family that carries, family carried), the largest carried first."""
    count = len(families)
    met = np.unique(pairs[telling[pairs[:, 1]], 1] * count + lined.family[pairs[telling[pairs[:, 1]], 0]])
    holders = Csr(
        np.searchsorted(met // count, np.arange(len(telling) + 1)).astype(np.int32), (met % count).astype(np.int32)
    )
    share: dict[tuple[int, int], float] = {}
    size = [0] * count
    for of, nodes in zip(lined.of, lined.nodes, strict=True):
        own = nodes[telling[nodes]]
        size[of] = max(size[of], len(own))
        if len(own) >= _FEWEST:
            here = np.bincount(expand(holders, own)[1], minlength=count)
            for holder in np.flatnonzero(here).tolist():
                share[holder, of] = max(share.get((holder, of), 0.0), int(here[holder]) / len(own))
    found = {
        (holder, of)
        for (holder, of), part in share.items()
        if part >= _WHOLE and size[of] < size[holder] and share.get((of, holder), 0.0) < _WHOLE
    }
    found = {pair for pair in found if pair[::-1] not in said} | {pair for pair in said if pair[::-1] not in said}
    found = {(holder, of) for holder, of in found if families[holder].id != families[of].id}
    return sorted(found, key=lambda pair: (-size[pair[1]], pair))


def _moved(families: Sequence[Family], lined: Lined, pairs: I64, holder: int, of: int) -> bool:
    """Whether a vendor has taken classes of a family of its own into another, under other names.

    Then neither carries the other: they are publications of one code, of which an app has the one or the other.
    """
    if not families[of].vendor or families[of].vendor != families[holder].vendor:
        return False
    here = pairs[(lined.family[pairs[:, 0]] == holder) & (lined.family[pairs[:, 1]] == of)]
    same = sum(lined.name[left] == lined.name[right] for left, right in here.tolist())
    return bool(2 * same < len(here))


def _shared(lined: Lined, pairs: I64, count: int) -> I64:
    """For each node the family that shares it; of several the one that shares most with the node's own."""
    shared = np.full(len(lined.family), -1, np.int64)
    both = lined.family[pairs[:, 0]] * count + lined.family[pairs[:, 1]]
    kinds, of, times = np.unique(both, return_inverse=True, return_counts=True)
    order = np.lexsort((-kinds[of], times[of]))
    shared[pairs[order, 0]] = lined.family[pairs[order, 1]]
    return shared


def _summary(families: Sequence[Family], lined: Lined, origin: I64, said: set[tuple[int, int]]) -> tuple[LeftOut, ...]:
    counts: dict[tuple[int, int], int] = {}
    for of, nodes in zip(lined.of, lined.nodes, strict=True):
        for number, times in zip(*np.unique(origin[nodes], return_counts=True), strict=True):
            if number >= 0:
                counts[of, int(number)] = counts.get((of, int(number)), 0) + int(times)
    return tuple(
        LeftOut(families[of].id, families[number].id, times, (of, number) in said)
        for (of, number), times in sorted(counts.items())
    )
