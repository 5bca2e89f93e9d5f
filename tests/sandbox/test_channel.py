"""Frames: whole or not at all, bounded, and never later than the parent wants to wait."""

import fcntl
import os
import struct
import threading
import time
from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.sandbox import channel
from affidavit.sandbox.channel import ChannelError, frames, send

LATER = 5.0
LONGEST = 4 << 20
ANY = {bytes([kind]): LONGEST for kind in range(256)}


def received(data: bytes, longest: Mapping[bytes, int] = ANY) -> list[tuple[bytes, bytes]]:
    """The frames in some bytes, written by another thread, since a pipe holds little."""
    reading, writing = os.pipe()

    def write() -> None:
        with suppress(BrokenPipeError), os.fdopen(writing, "wb") as file:
            file.write(data)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        return list(frames(reading, time.monotonic() + LATER, longest))
    finally:
        os.close(reading)
        thread.join()


def written(*items: tuple[bytes, bytes]) -> bytes:
    return b"".join(struct.pack("<cI", kind, len(body)) + body for kind, body in items)


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=1), st.binary(max_size=3_000)), max_size=8))
def test_frames_come_out_as_they_went_in(items):
    assert received(written(*items)) == items


def test_a_large_frame_is_sent_in_pieces():
    reading, writing = os.pipe()
    body = bytes(range(256)) * 8_192
    thread = threading.Thread(target=lambda: (send(writing, b"r", body), os.close(writing)))
    thread.start()
    assert list(frames(reading, time.monotonic() + LATER, ANY)) == [(b"r", body)]
    thread.join()
    os.close(reading)


@given(st.binary(max_size=300))
def test_any_bytes_are_frames_or_an_error(data):
    try:
        items = received(data)
    except ChannelError:
        return
    assert written(*items) == data


def test_a_frame_longer_than_any_is_refused_before_it_comes():
    with pytest.raises(ChannelError, match="a frame of"):
        received(struct.pack("<cI", b"r", LONGEST + 1))


@pytest.mark.parametrize("frame", [(b"p", b"12345"), (b"x", b""), (b"\0", b"")])
def test_each_kind_has_its_own_length_and_there_are_no_others(frame):
    assert received(written((b"p", b"1234"), (b"r", b"12345")), {b"p": 4, b"r": 5})
    with pytest.raises(ChannelError, match="a frame of"):
        received(written(frame), {b"p": 4, b"r": 5})


def test_a_flood_of_frames_ends(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(channel, "MOST", 100)
    assert len(received(written(*[(b"p", b"")] * 100))) == 100
    with pytest.raises(ChannelError, match="0 may still come"):
        received(written(*[(b"p", b"")] * 101))


def test_handles_may_have_high_numbers():
    reading, writing = os.pipe()
    high = fcntl.fcntl(reading, fcntl.F_DUPFD, 1_100)
    os.write(writing, written((b"p", b"x")))
    os.close(writing)
    assert list(frames(high, time.monotonic() + LATER, ANY)) == [(b"p", b"x")]
    os.close(reading)
    os.close(high)


def test_a_frame_that_is_cut_off_is_refused():
    with pytest.raises(ChannelError, match="cut off"):
        received(written((b"r", b"whole"))[:-1])


def test_silence_ends():
    reading, writing = os.pipe()
    with pytest.raises(TimeoutError):
        list(frames(reading, time.monotonic() + 0.05, ANY))
    with pytest.raises(TimeoutError):
        list(frames(reading, time.monotonic() - 1, ANY))
    os.close(reading)
    os.close(writing)


def test_nobody_listening_is_an_error_of_the_sender():
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(BrokenPipeError):
        send(writing, b"r", b"body")
    os.close(writing)
