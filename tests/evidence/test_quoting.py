"""Text from outside cannot move the cursor, turn the line round or fill the screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.evidence.quoting import LONGEST, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("facts.json", "facts.json"),
        ("é ü 漢字 😀 'quoted' \\x", "é ü 漢字 😀 'quoted' \\x"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines\r", "two\\nlines\\r"),
        ("\u202egnp.exe\u2066", "\\u202egnp.exe\\u2066"),
        ("\ud800", "\\ud800"),
        ("a" * 1000, "a" * LONGEST + "…"),
    ],
)
def test_what_is_shown(text, shown):
    assert plain(text) == shown


@given(st.text())
def test_what_is_shown_is_printable_bounded_and_stays_when_shown_again(text):
    once = plain(text, 20)
    assert once.isprintable()
    assert len(once) <= 20 * 10 + 1
    assert plain(once, 1_000) == once
    assert once.encode().decode() == once
