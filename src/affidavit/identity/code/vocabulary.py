"""What the names of a program stand for: its own classes by number, and tokens of what the platform provides."""

from functools import cache, cached_property

import msgspec
import numpy as np
import numpy.typing as npt

from affidavit import knowledge
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.dalvik.signatures import distinct, find
from affidavit.dalvik.strings import decode_mutf8, raw_strings
from affidavit.dalvik.unit import I32, Unit
from affidavit.facts.code import is_platform
from affidavit.identity.code.prototypes import OWN, Prototypes
from affidavit.identity.code.tokens import I64, U64, Kind, token

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
        platform: per type, whether the platform provides it, or an array's element. One row more than types.
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
        self.platform: npt.NDArray[np.bool_] = np.zeros(len(program.types) + 1, np.bool_)
        self._read_types()
        self._field_tokens: dict[tuple[int, bytes, int], int] = {}

    def _read_types(self) -> None:
        """What is known of each type that the program does not define."""
        numbers = dict(zip(self.names, range(len(self.names)), strict=True))
        types = self.program.types
        for row in np.flatnonzero(self.number[:-1] < 0).tolist():
            name = types[row]
            element = name.lstrip("[")
            own = numbers.get(element, -1)
            self.number[row] = own
            self.platform[row] = own < 0 and len(element) >= _SHORTEST_TYPE and is_platform(element)
            if self.platform[row] or len(element) < _SHORTEST_TYPE:
                self.blurred[row] = name
            else:
                self.blurred[row] = OWN.rjust(len(name) - len(element) + 1, "[")

    @cached_property
    def of_types(self) -> U64:
        """Per type, the token of an instruction that names it; 0 for none. One row more than types."""
        made = np.zeros(len(self.platform), np.uint64)
        for row in np.flatnonzero(self.platform).tolist():
            name = self.program.types[row].lstrip("[")
            made[row] = 0 if name in _changed().types else token(Kind.TYPE, name.encode())
        return made

    @cached_property
    def prototypes(self) -> Prototypes:
        """The prototypes of the program's methods."""
        return Prototypes(self.program.resolution().signatures, self.program.types, self.blurred)

    @cached_property
    def blurred_words(self) -> tuple[list[str], I64]:
        """The distinct blurred descriptors of types, and which of them each type has; the last is of none."""
        words: dict[str, int] = {}
        numbers = [words.setdefault(word, len(words)) for word in (*self.blurred, OWN)]
        return list(words), np.array(numbers, np.int64)

    @cached_property
    def _calls(self) -> tuple[I64, I64, U64]:
        """Sorted numbers of the names and prototypes of the platform's methods; of the methods; their tokens."""
        units = range(len(self.program.units))
        parts = [self._platform_methods(number, np.arange(len(self._targets[number]))) for number in units]
        numbers = distinct(np.concatenate([np.empty(0, np.int64), *(part[2] for part in parts)]))
        types = np.concatenate([np.empty(0, np.int64), *(part[1] for part in parts)])
        methods = np.concatenate([np.empty(0, np.int64), *(part[2] for part in parts)])
        keys = distinct(types * len(numbers) + np.searchsorted(numbers, methods))
        signatures, span = self.program.resolution().signatures, max(1, len(numbers))
        names, made = list(signatures.names), []
        for type_, number in zip((keys // span).tolist(), numbers[keys % span].tolist(), strict=True):
            name, proto = divmod(number, signatures.span)
            arity = max(0, int(self.prototypes.arity[proto]))
            made.append(_call(self.program.types[type_], names[name], arity, self.prototypes.text(proto)))
        return numbers, keys, np.array(made, np.uint64)

    @property
    def _targets(self) -> list[I32]:
        return self.program.resolution().targets

    def _platform_methods(self, number: int, methods: npt.NDArray[np.integer]) -> tuple[npt.NDArray[np.intp], I64, I64]:
        """Which of some methods of a unit are the platform's; their classes; their names and prototypes as a number."""
        signatures, target = self.program.resolution().signatures, self._targets[number][methods]
        rows = np.flatnonzero((target >= 0) & self.platform[target])
        of_platform = methods[rows]
        numbers = signatures.names_of(number)[of_platform].astype(np.int64) * signatures.span
        return rows, target[rows].astype(np.int64), numbers + signatures.protos_of(number)[of_platform]

    def call_tokens(self, number: int, methods: npt.NDArray[np.integer]) -> U64:
        """The tokens of calls of some methods of a unit; 0 for none.

        Args:
            number: of the unit in the program.
            methods: indices of methods in it.
        """
        numbers, keys, tokens = self._calls
        rows, types, names = self._platform_methods(number, methods)
        made = np.zeros(len(methods), np.uint64)
        made[rows] = tokens[find(keys, types * len(numbers) + np.searchsorted(numbers, names))]
        return made

    def field_tokens(self, number: int, unit: Unit, fields: npt.NDArray[np.integer]) -> U64:
        """The tokens of some fields of a unit that are read or written; 0 for none."""
        types, made = self.unit_types[number], np.zeros(len(fields), np.uint64)
        holders = types[unit.field_class[fields]]
        rows = np.flatnonzero(self.platform[holders])
        names = raw_strings(unit.strings, unit.field_name[fields[rows]])
        kinds, known, found = types[unit.field_type[fields[rows]]].tolist(), self._field_tokens, []
        for key in zip(holders[rows].tolist(), names, kinds, strict=True):
            one = known.get(key)
            if one is None:
                kind = self.program.types[key[2]] if key[2] >= 0 else ""
                one = known[key] = _field(self.program.types[key[0]], decode_mutf8(key[1]), kind)
            found.append(one)
        made[rows] = found
        return made

    def blurred_proto(self, number: int, method: int) -> str:
        """The prototype of a method of a unit with types blurred and its parameters sorted."""
        protos = self.program.resolution().signatures.protos_of(number)
        return self.prototypes.words[int(self.prototypes.word[protos[method]])]

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


def _field(holder: str, name: str, kind: str) -> int:
    """The token of a field of the platform; 0 for one that compilers add or take away."""
    return 0 if f"{holder}->{name}" in _changed().fields else token(Kind.FIELD, f"{holder}{name}:{kind}".encode())


def above(tops: tuple[str, ...]) -> tuple[str, ...]:
    """What a class inherits from, whose first classes of the platform on the way up are `tops`; Object last."""
    framework = Framework.load()
    found = dict.fromkeys(item for top in tops for item in framework.ancestors(top))
    found.pop(_OBJECT, None)
    return (*found, _OBJECT)
