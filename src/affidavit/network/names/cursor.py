"""Fields of network order out of bytes, one after the other."""

import struct


class ShortError(ValueError):
    """The bytes end before the field does."""


class Cursor:
    """Reads fields from the front; each read checks that its bytes are there.

    Attributes:
        data: the bytes. at: offset of the next field. end: where the fields end.
    """

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data = data
        self.at = at
        self.end = len(data) if end is None else end

    def take(self, size: int) -> bytes:
        """The next bytes.

        Raises:
            ShortError: there are not so many.
        """
        at = self.at
        if size > self.end - at:
            raise ShortError
        self.at = at + size
        return self.data[at : at + size]

    def number(self, size: int) -> int:
        """The next bytes as a number, the highest first."""
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        """Bytes behind their number, which has `size` bytes (RFC 8446, section 3.4)."""
        return self.take(self.number(size))

    def numbers(self, size: int) -> tuple[int, ...]:
        """A vector of numbers of two bytes; what is left over is no number."""
        raw = self.vector(size)
        return struct.unpack(f">{len(raw) // 2}H", raw[: len(raw) & ~1])

    def varint(self) -> int:
        """A number whose first two bits say how long it is (RFC 9000, section 16)."""
        first = self.number(1)
        size = (1 << (first >> 6)) - 1
        return (first & 0x3F) << (8 * size) | (self.number(size) if size else 0)

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return self.end - self.at
