"""Compressed streams: whole, cut, lying and without a frame; each gives what its library gives, and no more."""

import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.personal import patterns
from affidavit.network.personal.redact import redacted, without_candidates
from affidavit.network.personal.unpack import RATIO, ROOM, by_magic, unpack

MOST = 1 << 20
PACKERS = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
}
each = pytest.mark.parametrize("name", PACKERS)


@each
@given(data=st.binary(max_size=5_000))
def test_what_was_packed_comes_out(name, data):
    assert unpack(name, PACKERS[name](data), MOST) == (data, "")


@each
@given(data=st.binary(max_size=2_000), most=st.integers(0, 2_000))
def test_never_more_comes_out_than_is_allowed(name, data, most):
    found = unpack(name, PACKERS[name](data), most)
    assert found.data == data[:most]
    assert found.problem == ("too-large" if len(data) > most else "")


@each
@given(junk=st.binary(max_size=300))
def test_any_bytes_end_with_a_problem_or_not_and_never_with_an_exception(name, junk):
    found = unpack(name, junk, MOST)
    assert found.problem in {"", "damaged", "too-large"}
    assert len(found.data) <= min(MOST, ROOM + RATIO * len(junk))


@each
def test_a_changed_byte_never_gives_more(name):
    plain = b"".join(b"%d: some words, " % number for number in range(400))
    packed = bytearray(PACKERS[name](plain))
    for at in range(0, len(packed), 7):
        changed = bytes(packed[:at]) + bytes([packed[at] ^ 0x55]) + bytes(packed[at + 1 :])
        assert len(unpack(name, changed, MOST).data) <= ROOM + RATIO * len(changed)


def test_a_stream_of_deflate_without_its_frame_is_read():
    assert unpack("deflate", zlib.compress(b"plain words")[2:-4], MOST) == (b"plain words", "")


def test_bytes_behind_a_stream_are_no_part_of_it():
    assert unpack("gzip", gzip.compress(b"one") + b"trailing", MOST) == (b"one", "")
    assert unpack("deflate", zlib.compress(b"one") + b"trailing", MOST) == (b"one", "")


def test_frames_of_zstandard_after_each_other_are_one_content():
    pack = zstandard.ZstdCompressor().compress
    assert unpack("zstd", pack(b"one ") + pack(b"two"), MOST) == (b"one two", "")


def test_a_window_that_needs_much_memory_is_refused():
    packed = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    ).compressobj()
    data = packed.compress(bytes(1 << 20)) + packed.flush()
    assert unpack("zstd", data, MOST).problem == "damaged"


def test_a_bomb_gives_its_ratio():
    packed = gzip.compress(bytes(8 << 20))
    found = unpack("gzip", packed, 1 << 30)
    assert (len(found.data), found.problem) == (ROOM + RATIO * len(packed), "too-large")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (gzip.compress(b"", mtime=0), "gzip"),
        (zlib.compress(b"", 1), "deflate"),
        (zlib.compress(b"", 9), "deflate"),
        (zstandard.ZstdCompressor().compress(b""), "zstd"),
        (b"x: plain", ""),
        (b"\x78", ""),
        (b"", ""),
    ],
)
def test_streams_are_told_by_their_first_bytes(data, name):
    assert by_magic(data) == name


# What is shown


@given(st.text(min_size=1, max_size=60))
def test_less_than_half_of_a_value_is_left(text):
    left = redacted(text).replace("…", "")
    assert len(left) <= max(2, len(text) / 2) or "." in text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("json:$.jane@example.org.id", "json:$.…@e…"),
        ("form:5c1f77a0-9d3e-4b26-8a41-0e8f5b6d7c92", "form:5c1f77a0…"),
        ("json:$.device.id", "json:$.device.id"),
        ("header:X-356938035643809", "header:X-356938035643809"),
        ("form:imei 356938035643809", "form:imei 3569…"),
    ],
)
def test_names_that_look_like_values_are_redacted(text, left):
    assert without_candidates(text) == left


@given(st.text("ab@.-:+0123456789cdef, ", max_size=80))
def test_candidates_stand_in_the_text_as_they_are_told(text):
    for found in patterns.candidates(text.encode()):
        assert found.text in text
        assert len(found.text) >= 5
