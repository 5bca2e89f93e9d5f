"""The index of known code as arrays: families, their versions, and what each class of them is recognised by."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.signatures import I32, I64, U64


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
        names = self.node_name
        return np.array([not names[node].endswith(";") for node in nodes.tolist()], bool)

    @property
    def sizes(self) -> I64:
        """(F,) how many classes each family has over all its versions: made anew on each use."""
        return np.bincount(
            self.node_family[~self.native(np.arange(len(self.node_name)))], minlength=len(self.families)
        ).astype(np.int64)

    @property
    def tokens(self) -> U64:
        """The tokens of all signatures, one after the other: made anew on each use."""
        return self.token[self.rows]

    def of(self, signature: int) -> U64:
        """The tokens of one signature."""
        return self.token[self.rows[self.start[signature] : self.start[signature + 1]]]

    def rows_of(self, tokens: U64) -> npt.NDArray[np.int64]:
        """For each token its row in `token`, or -1."""
        if not len(self.token):
            return np.full(len(tokens), -1, np.int64)
        rows = np.minimum(np.searchsorted(self.token, tokens), len(self.token) - 1)
        return np.where(self.token[rows] == tokens, rows, -1)
