"""What speaks for a family: its pairs taken together."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from affidavit.identity.code.candidates import Query
from affidavit.identity.code.compressed import flat
from affidavit.identity.code.graph import adjacent
from affidavit.identity.code.matching import F64
from affidavit.identity.code.similarity import Pairs
from affidavit.identity.code.tokens import Kind, token

_CAP = 60.0
"""Nats that one class can give: one class alone never decides."""
_WRITTEN = b"Landroid/os/IInterface;"
_STRONG = 12.0
_BETTER = 1.0
_APART = 25.0
"""Nats by which one class can be better than in any other family: one class alone never decides."""

_FEWEST = 3000.0
"""Comparisons that always count: no app that was measured tells how little chance does in a smaller one."""


def features(asked: Query, pairs: Pairs, score: F64, margin: F64) -> dict[int, dict[str, float]]:
    """For each family with pairs what the decision rests on.

    `chances` are the comparisons of which one could be alike by chance: classes of the app that no other family
    explains, times classes of the family.

    Args:
        asked: the app beside the index.
        pairs: the kept ones.
        score: nats of each with its neighbours.
        margin: nats by which each is better than any other family.
    """
    index = asked.index
    family = index.node_family[pairs.node]
    node_of = np.full(len(asked.app), -1, np.int32)
    node_of[pairs.app] = pairs.node
    edges = adjacent(asked, pairs, node_of)
    held = _formal(asked, pairs)
    pairs = replace(pairs, nats=np.where(held, np.minimum(pairs.nats, pairs.own), pairs.nats))
    margin = np.where(held, np.minimum(margin, pairs.own), margin)
    explained = (score >= _STRONG) & (margin >= _BETTER)
    found = {}
    for number in np.unique(family).tolist():
        rows = np.flatnonzero(family == number).astype(np.int32)
        size = int(asked.sizes[number])
        left = len(asked.app) - int(explained.sum()) + int(explained[rows].sum())
        made = _of(pairs.take(rows), margin[rows], edges[rows])
        found[number] = made | {"size": float(size), "chances": max(float(left * size), _FEWEST)}
    return found


def _formal(asked: Query, pairs: Pairs) -> npt.NDArray[np.bool_]:
    """Which pairs are of interfaces to other processes: a tool writes these and all their code, always the same."""
    index = asked.index
    row = index.rows_of(np.array([token(Kind.SUPER, _WRITTEN)], np.uint64))[0]
    which, items = flat(index.start, index.rows, pairs.signature)
    return np.bincount(which[items == row], minlength=len(pairs)) > 0


def _of(pairs: Pairs, margin: F64, edges: F64) -> dict[str, float]:
    """What one family's pairs say."""
    nats = np.minimum(pairs.nats, _CAP).clip(0) * (margin >= _BETTER)
    shared, foreign = float(pairs.shared.sum()), float(pairs.foreign.sum())
    special = margin.clip(0, _APART) * (pairs.shared / (pairs.shared + pairs.foreign).clip(1e-9)) ** 2
    agree, within = edges[:, :2].sum(0).tolist()
    return {
        "classes": float(len(pairs)),
        "strong": float((nats >= _STRONG).sum()),
        "nats": float((nats * pairs.similarity).sum()),
        "similarity": float((pairs.similarity * pairs.shared).sum() / max(shared, 1e-9)),
        "special": float(special.sum()),
        "rest": float(special.sum() - special.max(initial=0)),
        "foreign": foreign,
        "own": float(pairs.own.sum()) / max(shared, 1e-9),
        "edge": agree / within if within else 0.0,
    }
