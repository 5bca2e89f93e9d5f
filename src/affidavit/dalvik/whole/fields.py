"""Fields of a program, each with one number however the references to it are written."""

from collections.abc import Sequence

import numpy as np

from affidavit.dalvik.resolve import Above, walk
from affidavit.dalvik.signatures import I64, distinct, find
from affidavit.dalvik.strings import decode_mutf8, raw_strings
from affidavit.dalvik.unit import I32, Unit


class Fields:
    """Every field reference resolved to the class that declares the field.

    Args:
        units: the code.
        above: the hierarchy of the app's classes.

    Attributes:
        number: per unit, per field reference: number of the field, -1 when its class cannot be read.
        holder: (fields,) type that declares it, or the type outside of the app that resolution arrives at.
        name, type: (fields,) number of its name in `names`, and its type in the common space.
        names: number of each name (stored bytes).
    """

    def __init__(self, units: Sequence[Unit], above: Above) -> None:
        self.names: dict[bytes, int] = {}
        self._span = max(1, len(above.parent))
        keys = [self._signatures(unit, types) for unit, types in zip(units, above.table.unit_types, strict=True)]
        self._keys = distinct(np.concatenate([np.empty(0, np.int64), *keys]))
        signatures = [np.searchsorted(self._keys, key) for key in keys]
        defined = _Declared(units, above, signatures, len(self._keys))
        found = [self._holders(row, unit, above, defined, signatures[row]) for row, unit in enumerate(units)]
        numbers = distinct(np.concatenate([np.empty(0, np.int64), *found]))
        numbers = numbers[numbers >= 0]
        self.number: list[I32] = [find(numbers, one).astype(np.int32) for one in found]
        self.holder: I32 = (numbers // max(1, len(self._keys))).astype(np.int32)
        named = self._keys[numbers % max(1, len(self._keys))] if len(numbers) else numbers
        self.name: I32 = (named // self._span).astype(np.int32)
        self.type: I32 = (named % self._span).astype(np.int32)
        self._texts = list(self.names)

    def __len__(self) -> int:
        return len(self.holder)

    def parts(self, number: int) -> tuple[int, str, int]:
        """Declaring type, name and type of a field."""
        return int(self.holder[number]), decode_mutf8(self._texts[self.name[number]]), int(self.type[number])

    def _signatures(self, unit: Unit, types: I32) -> I64:
        """Name and type of each field reference as one number."""
        used, inverse = np.unique(unit.field_name, return_inverse=True)
        names = self.names
        numbers = [names.setdefault(raw, len(names)) for raw in raw_strings(unit.strings, used)]
        key: I64 = np.array(numbers, np.int64)[inverse] * self._span + (types[unit.field_type] % self._span)
        return key

    def _holders(self, row: int, unit: Unit, above: Above, defined: "_Declared", signature: I64) -> I64:
        """Declaring class and signature of each field reference as one number, -1 for an unreadable one."""
        written = above.table.unit_types[row][unit.field_class]
        holder = np.where(above.defined[written], written, above.table.as_seen[written])
        open_ = np.flatnonzero(above.defined[written])
        plain = np.zeros(len(open_), np.bool_)
        outside, member = walk(written[open_].astype(np.int64), signature[open_], plain, defined, above)
        holder[open_] = np.where(member >= 0, member, outside)
        return np.where(holder >= 0, holder.astype(np.int64) * max(1, len(self._keys)) + signature, -1)


class _Declared:
    """The fields that the app's classes declare; `find` gives the class itself."""

    def __init__(self, units: Sequence[Unit], above: Above, signatures: Sequence[I64], count: int) -> None:
        self._count = max(1, count)
        keys = [np.empty(0, np.int64)]
        for row, unit in enumerate(units):
            types = above.table.unit_types[row][unit.class_type[unit.deffield_class]].astype(np.int64)
            live = above.table.used[row][unit.deffield_class] & (unit.deffield_field >= 0) & (types >= 0)
            keys.append(types[live] * self._count + signatures[row][unit.deffield_field[live]])
        self._keys = distinct(np.concatenate(keys))

    def find(self, classes: I64, numbers: I64) -> I32:
        """The class when it declares the field, else -1."""
        places = find(self._keys, classes * self._count + numbers)
        return np.where(places >= 0, classes, -1).astype(np.int32)
