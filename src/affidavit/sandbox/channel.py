"""What a worker says to its parent over one pipe: frames with a kind and a bounded length, never code."""

import os
import select
import struct
import time
from collections.abc import Iterator, Mapping
from typing import Final

_HEAD: Final = struct.Struct("<cI")
_READ: Final = 1 << 20
MOST: Final = 50_000
"""Frames of one worker: it reports twenty times a second at most, which is 13,000 in the time that it has."""

Frame = tuple[bytes, bytes]
"""Kind (one byte) and body."""


class ChannelError(ValueError):
    """The worker does not keep to the form of frames."""


def send(handle: int, kind: bytes, body: bytes) -> None:
    """Write one frame, whole.

    Raises:
        OSError: nobody reads any more.
    """
    for part in (_HEAD.pack(kind, len(body)), body):
        view = memoryview(part)
        while view:
            view = view[os.write(handle, view) :]


def frames(handle: int, until: float, longest: Mapping[bytes, int]) -> Iterator[Frame]:
    """The frames that come in, until the other end closes.

    Args:
        handle: the reading end of the pipe.
        until: when to give up, on the clock of `time.monotonic`.
        longest: the kinds that there are, and how many bytes each may have.

    Raises:
        TimeoutError: it is later than `until`.
        ChannelError: a frame is of another kind or longer than any of its kind, the last one is cut off, or there are
            more than `MOST`.
    """
    waiting, left = bytearray(), MOST
    while True:
        while len(waiting) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(waiting)
            if length > longest.get(kind, -1) or not left:
                raise ChannelError(f"a frame of {length} bytes, and {left} may still come")
            if len(waiting) < _HEAD.size + length:
                break
            yield kind, bytes(memoryview(waiting)[_HEAD.size : _HEAD.size + length])
            del waiting[: _HEAD.size + length]
            left -= 1
        piece = _next(handle, until)
        if not piece:
            break
        waiting += piece
    if waiting:
        raise ChannelError("the last frame is cut off")


def _next(handle: int, until: float) -> bytes:
    """Some bytes; none when the other end has closed."""
    left = until - time.monotonic()
    waiter = select.poll()  # `select.select` knows no handle above 1,023
    waiter.register(handle, select.POLLIN)
    if left <= 0 or not waiter.poll(left * 1_000):
        raise TimeoutError
    return os.read(handle, _READ)
