"""Protocol buffers on the wire, without their schema: which readings of bytes as a message are plausible.

Source: "Protocol Buffers: Encoding" (protobuf.dev). The wire says neither names nor types, so a field of bytes may be a
text, a message or neither: text is preferred, then a message that uses up its bytes exactly.
"""

import struct
from typing import NamedTuple

DEEPEST = 32
MOST = 20_000
"""Fields of one message, with those of messages in it."""
_HIGHEST = 100_000
"""Largest number of a field: those of real schemas are small, those of bytes that are no message are not."""
_TEXT = bytes(range(0x20, 0x7F)) + b"\t\r\n"


class Field(NamedTuple):
    """One value that no message lies in: its path (``1.3.2``), its bytes as text or as they are."""

    path: str
    data: bytes


def fields(data: bytes) -> list[Field] | None:
    """The values of a message in order; None when the bytes are no plausible message."""
    top = _message(data)
    if not top:
        return None
    found: list[Field] = []
    left = [(f"{number}", kind, value, 1) for number, kind, value in reversed(top)]
    while left and len(found) < MOST:
        path, kind, value, depth = left.pop()
        inner = None
        if kind == 2 and depth < DEEPEST and not is_text(value):
            inner = _message(value)
        if inner and len(left) + len(inner) <= MOST:
            left += [(f"{path}.{number}", sort, item, depth + 1) for number, sort, item in reversed(inner)]
        else:
            found += (Field(path, item) for item in _readings(kind, value))
    return found


def is_text(data: bytes) -> bool:
    """Whether the bytes are UTF-8 without control characters."""
    if not data.translate(None, _TEXT):
        return True
    try:
        return data.decode().replace("\n", "").replace("\r", "").replace("\t", "").isprintable()
    except UnicodeDecodeError:
        return False


def _readings(kind: int, value: bytes) -> list[bytes]:
    """What a value may be: a number as decimal digits, signed as well where it may be; bytes as they are."""
    if kind == 2:
        return [value]
    number = int.from_bytes(value, "little")
    if kind == 0:
        zigzag = (number >> 1) ^ -(number & 1)
        signed = number - (1 << 64) if number >= 1 << 63 else number
        return [str(item).encode() for item in dict.fromkeys((signed, zigzag) if number > 9_999 else (signed,))]
    real = struct.unpack("<d" if kind == 1 else "<f", value)[0]
    if 1e-6 < abs(real) < 1e12:
        shown = repr(real) if kind == 1 else f"{real:.7g}"
        return [shown.encode(), str(number).encode()]
    return [str(number).encode()]


def _message(data: bytes) -> list[tuple[int, int, bytes]] | None:
    """Number, wire type and bytes of each field; None unless all bytes are used and nothing is odd."""
    at, end = 0, len(data)
    found: list[tuple[int, int, bytes]] = []
    while at < end:
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if at < 0 or not 0 < number <= _HIGHEST or len(found) >= MOST:
            return None
        begin = at
        if kind == 0:
            value, at = _varint(data, at)
            if at < 0:
                return None
            found.append((number, kind, value.to_bytes(10, "little")))
            continue
        if kind == 2:
            size, begin = _varint(data, at)
            at = begin + size
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        else:
            return None
        if begin < 0 or at > end:
            return None
        found.append((number, kind, data[begin:at]))
    return found or None


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends; -1 when it does not."""
    value = shift = 0
    for byte in data[at : at + 10]:
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (1 << 64) - 1, at
        shift += 7
    return 0, -1
