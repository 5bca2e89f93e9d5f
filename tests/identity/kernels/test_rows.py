"""Rows of tokens are what sets would hold, in order: whatever their length, and whatever somebody made of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.identity.kernels import rows
from tests.builders.made_libraries import seeded
from tests.identity.kernels.uncompiled import uncompiled

TOP = (1 << 64) - 1
ITEMS = st.one_of(st.integers(0, 5), st.integers(0, TOP), st.sampled_from([0, TOP, 1 << 63, (1 << 63) - 1]))
ROWS = st.lists(st.lists(ITEMS, max_size=60), max_size=6)


def distinct(groups: list[list[int]], kernel=rows) -> list[list[int]]:
    """The rows that the kernel leaves."""
    start = np.cumsum([0, *map(len, groups)]).astype(np.int64)
    item = np.array([value for group in groups for value in group], np.uint64)
    left = kernel.distinct(start, item)
    assert start[0] == 0
    assert left == start[-1] <= len(item)
    return [item[start[row] : start[row + 1]].tolist() for row in range(len(groups))]


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_each_row_becomes_its_set_in_order(groups: list[list[int]]):
    assert distinct(groups) == [sorted(set(group)) for group in groups]


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_the_source_says_the_same_uncompiled(groups: list[list[int]]):
    assert distinct(groups, uncompiled("rows")) == distinct(groups)


@pytest.mark.parametrize("size", [0, 1, 2, 23, 24, 25, 26, 31, 32, 33, 1_000])
def test_rows_of_every_length_and_shape_are_sorted(size: int):
    rng = seeded(size)
    shapes = [
        list(range(size)),
        list(range(size, 0, -1)),
        [7] * size,
        [number % 2 for number in range(size)],
        [*range(size // 2), *range(size // 2, 0, -1)],
        [TOP - number * number % 97 for number in range(size)],
        [rng.randrange(1 << 64) for _ in range(size)],
    ]
    assert distinct(shapes) == [sorted(set(shape)) for shape in shapes]


def test_items_beyond_the_signed_numbers_come_last():
    assert distinct([[1 << 63, 0, TOP, 1]]) == [[0, 1, 1 << 63, TOP]]


def test_a_hundred_thousand_items_in_the_worst_order_stay_quick():
    size = 100_000  # an insertion sort would need five thousand million steps
    assert distinct([list(range(size, 0, -1)), [3] * size]) == [list(range(1, size + 1)), [3]]


def test_a_row_never_takes_from_its_neighbour():
    assert distinct([[5, 5], [], [5], [5, 4, 5], []]) == [[5], [], [5], [4, 5], []]


def test_doing_it_twice_changes_nothing():
    rng = seeded(8)
    once = distinct([[rng.randrange(30) for _ in range(rng.randrange(50))] for _ in range(20)])
    assert distinct(once) == once


def test_no_rows_at_all():
    assert rows.distinct(np.empty(0, np.int64), np.empty(0, np.uint64)) == 0
    assert rows.distinct(np.zeros(1, np.int64), np.empty(0, np.uint64)) == 0


def test_rows_that_reach_past_the_items_are_refused():
    with pytest.raises(IndexError):
        rows.distinct(np.array([0, 5], np.int64), np.zeros(4, np.uint64))


def test_what_cannot_be_halved_is_sorted_in_the_sure_way():
    slow, size = uncompiled("rows"), 200
    for splits in (0, 1, 2):
        item = np.array([(number * 37) % 101 for number in range(size)], np.uint64)
        wanted = sorted(item.tolist())
        slow._sort(item, 0, size, splits)
        assert item.tolist() == wanted


def scattered(owner: list[int], item: list[int], size: int, base: int = 0, kernel=rows) -> list[list[int]]:
    """The items of each of `size` owners, as the kernel puts them."""
    start, owners = np.zeros(size + 1, np.int64), np.array(owner, np.int64)
    kernel.count(owners, start[1:], base)
    np.cumsum(start, out=start)
    cursor, out = start[:-1].copy(), np.zeros(int(start[-1]), np.uint64)
    kernel.scatter(owners, np.array(item, np.uint64), cursor, out, base)
    assert cursor.tolist() == start[1:].tolist()
    return [out[start[row] : start[row + 1]].tolist() for row in range(size)]


@given(st.lists(st.tuples(st.integers(-1, 5), ITEMS), max_size=60), st.integers(0, 1 << 40))
def test_each_item_comes_to_its_owner_in_the_order_in_which_it_came(pairs: list[tuple[int, int]], base: int):
    owner, item = [pair[0] + base * (pair[0] >= 0) for pair in pairs], [pair[1] for pair in pairs]
    expected = [[value for of, value in pairs if of == row] for row in range(6)]
    assert scattered(owner, item, 6, base) == expected
    assert scattered(owner, item, 6, base, uncompiled("rows")) == expected


@pytest.mark.parametrize(("owner", "cursor"), [(1, 0), (6, 0), (4, -1), (4, 3), (1 << 40, 0)])
def test_an_owner_or_a_place_that_there_is_not_is_refused(owner: int, cursor: int):
    out = np.full(3, 9, np.uint64)
    with pytest.raises(IndexError):
        rows.scatter(np.array([owner], np.int64), np.array([1], np.uint64), np.full(2, cursor, np.int64), out, 4)
    assert out.tolist() == [9, 9, 9]


def test_more_owners_than_items_are_refused():
    with pytest.raises(IndexError):
        rows.scatter(np.zeros(2, np.int64), np.zeros(1, np.uint64), np.zeros(1, np.int64), np.zeros(5, np.uint64))
    with pytest.raises(IndexError):
        rows.count(np.full(1, 2, np.int64), np.zeros(2, np.int64))


@given(st.lists(st.lists(st.integers(0, 3), max_size=9), max_size=6))
def test_like_items_of_an_owner_are_numbered(owners: list[list[int]]):
    wanted = [items[:at].count(item) for items in owners for at, item in enumerate(items)]
    owner = np.repeat(np.arange(len(owners)), [len(items) for items in owners]).astype(np.int64)
    item = np.array([item for items in owners for item in items], np.int64)
    for kernel in (rows, uncompiled("rows")):
        out = np.empty(len(item), np.int64)
        kernel.ranks(owner, item, np.full(4, -1, np.int64), np.zeros(4, np.int64), out)
        assert out.tolist() == wanted
