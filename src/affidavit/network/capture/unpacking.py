"""Compressed logs, piece by piece: no piece of what comes out is larger than asked for, whatever the bytes say."""

import bz2
import zlib
from collections.abc import Iterator
from typing import Final

import zstandard

RATIO: Final = 500
"""Unpacked bytes for each stored byte, past `FREE`. Logs of one line that repeats reach some 200 with gzip."""
FREE: Final = 64 << 20
"""Unpacked bytes that any file may have."""
_WINDOW: Final = 128 << 20
"""Most memory that a frame of Zstandard may ask for; its own tools refuse more by default."""
_FEED: Final = 1 << 14
"""Stored bytes that are given to a decompressor at a time."""
_FEED_ZSTD: Final = 1 << 11
"""The same for Zstandard, which has no bound on what it gives: four bytes can make 128 KiB, so this makes 64 MiB."""


class UnpackError(ValueError):
    """Compressed bytes that give no more.

    Attributes:
        kind: of the limitation that it becomes.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def packing(head: bytes) -> str:
    """How a file is packed, by its first bytes: ``gzip``, ``zstd``, ``bzip2`` or empty."""
    if head[:3] == b"\x1f\x8b\x08":
        return "gzip"
    if head[:4] == b"\x28\xb5\x2f\xfd":
        return "zstd"
    return "bzip2" if head[:3] == b"BZh" and head[4:8] == b"1AY&" else ""


def unpacked(packed: str, stored: Iterator[bytes], size: int, piece: int) -> Iterator[bytes]:
    """What compressed bytes hold.

    Args:
        packed: as `packing` says.
        stored: the bytes.
        size: how many there are.
        piece: the most bytes of each piece that comes out.

    Raises:
        UnpackError: damaged or truncated bytes, or a bomb.
    """
    most, total = max(FREE, size * RATIO), 0
    for data in _members(packed, stored, piece) if packed else stored:
        total += len(data)
        if packed and total > most:
            raise UnpackError("capture/bomb", f"{size} bytes unpack to more than {most}: what follows was not read")
        for at in range(0, len(data), piece):
            yield data[at : at + piece]


class _Gzip:
    """zlib's decompressor with the manners of bz2's."""

    feed = _FEED

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(31)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        """Whether the stream ended."""
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        """Bytes behind its end."""
        return self._inner.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        """What comes out, at most so many bytes; the rest is kept."""
        found = self._inner.decompress(self._inner.unconsumed_tail + data, most)
        self.needs_input = len(found) < most and not self._inner.unconsumed_tail
        return found


class _Bzip2:
    feed = _FEED

    def __init__(self) -> None:
        self._inner = bz2.BZ2Decompressor()

    @property
    def eof(self) -> bool:
        """Whether the stream ended."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether it can give no more without further bytes."""
        return self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        """Bytes behind its end."""
        return self._inner.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        """What comes out, at most so many bytes; the rest is kept."""
        return self._inner.decompress(data, most)


class _Zstd:
    feed = _FEED_ZSTD
    needs_input = True

    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()

    @property
    def eof(self) -> bool:
        """Whether the stream ended."""
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        """Bytes behind its end."""
        return self._inner.unused_data

    def decompress(self, data: bytes, _most: int) -> bytes:
        """All that comes out: there is no bound, so little is fed."""
        return self._inner.decompress(data)


_MAKERS: Final[dict[str, type[_Gzip | _Bzip2 | _Zstd]]] = {"gzip": _Gzip, "bzip2": _Bzip2, "zstd": _Zstd}


def _members(packed: str, stored: Iterator[bytes], piece: int) -> Iterator[bytes]:
    """The members of a file, one after the other, as the tools of its format read them."""
    make = _MAKERS[packed]
    inner, begun = make(), False
    try:
        for data in stored:
            for at in range(0, len(data), inner.feed):
                feed = data[at : at + inner.feed]
                feed = feed if begun else feed.lstrip(b"\0")
                while feed or not inner.needs_input:
                    begun = True
                    if found := inner.decompress(feed, piece):
                        yield found
                    feed = b""
                    if inner.eof:
                        # Zeros after the last member are padding, as on tapes.
                        feed, inner, begun = inner.unused_data.lstrip(b"\0"), make(), False
    except (zlib.error, zstandard.ZstdError, OSError, ValueError) as error:
        raise UnpackError("capture/damaged", f"compressed bytes are damaged ({error}): what follows is lost") from error
    if begun:
        raise UnpackError("capture/truncated", "compressed bytes end before their stream does")
