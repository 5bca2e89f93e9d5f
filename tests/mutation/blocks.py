"""The APK Signing Block: sizes, identifiers, signers (AOSP, "APK Signature Scheme v2" and "v3")."""

import struct
from random import Random

from tests.builders import signing
from tests.mutation.fields import EDGES, Field, poke, u32
from tests.mutation.zips import MAGIC, directory_start, end_record

_IDS = (
    signing.V2,
    signing.V3,
    signing.V31,
    signing.STAMP,
    0x2B09189E,
    0x6DFF800D,
    signing.PADDING,
    0x2146444E,
    0x504B4453,
)
"""Identifiers that some reader gives a meaning: schemes, both source stamps, padding, notes of stores."""
_STRIPPING = 0xBEEFF00D
"""The attribute of a v2 signer that says which newer scheme must be there."""


def split(app: bytes) -> tuple[int, int]:
    """Start and end of the block; an empty stretch before the directory when there is none, (-1, -1) without one."""
    end = directory_start(app)
    if end < 0:
        return -1, -1
    if app[end - 16 : end] != MAGIC or end < 32:
        return end, end
    size = int.from_bytes(app[end - 24 : end - 16], "little") + 8
    return (end - size, end) if 32 <= size <= end else (end, end)


def joined(app: bytes, start: int, end: int, block: bytes) -> bytes:
    """The app with another block, the end record pointing at where the directory now is."""
    tail = bytearray(app[end:])
    record = end_record(app) - end
    struct.pack_into("<I", tail, record + 16, start + len(block) & 0xFFFFFFFF)
    return app[:start] + block + bytes(tail)


def pairs_of(block: bytes) -> list[tuple[int, bytes]]:
    """Identifiers and values, as far as the sizes lead."""
    found, at = [], 8
    while at + 12 <= len(block) - 24 and len(found) < 64:
        size, number = struct.unpack_from("<QI", block, at)
        if size < 4 or at + 8 + size > len(block) - 24:
            break
        found.append((number, block[at + 12 : at + 8 + size]))
        at += 8 + size
    return found


def pick(draw: Random, block: bytes) -> Field | None:
    """The sizes around everything, the size or identifier of a pair, or a length somewhere in a signer."""
    if len(block) < 40 or draw.random() < 0.15:
        return draw.choice((Field(0, 8), Field(len(block) - 24, 8), Field(len(block) - 16, 4)))
    at = 8
    for _ in range(draw.randrange(4)):
        after = at + 8 + u32(block, at)
        if after + 12 > len(block) - 24:
            break
        at = after
    if draw.random() < 0.2:
        return draw.choice((Field(at, 8), Field(at + 8, 4)))
    return _inside(draw, block, at + 12)


def _inside(draw: Random, block: bytes, at: int) -> Field:
    """A length, or the first or some byte of what it counts, after going down or sideways a few times."""
    for _ in range(draw.randrange(1, 9)):
        length = u32(block, at)
        down, over = at + 4, at + 4 + length
        if over + 4 > len(block) - 24 or length < 4 or draw.random() < 0.6:
            at = down if length < len(block) else at
        else:
            at = over
    return draw.choice((Field(at, 4), Field(at, 4), Field(at + 4, 1), Field(at + draw.randrange(512), 1)))


def _rearranged(draw: Random, pairs: list[tuple[int, bytes]]) -> bytes:
    """The block with its pairs dropped, repeated, swapped, renamed, emptied, cut or joined by made ones."""
    kind, at = draw.randrange(7), draw.randrange(len(pairs)) if pairs else 0
    if kind == 0 or not pairs:
        made = signing.signers([signing.certificate()], levels=draw.random() < 0.5)
        pairs.insert(at, (draw.choice(_IDS), made))
    elif kind == 1:
        del pairs[at]
    elif kind == 2:
        pairs[at:at] = [pairs[at]] * draw.choice((1, 3, 100))
    elif kind == 3:
        draw.shuffle(pairs)
    elif kind == 4:
        pairs[at] = (draw.choice(_IDS), pairs[at][1])
    elif kind == 5:
        pairs[at] = (pairs[at][0], pairs[at][1][: draw.randrange(len(pairs[at][1]) + 1)])
    else:
        attribute = signing.prefixed(struct.pack("<II", _STRIPPING, draw.choice(EDGES)))
        pairs.append((draw.choice(_IDS), signing.prefixed(signing.signer([b"\x30\x00"], attributes=attribute))))
    return signing.block(*pairs)


def mutate(draw: Random, app: bytes) -> bytes:
    """The block changed by field or by pair, cut short, or put where there was none."""
    start, end = split(app)
    if start < 0:
        return app
    block = app[start:end]
    kind = draw.random()
    if not block or kind < 0.35:
        return joined(app, start, end, _rearranged(draw, pairs_of(block)))
    if kind < 0.42:
        cut = draw.randrange(len(block))
        return joined(app, start, end, block[cut:] if draw.random() < 0.5 else block[:cut] + block[-24:])
    return joined(app, start, end, poke(draw, block, pick))
