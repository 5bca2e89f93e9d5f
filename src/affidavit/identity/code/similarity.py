"""How well a class and a node fit, token by token, and what was done to the app's code.

A pair weighs as a likelihood ratio does: a shared token is worth its rarity, one that the class has and the node has not
costs by how often such come from inlining, and one that is missing costs little, because unused methods go.
"""

from dataclasses import dataclass

import numpy as np

from affidavit.identity.code.candidates import Query
from affidavit.identity.code.matching import F64
from affidavit.identity.code.signatures import I32
from affidavit.identity.code.tokens import KIND_MASK, Kind
from affidavit.identity.kernels import matching

_STRONG = 60
"""Tokens of a kind seen in certain pairs from which an app's own rates outweigh those known beforehand."""
_HIDDEN, _OPTIMISED, _PLAIN = 0.25, 0.14, 0.93


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """By kind: how often a token survives, how often one is foreign."""

    survives: F64
    foreign: F64

    @property
    def regime(self) -> str:
        """What was done to the code (`Matched.regime`)."""
        if self.survives[Kind.STRING] < _HIDDEN:
            return "strings-hidden"
        if self.foreign[Kind.CALL] > _OPTIMISED:
            return "optimised"
        return "plain" if self.survives[Kind.MEMBER] > _PLAIN else "shrunk"


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Parallel arrays, by rising class; `signature` is the form of the node that fits best.

    Attributes:
        app, node, signature: what is paired.
        nats, similarity: how well. shared, foreign, own: weights. both, strange: numbers of tokens.
    """

    app: I32
    node: I32
    signature: I32
    nats: F64
    similarity: F64
    shared: F64
    foreign: F64
    own: F64
    both: F64
    strange: F64

    def __len__(self) -> int:
        return len(self.app)

    def take(self, rows: I32) -> "Pairs":
        """Some of them."""
        return Pairs(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def known_rates(asked: Query) -> Rates:
    """What is known before anything of the app is."""
    return Rates(asked.numbers.column("survives"), asked.numbers.column("foreign"))


def compare(asked: Query, rates: Rates, app: I32, node: I32) -> Pairs:
    """Compare classes with nodes.

    Args:
        asked: the app beside the index.
        rates: what survives in it.
        app: classes. node: nodes, one for each class.
    """
    numbers = asked.numbers
    counts = numbers.column("counts")
    kinds = np.stack(
        [
            counts * numbers.together,
            counts * numbers.together * rates.survives,
            -np.log(rates.foreign.clip(1e-3, 0.9)) * counts,
            counts * rates.survives * 4,
        ],
        1,
    )
    out = np.zeros((len(app), 8))
    matching.compare(
        (asked.app.start, asked.app.tokens, asked.weight),
        asked.own,
        (asked.index.start, asked.index.tokens),
        (asked.first, asked.forms),
        (app, node),
        np.ascontiguousarray(kinds),
        numbers.forms,
        out,
    )
    return Pairs(app, node, out[:, 0].astype(np.int32), *(out[:, column].copy() for column in range(1, 8)))


def estimated(asked: Query, pairs: Pairs) -> Rates:
    """What survives in this app, from pairs that are certain: their tokens counted, beside what is known beforehand.

    Args:
        asked: the app beside the index.
        pairs: at most a few hundred, one for each class.
    """
    before = known_rates(asked)
    there, both, here = np.zeros(16), np.zeros(16), np.zeros(16)
    for app, signature in zip(pairs.app.tolist(), pairs.signature.tolist(), strict=True):
        mine, known = asked.app.of(app), asked.index.of(signature)
        common = np.intersect1d(mine, known, assume_unique=True)
        for total, tokens in ((there, known), (both, common), (here, mine)):
            total += np.bincount((tokens & np.uint64(KIND_MASK)).astype(np.int64), minlength=16)
    return Rates(
        (both + before.survives * _STRONG) / (there + _STRONG),
        (here - both + before.foreign * _STRONG) / (here + _STRONG),
    )
