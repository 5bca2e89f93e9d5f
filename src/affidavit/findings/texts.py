"""Finds many texts in a string table at once."""

from bisect import bisect_right
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import Strings

Index = npt.NDArray[np.int64]


def find_exact(strings: Strings, wanted: Iterable[bytes]) -> dict[bytes, list[int]]:
    """Indices of the strings that equal one of `wanted` (non-empty ASCII).

    Length, first and last byte sieve all strings in bulk, so only a few are compared.
    """
    words = {word for word in wanted if word}
    found: dict[bytes, list[int]] = {}
    if not words or not len(strings):
        return found
    blob, start, end = strings.blob()
    data = np.frombuffer(blob, np.uint8)
    filled = np.flatnonzero(end > start)
    keys = _keys(data, start[filled], end[filled])
    sieve = np.array([len(word) << 16 | word[0] << 8 | word[-1] for word in words], np.int64)
    for index in filled[np.isin(keys, sieve)].tolist():
        text = bytes(strings.raw(index))
        if text in words:
            found.setdefault(text, []).append(index)
    return found


def _keys(data: npt.NDArray[np.uint8], start: Index, end: Index) -> Index:
    """Length, first and last byte of each string as one number."""
    return (end - start) << 16 | data[start].astype(np.int64) << 8 | data[end - 1]


class Loaded:
    """The strings that instructions load, joined so that a literal is searched in one pass over all of them.

    The separator is the zero byte, which MUTF-8 never holds.
    """

    def __init__(self, strings: Strings, indices: Index) -> None:
        self._strings = strings
        self._indices = indices
        raw = [bytes(strings.raw(int(index))) for index in indices]
        self._blob = b"\0" + b"\0".join(raw) + b"\0"
        lengths = np.array([len(text) + 1 for text in raw], np.int64)
        self._starts = (np.cumsum(lengths) - lengths + 1).tolist() if raw else []

    def containing(self, literal: bytes, *, at_start: bool = False) -> list[int]:
        """Indices, ascending, of the loaded strings that hold `literal` (or begin with it)."""
        needle = b"\0" + literal if at_start else literal
        rows: list[int] = []
        position = self._blob.find(needle)
        while position >= 0:
            row = bisect_right(self._starts, position + at_start) - 1
            rows.append(row)
            # The rest of this string is of no interest: go on at the separator before the next one.
            after = self._starts[row + 1] - 1 if row + 1 < len(self._starts) else len(self._blob)
            position = self._blob.find(needle, after)
        return sorted(int(self._indices[row]) for row in rows)
