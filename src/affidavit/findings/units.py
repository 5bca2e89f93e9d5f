"""One unit of code, prepared for looking features up: every name that any rule needs is resolved once."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.strings import texts
from affidavit.dalvik.unit import I32, Csr, RefKind, Unit
from affidavit.dalvik.xref import referrers
from affidavit.findings.texts import Loaded, Wanted, find_exact, sieve

Rows = npt.NDArray[np.int64]
NONE: Rows = np.empty(0, np.int64)


class UnitIndex:
    """A unit with the strings, types, methods and fields that rules name.

    Attributes:
        unit: the unit. base: number of its first method over all units. active: per method, whether Android uses it.
        ignored: classes whose definition here is a duplicate that Android ignores (descriptors).
    """

    def __init__(
        self, unit: Unit, base: int, active: npt.NDArray[np.bool_], ignored: frozenset[str], words: Wanted
    ) -> None:
        self.unit = unit
        self.base = base
        self.active = active
        self.ignored = ignored
        self._names: dict[int, str] = {}
        self._rows: dict[RefKind, tuple[I32, I32]] = {}
        self._keys = sieve(unit.strings)
        self._text = find_exact(unit.strings, words, self._keys)

    def learn(self, words: Wanted) -> None:
        """Look further words up, once and before any member is asked for."""
        self._text |= find_exact(self.unit.strings, words, self._keys)
        del self._keys

    def raw_name(self, row: int) -> bytes:
        """Descriptor of a class defined here, as stored."""
        return bytes(self.unit.strings.raw(int(self.unit.type_string[self.unit.class_type[row]])))

    def string_indices(self, word: bytes) -> list[int]:
        """Indices of a string that was among the words given."""
        return self._text.get(word, [])

    def type_indices(self, descriptors: Iterable[bytes]) -> Rows:
        """Indices of types, by descriptors that were among the words given."""
        strings = [index for item in descriptors for index in self.string_indices(item)]
        types = self._type_of[np.array(strings, np.int64)] if strings else NONE
        return types[types >= 0]

    def methods_named(self, name: str) -> Rows:
        """Method references of one name."""
        return _of_names(self._methods_by_name, self.string_indices(name.encode()))

    def fields_named(self, name: str) -> Rows:
        """Field references of one name."""
        return _of_names(self._fields_by_name, self.string_indices(name.encode()))

    def class_name(self, row: int) -> str:
        """Descriptor of a class defined here; decoded once."""
        if row not in self._names:
            self._names[row] = self.unit.class_name(row)
        return self._names[row]

    def holding(self, members: Rows, owners: npt.NDArray[np.int32], types: Rows) -> Rows:
        """Those of some method or field references whose class, by the table `owners`, is one of `types`."""
        if not len(types) or not len(members):
            return NONE
        return members[self._of_types(owners[members], types)]

    def held(self, owners: npt.NDArray[np.int32], types: Rows) -> Rows:
        """All method or field references whose class, by the table `owners`, is one of `types`."""
        return np.flatnonzero(self._of_types(owners, types)) if len(types) else NONE

    def _of_types(self, owners: npt.NDArray[np.int32], types: Rows) -> npt.NDArray[np.bool_]:
        self._marked[types] = True
        chosen = self._marked[owners]
        self._marked[types] = False
        return chosen

    def rows(self, kind: RefKind, targets: Rows) -> Rows:
        """Rows of `Unit.refs` that name one of `targets`, in active methods, ascending.

        Targets are strings, or types, fields and methods whose class was among the words given.
        """
        if not len(targets):
            return NONE
        if kind == RefKind.STRING:
            csr = referrers(self.unit, kind)
            rows = np.concatenate([csr.row(int(target)) for target in targets])
            return np.sort(rows[self.active[self.unit.refs.owner[rows]]]).astype(np.int64)
        named, rows = self._sites(kind)
        starts, ends = named.searchsorted(targets), named.searchsorted(targets, side="right")
        found = [rows[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True) if start < end]
        return np.sort(np.concatenate(found)).astype(np.int64) if found else NONE

    def _sites(self, kind: RefKind) -> tuple[I32, I32]:
        """Rows in active methods that name what rules may ask for, by what they name; and what each one names."""
        if kind not in self._rows:
            unit, refs = self.unit, self.unit.refs
            owners = {RefKind.FIELD: unit.field_class, RefKind.METHOD: unit.method_class}.get(kind)
            known = np.zeros(len(unit.type_string) + 1, bool)
            known[self.type_indices(self._text)] = True
            known = known[:-1] if owners is None else known[owners]
            rows = np.flatnonzero(refs.kind == kind).astype(np.int32)
            rows = rows[known[refs.target[rows]] & self.active[refs.owner[rows]]]
            rows = rows[np.argsort(refs.target[rows], kind="stable")]
            self._rows[kind] = refs.target[rows], rows
        return self._rows[kind]

    def loaded(self) -> Loaded:
        """The strings that instructions load."""
        return Loaded(self.unit.strings, np.flatnonzero(np.diff(referrers(self.unit, RefKind.STRING).start)))

    def children(self) -> Iterator[tuple[str, Rows]]:
        """The descriptors of super classes and interfaces, and rows of the classes defined here that have them."""
        parents, rows = _edges(self.unit)
        order = np.argsort(parents, kind="stable")
        groups = list(_groups(parents[order], rows[order]))
        kinds = self.unit.type_string[np.array([kind for kind, _ in groups], np.int64)]
        return zip(texts(self.unit.strings, kinds), (group for _, group in groups), strict=True)

    @cached_property
    def _marked(self) -> npt.NDArray[np.bool_]:
        """Scratch of one flag per type, all unset between uses; an owner of -1 reads the last, which is never set."""
        return np.zeros(len(self.unit.type_string) + 1, bool)

    @cached_property
    def _type_of(self) -> Rows:
        """Type index of each string index, or -1."""
        table = np.full(len(self.unit.strings), -1, np.int64)
        valid = np.flatnonzero(self.unit.type_string >= 0)
        table[self.unit.type_string[valid]] = valid
        return table

    @cached_property
    def _methods_by_name(self) -> dict[int, Rows]:
        return _by_name(self.unit.method_name, self._wanted)

    @cached_property
    def _fields_by_name(self) -> dict[int, Rows]:
        return _by_name(self.unit.field_name, self._wanted)

    @cached_property
    def _wanted(self) -> Rows:
        return np.array(sorted(index for group in self._text.values() for index in group), np.int64)

    def defining(self, methods: Rows) -> Rows:
        """Rows of `def_method` that define one of the method references; of two, the first, which Android uses."""
        rows = self._definition[methods]
        return np.sort(rows[rows >= 0])

    @cached_property
    def _definition(self) -> Rows:
        """Row of `def_method` for each method reference, or -1."""
        table = np.full(len(self.unit.method_name), -1, np.int64)
        rows = np.flatnonzero(self.unit.def_method >= 0)[::-1]
        table[self.unit.def_method[rows]] = rows
        return table


def _by_name(names: npt.NDArray[np.int32], wanted: Rows) -> dict[int, Rows]:
    """References, ascending, by the string index of their name, for the names that are wanted."""
    table = np.zeros(max(int(names.max(initial=-1)), int(wanted.max(initial=-1))) + 2, bool)
    table[wanted] = True
    rows = np.flatnonzero(table[names])  # a name of -1 reads the last, unset element
    rows = rows[np.argsort(names[rows], kind="stable")]
    return dict(_groups(names[rows].astype(np.int64), rows))


def _groups(keys: Rows, items: Rows) -> Iterator[tuple[int, Rows]]:
    """Runs of equal keys, which are in order: the key, and its items."""
    if len(keys):
        starts = np.concatenate([[0], np.flatnonzero(np.diff(keys)) + 1, [len(keys)]]).tolist()
        for start, end in pairwise(starts):
            yield int(keys[start]), items[start:end]


def _of_names(table: dict[int, Rows], wanted: list[int]) -> Rows:
    """References whose name is one of `wanted`, ascending."""
    parts = [table[index] for index in wanted if index in table]
    if len(parts) == 1:
        return parts[0]
    return np.sort(np.concatenate(parts)) if parts else NONE


def _edges(unit: Unit) -> tuple[Rows, Rows]:
    """Parent type index and class row of every inheritance edge."""
    supers = np.flatnonzero(unit.class_super >= 0)
    csr: Csr = unit.interfaces
    owners = np.repeat(np.arange(len(unit.class_type)), np.diff(csr.start))
    parents = np.concatenate([unit.class_super[supers], csr.items[: len(owners)]]).astype(np.int64)
    rows = np.concatenate([supers, owners])
    return parents[parents >= 0], rows[parents >= 0]
