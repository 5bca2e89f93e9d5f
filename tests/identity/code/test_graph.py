"""What neighbours say of a pair, beside the slow way of saying it."""

import math
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.candidates import Query
from affidavit.identity.code.compressed import flat
from affidavit.identity.code.graph import ROUNDS, adjacent, belief, grown, scores
from affidavit.identity.code.similarity import Pairs
from tests.builders.asked import any_pairs, asked, pairs_of
from tests.builders.made_libraries import seeded

SEEDS = range(10)

_scores = st.lists(st.tuples(st.integers(0, 5), st.floats(-1e6, 1e6)), max_size=20).map(sorted)
_rows = st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1, max_size=8)


def _believed(apps: list[int], score: list[float], enough: float) -> list[float]:
    """The slow way: each beside all others of its class."""
    made = []
    for app, nats in zip(apps, score, strict=True):
        rivals = [other for of, other in zip(apps, score, strict=True) if of == app]
        parts = [math.exp(max(other - max(rivals), -50) / 2) for other in rivals]
        mine = math.exp(max(nats - max(rivals), -50) / 2)
        made.append(mine / sum(parts) / (1 + math.exp(min(max(enough - nats, -50), 50) / 3)))
    return made


def _agreements(made: Query, pairs: Pairs, held: list[float]) -> list[tuple[float, float]]:
    """Belief of neighbours that agree with each pair and of all of its family, pair by pair."""
    of_class = defaultdict(list)
    for app, node, part in zip(pairs.app.tolist(), pairs.node.tolist(), held, strict=True):
        of_class[app].append((node, part))
    family, counted = made.index.node_family, []
    for app, node in zip(pairs.app.tolist(), pairs.node.tolist(), strict=True):
        agree = within = 0.0
        for graph, known in ((made.ahead, made.known_ahead), (made.back, made.known_back)):
            named = set(known.row(node).tolist())
            for other in graph.row(app).tolist()[: made.numbers.neighbours]:
                mine = [(place, part) for place, part in of_class[other] if family[place] == family[node]]
                within += max((part for _, part in mine), default=0.0)
                agree += max((part for place, part in mine if place in named), default=0.0)
        counted.append((agree, within))
    return counted


def _worth(made: Query, node: int) -> float:
    degree = len(made.known_ahead.row(node)) + len(made.known_back.row(node))
    share = degree / made.sizes[made.index.node_family[node]]
    return min(max(math.log(0.8 / min(max(share, 0.02), 0.8)), 0), made.numbers.agreeing)


def _case(seed: int) -> tuple[Query, Pairs]:
    made = asked(seed)
    return made, pairs_of(any_pairs(made, seeded(seed)))


@given(_scores)
def test_belief_is_that_of_the_slow_twin(rows: list[tuple[int, float]]):
    apps, score = [app for app, _ in rows], [nats for _, nats in rows]
    held = belief(np.array(apps, np.int32), np.array(score, np.float64), 8.0)
    assert held.tolist() == pytest.approx(_believed(apps, score, 8.0))


@given(_scores)
def test_belief_in_all_nodes_of_a_class_is_one_at_most(rows: list[tuple[int, float]]):
    apps = np.array([app for app, _ in rows], np.int32)
    held = belief(apps, np.array([nats for _, nats in rows], np.float64), 8.0)
    assert (held >= 0).all()
    assert (np.bincount(apps, held) <= 1 + 1e-9).all()


def test_twins_share_the_belief_and_a_bad_pair_that_is_alone_has_none():
    held = belief(np.array([0, 0, 1, 2], np.int32), np.array([90.0, 90.0, 90.0, -90.0]), 8.0)
    assert held.tolist() == pytest.approx([0.5, 0.5, 1.0, 0.0], abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_scores_are_those_of_the_slow_twin(seed: int):
    made, pairs = _case(seed)
    numbers, score = made.numbers, pairs.nats.tolist()
    for _ in range(ROUNDS):
        counted = _agreements(made, pairs, _believed(pairs.app.tolist(), score, numbers.believed))
        score = []
        for nats, node, (agree, within) in zip(pairs.nats.tolist(), pairs.node.tolist(), counted, strict=True):
            gain = numbers.agreed * (1 - math.exp(-agree * _worth(made, node) / numbers.agreed))
            score.append(nats + gain - min(within - agree, 5))
    found, agree, within = scores(made, pairs)
    assert found.tolist() == pytest.approx(score, rel=1e-4, abs=1e-4)
    assert agree.tolist() == pytest.approx([one for one, _ in counted], rel=1e-4, abs=1e-5)
    assert within.tolist() == pytest.approx([one for _, one in counted], rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_neighbours_give_no_more_and_take_no_more_than_is_stated(seed: int):
    made, pairs = _case(seed)
    score, agree, within = scores(made, pairs)
    assert (agree <= within + 1e-6).all()
    assert (score - pairs.nats <= made.numbers.agreed + 1e-9).all()
    assert (pairs.nats - score <= 5 + 1e-9).all()


def test_a_pair_without_neighbours_keeps_what_it_has():
    made = asked(3)
    empty = Csr(np.zeros(len(made.app) + 1, np.int32), np.zeros(0, np.int32))
    made = replace(made, ahead=empty, back=empty)
    pairs = pairs_of(any_pairs(made, seeded(3)))
    score, agree, within = scores(made, pairs)
    assert score.tolist() == pairs.nats.tolist()
    assert not agree.any()
    assert not within.any()


def test_no_pairs_have_no_scores_and_nothing_grows_from_them():
    made, pairs = asked(4), pairs_of([])
    assert [len(part) for part in scores(made, pairs)] == [0, 0, 0]
    assert [len(part) for part in grown(made, pairs, pairs.nats)] == [0, 0]
    assert adjacent(made, pairs, np.full(len(made.app), -1, np.int32)).shape == (0, 5)


def _right(made: Query) -> list[tuple[int, int]]:
    """Classes and nodes that have the very same tokens, more than a few."""
    of_node = {frozenset(made.index.of(row).tolist()): int(node) for row, node in enumerate(made.index.node)}
    every = [frozenset(made.app.of(app).tolist()) for app in range(len(made.app))]
    return [(app, of_node[held]) for app, held in enumerate(every) if len(held) > 5 and held in of_node]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_grows_is_beside_what_is_believed_and_new(seed: int):
    made = asked(seed)
    right = _right(made)
    old = [(app, node, 60.0 if at % 2 else -60.0) for at, (app, node) in enumerate(right)]
    sure = {app: node for app, node, nats in old if nats > 0}
    expected = set()
    for app in set(range(len(made.app))) - set(sure):
        for graph, known in ((made.ahead, made.known_back), (made.back, made.known_ahead)):
            for other in graph.row(app).tolist():
                if other in sure:
                    expected |= {(app, node) for node in known.row(sure[other]).tolist()}
    expected -= {(app, node) for app, node, _ in old}
    pairs = pairs_of(old)
    apps, nodes = grown(made, pairs, pairs.nats)
    found = list(zip(apps.tolist(), nodes.tolist(), strict=True))
    assert found == sorted(set(found))
    assert set(found) == expected


def test_a_class_without_a_pair_is_mostly_reached_from_its_neighbours():
    reached = 0
    for seed in range(20):
        made = asked(seed)
        right = _right(made)
        for hidden in right:
            rest = pairs_of([(*pair, 60.0) for pair in right if pair != hidden])
            reached += hidden in set(zip(*(part.tolist() for part in grown(made, rest, rest.nats)), strict=True))
    assert reached > 20


@pytest.mark.parametrize(("count", "reached"), [(200, [1, 2]), (201, [])])
def test_a_node_that_very_many_know_leads_nowhere(count: int, reached: list[int]):
    made = asked(5)
    star = Csr(np.array([0, count, *[count] * (count - 1)], np.int32), np.arange(count, dtype=np.int32) % 2 + 1)
    names = tuple(f"Lx/{number};" for number in range(count))
    one = Csr(np.concatenate([[0, 0], np.full(len(made.app) - 1, 1)]).astype(np.int32), np.array([0], np.int32))
    index = replace(made.index, node_name=names, node_family=np.zeros(count, np.int32))
    none = Csr(np.zeros(len(made.app) + 1, np.int32), np.zeros(0, np.int32))
    wide = replace(made, index=index, ahead=one, back=none, known_back=star, known_ahead=star)
    pairs = pairs_of([(0, 0, 99.0)])
    apps, nodes = grown(wide, pairs, pairs.nats)
    assert apps.tolist() == [1] * len(reached)
    assert nodes.tolist() == reached


@pytest.mark.parametrize("seed", SEEDS)
def test_edges_are_counted_as_one_would_by_hand(seed: int):
    made = asked(seed)
    rng = seeded(seed)
    nodes = rng.sample(range(len(made.index.node_name)), len(made.index.node_name))
    chosen = dict(_right(made)) if seed % 2 else dict(zip(range(len(made.app)), nodes, strict=False))
    pairs = pairs_of([(app, node, 1.0) for app, node in chosen.items()])
    node_of = np.full(len(made.app), -1, np.int32)
    node_of[pairs.app] = pairs.node
    family = made.index.node_family
    table = adjacent(made, pairs, node_of)
    for row, (app, node) in enumerate(sorted(chosen.items())):
        named = made.ahead.row(app).tolist()
        within = [other for other in named if other in chosen and family[chosen[other]] == family[node]]
        known = made.known_ahead.row(node).tolist()
        agree = sum(chosen[other] in known for other in within)
        chance = len(known) / max(int(sum(family == family[node])) - 1, 1)
        assert table[row, :3].tolist() == [agree, len(within), len(named)]
        assert table[row, 3] == pytest.approx(len(within) * chance)
        chance = min(max(chance, 0.02), 0.98)
        nats = agree * math.log(0.98 / chance) + (len(within) - agree) * math.log(0.02 / (1 - chance))
        assert table[row, 4] == pytest.approx(nats)


def test_right_pairs_agree_everywhere_and_shuffled_ones_hardly():
    right = wrong = within = 0.0
    for seed in range(20):
        made = asked(seed)
        pairs = pairs_of([(*pair, 1.0) for pair in _right(made)])
        node_of = np.full(len(made.app), -1, np.int32)
        node_of[pairs.app] = pairs.node
        table = adjacent(made, pairs, node_of)
        right, within = right + table[:, 0].sum(), within + table[:, 1].sum()
        turned = replace(pairs, node=np.roll(pairs.node, 1))
        node_of[turned.app] = turned.node
        wrong += adjacent(made, turned, node_of)[:, 0].sum()
    assert right > 0.7 * within
    assert wrong < right / 2


@given(_rows, st.data())
def test_edges_of_some_rows_are_those_rows_one_after_the_other(rows: list[list[int]], data: st.DataObject):
    graph = Csr(
        np.cumsum([0, *map(len, rows)]).astype(np.int32), np.array([item for row in rows for item in row], np.int32)
    )
    wanted = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=10))
    tails, heads = flat(graph.start, graph.items, np.array(wanted, np.int32))
    expected = [(at, head) for at, row in enumerate(wanted) for head in rows[row]]
    assert list(zip(tails.tolist(), heads.tolist(), strict=True)) == expected


def test_neighbours_that_disagree_without_end_take_five_nats():
    made = asked(6)
    count = len(made.app)
    none = Csr(np.zeros(count + 1, np.int32), np.zeros(0, np.int32))
    crowd = Csr(np.array([0, *[20] * count], np.int32), np.ones(20, np.int32))
    lone = Csr(np.zeros(len(made.index.node_name) + 1, np.int32), np.zeros(0, np.int32))
    made = replace(made, ahead=crowd, back=none, known_ahead=lone, known_back=lone)
    score, agree, within = scores(made, pairs_of([(0, 0, 50.0), (1, 1, 90.0)]))
    assert score.tolist() == [45.0, 85.0]
    assert agree.tolist() == [0.0, 0.0]
    assert (within > 15).all()
