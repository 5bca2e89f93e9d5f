"""Finds many texts in a string table at once."""

from bisect import bisect_right
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import Strings

Index = npt.NDArray[np.int64]


def find_exact(strings: Strings, wanted: Iterable[bytes]) -> dict[bytes, list[int]]:
    """Indices of the strings that equal one of `wanted` (non-empty ASCII).

    Their length and three of their bytes sieve all strings in bulk, so only a few are compared.
    """
    words = {word for word in wanted if word}
    found: dict[bytes, list[int]] = {}
    if not words or not len(strings):
        return found
    blob, start, end = strings.blob()
    data = np.frombuffer(blob, np.uint8)
    filled = np.flatnonzero(end > start)
    keys = _keys(data, start[filled], end[filled])
    for index in filled[np.isin(keys, _keys_of(words))].tolist():
        text = bytes(strings.raw(index))
        if text in words:
            found.setdefault(text, []).append(index)
    return found


def _keys(data: npt.NDArray[np.uint8], start: Index, end: Index) -> Index:
    """Length, and the bytes at a half, at three quarters and one before the end, of each string, as one number."""
    size = end - start
    parts = (data[start + size // 2], data[start + size * 3 // 4], data[end - 1 - (size > 1)])
    key = size
    for part in parts:
        key = key << 8 | part
    return key


def _keys_of(words: Iterable[bytes]) -> Index:
    """The same numbers of texts."""
    joined = sorted(words)
    end = np.cumsum([len(word) for word in joined])
    data = np.frombuffer(b"".join(joined), np.uint8)
    return _keys(data, end - np.array([len(word) for word in joined]), end)


class Loaded:
    """The strings that instructions load, joined so that a literal is searched in one pass over all of them.

    The separator is the zero byte, which MUTF-8 never holds.
    """

    def __init__(self, strings: Strings, indices: Index) -> None:
        self._strings = strings
        self._indices = indices
        blob, start, end = strings.blob()
        first, last = start[indices], end[indices]
        raw = [blob[a:b] for a, b in zip(first.tolist(), last.tolist(), strict=True)]
        self._blob = b"\0" + b"\0".join(raw) + b"\0"
        lengths = last - first + 1
        self._starts = (np.cumsum(lengths) - lengths + 1).tolist()

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
