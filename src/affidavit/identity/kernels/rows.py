"""Grouping of numbers into rows, and the distinct ones of each row in order. Cython."""

# mypy: disable-error-code="valid-type"
import cython

_FEW = cython.declare(cython.longlong, 24)


@cython.ccall
def scatter(
    owner: cython.const[cython.longlong][:],
    item: cython.const[cython.ulonglong][:],
    cursor: cython.longlong[:],
    out: cython.ulonglong[:],
) -> None:
    """Put each item into the row of its owner.

    Args:
        owner: row of each item.
        item: what is put there.
        cursor: where each row begins in `out`; moved to where it ends.
        out: all rows end to end.
    """
    i: cython.longlong
    for i in range(len(owner)):
        out[cursor[owner[i]]] = item[i]
        cursor[owner[i]] += 1


@cython.cfunc
def _sink(item: cython.ulonglong[:], low: cython.longlong, at: cython.longlong, size: cython.longlong) -> None:
    """Let the item at `at` of a heap that begins at `low` sink to its place."""
    child: cython.longlong
    value: cython.ulonglong = item[low + at]
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and item[low + child + 1] > item[low + child]:
            child += 1
        if item[low + child] <= value:
            break
        item[low + at] = item[low + child]
        at = child
    item[low + at] = value


@cython.cfunc
def _sort(item: cython.ulonglong[:], low: cython.longlong, high: cython.longlong) -> None:
    """Sort the items from `low` to `high`."""
    i: cython.longlong
    j: cython.longlong
    value: cython.ulonglong
    if high - low <= _FEW:
        for i in range(low + 1, high):
            value = item[i]
            j = i
            while j > low and item[j - 1] > value:
                item[j] = item[j - 1]
                j -= 1
            item[j] = value
        return
    for i in range((high - low) // 2 - 1, -1, -1):
        _sink(item, low, i, high - low)
    for i in range(high - low - 1, 0, -1):
        value = item[low]
        item[low] = item[low + i]
        item[low + i] = value
        _sink(item, low, 0, i)


@cython.ccall
def distinct(start: cython.longlong[:], item: cython.ulonglong[:]) -> cython.longlong:
    """Sort each row and drop what is in it twice; what is left moves together. Give how many items are left.

    Args:
        start: where each row begins, and where the last one ends; changed in place.
        item: the items of all rows; changed in place.
    """
    row: cython.longlong
    i: cython.longlong
    begin: cython.longlong
    end: cython.longlong
    left: cython.longlong = 0
    for row in range(len(start) - 1):
        begin = start[row]
        end = start[row + 1]
        _sort(item, begin, end)
        start[row] = left
        for i in range(begin, end):
            if i == begin or item[i] != item[i - 1]:
                item[left] = item[i]
                left += 1
    if len(start):
        start[len(start) - 1] = left
    return left
