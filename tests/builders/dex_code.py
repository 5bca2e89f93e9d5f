"""Encodes Dalvik instructions for the tests: written from the format table, apart from the code under test.

An instruction is a tuple ``(mnemonic, *operands)``; a string ``":name"`` between instructions is a label. Operands are
in the order in which the format writes them (registers, literal or label, reference). The register list of an invoke is
one operand (a list). Literals are signed. Payload instructions take their table:
``("packed-switch", reg, first, [labels])``, ``("sparse-switch", reg, {key: label})``,
``("fill-array-data", reg, element_width, [values])``. ``("raw", unit, ...)`` places code units as they are.
"""

import struct
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[2] / "src" / "affidavit" / "dalvik" / "opcodes.tsv"
Instruction = tuple[Any, ...] | str
Resolve = Callable[[str, Any], int]
"""Reference kind and operand as written -> index."""

PAYLOADS = {"packed-switch", "sparse-switch", "fill-array-data"}


@cache
def table() -> dict[str, tuple[int, str, str]]:
    """Mnemonic -> opcode, format, kind of reference."""
    rows = (line.split("\t") for line in TABLE.read_text("ascii").splitlines() if not line.startswith("#"))
    return {name: (int(value, 16), form, kind) for value, name, form, kind in rows}


def references(code: Sequence[Instruction]) -> list[tuple[str, Any]]:
    """Everything that the instructions name: (kind, operand), the second reference of a polymorphic call included."""
    found: list[tuple[str, Any]] = []
    for item in code:
        if isinstance(item, str) or item[0] == "raw":
            continue
        _, form, kind = table()[item[0]]
        if kind != "-":
            found.append((kind, item[2] if form in {"45cc", "4rcc"} else item[-1]))
        if form in {"45cc", "4rcc"}:
            found.append(("proto", item[3]))
    return [(kind, operand) for kind, operand in found if not isinstance(operand, int)]


def assemble(code: Sequence[Instruction], resolve: Resolve) -> list[int]:
    """Instructions -> code units, payloads after the code."""
    labels, starts, at = {}, [], 0
    for item in code:
        starts.append(at)
        if isinstance(item, str):
            labels[item] = at
        else:
            at += width(item)
    payloads: list[tuple[int, list[int]]] = []
    for item, start in zip(code, starts, strict=True):
        if has_payload(item):
            at += at & 1
            payloads.append((at, payload(item, start, labels)))
            labels[f"payload@{start}"] = at
            at += len(payloads[-1][1])
    units: list[int] = []
    for item, start in zip(code, starts, strict=True):
        if not isinstance(item, str):
            units += encode(item, start, labels, resolve)
    for start, extra in payloads:
        units += [0] * (start - len(units)) + extra
    return units


def labelled(code: Sequence[Instruction]) -> dict[str, int]:
    """The address of each label."""
    found, at = {}, 0
    for item in code:
        if isinstance(item, str):
            found[item] = at
        else:
            at += width(item)
    return found


def has_payload(item: Instruction) -> bool:
    """Whether the instruction brings its table, and not just an offset or a label."""
    return not isinstance(item, str) and item[0] in PAYLOADS and (len(item) == 4 or isinstance(item[2], dict))


def width(item: tuple[Any, ...]) -> int:
    """Code units of one instruction."""
    return len(item) - 1 if item[0] == "raw" else int(table()[item[0]][1][0])


def payload(item: tuple[Any, ...], start: int, labels: dict[str, int]) -> list[int]:
    """The table that a switch or array instruction points at."""
    if item[0] == "packed-switch":
        _, _, first, targets = item
        return words(struct.pack("<HHi", 0x100, len(targets), first) + offsets(targets, start, labels))
    if item[0] == "sparse-switch":
        keys = sorted(item[2])
        head = struct.pack(f"<HH{len(keys)}i", 0x200, len(keys), *keys)
        return words(head + offsets([item[2][key] for key in keys], start, labels))
    _, _, size, values = item
    body = b"".join((value & ((1 << 8 * size) - 1)).to_bytes(size, "little") for value in values)
    return words(struct.pack("<HHI", 0x300, size, len(values)) + body + b"\0" * (len(body) & 1))


def offsets(targets: Sequence[str | int], start: int, labels: dict[str, int]) -> bytes:
    """Branch targets relative to the switch."""
    return struct.pack(f"<{len(targets)}i", *(branch(target, start, labels) for target in targets))


def words(data: bytes) -> list[int]:
    """Bytes as little-endian code units."""
    return list(struct.unpack(f"<{len(data) // 2}H", data))


def branch(target: str | int, start: int, labels: dict[str, int]) -> int:
    """A label's distance from the instruction at `start`."""
    return target if isinstance(target, int) else labels[target] - start


def encode(item: tuple[Any, ...], start: int, labels: dict[str, int], resolve: Resolve) -> list[int]:
    """One instruction."""
    if item[0] == "raw":
        return list(item[1:])
    opcode, form, kind = table()[item[0]]
    ops = list(item[1:])
    if has_payload(item):
        ops = [ops[0], labels[f"payload@{start}"] - start]
    if form[-1] == "t":
        ops[-1] = branch(ops[-1], start, labels)
    if kind != "-":
        at = 1 if form in {"45cc", "4rcc"} else -1
        ops[at] = ops[at] if isinstance(ops[at], int) else resolve(kind, ops[at])
    if form in {"45cc", "4rcc"}:
        ops[2] = resolve("proto", ops[2])
    return FORMATS[form](opcode, *ops)


def low(value: int) -> int:
    """The low 16 bits."""
    return value & 0xFFFF


def list_of_five(opcode: int, registers: Sequence[int], index: int) -> list[int]:
    """Format 35c."""
    args = [*registers, 0, 0, 0, 0, 0][:5]
    first = opcode | args[4] << 8 | len(registers) << 12
    return [first, index, args[0] | args[1] << 4 | args[2] << 8 | args[3] << 12]


def list_in_a_row(opcode: int, registers: Sequence[int], index: int) -> list[int]:
    """Format 3rc: the registers must be consecutive."""
    return [opcode | len(registers) << 8, index, registers[0] if registers else 0]


FORMATS: dict[str, Callable[..., list[int]]] = {
    "10x": lambda o: [o],
    "12x": lambda o, a, b: [o | a << 8 | b << 12],
    "11n": lambda o, a, b: [o | a << 8 | (b & 15) << 12],
    "11x": lambda o, a: [o | a << 8],
    "10t": lambda o, a: [o | (a & 255) << 8],
    "20t": lambda o, a: [o, low(a)],
    "22x": lambda o, a, b: [o | a << 8, b],
    "21t": lambda o, a, b: [o | a << 8, low(b)],
    "21s": lambda o, a, b: [o | a << 8, low(b)],
    "21h": lambda o, a, b: [o | a << 8, low(b)],
    "21c": lambda o, a, b: [o | a << 8, b],
    "23x": lambda o, a, b, c: [o | a << 8, b | c << 8],
    "22b": lambda o, a, b, c: [o | a << 8, b | (c & 255) << 8],
    "22t": lambda o, a, b, c: [o | a << 8 | b << 12, low(c)],
    "22s": lambda o, a, b, c: [o | a << 8 | b << 12, low(c)],
    "22c": lambda o, a, b, c: [o | a << 8 | b << 12, c],
    "30t": lambda o, a: [o, low(a), low(a >> 16)],
    "32x": lambda o, a, b: [o, a, b],
    "31i": lambda o, a, b: [o | a << 8, low(b), low(b >> 16)],
    "31t": lambda o, a, b: [o | a << 8, low(b), low(b >> 16)],
    "31c": lambda o, a, b: [o | a << 8, low(b), low(b >> 16)],
    "35c": list_of_five,
    "3rc": list_in_a_row,
    "45cc": lambda o, regs, index, proto: [*list_of_five(o, regs, index), proto],
    "4rcc": lambda o, regs, index, proto: [*list_in_a_row(o, regs, index), proto],
    "51l": lambda o, a, b: [o | a << 8, low(b), low(b >> 16), low(b >> 32), low(b >> 48)],
}
