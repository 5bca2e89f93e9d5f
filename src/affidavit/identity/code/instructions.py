"""Tokens of what instructions name, and which classes they name, for all instructions of a unit at once."""

from collections.abc import Callable
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
from affidavit.identity.kernels import numbers

_NONE = np.empty(0, np.int64)
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
        tail, head: class that names, class that is named: numbers of the vocabulary.
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
    refs = unit.refs
    target = refs.target
    if len(skipped):
        target = target.copy()
        target[skipped] = -1
    rows = {kind: np.flatnonzero((refs.kind == kind) & (target >= 0)) for kind in RefKind}
    types = vocabulary.unit_types[number]
    found = np.zeros(len(refs), np.uint64)
    for kind, count, make in (
        (RefKind.METHOD, len(unit.method_name), lambda used: vocabulary.call_tokens(number, unit, used)),
        (RefKind.FIELD, len(unit.field_name), lambda used: vocabulary.field_tokens(number, unit, used)),
        (RefKind.TYPE, len(unit.type_string), lambda used: vocabulary.type_tokens(types[used])),
    ):
        found[rows[kind]] = _table(target[rows[kind]], count, make)[target[rows[kind]]]
    texts = rows[RefKind.STRING]
    made = _table(target[texts], len(unit.strings), lambda used: string_tokens(unit, used))[target[texts]]
    calls = rows[RefKind.METHOD][found[rows[RefKind.METHOD]] != 0]
    owner = refs.owner.astype(np.int64)
    tail, head = _edges(vocabulary, number, unit, rows, target)
    hits = np.flatnonzero(found)
    return Named(
        owner[texts][made != 0],
        made[made != 0],
        owner[hits],
        found[hits],
        *_pairs(runs(unit)[calls], owner[calls], found[calls]),
        tail,
        head,
    )


def _table(targets: npt.NDArray[np.int32], count: int, make: Callable[[npt.NDArray[np.intp]], U64]) -> U64:
    """The token of each row of an index space that something names, made once each."""
    table = np.zeros(count, np.uint64)
    used = np.zeros(count, np.bool_)
    used[targets] = True
    rows = np.flatnonzero(used)
    table[rows] = make(rows)
    return table


def _pairs(run: npt.NDArray[np.int32], owner: I64, call: U64) -> tuple[I64, U64]:
    """(method, token) of each two calls that follow each other in a straight run."""
    same = np.flatnonzero((run[1:] == run[:-1]) & (run[1:] >= 0))
    both = np.stack([call[same], call[same + 1]], 1).reshape(-1)
    at = 2 * np.arange(len(same), dtype=np.int64)
    return owner[same], of_rows(Kind.PAIR, both, at, at + 2)


def runs(unit: Unit) -> npt.NDArray[np.int32]:
    """For each reference of a unit, the number of the straight run of instructions that it is in; -1 for none."""
    refs, out = unit.refs, np.full(len(unit.refs), -1, np.int32)
    if unit.form == "dex":
        table = np.frombuffer(widths(), np.uint8)
        data = np.frombuffer(unit.data[0], np.uint8)
        numbers.runs(data, unit.def_code, unit.def_units, table, _ends("dex"), 2, refs.owner, refs.offset, out)
        return out
    lengths = np.maximum(np.array(jvm.opcodes().lengths), 0).astype(np.uint8)
    bounds = np.searchsorted(unit.class_entry[unit.def_class], np.arange(len(unit.data) + 1)).astype(np.int32)
    rows = np.searchsorted(refs.owner, bounds).tolist()
    met = 0
    for file, (low, high) in enumerate(pairwise(bounds.tolist())):
        at = slice(rows[file], rows[file + 1])
        data = np.frombuffer(unit.data[file], np.uint8)
        owner = refs.owner[at] - np.int32(low)
        found = out[at]
        first, size = unit.def_code[low:high], unit.def_units[low:high]
        numbers.runs(data, first, size, lengths, _ends("class"), 1, owner, refs.offset[at], found)
        found[found >= 0] += met
        met = int(found.max(initial=met))
    return out


@cache
def _ends(form: str) -> npt.NDArray[np.uint8]:
    """By opcode, whether a straight run of instructions ends behind it."""
    names = [code.mnemonic for code in opcodes()] if form == "dex" else list(jvm.opcodes().names)
    return np.array([name.startswith(_JUMPS) or name.endswith("return") for name in names], np.uint8)


def _edges(
    vocabulary: Vocabulary,
    number: int,
    unit: Unit,
    rows: dict[RefKind, npt.NDArray[np.intp]],
    target: npt.NDArray[np.int32],
) -> tuple[I64, I64]:
    """Which classes of the program name which in their instructions."""
    own, types, local = vocabulary.number, vocabulary.unit_types[number], vocabulary.local[number]
    tails, heads = [_NONE], [_NONE]
    for kind, holder in (
        (RefKind.TYPE, None),
        (RefKind.FIELD, unit.field_class),
        (RefKind.METHOD, unit.method_class),
    ):
        named_ = target[rows[kind]]
        head = own[types[named_ if holder is None else holder[named_]]]
        known = np.flatnonzero(head >= 0)
        tails.append(local[unit.def_class[unit.refs.owner[rows[kind][known]]]])
        heads.append(head[known])
    return np.concatenate(tails), np.concatenate(heads)
