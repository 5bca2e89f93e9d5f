"""Two sequences lined up: the longest common subsequence in which what is wholly equal counts more."""

from collections.abc import Hashable, Sequence
from typing import Final

import numpy as np

CELLS: Final = 4_000_000
"""Largest table that is made; what is longer is lined up at both ends alone."""
_ALIKE, _EQUAL = 2, 3
"""Weight of two items with one key, and of two that are equal."""


def aligned(
    keys: Sequence[Sequence[Hashable]], texts: Sequence[Sequence[Hashable]], cells: int = CELLS
) -> list[tuple[int, int]]:
    """Rows of two sequences in their common order: ``(i, j)``, -1 for an item that one of them alone has.

    Args:
        keys: of the items of both; items with different keys never stand together.
        texts: of the items of both; of several ways the one with more equal texts is taken.
        cells: largest table to make.
    """
    pair = _numbered(keys), _numbered(texts)
    first, second = (len(each) for each in keys)
    head = _common(pair, range(min(first, second)), 0, 0)
    tail = _common(pair, range(1, min(first, second) - head + 1), first, second)
    middle = _table(pair, (head, first - tail), (head, second - tail), cells)
    ends = [(first - row, second - row) for row in range(tail, 0, -1)]
    return [*((row, row) for row in range(head)), *middle, *ends]


_Numbered = tuple[list[np.ndarray[tuple[int], np.dtype[np.int32]]], ...]


def _numbered(items: Sequence[Sequence[Hashable]]) -> list[np.ndarray[tuple[int], np.dtype[np.int32]]]:
    """Equal items by one number in both."""
    numbers: dict[Hashable, int] = {}
    return [np.array([numbers.setdefault(item, len(numbers)) for item in each], np.int32) for each in items]


def _common(pair: _Numbered, offsets: range, first: int, second: int) -> int:
    """How many items are equal from a beginning on, or, with ends of both given, backwards from there."""
    sign, count = (-1 if first or second else 1), 0
    for offset in offsets:
        if any(ours[first + sign * offset] != theirs[second + sign * offset] for ours, theirs in pair):
            break
        count += 1
    return count


def _table(pair: _Numbered, rows: tuple[int, int], columns: tuple[int, int], cells: int) -> list[tuple[int, int]]:
    """What is between the common ends, by dynamic programming, one row at a time."""
    height, width = rows[1] - rows[0], columns[1] - columns[0]
    alone = [(row, -1) for row in range(*rows)], [(-1, column) for column in range(*columns)]
    if not height or not width or height * width > cells:
        return [*alone[0], *alone[1]]
    (ours, theirs), (our_texts, their_texts) = (
        (each[0][rows[0] : rows[1]], each[1][columns[0] : columns[1]]) for each in pair
    )
    best = np.zeros((height + 1, width + 1), np.int32)
    for row in range(height):
        weight = _ALIKE * (theirs == ours[row]) + (_EQUAL - _ALIKE) * (
            (theirs == ours[row]) & (their_texts == our_texts[row])
        )
        best[row + 1, 1:] = np.maximum.accumulate(np.maximum(best[row, 1:], best[row, :-1] + weight))
    found: list[tuple[int, int]] = []
    row, column = height, width
    while row and column:
        here = best[row, column]
        if here == best[row - 1, column]:
            row -= 1
            found.append((rows[0] + row, -1))
        elif here == best[row, column - 1]:
            column -= 1
            found.append((-1, columns[0] + column))
        else:
            row, column = row - 1, column - 1
            found.append((rows[0] + row, columns[0] + column))
    found += [(rows[0] + each, -1) for each in range(row - 1, -1, -1)]
    found += [(-1, columns[0] + each) for each in range(column - 1, -1, -1)]
    return found[::-1]
