"""Whose a class is that several publishers ship: wrongly told, an app would be said to have what it has not."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from affidavit.dalvik.unit import Csr
from affidavit.identity.code.copies import Lined, copies
from affidavit.identity.code.index import Family, LeftOut
from tests.oracles.code_index import copied

Artefact = tuple[str, dict[str, frozenset[int]]]
"""Family and classes; later ones are newer."""


def code(number: int, size: int = 12) -> frozenset[int]:
    """What a class holds; no two numbers have anything in common."""
    return frozenset(range(1_000 * number, 1_000 * number + size))


def package(name: str, numbers: Sequence[int]) -> dict[str, frozenset[int]]:
    """Classes of these numbers."""
    return {f"L{name}/Class{number};": code(number) for number in numbers}


class Told:
    """What `copies` tells of artefacts, by names of classes."""

    def __init__(self, families: Sequence[Family], artefacts: Sequence[Artefact]) -> None:
        number = {family.id: at for at, family in reversed(list(enumerate(families)))}
        nodes: dict[tuple[int, str], int] = {}
        forms: dict[frozenset[int], int] = {}
        newest: dict[int, int] = {}
        of, own_nodes, own_forms = [], [], []
        for name, classes in artefacts:
            family = int(name) if name.isdecimal() else number[name]
            of.append(family)
            rows = [nodes.setdefault((family, of_class), len(nodes)) for of_class in classes]
            held = [forms.setdefault(tokens, len(forms)) for tokens in classes.values()]
            newest.update(zip(rows, held, strict=True))
            own_nodes.append(np.array(rows, np.int64))
            own_forms.append(np.array(held, np.int64))
        lined = Lined(
            tuple(of),
            own_nodes,
            own_forms,
            np.array([family for family, _ in nodes], np.int64),
            [name for _, name in nodes],
            np.array([newest[row] for row in range(len(nodes))], np.int64),
        )
        start = np.cumsum([0, *map(len, forms)]).astype(np.int32)
        table = Csr(start, np.array([token for form in forms for token in sorted(form)], np.int32))
        origin, shared, self.left_out = copies(families, lined, table)
        ids = [family.id for family in families]
        keys = [(ids[family], name) for family, name in nodes]
        self.origin = {key: ids[of] for key, of in zip(keys, origin.tolist(), strict=True) if of >= 0}
        self.shared = {key: ids[of] for key, of in zip(keys, shared.tolist(), strict=True) if of >= 0}


def two(large: dict, small: dict, **more: str | tuple[str, ...]) -> Told:
    """Told of one artefact each of two families."""
    return Told([Family("large", **more), Family("small")], [("large", large), ("small", small)])


LARGE, SMALL = package("org/large", range(20, 32)), package("com/small", range(1, 6))


@pytest.mark.parametrize(("met", "carried"), [(5, True), (4, True), (3, False), (1, False)])
def test_a_family_is_carried_by_what_has_most_of_it(met: int, carried: bool):
    taken = package("org/large/shaded", range(1, 1 + met))
    told = two(LARGE | taken, SMALL)
    assert told.origin == ({("large", name): "small" for name in taken} if carried else {})
    both = {("large", name): "small" for name in taken} | {
        ("small", f"Lcom/small/Class{at};"): "large" for at in range(1, 1 + met)
    }
    assert told.shared == ({} if carried else both)


@pytest.mark.parametrize(("size", "carried"), [(3, False), (4, True)])
def test_of_few_classes_it_means_nothing_that_another_has_them_all(size: int, carried: bool):
    few = package("com/small", range(1, 1 + size))
    told = two(LARGE | package("org/large/in", range(1, 1 + size)), few)
    assert len(told.origin) == (size if carried else 0)
    assert len(told.shared) == (0 if carried else 2 * size)
    declared = two(LARGE | package("org/large/in", range(1, 1 + size)), few, contains=("small",))
    assert declared.left_out == (LeftOut("large", "small", size, declared=True),)


@pytest.mark.parametrize(("tokens", "copy"), [(10, True), (9, False)])
def test_renamed_classes_are_the_same_from_ten_tokens_on(tokens: int, copy: bool):
    small = {f"Lcom/small/Class{at};": code(at, tokens) for at in range(5)}
    taken = {f"Lorg/large/Other{at};": code(at, tokens) for at in range(5)}
    assert set(two(LARGE | taken, small).origin) == ({("large", name) for name in taken} if copy else set())


@pytest.mark.parametrize(("common", "copy"), [(8, True), (7, False)])
def test_classes_of_one_name_are_the_same_when_half_is_common(common: int, copy: bool):
    taken = dict(SMALL)
    taken["Lcom/small/Class1;"] = frozenset([*sorted(code(1))[:common], *range(90_000, 90_012 - common)])
    told = two(LARGE | taken, SMALL)  # eight of sixteen; seven of seventeen
    assert (("large", "Lcom/small/Class1;") in told.origin) == copy
    assert {("large", f"Lcom/small/Class{at};") for at in range(2, 6)} <= set(told.origin)


def test_classes_with_hardly_a_token_go_by_their_name_unless_a_renamer_gave_it():
    little = {"Lcom/small/Marker;": frozenset[int](), "Lcom/small/a;": frozenset[int](), "Lb;": frozenset([7])}
    told = two(LARGE | SMALL | little, SMALL | little)
    assert set(told.origin) == {("large", name) for name in [*SMALL, "Lcom/small/Marker;"]}
    assert told.shared == {}


@pytest.mark.parametrize(("times", "copy"), [(19, True), (20, False)])
def test_what_very_many_classes_hold_was_made_from_a_template(times: int, copy: bool):
    made = {f"Lorg/large/Made{at};": code(5) for at in range(times)}
    told = two(LARGE | package("org/large/in", range(1, 5)) | made, SMALL)
    assert len(told.origin) == (4 + times if copy else 4)
    assert told.shared == {}


def test_of_families_of_one_size_neither_carries_the_other():
    told = Told([Family("one"), Family("other")], [("one", package("a/one", range(5))), ("other", SMALL)])
    assert told.origin == {}
    assert set(told.shared.values()) == {"one", "other"}
    twice = Told([Family("one"), Family("other")], [("one", SMALL), ("other", SMALL)])
    assert twice.left_out == ()
    assert len(twice.shared) == 10


def test_families_that_are_nearly_the_same_share_their_code():
    told = two(package("org/large", range(1, 7)), SMALL)  # five of six, and five of five
    assert told.left_out == ()
    assert len(told.shared) == 10


def test_the_size_of_a_family_is_that_of_its_largest_version():
    old, new = package("com/small", range(1, 5)), package("com/small", range(50, 56))
    large = package("org/large", [1, 2, 3, 4, 60, 61])
    families = [Family("large"), Family("small")]
    assert len(Told(families, [("large", large), ("small", old)]).origin) == 4
    for versions in ([old, new], [new, old]):
        told = Told(families, [("large", large), *(("small", each) for each in versions)])
        assert told.left_out == ()  # six against six
        assert len(told.shared) == 8


def test_what_was_carried_on_belongs_to_the_smallest():
    base, middle = package("a/base", range(1, 6)), package("b/middle", range(10, 17))
    top = package("c/top", range(20, 32))
    families = [Family("top"), Family("middle"), Family("base")]
    told = Told(families, [("top", top | middle | base), ("middle", middle | base), ("base", base)])
    assert {told.origin[own, name] for own in ("top", "middle") for name in base} == {"base"}
    assert {told.origin["top", name] for name in middle} == {"middle"}
    assert not set(told.origin) & {("top", name) for name in top}
    assert told.left_out == (
        LeftOut("top", "middle", 7, declared=False),
        LeftOut("top", "base", 5, declared=False),
        LeftOut("middle", "base", 5, declared=False),
    )


def test_the_catalogue_counts_even_against_the_sizes():
    told = Told([Family("large"), Family("small", contains=("large",))], [("large", LARGE | SMALL), ("small", SMALL)])
    assert set(told.origin) == {("small", name) for name in SMALL}
    assert told.left_out == (LeftOut("small", "large", 5, declared=True),)


def test_families_that_the_catalogue_has_contain_each_other_keep_their_own():
    families = [Family("large", contains=("small",)), Family("small", contains=("large",))]
    told = Told(families, [("large", LARGE | SMALL), ("small", SMALL)])
    assert told.origin == {}
    assert len(told.shared) == 10


def test_a_catalogue_may_name_what_the_index_has_not():
    assert two(LARGE, SMALL, contains=("unheard/of",)).left_out == ()
    assert two(LARGE, SMALL, contains=("small",)).left_out == ()  # declared, but nothing of it is there


def test_a_family_that_is_there_twice_is_no_copy_of_itself():
    families = [Family("same"), Family("same", contains=("same",))]
    told = Told(families, [("0", LARGE | SMALL), ("1", SMALL)])
    assert told.origin == {}


@pytest.mark.parametrize(("kept", "moved"), [(2, True), (3, False), (6, False), (0, True)])
@pytest.mark.parametrize("vendor", ["One", ""])
def test_a_vendor_that_gave_its_own_code_new_names_has_moved_it(kept: int, moved: bool, vendor: str):
    small = package("com/new", range(1, 7))
    large = LARGE | package("com/old", range(1, 7 - kept)) | package("com/new", range(7 - kept, 7))
    families = [Family("old", vendor=vendor), Family("new", vendor=vendor)]
    told = Told(families, [("old", large), ("new", small)])
    assert (told.origin == {}) == (moved and bool(vendor))
    assert (len(told.shared) == 12) == (moved and bool(vendor))
    families[0] = Family("old", vendor=vendor, contains=("new",))
    assert len(Told(families, [("old", large), ("new", small)]).origin) == 6


def test_old_versions_count_on_both_sides():
    before, after = package("com/small", range(1, 6)), package("com/small", range(50, 55))
    taken = package("org/large/in", range(1, 6))
    families = [Family("large"), Family("small")]
    told = Told(families, [("large", LARGE | taken), ("large", LARGE), ("small", before), ("small", after)])
    assert set(told.origin) == {("large", name) for name in taken}
    assert told.left_out == (LeftOut("large", "small", 5, declared=False),)
    again = Told(families, [("large", LARGE | taken), ("large", LARGE | taken), ("small", before)])
    assert again.left_out == (LeftOut("large", "small", 10, declared=False),)  # over all versions


def test_of_several_that_share_a_class_the_one_that_shares_most_is_named():
    one = package("a/one", range(1, 21))
    other, third = package("b/other", [1, 100, 101, 102, 103]), package("c/third", [1, 2, 110, 111, 112])
    families = [Family("one"), Family("other"), Family("third")]
    told = Told(families, [("one", one), ("other", other), ("third", third)])
    assert told.shared["one", "La/one/Class1;"] == "third"
    assert told.shared["one", "La/one/Class2;"] == "third"
    assert told.shared["third", "Lc/third/Class1;"] == "one"
    del third["Lc/third/Class2;"]
    even = Told(families, [("one", one), ("other", other), ("third", third)])
    assert even.shared["one", "La/one/Class1;"] == "other"  # the first of those that share as much


def test_nothing_and_artefacts_of_nothing_have_no_copies():
    assert Told([], []).left_out == ()
    assert Told([Family("one", contains=("two",)), Family("two")], []).left_out == ()
    assert Told([Family("one"), Family("two")], [("one", {}), ("two", {}), ("one", {})]).origin == {}
    assert two({}, SMALL).shared == {}


WORDS = st.sampled_from(range(9))
HELD = st.one_of(st.builds(code, WORDS), st.builds(code, WORDS, st.integers(0, 14)))
CLASSES = st.dictionaries(st.builds("Lorg/shared/Class{};".format, WORDS), HELD, max_size=9)
CASES = st.lists(st.tuples(st.sampled_from("abc"), CLASSES), min_size=1, max_size=6)
SAID = st.sets(st.sampled_from([(a, b) for a in "abc" for b in "abc" if a != b]), max_size=2)


def sizes(artefacts: Sequence[Artefact]) -> dict[str, int]:
    """The most telling classes that a version of each family has, as in its newest."""
    newest = {(own, name): tokens for own, classes in artefacts for name, tokens in classes.items()}
    most: dict[str, int] = {}
    for own, classes in artefacts:
        most[own] = max(most.get(own, 0), sum(len(newest[own, name]) >= 10 for name in classes))
    return most


@settings(max_examples=100, deadline=None)
@given(CASES, SAID)
def test_it_tells_what_a_slow_reading_tells(artefacts: list[Artefact], said: set[tuple[str, str]]):
    there = sorted({own for own, _ in artefacts})
    families = [Family(own, contains=tuple(sorted(b for a, b in said if a == own))) for own in there]
    assume(len(set(sizes(artefacts).values())) == len(there))  # which of two equally small ones is first is free
    told = Told(families, artefacts)
    slow = [(there.index(own), classes, set[tuple[str, str]]()) for own, classes in artefacts]
    assert told.origin == copied(families, slow)
    assert not told.origin.keys() & told.shared.keys()
    counted: dict[tuple[str, str], int] = {}
    for own, classes in artefacts:
        for name in classes:
            if (own, name) in told.origin:
                pair = own, told.origin[own, name]
                counted[pair] = counted.get(pair, 0) + 1
    assert told.left_out == tuple(LeftOut(*pair, counted[pair], pair in said) for pair in sorted(counted))


@settings(max_examples=30, deadline=None)
@given(CASES, st.randoms(use_true_random=False))
def test_the_order_of_classes_in_an_artefact_changes_nothing(artefacts: list[Artefact], shuffled):
    families = [Family(own) for own in "abc"]
    told = Told(families, artefacts)
    other = Told(families, [(own, dict(shuffled.sample(list(each.items()), len(each)))) for own, each in artefacts])
    assert (told.origin, told.shared, told.left_out) == (other.origin, other.shared, other.left_out)
