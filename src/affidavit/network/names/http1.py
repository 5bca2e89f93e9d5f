"""One direction of HTTP/1 read message by message, with bodies as they were sent.

Source: RFC 9112, sections 6 and 7 (where a body ends). What is missing in the capture is counted where a length says
how much it was; else nothing is read until a message begins again at the start of a segment.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Final

from affidavit.network.names import http

MAX_BODY: Final = 16 << 20
"""Bytes of a body that are kept."""
MAX_ALL: Final = 192 << 20
"""Bytes of all bodies that are kept at once."""
_SIZE: Final = re.compile(rb"[ \t]*([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n").match
_DIGITS: Final = re.compile(r"[0-9]{1,18}").fullmatch
_LONGEST_LINE: Final = 4_096
_HEAD, _COUNTED, _UNTIL_END, _CHUNK, _CHUNKED, _CHUNK_END, _TRAILER = range(7)
"""What a reader reads next."""
MISSING: Final = "packets are missing in the capture"
LARGE: Final = "it is larger than what is kept"
ENDED: Final = "the connection or the capture ends before it does"


@dataclass(slots=True)
class Room:
    """What all bodies together may still take."""

    left: int = MAX_ALL


@dataclass(slots=True)
class Body:
    """A body as it grows. `size`: bytes sent. `cut`: why `data` is not all of it."""

    room: Room
    data: bytearray = field(default_factory=bytearray)
    size: int = 0
    cut: str = ""

    def add(self, data: bytes) -> None:
        """Take more of it, as far as there is room."""
        self.size += len(data)
        if self.cut == LARGE:
            return
        kept = min(len(data), MAX_BODY - len(self.data), self.room.left)
        self.data += data[:kept]
        self.room.left -= kept
        if kept < len(data):
            self.cut = LARGE

    def lack(self, size: int) -> None:
        """Some bytes of it are not in the capture."""
        self.size += size
        self.cut = self.cut or MISSING

    def taken(self) -> bytes:
        """Its bytes; they are let go here."""
        self.room.left += len(self.data)
        found, self.data = bytes(self.data), bytearray()
        return found


@dataclass(slots=True)
class Message:
    """A message: its head, and its body, which grows until `whole`."""

    head: http.Request | http.Response
    body: Body
    whole: bool = False


class Reader:
    """One direction.

    Args:
        room: that bodies share.
        method: asked for each response that is not an interim one: the method of the request that it answers. None for
            the direction of requests.

    Attributes:
        opaque: whether another protocol has begun; its bytes are in `rest`. lost: bytes that are in no message.
    """

    __slots__ = (
        "_data",
        "_going",
        "_left",
        "_message",
        "_method",
        "_room",
        "_searching",
        "_step",
        "lost",
        "opaque",
        "rest",
    )

    def __init__(self, room: Room, method: Callable[[], str] | None = None) -> None:
        self.opaque = False
        self.rest = b""
        self.lost = 0
        self._room = room
        self._method = method
        self._data = bytearray()
        self._message: Message | None = None
        self._left = 0
        self._step = _HEAD
        self._searching = False
        self._going = True

    def feed(self, piece: bytes | int) -> Iterator[Message]:
        """Take bytes in order, or a gap of so many.

        Yields:
            a message when its head is read, and again when it is whole.
        """
        if isinstance(piece, int):
            found = self._gap(piece)
            if found is not None:
                yield found
            return
        if self.opaque:
            self.rest += piece
            return
        if self._searching and not self._data and not http.starts(piece):
            self.lost += len(piece)
            return
        self._data += piece
        self._going = True
        while self._going and self._data and not self.opaque:
            found = self._STEPS[self._step](self)
            if found is not None:
                yield found

    def pour(self, data: bytes) -> bool:
        """Take bytes when they are all of a body of known length that goes on after them: the quick way for most."""
        if self._left <= len(data) or self._data or self._message is None:
            return False
        self._left -= len(data)
        self._message.body.add(data)
        return True

    def end(self) -> Message | None:
        """Nothing more comes: a body that lasts until then is whole."""
        message, self._message = self._message, None
        self._left = 0
        if message is not None:
            if self._step != _UNTIL_END and not message.body.cut:
                message.body.cut = ENDED
            message.whole = True
        self.lost += len(self._data)
        self._data.clear()
        self._step = _HEAD
        return message

    @property
    def held(self) -> int:
        """Bytes that wait for more."""
        return len(self._data)

    def switch(self) -> None:
        """From here on another protocol is spoken."""
        self.opaque = True
        self.rest, self._message, self._left = bytes(self._data), None, 0
        self._data.clear()

    def _gap(self, size: int) -> Message | None:
        message = self._message
        if message is not None and (self._step == _UNTIL_END or (self._step == _COUNTED and size <= self._left)):
            message.body.lack(size)
            if self._step == _UNTIL_END:
                return None
            self._left -= size
            return self._counted()
        if message is not None:
            message.body.cut = message.body.cut or MISSING
            self.end()
        self.lost += size + len(self._data)
        self._data.clear()
        self._step, self._searching = _HEAD, True
        return message

    def _head(self) -> Message | None:
        """The head of the next message."""
        while self._data[:2] == b"\r\n" and not self._searching:
            del self._data[:2]  # between messages, which servers overlook (RFC 9112, section 2.2)
        end = self._data.find(b"\r\n\r\n", 0, http.MAX_HEAD)
        raw = bytes(self._data[: http.MAX_HEAD if end < 0 else end + 4])
        head = http.response(raw) if self._method is not None else http.request(raw)
        if head is None or not head.whole:
            self._going = False
            if len(raw) >= http.MAX_HEAD or (head is None and len(raw) >= http.TOLD and not http.starts(raw)):
                self._stray()
            return None
        del self._data[: head.size]
        self._searching = False
        return self._begin(head)

    def _stray(self) -> None:
        """What is there begins no message."""
        self.lost += len(self._data)
        self._data.clear()
        self._searching = True

    def _begin(self, head: http.Request | http.Response) -> Message:
        message = self._message = Message(head, Body(self._room))
        self._step = self._after(head)
        if self._step == _HEAD:
            message.whole, self._message = True, None
        return message

    def _after(self, head: http.Request | http.Response) -> int:
        """How the body of a message is told (RFC 9112, section 6.3)."""
        if isinstance(head, http.Response):
            if head.status < 200:
                return _HEAD
            method = self._method() if self._method is not None else ""
            if method == "HEAD" or head.status in (204, 304) or (method == "CONNECT" and head.status < 300):
                return _HEAD
        coding = head.header("transfer-encoding").lower()
        if coding.endswith("chunked"):
            return _CHUNK
        length = head.header("content-length").partition(",")[0].strip()
        if _DIGITS(length) and not coding:
            self._left = int(length)
            return _COUNTED if self._left else _HEAD
        return _UNTIL_END if isinstance(head, http.Response) else _HEAD

    def _counted(self) -> Message | None:
        """A body of known length."""
        return self._finish() if self._some() else None

    def _some(self) -> bool:
        """Take what is there of a body, or of a chunk of one; whether that was all."""
        message = self._message
        if message is not None and self._left:
            part = bytes(self._data[: self._left])
            del self._data[: self._left]
            self._left -= len(part)
            message.body.add(part)
        return not self._left

    def _finish(self) -> Message | None:
        message, self._message = self._message, None
        self._step = _HEAD
        if message is not None:
            message.whole = True
        return message

    def _until_end(self) -> None:
        """A body that ends with the connection."""
        if self._message is not None:
            self._message.body.add(bytes(self._data))
        self._data.clear()

    def _chunk(self) -> Message | None:
        """The line in front of a chunk."""
        line = _SIZE(self._data[:_LONGEST_LINE])
        if line is None:
            self._going = False
            if b"\n" in self._data[:_LONGEST_LINE] or len(self._data) >= _LONGEST_LINE:
                return self._broken()
            return None
        del self._data[: line.end()]
        self._left = int(line[1], 16)
        self._step = _CHUNKED if self._left else _TRAILER
        return None

    def _chunked(self) -> None:
        if self._some():
            self._step = _CHUNK_END

    def _chunk_end(self) -> Message | None:
        """The empty line after a chunk."""
        if self._data[:1] == b"\n" or self._data[:2] == b"\r\n":
            del self._data[: 1 if self._data[:1] == b"\n" else 2]
            self._step = _CHUNK
        elif self._data == b"\r":
            self._going = False
        else:
            return self._broken()
        return None

    def _trailer(self) -> Message | None:
        """Lines after the last chunk, up to an empty one."""
        end = self._data.find(b"\n", 0, _LONGEST_LINE)
        if end < 0:
            self._going = False
            return self._broken() if len(self._data) >= _LONGEST_LINE else None
        empty = not self._data[:end].rstrip(b"\r")
        del self._data[: end + 1]
        return self._finish() if empty else None

    def _broken(self) -> Message | None:
        """A body whose chunks cannot be told."""
        if self._message is not None:
            self._message.body.cut = self._message.body.cut or "its chunks are malformed"
        self._stray()
        return self._finish()

    _STEPS: ClassVar[tuple[Callable[["Reader"], Message | None], ...]] = (
        _head,
        _counted,
        _until_end,
        _chunk,
        _chunked,
        _chunk_end,
        _trailer,
    )
