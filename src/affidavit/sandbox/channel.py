"""What a worker says to its parent over one pipe: frames with a kind and a bounded length, never code."""

import os
import select
import struct
import time
from collections.abc import Iterator
from typing import Final

_HEAD: Final = struct.Struct("<cI")
_READ: Final = 1 << 20
LONGEST: Final = 1 << 30
"""Most bytes of one frame that are taken from a worker, which hostile bytes may have taken over."""

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


def frames(handle: int, until: float) -> Iterator[Frame]:
    """The frames that come in, until the other end closes.

    Args:
        handle: the reading end of the pipe.
        until: when to give up, on the clock of `time.monotonic`.

    Raises:
        TimeoutError: it is later than `until`.
        ChannelError: a frame is longer than any has to be, or the last one is cut off.
    """
    waiting = bytearray()
    while True:
        while len(waiting) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(waiting)
            if length > LONGEST:
                raise ChannelError(f"a frame of {length} bytes")
            if len(waiting) < _HEAD.size + length:
                break
            yield kind, bytes(memoryview(waiting)[_HEAD.size : _HEAD.size + length])
            del waiting[: _HEAD.size + length]
        piece = _next(handle, until)
        if not piece:
            break
        waiting += piece
    if waiting:
        raise ChannelError("the last frame is cut off")


def _next(handle: int, until: float) -> bytes:
    """Some bytes; none when the other end has closed."""
    left = until - time.monotonic()
    if left <= 0 or not select.select([handle], [], [], left)[0]:
        raise TimeoutError
    return os.read(handle, _READ)
