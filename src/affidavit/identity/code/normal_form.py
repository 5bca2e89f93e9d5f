"""Instructions in a form that does not depend on the machine: what a method does, without registers and stack.

Code of Android's machine and of class files comes out alike, so that both can stand side by side. What every compiler
sets anew is left out: moves between registers, loads and stores of variables, jumps without a condition, no-ops.
"""

import re
import struct
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from affidavit.dalvik.disassemble import instructions
from affidavit.dalvik.opcodes import opcodes
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.identity.code import normal_jvm
from affidavit.identity.code.normal_step import Step, cases, plain

__all__ = ["Body", "Step", "body"]

_LEFT_OUT: Final = ("move", "goto", "nop")
_SHORT: Final = re.compile(r"([ais](?:get|put)|return|const)(?!-string|-class|-method).*", re.DOTALL)
_PAYLOADS: Final = (0x0100, 0x0200, 0x0300)
_ARRAY_BYTES: Final = 24
_JUMBO: Final = "31c"
_BITS: Final = {"21s": 16, "22s": 16, "31i": 32, "51l": 64}
_WIDE_HIGH: Final = 0x19


class Body(NamedTuple):
    """What a method does: its steps, and whether there are more of them."""

    steps: tuple[Step, ...]
    cut: bool


def body(unit: Unit, owner: int, most: int) -> Body:
    """The steps of a method.

    Args:
        unit: the code.
        owner: row of the method among those that the unit defines.
        most: how many steps are read.
    """
    if not int(unit.def_code[owner]):
        return Body((), cut=False)
    read = _dex(unit, owner) if unit.form == "dex" else normal_jvm.steps(unit, owner)
    found: list[Step] = []
    for step in read:
        if len(found) == most:
            return Body(tuple(found), cut=True)
        found.append(step)
    return Body(tuple(found), cut=False)


@cache
def _words() -> tuple[tuple[str, str, RefKind | None], ...]:
    """Per opcode the word of its step (empty: left out), its format and what it names."""
    return tuple((_word(each.mnemonic), each.format, each.kind) for each in opcodes())


def _word(mnemonic: str) -> str:
    """The operation without what says where its operands lie, and of what size they are."""
    base = mnemonic.partition("/")[0]
    if base.startswith(_LEFT_OUT):
        return ""
    if match := _SHORT.fullmatch(base):
        return match[1]
    return "switch" if base.endswith("-switch") else base


def _dex(unit: Unit, owner: int) -> Iterator[Step]:
    for pc, width in instructions(unit, owner):
        if not width:
            return
        first, *rest = struct.unpack_from(f"<{min(width, 5)}H", unit.data[0], int(unit.def_code[owner]) + 2 * pc)
        word, form, kind = _words()[first & 0xFF]
        if first in _PAYLOADS or not word:
            continue
        if kind is not None:
            index = rest[0] | rest[1] << 16 if form == _JUMBO else rest[0]
            yield Step(pc, word, kind, index)
        else:
            yield Step(pc, word, value=_value(form, first, rest) or _payload(unit, owner, pc, rest, form))


def _value(form: str, first: int, rest: list[int]) -> str:
    """The number that an instruction holds in words."""
    high = first >> 8
    if form == "11n":
        return str(plain(high >> 4, 4))
    if form in _BITS:
        return str(plain(sum(part << 16 * row for row, part in enumerate(rest)), _BITS[form]))
    if form == "21h":
        return str(plain(rest[0], 16) << (48 if first & 0xFF == _WIDE_HIGH else 16))
    return str(plain(rest[0] >> 8, 8)) if form == "22b" else ""


def _payload(unit: Unit, owner: int, pc: int, rest: list[int], form: str) -> str:
    """The keys of a switch, or what an array is filled with; nothing when there is no such payload."""
    if form != "31t":
        return ""
    data, start = unit.data[0], int(unit.def_code[owner])
    begin = start + 2 * (pc + plain(rest[0] | rest[1] << 16, 32))
    end = start + 2 * int(unit.def_units[owner])
    if not start <= begin <= end - 4:
        return ""
    ident, size = struct.unpack_from("<2H", data, begin)
    if ident == _PAYLOADS[0] and begin + 8 <= end:
        (low,) = struct.unpack_from("<i", data, begin + 4)
        return cases(range(low, low + size))
    if ident == _PAYLOADS[1] and begin + 4 + 4 * size <= end:
        return cases(np.frombuffer(data, "<i4", size, begin + 4).tolist())
    if ident == _PAYLOADS[2] and begin + 8 <= end:
        (count,) = struct.unpack_from("<I", data, begin + 4)
        shown = bytes(data[begin + 8 : min(begin + 8 + min(size * count, _ARRAY_BYTES), end)])
        return f"{count} x {size} bytes {shown.hex()}"
    return ""
