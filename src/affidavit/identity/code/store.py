"""The file of an index: one header, aligned arrays, a digest. Opened by mapping it into memory, or unpacked.

All numbers are little-endian. ``affcode`` and a zero byte, version of the format (uint32), length of the header
(uint32); the header, which is JSON (`Header`); the arrays, each at a multiple of 64 bytes from the start of the file;
last 32 bytes: SHA-256 over all before them.

Whoever gives the file may be hostile: everything is checked before it is used, and a file that does not fit is refused.
"""

import hashlib
import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import deflate
import msgspec
import numpy as np

from affidavit.artefact.inflate import MAX_RATIO
from affidavit.dalvik.unit import Csr
from affidavit.identity.code.index import Family, Index, LeftOut, Version
from affidavit.identity.code.packing import AGAIN, Array, Arrays, misfit, pack, unpack
from affidavit.identity.code.tokens import SCHEME
from affidavit.model.errors import KnowledgeError

MAGIC: Final = b"affcode\0"
FORMAT: Final = 1
_ALIGN: Final = 64
_DIGEST: Final = 32
_LARGEST: Final = 1 << 33
"""Bytes that all arrays of a file may have together once they are unpacked."""
_HEADER: Final = 1 << 28
_LEVEL: Final = 12
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


class Section(msgspec.Struct, frozen=True):
    """An array in the file: how many items, where its bytes start, how many there are.

    In a packed file the bytes are deflated: all first bytes of the items, then all second ones, and so on.
    """

    name: str
    count: int
    offset: int
    size: int


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
    arrays = pack(arrays) if packed else arrays
    chunks = [_bytes(array, _PACKED[key] if packed else _DTYPES[key], packed=packed) for key, array in arrays.items()]
    blank = [
        Section(key, len(array), 0, len(chunk)) for (key, array), chunk in zip(arrays.items(), chunks, strict=True)
    ]
    header = Header(
        name, index.scheme, packed, index.background, index.families, index.versions, index.left_out, tuple(blank)
    )
    room = len(msgspec.json.encode(header)) + 20 * len(blank)  # offsets take at most 20 digits each
    at = _aligned(len(MAGIC) + 8 + room)
    placed = []
    for section in blank:
        placed.append(msgspec.structs.replace(section, offset=at))
        at = _aligned(at + section.size)
    said = msgspec.json.encode(msgspec.structs.replace(header, sections=tuple(placed))).ljust(room)
    head = MAGIC + FORMAT.to_bytes(4, "little") + room.to_bytes(4, "little") + said
    body = b"".join(part.ljust(_aligned(len(part)), b"\0") for part in (head, *chunks))
    return body + hashlib.sha256(body).digest()


def opened(data: bytes | memoryview) -> tuple[Index, Source]:
    """An index from the bytes of its file; arrays of one that is not packed lie in them.

    Raises:
        KnowledgeError: it is no index, of another version, or damaged.
    """
    view = memoryview(data)
    header, digest = _header(view)
    wanted = _PACKED if header.packed else _DTYPES
    if [section.name for section in header.sections] != list(wanted):
        raise misfit("sections")
    if sum(section.count * np.dtype(wanted[section.name]).itemsize for section in header.sections) > _LARGEST:
        raise misfit("sections")
    arrays = {
        section.name: _array(view, section, wanted[section.name], packed=header.packed) for section in header.sections
    }
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


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN


def _bytes(array: Array, dtype: str, *, packed: bool) -> bytes:
    fixed = np.ascontiguousarray(array.astype(dtype))
    if not packed:
        return fixed.tobytes()
    planes = fixed.view(np.uint8).reshape(len(fixed), fixed.itemsize).T.tobytes()
    return bytes(deflate.deflate_compress(planes, _LEVEL)) if planes else b""


def _header(view: memoryview) -> tuple[Header, str]:
    """What the file says of itself, once its digest is right; and the digest."""
    if bytes(view[: len(MAGIC)]) != MAGIC:
        what = "an empty file is not an index of known code" if not len(view) else "not an index of known code"
        raise KnowledgeError(what, advice="make one with affidavit knowledge build libraries")
    if len(view) < len(MAGIC) + 8 + _DIGEST:
        raise KnowledgeError(f"the index is cut short: it has {len(view)} bytes", advice=AGAIN)
    format_, room = (int.from_bytes(view[at : at + 4], "little") for at in (len(MAGIC), len(MAGIC) + 4))
    if format_ == int.from_bytes(FORMAT.to_bytes(4, "big"), "little"):
        raise KnowledgeError("the index has its numbers in the other byte order, highest byte first", advice=AGAIN)
    if format_ != FORMAT:
        raise KnowledgeError(f"the index has format {format_}, not {FORMAT}", advice=AGAIN)
    digest = hashlib.sha256(view[:-_DIGEST])
    if digest.digest() != view[-_DIGEST:]:
        raise KnowledgeError("the index is damaged or cut short: its digest is not that of its bytes", advice=AGAIN)
    if room > min(_HEADER, len(view) - len(MAGIC) - 8 - _DIGEST):
        raise misfit("header")
    try:
        header = msgspec.json.decode(view[len(MAGIC) + 8 : len(MAGIC) + 8 + room], type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"the index is damaged: its header: {error}", advice=AGAIN) from None
    if header.scheme != SCHEME:
        raise KnowledgeError(
            f"the index was made with tokens of scheme {header.scheme}, this is scheme {SCHEME}",
            advice="build it again from its libraries with affidavit knowledge build libraries, in this version",
        )
    return header, digest.hexdigest()


def _array(view: memoryview, section: Section, dtype: str, *, packed: bool) -> Array:
    width = np.dtype(dtype).itemsize
    count, offset, size = section.count, section.offset, section.size
    whole = count * width
    if min(count, offset, size) < 0 or offset % _ALIGN or offset + size > len(view) - _DIGEST:
        raise misfit(section.name)
    stored = view[offset : offset + size]
    if not packed:
        if size != whole:
            raise misfit(section.name)
        return np.frombuffer(stored, dtype)
    if not whole:
        return np.empty(0, dtype)
    if whole > size * MAX_RATIO:
        raise misfit(section.name)
    try:
        planes = deflate.deflate_decompress(stored, whole)
    except deflate.DeflateError:
        raise misfit(section.name) from None
    if len(planes) != whole:
        raise misfit(section.name)
    return np.ascontiguousarray(np.frombuffer(planes, np.uint8).reshape(width, count).T).reshape(-1).view(dtype)


def _index(header: Header, arrays: Mapping[str, Array]) -> Index:
    """The arrays under their names."""
    start, blob = arrays["name_start"], arrays["names"].tobytes()
    _rows("names", start, len(arrays["node_family"]), len(blob))
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
    _rows("graph", index.graph.start, nodes, len(index.graph.items))
    _rows("start", index.start, signatures, len(index.rows))
    _rows("of", index.of_version.start, signatures, len(index.of_version.items))
    _rows("posting", index.posting.start, tokens, len(index.posting.items))
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


def _rows(what: str, start: Array, count: int, total: int) -> None:
    """Refuse starts of rows that do not go from nothing to everything without turning back."""
    if len(start) != count + 1 or start[0] != 0 or start[-1] != total or (start[1:] < start[:-1]).any():
        raise misfit(what)
