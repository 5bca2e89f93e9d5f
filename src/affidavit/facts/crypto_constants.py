"""Constants of cryptographic algorithms in arrays: the payloads of dex code and the read-only data of native libraries.

A table shows that code which looks like an algorithm is there, not that it is used, and its absence shows nothing: the
platform brings the same algorithms along, and tables can be computed.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from affidavit import knowledge

_PAYLOAD = 0x0300
"""Identifier of a fill-array-data payload (dex format, section fill-array-data-payload format)."""
_HITS = 10_000


class Constant(msgspec.Struct, frozen=True):
    """A table: its first elements as hex, most significant digit first, `width` bytes each."""

    id: str
    title: str
    source: str
    width: int
    words: str


class _Document(msgspec.Struct, frozen=True):
    source: str
    licence: str
    constants: tuple[Constant, ...]


class Found(NamedTuple):
    """A constant at a byte offset."""

    constant: Constant
    offset: int


@cache
def needles() -> tuple[tuple[bytes, Constant], ...]:
    """Every table in both byte orders, as the bytes to look for; not those that start with zeros, which are everywhere.

    Raises:
        KnowledgeError: ``knowledge/crypto`` is missing or breaks its schema.
    """
    found: dict[bytes, Constant] = {}
    for document in knowledge.load("crypto", _Document).values():
        for constant in document.constants:
            big = bytes.fromhex(constant.words)
            words = [big[at : at + constant.width] for at in range(0, len(big), constant.width)]
            found[big] = constant
            found[b"".join(word[::-1] for word in words)] = constant
    return tuple((needle, found[needle]) for needle in sorted(found) if any(needle[:4]))


def find_in_native(data: bytes) -> Iterator[Found]:
    """Constants at 4-byte aligned offsets of a native library (compilers align arrays), in order of offset."""
    halves = np.frombuffer(data, dtype="<u2", count=len(data) // 4 * 2)
    likely = np.zeros(1 << 16, dtype=np.bool_)
    likely[[int.from_bytes(needle[:2], "little") for needle, _ in needles()]] = True
    rows = np.flatnonzero(np.take(likely, halves[::2]))
    words = halves.view("<u4")
    rows = rows[_is_head(words[rows])]
    yield from _confirmed(data, (rows[:_HITS] * 4).tolist())


def find_in_dex(data: bytes) -> Iterator[Found]:
    """Constants at the start of array payloads of a dex file; payloads are 4-byte aligned."""
    words = np.frombuffer(data, dtype="<u4", count=len(data) // 4)
    widths = words >> 16
    rows = np.flatnonzero(((words & 0xFFFF) == _PAYLOAD) & ((widths == 1) | (widths == 4) | (widths == 8)))
    rows = rows[rows + 2 < len(words)]
    rows = rows[_is_head(words[rows + 2])]
    yield from _confirmed(data, (rows[:_HITS] * 4 + 8).tolist())


def _is_head(words: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Whether each word begins a needle (numpy's own test of membership imports masked arrays: 10 ms)."""
    heads = _heads()
    found: npt.NDArray[np.bool_] = heads[np.minimum(np.searchsorted(heads, words), len(heads) - 1)] == words
    return found


def _heads() -> npt.NDArray[np.uint32]:
    """The first four bytes of every needle, as little-endian numbers."""
    return np.array(sorted({int.from_bytes(needle[:4], "little") for needle, _ in needles()}), dtype=np.uint32)


def _confirmed(data: bytes, offsets: list[int]) -> Iterator[Found]:
    """Those of `offsets` at which a whole table stands."""
    for offset in offsets:
        for needle, constant in needles():
            if data.startswith(needle, offset):
                yield Found(constant, offset)
                break
