"""Entry names: printable, and odd in words."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact.names import read_name
from affidavit.facts.inventory import oddity_table


@pytest.mark.parametrize(
    ("raw", "text", "words"),
    [
        (b"classes.dex", "classes.dex", ()),
        ("res/drawable/\u00e4.png".encode(), "res/drawable/\u00e4.png", ()),
        (b"a..b", "a..b", ()),
        (b"..", "..", ("name-traversal",)),
        (b"a/../b", "a/../b", ("name-traversal",)),
        (b"\\server\\share", "\\server\\share", ("name-traversal",)),
        (b"", "", ("name-empty",)),
        (b"a\x00b", "a\\x00b", ("name-nul",)),
        (b"a\x07b\x00", "a\\x07b\\x00", ("name-nul", "name-control")),
        ("\u2066a".encode(), "\\u2066a", ("name-bidi",)),
        (b"\xed\xa0\x80", "\\xed\\xa0\\x80", ("name-not-utf8",)),
        (b"\xc0\xae\xc0\xae/x", "\\xc0\\xae\\xc0\\xae/x", ("name-not-utf8",)),
    ],
)
def test_known_names(raw, text, words):
    assert read_name(raw) == (text, words)


@given(st.binary(max_size=60))
def test_any_bytes_become_text_that_a_terminal_can_be_given(raw):
    text, words = read_name(raw)
    assert text.encode("utf-8").decode("utf-8") == text
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in text)
    assert set(words) <= oddity_table().oddities.keys()


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40))
def test_ordinary_text_comes_out_as_it_went_in(text):
    assert read_name(text.encode())[0] == text


def test_the_longest_names_cost_no_more_than_their_letters():
    started = time.process_time()
    text, words = read_name(b"\\\x01" * 32_000)
    assert (text[:6], set(words)) == ("\\\\x01\\", {"name-control", "name-traversal"})
    for _ in range(100):
        read_name(b"\\\x01" * 32_000)
    assert time.process_time() - started < 30  # what is quadratic takes minutes
