"""Arithmetic of 32 bits, against numpy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.opcodes import opcodes
from affidavit.dalvik.whole.arithmetic import binary, compared, is_binary, is_literal, is_unary, unary, wrapped

INTS = st.integers(-(2**31), 2**31 - 1)
BY_NAME = {opcode.mnemonic: opcode.value for opcode in opcodes()}


@pytest.mark.parametrize(
    ("name", "left", "right", "wanted"),
    [
        ("add-int", 2**31 - 1, 1, -(2**31)),
        ("sub-int/2addr", 1, 3, -2),
        ("mul-int/lit16", 65_536, 65_536, 0),
        ("div-int", -7, 2, -3),
        ("rem-int", -7, 2, -1),
        ("div-int", 1, 0, None),
        ("xor-int/lit8", 0x55, 0xFF, 0xAA),
        ("shl-int", 1, 33, 2),
        ("shr-int/lit8", -8, 1, -4),
        ("ushr-int", -1, 28, 15),
        ("rsub-int", 3, 10, 7),
        ("rsub-int/lit8", 3, 10, 7),
        ("add-long", 1, 1, None),
    ],
)
def test_two_operands(name, left, right, wanted):
    assert binary(BY_NAME[name], left, right) == wanted


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("neg-int", -(2**31), -(2**31)),
        ("not-int", 0, -1),
        ("int-to-byte", 200, -56),
        ("int-to-char", -1, 0xFFFF),
        ("int-to-short", 0x8000, -0x8000),
    ],
)
def test_one_operand(name, value, wanted):
    assert unary(BY_NAME[name], value) == wanted


def test_kinds_of_opcodes():
    names = [opcode.mnemonic for opcode in opcodes() if is_binary(opcode.value)]
    assert len(names) == 11 + 11 + 8 + 11
    assert all("-int" in name for name in names)
    assert is_literal(BY_NAME["add-int/lit8"])
    assert not is_literal(BY_NAME["add-int"])
    assert is_unary(BY_NAME["not-int"])
    assert not is_unary(BY_NAME["neg-long"])


@given(INTS, INTS)
def test_as_numpy_computes(left, right):
    a, b = np.array([left], np.int32), np.array([right], np.int32)
    with np.errstate(over="ignore"):
        assert binary(BY_NAME["add-int"], left, right) == int((a + b)[0])
        assert binary(BY_NAME["mul-int"], left, right) == int((a * b)[0])
        assert binary(BY_NAME["xor-int"], left, right) == int((a ^ b)[0])
    assert wrapped(left) == left


@given(INTS, INTS)
def test_comparisons_are_those_of_python(left, right):
    for offset, wanted in enumerate(
        (left == right, left != right, left < right, left >= right, left > right, left <= right)
    ):
        assert compared(0x32 + offset, left, right) == wanted
        if right == 0:
            assert compared(0x38 + offset, left, 0) == wanted
