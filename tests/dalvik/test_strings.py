"""Text of string tables: what can be shown is shown, and all of it can be written as UTF-8."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.strings import DexStrings, decode_mutf8, raw_strings, texts
from tests.builders.dex import DexBuilder, mutf8
from tests.oracles.dex import text_of


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"plain", "plain"),
        (b"\xc3\xa9t\xc3\xa9", "été"),
        (b"a\xc0\x80b", "a\0b"),
        (b"\xed\xa0\xbd\xed\xb8\x80", "😀"),
        (b"\xf0\x9f\x98\x80", "😀"),
        (b"\xed\xa0\x80", "\\ud800"),
        (b"x\xed\xb0\x80\xed\xa0\x80", "x\\udc00\\ud800"),
        (b"\xed\xa0\x80\xc0\x80", "\\ud800\0"),
        (b"\xff\xfe", "\\xff\\xfe"),
        (b"ok\xc3", "ok\\xc3"),
    ],
)
def test_known_texts(raw: bytes, text: str):
    assert decode_mutf8(raw) == text


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_every_text_comes_back_with_lone_surrogates_as_escapes(text: str):
    decoded = decode_mutf8(mutf8(text))
    assert decoded == text_of(mutf8(text))
    decoded.encode()


@given(st.binary())
def test_any_bytes_decode_to_something_that_can_be_written(raw: bytes):
    decode_mutf8(raw).encode()


def test_the_table_gives_text_bytes_and_place():
    data = DexBuilder().add_strings("http://a/", "é").build()
    strings = read_dex("assets/x.dex", data).strings
    index = [strings[row] for row in range(len(strings))].index("é")
    assert strings.raw(index) == "é".encode()
    entry, offset = strings.place(index)
    assert entry == "assets/x.dex"
    assert data[offset : offset + 3] == "é\0".encode()


def test_an_index_out_of_range_is_empty():
    strings = read_dex("x", DexBuilder().add_strings("a").build()).strings
    for index in (-1, 1, 10**9):
        assert strings[index] == ""
        assert strings.raw(index) == b""
        assert strings.place(index) == ("x", -1)


def test_the_blob_holds_every_string_at_its_bounds():
    texts = sorted(["", "a", "bb", "é😀"])
    strings = read_dex("x", DexBuilder().add_strings(*texts).build()).strings
    blob, begins, ends = strings.blob()
    assert [bytes(blob[b:e]) for b, e in zip(begins.tolist(), ends.tolist(), strict=True)] == [mutf8(t) for t in texts]
    assert begins.dtype == ends.dtype == np.int32


def test_a_table_of_nothing():
    empty = np.zeros(0, np.int64)
    strings = DexStrings("x", memoryview(b""), empty, empty)
    assert len(strings) == 0
    assert strings[0] == ""


def test_many_texts_at_once_are_those_one_by_one():
    strings = read_dex("x", DexBuilder().add_strings("a", "é", "\0", "\ud800").build()).strings
    rows = np.array([3, -1, 0, 1, 2], np.int32)
    assert texts(strings, rows) == [strings[int(row)] for row in rows]
    assert list(raw_strings(strings, rows)) == [strings.raw(int(row)) for row in rows]
    empty = np.zeros(0, np.int64)
    assert texts(DexStrings("x", memoryview(b""), empty, empty), np.array([-1], np.int32)) == [""]
