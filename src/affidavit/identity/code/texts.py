"""What the tokens of one class say, read again from its bytes: the text for a person, and where it stands.

The tokens are made by the same code as in `signatures`; a text without a token there is never shown.
"""

# ruff: noqa: SLF001 - the functions that `signatures` makes tokens by are used here as they are, so that both agree

import struct
from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.handles import field_text, method_text
from affidavit.dalvik.opcodes import widths
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.facts.reading import bounded
from affidavit.identity.code import signatures
from affidavit.identity.code.signatures import I64, Signatures
from affidavit.identity.code.tokens import KIND_MASK, Kind, token
from affidavit.identity.kernels import numbers
from affidavit.model.place import Place

LONGEST = 200
"""Characters of one text."""
_BYTES = 16
_KEYS = 12
_STATIC = 8
_KINDS: dict[int, Kind] = {
    RefKind.STRING: Kind.STRING,
    RefKind.METHOD: Kind.CALL,
    RefKind.FIELD: Kind.FIELD,
    RefKind.TYPE: Kind.TYPE,
}
_TEXTS: dict[Kind, Callable[[Unit, int], str]] = {
    Kind.STRING: lambda unit, index: unit.strings[index],
    Kind.CALL: method_text,
    Kind.FIELD: field_text,
    Kind.TYPE: lambda unit, index: unit.type_name(index),
}


class Told(NamedTuple):
    """One token of a class: its text, and the first instruction that holds it, if one does."""

    kind: Kind
    text: str
    place: Place | None


class _Seen(NamedTuple):
    """A token where it was met: the row of the reference, or what `numbers.scan` says and where."""

    token: int
    kind: Kind
    target: int
    at: int


class Texts:
    """Reads tokens of single classes of one program.

    Args:
        program: the app. app: its signatures.
    """

    def __init__(self, program: Program, app: Signatures) -> None:
        self._app, self._reader = app, signatures._Reader(program)
        self._units = program.units
        self._order: dict[tuple[int, str], tuple[I64, I64]] = {}
        self._made: dict[tuple[int, int, int], int] = {}

    def of(self, row: int, wanted: AbstractSet[int]) -> dict[int, Told]:
        """Token -> what it says, for those of the wanted tokens that one class of the signatures has."""
        number, class_row = int(self._app.unit[row]), int(self._app.row[row])
        unit, found = self._units[number], dict[int, Told]()
        for owner in self._rows(number, "def_class", class_row).tolist():
            own = {one.token: one for one in reversed([*self._named(number, unit, owner), *_numbers(unit, owner)])}
            for made in own.keys() & wanted - found.keys():
                found[made] = _told(unit, owner, own[made])
            together = np.array(sorted(made for made in own if made & KIND_MASK != Kind.STRING), np.uint64)
            for made in signatures._grouped(np.zeros(len(together), np.int64), together)[1].tolist():
                if made in wanted:
                    said = f"a method with the same {len(together)} calls, types, fields and numbers"
                    found.setdefault(made, Told(Kind.METHOD, said, _start(unit, owner)))
        for made, told in self._declared(number, unit, row, class_row):
            if made in wanted:
                found.setdefault(made, told)
        return found

    def class_place(self, row: int) -> Place:
        """Where a class is defined."""
        unit, class_row = self._units[int(self._app.unit[row])], int(self._app.row[row])
        offset = int(unit.class_offset[class_row]) if unit.form == "dex" else -1
        return Place(unit.entries[int(unit.class_entry[class_row])], offset, class_=bounded(unit.class_name(class_row)))

    def first_code(self, row: int) -> list[Place]:
        """The first instruction of each method of a class that has code."""
        number = int(self._app.unit[row])
        starts = (
            _start(self._units[number], owner)
            for owner in self._rows(number, "def_class", int(self._app.row[row])).tolist()
        )
        return [place for place in starts if place is not None]

    def _rows(self, number: int, column: str, class_row: int) -> I64:
        """Rows of a unit's defined methods (``def_class``) or fields (``deffield_class``) that are of a class."""
        key = number, column
        if key not in self._order:
            holders = getattr(self._units[number], column)
            order = np.argsort(holders, kind="stable")
            self._order[key] = order, holders[order].astype(np.int64)
        order, holders = self._order[key]
        low, high = np.searchsorted(holders, [class_row, class_row + 1]).tolist()
        return order[low:high]

    def _named(self, number: int, unit: Unit, owner: int) -> Iterator[_Seen]:
        """What the instructions of a method name."""
        refs = unit.refs
        low, high = refs.owner.searchsorted(np.array([owner, owner + 1], refs.owner.dtype)).tolist()
        pairs = zip(refs.kind[low:high].tolist(), refs.target[low:high].tolist(), strict=True)
        for row, (form, target) in enumerate(pairs, low):
            if target >= 0 and form in _KINDS:
                made = self._token(number, unit, form, target)
                if made:
                    yield _Seen(made, _KINDS[form], target, row)

    def _token(self, number: int, unit: Unit, form: int, target: int) -> int:
        """The token of an item of a unit's index spaces; 0 when it has none."""
        key = number, form, target
        if key not in self._made:
            reader = self._reader
            make = {
                RefKind.STRING: reader._string_token,
                RefKind.METHOD: reader._call_token,
                RefKind.FIELD: reader._field_token,
                RefKind.TYPE: reader._type_token,
            }[RefKind(form)]
            self._made[key] = make(number, unit, target)
        return self._made[key]

    def _members(self, number: int, class_row: int) -> Iterator[str]:
        """The blurred descriptors of methods and fields that a class defines, as `signatures` has them."""
        unit = self._units[number]
        for owner in self._rows(number, "def_class", class_row).tolist():
            proto = int(unit.method_proto[int(unit.def_method[owner])])
            if proto >= 0:
                letter = "s" if unit.def_access[owner] & _STATIC else "v"
                yield letter + self._reader._blurred(unit.proto(proto))
        for row in self._rows(number, "deffield_class", class_row).tolist():
            kind = int(unit.field_type[int(unit.deffield_field[row])])
            if kind >= 0:
                letter = "S" if unit.deffield_access[row] & _STATIC else "F"
                yield letter + self._reader._blurred(unit.type_name(kind))

    def _declared(self, number: int, unit: Unit, row: int, class_row: int) -> Iterator[tuple[int, Told]]:
        """Tokens of members, super types and overridden methods."""
        reader, methods = self._reader, self._rows(number, "def_class", class_row)
        seen: Counter[str] = Counter()
        for content in self._members(number, class_row):
            seen[content] += 1
            if seen[content] <= signatures.RANKS:
                made = token(Kind.MEMBER, f"{seen[content]}{content}".encode())
                yield made, Told(Kind.MEMBER, _member_text(content, seen[content]), None)
        for name in reader._frontier(row):
            yield token(Kind.SUPER, name.encode()), Told(Kind.SUPER, bounded(f"inherits from {name}", LONGEST), None)
        for owner in methods.tolist():
            _, name, proto = unit.method_parts(int(unit.def_method[owner]))
            for made in reader._override(unit, int(unit.def_method[owner]), row):
                yield made, Told(Kind.OVERRIDE, bounded(f"overrides {name}{proto}", LONGEST), _start(unit, owner))


def _member_text(content: str, rank: int) -> str:
    """A member's blurred descriptor in words; ``X`` stands for any type that is not the platform's."""
    static, descriptor = content[0] in "sS", content[1:]
    what = "method" if content[0] in "sv" else "field"
    nth = f", number {rank} of its kind" if rank > 1 else ""
    return bounded(f"{'static ' if static else ''}{what} {descriptor}{nth}", LONGEST)


def _start(unit: Unit, owner: int) -> Place | None:
    """The first instruction of a method; None when it has no code."""
    offset = int(unit.def_code[owner])
    return unit.place(owner, offset, 0) if offset else None


def _numbers(unit: Unit, owner: int) -> Iterator[_Seen]:
    """Literals, arrays and switches of a method, dex only."""
    if unit.form != "dex" or not unit.def_code[owner]:
        return
    data, one = np.frombuffer(unit.data[0], np.uint8), slice(owner, owner + 1)
    out: npt.NDArray[np.int64] = np.empty((int(unit.def_units[owner]) + 1, 3), np.int64)
    table = np.frombuffer(widths(), np.uint8)
    count = numbers.scan(data, unit.def_code[one], unit.def_units[one], table, signatures.SMALL, out)
    for _, what, value in out[:count].tolist():
        made = (signatures._literal, signatures._array, signatures._switch)[what](unit, value)
        if made:
            yield _Seen(made, (Kind.LITERAL, Kind.ARRAY, Kind.SWITCH)[what], value, -1)


def _told(unit: Unit, owner: int, seen: _Seen) -> Told:
    """A token of an instruction in words, with its place; that of a literal is its method's."""
    if seen.at >= 0:
        return Told(seen.kind, bounded(_TEXTS[seen.kind](unit, seen.target), LONGEST), unit.site(seen.at))
    if seen.kind is Kind.LITERAL:
        size = abs(seen.target)
        return Told(seen.kind, f"{size} ({size:#x})", _start(unit, owner))
    place = unit.place(owner, seen.target, (seen.target - int(unit.def_code[owner])) // unit.unit_bytes)
    if seen.kind is Kind.ARRAY:
        width, count, data = _array_at(unit.data[0], seen.target)
        more = " …" if len(data) > _BYTES else ""
        return Told(seen.kind, f"{count} items of {width} bytes: {data[:_BYTES].hex(' ')}{more}", place)
    count, keys = _keys_at(unit.data[0], seen.target)
    more = ", …" if count > len(keys) else ""
    return Told(seen.kind, f"{count} cases: {', '.join(map(str, keys))}{more}", place)


def _array_at(data: memoryview, at: int) -> tuple[int, int, bytes]:
    """Width of an item, how many there are, and the bytes of an array in code."""
    width, count = struct.unpack_from("<HI", data, at + 2)
    return width, count, bytes(data[at + 8 : at + 8 + min(width * count, _BYTES + 1)])


def _keys_at(data: memoryview, at: int) -> tuple[int, tuple[int, ...]]:
    """How many cases a switch has, and the first of their keys."""
    (count,) = struct.unpack_from("<H", data, at + 2)
    shown = min(count, _KEYS)
    if data[at + 1] == 1:
        (first,) = struct.unpack_from("<i", data, at + 4)
        return count, tuple(range(first, first + shown))
    return count, struct.unpack_from(f"<{shown}i", data, at + 4)
