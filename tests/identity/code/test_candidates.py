"""What tokens weigh in an app beside an index, and that no input makes the search for candidates boundless."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.build import build
from affidavit.identity.code.candidates import candidates, query, room, unfolded
from affidavit.identity.code.index import Family, Index, Version, reversed_rows
from affidavit.identity.code.matching import numbers
from affidavit.identity.code.signatures import joined
from affidavit.identity.code.similarity import compare, known_rates
from affidavit.identity.code.tokens import Kind, token
from affidavit.identity.kernels import matching
from tests.builders.asked import asked
from tests.builders.made_libraries import signatures
from tests.oracles import code_matching as oracle

SEEDS = range(8)

_edges = st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=40)


def _index(classes: dict[str, frozenset[int]]) -> Index:
    return build([Family("lib")], [(Version(0, "1"), signatures(classes))])


@pytest.mark.parametrize("seed", SEEDS)
def test_tokens_weigh_what_the_slow_twin_says(seed: int):
    made = asked(seed)
    worth = oracle.weights(made)
    assert made.weight.tolist() == pytest.approx([worth[number] for number in made.index.token.tolist()], rel=1e-5)
    assert (made.weight >= 0).all()
    assert (made.own <= made.weight).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_each_token_of_each_class_is_known_or_strange_and_none_is_lost(seed: int):
    made = asked(seed)
    known = set(made.index.token.tolist())
    for app in range(len(made.app)):
        held = made.app.of(app).tolist()
        rows = made.known[made.start[made.same[app]] : made.start[made.same[app] + 1]]
        assert made.index.token[rows].tolist() == [number for number in held if number in known]
        assert (made.strange_of == made.same[app]).sum() == sum(number not in known for number in held)


@given(st.lists(st.frozensets(st.integers(0, 5), max_size=3), max_size=20))
def test_classes_with_the_same_tokens_share_a_set_and_no_others_do(rows: list[frozenset[int]]):
    app = signatures({f"Lx/X{number:02};": tokens for number, tokens in enumerate(rows)})
    same = query(app, _index({"La/A;": frozenset({1, 2, 3})}), numbers()).same.tolist()
    assert same == [sorted(set(rows), key=rows.index).index(tokens) for tokens in rows]


def test_rows_that_find_no_place_in_the_table_are_numbered_apart():
    rows = np.array([7, 8, 7, 8], np.uint64)
    first, out = np.empty(4, np.int64), np.empty(4, np.int64)
    assert matching.alike(np.arange(5), rows, np.full(1, -1, np.int64), first, out) == 3
    assert out.tolist() == [0, 1, 0, 2]
    assert first[:3].tolist() == [0, 1, 3]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_class_and_its_copy_are_compared_alike_in_any_order_of_pairs(seed: int):
    made = asked(seed)
    twice = query(joined(made.app, made.app), made.index, numbers())
    rates, count, nodes = known_rates(twice), len(made.app), len(made.index.node_name)
    rows = np.stack(np.meshgrid(np.arange(2 * count), np.arange(nodes), indexing="ij"), -1).reshape(-1, 2)
    app, node = rows[np.random.default_rng(seed).permutation(len(rows))].astype(np.int32).T.copy()
    pairs = compare(twice, rates, app, node)
    alone = compare(twice, rates, app[app < count], node[app < count])
    said = {
        (one, other): nats for one, other, nats in zip(app.tolist(), node.tolist(), pairs.nats.tolist(), strict=True)
    }
    assert twice.same.max() < count
    assert pairs.nats[app < count].tolist() == alone.nats.tolist()
    assert all(said[one, other] == said[one + count, other] for one, other in said if one < count)


@pytest.mark.parametrize("seed", SEEDS)
def test_candidates_share_more_than_any_node_that_is_none(seed: int):
    made = asked(seed)
    few = replace(made, numbers=changed(made.numbers, kept=3))
    classes, nodes, _ = candidates(few)
    slow = oracle.candidates(made)
    assert np.bincount(classes).max() <= 3
    assert (np.diff(classes) >= 0).all()
    for app in range(len(made.app)):
        mine, every = nodes[classes == app].tolist(), slow.get(app, {})
        assert len(set(mine)) == len(mine) == min(3, len(every))
        assert mine == sorted(mine)
        best = sorted((every[node] for node in mine), reverse=True)
        assert best == pytest.approx(sorted(every.values(), reverse=True)[:3], rel=1e-4)


def test_what_ordinary_apps_have_is_of_no_family():
    made = asked(1)
    often = replace(made.index, in_background=np.ones(len(made.index.token), np.int32), background=1)
    common = query(made.app, often, numbers())
    assert made.own.any()
    assert not common.own.any()
    assert (common.weight <= made.weight).all()


def test_what_two_families_share_is_a_quarter_as_much_their_own():
    both, one = (token(Kind.STRING, text) for text in (b"both", b"one"))
    index = build(
        [Family("a"), Family("b")],
        [
            (Version(0, "1"), signatures({"La/A;": frozenset({both, one})})),
            (Version(1, "1"), signatures({"Lb/B;": frozenset({both})})),
        ],
    )
    made = query(signatures({"Lx/X;": frozenset({both, one})}), index, numbers())
    own = dict(zip(made.index.token.tolist(), (made.own / made.weight).tolist(), strict=True))
    assert own == pytest.approx({both: 0.25, one: 1.0})


def test_a_token_that_is_in_every_class_weighs_nothing_and_a_strange_one_by_its_rarity():
    common, strange = token(Kind.CALL, b"common"), token(Kind.CALL, b"strange")
    index = _index({f"La/{row};": frozenset({common}) for row in range(5)})
    app = {f"Lx/{row};": frozenset({common, strange} if row < 2 else {common}) for row in range(5)}
    made = query(signatures(app), index, numbers())
    assert made.weight.tolist() == pytest.approx([log(12 / 10) * numbers().kinds["call"].counts], rel=1e-5)
    assert np.isin(made.same, made.strange_of).tolist() == [True, True, False, False, False]
    rarity = min(log(12 / 2), numbers().ceiling) * numbers().kinds["call"].counts
    assert made.strange_weight.tolist() == pytest.approx([rarity])


def test_equal_nodes_beyond_the_bound_are_left_out_from_the_highest_number():
    same = frozenset(token(Kind.STRING, b"%d" % number) for number in range(4))
    library = {f"La/{row:03};": same | {token(Kind.STRING, b"own %d" % row)} for row in range(200)}
    made = query(signatures({"Lx/X;": same}), _index(library), numbers())
    classes, nodes, cut = candidates(made)
    assert cut == 0
    assert classes.tolist() == [0] * numbers().kept
    assert sorted(nodes.tolist()) == list(range(numbers().kept))


def test_what_is_too_common_is_not_read_and_a_class_beyond_the_budget_is_counted():
    common, rare = token(Kind.STRING, b"common"), token(Kind.STRING, b"rare")
    library = {f"La/{row};": frozenset({common}) for row in range(9)} | {"Lb/B;": frozenset({rare, common})}
    made = query(
        signatures({"Lx/X;": frozenset({rare, common}), "Lx/Y;": frozenset({rare})}), _index(library), numbers()
    )
    the_one = made.index.node_name.index("Lb/B;")
    for bounds, cut in (({"longest": 5}, 0), ({"postings": 5}, 1)):
        classes, nodes, missed = candidates(replace(made, numbers=changed(made.numbers, **bounds)))
        assert (classes.tolist(), nodes.tolist(), missed) == ([0, 1], [the_one, the_one], cut)
    classes, nodes, missed = candidates(replace(made, numbers=changed(made.numbers, kept=99)))
    assert (np.bincount(classes).tolist(), missed) == ([10, 1], 0)


def test_neither_an_empty_app_nor_an_empty_index_has_candidates():
    made = asked(1)
    for empty in (
        query(signatures({}), made.index, numbers()),
        query(made.app, build([], []), numbers()),
        query(signatures({"Lx/X;": frozenset()}), made.index, numbers()),
    ):
        classes, nodes, cut = candidates(empty)
        assert (len(classes), len(nodes), cut) == (0, 0, 0)


@given(_edges)
def test_turned_twice_a_graph_is_itself(edges: set[tuple[int, int]]):
    pairs = np.array(sorted(edges), np.int32).reshape(-1, 2)
    graph = Csr(np.searchsorted(pairs[:, 0], np.arange(10)).astype(np.int32), pairs[:, 1].copy())
    turned = reversed_rows(graph, 9)
    for head in range(9):
        assert turned.row(head).tolist() == sorted(tail for tail, other in edges if other == head)
    again = reversed_rows(turned, 9)
    assert again.start.tolist() == graph.start.tolist()
    assert again.items.tolist() == graph.items.tolist()


def test_only_places_that_were_filled_are_read():
    out = room(3, 2)
    out[0][:] = [7, 8, 9, 99, 99, 99]
    out[2][:] = [2, 1, 0]
    classes, nodes = unfolded(out, np.array([4, 5, 6]), 2)
    assert classes.tolist() == [4, 4, 5]
    assert nodes.tolist() == [7, 8, 9]
