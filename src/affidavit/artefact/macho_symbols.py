"""Names of the symbols of one Mach-O image, and where it has what linking and stripping take away.

Source: Apple's ``mach-o/loader.h`` (LC_SYMTAB) and ``mach-o/nlist.h``.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

_HEADER = {32: 28, 64: 32}
_SYMTAB = 0x02
_COMMANDS, _SYMBOLS = 10_000, 1_000_000
_NAME = 1_024
_TEXT = 32 << 20
"""Characters of all names together: real tables have some millions, but many rows can point at one long text."""
_SEGMENT = {32: (0x01, 56, 68, "III"), 64: (0x19, 72, 80, "QQI")}
"""Kind of the command, bytes before its sections, bytes of a section, and what follows a section's names."""
_PASSING = frozenset({b"__DWARF", b"__LLVM"})
_SECTIONS = 1_000
_STAB, _TYPE, _EXTERNAL, _UNDEFINED = 0xE0, 0x0E, 0x01, 0x00


class Symbols(NamedTuple):
    """Names in the order of their table.

    Attributes:
        taken: from others. offered: to others. left: external symbols, or rows of the table, that were not read.
        text: offset and size of the names, those of local symbols too.
    """

    taken: list[str]
    offered: list[str]
    left: int = 0
    text: tuple[int, int] = (0, 0)


def symbols(view: memoryview, order: str, bits: int) -> Symbols:
    """Names of what an image takes from others and of what it offers; empty when its table cannot be read.

    Args:
        view: the image.
        order: ``<`` or ``>``.
        bits: 32 or 64.
    """
    for kind, at, _ in _commands(view, order, bits):
        if kind == _SYMTAB and at + 24 <= len(view):
            return _names(view, order, bits, struct.unpack_from(f"{order}IIII", view, at + 8))
    return Symbols([], [])


def passing(view: memoryview, order: str, bits: int) -> list[tuple[int, int]]:
    """Offset and size of debugging data and of code for another compiler, which no app has.

    Args:
        view: the image.
        order: ``<`` or ``>``.
        bits: 32 or 64.
    """
    kind, head, each, form = _SEGMENT[bits]
    found: list[tuple[int, int]] = []
    for what, at, size in _commands(view, order, bits):
        if what != kind or size < head:
            continue
        for start in range(at + head, min(at + size, len(view)) - each + 1, each):
            if len(found) < _SECTIONS and bytes(view[start + 16 : start + 32]).rstrip(b"\0") in _PASSING:
                length, offset = struct.unpack_from(order + form, view, start + 32)[1:]
                found.append((offset, length))
    return found


def _commands(view: memoryview, order: str, bits: int) -> Iterator[tuple[int, int, int]]:
    """Kind, offset and size of each load command."""
    at, (count,) = _HEADER[bits], struct.unpack_from(f"{order}I", view, 16)
    for _ in range(min(count, _COMMANDS)):
        if at + 8 > len(view):
            return
        kind, size = struct.unpack_from(f"{order}II", view, at)
        yield kind, at, size
        if size < 8:
            return
        at += size


def _names(view: memoryview, order: str, bits: int, table: tuple[int, ...]) -> Symbols:
    """The external names of a table (offset, count) with its strings (offset, size)."""
    offset, count, strings, size = table
    value = "u8" if bits == 64 else "u4"
    form = np.dtype(
        [("name", f"{order}u4"), ("kind", "u1"), ("section", "u1"), ("what", f"{order}u2"), ("at", order + value)]
    )
    count = min(count, max(0, len(view) - offset) // form.itemsize)
    rows = np.frombuffer(view, form, min(count, _SYMBOLS), offset) if count else np.empty(0, form)
    text = bytes(view[strings : strings + size])
    wanted = rows[(rows["kind"] & _STAB == 0) & (rows["kind"] & _EXTERNAL != 0)]
    found, room, done = Symbols([], []), _TEXT, 0
    for start, kind in zip(wanted["name"].tolist(), wanted["kind"].tolist(), strict=True):
        name = text[start : start + _NAME].partition(b"\0")[0].decode("utf-8", "backslashreplace")
        room -= len(name)
        if room < 0:
            break
        done += 1
        (found.taken if kind & _TYPE == _UNDEFINED else found.offered).append(name)
    return found._replace(left=len(wanted) - done + count - len(rows), text=(strings, size))
