"""Signatures: what each class of a program is recognised by, without names, and which classes know each other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import msgspec
import numpy as np
import numpy.typing as npt

from affidavit import knowledge
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.dalvik.strings import texts
from affidavit.dalvik.unit import Csr, RefKind, Unit
from affidavit.facts.code import is_platform
from affidavit.identity.code.constants import SHORTEST, Constants, constants
from affidavit.identity.code.tokens import Kind, token

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]

RANKS = 6
"""How often one descriptor of a member counts in a class."""
_METHOD = 3
"""Fewest tokens of a method that together make one of kind `Kind.METHOD`."""
_OWN = "X"
_SHORTEST_TYPE = 2
_STATIC = 8


class _Changed(msgspec.Struct, frozen=True):
    """Shape of ``knowledge/compilers``."""

    methods: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()


@cache
def _changed() -> _Changed:
    """What compilers add and take away."""
    return knowledge.load("compilers", _Changed)["changed"]


@dataclass(frozen=True, slots=True, eq=False)
class Signatures:
    """Parallel arrays over the classes of one artefact that Android uses, in the order of its units.

    Attributes:
        names: descriptors; they never enter a token.
        start, tokens: compressed rows: the sorted distinct tokens of class `i` are ``tokens[start[i]:start[i + 1]]``.
        graph: row `i` has the sorted classes that class `i` names (super class, interfaces, members, instructions).
        size: code units (dex) or bytes (class files) of the instructions of each class.
        unit, row: where each class is defined: number of the unit in the program, row in its classes.
    """

    names: tuple[str, ...]
    start: I64
    tokens: U64
    graph: Csr
    size: I32
    unit: I32
    row: I32

    def __len__(self) -> int:
        return len(self.names)

    def of(self, row: int) -> U64:
        """The tokens of one class."""
        return self.tokens[self.start[row] : self.start[row + 1]]


def of_program(program: Program) -> Signatures:
    """The signatures of everything that a program defines.

    Args:
        program: the code of an app, or of one library.
    """
    reader = _Reader(program)
    pairs = [reader.pairs(number) for number in range(len(program.units))]
    classes = np.concatenate([item[0] for item in pairs] or [np.empty(0, np.int64)])
    found = np.concatenate([item[1] for item in pairs] or [np.empty(0, np.uint64)])
    order = np.lexsort((found, classes))
    classes, found = classes[order], found[order]
    fresh = np.ones(len(found), bool)
    fresh[1:] = (np.diff(classes) != 0) | (np.diff(found) != 0)
    classes, found = classes[fresh], found[fresh]
    start = np.searchsorted(classes, np.arange(len(reader.names) + 1))
    return Signatures(
        tuple(reader.names), start.astype(np.int64), found, reader.graph(), reader.size, reader.unit, reader.row
    )


class _Reader:
    """One program while it is read; classes are numbered over all units."""

    def __init__(self, program: Program) -> None:
        self.program, self.framework = program, Framework.load()
        self.number: dict[str, int] = {}
        self.first: list[I64] = []
        unit_rows: list[tuple[int, int]] = []
        for number, unit in enumerate(program.units):
            local = np.full(len(unit.class_type), -1, np.int64)
            for row, name in enumerate(texts(unit.strings, unit.type_string[unit.class_type])):
                if program.find_class(name) == (unit, row) and name not in self.number:
                    local[row] = self.number[name] = len(self.number)
                    unit_rows.append((number, row))
            self.first.append(local)
        self.names = list(self.number)
        places = np.array(unit_rows, np.int32).reshape(-1, 2)
        self.unit, self.row = places[:, 0].copy(), places[:, 1].copy()
        self.size = np.zeros(len(self.names), np.int32)
        self.above: dict[int, tuple[str, ...]] = {}
        self.types = [texts(unit.strings, unit.type_string) for unit in program.units]

    def pairs(self, number: int) -> tuple[I64, U64]:
        """(class, token) of everything in one unit."""
        unit = self.program.units[number]
        owner = self.first[number][unit.def_class]
        np.add.at(self.size, owner[owner >= 0], unit.def_units[owner >= 0].astype(np.int32))
        held = constants(unit)
        methods, found = self._instructions(number, unit, held)
        groups = _grouped(methods, found)
        first = self.first[number]
        types = _each(held.types[:, 1], lambda index: self._type_token(number, unit, index))
        parts = [
            (owner[methods], found),
            (owner[groups[0]], groups[1]),
            (first[held.class_row], held.class_token),
            (first[held.types[types != 0, 0]], types[types != 0]),
            *self._declared(number, unit),
        ]
        every = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
        live = every[0] >= 0
        return every[0][live], every[1][live]

    def _instructions(self, number: int, unit: Unit, more: Constants) -> tuple[I64, U64]:
        """(defined method, token) of what instructions name and hold."""
        refs = unit.refs
        target = refs.target.copy()
        target[more.skipped] = -1
        owners: list[I64] = []
        found: list[U64] = []
        for kind, make in (
            (RefKind.STRING, self._string_token),
            (RefKind.METHOD, self._call_token),
            (RefKind.FIELD, self._field_token),
            (RefKind.TYPE, self._type_token),
        ):
            rows = np.flatnonzero((refs.kind == kind) & (target >= 0))
            made = _each(refs.target[rows], lambda index, make=make: make(number, unit, index))  # type: ignore[misc]
            owners.append(refs.owner[rows][made != 0].astype(np.int64))
            found.append(made[made != 0])
        owners.append(more.method)
        found.append(more.token)
        return np.concatenate(owners), np.concatenate(found)

    def _string_token(self, _number: int, unit: Unit, index: int) -> int:
        raw = unit.strings.raw(index)
        return token(Kind.STRING, raw) if len(raw) >= SHORTEST else 0

    def _call_token(self, _number: int, unit: Unit, index: int) -> int:
        target = int(self.program.framework_target(unit)[index])
        if target < 0:
            return 0
        return _call(self.program.types[target], *unit.method_parts(index)[1:])

    def _field_token(self, _number: int, unit: Unit, index: int) -> int:
        holder, name, kind = unit.field_parts(index)
        if not self._platform(holder) or f"{holder}->{name}" in _changed().fields:
            return 0
        return token(Kind.FIELD, f"{holder}{name}:{kind}".encode())

    def _type_token(self, _number: int, unit: Unit, index: int) -> int:
        name = unit.type_name(index).lstrip("[")
        if len(name) < _SHORTEST_TYPE or not self._platform(name) or name in _changed().types:
            return 0
        return token(Kind.TYPE, name.encode())

    def _platform(self, name: str) -> bool:
        return is_platform(name) and name.lstrip("[") not in self.number

    def _declared(self, number: int, unit: Unit) -> Iterator[tuple[I64, U64]]:
        """(class, token) of members, super types and overridden methods."""
        first = self.first[number]
        protos = [self._blurred(unit.proto(index)) for index in range(len(unit.proto_return))]
        kinds = [self._blurred(name) for name in self.types[number]]
        statics = unit.def_method[(unit.def_access & _STATIC) != 0]
        initialisers = {row for row in statics.tolist() if unit.strings.raw(int(unit.method_name[row])) == b"<clinit>"}
        members: list[tuple[int, bytes]] = []
        for method, class_, access in zip(
            unit.def_method.tolist(), first[unit.def_class].tolist(), unit.def_access.tolist(), strict=True
        ):
            proto = int(unit.method_proto[method])
            if class_ >= 0 and proto >= 0 and method not in initialisers:
                members.append((class_, f"{'s' if access & 8 else 'v'}{protos[proto]}".encode()))
        for field, class_, access in zip(
            unit.deffield_field.tolist(),
            first[unit.deffield_class].tolist(),
            unit.deffield_access.tolist(),
            strict=True,
        ):
            kind = int(unit.field_type[field])
            if class_ >= 0 and kind >= 0:
                members.append((class_, f"{'S' if access & 8 else 'F'}{kinds[kind]}".encode()))
        yield _ranked(members)
        rows: list[tuple[int, int]] = []
        for class_ in np.unique(first[first >= 0]).tolist():
            rows += [(class_, token(Kind.SUPER, name.encode())) for name in self._frontier(class_)]
        for method, class_ in zip(unit.def_method.tolist(), first[unit.def_class].tolist(), strict=True):
            if class_ >= 0:
                rows += [(class_, made) for made in self._override(unit, method, class_)]
        yield (
            np.array([row[0] for row in rows], np.int64),
            np.array([row[1] for row in rows], np.uint64),
        )

    def _override(self, unit: Unit, method: int, class_: int) -> Iterator[int]:
        _, name, proto = unit.method_parts(method)
        if name.startswith("<"):
            return
        count = int(np.diff(unit.proto_params.start)[int(unit.method_proto[method])]) if proto else 0
        above = [item for top in self._frontier(class_) for item in self.framework.ancestors(top)]
        found = self.framework.overridden(above, name, count)
        if found is not None:
            yield token(Kind.OVERRIDE, f"{found}{name}/{count}".encode())

    def _frontier(self, class_: int) -> tuple[str, ...]:
        """The first classes and interfaces of the platform on each way up."""
        if class_ not in self.above:
            found: dict[str, None] = {}
            queue, seen = [class_], {class_}
            while queue and len(seen) < 1_000:
                here = queue.pop()
                unit, row = self.program.units[self.unit[here]], int(self.row[here])
                parents = [int(unit.class_super[row]), *unit.interfaces.row(row).tolist()]
                for name in (self.types[self.unit[here]][index] for index in parents if index >= 0):
                    own = self.number.get(name)
                    if own is None:
                        if is_platform(name) and name != "Ljava/lang/Object;":
                            found[name] = None
                    elif own not in seen:
                        seen.add(own)
                        queue.append(own)
            self.above[class_] = tuple(sorted(found))
        return self.above[class_]

    def _blurred(self, descriptor: str) -> str:
        """A descriptor with types that are not the platform's blurred; a prototype's parameters sorted."""
        if not descriptor.startswith("("):
            inner = descriptor.lstrip("[")
            return (
                descriptor
                if len(inner) == 1 or self._platform(inner)
                else _OWN.rjust(len(descriptor) - len(inner) + 1, "[")
            )
        inside, _, result = descriptor[1:].partition(")")
        return f"({','.join(sorted(self._blurred(item) for item in _split(inside)))}){self._blurred(result)}"

    def graph(self) -> Csr:
        """Which classes name which."""
        edges: set[tuple[int, int]] = set()
        for number, unit in enumerate(self.program.units):
            of_type = np.array([self.number.get(name.lstrip("["), -1) for name in self.types[number]] + [-1], np.int64)
            first, refs = self.first[number], unit.refs
            heads, tails = [], []
            for kind, holder in (
                (RefKind.TYPE, np.arange(len(unit.type_string))),
                (RefKind.FIELD, unit.field_class),
                (RefKind.METHOD, unit.method_class),
            ):
                rows = np.flatnonzero((refs.kind == kind) & (refs.target >= 0))
                tails.append(first[unit.def_class[refs.owner[rows]]])
                heads.append(of_type[holder[refs.target[rows]]])
            tails.append(first)
            heads.append(of_type[unit.class_super])
            tails.append(np.repeat(first, np.diff(unit.interfaces.start)))
            heads.append(of_type[unit.interfaces.items])
            tails.append(first[unit.deffield_class])
            heads.append(of_type[unit.field_type[unit.deffield_field]])
            protos = unit.method_proto[unit.def_method]
            tails.append(first[unit.def_class])
            heads.append(of_type[unit.proto_return[protos]])
            counts = np.diff(unit.proto_params.start)[protos]
            tails.append(np.repeat(first[unit.def_class], counts))
            heads.append(
                np.concatenate([of_type[unit.proto_params.row(int(p))] for p in protos] or [np.empty(0, np.int64)])
            )
            tail, head = np.concatenate(tails), np.concatenate(heads)
            keep = (tail >= 0) & (head >= 0) & (tail != head)
            edges.update(zip(tail[keep].tolist(), head[keep].tolist(), strict=True))
        ordered = np.array(sorted(edges), np.int32).reshape(-1, 2)
        start = np.searchsorted(ordered[:, 0], np.arange(len(self.names) + 1))
        return Csr(start.astype(np.int32), ordered[:, 1].copy())


@lru_cache(maxsize=1 << 17)
def _call(class_: str, name: str, proto: str) -> int:
    """The token of a call that leads to a class outside; 0 when that is not the platform's."""
    if not is_platform(class_):
        return 0
    framework, arity = Framework.load(), len(list(_split(proto[1 : proto.index(")")])))
    definer = (
        class_ if name.startswith("<") else framework.overridden(framework.ancestors(class_), name, arity) or class_
    )
    if f"{definer}->{name}" in _changed().methods:
        return 0
    return token(Kind.CALL, f"{definer}{name}{proto}".encode())


def _split(parameters: str) -> Iterator[str]:
    """The descriptors of a list of parameters."""
    at = 0
    while at < len(parameters):
        end = at
        while end < len(parameters) - 1 and parameters[end] == "[":
            end += 1
        end = parameters.find(";", end) if parameters[end] == "L" else end
        end = len(parameters) - 1 if end < 0 else end
        yield parameters[at : end + 1]
        at = end + 1


def _each(values: npt.NDArray[np.integer], make: Callable[[int], int]) -> U64:
    """A token for each value, made once for each distinct one."""
    distinct, back = np.unique(values, return_inverse=True)
    made: U64 = np.array([make(int(value)) for value in distinct.tolist()], np.uint64)
    return made[back] if len(distinct) else np.empty(0, np.uint64)


def _ranked(members: list[tuple[int, bytes]]) -> tuple[I64, U64]:
    """(class, token) of members: the first of a kind, the second, and so on."""
    seen: dict[tuple[int, bytes], int] = {}
    classes, found = [], []
    for item in members:
        rank = seen[item] = seen.get(item, 0) + 1
        if rank <= RANKS:
            classes.append(item[0])
            found.append(token(Kind.MEMBER, b"%d" % rank + item[1]))
    return np.array(classes, np.int64), np.array(found, np.uint64)


def _grouped(methods: I64, found: U64) -> tuple[I64, U64]:
    """(method, token) of what some methods hold together, strings apart: those can be encrypted."""
    kept = (found & np.uint64(15)) != Kind.STRING
    methods, found = methods[kept], found[kept]
    order = np.lexsort((found, methods))
    methods, found = methods[order], found[order]
    fresh = np.ones(len(found), bool)
    fresh[1:] = (np.diff(methods) != 0) | (np.diff(found) != 0)
    methods, found = methods[fresh], found[fresh]
    starts = np.flatnonzero(np.diff(methods, prepend=-1))
    ends = np.append(starts[1:], len(methods))
    large = ends - starts >= _METHOD
    made = [token(Kind.METHOD, found[low:high].tobytes()) for low, high in zip(starts[large], ends[large], strict=True)]
    return methods[starts[large]], np.array(made, np.uint64)
