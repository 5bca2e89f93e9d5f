"""What a decision rests on, counted pair by pair; no class alone gives more than its bound."""

from dataclasses import fields, replace

import numpy as np
import pytest

from affidavit.identity.code.build import build
from affidavit.identity.code.candidates import Query, query
from affidavit.identity.code.decide import decide, scaled
from affidavit.identity.code.families import features
from affidavit.identity.code.graph import adjacent
from affidavit.identity.code.index import Family, Version
from affidavit.identity.code.matching import F64, numbers
from affidavit.identity.code.similarity import Pairs
from affidavit.identity.code.tokens import Kind, token
from tests.builders.asked import asked, pairs_of
from tests.builders.made_libraries import seeded, signatures

SEEDS = range(12)


def _node_of(made: Query, pairs: Pairs) -> np.ndarray:
    node_of = np.full(len(made.app), -1, np.int32)
    node_of[pairs.app] = pairs.node
    return node_of


def _case(seed: int) -> tuple[Query, Pairs, F64, F64]:
    """Classes and nodes dealt at random, with all numbers at random."""
    made, rng = asked(seed), seeded(seed)
    nodes = rng.sample(range(len(made.index.node_name)), len(made.index.node_name))
    pairs = pairs_of(
        [(app, node, rng.uniform(-20, 90)) for app, node in zip(range(len(made.app)), nodes, strict=False)]
    )

    def column(low: float, high: float) -> F64:
        return np.array([rng.uniform(low, high) for _ in range(len(pairs))])

    shared = column(0, 80)
    pairs = replace(pairs, similarity=column(0, 1), shared=shared, foreign=column(0, 30), own=shared * column(0, 1))
    return made, pairs, column(-20, 90), column(-5, 40)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_speaks_for_each_family_is_that_of_the_slow_twin(seed: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("affidavit.identity.code.families._FEWEST", 5.0)
    made, pairs, score, margin = _case(seed)
    found = features(made, pairs, score, margin)
    family = made.index.node_family
    assert list(found) == sorted(set(family[pairs.node].tolist()))
    edges = adjacent(made, pairs, _node_of(made, pairs)).tolist()
    for number, item in found.items():
        rows = [row for row in range(len(pairs)) if family[pairs.node[row]] == number]
        nats = [min(max(pairs.nats[row], 0), 60) if margin[row] >= 1 else 0 for row in rows]
        shared, foreign = sum(pairs.shared[rows].tolist()), sum(pairs.foreign[rows].tolist())
        agree, within = (sum(edges[row][column] for row in rows) for column in range(2))
        known = [row for row in range(len(pairs)) if score[row] >= 12 and margin[row] >= 1]
        left = len(made.app) - len([row for row in known if row not in rows])
        fits = [pairs.shared[row] / (pairs.shared[row] + pairs.foreign[row]) for row in rows]
        special = [min(max(margin[row], 0), 25) * fit**2 for row, fit in zip(rows, fits, strict=True)]
        assert item == pytest.approx(
            {
                "classes": len(rows),
                "strong": sum(one >= 12 for one in nats),
                "nats": sum(one * pairs.similarity[row] for one, row in zip(nats, rows, strict=True)),
                "similarity": sum(pairs.similarity[row] * pairs.shared[row] for row in rows) / shared,
                "special": sum(special),
                "rest": sum(sorted(special)[:-1]),
                "foreign": foreign,
                "own": sum(pairs.own[rows].tolist()) / shared,
                "edge": agree / within if within else 0,
                "size": sum(family == number),
                "chances": max(left * sum(family == number), 5),
            }
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_every_number_can_be_decided_on_and_every_share_is_one(seed: int):
    found = features(*_case(seed))
    for item in found.values():
        assert np.isfinite(list(scaled(item).values())).all()
        for name in ("similarity", "own", "edge"):
            assert 0 <= item[name] <= 1
    assert set(decide(found)) == set(found)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_family_says_the_same_whatever_pairs_others_have_or_lose(seed: int):
    made, pairs, score, margin = _case(seed)
    found = features(made, pairs, score, margin)
    for number, item in found.items():
        mine = np.flatnonzero(made.index.node_family[pairs.node] == number).astype(np.int32)
        alone = features(made, pairs.take(mine), score[mine], margin[mine])
        assert list(alone) == [number]
        assert alone[number] == pytest.approx(item | {"chances": alone[number]["chances"]})
        assert alone[number]["chances"] >= item["chances"]


def test_classes_that_another_family_explains_are_no_chances(monkeypatch: pytest.MonkeyPatch):
    made = asked(1)
    first, second = (np.flatnonzero(made.index.node_family == family) for family in (0, 1))
    pairs = pairs_of([(0, int(first[0]), 40.0), (1, int(second[0]), 40.0), (2, int(second[1]), 11.0)])
    score, margin = pairs.nats, np.full(3, 9.0)
    assert {item["chances"] for item in features(made, pairs, score, margin).values()} == {3000}
    monkeypatch.setattr("affidavit.identity.code.families._FEWEST", 1.0)
    found = features(made, pairs, score, margin)
    assert found[0]["chances"] == found[0]["size"] * (len(made.app) - 1)
    assert found[1]["chances"] == found[1]["size"] * (len(made.app) - 1)
    nobody = features(made, pairs, score, np.zeros(3))
    assert nobody[0]["chances"] == found[0]["size"] * len(made.app)


def test_no_pairs_speak_for_nothing():
    nothing = np.zeros(0)
    assert features(asked(1), pairs_of([]), nothing, nothing) == {}


def test_pairs_that_share_nothing_at_all_do_not_break_the_shares():
    made = asked(1)
    pairs = pairs_of([(0, 0, -9.0), (1, 1, -9.0)], shared=0.0, foreign=0.0, own=0.0)
    found = features(made, pairs, np.array([-9.0, -9.0]), np.array([-9.0, -9.0]))
    assert all(np.isfinite(value) for item in found.values() for value in item.values())
    assert sum(item["special"] + item["nats"] + item["strong"] for item in found.values()) == 0


def test_one_class_however_much_it_has_is_no_second_one():
    made = asked(1)
    pairs = pairs_of([(0, 0, 1e9)], similarity=1.0, shared=1e9, foreign=0.0, own=1e9)
    item = features(made, pairs, np.array([1e9]), np.array([1e9]))[int(made.index.node_family[0])]
    assert item["nats"] == 60
    assert (item["special"], item["rest"]) == (25, 0)
    assert decide({0: item})[0].decision != "found"


def test_what_another_family_has_as_well_is_no_evidence_for_either():
    made, pairs, score, margin = _case(3)
    for item in features(made, pairs, score, np.minimum(margin, 0)).values():
        assert [item[name] for name in ("nats", "strong", "special", "rest")] == [0] * 4


def _interfaces(written: bytes) -> tuple[Query, Pairs]:
    """A library of four classes that inherit from `written`, all of them in an app."""
    above = token(Kind.SUPER, written)
    classes = {
        f"Llib/{row};": frozenset({above, *(token(Kind.STRING, b"%d %d" % (row, at)) for at in range(6))})
        for row in range(4)
    }
    index = build([Family("lib")], [(Version(0, "1"), signatures(classes))])
    made = query(signatures(dict(zip("abcd", classes.values(), strict=True))), index, numbers())
    return made, pairs_of([(row, row, 50.0) for row in range(4)], shared=50.0, own=5.0)


def test_what_a_tool_writes_counts_only_by_what_is_its_own():
    many = np.full(4, 40.0)
    made, pairs = _interfaces(b"Landroid/os/IInterface;")
    written = features(made, pairs, many, many)[0]
    assert (written["nats"], written["strong"]) == (20, 0)
    assert written["special"] == pytest.approx(4 * 5 * (50 / 51) ** 2)
    made, pairs = _interfaces(b"Ljava/lang/Runnable;")
    by_hand = features(made, pairs, many, many)[0]
    assert (by_hand["nats"], by_hand["strong"]) == (200, 4)
    assert by_hand["special"] == pytest.approx(4 * 25 * (50 / 51) ** 2)
    assert {name for name in written if written[name] != by_hand[name]} == {
        "strong",
        "nats",
        "special",
        "rest",
    }


def test_pairs_that_are_handed_in_are_not_changed():
    made, pairs = _interfaces(b"Landroid/os/IInterface;")
    score, margin = np.full(4, 40.0), np.full(4, 40.0)
    before = [getattr(pairs, field.name).tolist() for field in fields(pairs)]
    features(made, pairs, score, margin)
    assert [getattr(pairs, field.name).tolist() for field in fields(pairs)] == before
    assert margin.tolist() == score.tolist() == [40.0] * 4
