"""String pools (``RES_STRING_POOL_TYPE``) of binary XML and resource tables, read as Android's ``ResStringPool`` does.

Layout: androidfw's resource types header, struct ``ResStringPool_header``: chunk header (type u16, header size u16,
size u32), then counts of strings and styles, flags, offsets of the string and the style data; after the header one u32
offset per string. Strings are decoded when asked for, never all at once: a pool may lie about its count.
"""

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    I64 = npt.NDArray[np.int64]

TYPE = 0x0001
"""Chunk type ``RES_STRING_POOL_TYPE``."""
NONE = 0xFFFFFFFF
"""String reference that names no string."""
DECODED_LIMIT = 16 << 20
"""Bytes decoded one by one from one pool; overlapping strings could otherwise ask for far more than the file holds."""
_UTF8_FLAG = 1 << 8
_HEADER = struct.Struct("<HHIIIIII")
_U32 = struct.Struct("<I")
_SLOW_LIMIT = 20_000


def text_of_utf8(raw: bytes) -> str:
    """Text of UTF-8 or modified UTF-8 bytes; what is neither stays visible as a backslash escape."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return _whole(raw.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace")


def text_of_utf16(raw: bytes) -> str:
    """Text of UTF-16LE bytes; a lone surrogate becomes a visible backslash escape."""
    return _whole(raw.decode("utf-16-le", "surrogatepass"))


def _whole(text: str) -> str:
    """Join surrogate pairs and escape the lone ones, so that the text can be encoded."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return joined.encode("utf-8", "backslashreplace").decode("utf-8")


class StringPool(msgspec.Struct):
    """One pool inside `data`. All positions are byte offsets in `data`.

    Attributes:
        data: the whole file.
        count: strings that can be addressed; `claimed` is what the header says.
        entries: where the offset array starts.
        strings: where the string data starts. end: where it ends.
        utf8: whether strings are UTF-8, else UTF-16LE.
        problems: what Android would refuse the whole pool for.
        refused: strings asked for that could not be read.
    """

    data: bytes
    count: int = 0
    claimed: int = 0
    entries: int = 0
    strings: int = 0
    end: int = 0
    utf8: bool = False
    problems: tuple[str, ...] = ()
    refused: int = 0
    spent: int = 0
    cache: dict[int, str | None] = {}

    def __len__(self) -> int:
        return self.count

    def get(self, index: int) -> str | None:
        """Text of string `index`; None when there is no such string or it is malformed."""
        if index in self.cache:
            return self.cache[index]
        text = self._decode(index)
        self.cache[index] = text
        return text

    def _decode(self, index: int) -> str | None:
        """Decode one string within the pool's decoding allowance."""
        if index == NONE:
            return None
        span = self.span(index)
        if span is None or self.spent > DECODED_LIMIT:
            self.refused += 1
            return None
        raw = self.data[span[0] : span[1]]
        self.spent += len(raw)
        return text_of_utf8(raw) if self.utf8 else text_of_utf16(raw)

    def __getitem__(self, index: int) -> str:
        return self.get(index) or ""

    def raw(self, index: int) -> bytes:
        """Stored bytes of string `index`, without length and terminator; empty when it cannot be read."""
        span = self.span(index)
        return self.data[span[0] : span[1]] if span else b""

    def span(self, index: int) -> tuple[int, int] | None:
        """First and past-the-end offset of string `index`, by the checks of ``ResStringPool::stringAt``."""
        if not 0 <= index < self.count:
            return None
        at = self.strings + _U32.unpack_from(self.data, self.entries + 4 * index)[0]
        if self.utf8:
            return self._span_utf8(at)
        return self._span_utf16(self.strings + ((at - self.strings) & ~1))

    def _span_utf8(self, at: int) -> tuple[int, int] | None:
        """Two lengths (characters, bytes) of one or two bytes each, the bytes, a terminator."""
        data, end = self.data, self.end
        if at >= end - 1:
            return None
        at += 2 if data[at] & 0x80 else 1
        if at >= end:
            return None
        length = data[at]
        if length & 0x80:
            if at + 1 >= end:
                return None
            length = (length & 0x7F) << 8 | data[at + 1]
            at += 1
        at += 1
        # A length above 0x7FFF does not fit its field; the platform looks for the terminator at each possible length.
        for stop in range(at + length, end, 0x8000):
            if data[stop] == 0:
                return at, stop
        return None

    def _span_utf16(self, at: int) -> tuple[int, int] | None:
        """A length of one or two units, the units, a terminator unit."""
        data, end = self.data, self.end
        if at + 4 > end:
            return None
        length = data[at] | data[at + 1] << 8
        at += 2
        if length & 0x8000:
            length = (length & 0x7FFF) << 16 | data[at] | data[at + 1] << 8
            at += 2
        stop = at + 2 * length
        return (at, stop) if stop + 2 <= end and data[stop : stop + 2] == b"\0\0" else None

    def spans(self) -> "tuple[I64, I64]":
        """Starts and ends of all strings, in bulk; an unreadable string has start = end = -1."""
        import numpy as np  # noqa: PLC0415 - the manifest alone does not need numpy

        if not self.count:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        whole = np.frombuffer(self.data, np.uint8)
        offsets = np.frombuffer(self.data, "<u4", self.count, self.entries).astype(np.int64)
        if self.utf8:
            starts, ends, open_ended = self._spans_utf8(whole, self.strings + offsets)
        else:
            starts, ends, open_ended = self._spans_utf16(whole, self.strings + (offsets & ~1))
        for index in open_ended[:_SLOW_LIMIT].tolist():
            starts[index], ends[index] = self.span(index) or (-1, -1)
        return starts, ends

    def _spans_utf8(self, whole: "npt.NDArray[np.uint8]", at: "I64") -> "tuple[I64, I64, I64]":
        """`_span_utf8` for all strings; the third array has those whose terminator is not where the length says."""
        import numpy as np  # noqa: PLC0415 - see spans

        last = self.end - 1
        good = at < last
        at = at + 1 + (whole[np.minimum(at, last)] >> 7)
        first = whole[np.minimum(at, last)].astype(np.int64)
        wide = first >> 7
        second = whole[np.minimum(at + 1, last)].astype(np.int64)
        length = np.where(wide == 1, (first & 0x7F) << 8 | second, first)
        start = at + 1 + wide
        stop = start + length
        good &= (start <= last) & (stop <= last)
        ended = good & (whole[np.minimum(stop, last)] == 0)
        return np.where(ended, start, -1), np.where(ended, stop, -1), np.flatnonzero(good & ~ended)

    def _spans_utf16(self, whole: "npt.NDArray[np.uint8]", at: "I64") -> "tuple[I64, I64, I64]":
        """`_span_utf16` for all strings; nothing is left for a second look."""
        import numpy as np  # noqa: PLC0415 - see spans

        last = self.end - 2

        def unit(position: "I64") -> "I64":
            position = np.clip(position, 0, max(last, 0))
            return whole[position].astype(np.int64) | whole[position + 1].astype(np.int64) << 8

        good = at + 4 <= self.end
        first = unit(at)
        wide = first >> 15
        length = np.where(wide == 1, (first & 0x7FFF) << 16 | unit(at + 2), first)
        start = at + 2 + 2 * wide
        stop = start + 2 * length
        good &= (stop <= last) & (unit(stop) == 0)
        return np.where(good, start, -1), np.where(good, stop, -1), np.zeros(0, np.int64)

    def __iter__(self) -> Iterator[str]:
        return (self[index] for index in range(self.count))


def parse_pool(data: bytes, offset: int, limit: int) -> StringPool:
    """Read the pool whose chunk starts at `offset` and may not pass `limit`.

    Lies are clamped to what the bytes hold and named in `StringPool.problems`; nothing is raised.
    """
    limit = min(limit, len(data))
    if offset < 0 or offset + _HEADER.size > limit:
        return StringPool(data, problems=("the string pool's header is cut off",))
    _, header, size, count, styles, flags, strings_start, styles_start = _HEADER.unpack_from(data, offset)
    end = min(offset + size, limit)
    problems: list[str] = []
    if offset + size > limit:
        problems.append(f"the string pool claims {size} bytes, {limit - offset} are there")
    entries = offset + header
    room = max(0, end - entries) // 4
    if count > room:
        problems.append(f"the string pool claims {count} strings, there is room for {room} offsets")
    strings = offset + strings_start
    stop = end
    if styles and strings_start < styles_start < size:
        stop = min(end, offset + styles_start)
    elif styles:
        problems.append(f"the string pool's styles start at {styles_start}, outside of it")
    if count and strings >= end - 2:
        problems.append(f"the string pool's strings start at {strings_start}, outside of its {size} bytes")
        return StringPool(data, claimed=count, problems=tuple(problems))
    utf8 = bool(flags & _UTF8_FLAG)
    if not utf8:
        stop -= (stop - strings) & 1
    return StringPool(data, min(count, room), count, entries, strings, stop, utf8, tuple(problems))
