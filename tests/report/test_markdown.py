"""Markdown is read back with a parser: nothing from the app has become structure."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from affidavit.model.bundle import Affidavit
from affidavit.report.markdown import ROWS, code, escape, render_markdown
from tests.report.accounts import MARK, PAYLOADS, crowded, full_affidavit, poisoned

PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")
HARMLESS = {
    "heading_open", "heading_close", "inline", "paragraph_open", "paragraph_close", "bullet_list_open",
    "bullet_list_close", "list_item_open", "list_item_close", "table_open", "table_close", "thead_open", "thead_close",
    "tbody_open", "tbody_close", "tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close",
}  # fmt: skip
INSIDE = {"text", "code_inline", "strong_open", "strong_close", "softbreak", "text_special"}


def shape(account: Affidavit) -> list[str]:
    """The block structure of the document; every inline token is checked to be text or code."""
    made = []
    for token in PARSER.parse(render_markdown(account)):
        assert token.type in HARMLESS, token
        made.append(token.type + token.tag)
        assert {child.type for child in token.children or ()} <= INSIDE, token.content
    return made


def inline(text: str) -> list[tuple[str, str]]:
    (_, token, _) = PARSER.parse(text)
    return [(child.type, child.content) for child in token.children]


@pytest.mark.parametrize("name", PAYLOADS)
def test_hostile_text_changes_no_structure(name):
    neutral = shape(poisoned(full_affidavit(), "harmless"))
    assert shape(poisoned(full_affidavit(), PAYLOADS[name])) == neutral


@pytest.mark.parametrize("name", PAYLOADS)
def test_hostile_text_is_still_there_to_be_read(name):
    assert MARK[0] in render_markdown(poisoned(full_affidavit(), PAYLOADS[name]))


@settings(max_examples=60)
@given(st.text(alphabet="`\\| <>[]()*_#&;:/.@~!a1\n\u202e", max_size=30))
def test_a_code_span_holds_any_text(text):
    found = inline("x " + code(text) + " y")
    assert [kind for kind, _ in found] == ["text", "code_inline", "text"]
    assert (found[0][1], found[2][1]) == ("x ", " y")


@settings(max_examples=60)
@given(st.text(alphabet="`\\| <>[]()*_#&;:/.~!a1", min_size=1, max_size=30).filter(str.strip))
def test_escaped_text_reads_as_itself(text):
    found = inline("x" + escape(text) + "y")
    assert {kind for kind, _ in found} <= {"text", "text_special"}
    assert "".join(content for _, content in found) == f"x{text}y"


def test_an_at_sign_mentions_nobody():
    assert inline(escape("ask @someone"))[1] == ("code_inline", "@")
    assert inline(escape("ask @@all"))[1] == ("code_inline", "@@")


def test_the_command_in_it_is_quoted_for_a_shell():
    text = render_markdown(poisoned(full_affidavit(), "x; rm -rf ~"))
    assert "`affidavit verify 'x; rm -rf ~.affidavit' --artefact 'x; rm -rf ~'`" in text


def test_a_pipe_ends_no_cell():
    assert "|" not in code("a|b|c")


def test_long_lists_are_cut_and_counted():
    text = render_markdown(crowded(ROWS + 50))
    assert f"The first {ROWS} of " in text
    assert text.count("gap ") == ROWS


def test_a_reader_finds_answer_grade_place_and_how_to_check():
    text = render_markdown(full_affidavit())
    assert "| Can it learn where the device is\\? | **shown** | flows |" in text
    assert "`classes.dex @ 4242 Lcom/example/tracker/Here;->find(Landroid/content/Context;)V +0x0011`" in text
    assert "`affidavit verify example.apk.affidavit --artefact example.apk`" in text
