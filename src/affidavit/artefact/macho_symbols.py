"""Names of the symbols of one Mach-O image.

Source: Apple's ``mach-o/loader.h`` (LC_SYMTAB) and ``mach-o/nlist.h``.
"""

import struct

import numpy as np

_HEADER = {32: 28, 64: 32}
_SYMTAB = 0x02
_COMMANDS, _SYMBOLS = 10_000, 1_000_000
_NAME = 1_024
_STAB, _TYPE, _EXTERNAL, _UNDEFINED = 0xE0, 0x0E, 0x01, 0x00


def symbols(view: memoryview, order: str, bits: int) -> tuple[list[str], list[str]]:
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
    return [], []


def _names(view: memoryview, order: str, bits: int, table: tuple[int, ...]) -> tuple[list[str], list[str]]:
    """The external names of a table (offset, count) with its strings (offset, size)."""
    offset, count, strings, size = table
    value = "u8" if bits == 64 else "u4"
    form = np.dtype(
        [("name", f"{order}u4"), ("kind", "u1"), ("section", "u1"), ("what", f"{order}u2"), ("at", order + value)]
    )
    room = max(0, len(view) - offset) // form.itemsize
    rows = np.frombuffer(view, form, min(count, room, _SYMBOLS), offset) if min(count, room) else np.empty(0, form)
    text = bytes(view[strings : strings + size])
    rows = rows[(rows["kind"] & _STAB == 0) & (rows["kind"] & _EXTERNAL != 0)]
    taken: list[str] = []
    offered: list[str] = []
    for start, kind in zip(rows["name"].tolist(), rows["kind"].tolist(), strict=True):
        name = text[start : start + _NAME].partition(b"\0")[0].decode("utf-8", "backslashreplace")
        (taken if kind & _TYPE == _UNDEFINED else offered).append(name)
    return taken, offered
