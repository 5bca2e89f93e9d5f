"""Which range each of many addresses lies in. Cython.

Ranges are given by where they begin, ascending; each reaches to the next, so that a gap is a range with row -1. What is
asked about is mostly sorted, or asks for the same few addresses again and again: the range of the address before is
tried first.
"""

# ruff: noqa: PLR0917, PLR1716 - a kernel takes no objects; compiled as two compares
# mypy: disable-error-code="valid-type"
import cython


def rows4(
    start: cython.const[cython.uint][:],
    row: cython.const[cython.int][:],
    directory: cython.const[cython.int][:],
    asked: cython.const[cython.uint][:],
    out: cython.int[:],
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
    high: cython.longlong
    middle: cython.longlong
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
        # The range sought is the last that begins at or before the address: low is at or before it, high behind it.
        low = directory[address >> 16] - 1
        high = directory[(address >> 16) + 1]
        while high - low > 1:
            middle = (low + high) >> 1
            if start[middle] <= address:
                low = middle
            else:
                high = middle
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


def numbers4(data: cython.const[cython.uchar][:], out: cython.uint[:], good: cython.uchar[:]) -> cython.longlong:
    """Read addresses of version 4, one a line, as numbers; give how many lines there are.

    Args:
        data: the text; each line ends in a line feed.
        out: the number of each; 0 for what is no address.
        good: whether it is one: four numbers to 255 without zeros before them.
    """
    i: cython.Py_ssize_t
    line: cython.longlong = 0
    number: cython.uint = 0
    part: cython.uint = 0
    digits: cython.longlong = 0
    dots: cython.longlong = 0
    bad: cython.bint = False
    one: cython.uchar
    for i in range(len(data)):
        one = data[i]
        if one >= 48 and one <= 57:
            bad = bad or digits == 3 or (digits > 0 and part == 0)
            part = part * 10 + (one - 48)
            digits += 1
        elif one == 46:
            bad = bad or digits == 0 or part > 255 or dots == 3
            number = (number << 8) | part
            dots += 1
            part = 0
            digits = 0
        elif one == 10:
            bad = bad or digits == 0 or part > 255 or dots != 3
            out[line] = 0 if bad else (number << 8) | part
            good[line] = not bad
            line += 1
            number = 0
            part = 0
            digits = 0
            dots = 0
            bad = False
        else:
            bad = True
        if bad:  # so that no number grows past what it can hold; the line stays bad to its end
            part = 0
            digits = 1
    return line
