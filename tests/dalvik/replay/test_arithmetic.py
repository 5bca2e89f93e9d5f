"""Arithmetic on known numbers, against the oracle; on ranges, against every number in them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.opcodes import opcodes
from affidavit.dalvik.replay.arithmetic import ByZero, binary, compare, operate, unary
from affidavit.dalvik.replay.values import UNKNOWN, Range, Taint, between, bounds, number
from tests.oracles.replay import OPERATIONS, wrapped

OPCODE = {item.mnemonic: item.value for item in opcodes()}
ints = st.integers(-(1 << 31), (1 << 31) - 1)
spans = st.tuples(st.integers(-4, 4), st.integers(0, 3)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def double(value: float) -> int:
    return struct.unpack("<q", struct.pack("<d", value))[0]


@given(st.sampled_from(sorted(OPERATIONS)), ints, ints)
def test_known_numbers_are_computed(name, left, right):
    if name in {"div", "rem"} and not right:
        with pytest.raises(ByZero):
            operate(name, "int", number(left), number(right))
        return
    assert operate(name, "int", number(left), number(right)).number == wrapped(OPERATIONS[name](left, right))


@given(st.sampled_from(sorted(OPERATIONS)), spans, spans)
def test_ranges_hold_every_result(name, left, right):
    if name in {"div", "rem"} and right == (0, 0):
        return
    low, high = bounds(operate(name, "int", between(*left), between(*right)))
    for a in range(left[0], left[1] + 1):
        for b in range(right[0], right[1] + 1):
            if b or name not in {"div", "rem"}:
                assert low <= wrapped(OPERATIONS[name](a, b)) <= high


def test_bounds_that_overflow_are_given_up():
    assert operate("add", "int", between(0, (1 << 31) - 1), number(1)).const is None


def test_the_remainder_of_anything_is_bounded():
    assert operate("rem", "int", UNKNOWN, number(10)).const == Range(-9, 9)


def test_results_carry_the_data_of_both():
    one, two = frozenset({Taint(1)}), frozenset({Taint(2)})
    assert operate("add", "int", number(1, one), number(2, two)).taint == one | two
    assert operate("mul", "double", UNKNOWN.tainted(one), UNKNOWN).taint == one
    assert compare(OPCODE["cmp-long"], number(1, one), UNKNOWN).taint == one


@pytest.mark.parametrize(
    ("name", "left", "right", "expected"),
    [
        ("cmp-long", 5, 3, 1),
        ("cmp-long", 3, 3, 0),
        ("cmpl-double", double(1.5), double(2.5), -1),
        ("cmpl-double", double(float("nan")), double(1.0), -1),
        ("cmpg-double", double(float("nan")), double(1.0), 1),
    ],
)
def test_numbers_are_compared(name, left, right, expected):
    assert compare(OPCODE[name], number(left), number(right)).number == expected


def test_unknown_numbers_compare_to_one_of_three():
    assert compare(OPCODE["cmp-long"], UNKNOWN, UNKNOWN).const == Range(-1, 1)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("neg-int", 5, -5),
        ("not-int", 5, -6),
        ("neg-int", -(1 << 31), -(1 << 31)),
        ("int-to-byte", 200, -56),
        ("int-to-char", -1, 0xFFFF),
        ("int-to-short", 1 << 15, -(1 << 15)),
        ("long-to-int", 1 << 32, 0),
        ("int-to-double", 2, double(2.0)),
        ("double-to-int", double(-2.9), -2),
        ("double-to-int", double(1e300), (1 << 31) - 1),
        ("double-to-int", double(float("nan")), 0),
        ("neg-double", double(2.0), double(-2.0)),
    ],
)
def test_conversions_follow_java(name, value, expected):
    assert unary(OPCODE[name], number(value)).number == expected


def test_floating_point_is_computed_or_unknown():
    assert binary(OPCODE["add-double"], number(double(1.5)), number(double(2.0))).number == double(3.5)
    assert binary(OPCODE["div-double/2addr"], number(double(1.0)), number(double(0.0))).const is None
    assert unary(OPCODE["double-to-float"], number(double(1e300))).const is None
    assert unary(OPCODE["neg-int"], UNKNOWN).const is None
