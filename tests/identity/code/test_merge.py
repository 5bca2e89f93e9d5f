"""Two indexes asked as one say what each of them says, and what they both have is there once."""

import pytest

from affidavit.identity.code.index import Family
from affidavit.identity.code.merge import merge
from affidavit.identity.code.store import opened, written
from tests.builders.made_libraries import edges, library, next_version, renamed, seeded
from tests.identity.code.test_build import _built, _case
from tests.oracles.code_index import described, read_back


@pytest.mark.parametrize("seed", range(20))
def test_versions_of_one_index_and_another_are_those_of_an_index_of_all(seed: int):
    families, libraries = [], []
    rng = seeded(seed)
    for number in range(rng.randrange(1, 4)):
        families.append(Family(f"family{number}"))
        made = library(rng, f"org/family{number}", rng.randrange(1, 12), words=10**9)
        for _ in range(rng.randrange(1, 4)):
            libraries.append((number, made, edges(rng, made)))
            made = next_version(rng, made, words=10**9)
    cut = rng.randrange(len(libraries) + 1)
    later = sorted({family for family, _, _ in libraries[cut:]})
    rest = [(later.index(family), made, links) for family, made, links in libraries[cut:]]
    both = merge(_built(families, libraries[:cut]), _built([families[number] for number in later], rest))
    assert read_back(both) == described(families, libraries, [])
    assert both.families == tuple(families)
    assert opened(written(both, "", packed=False))[0].node_name == both.node_name


def test_an_index_with_itself_is_itself_with_each_version_twice():
    families, libraries, background = _case(5)
    index = _built(families, libraries, background)
    both = merge(index, index)
    one, two = read_back(index), read_back(both)
    count = len(index.versions)
    assert two["forms"] == {form: of | {row + count for row in of} for form, of in one["forms"].items()}
    assert (two["graph"], two["posting"], two["families"], two["nodes"]) == (
        one["graph"],
        one["posting"],
        one["families"],
        one["nodes"],
    )
    assert two["background"] == {token: 2 * apps for token, apps in one["background"].items()}


def test_classes_with_other_names_are_lined_up_by_what_they_hold():
    rng = seeded(6)
    made = library(rng, "org/sdk", 30)
    links = edges(rng, made)
    one, one_links, _ = renamed(rng, made, links)
    two, two_links, _ = renamed(rng, next_version(rng, made), links)
    both = merge(_built([Family("sdk")], [(0, one, one_links)]), _built([Family("sdk")], [(0, two, two_links)]))
    telling = sum(len(tokens) >= 10 for tokens in made.values())
    assert len(both.node_name) <= 2 * len(made) - telling + 3
