"""Facts about native libraries: hardening, JNI, notable imports, bounded and neutral."""

import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.facts.native import count_strings, extract, notable_imports
from affidavit.model.fact import Fact
from affidavit.model.identity import BuildTool
from affidavit.model.limitation import Limitation
from affidavit.model.native import NativeLibrary
from tests.builders.elf import ElfBuilder, android_note

PATH = "lib/arm64-v8a/libx.so"


def facts(data: bytes, path: str = PATH) -> tuple[list[Fact], list[Limitation]]:
    limitations: list[Limitation] = []
    return list(extract(path, data, limitations)), limitations


def library(path: str = PATH, **changes) -> NativeLibrary:
    found, limitations = facts(ElfBuilder(**changes).build(), path)
    assert limitations == []
    assert isinstance(found[0].what, NativeLibrary)
    return found[0].what


def test_a_library_is_one_fact_at_its_first_byte():
    found, _ = facts(ElfBuilder(imports=["dlopen"], needed=["libc.so"], soname="libx.so").build())
    assert len(found) == 1
    assert (found[0].place.entry, found[0].place.offset, found[0].extractor) == (PATH, 0, "native/1")
    what = found[0].what
    assert (what.name, what.soname, what.needed, what.abi, what.bits, what.format) == (
        "libx.so",
        "libx.so",
        ("libc.so",),
        "arm64-v8a",
        64,
        "elf",
    )


def test_hardening_words_are_those_that_hold():
    hardened = library(imports=["__stack_chk_fail", "__memcpy_chk"], tags=[(30, 8)])
    assert hardened.hardening == ("canary", "fortify", "nx", "pie", "relro-full", "stripped")
    weak = library(relro=False, stack=7, tags=[(22, 0)], runpath="/data/x", sections=["symtab"], kind=2)
    assert weak.hardening == ("rpath", "text-relocations")


def test_the_canary_alone_is_not_fortify():
    assert "fortify" not in library(imports=["__stack_chk_fail"]).hardening


def test_jni_names_are_sorted_bounded_and_counted():
    names = [f"Java_com_x_A_m{number:03}" for number in range(100)]
    found = library(exports=[*names, "JNI_OnLoad", "other"])
    assert found.jni_count == 100
    assert found.jni == tuple(names[:64])
    assert found.registers_natives
    assert not library(exports=["other"]).registers_natives


def test_notable_imports_are_named_and_others_counted():
    found = library(imports=["system", "malloc", "ptrace", "dlopen", "free"])
    assert found.notable_imports == ("dlopen", "ptrace", "system")
    assert found.imports == 5


def test_an_export_of_a_notable_name_is_no_import():
    assert library(exports=["system"]).notable_imports == ()


def test_every_notable_import_has_a_reason_and_one_group():
    names = notable_imports()
    assert len(names) > 60
    assert all(group.why and group.id for group in names.values())
    listed = [name for group in {group.id: group for group in names.values()}.values() for name in group.names]
    assert len(listed) == len(set(listed))
    for name in ("dlopen", "system", "execve", "ptrace", "mprotect", "socket", "connect", "fork", "inotify_add_watch"):
        assert name in names


def test_32_bit_arm_takes_the_older_abi_from_its_folder():
    assert library("lib/armeabi/libx.so", machine=40, bits=32).abi == "armeabi"
    assert library("lib/armeabi-v7a/libx.so", machine=40, bits=32).abi == "armeabi-v7a"
    assert library("lib/armeabi/libx.so").abi == "arm64-v8a"


def test_big_endian_is_stated():
    assert library(order=">").format == "elf-be"


def test_the_ndk_is_a_build_tool():
    found, _ = facts(ElfBuilder(notes=android_note(21, "r23b")).build())
    assert found[1].what == BuildTool("ndk", "r23b", "ELF note Android: NDK r23b, API level 21")


def test_what_is_not_elf_is_a_limitation_and_no_fact():
    found, limitations = facts(b"not a library")
    assert found == []
    assert [item.kind for item in limitations] == ["native/not-elf"]


def test_limitations_of_the_reader_are_handed_on():
    _, limitations = facts(ElfBuilder(dynamic_address=1 << 40).build())
    assert [item.kind for item in limitations] == ["native/bad-dynamic"]


def test_long_names_are_bounded_in_facts():
    found = library(needed=["n" * 2_000], exports=["Java_" + "x" * 2_000])
    assert [len(names) for names in (found.needed, found.jni)] == [1, 1]
    assert all(len(name) < 300 for name in (*found.needed, *found.jni))


def slow_count(data: bytes) -> int:
    return len(re.findall(rb"[\x20-\x7e]{6,}", data))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([b"abcdef", b"ab", b"\0", b"\x7f", b"~ ~ ~ ~", b"\n"]), max_size=30), st.integers(1, 9))
def test_strings_are_counted_as_a_pattern_would(parts, chunk):
    import affidavit.facts.native as module

    data = b"".join(parts)
    before, module._CHUNK = module._CHUNK, chunk
    try:
        assert count_strings(data) == slow_count(data)
    finally:
        module._CHUNK = before


@pytest.mark.corpus
def test_real_libraries_give_facts_without_limitations(corpus):
    path = corpus / "constituent/renamed/react-native-32.0.0.aar"
    with zipfile.ZipFile(path) as container:
        names = [name for name in container.namelist() if name.endswith(".so")]
        for name in names:
            found, limitations = facts(container.read(name), name)
            assert limitations == []
            assert found[0].what.strings == slow_count(container.read(name))
            assert found[0].what.abi == name.split("/")[1]
            assert {"nx", "pie"} <= set(found[0].what.hardening)
    assert len(names) >= 16
