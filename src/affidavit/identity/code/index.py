"""The index of known code as arrays: families, their versions, and what each class of them is recognised by."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.signatures import I32, I64, U64
from affidavit.identity.code.tokens import KIND_MASK
from affidavit.identity.kernels.matching import places
from affidavit.identity.kernels.rows import scatter

_BUCKET = 2
"""Bits by which there are fewer buckets of tokens than tokens."""
_KEPT = 2
"""Indexes of which what is made from them is kept: as many as are in use at once."""


class Family(Struct, frozen=True):
    """Code that is published under one name.

    Attributes:
        id: unique; that of ``knowledge/libraries`` where it has the library.
        title, vendor: words for a reader. entity: id of the owner in ``knowledge/entities``, or empty.
        kind: ``sdk``, ``library`` or ``support``.
        contains: families whose code artefacts of this one carry along.
    """

    id: str
    title: str = ""
    vendor: str = ""
    entity: str = ""
    kind: str = "library"
    contains: tuple[str, ...] = ()


class Version(Struct, frozen=True):
    """One artefact of a family.

    Attributes:
        family: number of the family. label: as its publisher writes the version.
        origin: where the artefact is from (``npm react-native-wechat 1.9.12``). sha256: of its file. date: published.
        stated: what says the version: ``name``, ``mark``, ``manifest``, ``constant``.
        classes: how many classes of it are indexed; native files do not count.
    """

    family: int
    label: str
    origin: str = ""
    sha256: str = ""
    date: str = ""
    stated: str = "name"
    classes: int = 0


class LeftOut(Struct, frozen=True):
    """Classes that are not indexed under a family because they are another's.

    Attributes:
        family: id of the family whose artefacts carry them. origin: id of the family that they belong to.
        classes: how many, over all versions. declared: whether the catalogue says so; else the bytes do.
    """

    family: str
    origin: str
    classes: int
    declared: bool


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Known code. A *node* is one class, or native file, of a family over all its versions; a *signature* is
    one form that it had.

    Attributes:
        scheme: of the tokens (`tokens.SCHEME`).
        families, versions: see there.
        left_out: copies of other families' classes that artefacts carry.
        node_family: (N,) family of each node. node_name: (N,) descriptor in the library, of the newest version;
            of a native file its path.
        shared: (N,) another family that has the very same class though neither contains the other, or -1.
        graph: nodes that each node names, over all versions, sorted rows.
        node: (S,) node of each signature, ascending. size: (S,) code units of its instructions.
        start, rows: compressed rows: tokens of each signature, as ascending rows of `token`.
        of_version: compressed rows: versions that have the class in this form.
        token: (T,) sorted distinct tokens, with those of no family that many ordinary apps have. posting: compressed
            rows: signatures that have each token.
        in_families: (T,) families that have the token. in_nodes: (T,) nodes that do.
        in_background: (T,) ordinary apps that have it outside of known families.
        background: how many ordinary apps were counted.
    """

    scheme: int
    families: tuple[Family, ...]
    versions: tuple[Version, ...]
    left_out: tuple[LeftOut, ...]
    node_family: I32
    node_name: tuple[str, ...]
    shared: I32
    graph: Csr
    node: I32
    size: I32
    start: I64
    rows: I32
    of_version: Csr
    token: U64
    posting: Csr
    in_families: I32
    in_nodes: I32
    in_background: I32
    background: int

    def native(self, nodes: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
        """Which of some nodes are native files and no classes: these have descriptors for names."""
        names = [self.node_name[node] for node in nodes.tolist()]
        return ~np.fromiter(map(str.endswith, names, repeat(";")), bool, len(names))

    @property
    def sizes(self) -> I64:
        """(F,) how many classes each family has over all its versions."""
        return arranged(self).sizes

    @property
    def tokens(self) -> U64:
        """The tokens of all signatures, one after the other: made anew on each use."""
        return self.token[self.rows]

    def of(self, signature: int) -> U64:
        """The tokens of one signature."""
        return self.token[self.rows[self.start[signature] : self.start[signature + 1]]]

    def rows_of(self, tokens: U64) -> npt.NDArray[np.int64]:
        """For each token its row in `token`, or -1."""
        found = np.empty(len(tokens), np.int64)
        made = arranged(self)
        places(self.token, made.bucket, made.shift, np.ascontiguousarray(tokens), found)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Arranged:
    """What is made from an index once, whatever is compared with it.

    Attributes:
        sizes: (F,) how many classes each family has over all its versions.
        kind: (T,) of each token.
        first: (N + 1,) where the signatures of each node start.
        back: the nodes that name each node, sorted rows.
        bucket: where tokens with each value of their highest bits begin. shift: how many bits those do not count.
    """

    sizes: I64
    kind: npt.NDArray[np.uint8]
    first: I64
    back: Csr
    bucket: I64
    shift: int


@lru_cache(_KEPT)
def arranged(index: Index) -> Arranged:
    """What an index gives by itself; kept, as an index never changes.

    Args:
        index: of known code.
    """
    nodes = len(index.node_name)
    own = ~index.native(np.arange(nodes))
    shift = 64 - max(len(index.token).bit_length() - _BUCKET, 1)
    highest = (index.token >> np.uint64(shift)).astype(np.int64)
    return Arranged(
        np.bincount(index.node_family[own], minlength=len(index.families)).astype(np.int64),
        (index.token & np.uint64(KIND_MASK)).astype(np.uint8),
        np.searchsorted(index.node, np.arange(nodes + 1)).astype(np.int64),
        reversed_rows(index.graph, nodes),
        np.concatenate([[0], np.cumsum(np.bincount(highest, minlength=1 << (64 - shift)))]).astype(np.int64),
        shift,
    )


def reversed_rows(graph: Csr, count: int) -> Csr:
    """The same edges by their heads."""
    tails = np.repeat(np.arange(len(graph.start) - 1), np.diff(graph.start))
    start, items = grouped(graph.items, count, tails)
    return Csr(start.astype(np.int32), items.astype(np.int32))


def grouped(owner: npt.NDArray[np.integer], count: int, items: npt.NDArray[np.integer]) -> tuple[I64, U64]:
    """Compressed rows of items by their owners, in their order.

    Args:
        owner: of each item.
        count: how many owners there can be.
        items: not below 0.
    """
    start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))]).astype(np.int64)
    out = np.empty(len(items), np.uint64)
    scatter(owner.astype(np.int64), items.astype(np.uint64), start[:-1].copy(), out)
    return start, out
