"""Untrusted text becomes visible, bounded and harmless to its neighbours."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.report.text import HIDDEN, LIMIT, visible
from tests.oracles.visible import hidden, shown

ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.text("\u202a\u200b\u0301\ud800\x1b\nab", max_size=40)
MARKS = st.text(st.characters(categories=("Mn", "Me", "Mc", "Ll", "So", "Cf")), max_size=20)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, 漢字 and é", "plain text, 漢字 and é"),
        ("", ""),
        ("a\x00b", "a\\u0000b"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("two\r\nlines\tand tab", "two\\u000d\\u000alines\\u0009and tab"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("\u2066a\u2069", "\\u2066a\\u2069"),
        ("pay\u200bpal", "pay\\u200bpal"),
        ("a\u2028b\u2029c\u0085d", "a\\u2028b\\u2029c\\u0085d"),
        ("\ud800", "\\ud800"),
        ("\udc00x", "\\udc00x"),
        ("\ufeffbom", "\\ufeffbom"),
        ("\U000e0041", "\\U000e0041"),
        ("soft\u00adhyphen", "soft\\u00adhyphen"),
        ("\ue000", "\\ue000"),
        ("back\\slash", "back\\slash"),
        ("😀", "😀"),
        ("\u3164", "\\u3164"),
    ],
)
def test_hidden_characters_become_escapes(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize("mark", ["\u0301", "\u0e47", "\u0f72", "\u064e", "\u20dd", "\U0001e8d0"])
def test_three_combining_marks_are_a_letter_and_the_fourth_is_an_escape(mark):
    assert visible("e" + mark * 3) == "e" + mark * 3
    assert visible("e" + mark * 6) == shown("e" + mark * 6)
    assert visible("e" + mark * 6).startswith("e" + mark * 3 + "\\")


def test_a_mark_at_the_beginning_is_not_drawn_over_what_stands_before():
    assert visible("\u0338shown") == "\\u0338shown"
    assert visible("\U0001f600\u20e0") == "\U0001f600\u20e0"


@given(ANY_TEXT | MARKS, st.integers(0, 50))
def test_the_slow_reading_shows_the_same(text, limit):
    assert visible(text, limit) == shown(text, limit)


def test_the_set_of_hidden_characters_is_what_unicode_calls_them():
    """The set in the module is fixed, so that it does not move with Python's tables; here the two are compared."""
    differ = [f"{code:04x}" for code in range(0x110000) if bool(HIDDEN.match(chr(code))) != hidden(chr(code))]
    assert not differ


def test_long_text_is_cut_and_says_by_how_much():
    assert visible("x" * (LIMIT + 1)) == "x" * LIMIT + "…(+1)"
    assert visible("x" * LIMIT) == "x" * LIMIT
    assert visible("abcdef", 2) == "ab…(+4)"


@given(ANY_TEXT)
def test_no_character_that_hides_or_turns_text_survives(text):
    shown = visible(text)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cs", "Zl", "Zp", "Co"}
    assert not {unicodedata.bidirectional(char) for char in shown} & {
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    }
    shown.encode("utf-8")


@given(ANY_TEXT)
def test_what_needs_no_escape_stays_as_it_is_and_a_second_pass_changes_nothing(text):
    shown = visible(text)
    assert visible(shown) == shown or len(shown) > LIMIT
    if text.isascii() and text.isprintable() and len(text) <= LIMIT:
        assert shown == text


@given(ANY_TEXT, st.integers(1, 50))
def test_the_length_is_bounded(text, limit):
    assert len(visible(text, limit)) <= 10 * limit + len("…(+)") + 7
