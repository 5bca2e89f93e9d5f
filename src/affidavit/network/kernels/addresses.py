"""Addresses of both versions, written as text, as numbers. Cython.

What is an address is what `ipaddress.ip_address` takes for one, without zones: of version 4 four numbers to 255 without
zeros before them; of version 6 groups of one to four digits of either case, `::` once for at least one group that is
left out, and one of version 4 for the last two.
"""

# mypy: disable-error-code="valid-type"
import cython

AFTER = 15
"""Bytes that have to follow the last line, so that an address is read without asking at each byte whether it ends."""


@cython.cfunc
@cython.inline
def _four(data: cython.const[cython.uchar][::1], at: cython.Py_ssize_t) -> cython.longlong:
    """The address of version 4 that fills a line from a place to its end, times 32, plus its length; -1 without one.

    How long a number is cannot be foretold, so nothing branches on it.
    """
    begin: cython.Py_ssize_t = at
    value: cython.longlong = 0
    part: cython.int
    octet: cython.uint
    second: cython.uint
    third: cython.uint
    two: cython.int
    three: cython.int
    for part in range(4):
        octet = cython.cast(cython.uint, data[at]) - 48
        second = cython.cast(cython.uint, data[at + 1]) - 48
        third = cython.cast(cython.uint, data[at + 2]) - 48
        two = second < 10
        three = two & (third < 10)
        if (octet > 9) | (two & (octet == 0)):
            return -1
        octet += (octet * 9 + second) & -two
        octet += (octet * 9 + third) & -three
        at += 1 + two + three
        if (octet > 255) | (data[at] != (46 if part < 3 else 10)):
            return -1
        value = value << 8 | octet
        at += 1
    return value << 5 | (at - 1 - begin)


@cython.cfunc
@cython.inline
def _digit(one: cython.uchar) -> cython.int:
    """The value of a hexadecimal digit; 16 for any other byte."""
    if one >= 48 and one <= 57:
        return one - 48
    one |= 32
    return one - 87 if one >= 97 and one <= 102 else 16


@cython.cfunc
def _six(data: cython.const[cython.uchar][::1], at: cython.Py_ssize_t, groups: cython.p_uint) -> cython.Py_ssize_t:
    """Read the line as an address of version 6; where the line ends, or -1 when it is none."""
    count: cython.int = 0
    skip: cython.int = -1
    digits: cython.int
    digit: cython.int
    value: cython.uint
    embedded: cython.longlong
    if data[at] == 58:
        if data[at + 1] != 58:
            return -1
        skip = 0
        at += 2
    while skip != count or data[at] != 10:
        value = 0
        digits = 0
        digit = _digit(data[at])
        while digit < 16 and digits < 5:
            value = value << 4 | digit
            digits += 1
            digit = _digit(data[at + digits])
        if data[at + digits] == 46 and count < 7:
            embedded = _four(data, at)
            if embedded < 0:
                return -1
            groups[count] = embedded >> 21
            groups[count + 1] = embedded >> 5 & 0xFFFF
            count += 2
            at += embedded & 31
            break
        if digits == 0 or digits > 4 or count == 8:
            return -1
        groups[count] = value
        count += 1
        at += digits
        if data[at] == 10:
            break
        if data[at] != 58 or (data[at + 1] == 58 and skip >= 0):
            return -1
        at += 1
        if data[at] == 58:
            skip = count
            at += 1
    if count > 7 if skip >= 0 else count != 8:
        return -1
    if skip >= 0:
        _spread(groups, skip, count)
    return at


@cython.cfunc
@cython.inline
def _spread(groups: cython.p_uint, skip: cython.int, count: cython.int) -> cython.void:
    """Move the groups behind `::` to the end, and put zeros for what it stands for."""
    at: cython.int
    for at in range(count - skip):
        groups[7 - at] = groups[count - 1 - at]
    for at in range(skip, skip + 8 - count):
        groups[at] = 0


def read(
    data: cython.const[cython.uchar][::1],
    version: cython.uchar[::1],
    high: cython.ulonglong[::1],
    low: cython.ulonglong[::1],
) -> bool:
    """Read one address a line; whether there are as many lines as there is place for.

    Args:
        data: the text; each line ends in a line feed, and `AFTER` more bytes follow the last one, in whatever state.
        version: of each line: 4, 6, or 0 for what is no address.
        high: the upper half of each of version 6; else 0.
        low: the lower half, or the address of version 4; 0 for what is none.

    Raises:
        ValueError: the arrays differ in length.
        IndexError: there are fewer lines, or less follows them.
    """
    groups = cython.declare(cython.uint[8])
    line: cython.Py_ssize_t
    end: cython.Py_ssize_t
    four: cython.longlong
    part: cython.int
    at: cython.Py_ssize_t = 0
    if len(high) != len(version) or len(low) != len(version):
        raise ValueError("arrays of different length")
    for line in range(len(version)):
        high[line] = 0
        four = _four(data, at)
        if four >= 0:
            version[line] = 4
            low[line] = four >> 5
            at += (four & 31) + 1
            continue
        version[line] = 0
        low[line] = 0
        end = _six(data, at, groups)
        if end >= 0:
            version[line] = 6
            for part in range(4):
                high[line] = high[line] << 16 | groups[part]
                low[line] = low[line] << 16 | groups[4 + part]
            at = end
        while data[at] != 10:
            at += 1
        at += 1
    return bool(at == len(data) - AFTER)
