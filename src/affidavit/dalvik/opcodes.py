"""The Dalvik instruction set: mnemonic, format, width and kind of reference of each opcode, from ``opcodes.tsv``.

Source: Dalvik bytecode, "Summary of bytecode set"; Dalvik executable instruction formats.
"""

from functools import cache
from pathlib import Path

import numpy as np
from msgspec import Struct

from affidavit.dalvik.unit import U8, RefKind

_TABLE = Path(__file__).with_name("opcodes.tsv")
_KINDS = {
    "string": RefKind.STRING,
    "type": RefKind.TYPE,
    "field": RefKind.FIELD,
    "method": RefKind.METHOD,
    "call-site": RefKind.CALL_SITE,
    "method-handle": RefKind.METHOD_HANDLE,
    "proto": RefKind.PROTO,
}
NO_KIND = 255
"""In `kinds`: the opcode names nothing."""

_WIDE_INDEX = 128
_UNUSED = 64


class Opcode(Struct, frozen=True):
    """One opcode.

    Attributes:
        value: 0 to 255.
        mnemonic: as smali and dexdump write it; ``unused-3e`` for one that the set leaves free.
        format: format identifier (``35c``); its first digit is the width in 16-bit code units.
        kind: the index space of its reference, or None.
    """

    value: int
    mnemonic: str
    format: str
    kind: RefKind | None

    @property
    def width(self) -> int:
        """Length in 16-bit code units."""
        return int(self.format[0])

    @property
    def unused(self) -> bool:
        """Whether the instruction set leaves this value free; ART rejects a method that has it."""
        return self.mnemonic.startswith("unused-")


@cache
def opcodes() -> tuple[Opcode, ...]:
    """All 256 opcodes, by value."""
    lines = (line for line in _TABLE.read_text("ascii").splitlines() if not line.startswith("#"))
    rows = (line.split("\t") for line in lines)
    return tuple(Opcode(int(value, 16), name, form, _KINDS.get(kind)) for value, name, form, kind in rows)


@cache
def widths() -> bytes:
    """Length in 16-bit code units of each opcode's instruction."""
    return bytes(opcode.width for opcode in opcodes())


@cache
def sweep_table() -> tuple[U8, U8]:
    """What the sweep kernel needs of each opcode.

    Returns:
        widths (256,): code units, plus 128 when the reference index has 32 bits, plus 64 for unused opcodes.
        kinds (256,): `RefKind` of the reference, or `NO_KIND`.
    """
    widths = [code.width + _WIDE_INDEX * (code.format == "31c") + _UNUSED * code.unused for code in opcodes()]
    kinds = [NO_KIND if code.kind is None else int(code.kind) for code in opcodes()]
    return np.array(widths, np.uint8), np.array(kinds, np.uint8)
