"""Untrusted text becomes visible, bounded and harmless to its neighbours."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.report.text import LIMIT, visible

ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.text("\u202a\u200b\u0301\ud800\x1b\nab", max_size=40)


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


def test_three_combining_marks_are_a_letter_and_the_fourth_is_an_escape():
    assert visible("e\u0301\u0302\u0303") == "e\u0301\u0302\u0303"
    assert visible("e" + "\u0301" * 6) == "e" + "\u0301" * 3 + "\\u0301" * 3


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


def test_format_characters_of_the_general_category_cf_are_escaped():
    """Cf is what Unicode calls them; the set in the module is fixed, so that it does not move with Python's tables."""
    visible_on_purpose = set(range(0x0600, 0x0606)) | {0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD}
    visible_on_purpose |= set(range(0x13430, 0x13440)) | {0xFFF9, 0xFFFA, 0xFFFB}  # number signs, hieroglyph joiners
    missed = [
        f"{code:04x}"
        for code in range(0x110000)
        if unicodedata.category(chr(code)) == "Cf"
        and code not in visible_on_purpose
        and visible(chr(code)) == chr(code)
    ]
    assert not missed
