"""Dumps of routing tables: the origin of each prefix. Source: RFC 6396, TABLE_DUMP_V2; RFC 8050 for additional paths.

Of each prefix the first paths are read, and the origin that most of them end in is taken. Names of networks are not in
such a dump. It may be packed with gzip or bzip2; it is read as a stream, and memory grows with the prefixes alone.
"""

import bz2
import gzip
import io
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import IO

from affidavit.model.errors import UnreadableError
from affidavit.network.snapshot.found import MOST, Found, Given, Reader

_TABLE_DUMP_V2 = 13
_V4, _V6 = frozenset({2, 8}), frozenset({4, 10})
_ADDED = frozenset({8, 10})
_LONGEST = 1 << 24
_LARGEST = 1 << 36
_PATHS = 16
"""Paths of one prefix that are read; collectors have some fifty peers, and hardly ever disagree on an origin."""
_ADVICE = "name a dump of a routing table (rib or bview) of a route collector, in TABLE_DUMP_V2"


def fits(given: Given) -> bool:
    """Whether the first record, unpacked, is one of such a dump."""
    try:
        with _opened(given.head, given.head) as stream:
            return len(head := stream.read(12)) == 12 and struct.unpack_from(">HH", head, 4)[0] == _TABLE_DUMP_V2
    except (OSError, EOFError, zlib.error):
        return False


def read(given: Given) -> Iterator[Found]:
    """The origins of all prefixes.

    Raises:
        UnreadableError: it is cut short or damaged.
    """
    found = Found("asn", "mrt")
    try:
        with _opened(given.head, given.data) as stream:
            for kind, stamp, body in _records(stream, given.name):
                found.date = found.date or datetime.fromtimestamp(stamp, UTC).date().isoformat()
                if kind in _V4 | _V6:
                    _add(found, kind, body)
                if len(found.spans4) + len(found.spans6) > MOST:
                    raise UnreadableError(f"{given.name}: more than {MOST:,} prefixes", advice=_ADVICE)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableError(f"{given.name}: damaged or cut short: {error}", advice=_ADVICE) from None
    yield found


def _opened(head: bytes, data: bytes | memoryview) -> IO[bytes] | gzip.GzipFile:
    if head[:2] == b"\x1f\x8b":
        return gzip.open(io.BytesIO(data))
    return bz2.open(io.BytesIO(data)) if head[:3] == b"BZh" else io.BytesIO(data)


def _records(stream: IO[bytes] | gzip.GzipFile, name: str) -> Iterator[tuple[int, int, bytes]]:
    """Kind, time and body of each record of a table."""
    total = 0
    while head := stream.read(12):
        if len(head) < 12:
            raise EOFError("the last record is cut short")
        stamp, type_, kind, size = struct.unpack(">IHHI", head)
        total += size
        if size > _LONGEST or total > _LARGEST:
            raise UnreadableError(f"{name}: a record of {size:,} bytes, or too many of them", advice=_ADVICE)
        body = stream.read(size)
        if len(body) < size:
            raise EOFError("the last record is cut short")
        if type_ == _TABLE_DUMP_V2:
            yield kind, stamp, body


def _add(found: Found, kind: int, body: bytes) -> None:
    """The origin of one prefix, unless nothing tells it."""
    bits = body[4] if len(body) > 4 else 255
    width = 32 if kind in _V4 else 128
    size = (bits + 7) // 8
    at = 5 + size
    if not 0 < bits <= width or at + 2 > len(body):
        found.left_out += 1
        return
    address = int.from_bytes(body[5:at].ljust(width // 8, b"\0"), "big")
    origins: Counter[int] = Counter()
    count = int.from_bytes(body[at : at + 2], "big")
    at += 2
    for _ in range(min(count, _PATHS)):
        at = _path(body, at, origins, added=kind in _ADDED)
        if at >= len(body):
            break
    if not origins:
        found.left_out += 1
        return
    origin = min(origins, key=lambda number: (-origins[number], number))
    found.add(ip_network((address, bits), strict=False), str(origin))


def _path(body: bytes, at: int, origins: Counter[int], *, added: bool) -> int:
    """Count the origin of one path; where the next one begins."""
    at += 10 if added else 6
    end = at + 2 + int.from_bytes(body[at : at + 2], "big")
    at += 2
    while at + 3 <= min(end, len(body)):
        flags, kind = body[at], body[at + 1]
        wide = 2 if flags & 0x10 else 1
        size = int.from_bytes(body[at + 2 : at + 2 + wide], "big")
        at += 2 + wide
        if kind == 2:
            origin = _origin(body[at : min(at + size, end)])
            if origin:
                origins[origin] += 1
        at += size
    return end


def _origin(path: bytes) -> int:
    """The last AS number of a path; 0 when it ends in a set, or is empty."""
    at, origin = 0, 0
    while at + 2 <= len(path):
        kind, count = path[at], path[at + 1]
        end = at + 2 + 4 * count
        if end > len(path):
            return 0
        if count:
            origin = int.from_bytes(path[end - 4 : end], "big") if kind == 2 else 0
        at = end
    return origin


MRT = Reader("dump of a routing table", fits, read)
