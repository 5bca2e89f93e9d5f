"""All units of an app as one program: which definition of a class Android uses, and what leads out of the app."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.resolve import ROOT, ClassTable, Resolution, resolve
from affidavit.dalvik.strings import texts
from affidavit.dalvik.unit import I32, Unit
from affidavit.model.limitation import Limitation

_DEX_NAME = re.compile(r"classes([0-9]{0,6})\.dex")
_OBJECT = "Ljava/lang/Object;"
_EXHAUSTED = Limitation(
    "code/hierarchy-too-large",
    "interfaces were not followed to their end; calls through them may count as java.lang.Object's",
)


class _Watched(tuple[Unit, ...]):  # noqa: SLOT001 - a tuple that is not empty can have none
    """Units; whoever walks over them looks at the budget before each, since each may take long.

    Attributes:
        check: raises to stop the walk.
    """

    check: Callable[[], None]

    def __iter__(self) -> Iterator[Unit]:
        for unit in super().__iter__():
            self.check()
            yield unit


def _nothing() -> None:
    """The budget of a program that has none."""


class Program:
    """Units seen together.

    Args:
        units: as they were read.
        check: called before each unit whenever anything walks over the units; it may raise to stop.
        apart: entries of the units that no class loader of Android's finds, only one that the app itself makes.

    Attributes:
        units: in the order in which Android searches them: container by container as given, in each ``classes.dex``,
            ``classes2.dex``, ..., then the rest as given. Android itself loads only the numbered ones. Those that are
            apart come last.
        duplicates: (descriptor, entry used, entry ignored) for every class definition that an earlier one hides, but
            not those of units that are apart: which definition runs is then up to the app.
        again: per entry of a unit that is apart, how many of its class definitions others come before.
        limitations: what could not be resolved; complete once `framework_target` was called.
        types: every type descriptor that any unit names, each once; `framework_target` gives indices into it.
    """

    def __init__(
        self, units: Sequence[Unit], check: Callable[[], None] = _nothing, apart: AbstractSet[str] = frozenset()
    ) -> None:
        watched = _Watched(_searched(units, apart))
        watched.check = check
        self.units: tuple[Unit, ...] = watched
        self.limitations: list[Limitation] = []
        self.types: list[str] = [_OBJECT]
        self._type_ids: dict[str, int] = {_OBJECT: ROOT}
        self.apart = apart
        self.again: dict[str, int] = {}
        self._unit_rows: dict[int, int] = {id(unit): row for row, unit in enumerate(self.units)}
        self._unit_types: list[I32] = [self._intern_types(unit) for unit in self.units]
        duplicates: list[tuple[str, str, str]] = []
        self._used: list[npt.NDArray[np.bool_]] = []
        self._definition = np.full((len(self.types) + 1, 2), -1, np.int32)
        for row in range(len(self.units)):
            duplicates += self._define(row)
        self.duplicates: tuple[tuple[str, str, str], ...] = tuple(duplicates)
        self._resolution: Resolution | None = None

    def find_class(self, descriptor: str) -> tuple[Unit, int] | None:
        """The definition of a class that Android uses: its unit and class row; None when the app does not define it."""
        number = self._type_ids.get(descriptor, -1)
        if number < 0 or self._definition[number, 0] < 0:
            return None
        unit, row = self._definition[number].tolist()
        return self.units[unit], row

    def definition(self, type_: int) -> tuple[int, int]:
        """The definition in use of a type (index into `types`): number of its unit and class row; -1, -1 for none."""
        if not 0 <= type_ < len(self.types):
            return -1, -1
        unit, row = self._definition[type_].tolist()
        return unit, row

    def active(self, unit: Unit) -> npt.NDArray[np.bool_]:
        """Which rows of the unit's defined methods belong to class definitions that are used, or that may be where the
        app decides which one is.
        """
        if unit.entry in self.apart:
            return np.ones(len(unit.def_class), np.bool_)
        used = self._used[self._unit_rows[id(unit)]]
        return used[unit.def_class]

    def framework_target(self, unit: Unit) -> I32:
        """Where each method reference of a unit leads.

        Returns:
            Per method reference: -1 when it resolves to a method that the app defines, in the class as written or above
            it; else an index into `types`: the class as written when the app does not define it, else the first class
            outside of the app on the way up. When only ``java.lang.Object`` is above and the method is none of its own,
            the first interface outside of the app takes its place. Array types count as ``java.lang.Object``.
        """
        return self.resolution().targets[self._unit_rows[id(unit)]]

    def resolution(self) -> Resolution:
        """Every method reference resolved (once)."""
        if self._resolution is None:
            self._resolution = resolve(self.units, self.table())
            if not self._resolution.whole:
                self.limitations.append(_EXHAUSTED)
        return self._resolution

    def framework_method(self, unit: Unit, method_index: int) -> tuple[str, str, str] | None:
        """Class, name and prototype of the framework method that a reference leads to; see `framework_target`.

        Returns:
            None when the app defines the method.
        """
        target = int(self.framework_target(unit)[method_index])
        if target < 0:
            return None
        _, name, proto = unit.method_parts(method_index)
        return self.types[target], name, proto

    def _intern_types(self, unit: Unit) -> I32:
        """Number the unit's types across all units; a last -1 makes the index -1 lead to -1."""
        ids = self._type_ids
        numbers = [ids.setdefault(name, len(ids)) for name in texts(unit.strings, unit.type_string)]
        self.types += list(ids)[len(self.types) :]
        return np.array([*numbers, -1], np.int32)

    def _define(self, unit_row: int) -> list[tuple[str, str, str]]:
        """Take in the unit's class definitions; give those that an earlier one hides."""
        unit = self.units[unit_row]
        numbers = self._unit_types[unit_row][unit.class_type]
        candidates = np.flatnonzero((numbers >= 0) & (self._definition[numbers, 0] < 0))
        winners = candidates[np.unique(numbers[candidates], return_index=True)[1]]
        self._definition[numbers[winners], 0] = unit_row
        self._definition[numbers[winners], 1] = winners
        used = numbers < 0
        used[winners] = True
        self._used.append(used)
        if unit.entry in self.apart:
            again = int(np.count_nonzero(~used))
            if again:
                self.again[unit.entry] = self.again.get(unit.entry, 0) + again
            return []
        return self._hidden(unit, np.flatnonzero(~used), numbers)

    def _hidden(self, unit: Unit, rows: npt.NDArray[np.intp], numbers: I32) -> list[tuple[str, str, str]]:
        """What `duplicates` says of unused definitions of a unit, column by column: there may be very many."""
        hidden = numbers[rows]
        winners = self._definition[hidden]
        used = np.empty(len(rows), object)
        for number in np.unique(winners[:, 0]).tolist():
            of_unit = winners[:, 0] == number
            entries = np.array(self.units[number].entries, object)
            used[of_unit] = entries[self.units[number].class_entry[winners[of_unit, 1]]]
        ignored = np.array(unit.entries, object)[unit.class_entry[rows]]
        names = [self.types[number] for number in hidden.tolist()]
        return list(zip(names, used.tolist(), ignored.tolist(), strict=True))

    def table(self) -> ClassTable:
        """What resolution needs to know of the classes."""
        as_seen = np.arange(len(self.types) + 1, dtype=np.int32)
        as_seen[[row for row, name in enumerate(self.types) if name.startswith("[")]] = ROOT
        as_seen[-1] = -1
        return ClassTable(self._definition, self._used, self._unit_types, as_seen)


def _searched(units: Iterable[Unit], apart: AbstractSet[str]) -> list[Unit]:
    """Units in the order in which Android searches them, then those that are apart."""
    containers: dict[str, int] = {}
    keyed: list[tuple[bool, int, int, int, Unit]] = []
    for position, unit in enumerate(units):
        container, _, name = unit.entry.rpartition("!/")
        match = _DEX_NAME.fullmatch(name)
        number = int(match[1] or 1) if match else 1 << 30
        place = containers.setdefault(container, len(containers))
        keyed.append((unit.entry in apart, place, number, position, unit))
    return [unit for *_, unit in sorted(keyed, key=lambda item: item[:4])]
