"""What the tokens of one class say, read again from its bytes: the text for a person, and where it stands.

The tokens are made by the same code as in `signatures`; a text without a token there is never shown.
"""

import struct
from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.handles import field_text, method_text
from affidavit.dalvik.program import Program
from affidavit.dalvik.strings import decode_mutf8
from affidavit.dalvik.unit import Unit
from affidavit.facts.reading import bounded
from affidavit.identity.code.compressed import ranges
from affidavit.identity.code.constants import Constants, constants
from affidavit.identity.code.declared import RANKS, Declared, member_token
from affidavit.identity.code.declared import SHORTEST as SHORTEST_NAME
from affidavit.identity.code.instructions import counted, pairs, runs, table
from affidavit.identity.code.signatures import I32, I64, TOGETHER, U64, Signatures, grouped
from affidavit.identity.code.tokens import KIND_MASK, Kind, kind_of, of_rows, token
from affidavit.identity.code.vocabulary import Vocabulary
from affidavit.model.place import Place

LONGEST = 200
"""Characters of one text."""
_BYTES = 16
_KEYS = 12
_HEAD = 6
_STATIC, _OWN_ALONE = 0x8, 0xA
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


class _Unit(NamedTuple):
    """What a unit's instructions name, for all of them at once.

    Attributes:
        held: its constants. target: what each reference names, -1 where it does not count.
        base, made: where the space of each kind of reference begins, and the token of each place.
    """

    held: Constants
    target: I32
    base: I64
    made: U64


class _Code(NamedTuple):
    """The code of one class. Rows of references that have a token, and of constants, in order of methods.

    Attributes:
        methods: rows of the class's methods. row, token, of: references, their tokens, and the places of their methods
            in `methods`. at, value, within: the same of constants.
    """

    methods: I64
    row: I64
    token: U64
    of: I64
    at: I64
    value: U64
    within: I64


class Texts:
    """Reads tokens of single classes of one program.

    Args:
        program: the app.
        app: its signatures.
        declared: its declarations, where they were read before.
    """

    def __init__(self, program: Program, app: Signatures, declared: Declared | None = None) -> None:
        self._app = app
        self._declarations = declared or Declared(Vocabulary(program))
        self._vocabulary = self._declarations.vocabulary
        self._read: dict[int, _Unit] = {}
        self._units = program.units
        self._order: dict[tuple[int, str], tuple[I64, I64]] = {}

    def of(self, row: int, wanted: AbstractSet[int]) -> dict[int, Told]:
        """Token -> what it says, for those of the wanted tokens that one class of the signatures has."""
        number, class_row = int(self._app.unit[row]), int(self._app.row[row])
        unit, found = self._units[number], dict[int, Told]()
        if number not in self._read:
            self._read[number] = self._of_unit(number, unit)
        code, asked = self._code(number, class_row), np.array(sorted(wanted), np.uint64)
        for made, told in self._in_code(number, code, asked):
            found.setdefault(made, told)
        for made, told in self._declared(number, row, class_row, wanted - found.keys()):
            found.setdefault(made, told)
        return found

    def class_place(self, row: int) -> Place:
        """Where a class is defined."""
        unit, class_row = self._units[int(self._app.unit[row])], int(self._app.row[row])
        offset = int(unit.class_offset[class_row]) if unit.form == "dex" else -1
        return Place(unit.entries[int(unit.class_entry[class_row])], offset, class_=bounded(unit.class_name(class_row)))

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

    def _of_unit(self, number: int, unit: Unit) -> _Unit:
        held = constants(unit)
        target = counted(unit, held.skipped)
        base, made, _ = table(self._vocabulary, number, unit, target)
        return _Unit(held, target, base, made)

    def _code(self, number: int, class_row: int) -> _Code:
        """What the code of one class names and holds."""
        refs, read = self._units[number].refs, self._read[number]
        methods = self._rows(number, "def_class", class_row)
        rows, within = _of_owners(refs.owner, methods)
        base, target = read.base[refs.kind[rows]], read.target[rows]
        known = np.flatnonzero((base >= 0) & (target >= 0))
        known = known[read.made[base[known] + target[known]] != 0]
        tokens = read.made[base[known] + target[known]]
        at, holders = _of_owners(read.held.method, methods)
        return _Code(methods, rows[known], tokens, within[known], at, read.held.token[at], holders)

    def _in_code(self, number: int, code: _Code, asked: U64) -> Iterator[tuple[int, Told]]:
        """What is asked for of what the code of a class names and holds, in order of its instructions."""
        unit, held, kinds = self._units[number], self._read[number].held, {kind_of(made) for made in asked.tolist()}
        for at, made in _first(code.token, asked):
            row, kind = int(code.row[at]), kind_of(made)
            text = _TEXTS[kind](unit, int(unit.refs.target[row]))
            yield made, Told(kind, bounded(text, LONGEST), unit.site(row))
        for at, made in _first(code.value, asked):
            said = _said(kind_of(made), int(held.value[code.at[at]]), held)
            yield made, Told(kind_of(made), said, _start(unit, int(code.methods[code.within[at]])))
        if Kind.PAIR in kinds:
            yield from _pairs(unit, code, asked)
        if Kind.METHOD in kinds:
            yield from _whole(unit, code, asked)

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

    def _declared(self, number: int, row: int, class_row: int, wanted: AbstractSet[int]) -> Iterator[tuple[int, Told]]:
        """What is wanted of tokens of members, super types, overridden methods, and of what fields begin with."""
        kinds = {kind_of(made) for made in wanted}
        if Kind.MEMBER in kinds:
            seen: Counter[str] = Counter()
            for content in self._members(number, class_row):
                seen[content] += 1
                made = member_token(content, seen[content]) if seen[content] <= RANKS else 0
                if made in wanted:
                    yield made, Told(Kind.MEMBER, _member_text(content, seen[content]), None)
        for name in self._declarations.tops(row) if Kind.SUPER in kinds else ():
            made = token(Kind.SUPER, name.encode())
            if made in wanted:
                yield made, Told(Kind.SUPER, bounded(f"inherits from {name}", LONGEST), None)
        if Kind.OVERRIDE in kinds:
            yield from self._overridden(number, row, class_row, wanted)
        yield from self._initial(number, class_row, wanted)

    def _overridden(
        self, number: int, row: int, class_row: int, wanted: AbstractSet[int]
    ) -> Iterator[tuple[int, Told]]:
        """What is wanted of the tokens of methods of the platform that methods of a class override."""
        kind, unit = self._declarations.kind(row), self._units[number]
        for owner in self._rows(number, "def_class", class_row).tolist():
            method = int(unit.def_method[owner])
            proto = int(unit.method_proto[method]) if method >= 0 else -1
            if proto < 0 or unit.def_access[owner] & _OWN_ALONE:
                continue
            raw = unit.strings.raw(int(unit.method_name[method]))
            if len(raw) >= SHORTEST_NAME:
                made = self._declarations.override_token(kind, raw, len(unit.proto_params.row(proto)))
                if made in wanted:
                    _, name, descriptor = unit.method_parts(method)
                    text = bounded(f"overrides {name}{descriptor}", LONGEST)
                    yield made, Told(Kind.OVERRIDE, text, _start(unit, owner))

    def _initial(self, number: int, class_row: int, wanted: AbstractSet[int]) -> Iterator[tuple[int, Told]]:
        """What is wanted of the tokens of what static fields of a class begin with."""
        held, types = self._read[number].held, self._vocabulary.unit_types[number]
        for at in np.flatnonzero(held.class_row == class_row).tolist():
            made = int(held.class_token[at])
            if made in wanted:
                yield made, Told(kind_of(made), _said(kind_of(made), int(held.class_value[at]), held), None)
        for index in held.types[held.types[:, 0] == class_row, 1].tolist():
            made = int(self._vocabulary.of_types[types[index]])
            if made in wanted:
                yield made, Told(Kind.TYPE, bounded(self._units[number].type_name(index), LONGEST), None)


def _of_owners(owners: npt.NDArray[np.integer], wanted: I64) -> tuple[I64, I64]:
    """Rows of some owners, which a column has in order, and the place in `wanted` of the owner of each."""
    wanted = wanted.astype(owners.dtype)
    low = np.searchsorted(owners, wanted)
    counts = np.searchsorted(owners, wanted, side="right") - low
    return ranges(low, counts), np.repeat(np.arange(len(wanted)), counts)


def _first(tokens: U64, asked: U64) -> Iterator[tuple[int, int]]:
    """Where each of the sorted tokens that are asked for comes first, and which it is."""
    if not len(asked):
        return
    found: set[int] = set()
    at = np.flatnonzero(asked[np.minimum(np.searchsorted(asked, tokens), len(asked) - 1)] == tokens)
    for place, made in zip(at.tolist(), tokens[at].tolist(), strict=True):
        if made not in found:
            found.add(made)
            yield place, made


def _pairs(unit: Unit, code: _Code, asked: U64) -> Iterator[tuple[int, Told]]:
    """Calls that follow each other."""
    calls = np.flatnonzero((code.token & np.uint64(KIND_MASK)) == Kind.CALL)
    rows = code.row[calls]
    same, tokens = pairs(runs(unit, rows), code.token[calls])
    for at, made in _first(tokens, asked):
        one, other = (int(rows[same[at] + behind]) for behind in (0, 1))
        said = ", then ".join(method_text(unit, int(unit.refs.target[row])) for row in (one, other))
        yield made, Told(Kind.PAIR, bounded(said, LONGEST), unit.site(one))


def _whole(unit: Unit, code: _Code, asked: U64) -> Iterator[tuple[int, Told]]:
    """All things of a method together."""
    named = np.flatnonzero((code.token & np.uint64(KIND_MASK)) != Kind.STRING)
    parts = [(code.of[named], code.token[named]), (code.within, code.value)]
    start, together = grouped(parts, 0, len(code.methods))
    large = np.flatnonzero(np.diff(start) >= TOGETHER)
    for at, made in _first(of_rows(Kind.METHOD, together, start[large], start[large + 1]), asked):
        count = int(start[large[at] + 1] - start[large[at]])
        said = f"a method with the same {count} calls, types, fields and numbers"
        yield made, Told(Kind.METHOD, said, _start(unit, int(code.methods[large[at]])))


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
