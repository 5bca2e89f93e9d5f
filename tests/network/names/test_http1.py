"""Messages of HTTP/1 end where they should, whatever the pieces that they come in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.names import http1
from affidavit.network.names.http import Response
from affidavit.network.names.http1 import Reader, Room

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nA: b\r\n\r\n"
PLAIN = b"HTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\nabc"
POST = b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"
GET = b"GET /b HTTP/1.1\r\nHost: h\r\n\r\n"


def read(pieces, method=None, room: Room | None = None):
    """(first line's word, body, cut) of each whole message, in order, and the reader."""
    reader, found = Reader(room or Room(), method), []
    for piece in pieces:
        found += [message for message in reader.feed(piece) if message.whole]
    if (last := reader.end()) is not None:
        found.append(last)
    rows = [
        (message.head.status if isinstance(message.head, Response) else message.head.target, message.body.taken(),
         message.body.cut)
        for message in found
    ]  # fmt: skip
    return rows, reader


@given(st.data())
def test_pieces_do_not_matter(data):
    method = data.draw(st.booleans())
    whole = CHUNKED + PLAIN + CHUNKED if method else POST + GET + b"\r\n" + POST
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1), max_size=12)))
    pieces = [whole[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    rows, reader = read(pieces, (lambda: "GET") if method else None)
    if method:
        assert rows == [(200, b"hello world", ""), (404, b"abc", ""), (200, b"hello world", "")]
    else:
        assert rows == [("/a", b"body", ""), ("/b", b"", ""), ("/a", b"body", "")]
    assert reader.lost == 0


def test_a_head_may_be_cut_anywhere():
    for cut in range(1, len(CHUNKED)):
        assert read([PLAIN + CHUNKED[:cut], CHUNKED[cut:]], lambda: "GET")[0] == [
            (404, b"abc", ""),
            (200, b"hello world", ""),
        ]
    for cut in range(1, len(POST)):
        assert read([POST[:cut], POST[cut:]])[0] == [("/a", b"body", "")]


@pytest.mark.parametrize(
    ("raw", "method", "body"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", "GET", b"until the end"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "HEAD", b""),
        (b"HTTP/1.1 304 Not\r\nContent-Length: 9\r\n\r\n", "GET", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc", "GET", b"abc"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabc", "GET", b"abc"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n" + CHUNKED[17:], "GET", b"hello world"),
    ],
)  # fmt: skip
def test_where_a_body_ends(raw, method, body):
    rows, _ = read([raw], lambda: method)
    assert [row[1:] for row in rows] == [(body, "")]


def test_a_gap_inside_a_body_is_counted_and_the_next_message_is_found():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    rows, _ = read([head + b"a" * 40, 50, b"b" * 10 + PLAIN], lambda: "GET")
    assert rows == [(200, b"a" * 40 + b"b" * 10, http1.MISSING), (404, b"abc", "")]
    rows, _ = read([head + b"a" * 40, 60, PLAIN], lambda: "GET")
    assert rows == [(200, b"a" * 40, http1.MISSING), (404, b"abc", "")]


def test_a_gap_of_unknown_content_is_left_until_a_message_begins():
    rows, reader = read([GET[:9], 200, b"rest of something\r\n", b"more", GET])
    assert rows == [("/b", b"", "")]
    assert reader.lost == len(GET[:9]) + 200 + len(b"rest of something\r\nmore")
    rows, _ = read([CHUNKED[:60], 5, b"lo\r\n", PLAIN], lambda: "GET")
    assert rows[0][2] == http1.MISSING
    assert rows[1:] == [(404, b"abc", "")]


def test_what_ends_early_is_said_to():
    rows, _ = read([PLAIN[:-1]], lambda: "GET")
    assert rows == [(404, b"ab", http1.ENDED)]
    rows, _ = read([CHUNKED[:-2]], lambda: "GET")
    assert rows == [(200, b"hello world", http1.ENDED)]


def test_chunks_that_lie_are_cut_there():
    for broken in (b"zz\r\nabc", b"3\r\nabcdef", b"3" * 20 + b"\r\n", b"3;" + b"x" * 9_000):
        raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n" + broken
        rows, reader = read([raw, PLAIN], lambda: "GET")
        assert rows[0][1].startswith(b"ok")
        assert rows[0][2] == "its chunks are malformed"
        assert rows[1:] == [(404, b"abc", "")]
        assert reader.held == 0


def test_bodies_are_bounded_each_and_together(monkeypatch):
    monkeypatch.setattr(http1, "MAX_BODY", 10)
    room = Room(14)
    reader = Reader(room, lambda: "GET")
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n"
    first = [message for message in reader.feed(head + b"a" * 30) if message.whole]
    second = [message for message in reader.feed(head + b"b" * 30) if message.whole]
    assert (first[0].body.size, first[0].body.cut, second[0].body.cut) == (30, http1.LARGE, http1.LARGE)
    assert (first[0].body.taken(), second[0].body.taken()) == (b"a" * 10, b"b" * 4)
    assert room.left == 14


def test_another_protocol_is_left_alone():
    reader = Reader(Room())
    list(reader.feed(GET + b"\x00\x01"))
    reader.switch()
    assert not list(reader.feed(b"\x02"))
    assert (reader.rest, reader.opaque) == (b"\x00\x01\x02", True)


@given(
    st.lists(st.one_of(st.binary(max_size=60), st.integers(1, 90), st.sampled_from([CHUNKED, PLAIN, POST, GET, b"\r"])))
)
def test_no_bytes_raise_and_little_is_held(pieces):
    for method in (None, lambda: "GET"):
        room = Room()
        rows, reader = read(pieces, method, room)
        assert reader.held == 0
        assert all(isinstance(body, bytes) for _, body, _ in rows)
        assert room.left == http1.MAX_ALL
