"""The elements of an array inside a large JSON text, one after the other, so that only one of them is in memory.

It is lenient where a reader can be (a byte order mark, no comma, several texts one after the other) and ends where the
brackets no longer say what belongs to what.
"""

import json
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from affidavit.network.capture.window import Window
from affidavit.network.kernels.extents import scan

LONGEST: Final = 256 << 20
"""Bytes of an element that is kept; the largest entries of HTTP archives hold one body."""
DEEPEST: Final = 400
"""Brackets inside each other in an element; decoders refuse a thousand."""
_KEY: Final = 1 << 16
_SPACE: Final = re.compile(rb"[ \t\r\n,\xef\xbb\xbf]*")
_OBJECT, _ARRAY, _END_OBJECT, _END_ARRAY, _QUOTE = b"{", b"[", b"}", b"]", b'"'


class Element(NamedTuple):
    """One element.

    Attributes:
        offset: of its first byte in the text.
        size: bytes.
        data: its JSON; None when it is too large or too deep.
    """

    offset: int
    size: int
    data: bytes | None


class BrokenError(ValueError):
    """The text cannot be read on.

    Attributes:
        kind: of the limitation that it becomes. offset: where.
    """

    def __init__(self, kind: str, message: str, offset: int) -> None:
        super().__init__(message)
        self.kind = kind
        self.offset = offset


class Reader(Window):
    """A JSON text that is read in pieces."""

    def elements(self, *path: str) -> Iterator[Element]:
        """The elements of each array at a path.

        Args:
            path: the last keys that lead to the array: those before it may have any name, two at most. Without a path
                the elements of the text's own array, or else each of the texts that follow each other.

        Raises:
            BrokenError: the text ends inside of something, or is no JSON.
        """
        while byte := self._peek():
            if byte == _ARRAY and not path:
                yield from self._array()
            elif byte == _OBJECT and path:
                yield from self._members(path, ())
            elif byte in b"}]:":
                raise BrokenError("capture/damaged", "a bracket closes nothing", self.offset)
            else:
                element = self._value()
                if not path:
                    yield element

    def _peek(self) -> bytes:
        """The next byte that is no space and no comma; empty at the end of the text."""
        while True:
            match = _SPACE.match(self._data, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._data):
                return self._data[self._at : self._at + 1]
            if not self._more():
                return b""

    def _array(self) -> Iterator[Element]:
        self._at += 1
        while byte := self._peek():
            if byte == _END_ARRAY:
                self._at += 1
                return
            if byte in b"}:":
                raise BrokenError("capture/damaged", "a list holds what is no value", self.offset)
            yield self._value()
        raise BrokenError("capture/truncated", "the text ends inside a list", self.offset)

    def _members(self, path: tuple[str, ...], above: tuple[str, ...]) -> Iterator[Element]:
        """What is wanted of an object's members."""
        begin = self.offset
        self._at += 1
        while byte := self._peek():
            if byte == _END_OBJECT:
                self._at += 1
                return
            keys = (*above, self._key(byte))
            value = self._peek()
            if value == _ARRAY and keys[-len(path) :] == path:
                yield from self._array()
            elif value == _OBJECT and len(keys) < len(path) + 2:
                yield from self._members(path, keys)
            elif value and value not in b"}]:":
                self._value(kept=False)
            else:
                raise BrokenError("capture/damaged", "a key has no value", self.offset)
        raise BrokenError("capture/truncated", f"the text ends inside the object at {begin}", self.offset)

    def _key(self, byte: bytes) -> str:
        element = self._value() if byte == _QUOTE else None
        colon = self._peek()
        if element is None or colon != b":":
            raise BrokenError("capture/damaged", "an object holds what is no key", self.offset)
        self._at += 1
        if element.size > _KEY or element.data is None:
            return ""
        try:
            return str(json.loads(element.data))
        except ValueError:
            return ""

    def _value(self, *, kept: bool = True) -> Element:
        """The value that begins here.

        Raises:
            BrokenError: the text ends before it does.
        """
        state = np.zeros(3, np.int64)
        begin, parts, size = self.offset, [], 0
        end = scan(self._data, self._at, state)
        while end < 0:
            size += len(self._data) - self._at
            if kept and size <= LONGEST:
                parts.append(self._data[self._at :])
            self._at = len(self._data)
            if not self._more():
                return self._last(Element(begin, size, b"".join(parts)), state[0] or state[1])
            end = scan(self._data, 0, state)
        size += end - self._at
        parts.append(self._data[self._at : end])
        self._at = end
        whole = kept and size <= LONGEST and state[2] <= DEEPEST
        return Element(begin, size, b"".join(parts) if whole else None)

    @staticmethod
    def _last(element: Element, inside: int) -> Element:
        """A number may be the last thing of a text; anything else ends too early."""
        if inside:
            raise BrokenError("capture/truncated", "the text ends inside a value", element.offset)
        return element
