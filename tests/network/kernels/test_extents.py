"""The kernel beside a reading byte by byte, wherever the pieces are cut."""

import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.kernels.extents import scan

TEXTS = st.text(st.sampled_from('ab"\\{}[],: \n'), max_size=10)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)


def end_of(data: bytes, cuts: tuple[int, ...] = ()) -> tuple[int, int]:
    """(place behind the value or -1, the most brackets that were open), reading the pieces between cuts."""
    state, at = np.zeros(3, np.int64), 0
    for begin, end in zip((0, *cuts), (*cuts, len(data)), strict=True):
        found = scan(data[begin:end], 0, state)
        if found >= 0:
            return begin + found, int(state[2])
        at = end
    assert at == len(data)
    return -1, int(state[2])


def slow(data: bytes) -> tuple[int, int]:
    """As `end_of`: strings are made harmless by a pattern first, then brackets are counted."""
    strings = re.compile(rb'"(?:[^"\\]|\\.)*("|\\?$)', re.DOTALL)
    whole = data
    for match in strings.finditer(data):
        filling = b"!" * (len(match[0]) - 2) + b"x"
        whole = whole[: match.start()] + b"s" + filling + whole[match.end() :] if match[1] == b'"' else whole
        if match[1] != b'"':
            whole = whole[: match.start()]
    deepest, depth = 0, 0
    for at, byte in enumerate(whole.decode("latin-1")):
        if depth == 0 and byte in "}], \n\r\t":
            return at, deepest
        depth += (byte in "{[") - (byte in "}]")
        deepest = max(deepest, depth)
        if depth == 0 and byte in "}]x" and (byte != "x" or b"s" in whole[: at + 1]):
            return at + 1, deepest
    return -1, deepest


@settings(max_examples=80, deadline=None)
@given(VALUES, st.sampled_from(["", ",", "]", "}", " ", "\n", ', "next"']), st.booleans(), st.data())
def test_a_value_ends_where_it_ends_however_it_is_cut(value, after, indented, draw):
    text = json.dumps(value, indent=1 if indented else None)
    data = (text + after).encode()
    cuts = tuple(sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=4))))
    expected = len(text) if after or text[0] in '"[{' else -1
    assert end_of(data, cuts)[0] == expected
    assert end_of(data, cuts) == slow(data)


@settings(max_examples=120, deadline=None)
@given(st.text(st.sampled_from('1"\\{}[],: '), min_size=1, max_size=30).map(str.encode), st.data())
def test_meaningless_bytes_end_where_a_reading_byte_by_byte_says(data, draw):
    cuts = tuple(sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=4))))
    assert end_of(data, cuts) == slow(data)


@pytest.mark.parametrize("count", range(6))
def test_backslashes_before_a_quote_count_in_pairs_over_every_cut(count):
    data = b'"' + b"\\" * count + b'" x'
    expected = count + 2 if count % 2 == 0 else -1
    for cut in range(len(data) + 1):
        assert end_of(data, (cut,))[0] == expected


@pytest.mark.parametrize("depth", [1, 2, 400, 100_000])
def test_depth_is_counted_and_costs_nothing(depth):
    assert end_of(b"[" * depth + b"]" * depth) == (2 * depth, depth)
    assert end_of(b'{"a":' * depth) == (-1, depth)


def test_nothing_is_read_of_no_bytes():
    assert end_of(b"") == (-1, 0)
    assert scan(b"abc", 3, np.zeros(3, np.int64)) == -1
