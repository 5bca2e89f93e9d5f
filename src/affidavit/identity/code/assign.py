"""One origin for each class: which of the pairs are kept, over all families at once."""

import numpy as np

from affidavit.identity.code.candidates import Query
from affidavit.identity.code.matching import F64
from affidavit.identity.code.namesakes import namesakes
from affidavit.identity.code.signatures import I32
from affidavit.identity.code.similarity import Pairs
from affidavit.identity.kernels import pairs as kernel

_CLEAR = 1.0
"""Nats by which one pair is clearly better than another."""
_COVERED = 6.0
"""Nats by which a family whose classes are all there goes before one of which as much is a small part."""

_FEW = 3
"""Classes by which a family counts as larger than it is: a part of a small one says little."""


def preferred(asked: Query, pairs: Pairs, score: F64) -> F64:
    """Scores with a small advantage for the family of which a larger part is there: copied code belongs to its origin.

    Args:
        asked: the app beside the index.
        pairs: by rising class.
        score: nats of each.
    """
    index = asked.index
    family = index.node_family[pairs.node]
    held = np.zeros(len(index.node_name))
    np.maximum.at(held, pairs.node, 1 / (1 + np.exp((asked.numbers.believed - score).clip(-50, 50) / 3)))
    covered = np.bincount(index.node_family, held, minlength=len(index.families)) / (asked.sizes + _FEW)
    given: F64 = score + _COVERED * covered[family]
    return given


def assigned(pairs: Pairs, score: F64, least: float) -> I32:
    """Rows of the pairs that are kept: each class once, each node once, the best first.

    Args:
        pairs: by rising class and node: of equal ones the first goes before.
        score: of each.
        least: what a pair must reach.
    """
    good = np.flatnonzero(score >= least)
    order = good[np.argsort(-score[good], kind="stable")]
    taken = (
        np.zeros(int(pairs.app.max(initial=-1)) + 1, np.uint8),
        np.zeros(int(pairs.node.max(initial=-1)) + 1, np.uint8),
    )
    kept = np.zeros(len(pairs), np.uint8)
    kernel.assign(order, pairs.app, pairs.node, taken, kept)
    return np.flatnonzero(kept).astype(np.int32)


def margins(asked: Query, pairs: Pairs, score: F64, kept: I32) -> F64:
    """For each kept pair by how many nats it is better than the best of its class in any other family.

    A family that is the same code under another name, and for which less speaks, is no other one.

    Args:
        asked: the app beside the index.
        pairs: by rising class.
        score: of each.
        kept: rows of the pairs that are kept.
    """
    family = asked.index.node_family[pairs.node]
    chosen = np.full(len(asked.app), -1, np.int64)
    chosen[pairs.app[kept]] = family[kept]
    rest = np.zeros(len(asked.app))
    other = np.flatnonzero((chosen[pairs.app] != family) & ~namesakes(asked, pairs, score, kept))
    np.maximum.at(rest, pairs.app[other], score[other])
    margin: F64 = score[kept] - rest[pairs.app[kept]]
    return margin


def leads(pairs: Pairs, score: F64, kept: I32) -> F64:
    """For each kept pair by how many nats its node is better than any other that its class could still have.

    A node that another class fits better is no alternative.

    Args:
        pairs: by rising class.
        score: of each.
        kept: rows of the pairs that are kept.
    """
    classes = int(pairs.app.max(initial=0)) + 1
    holder = np.full(int(pairs.node.max(initial=0)) + 1, -np.inf)
    holder[pairs.node[kept]] = score[kept]
    own = np.full(classes, -1, np.int64)
    own[pairs.app[kept]] = pairs.node[kept]
    other = np.flatnonzero((own[pairs.app] != pairs.node) & (holder[pairs.node] < score + _CLEAR))
    rest = np.full(classes, -np.inf)
    np.maximum.at(rest, pairs.app[other], score[other])
    lead: F64 = score[kept] - rest[pairs.app[kept]]
    return lead
