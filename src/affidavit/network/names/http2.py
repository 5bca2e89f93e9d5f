"""One direction of HTTP/2 read frame by frame, with its compressed heads.

Sources: RFC 9113 (frames), RFC 7541 (HPACK, which the library hpack reads). Heads are compressed against all heads
before them: after one that cannot be read, none can.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from hpack import Decoder
from hpack.exceptions import HPACKError

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
MAX_BLOCK: Final = 256 << 10
"""Bytes of a compressed head."""
MAX_LIST: Final = 256 << 10
"""Bytes of a head when it is not compressed."""
MAX_TABLE: Final = 1 << 16
"""Bytes of the table that heads are compressed against; the largest that clients offer."""
MAX_FRAME: Final = 1 << 20
"""Bytes of a frame. Receivers allow 16,384 unless they say more; what is larger is left out in pieces."""
_DATA, _HEADERS, _RESET, _SETTINGS, _PUSH, _CONTINUATION = 0, 1, 3, 4, 5, 9
_END_STREAM, _END_HEADERS, _PADDED, _PRIORITY = 0x1, 0x4, 0x8, 0x20
Headers = tuple[tuple[str, str], ...]


class Head(NamedTuple):
    """Headers of a stream. `promised`: the stream of a request that a server has thought of itself, else 0."""

    stream: int
    headers: Headers
    last: bool
    promised: int = 0


class Data(NamedTuple):
    """Bytes of a body."""

    stream: int
    data: bytes
    last: bool


class Reset(NamedTuple):
    """A stream is given up."""

    stream: int


Frame = Head | Data | Reset


def begins_server(data: bytes) -> bool:
    """Whether bytes begin as a server's do: with settings."""
    return len(data) >= 9 and data[3] == _SETTINGS and not data[4] & ~1 and not any(data[5:9]) and not data[0]


class Reader:
    """One direction.

    Args:
        client: whether it begins with the preface.

    Attributes:
        problem: why nothing more is read; empty while all goes well.
    """

    def __init__(self, *, client: bool) -> None:
        self.problem = ""
        self._preface = PREFACE if client else b""
        self._data = bytearray()
        self._block: bytearray | None = None
        self._of = Head(0, (), last=False)
        self._decoder = Decoder(max_header_list_size=MAX_LIST)
        self._decoder.max_allowed_table_size = MAX_TABLE

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take bytes in order."""
        if self.problem:
            return
        self._data += data
        if self._preface:
            if len(self._data) < len(self._preface):
                return
            if not self._data.startswith(self._preface):
                self.problem = "it does not begin as HTTP/2 does"
                return
            del self._data[: len(self._preface)]
            self._preface = b""
        at = 0
        while len(self._data) - at >= 9 and not self.problem:
            size = int.from_bytes(self._data[at : at + 3], "big")
            if size > MAX_FRAME:
                self.problem = f"a frame is said to have {size} bytes"
                break
            if len(self._data) - at < 9 + size:
                break
            kind, flags = self._data[at + 3], self._data[at + 4]
            stream = int.from_bytes(self._data[at + 5 : at + 9], "big") & 0x7FFFFFFF
            content = bytes(self._data[at + 9 : at + 9 + size])
            at += 9 + size
            yield from self._frame(kind, flags, stream, content)
        del self._data[:at]

    @property
    def held(self) -> int:
        """Bytes that wait for more."""
        return len(self._data) + len(self._block or b"")

    def _frame(self, kind: int, flags: int, stream: int, content: bytes) -> Iterator[Frame]:
        if self._block is not None and (kind != _CONTINUATION or stream != self._of.stream):
            self.problem = "a head is interrupted"
            return
        if flags & _PADDED and kind in (_DATA, _HEADERS, _PUSH):
            padding = content[0] if content else 0
            if padding >= len(content):
                self.problem = "a frame has more padding than bytes"
                return
            content = content[1 : len(content) - padding]
        if kind == _DATA:
            yield Data(stream, content, bool(flags & _END_STREAM))
        elif kind == _RESET:
            yield Reset(stream)
        elif kind == _HEADERS:
            self._of = Head(stream, (), bool(flags & _END_STREAM))
            yield from self._grow(content[5:] if flags & _PRIORITY else content, flags)
        elif kind == _PUSH:
            self._of = Head(stream, (), last=True, promised=int.from_bytes(content[:4], "big") & 0x7FFFFFFF)
            yield from self._grow(content[4:], flags)
        elif kind == _CONTINUATION:
            if self._block is None:
                self.problem = "a head is continued that was not begun"
                return
            yield from self._grow(content, flags)

    def _grow(self, content: bytes, flags: int) -> Iterator[Frame]:
        """Take a piece of a compressed head."""
        block = self._block = bytearray() if self._block is None else self._block
        block += content
        if len(block) > MAX_BLOCK:
            self.problem = f"a head has more than {MAX_BLOCK} bytes"
        elif flags & _END_HEADERS:
            self._block = None
            headers = self._decoded(bytes(block))
            if headers is not None:
                yield self._of._replace(headers=headers)

    def _decoded(self, block: bytes) -> Headers | None:
        try:
            pairs = self._decoder.decode(block, raw=True)
        except (HPACKError, ValueError, IndexError, OverflowError) as error:
            self.problem = f"a head cannot be read: {type(error).__name__}"
            return None
        return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value, *_ in pairs)
