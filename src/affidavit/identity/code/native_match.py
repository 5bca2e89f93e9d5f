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
from affidavit.identity.code.native import NativeSignature, build_token
from affidavit.identity.code.signatures import I64
from affidavit.identity.code.tokens import KIND_MASK, Kind

F64 = npt.NDArray[np.float64]
_LEAST = 1e-9
"""Stands for a weight of nothing where it is divided by."""


class NativeCuts(Struct, frozen=True):
    """Shape of ``knowledge/native_matching/cuts``; see there."""

    source: str
    licence: str
    likeness: float
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
        file: its number. shared: (S,) weight of what each signature has of it. whole: weight of all its tokens.
        same: signatures with its build id.
    """

    file: int
    shared: F64
    whole: float
    same: set[int]


class NativeIndex:
    """The native files of an index, with what each weighs.

    Attributes:
        index: the index. known: how many native files it has.
        weight: (T,) of each token. common: (T,) whether too many files have it. held: (S,) weight of each signature.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        native = (index.token & np.uint64(KIND_MASK)) >= Kind.SYMBOL
        rows = np.flatnonzero(native)
        of, signatures = expand(index.posting, rows)
        self.known = len(np.unique(index.node[signatures]))
        self.weight = np.where(native, np.log((self.known + 1) / (index.in_nodes + 0.5)), 0.0).clip(0)
        self.common = index.in_nodes > cuts().common
        self.held: F64 = np.bincount(signatures, self.weight[rows][of], minlength=len(index.node)).astype(np.float64)

    def match(self, natives: list[NativeSignature]) -> list[NativeMatch]:
        """Every statement about native files, by file, then family."""
        return [found for number, item in enumerate(natives) for found in self._of_file(number, item)]

    def _of_file(self, number: int, item: NativeSignature) -> list[NativeMatch]:
        rows = self.index.rows_of(item.tokens)
        known = rows[rows >= 0]
        # What no known file has weighs as much as what one has: it speaks against likeness.
        whole = float(self.weight[known].sum()) + np.log(2 * len(self.held) + 2) * int((rows < 0).sum())
        shared = self._shared(known[~self.common[known]])
        build = self.index.rows_of(np.array([build_token(item.build)], np.uint64))[0] if item.build else -1
        same = set(self.index.posting.row(int(build)).tolist()) if build >= 0 else set()
        found: dict[int, list[int]] = {}
        for signature in np.flatnonzero(shared > 0).tolist():
            family = int(self.index.node_family[self.index.node[signature]])
            found.setdefault(family, []).append(signature)
        asked = _Asked(number, shared, whole, same)
        made = [self._of_family(asked, family, found[family]) for family in sorted(found)]
        return [match for match in made if match is not None]

    def _shared(self, known: I64) -> F64:
        """Weight of what each signature has of some tokens."""
        starts, ends = self.index.posting.start[known], self.index.posting.start[known + 1]
        rows = [self.index.posting.items[low:high] for low, high in zip(starts.tolist(), ends.tolist(), strict=True)]
        weights = np.repeat(self.weight[known], ends - starts)
        found: F64 = np.zeros(len(self.held))
        np.add.at(found, np.concatenate([*rows, np.empty(0, np.int32)]), weights)
        return found

    def _of_family(self, asked: "_Asked", family: int, signatures: list[int]) -> NativeMatch | None:
        """The statement about one family, if there is any."""
        at, shared = np.array(signatures), asked.shared
        around = shared[at] / np.maximum(self.held[at], _LEAST)
        inside = shared[at] / max(asked.whole, _LEAST)
        like = np.sqrt(inside * around)
        best = int(np.argmax(like))
        same_build = not asked.same.isdisjoint(signatures)
        is_it = same_build or like[best] >= cuts().likeness
        if not is_it:
            best = int(np.argmax(np.where(shared[at] >= cuts().nats, around, 0.0)))
        if not is_it and (around[best] < cuts().holds or shared[at[best]] < cuts().nats):
            return None
        chosen = like if is_it else around
        tied = (
            at[chosen >= chosen[best] - cuts().tie]
            if not same_build
            else np.array(sorted(asked.same & set(signatures)))
        )
        versions = sorted({int(item) for row in tied.tolist() for item in self.index.of_version.row(row)})
        return NativeMatch(
            asked.file, family, int(self.index.node[at[best]]), "is" if is_it else "holds", same_build,
            round(float(inside[best]), 4), round(float(around[best]), 4), round(float(shared[at[best]]), 2),
            tuple(versions),
        )  # fmt: skip
