"""Posting lists are the transposed signatures; a row that would write elsewhere is refused, not written."""

import numpy as np
import pytest

from affidavit.identity.kernels import postings
from tests.builders.made_libraries import seeded
from tests.identity.kernels.uncompiled import uncompiled


def columns(rows: list[int], start: list[int], node: list[int], family: list[int], tokens: int) -> list:
    """What the kernel takes."""
    within = np.clip(np.array(rows, np.int64), 0, tokens - 1)
    place = np.concatenate([[0], np.cumsum(np.bincount(within, minlength=tokens))])[:-1]
    ints = (np.array(values, np.int32) for values in (node, family))
    return [
        np.array(rows, np.int32),
        np.array(start, np.int64),
        *ints,
        place.astype(np.int64),
        np.full(len(rows), -1, np.int32),
        np.zeros(tokens, np.int32),
        np.zeros(tokens, np.int32),
        np.full(tokens, -1, np.int32),
    ]


def drawn(seed: int) -> list:
    """Signatures of a few nodes of a few families."""
    rng = seeded(seed)
    tokens, nodes = rng.randrange(1, 9), rng.randrange(1, 7)
    family = sorted(rng.randrange(3) for _ in range(nodes))
    node = sorted(rng.randrange(nodes) for _ in range(rng.randrange(12)))
    each = [sorted(rng.sample(range(tokens), rng.randrange(tokens + 1))) for _ in node]
    start = [0, *np.cumsum([len(own) for own in each], dtype=int).tolist()]
    return columns([row for own in each for row in own], start, node, family, tokens)


@pytest.mark.parametrize("seed", range(30))
def test_the_source_says_the_same_uncompiled(seed: int):
    fast, slow = drawn(seed), drawn(seed)
    postings.transpose(*fast)
    uncompiled("postings").transpose(*slow)
    for one, other in zip(fast, slow, strict=True):
        assert one.tolist() == other.tolist()


def test_every_place_moves_to_where_the_next_list_begins():
    made = columns([0, 2, 2], [0, 2, 3], [0, 1], [0, 0], 3)
    begin = made[4].tolist()
    postings.transpose(*made)
    assert begin == [0, 1, 1]
    assert made[4].tolist() == [1, 1, 3]
    assert made[5].tolist() == [0, 0, 1]
    assert made[8].tolist() == [0, -1, 1]  # the node that had each token last


@pytest.mark.parametrize(
    ("rows", "start", "node", "family"),
    [
        ([3], [0, 1], [0], [0]),
        ([-1], [0, 1], [0], [0]),
        ([0], [0, 2], [0], [0]),
        ([0], [-1, 1], [0], [0]),
        ([0], [0], [0], [0]),
        ([0, 0], [0, 1, 2], [0, 1], [0]),
        ([0, 0], [0, 1, 2], [0, -7], [0]),
    ],
    ids=["no such token", "below all", "past the rows", "before the rows", "no end", "no such node", "node below all"],
)
def test_columns_that_do_not_fit_are_refused(rows: list[int], start: list[int], node: list[int], family: list[int]):
    with pytest.raises(IndexError):
        postings.transpose(*columns(rows, start, node, family, 3))


def test_a_list_that_is_full_takes_no_more():
    made = columns([0, 1], [0, 2], [0], [0], 2)
    made[4][1] = 2
    with pytest.raises(IndexError):
        postings.transpose(*made)
    assert made[5].tolist() == [0, -1]
