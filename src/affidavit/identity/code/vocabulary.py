"""What the names of a program stand for: its own classes by number, and tokens of what the platform provides."""

from functools import cache

import msgspec
import numpy as np
import numpy.typing as npt

from affidavit import knowledge
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.dalvik.strings import decode_mutf8, raw_strings
from affidavit.dalvik.unit import I32, Unit
from affidavit.facts.code import is_platform
from affidavit.identity.code.tokens import I64, U64, Kind, token

OWN = "X"
"""What stands for a type that is not the platform's."""
_OBJECT = "Ljava/lang/Object;"
_SHORTEST_TYPE = 2


class _Changed(msgspec.Struct, frozen=True):
    """Shape of ``knowledge/code_tokens/compilers``; the section's other documents have none of these fields."""

    methods: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()


def looked_up(column: npt.NDArray[np.int32], rows: npt.NDArray[np.integer]) -> I32:
    """Some rows of a column of a unit; -1 for row -1, which a damaged file may have where the table is empty."""
    found: I32 = np.append(column, np.int32(-1))[rows]
    return found


@cache
def _changed() -> _Changed:
    """What compilers add and take away."""
    return knowledge.load("code_tokens", _Changed)["compilers"]


class Vocabulary:
    """The names of a program, unit by unit, in the common space of its types (``program.types``).

    Args:
        program: the code.

    Attributes:
        names: descriptors of the classes that are defined and in use; a class's number is its place here.
        place: (classes, 2) unit and class row of each.
        local: per unit, the number of each class row, -1 for one that is not in use.
        number: per type, the number of the class, or of an array's element; -1 for none. One row more than types.
        blurred: per type, the descriptor with what is not the platform's blurred.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        table = program.table()
        self.unit_types: list[I32] = table.unit_types
        self.number: I64 = np.full(len(program.types) + 1, -1, np.int64)
        self.local: list[I64] = []
        places: list[npt.NDArray[np.int32]] = []
        owned: list[I64] = []
        for row, unit in enumerate(program.units):
            types = table.unit_types[row][unit.class_type]
            here = table.definition[types]
            used = np.flatnonzero((types >= 0) & (here[:, 0] == row) & (here[:, 1] == np.arange(len(types))))
            local = np.full(len(types) + 1, -1, np.int64)
            local[used] = np.arange(len(used)) + sum(map(len, owned))
            self.local.append(local)
            self.number[types[used]] = local[used]
            places.append(np.stack([np.full(len(used), row), used], 1).astype(np.int32))
            owned.append(types[used].astype(np.int64))
        self.place = np.concatenate([*places, np.empty((0, 2), np.int32)])
        self.names = tuple(program.types[type_] for type_ in np.concatenate([*owned, np.empty(0, np.int64)]).tolist())
        self.blurred = [OWN] * len(program.types)
        self._platform = np.zeros(len(program.types) + 1, np.bool_)
        self._read_types()
        self._type_tokens: dict[int, int] = {}
        self._call_tokens: dict[tuple[int, bytes, str], int] = {}

    def _read_types(self) -> None:
        """What is known of each type that the program does not define."""
        numbers = dict(zip(self.names, range(len(self.names)), strict=True))
        types = self.program.types
        for row in np.flatnonzero(self.number[:-1] < 0).tolist():
            name = types[row]
            element = name.lstrip("[")
            own = numbers.get(element, -1)
            self.number[row] = own
            self._platform[row] = own < 0 and len(element) >= _SHORTEST_TYPE and is_platform(element)
            if self._platform[row] or len(element) < _SHORTEST_TYPE:
                self.blurred[row] = name
            else:
                self.blurred[row] = OWN.rjust(len(name) - len(element) + 1, "[")

    def is_platform(self, type_: int) -> bool:
        """Whether the platform provides a type, or an array's element."""
        return bool(self._platform[type_])

    def type_token(self, type_: int) -> int:
        """The token of a type that an instruction names; 0 for none. Here and below -1 is no type."""
        made = self._type_tokens.get(type_)
        if made is None:
            name = self.program.types[type_].lstrip("[") if self._platform[type_] else ""
            made = token(Kind.TYPE, name.encode()) if name and name not in _changed().types else 0
            self._type_tokens[type_] = made
        return made

    def type_tokens(self, types: npt.NDArray[np.integer]) -> U64:
        """The tokens of types that instructions name; 0 for none."""
        made = np.zeros(len(types), np.uint64)
        for row in np.flatnonzero(self._platform[types]).tolist():
            made[row] = self.type_token(int(types[row]))
        return made

    def call_tokens(self, number: int, unit: Unit, methods: npt.NDArray[np.integer]) -> U64:
        """The tokens of calls of some methods of a unit; 0 for none.

        Args:
            number: of the unit in the program.
            unit: the unit.
            methods: indices of methods in it.
        """
        made = np.zeros(len(methods), np.uint64)
        target = self.program.resolution().targets[number][methods]
        rows = np.flatnonzero((target >= 0) & self._platform[target])
        of_platform = methods[rows]
        protos = unit.method_proto[of_platform].tolist()
        texts = {proto: unit.proto(proto) for proto in set(protos)}
        arities = {proto: len(unit.proto_params.row(proto)) if proto >= 0 else 0 for proto in texts}
        names = raw_strings(unit.strings, unit.method_name[of_platform])
        known, found = self._call_tokens, []
        for type_, name, proto in zip(target[rows].tolist(), names, protos, strict=True):
            key = type_, name, texts[proto]
            one = known.get(key)
            if one is None:
                one = known[key] = _call(self.program.types[type_], name, arities[proto], texts[proto])
            found.append(one)
        made[rows] = found
        return made

    def field_tokens(self, number: int, unit: Unit, fields: npt.NDArray[np.integer]) -> U64:
        """The tokens of some fields of a unit; 0 for none."""
        made = np.zeros(len(fields), np.uint64)
        for row in np.flatnonzero(self._platform[self.unit_types[number][unit.field_class[fields]]]).tolist():
            made[row] = self.field_token(number, unit, int(fields[row]))
        return made

    def field_token(self, number: int, unit: Unit, field: int) -> int:
        """The token of a field that is read or written; 0 for none."""
        type_ = int(self.unit_types[number][unit.field_class[field]])
        if not self._platform[type_]:
            return 0
        holder, name, kind = unit.field_parts(field)
        return 0 if f"{holder}->{name}" in _changed().fields else token(Kind.FIELD, f"{holder}{name}:{kind}".encode())

    def blurred_protos(self, number: int, unit: Unit, protos: list[int]) -> list[str]:
        """Prototypes of a unit with types blurred and their parameters sorted."""
        words = [*self.blurred, OWN]
        types = [words[type_] for type_ in self.unit_types[number].tolist()]
        start, items = unit.proto_params.start.tolist(), unit.proto_params.items.tolist()
        results = unit.proto_return.tolist()
        found = []
        for proto in protos:
            inside = sorted([types[item] for item in items[start[proto] : start[proto + 1]]])
            found.append(f"({','.join(inside)}){types[results[proto]]}")
        return found

    def blurred_type(self, number: int, type_: int) -> str:
        """A type of a unit, blurred."""
        number_ = int(self.unit_types[number][type_])
        return self.blurred[number_] if number_ >= 0 else OWN


def _call(class_: str, raw: bytes, arity: int, proto: str) -> int:
    """The token of a call of a method of the platform; 0 for one that compilers add or take away."""
    name, framework = decode_mutf8(raw), Framework.load()
    definer = framework.overridden(framework.ancestors(class_), name, arity) or class_
    if f"{definer}->{name}" in _changed().methods:
        return 0
    return token(Kind.CALL, f"{definer}{name}{proto}".encode())


def above(tops: tuple[str, ...]) -> tuple[str, ...]:
    """What a class inherits from, whose first classes of the platform on the way up are `tops`; Object last."""
    framework = Framework.load()
    found = dict.fromkeys(item for top in tops for item in framework.ancestors(top))
    found.pop(_OBJECT, None)
    return (*found, _OBJECT)
