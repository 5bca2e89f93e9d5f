"""Names of the symbols of one Mach-O image.

Source: Apple's ``mach-o/loader.h`` (LC_SYMTAB) and ``mach-o/nlist.h``.
"""

import struct
from typing import NamedTuple

import numpy as np

_HEADER = {32: 28, 64: 32}
_SYMTAB = 0x02
_COMMANDS, _SYMBOLS = 10_000, 1_000_000
_NAME = 1_024
_TEXT = 32 << 20
"""Characters of all names together: real tables have some millions, but many rows can point at one long text."""
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
    at, (count,) = _HEADER[bits], struct.unpack_from(f"{order}I", view, 16)
    for _ in range(min(count, _COMMANDS)):
        if at + 8 > len(view):
            break
        kind, size = struct.unpack_from(f"{order}II", view, at)
        if kind == _SYMTAB and at + 24 <= len(view):
            return _names(view, order, bits, struct.unpack_from(f"{order}IIII", view, at + 8))
        if size < 8:
            break
        at += size
    return Symbols([], [])


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
