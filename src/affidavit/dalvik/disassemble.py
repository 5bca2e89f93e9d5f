"""Instructions as smali-like text, to show what a cited offset says.

Source: Dalvik bytecode and its instruction formats. Text is bounded and printable: names and strings come from the app.
"""

import struct
from collections import deque
from collections.abc import Callable, Iterator

import numpy as np

from affidavit.dalvik.handles import call_site, field_text, method_handle, method_text
from affidavit.dalvik.opcodes import Opcode, opcodes, widths
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.dalvik.xref import space_size

TEXT_LIMIT = 400
"""Longest line, in characters."""
LINE_LIMIT = 100_000
"""Most lines of one method."""

_REACH = 1 << 12
_CASES = 8
_BYTES = 16
_PAYLOADS = {0x0100: "packed-switch", 0x0200: "sparse-switch", 0x0300: "array-data"}


def disassemble(unit: Unit, owner: int) -> list[tuple[int, str]]:
    """All instructions of a defined method.

    Args:
        unit: the code.
        owner: row of the method among those that the unit defines.

    Returns:
        Address and text of each instruction, at most `LINE_LIMIT`; a last line says if it stops before the end.
    """
    if unit.form != "dex":
        from affidavit.dalvik.jvm_disassemble import disassemble_class  # noqa: PLC0415 - an app has dex

        return disassemble_class(unit, owner)
    lines: list[tuple[int, str]] = []
    for pc, width in instructions(unit, owner):
        if width == 0 or len(lines) == LINE_LIMIT:
            lines.append((pc, f".end-of-decoding ({int(unit.def_units[owner]) - pc} code units left)"))
            break
        lines.append((pc, _text(unit, owner, pc, width)))
    return lines


def excerpt(unit: Unit, owner_row: int, offset: int, context: int = 3) -> tuple[list[str], int]:
    """A few lines around an instruction.

    Args:
        unit: the code.
        owner_row: row of the method among those that the unit defines.
        offset: byte offset of the instruction in its entry, as in ``unit.refs.offset``.
        context: how many instructions to show before and after.

    Returns:
        The lines, each with its address, and which of them is the cited one; no lines and -1 when there is no
        instruction at that offset.
    """
    if unit.form != "dex":
        return _excerpt_of(disassemble(unit, owner_row), offset - int(unit.def_code[owner_row]), context)
    pc = (offset - int(unit.def_code[owner_row])) // 2
    if not 0 <= pc < int(unit.def_units[owner_row]) or context < 0:
        return [], -1
    before: deque[tuple[int, int]] = deque(maxlen=context)
    rest: list[tuple[int, int]] = []
    for at, width in instructions(unit, owner_row, _start_before(unit, owner_row, pc, context)):
        if width == 0 or len(rest) > context:
            break
        (before if at < pc else rest).append((at, width))
    lines = [(at, _text(unit, owner_row, at, width)) for at, width in (*before, *rest)]
    return _excerpt_of(lines, pc, context)


def _excerpt_of(lines: list[tuple[int, str]], pc: int, context: int) -> tuple[list[str], int]:
    """The part of `lines` around address `pc`."""
    found = next((row for row, (at, _) in enumerate(lines) if at == pc), -1)
    if found < 0:
        return [], -1
    first = max(0, found - context)
    return [f"{at:04x}: {text}" for at, text in lines[first : found + context + 1]], found - first


def _start_before(unit: Unit, owner: int, pc: int, context: int) -> int:
    """An address at which an instruction starts, `context` instructions or more before `pc` if the method has them.

    Rows of the method's references are such addresses. What is further away than `_REACH` code units is left out.
    """
    refs = unit.refs
    # Keys of the arrays' own types: numpy would copy the arrays for others.
    low, high = refs.owner.searchsorted(np.array([owner, owner + 1], refs.owner.dtype)).tolist()
    offset = int(unit.def_code[owner]) + 2 * pc
    here = low + int(refs.offset[low:high].searchsorted(refs.offset.dtype.type(offset)))
    known = unit.pcs(np.arange(max(low, here - context), here)).tolist()
    if here - context < low:
        known.insert(0, 0)
    return next((start for start in known if pc - start <= _REACH), pc)


def instructions(unit: Unit, owner: int, start: int = 0) -> Iterator[tuple[int, int]]:
    """Address and width (code units) of each instruction from `start`; width 0 ends what cannot be decoded."""
    pc, end = start, int(unit.def_units[owner])
    table = widths()
    while pc < end:
        (unit_value,) = _units(unit, owner, pc, 1)
        width = _payload_width(unit, owner, pc, end) if unit_value in _PAYLOADS else table[unit_value & 0xFF]
        if pc + width > end:
            yield pc, 0
            return
        yield pc, width
        pc += width


def _units(unit: Unit, owner: int, pc: int, count: int) -> tuple[int, ...]:
    """Code units of a method."""
    return struct.unpack_from(f"<{count}H", unit.data[0], int(unit.def_code[owner]) + 2 * pc)


def _payload_width(unit: Unit, owner: int, pc: int, end: int) -> int:
    """Code units of the payload at `pc`; past `end` when it is cut off."""
    room = end - pc
    ident, size, *more = (*_units(unit, owner, pc, min(4, room)), 0, 0, 0)[:4]
    if room < (4 if ident == 0x0300 else 2):
        return room + 1
    if ident == 0x0100:
        return 4 + 2 * size
    if ident == 0x0200:
        return 2 + 4 * size
    return 4 + (size * (more[0] | more[1] << 16) + 1) // 2


def _text(unit: Unit, owner: int, pc: int, width: int) -> str:
    """One instruction, bounded and printable."""
    first, *rest = _units(unit, owner, pc, min(width, 5))
    if first in _PAYLOADS:
        text = _payload_text(unit, owner, pc, width)
    else:
        opcode = opcodes()[first & 0xFF]
        operands = _FORMATS[opcode.format](_Operands(unit, opcode, pc, first >> 8, rest))
        text = f"{opcode.mnemonic} {operands}".rstrip()
        if opcode.mnemonic.endswith("-switch"):
            text += _cases(unit, owner, pc, _signed(rest[0] | rest[1] << 16, 32))
    shown = text[: TEXT_LIMIT + 1]
    if not shown.isprintable():
        shown = "".join(char if char.isprintable() else _escape(char) for char in shown)
    return shown if len(shown) <= TEXT_LIMIT else shown[:TEXT_LIMIT] + "…"


def _escape(char: str) -> str:
    """A visible form of a character that would not show."""
    return char.encode("unicode_escape").decode("ascii")


def _payload_text(unit: Unit, owner: int, pc: int, width: int) -> str:
    """A payload: its kind, how much it holds, and of data the first bytes."""
    ident, size = _units(unit, owner, pc, 2)
    name = _PAYLOADS[ident]
    if ident != 0x0300:
        return f".{name} ({size} targets)"
    (count,) = struct.unpack_from("<I", unit.data[0], int(unit.def_code[owner]) + 2 * pc + 4)
    begin = int(unit.def_code[owner]) + 2 * pc + 8
    data = bytes(unit.data[0][begin : begin + min(_BYTES, 2 * width - 8, size * count)])
    return f".{name} ({count} items of {size} bytes: {data.hex(' ')}{' …' if size * count > _BYTES else ''})"


def _cases(unit: Unit, owner: int, pc: int, distance: int) -> str:
    """The first cases of a switch: `` {5 -> :000b, 6 -> :0017}``; nothing when its payload is not one."""
    at, end = pc + distance, int(unit.def_units[owner])
    if not 0 <= at < end - 1 or at + _payload_width_or_none(unit, owner, at, end) > end:
        return ""
    ident, size = _units(unit, owner, at, 2)
    shown = min(size, _CASES)
    base = int(unit.def_code[owner]) + 2 * at + 4
    if ident == 0x0100:
        (first,) = struct.unpack_from("<i", unit.data[0], base)
        keys: tuple[int, ...] = tuple(range(first, first + shown))
        base += 4
    else:
        keys = struct.unpack_from(f"<{shown}i", unit.data[0], base)
        base += 4 * size
    targets = struct.unpack_from(f"<{shown}i", unit.data[0], base)
    cases = ", ".join(f"{key} -> {_label(pc + target)}" for key, target in zip(keys, targets, strict=True))
    return f" {{{cases}{', …' if size > shown else ''}}}"


def _payload_width_or_none(unit: Unit, owner: int, at: int, end: int) -> int:
    """Width of the switch payload at `at`; past the end when there is none."""
    (ident,) = _units(unit, owner, at, 1)
    return _payload_width(unit, owner, at, end) if ident in {0x0100, 0x0200} else end + 1


def _signed(value: int, bits: int) -> int:
    """Two's complement."""
    return value - (1 << bits) if value >> (bits - 1) else value


def _label(pc: int) -> str:
    """A branch target."""
    return f":{pc:04x}" if pc >= 0 else f":-{-pc:04x}"


class _Operands:
    """The fields of one instruction, by the letters of its format."""

    __slots__ = ("high", "opcode", "pc", "rest", "unit")

    def __init__(self, unit: Unit, opcode: Opcode, pc: int, high: int, rest: list[int]) -> None:
        self.unit, self.opcode, self.pc, self.high, self.rest = unit, opcode, pc, high, rest

    def literal(self, value: int, bits: int) -> str:
        """A signed literal."""
        return f"{_signed(value, bits):#x}"

    def branch(self, value: int, bits: int) -> str:
        """A branch target."""
        return _label(self.pc + _signed(value, bits))

    def wide(self, count: int = 2) -> int:
        """The units after the first as one number."""
        return sum(self.rest[row] << (16 * row) for row in range(count))

    def nibbles(self) -> str:
        """Two registers of four bits."""
        return f"v{self.high & 15}, v{self.high >> 4}"

    def reference(self, index: int) -> str:
        """What the instruction names."""
        return _reference(self.unit, self.opcode.kind, index)

    def listed(self) -> str:
        """The register list of an invoke: count in the high nibble, the fifth register in the low one."""
        packed = self.rest[1]
        registers = [packed >> shift & 15 for shift in (0, 4, 8, 12)] + [self.high & 15]
        return "{" + ", ".join(f"v{register}" for register in registers[: self.high >> 4]) + "}"

    def ranged(self) -> str:
        """A range of registers."""
        first = self.rest[1]
        return f"{{v{first} .. v{first + self.high - 1}}}" if self.high else "{}"


def _reference(unit: Unit, kind: RefKind | None, index: int) -> str:
    """The item of an index space, by name; its bare number when it is out of range."""
    if kind is None:
        return ""
    if kind in _NAMERS:
        return _NAMERS[kind](unit, index)
    if index >= space_size(unit, kind):
        return f"{kind.name.lower()}@{index}"
    if kind == RefKind.STRING:
        return f'"{unit.strings[index]}"'
    return unit.type_name(index) if kind == RefKind.TYPE else unit.proto(index)


_NAMERS: dict[RefKind, Callable[[Unit, int], str]] = {
    RefKind.FIELD: field_text,
    RefKind.METHOD: method_text,
    RefKind.CALL_SITE: call_site,
    RefKind.METHOD_HANDLE: method_handle,
}

_FORMATS: dict[str, Callable[[_Operands], str]] = {
    "10x": lambda o: "",  # noqa: ARG005 - all formats are called alike
    "12x": lambda o: o.nibbles(),
    "11n": lambda o: f"v{o.high & 15}, {o.literal(o.high >> 4, 4)}",
    "11x": lambda o: f"v{o.high}",
    "10t": lambda o: o.branch(o.high, 8),
    "20t": lambda o: o.branch(o.rest[0], 16),
    "30t": lambda o: o.branch(o.wide(), 32),
    "22x": lambda o: f"v{o.high}, v{o.rest[0]}",
    "32x": lambda o: f"v{o.rest[0]}, v{o.rest[1]}",
    "21t": lambda o: f"v{o.high}, {o.branch(o.rest[0], 16)}",
    "21s": lambda o: f"v{o.high}, {o.literal(o.rest[0], 16)}",
    "21h": lambda o: (
        f"v{o.high}, {o.literal(o.rest[0], 16)}{'000000000000' if 'wide' in o.opcode.mnemonic else '0000'}"
    ),
    "21c": lambda o: f"v{o.high}, {o.reference(o.rest[0])}",
    "23x": lambda o: f"v{o.high}, v{o.rest[0] & 0xFF}, v{o.rest[0] >> 8}",
    "22b": lambda o: f"v{o.high}, v{o.rest[0] & 0xFF}, {o.literal(o.rest[0] >> 8, 8)}",
    "22t": lambda o: f"{o.nibbles()}, {o.branch(o.rest[0], 16)}",
    "22s": lambda o: f"{o.nibbles()}, {o.literal(o.rest[0], 16)}",
    "22c": lambda o: f"{o.nibbles()}, {o.reference(o.rest[0])}",
    "31i": lambda o: f"v{o.high}, {o.literal(o.wide(), 32)}",
    "31t": lambda o: f"v{o.high}, {o.branch(o.wide(), 32)}",
    "31c": lambda o: f"v{o.high}, {o.reference(o.wide())}",
    "35c": lambda o: f"{o.listed()}, {o.reference(o.rest[0])}",
    "3rc": lambda o: f"{o.ranged()}, {o.reference(o.rest[0])}",
    "45cc": lambda o: f"{o.listed()}, {o.reference(o.rest[0])}, {_reference(o.unit, RefKind.PROTO, o.rest[2])}",
    "4rcc": lambda o: f"{o.ranged()}, {o.reference(o.rest[0])}, {_reference(o.unit, RefKind.PROTO, o.rest[2])}",
    "51l": lambda o: f"v{o.high}, {o.literal(o.wide(4), 64)}",
}
