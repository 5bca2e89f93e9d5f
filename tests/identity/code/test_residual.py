"""Library code that lies in other classes of an app."""

from collections.abc import Sequence

import numpy as np
import pytest

from affidavit.identity.code import residual
from affidavit.identity.code.build import build
from affidavit.identity.code.complete import completed
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.residual import inlined, residues
from affidavit.identity.code.result import FamilyMatch, Matched, Pairing
from affidavit.identity.code.tokens import Kind, token
from tests.builders.made_libraries import Made, edges, library, seeded, signatures
from tests.oracles import code_residual as slow

Links = set[tuple[str, str]]


def many(word: str, count: int, kind: Kind = Kind.STRING) -> frozenset[int]:
    """Tokens that nothing else has."""
    return frozenset(token(kind, f"{word} {number}".encode()) for number in range(count))


CLASSES = {f"L{word};": many(word, 20) for word in ("main", "helper", "other", "last", "more", "end")}
LINKS = {("Lmain;", "Lhelper;"), ("Lother;", "Llast;")}


def index_of(*families: tuple[Made, Links]) -> Index:
    libraries = [(Version(number, "1"), signatures(*family)) for number, family in enumerate(families)]
    return build([Family(f"library{number}") for number in range(len(families))], libraries)


def matched(index: Index, app: Made, pairs: dict[str, str], family: int = 0) -> FamilyMatch:
    rows = [Pairing(list(app).index(a), index.node_name.index(n), 0, 50.0, 0.9) for a, n in pairs.items()]
    return FamilyMatch(family, "found", tuple(rows), {}, 1.0, 9.0, 0.0)


def found(index: Index, app: Made, pairs: dict[str, str], links: Links = frozenset()) -> list[tuple[str, str]]:  # type: ignore[assignment]
    made = inlined(signatures(app, links), index, [matched(index, app, pairs)], {0: (0,)}, "optimised")
    assert all(pair.inlined and pair.nats > 0 for pair in made)
    return [(list(app)[pair.app], index.node_name[pair.node]) for pair in made]


@pytest.fixture(scope="module")
def index() -> Index:
    return index_of((CLASSES, LINKS), ({"Lforeign;": many("foreign", 20)}, set()))


def part(word: str, count: int) -> frozenset[int]:
    return frozenset(sorted(CLASSES[f"L{word};"])[:count])


def test_a_helper_whose_code_lies_in_the_class_that_calls_it_is_found_there(index: Index) -> None:
    app = {"La;": CLASSES["Lmain;"] | part("helper", 8), "Lb;": many("own", 30)}
    assert found(index, app, {"La;": "Lmain;"}) == [("La;", "Lhelper;")]


def test_code_of_several_classes_may_lie_in_one(index: Index) -> None:
    app = {"La;": CLASSES["Lmain;"] | part("helper", 15) | part("last", 20), "Lb;": many("own", 9)}
    assert sorted(found(index, app, {"La;": "Lmain;"})) == [("La;", "Lhelper;"), ("La;", "Llast;")]


def test_a_class_that_lives_elsewhere_is_not_said_to_be_inlined(index: Index) -> None:
    app = {"La;": CLASSES["Lmain;"] | part("helper", 8), "Lb;": CLASSES["Lhelper;"]}
    assert found(index, app, {"La;": "Lmain;", "Lb;": "Lhelper;"}) == []


def test_what_the_class_itself_explains_is_no_evidence(index: Index) -> None:
    assert found(index, {"La;": CLASSES["Lmain;"], "Lb;": many("own", 9)}, {"La;": "Lmain;"}) == []


def test_code_in_a_class_of_unknown_origin_needs_most_of_the_class(index: Index) -> None:
    little = {"La;": CLASSES["Lmain;"], "Lb;": many("own", 30) | part("helper", 3)}
    much = {"La;": CLASSES["Lmain;"], "Lb;": many("own", 30) | part("helper", 20)}
    assert found(index, little, {"La;": "Lmain;"}) == []
    assert found(index, much, {"La;": "Lmain;"}, {("Lb;", "La;")}) == [("Lb;", "Lhelper;")]


def test_families_that_were_not_found_are_not_looked_for(index: Index) -> None:
    app = {"La;": CLASSES["Lmain;"] | many("foreign", 20), "Lb;": many("own", 9)}
    assert found(index, app, {"La;": "Lmain;"}) == []


def test_the_class_that_explains_more_takes_the_tokens() -> None:
    twin = CLASSES | {"Ltwin;": part("helper", 10) | many("twin", 15)}
    index = index_of((twin, LINKS | {("Lmain;", "Ltwin;")}))
    app = {"La;": CLASSES["Lmain;"] | part("helper", 20), "Lb;": many("own", 9)}
    assert found(index, app, {"La;": "Lmain;"}) == [("La;", "Lhelper;")]


def test_nothing_to_look_in_and_nothing_to_look_for(index: Index) -> None:
    assert inlined(signatures({}), index, [], {}, "optimised") == ()
    assert found(index, {}, {}) == []
    assert inlined(signatures({"La;": CLASSES["Lmain;"]}), index, [], {}, "optimised") == ()


def test_where_hardly_any_class_holds_more_than_its_own_code_one_that_may_is_no_evidence() -> None:
    made = {f"L{n};": many(f"k{n}", 20) for n in range(40)} | {"Lhelper;": many("helper", 20)}
    index = index_of((made, {("L0;", "Lhelper;")}))
    app = {name: tokens for name, tokens in made.items() if name != "Lhelper;"}
    app["L0;"] |= frozenset(sorted(made["Lhelper;"])[:6])
    few = {name: tokens for name, tokens in app.items() if name in {"L0;", "L1;"}}
    assert found(index, few, {name: name for name in few}) == [("L0;", "Lhelper;")]
    assert found(index, app, {name: name for name in app}) == []


def test_without_an_optimiser_nothing_is_inlined(index: Index) -> None:
    app = {"La;": CLASSES["Lmain;"] | part("helper", 20), "Lb;": many("own", 9)}
    assert inlined(signatures(app), index, [matched(index, app, {"La;": "Lmain;"})], {0: (0,)}, "plain") == ()


def test_what_was_matched_gets_versions_and_what_is_inside_other_classes(index: Index) -> None:
    app = {"La;": CLASSES["Lmain;"] | part("helper", 20), "Lb;": many("own", 9)}
    found = matched(index, app, {"La;": "Lmain;"})
    absent = FamilyMatch(1, "not-shown", (), {}, 0.0, -9.0, 1.0)
    before = Matched("optimised", (found, absent), np.array([0, -1], np.int32))
    after, answers = completed(signatures(app), index, before)
    assert [len(family.pairs) for family in after.families] == [2, 0]
    assert [family.versions for family in after.families] == [(0,), ()]
    assert answers[0].known == 1
    assert after.families[0].pairs[1].inlined


def _case(seed: int) -> tuple[Made, Links, Index, FamilyMatch]:
    rng = seeded(seed)
    made = library(rng, "lib", classes=9, words=150)
    links = edges(rng, made)
    index = index_of((made, links), (library(rng, "no", words=150), set()))
    names = list(made)
    app: Made = {}
    pairs = {}
    for number, name in enumerate(rng.sample(names, 6)):
        more = [token for other in rng.sample(names, 2) for token in sorted(made[other])[:6]]
        app[f"L{number};"] = made[name] | frozenset(more) | frozenset(rng.sample(range(1, 150), 3))
        if rng.random() < 0.6 and name in index.node_name:
            pairs[f"L{number};"] = name
    return app, edges(rng, app), index, matched(index, app, pairs)


@pytest.mark.parametrize("seed", range(10))
def test_agrees_with_the_slow_way_in_pieces_of_any_size(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    app, links, index, match = _case(seed)
    made = signatures(app, links)
    expected = slow.residues(made, index, [match], {0: (0,)}, 3.0)
    results: list[Sequence[residual.Residue]] = [residues(made, index, [match], {0: (0,)})]
    monkeypatch.setattr(residual, "_CHUNK", 1)
    results.append(residues(made, index, [match], {0: (0,)}))
    for result in results:
        assert [(item.app, item.node, item.place, item.agree, item.live) for item in result] == [
            (item.app, item.node, item.place, item.agree, item.live) for item in expected
        ]
        assert [item.nats for item in result] == pytest.approx([item.nats for item in expected])
        assert [item.share for item in result] == pytest.approx([item.share for item in expected])
