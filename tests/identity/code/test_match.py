"""Comparing an app with known code, on small made-up code."""

import random
from dataclasses import replace as changed

import numpy as np
import pytest

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.assign import assigned
from affidavit.identity.code.build import build
from affidavit.identity.code.candidates import candidates, query
from affidavit.identity.code.decide import decide, scaled
from affidavit.identity.code.graph import adjacent
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.match import evidence, match
from affidavit.identity.code.matching import numbers
from affidavit.identity.code.signatures import Signatures
from affidavit.identity.code.similarity import compare, known_rates
from affidavit.identity.code.tokens import Kind, token
from tests.oracles import code_matching as oracle


def signatures(rows: list[set[int]], edges: set[tuple[int, int]], names: str) -> Signatures:
    """Signatures of classes with these tokens, that name each other like this."""
    ordered = [np.array(sorted(row), np.uint64) for row in rows]
    nothing = np.zeros(len(rows), np.int32)
    pairs = np.array(sorted(edges), np.int32).reshape(-1, 2)
    start = np.searchsorted(pairs[:, 0], np.arange(len(rows) + 1)).astype(np.int32)
    return Signatures(
        tuple(f"L{names}/{row};" for row in range(len(rows))),
        np.cumsum([0, *map(len, ordered)]).astype(np.int64),
        np.concatenate([*ordered, np.empty(0, np.uint64)]),
        Csr(start, pairs[:, 1].copy()),
        nothing,
        nothing,
        nothing,
    )


def content(source: random.Random, own: str, count: int) -> set[int]:
    """Tokens of one class: some of its own, some that many classes have."""
    kinds = [Kind.STRING, Kind.CALL, Kind.LITERAL, Kind.MEMBER, Kind.METHOD]
    rare = {token(source.choice(kinds), f"{own} {number}".encode()) for number in range(count)}
    return rare | {token(Kind.TYPE, str(source.randrange(30)).encode()) for _ in range(3)}


def ring(count: int, steps: tuple[int, ...] = (1, 3)) -> set[tuple[int, int]]:
    """Every class names a few that follow it."""
    return {(row, (row + step) % count) for row in range(count) for step in steps}


Made = tuple[Signatures, Index, list[int]]


@pytest.fixture(name="made")
def _made() -> Made:
    """An app with half of the classes of one library, in another order, some tokens gone, and none of another."""
    source = random.Random(7)  # noqa: S311 - made-up code
    first = [content(source, f"a{row}", 8) for row in range(24)]
    second = [content(source, f"b{row}", 8) for row in range(24)]
    older = [set(sorted(row)[1:]) | {token(Kind.CALL, b"old%d" % number)} for number, row in enumerate(first)]
    index = build(
        [Family("first"), Family("second")],
        [
            (Version(0, "1"), signatures(older, ring(24), "first")),
            (Version(0, "2"), signatures(first, ring(24), "first")),
            (Version(1, "1"), signatures(second, ring(24), "second")),
        ],
    )
    kept = list(range(12))
    source.shuffle(kept)
    rows = [set(sorted(first[row])[:-1]) for row in kept] + [content(source, f"app{row}", 8) for row in range(12)]
    at = {row: number for number, row in enumerate(kept)}
    edges = {(at[one], at[other]) for one, other in ring(24) if one in at and other in at}
    return signatures(rows, edges | {(12 + one, 12 + other) for one, other in ring(12)}, "app"), index, kept


def test_a_library_is_found_with_its_classes_whatever_they_are_called(made: Made) -> None:
    app, index, kept = made
    found = match(app, index)
    assert [index.families[item.family].id for item in found.families if item.decision == "found"] == ["first"]
    first = found.families[0]
    assert {(pair.app, index.node_name[pair.node]) for pair in first.pairs} == {
        (number, f"Lfirst/{row};") for number, row in enumerate(kept)
    }
    assert found.origin.tolist() == [first.family] * 12 + [-1] * 12
    assert first.probability > 0.9
    assert first.log_ratio > 0
    assert "2" in {index.versions[number].label for number in first.versions}


def test_the_same_input_gives_the_same_answer_and_nothing_gives_nothing(made: Made) -> None:
    app, index, _ = made
    assert repr(match(app, index).families) == repr(match(app, index).families)
    empty = signatures([], set(), "app")
    assert match(empty, index).families == ()
    assert match(app, build([], [])).families == ()
    assert match(signatures([set()] * 5, ring(5), "app"), index).families == ()


def test_one_class_alone_never_decides(made: Made) -> None:
    app, index, _ = made
    alone = signatures([set(app.of(0).tolist())], set(), "app")
    assert [item.decision for item in match(alone, index).families if item.decision == "found"] == []


def test_of_classes_that_are_all_alike_too_little_is_left() -> None:
    source = random.Random(3)  # noqa: S311 - made-up code
    alike, one, other = content(source, "alike", 40), content(source, "one", 40), content(source, "other", 40)
    library = signatures([alike] * 6 + [one], set(), "lib")
    index = build(
        [Family("lib"), Family("other")],
        [(Version(0, "1"), library), (Version(1, "1"), signatures([other] * 3, set(), "o"))],
    )
    app = signatures([alike] * 6 + [one], set(), "app")
    assert decide(evidence(app, index).features)[0].decision == "found"
    found = match(app, index)
    assert [(item.family, item.decision, len(item.pairs)) for item in found.families] == [(0, "too-little", 1)]
    assert found.origin.tolist() == [-1] * 7


def test_candidates_are_those_of_the_slow_twin(made: Made) -> None:
    app, index, _ = made
    asked = query(app, index, numbers())
    classes, nodes, cut = candidates(asked)
    slow = oracle.candidates(asked)
    assert cut == 0
    for class_ in range(len(app)):
        mine, every = nodes[classes == class_].tolist(), slow.get(class_, {})
        least = sorted(every.values(), reverse=True)[: numbers().kept]
        assert sorted((every[node] for node in mine), reverse=True) == pytest.approx(least, rel=1e-4)


def test_pairs_weigh_what_the_slow_twin_says(made: Made) -> None:
    app, index, _ = made
    asked = query(app, index, numbers())
    rates = known_rates(asked)
    classes, nodes, _ = candidates(asked)
    pairs = compare(asked, rates, classes, nodes)
    worth = oracle.weights(asked)
    for row in range(0, len(pairs), 7):
        number, nats, similarity = oracle.compare(asked, rates, worth, int(classes[row]), int(nodes[row]))
        assert pairs.signature[row] == number
        assert pairs.nats[row] == pytest.approx(nats, rel=1e-4, abs=1e-4)
        assert pairs.similarity[row] == pytest.approx(similarity, rel=1e-4)


def test_every_class_has_one_origin_and_every_node_one_class(made: Made) -> None:
    app, index, _ = made
    asked = query(app, index, numbers())
    pairs = compare(asked, known_rates(asked), *candidates(asked)[:2])
    score = np.round(pairs.nats)  # many of the same
    rows = assigned(pairs, score, 2.0)
    every = list(zip(pairs.app.tolist(), pairs.node.tolist(), score.tolist(), strict=True))
    assert {every[row][:2] for row in rows.tolist()} == oracle.assigned(every, 2.0)


def test_edges_that_agree_are_counted_as_the_slow_twin_does(made: Made) -> None:
    app, index, _ = made
    found = evidence(app, index)
    pairs = found.kept.pairs
    nodes = dict(zip(pairs.app.tolist(), pairs.node.tolist(), strict=True))
    node_of = np.full(len(app), -1, np.int32)
    node_of[pairs.app] = pairs.node
    made_edges = adjacent(found.asked, pairs, node_of)
    for row, class_ in enumerate(pairs.app.tolist()):
        assert (made_edges[row, 0], made_edges[row, 2]) == oracle.agreeing(found.asked, nodes, class_)


def test_common_code_counts_little(made: Made) -> None:
    app, index, _ = made
    common = changed(index, in_background=np.full(len(index.token), 200, np.int32), background=300)
    assert [item for item in match(app, common).families if item.decision == "found"] == []


def test_interfaces_to_other_processes_say_only_what_no_other_family_has(made: Made) -> None:
    app, index, _ = made
    plain = evidence(app, index).features[0]
    written = token(Kind.SUPER, b"Landroid/os/IInterface;")
    rows = [{*app.of(row).tolist(), written} for row in range(len(app))]
    known = [{*index.of(int(row)).tolist(), written} for row in np.unique(index.node, return_index=True)[1][:24]]
    library = build([Family("first")], [(Version(0, "1"), signatures(known, ring(24), "first"))])
    made = evidence(signatures(rows, ring(24), "app"), library)
    assert made.features[0]["nats"] < plain["nats"]
    assert made.features[0]["nats"] <= made.kept.pairs.own.sum()


def test_what_only_the_family_explains_counts_and_what_it_does_not_speaks_against(made: Made) -> None:
    app, index, _ = made
    asked = evidence(app, index)
    pairs, margin = asked.kept.pairs, asked.kept.margin
    mine = index.node_family[pairs.node] == 0
    parts = zip(margin[mine], pairs.shared[mine], pairs.foreign[mine], strict=True)
    special = sum(min(max(apart, 0), 25) * (shared / (shared + foreign)) ** 2 for apart, shared, foreign in parts)
    assert asked.features[0]["special"] == pytest.approx(special)
    assert asked.features[0]["foreign"] == pytest.approx(pairs.foreign[mine].sum())
    worse = asked.features[0] | {"foreign": asked.features[0]["foreign"] + 100}
    assert scaled(worse)["plain"] < scaled(asked.features[0])["plain"]


def test_classes_without_end_are_bounded() -> None:
    wide = {token(Kind.STRING, b"%d" % number) for number in range(20_000)}
    same = [{token(Kind.CALL, b"a"), token(Kind.CALL, b"b")}] * 3_000
    library = signatures([wide, *same[:50]], ring(51), "library")
    app = signatures([wide, *same], ring(3_001), "app")
    found = match(app, build([Family("library")], [(Version(0, "1"), library)]))
    assert len(found.origin) == 3_001
