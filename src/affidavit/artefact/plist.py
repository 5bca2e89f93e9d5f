"""Property lists, XML and binary, read bounded.

Sources: Apple's ``PropertyList-1.0.dtd`` for XML, which the standard library reads (it refuses entities and loads no
document type), and the comment that heads ``CFBinaryPList.c`` for the binary form. That has its own reader here: its
objects may share bytes and refer to each other, so that a small file can stand for a huge or an endless tree.
"""

import plistlib
import struct
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

Value: TypeAlias = Any
"""``dict`` with text keys, ``list``, ``str``, ``bytes``, ``int``, ``float``, ``bool``, ``datetime``, or None."""

MAX_BYTES = 8 << 20
MAX_VALUES = 200_000
"""Values in one list, each counted as often as the tree has it; the resource list of a large app has the most."""
FEW_VALUES = 20_000
"""For lists that no tool makes long, and of which an app has many."""
MAX_DEPTH = 64
_MOST_TAKEN = 4 * MAX_BYTES
"""Bytes of objects read, each as often as it is referred to."""
_MAGIC = b"bplist00"
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_SIMPLE: dict[int, Value] = {0x00: None, 0x08: False, 0x09: True, 0x0F: None}
_TRAILER = struct.Struct(">6xBBQQQ")


class PlistError(ValueError):
    """The bytes are no property list that is read here; the message says why."""


def read_plist(data: bytes, most: int = MAX_VALUES) -> Value:
    """The value of a property list.

    Args:
        data: the whole file.
        most: values that it may have.

    Raises:
        PlistError: it is malformed, or larger, deeper or fuller than the bounds.
    """
    if len(data) > MAX_BYTES:
        raise PlistError(f"it has {len(data)} bytes, more than the {MAX_BYTES} that are read")
    if data.startswith(_MAGIC):
        return _Binary(data, most).root()
    return _xml(data, most)


def _xml(data: bytes, most: int) -> Value:
    try:
        value = plistlib.loads(data, fmt=plistlib.FMT_XML)
    except Exception as error:  # a parser on hostile bytes: whatever it raises means "malformed"
        raise PlistError(f"{type(error).__name__}: {str(error)[:200]}") from error
    _check(value, most)
    return value


def _check(value: Value, most: int) -> None:
    """Count the values of a tree and measure its depth, without recursion."""
    level, count = [value], 0
    for _ in range(MAX_DEPTH):
        count += len(level)
        if count > most:
            raise PlistError(f"it has more than {most} values")
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    raise PlistError(f"values are nested deeper than {MAX_DEPTH}")


def _children(value: Value) -> list[Value]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


class _Binary:
    """One binary property list: objects, a table of their offsets, and a trailer of 32 bytes."""

    def __init__(self, data: bytes, most: int) -> None:
        if len(data) < 40:
            raise PlistError("a binary property list ends before its trailer")
        self.data = data
        self.most = most
        self.count = self.taken = 0
        width, self.reference, self.objects, self.top, table = _TRAILER.unpack_from(data, len(data) - 32)
        end = len(data) - 32
        if not 1 <= width <= 8 or not 1 <= self.reference <= 8 or table < 8 or table + self.objects * width > end:
            raise PlistError("the trailer of a binary property list points out of the file")
        self.table, self.width = table, width

    def root(self) -> Value:
        """The value that the trailer names."""
        return self.value(self.top, 0)

    def value(self, number: int, depth: int) -> Value:
        """One object, with all that it refers to."""
        self.count += 1
        if self.count > self.most:
            raise PlistError(f"it has more than {self.most} values")
        if depth >= MAX_DEPTH:
            raise PlistError(f"values are nested deeper than {MAX_DEPTH}, or without end")
        if number >= self.objects:
            raise PlistError(f"object {number} of {self.objects} is referred to")
        at = self.number(self.table + number * self.width, self.width)
        if not 8 <= at < self.table:
            raise PlistError(f"object {number} is said to lie at {at}")
        return self.decoded(at, self.data[at], depth)

    def decoded(self, at: int, marker: int, depth: int) -> Value:
        """The object at an offset: its kind is in the upper half of the marker, its size in the lower one."""
        kind, size = marker >> 4, marker & 0x0F
        if marker in _SIMPLE:
            return _SIMPLE[marker]
        if kind in (0x1, 0x2, 0x3, 0x8):
            return self.fixed(kind, at + 1, size + 1 if kind == 0x8 else 1 << size)
        if kind not in (0x4, 0x5, 0x6, 0x7, 0xA, 0xC, 0xD):
            raise PlistError(f"an object has the unknown marker 0x{marker:02x}")
        at += 1
        if size == 0x0F:
            at, size = self.long_size(at)
        if kind in (0x4, 0x5, 0x6, 0x7):
            raw = self.take(at, size * 2 if kind == 0x6 else size)
            return (
                raw if kind == 0x4 else raw.decode({5: "ascii", 6: "utf-16-be", 7: "utf-8"}[kind], "backslashreplace")
            )
        if kind == 0xD:
            return self.pairs(at, size, depth)
        return [self.value(number, depth + 1) for number in self.references(at, size)]

    def long_size(self, at: int) -> tuple[int, int]:
        """A size that did not fit into the marker is an integer object; it, and where what it counts begins."""
        marker = self.take(at, 1)[0]
        width = 1 << (marker & 0x0F)
        if marker >> 4 != 0x1 or width > 8:
            raise PlistError("a size is no number")
        return at + 1 + width, self.number(at + 1, width)

    def fixed(self, kind: int, at: int, width: int) -> Value:
        """A number (8 bytes are signed), a date in seconds since 2001, or the number of a keyed archive's object."""
        raw = self.take(at, width) if width <= 16 else b""
        if kind in (0x1, 0x8) and raw:
            return int.from_bytes(raw, "big", signed=kind == 0x1 and width >= 8)
        if len(raw) not in (4, 8):
            raise PlistError(f"a number has {width} bytes")
        real = struct.unpack(">f" if width == 4 else ">d", raw)[0]
        if kind == 0x2:
            return real
        try:
            return _EPOCH + timedelta(seconds=real)
        except (OverflowError, ValueError) as error:
            raise PlistError("a date is out of range") from error

    def pairs(self, at: int, size: int, depth: int) -> dict[str, Value]:
        """A dictionary: references to the keys, then as many to the values."""
        keys = self.references(at, size)
        values = self.references(at + size * self.reference, size)
        made: dict[str, Value] = {}
        for key, value in zip(keys, values, strict=True):
            name = self.value(key, depth + 1)
            if not isinstance(name, str):
                raise PlistError("a key is no text")
            made[name] = self.value(value, depth + 1)
        return made

    def references(self, at: int, size: int) -> list[int]:
        """Numbers of the objects that a collection holds."""
        if size + self.count > self.most:
            raise PlistError(f"it has more than {self.most} values")
        raw, width = self.take(at, size * self.reference), self.reference
        return [int.from_bytes(raw[start : start + width], "big") for start in range(0, len(raw), width)]

    def number(self, at: int, width: int) -> int:
        """An unsigned number."""
        return int.from_bytes(self.take(at, width), "big")

    def take(self, at: int, size: int) -> bytes:
        """Bytes before the trailer."""
        if size < 0 or at + size > len(self.data) - 32:
            raise PlistError("an object passes the end of the file")
        self.taken += size
        if self.taken > _MOST_TAKEN:
            raise PlistError("its objects stand for far more bytes than it has")
        return self.data[at : at + size]
