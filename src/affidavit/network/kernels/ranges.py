"""Which range each of many addresses lies in. Cython.

Ranges are given by where they begin, ascending; each reaches to the next, so that a gap is a range with row -1. What is
asked about is mostly sorted, or asks for the same few addresses again and again: the range of the address before is
tried first.
"""

# ruff: noqa: PLR0917, PLR1716 - a kernel takes no objects; compiled as two compares
# mypy: disable-error-code="valid-type"
import cython


def rows4(
    start: cython.const[cython.uint][::1],
    row: cython.const[cython.int][::1],
    directory: cython.const[cython.int][::1],
    asked: cython.const[cython.uint][::1],
    out: cython.int[::1],
) -> None:
    """Write the row of each address of version 4.

    Args:
        start: where ranges begin; the first is 0.
        row: of each range; -1 for a gap.
        directory: 65,537 numbers: how many ranges begin at or before the first address of each upper half (of the
            first: 1), and how many there are.
        asked: the addresses.
        out: a row for each.
    """
    i: cython.Py_ssize_t
    low: cython.longlong
    left: cython.longlong
    half: cython.longlong
    address: cython.uint
    first: cython.uint = 1
    last: cython.uint = 0
    held: cython.int = -1
    count: cython.longlong = len(start)
    if len(row) != count or len(directory) != 65537 or len(out) < len(asked):
        raise ValueError("arrays of different length")
    for i in range(len(asked)):
        address = asked[i]
        if first <= address and address <= last:
            out[i] = held
            continue
        # The range sought is the last that begins at or before the address: low is at or before it, low + left behind
        # it. Which half it is in cannot be foretold, so nothing branches on it.
        low = directory[address >> 16] - 1
        left = directory[(address >> 16) + 1] - low
        while left > 1:
            half = left >> 1
            low = low + half if start[low + half] <= address else low
            left -= half
        held = row[low]
        first = start[low]
        last = start[low + 1] - 1 if low + 1 < count else 0xFFFFFFFF
        out[i] = held


def rows6(
    high: cython.const[cython.ulonglong][:],
    low: cython.const[cython.ulonglong][:],
    row: cython.const[cython.int][:],
    asked_high: cython.const[cython.ulonglong][:],
    asked_low: cython.const[cython.ulonglong][:],
    out: cython.int[:],
) -> None:
    """Write the row of each address of version 6.

    Args:
        high: upper halves of where ranges begin.
        low: lower halves; empty when all of them are zero.
        row: of each range; -1 for a gap.
        asked_high: upper halves of the addresses.
        asked_low: lower halves.
        out: a row for each.
    """
    i: cython.Py_ssize_t
    first: cython.longlong
    behind: cython.longlong
    middle: cython.longlong
    upper: cython.ulonglong
    lower: cython.ulonglong
    before: cython.bint
    count: cython.longlong = len(high)
    halves: cython.bint = len(low) > 0
    if len(row) != count or (halves and len(low) != count):
        raise ValueError("arrays of different length")
    if len(asked_low) != len(asked_high) or len(out) < len(asked_high):
        raise ValueError("arrays of different length")
    for i in range(len(asked_high)):
        upper = asked_high[i]
        lower = asked_low[i]
        first = 0
        behind = count
        while first < behind:
            middle = (first + behind) >> 1
            if halves:
                before = high[middle] < upper or (high[middle] == upper and low[middle] <= lower)
            else:
                before = high[middle] <= upper
            if before:
                first = middle + 1
            else:
                behind = middle
        out[i] = row[first - 1] if first > 0 else -1
