"""Native libraries, class files and DER: a picker of fields for each."""

from random import Random

from tests.mutation.fields import EDGES, Field, one_of, poke, u16, u32
from tests.mutation.raw import scribble

_HEADER = {
    1: (1, 1, 1, 1, 8, 2, 2, 4, 4, 4, 4, 4, 2, 2, 2, 2, 2, 2),
    2: (1, 1, 1, 1, 8, 2, 2, 4, 8, 8, 8, 4, 2, 2, 2, 2, 2, 2),
}
"""Widths of the fields of an ELF header after its magic, by class (gABI, "ELF Header")."""
_SEGMENT = {1: (4, 4, 4, 4, 4, 4, 4, 4), 2: (4, 4, 8, 8, 8, 8, 8, 8)}
_SECTION = {1: (4,) * 10, 2: (4, 4, 8, 8, 8, 8, 4, 4, 8, 8)}
_PLACES = {1: ((28, 42), (32, 46)), 2: ((32, 54), (40, 58))}
"""By class: where the header has the offset and the record size (then the count) of segments and of sections."""
_CONSTANTS = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
"""Bytes after the tag of a constant (JVM specification, section 4.4); a text (1) has its length first."""


def pick_elf(draw: Random, data: bytes) -> Field | None:
    """A field of the header, of a segment, of a section, or of what a segment holds (dynamic tags, symbols, notes)."""
    if len(data) < 64 or data[4] not in _HEADER:
        return None
    if draw.random() < 0.3:
        return one_of(draw, 4, _HEADER[data[4]])
    number = draw.randrange(2)
    offset, sizes = _PLACES[data[4]][number]
    layout = (_SEGMENT, _SECTION)[number][data[4]]
    size, count = u16(data, sizes), u16(data, sizes + 2)
    record = u32(data, offset) + size * draw.randrange(max(count, 1))
    if draw.random() < 0.5:
        return one_of(draw, record, layout)
    inner = u32(data, record + sum(layout[: 4 if number else 2 if data[4] == 2 else 1]))
    return Field(inner + 4 * draw.randrange(64), draw.choice((4, 4, 8)))


def elf(draw: Random, data: bytes) -> bytes:
    """A native library with some fields overwritten."""
    return poke(draw, data, pick_elf) if len(data) >= 64 else scribble(draw, data)


def _pool_places(data: bytes) -> tuple[list[int], int]:
    """Offsets of the constants' tags, and where the pool ends."""
    places, at = [], 10
    for _ in range(min(int.from_bytes(data[8:10], "big"), 20_000)):
        if at >= len(data):
            break
        places.append(at)
        tag = data[at]
        text = int.from_bytes(data[at + 1 : at + 3], "big")
        at += 3 + text if tag == 1 else 1 + _CONSTANTS.get(tag, 0)
        if tag not in _CONSTANTS and tag != 1:
            break
    return places[:-1] or [10], places[-1] if places else 10


def pick_class(draw: Random, data: bytes) -> Field | None:
    """A constant's tag, length or index; or a number of what follows the pool (members, attributes, code)."""
    if len(data) < 24:
        return None
    places, end = _pool_places(data)
    kind = draw.randrange(5)
    if kind == 0:
        return Field(8, 2, "big")
    if kind == 1:
        return Field(draw.choice(places), 1)
    if kind == 2:
        return Field(draw.choice(places) + 1, 2, "big")
    return Field(min(end, len(data) - 2) + draw.randrange(max(len(data) - end, 1)), draw.choice((1, 2, 4)), "big")


def class_file(draw: Random, data: bytes) -> bytes:
    """A class file with some fields overwritten."""
    return poke(draw, data, pick_class) if len(data) >= 24 else scribble(draw, data)


def pick_der(draw: Random, data: bytes) -> Field | None:
    """A tag, a length or a byte of content of a value, found by going down at random (X.690)."""
    at, end = 0, len(data)
    for _ in range(draw.choice((0, 1, 2, 3, 5, 8, 12))):
        start, stop = _content(data, at)
        if not data[at : at + 1] or not data[at] & 0x20 or start >= stop or stop > end:
            break
        siblings = [start]
        while len(siblings) < 12 and (after := _content(data, siblings[-1])[1]) < stop and after > siblings[-1]:
            siblings.append(after)
        at, end = draw.choice(siblings), stop
    start, stop = _content(data, at)
    return draw.choice((Field(at, 1), Field(at + 1, 1), Field(at + 2, 1), Field(start, 1), Field(max(stop - 1, 0), 1)))


def _content(data: bytes, at: int) -> tuple[int, int]:
    """Start and end of the content of the value at `at`."""
    if at + 2 > len(data):
        return len(data), len(data)
    first = data[at + 1]
    if first < 0x80:
        return at + 2, at + 2 + first
    width = first & 0x7F
    return at + 2 + width, at + 2 + width + int.from_bytes(data[at + 2 : at + 2 + min(width, 8)], "big")


def der(draw: Random, data: bytes) -> bytes:
    """A DER structure with tags, lengths or contents overwritten; sometimes nested in itself."""
    if draw.random() < 0.1:
        return _deep(draw) + data
    return poke(draw, data, pick_der) if draw.random() < 0.8 else scribble(draw, data)


def _deep(draw: Random) -> bytes:
    """Sequences in sequences, of a stated or an impossible length."""
    length = draw.choice((b"\x80", b"\x84" + draw.choice(EDGES).to_bytes(4, "big"), b"\x83\x00\xff\xff"))
    return (b"\x30" + length) * draw.choice((1, 100, 3_000))
