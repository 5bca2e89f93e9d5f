"""The line of the source that an instruction was made of, as the debug information of a dex file says.

Source: https://source.android.com/docs/core/runtime/dex-format (debug_info_item).
"""

import struct
from collections.abc import Iterator

from affidavit.dalvik.unit import Unit

_HEADER = 16
_DEBUG = 8
_OPERATIONS = 200_000
"""Operations of one method that are read."""
_END, _ADVANCE_PC, _ADVANCE_LINE, _FIRST_SPECIAL = 0, 1, 2, 0x0A
_NUMBERS = {0x03: 3, 0x04: 4, 0x05: 1, 0x06: 1, 0x09: 1}
"""Numbers after operations that say nothing of lines: locals and files."""
_LOWEST, _SPAN = -4, 15
_LARGEST = 1 << 31


def source_line(unit: Unit, owner: int, pc: int) -> int:
    """The line of an instruction; 0 when nothing says it.

    Args:
        unit: the code, of a dex file.
        owner: row of the method among those that the unit defines.
        pc: address of the instruction, in code units.
    """
    data = memoryview(unit.data[int(unit.class_entry[unit.def_class[owner]])])
    code = int(unit.def_code[owner])
    if code < _HEADER or pc < 0:
        return 0
    found = 0
    try:
        (start,) = struct.unpack_from("<I", data, code - _HEADER + _DEBUG)
        for at, line in _positions(data, start) if start else ():
            if at > pc:
                break
            found = line
    except (IndexError, struct.error):
        return 0
    return found if 0 < found < _LARGEST else 0


def _positions(data: memoryview, at: int) -> Iterator[tuple[int, int]]:
    """Addresses at which lines begin, and the lines.

    Raises:
        IndexError: the data ends before the item does.
    """
    line, at = _number(data, at)
    names, at = _number(data, at)
    for _ in range(min(names, _OPERATIONS)):
        _, at = _number(data, at)
    address = 0
    for _ in range(_OPERATIONS):
        operation, at = data[at], at + 1
        if operation == _END:
            return
        if operation >= _FIRST_SPECIAL:
            more, step = divmod(operation - _FIRST_SPECIAL, _SPAN)
            address, line = address + more, line + step + _LOWEST
            yield address, line
        elif operation == _ADVANCE_PC:
            more, at = _number(data, at)
            address += more
        elif operation == _ADVANCE_LINE:
            more, at = _number(data, at, signed=True)
            line += more
        for _ in range(_NUMBERS.get(operation, 0)):
            _, at = _number(data, at)


def _number(data: memoryview, at: int, *, signed: bool = False) -> tuple[int, int]:
    """A LEB128 number of at most five bytes, and where it ends."""
    value = 0
    for shift in range(0, 35, 7):
        byte, at = data[at], at + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value - (1 << (shift + 7)) if signed and byte & 0x40 else value, at
    return value, at
