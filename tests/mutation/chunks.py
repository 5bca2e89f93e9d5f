"""Binary XML and resource tables: chunks in chunks (AOSP androidfw, ResourceTypes.h)."""

import struct
from random import Random
from typing import NamedTuple

from tests.mutation.fields import EDGES, Field, one_of, poke, u16, u32

_POOL, _TABLE, _XML, _MAP = 0x0001, 0x0002, 0x0003, 0x0180
_START, _PACKAGE, _TYPE, _SPEC = 0x0102, 0x0200, 0x0201, 0x0202
_NESTING = frozenset({_TABLE, _XML, _PACKAGE})
_KINDS = (_POOL, _TABLE, _XML, 0x100, 0x101, _START, 0x103, 0x104, 0x17F, _MAP, _PACKAGE, _TYPE, _SPEC, 0x203, 0x206)
_MOST = 4_000
_HEADER = (2, 2, 4)
_BODIES = {
    _POOL: (4, 4, 4, 4, 4),
    _TABLE: (4,),
    _PACKAGE: (4, 2, 2, 4, 4, 4, 4, 4),
    _TYPE: (1, 1, 2, 4, 4, 4, 2, 2, 2, 2),
    _SPEC: (1, 1, 2, 4),
    _START: (4, 4, 4, 4, 2, 2, 2, 2, 2, 2),
}
"""Widths of the fields after the header of a chunk, by its type."""
_ATTRIBUTE = (4, 4, 4, 2, 1, 1, 4)
_ENTRY = (2, 2, 4, 2, 1, 1, 4)


class Chunk(NamedTuple):
    """Where a chunk lies, what it states, and how deep it is."""

    offset: int
    kind: int
    header: int
    size: int
    depth: int

    @property
    def end(self) -> int:
        return self.offset + self.size


def walk(data: bytes) -> list[Chunk]:
    """The chunks that can be reached, in file order."""
    found: list[Chunk] = []
    stack = [(0, len(data), 0)]
    while stack and len(found) < _MOST:
        at, end, depth = stack.pop()
        if at + 8 > end:
            continue
        kind, header, size = struct.unpack_from("<HHI", data, at)
        if header < 8 or size < header or at + size > end:
            continue
        found.append(Chunk(at, kind, header, size, depth))
        stack.append((at + size, end, depth))
        if kind in _NESTING and depth < 3:
            stack.append((at + header, at + size, depth + 1))
    return found


def pick(draw: Random, data: bytes) -> Field | None:
    """A field of some chunk: its header, its fixed part, or one of the records in it."""
    chunks = walk(data)
    return _field(draw, data, draw.choice(chunks)) if chunks else None


def _field(draw: Random, data: bytes, chunk: Chunk) -> Field:
    if draw.random() < 0.3:
        return one_of(draw, chunk.offset, _HEADER)
    if chunk.kind in _BODIES and draw.random() < 0.5:
        return one_of(draw, chunk.offset + 8, _BODIES[chunk.kind])
    if chunk.kind == _POOL:
        return _of_pool(draw, data, chunk)
    if chunk.kind == _START:
        return one_of(draw, chunk.offset + 36 + 20 * draw.randrange(max(u16(data, chunk.offset + 28), 1)), _ATTRIBUTE)
    if chunk.kind == _TYPE:
        return _of_type(draw, data, chunk)
    return Field(chunk.offset + (draw.randrange(chunk.size) & ~3), 4)


def _of_pool(draw: Random, data: bytes, chunk: Chunk) -> Field:
    """The offset of a string, or the bytes with its length."""
    count, start = u32(data, chunk.offset + 8), u32(data, chunk.offset + 20)
    at = chunk.offset + chunk.header + 4 * draw.randrange(max(min(count, chunk.size // 4), 1))
    return Field(at, 4) if draw.random() < 0.5 else Field(chunk.offset + start + u32(data, at), draw.choice((1, 2)))


def _of_type(draw: Random, data: bytes, chunk: Chunk) -> Field:
    """The offset of an entry, or the entry itself."""
    count, start = u32(data, chunk.offset + 12), u32(data, chunk.offset + 16)
    at = chunk.offset + chunk.header + 4 * draw.randrange(max(min(count, chunk.size // 4), 1))
    if draw.random() < 0.4:
        return Field(at, 4)
    where = u32(data, at)
    return one_of(draw, chunk.offset + start + (0 if where == 0xFFFFFFFF else where), _ENTRY)


def mutate(draw: Random, data: bytes) -> bytes:
    """Fields overwritten, or whole chunks repeated, dropped, swapped, retyped or piled up."""
    if draw.random() < 0.6:
        return poke(draw, data, pick)
    chunks = [chunk for chunk in walk(data) if chunk.depth]
    if not chunks:
        return poke(draw, data, pick)
    made = _rearranged(draw, data, draw.choice(chunks), draw.choice(chunks))
    return _resized(data, made) if draw.random() < 0.7 else made


def _rearranged(draw: Random, data: bytes, one: Chunk, two: Chunk) -> bytes:
    kind = draw.randrange(6)
    piece = data[one.offset : one.end]
    if kind == 0:
        return data[: one.offset] + data[one.end :]
    if kind == 1:
        return data[: one.offset] + piece * draw.choice((2, 3, 500)) + data[one.end :]
    if kind == 2:
        return data[: one.offset] + data[two.offset : two.end] + data[one.end :]
    if kind == 3:
        return data[: one.offset] + struct.pack("<H", draw.choice(_KINDS)) + data[one.offset + 2 :]
    if kind == 4:
        return data[: two.offset] + piece + data[two.offset :]
    lie = struct.pack("<HHI", draw.choice(_KINDS), 8, draw.choice((8, 12, *EDGES)) & 0xFFFFFFFF)
    return data[: one.offset] + lie + data[one.offset :]


def _resized(before: bytes, after: bytes) -> bytes:
    """The outermost chunk, and a package around what changed, said to be as long as they now are."""
    made = bytearray(after)
    grown = len(after) - len(before)
    for chunk in walk(before):
        if chunk.kind in _NESTING and chunk.size + grown > 0 and chunk.offset + 8 <= len(made):
            struct.pack_into("<I", made, chunk.offset + 4, chunk.size + grown & 0xFFFFFFFF)
    return bytes(made)
