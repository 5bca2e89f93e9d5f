"""Looks the features of code up: every feature of every rule once, over all units."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.findings.features import SHOWN, Feature, Hits, Mask
from affidavit.findings.names import Member, member
from affidavit.findings.schema import Override, StringPattern
from affidavit.findings.strings import matching
from affidavit.findings.texts import Wanted
from affidavit.findings.units import NONE, Rows, UnitIndex
from affidavit.model.place import Place


class Code(Protocol):
    """What is read of `affidavit.dalvik.program.Program`."""

    @property
    def units(self) -> Sequence[Unit]:
        """All units, in the order in which Android searches them."""
        ...

    @property
    def duplicates(self) -> Sequence[tuple[str, str, str]]:
        """Descriptor, entry used, entry ignored."""
        ...

    def active(self, unit: Unit) -> npt.NDArray[np.bool_]:
        """Per defined method, whether Android uses it."""
        ...


class _Sites(NamedTuple):
    """Rows of one unit: of its references, its classes or its methods."""

    unit: int
    rows: Rows


class CodeIndex:
    """The code of an app, prepared for the features of all rules together.

    Attributes:
        methods: how many methods all units define.
        active: per method, over all units, whether Android uses it.
    """

    def __init__(self, code: Code, framework: Framework, features: Iterable[Feature]) -> None:
        self._framework = framework
        asked = list(features)
        words = _words(asked, framework)
        self._patterns = {arg for _, arg in asked if isinstance(arg, StringPattern) and not arg.exact}
        self._units: list[UnitIndex] = []
        base, wanted = 0, Wanted(words)
        hidden: dict[str, list[str]] = {}
        for name, _, entry in code.duplicates:
            hidden.setdefault(entry, []).append(name)
        for unit in code.units:
            ignored = frozenset(name for entry in unit.entries for name in hidden.get(entry, ()))
            self._units.append(UnitIndex(unit, base, code.active(unit), ignored, wanted))
            base += len(unit.def_method)
        self.methods = base
        self._heirs: dict[tuple[str, Member | None], list[_Sites]] = {}
        members = {member(str(arg)) for kind, arg in asked if kind == "call"}
        self._receivers = {wanted: self._receiving(wanted) for wanted in members}
        heirs = Wanted({name for names in self._receivers.values() for name in names} - words)
        for index in self._units:
            index.learn(heirs)

    @cached_property
    def active(self) -> Mask:
        """See the class."""
        return np.concatenate([index.active for index in self._units]) if self._units else np.zeros(0, bool)

    @cached_property
    def _matching(self) -> list[dict[object, list[int]]]:
        """Per unit, the strings that each pattern means; for all patterns at once, so that joined strings can go."""
        found: list[dict[object, list[int]]] = []
        for index in self._units:
            loaded = index.loaded()
            found.append({pattern: matching(loaded, pattern) for pattern in self._patterns})
        return found

    def hits(self, feature: Feature) -> Hits:
        """Everything that answers one feature of code."""
        return _FINDERS[feature.kind](self, feature.arg)

    def calls(self, arg: str) -> Hits:
        """Invocations of a method: on its class, or on one that inherits it without defining it."""
        wanted = member(arg)
        parts = []
        for number, index in enumerate(self._units):
            named = index.methods_named(wanted.name)
            if len(named):
                types = index.type_indices(self._receivers[wanted])
                targets = _fitting(index, index.holding(named, index.unit.method_class, types), wanted)
                parts.append(_Sites(number, index.rows(RefKind.METHOD, targets)))
        return self._referring(parts)

    def fields(self, arg: str) -> Hits:
        """Instructions that read or write a field of its class."""
        wanted = member(arg)
        parts = []
        for number, index in enumerate(self._units):
            named = index.fields_named(wanted.name)
            holders = index.type_indices([_raw(wanted.owner)])
            targets = index.holding(named, index.unit.field_class, holders)
            parts.append(_Sites(number, index.rows(RefKind.FIELD, targets)))
        return self._referring(parts)

    def strings(self, arg: str | StringPattern) -> Hits:
        """Instructions that load a string."""
        parts = []
        for number, index in enumerate(self._units):
            exact = arg if isinstance(arg, str) else arg.exact
            targets = sorted(index.string_indices(exact.encode())) if exact else self._matching[number][arg]
            parts.append(_Sites(number, index.rows(RefKind.STRING, np.array(targets, np.int64))))
        return self._referring(parts)

    def types(self, arg: str) -> Hits:
        """Instructions that name a type, or a member of it."""
        parts = []
        for number, index in enumerate(self._units):
            holders = index.type_indices([_raw(arg)])
            rows = [
                index.rows(RefKind.TYPE, holders),
                index.rows(RefKind.METHOD, index.held(index.unit.method_class, holders)),
                index.rows(RefKind.FIELD, index.held(index.unit.field_class, holders)),
            ]
            parts.append(_Sites(number, np.sort(np.concatenate(rows)) if len(holders) else NONE))
        return self._referring(parts)

    def subtypes(self, arg: str) -> Hits:
        """App classes that inherit from a class or interface, directly or not."""
        parts = self._descend(arg.replace(".", "/"))

        def place(index: UnitIndex, row: int) -> Place:
            unit = index.unit
            offset = int(unit.class_offset[row]) if unit.form == "dex" else -1
            return Place(entry=unit.entries[int(unit.class_entry[row])], offset=offset, class_=index.class_name(row))

        return self._collect(parts, place, lambda _unit, rows: rows, None)

    def overrides(self, arg: str | Override) -> Hits:
        """App methods that override a method of a class that they inherit from."""
        asked = arg if isinstance(arg, Override) else Override(arg)
        wanted = member(asked.method)
        parts = []
        for number, rows in self._descend(wanted.owner):
            index = self._units[number]
            found = index.defining(_fitting(index, index.methods_named(wanted.name), wanted))
            below = np.zeros(len(index.unit.class_type), bool)
            below[rows] = True
            keep = below[index.unit.def_class[found]] & index.active[found]
            if asked.max_units:
                units = index.unit.def_units[found]
                keep &= (units > 0) & (units <= asked.max_units)
            parts.append(_Sites(number, found[keep]))

        def place(index: UnitIndex, row: int) -> Place:
            return index.unit.place(row, int(index.unit.def_code[row]) or -1, -1)

        return self._collect(parts, place, lambda unit, rows: unit.def_class[rows], lambda _unit, rows: rows)

    def _receiving(self, wanted: Member) -> frozenset[bytes]:
        """Descriptors, as stored, on which a call names the method: its class and, but for constructors, the framework
        classes that inherit it, and the app classes that do without that they, or an app class between, define it.
        """
        if wanted.name == "<init>":
            return frozenset({_raw(wanted.owner)})
        heirs = self._descend(wanted.owner, wanted)
        names = {self._units[unit].raw_name(row) for unit, rows in heirs for row in rows.tolist()}
        return frozenset(names | {name.encode() for name in self._framework.descendants(descriptor(wanted.owner))})

    def _descend(self, owner: str, unless: Member | None = None) -> list[_Sites]:
        """Class rows, ascending per unit, that inherit from `owner`; not below definers of the member `unless`."""
        if unless is not None and not self._descend(owner):
            return []
        key = (owner, unless)
        if key not in self._heirs:
            self._heirs[key] = self._walk_down(owner, unless)
        return self._heirs[key]

    def _walk_down(self, owner: str, unless: Member | None) -> list[_Sites]:
        barred: dict[int, set[int]] = {}
        seen: dict[int, set[int]] = {}
        front = set(self._framework.descendants(descriptor(owner)))
        while front:
            found: set[str] = set()
            for number, rows in (sites for parent in front & self._children.keys() for sites in self._children[parent]):
                index = self._units[number]
                if number not in seen:
                    barred[number], seen[number] = _definers(index, unless), set()
                for row in rows.tolist():
                    name = index.class_name(row)
                    if row not in seen[number] and row not in barred[number] and name not in index.ignored:
                        seen[number].add(row)
                        found.add(name)
            front = found
        return [_Sites(number, np.array(sorted(rows), np.int64)) for number, rows in sorted(seen.items()) if rows]

    @cached_property
    def _children(self) -> dict[str, list[_Sites]]:
        """App classes by the descriptor of each super class and interface."""
        found: dict[str, list[_Sites]] = {}
        for number, index in enumerate(self._units):
            for parent, rows in index.children():
                found.setdefault(parent, []).append(_Sites(number, rows))
        return found

    def _referring(self, parts: list[_Sites]) -> Hits:
        """Hits of instructions: rows of `Unit.refs`."""

        def owners(unit: Unit, rows: Rows) -> Rows:
            return unit.refs.owner[rows].astype(np.int64)

        def place(index: UnitIndex, row: int) -> Place:
            return index.unit.site(row)

        return self._collect(parts, place, lambda unit, rows: unit.def_class[unit.refs.owner[rows]], owners)

    def _collect(
        self,
        parts: list[_Sites],
        place: Callable[[UnitIndex, int], Place],
        class_rows: Callable[[Unit, Rows], npt.NDArray[np.integer]],
        owners: Callable[[Unit, Rows], Rows] | None,
    ) -> Hits:
        """Hits of rows, with the functions that read a place, a class and a method off a row."""
        parts = [part for part in parts if len(part.rows)]
        numbers = [self._numbers(part, owners) for part in parts] if owners else []

        def within(mask: Mask | None) -> list[_Sites]:
            if mask is None or owners is None:
                return parts
            return [_Sites(part.unit, part.rows[mask[number]]) for part, number in zip(parts, numbers, strict=True)]

        def places(mask: Mask | None) -> tuple[Place, ...]:
            pairs = ((self._units[unit], int(row)) for unit, rows in within(mask) for row in rows[:SHOWN])
            return tuple(place(index, row) for (index, row), _ in zip(pairs, range(SHOWN), strict=False))

        def classes(mask: Mask | None) -> Mapping[str, int]:
            found: Counter[str] = Counter()
            for unit_number, rows in within(mask):
                index = self._units[unit_number]
                for row, count in Counter(class_rows(index.unit, rows).tolist()).items():
                    found[index.class_name(row)] += count
            return found

        total = sum(len(part.rows) for part in parts)
        joined = np.concatenate(numbers) if numbers else (NONE if owners else None)
        return Hits(count=total, owners=joined, places=places, classes=classes)

    def _numbers(self, part: _Sites, owners: Callable[[Unit, Rows], Rows]) -> Rows:
        index = self._units[part.unit]
        return index.base + owners(index.unit, part.rows)


_FINDERS: dict[str, Callable[[CodeIndex, object], Hits]] = {
    "call": CodeIndex.calls,  # type: ignore[dict-item]
    "field_": CodeIndex.fields,  # type: ignore[dict-item]
    "string": CodeIndex.strings,  # type: ignore[dict-item]
    "class_": CodeIndex.types,  # type: ignore[dict-item]
    "extends": CodeIndex.subtypes,  # type: ignore[dict-item]
    "implements": CodeIndex.subtypes,  # type: ignore[dict-item]
    "overrides": CodeIndex.overrides,  # type: ignore[dict-item]
}


def _definers(index: UnitIndex, unless: Member | None) -> set[int]:
    """Class rows that define the member."""
    if unless is None:
        return set()
    found = index.defining(_fitting(index, index.methods_named(unless.name), unless))
    return set(index.unit.def_class[found].tolist())


def _fitting(index: UnitIndex, methods: Rows, wanted: Member) -> Rows:
    """Those of the method references whose parameters are the wanted ones, when the rule names any."""
    if wanted.params is None or not len(methods):
        return methods
    protos = index.unit.method_proto[methods].tolist()
    fits = {proto: index.unit.proto(proto).startswith(f"({wanted.params})") for proto in set(protos)}
    return methods[[fits[proto] for proto in protos]]


def _raw(name: str) -> bytes:
    """Descriptor of a class that a rule names, as stored."""
    return descriptor(name).encode()


def _words(features: Iterable[Feature], framework: Framework) -> frozenset[bytes]:
    """Every string that any feature needs by its exact text."""
    words: set[bytes] = set()
    for kind, arg in features:
        if kind in {"call", "field_", "overrides"}:
            wanted = member(arg.method if isinstance(arg, Override) else str(arg))
            words.add(wanted.name.encode())
            words.add(_raw(wanted.owner))
            if kind == "call" and wanted.name != "<init>":
                words |= {name.encode() for name in framework.descendants(descriptor(wanted.owner))}
        elif kind == "class_":
            words.add(_raw(str(arg)))
        elif kind == "string":
            words.add((arg if isinstance(arg, str) else arg.exact if isinstance(arg, StringPattern) else "").encode())
    return frozenset(words)
