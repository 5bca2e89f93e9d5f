"""An index says of its libraries what a slow reading of them says, and holds each form of each class once."""

import numpy as np
import pytest

from affidavit.identity.code.build import build
from affidavit.identity.code.index import Family, LeftOut, Version
from affidavit.identity.code.library_file import program_of
from affidavit.identity.code.signatures import of_program
from tests.builders.made_libraries import edges, library, next_version, renamed, seeded, signatures
from tests.conftest import CORPUS
from tests.oracles.code_index import described, read_back


def _case(seed: int):
    """Families with versions, one of which may carry another; and ordinary apps."""
    rng = seeded(seed)
    families, libraries = [], []
    for number in range(rng.randrange(1, 5)):
        made = library(rng, f"org/family{number}", rng.randrange(1, 12))
        carried = rng.random() < 0.5 and libraries
        contains = ()
        if carried:
            of, others, _ = rng.choice(libraries)
            made |= dict(rng.sample(sorted(others.items()), rng.randrange(len(others) + 1)))
            contains = (families[of].id,) if rng.random() < 0.3 else ()
        families.append(Family(f"family{number}", contains=contains))
        for _ in range(rng.randrange(1, 4)):
            libraries.append((number, made, edges(rng, made)))
            made = next_version(rng, made)
    words = range(1, 5_000)
    return families, libraries, [set(rng.sample(words, 2_000)) for _ in range(rng.randrange(6))]


def _built(families, libraries, background=(), **more):
    return build(
        families,
        [(Version(family, str(at)), signatures(made, links)) for at, (family, made, links) in enumerate(libraries)],
        [np.array(sorted(app), np.uint64) for app in background],
        **more,
    )


@pytest.mark.parametrize("seed", range(60))
def test_it_says_what_a_slow_reading_says(seed: int):
    families, libraries, background = _case(seed)
    index = _built(families, libraries, background)
    assert read_back(index) == described(families, libraries, background)
    assert (np.diff(index.node) >= 0).all()
    assert (np.diff(index.token.astype(object)) > 0).all()
    for row in range(len(index.node)):
        assert (np.diff(index.rows[index.start[row] : index.start[row + 1]]) > 0).all()


def test_the_order_of_dicts_is_nowhere_in_it():
    families, libraries, background = _case(3)
    one, other = _built(families, libraries, background), _built(families, libraries, background)
    assert one.node_name == other.node_name
    for name in ("token", "rows", "node", "in_nodes"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_classes_renamed_for_every_version_stay_one_node():
    rng = seeded(1)
    made = library(rng, "org/sdk", 40)
    links = edges(rng, made)
    libraries, was = [], []
    for _ in range(3):
        short, linked, names = renamed(rng, made, links)
        libraries.append((0, short, linked))
        was.append({new: name for name, new in names.items()})
        made = next_version(rng, made)
    index = _built([Family("sdk")], libraries)
    telling = [name for name, tokens in libraries[0][1].items() if len(tokens) >= 10]
    assert len(telling) > 25
    together = 0
    for name in telling:
        (first,) = (row for row in _of(index, 0) if frozenset(index.of(row).tolist()) == libraries[0][1][name])
        for version in (1, 2):
            rows = [row for row in _of(index, version) if index.node[row] == index.node[first]]
            held = [
                was[version][other]
                for other, tokens in libraries[version][1].items()
                if rows and tokens == frozenset(index.of(rows[0]).tolist())
            ]
            assert held in ([], [was[0][name]])
            together += bool(held)
    assert together >= 2 * len(telling) - 4  # one class or two went away in each version


def _of(index, version):
    return [row for row in range(len(index.node)) if version in index.of_version.row(row).tolist()]


def test_a_family_that_another_carries_is_left_out_of_it():
    rng = seeded(2)
    small, large = library(rng, "com/small", 10), library(rng, "org/large", 30)
    carried = {name.replace("com/small", "org/large/shaded"): tokens for name, tokens in small.items()}
    index = _built([Family("large"), Family("small")], [(0, large | carried, set()), (1, small, set())])
    telling = sum(len(tokens) >= 10 for tokens in small.values())
    assert index.left_out == (LeftOut("large", "small", telling, declared=False),)
    assert index.versions[0].classes == len(large) + len(small) - telling
    assert set(index.shared.tolist()) == {-1}


def test_code_that_its_vendor_moved_to_another_name_is_shared():
    rng = seeded(2)
    small, large = library(rng, "com/new", 10), library(rng, "com/old", 30)
    moved = {name.replace("com/new", "com/old/part"): tokens for name, tokens in small.items()}
    families = [Family("old", vendor="One"), Family("new", vendor="One")]
    index = _built(families, [(0, large | moved, set()), (1, small, set())])
    assert index.left_out == ()
    assert set(index.shared.tolist()) == {-1, 0, 1}
    named = _built(families, [(0, large | small, set()), (1, small, set())])
    assert [(item.family, item.origin) for item in named.left_out] == [("old", "new")]


def test_what_two_families_share_without_carrying_each_other_is_marked():
    rng = seeded(3)
    one, other, common = (library(rng, name, 20) for name in ("a/one", "b/other", "c/common"))
    few = dict(list(common.items())[:6])
    index = _built([Family("one"), Family("other")], [(0, one | few, set()), (1, other | few, set())])
    assert index.left_out == ()
    marked = {(row, of) for row, of in enumerate(index.shared.tolist()) if of >= 0}
    assert marked
    for row, of in marked:
        assert of == 1 - index.node_family[row]
        assert index.node_name[row] in few


def test_what_is_known_already_is_left_out_of_what_is_added():
    rng = seeded(4)
    gson, own = library(rng, "com/gson", 12), library(rng, "com/mine", 30)
    known = _built([Family("gson")], [(0, gson, set())])
    index = _built([Family("mine")], [(0, own | gson, set())], known=known)
    assert [(item.family, item.origin) for item in index.left_out] == [("mine", "gson")]
    assert set(index.node_name) == set(own)
    again = _built([Family("gson")], [(0, gson, set())], known=known)  # another version of it is no copy of it
    assert set(again.node_name) == set(gson)


def test_nothing_gives_an_index_of_nothing():
    index = build([], [])
    assert len(index.node) == len(index.token) == len(index.posting.items) == 0
    assert index.rows_of(np.array([5], np.uint64)).tolist() == [-1]


@pytest.mark.corpus
def test_versions_of_real_libraries_are_in_the_index_class_by_class():
    libraries = []
    for family, name in enumerate(("okhttp", "jcore")):
        for path in sorted((CORPUS / "constituent/obfuscated/libraries").glob(f"{name}__*.dex"))[:3]:
            made = of_program(program_of(path))
            libraries.append((Version(family, path.stem.partition("__")[2]), made))
    index = build([Family("okhttp"), Family("jcore")], libraries)
    assert len(libraries) == 6
    for number, (_, made) in enumerate(libraries):
        rows = _of(index, number)
        assert sorted(index.of(row).tolist() for row in rows) == sorted(
            made.of(row).tolist() for row in range(len(made))
        )
        assert len(np.unique(index.node[rows])) == len(made) == index.versions[number].classes
    names = [{made.of(row).tobytes(): made.names[row] for row in range(len(made))} for _, made in libraries]
    for before, after, renamed_anew in ((0, 1, False), (1, 2, False), (3, 4, True), (4, 5, True)):
        held = [{int(index.node[row]): index.of(row) for row in _of(index, at)} for at in (before, after)]
        both = [(held[0][node], held[1][node]) for node in held[0].keys() & held[1].keys() if len(held[0][node]) >= 10]
        like = [len(np.intersect1d(one, two)) / len(np.union1d(one, two)) for one, two in both]
        assert len(both) > 100
        assert np.mean(like) > 0.9
        same = [names[before][one.tobytes()] == names[after][two.tobytes()] for one, two in both]
        assert (np.mean(same) < 0.9) == renamed_anew
