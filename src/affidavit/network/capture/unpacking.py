"""Compressed logs, piece by piece: no piece of what comes out is larger than asked for, whatever the bytes say."""

import bz2
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, Final

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


class _Stream(ABC):
    """Another library's decompressor with the manners of bz2's."""

    needs_input = True

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    @property
    def eof(self) -> bool:
        """Whether the stream ended."""
        return bool(self._inner.eof)

    @property
    def unused_data(self) -> bytes:
        """Bytes behind its end."""
        return bytes(self._inner.unused_data)

    @abstractmethod
    def decompress(self, data: bytes, most: int, /) -> bytes:
        """What comes out."""


class _Gzip(_Stream):
    def __init__(self) -> None:
        super().__init__(zlib.decompressobj(31))

    def decompress(self, data: bytes, most: int, /) -> bytes:
        """What comes out, at most so many bytes; the rest is kept."""
        found: bytes = self._inner.decompress(self._inner.unconsumed_tail + data, most)
        self.needs_input = len(found) < most and not self._inner.unconsumed_tail
        return found


class _Zstd(_Stream):
    def __init__(self) -> None:
        super().__init__(zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj())

    def decompress(self, data: bytes, _most: int, /) -> bytes:
        """All that comes out: there is no bound, so little is fed."""
        found: bytes = self._inner.decompress(data)
        return found


_MAKERS: Final[dict[str, tuple[Callable[[], _Stream | bz2.BZ2Decompressor], int]]] = {
    "gzip": (_Gzip, _FEED),
    "bzip2": (bz2.BZ2Decompressor, _FEED),
    "zstd": (_Zstd, _FEED_ZSTD),
}
"""By how a file is packed: what unpacks a stream of it, and how many stored bytes that is given at a time."""


def _members(packed: str, stored: Iterator[bytes], piece: int) -> Iterator[bytes]:
    """The members of a file, one after the other, as the tools of its format read them."""
    make, most = _MAKERS[packed]
    inner, begun = make(), False
    try:
        for data in stored:
            for at in range(0, len(data), most):
                feed = data[at : at + most]
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
