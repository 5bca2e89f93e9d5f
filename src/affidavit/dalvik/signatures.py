"""Names and prototypes of methods, numbered across units."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.strings import raw_strings
from affidavit.dalvik.unit import I32, Unit

I64 = npt.NDArray[np.int64]
_Integer = TypeVar("_Integer", bound=np.integer)
_OBJECT_METHODS = frozenset({
    *(b"clone", b"equals", b"finalize", b"getClass", b"hashCode", b"notify", b"notifyAll", b"toString", b"wait"),
    b"<init>",
})  # fmt: skip


def find(ordered: I64, wanted: I64) -> I64:
    """Positions of `wanted` in sorted numbers, -1 for those that are not there."""
    if not len(ordered):
        return np.full(len(wanted), -1, np.int64)
    places = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return np.where(ordered[places] == wanted, places, -1)


def distinct(numbers: npt.NDArray[_Integer]) -> npt.NDArray[_Integer]:
    """The different numbers, sorted (numpy's own unique hashes, which takes many times as long)."""
    ordered = np.sort(numbers)
    first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


class Signatures:
    """Per method reference its name and prototype, numbered across units; an unreadable one counts as empty.

    Args:
        units: the code.
        unit_types: per unit, its types in the common space.

    Attributes:
        names: number of each name (stored bytes).
        protos: number of each prototype: its types (return, then parameters) in the common space, packed.
        span: number of prototypes; what `of` gives is ``name * span + proto``.
    """

    def __init__(self, units: Sequence[Unit], unit_types: Sequence[I32]) -> None:
        names: dict[bytes, int] = {}
        protos: dict[bytes, int] = {}
        self._names: list[I32] = []
        self._protos: list[I32] = []
        for unit, types in zip(units, unit_types, strict=True):
            used, inverse = np.unique(unit.method_name, return_inverse=True)
            numbers = [names.setdefault(raw, len(names)) for raw in raw_strings(unit.strings, used)]
            self._names.append(np.array(numbers, np.int32)[inverse])
            numbers = [protos.setdefault(key, len(protos)) for key in _proto_keys(unit, types)]
            self._protos.append(np.array(numbers, np.int32)[unit.method_proto])
        self.names, self.protos = names, protos
        self.span = max(1, len(protos))
        self._plain = np.zeros(len(names) + 1, np.bool_)
        self._plain[[names[name] for name in _OBJECT_METHODS if name in names]] = True

    def of(self, row: int) -> I64:
        """One number per method reference of unit `row`: equal for equal name and prototype."""
        numbers = self._names[row].astype(np.int64)
        numbers *= self.span
        numbers += self._protos[row]
        return numbers

    def names_of(self, row: int) -> I32:
        """Per method reference of unit `row`, the number of its name."""
        return self._names[row]

    def protos_of(self, row: int) -> I32:
        """Per method reference of unit `row`, the number of its prototype."""
        return self._protos[row]

    def objectish(self, row: int) -> npt.NDArray[np.bool_]:
        """Per method reference of unit `row`, whether it has the name of a method of ``java.lang.Object``."""
        return self._plain[self._names[row]]


def _proto_keys(unit: Unit, types: I32) -> list[bytes]:
    """Per prototype its types (return, then parameters) as bytes; a last empty one is what the index -1 meets."""
    bounds = unit.proto_params.start.astype(np.int64) + np.arange(len(unit.proto_params.start))
    flat = np.empty(int(bounds[-1]), np.int32)
    is_return = np.zeros(len(flat), np.bool_)
    is_return[bounds[:-1]] = True
    flat[is_return] = types[unit.proto_return]
    flat[~is_return] = types[unit.proto_params.items]
    packed, ends = flat.tobytes(), (bounds * flat.itemsize).tolist()
    return [*(packed[begin:end] for begin, end in pairwise(ends)), b""]
