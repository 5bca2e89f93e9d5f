"""Streams give what is in order at once, count what is doubted, and believe no place that cannot be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.capture import streams
from affidavit.network.capture.streams import FARTHEST, Stream
from tests.oracles.streams import Places

SEGMENT = st.tuples(st.integers(0, 60), st.binary(min_size=1, max_size=20))


@settings(max_examples=80)
@given(st.lists(SEGMENT, max_size=12))
def test_after_each_segment_as_much_is_given_as_the_twin_gives(segments):
    stream, twin = Stream(), Places()
    for place, data in segments:
        found = stream.feed(place, data)
        assert b"".join(piece for piece in found if isinstance(piece, bytes)) == twin.feed(place, data)
        assert not any(isinstance(piece, int) for piece in found), "no gap is given up while there is room"
        assert (stream.next, stream.held) == (twin.next, len(twin.bytes))
    ours, theirs = stream.end(), twin.end()
    assert [piece for piece in ours if isinstance(piece, int)] == [piece for piece in theirs if isinstance(piece, int)]
    assert stream.lost == sum(piece for piece in theirs if isinstance(piece, int))


@settings(max_examples=40)
@given(st.lists(SEGMENT, max_size=8), st.integers(0, (1 << 32) - 1))
def test_it_does_not_matter_where_places_begin(segments, start):
    one, other = Stream(), Stream(start)
    for place, data in segments:
        assert one.feed(place, data) == other.feed((start + place) % (1 << 32), data)
    assert one.end() == other.end()
    assert (one.lost, one.overlaps, one.conflicts) == (other.lost, other.overlaps, other.conflicts)


@pytest.mark.parametrize(
    ("waiting", "segment", "overlaps", "conflicts"),
    [
        ([(5, b"abcde")], (5, b"abcde"), 0, 0),
        ([(5, b"abcde")], (5, b"abcdX"), 0, 1),
        ([(5, b"abcde")], (3, b"..abcde.."), 1, 0),
        ([(5, b"abcde")], (3, b"..abXXe.."), 1, 2),
        ([(5, b"abcde")], (10, b"next"), 0, 0),
        ([(5, b"abcde")], (1, b"old."), 0, 0),
        ([(5, b"abcde"), (12, b"xyz")], (5, b"abcde..xyz"), 2, 0),
        ([(5, b"abcde"), (12, b"xyz")], (7, b"XX"), 1, 2),
    ],
)
def test_what_waits_is_compared_with_what_comes_again(waiting, segment, overlaps, conflicts):
    stream = Stream()
    for each in waiting:
        assert stream.feed(*each) == []
    assert stream.feed(*segment) == []
    assert (stream.overlaps, stream.conflicts) == (overlaps, conflicts)


@pytest.mark.parametrize(
    ("place", "believed"), [(FARTHEST, True), (FARTHEST + 1, False), (1 << 31, False), (-1, False), (-FARTHEST, False)]
)
def test_places_are_believed_as_far_as_windows_go(place, believed):
    stream = Stream()
    assert stream.feed(place, b"x") == []
    assert stream.held == believed


@pytest.mark.parametrize(
    ("segments", "pieces"),
    [
        ([(0, b"abc", 3)], [b"abc"]),
        ([(0, b"abc", 5), (5, b"f", 1)], [b"abc", 2, b"f"]),
        ([(0, b"", 5), (5, b"f", 1)], [5, b"f"]),
        ([(0, b"abc", 5), (0, b"abcde", 5)], [b"abc", 2]),
        ([(3, b"d", 3), (0, b"abc", 3)], [b"abc", b"d"]),
        ([(4, b"e", 1), (0, b"ab", 6)], [b"ab", 2, b"e"]),
        ([(0, b"abc", 2), (3, b"d", 1)], [b"abc", b"d"]),
    ],
)
def test_what_the_capture_has_cut_off_is_a_gap_up_to_what_is_known(segments, pieces):
    stream = Stream()
    found = [piece for place, data, whole in segments for piece in stream.feed(place, data, whole)]
    assert found == pieces
    assert stream.lost == sum(piece for piece in pieces if isinstance(piece, int))


def test_exactly_as_much_waits_as_may(monkeypatch):
    monkeypatch.setattr(streams, "MOST_EARLY", 10)
    monkeypatch.setattr(streams, "MOST_WAITING", 3)
    stream = Stream()
    assert stream.feed(5, b"x" * 10) == []
    assert stream.held == 10
    assert stream.feed(20, b"y") == [5, b"x" * 10]
    assert (stream.held, stream.next, stream.lost) == (1, 15, 5)
    stream = Stream()
    for place in (2, 4, 6):
        assert stream.feed(place, b"z") == []
    assert stream.feed(8, b"z") == [2, b"z"]
    assert stream.end() == [1, b"z", 1, b"z", 1, b"z"]
