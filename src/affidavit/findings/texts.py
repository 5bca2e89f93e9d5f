"""Finds many texts in a string table at once."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import Strings

Index = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint32]

_KEY_BITS = 18
_MIXER = 251


def sieve(strings: Strings) -> Keys:
    """A key of each string, made of its length and three of its bytes; strings that are equal have equal keys."""
    blob, start, end = strings.blob()
    keys = np.zeros(len(strings), np.uint32)
    filled = np.flatnonzero(end > start)
    keys[filled] = _keys(np.frombuffer(blob, np.uint8), start[filled], end[filled])
    return keys


class Wanted:
    """Words to look for in string tables; the empty one is in none.

    Attributes:
        words: the words. keys: whether a key, as `sieve` makes them, is one of theirs.
    """

    def __init__(self, words: Iterable[bytes]) -> None:
        self.words = frozenset(word for word in words if word)
        self.keys = np.zeros(1 << _KEY_BITS, bool)
        if self.words:
            self.keys[_keys_of(self.words)] = True


def find_exact(strings: Strings, wanted: Wanted, keys: Keys) -> dict[bytes, list[int]]:
    """Indices of the strings that equal one of the words wanted.

    By their keys (see `sieve`) all strings are sifted in bulk, so only a few are compared.
    """
    found: dict[bytes, list[int]] = {}
    for index in np.flatnonzero(wanted.keys[keys]).tolist():
        text = strings.raw(index)
        if text in wanted.words:
            found.setdefault(text, []).append(index)
    return found


def _keys(data: npt.NDArray[np.uint8], start: Index, end: Index) -> Keys:
    """Length, and the bytes at a half, at three quarters and one before the end, of each string, mixed."""
    size = end - start
    key = size
    for part in (data[start + size // 2], data[start + size * 3 // 4], data[end - 1 - (size > 1)]):
        key = key * _MIXER + part
    return (key & ((1 << _KEY_BITS) - 1)).astype(np.uint32)


def _keys_of(words: Iterable[bytes]) -> Keys:
    """The same keys of texts."""
    joined = sorted(words)
    end = np.cumsum([len(word) for word in joined])
    data = np.frombuffer(b"".join(joined), np.uint8)
    return _keys(data, end - np.array([len(word) for word in joined]), end)


class Loaded:
    """The strings that instructions load, joined so that a literal is searched in one pass over all of them.

    The separator is the zero byte, which MUTF-8 never holds.

    Attributes:
        strings: the table that they are in.
    """

    def __init__(self, strings: Strings, indices: Index) -> None:
        self.strings = strings
        self._indices = indices
        blob, start, end = strings.blob()
        first, last = start[indices], end[indices]
        low = int(first.min(initial=len(blob)))
        held = bytes(blob[low : last.max(initial=0)])  # its slices cost half of those of a view
        raw = [held[a:b] for a, b in zip((first - low).tolist(), (last - low).tolist(), strict=True)]
        self._blob = b"\0" + b"\0".join(raw) + b"\0"
        lengths = last - first + 1
        self._starts = np.cumsum(lengths) - lengths + 1

    def containing(self, literal: bytes, *, at_start: bool = False) -> list[int]:
        """Indices, ascending, of the loaded strings that hold `literal` (or begin with it)."""
        needle = b"\0" + literal if at_start else literal
        rows: list[int] = []
        position = self._blob.find(needle)
        while position >= 0:
            row = int(self._starts.searchsorted(position + at_start, side="right")) - 1
            rows.append(row)
            # The rest of this string is of no interest: go on at the separator before the next one.
            after = int(self._starts[row + 1]) - 1 if row + 1 < len(self._starts) else len(self._blob)
            position = self._blob.find(needle, after)
        return sorted(int(self._indices[row]) for row in rows)
