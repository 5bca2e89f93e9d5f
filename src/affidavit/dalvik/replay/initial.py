"""Values that static fields begin with (dex format, encoded_array_item and encoded_value)."""

import struct

import numpy as np

from affidavit.dalvik.replay.decode import signed, uleb
from affidavit.dalvik.replay.values import UNKNOWN, ZERO, Value, klass, number, text
from affidavit.dalvik.unit import Unit

_VALUES_AT = 28
_STATIC = 0x8
_SIZES = {0x00: 1, 0x02: 2, 0x03: 2, 0x04: 4, 0x06: 8}
_FLOAT, _DOUBLE, _STRING, _TYPE, _NULL, _BOOLEAN = 0x10, 0x11, 0x17, 0x18, 0x1E, 0x1F
_MOST = 1 << 12


def initial_values(unit: Unit, class_row: int) -> dict[int, Value]:
    """Field reference index of each static field that a class of a dex defines -> its value before anything runs."""
    low, high = np.searchsorted(unit.deffield_class, [class_row, class_row + 1]).tolist()
    rows = [row for row in range(low, high) if int(unit.deffield_access[row]) & _STATIC]
    fields = [int(unit.deffield_field[row]) for row in rows]
    given = _array(unit, int(unit.class_offset[class_row])) if unit.form == "dex" else []
    return {field: given[row] if row < len(given) else ZERO for row, field in enumerate(fields) if field >= 0}


def _array(unit: Unit, class_at: int) -> list[Value]:
    """The values that a class definition gives, up to the first that cannot be read."""
    data = unit.data[0]
    found: list[Value] = []
    try:
        (at,) = struct.unpack_from("<I", data, class_at + _VALUES_AT)
        if not at:
            return []
        count, at = uleb(data, at)
        for _ in range(min(count, _MOST)):
            form, size = data[at] & 0x1F, (data[at] >> 5) + 1
            size = 0 if form in {_NULL, _BOOLEAN} else size
            value = _value(unit, form, data[at] >> 5, bytes(data[at + 1 : at + 1 + size]))
            if value is None:
                break
            found.append(value)
            at += 1 + size
    except (struct.error, IndexError):
        pass
    return found


def _value(unit: Unit, form: int, extra: int, raw: bytes) -> Value | None:
    """One value; None for a form that has no end here."""
    if form in _SIZES:
        bits = 8 * _SIZES[form]
        value = int.from_bytes(raw, "little", signed=form != 0x03)
        return number(signed(value, bits) if form != 0x03 else value)
    if form in {_FLOAT, _DOUBLE}:
        width = 4 if form == _FLOAT else 8
        return number(signed(int.from_bytes(raw, "little") << 8 * (width - len(raw)), 8 * width))
    if form == _STRING:
        return text(unit.strings[int.from_bytes(raw, "little")])
    if form == _TYPE:
        index = int.from_bytes(raw, "little")
        return klass(unit.type_name(index)) if index < len(unit.type_string) else UNKNOWN
    if form == _BOOLEAN:
        return number(extra & 1)
    return ZERO if form == _NULL else None
