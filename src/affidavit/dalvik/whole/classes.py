"""All types of a program in one space, those of the platform above them included."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from affidavit.dalvik.framework import Framework
from affidavit.dalvik.kernels import solve
from affidavit.dalvik.resolve import ROOT, ClassTable
from affidavit.dalvik.unit import U32, Csr, Unit
from affidavit.dalvik.whole.shapes import I32, Bool

_INTERFACE, _ABSTRACT = 0x200, 0x400
_MOST = 1 << 12
"""Most ancestors of one type: real types have some dozens."""


@dataclass(slots=True)
class Classes:
    """Parallel arrays over types; see `Linked` for what they mean."""

    types: list[str]
    parent: I32
    interfaces: Csr
    is_interface: Bool
    is_app: Bool
    is_abstract: Bool

    def climb(self, number: int) -> tuple[int, ...]:
        """A type, then what it inherits from, level by level."""
        found = {number: None}
        queue = [number]
        for here in queue:
            above = [int(self.parent[here]), *self.interfaces.row(here).tolist()]
            fresh = [item for item in dict.fromkeys(above) if item >= 0 and item not in found]
            found.update(dict.fromkeys(fresh))
            queue += fresh
            if len(queue) > _MOST:
                break
        return tuple(queue)


def inheriting(parent: I32, interfaces: Csr, types: Iterable[int]) -> Bool:
    """Of all types, which are among some or inherit from one of them."""
    count = len(parent)
    lower = np.concatenate([np.arange(count), np.repeat(np.arange(count), np.diff(interfaces.start))]).astype(np.int32)
    upper = np.concatenate([parent, interfaces.items])
    lower, upper = lower[upper >= 0], upper[upper >= 0]
    # Twice the number: the solver takes an odd vertex for an object that was changed.
    start = np.zeros(2 * count + 1, np.int32)
    np.cumsum(np.bincount(2 * upper, minlength=2 * count), out=start[1:])
    rows = np.argsort(upper, kind="stable").astype(np.int32)
    seeds = np.array([2 * type_ for type_ in types if type_ >= 0], np.int32)
    seen, queue = np.zeros(2 * count, np.uint8), np.empty(2 * count, np.int32)
    solve.reach(start, rows, 2 * lower, seeds, 0, seen, queue)
    found: Bool = seen[::2] != 0
    return found


def classes_of(
    units: Sequence[Unit], named: Sequence[str], table: ClassTable, framework: Framework, check: Callable[[], None]
) -> Classes:
    """The hierarchy of an app.

    Args:
        units: the code.
        named: every type that it names, in the space of `table`.
        table: which definitions are in use.
        framework: what the platform's classes inherit from.
        check: called now and then; it may raise to stop.
    """
    is_app = np.zeros(len(named), np.bool_)
    is_app[:] = table.definition[: len(named), 0] >= 0
    types, above = _outside(named, is_app, framework, check)
    more = len(types) - len(named)
    is_app = np.append(is_app, np.zeros(more, np.bool_))
    parent = np.full(len(types), -1, np.int32)
    access = np.zeros(len(types), np.uint32)
    pairs = [np.empty((0, 2), np.int32)]
    for row, unit in enumerate(units):
        pairs.append(_defined(unit, table.used[row], table.unit_types[row], parent, access))
    parent[is_app & (parent < 0)] = ROOT
    for number, numbers in above.items():
        parent[number] = numbers[0] if numbers else -1
        access[number] |= _INTERFACE * framework.is_interface(types[number])
    parent[ROOT] = -1
    of = np.array(list(chain.from_iterable([(row, up) for up in numbers[1:]] for row, numbers in above.items())))
    pairs.append(of.reshape(-1, 2).astype(np.int32))
    interfaces = _rows(np.concatenate(pairs), len(types))
    return Classes(types, parent, interfaces, (access & _INTERFACE) > 0, is_app, (access & _ABSTRACT) > 0)


def _outside(
    named: Sequence[str], is_app: Bool, framework: Framework, check: Callable[[], None]
) -> tuple[list[str], dict[int, list[int]]]:
    """All types, and of those that the app does not define their parents, superclass first."""
    types = list(named)
    numbers: dict[str, int] = {}
    above: dict[int, list[int]] = {}
    queue = [row for row in np.flatnonzero(~is_app).tolist() if types[row][:1] in {"L", "["}]
    numbers = {types[row]: row for row in queue}
    app = {types[row]: row for row in np.flatnonzero(is_app).tolist()}
    for count, row in enumerate(queue):
        if count % 4096 == 0:
            check()
        above[row] = []
        for name in _parents(types[row], framework):
            number = app.get(name, numbers.get(name, -1))
            if number < 0:
                number = numbers[name] = len(types)
                types.append(name)
                queue.append(number)
            above[row].append(number)
    return types, above


def _parents(name: str, framework: Framework) -> Iterable[str]:
    """Parents of a type outside of the app; what nobody knows inherits from Object."""
    return (framework.parents(name) if name.startswith("L") else []) or ["Ljava/lang/Object;"]


def _defined(unit: Unit, used: Bool, types: I32, parent: I32, access: U32) -> I32:
    """Enter the superclasses and flags of a unit's classes in use; give pairs of class and interface."""
    mine = used & (unit.class_type >= 0)
    numbers = types[unit.class_type]
    parent[numbers[mine]] = types[unit.class_super[mine]]
    access[numbers[mine]] = unit.class_access[mine]
    owners = np.repeat(np.arange(len(unit.class_type)), np.diff(unit.interfaces.start))
    pairs = np.stack((numbers[owners], types[unit.interfaces.items]), axis=1)
    found: I32 = pairs[mine[owners] & (pairs[:, 1] >= 0)]
    return found


def _rows(pairs: I32, count: int) -> Csr:
    """Pairs of row and item, grouped by row in their order."""
    order = np.argsort(pairs[:, 0], kind="stable")
    start = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(pairs[:, 0], minlength=count), out=start[1:])
    return Csr(start, np.ascontiguousarray(pairs[order, 1]))
