"""What native files are recognised by."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.identity.code.native import of_native
from affidavit.identity.code.tokens import Kind, kind_of, token
from tests.builders.ar import archive
from tests.builders.elf import ElfBuilder

SHARED = Path(__file__).parents[4] / "shared" / "data"


def kinds(data: bytes) -> set[Kind]:
    return {kind_of(int(item)) for item in of_native("lib.so", data).tokens}


def library(**more) -> bytes:
    return ElfBuilder(imports=["malloc"], exports=["Java_com_example_run"], **more).build() + b"\0a string of ours\0"


def test_symbols_and_strings_are_tokens():
    found = set(of_native("lib.so", library()).tokens.tolist())
    assert token(Kind.SYMBOL, b"<malloc") in found
    assert token(Kind.SYMBOL, b">Java_com_example_run") in found
    assert token(Kind.NATIVE_STRING, b"a string of ours") in found
    assert token(Kind.NATIVE_STRING, b"Java_com_example_run") not in found, "a symbol is not counted twice"


def test_the_name_of_the_file_says_nothing():
    one, two = of_native("liba.so", library()), of_native("libb.so", library())
    assert one.tokens.tolist() == two.tokens.tolist()


def test_an_archive_has_the_tokens_of_its_members():
    whole = of_native("lib.a", archive([("a.o", library()), ("b.o", library())]))
    assert whole.tokens.tolist() == of_native("a.o", library()).tokens.tolist()


def test_what_is_no_native_file_has_no_tokens_and_says_why():
    found = of_native("lib.so", b"nothing of the kind")
    assert not len(found.tokens)
    assert found.limitations


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data):
    for magic in (b"\x7fELF\x02\x01", b"!<arch>\n", b"\xcf\xfa\xed\xfe", b""):
        of_native("x", magic + data)


def windows_by_hand(words: list[int]) -> int:
    """How many windows of ten there are that differ: the slow, obvious twin counts them unsampled."""
    return len({tuple(words[at : at + 10]) for at in range(len(words) - 9)})


def test_registers_and_distances_do_not_change_windows(monkeypatch):
    monkeypatch.setattr("affidavit.identity.code.native._SAMPLE", 2)
    from affidavit.identity.code.native import _windows

    operations = np.random.default_rng(1).integers(0, 1 << 11, 200).tolist()
    plain = [item for item in operations if (item >> 5) & 0x1F != 5]
    code = struct.pack(f"<{len(plain)}I", *(item << 21 for item in plain))
    other = struct.pack(f"<{len(plain)}I", *((item << 21) | (at * 77 & 0x1FFFFF) for at, item in enumerate(plain)))
    assert _windows(code).tolist() == _windows(other).tolist()
    assert len(_windows(code)) == pytest.approx(windows_by_hand(plain) / 2, rel=0.3)


@pytest.mark.corpus
def test_builds_of_one_library_for_two_processors_share_more_than_two_libraries_do():
    import zipfile

    with zipfile.ZipFile(SHARED / "constituent" / "renamed" / "react-native-32.0.0.aar") as file:
        found = {name: of_native(name, file.read(name)).tokens for name in file.namelist() if name.endswith(".so")}

    def common(one: str, two: str) -> float:
        first, second = found[f"jni/{one}.so"], found[f"jni/{two}.so"]
        return len(np.intersect1d(first, second)) / min(len(first), len(second))

    assert common("x86/libyoga", "armeabi-v7a/libyoga") > 2 * common("x86/libyoga", "armeabi-v7a/libglog")
