"""Tagged netstrings, the form of mitmproxy's dumps: ``LENGTH:CONTENT`` and one byte for the type.

Nothing is decoded before it is asked for, so nesting costs nothing and no length is believed beyond its container.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from affidavit.network.capture.fields import LONGEST_HOST
from affidavit.network.capture.window import Window
from affidavit.network.kernels.netstrings import values

LONGEST: Final = 256 << 20
"""Bytes of one record that are kept."""
MEMBERS: Final = 4_096
"""Members of a dictionary; flows have thirty."""
_PREFIX: Final = re.compile(rb"(\d{1,12}):")
_DIGITS: Final = 13
_AHEAD: Final = 1_000
"""Values of a list that are found at a time."""
_DICTIONARY: Final = ord("}")
_HOLDING: Final = frozenset(b"]}")


class LyingError(ValueError):
    """A length or type that cannot be."""


class Record(NamedTuple):
    """One record of a file: where it begins, how many bytes it has, and these, or None if there are too many."""

    offset: int
    size: int
    data: bytes | None


Span = tuple[int, int, int]
"""Where a content begins and ends, and its type."""


class Item(NamedTuple):
    """A value: the bytes that hold it, the place of its content, and its type."""

    data: bytes
    begin: int
    end: int
    kind: int

    def members(self) -> dict[bytes, Span]:
        """Where the members of a dictionary are; none of anything else.

        Raises:
            LyingError: a length that leads out of it, or too many.
        """
        if self.kind != _DICTIONARY:
            return {}
        found, at = values(self.data, self.begin, self.end, 2 * MEMBERS)
        if at != self.end or len(found) % 2:
            raise LyingError("a dictionary ends inside a pair, or is too large")
        data = self.data
        return {data[key[0] : key[1]]: value for key, value in zip(found[::2], found[1::2], strict=True)}

    def items(self) -> Iterator["Item"]:
        """The values in a list, or the keys and values of a dictionary; none of anything else.

        Raises:
            LyingError: a length that leads out of it.
        """
        at = self.begin
        while self.kind in _HOLDING and at < self.end:
            found, at = values(self.data, at, self.end, _AHEAD)
            for value in found:
                yield Item(self.data, *value)
            if at < 0:
                raise LyingError("a list ends inside a value")

    def text(self, most: int = LONGEST_HOST) -> str:
        """What text or bytes say, at most so many bytes of it; empty of anything else."""
        if self.kind not in b",;":
            return ""
        return self.data[self.begin : min(self.end, self.begin + most)].decode("utf-8", "replace")

    def content(self) -> bytes | None:
        """The bytes of a body; None of what is no text and no bytes."""
        return self.data[self.begin : self.end] if self.kind in b",;" else None

    def number(self) -> float:
        """A number; -1 of anything else."""
        if self.kind not in b"#^" or self.end - self.begin > 40:
            return -1
        try:
            return float(self.data[self.begin : self.end])
        except ValueError:
            return -1

    def true(self) -> bool:
        """Whether it is the word *true*."""
        return self.kind == ord("!") and self.data[self.begin : self.end] == b"true"


def item_at(data: bytes, at: int, end: int) -> Item:
    """The value that begins at a place and has to end before another one.

    Raises:
        LyingError: it does not, or is none.
    """
    found, behind = values(data, at, end, 1)
    if behind < 0 or not found:
        raise LyingError("a length leads to no type")
    return Item(data, *found[0])


class Records(Window):
    """The records of a file, one after the other; `offset` is where the one begins that is read next."""

    def __iter__(self) -> Iterator[Record]:
        """Every record.

        Raises:
            LyingError: what follows is no record.
            EOFError: the file ends inside a record.
        """
        while self._filled():
            match = _PREFIX.match(self._data, self._at)
            if match is None:
                rest = self._data[self._at : self._at + _DIGITS]
                if len(rest) < _DIGITS and rest.isdigit():
                    raise EOFError
                raise LyingError("a length is missing")
            size = match.end() - self._at + int(match.group(1)) + 1
            yield self._taken(size)

    def _filled(self) -> bool:
        """Have the bytes of a length at hand, or all that are left; whether there are any."""
        while len(self._data) - self._at < _DIGITS and self._more():
            pass
        return self._at < len(self._data)

    def _taken(self, size: int) -> Record:
        """The next bytes as a record."""
        offset, base = self.offset, self._base
        kept = size <= LONGEST
        parts, end = [self._data[self._at : self._at + size]], self._at + size
        data = self._data
        while end > len(data):
            end -= len(data)
            base += len(data)
            data = next(self._pieces, b"")
            if not data:
                raise EOFError
            if kept:
                parts.append(data[:end])
        self._data, self._at, self._base = data, end, base
        return Record(offset, size, b"".join(parts) if kept else None)
