"""Two apps compared, for a reader: every level has its meaning, texts of apps stay texts, JSON loses nothing."""

import json
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import convert
from msgspec.structs import replace

from affidavit.identity.likeness import cuts
from affidavit.model.likeness import Level, Likeness, Line, Share
from affidavit.report.likeness import as_json, as_text
from affidavit.report.text import HIDDEN

SIGNER = Line("signer", "same", "one key signed both")
NATIVE = Line("native", "partly", "1 of 2 files", Share(1, 2, 2, ("lib/libx.so", "lib/liby.so")))
DOES = Line("permissions", "partly", "both ask for the location")
LIKE = Likeness("derivative", "of the own code, 90% and 40%", 0.9, 0.4, 0.85, 0.333, 5, (SIGNER, NATIVE), (DOES,))
HOSTILE = "a\x1b[31m\nOwn code: same code\u202e\u2028b"


@pytest.mark.parametrize("level", get_args(Level))
def test_every_level_is_said_with_its_meaning_in_both_forms(level):
    what = replace(LIKE, level=level)
    means = json.loads(as_json("a", "b", what))["means"]
    assert f"  Own code     {level}: {means}\n" in as_text("a", "b", what)


@pytest.mark.parametrize("level", get_args(Level))
def test_no_level_promises_that_there_is_nothing(level):
    said = as_text("a", "b", replace(LIKE, level=level)).lower()
    assert not [word for word in ("safe", "clean", "illegal", "unrelated apps.", "no relation") if word in said]


def test_not_shown_is_no_proof_of_absence():
    assert "not proof that there is none" in as_text("a", "b", replace(LIKE, level="not shown"))


def test_each_direction_has_its_number_with_strings_and_without():
    lines = as_text("a", "b", LIKE).splitlines()
    assert "    all kinds         90.0% of the first is in the second,  40.0% of the second in the first" in lines
    assert "    without strings   85.0% and  33.3%" in lines


def test_function_stands_below_the_sentence_that_it_is_not_common_code():
    text = as_text("a", "b", LIKE)
    other, function = text.index("Other lines of evidence"), text.index("which is not common code")
    assert other < text.index(SIGNER.note) < text.index(NATIVE.note) < function < text.index(DOES.note)


def test_examples_stand_below_their_line_one_by_one():
    lines = as_text("a", "b", LIKE).splitlines()
    at = next(number for number, line in enumerate(lines) if "1 of 2 files" in line)
    assert lines[at + 1 : at + 3] == ["      lib/libx.so", "      lib/liby.so"]


def test_swapping_the_apps_swaps_the_names_and_nothing_is_lost():
    assert as_text("one.apk", "two.apk", LIKE).startswith("one.apk  and  two.apk\n")
    assert as_text("two.apk", "one.apk", LIKE).startswith("two.apk  and  one.apk\n")


def test_json_has_every_field_and_can_be_read_back():
    made = json.loads(as_json("one.apk", "two.apk", LIKE))
    assert set(made) == {"first", "second", "means", "likeness"}
    assert convert(made["likeness"], Likeness) == LIKE


def test_the_same_comparison_gives_the_same_bytes_with_sorted_keys():
    made = as_json("a", "b", LIKE)
    assert made == as_json("a", "b", replace(LIKE))
    assert made.endswith(b"}\n")
    assert list(json.loads(made)) == sorted(json.loads(made))


@pytest.mark.parametrize("where", ["name", "note", "example"])
def test_a_text_of_an_app_begins_no_line_and_commands_no_terminal(where):
    share = Share(1, 1, 1, (HOSTILE if where == "example" else "x",))
    line = Line("native", "same", HOSTILE if where == "note" else "x", share)
    plain = Line("native", "same", "x", Share(1, 1, 1, ("x",)))
    name = HOSTILE if where == "name" else "x"
    text = as_text(name, "b", replace(LIKE, lines=(line,)))
    assert len(text.splitlines()) == len(as_text("x", "b", replace(LIKE, lines=(plain,))).splitlines())
    assert not HIDDEN.search(text.replace("\n", ""))
    document = as_json(name, "b", replace(LIKE, lines=(line,)))
    assert not HIDDEN.search(document.decode().replace("\n", ""))
    made = json.loads(document)
    assert (made["first"], convert(made["likeness"], Likeness).lines) == (name, (line,))


def test_long_texts_are_cut_on_paper_and_whole_in_json():
    long = replace(LIKE, lines=(replace(SIGNER, note="n" * 5_000),))
    assert "…(+4800)" in as_text("a", "b", long)
    assert max(map(len, as_text("x" * 5_000, "b", long).splitlines())) < 300
    assert json.loads(as_json("a", "b", long))["likeness"]["lines"][0]["note"] == "n" * 5_000


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40), st.lists(st.text(max_size=30), max_size=4))
def test_whatever_apps_are_called_there_are_as_many_lines_and_nothing_is_hidden(first, second, examples):
    said = replace(LIKE, lines=(replace(NATIVE, share=Share(1, 2, 2, tuple(examples))),))
    text = as_text(first, second, said)
    assert text.count("\n") == 9 + len(examples)
    assert not HIDDEN.search(text.replace("\n", ""))
    made = json.loads(as_json(first, second, said))
    assert (made["first"], made["second"]) == (first, second)
    assert made["likeness"]["lines"][0]["share"]["examples"] == examples


def test_every_level_has_words_that_come_from_knowledge():
    assert set(cuts().means) == set(get_args(Level))
