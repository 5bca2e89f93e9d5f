"""What class files say apart from instructions: constants that fields begin with, and where assertions lie."""

import struct
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.unit import RefKind, Unit

_DISABLED = b"$assertionsDisabled"
_CONSTANT_VALUE = b"ConstantValue"
_GETSTATIC, _IFNE = 0xB2, 0x9A
_NUMBERS = {3: ">i", 4: ">i", 5: ">q", 6: ">q"}
_UTF8, _STRING = 1, 8


def initial_values(data: bytes | memoryview, pool: npt.NDArray[np.int32], behind: int) -> Iterator[int | bytes]:
    """The distinct numbers and texts that the static fields of a class file begin with.

    Args:
        data: the file.
        pool: offset of the tag of each constant, 0 for none; what is behind the file's own constants does not count.
        behind: offset after the constants.
    """
    if behind < 0 or _CONSTANT_VALUE not in bytes(data):
        return
    # Many fields may name the same long text, which is read once.
    names: dict[int, bool] = {}
    met: set[int] = set()
    try:
        pool = pool[: _u2(data, 8)]
        at = behind + 8 + 2 * _u2(data, behind + 6)
        members, at = _u2(data, at), at + 2
        for _ in range(members):
            attributes, at = _u2(data, at + 6), at + 8
            for _ in range(attributes):
                name, size = struct.unpack_from(">HI", data, at)
                if name not in names:
                    names[name] = _text(data, pool, name) == _CONSTANT_VALUE
                if names[name]:
                    yield from _value(data, pool, _u2(data, at + 6), met)
                at += 6 + size
    except (IndexError, struct.error):
        return


def _value(data: bytes | memoryview, pool: npt.NDArray[np.int32], index: int, met: set[int]) -> Iterator[int | bytes]:
    """A constant, unless it was met: a text by where its content is, as many constants may share that."""
    at = int(pool[index])
    tag = data[at]
    place = int(pool[_u2(data, at + 1)]) if tag == _STRING else at
    if place in met:
        return
    met.add(place)
    if tag in _NUMBERS:
        yield int(struct.unpack_from(_NUMBERS[tag], data, at + 1)[0])
    elif tag == _STRING:
        yield _text(data, pool, _u2(data, at + 1))


def _text(data: bytes | memoryview, pool: npt.NDArray[np.int32], index: int) -> bytes:
    at = int(pool[index])
    return bytes(data[at + 3 : at + 3 + _u2(data, at + 1)]) if at and data[at] == _UTF8 else b""


def _u2(data: bytes | memoryview, at: int) -> int:
    return int(struct.unpack_from(">H", data, at)[0])


def assertions(unit: Unit) -> list[npt.NDArray[np.int64]]:
    """Per file of a unit, the (begin, end) of the instructions that only serve an assertion, ascending."""
    refs, found = unit.refs, [list[tuple[int, int]]() for _ in unit.data]
    _, begins, ends = unit.strings.blob()
    likely = np.flatnonzero(np.append(ends - begins, 0)[unit.field_name] == len(_DISABLED))
    fields = [row for row in likely.tolist() if unit.strings.raw(int(unit.field_name[row])) == _DISABLED]
    asked = (refs.kind == RefKind.FIELD) & (refs.opcode == _GETSTATIC) & np.isin(refs.target, fields)
    for row in np.flatnonzero(asked).tolist():
        file, at = int(unit.class_entry[unit.def_class[refs.owner[row]]]), int(refs.offset[row])
        data = unit.data[file]
        if at + 6 <= len(data) and data[at + 3] == _IFNE:
            jump = int(struct.unpack_from(">h", data, at + 4)[0])
            if jump > 0:
                found[file].append((at + 3, at + 3 + jump))
    return [np.array(sorted(ranges), np.int64).reshape(-1, 2) for ranges in found]


def within(unit: Unit, ranges: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """Rows of a unit's references that lie in the ranges of their file."""
    refs = unit.refs
    files = unit.class_entry[unit.def_class[refs.owner]]
    inside = np.zeros(len(refs), np.bool_)
    for file in (number for number, each in enumerate(ranges) if len(each)):
        rows = np.flatnonzero(files == file)
        for begin, end in ranges[file].tolist():
            inside[rows[(refs.offset[rows] >= begin) & (refs.offset[rows] < end)]] = True
    return np.flatnonzero(inside)
