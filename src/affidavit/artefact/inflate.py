"""Inflating bounded: libdeflate for entries whose declared size is true, a bounded walk with zlib for the rest."""

import zlib
from collections.abc import Callable
from typing import Final

import deflate
import msgspec

MAX_RATIO: Final = 1_032
"""Deflate cannot do better: a match of 258 bytes costs at least two bits (RFC 1951, section 3.2)."""
_FEED: Final = 1 << 16
_STEP: Final = 1 << 20
_TICK: Final = 1 << 24


class Inflated(msgspec.Struct, frozen=True):
    """What became of one deflate stream.

    Attributes:
        data: the bytes, or None.
        problem: empty, ``corrupt`` (no complete deflate stream) or ``limit`` (it passes the limit).
        work: bytes that were inflated on the way, kept or not.
    """

    data: bytes | None
    problem: str
    work: int


def inflate(stream: memoryview, declared: int, limit: int, tick: Callable[[], None]) -> Inflated:
    """Inflate a raw deflate stream of at most `limit` bytes.

    A believable declared size is tried first and is the whole cost of an honest entry. If it lies, the real size is
    found by walking the stream without keeping its output, so that a bomb costs time up to `limit` but no memory.

    Args:
        stream: raw deflate data; bytes after its end are ignored, as zlib does.
        declared: size that the container declares.
        limit: most bytes that may come out.
        tick: called every 16 MiB of the walk; may raise to stop it.
    """
    believable = declared <= len(stream) * MAX_RATIO
    if believable and declared > limit:
        return Inflated(None, "limit", 0)
    if believable and (data := _at_size(stream, declared)) is not None:
        return Inflated(data, "", len(data))
    size, problem = _walk(stream, limit, tick)
    if problem:
        return Inflated(None, problem, size)
    data = _at_size(stream, size)
    if data is None:  # zlib reads a stream that libdeflate refuses: Android uses zlib, so zlib decides
        data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(stream, size or 1)
    return Inflated(data, "", 2 * size)


def _at_size(stream: memoryview, size: int) -> bytes | None:
    """The whole output if it has at most `size` bytes, else None (libdeflate does not stop in the middle)."""
    if not size:
        return None  # the binding asks for no room and then reports success whatever the stream holds
    try:
        return bytes(deflate.deflate_decompress(stream, size))
    except deflate.DeflateError:
        return None


def _walk(stream: memoryview, limit: int, tick: Callable[[], None]) -> tuple[int, str]:
    """Size of the output and a problem as in `Inflated`, without keeping the output."""
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    total, next_tick = 0, _TICK
    for start in range(0, len(stream), _FEED):
        feed: memoryview | bytes = stream[start : start + _FEED]
        while feed and not machine.eof:
            try:
                total += len(machine.decompress(feed, _STEP))
            except zlib.error:
                return total, "corrupt"
            if total > limit:
                return total, "limit"
            if total >= next_tick:
                tick()
                next_tick += _TICK
            feed = machine.unconsumed_tail
        if machine.eof:
            return total, ""
    return _drain(machine, total, limit)


def _drain(machine: "zlib._Decompress", total: int, limit: int) -> tuple[int, str]:
    """What is still inside zlib once all input was fed."""
    while not machine.eof:
        try:
            piece = machine.decompress(b"", _STEP)
        except zlib.error:
            return total, "corrupt"
        total += len(piece)
        if total > limit:
            return total, "limit"
        if not piece:
            return total, "corrupt"
    return total, ""
