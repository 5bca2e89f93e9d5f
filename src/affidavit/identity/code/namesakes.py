"""Families that are one code under two names: a library that was published anew under another name.

What speaks for such a family speaks nearly as much for the other. Neither is evidence against the other's code, so the
one for which more speaks is not measured against the other. A class that was copied into another library makes no
namesakes: most of what is rare in each must be in the other.
"""

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.signatures import distinct
from affidavit.identity.code.candidates import Query
from affidavit.identity.code.matching import F64
from affidavit.identity.code.signatures import I32, I64
from affidavit.identity.code.similarity import Pairs

_CAP = 60.0
"""Nats that one class can give."""
_AS_WELL = 0.5
"""Share of what speaks for a family that must speak for the other as well before both are compared."""
_CLASSES = 2
_SIZE = 4
"""How many times as large as the other one of them can be."""
_RARE = 4
"""Families that may have a token which tells what code it is."""
_ALIKE = 0.5
"""Share of the rare tokens of each that the other has."""


def namesakes(asked: Query, pairs: Pairs, score: F64, kept: I32) -> npt.NDArray[np.bool_]:
    """Which pairs are of a namesake, for which less speaks, of the family that their class was given to.

    Args:
        asked: the app beside the index.
        pairs: by rising class.
        score: of each.
        kept: rows of the pairs that are kept.
    """
    family, count = asked.index.node_family[pairs.node].astype(np.int64), len(asked.index.families)
    chosen = np.full(len(asked.app), -1, np.int64)
    chosen[pairs.app[kept]] = family[kept]
    speaks = np.bincount(family[kept], score[kept].clip(0, _CAP), minlength=count)
    rival = np.flatnonzero(
        (chosen[pairs.app] >= 0) & (chosen[pairs.app] != family) & (score >= asked.numbers.believed / 2)
    )
    key = chosen[pairs.app[rival]] * count + family[rival]
    both, of = np.unique(key, return_inverse=True)
    as_well = np.bincount(of, score[rival].clip(0, _CAP), minlength=len(both))
    often = np.bincount(of, minlength=len(both))
    one, other = both // max(count, 1), both % max(count, 1)
    size = asked.sizes
    likely = (often >= _CLASSES) & (as_well >= _AS_WELL * speaks[one]) & (speaks[one] >= speaks[other])
    likely &= (size[one] <= _SIZE * size[other]) & (size[other] <= _SIZE * size[one])
    rare: dict[int, I64] = {}
    same = np.array(
        [
            bool(asked_for) and _alike(asked, int(first), int(second), rare)
            for asked_for, first, second in zip(likely, one, other, strict=True)
        ],
        bool,
    )
    found = np.zeros(len(pairs), bool)
    found[rival] = same[of]
    return found


def _alike(asked: Query, one: int, other: int, rare: dict[int, I64]) -> bool:
    """Whether each of two families has most of what is rare in the other."""
    first, second = (_rare(asked, family, rare) for family in (one, other))
    both = int(np.isin(first, second, assume_unique=True, kind="table").sum())
    return both > 0 and both >= _ALIKE * max(len(first), len(second))


def _rare(asked: Query, family: int, known: dict[int, I64]) -> I64:
    """The rare tokens of all versions of a family, as rows of the index; kept in `known`."""
    if family not in known:
        index = asked.index
        nodes = np.flatnonzero(index.node_family == family)
        parts = [
            index.rows[index.start[asked.first[node]] : index.start[asked.first[node + 1]]] for node in nodes.tolist()
        ]
        rows = np.concatenate([*parts, np.empty(0, index.rows.dtype)])
        known[family] = distinct(rows[index.in_families[rows] <= _RARE]).astype(np.int64)
    return known[family]
