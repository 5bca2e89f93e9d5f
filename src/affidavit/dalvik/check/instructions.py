"""Instructions read from their bytes: what each reads, what it writes and where it goes on, by its format alone.

Source: Dalvik bytecode and its instruction formats. Nothing here is shared with the analyser: an error of its decoder
is not repeated.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from affidavit.dalvik.opcodes import Opcode, opcodes
from affidavit.dalvik.unit import Unit


class UnreadableCodeError(ValueError):
    """The bytes are no code; the text says why, continuing a sentence."""


@dataclass(frozen=True, slots=True)
class Value:
    """A register, or a pair of them that begins with it."""

    register: int
    wide: bool = False

    def touches(self, other: "Value") -> bool:
        """Whether the two share a register."""
        return self.register <= other.register + other.wide and other.register <= self.register + self.wide


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    Attributes:
        pc, width: code units. name: mnemonic. index: what it names, -1 for nothing.
        reads: its operands. writes: its result, None for none; that of an invoke stands in the move-result behind it.
        jumps: addresses that it may go on at beside the next one. ends: whether it never goes on at the next one.
    """

    pc: int
    width: int
    name: str
    index: int = -1
    reads: tuple[Value, ...] = ()
    writes: Value | None = None
    jumps: tuple[int, ...] = ()
    ends: bool = False

    @property
    def next(self) -> int:
        """Address behind it."""
        return self.pc + self.width

    @property
    def called(self) -> bool:
        """Whether its result stands in the move-result behind it."""
        return self.name.startswith(("invoke-", "filled-new-array"))

    @property
    def invoke(self) -> bool:
        """Whether it calls a method that it names."""
        return self.name.startswith("invoke-") and not self.name.startswith("invoke-custom")

    @property
    def copies(self) -> bool:
        """Whether the result is the operand itself: a move, or a cast of a reference."""
        return self.name == "check-cast" or (self.name.startswith("move") and bool(self.reads))

    @property
    def throws(self) -> bool:
        """Whether it can throw."""
        return not self.name.startswith(_QUIET) or self.name.startswith(_LOUD)


_QUIET = (
    "nop", "move", "return", "const/", "const-wide", "goto", "cmp", "if-", "packed-switch", "sparse-switch", "neg-",
    "not-", "int-to", "long-to", "float-to", "double-to", "add-", "sub-", "rsub-", "mul-", "div-", "rem-", "and-",
    "or-", "xor-", "shl-", "shr-", "ushr-",
)  # fmt: skip
_LOUD = ("div-int", "div-long", "rem-int", "rem-long")
_PAYLOADS = (0x0100, 0x0200, 0x0300)
_STAYS = ("return", "throw", "goto")
_WIDE = ("long", "double", "wide")
_READERS = ("return", "throw", "monitor", "if-", "packed-", "sparse-", "fill-", "iput", "sput", "aput")
_SHIFTS = ("shl", "shr", "ushr")


def instructions(unit: Unit, owner: int) -> dict[int, Instruction]:
    """The instructions of a defined method by address; payloads are none.

    Raises:
        UnreadableCodeError: there is no code, or it does not decode to its end.
    """
    start, count = int(unit.def_code[owner]), int(unit.def_units[owner])
    if unit.form != "dex" or start <= 0 or start + 2 * count > len(unit.data[0]):
        raise UnreadableCodeError("has no Dalvik code")
    units = struct.unpack_from(f"<{count}H", unit.data[0], start)
    table, found, pc = opcodes(), {}, 0
    while pc < count:
        if units[pc] in _PAYLOADS:
            pc += _payload_width(units, pc)
            continue
        opcode = table[units[pc] & 0xFF]
        if opcode.unused or pc + opcode.width > count:
            raise UnreadableCodeError(f"does not decode at {pc:#x}")
        found[pc] = _decode(unit, opcode, units, pc)
        pc += opcode.width
    return found


def _payload_width(units: tuple[int, ...], pc: int) -> int:
    """Code units of a payload."""
    kind, size, low, high = (*units[pc : pc + 4], 0, 0, 0)[:4]
    if kind == _PAYLOADS[2]:
        return 4 + (size * (low | high << 16) + 1) // 2
    return 4 + 2 * size if kind == _PAYLOADS[0] else 2 + 4 * size


def _decode(unit: Unit, opcode: Opcode, units: tuple[int, ...], pc: int) -> Instruction:
    """One instruction."""
    name, form, width = opcode.mnemonic, opcode.format, opcode.width
    words = units[pc : pc + width]
    if form in {"35c", "3rc", "45cc", "4rcc"}:
        return Instruction(pc, width, name, words[1], _arguments(unit, opcode, words))
    registers = _registers(form, words)
    written, read = _shape(name, len(registers))
    index = -1
    if opcode.kind is not None:
        index = words[1] | (words[2] << 16 if form == "31c" else 0)
    return Instruction(
        pc,
        width,
        name,
        index,
        tuple(Value(registers[at], wide) for at, wide in read),
        None if written is None else Value(registers[0], written),
        tuple(_jumps(name, form, units, pc)),
        name.startswith(_STAYS),
    )


def _registers(form: str, words: tuple[int, ...]) -> tuple[int, ...]:
    """The registers of an instruction, in the order of its format."""
    high, last = words[0] >> 8, words[-1]
    if form in {"12x", "11n", "22t", "22s", "22c"}:
        return (high & 15, high >> 4)[: 1 + (form != "11n")]
    wider = {"22x": (high, last), "32x": words[1:], "23x": (high, last & 0xFF, last >> 8), "22b": (high, last & 0xFF)}
    return wider.get(form, () if form in {"10x", "10t", "20t", "30t"} else (high,))


@cache
def _shape(name: str, count: int) -> tuple[bool | None, tuple[tuple[int, bool], ...]]:
    """Whether the first register is written (None: it is not), as a pair or not; which are read, as pairs or not."""
    pair = any(word in name for word in _WIDE)
    source, to, target = name.partition("-to-")
    if count == 0 or name.startswith(_READERS):
        return None, tuple((at, pair and at == 0) for at in range(count))
    if name == "check-cast" or name.endswith("/2addr"):
        return pair, tuple((at, pair and not (at and name.startswith(_SHIFTS))) for at in range(count))
    if name.startswith(("aget", "iget", "sget")):
        return pair, tuple((at, False) for at in range(1, count))
    if to:
        return target in _WIDE, ((1, source in _WIDE),)
    of_pairs = tuple((at, pair and not (at == 2 and name.startswith(_SHIFTS))) for at in range(1, count))
    return pair and not name.startswith("cmp"), of_pairs


def _jumps(name: str, form: str, units: tuple[int, ...], pc: int) -> Iterator[int]:
    """Targets of a branch or switch."""
    words = units[pc : pc + int(form[0])]
    if name.endswith("-switch"):
        yield from _cases(units, pc, _signed(words[1] | words[2] << 16, 32))
    elif form == "10t":
        yield pc + _signed(words[0] >> 8, 8)
    elif form in {"20t", "21t", "22t"}:
        yield pc + _signed(words[1], 16)
    elif form == "30t":
        yield pc + _signed(words[1] | words[2] << 16, 32)


def _cases(units: tuple[int, ...], pc: int, distance: int) -> Iterator[int]:
    """Targets of a switch."""
    at = pc + distance
    if not 0 <= at < len(units) - 1 or units[at] not in _PAYLOADS[:2]:
        raise UnreadableCodeError(f"has a switch without a table at {pc:#x}")
    size = units[at + 1]
    first = at + 4 if units[at] == _PAYLOADS[0] else at + 2 + 2 * size
    table = units[first : first + 2 * size]
    for low, high in zip(table[::2], table[1::2], strict=False):
        yield pc + _signed(low | high << 16, 32)


def _signed(value: int, bits: int) -> int:
    """Two's complement."""
    return value - (1 << bits) if value >> (bits - 1) else value


def _arguments(unit: Unit, opcode: Opcode, words: tuple[int, ...]) -> tuple[Value, ...]:
    """The arguments of an invoke or of filled-new-array, a pair once."""
    high, index, packed = words[0] >> 8, words[1], words[2]
    if opcode.format.startswith(("3r", "4r")):
        registers = list(range(packed, packed + high))
    else:
        registers = [packed >> shift & 15 for shift in (0, 4, 8, 12)] + [high & 15]
        registers = registers[: high >> 4]
    if not opcode.mnemonic.startswith("invoke-") or opcode.mnemonic.startswith("invoke-custom"):
        return tuple(map(Value, registers))
    proto = words[3] if opcode.width == 4 else _proto(unit, index)
    types = parameters(unit.proto(proto)) if 0 <= proto < len(unit.proto_return) else []
    return tuple(_paired(registers, ([] if "static" in opcode.mnemonic else ["L"]) + types))


def _proto(unit: Unit, index: int) -> int:
    """The prototype of a method reference; -1 for none."""
    return int(unit.method_proto[index]) if 0 <= index < len(unit.method_proto) else -1


def _paired(registers: list[int], types: list[str]) -> Iterator[Value]:
    """Registers by the parameters that they fill; what is missing is left out."""
    at = 0
    for kind in types:
        wide = kind in {"J", "D"}
        if at + wide >= len(registers):
            return
        yield Value(registers[at], wide)
        at += 1 + wide


def parameters(proto: str) -> list[str]:
    """``(I[JLx/A;)V`` -> its parameter types."""
    inside, found, start, at = proto[1:].partition(")")[0], [], 0, 0
    while at < len(inside):
        if inside[at] == "[":
            at += 1
            continue
        at = (inside.find(";", at) + 1 or len(inside)) if inside[at] == "L" else at + 1
        found.append(inside[start:at])
        start = at
    return found
