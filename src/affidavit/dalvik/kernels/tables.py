"""Walks over the variable-length parts of a dex file: string data, type lists, class data, static values.

Cython in pure-Python mode: compiled it is the fast path, uncompiled its own oracle. Every position is compared with the
length of `data` before it is read, and every walk is bounded by the length of the file or by the size of its output, so
that offsets which overlap or repeat cannot make it quadratic. Formats: dex format, sections named in each docstring.
"""

# ruff: noqa: PLR0917 - columns are passed one by one: a kernel takes no objects
# mypy: disable-error-code="valid-type"
import cython

_U32 = cython.declare(cython.longlong, 0xFFFFFFFF)  # typed: a literal this large would be a Python object in the loops


@cython.cfunc
@cython.inline
def _uleb(data: cython.const[cython.uchar][:], at: cython.longlong) -> cython.longlong:
    """Read an unsigned LEB128 of at most five bytes: ``(position after it << 32) | value``, or -1 past the end."""
    size: cython.longlong = data.shape[0] if cython.compiled else len(data)
    value: cython.longlong = 0
    shift: cython.longlong = 0
    byte: cython.longlong = 0
    while shift < 35:
        if at >= size:
            return -1
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return (at << 32) | (value & _U32)


@cython.ccall
def scan_strings(
    data: cython.const[cython.uchar][:],
    offsets: cython.const[cython.uint][:],
    order: cython.const[cython.longlong][:],
    begins: cython.longlong[:],
    ends: cython.longlong[:],
) -> cython.longlong:
    """Find where each string's bytes begin and end (string_data_item: uleb128 length, MUTF-8 bytes, NUL).

    Args:
        data: the file.
        offsets: (n,) offset of each string_data_item.
        order: (n,) rows in order of offset, so that bytes shared by overlapping strings are scanned once.
        begins: (n,) out: first byte of the text; 0 for a string that cannot be read.
        ends: (n,) out: its NUL; equal to `begins` for an empty or unreadable string.

    Returns:
        How many strings could not be read: offset outside of the file, no NUL, or overlapping others so much that all
        texts together would be longer than the file.
    """
    size: cython.longlong = data.shape[0] if cython.compiled else len(data)
    count: cython.longlong = order.shape[0] if cython.compiled else len(order)
    i: cython.longlong
    row: cython.longlong
    read: cython.longlong
    begin: cython.longlong
    at: cython.longlong
    last_begin: cython.longlong = 0
    last_end: cython.longlong = -1
    total: cython.longlong = 0
    bad: cython.longlong = 0
    for i in range(count):
        row = order[i]
        begins[row] = 0
        ends[row] = 0
        read = _uleb(data, offsets[row])
        if read < 0:
            bad += 1
            continue
        begin = read >> 32
        at = begin
        if begin <= last_end:  # begins come in order but for the few bytes by which the lengths before them differ
            while at < last_begin and data[at] != 0:
                at += 1
            if at >= last_begin:
                at = last_end
        while at < size and data[at] != 0:
            at += 1
        if at >= last_end:
            last_begin = begin
            last_end = at
        if at >= size or total + at - begin > size:
            bad += 1
            continue
        total += at - begin
        begins[row] = begin
        ends[row] = at
    return bad


@cython.ccall
def read_type_lists(
    data: cython.const[cython.uchar][:],
    offsets: cython.const[cython.uint][:],
    types: cython.longlong,
    starts: cython.int[:],
    items: cython.int[:],
) -> cython.longlong:
    """Read a type_list (u4 size, u2 indices) for each offset; offset 0 stands for an empty list.

    Args:
        data: the file.
        offsets: (n,) offset of each list.
        types: how many types there are; an index beyond is written as -1.
        starts: (n + 1,) out: start of each row in `items`.
        items: (m,) out; a list that does not fit is left empty. Pass m = 0 to count only: then nothing is written
            but `starts`, bounded by half the length of the file.

    Returns:
        Number of lists that could not be read, plus number of indices that are out of range.
    """
    size: cython.longlong = data.shape[0] if cython.compiled else len(data)
    count: cython.longlong = offsets.shape[0] if cython.compiled else len(offsets)
    room: cython.longlong = items.shape[0] if cython.compiled else len(items)
    counting: cython.bint = room == 0
    at: cython.longlong
    length: cython.longlong
    i: cython.longlong
    j: cython.longlong
    index: cython.longlong
    used: cython.longlong = 0
    bad: cython.longlong = 0
    if counting:
        room = min(size // 2, 0x7FFFFFFF)
    for i in range(count):
        starts[i] = used
        at = offsets[i]
        if at == 0:
            continue
        if at + 4 > size:
            bad += 1
            continue
        length = (
            data[at] | (data[at + 1] << 8) | (data[at + 2] << 16) | (cython.cast(cython.longlong, data[at + 3]) << 24)
        )
        if length > 0xFFFF or at + 4 + 2 * length > size or used + length > room:
            bad += 1
            continue
        if not counting:
            for j in range(length):
                index = data[at + 4 + 2 * j] | (data[at + 5 + 2 * j] << 8)
                if index >= types:
                    bad += 1
                    index = -1
                items[used + j] = index
        used += length
    starts[count] = used
    return bad


@cython.ccall
def count_members(
    data: cython.const[cython.uchar][:], offsets: cython.const[cython.uint][:], totals: cython.longlong[:]
) -> None:
    """Add up what the class_data_items say they hold.

    Args:
        data: the file.
        offsets: (n,) offset of each class_data_item, 0 for none.
        totals: (2,) out: fields and methods.
    """
    size: cython.longlong = data.shape[0] if cython.compiled else len(data)
    count: cython.longlong = offsets.shape[0] if cython.compiled else len(offsets)
    i: cython.longlong
    j: cython.longlong
    read: cython.longlong
    totals[0] = 0
    totals[1] = 0
    for i in range(count):
        if offsets[i] == 0 or offsets[i] >= size:
            continue
        read = cython.cast(cython.longlong, offsets[i]) << 32
        for j in range(4):
            read = _uleb(data, read >> 32)
            if read < 0:
                break
            totals[j >> 1] += read & _U32


@cython.ccall
def read_members(
    data: cython.const[cython.uchar][:],
    offsets: cython.const[cython.uint][:],
    limits: cython.const[cython.longlong][:],
    fields: cython.longlong[:, :],
    methods: cython.longlong[:, :],
    summary: cython.longlong[:],
) -> None:
    """Walk every class_data_item: defined fields, then defined methods, in the file's order.

    Args:
        data: the file.
        offsets: (n,) offset of each class_data_item, 0 for none.
        limits: (2,) number of field ids and of method ids; an index beyond is written as -1.
        fields: (m, 4) out: field index, class row, access flags, 0.
        methods: (k, 4) out: method index, class row, access flags, offset of the code_item or 0.
        summary: (4,) out: fields written, methods written, classes not read to their end, indices out of range.
    """
    size: cython.longlong = data.shape[0] if cython.compiled else len(data)
    count: cython.longlong = offsets.shape[0] if cython.compiled else len(offsets)
    row: cython.longlong
    at: cython.longlong
    for row in range(4):
        summary[row] = 0
    for row in range(count):
        at = offsets[row]
        if at != 0:
            # An offset beyond the file would not survive being packed with a value.
            at = _read_class(data, at, row, limits, fields, methods, summary) if at < size else -1
            summary[2] += at < 0


@cython.cfunc
def _read_class(
    data: cython.const[cython.uchar][:],
    at: cython.longlong,
    row: cython.longlong,
    limits: cython.const[cython.longlong][:],
    fields: cython.longlong[:, :],
    methods: cython.longlong[:, :],
    summary: cython.longlong[:],
) -> cython.longlong:
    """Read one class_data_item; the position after it, or -1 when it does not end inside the file and the outputs."""
    sizes: cython.longlong[4] = [0, 0, 0, 0]
    read: cython.longlong = at << 32
    part: cython.longlong
    for part in range(4):
        read = _uleb(data, read >> 32)
        if read < 0:
            return -1
        sizes[part] = read & _U32
    for part in range(4):
        if part < 2:
            read = _read_group(data, read, sizes[part], 2, row, limits[0], fields, summary, 0)
        else:
            read = _read_group(data, read, sizes[part], 3, row, limits[1], methods, summary, 1)
        if read < 0:
            return -1
    return read >> 32


@cython.cfunc
def _read_group(
    data: cython.const[cython.uchar][:],
    read: cython.longlong,
    size: cython.longlong,
    width: cython.longlong,
    row: cython.longlong,
    limit: cython.longlong,
    out: cython.longlong[:, :],
    summary: cython.longlong[:],
    which: cython.longlong,
) -> cython.longlong:
    """Read `size` encoded members of `width` numbers; the packed position after them, or -1."""
    room: cython.longlong = out.shape[0]
    index: cython.longlong = 0
    _i: cython.longlong
    j: cython.longlong
    n: cython.longlong
    for _i in range(size):
        n = summary[which]
        if n >= room:
            return -1
        out[n, 1] = row
        out[n, 3] = 0
        for j in range(width):
            read = _uleb(data, read >> 32)
            if read < 0:
                return -1
            if j == 0:
                index += read & _U32
                out[n, 0] = index if index < limit else -1
            else:
                out[n, j + 1] = read & _U32
        summary[3] += index >= limit
        summary[which] = n + 1
    return read


@cython.ccall
def read_static_strings(
    data: cython.const[cython.uchar][:],
    offsets: cython.const[cython.uint][:],
    strings: cython.longlong,
    out: cython.longlong[:, :],
) -> cython.longlong:
    """Walk the static values (encoded_array_item) of every class and keep the strings among them.

    Args:
        data: the file.
        offsets: (n,) offset of each class's encoded_array_item, 0 for none.
        strings: number of string ids; a value beyond is not written.
        out: (m, 4) out: class row, position among the class's static fields, string index, offset of the value.

    Returns:
        Rows written. A class is left at an array or annotation value, at a type that the format does not know, at the
        end of the file, and when `out` is full.
    """
    size: cython.longlong = data.shape[0] if cython.compiled else len(data)
    count: cython.longlong = offsets.shape[0] if cython.compiled else len(offsets)
    room: cython.longlong = out.shape[0]
    budget: cython.longlong = size
    row: cython.longlong
    read: cython.longlong
    at: cython.longlong
    values: cython.longlong
    i: cython.longlong
    j: cython.longlong
    form: cython.longlong
    length: cython.longlong
    index: cython.longlong
    n: cython.longlong = 0
    for row in range(count):
        read = _uleb(data, offsets[row]) if offsets[row] != 0 else -1
        if read < 0:
            continue
        values = read & _U32
        at = read >> 32
        for i in range(values):
            budget -= 1
            if at >= size or budget < 0:
                break
            form = data[at] & 0x1F
            length = 0 if form >= 0x1E else (data[at] >> 5) + 1
            if form == 0x1C or form == 0x1D or at + 1 + length > size:  # noqa: PLR1714 - compiled as two compares
                break
            if form == 0x17 and length <= 4 and n < room:
                index = 0
                for j in range(length):
                    index |= cython.cast(cython.longlong, data[at + 1 + j]) << (8 * j)
                if index < strings:
                    out[n, 0] = row
                    out[n, 1] = i
                    out[n, 2] = index
                    out[n, 3] = at
                    n += 1
            at += 1 + length
    return n
