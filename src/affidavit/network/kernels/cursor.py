"""Fields of network order out of bytes, one after the other. Cython."""

# mypy: disable-error-code="valid-type, no-any-return, untyped-decorator, operator"
import cython


class ShortError(ValueError):
    """The bytes end before the field does."""


@cython.cclass
class Cursor:
    """Reads fields from the front; each read checks that its bytes are there.

    Attributes:
        data: the bytes. at: offset of the next field. end: where the fields end.
    """

    data = cython.declare(bytes, visibility="public")
    at = cython.declare(cython.Py_ssize_t, visibility="public")
    end = cython.declare(cython.Py_ssize_t, visibility="public")

    def __init__(self, data: bytes, at: cython.Py_ssize_t = 0, end: cython.Py_ssize_t = -1) -> None:
        self.data = data
        self.at = at
        self.end = len(data) if end < 0 else end

    @cython.ccall
    def take(self, size: cython.Py_ssize_t) -> bytes:
        """The next bytes.

        Raises:
            ShortError: there are not so many.
        """
        at: cython.Py_ssize_t = self.at
        if size > self.end - at:
            raise ShortError
        self.at = at + size
        return self.data[at : at + size]

    @cython.ccall
    def number(self, size: cython.Py_ssize_t) -> cython.ulonglong:
        """The next bytes as a number, the highest first: 8 of them at most."""
        at: cython.Py_ssize_t = self.at
        place: cython.Py_ssize_t
        value: cython.ulonglong = 0
        if size > self.end - at or size > len(self.data) - at:
            raise ShortError
        for place in range(at, at + size):
            value = (value << 8) | cython.cast(cython.uchar, self.data[place])
        self.at = at + size
        return value

    @cython.ccall
    def vector(self, size: cython.Py_ssize_t) -> bytes:
        """Bytes behind their number, which has `size` bytes (RFC 8446, section 3.4)."""
        return self.take(self.number(size))

    @cython.ccall
    def varint(self) -> cython.ulonglong:
        """A number whose first two bits say how long it is (RFC 9000, section 16)."""
        first: cython.ulonglong = self.number(1)
        size: cython.Py_ssize_t = (1 << (first >> 6)) - 1
        return ((first & 0x3F) << (8 * size)) | self.number(size)

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return self.end - self.at
