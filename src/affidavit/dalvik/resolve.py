"""Method resolution in bulk: from a reference up the app's own classes, to a definition or out of the app.

Java Virtual Machine specification 5.4.3.3 and ART's class linker: superclasses first, then interfaces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.strings import raw_strings
from affidavit.dalvik.unit import I32, Unit

I64 = npt.NDArray[np.int64]
ROOT = 0
"""Number of ``java.lang.Object`` in the common space of types."""

_DEPTH = 256
"""Most steps up; deeper hierarchies, and those that run in a circle, count as leaving the app where the walk stops."""
_INTERFACES = 256
"""Most interfaces looked at above one class."""
_WORK = 4_000_000
"""Most steps up through interfaces in all: real apps need some thousands."""
_OBJECT_METHODS = frozenset({
    *(b"clone", b"equals", b"finalize", b"getClass", b"hashCode", b"notify", b"notifyAll", b"toString", b"wait"),
    b"<init>",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClassTable:
    """Types of all units as one space. Every array over types ends with one more row, -1, which the index -1 meets.

    Attributes:
        definition: (types, 2) unit and class row of the definition in use, -1 where the app defines none.
        used: per unit, which class rows are in use.
        unit_types: per unit, its types in the common space.
        as_seen: (types,) the type that a reference to this one leads to when the app does not define it.
    """

    definition: I32
    used: list[npt.NDArray[np.bool_]]
    unit_types: list[I32]
    as_seen: I32


class _Above:
    """Per type of the common space: its superclass (-1 none) and, on demand, the interfaces above it."""

    def __init__(self, units: Sequence[Unit], table: ClassTable) -> None:
        self.units, self.table = units, table
        self.defined: npt.NDArray[np.bool_] = table.definition[:, 0] >= 0
        self.parent = np.full(len(self.defined), -1, np.int32)
        for row, unit in enumerate(units):
            mine = table.used[row] & (unit.class_type >= 0)
            types = table.unit_types[row]
            self.parent[types[unit.class_type[mine]]] = types[unit.class_super[mine]]
        self._seen: dict[int, tuple[list[int], int]] = {}
        self.work = _WORK

    def direct(self, number: int) -> list[int]:
        """Interfaces that a defined class names itself, at most `_INTERFACES`."""
        unit, row = self.table.definition[number].tolist()
        items = self.units[unit].interfaces.row(row)[:_INTERFACES]
        self.work -= 1 + len(items)
        return [item for item in self.table.unit_types[unit][items].tolist() if item >= 0]

    def interfaces(self, number: int) -> tuple[list[int], int]:
        """Interfaces above a class, nearest first: those the app defines, and the first that it does not, or -1."""
        if number not in self._seen:
            self._seen[number] = self._climb(number)
        return self._seen[number]

    def _climb(self, number: int) -> tuple[list[int], int]:
        queue, inside, outside, known = [number], [], -1, {number}
        for item in queue:
            if self.work < 0:
                break
            parent = int(self.parent[item])
            for above in [*self.direct(item), *([parent] if parent >= 0 and self.defined[parent] else [])]:
                if not self.defined[above]:
                    outside = above if outside < 0 else outside
                elif above not in known and len(queue) < _INTERFACES:
                    known.add(above)
                    queue.append(above)
                    if above != parent:
                        inside.append(above)
        return inside, outside


class _Defined:
    """The methods that the app defines, as sorted numbers ``class * signatures + signature``."""

    def __init__(self, units: Sequence[Unit], table: ClassTable, signatures: "_Signatures") -> None:
        classes, defined = [np.empty(0, np.int32)], [np.empty(0, np.int64)]
        for row, unit in enumerate(units):
            types = table.unit_types[row][unit.class_type[unit.def_class]]
            live = table.used[row][unit.def_class] & (unit.def_method >= 0) & (types >= 0)
            classes.append(types[live])
            defined.append(signatures.of(row)[unit.def_method[live]])
        # In place where it can be: a large app defines millions of methods, and each array here has one row for each.
        keys = np.concatenate(defined)
        del defined
        self.signatures = _distinct(keys)
        keys = np.searchsorted(self.signatures, keys)
        holders = np.concatenate(classes).astype(np.int64)
        del classes
        holders *= max(1, len(self.signatures))
        keys += holders
        keys.sort()
        self._keys = keys

    def number(self, signature: I64) -> I64:
        """Numbers of signatures; -1 for those that no method in the app has."""
        return _find(self.signatures, signature)

    def has(self, classes: I64, numbers: I64) -> npt.NDArray[np.bool_]:
        """Whether each class itself defines the method with the signature of that number."""
        found: npt.NDArray[np.bool_] = (numbers >= 0) & (_find(self._keys, self._key(classes, numbers)) >= 0)
        return found

    def _key(self, classes: I64, numbers: I64) -> I64:
        key: I64 = classes * max(1, len(self.signatures)) + numbers
        return key


def resolve(units: Sequence[Unit], table: ClassTable) -> tuple[list[I32], bool]:
    """See `Program.framework_target`, whose work this is.

    Returns:
        One array per unit, and whether all interfaces were looked at (not so in a hierarchy made to exhaust).
    """
    above = _Above(units, table)
    signatures = _Signatures(units, table)
    defined = _Defined(units, table, signatures)
    results: list[I32] = []
    for row, unit in enumerate(units):
        written = table.unit_types[row][unit.method_class]
        inside = above.defined[written]
        result = np.where(inside, -1, table.as_seen[written]).astype(np.int32)
        inside[unit.def_method[table.used[row][unit.def_class] & (unit.def_method >= 0)]] = False
        open_ = np.flatnonzero(inside)
        start, number = written[open_].astype(np.int64), defined.number(signatures.of(row)[open_])
        result[open_] = _walk(start, number, signatures.objectish(row)[open_], defined, above)
        results.append(result)
    return results, above.work >= 0


def _find(ordered: I64, wanted: I64) -> I64:
    """Positions of `wanted` in sorted numbers, -1 for those that are not there."""
    if not len(ordered):
        return np.full(len(wanted), -1, np.int64)
    places = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return np.where(ordered[places] == wanted, places, -1)


def _distinct(numbers: I64) -> I64:
    """The different numbers, sorted (numpy's own unique hashes, which takes many times as long)."""
    ordered = np.sort(numbers)
    first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


class _Signatures:
    """Per method reference its name and prototype, numbered across units; an unreadable one counts as empty."""

    def __init__(self, units: Sequence[Unit], table: ClassTable) -> None:
        names: dict[bytes, int] = {}
        protos: dict[bytes, int] = {}
        self._names: list[I32] = []
        self._protos: list[I32] = []
        for unit, types in zip(units, table.unit_types, strict=True):
            used, inverse = np.unique(unit.method_name, return_inverse=True)
            numbers = [names.setdefault(raw, len(names)) for raw in raw_strings(unit.strings, used)]
            self._names.append(np.array(numbers, np.int32)[inverse])
            numbers = [protos.setdefault(key, len(protos)) for key in _proto_keys(unit, types)]
            self._protos.append(np.array(numbers, np.int32)[unit.method_proto])
        self._span = max(1, len(protos))
        self._plain = np.zeros(len(names) + 1, np.bool_)
        self._plain[[names[name] for name in _OBJECT_METHODS if name in names]] = True

    def of(self, row: int) -> I64:
        """One number per method reference of unit `row`: equal for equal name and prototype."""
        numbers = self._names[row].astype(np.int64)
        numbers *= self._span
        numbers += self._protos[row]
        return numbers

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


def _walk(start: I64, number: I64, objectish: npt.NDArray[np.bool_], defined: _Defined, above: _Above) -> I32:
    """Walk every reference up its superclasses, all in step; then look at the interfaces of those that found nothing.

    Args:
        start: class that each reference names; the app defines it.
        number: of its signature among the defined ones, or -1.
        objectish: whether it has the name of a method of ``java.lang.Object``.
        defined: what the app defines.
        above: the hierarchy.

    Returns:
        Per reference -1 or the type outside.
    """
    result = start.astype(np.int32)
    at, here = np.arange(len(start)), start
    for _ in range(_DEPTH):
        if not len(at):
            break
        hit = defined.has(here, number[at])
        result[at[hit]] = -1
        at, here = at[~hit], above.parent[here[~hit]].astype(np.int64)
        at, here = at[here >= 0], here[here >= 0]
        outside = ~above.defined[here]
        result[at[outside]] = above.table.as_seen[here[outside]]
        at, here = at[~outside], here[~outside]
    result[at] = start[at]
    nothing = (result == ROOT) | (result == start)
    rows = np.flatnonzero((result >= 0) & ~objectish & nothing)
    if len(rows):
        result[rows] = _through_interfaces(start[rows], number[rows], result[rows], defined, above)
    return result


def _through_interfaces(start: I64, number: I64, result: I32, defined: _Defined, above: _Above) -> I32:
    """What references lead to whose superclasses have nothing; arguments and result as in `_walk`."""
    lists, outside = zip(*(above.interfaces(class_) for class_ in start.tolist()), strict=True)
    sizes = np.array([len(item) for item in lists], np.int64)
    every = np.fromiter((item for one in lists for item in one), np.int64, int(sizes.sum()))
    hits = np.repeat(np.arange(len(start)), sizes)[defined.has(every, np.repeat(number, sizes))]
    leads_out = np.array(outside, np.int64)
    found = np.where(leads_out >= 0, above.table.as_seen[leads_out], result).astype(np.int32)
    found[hits] = -1
    return found
