"""Instructions of many methods as flat arrays: opcode, registers, literal, branch target. Cython, see `tables`.

Formats: Dalvik bytecode, Dalvik executable instruction formats. What each opcode reads and writes comes as tables
(`affidavit.dalvik.whole.instructions`). A register is not compared with the method's number of registers here.
"""

# ruff: noqa: PLR0911, PLR0917 - columns are passed one by one: a kernel takes no objects
# mypy: disable-error-code="valid-type"
import cython

_DEFINES = cython.declare(cython.int, 0x1)
_USES_A = cython.declare(cython.int, 0x4)
_USES_B = cython.declare(cython.int, 0x8)
_USES_C = cython.declare(cython.int, 0x10)
_LIST = cython.declare(cython.int, 0x2000)
_RANGE = cython.declare(cython.int, 0x4000)


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
def _register(data: cython.const[cython.uchar][:], at: cython.longlong, where: cython.longlong) -> cython.longlong:
    """A register field: 1 and 2 nibbles of the high byte, 3 the high byte, 4 and 5 code units, 6 and 7 bytes of one."""
    if where == 1:
        return data[at + 1] & 15
    if where == 2:
        return data[at + 1] >> 4
    if where == 3:
        return data[at + 1]
    if where == 4:
        return _unit(data, at + 2)
    if where == 5:
        return _unit(data, at + 4)
    if where == 6:
        return data[at + 2]
    return data[at + 3]


@cython.cfunc
def _number(data: cython.const[cython.uchar][:], at: cython.longlong, where: cython.longlong) -> cython.longlong:
    """A literal or distance, signed; 7 and 8 are indices, without a sign."""
    if where == 1:
        return _signed(data[at + 1] >> 4, 4)
    if where == 2:
        return _signed(_unit(data, at + 2), 16)
    if where == 3:
        return _signed(_unit(data, at + 2) << 16, 32)
    if where == 4:
        return _signed(data[at + 3], 8)
    if where == 5:
        return _signed(_unit(data, at + 2) | (_unit(data, at + 4) << 16), 32)
    if where == 6:
        return _signed(data[at + 1], 8)
    if where == 7:
        return _unit(data, at + 2)
    if where == 8:
        return _unit(data, at + 2) | (_unit(data, at + 4) << 16)
    return 0


@cython.cfunc
def _registers(
    data: cython.const[cython.uchar][:],
    at: cython.longlong,
    role: cython.longlong,
    layout: cython.const[cython.uchar][:, :],
    regs: cython.int[:],
    used: cython.longlong,
) -> cython.longlong:
    """Write the registers that an instruction reads; of a range its first register and their number."""
    op: cython.longlong = data[at]
    count: cython.longlong
    k: cython.longlong
    if role & _RANGE:
        regs[used] = _unit(data, at + 4)
        regs[used + 1] = data[at + 1]
        return used + 2
    if role & _LIST:
        count = data[at + 1] >> 4
        for k in range(min(count, 5)):
            regs[used + k] = (_unit(data, at + 4) >> (4 * k)) & 15 if k < 4 else data[at + 1] & 15
        return used + min(count, 5)
    for k in range(3):
        if role & (_USES_A << k):
            regs[used] = _register(data, at, layout[op, k])
            used += 1
    return used


@cython.ccall
@cython.locals(
    n=cython.longlong,
    used=cython.longlong,
    m=cython.longlong,
    count=cython.longlong,
    at=cython.longlong,
    end=cython.longlong,
    begin=cython.longlong,
    width=cython.longlong,
    value=cython.longlong,
    code=cython.longlong,
)
def decode(
    data: cython.const[cython.uchar][:],
    first: cython.const[cython.longlong][:],
    units: cython.const[cython.longlong][:],
    widths: cython.const[cython.uchar][:],
    layout: cython.const[cython.uchar][:, :],
    roles: cython.const[cython.int][:],
    limits: cython.const[cython.longlong][:],
    ins_start: cython.int[:],
    op: cython.uchar[:],
    pc: cython.int[:],
    dst: cython.int[:],
    number: cython.int[:],
    target: cython.int[:],
    reg_start: cython.int[:],
    regs: cython.int[:],
) -> None:
    """Decode each method up to its end or the first instruction that runs over it; payloads are left out.

    `first` and `units` (m,) say where the instructions of a method are; `layout` (256, 5) where registers A, B and C,
    the literal or index, and the distance of a branch are; `roles` (256,) what is read and written; `limits` (256,) the
    size of the index space. Out, per instruction (n at least the sum of units): `op`, `pc`, register written or -1,
    literal or index (-1 out of range), address that it jumps to or whose payload it reads (of a polymorphic call its
    prototype), and in compressed rows the registers that it reads (`regs`: 2 for each code unit and 8 more).
    """
    n = used = 0
    count = first.shape[0] if cython.compiled else len(first)
    for m in range(count):
        ins_start[m] = n
        begin = at = first[m]
        end = at + 2 * units[m]
        while at < end:
            code = data[at]
            width = _width(data, at, end, widths)
            if at + 2 * width > end:
                break
            if code != 0 or data[at + 1] == 0 or data[at + 1] > 3:
                op[n] = code
                pc[n] = (at - begin) >> 1
                dst[n] = _register(data, at, layout[code, 0]) if roles[code] & _DEFINES else -1
                value = _number(data, at, layout[code, 3])
                number[n] = -1 if value >= limits[code] else cython.cast(cython.int, value)
                target[n] = pc[n] + _number(data, at, layout[code, 4]) if layout[code, 4] != 0 else -1
                if code == 0xFA or code == 0xFB:  # noqa: PLR1714 - compiled as two compares
                    target[n] = _unit(data, at + 6)
                reg_start[n] = used
                used = _registers(data, at, roles[code], layout, regs, used)
                n += 1
            at += 2 * width
    ins_start[count] = n
    reg_start[n] = used
