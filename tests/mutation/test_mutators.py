"""Mutators: each finds the fields of its format, stays inside the bytes, and never breaks on what another one made."""

import struct
import zlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import axml, signing
from tests.builders.zip import Item, build_zip
from tests.dalvik.material import rich
from tests.mutation import binaries, blocks, chunks, dexes, machos, raw, texts, zips
from tests.mutation.apps import pkcs7, signed_app, signing_block, small_class, small_library, small_program, small_table
from tests.mutation.fields import Field, dice, one_of, poke, read, u16, u32, write

MANIFEST = axml.binary(axml.manifest(axml.e("activity", {"android:name": ".A"})))
CHANGES = {
    "zip fields": (zips.fields, signed_app()),
    "zip structure": (zips.structure, signed_app()),
    "block": (blocks.mutate, signed_app()),
    "axml": (chunks.mutate, MANIFEST),
    "arsc": (chunks.mutate, small_table()),
    "dex": (dexes.mutate, rich().build()),
    "elf": (binaries.elf, small_library()),
    "class": (binaries.class_file, small_class()),
    "der": (binaries.der, pkcs7(signing.certificate())),
    "program": (machos.mutate, small_program()),
    "text": (texts.rewrite, b"Manifest-Version: 1.0\r\n\r\nName: a\r\n"),
    "bytes": (raw.scribble, b"0123456789" * 50),
    "truncation": (raw.truncate, b"0123456789" * 50),
}
PICKERS = {
    "zip": (zips.pick, signed_app()),
    "block": (blocks.pick, signing_block()),
    "axml": (chunks.pick, MANIFEST),
    "arsc": (chunks.pick, small_table()),
    "dex": (dexes.pick, rich().build()),
    "elf": (binaries.pick_elf, small_library()),
    "class": (binaries.pick_class, small_class()),
    "der": (binaries.pick_der, pkcs7(signing.certificate())),
    "program": (machos.pick, small_program()),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_depends_on_the_seed_alone_and_mostly_changes_something(name: str):
    change, data = CHANGES[name]
    made = [change(dice(seed), data) for seed in range(100)]
    assert made == [change(dice(seed), data) for seed in range(100)]
    assert sum(item != data for item in made) >= 85
    assert len(set(made)) >= 60


@pytest.mark.parametrize("name", CHANGES)
def test_changes_can_be_piled_up(name: str):
    change, data = CHANGES[name]
    for seed in range(20):
        draw, made = dice(seed), data
        for _ in range(6):
            made = change(draw, made)[: 1 << 20]


@pytest.mark.parametrize("name", CHANGES)
@given(data=st.binary(max_size=300), seed=st.integers(0, 1 << 32))
def test_no_change_minds_foreign_bytes(name: str, data: bytes, seed: int):
    assert isinstance(CHANGES[name][0](dice(seed), data), bytes)


@pytest.mark.parametrize("name", PICKERS)
def test_pickers_find_many_fields_that_are_in_the_bytes(name: str):
    pick, data = PICKERS[name]
    found = [pick(dice(seed), data) for seed in range(1_000)]
    inside = [field for field in found if field is not None and 0 <= field.offset <= len(data) - field.width]
    assert len(inside) >= 800
    assert len(set(inside)) >= 30


def test_numbers_are_read_and_written_in_their_order():
    data = bytearray(8)
    write(data, Field(1, 2), 0x1234)
    write(data, Field(4, 4, "big"), -1)
    assert bytes(data) == b"\0\x34\x12\0\xff\xff\xff\xff"
    assert read(data, Field(1, 2)) == 0x1234
    assert (u16(bytes(data), 1), u32(bytes(data), 4), u32(bytes(data), 5), u16(b"", 0)) == (0x1234, 0xFFFFFFFF, 0, 0)


def test_a_field_of_a_record_lies_where_its_widths_say():
    found = {one_of(dice(seed), 100, (2, 4, 1)) for seed in range(50)}
    assert found == {Field(100, 2), Field(102, 4), Field(106, 1)}


def test_poking_writes_into_fields_only():
    for seed in range(200):
        made = poke(dice(seed), bytes(100), lambda *_: Field(40, 4))
        assert len(made) == 100
        assert made[:40] + made[44:] == bytes(96)


def test_poking_what_has_no_fields_changes_nothing():
    assert poke(dice(1), b"abc", lambda *_: None) == b"abc"
    assert poke(dice(1), b"abc", lambda *_: Field(2, 4)) == b"abc"


def test_chunks_are_walked_as_they_are_nested():
    kinds = Counter(chunk.kind for chunk in chunks.walk(small_table()))
    assert (kinds[0x0002], kinds[0x0200], kinds[0x0001]) == (1, 1, 3)
    assert kinds[0x0201] >= 1
    found = chunks.walk(MANIFEST)
    assert found[0] == chunks.Chunk(0, 3, 8, len(MANIFEST), 0)
    assert Counter(chunk.kind for chunk in found)[0x0102] == 4
    assert [chunk.end for chunk in found[1:-1]] == [chunk.offset for chunk in found[2:]]


def test_load_commands_are_walked():
    assert [kind for _, kind, _ in machos.commands(small_program(), 0)] == [0x1B, 0x32, 0x0C, 0x2C, 0x1D]
    assert machos.commands(b"", 0) == []


def test_a_mended_dex_has_the_size_and_the_sums_that_are_true():
    whole = rich().build()
    assert dexes.mended(whole) == whole
    longer = dexes.mended(whole + b"tail")
    assert struct.unpack_from("<I", longer, 0x20)[0] == len(longer)
    assert struct.unpack_from("<I", longer, 8)[0] == zlib.adler32(longer[12:])
    assert dexes.mended(b"short") == b"short"


def test_a_container_comes_back_from_its_parts_as_it_was():
    app = signed_app()
    zipped = zips.take_apart(app)
    assert zipped is not None
    assert zipped.build() == app
    assert zipped.block == signing_block()


def test_entries_come_back_inflated_and_can_be_given_other_bytes():
    for method in (0, 8):
        zipped = zips.take_apart(
            build_zip([Item("a", b"first", method), Item("b", b"second", method)], comment=b"note")
        )
        assert zipped is not None
        assert [zips.content(item) for item in zipped.items] == [b"first", b"second"]
        zipped.items[0] = zips.with_content(zipped.items[0], b"other" * 9)
        again = zips.take_apart(zipped.build())
        assert again is not None
        assert [zips.content(item) for item in again.items] == [b"other" * 9, b"second"]
        assert again.options == {"comment": b"note"}


def test_what_is_no_container_cannot_be_taken_apart():
    assert zips.take_apart(b"") is None
    assert zips.take_apart(b"PK\x05\x06" + bytes(18)) is None
    assert zips.content(Item("a", stream=b"\xff\xff")) == b""


def test_the_block_is_found_and_can_be_replaced():
    app = signed_app()
    start, end = blocks.split(app)
    assert app[start:end] == signing_block()
    assert [number for number, _ in blocks.pairs_of(app[start:end])] == [signing.V2, signing.V3, signing.PADDING]
    bare = blocks.joined(app, start, end, b"")
    assert blocks.split(bare) == (start, start)
    assert blocks.joined(bare, start, start, signing_block()) == app
    assert blocks.split(b"no zip") == (-1, -1)


def test_a_splice_has_bytes_of_both():
    made = {raw.splice(dice(seed), b"a" * 100, b"b" * 100) for seed in range(50)}
    assert sum(b"a" in item and b"b" in item for item in made) > 30
    assert raw.splice(dice(1), b"", b"x") == b"x"


def test_a_truncation_is_a_part():
    for seed in range(50):
        assert raw.truncate(dice(seed), b"0123456789") in b"0123456789"
    assert raw.truncate(dice(1), b"x") == b""
