"""What the names of a program stand for: its own classes by number, and tokens of what the platform provides."""

from functools import cache

import msgspec
import numpy as np
import numpy.typing as npt

from affidavit import knowledge
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.dalvik.strings import decode_mutf8
from affidavit.dalvik.unit import I32, Unit
from affidavit.facts.code import is_platform
from affidavit.identity.code.tokens import I64, Kind, token

OWN = "X"
"""What stands for a type that is not the platform's."""
_OBJECT = "Ljava/lang/Object;"
_SHORTEST_TYPE = 2


class _Changed(msgspec.Struct, frozen=True):
    """Shape of ``knowledge/code_tokens/compilers``; the section's other documents have none of these fields."""

    methods: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()


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
        self._call_tokens: dict[tuple[int, bytes, int, str], int] = {}

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

    def call_token(self, number: int, unit: Unit, method: int, protos: dict[int, str] | None = None) -> int:
        """The token of a call; 0 for none.

        Args:
            number: of the unit in the program.
            unit: the unit.
            method: index of the method in it.
            protos: prototypes of the unit that were put into words before.
        """
        target = int(self.program.resolution().targets[number][method])
        if target < 0 or not self._platform[target]:
            return 0
        proto, protos = int(unit.method_proto[method]), {} if protos is None else protos
        if proto not in protos:
            protos[proto] = unit.proto(proto)
        arity = len(unit.proto_params.row(proto)) if proto >= 0 else 0
        key = target, unit.strings.raw(int(unit.method_name[method])), arity, protos[proto]
        made = self._call_tokens.get(key)
        if made is None:
            made = self._call_tokens[key] = _call(self.program.types[target], *key[1:])
        return made

    def field_token(self, number: int, unit: Unit, field: int) -> int:
        """The token of a field that is read or written; 0 for none."""
        type_ = int(self.unit_types[number][unit.field_class[field]])
        if not self._platform[type_]:
            return 0
        holder, name, kind = unit.field_parts(field)
        return 0 if f"{holder}->{name}" in _changed().fields else token(Kind.FIELD, f"{holder}{name}:{kind}".encode())

    def blurred_proto(self, number: int, unit: Unit, proto: int) -> str:
        """A prototype with types blurred and its parameters sorted."""
        types = self.unit_types[number]
        inside = sorted(self._blurred(int(types[item])) for item in unit.proto_params.row(proto))
        return f"({','.join(inside)}){self._blurred(int(types[unit.proto_return[proto]]))}"

    def blurred_type(self, number: int, type_: int) -> str:
        """A type of a unit, blurred."""
        return self._blurred(int(self.unit_types[number][type_]))

    def _blurred(self, type_: int) -> str:
        return self.blurred[type_] if type_ >= 0 else OWN


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
