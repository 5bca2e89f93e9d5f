"""Native files of an app compared with those of the index.

A file is compared as a whole: libc++, folly or openssl are linked into many libraries, so that what two files share
counts by how few known files have it. Two statements are made apart: a file that *is* one of the index, by likeness in
both directions or by its build id, and a file that *holds* one, linked in with other code.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from affidavit import knowledge
from affidavit.identity.code.index import Index
from affidavit.identity.code.lineup import expand
from affidavit.identity.code.native import KEPT, NativeSignature, build_token
from affidavit.identity.code.signatures import I64, U64
from affidavit.identity.code.sketch import mixed
from affidavit.identity.code.tokens import KIND_MASK, Kind

F64 = npt.NDArray[np.float64]
_LEAST = 1e-9
"""Stands for a weight of nothing where it is divided by."""


class NativeCuts(Struct, frozen=True):
    """Shape of ``knowledge/native_matching/cuts``; see there."""

    source: str
    licence: str
    likeness: float
    least: float
    holds: float
    nats: float
    common: int
    tie: float


@cache
def cuts() -> NativeCuts:
    """From where on a likeness is stated.

    Raises:
        KnowledgeError: compiled knowledge is missing.
    """
    return knowledge.load("native_matching", NativeCuts)["cuts"]


@dataclass(frozen=True, slots=True)
class NativeMatch:
    """One native file of an app and the family that it, or part of it, comes from.

    Attributes:
        file: number of the app's file. family, node: of the index; the file of the family that it is most like.
        relation: ``is`` or ``holds``. same_build: whether the build ids are equal.
        inside: weighted share of the app's file that is in the family's file; around: the other way round.
        nats: weight of what they share. versions: whose file is as like, sorted.
    """

    file: int
    family: int
    node: int
    relation: Literal["is", "holds"]
    same_build: bool
    inside: float
    around: float
    nats: float
    versions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One file of an app while it is compared.

    Attributes:
        file: its number. shared: (S,) weight of what each signature has of it. linked: (S,) the same without symbols.
        whole: (S,) weight of all its tokens that the signature could have: of sampled ones, those up to its last key.
        same: signatures with its build id.
    """

    file: int
    shared: F64
    linked: F64
    whole: F64
    same: set[int]


class NativeIndex:
    """The native files of an index, with what each weighs.

    Attributes:
        index: the index. known: how many native files it has.
        weight: (T,) of each token; nothing for what too many families have. symbol: (T,) whether it is a symbol.
        held: (S,) weight of each signature. linked: (S,) the same without symbols.
        last: (S,) the last key of each sampled signature; of whole ones the largest there is.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        kinds = index.token & np.uint64(KIND_MASK)
        native, self.symbol = kinds >= Kind.SYMBOL, kinds == Kind.SYMBOL
        rows = np.flatnonzero(native)
        of, signatures = expand(index.posting, rows)
        self.known = len(np.unique(index.node[signatures]))
        # A runtime that is linked into the files of many families says nothing of any of them.
        counted = native & (index.in_families <= cuts().common)
        self.weight = np.where(counted, np.log((self.known + 1) / (index.in_nodes + 0.5)), 0.0).clip(0)
        weights = self.weight[rows][of]
        self.held: F64 = np.bincount(signatures, weights, minlength=len(index.node)).astype(np.float64)
        weights = np.where(self.symbol[rows][of], 0.0, weights)
        self.linked: F64 = np.bincount(signatures, weights, minlength=len(index.node)).astype(np.float64)
        self.last = self._last(mixed(index.token[rows])[of], signatures)

    def _last(self, keys: U64, signatures: I64) -> U64:
        """The last key of each sample; behind it comes only that of a build id, which is kept whatever its key."""
        found = np.full(len(self.held), np.iinfo(np.uint64).max, np.uint64)
        order = np.lexsort((keys, signatures))
        ends = np.cumsum(np.bincount(signatures, minlength=len(found)))
        counts = np.diff(ends, prepend=0)
        full = np.flatnonzero(counts >= KEPT)
        found[full] = keys[order[ends[full] - 1 - (counts[full] > KEPT)]]
        return found

    def match(self, natives: list[NativeSignature]) -> list[NativeMatch]:
        """Every statement about native files, by file, then family."""
        return [found for number, item in enumerate(natives) for found in self._of_file(number, item)]

    def _of_file(self, number: int, item: NativeSignature) -> list[NativeMatch]:
        rows = self.index.rows_of(item.tokens)
        known = rows[rows >= 0]
        known = known[self.weight[known] > 0]
        shared = self._shared(known)
        build = self.index.rows_of(np.array([build_token(item.build)], np.uint64))[0] if item.build else -1
        same = set(self.index.posting.row(int(build)).tolist()) if build >= 0 else set()
        found: dict[int, list[int]] = {}
        for signature in np.flatnonzero(shared > 0).tolist():
            family = int(self.index.node_family[self.index.node[signature]])
            found.setdefault(family, []).append(signature)
        asked = _Asked(number, shared, self._shared(known[~self.symbol[known]]), self._whole(item.tokens, rows), same)
        like = {family: self._like(asked, np.array(found[family])) for family in found}
        least = max((float(own.max()) for own in like.values()), default=0.0) - cuts().tie
        made = [self._of_family(asked, family, found[family], like[family], least) for family in sorted(found)]
        return [match for match in made if match is not None]

    def _like(self, asked: _Asked, at: I64) -> F64:
        """How like a file is to that of each signature."""
        return np.sqrt(self._inside(asked, at) * asked.shared[at] / np.maximum(self.held[at], _LEAST))

    def _inside(self, asked: _Asked, at: I64) -> F64:
        """Share of a file that each signature has."""
        return np.minimum(1.0, asked.shared[at] / np.maximum(asked.whole[at], _LEAST))

    def _whole(self, tokens: U64, rows: I64) -> F64:
        """Weight of a file's tokens up to the last key of each signature."""
        # What no known file has weighs as much as what one has: it speaks against likeness.
        weights = np.where(rows >= 0, self.weight[rows], np.log((self.known + 1) / 0.5))
        keys = mixed(tokens)
        order = np.argsort(keys)
        upto = np.concatenate([[0.0], np.cumsum(weights[order])])
        return upto[np.searchsorted(keys[order], self.last, side="right")]

    def _shared(self, known: I64) -> F64:
        """Weight of what each signature has of some tokens."""
        of, signatures = expand(self.index.posting, known)
        found: F64 = np.bincount(signatures, self.weight[known][of], minlength=len(self.held)).astype(np.float64)
        return found

    def _of_family(
        self, asked: _Asked, family: int, signatures: list[int], like: F64, least: float
    ) -> NativeMatch | None:
        """The statement about one family, if there is any; a file *is* of the family alone that it is most like."""
        at, same_build = np.array(signatures), not asked.same.isdisjoint(signatures)
        chosen, weight = like, asked.shared[at]
        best = int(np.argmax(like))
        is_it = same_build or (like[best] >= max(least, cuts().likeness) and weight[best] >= cuts().least)
        around = float(weight[best] / max(self.held[at[best]], _LEAST))
        if not is_it:
            # Of what is linked in, symbols are seldom left: texts, numbers and instructions tell it.
            weight = asked.linked[at]
            chosen = weight / np.maximum(self.linked[at], _LEAST)
            best = int(np.argmax(np.where(weight >= cuts().nats, chosen, 0.0)))
            around = float(chosen[best])
            if around < cuts().holds or weight[best] < cuts().nats:
                return None
        tied = (
            at[chosen >= chosen[best] - cuts().tie]
            if not same_build
            else np.array(sorted(asked.same & set(signatures)))
        )
        versions = sorted({int(item) for row in tied.tolist() for item in self.index.of_version.row(row)})
        return NativeMatch(
            asked.file, family, int(self.index.node[at[best]]), "is" if is_it else "holds", same_build,
            round(float(self._inside(asked, at)[best]), 4), round(around, 4), round(float(weight[best]), 2),
            tuple(versions),
        )  # fmt: skip
