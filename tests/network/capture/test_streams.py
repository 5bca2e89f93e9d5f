"""Segments become a stream: in order, the first byte of each place, and gaps said with their size."""

from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.capture import streams
from affidavit.network.capture.streams import Stream

CONTENT = bytes(range(256)) * 2


def joined(pieces) -> bytes:
    """Gaps as dots."""
    return b"".join(piece if isinstance(piece, bytes) else b"." * piece for piece in pieces)


def twin(segments: list[tuple[int, bytes]]) -> bytes:
    """Byte by byte, the slow way: whichever came first stands; what never came is a dot."""
    held: dict[int, int] = {}
    for place, data in segments:
        for at, byte in enumerate(data):
            held.setdefault(place + at, byte)
    return bytes(held.get(at, ord(".")) for at in range(max(held) + 1)) if held else b""


@given(st.lists(st.tuples(st.integers(0, 60), st.binary(min_size=1, max_size=20)), max_size=12))
def test_any_segments_become_what_the_slow_twin_makes_of_them(segments):
    stream = Stream()
    found = [piece for segment in segments for piece in stream.feed(*segment)]
    found += stream.end()
    assert joined(found) == twin(segments)
    assert stream.held == 0


@given(st.data())
def test_segments_of_one_content_in_any_order_give_it_back(data):
    cuts = sorted(data.draw(st.sets(st.integers(1, 511), max_size=9)))
    parts = [(begin, CONTENT[begin:end]) for begin, end in zip([0, *cuts], [*cuts, 512], strict=True)]
    parts += [(at, CONTENT[at : at + 40]) for at in data.draw(st.lists(st.integers(0, 470), max_size=4))]
    stream = Stream()
    found = [piece for part in data.draw(st.permutations(parts)) for piece in stream.feed(*part)]
    assert b"".join(found) == CONTENT
    assert (stream.lost, stream.conflicts, stream.next) == (0, 0, 512)


def test_what_came_first_holds_and_the_difference_is_counted():
    stream = Stream()
    assert stream.feed(5, b"FIRST") == []
    assert stream.feed(5, b"OTHER") == []
    assert stream.conflicts == 5
    assert joined(stream.feed(0, b"begin")) == b"beginFIRST"
    assert stream.feed(8, b"XXmore") == [b"more"]
    assert stream.overlaps == 1


def test_retransmissions_are_no_overlaps():
    stream = Stream()
    assert stream.feed(0, b"abc") == [b"abc"]
    assert stream.feed(0, b"abc") == []
    assert stream.feed(0, b"ab") == []
    assert stream.overlaps == 0


def test_what_never_comes_is_a_gap_of_known_size():
    stream = Stream()
    assert stream.feed(0, b"abc") == [b"abc"]
    assert stream.feed(10, b"klm") == []
    assert stream.feed(20, b"uvw") == []
    assert stream.end() == [7, b"klm", 7, b"uvw"]
    assert stream.lost == 14


def test_bytes_that_the_capture_did_not_keep_are_a_gap():
    stream = Stream()
    assert stream.feed(0, b"abc", 10) == [b"abc", 7]
    assert stream.feed(10, b"k") == [b"k"]
    assert stream.feed(11, b"", 0) == []


def test_what_waits_is_bounded(monkeypatch):
    monkeypatch.setattr(streams, "MOST_EARLY", 100)
    stream = Stream()
    assert stream.feed(10, b"a" * 60) == []
    assert stream.feed(80, b"b" * 60) == [10, b"a" * 60]
    assert stream.held == 60
    assert stream.feed(140, b"c" * 60) == [10, b"b" * 60, b"c" * 60]
    monkeypatch.setattr(streams, "MOST_WAITING", 3)
    stream = Stream()
    found = [piece for at in range(1, 50) for piece in stream.feed(2 * at, b"x")]
    assert joined(found).count(b"x") >= 45


def test_places_run_over_at_32_bits():
    start = (1 << 32) - 2
    stream = Stream(start)
    assert stream.feed(start, b"abcd") == [b"abcd"]
    assert stream.feed(2, b"ef") == [b"ef"], "the place after the turn"
    assert stream.feed(-1, b"bcd") == []
    assert stream.next == start + 6


def test_a_segment_from_far_away_is_not_believed():
    stream = Stream()
    stream.feed(0, b"abc")
    assert stream.feed(streams.FARTHEST + 10, b"far") == []
    assert stream.end() == []
