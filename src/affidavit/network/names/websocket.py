"""One direction of a WebSocket read message by message.

Sources: RFC 6455, section 5 (frames; a client's are masked), RFC 7692 (compression, whose window goes on from message
to message unless the sides have agreed otherwise).
"""

import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from affidavit.network.names.http1 import LARGE, MISSING

MOST: Final = 1 << 20
"""Bytes of one message that are kept, packed and unpacked."""
_CONTINUED, _TEXT, _BINARY = 0, 1, 2
_END: Final = b"\x00\x00\xff\xff"


class Spoken(NamedTuple):
    """A message of text or bytes. `cut`: why it is not whole."""

    data: bytes
    cut: str


class Reader:
    """One direction.

    Args:
        packed: whether the sides agreed on compression.
        fresh: whether its window begins anew with each message.

    Attributes:
        problem: why nothing more is read.
    """

    def __init__(self, *, packed: bool = False, fresh: bool = False) -> None:
        self.problem = ""
        self._packed = packed
        self._fresh = fresh
        self._window = zlib.decompressobj(-15)
        self._data = bytearray()
        self._message = bytearray()
        self._is_packed = self._is_open = False
        self._cut = ""

    @property
    def held(self) -> int:
        """Bytes that wait for more."""
        return len(self._data) + len(self._message)

    def feed(self, piece: bytes | int) -> Iterator[Spoken]:
        """Take bytes in order; after a gap nothing can be read."""
        if isinstance(piece, int):
            self.problem = self.problem or MISSING
        if self.problem or isinstance(piece, int):
            self._data.clear()
            self._message.clear()
            return
        self._data += piece
        while not self.problem:
            frame = self._frame()
            if frame is None:
                return
            yield from self._take(*frame)

    def _frame(self) -> tuple[int, bytes] | None:
        """The first two bits and the kind of the next frame, and its content without its mask."""
        data = self._data
        if len(data) < 2:
            return None
        at = 2 + {126: 2, 127: 8}.get(data[1] & 0x7F, 0)
        masked = 4 if data[1] & 0x80 else 0
        if len(data) < at + masked:
            return None
        size = int.from_bytes(data[2:at], "big") if at > 2 else data[1] & 0x7F
        if size > MOST or data[0] & 0x30 or (data[0] & 0x40 and not self._packed):
            self.problem = f"a frame of {size} bytes, or of no known kind, is not read"
            return None
        if len(data) < at + masked + size:
            return None
        mask, content = bytes(data[at : at + masked]), bytes(data[at + masked : at + masked + size])
        first = data[0]
        del data[: at + masked + size]
        if masked and size:
            key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
            content = (int.from_bytes(content, "big") ^ key).to_bytes(size, "big")
        return first, content

    def _take(self, first: int, content: bytes) -> Iterator[Spoken]:
        kind = first & 0x0F
        if kind in (_TEXT, _BINARY):
            self._message.clear()
            self._is_packed, self._cut, self._is_open = bool(first & 0x40), "", True
        elif kind != _CONTINUED or not self._is_open:
            return
        if len(self._message) + len(content) > MOST:
            self._cut = LARGE
        else:
            self._message += content
        if first & 0x80:
            self._is_open = False
            yield self._whole()
            self._message.clear()

    def _whole(self) -> Spoken:
        data = bytes(self._message)
        if not self._is_packed or self._cut:
            if self._is_packed:
                self.problem = "a message that others are compressed against is too large"
            return Spoken(data, self._cut)
        if self._fresh:
            self._window = zlib.decompressobj(-15)
        try:
            plain = self._window.decompress(data + _END, MOST)
        except zlib.error:
            self.problem = "a message cannot be unpacked"
            return Spoken(data, self.problem)
        if self._window.unconsumed_tail:
            self.problem = "a message unpacks to more than is read"
            return Spoken(plain, LARGE)
        if self._window.eof and not self._fresh:
            self.problem = "a message ends the stream that others are compressed in"
        return Spoken(plain, "")
