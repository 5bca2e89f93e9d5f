"""What is known of one value, and of one of two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.replay.values import (
    HIGHEST,
    NULL,
    STRING,
    UNKNOWN,
    Klass,
    Range,
    Taint,
    Value,
    between,
    bounds,
    implied,
    inexact,
    join,
    klass,
    number,
    opaque,
    reference,
    text,
    widen,
)

SECRET = frozenset({Taint(1)})
numbers = st.integers(-5, 5).map(number)
values = st.one_of(
    numbers,
    st.tuples(st.integers(-5, 0), st.integers(0, 5)).map(lambda pair: between(*pair)),
    st.sampled_from([UNKNOWN, NULL, text("a"), text("b"), klass("Lx;"), opaque(STRING), reference(1), reference(1, 2)]),
).flatmap(lambda value: st.sampled_from([value, value.tainted(SECRET)]))


def covers(upper: Value, lower: Value) -> bool:
    """Whether everything that the lower value says is possible in the upper one."""
    if not lower.taint <= upper.taint or not lower.refs <= upper.refs:
        return False
    if upper.opaque:
        return upper.nullable or not lower.nullable
    if isinstance(upper.const, int | Range):
        low, high = bounds(upper)
        return isinstance(lower.const, int | Range) and low <= bounds(lower)[0] and bounds(lower)[1] <= high
    if lower.is_null:
        return upper.nullable
    return lower.const == upper.const and not lower.opaque and (upper.nullable or not lower.nullable)


@given(values, values)
def test_a_join_covers_both_sides(left, right):
    joined = join(left, right)
    assert covers(joined, left)
    assert covers(joined, right)


@given(values)
def test_joining_a_value_with_itself_changes_nothing(value):
    assert join(value, value) == value


@given(values, values)
def test_a_join_does_not_depend_on_the_order(left, right):
    assert join(left, right) == join(right, left)


@given(values, st.lists(values, min_size=1, max_size=4))
def test_widening_comes_to_rest(start, more):
    value, changes = start, 0
    for _ in range(12):
        for item in more:
            widened = widen(value, item)
            changes += widened != value
            value = widened
    assert changes <= 8


def test_numbers_join_to_a_range():
    assert join(number(2), number(5)).const == Range(2, 5)


def test_a_moving_bound_is_given_up():
    assert widen(between(0, 1), between(0, 2)).const == Range(0, HIGHEST)


@pytest.mark.parametrize("value", [text("x"), reference(3), klass("Lx;"), opaque(STRING, nullable=False)])
def test_null_is_kept_as_a_possibility(value):
    assert not value.nullable
    assert join(value, NULL).nullable


def test_a_text_that_may_be_another_stays_a_text():
    joined = join(text("a"), text("b"))
    assert joined.text is None
    assert joined.type == STRING


def test_what_is_known_can_be_asked_for():
    assert (text("a").text, number(3).number, NULL.is_null, number(0).is_null) == ("a", 3, True, True)
    assert (text("a").number, number(3).text, UNKNOWN.is_null) == (None, None, False)
    assert klass("Lx;").const == Klass("Lx;")


def test_data_can_be_marked_as_implied_or_as_uncertain():
    assert implied(SECRET) == {Taint(1, implicit=True)}
    assert inexact(SECRET) == {Taint(1, exact=False)}
    assert implied(frozenset()) == inexact(frozenset()) == frozenset()


def test_data_already_there_makes_no_new_value():
    value = text("a", SECRET)
    assert value.tainted(SECRET) is value
