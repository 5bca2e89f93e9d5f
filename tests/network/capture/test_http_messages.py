"""Requests and responses are joined, of one connection and of one stream, and what is missing is said."""

import zlib

import hpack
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.capture.events import Message, Where
from affidavit.network.capture.messages import CLIENT, SERVER, Ends, Stamp
from affidavit.network.capture.talk import Talk
from affidavit.network.names import http1, http2
from affidavit.network.names.http1 import Room
from tests.builders.secure import h2_frame, h2_headers
from tests.builders.traffic import http_request, http_response

ENDS = Ends("10.0.0.2", "198.51.100.7", 443, "org.example", "name.example", encrypted=True)
ASKED = [(":method", "GET"), (":scheme", "https"), (":authority", "api.example.com"), (":path", "/a")]
GET = http_request("api.example.com", "/a")
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"


def told(*flights, ends: Ends = ENDS) -> list[Message]:
    """Messages of a connection, whose flights are (side, bytes or gap)."""
    talk, found = Talk(ends, Room()), []
    for number, (side, piece) in enumerate(flights):
        found += talk.feed(side, piece, Stamp(number, Where(number, f"frame {number}")))
    return [*found, *talk.end(Stamp(99, Where(99, "end")))]


def test_a_request_and_its_response_are_one_message():
    (found,) = told(
        (CLIENT, http_request("Api.example.com", "/v1?x=1", "POST", b"sent")), (SERVER, http_response(b"got"))
    )
    assert (found.method, found.url, found.host) == ("POST", "https://Api.example.com/v1?x=1", "api.example.com")
    assert (found.sent, found.status, found.received, found.cut) == (b"sent", 200, b"got", "")
    assert (found.client, found.server, found.port, found.app) == ("10.0.0.2", "198.51.100.7", 443, "org.example")
    assert (found.where.name, found.at, found.encrypted, found.protocol) == ("frame 0", 0, True, "http")
    assert ("Host", "Api.example.com") in found.request
    assert ("Content-Length", "3") in found.response


def test_responses_belong_to_requests_in_their_order():
    asked = b"".join(http_request("h", f"/{number}") for number in range(5))
    got = b"".join(http_response(f"{number}".encode()) for number in range(5))
    found = told((CLIENT, asked), (SERVER, got))
    assert [(message.url[-1], message.received) for message in found] == [
        (str(number), f"{number}".encode()) for number in range(5)
    ]


def test_interim_responses_answer_nothing():
    go_on = b"HTTP/1.1 100 Continue\r\n\r\n"
    head, body = http_request("h", "/", "POST", b"body")[:-4], b"body"
    (found,) = told((CLIENT, head), (SERVER, go_on), (CLIENT, body), (SERVER, http_response(b"done", 201)))
    assert (found.status, found.sent, found.received) == (201, b"body", b"done")


def test_a_head_request_has_no_body_to_wait_for():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
    found = told((CLIENT, http_request("h", "/1", "HEAD") + GET), (SERVER, head + http_response(b"two")))
    assert [message.received for message in found] == [b"", b"two"]


def test_halves_without_the_other_are_told_when_the_connection_ends():
    (asked,) = told((CLIENT, GET))
    assert (asked.status, asked.sent, asked.received) == (0, b"", None)
    (answered,) = told((SERVER, http_response(b"x")))
    assert (answered.method, answered.host, answered.received) == ("", "name.example", b"x")
    (cut,) = told((CLIENT, GET), (SERVER, http_response(b"x" * 50)[:-20]))
    assert (len(cut.received or b""), cut.cut) == (30, http1.ENDED)
    (gap,) = told((CLIENT, GET), (SERVER, http_response(b"x" * 50)[:-20]), (SERVER, 20))
    assert gap.cut == http1.MISSING


def test_a_websocket_is_read_message_by_message():
    opened = http_request("ws.example.com", "/live", Upgrade="websocket")
    mask = b"\x01\x02\x03\x04"
    text = bytes(byte ^ mask[at % 4] for at, byte in enumerate(b"id=7f3a"))
    parts = b"\x01\x87" + mask + text[:7] + b"\x80\x80" + mask
    found = told((CLIENT, opened), (SERVER, SWITCH + b"\x82\x03abc"), (CLIENT, parts), (CLIENT, b"\x89\x00"))
    assert [message.protocol for message in found] == ["websocket"] * 3
    assert [(message.sent, message.received) for message in found[1:]] == [(None, b"abc"), (b"id=7f3a", None)]
    assert {message.url for message in found} == {"https://ws.example.com/live"}


def test_packed_messages_of_a_websocket_are_unpacked_within_bounds():
    agreed = SWITCH[:-2] + b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)

    def frame(data: bytes) -> bytes:
        packed = (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]
        return b"\xc1\x7e" + len(packed).to_bytes(2, "big") + packed

    opened = (CLIENT, http_request("h", "/", Upgrade="websocket"))
    found = told(opened, (SERVER, agreed + frame(b"hello hello hello") + frame(b"hello hello")))
    assert [message.received for message in found[1:]] == [b"hello hello hello", b"hello hello"]
    bomb = told(opened, (SERVER, agreed + frame(bytes(40 << 20))))
    assert [len(message.received or b"") for message in bomb[1:]] == [1 << 20, 0]
    assert all(message.cut for message in bomb[1:])


def test_another_protocol_inside_is_kept_as_it_is():
    (found,) = told((CLIENT, b"\x10\x20MQTT" + bytes(60)), (SERVER, b"\x20\x02\x00\x00"))
    assert (found.method, found.protocol, found.host) == ("", "tls", "name.example")
    assert (found.sent, found.received) == (b"\x10\x20MQTT" + bytes(60), b"\x20\x02\x00\x00")
    (short,) = told((CLIENT, b"\x10\x20"))
    assert short.sent == b"\x10\x20"
    other = told(
        (CLIENT, http_request("h", "/", Upgrade="x")), (SERVER, SWITCH.replace(b"websocket", b"strange") + b"!")
    )
    assert [(message.protocol, message.received) for message in other] == [("strange", b""), ("strange", b"!")]


def streams(*, padding: int = 0) -> list[tuple[int, bytes]]:
    """Two requests of HTTP/2 whose answers overtake each other."""
    one, other = hpack.Encoder(), hpack.Encoder()
    second = [*ASKED[:3], (":path", "/b"), ("x-id", "7")]
    return [
        (SERVER, h2_frame(4, 0, 0)),
        (CLIENT, http2.PREFACE + b"".join(h2_headers(one.encode(ASKED), 1, padding=padding))),
        (CLIENT, b"".join(h2_headers(one.encode(second), 3, last=False, pieces=2))),
        (CLIENT, h2_frame(0, 0, 3, b"bo") + h2_frame(0, 1, 3, b"dy")),
        (SERVER, b"".join(h2_headers(other.encode([(":status", "103")]), 3, last=False))),
        (SERVER, b"".join(h2_headers(other.encode([(":status", "201"), ("server", "x")]), 3, last=False))),
        (SERVER, h2_frame(0, 0, 3, b"three") + b"".join(h2_headers(other.encode([("grpc-status", "0")]), 3))),
        (SERVER, b"".join(h2_headers(other.encode([(":status", "204")]), 1))),
    ]


def test_streams_of_http2_are_told_apart():
    later, first = told(*streams(padding=5))
    assert (later.url, later.sent, later.status, later.received) == (
        "https://api.example.com/b", b"body", 201, b"three",
    )  # fmt: skip
    assert later.response == (("server", "x"), ("grpc-status", "0"))
    assert later.request == (("x-id", "7"),)
    assert (first.url, first.status, first.received, first.protocol) == ("https://api.example.com/a", 204, b"", "h2")
    assert (first.where.name, later.where.name) == ("frame 1", "frame 2")


def test_http2_that_breaks_off_gives_what_there_was_and_says_why():
    flights = streams()
    found = told(*flights[:4], (SERVER, 500), *flights[4:])
    assert {(message.status, message.cut) for message in found} == {(0, http1.MISSING)}
    assert {message.sent for message in found} == {b"", b"body"}
    reset = told(*flights[:4], (SERVER, h2_frame(3, 0, 3, bytes(4))))
    assert [message.cut for message in reset] == ["the stream was given up", http1.ENDED]


def test_open_requests_are_bounded():
    asked = b"".join(http_request("h", f"/{number}") for number in range(1_500))
    assert len(told((CLIENT, asked))) == 1_500
    encoder = hpack.Encoder()
    many = b"".join(part for at in range(1_100) for part in h2_headers(encoder.encode(ASKED), 2 * at + 1))
    found = told((CLIENT, http2.PREFACE + many))
    assert len(found) == 1_100
    assert sum("requests were open" in message.cut for message in found) == 76


@given(st.lists(st.tuples(st.integers(0, 1), st.one_of(st.binary(max_size=50), st.integers(1, 60),
    st.sampled_from([GET, SWITCH, http_response(b"x"), *[data for _, data in streams()]]))), max_size=10))  # fmt: skip
def test_no_bytes_raise_and_bodies_are_let_go(flights):
    room = Room()
    talk = Talk(ENDS, room)
    stamp = Stamp(0, Where(0, ""))
    for side, piece in flights:
        list(talk.feed(side, piece, stamp))
    list(talk.end(stamp))
    assert room.left == http1.MAX_ALL
