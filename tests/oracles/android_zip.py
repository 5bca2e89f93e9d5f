"""What Android's libziparchive accepts, step by step and slowly: the twin of the tolerant reader.

It knows no tolerance: the first broken rule refuses the file, or the entry. `None` stands for an entry that the
platform lists and will not read.
"""

import struct
import zlib
from dataclasses import dataclass


class RefusedError(Exception):
    """The platform would not open the file."""


@dataclass(frozen=True)
class Accepted:
    """One entry as the platform sees it; `data` is None when it would refuse to give its bytes."""

    name: bytes
    header: int
    data: bytes | None


def read_like_android(file: bytes) -> list[Accepted]:
    """Every entry, in the directory's order.

    Raises:
        RefusedError: with the rule that was broken.
    """
    count, size, start = _end_record(file)
    entries: list[Accepted] = []
    at = start
    for _ in range(count):
        if at + 46 > start + size:
            raise RefusedError("directory ends early")
        if file[at : at + 4] != b"PK\x01\x02":
            raise RefusedError("not a central record")
        name_length, extra_length, comment_length = struct.unpack_from("<3H", file, at + 28)
        after = at + 46 + name_length + extra_length + comment_length
        if after > start + size:
            raise RefusedError("record passes the directory")
        name = file[at + 46 : at + 46 + name_length]
        header = struct.unpack_from("<I", file, at + 42)[0]
        if header >= start:
            raise RefusedError("local header not before the directory")
        if not _is_name(name):
            raise RefusedError("bad name")
        if any(entry.name == name for entry in entries):
            raise RefusedError("duplicate name")
        entries.append(Accepted(name, header, _content(file, at, name, start)))
        at = after
    if file[:4] != b"PK\x03\x04":
        raise RefusedError("does not start with an entry")
    return entries


def _end_record(file: bytes) -> tuple[int, int, int]:
    """Count of entries, size and start of the directory."""
    tail = max(0, len(file) - 65_557)
    at = len(file) - 22
    while at >= tail and file[at : at + 4] != b"PK\x05\x06":
        at -= 1
    if at < tail:
        raise RefusedError("no end record")
    _, _, _, count, size, start, comment = struct.unpack_from("<4H2IH", file, at + 4)
    if at + 22 + comment != len(file):
        raise RefusedError("bytes after the comment")
    if start + size > at:
        raise RefusedError("directory reaches into the end record")
    if not count:
        raise RefusedError("empty")
    return count, size, start


def _is_name(name: bytes) -> bool:
    """The platform's lax check: lead and continuation bytes, no NUL."""
    at = 0
    while at < len(name):
        lead = name[at]
        at += 1
        if lead == 0 or 0x80 <= lead < 0xC0 or lead >= 0xFE:
            return False
        following = 0 if lead < 0x80 else len(f"{lead:08b}".split("0", 1)[0]) - 1
        for _ in range(following):
            if at >= len(name) or not 0x80 <= name[at] < 0xC0:
                return False
            at += 1
    return True


def _content(file: bytes, at: int, name: bytes, start: int) -> bytes | None:
    """The bytes as resources are read, None where the platform refuses."""
    method, _, _, crc, compressed, size = struct.unpack_from("<3H3I", file, at + 10)
    header = struct.unpack_from("<I", file, at + 42)[0]
    if header + 30 >= start or file[header : header + 4] != b"PK\x03\x04":
        return None
    flags = struct.unpack_from("<H", file, header + 6)[0]
    stated = struct.unpack_from("<3I", file, header + 14)
    name_length, extra_length = struct.unpack_from("<2H", file, header + 26)
    if name_length != len(name) or file[header + 30 : header + 30 + name_length] != name:
        return None
    if not flags & 8 and stated != (crc, compressed, size):
        return None
    data = header + 30 + name_length + extra_length
    if data + compressed > start or (method == 0 and data + size > start):
        return None
    if method == 8:
        return _inflated(file[data : data + compressed], size)
    return file[data : data + size] if data + size <= start else None


def _inflated(stream: bytes, size: int) -> bytes | None:
    """The output, if the stream is whole and gives exactly `size` bytes."""
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = machine.decompress(stream)
    except zlib.error:
        return None
    return data if machine.eof and len(data) == size else None
