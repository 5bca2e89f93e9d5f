"""What speaks for a family: its pairs taken together."""

import numpy as np

from affidavit.identity.code.candidates import Query
from affidavit.identity.code.graph import adjacent
from affidavit.identity.code.matching import F64
from affidavit.identity.code.similarity import Pairs

_CAP = 60.0
"""Nats that one class can give: one class alone never decides."""
_STRONG = 12.0
_BETTER = 1.0


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
    found = {}
    for number in np.unique(family).tolist():
        rows = np.flatnonzero(family == number).astype(np.int32)
        found[number] = _of(pairs.take(rows), score[rows], margin[rows], edges[rows], int(asked.sizes[number]))
    return found


def _of(pairs: Pairs, score: F64, margin: F64, edges: F64, size: int) -> dict[str, float]:
    """What one family's pairs say."""
    nats = np.sort(np.minimum(pairs.nats, _CAP).clip(0) * (margin >= _BETTER))[::-1]
    ranked = np.append(nats, [0.0, 0.0, 0.0])
    shared, foreign = float(pairs.shared.sum()), float(pairs.foreign.sum())
    agree, within, out, expected, edge_nats = edges.sum(0).tolist()
    return {
        "classes": float(len(pairs)),
        "strong": float((nats >= _STRONG).sum()),
        "nats": float((np.minimum(pairs.nats, _CAP).clip(0) * pairs.similarity * (margin >= _BETTER)).sum()),
        "second": float(ranked[1]),
        "third": float(ranked[2]),
        "similarity": float((pairs.similarity * pairs.shared).sum() / max(shared, 1e-9)),
        "explained": shared / max(shared + foreign, 1e-9),
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
