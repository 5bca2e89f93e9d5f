"""Symbols of Mach-O images: what is taken and what is offered."""

import struct
from pathlib import Path

import lief
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact.macho import read_macho
from affidavit.artefact.macho_symbols import symbols
from tests.builders.macho import command, image

SHARED = Path(__file__).parents[3] / "shared" / "data"


def with_symbols(rows: list[tuple[str, int]]) -> bytes:
    """An image with a table of (name, n_type)."""
    strings = b"\0" + b"".join(name.encode() + b"\0" for name, _ in rows)
    table, at = b"", 1
    for name, kind in rows:
        table += struct.pack("<IBBHQ", at, kind, 1, 0, 0)
        at += len(name) + 1
    start = len(image(command(2, bytes(16))))
    head = command(2, struct.pack("<IIII", start, len(rows), start + len(table), len(strings)))
    return image(head, code=table + strings)


def test_external_symbols_are_told_apart_by_whether_they_are_defined():
    rows = [("_taken", 0x01), ("_offered", 0x0F), ("_local", 0x0E), ("_debug", 0x64 | 0x01)]
    assert symbols(memoryview(with_symbols(rows)), "<", 64)[:3] == (["_taken"], ["_offered"], 0)


def test_an_image_without_a_table_has_none():
    assert symbols(memoryview(image()), "<", 64)[:3] == ([], [], 0)


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reader(data):
    symbols(memoryview(image(command(2, (data + bytes(16))[:16]), code=data)), "<", 64)


@pytest.mark.corpus
def test_the_names_are_those_that_lief_reads():
    path = SHARED / "ios" / "mobsf" / "macho.dylib"
    data = path.read_bytes()
    binary = lief.MachO.parse(str(path))  # kept: what it holds ends with it
    for one, theirs in zip(read_macho("x", data).images, binary, strict=True):
        taken, offered, *_ = symbols(memoryview(data)[one.offset : one.offset + one.size], "<", one.bits)
        external = [item for item in theirs.symbols if item.raw_type & 1 and not item.raw_type & 0xE0]
        assert sorted(taken) == sorted(item.name for item in external if item.raw_type & 0x0E == 0)
        assert sorted(offered) == sorted(item.name for item in external if item.raw_type & 0x0E)
