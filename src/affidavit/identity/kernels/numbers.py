"""Numbers in instructions: literals, and the places of array and switch payloads. Cython.

Source: Dalvik bytecode, "Summary of bytecode set" and the formats of payloads.
"""

# mypy: disable-error-code="valid-type"
import cython


@cython.cfunc
@cython.inline
def _unit(data: cython.const[cython.uchar][:], at: cython.longlong) -> cython.longlong:
    """One code unit."""
    return data[at] | (data[at + 1] << 8)


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
    if op == 0x13 or op == 0x16:  # noqa: PLR1714 - compiled as two compares
        return _signed(_unit(data, at + 2), 16)
    if op == 0x14 or op == 0x17:  # noqa: PLR1714
        return _signed(_unit(data, at + 2) | (_unit(data, at + 4) << 16), 32)
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


def scan(
    data: cython.const[cython.uchar][:],
    first: cython.const[cython.uint][:],
    units: cython.const[cython.uint][:],
    widths: cython.const[cython.uchar][:],
    bounds: tuple[int, int],
    out: cython.longlong[:, :],
) -> int:
    """Write (method, what, value) for each literal outside of `bounds`, array and switch; give how many.

    Args:
        data: the dex file.
        first, units: where the code of each method starts, in bytes, and its length in code units.
        widths: code units by opcode.
        bounds: literals from the first to the second number are left out.
        out: (n, 3), with room for one row for each code unit. What: 0 a literal, 1 an array payload and 2 a switch
            payload, of which the value is the offset in `data`.
    """
    method: cython.longlong
    at: cython.longlong
    end: cython.longlong
    op: cython.longlong
    value: cython.longlong
    count: cython.longlong = 0
    low: cython.longlong = bounds[0]
    high: cython.longlong = bounds[1]
    size: cython.longlong = len(data)
    for method in range(len(first)):
        at = first[method]
        end = at + 2 * units[method]
        if at == 0 or end > size:
            continue
        while at + 2 <= end:
            op = data[at]
            length: cython.longlong = _width(data, at, end, widths)
            if length <= 0 or at + 2 * length > end:
                break
            value = 0
            if op == 0:
                if 0 < data[at + 1] <= 3:
                    out[count, 0] = method
                    out[count, 1] = 1 if data[at + 1] == 3 else 2
                    out[count, 2] = at
                    count += 1
            else:
                value = _literal(data, at, op)
                if value < low or value > high:
                    out[count, 0] = method
                    out[count, 1] = 0
                    out[count, 2] = value
                    count += 1
            at += 2 * length
    return count
