"""The batch look-up says what a search by bisection says."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.kernels.ranges import rows4, rows6
from tests.oracles.networks import row_of

TOP = 1 << 32


def directory(starts: list[int]) -> np.ndarray:
    uppers = np.arange(1, 1 << 16, dtype=np.uint32) << 16
    inside = np.array(starts, np.uint32).searchsorted(uppers, "right")
    return np.concatenate([[1], inside, [len(starts)]]).astype(np.int32)


def found4(starts: list[int], rows: list[int], asked: list[int]) -> list[int]:
    out = np.full(len(asked), -2, np.int32)
    rows4(np.array(starts, np.uint32), np.array(rows, np.int32), directory(starts), np.array(asked, np.uint32), out)
    return out.tolist()


@given(st.data())
def test_addresses_of_version_4_are_found_as_bisection_finds_them(data):
    near = st.one_of(st.integers(0, TOP - 1), st.integers(0, 40), st.integers(0xFFFE, 0x20002), st.just(TOP - 1))
    starts = sorted({0, *data.draw(st.lists(near, max_size=60))})
    rows = data.draw(st.lists(st.integers(-1, 5), min_size=len(starts), max_size=len(starts)))
    asked = data.draw(st.lists(st.one_of(near, st.sampled_from(starts)), max_size=80))
    asked += [max(0, start - 1) for start in starts]
    assert found4(starts, rows, asked) == [row_of(starts, rows, address) for address in asked]


@pytest.mark.parametrize("order", ["sorted", "random", "hot"])
def test_the_order_of_what_is_asked_changes_nothing(order):
    chance = random.Random(7)  # noqa: S311
    starts = sorted({0, *(chance.randrange(TOP) >> chance.choice([0, 8, 16]) for _ in range(5_000))})
    rows = [chance.randrange(-1, 900) for _ in starts]
    asked = [chance.randrange(TOP) for _ in range(4_000)]
    asked = {"sorted": sorted(asked), "random": asked, "hot": [chance.choice(asked[:9]) for _ in asked]}[order]
    assert found4(starts, rows, asked) == [row_of(starts, rows, address) for address in asked]


@given(st.data())
def test_addresses_of_version_6_are_found_with_and_without_lower_halves(data):
    half = st.one_of(st.integers(0, (1 << 64) - 1), st.integers(0, 5))
    halves = data.draw(st.booleans())
    pairs = sorted({(0, 0), *data.draw(st.lists(st.tuples(half, half if halves else st.just(0)), max_size=40))})
    starts = [high << 64 | low for high, low in pairs]
    rows = data.draw(st.lists(st.integers(-1, 5), min_size=len(starts), max_size=len(starts)))
    asked = data.draw(st.lists(st.tuples(half, half), max_size=40)) + pairs
    out = np.full(len(asked), -2, np.int32)
    rows6(
        np.array([high for high, _ in pairs], np.uint64),
        np.array([low for _, low in pairs] if halves else [], np.uint64),
        np.array(rows, np.int32),
        np.array([high for high, _ in asked], np.uint64),
        np.array([low for _, low in asked], np.uint64),
        out,
    )
    assert out.tolist() == [row_of(starts, rows, high << 64 | low) for high, low in asked]


def test_arrays_that_do_not_belong_together_are_refused():
    one, none = np.zeros(1, np.uint32), np.zeros(0, np.int32)
    with pytest.raises(ValueError, match="different length"):
        rows4(one, none, directory([0]), one, np.zeros(1, np.int32))
    with pytest.raises(ValueError, match="different length"):
        rows4(one, np.zeros(1, np.int32), directory([0]), one, none)
    with pytest.raises(ValueError, match="different length"):
        rows6(
            np.zeros(1, np.uint64), np.zeros(2, np.uint64), none, np.zeros(0, np.uint64), np.zeros(0, np.uint64), none
        )
