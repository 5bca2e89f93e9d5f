"""Whoever asks an index for a token gets the signatures that have it, and in how many classes and families it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.identity.code.build import build, counted
from affidavit.identity.code.index import Family, Version
from affidavit.identity.code.postings import postings
from tests.builders.made_libraries import signatures

SETS = st.sets(st.integers(0, 7), max_size=6)
NODES = st.lists(st.tuples(st.integers(0, 1), st.lists(SETS, max_size=3)), max_size=8)
"""Steps from family to family, and the forms of each node."""


def posted(nodes: list[tuple[int, list[set[int]]]], tokens: int = 8):
    """What `postings` gives for nodes with their forms."""
    forms = [(number, sorted(form)) for number, (_, own) in enumerate(nodes) for form in own]
    return postings(
        np.array([row for _, form in forms for row in form], np.int32),
        np.cumsum([0, *(len(form) for _, form in forms)]).astype(np.int64),
        np.array([number for number, _ in forms], np.int32),
        np.cumsum([step for step, _ in nodes], dtype=np.int64).astype(np.int32),
        tokens,
    )


@given(NODES)
def test_lists_and_counts_are_those_of_a_slow_reading(nodes: list[tuple[int, list[set[int]]]]):
    lists, in_nodes, in_families = posted(nodes)
    family = np.cumsum([step for step, _ in nodes], dtype=np.int64).tolist()
    forms = [(number, form) for number, (_, own) in enumerate(nodes) for form in own]
    for token in range(8):
        assert lists.row(token).tolist() == [at for at, (_, form) in enumerate(forms) if token in form]
        having = {number for number, form in forms if token in form}
        assert in_nodes[token] == len(having)
        assert in_families[token] == len({family[number] for number in having})


def test_forms_of_one_class_count_once_and_classes_of_one_family_once():
    lists, in_nodes, in_families = posted([(0, [{1}, {1, 2}]), (0, [{1}]), (1, [{1}, {1}])])
    assert lists.row(1).tolist() == [0, 1, 2, 3, 4]
    assert (in_nodes[1], in_families[1]) == (3, 2)
    assert (in_nodes[2], in_families[2]) == (1, 1)


def test_a_token_that_none_has_has_an_empty_list():
    lists, in_nodes, in_families = posted([(0, [{0, 7}])], tokens=9)
    assert [lists.row(token).tolist() for token in range(9)] == [[0], [], [], [], [], [], [], [0], []]
    assert in_nodes.tolist() == in_families.tolist() == [1, 0, 0, 0, 0, 0, 0, 1, 0]


def test_nothing_has_no_lists():
    lists, in_nodes, in_families = posted([], tokens=0)
    assert lists.start.tolist() == [0]
    assert len(lists.items) == len(in_nodes) == len(in_families) == 0


def test_a_token_of_none_of_them_is_refused():
    with pytest.raises((IndexError, ValueError)):
        posted([(0, [{9}])])


def test_what_ordinary_apps_have_besides_changes_no_list():
    made = {"Lone/First;": frozenset(range(100, 112)), "Lone/Other;": frozenset(range(106, 118))}
    index = build([Family("one")], [(Version(0, "1"), signatures(made))])
    ordinary = [np.array([50, 106, 999 + number], np.uint64) for number in range(3)]
    wider = counted(index, ordinary)
    assert set(wider.token.tolist()) == {50, *index.token.tolist()}
    for token in wider.token.tolist():
        (now,) = wider.rows_of(np.array([token], np.uint64)).tolist()
        (was,) = index.rows_of(np.array([token], np.uint64)).tolist()
        assert wider.posting.row(now).tolist() == (index.posting.row(was).tolist() if was >= 0 else [])
        assert wider.in_nodes[now] == (index.in_nodes[was] if was >= 0 else 0)
