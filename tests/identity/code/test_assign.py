"""One origin for each class, and by how much it is better than any other."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.identity.code.assign import assigned, leads, margins, preferred
from affidavit.identity.code.candidates import Query
from affidavit.identity.code.similarity import Pairs
from tests.builders.asked import any_pairs, asked, pairs_of
from tests.builders.made_libraries import seeded
from tests.oracles import code_matching as oracle

Rows = list[tuple[int, int, float]]

_rows = st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 6)), st.integers(-3, 5), max_size=30).map(
    lambda made: [(app, node, float(nats)) for (app, node), nats in made.items()]
)
SEEDS = range(12)


def _chosen(rows: Rows, least: float = 0.0) -> set[tuple[int, int]]:
    pairs = pairs_of(rows)
    kept = assigned(pairs, pairs.nats, least)
    return set(zip(pairs.app[kept].tolist(), pairs.node[kept].tolist(), strict=True))


def _made(seed: int) -> tuple[Query, Pairs]:
    made = asked(seed)
    return made, pairs_of(any_pairs(made, seeded(seed), low=2))


@given(_rows, st.integers(-3, 5))
def test_always_the_best_pair_of_which_both_are_free_is_kept(rows: Rows, least: int):
    assert _chosen(rows, least) == oracle.assigned(rows, least)


@given(_rows, st.integers(-3, 5))
def test_classes_and_nodes_come_once_and_nothing_good_is_left_over(rows: Rows, least: int):
    chosen = _chosen(rows, least)
    classes, nodes = {app for app, _ in chosen}, {node for _, node in chosen}
    assert len(classes) == len(nodes) == len(chosen)
    for app, node, nats in rows:
        assert nats < least or app in classes or node in nodes


def test_a_class_whose_node_is_taken_gets_its_next_best():
    assert _chosen([(0, 0, 9.0), (1, 0, 8.0), (1, 1, 3.0)]) == {(0, 0), (1, 1)}


def test_equal_pairs_go_to_the_lower_class_and_then_to_the_lower_node():
    assert _chosen([(0, 1, 5.0), (0, 0, 5.0), (1, 0, 5.0), (1, 1, 5.0)]) == {(0, 0), (1, 1)}
    assert _chosen([(2, 4, 5.0), (1, 4, 5.0)]) == {(1, 4)}


def test_rows_rise_and_what_just_reaches_the_least_is_kept():
    pairs = pairs_of([(0, 3, 2.0), (1, 2, 9.0), (2, 1, 1.99), (3, 0, 4.0)])
    kept = assigned(pairs, pairs.nats, 2.0)
    assert kept.tolist() == [0, 1, 3]
    assert kept.dtype == np.int32


def test_nothing_that_is_good_enough_is_nothing():
    pairs = pairs_of([])
    assert assigned(pairs, pairs.nats, 0.0).tolist() == []
    assert _chosen([(0, 0, -1.0), (1, 1, math.nan)]) == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_margins_are_those_over_the_best_of_every_other_family(seed: int):
    made, pairs = _made(seed)
    kept = assigned(pairs, pairs.nats, 5.0)
    family = made.index.node_family
    every = list(zip(pairs.app.tolist(), pairs.node.tolist(), pairs.nats.tolist(), strict=True))
    assert len(kept)
    for row, margin in zip(kept.tolist(), margins(made, pairs, pairs.nats, kept).tolist(), strict=True):
        class_, own, nats = every[row]
        others = [score for app, node, score in every if app == class_ and family[node] != family[own]]
        assert margin == nats - max([0.0, *others])


def test_a_class_that_no_other_family_could_have_is_better_by_all_that_it_has():
    made = asked(1)
    pairs = pairs_of([(0, 0, 17.0), (1, 0, 3.0)])
    assert margins(made, pairs, pairs.nats, np.array([0], np.int32)).tolist() == [17.0]


def test_another_node_of_the_same_family_takes_nothing_from_the_margin_but_from_the_lead():
    made = asked(1)
    first, second = np.flatnonzero(made.index.node_family == 0)[:2].tolist()
    pairs = pairs_of([(0, first, 17.0), (0, second, 16.5)])
    kept = np.array([0], np.int32)
    assert margins(made, pairs, pairs.nats, kept).tolist() == [17.0]
    assert leads(pairs, pairs.nats, kept).tolist() == [0.5]


@given(_rows)
def test_leads_are_those_over_nodes_that_no_other_class_fits_better(rows: Rows):
    pairs = pairs_of(rows)
    kept = assigned(pairs, pairs.nats, 0.0)
    every = sorted(rows)
    holders = {every[row][1]: every[row][2] for row in kept.tolist()}
    for row, lead in zip(kept.tolist(), leads(pairs, pairs.nats, kept).tolist(), strict=True):
        class_, own, nats = every[row]
        rest = [
            score
            for app, node, score in every
            if app == class_ and node != own and holders.get(node, -math.inf) < score + 1
        ]
        assert lead == nats - max(rest, default=-math.inf)


def test_a_node_that_another_class_fits_better_is_no_alternative():
    pairs = pairs_of([(0, 0, 10.0), (0, 1, 9.5), (1, 1, 30.0)])
    kept = assigned(pairs, pairs.nats, 0.0)
    assert leads(pairs, pairs.nats, kept).tolist() == [math.inf, math.inf]


def test_twins_in_a_library_leave_no_lead_to_either():
    pairs = pairs_of([(0, 0, 10.0), (0, 1, 10.0), (1, 0, 10.0), (1, 1, 10.0)])
    assert leads(pairs, pairs.nats, assigned(pairs, pairs.nats, 0.0)).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("seed", SEEDS)
def test_preference_is_the_part_of_a_family_that_is_there(seed: int):
    made, pairs = _made(seed)
    believed, family = made.numbers.believed, made.index.node_family
    held: dict[int, float] = {}
    for node, nats in zip(pairs.node.tolist(), pairs.nats.tolist(), strict=True):
        held[node] = max(held.get(node, 0.0), 1 / (1 + math.exp((believed - nats) / 3)))
    given_ = preferred(made, pairs, pairs.nats) - pairs.nats
    for node, advantage in zip(pairs.node.tolist(), given_.tolist(), strict=True):
        mine = [part for other, part in held.items() if family[other] == family[node]]
        assert advantage == pytest.approx(6 * sum(mine) / (sum(family == family[node]) + 3))
        assert 0 <= advantage < 6


def test_a_copy_goes_to_the_family_that_is_there_as_a_whole():
    made = asked(2)
    family = made.index.node_family
    whole = np.flatnonzero(family == 0).tolist()
    copy = int(np.flatnonzero(family == 1)[0])
    rows = [(number, node, 30.0) for number, node in enumerate(whole)]
    pairs = pairs_of([*rows, (0, copy, 30.5)])
    score = preferred(made, pairs, pairs.nats)
    kept = assigned(pairs, score, 1.0)
    assert pairs.node[kept].tolist() == whole
    clear = pairs_of([*rows, (0, copy, 40.0)])
    kept = assigned(clear, preferred(made, clear, clear.nats), 1.0)
    assert copy in clear.node[kept].tolist()


def test_scores_beyond_all_bounds_make_no_infinite_preference():
    made = asked(2)
    pairs = pairs_of([(0, 0, 1e300), (1, 1, -1e300)])
    given_ = preferred(made, pairs, pairs.nats)
    assert np.isfinite(given_).all()
    empty = pairs_of([])
    assert len(preferred(made, empty, empty.nats)) == 0
