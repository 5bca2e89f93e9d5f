"""What speaks for a family: its pairs taken together."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.candidates import Query
from affidavit.identity.code.graph import adjacent, edges_of
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


def features(asked: Query, pairs: Pairs, score: F64, margin: F64) -> dict[int, dict[str, float]]:
    """For each family with pairs what the decision rests on.

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
    found = {}
    for number in np.unique(family).tolist():
        rows = np.flatnonzero(family == number).astype(np.int32)
        found[number] = _of(pairs.take(rows), score[rows], margin[rows], edges[rows], int(asked.sizes[number]))
    return found


def _formal(asked: Query, pairs: Pairs) -> npt.NDArray[np.bool_]:
    """Which pairs are of interfaces to other processes: a tool writes these and all their code, always the same."""
    index = asked.index
    row = index.rows_of(np.array([token(Kind.SUPER, _WRITTEN)], np.uint64))[0]
    which, items = edges_of(Csr(index.start.astype(np.int32), index.rows), pairs.signature)
    return np.bincount(which[items == row], minlength=len(pairs)) > 0


def _of(pairs: Pairs, score: F64, margin: F64, edges: F64, size: int) -> dict[str, float]:
    """What one family's pairs say."""
    nats = np.sort(np.minimum(pairs.nats, _CAP).clip(0) * (margin >= _BETTER))[::-1]
    ranked = np.append(nats, [0.0, 0.0, 0.0])
    shared, foreign = float(pairs.shared.sum()), float(pairs.foreign.sum())
    explained = pairs.shared / (pairs.shared + pairs.foreign).clip(1e-9)
    agree, within, out, expected, edge_nats = edges.sum(0).tolist()
    return {
        "classes": float(len(pairs)),
        "strong": float((nats >= _STRONG).sum()),
        "nats": float((np.minimum(pairs.nats, _CAP).clip(0) * pairs.similarity * (margin >= _BETTER)).sum()),
        "second": float(ranked[1]),
        "third": float(ranked[2]),
        "similarity": float((pairs.similarity * pairs.shared).sum() / max(shared, 1e-9)),
        "explained": shared / max(shared + foreign, 1e-9),
        "special": float((margin.clip(0, _APART) * explained**2).sum()),
        "foreign": foreign,
        "own": float(pairs.own.sum()) / max(shared, 1e-9),
        "own_nats": float(pairs.own.sum()),
        "exclusive": float((margin >= _BETTER).mean()),
        "agree": agree,
        "within": within,
        "out": out,
        "edge": agree / max(within, 1e-9) if within else 0.0,
        "led": agree / max(out, 1e-9) if out else 0.0,
        "excess": agree - expected,
        "edge_nats": edge_nats,
        "score": float(score.clip(0, _CAP).sum()),
        "share": len(pairs) / max(size, 1),
        "size": float(size),
    }
