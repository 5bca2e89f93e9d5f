"""Code worth naming whatever the rules ask: reflection, code and library loading, web bridges, native methods, tables.

What counts is data: ``knowledge/apis/notable`` (calls) and ``knowledge/crypto`` (constants).
"""

from collections.abc import Callable, Iterator
from functools import cache

import msgspec
import numpy as np
import numpy.typing as npt

from affidavit import knowledge
from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.facts.crypto_constants import Found, find_in_dex, find_in_native
from affidavit.facts.reading import bounded, make_fact
from affidavit.model.code import NotableCode
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

NAME = "notable-code"
VERSION = 1

FACTS_PER_FORM = 1_000
"""Facts of one form; beyond it a limitation says how many there are."""
TEXT_CHARACTERS = 256
_NEAR = 4
"""How many referring instructions back a constant may have been loaded to count as this call's argument."""
_NATIVE = 0x100
"""ACC_NATIVE (dex format, access_flags definitions)."""
_STRING = int(RefKind.STRING)
_ELF = b"\x7fELF"


class _Call(msgspec.Struct, frozen=True, rename={"class_": "class"}):
    """Methods of one class, what calling them is, and where the fact's text comes from (``string`` or ``name``)."""

    form: str
    class_: str
    names: tuple[str, ...]
    text: str


class _Document(msgspec.Struct, frozen=True):
    """Shape of ``knowledge/apis/notable``; the section's other documents have no such calls."""

    source: str = ""
    calls: tuple[_Call, ...] = ()


@cache
def _calls() -> dict[tuple[str, str], _Call]:
    """Call by (descriptor, method name)."""
    document = knowledge.load("apis", _Document)["notable"]
    return {(descriptor(call.class_), name): call for call in document.calls for name in call.names}


class _Notes:
    """Sites by form and text; the first site is the place."""

    def __init__(self) -> None:
        self.sites: dict[tuple[str, str], int] = {}
        self.places: dict[tuple[str, str], Callable[[], Place]] = {}

    def add(self, form: str, text: str, place: Callable[[], Place], count: int = 1) -> None:
        """Count `count` sites; `place` is asked for once, if the case is given."""
        key = (form, bounded(text, TEXT_CHARACTERS))
        self.sites[key] = self.sites.get(key, 0) + count
        self.places.setdefault(key, place)

    def facts(self, limitations: list[Limitation]) -> Iterator[Fact]:
        """Facts by form and text, bounded."""
        given: dict[str, int] = {}
        for form, text in sorted(self.sites):
            given[form] = given.get(form, 0) + 1
            if given[form] <= FACTS_PER_FORM:
                key = (form, text)
                yield make_fact(NotableCode(form, text, self.sites[key]), self.places[key](), f"{NAME}/{VERSION}")
        for form, number in given.items():
            if number > FACTS_PER_FORM:
                detail = f"{number} different cases of {form}; the first {FACTS_PER_FORM} by text are listed"
                limitations.append(Limitation("code/notable-bounded", detail))


def extract(program: Program, limitations: list[Limitation]) -> Iterator[Fact]:
    """Facts on all active code, sorted by form and text; `sites` counts calls (or native methods of the class named).

    Args:
        program: the app's code.
        limitations: receives a limitation when a bound was reached.
    """
    notes = _Notes()
    for unit in program.units:
        active = program.active(unit)
        _note_calls(program, unit, active, notes)
        _note_natives(unit, active, notes)
        if unit.form == "dex":
            for found in find_in_dex(bytes(unit.data[0])):
                _note_constant(found, _owner_of(unit, found.offset), notes)
    yield from notes.facts(limitations)


def extract_native(path: str, data: bytes) -> Iterator[Fact]:
    """Facts on the tables in one native library; nothing for bytes that are no ELF file.

    Args:
        path: the entry's path, as `Place.entry` has it.
        data: its bytes.
    """
    if data.startswith(_ELF):
        notes = _Notes()
        for found in find_in_native(data):
            _note_constant(found, Place(path, found.offset), notes)
        yield from notes.facts([])


def _note_calls(program: Program, unit: Unit, active: npt.NDArray[np.bool_], notes: _Notes) -> None:
    """Note every call of a method that knowledge names."""
    calls = _notable_methods(program, unit)
    if not calls:
        return
    refs = unit.refs
    wanted = np.zeros(len(unit.method_name), dtype=np.bool_)
    wanted[list(calls)] = True
    rows = np.flatnonzero((refs.kind == RefKind.METHOD) & (refs.target >= 0))
    rows = rows[wanted[refs.target[rows]]]
    for row in rows[active[refs.owner[rows]]].tolist():
        call = calls[int(refs.target[row])]
        text = _string_before(unit, row) if call.text == "string" else _called(unit, row)
        notes.add(call.form, text, _site(unit, row))


def _site(unit: Unit, row: int) -> Callable[[], Place]:
    return lambda: unit.site(row)


def _notable_methods(program: Program, unit: Unit) -> dict[int, _Call]:
    """The unit's method references that lead to a method which knowledge names, outside of the app or in it."""
    outside = program.framework_target(unit)
    classes = {name for name, _ in _calls()}
    numbers = [number for number, name in enumerate(program.types) if name in classes]
    found = {
        method: (program.types[outside[method]], method)
        for method in np.flatnonzero(_among(outside, numbers, len(program.types))).tolist()
    }
    bundled = _types_named(unit, {name for name in classes if program.find_class(name)})
    inside = _among(unit.method_class, list(bundled), len(unit.type_string))
    for method in np.flatnonzero((outside < 0) & inside).tolist():
        found[method] = (bundled[int(unit.method_class[method])], method)
    calls = {
        method: _calls().get((name, unit.strings[int(unit.method_name[at])])) for method, (name, at) in found.items()
    }
    return {method: call for method, call in calls.items() if call}


def _among(values: npt.NDArray[np.integer], wanted: list[int], size: int) -> npt.NDArray[np.bool_]:
    """Which values, all below `size` and -1 for none, are among the wanted; a table is faster than ``np.isin``."""
    table = np.zeros(size + 1, np.bool_)
    table[wanted] = True
    found: npt.NDArray[np.bool_] = table[values]
    return found


def _types_named(unit: Unit, names: set[str]) -> dict[int, str]:
    """Type index -> descriptor, for those of `names` that the unit refers to; lengths sift before texts are read."""
    if not names or not len(unit.strings):
        return {}
    _, starts, ends = unit.strings.blob()
    lengths = (ends - starts)[unit.type_string]
    sizes = [len(name.encode()) for name in names]
    rows = np.flatnonzero(_among(np.minimum(lengths, max(sizes) + 1), sizes, max(sizes) + 1))
    return {row: name for row in rows.tolist() if (name := unit.type_name(row)) in names}


def _string_before(unit: Unit, row: int) -> str:
    """The constant loaded last before row `row` in the same method, if that was near; else nothing."""
    refs = unit.refs
    first = max(row - _NEAR, 0)
    near = (refs.kind[first:row] == _STRING) & (refs.owner[first:row] == refs.owner[row])
    rows = np.flatnonzero(near)
    return unit.strings[int(refs.target[first + rows[-1]])] if len(rows) else ""


def _called(unit: Unit, row: int) -> str:
    """Class and name of the method called, as a reader writes them."""
    holder, name, _ = unit.method_parts(int(unit.refs.target[row]))
    return f"{holder[1:-1].replace('/', '.')}.{name}"


def _note_natives(unit: Unit, active: npt.NDArray[np.bool_], notes: _Notes) -> None:
    """Note classes with native methods; the place is the first such method, without code of its own."""
    rows = np.flatnonzero(((unit.def_access & _NATIVE) != 0) & active)
    owned: dict[int, list[int]] = {}
    for row in rows.tolist():
        owned.setdefault(int(unit.def_class[row]), []).append(row)
    for class_row, methods in sorted(owned.items()):
        offset = int(unit.class_offset[class_row])
        notes.add("native-method", unit.class_name(class_row), _method_place(unit, methods[0], offset), len(methods))


def _method_place(unit: Unit, owner: int, offset: int) -> Callable[[], Place]:
    return lambda: unit.place(owner, offset, -1)


def _note_constant(found: Found, place: Place, notes: _Notes) -> None:
    notes.add("crypto-constant", found.constant.title, lambda: place)


def _owner_of(unit: Unit, offset: int) -> Place:
    """Place of a byte of code: with class and method when it lies inside a method's instructions."""
    order = np.argsort(unit.def_code, kind="stable")
    at = int(np.searchsorted(unit.def_code[order], offset, side="right")) - 1
    if at >= 0:
        owner = int(order[at])
        start, units = int(unit.def_code[owner]), int(unit.def_units[owner])
        if start and offset < start + 2 * units:
            return unit.place(owner, offset, (offset - start) // 2)
    return Place(unit.entry, offset)
