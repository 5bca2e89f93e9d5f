"""Bounded inflating against zlib, its slow obvious twin."""

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.artefact.inflate import inflate
from tests.builders.zip import deflated

contents = st.one_of(st.binary(max_size=2000), st.binary(min_size=1, max_size=9).map(lambda piece: piece * 9000))


def never() -> None:
    raise AssertionError("the walk was not long enough to be stopped")


@settings(deadline=None)
@given(contents, st.integers(0, 9), st.integers(0, 1 << 20), st.booleans())
def test_gives_the_bytes_whatever_size_is_declared(data, level, declared, honest):
    done = inflate(memoryview(deflated(data, level)), len(data) if honest else declared, 1 << 20, never)
    assert (done.data, done.problem) == (data, "")


@settings(deadline=None)
@given(contents, st.integers(0, 3000), st.integers(0, 30_000))
def test_never_gives_more_than_the_limit(data, declared, limit):
    done = inflate(memoryview(deflated(data)), declared, limit, never)
    if len(data) > limit:
        assert (done.data, done.problem) == (None, "limit")
    elif declared <= limit:
        assert done.data == data
    else:
        assert done.data == data or done.problem == "limit"


@settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, 5000))
def test_takes_and_refuses_what_zlib_takes_and_refuses(stream, declared):
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        expected = machine.decompress(stream)
        expected = expected if machine.eof else None
    except zlib.error:
        expected = None
    done = inflate(memoryview(stream), declared, 1 << 20, never)
    if expected is not None:
        assert done.data == expected
    else:
        assert done.problem == "corrupt"


def test_large_liar_is_walked_in_pieces_without_keeping_its_output():
    data = bytes(40 << 20)
    ticks = []
    done = inflate(memoryview(deflated(data, 1)), 3, 1 << 25, lambda: ticks.append(1))
    assert (done.data, done.problem) == (None, "limit")
    assert (1 << 25) < done.work <= (1 << 25) + (1 << 20)


def test_walk_reports_in_between():
    ticks = []
    done = inflate(memoryview(deflated(bytes(130 << 20), 1)), 3, 1 << 30, lambda: ticks.append(1))
    assert len(done.data) == 130 << 20
    assert len(ticks) == 130 // 16


@pytest.mark.parametrize("more", range(1, 200, 7))
def test_what_zlib_still_holds_when_all_is_fed_is_counted(more):
    """A match may go on for 257 bytes after its code was read."""
    data = bytes((1 << 20) + more)
    stream = memoryview(deflated(data, 9))
    assert inflate(stream, 3, 1 << 21, never).data == data
    assert inflate(stream, 3, len(data), never).data == data
    assert inflate(stream, 3, len(data) - 1, never).problem == "limit"


@pytest.mark.parametrize("last", range(0, 256, 5))
def test_a_long_stream_with_another_last_byte_is_taken_or_refused_as_by_zlib(last):
    stream = deflated(bytes((1 << 20) + 100), 9)[:-1] + bytes([last])
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    data = machine.decompress(stream)
    assert inflate(memoryview(stream), 3, 1 << 21, never).data == (data if machine.eof else None)


def zeros(matches: int, end: str) -> bytes:
    """Zeros as one literal and matches of 258 bytes, then more bits (RFC 1951, 3.2.7).

    Codes: 258 bytes "0" at the distance "0"; a zero "10"; the end "11". There is no other distance: "1" means nothing.
    """
    head = "1" + "01" + "10111" + "00000" + "0111"  # last block, own codes, 286 lengths, one distance, 18 code lengths
    lengths = {2: 2, 3: 2, 15: 2, 17: 2}  # places, in the order of the format, of 18, 0, 2 and 1
    head += "".join(f"{lengths.get(place, 0):03b}"[::-1] for place in range(18))
    skip = ["11" + f"{count - 11:07b}"[::-1] for count in (138, 117, 28)]
    head += "10" + skip[0] + skip[1] + "10" + skip[2] + "01" + "01"
    bits = head + "10" + "00" * matches + end
    return bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))


def test_bits_that_zlib_still_holds_and_that_mean_nothing_are_corrupt():
    whole = zeros(4_065, "11")
    assert inflate(memoryview(whole), 3, 1 << 21, never).data == zlib.decompress(whole, -zlib.MAX_WBITS)
    assert len(zlib.decompress(whole, -zlib.MAX_WBITS)) == 1 + 258 * 4_065
    done = inflate(memoryview(zeros(4_065, "01")), 3, 1 << 21, never)
    assert (done.data, done.problem) == (None, "corrupt")
