"""Numbers that dex code holds: literals, arrays, keys of switches, initial values of static fields. Cython.

Source: Dalvik bytecode, "Summary of bytecode set" and the formats of payloads; dex format, encoded_array_item.
"""

# ruff: noqa: PLR0911, PLR0917, PLR1714 - a kernel takes no objects; compiled as two compares
# mypy: disable-error-code="valid-type"
import cython


@cython.cfunc
@cython.inline
def _unit(data: cython.const[cython.uchar][:], at: cython.longlong) -> cython.longlong:
    """One code unit."""
    return data[at] | (data[at + 1] << 8)


@cython.cfunc
@cython.inline
def _word(data: cython.const[cython.uchar][:], at: cython.longlong) -> cython.longlong:
    """Two code units as a signed number."""
    value: cython.longlong = _unit(data, at) | (_unit(data, at + 2) << 16)
    return _signed(value, 32)


@cython.cfunc
@cython.inline
def _signed(value: cython.longlong, bits: cython.longlong) -> cython.longlong:
    """Two's complement."""
    one: cython.longlong = 1
    return value - (one << bits) if value >> (bits - 1) else value


@cython.cfunc
def _literal(data: cython.const[cython.uchar][:], at: cython.longlong, op: cython.longlong) -> cython.longlong:
    """The literal of an instruction, 0 when it has none that could count."""
    low: cython.longlong
    if op == 0x13 or op == 0x16:
        return _signed(_unit(data, at + 2), 16)
    if op == 0x14 or op == 0x17:
        return _word(data, at + 2)
    if op == 0x15:
        return _signed(_unit(data, at + 2) << 16, 32)
    if op == 0x18:
        low = _unit(data, at + 2) | (_unit(data, at + 4) << 16) | (_unit(data, at + 6) << 32)
        return low | (_signed(_unit(data, at + 8), 16) << 48)
    if op == 0x19:
        return _signed(_unit(data, at + 2), 16) << 48
    if 0xD0 <= op <= 0xD7:
        return _signed(_unit(data, at + 2), 16)
    if 0xD8 <= op <= 0xE2:
        return _signed(data[at + 3], 8)
    return 0


@cython.cfunc
def _width(
    data: cython.const[cython.uchar][:],
    at: cython.longlong,
    end: cython.longlong,
    widths: cython.const[cython.uchar][:],
) -> cython.longlong:
    """Code units of the instruction or payload at byte `at`."""
    form: cython.longlong = data[at + 1]
    if data[at] != 0 or form == 0 or form > 3:
        return widths[data[at]] & 7
    if at + 8 > end and (form == 3 or at + 4 > end):
        return end - at
    if form == 1:
        return 4 + 2 * _unit(data, at + 2)
    if form == 2:
        return 2 + 4 * _unit(data, at + 2)
    return 4 + ((_unit(data, at + 4) | (_unit(data, at + 6) << 16)) * _unit(data, at + 2) + 1) // 2


@cython.cfunc
def _landing(
    data: cython.const[cython.uchar][:],
    at: cython.longlong,
    first: cython.longlong,
    end: cython.longlong,
) -> cython.longlong:
    """Where a jump to byte `at` leads once the gotos there were followed."""
    _: cython.longlong
    for _ in range(4):
        if at < first or at + 2 > end:
            return at
        if data[at] == 0x28:
            at += 2 * _signed(data[at + 1], 8)
        elif data[at] == 0x29 and at + 4 <= end:
            at += 2 * _signed(_unit(data, at + 2), 16)
        else:
            return at
    return at


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
def _array(
    data: cython.const[cython.uchar][:],
    at: cython.longlong,
    end: cython.longlong,
    method: cython.longlong,
    small: cython.longlong,
    out: cython.longlong[:, :],
    count: cython.longlong,
) -> cython.longlong:
    """The payload of an array: a row of its own, or one for each item when there are few."""
    width: cython.longlong = _unit(data, at + 2)
    items: cython.longlong = _unit(data, at + 4) | (_unit(data, at + 6) << 16)
    i: cython.longlong
    j: cython.longlong
    value: cython.longlong
    if at + 8 + width * items > end:
        return count
    if items > small:
        return _row(out, count, method, 1, at + 2, at + 8 + width * items)
    if width > 8:
        return count
    for i in range(items):
        value = 0
        for j in range(width):
            value |= cython.cast(cython.longlong, data[at + 8 + width * i + j]) << (8 * j)
        count = _number(out, count, method, value if width >= 8 or width == 0 else _signed(value, 8 * width))
    return count


@cython.cfunc
def _switch(
    data: cython.const[cython.uchar][:],
    at: cython.longlong,
    first: cython.longlong,
    end: cython.longlong,
    keep: cython.int[:],
    kept: cython.longlong,
    room: cython.longlong,
) -> cython.longlong:
    """Write the keys of the switch at byte `at` that do not lead to its default into `keep`; give how many."""
    table: cython.longlong = at + 2 * _word(data, at + 2)
    default: cython.longlong = _landing(data, at + 6, first, end)
    sparse: cython.bint = data[at] == 0x2C
    i: cython.longlong
    key: cython.longlong
    keys: cython.longlong = 0
    if table < first or table + 8 > end or data[table] != 0 or data[table + 1] != (2 if sparse else 1):
        return 0
    items: cython.longlong = _unit(data, table + 2)
    targets: cython.longlong = table + 4 + 4 * items if sparse else table + 8
    if targets + 4 * items > end or kept + items > room:
        return 0
    for i in range(items):
        if _landing(data, at + 2 * _word(data, targets + 4 * i), first, end) != default:
            key = _word(data, table + 4 + 4 * i) if sparse else _word(data, table + 4) + i
            keep[kept + keys] = cython.cast(cython.int, key)
            keys += 1
    return keys


def scan(
    data: cython.const[cython.uchar][:],
    first: cython.const[cython.uint][:],
    units: cython.const[cython.uint][:],
    widths: cython.const[cython.uchar][:],
    small: cython.longlong,
    out: cython.longlong[:, :],
    keep: cython.int[:],
) -> tuple[int, int]:
    """Write a row for each literal, array and switch.

    Args:
        data: the dex file.
        first: where the code of each method starts, in bytes.
        units: its length in code units.
        widths: code units by opcode.
        small: items of an array, or keys of a switch, that are not one thing, but so many literals.
        out: (n, 4): method, what, begin, end. What: 0 a literal, which is `begin`; 1 an array, whose content lies in
            `data`; 2 the keys of a switch, which lie in `keep`.
        keep: room for keys, one for each two code units.

    Returns:
        How many rows there are, of which those that found room in `out` are written; and how many keys.
    """
    method: cython.longlong
    at: cython.longlong
    end: cython.longlong
    op: cython.longlong
    i: cython.longlong
    keys: cython.longlong
    count: cython.longlong = 0
    kept: cython.longlong = 0
    size: cython.longlong = len(data)
    for method in range(len(first)):
        at = first[method]
        end = at + 2 * units[method]
        if at == 0 or end > size:
            continue
        room: cython.longlong = min(kept + units[method] // 2, len(keep))
        while at + 2 <= end:
            op = data[at]
            length: cython.longlong = widths[op] & 7 if op != 0 else _width(data, at, end, widths)
            if length <= 0 or at + 2 * length > end:
                break
            if 0x13 <= op <= 0x19 or 0xD0 <= op <= 0xE2:
                count = _number(out, count, method, _literal(data, at, op))
            elif op == 0:
                if data[at + 1] == 3:
                    count = _array(data, at, end, method, small, out, count)
            elif op == 0x2B or op == 0x2C:
                # Switches may share a table, so what they copy of it is bounded by the method.
                keys = _switch(data, at, first[method], end, keep, kept, room)
                if keys > 0:
                    for i in range(keys):
                        count = _number(out, count, method, keep[kept + i])
                    if keys > small:
                        count = _row(out, count, method, 2, kept, kept + keys)
                    kept += keys
            at += 2 * length
    return count, kept


def static_values(
    data: cython.const[cython.uchar][:], offsets: cython.const[cython.uint][:], out: cython.longlong[:, :]
) -> cython.longlong:
    """Write (class row, form of the value, number) for the initial values of static fields; give how many.

    Numbers are sign-extended as the format has it, floating-point ones filled with zeros to the right. A class is left
    at a value that holds others, at the end of the file and when `out` is full.

    Args:
        data: the dex file.
        offsets: of each class's encoded_array_item; 0 for none.
        out: (n, 3).
    """
    size: cython.longlong = len(data)
    row: cython.longlong
    at: cython.longlong
    i: cython.longlong
    form: cython.longlong
    length: cython.longlong
    value: cython.longlong
    count: cython.longlong = 0
    budget: cython.longlong = size
    for row in range(len(offsets)):
        at = offsets[row]
        if at == 0:
            continue
        values: cython.longlong = 0
        for i in range(5):
            if at >= size:
                break
            values |= cython.cast(cython.longlong, data[at] & 0x7F) << (7 * i)
            at += 1
            if data[at - 1] < 0x80:
                break
        while values > 0 and at < size and budget > 0 and count < len(out):
            values -= 1
            budget -= 1
            form = data[at] & 0x1F
            length = 0 if form >= 0x1E else (data[at] >> 5) + 1
            if form == 0x1C or form == 0x1D or length > 8 or at + 1 + length > size:
                break
            value = 0
            for i in range(length):
                value |= cython.cast(cython.longlong, data[at + 1 + i]) << (8 * i)
            if length and length < 8 and (form == 0 or form == 2 or form == 4 or form == 6):
                value = _signed(value, 8 * length)
            elif form == 0x10:
                value = _signed((value << (8 * max(4 - length, 0))) & 0xFFFFFFFF, 32)
            elif form == 0x11:
                value <<= 8 * (8 - length)
            out[count, 0] = row
            out[count, 1] = form
            out[count, 2] = value
            count += 1
            at += 1 + length
    return count


@cython.cfunc
def _jvm_width(
    data: cython.const[cython.uchar][:],
    at: cython.longlong,
    first: cython.longlong,
    end: cython.longlong,
    widths: cython.const[cython.uchar][:],
) -> cython.longlong:
    """Bytes of the JVM's instruction at byte `at`; what cannot be read reaches to the end."""
    op: cython.longlong = data[at]
    table: cython.longlong = at + 4 - (at - first) % 4
    items: cython.longlong
    i: cython.longlong
    low: cython.longlong = 0
    if widths[op] > 0:
        return widths[op]
    if op == 0xC4 and at + 2 <= end:
        return 6 if data[at + 1] == 0x84 else 4
    if (op != 0xAA and op != 0xAB) or table + 12 > end:
        return end - at
    items = 0
    for i in range(4):
        items = (items << 8) | data[table + (8 if op == 0xAA else 4) + i]
        low = (low << 8) | data[table + 4 + i]
    items = _signed(items, 32)
    if op == 0xAA:
        items = items - _signed(low, 32) + 1
    if items < 0 or items > end - at:
        return end - at
    return table + (12 + 4 * items if op == 0xAA else 8 + 8 * items) - at


def runs(
    data: cython.const[cython.uchar][:],
    first: cython.const[cython.uint][:],
    units: cython.const[cython.uint][:],
    widths: cython.const[cython.uchar][:],
    ends: cython.const[cython.uchar][:],
    unit: cython.longlong,
    owner: cython.const[cython.int][:],
    offset: cython.const[cython.uint][:],
    out: cython.int[:],
) -> None:
    """Number some instructions by the straight run of instructions in which they are.

    Args:
        data: the dex or class file.
        first: where the code of each method starts, in bytes.
        units: its length.
        widths: length by opcode; of the JVM 0 where the bytes decide.
        ends: by opcode, whether a run ends behind it.
        unit: bytes of a unit of length, 2 for dex and 1 for the JVM.
        owner: method of each instruction that is asked about, ascending.
        offset: of each, ascending within a method; where an instruction begins.
        out: the number of its run; -1 for one that was not met.
    """
    method: cython.longlong
    at: cython.longlong
    end: cython.longlong
    length: cython.longlong
    row: cython.longlong = 0
    run: cython.longlong = 0
    out[:] = -1
    while row < len(owner):
        method = owner[row]
        behind: cython.longlong = row
        while behind < len(owner) and owner[behind] == method:
            behind += 1
        run += 1
        at = offset[row]
        end = first[method] + unit * cython.cast(cython.longlong, units[method])
        if first[method] == 0 or at < first[method] or end > len(data):
            row = behind
        while row < behind and at < end:
            if unit == 1:
                length = _jvm_width(data, at, first[method], end, widths)
            elif data[at] != 0:
                length = 2 * cython.cast(cython.longlong, widths[data[at]] & 7)
            elif at + 2 > end:
                break
            else:
                length = 2 * _width(data, at, end, widths)
            while row < behind and offset[row] <= at:
                if offset[row] == at:
                    out[row] = cython.cast(cython.int, run)
                row += 1
            if ends[data[at]]:
                run += 1
            if length <= 0:
                break
            at += length
        row = behind
