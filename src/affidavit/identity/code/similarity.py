"""How well a class and a node fit, token by token, and what was done to the app's code.

A pair weighs as a likelihood ratio does: a shared token is worth its rarity, one that the class has and the node has
not costs by how often such come from inlining, and one that is missing costs little, because unused methods go.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from affidavit.identity.code.candidates import Query
from affidavit.identity.code.index import grouped
from affidavit.identity.code.matching import F64
from affidavit.identity.code.signatures import I32, I64, U64
from affidavit.identity.code.tokens import KIND_MASK, Kind
from affidavit.identity.kernels import pairs as kernel

Column = npt.NDArray[Any]
_TYPICAL = 4.0
"""Nats of a token of no known rarity."""
_STRANGE = 3.0
"""Nats against from which a foreign token counts with its whole weight (it is one of twenty)."""
_NODE = 32
"""Bits of a key that are a node; those above are the class."""
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
    """Parallel arrays, by rising class and node; `signature` is the form of the node that fits best.

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

    def joined(self, more: "Pairs") -> "Pairs":
        """These and others, none of which is among these, by rising class and node."""
        mine, theirs = (pairs.app.astype(np.int64) << _NODE | pairs.node for pairs in (self, more))
        place = np.searchsorted(mine, theirs) + np.arange(len(theirs))
        old = np.ones(len(mine) + len(theirs), bool)
        old[place] = False
        return Pairs(
            *(_merged(getattr(self, name), getattr(more, name), old, place) for name in self.__dataclass_fields__)
        )


def _merged(mine: Column, theirs: Column, old: npt.NDArray[np.bool_], place: I64) -> Column:
    """Two columns as one: where each comes from, and where the second goes."""
    made = np.empty(len(old), mine.dtype)
    made[old] = mine
    made[place] = theirs
    return made


def known_rates(asked: Query) -> Rates:
    """What is known before anything of the app is."""
    return Rates(asked.numbers.column("survives"), asked.numbers.column("foreign"))


def compare(asked: Query, rates: Rates, app: I32, node: I32) -> Pairs:
    """Compare classes with nodes.

    Args:
        asked: the app beside the index.
        rates: what survives in it.
        app: classes.
        node: nodes, one for each class.
    """
    numbers = asked.numbers
    counts = numbers.column("counts")
    strangeness = -np.log(rates.foreign.clip(1e-3, 0.99))
    kinds = np.stack(
        [
            counts * numbers.together,
            counts * numbers.together * rates.survives,
            strangeness * counts,
            counts * rates.survives * _TYPICAL,
            (strangeness / _STRANGE).clip(0, 1),
        ],
        1,
    )
    kinds = np.ascontiguousarray(kinds)
    lone, out = _alone(asked, kinds), np.zeros((len(app), 7))
    out[:, 0] = -1
    kernel.compare(
        (asked.start, asked.known, lone),
        (asked.index.start, asked.index.rows, asked.first),
        (asked.weight, asked.own, asked.kind),
        (*grouped(node, len(asked.index.node_name), np.arange(len(node))), asked.same[app]),
        kinds,
        numbers.forms,
        out,
        (np.zeros(len(asked.index.token), np.uint8), np.zeros(10), np.zeros(len(lone), np.int64)),
    )
    number = lone[asked.same[app], 2]
    nats, similarity, shared, foreign, own, both = out[:, 1:].T.copy()
    return Pairs(app, node, out[:, 0].astype(np.int32), nats, similarity, shared, foreign, own, both, number - both)


def _alone(asked: Query, kinds: F64) -> F64:
    """For each set of tokens what all of them come to when none is shared: weight, cost, number."""
    strange, count = kinds[asked.strange_kind], len(asked.start) - 1
    lone = np.stack(
        [
            np.bincount(asked.strange_of, asked.strange_weight * strange[:, 4], minlength=count),
            np.bincount(asked.strange_of, strange[:, 2], minlength=count),
            np.bincount(asked.strange_of, minlength=count).astype(np.float64),
        ],
        1,
    )
    kernel.alone(asked.start, asked.known, asked.weight, asked.kind, kinds, lone)
    return lone


def worth_keeping(pairs: Pairs, least: float, behind: float) -> I32:
    """Rows of pairs that could still be right: not far behind the best of their class, and not hopeless.

    Args:
        pairs: by rising class.
        least: nats that a pair has at least.
        behind: nats that it may be behind.
    """
    if not len(pairs):
        return np.zeros(0, np.int32)
    starts = np.flatnonzero(np.diff(pairs.app, prepend=-1))
    best = np.repeat(np.maximum.reduceat(pairs.nats, starts), np.diff(np.append(starts, len(pairs))))
    return np.flatnonzero((pairs.nats >= least) & (pairs.nats >= best - behind)).astype(np.int32)


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
        there += _by_kind(known)
        both += _by_kind(np.intersect1d(mine, known, assume_unique=True))
        here += _by_kind(mine)
    return Rates(
        (both + before.survives * _STRONG) / (there + _STRONG),
        (here - both + before.foreign * _STRONG) / (here + _STRONG),
    )


def _by_kind(tokens: U64) -> F64:
    """How many there are of each kind."""
    return np.bincount((tokens & np.uint64(KIND_MASK)).astype(np.int64), minlength=16).astype(np.float64)
