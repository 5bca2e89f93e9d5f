"""Expressions: put together, bounded, shown, and read back as constants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.whole.expressions import (
    LONG,
    MAX_CONSTANTS,
    MAX_OPTIONS,
    MAX_PARTS,
    MAX_TEXT,
    OTHERS,
    Choice,
    ClassName,
    Hole,
    Join,
    Number,
    Text,
    as_text,
    choice,
    constants,
    dotted,
    joined,
    shown,
    whole,
)

LEAVES = st.one_of(
    st.text(max_size=5).map(Text),
    st.integers(-5, 5).map(Number),
    st.sampled_from([ClassName("Lx/A;"), Hole("user input"), Hole("preference 'a'")]),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: joined([as_text(item) for item in items])),
        st.lists(inner, min_size=1, max_size=4).map(choice),
    ),
    max_leaves=12,
)


def test_a_url_with_a_hole_is_shown_as_such():
    found = joined([Text("https://"), Hole("preference 'server'"), Text("/v"), as_text(Number(1))])
    assert shown(found) == "https://{preference 'server'}/v1"
    assert not whole(found)
    assert constants(found).others


def test_texts_melt_together():
    assert joined([Text("a"), Text(""), joined([Text("b"), Text("c")])]) == Text("abc")
    assert joined([]) == Text("")


def test_braces_of_a_text_cannot_pose_as_a_hole():
    assert shown(Text("{user input}")) == "{{user input}}"
    assert shown(Hole("user input")) == "{user input}"


def test_a_choice_lists_each_option_once_in_order():
    assert choice([Text("b"), choice([Text("a"), Text("b")])]) == Choice((Text("a"), Text("b")))
    assert choice([Text("a"), Text("a")]) == Text("a")
    assert shown(choice([Text("b"), Text("a")])) == "{a|b}"


def test_more_options_than_the_bound_end_in_a_hole():
    found = choice([Number(number) for number in range(MAX_OPTIONS + 1)])
    assert isinstance(found, Choice)
    assert len(found.options) == MAX_OPTIONS
    assert Hole(OTHERS) in found.options
    assert choice([found, Number(99)]).options.count(Hole(OTHERS)) == 1


def test_long_texts_and_many_parts_are_cut():
    assert joined([Text("x" * MAX_TEXT), Text("y")]) == Join((Text("x" * MAX_TEXT), Hole(LONG)))
    many = joined([item for number in range(MAX_PARTS) for item in (Hole(str(number)), Text("-"))])
    assert isinstance(many, Join)
    assert len(many.parts) == MAX_PARTS
    assert many.parts[-1] == Hole(LONG)


def test_constants_of_a_concatenation_are_all_combinations():
    found = constants(joined([choice([Text("a"), Text("b")]), Text("/"), choice([Text("1"), Text("2")])]))
    assert found.texts() == ["a/1", "a/2", "b/1", "b/2"]
    assert not found.others


def test_constants_are_bounded():
    letters = choice([Text(letter) for letter in "abcdefghij"])
    found = constants(Join((letters, letters)))
    assert len(found.values) <= MAX_CONSTANTS
    assert found.others


def test_constants_keep_their_kinds_apart():
    found = constants(choice([Text("1"), Number(1), ClassName("Lx/A;"), Hole("x")]))
    assert (found.texts(), found.numbers(), found.classes(), found.others) == (["1"], [1], ["Lx/A;"], True)


@pytest.mark.parametrize(
    ("expected", "name"), [("Lx/A;", "x.A"), ("Lx/A$B;", "x.A$B"), ("[Lx/A;", "[Lx.A;"), ("LA;", "A")]
)
def test_names_and_descriptors(expected: str, name: str):
    assert dotted(expected) == name
    assert descriptor(name) == expected


@given(TREES)
def test_what_has_no_hole_has_no_other_constants(tree):
    found = constants(tree)
    if "Hole" not in repr(tree):
        assert found.values
        assert not found.others
    if whole(tree):
        assert len(found.values) == 1


@given(TREES, TREES)
def test_joining_and_choosing_are_associative(left, right):
    tail = Text("z")
    a, b = as_text(left), as_text(right)
    assert joined([joined([a, b]), tail]) == joined([a, joined([b, tail])])
    assert choice([choice([left, right]), tail]) == choice([left, choice([right, tail])])
