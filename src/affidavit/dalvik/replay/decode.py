"""Instructions of one method as small records, ready to be executed: registers, target, cases, reference, handlers.

Source: Dalvik bytecode, its instruction formats, and the dex format's code_item, try_item and encoded_catch_handler.
"""

import struct
from collections.abc import Callable
from functools import cache

from affidavit.dalvik.opcodes import opcodes, widths
from affidavit.dalvik.unit import Unit
from affidavit.dalvik.xref import space_size

_HEADER = 16
_SWITCHES = (0x0100, 0x0200)
_ARRAY = 0x0300
_ITEMS = 1 << 12
LARGEST = 1 << 16
"""Most code units of a method that is executed."""


class Instruction:
    """One instruction.

    Attributes:
        op: opcode. pc: address in code units. row: among the instructions. regs: registers in the order of the format;
            of an invoke those that it passes, a wide pair once. literal: number. ref: index in the unit, -1 none.
            target: address of a branch, then row among the instructions. cases: of a switch, (key, row).
            data: of fill-array-data, its numbers.
        handlers: (type descriptor or "" for all, row) that cover it, in order.
        sources, sinks: (role, index) of the points here.
        kept: what the machine resolved once for this instruction.
    """

    __slots__ = (
        *("cases", "data", "handlers", "kept", "literal", "op", "pc", "ref", "regs", "row"),
        *("sinks", "sources", "target"),
    )

    def __init__(self, op: int, pc: int) -> None:
        self.op, self.pc, self.row = op, pc, -1
        self.regs: tuple[int, ...] = ()
        self.literal, self.ref, self.target = 0, -1, -1
        self.cases: tuple[tuple[int, int], ...] = ()
        self.data: tuple[int, ...] = ()
        self.handlers: tuple[tuple[str, int], ...] = ()
        self.sources: list[tuple[str, int]] = []
        self.sinks: list[tuple[str, int]] = []
        self.kept: object = None


class Undecodable(Exception):  # noqa: N818 - it is an answer, not a failure
    """The method's bytes are not a method."""


class Decoded:
    """A method as it was decoded: its instructions in order, its registers, how many of them are parameters."""

    __slots__ = ("instructions", "parameters", "registers")

    def __init__(self, instructions: list[Instruction], registers: int, parameters: int) -> None:
        self.instructions, self.registers, self.parameters = instructions, registers, parameters


def decode(unit: Unit, row: int) -> Decoded:
    """Decode a defined method of a dex.

    Raises:
        Undecodable: it has no code, is too large, or its bytes break the format.
    """
    start, count = int(unit.def_code[row]), int(unit.def_units[row])
    if unit.form != "dex" or not start or not 0 < count <= LARGEST:
        raise Undecodable
    try:
        units = struct.unpack_from(f"<{count}H", unit.data[0], start)
        registers, parameters, _, tries = struct.unpack_from("<4H", unit.data[0], start - _HEADER)
        items = _sweep(unit, units)
        _tie(items)
        if tries:
            _cover(unit, items, start + 2 * (count + (count & 1)), tries)
    except (struct.error, IndexError, KeyError) as error:
        raise Undecodable from error
    highest = max((register for item in items for register in item.regs), default=0)
    if highest >= registers or parameters > registers:
        raise Undecodable
    return Decoded(items, registers, parameters)


def _sweep(unit: Unit, units: tuple[int, ...]) -> list[Instruction]:
    """All instructions but payloads."""
    found: list[Instruction] = []
    pc, end = 0, len(units)
    table, forms = widths(), opcodes()
    while pc < end:
        first = units[pc]
        if first in {*_SWITCHES, _ARRAY}:
            pc += _payload_width(units, pc)
            continue
        op = first & 0xFF
        if pc + table[op] > end:
            raise Undecodable
        item = Instruction(op, pc)
        _FORMATS[forms[op].format](item, first >> 8, units[pc + 1 : pc + table[op]])
        if item.target >= 0 and forms[op].mnemonic in {"packed-switch", "sparse-switch", "fill-array-data"}:
            _payload(item, units)
        kind = forms[op].kind
        if kind is not None and item.ref >= space_size(unit, kind):
            raise Undecodable
        if 0x6E <= op <= 0x78 or 0xFA <= op <= 0xFB:
            item.regs = _passed(unit, item)
        found.append(item)
        pc += table[op]
    if not found:
        raise Undecodable
    return found


def _payload_width(units: tuple[int, ...], pc: int) -> int:
    """Code units of a payload."""
    size = units[pc + 1]
    if units[pc] == 0x0100:
        return 4 + 2 * size
    if units[pc] == 0x0200:
        return 2 + 4 * size
    return 4 + (size * (units[pc + 2] | units[pc + 3] << 16) + 1) // 2


def _payload(item: Instruction, units: tuple[int, ...]) -> None:
    """Read the table that a switch or fill-array-data points at; a switch's targets are addresses for now."""
    at, item.target = item.target, -1
    ident, size = units[at], units[at + 1]
    if ident == _ARRAY:
        width = size
        total = units[at + 2] | units[at + 3] << 16
        raw = struct.pack(
            f"<{(width * min(total, _ITEMS) + 1) // 2}H", *units[at + 4 :][: (width * min(total, _ITEMS) + 1) // 2]
        )
        item.data = tuple(
            int.from_bytes(raw[i : i + width], "little", signed=True)
            for i in range(0, width * min(total, _ITEMS), width)
        )
        item.literal = total
        return
    numbers = units[at + 2 : at + _payload_width(units, at)]
    words = [signed(numbers[i] | numbers[i + 1] << 16, 32) for i in range(0, len(numbers) - 1, 2)]
    if ident == 0x0100:
        keys, targets = [words[0] + i for i in range(size)], words[1 : size + 1]
    else:
        keys, targets = words[:size], words[size : 2 * size]
    item.cases = tuple((key, item.pc + target) for key, target in zip(keys, targets, strict=True))


def _passed(unit: Unit, item: Instruction) -> tuple[int, ...]:
    """Registers of an invoke without the second halves of wide arguments."""
    proto = unit.method_parts(item.ref)[2] if item.ref >= 0 else ""
    widths_ = [] if item.op in {0x71, 0x77} else [1]
    widths_ += [2 if name in {"J", "D"} else 1 for name in parameters(proto)]
    at, kept = 0, []
    for width in widths_:
        if at + width > len(item.regs):
            raise Undecodable
        kept.append(item.regs[at])
        at += width
    return tuple(kept)


@cache
def parameters(proto: str) -> tuple[str, ...]:
    """Parameter types of a prototype: ``(I[J)V`` -> ``I``, ``[J``."""
    inside = proto[1:].partition(")")[0]
    found, at = [], 0
    while at < len(inside):
        end = at
        while end < len(inside) and inside[end] == "[":
            end += 1
        semicolon = inside.find(";", end) if inside[end : end + 1] == "L" else end
        end = (semicolon if semicolon >= 0 else len(inside)) + 1
        found.append(inside[at:end])
        at = end
    return tuple(found)


def _tie(items: list[Instruction]) -> None:
    """Turn addresses of targets into rows."""
    rows = {item.pc: row for row, item in enumerate(items)}
    for row, item in enumerate(items):
        item.row = row
        if item.target != -1:
            item.target = rows[item.target]
        if item.cases:
            item.cases = tuple((key, rows[target]) for key, target in item.cases)


def _cover(unit: Unit, items: list[Instruction], at: int, tries: int) -> None:
    """Give each instruction the handlers of its try range."""
    data = unit.data[0]
    rows = {item.pc: row for row, item in enumerate(items)}
    lists = at + 8 * tries
    for number in range(tries):
        start, count, offset = struct.unpack_from("<IHH", data, at + 8 * number)
        handlers = tuple(
            (unit.type_name(type_) if type_ >= 0 else "", rows[pc]) for type_, pc in _handlers(unit, lists + offset)
        )
        for item in items:
            if start <= item.pc < start + count and not item.handlers:
                item.handlers = handlers


def _handlers(unit: Unit, at: int) -> list[tuple[int, int]]:
    """(type index or -1 for all, address) of an encoded_catch_handler."""
    data, types = unit.data[0], len(unit.type_string)
    size, at = _sleb(data, at)
    found: list[tuple[int, int]] = []
    for _ in range(min(abs(size), _ITEMS)):
        type_, at = uleb(data, at)
        address, at = uleb(data, at)
        if type_ >= types:
            raise Undecodable
        found.append((type_, address))
    if size <= 0:
        found.append((-1, uleb(data, at)[0]))
    return found


def uleb(data: memoryview, at: int) -> tuple[int, int]:
    """Unsigned LEB128 and where it ends."""
    value = 0
    for shift in range(0, 35, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return value, at


def _sleb(data: memoryview, at: int) -> tuple[int, int]:
    """Signed LEB128 and where it ends."""
    value, end = uleb(data, at)
    bits = 7 * (end - at)
    return signed(value & ((1 << bits) - 1), bits), end


def signed(value: int, bits: int) -> int:
    """Two's complement."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def _wide(rest: tuple[int, ...]) -> int:
    """Code units as one number."""
    return sum(unit << (16 * row) for row, unit in enumerate(rest))


def _plain(*names: str) -> Callable[[Instruction, int, tuple[int, ...]], None]:
    """A reader of a format: what each part of the instruction is, by name."""

    def read(item: Instruction, high: int, rest: tuple[int, ...]) -> None:
        for name in names:
            _PARTS[name](item, high, rest)

    return read


def _registers(item: Instruction, *regs: int) -> None:
    item.regs = (*item.regs, *regs)


def _listed(item: Instruction, high: int, rest: tuple[int, ...]) -> None:
    """Register list of format 35c."""
    packed, count = rest[1], high >> 4
    if count > 5:
        raise Undecodable
    all_ = (packed & 15, packed >> 4 & 15, packed >> 8 & 15, packed >> 12, high & 15)
    item.regs = all_[:count]


def _branch(bits: int) -> Callable[[Instruction, int, tuple[int, ...]], None]:
    """A branch distance in the last units."""

    def read(item: Instruction, high: int, rest: tuple[int, ...]) -> None:
        value = high if bits == 8 else _wide(rest) if bits == 32 else rest[-1]
        item.target = item.pc + signed(value, bits)
        if item.target < 0:
            raise Undecodable

    return read


def _literal(bits: int, shift: int = 0) -> Callable[[Instruction, int, tuple[int, ...]], None]:
    """A literal in all the later units."""

    def read(item: Instruction, high: int, rest: tuple[int, ...]) -> None:  # noqa: ARG001 - all are called alike
        item.literal = signed(_wide(rest[-(bits // 16) :]), bits) << shift

    return read


def _high(item: Instruction, high: int, rest: tuple[int, ...]) -> None:
    """The literal that fills the upper bits: of 32, or of 64 for a wide."""
    item.literal = signed(rest[0], 16) << (48 if opcodes()[item.op].mnemonic.startswith("const-wide") else 16)
    _registers(item, high)


def _ref(item: Instruction, high: int, rest: tuple[int, ...]) -> None:  # noqa: ARG001 - all are called alike
    item.ref = rest[0]


_Part = Callable[[Instruction, int, tuple[int, ...]], None]
_PARTS: dict[str, _Part] = {
    "nibbles": lambda i, h, r: _registers(i, h & 15, h >> 4),  # noqa: ARG005
    "eight": lambda i, h, r: _registers(i, h),  # noqa: ARG005
    "sixteen": lambda i, h, r: _registers(i, h, r[0]),
    "three": lambda i, h, r: _registers(i, h, r[0] & 0xFF, r[0] >> 8),
    "pair": lambda i, h, r: _registers(i, h, r[0] & 0xFF),
    "both": lambda i, h, r: _registers(i, r[0], r[1]),  # noqa: ARG005
    "list": _listed,
    "range": lambda i, h, r: _registers(i, *range(r[1], r[1] + h)),
    "branch8": _branch(8),
    "branch16": _branch(16),
    "branch32": _branch(32),
    "s4": lambda i, h, r: setattr(i, "literal", signed(h >> 4, 4)),  # noqa: ARG005
    "low4": lambda i, h, r: _registers(i, h & 15),  # noqa: ARG005
    "s8": lambda i, h, r: setattr(i, "literal", signed(r[0] >> 8, 8)),  # noqa: ARG005
    "s16": _literal(16),
    "s32": _literal(32),
    "s64": _literal(64),
    "high": _high,
    "ref": _ref,
    "ref32": lambda i, h, r: setattr(i, "ref", _wide(r)),  # noqa: ARG005
}
_FORMATS: dict[str, _Part] = {
    "10x": _plain(),
    "12x": _plain("nibbles"),
    "11n": _plain("low4", "s4"),
    "11x": _plain("eight"),
    "10t": _plain("branch8"),
    "20t": _plain("branch16"),
    "30t": _plain("branch32"),
    "22x": _plain("sixteen"),
    "32x": _plain("both"),
    "21t": _plain("eight", "branch16"),
    "21s": _plain("eight", "s16"),
    "21h": _plain("high"),
    "21c": _plain("eight", "ref"),
    "23x": _plain("three"),
    "22b": _plain("pair", "s8"),
    "22t": _plain("nibbles", "branch16"),
    "22s": _plain("nibbles", "s16"),
    "22c": _plain("nibbles", "ref"),
    "31i": _plain("eight", "s32"),
    "31t": _plain("eight", "branch32"),
    "31c": _plain("eight", "ref32"),
    "35c": _plain("list", "ref"),
    "3rc": _plain("range", "ref"),
    "45cc": _plain("list", "ref"),
    "4rcc": _plain("range", "ref"),
    "51l": _plain("eight", "s64"),
}
