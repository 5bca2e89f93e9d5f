"""The values in a list or dictionary of tagged netstrings: where each one is, in one pass. Cython."""

# mypy: disable-error-code="valid-type"
import cython


def values(
    data: cython.const[cython.uchar][:], begin: cython.Py_ssize_t, end: cython.Py_ssize_t, most: cython.Py_ssize_t
) -> tuple[list[tuple[int, int, int]], int]:
    """The values that follow each other in some bytes.

    Args:
        data: the bytes.
        begin: of the first value.
        end: behind the last one.
        most: how many are wanted.

    Returns:
        ((begin of the content, end, type) of each, place behind them). The place is -1 when a length is missing, or
        leads out of these bytes or to no type.
    """
    found: list[tuple[int, int, int]] = []
    at: cython.Py_ssize_t = begin
    digits: cython.Py_ssize_t
    length: cython.Py_ssize_t
    last: cython.Py_ssize_t
    kind: cython.uchar
    if begin < 0 or end > len(data):
        raise IndexError(end)
    while at < end and len(found) < most:
        length = 0
        digits = 0
        while at < end and digits < 12 and 48 <= data[at] <= 57:
            length = length * 10 + data[at] - 48
            digits += 1
            at += 1
        if digits == 0 or at >= end or data[at] != 58:
            return found, -1
        at += 1
        last = at + length
        if last >= end:
            return found, -1
        kind = data[last]
        if kind not in {44, 59, 35, 94, 33, 126, 93, 125}:
            return found, -1
        found.append((at, last, kind))
        at = last + 1
    return found, at
