"""The shape of unchecked YAML: bombs and towers are told from documents before anything is built."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from affidavit.knowledge.shape import DEPTH, shape_problem

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(PLAIN)
def test_a_document_without_shared_parts_has_no_problem(value):
    text = yaml.safe_dump([value], allow_unicode=True)
    assert shape_problem(text.encode()) is None


@pytest.mark.parametrize(
    "data", [b"a: &here [1]\nb: *here\n", b"a: &here [*here]\n", b"a: &here {b: c}\nd: {<<: *here}\n"]
)
def test_anchors_are_named_with_their_line_unless_they_are_allowed(data):
    kind, text = shape_problem(data) or ("", "")
    assert kind == "aliases"
    assert text.startswith("line 1: uses the anchor or alias 'here'")
    assert shape_problem(data, aliases=True) is None


@pytest.mark.parametrize("opening", [b"[", b"{a: "])
def test_depth_has_a_bound(opening):
    assert shape_problem(opening * 100_000) == (
        "yaml",
        f"line 1: lies more than {DEPTH} levels deep; a bracket or an indentation is wrong",
    )
    assert shape_problem(b"[" * DEPTH + b"]" * DEPTH) is None


def test_the_number_of_parts_has_a_bound_where_one_is_set():
    data = b"[" + b"1," * 50 + b"]"
    assert shape_problem(data, most=60) is None
    assert shape_problem(data, most=40) == ("yaml", "line 1: comes after more than 40 values; split the file")
    assert shape_problem(data) is None


def test_what_is_no_yaml_is_left_to_the_caller():
    with pytest.raises(yaml.YAMLError):
        shape_problem(b"a: [")
