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
        classes: how many classes of it are indexed.
    """

    family: int
    label: str
    origin: str = ""
    sha256: str = ""
    date: str = ""
    stated: str = "name"
    classes: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Known code. A *node* is one class of a family over all its versions; a *signature* is one form that it had.

    Attributes:
        scheme: of the tokens (`tokens.SCHEME`).
        families, versions: see there.
        node_family: (N,) family of each node. node_name: (N,) descriptor in the library, of the newest version.
        graph: nodes that each node names, over all versions, sorted rows.
        node: (S,) node of each signature. size: (S,) code units of its instructions.
        start, tokens: compressed rows: sorted distinct tokens of each signature.
        of_version: compressed rows: versions that have the class in this form.
        token: (T,) sorted distinct tokens. posting: compressed rows: signatures that have each token.
        in_families: (T,) families that have the token. in_nodes: (T,) nodes that do.
        in_background: (T,) ordinary apps that have it outside of known families. background: how many apps were counted.
    """

    scheme: int
    families: tuple[Family, ...]
    versions: tuple[Version, ...]
    node_family: I32
    node_name: tuple[str, ...]
    graph: Csr
    node: I32
    size: I32
    start: I64
    tokens: U64
    of_version: Csr
    token: U64
    posting: Csr
    in_families: I32
    in_nodes: I32
    in_background: I32
    background: int

    def of(self, signature: int) -> U64:
        """The tokens of one signature."""
        return self.tokens[self.start[signature] : self.start[signature + 1]]

    def rows_of(self, tokens: U64) -> npt.NDArray[np.int64]:
        """For each token its row in `token`, or -1."""
        if not len(self.token):
            return np.full(len(tokens), -1, np.int64)
        rows = np.minimum(np.searchsorted(self.token, tokens), len(self.token) - 1)
        return np.where(self.token[rows] == tokens, rows, -1)
