"""Counting sort into compressed sparse rows. Cython in pure-Python mode, see `tables`."""

# mypy: disable-error-code="valid-type"
import cython


@cython.ccall
def group_rows(
    keys: cython.const[cython.int][:],
    kinds: cython.const[cython.uchar][:],
    kind: cython.longlong,
    starts: cython.int[:],
    items: cython.int[:],
) -> cython.longlong:
    """Sort the rows of one kind by key, keeping their order within a key.

    Args:
        keys: (n,) key of each row; negative rows are left out.
        kinds: (n,) kind of each row.
        kind: the kind to take.
        starts: (k + 1,) zeroed; out: start of each key's rows in `items`. Keys must be below k.
        items: (m,) out: rows; pass m = 0 to count only.

    Returns:
        How many rows there are (the m that is needed).
    """
    count: cython.longlong = keys.shape[0] if cython.compiled else len(keys)
    room: cython.longlong = items.shape[0] if cython.compiled else len(items)
    last: cython.longlong = (starts.shape[0] if cython.compiled else len(starts)) - 1
    i: cython.longlong
    total: cython.longlong
    if room == 0:
        for i in range(count):
            if kinds[i] == kind and keys[i] >= 0:
                starts[keys[i] + 1] += 1
        for i in range(last):
            starts[i + 1] += starts[i]
        return starts[last]
    for i in range(count):
        if kinds[i] == kind and keys[i] >= 0:
            items[starts[keys[i]]] = i
            starts[keys[i]] += 1
    total = starts[last - 1] if last > 0 else 0
    for i in range(last, 0, -1):
        starts[i] = starts[i - 1]
    starts[0] = 0
    return total
