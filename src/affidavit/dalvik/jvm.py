"""The JVM's instructions: their names, operands and lengths, and one step from an instruction to the next.

The table is `jvm_opcodes.tsv`: opcode, mnemonic and the form of its operands (Java Virtual Machine Specification,
chapter 6 "The Java Virtual Machine Instruction Set").
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

_TABLE = Path(__file__).with_name("jvm_opcodes.tsv")

_LENGTHS = {
    "-": 1,
    "byte": 2,
    "short": 3,
    "local": 2,
    "constant1": 2,
    "constant": 3,
    "iinc": 3,
    "branch": 3,
    "branch_w": 5,
    "field": 3,
    "method": 3,
    "interface": 5,
    "dynamic": 5,
    "type": 3,
    "atype": 2,
    "array": 4,
    "tableswitch": 0,
    "lookupswitch": 0,
    "wide": 0,
}
"""Bytes of an instruction, opcode included, by the form of its operands; 0 where the bytes themselves decide."""

TABLESWITCH, LOOKUPSWITCH, WIDE, IINC, LDC = 0xAA, 0xAB, 0xC4, 0x84, 0x12


class Opcodes(NamedTuple):
    """The instruction set, by opcode: 256 entries each.

    Attributes:
        names: mnemonics; empty for an opcode that does not exist.
        operands: forms of operands, a key of the table's third column; empty likewise.
        lengths: bytes with the opcode; 0 for the three of variable length, -1 for an opcode that does not exist.
    """

    names: tuple[str, ...]
    operands: tuple[str, ...]
    lengths: tuple[int, ...]


@cache
def opcodes() -> Opcodes:
    """The instruction set, read once from `jvm_opcodes.tsv`."""
    rows = [line.split("\t") for line in _TABLE.read_text("ascii").splitlines()[1:]]
    known = {int(code, 16): (name, operands) for code, name, operands in rows}
    names, operands = zip(*(known.get(code, ("", "")) for code in range(256)), strict=True)
    return Opcodes(names, operands, tuple(_LENGTHS.get(form, -1) for form in operands))


def variable_length(code: bytes | memoryview, pc: int, start: int) -> int:
    """Bytes of the ``tableswitch``, ``lookupswitch`` or ``wide`` at `pc`; `start` is where the method's code begins.

    The result may pass the end of the code; 0 means that the instruction cannot be understood.

    Raises:
        IndexError: the bytes end inside the part that says how long it is.
    """
    opcode = code[pc]
    if opcode == WIDE:
        return 6 if code[pc + 1] == IINC else 4
    # Operands are aligned to four bytes counted from the start of the method, not of the file.
    at = pc + 4 - (pc - start) % 4
    if opcode == TABLESWITCH:
        count = s4(code, at + 8) - s4(code, at + 4) + 1
        return at + 12 + 4 * count - pc if count > 0 else 0
    count = s4(code, at + 4)
    return at + 8 + 8 * count - pc if count >= 0 else 0


def s4(data: bytes | memoryview, at: int) -> int:
    """Signed big-endian 32-bit number.

    Raises:
        IndexError: it passes the end of `data`.
    """
    if at + 4 > len(data):
        raise IndexError(at)
    return int.from_bytes(data[at : at + 4], "big", signed=True)


def u2(data: bytes | memoryview, at: int) -> int:
    """Unsigned big-endian 16-bit number.

    Raises:
        IndexError: it passes the end of `data`.
    """
    return data[at] << 8 | data[at + 1]


def u4(data: bytes | memoryview, at: int) -> int:
    """Unsigned big-endian 32-bit number.

    Raises:
        IndexError: it passes the end of `data`.
    """
    return u2(data, at) << 16 | u2(data, at + 2)
