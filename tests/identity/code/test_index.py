"""What can be asked of an index directly: tokens to rows, classes that are native files, sizes; and of two as one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.identity.code.build import build
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.merge import merge
from affidavit.identity.code.store import arrays_of, opened, written
from tests.builders.known_code import library_index
from tests.builders.made_libraries import Made, edges, library, next_version, seeded, signatures
from tests.identity.code.test_build import _built, _case
from tests.oracles.code_index import read_back


def index_of(*classes: Made) -> Index:
    """Each is a family of one version."""
    rows = [(Version(number, "1"), signatures(own)) for number, own in enumerate(classes)]
    return build([Family(f"family{number}") for number in range(len(classes))], rows)


WORDS = frozenset(range(1_000, 1_020))


@given(st.lists(st.integers(0, (1 << 64) - 1), max_size=30), st.frozensets(st.integers(0, 40), max_size=20))
def test_each_token_is_found_at_its_row_and_no_other_is(asked: list[int], known: frozenset[int]) -> None:
    index = index_of({"La;": known} if known else {})
    wanted = np.array([*asked, *range(42), (1 << 64) - 1], np.uint64)
    rows = index.rows_of(wanted)
    held = index.token.tolist()
    assert rows.tolist() == [held.index(item) if item in held else -1 for item in wanted.tolist()]
    assert index.rows_of(np.empty(0, np.uint64)).tolist() == []


def test_native_files_are_no_classes_and_do_not_count() -> None:
    index = index_of({"La/B;": WORDS, "lib/arm64-v8a/liba.so": frozenset({5, 6}), "La;": frozenset({7})}, {})
    native = index.native(np.arange(len(index.node_name)))
    assert {name for name, flag in zip(index.node_name, native.tolist(), strict=True) if flag} == {
        "lib/arm64-v8a/liba.so"
    }
    assert index.native(np.empty(0, np.int64)).tolist() == []
    assert index.sizes.tolist() == [2, 0]


@pytest.mark.parametrize("seed", range(6))
def test_tokens_of_a_signature_are_a_piece_of_all_tokens(seed: int) -> None:
    index = _built(*_case(seed))
    parts = [index.of(row) for row in range(len(index.node))]
    assert np.concatenate([*parts, np.empty(0, np.uint64)]).tolist() == index.tokens.tolist()
    assert all((np.diff(part.astype(object)) > 0).all() for part in parts)
    assert int(index.sizes.sum()) == len(index.node_name)


def test_real_code_comes_back_from_the_file_with_its_names_versions_and_edges() -> None:
    index = library_index()
    again = opened(written(index, "known", packed=True))[0]
    assert again.node_name == index.node_name
    assert [(item.family, item.label) for item in again.versions] == [(0, "1.0"), (0, "2.0"), (1, "7")]
    names = {name: row for row, name in enumerate(again.node_name)}
    called = again.graph.row(names["Lcom/tencent/mm/opensdk/A;"]).tolist()
    assert [again.node_name[row] for row in called] == ["Lcom/tencent/mm/opensdk/B;"]
    forms = np.flatnonzero(again.node == names["Lcom/tencent/mm/opensdk/A;"]).tolist()
    assert sorted(again.of_version.row(form).tolist() for form in forms) == [[0], [1]], "it changed"
    same = np.flatnonzero(again.node == names["Lcom/tencent/mm/opensdk/B;"]).tolist()
    assert [again.of_version.row(form).tolist() for form in same] == [[0, 1]], "it did not"


def alike(one: Index, other: Index) -> bool:
    """Whether two indexes hold the same, byte for byte."""
    arrays, others = arrays_of(one), arrays_of(other)
    return (one.families, one.versions, one.node_name) == (other.families, other.versions, other.node_name) and all(
        np.array_equal(array, others[name]) for name, array in arrays.items()
    )


@pytest.mark.parametrize("seed", range(6))
def test_an_index_and_nothing_are_the_index(seed: int) -> None:
    index, nothing = _built(*_case(seed)), build([], [])
    assert alike(merge(index, nothing), index)
    assert read_back(merge(nothing, index)) == read_back(index)


@pytest.mark.parametrize("seed", range(8))
def test_whichever_comes_first_both_say_the_same_of_each_family(seed: int) -> None:
    rng = seeded(seed)
    one, two = library(rng, "org/one", 6, words=10**9), library(rng, "org/two", 5, words=10**9)
    left = _built([Family("one")], [(0, one, edges(rng, one))])
    right = _built([Family("two")], [(0, two, edges(rng, two))])
    there, back = read_back(merge(left, right)), read_back(merge(right, left))
    assert there["graph"] == back["graph"]
    assert set(there["forms"]) == set(back["forms"])
    assert (there["families"], there["nodes"], there["posting"]) == (back["families"], back["nodes"], back["posting"])
    assert merge(left, right).sizes.tolist() == merge(right, left).sizes.tolist()[::-1]


@pytest.mark.parametrize("seed", range(5))
def test_what_is_merged_can_be_merged_again_and_kept(seed: int) -> None:
    rng = seeded(seed)
    versions = [library(rng, "org/sdk", 8, words=10**9)]
    for _ in range(2):
        versions.append(next_version(rng, versions[-1], words=10**9))
    parts = [_built([Family("sdk")], [(0, made, edges(rng, made))]) for made in versions]
    left = merge(merge(parts[0], parts[1]), parts[2])
    right = merge(parts[0], merge(parts[1], parts[2]))
    assert read_back(left) == read_back(right)
    assert len(left.families) == 1
    assert [version.family for version in left.versions] == [0, 0, 0]
    for packed in (True, False):
        assert alike(opened(written(left, "", packed=packed))[0], left)


def test_a_version_that_both_have_adds_no_form_but_is_there_twice() -> None:
    one = _built([Family("sdk")], [(0, {"Lo/A;": WORDS, "Lo/B;": frozenset({1, 2, 3})}, {("Lo/A;", "Lo/B;")})])
    two = _built([Family("other"), Family("sdk")], [(0, {"Lp/C;": WORDS | {9}}, set()), (1, {"Lo/A;": WORDS}, set())])
    both = merge(one, two)
    assert [family.id for family in both.families] == ["sdk", "other"]
    assert [version.family for version in both.versions] == [0, 1, 0]
    form = next(row for row in range(len(both.node)) if both.node_name[both.node[row]] == "Lo/A;")
    assert both.of_version.row(form).tolist() == [0, 2]
    assert sorted(both.node_name) == ["Lo/A;", "Lo/B;", "Lp/C;"]


def test_words_for_a_family_are_those_of_the_index_that_comes_first() -> None:
    made = {"Lo/A;": WORDS}
    one, two = (_built([Family("sdk", title)], [(0, made, set())]) for title in ("Mine", "Theirs"))
    assert [family.title for family in merge(one, two).families] == ["Mine"]
    assert [family.title for family in merge(two, one).families] == ["Theirs"]
