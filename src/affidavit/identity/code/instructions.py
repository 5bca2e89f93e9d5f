"""Tokens of what instructions name, and which classes they name, for all instructions of a unit at once."""

from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from affidavit.dalvik import jvm
from affidavit.dalvik.opcodes import opcodes, widths
from affidavit.dalvik.unit import RefKind, Unit
from affidavit.identity.code.constants import string_tokens
from affidavit.identity.code.tokens import I64, U64, Kind, of_rows
from affidavit.identity.code.vocabulary import Vocabulary
from affidavit.identity.kernels import naming, numbers

_JUMPS = (
    "if",
    "goto",
    "jsr",
    "ret",
    "throw",
    "athrow",
    "packed-switch",
    "sparse-switch",
    "tableswitch",
    "lookupswitch",
)


class Named(NamedTuple):
    """What the instructions of a unit name. Parallel arrays within their group.

    Attributes:
        text_method, text: tokens of strings. method, token: of calls, fields and types. pair_method, pair: of calls
            that follow each other, with no jump between them.
        tail, head: class that names, another class that is named: numbers of the vocabulary.
    """

    text_method: I64
    text: U64
    method: I64
    token: U64
    pair_method: I64
    pair: U64
    tail: I64
    head: I64


def named(vocabulary: Vocabulary, number: int, unit: Unit, skipped: I64) -> Named:
    """What the instructions of one unit name.

    Args:
        vocabulary: of the program.
        number: of the unit in it.
        unit: the unit.
        skipped: rows of its references that do not count.
    """
    refs, target = unit.refs, counted(unit, skipped)
    base, made, own = table(vocabulary, number, unit, target)
    owners, tokens = np.empty((4, len(refs)), np.int64), np.empty((2, len(refs)), np.uint64)
    rows = np.empty(len(refs), np.int64)
    texts, hits, calls = naming.collect(
        refs.owner, refs.kind, target, base, made, owners[0], tokens[0], owners[1], tokens[1], rows
    )
    holders = vocabulary.local[number][unit.def_class]
    edges = naming.edges(refs.owner, refs.kind, target, base, own, holders, owners[2], owners[3])
    called = rows[:calls]
    same, pair = pairs(runs(unit, called), made[base[RefKind.METHOD] + target[called]])
    return Named(
        owners[0, :texts],
        tokens[0, :texts],
        owners[1, :hits],
        tokens[1, :hits],
        refs.owner[called[same]].astype(np.int64),
        pair,
        owners[2, :edges],
        owners[3, :edges],
    )


def counted(unit: Unit, skipped: I64) -> npt.NDArray[np.int32]:
    """What the references of a unit name, where some rows do not count."""
    target = unit.refs.target
    if len(skipped):
        target = target.copy()
        target[skipped] = -1
    return target


def table(vocabulary: Vocabulary, number: int, unit: Unit, target: npt.NDArray[np.int32]) -> tuple[I64, U64, I64]:
    """All index spaces of a unit that count, in one table.

    Args:
        vocabulary: of the program.
        number: of the unit in it.
        unit: the unit.
        target: what its references name, -1 for nothing.

    Returns:
        Where the space of each `RefKind` begins, -1 for one that does not count; the token of each place, 0 for none
        and for what no instruction names; and the class of the program that each names, or -1.
    """
    types = vocabulary.unit_types[number]
    sizes = {
        RefKind.STRING: len(unit.strings),
        RefKind.TYPE: len(unit.type_string),
        RefKind.FIELD: len(unit.field_name),
        RefKind.METHOD: len(unit.method_name),
    }
    ends = dict(zip(sizes, np.cumsum([*sizes.values()]).tolist(), strict=True))
    base = np.full(len(RefKind), -1, np.int64)
    for kind, end in ends.items():
        base[kind] = end - sizes[kind]
    used = np.zeros(sum(sizes.values()), np.uint8)
    naming.mark(unit.refs.kind, target, base, used)
    made, own = np.zeros(len(used), np.uint64), np.full(len(used), -1, np.int64)
    spaces = {kind: slice(end - sizes[kind], end) for kind, end in ends.items()}
    rows = {kind: np.flatnonzero(used[space]) for kind, space in spaces.items()}
    made[spaces[RefKind.STRING]][rows[RefKind.STRING]] = string_tokens(unit, rows[RefKind.STRING])
    made[spaces[RefKind.TYPE]] = vocabulary.of_types[types[: sizes[RefKind.TYPE]]]
    made[spaces[RefKind.FIELD]][rows[RefKind.FIELD]] = vocabulary.field_tokens(number, unit, rows[RefKind.FIELD])
    made[spaces[RefKind.METHOD]][rows[RefKind.METHOD]] = vocabulary.call_tokens(number, rows[RefKind.METHOD])
    own[spaces[RefKind.TYPE]] = vocabulary.number[types[: sizes[RefKind.TYPE]]]
    own[spaces[RefKind.FIELD]] = vocabulary.number[types[unit.field_class]]
    own[spaces[RefKind.METHOD]] = vocabulary.number[types[unit.method_class]]
    return base, made, own


def pairs(run: npt.NDArray[np.int32], call: U64) -> tuple[I64, U64]:
    """Which of some calls have the next one in the same straight run, and the token of both.

    Args:
        run: of each call, as `runs` gives it.
        call: the token of each.
    """
    same = np.flatnonzero((run[1:] == run[:-1]) & (run[1:] >= 0))
    both = np.stack([call[same], call[same + 1]], 1).reshape(-1)
    at = 2 * np.arange(len(same), dtype=np.int64)
    return same, of_rows(Kind.PAIR, both, at, at + 2)


def runs(unit: Unit, rows: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
    """The number of the straight run of instructions that some references of a unit are in; -1 for none.

    Args:
        unit: the unit.
        rows: of its references, ascending.
    """
    owner, offset = unit.refs.owner[rows], unit.refs.offset[rows]
    out = np.full(len(rows), -1, np.int32)
    if unit.form == "dex":
        table = np.frombuffer(widths(), np.uint8)
        data = np.frombuffer(unit.data[0], np.uint8)
        numbers.runs(data, unit.def_code, unit.def_units, table, _ends("dex"), 2, owner, offset, out)
        return out
    lengths = np.maximum(np.array(jvm.opcodes().lengths), 0).astype(np.uint8)
    bounds = np.searchsorted(unit.class_entry[unit.def_class], np.arange(len(unit.data) + 1)).astype(np.int32)
    places = np.searchsorted(owner, bounds).tolist()
    met = 0
    for file, (low, high) in enumerate(pairwise(bounds.tolist())):
        at = slice(places[file], places[file + 1])
        if at.start == at.stop:
            continue
        data, found = np.frombuffer(unit.data[file], np.uint8), out[at]
        first, size = unit.def_code[low:high], unit.def_units[low:high]
        numbers.runs(data, first, size, lengths, _ends("class"), 1, owner[at] - np.int32(low), offset[at], found)
        found[found >= 0] += met
        met = int(found.max(initial=met))
    return out


@cache
def _ends(form: str) -> npt.NDArray[np.uint8]:
    """By opcode, whether a straight run of instructions ends behind it."""
    names = [code.mnemonic for code in opcodes()] if form == "dex" else list(jvm.opcodes().names)
    return np.array([name.startswith(_JUMPS) or name.endswith("return") for name in names], np.uint8)
