"""Grouping of numbers into rows, and the distinct ones of each row in order. Cython."""

# mypy: disable-error-code="valid-type"
import cython

_FEW = cython.declare(cython.longlong, 24)
_SPLITS = cython.declare(cython.longlong, 48)


@cython.ccall
def count(owner: cython.const[cython.longlong][:], out: cython.longlong[:], base: cython.longlong = 0) -> None:
    """Count the items of each owner.

    Args:
        owner: of each item; -1 for an item of none.
        out: one count for each owner from the first on; what is counted is added.
        base: the first owner.
    """
    i: cython.longlong
    for i in range(len(owner)):
        if owner[i] >= 0:
            out[owner[i] - base] += 1


@cython.ccall
def scatter(
    owner: cython.const[cython.longlong][:],
    item: cython.const[cython.ulonglong][:],
    cursor: cython.longlong[:],
    out: cython.ulonglong[:],
    base: cython.longlong = 0,
) -> None:
    """Put each item into the row of its owner.

    Args:
        owner: of each item; -1 for an item of none, which is dropped.
        item: what is put there.
        cursor: where each row begins in `out`; moved to where it ends.
        out: all rows end to end.
        base: the first owner.
    """
    i: cython.longlong
    row: cython.longlong
    for i in range(len(owner)):
        if owner[i] >= 0:
            row = owner[i] - base
            out[cursor[row]] = item[i]
            cursor[row] += 1


@cython.ccall
def ranks(
    owner: cython.const[cython.longlong][:],
    item: cython.const[cython.longlong][:],
    last: cython.longlong[:],
    met: cython.longlong[:],
    out: cython.longlong[:],
) -> None:
    """Number the like items of each owner from 0 on.

    Args:
        owner: of each item; those of one owner follow each other.
        item: what it is.
        last: by item, the last owner that had it; one place for each item, and no owner that is asked about.
        met: by item, how often that owner had it; as long as `last`.
        out: the number of each item among the like ones before it.
    """
    i: cython.longlong
    for i in range(len(owner)):
        if last[item[i]] != owner[i]:
            last[item[i]] = owner[i]
            met[item[i]] = 0
        out[i] = met[item[i]]
        met[item[i]] += 1


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
def _heap(item: cython.ulonglong[:], low: cython.longlong, high: cython.longlong) -> None:
    """Sort the items from `low` to `high`, in the same time whatever their order."""
    i: cython.longlong
    value: cython.ulonglong
    for i in range((high - low) // 2 - 1, -1, -1):
        _sink(item, low, i, high - low)
    for i in range(high - low - 1, 0, -1):
        value = item[low]
        item[low] = item[low + i]
        item[low + i] = value
        _sink(item, low, 0, i)


@cython.cfunc
def _sort(item: cython.ulonglong[:], low: cython.longlong, high: cython.longlong, splits: cython.longlong) -> None:
    """Sort the items from `low` to `high`; after so many splits of what should be halves, in the slower sure way."""
    i: cython.longlong
    j: cython.longlong
    value: cython.ulonglong
    pivot: cython.ulonglong
    while high - low > _FEW:
        if splits == 0:
            _heap(item, low, high)
            return
        splits -= 1
        i = low
        j = high - 1
        pivot = _middle(item[low], item[low + (high - low) // 2], item[high - 1])
        while i <= j:
            while item[i] < pivot:
                i += 1
            while item[j] > pivot:
                j -= 1
            if i <= j:
                value = item[i]
                item[i] = item[j]
                item[j] = value
                i += 1
                j -= 1
        _sort(item, low, j + 1, splits)
        low = i
    for i in range(low + 1, high):
        value = item[i]
        j = i
        while j > low and item[j - 1] > value:
            item[j] = item[j - 1]
            j -= 1
        item[j] = value


@cython.cfunc
@cython.inline
def _middle(one: cython.ulonglong, two: cython.ulonglong, three: cython.ulonglong) -> cython.ulonglong:
    """The middle one of three."""
    if one > two:
        one, two = two, one
    return one if three < one else min(three, two)


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
        _sort(item, begin, end, _SPLITS)
        start[row] = left
        for i in range(begin, end):
            if i == begin or item[i] != item[i - 1]:
                item[left] = item[i]
                left += 1
    if len(start):
        start[len(start) - 1] = left
    return left
