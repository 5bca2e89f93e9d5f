"""Fields with their length before them, read one after another, as the APK Signing Block nests them.

All numbers are little-endian. What lies after the last field that a format names is ignored, as Android ignores it.
"""

import struct
from collections.abc import Iterator
from typing import Self

_NUMBER = struct.Struct("<I")
_LEVEL = struct.Struct("<i")


class BrokenFieldError(ValueError):
    """A length passes the end of what holds it."""


class BoundError(ValueError):
    """There is more than is read here: nothing is known to be wrong with it."""


class Fields:
    """A stretch of a container that is read from its start to its end.

    Attributes:
        view: the whole container. at: offset of the next byte. end: offset after the last one.
    """

    __slots__ = ("at", "end", "view")

    def __init__(self, view: memoryview, start: int, end: int) -> None:
        self.view = view
        self.at = start
        self.end = end

    def __len__(self) -> int:
        """Bytes that are left."""
        return self.end - self.at

    def __bool__(self) -> bool:
        """Always true: an empty field is there all the same, and taking it for a missing one would hide a block."""
        return True

    def number(self) -> int:
        """The next four bytes, unsigned.

        Raises:
            BrokenFieldError: fewer are left.
        """
        return int(_NUMBER.unpack_from(self.view, self._step(4))[0])

    def level(self) -> int:
        """The next four bytes, signed, as Java reads API levels.

        Raises:
            BrokenFieldError: fewer are left.
        """
        return int(_LEVEL.unpack_from(self.view, self._step(4))[0])

    def inner(self) -> Self:
        """The next field, which has its length before it.

        Raises:
            BrokenFieldError: it passes the end.
        """
        where = self.at
        length = self.number()
        if length > len(self):
            raise BrokenFieldError(f"the length {length} at {where} passes the end of what holds it, {self.end}")
        self.at += length
        return type(self)(self.view, self.at - length, self.at)

    def items(self, most: int, what: str) -> Iterator[Self]:
        """The fields that follow, up to the end.

        Args:
            most: how many are read.
            what: they are, in the plural.

        Raises:
            BrokenFieldError: one passes the end.
            BoundError: there are more.
        """
        for _ in range(most):
            if not len(self):
                return
            yield self.inner()
        if len(self):
            raise BoundError(f"more than {most} {what}")

    def rest(self, most: int, what: str) -> bytes:
        """All bytes that are left; they stay to be read.

        Raises:
            BoundError: they are more than `most`.
        """
        if len(self) > most:
            raise BoundError(f"{what} of {len(self)} bytes, more than {most}")
        return bytes(self.view[self.at : self.end])

    def again(self) -> Self:
        """The same bytes, to be read once more from here."""
        return type(self)(self.view, self.at, self.end)

    def _step(self, size: int) -> int:
        """Offset of the next `size` bytes, which are passed over."""
        if len(self) < size:
            raise BrokenFieldError(f"at {self.at} {size} bytes are expected, but what holds them ends at {self.end}")
        self.at += size
        return self.at - size
