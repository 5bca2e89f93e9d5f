"""What each opcode reads and writes, as tables for the kernels, derived from mnemonics and formats.

Source: Dalvik bytecode, "Summary of bytecode set"; ART's instruction flags say which instructions can throw.
"""

from functools import cache

import numpy as np

from affidavit.dalvik.opcodes import Opcode, opcodes
from affidavit.dalvik.whole.shapes import I32, I64, U8

DEFINES, WIDE, USES_A, USES_B, USES_C, THROWS, ENDS = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20, 0x40
BRANCH, SWITCH, MOVE, RESULT, INVOKE, RETURN, LIST, RANGE = 0x80, 0x100, 0x200, 0x400, 0x800, 0x1000, 0x2000, 0x4000
SILENT, GIVES = 0x8000, 0x10000
"""`SILENT`: not a node. `GIVES`: a move-result after it takes its value."""

_LAYOUT = {
    # format: registers A, B, C, literal or index, distance of a branch (see the decode kernel)
    "10x": (0, 0, 0, 0, 0),
    "12x": (1, 2, 0, 0, 0),
    "11n": (1, 0, 0, 1, 0),
    "11x": (3, 0, 0, 0, 0),
    "10t": (0, 0, 0, 0, 6),
    "20t": (0, 0, 0, 0, 2),
    "30t": (0, 0, 0, 0, 5),
    "22x": (3, 4, 0, 0, 0),
    "32x": (4, 5, 0, 0, 0),
    "21t": (3, 0, 0, 0, 2),
    "21s": (3, 0, 0, 2, 0),
    "21h": (3, 0, 0, 3, 0),
    "21c": (3, 0, 0, 7, 0),
    "23x": (3, 6, 7, 0, 0),
    "22b": (3, 6, 0, 4, 0),
    "22t": (1, 2, 0, 0, 2),
    "22s": (1, 2, 0, 2, 0),
    "22c": (1, 2, 0, 7, 0),
    "31i": (3, 0, 0, 5, 0),
    "31t": (3, 0, 0, 0, 5),
    "31c": (3, 0, 0, 8, 0),
    "51l": (3, 0, 0, 5, 0),
}
_INDEX = (0, 0, 0, 7, 0)
_STORES = ("iput", "sput", "aput", "return", "throw", "monitor", "fill-array", "packed", "sparse", "if-")
_QUIET = ("nop", "move", "return", "const/", "const-wide", "goto", "if-", "packed", "sparse", "cmp", "neg", "not")
_PLAIN = ("add", "sub", "mul", "and", "or", "xor", "shl", "shr", "ushr", "rsub", "unused")


@cache
def layout() -> U8:
    """(256, 5) Where the fields of each opcode are."""
    rows = [_LAYOUT.get(code.format, _INDEX) for code in opcodes()]
    found = np.array(rows, np.uint8)
    found[0x19, 3] = 0  # const-wide/high16: the low 32 bits are zero
    return found


@cache
def roles() -> I32:
    """(256,) What each opcode does, as flags."""
    return np.array([_role(code) for code in opcodes()], np.int32)


@cache
def kinds() -> I64:
    """(256,) `RefKind` of what each opcode names, -1 for none."""
    return np.array([-1 if code.kind is None else int(code.kind) for code in opcodes()], np.int64)


def _role(code: Opcode) -> int:
    """Flags of one opcode."""
    name = code.mnemonic
    if code.unused or name == "nop":
        return SILENT
    if name.startswith(("invoke", "filled-new-array")):
        listed = RANGE if name.endswith("/range") else LIST
        return listed | GIVES | THROWS | (INVOKE if name.startswith("invoke") else 0)
    if name.startswith("goto"):
        return SILENT | ENDS | BRANCH
    if name.startswith("move-result"):
        return SILENT | DEFINES | RESULT | _wide(name)
    if name.startswith("move") and name != "move-exception":
        return SILENT | DEFINES | USES_B | MOVE | _wide(name)
    quiet = name.startswith(_QUIET) or name == "const" or "-to-" in name
    calculates = name.startswith(_PLAIN) or name.partition("/")[0].endswith(("-float", "-double"))
    return _registers(code) | _flow(name) | (0 if quiet or calculates else THROWS)


def _registers(code: Opcode) -> int:
    """Registers that an ordinary instruction reads and writes."""
    name = code.mnemonic
    registers = _LAYOUT[code.format][:3]
    reads = sum(flag for flag, where in zip((0, USES_B, USES_C), registers, strict=True) if where)
    if not registers[0]:
        return 0
    if name.startswith(_STORES):
        return reads | USES_A
    return reads | DEFINES | _wide(name) | (USES_A if name.endswith("/2addr") or name == "check-cast" else 0)


def _flow(name: str) -> int:
    """Where control goes."""
    if name.startswith("return"):
        return ENDS | RETURN
    if name == "throw":
        return ENDS
    if name.startswith("if-"):
        return BRANCH
    return SWITCH if name.endswith("-switch") else 0


def _wide(name: str) -> int:
    """Whether the value written takes two registers."""
    plain = name.removesuffix("/2addr").partition("/")[0]
    if plain.startswith("cmp"):
        return 0
    return WIDE if plain.endswith(("-wide", "-long", "-double")) else 0
