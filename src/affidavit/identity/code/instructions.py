"""Tokens of what instructions name, and which classes they name, for all instructions of a unit at once."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import RefKind, Unit
from affidavit.identity.code.constants import string_tokens
from affidavit.identity.code.tokens import I64, U64, Kind, tokens_of
from affidavit.identity.code.vocabulary import Vocabulary

_NONE = np.empty(0, np.int64)


class Named(NamedTuple):
    """What the instructions of a unit name. Parallel arrays within their group.

    Attributes:
        text_method, text: tokens of strings. method, token: of calls, fields and types. pair_method, pair: of calls
            that follow each other.
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
    protos: dict[int, str] = {}
    types = vocabulary.unit_types[number]
    found = np.zeros(len(refs), np.uint64)
    for kind, count, make in (
        (RefKind.METHOD, len(unit.method_name), lambda row: vocabulary.call_token(number, unit, row, protos)),
        (RefKind.FIELD, len(unit.field_name), lambda row: vocabulary.field_token(number, unit, row)),
        (RefKind.TYPE, len(unit.type_string), lambda row: vocabulary.type_token(int(types[row]))),
    ):
        found[rows[kind]] = _table(target[rows[kind]], count, make)[target[rows[kind]]]
    texts = rows[RefKind.STRING]
    made = string_tokens(unit, target[texts])
    calls = rows[RefKind.METHOD][found[rows[RefKind.METHOD]] != 0]
    owner = refs.owner.astype(np.int64)
    tail, head = _edges(vocabulary, number, unit, rows, target)
    hits = np.flatnonzero(found)
    return Named(
        owner[texts][made != 0],
        made[made != 0],
        owner[hits],
        found[hits],
        *_pairs(owner[calls], found[calls]),
        tail,
        head,
    )


def _table(targets: npt.NDArray[np.int32], count: int, make: Callable[[int], int]) -> U64:
    """The token of each row of an index space that something names, made once each."""
    table = np.zeros(count, np.uint64)
    used = np.zeros(count, np.bool_)
    used[targets] = True
    for row in np.flatnonzero(used).tolist():
        table[row] = make(row)
    return table


def _pairs(owner: I64, call: U64) -> tuple[I64, U64]:
    """(method, token) of each two calls that follow each other in a method."""
    same = np.flatnonzero(owner[1:] == owner[:-1])
    both = np.stack([call[same], call[same + 1]], 1).astype("<u8")
    at = 16 * np.arange(len(both), dtype=np.int64)
    return owner[same], tokens_of(Kind.PAIR, both.view(np.uint8).reshape(-1).data, at, at + 16)


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
