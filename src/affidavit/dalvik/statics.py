"""Strings that static fields begin with: constants that no instruction need name (dex format, encoded_array_item)."""

from dataclasses import dataclass
from typing import cast

import numpy as np

from affidavit.dalvik.kernels import tables
from affidavit.dalvik.unit import I32, U32, Unit

_CLASS_DEF = 32
_VALUES_AT = 28
_STATIC = 0x8
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class StaticStrings:
    """Initial values of static fields that are strings. Parallel arrays, in order of class and field.

    Attributes:
        class_row: class that defines the field.
        field_row: row among the unit's defined fields; -1 when there are more values than static fields.
        string: string index.
        offset: byte offset of the value in the entry.
    """

    class_row: I32
    field_row: I32
    string: I32
    offset: U32

    def __len__(self) -> int:
        return len(self.class_row)


def static_strings(unit: Unit) -> StaticStrings:
    """Initial string values of a unit's static fields; none for a unit of .class files. Kept in ``unit.cache``."""
    key = "static_strings"
    if key not in unit.cache:
        unit.cache[key] = _read(unit)
    return cast("StaticStrings", unit.cache[key])


def _read(unit: Unit) -> StaticStrings:
    """Walk the static values of every class."""
    count = len(unit.class_type)
    if unit.form != "dex" or not count:
        none = np.empty(0, np.int32)
        return StaticStrings(none, none, none, np.empty(0, np.uint32))
    words = np.frombuffer(unit.data[0], "<u4", count * _CLASS_DEF // 4, int(unit.class_offset[0]))
    offsets = words[_VALUES_AT // 4 :: _CLASS_DEF // 4].astype(np.uint32)
    room = min(len(unit.data[0]) // _SHORTEST, 4 * len(unit.deffield_field) + count)
    out = np.empty((room, 4), np.int64)
    rows = tables.read_static_strings(unit.data[0], offsets, len(unit.strings), out)
    class_row, position, string, offset = (out[:rows, column] for column in range(4))
    field_row = np.searchsorted(unit.deffield_class, class_row) + position
    static = np.append((unit.deffield_access & _STATIC).astype(np.bool_), False)
    owner = np.append(unit.deffield_class, -1)
    field_row = np.minimum(field_row, len(owner) - 1)
    field_row = np.where((owner[field_row] == class_row) & static[field_row], field_row, -1)
    return StaticStrings(
        class_row.astype(np.int32), field_row.astype(np.int32), string.astype(np.int32), offset.astype(np.uint32)
    )
