"""Numbers in a file and what to write there: the step that every mutator of a binary format is made of."""

from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

EDGES = (0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0xFFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Values next to which counts and offsets overflow, change their sign or mean "none"."""
STEPS = (-16, -4, -2, -1, 1, 2, 4, 16)
TIMES = (1, 1, 1, 2, 3, 8)


class Field(NamedTuple):
    """Where a number lies, its bytes, and their order."""

    offset: int
    width: int
    order: str = "little"


Picker = Callable[[Random, bytes], Field | None]
"""Finds one field of a format in some bytes; None when there is none (the bytes are not of that format)."""


def dice(seed: int | str) -> Random:
    """The source of one case: the same seed gives the same case on every machine."""
    return Random(seed)  # noqa: S311 - repeatable, not secret


def read(data: bytes | bytearray, field: Field) -> int:
    return int.from_bytes(data[field.offset : field.offset + field.width], field.order)


def write(data: bytearray, field: Field, value: int) -> None:
    value &= (1 << 8 * field.width) - 1
    data[field.offset : field.offset + field.width] = value.to_bytes(field.width, field.order)


def inside(data: bytes | bytearray, field: Field | None) -> bool:
    return field is not None and field.offset >= 0 and field.offset + field.width <= len(data)


def odd_number(draw: Random, old: int, size: int, width: int) -> int:
    """A number on which a reader of a file of `size` bytes may trip, in place of `old`."""
    kind = draw.randrange(6)
    if kind == 0:
        return draw.choice(EDGES)
    if kind == 1:
        return old + draw.choice(STEPS)
    if kind == 2:
        return size + draw.choice(STEPS)
    if kind == 3:
        return draw.randrange(size + 1)
    if kind == 4:
        return old ^ (1 << draw.randrange(8 * width))
    return draw.getrandbits(8 * width)


def poke(draw: Random, data: bytes, pick: Picker, times: int = 0) -> bytes:
    """Some fields of a format overwritten: by an odd number, or by what another field of the same width holds."""
    made = bytearray(data)
    for _ in range(times or draw.choice(TIMES)):
        field = pick(draw, data)
        if field is None or not inside(made, field):
            continue
        other = pick(draw, data) if draw.random() < 0.2 else None
        if other is not None and other.width == field.width and inside(made, other):
            write(made, field, read(made, other))
        else:
            write(made, field, odd_number(draw, read(made, field), len(data), field.width))
    return bytes(made)


def one_of(draw: Random, base: int, layout: Sequence[int], order: str = "little") -> Field:
    """A field of a record at `base` whose fields have these widths, one after the other."""
    number = draw.randrange(len(layout))
    return Field(base + sum(layout[:number]), layout[number], order)


def u32(data: bytes, offset: int) -> int:
    """The number at `offset`; 0 past the end."""
    return int.from_bytes(data[offset : offset + 4], "little") if 0 <= offset <= len(data) - 4 else 0


def u16(data: bytes, offset: int) -> int:
    """As `u32`, of two bytes."""
    return int.from_bytes(data[offset : offset + 2], "little") if 0 <= offset <= len(data) - 2 else 0
