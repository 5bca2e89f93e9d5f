"""The bundle's container: a zip that has exactly one form for given members, and a reader that accepts only that form.

Entries are stored (a deflate stream depends on the version of zlib), stamped 1980-01-01, mode 0644, without extra
fields or comments, ``manifest.json`` first and the others by name. Any zip tool can open it. Field names and order
follow PKWARE's APPNOTE.TXT, sections 4.3.7 (local file header), 4.3.12 (central directory header), 4.3.16 (end of
central directory record).
"""

import string
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from affidavit.evidence.canonical import first_difference

FIRST = "manifest.json"
"""The member that comes first; all others follow by name."""

FILE_LIMIT = 256 << 20
"""Largest bundle that is read, in bytes: a bundle is hostile input too."""

MEMBER_LIMIT = 64
"""Most members that are read."""

Member = tuple[str, bytes]
"""Name and bytes of a member."""

Field = tuple[str, int]
"""Name and length in bytes of a header's field."""

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION = 10  # 1.0: nothing beyond stored files is needed
_MADE_BY = 3 << 8 | _VERSION  # 3: Unix, so that the mode below has a meaning
_DATE = 1 << 5 | 1  # 1980-01-01 in MS-DOS form, the earliest there is
_MODE = 0o100644 << 16
_NAME_CHARACTERS = frozenset((string.ascii_lowercase + string.digits + ".-").encode())
_LOCAL_FIELDS = (
    ("signature", 4),
    ("version needed", 2),
    ("flags", 2),
    ("compression method", 2),
    ("time", 2),
    ("date", 2),
    ("CRC-32", 4),
    ("compressed size", 4),
    ("size", 4),
    ("name length", 2),
    ("extra length", 2),
)
_CENTRAL_FIELDS = (
    ("signature", 4),
    ("version made by", 2),
    *_LOCAL_FIELDS[1:],
    ("comment length", 2),
    ("disk number", 2),
    ("internal attributes", 2),
    ("external attributes", 4),
    ("offset", 4),
)
_END_FIELDS = (
    ("signature", 4),
    ("disk number", 2),
    ("directory disk", 2),
    ("entries on disk", 2),
    ("entries", 2),
    ("directory size", 4),
    ("directory offset", 4),
    ("comment length", 2),
)


class _Piece(NamedTuple):
    """One structure of the container: what it is called, its fields (name, bytes), and its bytes."""

    name: str
    fields: tuple[Field, ...]
    data: bytes


class Unpacked(Struct, frozen=True):
    """What a container gave: members in file order (a name may repeat), and every departure from the one form."""

    members: tuple[Member, ...]
    faults: tuple[str, ...]


def in_order(names: Iterable[str]) -> list[str]:
    """Names in the order of the container."""
    return sorted(names, key=lambda name: (name != FIRST, name))


def pack(members: Sequence[Member]) -> bytes:
    """The container of these members, in the order given."""
    return b"".join(pieces(members))


def pieces(members: Sequence[Member]) -> Iterator[bytes]:
    """The container of these members piece by piece, so that large members are not copied."""
    return (piece.data for piece in _pieces(members))


def unpack(data: bytes) -> Unpacked:
    """Read a container; what departs from the one form is a fault, named by member and field, never an exception.

    Members are found by the local headers and, when those cannot be followed to their end, by the central directory, so
    that one damaged header hides nothing. Then the container is built again from them and compared byte for byte.
    """
    walked, problem, cut = _walk(data)
    listed = _listed(data)
    members = listed if problem and listed else walked
    faults = [problem] if problem and not listed else [*_disagreeing_names(members, listed)]
    faults.extend(_bad_names([name for name, _ in members]))
    if listed or not cut:
        faults.extend(_departure(data, members))
    return Unpacked(tuple(members), tuple(faults))


def _pieces(members: Sequence[Member]) -> Iterator[_Piece]:
    """Every structure of the container, in file order."""
    directory = []
    offset = 0
    for name, data in members:
        path = name.encode("ascii")
        record = (_VERSION, 0, 0, 0, _DATE, zlib.crc32(data), len(data), len(data), len(path), 0)
        local = _LOCAL.pack(_LOCAL_MARK, *record) + path
        yield _Piece(f"local header of {name}", (*_LOCAL_FIELDS, ("name", len(path))), local)
        yield _Piece(f"bytes of {name}", (), data)
        entry = _CENTRAL.pack(_CENTRAL_MARK, _MADE_BY, *record, 0, 0, 0, _MODE, offset) + path
        directory.append(_Piece(f"central directory entry of {name}", (*_CENTRAL_FIELDS, ("name", len(path))), entry))
        offset += len(local) + len(data)
    yield from directory
    size = sum(len(piece.data) for piece in directory)
    end = _END.pack(_END_MARK, 0, 0, len(members), len(members), size, offset, 0)
    yield _Piece("end of central directory record", _END_FIELDS, end)


def _walk(data: bytes) -> tuple[list[Member], str, bool]:
    """Members by following the local headers; what stopped that short of the central directory, if anything; and
    whether that was the end of the file.
    """
    members: list[Member] = []
    position = 0
    while data[position : position + 4] == _LOCAL_MARK and len(members) < MEMBER_LIMIT:
        if position + _LOCAL.size > len(data):
            return members, f"the file ends inside the local header at byte {position}", True
        *_, size, name_length, extra_length = _LOCAL.unpack_from(data, position)
        start = position + _LOCAL.size + name_length + extra_length
        name = _name(data[position + _LOCAL.size :][:name_length])
        if start + size > len(data):
            return members, f"the file ends inside {name}: {len(data) - start:,} of {size:,} bytes are there", True
        members.append((name, data[start : start + size]))
        position = start + size
    if len(members) == MEMBER_LIMIT:
        return members, f"more than {MEMBER_LIMIT - 1} members", False
    if data[position : position + 4] != _CENTRAL_MARK:
        return members, f"expected a local header or the central directory at byte {position}", False
    return members, "", False


def _listed(data: bytes) -> list[Member]:
    """Members by the central directory; empty when it cannot be followed."""
    end = len(data) - _END.size
    if end < 0 or data[end : end + 4] != _END_MARK:
        return []
    *_, count, _, position, _ = _END.unpack_from(data, end)
    members: list[Member] = []
    while len(members) < min(count, MEMBER_LIMIT) and position + _CENTRAL.size <= end:
        fields = _CENTRAL.unpack_from(data, position)
        size, name_length, offset = fields[9], fields[10], fields[-1]
        position += _CENTRAL.size
        start = offset + _LOCAL.size + name_length
        if fields[0] != _CENTRAL_MARK or start + size > len(data):
            return []
        members.append((_name(data[position : position + name_length]), data[start : start + size]))
        position += name_length
    return members if len(members) == count else []


def _name(raw: bytes) -> str:
    """A member's name as printable ASCII; bytes that no name of ours has come out as escapes."""
    return "".join(chr(byte) if byte in _NAME_CHARACTERS else f"\\x{byte:02x}" for byte in raw[:255])


def _bad_names(names: list[str]) -> Iterator[str]:
    """Faults of the list of names: repeated, or in another order."""
    repeated = sorted({name for name in names if names.count(name) > 1})
    for name in repeated:
        yield f"{name} occurs {names.count(name)} times"
    wanted = in_order(names)
    for found, expected in zip(names, wanted, strict=True):
        if found != expected:
            yield f"members are in another order: {found} where {expected} is expected"
            return


def _disagreeing_names(members: Sequence[Member], listed: Sequence[Member]) -> Iterator[str]:
    """Faults where the local headers and the central directory call the same member differently."""
    for (local, _), (central, _) in zip(members, listed, strict=False):
        if local != central:
            yield f"the local header says {local} where the central directory says {central}"


def _departure(data: bytes, members: Sequence[Member]) -> Iterator[str]:
    """The first place where `data` departs from the one form of `members`."""
    expected = pack(members)
    if data == expected:
        return
    offset = first_difference(data, expected)
    if offset == len(expected):
        yield f"{len(data) - len(expected):,} bytes follow the end of central directory record"
        return
    where = _structure_at(members, offset)
    yield f"{where} differs, at byte {offset}" if offset < len(data) else f"the file ends inside {where}"


def _structure_at(members: Sequence[Member], offset: int) -> str:
    """The structure and field that hold byte `offset` of the container of `members`, in words."""
    start = 0
    for piece in _pieces(members):
        if offset < start + len(piece.data):
            return _field_at(piece, offset - start)
        start += len(piece.data)
    return "the end"


def _field_at(piece: _Piece, offset: int) -> str:
    """The field that holds byte `offset` of a structure, in words."""
    for field, size in piece.fields:
        if offset < size:
            against = " (or the bytes that it covers)" if field == "CRC-32" else ""
            return f"{field} in the {piece.name}{against}"
        offset -= size
    return f"the {piece.name}"
