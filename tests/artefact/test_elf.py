"""ELF files: what the dynamic linker sees is read, agrees with LIEF and readelf, and lies cost only themselves."""

import struct
import zipfile

import lief
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.artefact import elf_symbols
from affidavit.artefact.elf import Elf, read_elf
from affidavit.artefact.elf_reader import Reader
from affidavit.model.limitation import Limitation
from tests.builders.elf import ElfBuilder, android_note, note

NAMES = ["JNI_OnLoad", "Java_com_x_A_run", "plain", "_ZN3foo3barEv", "another"]


def read(**changes) -> Elf:
    options = {"imports": ["dlopen", "__stack_chk_fail"], "exports": NAMES, "needed": ["libc.so", "libm.so"]}
    found = read_elf("lib/x.so", ElfBuilder(**{**options, **changes}).build())
    assert isinstance(found, Elf)
    return found


def kinds(elf: Elf) -> set[str]:
    return {limitation.kind for limitation in elf.limitations}


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("hash_tables", [("gnu",), ("sysv",), ("sysv", "gnu")])
def test_symbols_are_found_without_section_headers(bits, order, hash_tables):
    elf = read(bits=bits, order=order, hash_tables=hash_tables, hidden=["secret"])
    assert elf.symbols.imports == ("dlopen", "__stack_chk_fail")
    assert sorted(elf.symbols.exports) == sorted(NAMES)
    assert elf.symbols.counted_by == ("hash" if "sysv" in hash_tables else "gnu-hash")
    assert (elf.bits, elf.big_endian, elf.needed) == (bits, order == ">", ("libc.so", "libm.so"))
    assert elf.limitations == ()


def test_without_a_hash_table_the_section_gives_the_count():
    elf = read(hash_tables=(), sections=["dynsym"])
    assert elf.symbols.counted_by == "section"
    assert sorted(elf.symbols.exports) == sorted(NAMES)


def test_without_any_count_the_space_is_taken_and_said():
    elf = read(hash_tables=())
    assert elf.symbols.counted_by == "space"
    assert sorted(elf.symbols.exports) == sorted(NAMES)
    assert kinds(elf) == {"native/no-symbol-count"}


def test_a_gnu_hash_table_without_exports_still_gives_the_imports():
    elf = read(exports=[])
    assert (elf.symbols.imports, elf.symbols.exports) == (("dlopen", "__stack_chk_fail"), ())


@pytest.mark.parametrize(
    ("machine", "bits", "abi"),
    [
        (183, 64, "arm64-v8a"),
        (40, 32, "armeabi-v7a"),
        (3, 32, "x86"),
        (62, 64, "x86_64"),
        (243, 64, "riscv64"),
        (2, 32, "machine-2"),
    ],
)
def test_the_machine_tells_the_abi(machine, bits, abi):
    assert read(machine=machine, bits=bits).abi == abi


@pytest.mark.parametrize(
    ("tags", "relro", "expected"),
    [
        ([], True, "partial"),
        ([(24, 0)], True, "full"),
        ([(30, 8)], True, "full"),
        ([(0x6FFFFFFB, 1)], True, "full"),
        ([(30, 8)], False, ""),
        ([(30, 4)], True, "partial"),
    ],
)
def test_relro_is_full_only_when_symbols_are_bound_at_once(tags, relro, expected):
    assert read(tags=tags, relro=relro).relro == expected


@pytest.mark.parametrize(("stack", "nx"), [(6, True), (7, False), (None, False)])
def test_nx_needs_a_stack_segment_that_is_not_executable(stack, nx):
    assert read(stack=stack).nx is nx


@pytest.mark.parametrize(("tags", "textrel"), [([], False), ([(22, 0)], True), ([(30, 4)], True)])
def test_text_relocations_are_told(tags, textrel):
    assert read(tags=tags).textrel is textrel


def test_names_of_the_dynamic_section_are_read():
    elf = read(soname="libx.so", runpath="/data/local/tmp")
    assert (elf.soname, elf.rpath) == ("libx.so", "/data/local/tmp")


def test_a_static_symbol_table_means_not_stripped():
    assert read().stripped
    assert not read(sections=["symtab"]).stripped


@pytest.mark.parametrize("order", ["<", ">"])
def test_notes_give_build_id_and_ndk(order):
    notes = note(b"GNU", 3, bytes(range(20)), order) + android_note(21, "r21e", order)
    elf = read(order=order, notes=notes)
    assert (elf.build_id, elf.android_api, elf.ndk) == (bytes(range(20)).hex(), 21, "r21e")


def test_an_odd_ndk_name_is_not_taken():
    assert read(notes=android_note(21, "\x1b[31m evil")).ndk == ""


def test_position_independence_is_told_by_the_type():
    assert read(kind=3).position_independent
    assert not read(kind=2).position_independent


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"#!/bin/sh\n", b"\x7fELG" + bytes(100)])
def test_what_is_not_elf_is_said(data):
    found = read_elf("lib/x.so", data)
    assert isinstance(found, Limitation)
    assert (found.kind, found.place.entry) == ("native/not-elf", "lib/x.so")


@pytest.mark.parametrize("data", [b"\x7fELF", b"\x7fELF\x02\x01" + bytes(50), b"\x7fELF\x03\x01" + bytes(90)])
def test_a_header_that_cannot_be_read_is_said(data):
    found = read_elf("lib/x.so", data)
    assert isinstance(found, Limitation)
    assert found.kind == "native/bad-header"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"sizes": {"segments": 60_000}}, "native/truncated-segment-table"),
        ({"sizes": {"symbols": 900_000}, "hash_tables": ("sysv",)}, "native/truncated-symbol-table"),
        ({"sizes": {"symbols": 0xFFFFFFFF}, "hash_tables": ("sysv",)}, "native/many-symbols"),
        ({"sizes": {"strings": 3}}, "native/bad-name"),
        ({"sizes": {"buckets": 0x7FFFFFFF}}, "native/bad-hash-table"),
        ({"dynamic_address": 0x7000000}, "native/bad-dynamic"),
        ({"notes": note(b"GNU", 3, bytes(20))[:-8] + b"\xff" * 4}, "native/bad-note"),
        ({"tags": [(6, 1)]}, "native/bad-symbol-table"),
        ({"notes": note(b"GNU", 3, b"") * 2_000}, "native/many-notes"),
    ],
)
def test_lies_are_said_and_cost_only_themselves(changes, kind):
    elf = read(**changes)
    assert kind in kinds(elf)
    assert len(elf.symbols.exports) <= 1_000


def test_a_symbol_table_outside_all_segments_is_said():
    elf = read(tags=[(6, 0x10)])
    assert (elf.symbols.imports, elf.symbols.exports) == ((), ())
    assert kinds(elf) == {"native/bad-symbol-table"}


def test_of_repeated_tags_the_last_counts_as_in_the_linker():
    elf = read(tags=[(5, 0x10)])
    assert "native/bad-symbol-table" in kinds(elf)


def test_needed_libraries_are_bounded():
    elf = read(needed=["libc.so"] * 3_000)
    assert len(elf.needed) == 1_024
    assert "native/many-needed" in kinds(elf)


def test_long_names_are_cut():
    elf = read(exports=["x" * 5_000])
    assert [len(name) for name in elf.symbols.exports] == [1_024]


def test_names_that_are_not_utf8_come_out_as_escapes():
    data = ElfBuilder(exports=["name"]).build().replace(b"name\0", b"\xff\x1bme\0")
    found = read_elf("x", data)
    assert isinstance(found, Elf)
    assert found.symbols.exports[0].startswith("\\xff")
    found.symbols.exports[0].encode("utf-8")


WHOLE = ElfBuilder(
    imports=["a", "bb"], exports=NAMES, needed=["libc.so"], sections=["dynsym"], notes=android_note(21, "r21")
).build()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=5))
def test_damaged_bytes_never_raise(changes):
    data = bytearray(WHOLE)
    for at, value in changes:
        data[at] = value
    found = read_elf("x", bytes(data))
    if isinstance(found, Elf):
        for name in (*found.symbols.imports, *found.symbols.exports, *found.needed, found.soname, found.ndk):
            name.encode("utf-8")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(64, len(WHOLE) - 1), st.sampled_from([0, 1, 65, 255])), max_size=12))
def test_names_in_bulk_are_those_read_one_by_one(changes):
    data = bytearray(WHOLE)
    for at, value in changes:
        data[at] = value
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(elf_symbols, "_plain_names", lambda *_: None)
        slow = read_elf("x", bytes(data))
    assert read_elf("x", bytes(data)) == slow


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(WHOLE)))
def test_a_truncated_file_never_raises(size):
    read_elf("x", WHOLE[:size])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text("abcdefXYZ_0", min_size=1, max_size=9), unique=True, max_size=30),
    st.lists(st.text("ghijk", min_size=1, max_size=6), unique=True, max_size=20),
    st.sampled_from([("gnu",), ("sysv",)]),
    st.sampled_from([32, 64]),
)
def test_every_symbol_is_found(exports, imports, hash_tables, bits):
    elf = read(exports=exports, imports=imports, hash_tables=hash_tables, bits=bits)
    assert sorted(elf.symbols.exports) == sorted(exports)
    assert list(elf.symbols.imports) == imports


def lief_view(binary: lief.ELF.Binary) -> dict[str, object]:
    """What LIEF says, in the reader's terms."""
    symbols = [symbol for symbol in binary.dynamic_symbols if symbol.name]
    tags = {entry.tag for entry in binary.dynamic_entries}
    return {
        "needed": tuple(str(name) for name in binary.libraries),
        "imports": sorted(str(symbol.name) for symbol in symbols if symbol.shndx == 0),
        "exports": len([symbol for symbol in symbols if symbol.shndx != 0 and exported(symbol)]),
        "nx": binary.has_nx,
        "machine": int(binary.header.machine_type),
        "textrel": lief.ELF.DynamicEntry.TAG.TEXTREL in tags,
    }


def exported(symbol: lief.ELF.Symbol) -> bool:
    hidden = {lief.ELF.Symbol.VISIBILITY.HIDDEN, lief.ELF.Symbol.VISIBILITY.INTERNAL}
    return symbol.binding != lief.ELF.Symbol.BINDING.LOCAL and symbol.visibility not in hidden


def agree(data: bytes, name: str) -> None:
    elf = read_elf(name, data)
    binary = lief.ELF.parse(list(data))
    assert isinstance(elf, Elf), name
    assert binary is not None
    found = {
        "needed": elf.needed,
        "imports": sorted(elf.symbols.imports),
        "exports": len(elf.symbols.exports),
        "nx": elf.nx,
        "machine": elf.machine,
        "textrel": elf.textrel,
    }
    expected = lief_view(binary)
    expected["textrel"] = expected["textrel"] or elf.textrel
    assert found == expected, name
    assert elf.limitations == (), name


@pytest.mark.parametrize("bits", [32, 64])
def test_a_built_file_reads_the_same_in_lief(bits):
    agree(
        ElfBuilder(bits=bits, imports=["a", "b"], exports=NAMES, needed=["libc.so"], hash_tables=("sysv",)).build(),
        "built",
    )


@pytest.mark.corpus
def test_real_libraries_read_the_same_in_lief(corpus):
    apps = [
        corpus / "realapps/8vim/fdroid__repo__8vim_rc_v0.14.0-rc.3.apk",
        corpus / "realapps/androwarn/_SampleApplication__bin__SampleApplication.apk",
        corpus / "constituent/renamed/react-native-32.0.0.aar",
        corpus / "bundles/aar/bugsnag-plugin-android-anr-6.25.0.aar",
    ]
    count = 0
    for app in apps:
        with zipfile.ZipFile(app) as container:
            for name in container.namelist():
                if name.endswith(".so") and container.getinfo(name).file_size < 1_200_000:
                    agree(container.read(name), name)
                    count += 1
    assert count >= 20


def test_segments_are_bounded():
    data = ElfBuilder(imports=["a"], exports=NAMES, sizes={"segments": 3_000}).build() + bytes(3_000 * 56)
    found = read_elf("x", data)
    assert isinstance(found, Elf)
    assert "native/many-segments" in kinds(found)
    assert sorted(found.symbols.exports) == sorted(NAMES)


def test_records_of_the_dynamic_section_are_bounded():
    elf = read(tags=[(0x7000_0001, 0)] * 70_000)
    assert kinds(elf) == {"native/many-dynamic"}
    assert sorted(elf.symbols.exports) == sorted(NAMES)


def test_of_two_segments_for_one_address_the_one_that_is_in_the_file_counts():
    reader = Reader("x", bytes(100), 64, "<", [(0, 90, 50), (20, 10, 30)])
    assert reader.loaded(5) == (95, 5)
    assert reader.loaded(25) == (15, 25)
    assert (reader.loaded(60), reader.offset_of(60)) == ((-1, 0), -1)


def test_a_table_of_no_symbols_names_none():
    elf = read(hash_tables=("sysv",), sizes={"symbols": 0})
    assert (elf.symbols.imports, elf.symbols.exports, elf.symbols.counted_by) == ((), (), "hash")


def test_names_are_bounded_together(monkeypatch):
    monkeypatch.setattr(elf_symbols, "_MAX_TEXT", 1 << 20)
    elf = read(exports=[f"{number}" + "é" * 500 for number in range(2_500)])
    assert "native/long-names" in kinds(elf)
    assert 2_000 < len(elf.symbols.exports) < 2_500


def test_a_chain_of_hashes_that_does_not_end_in_the_file_is_said():
    data = bytearray(ElfBuilder(exports=["plain"]).build())
    table = data.index(struct.pack("<IIIIQ", 1, 1, 1, 5, 0))  # one bucket; symbols from 1 on; one empty Bloom word
    struct.pack_into("<I", data, table + 24, 0x00FF_FFFF)
    found = read_elf("x", bytes(data))
    assert isinstance(found, Elf)
    assert kinds(found) >= {"native/bad-hash-table", "native/no-symbol-count"}
    assert found.symbols.exports == ("plain",)
