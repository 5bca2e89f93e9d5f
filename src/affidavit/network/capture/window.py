"""Bytes that come in pieces, of which a reader has those before it that it has not read."""

from collections.abc import Iterator


class Window:
    """What is at hand of a file: `_data` from `_at` on.

    Args:
        pieces: of the file, in order.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._data = b""
        self._at = 0
        self._base = 0

    @property
    def offset(self) -> int:
        """Where in the file reading goes on."""
        return self._base + self._at

    def _more(self) -> bool:
        """Take in the next piece, if there is one; what was read is let go."""
        data = next(self._pieces, b"")
        self._base += self._at
        self._data = self._data[self._at :] + data
        self._at = 0
        return bool(data)
