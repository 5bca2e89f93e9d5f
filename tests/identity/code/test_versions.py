"""Which versions the bytes of an app allow."""

import random
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from affidavit.identity.code.build import build
from affidavit.identity.code.declared import member_token
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.result import FamilyMatch, Pairing
from affidavit.identity.code.tokens import Kind, token
from affidavit.identity.code.variation import Forms
from affidavit.identity.code.versions import Allowed, Calibration, Frequency, allowed
from affidavit.knowledge import load
from tests.builders.made_libraries import signatures
from tests.oracles import code_versions as slow

Classes = Mapping[str, frozenset[int]]
KINDS = (Kind.STRING, Kind.CALL, Kind.METHOD, Kind.MEMBER, Kind.LITERAL)
EVERY = (*KINDS, Kind.PAIR)


def many(word: str, count: int, *kinds: Kind) -> frozenset[int]:
    """Tokens that nothing else has."""
    of = kinds or KINDS
    return frozenset(token(of[number % len(of)], f"{word} {number}".encode()) for number in range(count))


def index_of(versions: Sequence[Classes]) -> Index:
    rows = [(Version(0, f"{number + 1}.0"), signatures(classes)) for number, classes in enumerate(versions)]
    return build([Family("library")], rows)


def asked(app: Classes, index: Index, regime: str = "plain", pairs: Sequence[tuple[int, str]] | None = None) -> Allowed:
    """Asks with each class paired with the one of its name, unless pairs are given."""
    wanted = enumerate(app) if pairs is None else pairs
    found = [Pairing(row, index.node_name.index(name), 0, 50.0, 0.9) for row, name in wanted if name in index.node_name]
    match = FamilyMatch(0, "found", tuple(found), {}, 1.0, 9.0, 0.0)
    made = signatures(app)
    return allowed(made, Forms(index, [0]), Frequency(made), match, regime)


ONE = {"La;": many("a", 20), "Lb;": many("b", 20) | many("old", 6), "Lc;": many("c", 20)}
TWO = ONE | {"Lb;": many("b", 20) | many("new", 6)}
SAME = dict(TWO)


def test_what_differs_tells_versions_apart_and_what_is_the_same_does_not() -> None:
    index = index_of([ONE, TWO, SAME])
    first, second = asked(ONE, index), asked(TWO, index)
    assert (first.versions, first.alike, first.known, first.telling) == ((0,), (0,), 3, 1)
    assert (second.versions, second.alike, second.drops) == ((1, 2), (1, 1), (0.0, 0.0))


def test_without_the_class_that_differs_all_versions_are_allowed_and_alike() -> None:
    rest = {name: tokens for name, tokens in ONE.items() if name != "Lb;"}
    answer = asked(rest, index_of([ONE, TWO]), "shrunk")
    assert answer.versions == (0, 1)
    assert answer.alike == (0, 0)
    assert answer.telling == 0


def test_of_a_class_that_is_half_left_what_is_missing_says_little() -> None:
    index = index_of([ONE, {**ONE, "Lb;": many("b", 20)}])
    whole, half = {**ONE, "Lb;": many("b", 20)}, {**ONE, "Lb;": many("b", 8)}
    assert asked(whole, index).versions == (1,)
    assert set(asked(half, index, "shrunk").versions) == {0, 1}


def test_a_change_of_many_tokens_in_one_pair_that_is_wrong_does_not_outvote_others() -> None:
    base = {f"L{n};": many(f"k{n}", 20) for n in range(5)}
    one = {name: tokens | many(f"one {name}", 3) for name, tokens in base.items()}
    two = {name: tokens | many(f"two {name}", 3) for name, tokens in base.items()}
    one["Lbig;"], two["Lbig;"] = many("big", 30), many("big", 30) | many("much", 200)
    answer = asked(one | {"Lbig;": two["Lbig;"]}, index_of([one, two]))
    assert answer.versions == (0,)


def test_a_class_that_only_some_versions_have_speaks_for_them() -> None:
    with_more = {**ONE, "Lmore;": many("more", 30), "Lother;": many("other", 30)}
    index = index_of([ONE, with_more])
    assert asked(with_more, index).versions == (1,)
    assert asked(ONE, index).versions[0] == 0
    assert set(asked({"La;": ONE["La;"]}, index, "shrunk").versions) == {0, 1}


def test_a_class_that_moved_is_not_a_class_that_is_gone() -> None:
    moved = {"La;": ONE["La;"], "Lelse/where;": ONE["Lb;"], "Lc;": ONE["Lc;"]}
    index = index_of([ONE, moved])
    pairs = [(row, "Lb;" if "Lb;" in index.node_name else "Lelse/where;") for row in (1,)]
    answer = asked(ONE, index, "plain", pairs)
    assert (answer.versions, answer.drops) == ((0, 1), (0.0, 0.0))


def test_classes_that_were_numbered_anew_are_found_under_their_new_number() -> None:
    old = {"LMain;": many("main", 20), "LMain$1;": many("first", 20), "LMain$2;": many("second", 20)}
    new = {"LMain;": many("main", 20), "LMain$1;": many("added", 20)}
    new |= {"LMain$2;": many("first", 20), "LMain$3;": many("second", 20)}
    app = {name: tokens for name, tokens in new.items() if name != "LMain$1;"}
    index = index_of([old, new])
    held = {index.of(row).tobytes(): index.node_name[index.node[row]] for row in range(len(index.node))}
    pairs = [(row, held[np.array(sorted(tokens), np.uint64).tobytes()]) for row, tokens in enumerate(app.values())]
    answer = asked(app, index, "shrunk", pairs)
    assert (answer.versions, answer.alike) == ((0, 1), (0, 0))


def test_the_order_of_calls_tells_no_version_because_it_tells_how_an_artefact_was_published() -> None:
    jar = {name: tokens | many(f"jar {name}", 5, Kind.PAIR) for name, tokens in ONE.items()}
    answer = asked(
        jar, index_of([jar, {name: tokens | many(f"dex {name}", 5, Kind.PAIR) for name, tokens in ONE.items()}])
    )
    assert (answer.versions, answer.alike, answer.telling) == ((0, 1), (0, 0), 0)


def test_a_method_that_newer_compilers_add_tells_no_version() -> None:
    newer = {name: tokens | {member_token("s()[X", 2)} for name, tokens in ONE.items()}
    answer = asked(ONE, index_of([newer, ONE]))
    assert (answer.versions, answer.alike, answer.telling) == ((0, 1), (0, 0), 0)


def test_a_part_of_what_a_version_added_speaks_for_it_though_the_rest_is_gone() -> None:
    added = many("added", 40, Kind.CALL)
    index = index_of([ONE, ONE | {"Lb;": ONE["Lb;"] | added}])
    rest = {f"Lown{number};": many(f"own {number}", 20) for number in range(20)}
    parts = [ONE | rest | {"Lb;": ONE["Lb;"] | frozenset(sorted(added)[:left])} for left in (0, 1, 6)]
    assert [asked(app, index, "shrunk").versions for app in parts] == [(0, 1), (0, 1), (1,)]


def test_code_that_an_optimiser_can_have_moved_from_another_class_says_less() -> None:
    moved = many("moved", 1, Kind.CALL)
    base = ONE | {"Lelse;": many("else", 20) | moved}
    index = index_of([base, base | {"Lb;": base["Lb;"] | moved}])
    app = base | {"Lb;": base["Lb;"] | moved}
    shrunk, optimised = asked(app, index, "shrunk"), asked(app, index, "optimised")
    assert shrunk.versions[0] == optimised.versions[0] == 1
    assert shrunk.drops[-1] > optimised.drops[-1] > 0


def test_what_a_shrinker_takes_from_every_class_counts_once() -> None:
    before = {f"L{n};": many(f"k{n}", 20) for n in range(30)}
    after = {name: tokens | {token(Kind.MEMBER, name.encode())} for name, tokens in before.items()}
    index = index_of([before, after])
    assert set(asked(before, index, "shrunk").versions) == {0, 1}
    assert asked(before, index, "shrunk").versions[0] == 0


def test_a_pair_with_little_evidence_excludes_nothing() -> None:
    index = index_of([ONE, TWO])
    made = signatures(ONE)
    weak = Pairing(1, index.node_name.index("Lb;"), 0, 2.0, 0.3)
    match = FamilyMatch(0, "found", (weak,), {}, 1.0, 9.0, 0.0)
    assert set(allowed(made, Forms(index, [0]), Frequency(made), match, "plain").versions) == {0, 1}


def test_strings_that_are_hidden_do_not_speak_against_a_version() -> None:
    strings = {f"L{n};": many(f"text {n}", 30, Kind.STRING) for n in range(4)}
    code = {f"L{n};": many(f"code {n}", 15, Kind.CALL, Kind.LITERAL) for n in range(4)}
    one = {name: code[name] | strings[name] for name in code}
    two = {**one, "L0;": code["L0;"]}
    assert set(asked(code, index_of([one, two]), "strings-hidden").versions) == {0, 1}


def test_the_order_of_pairs_changes_nothing() -> None:
    index = index_of([ONE, TWO, {**TWO, "La;": many("a", 19)}])
    pairs = list(enumerate(TWO))
    assert asked(TWO, index, "shrunk", pairs) == asked(TWO, index, "shrunk", pairs[::-1])


def test_without_pairs_and_without_classes_there_is_an_answer() -> None:
    assert asked({}, index_of([ONE, TWO])).versions == (0, 1)


@pytest.mark.parametrize("seed", range(12))
def test_agrees_with_the_slow_way(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - nothing is secret
    words = sorted(many("w", 60, *EVERY))
    versions = [{f"L{n};": frozenset(rng.sample(words, rng.randrange(4, 24))) for n in range(8)}]
    for _ in range(rng.randrange(1, 5)):
        changed = dict(versions[-1])
        for name in rng.sample(sorted(changed), 2):
            changed[name] = changed[name] ^ frozenset(rng.sample(words, rng.randrange(4)))
        if rng.random() < 0.7:
            del changed[rng.choice(sorted(changed))]
        if rng.random() < 0.7:
            changed[f"Lnew{rng.randrange(99)};"] = frozenset(rng.sample(words, 12))
        versions.append(changed)
    index = index_of(versions)
    chosen = rng.choice(versions)
    app = {name: tokens ^ frozenset(rng.sample(words, 3)) for name, tokens in chosen.items() if rng.random() < 0.8}
    regime = rng.choice(("plain", "shrunk", "optimised", "strings-hidden"))
    pairs = [Pairing(row, index.node_name.index(name), 0, 50.0, 0.9) for row, name in enumerate(app)]
    settings = load("code_versions", Calibration)["calibration"]
    expected = slow.scores(signatures(app), index, 0, pairs, slow.Asked(regime, settings))
    answer = asked(app, index, regime)
    found = dict(zip(answer.versions, answer.drops, strict=True))
    assert found == pytest.approx({v: -score for v, score in expected.items() if -score <= settings.drop}, abs=1e-5)
