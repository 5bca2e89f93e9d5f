"""Changes that know no format: bits, bytes, stretches, ends."""

from random import Random

from tests.mutation.fields import EDGES, STEPS, TIMES

_HEADS = (16, 128, 4_096)
"""Most of what a reader decides is decided by the first bytes and the last."""


def _place(draw: Random, size: int) -> int:
    """An offset below `size`: heads and tails more often than the middle."""
    near = draw.choice((*_HEADS, size, size))
    at = draw.randrange(min(size, near))
    return size - 1 - at if draw.random() < 0.25 else at


def _stretch(draw: Random, size: int) -> slice:
    start = _place(draw, size)
    return slice(start, start + draw.choice((1, 2, 4, 16, 256, 4_096)))


def _flip(draw: Random, made: bytearray) -> None:
    made[_place(draw, len(made))] ^= 1 << draw.randrange(8)


def _set(draw: Random, made: bytearray) -> None:
    made[_place(draw, len(made))] = draw.choice((0, 1, 0x7F, 0x80, 0xFF, draw.randrange(256)))


def _number(draw: Random, made: bytearray) -> None:
    width = draw.choice((2, 4, 8))
    at = _place(draw, len(made)) & -width
    value = draw.choice((*EDGES, len(made), len(made) + draw.choice(STEPS)))
    made[at : at + width] = (value & ((1 << 8 * width) - 1)).to_bytes(width, draw.choice(("little", "little", "big")))


def _insert(draw: Random, made: bytearray) -> None:
    at = _place(draw, len(made))
    made[at:at] = draw.choice((draw.randbytes(draw.choice((1, 4, 64))), bytes(draw.choice((1, 4, 4_096)))))


def _delete(draw: Random, made: bytearray) -> None:
    del made[_stretch(draw, len(made))]


def _repeat(draw: Random, made: bytearray) -> None:
    where = _stretch(draw, len(made))
    made[where.stop : where.stop] = made[where] * draw.choice((1, 2, 16))


def _move(draw: Random, made: bytearray) -> None:
    where = _stretch(draw, len(made))
    taken = bytes(made[where])
    at = _place(draw, len(made))
    made[at : at + len(taken)] = taken


_WAYS = (_flip, _flip, _set, _set, _number, _number, _insert, _delete, _repeat, _move)


def scribble(draw: Random, data: bytes) -> bytes:
    """A few bytes changed, added, taken away or moved."""
    made = bytearray(data)
    for _ in range(draw.choice((*TIMES, 32))):
        if made:
            draw.choice(_WAYS)(draw, made)
    return bytes(made)


def truncate(draw: Random, data: bytes) -> bytes:
    """The file without its end, or without its beginning."""
    if len(data) < 2:
        return b""
    at = draw.choice((draw.randrange(1, len(data)), len(data) - draw.randrange(1, min(len(data), 70_000))))
    return data[at:] if draw.random() < 0.1 else data[:at]


def splice(draw: Random, data: bytes, other: bytes) -> bytes:
    """The first part of one file, then the last part of another; or one in the middle of the other."""
    if not data or not other:
        return data + other
    first, second = draw.randrange(len(data)), draw.randrange(len(other))
    if draw.random() < 0.7:
        return data[:first] + other[second:]
    return data[:first] + other[second : second + draw.choice((16, 512, 65_536))] + data[first:]
