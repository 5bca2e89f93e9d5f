"""Columns: lines fit, nothing is lost, and a second implementation breaks them at the same places."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from affidavit.report.columns import NARROWEST, Page, cells_of, wrapped
from tests.oracles import columns as oracle

ASCII = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=200)
WIDE = st.text(st.sampled_from("ab é日本語한글ｆ e\u0301"), max_size=100)
WIDTHS = st.integers(2, 90)


@given(ASCII, WIDTHS)
@example("aaaaaaaa next", 4)
@example("a  b" * 20, 7)
@example("x" * 500, 66)
def test_lines_break_where_rich_breaks_them(text, width):
    assert wrapped(text, width) == oracle.wrapped(text, width)


@given(WIDE, WIDTHS)
def test_wide_and_combining_characters_never_pass_the_width(text, width):
    lines = wrapped(text, width)
    assert all(cells_of(line) <= width for line in lines)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    "text", ["", "plain", "é “quoted” …", "日本語", "한글", "ｆｕｌｌ", "e\u0301", "Привет", "🙂", "עברית"]
)
def test_cells_are_counted_as_rich_counts_them(text):
    assert cells_of(text) == oracle.cells_of(text)


def test_cells_stand_side_by_side_and_wrap_under_themselves():
    page = Page(30, colour=False)
    page.row([("label", 8, "bold"), ("one two three four five", 10, "")])
    assert page.text() == "label     one two\n          three four\n          five\n"


def test_an_empty_cell_keeps_its_place():
    page = Page(30, colour=False)
    page.row([("a", 3, ""), ("", 3, "dim"), ("c", 3, "")])
    assert page.text() == "a         c\n"


def test_styles_are_codes_around_the_text_alone():
    page = Page(30, colour=True)
    page.row([("a", 3, "bold"), ("b", 3, "")])
    page.paragraph("c", "dim", indent=2)
    assert page.text() == "\x1b[1ma\x1b[0m    b\n  \x1b[2mc\x1b[0m\n"


def test_what_is_meant_to_be_copied_is_not_wrapped():
    page = Page(10, colour=False)
    page.line("x" * 50)
    assert page.text() == "x" * 50 + "\n"


@pytest.mark.parametrize(
    "put",
    [
        lambda page, text: page.line(text),
        lambda page, text: page.paragraph(text, "bold"),
        lambda page, text: page.row([(text, 30, "dim"), (text, 30, "")]),
        lambda page, text: page.pieces([("a", ""), (text, "red")]),
    ],
)
def test_whatever_a_page_shows_was_made_visible(put):
    page = Page(80, colour=False)
    put(page, "a\x1b[2J\u202eb")
    assert "a\\u001b[2J\\u202eb" in page.text()
    assert page.text().replace("\n", "").isprintable()


def test_pieces_stand_one_behind_the_other_each_in_its_style():
    page = Page(10, colour=True)
    page.pieces([("name ", ""), ("####", "red"), ("~~~~~~~~", "cyan")])
    assert page.text() == "name \x1b[31m####\x1b[0m\x1b[36m~~~~~~~~\x1b[0m\n"


def test_the_last_cell_gets_what_the_others_leave_and_never_less_than_is_readable():
    assert Page(80, colour=False).beside(10, 8) == 80 - 10 - 2 - 8 - 2
    assert Page(30, colour=False).beside(14, 14) == NARROWEST
