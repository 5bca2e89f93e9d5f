"""Messages of HTTP/1 are those of a slow twin, whatever is said and however it arrives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.names import http, http1
from affidavit.network.names.http1 import Reader, Room
from tests.oracles import http_messages as twin

BODY = st.binary(max_size=60)
METHOD = st.sampled_from(["GET", "HEAD", "POST"])


@st.composite
def framed(draw, first: str, *, bare: bool = True) -> bytes:
    """A head and a body: of a length, in chunks, or none."""
    body, kind = draw(BODY), draw(st.sampled_from(["length", "chunks", "none"] if bare else ["length", "chunks"]))
    if kind == "none":
        return f"{first}\r\nX: y\r\n\r\n".encode()
    if kind == "length":
        return f"{first}\r\ncontent-LENGTH:{len(body)}\r\n\r\n".encode() + body
    cut, mark = draw(st.integers(0, len(body))), draw(st.sampled_from(["", ";a=b", " "]))
    parts = [part for part in (body[:cut], body[cut:]) if part]
    chunks = b"".join(f"{len(part):X}{mark}\r\n".encode() + part + b"\r\n" for part in parts)
    end = draw(st.sampled_from(["0\r\n\r\n", "000\r\nTrailer: x\r\nOther: y\r\n\r\n"]))
    return f"{first}\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + chunks + end.encode()


def rows(reader: Reader, whole: bytes, step: int) -> list[twin.Row]:
    """Messages that are whole, fed so many bytes at a time."""
    found = []
    for at in range(0, len(whole), step):
        found += [message for message in reader.feed(whole[at : at + step]) if message.whole]
    if (last := reader.end()) is not None:
        found.append(last)
    return [
        (str(message.head.status) if isinstance(message.head, http.Response) else message.head.target,
         message.body.taken())
        for message in found
    ]  # fmt: skip


@settings(max_examples=60)
@given(st.data())
def test_requests_are_those_of_the_twin(data):
    many = data.draw(st.integers(0, 5))
    parts = [data.draw(framed(f"{data.draw(METHOD)} /{number} HTTP/1.1")) for number in range(many)]
    whole, reader = b"".join(parts), Reader(Room())
    assert rows(reader, whole, data.draw(st.integers(1, 70))) == twin.requests(whole)
    assert (reader.lost, reader.held) == (0, 0)


@settings(max_examples=60)
@given(st.data())
def test_responses_are_those_of_the_twin(data):
    methods, whole = data.draw(st.lists(METHOD, max_size=5)), b""
    for number, method in enumerate(methods):
        if data.draw(st.booleans()):
            whole += b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        status = data.draw(st.sampled_from([200, 204, 304, 404]))
        first = f"HTTP/1.1 {status} Said"
        if method == "HEAD" or status in (204, 304):
            whole += f"{first}\r\nContent-Length: 7\r\n\r\n".encode()
        else:
            whole += data.draw(framed(first, bare=number == len(methods) - 1))
    waiting = list(methods)
    reader = Reader(Room(), lambda: waiting.pop(0))
    assert rows(reader, whole, data.draw(st.integers(1, 70))) == twin.responses(whole, methods)
    assert reader.lost == 0


@pytest.mark.parametrize("size", [0, 1, http.MAX_HEAD - 40, http.MAX_HEAD])
def test_heads_are_read_up_to_a_bound_and_lost_beyond_it(size):
    head = b"GET /x HTTP/1.1\r\nLong: " + b"v" * size + b"\r\n\r\n"
    reader = Reader(Room())
    found = rows(reader, head, 10_000)
    if len(head) <= http.MAX_HEAD:
        assert (found, reader.lost) == ([("/x", b"")], 0)
    else:
        assert (found, reader.lost) == ([], len(head))


def test_pouring_is_taking_without_the_look_for_an_end():
    reader, room = Reader(Room()), Room()
    assert not reader.pour(b"early"), "no body is open"
    reader = Reader(room)
    (begun,) = reader.feed(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nab")
    assert reader.pour(b"cdef")
    assert not reader.pour(b"ghij"), "the last bytes end the message, which has to be told"
    assert not reader.pour(b"more than there is")
    (ended,) = reader.feed(b"ghij")
    assert ended is begun
    assert (ended.body.taken(), ended.whole, room.left) == (b"abcdefghij", True, http1.MAX_ALL)


@pytest.mark.parametrize(
    ("raw", "body", "cut"),
    [
        (b"3\r\nabc\r\n0\r\n\r\n", b"abc", ""),
        (b"3\nabc\n0\n\n", b"abc", ""),
        (b"3\r\nabc\r\n0\r\nA: b\r\n\r\n", b"abc", ""),
        (b"\t3 ; x\r\nabc\r\n0\r\n\r\n", b"abc", ""),
        (b"003\r\nabc\r\n0\r\n\r\n", b"abc", ""),
        (b"0\r\n\r\n", b"", ""),
        (b"-3\r\nabc\r\n0\r\n\r\n", b"", "its chunks are malformed"),
        (b"0x3\r\nabc\r\n0\r\n\r\n", b"", "its chunks are malformed"),
        (b"\r\n3\r\nabc\r\n", b"", "its chunks are malformed"),
        (b"3\r\nabcd\r\n", b"abc", "its chunks are malformed"),
        (b"3\r\nabc", b"abc", http1.ENDED),
        (b"3\r\nabc\r", b"abc", http1.ENDED),
        (b"3\r\nabc\r\n", b"abc", http1.ENDED),
        (b"ffffffffffffffff\r\nabc", b"", "its chunks are malformed"),
        (b"fffffffffffffff\r\nabc", b"abc", http1.ENDED),
        (b"0\r\n" + b"T: x\r\n" * 900 + b"\r\n", b"", ""),
        (b"0\r\n" + b"T" * 5_000, b"", "its chunks are malformed"),
    ],
)
def test_chunks_as_servers_write_them(raw, body, cut):
    reader = Reader(Room(), lambda: "GET")
    found = list(reader.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + raw))
    if (last := reader.end()) is not None:
        found.append(last)
    assert (found[-1].body.taken(), found[-1].body.cut) == (body, cut)
    assert len([message for message in found if message.whole]) == len(found), (
        "one object, told when it begins and ends"
    )
