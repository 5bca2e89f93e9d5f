"""Numbers that a class file holds, in the form in which a compiler to dex would put them. Cython.

Source: Java Virtual Machine Specification, chapters 4 and 6.
"""

# ruff: noqa: PLR0911, PLR0917, PLR1714 - a kernel takes no objects; compiled as compares
# mypy: disable-error-code="valid-type"
import cython

_STORES = b"\0\0\0\0\x54\x55\x51\x52\x54\x56\x4f\x50"
"""The instruction that stores an item, by the form of ``newarray``."""


@cython.cfunc
@cython.inline
def _u2(data: cython.const[cython.uchar][:], at: cython.longlong) -> cython.longlong:
    """Two bytes."""
    return (data[at] << 8) | data[at + 1]


@cython.cfunc
@cython.inline
def _s2(data: cython.const[cython.uchar][:], at: cython.longlong) -> cython.longlong:
    """Two bytes, signed."""
    value: cython.longlong = _u2(data, at)
    return value - 65_536 if value >= 32_768 else value


@cython.cfunc
@cython.inline
def _s4(data: cython.const[cython.uchar][:], at: cython.longlong) -> cython.longlong:
    """Four bytes, signed."""
    return (_s2(data, at) << 16) | _u2(data, at + 2)


@cython.cfunc
def _pool(data: cython.const[cython.uchar][:], pool: cython.int[:]) -> cython.longlong:
    """Write the offset of each constant's tag, 0 for none; give the offset after the pool, or -1."""
    size: cython.longlong = len(data)
    count: cython.longlong = _u2(data, 8)
    at: cython.longlong = 10
    index: cython.longlong = 1
    tag: cython.longlong
    pool[:count] = 0
    while index < count:
        if at + 3 > size:
            return -1
        tag = data[at]
        pool[index] = cython.cast(cython.int, at)
        index += 1
        if tag == 1:
            at += 3 + _u2(data, at + 1)
        elif tag == 5 or tag == 6:
            at += 9
            index += 1
        elif tag == 3 or tag == 4 or 9 <= tag <= 12 or tag == 17 or tag == 18:
            at += 5
        elif tag == 15:
            at += 4
        else:
            at += 3
    return at if at <= size else -1


@cython.cfunc
def _constant(
    data: cython.const[cython.uchar][:],
    pool: cython.int[:],
    index: cython.longlong,
    scratch: cython.longlong[:],
) -> cython.longlong:
    """Read a constant that is a number into `scratch`; give its tag, or 0."""
    at: cython.longlong = pool[index] if index < len(pool) else 0
    tag: cython.longlong
    if at == 0 or at + 5 > len(data):
        return 0
    tag = data[at]
    if tag == 3 or tag == 4:
        scratch[0] = _s4(data, at + 1)
    elif (tag == 5 or tag == 6) and at + 9 <= len(data):
        scratch[0] = (_s4(data, at + 1) << 32) | (_s4(data, at + 5) & 0xFFFFFFFF)
    else:
        return 0
    return tag


@cython.cfunc
def _pushed(
    data: cython.const[cython.uchar][:],
    at: cython.longlong,
    end: cython.longlong,
    pool: cython.int[:],
    scratch: cython.longlong[:],
) -> cython.longlong:
    """The number that an instruction pushes and its length, into `scratch`; give its tag (3 to 6), or 0 for none."""
    op: cython.longlong = data[at] if at < end else 0
    scratch[1] = 1
    if 0x02 <= op <= 0x08:
        scratch[0] = op - 3
        return 3
    if op == 0x09 or op == 0x0A:
        scratch[0] = op - 9
        return 5
    if 0x0B <= op <= 0x0D:
        scratch[0] = 0 if op == 0x0B else (0x3F800000 if op == 0x0C else 0x40000000)
        return 4
    if op == 0x0E or op == 0x0F:
        scratch[0] = 0 if op == 0x0E else cython.cast(cython.longlong, 0x3FF) << 52
        return 6
    scratch[1] = 2
    if op == 0x10 and at + 2 <= end:
        scratch[0] = (data[at + 1] ^ 128) - 128
        return 3
    if op == 0x12 and at + 2 <= end:
        return _constant(data, pool, data[at + 1], scratch)
    scratch[1] = 3
    if op == 0x11 and at + 3 <= end:
        scratch[0] = _s2(data, at + 1)
        return 3
    if (op == 0x13 or op == 0x14) and at + 3 <= end:
        return _constant(data, pool, _u2(data, at + 1), scratch)
    return 0


@cython.cfunc
def _row(
    out: cython.longlong[:, :],
    count: cython.longlong,
    method: cython.longlong,
    what: cython.longlong,
    begin: cython.longlong,
    end: cython.longlong,
) -> cython.longlong:
    """Write one row if there is room for it; give how many there are."""
    if count < len(out):
        out[count, 0] = method
        out[count, 1] = what
        out[count, 2] = begin
        out[count, 3] = end
        return count + 1
    return count


@cython.cfunc
def _number(
    out: cython.longlong[:, :],
    count: cython.longlong,
    method: cython.longlong,
    value: cython.longlong,
) -> cython.longlong:
    """Write the magnitude of a literal, unless it is small or the number of a resource, which each app gives anew."""
    if -64 <= value <= 64 or 0x7F010000 <= value < 0x7F800000:
        return count
    return _row(out, count, method, 0, -value if value < 0 else value, 0)


@cython.cfunc
def _filled(
    data: cython.const[cython.uchar][:],
    at: cython.longlong,
    end: cython.longlong,
    items: cython.longlong,
    pool: cython.int[:],
    scratch: cython.longlong[:],
    keep: cython.uchar[:],
    kept: cython.longlong,
) -> cython.longlong:
    """Read the run of stores behind the ``newarray`` at `at` into `keep`, as a payload of dex code has it.

    Returns:
        The offset after the run, and `scratch` has the width of an item; 0 when an item is no number, or out of order.
    """
    form: cython.longlong = data[at + 1] if at + 1 < end else 0
    width: cython.longlong = 1 << ((form - 4) & 3) if 4 <= form <= 11 else 0
    tag: cython.longlong = 4 if form == 6 else (6 if form == 7 else (5 if form == 11 else 3))
    store: cython.longlong = _STORES[form] if form < 12 else 0
    item: cython.longlong = 0
    value: cython.longlong
    here: cython.longlong = at + 2
    i: cython.longlong
    if width == 0 or items <= 0 or items > end - at or kept + 6 + width * items > len(keep):
        return 0
    for i in range(kept, kept + 6 + width * items):
        keep[i] = 0
    while here < end and data[here] == 0x59:
        if _pushed(data, here + 1, end, pool, scratch) != 3 or scratch[0] < item or scratch[0] >= items:
            return 0
        item = scratch[0]
        here += 1 + scratch[1]
        if _pushed(data, here, end, pool, scratch) != tag:
            return 0
        value = scratch[0]
        here += scratch[1]
        if here >= end or data[here] != store:
            return 0
        here += 1
        for i in range(width):
            keep[kept + 6 + width * item + i] = cython.cast(cython.uchar, (value >> (8 * i)) & 255)
        item += 1
    if item == 0:
        return 0
    keep[kept] = cython.cast(cython.uchar, width)
    for i in range(4):
        keep[kept + 2 + i] = cython.cast(cython.uchar, (items >> (8 * i)) & 255)
    scratch[0] = width
    return here


@cython.cfunc
def _landing(
    data: cython.const[cython.uchar][:],
    at: cython.longlong,
    first: cython.longlong,
    end: cython.longlong,
) -> cython.longlong:
    """Where a jump to `at` leads once the gotos there were followed."""
    _: cython.longlong
    for _ in range(4):
        if at < first or at + 3 > end or data[at] != 0xA7:
            return at
        at += _s2(data, at + 1)
    return at


@cython.cfunc
def _switch(
    data: cython.const[cython.uchar][:],
    at: cython.longlong,
    first: cython.longlong,
    end: cython.longlong,
    keep: cython.uchar[:],
    kept: cython.longlong,
    scratch: cython.longlong[:],
) -> cython.longlong:
    """Write the keys that do not lead to the default into `keep`, four bytes each; give how many.

    `scratch` gets the length of the instruction, 0 when it cannot be read.
    """
    table: cython.longlong = at + 4 - (at - first) % 4
    lookup: cython.bint = data[at] == 0xAB
    default: cython.longlong
    low: cython.longlong = 0
    items: cython.longlong
    entries: cython.longlong
    i: cython.longlong
    j: cython.longlong
    key: cython.longlong
    keys: cython.longlong = 0
    scratch[0] = 0
    if table + (8 if lookup else 12) > end:
        return 0
    default = _landing(data, at + _s4(data, table), first, end)
    if lookup:
        items = _s4(data, table + 4)
        entries = table + 8
    else:
        low = _s4(data, table + 4)
        items = _s4(data, table + 8) - low + 1
        entries = table + 12
    if items < 0 or items > (end - entries) // (8 if lookup else 4) or kept + 4 * items > len(keep):
        return 0
    for i in range(items):
        key = _s4(data, entries + 8 * i) if lookup else low + i
        j = _s4(data, entries + 8 * i + 4) if lookup else _s4(data, entries + 4 * i)
        if _landing(data, at + j, first, end) != default:
            for j in range(4):
                keep[kept + 4 * keys + j] = cython.cast(cython.uchar, (key >> (8 * j)) & 255)
            keys += 1
    scratch[0] = entries + items * (8 if lookup else 4) - at
    return keys


@cython.cfunc
def _items(
    form: cython.longlong,
    items: cython.longlong,
    method: cython.longlong,
    out: cython.longlong[:, :],
    count: cython.longlong,
    keep: cython.uchar[:],
    kept: cython.longlong,
) -> cython.longlong:
    """Rows for items in `keep` one by one: keys of a switch (0), or of an array with items of `form` bytes."""
    i: cython.longlong
    j: cython.longlong
    value: cython.longlong
    width: cython.longlong = form or 4
    for i in range(items):
        value = 0
        for j in range(width):
            value |= cython.cast(cython.longlong, keep[kept + (6 if form else 0) + width * i + j]) << (8 * j)
        if width < 8 and value >> (8 * width - 1):
            value -= cython.cast(cython.longlong, 1) << (8 * width)
        count = _number(out, count, method, value)
    return count


@cython.cfunc
def _method(
    data: cython.const[cython.uchar][:],
    at: cython.longlong,
    end: cython.longlong,
    method: cython.longlong,
    lengths: cython.const[cython.schar][:],
    small: cython.longlong,
    pool: cython.int[:],
    scratch: cython.longlong[:],
    skips: cython.const[cython.longlong][:, :],
    out: cython.longlong[:, :],
    keep: cython.uchar[:],
) -> None:
    """Rows of one method; `scratch` has how many rows, kept bytes and ranges that were passed there are."""
    first: cython.longlong = at
    op: cython.longlong
    found: cython.longlong
    length: cython.longlong
    pushed: cython.longlong = 0
    while at < end:
        op = data[at]
        length = lengths[op]
        while scratch[4] < len(skips) and skips[scratch[4], 1] <= at:
            scratch[4] += 1
        count: cython.longlong = scratch[2]
        kept: cython.longlong = scratch[3]
        found = _pushed(data, at, end, pool, scratch)
        size: cython.longlong = pushed
        pushed = scratch[0] if found == 3 else 0
        if found:
            count = _number(out, count, method, scratch[0])
        elif op == 0xAA or op == 0xAB:
            found = _switch(data, at, first, end, keep, kept, scratch)
            length = scratch[0]
            count = _items(0, found, method, out, count, keep, kept)
            if found > small:
                count = _row(out, count, method, 2, kept, kept + 4 * found)
                kept += 4 * found
        elif op == 0xC4 and at + 6 <= end:
            length = 6 if data[at + 1] == 0x84 else 4
            count = _number(out, count, method, _s2(data, at + 4) if length == 6 else 0)
        elif op == 0x84 and at + 3 <= end:
            count = _number(out, count, method, (data[at + 2] ^ 128) - 128)
        elif op == 0xBC and size > 0:
            found = _filled(data, at, end, size, pool, scratch, keep, kept)
            length = found - at if found > 0 else length
            if found > 0 and size <= small:
                count = _items(scratch[0], size, method, out, count, keep, kept)
            elif found > 0:
                count = _row(out, count, method, 1, kept, kept + 6 + scratch[0] * size)
                kept += 6 + scratch[0] * size
        if scratch[4] >= len(skips) or skips[scratch[4], 0] > at:
            scratch[2] = count
            scratch[3] = kept
        if length <= 0:
            break
        at += length


def scan(
    data: cython.const[cython.uchar][:],
    first: cython.const[cython.uint][:],
    units: cython.const[cython.uint][:],
    lengths: cython.const[cython.schar][:],
    small: cython.longlong,
    pool: cython.int[:],
    scratch: cython.longlong[:],
    skips: cython.const[cython.longlong][:, :],
    out: cython.longlong[:, :],
    keep: cython.uchar[:],
) -> tuple[int, int]:
    """Write a row for each literal, array and switch of one class file.

    Args:
        data: the class file.
        first: where the code of each of its methods starts.
        units: its length in bytes.
        lengths: bytes by opcode; 0 for those of which the bytes decide, -1 for those that do not exist.
        small: items of an array, or keys of a switch, that are not one thing, but so many literals.
        pool: room for 65,536 numbers.
        scratch: room for five.
        skips: (n, 2): ranges of bytes in which nothing counts, ascending.
        out: (n, 4): method, what, begin, end. What: 0 a literal, which is `begin`; 1 an array and 2 the keys of a
            switch, which lie in `keep`.
        keep: room for arrays and keys: twice the length of the file.

    Returns:
        How many rows there are, without those for which there is no room, and the offset after the constants or -1.
    """
    method: cython.longlong
    behind: cython.longlong = _pool(data, pool)
    if behind < 0 or behind + 10 > len(data):
        return 0, -1
    scratch[2:5] = 0
    pool = pool[: _u2(data, 8)]
    for method in range(len(first)):
        if first[method] > 0 and cython.cast(cython.longlong, first[method]) + units[method] <= len(data):
            end: cython.longlong = cython.cast(cython.longlong, first[method]) + units[method]
            _method(data, first[method], end, method, lengths, small, pool, scratch, skips, out, keep)
    return scratch[2], behind
