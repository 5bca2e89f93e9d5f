"""Ranges in ranges: of each address the smallest decides."""

from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.snapshot.flatten import flattened
from affidavit.network.snapshot.found import V4_END, Span
from tests.builders.networks import part, snapshot
from tests.oracles.networks import longest_prefix

PREFIXES = st.tuples(st.integers(0, 255), st.integers(24, 32)).map(
    lambda drawn: str(ip_network((0x0A000000 + drawn[0], drawn[1]), strict=False))
)


@given(st.lists(st.tuples(PREFIXES, st.sampled_from("ab")), max_size=12))
def test_the_longest_prefix_decides_and_is_named(prefixes):
    shot = snapshot([part("prefix", *prefixes)])
    for last in range(256):
        address = f"10.0.0.{last}"
        expected = longest_prefix(prefixes, address)
        assert [(hit.by, hit.value) for hit in shot.at(address)] == ([expected] if expected else [])
    assert shot.at("10.0.1.0") == shot.at("9.255.255.255") == ()


def test_neighbours_with_one_answer_are_one_range():
    spans = [Span(10, 19, "a"), Span(20, 29, "a"), Span(30, 39, "b"), Span(50, 59, "b")]
    pieces = [(begin, span and span.value) for begin, span in flattened(spans, V4_END)]
    assert pieces == [(0, None), (10, "a"), (30, "b"), (40, None), (50, "b"), (60, None)]


def test_the_first_and_the_last_address_belong_to_ranges_as_well():
    spans = [Span(0, 5, "a"), Span(V4_END - 2, V4_END - 1, "b")]
    pieces = [(begin, span and span.value) for begin, span in flattened(spans, V4_END)]
    assert pieces == [(0, "a"), (6, None), (V4_END - 2, "b")]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30), st.sampled_from("ab")), max_size=10))
def test_ranges_that_overlap_give_ascending_pieces(drawn):
    spans = [Span(first, first + more, value) for first, more, value in drawn]
    pieces = flattened(spans, V4_END)
    begins = [begin for begin, _ in pieces]
    assert begins == sorted(set(begins))
    covered = {at for span in spans for at in range(span.first, span.last + 1)}
    for at in range(100):
        held = [span for begin, span in pieces if begin <= at]
        assert (bool(held) and held[-1] is not None) == (at in covered)


def test_nothing_is_no_table_of_ranges():
    assert flattened([], V4_END) == []
