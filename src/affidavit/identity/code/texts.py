"""What the tokens of one class say, read again from its bytes: the text for a person, and where it stands.

The tokens are made by the same code as in `signatures`; a text without a token there is never shown.
"""

import struct
from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from affidavit.dalvik.handles import field_text, method_text
from affidavit.dalvik.program import Program
from affidavit.dalvik.strings import decode_mutf8
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.facts.reading import bounded
from affidavit.identity.code.constants import SHORTEST, Constants, constants
from affidavit.identity.code.declared import RANKS, Declared, member_token
from affidavit.identity.code.declared import SHORTEST as SHORTEST_NAME
from affidavit.identity.code.instructions import runs
from affidavit.identity.code.signatures import I32, I64, TOGETHER, Signatures
from affidavit.identity.code.tokens import Kind, kind_of, of_rows, token
from affidavit.identity.code.vocabulary import Vocabulary
from affidavit.model.place import Place

LONGEST = 200
"""Characters of one text."""
_BYTES = 16
_KEYS = 12
_HEAD = 6
_STATIC, _OWN_ALONE = 0x8, 0xA
_JOINED = frozenset({Kind.PAIR, Kind.METHOD})
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
    """A token where it was met: what the reference names and its row, or the value of a constant and -1."""

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
        self._app, self._vocabulary = app, Vocabulary(program)
        self._declarations = Declared(self._vocabulary)
        self._constants: dict[int, Constants] = {}
        self._skipped: dict[int, frozenset[int]] = {}
        self._runs: dict[int, I32] = {}
        self._units = program.units
        self._order: dict[tuple[int, str], tuple[I64, I64]] = {}
        self._made: dict[tuple[int, int, int], int] = {}

    def of(self, row: int, wanted: AbstractSet[int]) -> dict[int, Told]:
        """Token -> what it says, for those of the wanted tokens that one class of the signatures has."""
        number, class_row = int(self._app.unit[row]), int(self._app.row[row])
        unit, found = self._units[number], dict[int, Told]()
        joined = not _JOINED.isdisjoint(map(kind_of, wanted))
        for owner in self._rows(number, "def_class", class_row).tolist():
            seen = [*self._named(number, unit, owner), *self._held(number, owner)]
            own = {one.token: one for one in reversed(seen)}
            for made in own.keys() & wanted - found.keys():
                found[made] = self._told(number, owner, own[made])
            for made, told in _together(unit, owner, seen, self._runs_of(number)) if joined else ():
                if made in wanted:
                    found.setdefault(made, told)
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
        refs, _ = unit.refs, self._constants_of(number)
        skipped = self._skipped[number]
        low, high = refs.owner.searchsorted(np.array([owner, owner + 1], refs.owner.dtype)).tolist()
        pairs = zip(refs.kind[low:high].tolist(), refs.target[low:high].tolist(), strict=True)
        for row, (form, target) in enumerate(pairs, low):
            if target >= 0 and form in _KINDS and row not in skipped:
                made = self._token(number, unit, form, target)
                if made:
                    yield _Seen(made, _KINDS[form], target, row)

    def _token(self, number: int, unit: Unit, form: int, target: int) -> int:
        """The token of an item of a unit's index spaces; 0 when it has none."""
        key = number, form, target
        if key not in self._made:
            self._made[key] = self._new_token(number, unit, form, target)
        return self._made[key]

    def _new_token(self, number: int, unit: Unit, form: int, target: int) -> int:
        words = self._vocabulary
        if form == RefKind.STRING:
            raw = unit.strings.raw(target)
            return token(Kind.STRING, raw) if len(raw) >= SHORTEST else 0
        if form == RefKind.METHOD:
            return int(words.call_tokens(number, np.array([target]))[0])
        if form == RefKind.FIELD:
            return int(words.field_tokens(number, unit, np.array([target]))[0])
        return int(words.of_types[words.unit_types[number][target]])

    def _runs_of(self, number: int) -> I32:
        if number not in self._runs:
            self._runs[number] = runs(self._units[number], np.arange(len(self._units[number].refs)))
        return self._runs[number]

    def _constants_of(self, number: int) -> Constants:
        if number not in self._constants:
            held = self._constants[number] = constants(self._units[number])
            self._skipped[number] = frozenset(held.skipped.tolist())
        return self._constants[number]

    def _held(self, number: int, owner: int) -> Iterator[_Seen]:
        """Literals, arrays and switches of a method."""
        held = self._constants_of(number)
        low, high = np.searchsorted(held.method, [owner, owner + 1]).tolist()
        for made, value in zip(held.token[low:high].tolist(), held.value[low:high].tolist(), strict=True):
            yield _Seen(made, kind_of(made), value, -1)

    def _told(self, number: int, owner: int, seen: _Seen) -> Told:
        """A token of an instruction in words, with its place; that of a constant is its method's."""
        unit = self._units[number]
        if seen.at >= 0:
            return Told(seen.kind, bounded(_TEXTS[seen.kind](unit, seen.target), LONGEST), unit.site(seen.at))
        return Told(seen.kind, _said(seen.kind, seen.target, self._constants_of(number)), _start(unit, owner))

    def _members(self, number: int, class_row: int) -> Iterator[str]:
        """The blurred descriptors of methods and fields that a class defines, as `signatures` has them."""
        unit = self._units[number]
        for owner in self._rows(number, "def_class", class_row).tolist():
            method = int(unit.def_method[owner])
            proto = int(unit.method_proto[method])
            initialises = unit.strings.raw(int(unit.method_name[method])) == b"<clinit>"
            if proto >= 0 and not initialises:
                letter = "s" if unit.def_access[owner] & _STATIC else "v"
                yield letter + self._vocabulary.blurred_proto(number, method)
        for row in self._rows(number, "deffield_class", class_row).tolist():
            kind = int(unit.field_type[int(unit.deffield_field[row])])
            if kind >= 0:
                letter = "S" if unit.deffield_access[row] & _STATIC else "F"
                yield letter + self._vocabulary.blurred_type(number, kind)

    def _declared(self, number: int, unit: Unit, row: int, class_row: int) -> Iterator[tuple[int, Told]]:
        """Tokens of members, super types and overridden methods."""
        seen: Counter[str] = Counter()
        for content in self._members(number, class_row):
            seen[content] += 1
            if seen[content] <= RANKS:
                made = member_token(content, seen[content])
                yield made, Told(Kind.MEMBER, _member_text(content, seen[content]), None)
        for name in self._declarations.tops(row):
            yield token(Kind.SUPER, name.encode()), Told(Kind.SUPER, bounded(f"inherits from {name}", LONGEST), None)
        yield from self._overridden(unit, row, self._rows(number, "def_class", class_row))
        yield from self._initial(number, class_row)

    def _overridden(self, unit: Unit, row: int, methods: I64) -> Iterator[tuple[int, Told]]:
        """Tokens of methods of the platform that some methods of a class override."""
        kind = self._declarations.kind(row)
        for owner in methods.tolist():
            method = int(unit.def_method[owner])
            _, name, proto = unit.method_parts(method)
            raw = unit.strings.raw(int(unit.method_name[method])) if method >= 0 else b""
            if len(raw) >= SHORTEST_NAME and proto and not unit.def_access[owner] & _OWN_ALONE:
                made = self._declarations.override_token(
                    kind, raw, len(unit.proto_params.row(int(unit.method_proto[method])))
                )
                if made:
                    yield made, Told(Kind.OVERRIDE, bounded(f"overrides {name}{proto}", LONGEST), _start(unit, owner))

    def _initial(self, number: int, class_row: int) -> Iterator[tuple[int, Told]]:
        """Tokens of what static fields of a class begin with."""
        held, types = self._constants_of(number), self._vocabulary.unit_types[number]
        for at in np.flatnonzero(held.class_row == class_row).tolist():
            made = int(held.class_token[at])
            yield made, Told(kind_of(made), _said(kind_of(made), int(held.class_value[at]), held), None)
        for index in held.types[held.types[:, 0] == class_row, 1].tolist():
            text = bounded(self._units[number].type_name(index), LONGEST)
            yield int(self._vocabulary.of_types[types[index]]), Told(Kind.TYPE, text, None)


def _together(unit: Unit, owner: int, seen: list[_Seen], run: I32) -> Iterator[tuple[int, Told]]:
    """Tokens of several things of a method together, which were met in the order of its instructions."""
    calls = [one for one in seen if one.kind is Kind.CALL]
    for one, other in pairwise(calls):
        if run[one.at] != run[other.at] or run[one.at] < 0:
            continue
        both = np.array([one.token, other.token], np.uint64)
        said = f"{method_text(unit, one.target)}, then {method_text(unit, other.target)}"
        made = of_rows(Kind.PAIR, both, np.array([0]), np.array([2])).tolist()[0]
        yield made, Told(Kind.PAIR, bounded(said, LONGEST), unit.site(one.at))
    whole = np.unique(np.array([one.token for one in seen if one.kind is not Kind.STRING], np.uint64))
    if len(whole) >= TOGETHER:
        said = f"a method with the same {len(whole)} calls, types, fields and numbers"
        made = of_rows(Kind.METHOD, whole, np.array([0]), np.array([len(whole)])).tolist()[0]
        yield made, Told(Kind.METHOD, said, _start(unit, owner))


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


def _said(kind: Kind, value: int, held: Constants) -> str:
    """A constant in words; of arrays and switches the first of their contents."""
    if kind is Kind.LITERAL:
        return f"{value} ({value:#x})"
    content = held.contents[value]
    if kind is Kind.STRING:
        return bounded(decode_mutf8(content), LONGEST)
    if kind is Kind.ARRAY:
        width, count = struct.unpack_from("<HI", content)
        more = " …" if len(content) > _HEAD + _BYTES else ""
        return f"{count} items of {width} bytes: {content[_HEAD : _HEAD + _BYTES].hex(' ')}{more}"
    keys = np.frombuffer(content, "<i4").tolist()
    return f"{len(keys)} cases: {', '.join(map(str, keys[:_KEYS]))}{', …' if len(keys) > _KEYS else ''}"
