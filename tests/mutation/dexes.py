"""Dex files: header, tables, class data, code, map ("Dalvik executable format", source.android.com)."""

import hashlib
import struct
import zlib
from collections.abc import Callable
from random import Random

from tests.mutation.fields import Field, one_of, poke, u16, u32

_TABLES = {
    0x38: (4,),
    0x40: (4,),
    0x48: (4, 4, 4),
    0x50: (2, 2, 4),
    0x58: (2, 2, 4),
    0x60: (4, 4, 4, 4, 4, 4, 4, 4),
}
"""Where the header has a table's count and offset -> widths of the fields of a record."""
_CODE = (2, 2, 2, 2, 4, 4)
_TRY = (4, 2, 2)
_MAP_ITEM = (2, 2, 4, 4)
_STRINGS, _CLASSES = 0x38, 0x60


def _uleb(data: bytes, at: int) -> tuple[int, int]:
    """Value and offset after it."""
    value = shift = 0
    while at < len(data) and shift < 35:
        value |= (data[at] & 0x7F) << shift
        at += 1
        shift += 7
        if data[at - 1] < 0x80:
            break
    return value, at


def _record(draw: Random, data: bytes, table: int) -> int:
    """Offset of some record of a table."""
    count, start = u32(data, table), u32(data, table + 4)
    width = sum(_TABLES[table])
    return start + width * draw.randrange(max(min(count, len(data) // width), 1))


def _of_header(draw: Random, data: bytes) -> Field:
    return Field(draw.randrange(0x20, 0x70, 4), 4)


def _of_table(draw: Random, data: bytes) -> Field:
    table = draw.choice(list(_TABLES))
    return one_of(draw, _record(draw, data, table), _TABLES[table])


def _of_string(draw: Random, data: bytes) -> Field:
    """The length of a string, or one of its bytes."""
    return Field(u32(data, _record(draw, data, _STRINGS)) + draw.choice((0, 0, 1, 2, 5)), 1)


def _of_class(draw: Random, data: bytes) -> Field:
    """A byte of a list of interfaces, of annotations, of class data or of static values."""
    start = u32(data, _record(draw, data, _CLASSES) + draw.choice((12, 20, 24, 24, 24, 28)))
    return Field(start + draw.randrange(24), draw.choice((1, 1, 4)))


def _codes(data: bytes, record: int) -> list[int]:
    """Offsets of the code of the first methods of a class."""
    at = u32(data, record + 24)
    if not at:
        return []
    counts = []
    for _ in range(4):
        value, at = _uleb(data, at)
        counts.append(value)
    for _ in range(2 * min(counts[0] + counts[1], 1_000)):
        _, at = _uleb(data, at)
    found = []
    for _ in range(min(counts[2] + counts[3], 50)):
        _, at = _uleb(data, at)
        _, at = _uleb(data, at)
        code, at = _uleb(data, at)
        found.append(code)
    return [code for code in found if code]


def _of_code(draw: Random, data: bytes) -> Field | None:
    """Code: its header, a unit of an instruction, a try, or the handlers."""
    codes = _codes(data, _record(draw, data, _CLASSES))
    if not codes:
        return None
    code = draw.choice(codes)
    tries, units = u16(data, code + 6), min(u32(data, code + 12), len(data) // 2)
    kind = draw.randrange(4)
    after = code + 16 + 2 * units + (2 * (units & 1) if tries else 0)
    if kind == 0 or not units:
        return one_of(draw, code, _CODE)
    if kind == 1 and tries:
        return one_of(draw, after + 8 * draw.randrange(tries), _TRY)
    if kind == 2 and tries:
        return Field(after + 8 * tries + draw.randrange(12), 1)
    return Field(code + 16 + 2 * draw.randrange(units), draw.choice((1, 2, 4)))


def _of_map(draw: Random, data: bytes) -> Field:
    start = u32(data, 0x34)
    count = min(u32(data, start), 64)
    return one_of(draw, start + 4 + 12 * draw.randrange(max(count, 1)), _MAP_ITEM)


_PARTS: tuple[Callable[[Random, bytes], Field | None], ...]
_PARTS = (_of_header, _of_table, _of_table, _of_string, _of_class, _of_class, _of_code, _of_code, _of_code, _of_map)


def pick(draw: Random, data: bytes) -> Field | None:
    """A field of some part of a dex file."""
    return draw.choice(_PARTS)(draw, data) if len(data) >= 0x70 else None


def mended(data: bytes) -> bytes:
    """The file with the digest, the checksum and the size that are true, so that nothing stops at them."""
    if len(data) < 0x70:
        return data
    made = bytearray(data)
    struct.pack_into("<I", made, 0x20, len(made))
    made[12:32] = hashlib.sha1(made[32:], usedforsecurity=False).digest()
    struct.pack_into("<I", made, 8, zlib.adler32(made[12:]))
    return bytes(made)


def _cut(draw: Random, data: bytes) -> bytes:
    """Without a stretch in the middle, or with a stretch of it twice."""
    start = draw.randrange(len(data))
    stop = start + draw.choice((1, 2, 4, 32, 4_096))
    return data[:start] + data[start:stop] * draw.choice((0, 2)) + data[stop:]


def mutate(draw: Random, data: bytes) -> bytes:
    """Fields overwritten or a stretch moved; the checksum mended more often than not."""
    made = poke(draw, data, pick) if draw.random() < 0.9 or not data else _cut(draw, data)
    return mended(made) if draw.random() < 0.7 else made
