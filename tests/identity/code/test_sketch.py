"""Sketches estimate how much code two apps share, and find the nearest of many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.identity.code.sketch import (
    FEWEST,
    MOST,
    REACH,
    Sample,
    Sketches,
    buckets_for,
    comparable,
    mixed,
    placed,
    sample_of,
    share,
    sketch_of,
    spread,
)


def tokens(seed: int, count: int) -> np.ndarray:
    return np.unique(np.random.default_rng(seed).integers(0, 1 << 63, count, dtype=np.uint64))


def true_share(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """The slow, obvious twin: of the tokens themselves."""
    common = len(set(first.tolist()) & set(second.tolist()))
    return common / len(first), common / len(second)


@pytest.mark.parametrize(("own", "other", "both"), [(3_000, 3_000, 20_000), (0, 30_000, 20_000), (20_000, 20_000, 0)])
def test_sketches_estimate_what_share_of_the_code_is_common(own: int, other: int, both: int) -> None:
    common = tokens(1, both)
    first, second = np.union1d(common, tokens(2, own)), np.union1d(common, tokens(3, other))
    assert share(sketch_of(first), sketch_of(second)) == pytest.approx(true_share(first, second), abs=0.06)


def test_a_small_app_inside_of_a_large_one_is_seen() -> None:
    small = tokens(4, 900)
    large = np.union1d(small, tokens(5, 60_000))
    inside, around = share(sketch_of(small), sketch_of(large))
    assert inside == 1.0
    assert around < 0.1


def test_a_sketch_is_bounded_and_hangs_on_nothing_but_the_set() -> None:
    many = tokens(6, 300_000)
    assert len(sketch_of(many)) == MOST
    few = tokens(7, 5_000)
    assert len(sketch_of(few)) == FEWEST
    assert sketch_of(few[::-1]).tolist() == sketch_of(few).tolist()


def test_nothing_shares_nothing() -> None:
    assert share(sketch_of(tokens(1, 0)), sketch_of(tokens(1, 10))) == (0.0, 0.0)
    assert Sketches.of([]).nearest(sketch_of(tokens(1, 10))) == []


def test_the_app_itself_is_found_first_among_many_after_a_loss() -> None:
    apps = [tokens(seed, 3_000) for seed in range(200)]
    sketches = Sketches.of([sketch_of(app) for app in apps])
    kept = apps[17][np.random.default_rng(9).random(len(apps[17])) > 0.3]
    found = sketches.nearest(sketch_of(np.union1d(kept, tokens(1_000, 900))))
    assert found[0].app == 17
    assert found[0].inside == pytest.approx(0.7, abs=0.15)
    assert all(item.shared <= 2 for item in found[1:])


def test_keys_that_many_apps_have_say_nothing_of_one() -> None:
    template = tokens(1, 3_000)
    sketches = Sketches.of([sketch_of(template)] * 30)
    assert sketches.nearest(sketch_of(template), common=20) == []


@given(st.lists(st.lists(st.integers(0, 60), max_size=40), max_size=8), st.lists(st.integers(0, 60), max_size=40))
def test_shared_keys_are_counted_as_by_hand(apps: list[list[int]], asked: list[int]) -> None:
    sketches = [sketch_of(np.unique(np.array(app, np.uint64))) for app in apps]
    query = sketch_of(np.unique(np.array(asked, np.uint64)))
    expected = {
        number: len(set(item.tolist()) & set(query.tolist()))
        for number, item in enumerate(sketches)
        if set(item.tolist()) & set(query.tolist())
    }
    found = Sketches.of(sketches).nearest(query)
    assert {item.app: item.shared for item in found} == expected


@given(st.lists(st.integers(0, (1 << 64) - 1), max_size=60), st.integers(0, 1 << 30))
def test_bucket_and_what_stands_for_a_key_are_bits_that_follow_each_other(keys: list[int], count: int) -> None:
    buckets = buckets_for(count)
    width = buckets.bit_length() - 1
    place, low = placed(np.array(keys, np.uint64), buckets)
    assert width >= 6
    assert buckets >= count / 16
    assert [at | (rest << width) for at, rest in zip(place.tolist(), low.tolist(), strict=True)] == [
        key % (1 << (width + 32)) for key in keys
    ]


def test_the_keys_of_an_app_cost_eight_bytes_each_and_a_directory() -> None:
    sketches = Sketches.of([sketch_of(tokens(seed, 4_000)) for seed in range(100)])
    keys = int(sketches.size.sum())
    assert sketches.low.nbytes + sketches.apps.nbytes == 8 * keys
    assert sketches.start.nbytes <= 8 * (keys / 8 + 65)
    assert sketches.start[-1] == keys


def slow_sample(classes: list[set[int]]) -> list[tuple[int, int]]:
    """The slow, obvious twin: every pair within reach, and the class that it is in by its smallest key."""
    factor, limit, found = 0x9E3779B97F4A7C15, (1 << 64) - 1, {}
    for tokens in classes:
        row = sorted(mixed(np.array(sorted(tokens), np.uint64)).tolist())
        for at, first in enumerate(row):
            for second in row[at + 1 : at + 1 + REACH]:
                (pair,) = mixed(np.array([(first * factor & limit) + second & limit], np.uint64)).tolist()
                found[pair] = min(found.get(pair, limit), row[0])
    keys = {mixed(np.array([pair], np.uint64)).tolist()[0]: row for pair, row in found.items()}
    ordered = sorted(keys)[:FEWEST]
    numbers = list(dict.fromkeys(keys[key] for key in ordered))
    return [(key, numbers.index(keys[key])) for key in ordered]


@given(st.lists(st.frozensets(st.integers(0, 30), max_size=9), max_size=6), st.randoms())
def test_pairs_are_those_within_reach_in_a_class_in_whatever_order_classes_come(classes, random) -> None:
    expected = slow_sample(classes)
    for _ in range(2):
        owner = np.array([row for row, held in enumerate(classes) for _ in held], np.int64)
        found = sample_of(owner, np.array([item for held in classes for item in sorted(held)], np.uint64))
        assert list(zip(found.keys.tolist(), found.classes.tolist(), strict=True)) == expected
        random.shuffle(classes)


def test_pairs_grow_with_a_class_and_not_with_its_square() -> None:
    owner, held = np.zeros(20_000, np.int64), tokens(8, 20_000)
    assert len(sample_of(owner, held).keys) <= MOST
    few = tokens(9, 20)
    assert len(sample_of(np.zeros(len(few), np.int64), few).keys) == sum(min(REACH, 19 - at) for at in range(20))
    assert len(sample_of(np.arange(len(few)), few).keys) == 0, "each in a class of its own"


def test_a_class_that_lost_and_won_some_tokens_keeps_most_of_its_pairs() -> None:
    owner = np.repeat(np.arange(100), 30)
    before = np.stack([tokens(seed, 40)[:30] for seed in range(100)])
    after = before.copy()
    after[:, ::10] = np.arange(300, dtype=np.uint64).reshape(100, 3)
    first, second = (sample_of(owner, np.sort(rows, 1).ravel()) for rows in (before, after))
    inside, around = share(first.keys, second.keys)
    assert min(inside, around) > 0.7
    assert spread(first, second) > 50


def test_what_lies_in_few_classes_of_the_one_is_not_widespread() -> None:
    keys = np.array([2, 3, 5, 7], np.uint64)
    one, other = Sample(keys, np.array([0, 1, 2, 3], np.uint16)), Sample(keys, np.array([0, 0, 1, 1], np.uint16))
    assert spread(one, other) == spread(other, one) == 2
    nothing = sample_of(np.empty(0, np.int64), np.empty(0, np.uint64))
    assert (len(nothing.keys), spread(one, nothing)) == (0, 0)


def test_how_many_keys_can_be_compared_is_counted_below_the_bound_of_both() -> None:
    small, large = sketch_of(tokens(1, 2_000)), sketch_of(tokens(2, 200_000))
    assert comparable(small, large) == comparable(large, small) == int((small <= large[-1]).sum()) < 200
    assert comparable(small, small) == FEWEST
    assert comparable(small, sketch_of(tokens(1, 0))) == 0
