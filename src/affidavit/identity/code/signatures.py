"""Signatures: what each class of a program is recognised by, without names, and which classes know each other."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import Csr, Unit
from affidavit.identity.code.compressed import ranges
from affidavit.identity.code.constants import Constants, constants
from affidavit.identity.code.declared import Declared
from affidavit.identity.code.instructions import Named, named
from affidavit.identity.code.tokens import Kind, of_rows
from affidavit.identity.code.vocabulary import Vocabulary, looked_up
from affidavit.identity.kernels import rows

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]

TOGETHER = 3
"""Fewest tokens of a method that together make one of kind `Kind.METHOD`."""


@dataclass(frozen=True, slots=True, eq=False)
class Signatures:
    """Parallel arrays over the classes of one artefact that Android uses, in the order of its units.

    Attributes:
        names: descriptors; they never enter a token.
        start, tokens: compressed rows: the sorted distinct tokens of class `i` are ``tokens[start[i]:start[i + 1]]``.
        graph: row `i` has the sorted classes that class `i` names (super class, interfaces, members, instructions).
        size: code units (dex) or bytes (class files) of the instructions of each class.
        unit, row: where each class is defined: number of the unit in the program, row in its classes; both -1 for a
            native file, which an index has among the classes.
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


def joined(first: Signatures, second: Signatures) -> Signatures:
    """Both, one after the other; no class of one names a class of the other."""
    count = np.int32(len(first))
    return Signatures(
        names=first.names + second.names,
        start=_joined([first.start, second.start]),
        tokens=np.concatenate([first.tokens, second.tokens]),
        graph=Csr(
            _joined([first.graph.start.astype(np.int64), second.graph.start.astype(np.int64)]).astype(np.int32),
            np.concatenate([first.graph.items, second.graph.items + count]).astype(np.int32),
        ),
        size=np.concatenate([first.size, second.size]),
        unit=np.concatenate([first.unit, second.unit]),
        row=np.concatenate([first.row, second.row]),
    )


def of_program(program: Program, declared: Declared | None = None) -> Signatures:
    """The signatures of everything that a program defines.

    Args:
        program: the code of an app, or of one library.
        declared: its declarations, where somebody goes on reading them.
    """
    declared = declared or Declared(Vocabulary(program))
    vocabulary = declared.vocabulary
    parts = [_Part.of(vocabulary, declared, number, unit) for number, unit in enumerate(program.units)]
    none = np.empty(0, np.int64)
    return Signatures(
        names=vocabulary.names,
        start=_joined([part.start for part in parts]),
        tokens=np.concatenate([np.empty(0, np.uint64), *(part.tokens for part in parts)]),
        graph=Csr(
            _joined([part.edges for part in parts]).astype(np.int32),
            np.concatenate([none, *(part.heads for part in parts)]).astype(np.int32),
        ),
        size=np.concatenate([none, *(part.size for part in parts)]).astype(np.int32),
        unit=vocabulary.place[:, 0].copy(),
        row=vocabulary.place[:, 1].copy(),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Compressed rows of the classes of one unit.

    Attributes:
        start, tokens: the tokens of each class. edges, heads: the classes that each names. size: of each.
    """

    start: I64
    tokens: U64
    edges: I64
    heads: U64
    size: I64

    @staticmethod
    def of(vocabulary: Vocabulary, declared: Declared, number: int, unit: Unit) -> "_Part":
        """Read one unit."""
        local = vocabulary.local[number]
        count = int(np.count_nonzero(local >= 0))
        base = int(local[local >= 0].min()) if count else 0
        owner = local[unit.def_class]
        held = constants(unit)
        found = named(vocabulary, number, unit, held.skipped)
        every = [*_of_methods(owner, held, found), *_of_classes(vocabulary, declared, number, unit, held)]
        start, tokens = grouped(every, base, count)
        edges, heads = grouped(_edges(vocabulary, number, unit, found), base, count)
        own = owner >= 0
        size = np.bincount(owner[own] - base, unit.def_units[own], count).astype(np.int64)
        return _Part(start, tokens, edges, heads, size)


def _of_methods(owner: I64, held: Constants, found: Named) -> list[tuple[I64, U64]]:
    """(class, token) of everything in the code of methods, whose classes are `owner`."""
    start, together = grouped([(found.method, found.token), (held.method, held.token)], 0, len(owner))
    large = np.flatnonzero(np.diff(start) >= TOGETHER)
    return [
        (np.repeat(owner, np.diff(start)), together),
        (owner[large], of_rows(Kind.METHOD, together, start[large], start[large + 1])),
        (owner[found.text_method], found.text),
        (owner[found.pair_method], found.pair),
    ]


def _of_classes(
    vocabulary: Vocabulary, declared: Declared, number: int, unit: Unit, held: Constants
) -> list[tuple[I64, U64]]:
    """(class, token) of what the classes of a unit declare, and of what their static fields begin with."""
    local, types = vocabulary.local[number], vocabulary.unit_types[number]
    of_types = vocabulary.of_types[types[held.types[:, 1]]]
    return [
        (local[held.class_row], held.class_token),
        (local[held.types[of_types != 0, 0]], of_types[of_types != 0]),
        declared.members(number, unit),
        declared.inherited(number),
        declared.overridden(number, unit),
    ]


def _edges(vocabulary: Vocabulary, number: int, unit: Unit, found: Named) -> list[tuple[I64, U64]]:
    """(class, class that it names) of a unit, without what a class says of itself."""
    local, types, own = vocabulary.local[number], vocabulary.unit_types[number], vocabulary.number
    protos = looked_up(unit.method_proto, unit.def_method)
    known = np.flatnonzero(protos >= 0)
    counts = np.diff(unit.proto_params.start)[protos[known]]
    at = ranges(unit.proto_params.start[protos[known]], counts)
    kinds = looked_up(unit.field_type, unit.deffield_field)
    rows_ = np.arange(len(unit.class_type))
    parts = [
        (local[rows_], own[types[unit.class_super]]),
        (local[np.repeat(rows_, np.diff(unit.interfaces.start))], own[types[unit.interfaces.items]]),
        (local[unit.deffield_class], own[types[kinds]]),
        (local[unit.def_class[known]], own[types[unit.proto_return[protos[known]]]]),
        (local[np.repeat(unit.def_class[known], counts)], own[types[unit.proto_params.items[at]]]),
    ]
    return [
        (found.tail, found.head.view(np.uint64)),
        *(
            (tail[keep], head[keep].astype(np.uint64))
            for tail, head in parts
            for keep in [np.flatnonzero((tail >= 0) & (head >= 0) & (tail != head))]
        ),
    ]


def grouped(parts: list[tuple[I64, U64]], base: int, count: int) -> tuple[I64, U64]:
    """Compressed rows of the sorted distinct items of `count` owners from `base` on; items of none (-1) are dropped."""
    start = np.zeros(count + 1, np.int64)
    for owner, _ in parts:
        rows.count(owner, start[1:], base)
    np.cumsum(start, out=start)
    cursor, out = start[:-1].copy(), np.empty(int(start[-1]), np.uint64)
    for owner, item in parts:
        rows.scatter(owner, item, cursor, out, base)
    left = rows.distinct(start, out)
    return start, out[:left].copy()


def _joined(starts: list[I64]) -> I64:
    """Starts of compressed rows of which one follows the other."""
    counts = np.concatenate([np.empty(0, np.int64), *(np.diff(start) for start in starts)])
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
