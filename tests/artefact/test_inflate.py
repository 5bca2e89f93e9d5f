"""Bounded inflating against zlib, its slow obvious twin."""

import zlib

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
