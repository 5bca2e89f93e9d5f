"""Frames of HTTP/2, with heads that another library compresses."""

import hpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.names import http2
from affidavit.network.names.http2 import Data, Head, Reader, Reset
from tests.builders.secure import h2_frame, h2_headers

ASKED = [(":method", "POST"), (":scheme", "https"), (":authority", "api.example.com"), (":path", "/v1?x=1")]
SETTINGS = h2_frame(4, 0, 0, b"\x00\x03\x00\x00\x00\x64")


def head(encoder: hpack.Encoder, stream: int, headers=ASKED, **more) -> bytes:
    return b"".join(h2_headers(encoder.encode(headers), stream, **more))


def frames(data: bytes, *, client: bool = True) -> tuple[list[http2.Frame], Reader]:
    reader = Reader(client=client)
    return list(reader.feed(data)), reader


@given(st.data())
def test_pieces_do_not_matter(data):
    encoder = hpack.Encoder()
    whole = http2.PREFACE + SETTINGS + head(encoder, 1, pieces=3) + head(encoder, 3, padding=7)
    whole += h2_frame(0, 0, 1, b"one") + h2_frame(0, 9, 1, b"\x04two" + bytes(4)) + h2_frame(3, 0, 3, bytes(4))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1), max_size=9)))
    reader, found = Reader(client=True), []
    for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        found += reader.feed(whole[begin:end])
    asked = tuple(ASKED)
    expected = [Head(1, asked, True), Head(3, asked, True), Data(1, b"one", False), Data(1, b"two", True), Reset(3)]
    assert found == expected
    assert (reader.problem, reader.held) == ("", 0)


def test_heads_are_compressed_against_those_before_them():
    encoder = hpack.Encoder()
    first, second = (head(encoder, stream, [*ASKED, ("x-id", "7f3a" * 9)]) for stream in (1, 3))
    assert len(second) < len(first) / 2
    found, _ = frames(http2.PREFACE + first + second)
    assert found[0].headers == found[1].headers
    found, reader = frames(http2.PREFACE + second)
    assert not found
    assert "head cannot be read" in reader.problem


def test_a_larger_table_that_was_agreed_is_followed():
    encoder = hpack.Encoder()
    encoder.header_table_size = 1 << 16
    found, reader = frames(http2.PREFACE + head(encoder, 1))
    assert found
    assert not reader.problem


def test_a_server_promises_requests():
    block = hpack.Encoder().encode(ASKED)
    found, _ = frames(SETTINGS + h2_frame(5, 4, 1, (2).to_bytes(4, "big") + block), client=False)
    assert found == [Head(1, tuple(ASKED), True, 2)]


@pytest.mark.parametrize(
    "broken",
    [
        b"\xff\xff\xff" + bytes(6),
        h2_frame(9, 4, 1, b""),
        h2_frame(1, 0, 1, b"\x82") + h2_frame(0, 0, 1, b""),
        h2_frame(1, 0, 1, b"\x82") + h2_frame(9, 4, 3, b""),
        h2_frame(0, 8, 1, b""),
        h2_frame(0, 8, 1, b"\x05abc"),
        h2_frame(1, 5, 1, b"\xff\xff\xff\xff\xff\xff\xff"),
        h2_frame(1, 5, 1, b"\x40"),
    ],
)
def test_what_cannot_be_ends_the_reading_and_is_said(broken):
    found, reader = frames(http2.PREFACE + broken + head(hpack.Encoder(), 5))
    assert not found
    assert reader.problem


def test_heads_are_bounded():
    encoder = hpack.Encoder()
    grown = head(encoder, 1, [("x", "y" * 4_000)])
    bomb = h2_frame(1, 5, 3, b"\xbe" * 16_000)
    found, reader = frames(http2.PREFACE + grown + bomb)
    assert len(found) == 1
    assert reader.problem, "one byte stands for 4,000 of them"
    endless = h2_frame(1, 1, 1, bytes(16_000)) + h2_frame(9, 0, 1, bytes(16_000)) * 20
    assert "more than" in frames(http2.PREFACE + endless)[1].problem


def test_what_is_no_preface_is_not_read():
    assert frames(b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")[1].problem
    assert http2.begins_server(SETTINGS)
    assert not http2.begins_server(b"HTTP/1.1 200 OK\r\n")
    assert not http2.begins_server(SETTINGS[:8])


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 255), st.integers(0, 5), st.binary(max_size=40)), max_size=8)
)
def test_no_bytes_raise(rows):
    data = b"".join(h2_frame(*row) for row in rows)
    for client in (True, False):
        reader = Reader(client=client)
        list(reader.feed((http2.PREFACE if client else b"") + data + b"\x00\x00"))
        assert reader.held <= len(data) + 40
