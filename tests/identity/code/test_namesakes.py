"""One code under two names: neither name is held against the other, and a copied class makes no namesakes."""

import numpy as np
import pytest

from affidavit.identity.code.assign import margins
from affidavit.identity.code.build import build
from affidavit.identity.code.candidates import Query, query
from affidavit.identity.code.index import Family, Version
from affidavit.identity.code.matching import numbers
from affidavit.identity.code.namesakes import namesakes
from tests.builders.asked import any_pairs, asked, pairs_of
from tests.builders.made_libraries import Made, library, seeded, signatures


def _query(libraries: list[Made], app: Made) -> Query:
    families = [Family(f"family{number}") for number in range(len(libraries))]
    index = build(families, [(Version(number, "1"), signatures(made)) for number, made in enumerate(libraries)])
    return query(signatures(app), index, numbers())


def _moved(made: Made, package: str, without: int = 0) -> Made:
    """The same classes in another package; each has a token of its own, and some are left out."""
    return {
        f"L{package}/{name.rpartition('/')[2]}": tokens | {100_000 + row}
        for row, (name, tokens) in enumerate(made.items())
        if row >= without
    }


def _told(made: Query, rows: list[tuple[int, int, float]], kept: list[int]) -> list[bool]:
    pairs = pairs_of(rows)
    return namesakes(made, pairs, pairs.nats, np.array(kept, np.int32)).tolist()


def _two_names() -> Query:
    """A library of six classes, the same published anew, and an app that has the first."""
    first = library(seeded(1), "old/name", 6)
    return _query([first, _moved(first, "new/name")], first)


BOTH = [(0, 0, 40.0), (0, 6, 38.0), (1, 1, 30.0), (1, 7, 29.0), (2, 2, 20.0)]
"""Two classes that both families could have, the first by a little; one that the first alone has."""


def test_a_library_is_not_measured_against_its_own_code_under_another_name():
    made = _two_names()
    assert made.index.node_family.tolist() == [0] * 6 + [1] * 6
    assert _told(made, BOTH, [0, 2, 4]) == [False, True, False, True, False]
    pairs = pairs_of(BOTH)
    assert margins(made, pairs, pairs.nats, np.array([0, 2, 4], np.int32)).tolist() == [40, 30, 20]


def test_the_name_for_which_less_speaks_is_measured_against_the_other():
    made = _two_names()
    rows = [(0, 0, 20.0), (0, 6, 19.0), (1, 1, 20.0), (1, 7, 19.0), (2, 8, 45.0)]
    assert _told(made, rows, [0, 2, 4]) == [False] * 5
    pairs = pairs_of(rows)
    assert margins(made, pairs, pairs.nats, np.array([0, 2, 4], np.int32)).tolist() == [1, 1, 45]


def test_a_copied_part_makes_no_namesakes():
    first = library(seeded(2), "one", 12)
    copied = dict(list(first.items())[:3])
    made = _query([first, _moved(copied, "other") | library(seeded(3), "other/own", 12)], first)
    assert _told(made, [(0, 0, 40.0), (0, 12, 39.0), (1, 1, 30.0), (1, 13, 29.0)], [0, 2]) == [False] * 4


def test_a_part_of_a_library_under_a_name_of_its_own_is_no_namesake_of_the_whole():
    whole = library(seeded(4), "whole", 12)
    made = _query([whole, _moved(dict(list(whole.items())[:3]), "part")], whole)
    assert _told(made, [(0, 0, 40.0), (0, 12, 39.0), (1, 1, 30.0), (1, 13, 29.0)], [0, 2]) == [False] * 4


def test_one_class_says_nothing_of_names():
    assert _told(_two_names(), [(0, 0, 40.0), (0, 6, 38.0)], [0]) == [False, False]


def test_what_is_far_from_good_is_no_rival():
    made = _two_names()
    assert _told(made, [(0, 0, 40.0), (0, 6, 5.0), (1, 1, 30.0), (1, 7, 5.0)], [0, 2]) == [False] * 4


def test_no_pairs_have_no_namesakes():
    assert _told(_two_names(), [], []) == []


@pytest.mark.parametrize("seed", range(12))
def test_namesakes_are_those_of_the_slow_twin(seed: int):
    rng = seeded(seed)
    made = asked(seed, words=rng.choice([30, 60]))
    rows = sorted(any_pairs(made, rng))
    best: dict[int, int] = {}
    for row, (app, _, nats) in enumerate(rows):
        if nats >= 6 and (app not in best or nats > rows[best[app]][2]):
            best[app] = row
    kept = sorted(best.values())
    assert _told(made, rows, kept) == _slow(made, rows, kept)


def _slow(made: Query, rows: list[tuple[int, int, float]], kept: list[int]) -> list[bool]:
    """One pair of families after the other, from the definition."""
    index = made.index
    family = index.node_family.tolist()
    chosen = {rows[row][0]: family[rows[row][1]] for row in kept}
    speaks = {one: sum(min(rows[row][2], 60) for row in kept if family[rows[row][1]] == one) for one in set(family)}
    rare = {
        one: {
            token
            for signature, node in enumerate(index.node.tolist())
            if family[node] == one
            for token in index.rows[index.start[signature] : index.start[signature + 1]].tolist()
            if index.in_families[token] <= 4
        }
        for one in set(family)
    }

    def same(one: int, other: int) -> bool:
        shared = [nats for app, node, nats in rows if chosen.get(app) == one and family[node] == other and nats >= 6]
        both = len(rare[one] & rare[other])
        return (
            len(shared) >= 2
            and sum(min(nats, 60) for nats in shared) >= speaks[one] / 2
            and speaks[one] >= speaks[other]
            and max(family.count(one), family.count(other)) <= 4 * min(family.count(one), family.count(other))
            and both >= 0.5 * max(len(rare[one]), len(rare[other]))
            and both > 0
        )

    return [
        nats >= 6 and app in chosen and chosen[app] != family[node] and same(chosen[app], family[node])
        for app, node, nats in rows
    ]
