"""What is spoken on a connection is told by its first bytes, in any pieces, and read as that from the first one."""

import hpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.capture.events import Message, Where
from affidavit.network.capture.http_messages import Framed, Plain
from affidavit.network.capture.messages import CLIENT, SERVER, Ends, Stamp
from affidavit.network.capture.other_messages import Raw, Socket
from affidavit.network.capture.talk import Talk
from affidavit.network.names import http1, http2
from affidavit.network.names.http1 import Room
from tests.builders.secure import h2_frame, h2_headers
from tests.builders.traffic import http_request, http_response

ENDS = Ends("10.0.0.2", "198.51.100.7", 8443, name="name.example", encrypted=True)
GET, GOT = http_request("h.example", "/a"), http_response(b"got")
SETTINGS = h2_frame(4, 0, 0)
AGREED = b"HTTP/1.1 200 Connected\r\n\r\n"
ASKED = [(":method", "GET"), (":scheme", "https"), (":authority", "h.example"), (":path", "/a")]
Flight = tuple[int, bytes | int]


def talk_of(*flights: Flight, ends: Ends = ENDS) -> tuple[Talk, list[Message]]:
    talk, found = Talk(ends, Room()), []
    for number, (side, piece) in enumerate(flights):
        found += talk.feed(side, piece, Stamp(number, Where(number, f"frame {number}")))
    return talk, found


def told(*flights: Flight, ends: Ends = ENDS) -> list[Message]:
    talk, found = talk_of(*flights, ends=ends)
    return [*found, *talk.end(Stamp(99, Where(99, "end")))]


def h2(stream: int = 1) -> bytes:
    return http2.PREFACE + b"".join(h2_headers(hpack.Encoder().encode(ASKED), stream))


@pytest.mark.parametrize(
    ("side", "first", "known"),
    [
        (CLIENT, GET, Plain),
        (CLIENT, b"GET /", Plain),
        (CLIENT, b"OPTIONS *", Plain),
        (SERVER, GOT, Plain),
        (SERVER, b"HTTP/1.1 2", Plain),
        (CLIENT, http2.PREFACE, Framed),
        (SERVER, SETTINGS, Framed),
        (SERVER, h2_frame(4, 1, 0), Framed),
        (SERVER, h2_frame(4, 0, 1) + bytes(20), Raw),
        (CLIENT, b"G", None),
        (CLIENT, b"PRI ", None),
        (CLIENT, http2.PREFACE[:-1], None),
        # PRI stands for the whole preface and is no method: with another rest it is neither version of HTTP.
        (CLIENT, b"PRI * HTTP/1.1\r\n", None),
        (CLIENT, b"PRI * HTTP/1.1\r\nHost: a\r\n", Raw),
        (CLIENT, http2.PREFACE[:-1] + b"x", Raw),
        (CLIENT, b"PRIVATE /", Plain),
        (CLIENT, SETTINGS[:8], None),
        (CLIENT, SETTINGS, None),
        (CLIENT, SETTINGS * 3, Raw),
        (SERVER, b"220 mail.example ESMTP ready", Raw),
        (CLIENT, b"\x10" + bytes(22), None),
        (CLIENT, b"\x10" + bytes(23), Raw),
        (CLIENT, 500, None),
    ],
)
def test_first_bytes_tell_what_is_spoken(side, first, known):
    talk, _ = talk_of((side, first))
    assert (type(talk.known) if talk.known is not None else None) == known


@settings(max_examples=40)
@given(st.data())
def test_it_is_told_the_same_in_any_pieces(data):
    encoder = hpack.Encoder()
    answer = SETTINGS + b"".join(h2_headers(encoder.encode([(":status", "200")]), 1))
    says = [(GET, GOT), (h2(), answer), (b"\x10\x05MQTT" + bytes(40), b"\x20\x02" + bytes(30))]
    client, server = data.draw(st.sampled_from(says))
    flights: list[Flight] = []
    for side, whole in ((CLIENT, client), (SERVER, server)):
        step = data.draw(st.integers(1, 30))
        flights += [(side, whole[at : at + step]) for at in range(0, len(whole), step)]
    (one,), (other,) = told((CLIENT, client), (SERVER, server)), told(*flights)
    assert (one.url, one.status, one.sent, one.received) == (other.url, other.status, other.sent, other.received)
    assert (one.protocol, one.cut) == (other.protocol, other.cut)


def test_what_waited_to_be_told_has_the_place_where_it_was_seen():
    (found,) = told((CLIENT, GET[:1]), (CLIENT, GET[1:2]), (CLIENT, GET[2:]), (SERVER, GOT))
    assert found.received == b"got"
    (short,) = told((CLIENT, b"\x10"), (SERVER, b"\x20"), (CLIENT, b"\x11"))
    assert (short.where.name, short.sent, short.received) == ("frame 0", b"\x10\x11", b"\x20")


def test_a_gap_before_anything_is_known_is_counted():
    (found,) = told((CLIENT, 700), (CLIENT, b"\x10" + bytes(40)))
    assert (found.protocol, found.sent, found.cut) == ("tls", b"\x10" + bytes(40), http1.MISSING)
    (found,) = told((CLIENT, 700), (CLIENT, GET), (SERVER, GOT))
    assert (found.url, found.received) == ("https://h.example:8443/a", b"got")
    assert [message.cut for message in told((CLIENT, 700))] == [http1.MISSING]
    assert not told()


@pytest.mark.parametrize(("encrypted", "protocol"), [(True, "tls"), (False, "tcp")])
def test_what_nobody_knows_is_called_by_what_carries_it(encrypted, protocol):
    (found,) = told((SERVER, b"220 mail.example ESMTP ready"), ends=ENDS._replace(encrypted=encrypted))
    assert (found.protocol, found.encrypted, found.received) == (protocol, encrypted, b"220 mail.example ESMTP ready")
    assert found.host == "name.example"


def test_a_tunnel_keeps_what_each_side_has_said_in_it():
    connect = http_request("real.example:443", "real.example:443", "CONNECT")
    talk, found = talk_of((CLIENT, connect + b"early"), (SERVER, AGREED + b"answer"))
    assert talk.tunnel is not None
    assert (talk.tunnel.host, talk.tunnel.port, talk.rest) == ("real.example", 443, (b"early", b"answer"))
    assert [(message.method, message.url, message.status) for message in found] == [
        ("CONNECT", "real.example:443", 200)
    ]


@pytest.mark.parametrize("status", [403, 407, 502])
def test_a_proxy_that_refuses_opens_no_tunnel(status):
    connect = http_request("real.example:443", "real.example:443", "CONNECT")
    talk, found = talk_of((CLIENT, connect + GET), (SERVER, http_response(b"no", status) + GOT))
    assert talk.tunnel is None
    assert [(message.method, message.status, message.received) for message in found] == [
        ("CONNECT", status, b"no"),
        ("GET", 200, b"got"),
    ]


@pytest.mark.parametrize(
    ("upgrade", "known", "protocol"),
    [
        ("websocket", Socket, "websocket"),
        ("WebSocket", Socket, "websocket"),
        ("h2c", Raw, "h2c"),
        ("x" * 50, Raw, "x" * 32),
        ("", Raw, "unknown"),
    ],
)
def test_an_upgrade_changes_what_is_spoken(upgrade, known, protocol):
    agreed = f"HTTP/1.1 101 Switching\r\nUpgrade: {upgrade}\r\n\r\n".encode()
    talk, found = talk_of((CLIENT, http_request("h", "/", Upgrade=upgrade)), (SERVER, agreed))
    assert isinstance(talk.known, known)
    assert [(message.protocol, message.status) for message in found] == [(protocol, 101)]


def test_a_message_of_a_websocket_that_is_never_whole_is_said():
    agreed = b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n"
    flights = [(CLIENT, http_request("h", "/", Upgrade="websocket")), (SERVER, agreed + b"\x82\x03ab")]
    assert [message.cut for message in told(*flights)] == ["", http1.ENDED]
    assert [message.cut for message in told(*flights, (SERVER, 9), (SERVER, b"\x82\x01c"))] == ["", http1.MISSING]


def test_only_what_waits_is_held():
    talk, _ = talk_of((CLIENT, GET + GET[:20]), (SERVER, GOT[:10]))
    assert talk.held == 30
    talk, _ = talk_of((CLIENT, http2.PREFACE + h2_frame(0, 0, 1, bytes(50))[:40]))
    assert talk.held == 40
