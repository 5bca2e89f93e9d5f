"""Lines of the source: what the debug information says, nothing where it says nothing or is broken."""

import struct
from dataclasses import replace

import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.lines import source_line
from affidavit.dalvik.unit import Unit
from tests.builders.dex import Class, DexBuilder, Method

CODE = [("const/4", 0, 1), ("const/4", 0, 2), ("const/4", 0, 3), ("return-void",)]


def with_debug(item: bytes, at: int | None = None) -> Unit:
    """A method of four instructions of one code unit, with a debug item behind the file's end."""
    data = DexBuilder([Class("Lx/A;", methods=[Method("run", code=CODE)])]).build()
    unit = read_dex("classes.dex", data)
    code = int(unit.def_code[0])
    start = struct.pack("<I", len(data) if at is None else at)
    return replace(unit, data=(data[: code - 8] + start + data[code - 4 :] + item,))


def lines(unit: Unit) -> list[int]:
    return [source_line(unit, 0, pc) for pc in range(4)]


def special(line: int, address: int) -> int:
    return 0x0A + line + 4 + 15 * address


def test_lines_begin_at_addresses_and_go_on_until_the_next():
    item = bytes([57, 0, 0x07, special(0, 0), special(2, 1), special(-1, 2), 0])
    assert lines(with_debug(item)) == [57, 59, 59, 58]


def test_advances_and_locals_are_read_over():
    item = bytes([5, 2, 0, 0, 3, 0, 1, 1, 4, 0, 1, 1, 1, 5, 0, 6, 0, 8, 9, 0, 1, 1, 2, 0x7E, special(0, 0), 0])
    assert lines(with_debug(item)) == [0, 3, 3, 3]


def test_numbers_may_take_several_bytes():
    item = bytes([0xAC, 0x02, 0, special(0, 0), 2, 0xC8, 0x01, special(0, 1), 0])
    assert lines(with_debug(item)) == [300, 500, 500, 500]


@pytest.mark.parametrize(
    ("item", "at"),
    [
        (b"", 0),
        (b"", None),
        (b"\x05\x00\x0e", 1 << 30),
        (b"\xff\xff\xff\xff\xff\xff", None),
        (b"\x05\xff\xff\xff\xff\x0f", None),
    ],
)
def test_nothing_is_said_without_sound_information(item, at):
    assert lines(with_debug(item, at)) == [0, 0, 0, 0]


def test_what_was_read_before_the_end_is_not_trusted():
    assert lines(with_debug(bytes([5, 0, special(0, 0)])))[1] == 0


def test_a_line_below_one_is_none():
    assert lines(with_debug(bytes([2, 0, 2, 0x70, special(0, 0), 0]))) == [0, 0, 0, 0]
