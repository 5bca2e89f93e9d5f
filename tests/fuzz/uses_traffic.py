"""As `uses`, for what is read of traffic: hellos, names, messages, and whole connections."""

import ssl
from collections.abc import Iterator

import hpack

from affidavit.network.capture.conversations import Conversations
from affidavit.network.capture.events import Message, Where
from affidavit.network.capture.messages import CLIENT, SERVER, Ends, Stamp
from affidavit.network.names import dns, hosts, http, http1, http2, quic, tls, websocket
from affidavit.network.names.keylog import KeyLog
from tests.builders import traffic
from tests.builders.secure import h2_frame, h2_headers, recorded
from tests.builders.traffic import http_request, http_response

_ENDS = Ends("10.0.0.2", "198.51.100.7", 443)
_SAID = ((CLIENT, http_request("api.example.com", "/a", "POST", b"body")), (SERVER, http_response(b"x" * 300)))
_STEP = 97


def hello(data: bytes) -> None:
    """Both sides of a handshake of TLS; what is said to be missing is missing."""
    for read in (tls.hello, tls.server, tls.certificates):
        found = read(data)
        if isinstance(found, tls.More):
            assert 0 < found.missing <= tls.MAX_FLIGHT
        if isinstance(found, tls.Hello):
            assert len(found.server_name) <= hosts.MOST
            found.server_name.encode("ascii")
        elif read is tls.certificates:
            assert len(found) <= tls.MAX_NAMES


def datagrams(data: bytes) -> None:
    """Datagrams of one client of QUIC, each behind its length; and the frames of one, sealed as they should be."""
    state, at = quic.State(), 0
    while at + 2 <= len(data) and not state.done:
        size = int.from_bytes(data[at : at + 2], "big")
        quic.initial(data[at + 2 : at + 2 + size], state)
        at += 2 + size
    quic.initial(traffic.initial(data[:1_000], size=30), quic.State())
    assert state.held <= 2 << 16


def names(data: bytes) -> None:
    """A message of DNS, alone and in a stream."""
    for raw in (data, *dns.over_tcp(data)):
        found = dns.message(raw)
        if found is not None:
            for name, _ in found.questions:
                chain, addresses = dns.resolved(found, name)
                assert len(chain) <= dns.MAX_CHAIN
                assert len(addresses) <= dns.MAX_RECORDS * dns.MAX_CHAIN


def messages(data: bytes) -> None:
    """A stream of HTTP/1, as requests and as responses, in pieces."""
    for method in (None, lambda: "GET"):
        room = http1.Room()
        reader = http1.Reader(room, method)
        for piece in _pieces(data):
            for found in reader.feed(piece):
                if isinstance(found.head, http.Request):
                    http.url(found.head)
                if found.whole:
                    found.body.taken()
        if (last := reader.end()) is not None:
            last.body.taken()
        assert room.left == http1.MAX_ALL


def frames(data: bytes) -> None:
    """A stream of HTTP/2, and of WebSocket, in pieces."""
    for client in (True, False):
        reader = http2.Reader(client=client)
        for piece in _pieces(data):
            for found in reader.feed(piece):
                assert not isinstance(found, http2.Head) or found.stream >= 0
        assert reader.held <= len(data) + http2.MAX_BLOCK
    socket = websocket.Reader(packed=True)
    for piece in _pieces(data):
        for spoken in socket.feed(piece):
            assert len(spoken.data) <= websocket.MOST


def _log() -> KeyLog:
    log = KeyLog()
    for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
        log.add(recorded(version, said=_SAID)[1])
    return log


def connection(data: bytes) -> None:
    """A connection, as rows of a side, a place and a segment; bytes are given back and nothing is held."""
    made = Conversations(_log())
    made.open(1, _ENDS)
    stamp, at = Stamp(0, Where(0, "frame 1")), 0
    while at + 5 <= len(data) and made.wants(1):
        side, place, size = data[at] & 1, int.from_bytes(data[at + 1 : at + 3], "big"), data[at + 3] << 2
        segment = data[at + 5 : at + 5 + size]
        for event in made.take(
            1, side, place, (segment, len(segment) + (data[at] >> 7)), stamp, fresh=data[at + 4] == 1
        ):
            assert not isinstance(event, Message) or event.url.isprintable() or event.url
        at += 5 + size
    list(made.close(1, stamp))
    assert made._room.left == http1.MAX_ALL
    assert made._held == 0


def _pieces(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), _STEP):
        yield data[at : at + _STEP]


def _rows(flights: tuple[tuple[int, bytes], ...]) -> bytes:
    """Flights as `connection` reads them."""
    places, rows = [0, 0], []
    for side, data in flights:
        for at in range(0, len(data), 1_000):
            part = data[at : at + 1_000]
            part += bytes(-len(part) % 4)
            rows.append(bytes([side]) + places[side].to_bytes(2, "big") + bytes([len(part) >> 2, 0]) + part)
            places[side] += len(data[at : at + 1_000])
    return b"".join(rows)


def seeds() -> dict[str, list[bytes]]:
    """Something of each kind, made here."""
    whole = traffic.client_hello("www.example.com", grease=True, ech=True)
    answer = traffic.server_hello() + traffic.certificate_message(b"\x30\x03\x02\x01\x05")
    packets = [
        traffic.initial(traffic.crypto_frame(0, whole[:150]), size=200),
        traffic.initial(traffic.crypto_frame(150, whole[150:]), size=400, number=1),
    ]
    record = traffic.dns_record(b"\xc0\x0c", 5, traffic.dns_name("b.example"))
    block = b"".join(h2_headers(hpack.Encoder().encode([(":method", "GET"), (":path", "/"), (":authority", "h")]), 1))
    return {
        "tls-hello": [traffic.records(whole), traffic.records(whole, [40, 90]), traffic.records(answer)],
        "quic": [b"".join(len(packet).to_bytes(2, "big") + packet for packet in packets)],
        "dns": [traffic.dns_message("a.example", [record, traffic.dns_record("b.example", 1, bytes(4))])],
        "http1": [data for _, data in _SAID]
        + [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"],
        "http2": [http2.PREFACE + h2_frame(4, 0, 0) + block + h2_frame(0, 1, 1, b"data")],
        "connection": [_rows(_SAID)],
    }
