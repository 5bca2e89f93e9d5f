"""Text of string tables: MUTF-8, decoded on demand (dex format, section "MUTF-8 (Modified UTF-8) Encoding")."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import Strings

I32 = npt.NDArray[np.int32]


def decode_mutf8(raw: bytes) -> str:
    r"""Decode MUTF-8 as ART does; what has no character is shown, not dropped.

    Surrogate pairs become one character, a lone surrogate becomes a visible ``\udXXX``, a byte that fits nowhere
    becomes ``\xXX``. The result can always be encoded as UTF-8.
    """
    if raw.isascii():
        return raw.decode("ascii")
    raw = raw.replace(b"\xc0\x80", b"\0")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace")
    pairs = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return pairs.encode("utf-8", "backslashreplace").decode("utf-8")


def raw_strings(strings: Strings, rows: npt.NDArray[np.int32]) -> Iterator[bytes]:
    """The stored bytes of many strings; empty for -1."""
    data, begins, ends = strings.blob()
    if not len(begins):
        return iter([b""] * len(rows))
    lengths = np.where(rows >= 0, ends[rows] - begins[rows], 0)
    bounds = zip(begins[rows].tolist(), lengths.tolist(), strict=True)
    return (bytes(data[begin : begin + length]) for begin, length in bounds)


def texts(strings: Strings, rows: npt.NDArray[np.int32]) -> list[str]:
    """The texts of many strings, several times faster than one by one; empty for -1."""
    return [raw.decode("ascii") if raw.isascii() else decode_mutf8(raw) for raw in raw_strings(strings, rows)]


class DexStrings:
    """The string table of a dex file, as a window on its bytes. It implements `affidavit.dalvik.unit.Strings`.

    Attributes:
        entry: path of the dex file.
        data: its bytes.
        begins, ends: (n,) bounds of each string's bytes in `data`.
    """

    __slots__ = ("_begins", "_ends", "begins", "data", "ends", "entry")

    def __init__(self, entry: str, data: memoryview, begins: I32, ends: I32) -> None:
        self.entry, self.data, self.begins, self.ends = entry, data, begins, ends
        self._begins, self._ends = begins.data, ends.data

    def __len__(self) -> int:
        return len(self.begins)

    def __getitem__(self, index: int) -> str:
        """Text of string `index`; empty for an index out of range or a string that cannot be read."""
        return decode_mutf8(self.raw(index))

    def raw(self, index: int) -> bytes:
        """The stored bytes (MUTF-8) of string `index`; empty as for its text."""
        if not 0 <= index < len(self._begins):
            return b""
        return bytes(self.data[self._begins[index] : self._ends[index]])

    def place(self, index: int) -> tuple[str, int]:
        """Entry and byte offset of the first stored byte of string `index`; offset -1 when there is none."""
        if not 0 <= index < len(self._begins):
            return self.entry, -1
        return self.entry, self._begins[index] or -1

    def blob(self) -> tuple[memoryview, I32, I32]:
        """The file's bytes, and per string the start and end in them, for bulk scanning."""
        return self.data, self.begins, self.ends
