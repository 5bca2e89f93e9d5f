"""Numbers and texts that code holds by value: literals, arrays, switches, initial values of static fields.

From .class files they come out as a compiler to dex puts them, so that a jar and the dex made of it have the same.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from affidavit.dalvik import jvm
from affidavit.dalvik.opcodes import widths
from affidavit.dalvik.strings import raw_strings
from affidavit.dalvik.unit import U32, Unit
from affidavit.identity.code.class_files import assertions, initial_values, within
from affidavit.identity.code.tokens import I64, U64, Kind, of_numbers, token, tokens_of
from affidavit.identity.kernels import jvm_numbers, numbers

FEW = 5
"""Items of an array, or keys of a switch, that count one by one: compilers put so few in several ways."""
CASES = 12
"""Keys of the smallest switch that counts: compilers make comparisons of small ones."""
SMALL = 64
"""Largest magnitude of a literal that says nothing: bounds of loops, sizes, flags."""
SHORTEST = 3
"""Bytes of the shortest string that counts."""
_LITERAL, _ARRAY, _SWITCH, _STRING, _NOTHING = range(5)
_CLASS_DEF, _VALUES_AT = 32, 28
_STRING_VALUE, _TYPE_VALUE = 0x17, 0x18
_NUMBER_VALUES = (0x00, 0x02, 0x03, 0x04, 0x06, 0x10, 0x11)
_RESOURCES = (0x7F010000, 0x7F800000)
_WORD, _HEAD = 4, 6


@dataclass(frozen=True, slots=True)
class Constants:
    """Tokens of constants, and what was read with them. Parallel arrays within their group.

    Attributes:
        method, token, value: of what the code of a defined method holds, in order of methods. The value of a literal is
            its magnitude; that of an array or a switch is where its content is in `contents`.
        class_row, class_token, class_value: of what the static fields of a class begin with; the value of a string
            is where it is in `contents`.
        types: (class row, type index) that static fields begin with.
        contents: what arrays, switches and strings are made of, as their tokens are.
        skipped: rows of the unit's references that dex code would not have: they only serve assertions.
    """

    method: I64
    token: U64
    value: I64
    class_row: I64
    class_token: U64
    class_value: I64
    types: I64
    contents: tuple[bytes, ...]
    skipped: I64


def constants(unit: Unit) -> Constants:
    """The constants of one unit."""
    return _of_dex(unit) if unit.form == "dex" else _of_classes(unit)


def _of_dex(unit: Unit) -> Constants:
    keep = np.empty(int(unit.def_units.sum(dtype=np.int64)) // 2 + 1, np.int32)
    found = _scanned(unit, keep, len(unit.def_code) + 1_024)
    made, value, contents = np.zeros(len(found), np.uint64), found[:, 2].copy(), list[bytes]()
    literal = found[:, 1] == _LITERAL
    made[literal] = of_numbers(Kind.LITERAL, value[literal])
    for row in np.flatnonzero(~literal).tolist():
        what, begin, end = found[row, 1:].tolist()
        content = unit.data[0][begin:end] if what == _ARRAY else np.sort(keep[begin:end]).astype("<i4").data.cast("B")
        made[row], value[row] = _many(what, bytes(content)), len(contents)
        contents.append(bytes(content))
    values = _static_values(unit)
    forms, held = values[:, 1], values[:, 2]
    strings = np.flatnonzero((forms == _STRING_VALUE) & (held >= 0) & (held < len(unit.strings)))
    literals = np.flatnonzero(np.isin(forms, _NUMBER_VALUES) & _telling(held))
    types = np.flatnonzero((forms == _TYPE_VALUE) & (held >= 0) & (held < len(unit.type_string)))
    # Many fields may begin with the same long text, which is read once.
    said, which = np.unique(held[strings], return_inverse=True)
    texts = string_tokens(unit, said)[which]
    strings, which, texts = strings[texts != 0], which[texts != 0], texts[texts != 0]
    return Constants(
        found[made != 0, 0],
        made[made != 0],
        value[made != 0],
        values[np.concatenate([strings, literals]), 0],
        np.concatenate([texts, of_numbers(Kind.LITERAL, np.abs(held[literals]))]),
        np.concatenate([which + len(contents), np.abs(held[literals])]),
        values[types][:, [0, 2]],
        (*contents, *raw_strings(unit.strings, said.astype(np.int32))),
        np.empty(0, np.int64),
    )


def _scanned(unit: Unit, keep: npt.NDArray[np.int32], room: int) -> I64:
    """The rows of a scan of dex code; scanned again when there was too little room for them."""
    data, table = np.frombuffer(unit.data[0], np.uint8), np.frombuffer(widths(), np.uint8)
    out = np.empty((room, 4), np.int64)
    count, _ = numbers.scan(data, unit.def_code, unit.def_units, table, FEW, out, keep)
    return out[:count] if count <= room else _scanned(unit, keep, count)


def _static_values(unit: Unit) -> I64:
    """(class row, form, number) of what static fields begin with."""
    count = len(unit.class_type)
    if not count:
        return np.empty((0, 3), np.int64)
    words = np.frombuffer(unit.data[0], "<u4", count * _CLASS_DEF // 4, int(unit.class_offset[0]))
    offsets = words[_VALUES_AT // 4 :: _CLASS_DEF // 4].astype(np.uint32)
    out = np.empty((4 * len(unit.deffield_field) + count, 3), np.int64)
    return out[: numbers.static_values(unit.data[0], offsets, out)]


def string_tokens(unit: Unit, rows: npt.NDArray[np.integer]) -> U64:
    """The tokens of strings of a unit; 0 for those that are too short."""
    data, begins, ends = unit.strings.blob()
    made = tokens_of(Kind.STRING, data, begins[rows], ends[rows])
    made[ends[rows] - begins[rows] < SHORTEST] = 0
    return made


def _telling(values: I64) -> npt.NDArray[np.bool_]:
    """Which numbers count, as the kernels have it."""
    return (np.abs(values) > SMALL) & ((values < _RESOURCES[0]) | (values >= _RESOURCES[1]))


def _many(what: int, content: bytes) -> int:
    """The token of an array or of the keys of a switch; 0 when there are few, or one is the number of a resource."""
    if what == _SWITCH and len(content) < _WORD * CASES:
        return 0
    width = 4 if what == _SWITCH else content[0]
    if width == _WORD:
        items = np.frombuffer(content[_HEAD * (what == _ARRAY) :], "<i4").astype(np.int64)
        if np.any((items >= _RESOURCES[0]) & (items < _RESOURCES[1])):
            return 0
    return token(Kind.ARRAY if what == _ARRAY else Kind.SWITCH, content)


def _of_classes(unit: Unit) -> Constants:
    parts = [np.empty((0, 4), np.int64)]
    made: list[int] = []
    contents: list[bytes] = []
    room, skips = _Room(max(map(len, unit.data), default=0)), assertions(unit)
    bounds = np.searchsorted(unit.class_entry[unit.def_class], np.arange(len(unit.data) + 1)).tolist()
    for class_row, number in enumerate(unit.class_entry.tolist()):
        low, high = bounds[number], bounds[number + 1]
        count, behind = room.scan(unit.data[number], unit.def_code[low:high], unit.def_units[low:high], skips[number])
        found = room.out[:count].copy()
        found[:, 0] += low
        held = [_content(room.keep, what, begin, end) for what, begin, end in found[:, 1:].tolist()]
        more = [*initial_values(unit.data[number], room.pool, behind)]
        parts += [found, np.array([_row_of(class_row, value) for value in more], np.int64).reshape(-1, 4)]
        held += [value if isinstance(value, bytes) else _number(abs(value)) for value in more]
        whats = [*found[:, 1].tolist(), *parts[-1][:, 1].tolist()]
        made += [_made(what, content) for what, content in zip(whats, held, strict=True)]
        for row, what in enumerate(whats):
            if what != _LITERAL:
                part, at = (found, row) if row < len(found) else (parts[-1], row - len(found))
                part[at, 2] = len(contents)
                contents.append(held[row])
    every, tokens = np.concatenate(parts), np.array(made, np.uint64)
    of_method, of_class = (every[:, 0] >= 0) & (tokens != 0), (every[:, 0] < 0) & (tokens != 0)
    return Constants(
        every[of_method, 0],
        tokens[of_method],
        every[of_method, 2],
        -1 - every[of_class, 0],
        tokens[of_class],
        every[of_class, 2],
        np.empty((0, 2), np.int64),
        tuple(contents),
        within(unit, skips),
    )


class _Room:
    """Room for what a scan of class files finds, of which one after the other makes use.

    Args:
        largest: bytes of the largest file.
    """

    def __init__(self, largest: int) -> None:
        self.out = np.empty((largest + 1, 4), np.int64)
        self.keep = np.empty(2 * largest + 64, np.uint8)
        self.pool, self._numbers = np.empty(1 << 16, np.int32), np.zeros(5, np.int64)
        self._lengths = np.array(jvm.opcodes().lengths, np.int8)

    def scan(self, data: memoryview, first: U32, units: U32, skips: I64) -> tuple[int, int]:
        """Scan one file; give how many rows there are, none when its tables lie, and where its constants end."""
        try:
            count, behind = jvm_numbers.scan(
                data, first, units, self._lengths, FEW, self.pool, self._numbers, skips, self.out, self.keep
            )
        except IndexError:
            return 0, -1
        return count, behind


_LARGEST = (1 << 63) - 1


def _row_of(class_row: int, value: int | bytes) -> tuple[int, int, int, int]:
    """A row for what a field begins with."""
    if isinstance(value, bytes):
        return -1 - class_row, _STRING, 0, 0
    what = _LITERAL if _telling(np.array([value]))[0] else _NOTHING
    return -1 - class_row, what, min(abs(value), _LARGEST), 0  # the smallest number has no magnitude in 64 bits


def _number(value: int) -> bytes:
    return (value & (1 << 64) - 1).to_bytes(8, "little")


def _content(data: npt.NDArray[np.uint8], what: int, begin: int, end: int) -> bytes:
    """The content that the token of a row is made of."""
    if what == _LITERAL:
        return _number(begin)
    if what == _SWITCH:
        return np.sort(data[begin:end].copy().view("<i4")).tobytes()
    return data[begin:end].tobytes()


def _made(what: int, content: bytes) -> int:
    """The token of one row; 0 for none."""
    if what == _LITERAL:
        return token(Kind.LITERAL, content)
    if what == _STRING:
        return token(Kind.STRING, content) if len(content) >= SHORTEST else 0
    return 0 if what == _NOTHING else _many(what, content)
