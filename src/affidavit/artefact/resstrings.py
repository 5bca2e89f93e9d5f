"""A string pool in the shape that bulk scanners read (`affidavit.dalvik.unit.Strings`)."""

from typing import TYPE_CHECKING

from affidavit.artefact.stringpool import StringPool

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    I64 = npt.NDArray[np.int64]


class PoolStrings:
    """The strings of one pool, as a table.

    `blob` gives UTF-8 whatever the pool is encoded in; `place` always leads to the stored bytes.
    """

    def __init__(self, pool: StringPool, entry: str) -> None:
        self.pool = pool
        self.entry = entry

    def __len__(self) -> int:
        return len(self.pool)

    def __getitem__(self, index: int) -> str:
        return self.pool[index]

    def raw(self, index: int) -> bytes:
        """The stored bytes of string `index`."""
        return self.pool.raw(index)

    def place(self, index: int) -> tuple[str, int]:
        """Entry and byte offset of the first stored byte of string `index`; -1 when it cannot be read."""
        span = self.pool.span(index)
        return self.entry, span[0] if span else -1

    def blob(self) -> "tuple[memoryview, I64, I64]":
        """UTF-8 bytes that hold all strings, and per string the start and end in them (equal for unreadable ones)."""
        import numpy as np  # noqa: PLC0415 - the manifest alone does not need numpy

        starts, ends = self.pool.spans()
        starts, ends = np.maximum(starts, 0), np.maximum(ends, 0)
        if self.pool.utf8 or not len(starts):
            return memoryview(self.pool.data), starts, ends
        return _transcoded(self.pool, starts, ends)


def _transcoded(pool: StringPool, starts: "I64", ends: "I64") -> "tuple[memoryview, I64, I64]":
    """The UTF-16 string data as UTF-8 in one go, with all positions carried over."""
    import numpy as np  # noqa: PLC0415 - see blob

    base = pool.strings
    raw = pool.data[base : base + (pool.end - base) // 2 * 2]
    units = np.frombuffer(raw, "<u2")
    high = (units >> 10) == 0xD800 >> 10
    low = (units >> 10) == 0xDC00 >> 10
    paired = np.zeros(len(units), np.bool_)
    paired[:-1] = high[:-1] & low[1:]
    width = np.ones(len(units), np.int64)
    width[units >= 0x80] = 2
    width[units >= 0x800] = 3
    width[paired] = 4
    width[1:][paired[:-1]] = 0
    at = np.zeros(len(units) + 1, np.int64)
    np.cumsum(width, out=at[1:])
    text = raw.decode("utf-16-le", "surrogatepass").encode("utf-8", "surrogatepass")
    first = at[np.clip((starts - base) // 2, 0, len(units))]
    last = at[np.clip((ends - base) // 2, 0, len(units))]
    return memoryview(text), first, last
