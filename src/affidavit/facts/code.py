"""What the code is, which of its classes Android never sees, and which methods outside of the app it calls.

"Outside" is decided by the bytes: a method that no class of the app defines, after resolution through the app's own
super classes. It is ``platform`` when the device provides its class (``knowledge/apis/platform``), else ``external``:
neither in the artefact nor known as the device's (an AAR that expects another library, a class that was stripped).
"""

from collections.abc import Iterator
from functools import cache, lru_cache

import msgspec
import numpy as np
import numpy.typing as npt

from affidavit import knowledge
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.facts.reading import bounded, make_fact
from affidavit.model.code import CodeUnit, DuplicateClass, FrameworkCall
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

NAME = "code"
VERSION = 1

MORE_SITES = 2
"""Further call sites that one fact lists."""
DUPLICATES = 2_000
"""Hidden class definitions that are listed; beyond it a limitation says how many there are."""
CALLED_METHODS = 30_000
"""Distinct outside methods that are listed; beyond it a limitation says how many there are."""
NAME_LIMIT = 1_024
"""Characters of one name; the format's own bound is 65,535 bytes."""


class _Packages(msgspec.Struct, frozen=True):
    """Shape of ``knowledge/apis/platform``; the section's other documents have none of these fields."""

    packages: tuple[str, ...] = ()
    not_: tuple[str, ...] = msgspec.field(name="not", default=())


@cache
def _platform() -> tuple[frozenset[str], frozenset[str]]:
    """Packages of the platform, and packages below them that only an app brings along."""
    document = knowledge.load("apis", _Packages)["platform"]
    return frozenset(document.packages), frozenset(document.not_)


@lru_cache(maxsize=65_536)
def is_platform(descriptor: str) -> bool:
    """Whether the device, not the app, provides the class of a descriptor (an array's methods are ``Object``'s)."""
    inside, outside = _platform()
    package = descriptor[:NAME_LIMIT].lstrip("[").removeprefix("L").replace("/", ".")
    while package:
        package = package.rpartition(".")[0]
        if package in outside:
            return False
        if package in inside:
            return True
    return descriptor.startswith("[")


def extract(program: Program, limitations: list[Limitation]) -> Iterator[Fact]:
    """Facts on units and duplicates in the order of search, then on outside methods in order of their names.

    Args:
        program: the app's code.
        limitations: receives a limitation when a bound was reached (the units have their own).
    """
    label = f"{NAME}/{VERSION}"
    for unit in program.units:
        yield make_fact(describe(unit, program), Place(unit.entry), label)
    _note_again(program, limitations)
    if len(program.duplicates) > DUPLICATES:
        detail = f"{len(program.duplicates)} classes are defined more than once; the first {DUPLICATES} are listed"
        limitations.append(Limitation("code/duplicates-bounded", detail))
    for name, used, ignored in program.duplicates[:DUPLICATES]:
        what = DuplicateClass(bounded(name, NAME_LIMIT), used, ignored)
        yield make_fact(what, Place(ignored, class_=bounded(name, NAME_LIMIT)), label)
    calls = OutsideCalls(program)
    keys = sorted(calls.called)
    if len(keys) > CALLED_METHODS:
        detail = f"the code calls {len(keys)} outside methods; the first {CALLED_METHODS} by name are listed"
        limitations.append(Limitation("code/calls-bounded", detail))
    for key in keys[:CALLED_METHODS]:
        yield _call_fact(calls, key, label)


def _note_again(program: Program, limitations: list[Limitation]) -> None:
    """Say of code that is apart where it defines classes that were there before."""
    for entry, count in sorted(program.again.items()):
        detail = (
            f"{count} of the classes that it defines are defined before it as well; which definition runs is up to the "
            "app's own class loader: all were searched, calls and data were followed into the first"
        )
        limitations.append(Limitation("flows/other-definition", detail, Place(entry)))


def describe(unit: Unit, program: Program) -> CodeUnit:
    """Counts of one unit of a program."""
    return CodeUnit(
        form=unit.form,
        version=unit.version,
        classes=len(unit.class_type),
        methods=len(unit.def_method),
        fields=len(unit.deffield_field),
        strings=len(unit.strings),
        method_refs=len(unit.method_name),
        code_items=int(np.count_nonzero(unit.def_code)),
        instructions=unit.instructions,
        undecoded=unit.undecoded,
        apart=unit.entry in program.apart,
        again=program.again.get(unit.entry, 0),
    )


Called = dict[tuple[str, str], list[tuple[int, npt.NDArray[np.int32]]]]
"""(class, name and prototype) of a method -> per reference to it: its unit's number and rows of the unit's refs."""


class OutsideCalls:
    """The methods outside of the app that active code calls.

    Attributes:
        called: see `Called`.
    """

    def __init__(self, program: Program) -> None:
        self.called: Called = {}
        self._sites: list[_Sites] = []
        for number, unit in enumerate(program.units):
            texts = _MethodTexts(unit)
            self._sites.append(_Sites(unit, texts))
            self._add(program, number, texts)

    def _add(self, program: Program, number: int, texts: "_MethodTexts") -> None:
        """Group the calling rows of one unit by the method reference, in bulk."""
        unit = program.units[number]
        outside = program.framework_target(unit)
        rows = np.flatnonzero((unit.refs.kind == RefKind.METHOD) & (unit.refs.target >= 0))
        rows = rows[program.active(unit)[unit.refs.owner[rows]]]
        rows = rows[outside[unit.refs.target[rows]] >= 0]
        if not len(rows):
            return
        order = rows[np.argsort(unit.refs.target[rows], kind="stable")].astype(np.int32)
        methods = unit.refs.target[order]
        starts = np.flatnonzero(np.diff(methods, prepend=-1))
        ends = np.append(starts[1:], len(order))
        called = methods[starts]
        types = program.types
        for method, target, first, last in zip(
            called.tolist(), outside[called].tolist(), starts.tolist(), ends.tolist(), strict=True
        ):
            self.called.setdefault((types[target], texts.text(method)), []).append((number, order[first:last]))

    def places(self, key: tuple[str, str], wanted: int) -> list[Place]:
        """The first `wanted` call sites of a method, in order of (unit, row)."""
        parts = self.called[key]
        if len(parts) == 1:
            number, rows = parts[0]
            return self._sites[number].places(rows[:wanted].tolist())
        found = sorted((number, row) for number, rows in parts for row in rows[:wanted].tolist())
        return [place for number, row in found[:wanted] for place in self._sites[number].places([row])]


def _call_fact(calls: OutsideCalls, key: tuple[str, str], label: str) -> Fact:
    """One fact: the first call site is its place."""
    places = calls.places(key, MORE_SITES + 1)
    what = FrameworkCall(
        class_=bounded(key[0], NAME_LIMIT),
        method=bounded(key[1], NAME_LIMIT),
        sites=sum(len(rows) for _, rows in calls.called[key]),
        more=tuple(places[1:]),
        origin="platform" if is_platform(key[0]) else "external",
    )
    return make_fact(what, places[0], label)


class _MethodTexts:
    """Name and prototype of the methods of one unit; types and prototypes are put into words once."""

    def __init__(self, unit: Unit) -> None:
        self._strings = unit.strings
        self._blob, begins, ends = unit.strings.blob()
        self._begins, self._ends = begins.data, ends.data
        # Windows on the arrays, not lists: a list of a million numbers is ten times as large.
        self._names, self._proto_of = unit.method_name.data, unit.method_proto.data
        self._returns, self._type_strings = unit.proto_return.data, unit.type_string.data
        self._starts, self._params = unit.proto_params.start.data, unit.proto_params.items.data
        self._types: dict[int, str] = {-1: ""}
        self._protos: dict[int, str] = {-1: ""}

    def text(self, method: int) -> str:
        """Name and prototype of a method reference."""
        proto = self._proto_of[method]
        known = self._protos.get(proto)
        if known is None:
            params = self._params[self._starts[proto] : self._starts[proto + 1]]
            inside = "".join([self.type_name(index) for index in params])
            known = self._protos[proto] = f"({inside}){self.type_name(self._returns[proto])}"
        return self._string(self._names[method]) + known

    def type_name(self, index: int) -> str:
        """Descriptor of a type; empty for -1."""
        known = self._types.get(index)
        if known is None:
            known = self._types[index] = self._string(self._type_strings[index])
        return known

    def _string(self, index: int) -> str:
        """Text of a string, on the short way when it is ASCII as almost all names are."""
        if index < 0:
            return ""
        try:
            return str(self._blob[self._begins[index] : self._ends[index]], "ascii")
        except UnicodeDecodeError:
            return self._strings[index]


class _Sites:
    """Places of instructions of one unit; class and method are put into words once per method that holds a site."""

    def __init__(self, unit: Unit, texts: _MethodTexts) -> None:
        self._unit, self._texts = unit, texts
        self._owner, self._offset = unit.refs.owner.data, unit.refs.offset.data
        self._code, self._size = unit.def_code.data, unit.unit_bytes
        self._owners: dict[int, tuple[str, str, str]] = {}
        self._method, self._class = unit.def_method.data, unit.def_class.data
        self._type, self._entry = unit.class_type.data, unit.class_entry.data

    def places(self, rows: list[int]) -> list[Place]:
        """The places of rows of the unit's refs."""
        found = []
        for row in rows:
            owner = self._owner[row]
            known = self._owners.get(owner)
            if known is None:
                known = self._owners[owner] = self._words(owner)
            offset = self._offset[row]
            pc = (offset - self._code[owner]) // self._size
            found.append(Place(known[0], offset, known[1], known[2], pc))
        return found

    def _words(self, owner: int) -> tuple[str, str, str]:
        class_row = self._class[owner]
        class_name = self._texts.type_name(self._type[class_row])
        method = self._texts.text(self._method[owner])
        return self._unit.entries[self._entry[class_row]], bounded(class_name, NAME_LIMIT), bounded(method, NAME_LIMIT)
