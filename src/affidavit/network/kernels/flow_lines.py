"""Lines of flow logs added up by server: addresses of version 4 and plain numbers alone, so that a key has 64 bits and
nothing is compared by a hash. Any other line is left to the caller. Cython.
"""

# mypy: disable-error-code="valid-type"
import cython

SOURCE, TARGET, SOURCE_PORT, TARGET_PORT, PROTOCOL, AMOUNT, BEGIN, END, ACTION, FLAGS = range(1, 11)
"""What a column may be; 0 is any other."""
KEY, AT, BEGUN, ENDED, UP, DOWN, RECORDS, CLIENT, COLUMNS = range(9)
"""Columns of a row of the table. The client is -1 where there are several."""
_LARGEST = cython.declare(cython.longlong, 1 << 61)
_GOLDEN = cython.declare(cython.ulonglong, 0x9E3779B97F4A7C15)


@cython.cfunc
@cython.inline
def _number(data: cython.const[cython.uchar][:], begin: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.longlong:
    """A number of 1 to 15 digits; -1 when it is none."""
    value: cython.longlong = 0
    at: cython.Py_ssize_t
    if end == begin or end - begin > 15:
        return -1
    for at in range(begin, end):
        if data[at] < 48 or data[at] > 57:
            return -1
        value = value * 10 + data[at] - 48
    return value


@cython.cfunc
@cython.inline
def _address(data: cython.const[cython.uchar][:], begin: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.longlong:
    """An address of version 4, written in the one way that there is; -1 when it is none."""
    value: cython.longlong = 0
    octet: cython.longlong = -1
    dots: cython.int = 0
    at: cython.Py_ssize_t
    for at in range(begin, end):
        if data[at] == 46:
            if octet < 0 or dots == 3:
                return -1
            value = value << 8 | octet
            octet = -1
            dots += 1
        elif data[at] < 48 or data[at] > 57 or octet == 0 or octet > 25:
            return -1
        else:
            octet = data[at] - 48 if octet < 0 else octet * 10 + data[at] - 48
            if octet > 255:
                return -1
    if octet < 0 or dots != 3:
        return -1
    return value << 8 | octet


@cython.cfunc
@cython.inline
def _field(
    data: cython.const[cython.uchar][:], begin: cython.Py_ssize_t, end: cython.Py_ssize_t, role: cython.longlong
) -> cython.longlong:
    """The value of a column; -1 when it is not plain. Of an action it is whether the record was refused."""
    if role in {1, 2}:
        return _address(data, begin, end)
    if role != 9:
        return _number(data, begin, end)
    if end - begin != 6 or (data[begin] != 65 and data[begin] != 82):
        return -1
    return 1 if data[begin] == 82 else 0


@cython.cfunc
@cython.inline
def _take(
    values: cython.p_longlong,
    table: cython.longlong[:, :],
    slots: cython.int[:],
    count: cython.Py_ssize_t,
    where: cython.longlong,
) -> cython.Py_ssize_t:
    """Add one record to its row; how many rows there are then."""
    forward: cython.bint = values[4] <= values[3]
    if values[10] & 2:
        forward = not values[10] & 16
    server: cython.longlong = values[2] if forward else values[1]
    client: cython.longlong = values[1] if forward else values[2]
    port: cython.longlong = values[4] if forward else values[3]
    key: cython.ulonglong = cython.cast(cython.ulonglong, server) << 32 | port << 16 | values[5] << 8 | values[9]
    mask: cython.ulonglong = len(slots) - 1
    slot: cython.ulonglong = (key * _GOLDEN) >> 40 & mask
    row: cython.Py_ssize_t = slots[slot] - 1
    while row >= 0 and cython.cast(cython.ulonglong, table[row, 0]) != key:
        slot = (slot + 1) & mask
        row = slots[slot] - 1
    if row < 0:
        row = count
        count += 1
        slots[slot] = row + 1
        table[row, 0] = cython.cast(cython.longlong, key)
        table[row, 1] = where
        table[row, 2] = values[7]
        table[row, 3] = values[8]
        table[row, 4] = table[row, 5] = table[row, 6] = 0
        table[row, 7] = client
    table[row, 2] = min(table[row, 2], values[7])
    table[row, 3] = max(table[row, 3], values[8])
    table[row, 4 if forward else 5] = min(table[row, 4 if forward else 5] + values[6], _LARGEST)
    table[row, 6] += 1
    if table[row, 7] != client:
        table[row, 7] = -1
    return count


@cython.cfunc
@cython.inline
def _line(
    data: cython.const[cython.uchar][:],
    at: cython.Py_ssize_t,
    roles: cython.const[cython.longlong][:],
    values: cython.p_longlong,
) -> cython.Py_ssize_t:
    """Read the columns of one line; the place of its newline, or -1 when the line is not plain or not whole."""
    size: cython.Py_ssize_t = len(data)
    width: cython.Py_ssize_t = len(roles)
    field: cython.Py_ssize_t = 0
    start: cython.Py_ssize_t = at
    role: cython.longlong
    for role in range(11):
        values[role] = 0
    while at < size:
        if data[at] == 32 or data[at] == 10:
            if field >= width:
                return -1
            role = roles[field]
            if role:
                values[role] = _field(data, start, at, role)
                if values[role] < 0:
                    return -1
            field += 1
            start = at + 1
            if data[at] == 10:
                plain: cython.bint = values[3] < 65536 and values[4] < 65536 and values[5] < 256
                return at if plain and field == width else -1
        at += 1
    return -1


def add(
    data: cython.const[cython.uchar][:],
    begin: cython.Py_ssize_t,
    base: cython.longlong,
    *,
    roles: cython.const[cython.longlong][:],
    table: cython.longlong[:, :],
    slots: cython.int[:],
    rows: cython.Py_ssize_t,
) -> tuple[int, int]:
    """Add up lines until one is not plain, the table is full, or no whole line is left.

    Args:
        data: the lines. The last one counts when a newline ends it.
        begin: where to go on, the first byte of a line.
        base: offset of the data in the file.
        roles: what each column is; columns are divided by one space.
        table: rows in the order in which they were met.
        slots: of the hash table, a power of two and at least twice as many as rows: a row's number and one, or zero.
        rows: how many there are.

    Returns:
        (first byte of the line that was not taken, rows now).
    """
    values = cython.declare(cython.longlong[11])
    most: cython.Py_ssize_t = len(table)
    at: cython.Py_ssize_t
    if 2 * most > len(slots):
        raise ValueError(most)
    while rows < most:
        at = _line(data, begin, roles, values)
        if at < 0:
            break
        rows = _take(values, table, slots, rows, base + begin)
        begin = at + 1
    return begin, rows
