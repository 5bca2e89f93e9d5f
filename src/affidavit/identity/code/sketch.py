"""Small samples of an app's own code, by which apps of like code are found among very many.

What is sampled are pairs: two tokens of one class, neither of which known code or ordinary apps have. Any app calls
the platform, and a large app makes all calls that a small one makes; that two apps have the same two unusual things
together in a class says that they have the class.

A sketch keeps every key below a fixed bound (FracMinHash: Hera and others, "Deriving confidence intervals for mutation
rates across a wide range of evolutionary distances using FracMinHash", 2023), and of a small app as many of the
smallest as make an estimate. What two apps share below both bounds is in both sketches, so that shares of sketches
estimate containment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from affidavit.identity.code.index import Index
from affidavit.identity.code.signatures import I32, I64, U64, Signatures
from affidavit.identity.code.tokens import KIND_MASK, Kind

ROBUST = (Kind.STRING, Kind.CALL, Kind.TYPE, Kind.FIELD, Kind.LITERAL, Kind.ARRAY, Kind.OVERRIDE, Kind.SWITCH)
"""Kinds that stay in an app when its methods are inlined and its classes merged."""
SCALE = 16
"""One key of so many is kept."""
FEWEST, MOST = 512, 2_048
"""Keys of the sketch of a small and of a very large app."""
REACH = 4
"""A token makes a pair with so many that come next in its class: all pairs would grow with the square of a class."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Sample(NamedTuple):
    """A sketch of pairs.

    Attributes:
        keys: sorted. classes: which class each is in, numbered as they come.
    """

    keys: U64
    classes: npt.NDArray[np.uint16]


def own_tokens(signatures: Signatures, own: npt.NDArray[np.bool_]) -> tuple[I64, U64]:
    """The robust tokens of some classes: the class of each, and the token.

    Args:
        signatures: of an app.
        own: (C,) which classes count: those of no known library.
    """
    counts = np.diff(signatures.start)
    kept = np.repeat(own, counts)
    kept &= np.isin(signatures.tokens & np.uint64(KIND_MASK), np.array(ROBUST, np.uint64))
    return np.repeat(np.arange(len(signatures)), counts)[kept], signatures.tokens[kept]


def unusual(tokens: U64, index: Index) -> npt.NDArray[np.bool_]:
    """Which tokens no known family has, and few ordinary apps."""
    return index.rows_of(tokens) < 0


def sample_of(owner: I64, tokens: U64) -> Sample:
    """The sketch of the pairs of tokens that are together in a class.

    Args:
        owner: the class of each token, ascending.
        tokens: distinct within a class.
    """
    keys = mixed(tokens)
    order = np.lexsort((keys, owner))
    named, pairs = _smallest(*_pairs(owner[order], keys[order]))
    kept = sketch_of(pairs)
    within = named[np.argsort(mixed(pairs))[: len(kept)]]
    _, first, number = np.unique(within, return_index=True, return_inverse=True)
    # Numbers are given as classes come in the order of keys, so that neither names nor order of classes count.
    return Sample(kept, np.argsort(np.argsort(first))[number].astype(np.uint16))


def _pairs(owner: I64, keys: U64) -> tuple[U64, U64]:
    """Pairs, each with the smallest key of its class."""
    first = np.concatenate([np.ones(min(1, len(owner)), bool), owner[1:] != owner[:-1]])
    named = keys[np.maximum.accumulate(np.where(first, np.arange(len(keys)), 0))]
    owners, made = [np.empty(0, np.uint64)], [np.empty(0, np.uint64)]
    for reach in range(1, REACH + 1):
        same = owner[reach:] == owner[:-reach]
        owners.append(named[reach:][same])
        made.append(mixed(keys[:-reach][same] * _FACTOR + keys[reach:][same]))
    return np.concatenate(owners), np.concatenate(made)


def _smallest(named: U64, pairs: U64) -> tuple[U64, U64]:
    """Distinct pairs that a sketch can be made of; of those in several classes that with the smallest name."""
    below = mixed(pairs) < np.uint64((1 << 64) // SCALE)
    # Putting all pairs of a large app in order takes sixteen times as long as those that its sketch takes.
    if len(np.unique(pairs[below])) >= FEWEST:
        named, pairs = named[below], pairs[below]
    order = np.lexsort((named, pairs))
    distinct, at = np.unique(pairs[order], return_index=True)
    return named[order][at], distinct


def sketch_of(tokens: U64) -> U64:
    """The sketch of some distinct tokens or pairs: keys, sorted; see the module."""
    keys = np.sort(mixed(tokens))
    below = int(np.searchsorted(keys, np.uint64((1 << 64) // SCALE)))
    return keys[: min(MOST, max(FEWEST, below))]


def mixed(tokens: U64) -> U64:
    """Tokens mixed again (MurmurHash3's finaliser): kinds lie in their lowest bits, and a sample must not see them."""
    mixed = tokens.copy()
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        mixed ^= mixed >> np.uint64(33)
        mixed *= np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(33))


def share(first: U64, second: U64) -> tuple[float, float]:
    """Estimated share of the code behind one sketch that is in that behind another, and the other way round."""
    if not len(first) or not len(second):
        return 0.0, 0.0
    bound = min(first[-1], second[-1])
    first, second = first[first <= bound], second[second <= bound]
    common = len(np.intersect1d(first, second, assume_unique=True))
    return common / max(1, len(first)), common / max(1, len(second))


def comparable(first: U64, second: U64) -> int:
    """How many keys of the one with fewer can be in the other: of a small app hardly one in a sample of a huge one."""
    if not len(first) or not len(second):
        return 0
    bound = min(first[-1], second[-1])
    return int(min(np.searchsorted(keys, bound, side="right") for keys in (first, second)))


def spread(first: Sample, second: Sample) -> int:
    """In how many classes what two samples share lies, in that of them where it lies in fewer."""
    _, one, other = np.intersect1d(first.keys, second.keys, assume_unique=True, return_indices=True)
    return min(len(np.unique(first.classes[one])), len(np.unique(second.classes[other])))


class Near(NamedTuple):
    """An app that shares code with the one asked about.

    Attributes:
        app: its number. shared: keys in both sketches.
        inside: estimated share of the code asked about that is in this app. around: the other way round.
    """

    app: int
    shared: int
    inside: float
    around: float


@dataclass(frozen=True, slots=True, eq=False)
class Sketches:
    """Many sketches, by key: eight bytes for each key of each app, and a directory.

    The lowest bits of a key number its bucket, and the next 32 stand for the key within it: 38 bits at least,
    and 58 when ten million apps are held.

    Attributes:
        start: (B + 1,) where the keys of each bucket begin; B is a power of two.
        low: (K,) the 32 bits that stand for each key, ascending within a bucket. apps: (K,) the app that has it.
        size: (A,) keys of each app's sketch. bound: (A,) the largest of them.
    """

    start: I64
    low: npt.NDArray[np.uint32]
    apps: I32
    size: I32
    bound: U64

    @classmethod
    def of(cls, sketches: Sequence[U64]) -> "Sketches":
        """Put sketches in order of their keys."""
        size = np.array([len(item) for item in sketches], np.int32)
        every = np.concatenate([*sketches, np.empty(0, np.uint64)])
        buckets = buckets_for(len(every))
        apps = np.repeat(np.arange(len(sketches), dtype=np.int32), size)
        place, low = placed(every, buckets)
        order = np.lexsort((apps, low, place))
        start = np.searchsorted(place[order], np.arange(buckets + 1)).astype(np.int64)
        bound = np.array([item[-1] if len(item) else 0 for item in sketches], np.uint64)
        return cls(start, low[order], apps[order], size, bound)

    def nearest(self, sketch: U64, most: int = 20, common: int = 1_000) -> list[Near]:
        """The apps that share most with a sketch, best first.

        Args:
            sketch: of the app asked about.
            most: how many are given.
            common: keys that more apps have are passed over: they say nothing of one app.
        """
        rows = self._rows(sketch)
        told = np.array([len(row) <= common for row in rows], np.bool_)
        asked = sketch[told]
        lists = [row for row in rows if len(row) <= common]
        apps, shared = np.unique(np.concatenate([*lists, np.empty(0, np.int32)]), return_counts=True)
        if not len(apps):
            return []
        bounds = self.bound[apps]
        comparable = np.maximum(1, np.searchsorted(asked, bounds, side="right"))
        # Of the other app's keys so many are expected below the bound of the one asked about.
        theirs = self.size[apps] * np.minimum(1.0, float(sketch[-1]) / np.maximum(1.0, bounds.astype(np.float64)))
        inside, around = np.minimum(1.0, shared / comparable), np.minimum(1.0, shared / np.maximum(1.0, theirs))
        order = np.lexsort((apps, -np.maximum(inside, around)))[:most]
        return [Near(int(apps[at]), int(shared[at]), float(inside[at]), float(around[at])) for at in order]

    def _rows(self, sketch: U64) -> list[I32]:
        """The apps that have each key."""
        place, low = placed(sketch, len(self.start) - 1)
        found: list[I32] = []
        for key, first, last in zip(low, self.start[place].tolist(), self.start[place + 1].tolist(), strict=True):
            within = self.low[first:last]
            ends = first + int(np.searchsorted(within, key)), first + int(np.searchsorted(within, key, side="right"))
            found.append(self.apps[slice(*ends)])
        return found


def buckets_for(keys: int) -> int:
    """How many buckets serve so many keys: about sixteen keys in each."""
    return 1 << max(6, (keys // 16).bit_length())


def placed(keys: U64, buckets: int) -> tuple[I64, npt.NDArray[np.uint32]]:
    """The bucket of each key, and the 32 bits that stand for it there."""
    width = np.uint64(buckets.bit_length() - 1)
    place = (keys & np.uint64(buckets - 1)).astype(np.int64)
    return place, (keys >> width & np.uint64(0xFFFFFFFF)).astype(np.uint32)
