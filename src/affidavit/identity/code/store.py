"""The file of an index: arrays with a header and a digest (`knowledge.arrays`), mapped into memory or unpacked.

Whoever gives the file may be hostile: every number is checked before it is used, and a file that does not fit is
refused.
"""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.index import Family, Index, LeftOut, Version
from affidavit.identity.code.packing import FORM, misfit, pack, unpack
from affidavit.identity.code.tokens import SCHEME
from affidavit.knowledge import arrays as files
from affidavit.knowledge.arrays import Array, Arrays, Section
from affidavit.model.errors import KnowledgeError

_DTYPES: Final = {
    "node_family": "<i4",
    "names": "|u1",
    "name_start": "<i8",
    "shared": "<i4",
    "graph_start": "<i4",
    "graph_items": "<i4",
    "node": "<i4",
    "size": "<i4",
    "start": "<i8",
    "rows": "<i4",
    "of_start": "<i4",
    "of_items": "<i4",
    "token": "<u8",
    "posting_start": "<i4",
    "posting_items": "<i4",
    "in_families": "<i4",
    "in_nodes": "<i4",
    "in_background": "<i4",
}
"""Of an index that is mapped."""
_PACKED: Final = {
    "families": "<u4",
    "names": "|u1",
    "name_sizes": "<u4",
    "shared": "<i4",
    "graph": "<u4",
    "graph_sizes": "<u4",
    "forms": "<u4",
    "size": "<u4",
    "union": "<u4",
    "union_sizes": "<u4",
    "bits": "|u1",
    "of": "<u4",
    "of_sizes": "<u4",
    "token": "<u8",
    "in_background": "<u4",
}
"""Of an index that is packed."""


class Header(msgspec.Struct, frozen=True):
    """What a file says before its arrays.

    Attributes:
        name: what the index calls itself. scheme: of the tokens. packed: see `packing`.
        background: how many ordinary apps were counted.
    """

    name: str
    scheme: int
    packed: bool
    background: int
    families: tuple[Family, ...]
    versions: tuple[Version, ...]
    left_out: tuple[LeftOut, ...]
    sections: tuple[Section, ...]


class Source(msgspec.Struct, frozen=True):
    """Which index was used.

    Attributes:
        name: what it calls itself. digest: hex SHA-256 over all of the file but its last 32 bytes, which hold it.
        scheme: of its tokens. families, versions, classes: how many. background: how many ordinary apps were counted.
    """

    name: str
    digest: str
    scheme: int
    families: int
    versions: int
    classes: int
    background: int


def written(index: Index, name: str, *, packed: bool) -> bytes:
    """The file of an index.

    Args:
        index: what is written.
        name: what it calls itself.
        packed: whether it is small rather than ready to be mapped.
    """
    arrays = arrays_of(index)
    header = Header(name, index.scheme, packed, index.background, index.families, index.versions, index.left_out, ())
    return files.written(FORM, header, pack(arrays) if packed else arrays, _PACKED if packed else _DTYPES)


def opened(data: bytes | memoryview) -> tuple[Index, Source]:
    """An index from the bytes of its file; arrays of one that is not packed lie in them.

    Raises:
        KnowledgeError: it is no index, of another version, or damaged.
    """
    view = memoryview(data)
    header, digest = files.header_of(FORM, view, Header)
    if header.scheme != SCHEME:
        raise KnowledgeError(
            f"the index was made with tokens of scheme {header.scheme}, this is scheme {SCHEME}",
            advice="build it again from its libraries with affidavit knowledge build libraries, in this version",
        )
    arrays = files.arrays_in(FORM, view, header, _PACKED if header.packed else _DTYPES)
    if header.packed:
        arrays = unpack(arrays)
    index = _index(header, arrays)
    _check(index)
    source = Source(
        header.name,
        digest,
        header.scheme,
        len(header.families),
        len(header.versions),
        len(index.node_name),
        header.background,
    )
    return index, source


def arrays_of(index: Index) -> Arrays:
    """The arrays of an index, as the file has them."""
    names = [name.encode() for name in index.node_name]
    return {
        "node_family": index.node_family,
        "names": np.frombuffer(b"".join(names), np.uint8),
        "name_start": np.cumsum([0, *map(len, names)]),
        "shared": index.shared,
        "graph_start": index.graph.start,
        "graph_items": index.graph.items,
        "node": index.node,
        "size": index.size,
        "start": index.start,
        "rows": index.rows,
        "of_start": index.of_version.start,
        "of_items": index.of_version.items,
        "token": index.token,
        "posting_start": index.posting.start,
        "posting_items": index.posting.items,
        "in_families": index.in_families,
        "in_nodes": index.in_nodes,
        "in_background": index.in_background,
    }


def _index(header: Header, arrays: Mapping[str, Array]) -> Index:
    """The arrays under their names."""
    start, blob = arrays["name_start"], arrays["names"].tobytes()
    files.check_rows(FORM, "names", start, len(arrays["node_family"]), len(blob))
    try:
        bounds = start.tolist()
        text = blob.decode()
        cut = text if len(text) == len(blob) else None  # without other letters, bytes and characters are one
        names = tuple((cut[low:high] if cut else blob[low:high].decode()) for low, high in pairwise(bounds))
    except UnicodeDecodeError:
        raise misfit("names") from None
    return Index(
        scheme=header.scheme,
        families=header.families,
        versions=header.versions,
        left_out=header.left_out,
        node_family=arrays["node_family"],
        node_name=names,
        shared=arrays["shared"],
        graph=Csr(arrays["graph_start"], arrays["graph_items"]),
        node=arrays["node"],
        size=arrays["size"],
        start=arrays["start"],
        rows=arrays["rows"],
        of_version=Csr(arrays["of_start"], arrays["of_items"]),
        token=arrays["token"],
        posting=Csr(arrays["posting_start"], arrays["posting_items"]),
        in_families=arrays["in_families"],
        in_nodes=arrays["in_nodes"],
        in_background=arrays["in_background"],
        background=header.background,
    )


def _check(index: Index) -> None:
    """Refuse an index in which one number leads out of its array, or what must ascend does not."""
    families, versions, nodes = len(index.families), len(index.versions), len(index.node_family)
    signatures, tokens = len(index.node), len(index.token)
    if len({family.id for family in index.families}) != families:
        raise misfit("families")
    if any(not 0 <= version.family < families for version in index.versions):
        raise misfit("versions")
    for what, items, lowest, count, length in (
        ("node_family", index.node_family, 0, families, nodes),
        ("shared", index.shared, -1, families, nodes),
        ("graph", index.graph.items, 0, nodes, -1),
        ("node", index.node, 0, nodes, signatures),
        ("size", index.size, 0, math.inf, signatures),
        ("rows", index.rows, 0, tokens, -1),
        ("of", index.of_version.items, 0, versions, -1),
        ("posting", index.posting.items, 0, signatures, len(index.rows)),
        ("in_families", index.in_families, 0, families + 1, tokens),
        ("in_nodes", index.in_nodes, 0, nodes + 1, tokens),
        ("in_background", index.in_background, 0, index.background + 1, tokens),
    ):
        if length not in {-1, len(items)} or (len(items) and not lowest <= items.min() <= items.max() < count):
            raise misfit(what)
    files.check_rows(FORM, "graph", index.graph.start, nodes, len(index.graph.items))
    files.check_rows(FORM, "start", index.start, signatures, len(index.rows))
    files.check_rows(FORM, "of", index.of_version.start, signatures, len(index.of_version.items))
    files.check_rows(FORM, "posting", index.posting.start, tokens, len(index.posting.items))
    for what, items in (("node_family", index.node_family), ("node", index.node)):
        if (items[1:] < items[:-1]).any():
            raise misfit(what)
    if (index.token[1:] <= index.token[:-1]).any():
        raise misfit("token")
    for what, starts, items in (
        ("rows", index.start, index.rows),
        ("graph", index.graph.start, index.graph.items),
        ("of", index.of_version.start, index.of_version.items),
        ("posting", index.posting.start, index.posting.items),
    ):
        rises = np.ones(len(items) + 1, bool)
        np.greater(items[1:], items[:-1], out=rises[1:-1])
        rises[starts] = True
        if not rises.all():
            raise misfit(what)
