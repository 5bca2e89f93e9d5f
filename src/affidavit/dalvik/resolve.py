"""Method resolution in bulk: from a reference up the app's own classes, to a definition or out of the app.

Java Virtual Machine specification 5.4.3.3 and ART's class linker: superclasses first, then interfaces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.signatures import I64, Signatures, distinct, find
from affidavit.dalvik.unit import I32, Unit

ROOT = 0
"""Number of ``java.lang.Object`` in the common space of types."""

_DEPTH = 256
"""Most steps up; deeper hierarchies, and those that run in a circle, count as leaving the app where the walk stops."""
_INTERFACES = 256
"""Most interfaces looked at above one class."""
_WORK = 4_000_000
"""Most steps up through interfaces in all: real apps need some thousands."""


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

    def live(self, row: int, unit: Unit) -> npt.NDArray[np.bool_]:
        """Which defined methods of unit `row` are readable and belong to class definitions that are used."""
        found: npt.NDArray[np.bool_] = self.used[row][unit.def_class] & (unit.def_method >= 0)
        return found


class Above:
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


class Members(Protocol):
    """What classes of the app define, methods or fields."""

    def find(self, classes: I64, numbers: I64) -> I32:
        """The member with the signature of that number that each class itself defines; -1 where it defines none."""
        ...


class Defined:
    """The methods that the app defines, as sorted numbers ``class * signatures + signature``.

    Attributes:
        signatures: sorted numbers of the signatures that some method has, as `Signatures.of` gives them.
        keys: the sorted numbers. methods: number of the method of each, counting the units' defined methods on.
    """

    def __init__(self, units: Sequence[Unit], table: ClassTable, signatures: Signatures) -> None:
        classes, defined, rows = [np.empty(0, np.int32)], [np.empty(0, np.int64)], [np.empty(0, np.int32)]
        first = 0
        for row, unit in enumerate(units):
            types = table.unit_types[row][unit.class_type[unit.def_class]]
            live = table.live(row, unit) & (types >= 0)
            classes.append(types[live])
            defined.append(signatures.of(row)[unit.def_method[live]])
            rows.append((np.flatnonzero(live) + first).astype(np.int32))
            first += len(live)
        # In place where it can be: a large app defines millions of methods, and each array here has one row for each.
        keys = np.concatenate(defined)
        del defined
        self.signatures = distinct(keys)
        keys = np.searchsorted(self.signatures, keys)
        holders = np.concatenate(classes).astype(np.int64)
        del classes
        holders *= max(1, len(self.signatures))
        keys += holders
        order = np.argsort(keys, kind="stable")
        self.keys: I64 = keys[order]
        self.methods: I32 = np.concatenate(rows)[order]

    def number(self, signature: I64) -> I64:
        """Numbers of signatures; -1 for those that no method in the app has."""
        return find(self.signatures, signature)

    def find(self, classes: I64, numbers: I64) -> I32:
        """The method with the signature of that number that each class itself defines; -1 where it defines none."""
        places = np.where(numbers >= 0, find(self.keys, self._key(classes, numbers)), -1)
        found = np.full(len(places), -1, np.int32)
        found[places >= 0] = self.methods[places[places >= 0]]
        return found

    def _key(self, classes: I64, numbers: I64) -> I64:
        key: I64 = classes * max(1, len(self.signatures)) + numbers
        return key


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where method references lead; per unit one array over its references.

    Attributes:
        targets: see `Program.framework_target`.
        methods: number of the method of the app, -1 where the reference leads out of it.
        whole: whether all interfaces were looked at (not so in a hierarchy made to exhaust).
        signatures, defined, above: what was numbered on the way.
    """

    targets: list[I32]
    methods: list[I32]
    whole: bool
    signatures: Signatures
    defined: Defined
    above: Above


def resolve(units: Sequence[Unit], table: ClassTable) -> Resolution:
    """Resolve every method reference."""
    above = Above(units, table)
    signatures = Signatures(units, table.unit_types)
    defined = Defined(units, table, signatures)
    targets: list[I32] = []
    methods: list[I32] = []
    first = 0
    for row, unit in enumerate(units):
        written = table.unit_types[row][unit.method_class]
        inside = above.defined[written]
        target = np.where(inside, -1, table.as_seen[written]).astype(np.int32)
        method = np.full(len(target), -1, np.int32)
        own = np.flatnonzero(table.live(row, unit))[::-1]
        method[unit.def_method[own]] = own + first
        inside[unit.def_method[own]] = False
        open_ = np.flatnonzero(inside)
        start, number = written[open_].astype(np.int64), defined.number(signatures.of(row)[open_])
        target[open_], method[open_] = walk(start, number, signatures.objectish(row)[open_], defined, above)
        targets.append(target)
        methods.append(method)
        first += len(unit.def_method)
    return Resolution(targets, methods, above.work >= 0, signatures, defined, above)


def walk(start: I64, number: I64, objectish: npt.NDArray[np.bool_], defined: Members, above: Above) -> tuple[I32, I32]:
    """Walk every reference up its superclasses, all in step; then look at the interfaces of those that found nothing.

    Args:
        start: class that each reference names; the app defines it.
        number: of its signature among the defined ones, or -1.
        objectish: whether it has the name of a method of ``java.lang.Object``.
        defined: what the app defines.
        above: the hierarchy.

    Returns:
        Per reference -1 or the type outside, and the member of the app or -1.
    """
    result, member = start.astype(np.int32), np.full(len(start), -1, np.int32)
    at, here = np.arange(len(start)), start
    for _ in range(_DEPTH):
        if not len(at):
            break
        found = defined.find(here, number[at])
        hit = found >= 0
        result[at[hit]], member[at[hit]] = -1, found[hit]
        at, here = at[~hit], above.parent[here[~hit]].astype(np.int64)
        at, here = at[here >= 0], here[here >= 0]
        outside = ~above.defined[here]
        result[at[outside]] = above.table.as_seen[here[outside]]
        at, here = at[~outside], here[~outside]
    result[at] = start[at]
    nothing = (result == ROOT) | (result == start)
    rows = np.flatnonzero((result >= 0) & ~objectish & nothing)
    if len(rows):
        result[rows], member[rows] = _through_interfaces(start[rows], number[rows], result[rows], defined, above)
    return result, member


def _through_interfaces(start: I64, number: I64, result: I32, defined: Members, above: Above) -> tuple[I32, I32]:
    """What references lead to whose superclasses have nothing; arguments and result as in `walk`."""
    lists, outside = zip(*(above.interfaces(class_) for class_ in start.tolist()), strict=True)
    sizes = np.array([len(item) for item in lists], np.int64)
    every = np.fromiter((item for one in lists for item in one), np.int64, int(sizes.sum()))
    members = defined.find(every, np.repeat(number, sizes))
    hits = np.flatnonzero(members >= 0)[::-1]  # of several the first, which is the nearest, is written last
    leads_out = np.array(outside, np.int64)
    found = np.where(leads_out >= 0, above.table.as_seen[leads_out], result).astype(np.int32)
    member = np.full(len(start), -1, np.int32)
    refs = np.repeat(np.arange(len(start)), sizes)[hits]
    found[refs], member[refs] = -1, members[hits]
    return found, member
