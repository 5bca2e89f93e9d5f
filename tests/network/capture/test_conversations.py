"""Connections are read from their segments to their messages, with keys and without, and as tshark reads them."""

import shutil
import ssl
import struct
import subprocess
from collections.abc import Iterable

import hpack
import pytest

from affidavit.network.capture import conversations
from affidavit.network.capture.conversations import Conversations
from affidavit.network.capture.events import Event, Message, Unread, Where
from affidavit.network.capture.messages import CLIENT, SERVER, Ends, Stamp
from affidavit.network.names import http2
from affidavit.network.names.http1 import MAX_ALL, MISSING
from affidavit.network.names.keylog import KeyLog
from tests.builders import traffic
from tests.builders.secure import Flight, h2_frame, h2_headers, recorded
from tests.builders.traffic import http_request, http_response

NEW, OLD = ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2
ENDS = Ends("10.0.0.2", "198.51.100.7", 443)
POST = http_request("api.example.com", "/v1/log?id=7", "POST", b'{"lat":52.5}')
SAID = ((CLIENT, POST), (SERVER, http_response(b"y" * 50_000, Server="made")))
Segment = tuple[int, int, bytes]


def log_of(keys: bytes) -> KeyLog:
    log = KeyLog()
    log.add(keys)
    return log


def segments(flights: Iterable[Flight], most: int = 1_400) -> list[Segment]:
    """(side, place, content) of each segment."""
    places, found = [0, 0], []
    for side, data in flights:
        for at in range(0, len(data), most):
            found.append((side, places[side], data[at : at + most]))
            places[side] += len(found[-1][2])
    return found


def told(parts: Iterable[Segment], keys: bytes = b"") -> tuple[list[Event], frozenset[str]]:
    """Events of one connection, and its marks."""
    made, found = Conversations(log_of(keys)), []
    made.open(1, ENDS)
    for number, (side, place, data) in enumerate(parts):
        if made.wants(1):
            stamp = Stamp(number, Where(number, f"frame {number + 1}"))
            found += made.take(1, side, place, (data, len(data)), stamp, fresh=place == 0 and data[:1] == b"\x16")
    found += made.close(1, Stamp(99, Where(99, "end")))
    assert made._room.left == MAX_ALL
    assert made._held == 0
    marks, sealed = made.forget(1)
    return found, marks | ({"sealed"} if sealed else set())


@pytest.mark.parametrize("version", [NEW, OLD])
def test_an_encrypted_request_is_read_with_its_keys(version):
    flights, keys = recorded(version, said=SAID)
    (found,), marks = told(segments(flights), keys)
    assert isinstance(found, Message)
    assert (found.url, found.sent, found.received) == (
        "https://api.example.com/v1/log?id=7", b'{"lat":52.5}', b"y" * 50_000,
    )  # fmt: skip
    assert found.encrypted
    assert marks == {"decrypted"}


@pytest.mark.parametrize("version", [NEW, OLD])
def test_without_keys_nothing_is_read_and_nothing_is_held(version):
    flights, _ = recorded(version, said=SAID)
    assert told(segments(flights)) == ([], {"sealed"})


def test_segments_may_come_late_twice_and_overlapping():
    flights, keys = recorded(NEW, said=SAID)
    parts = segments(flights, 900)
    mixed = [*parts[:3], *parts[1:3], parts[4], parts[3], *parts[5:]]
    side, place, data = mixed[-1]
    mixed[-1:] = [(side, place + 3, data[3:]), (side, place, data[:50])]
    (found,), _ = told(mixed, keys)
    assert isinstance(found, Message)
    assert (len(found.received or b""), found.cut) == (50_000, "")


def test_a_segment_that_is_missing_ends_what_is_encrypted_and_is_said():
    flights, keys = recorded(NEW, said=SAID)
    parts = segments(flights)
    found, marks = told([*parts[:-8], *parts[-7:]], keys)
    message, unread = found
    assert isinstance(message, Message)
    assert isinstance(unread, Unread)
    assert (message.sent, message.cut) == (b'{"lat":52.5}', "the connection or the capture ends before it does")
    assert unread.kind == "capture/not-decrypted"
    assert unread.detail == f"keys were given, but {MISSING}: api.example.com"
    assert marks == {"decrypted", "sealed"}


def test_what_is_in_clear_is_read_without_keys():
    (found,), marks = told(segments(SAID))
    assert isinstance(found, Message)
    assert (found.url, found.encrypted, marks) == ("http://api.example.com:443/v1/log?id=7", False, {"cleartext"})


def test_behind_a_proxy_another_connection_begins():
    flights, keys = recorded(NEW, said=SAID)
    asked = http_request("api.example.com:443", "api.example.com:443", "CONNECT")
    agreed = b"HTTP/1.1 200 Connection established\r\n\r\n"
    for places_anew in (False, True):
        if places_anew:
            parts = segments([(CLIENT, asked), (SERVER, agreed)]) + segments(flights)
        else:
            parts = segments([(CLIENT, asked), (SERVER, agreed), *flights])
        (connect, found), marks = told(parts, keys)
        assert isinstance(connect, Message)
        assert isinstance(found, Message)
        assert (connect.method, connect.url, connect.encrypted) == ("CONNECT", "api.example.com:443", False)
        assert (found.url, found.encrypted, marks) == (
            "https://api.example.com/v1/log?id=7", True, {"cleartext", "decrypted"},
        )  # fmt: skip
    assert told(segments([(CLIENT, asked), (SERVER, agreed), *flights]))[1] == {"cleartext", "sealed"}
    assert told(segments([(CLIENT, asked), (SERVER, agreed)]))[1] == {"cleartext", "sealed"}, (
        "what follows was not seen"
    )
    plain = [(CLIENT, asked), (SERVER, agreed), *SAID]
    found = told(segments(plain))[0]
    assert [message.method for message in found if isinstance(message, Message)] == ["CONNECT", "POST"]


def test_a_proxy_that_is_spoken_to_in_secret_is_not_followed():
    asked = http_request("other.example:443", "other.example:443", "CONNECT")
    said = ((CLIENT, asked), (SERVER, b"HTTP/1.1 200 OK\r\n\r\n"), (CLIENT, b"\x16\x03\x01" + bytes(900)))
    flights, keys = recorded(NEW, said=said)
    found, _ = told(segments(flights), keys)
    assert isinstance(found[0], Message)
    assert [event.kind for event in found if isinstance(event, Unread)] == ["capture/unsupported"]


def test_connections_and_what_waits_are_bounded(monkeypatch):
    made = Conversations(log_of(b""), most=10, most_held=5_000)
    stamp, said = Stamp(0, Where(0, "")), []
    for number in range(50):
        made.open(number, ENDS)
        said += made.take(number, CLIENT, 0, (POST[:-2], len(POST) - 2), stamp)
    assert (len(made._open), made.given_up, len(said)) == (10, 40, 40)
    for number in range(40, 50):
        if made.knows(number):
            said += made.take(number, SERVER, 100, (bytes(1_000), 1_000), stamp)
            assert made._held <= 5_000
    assert made.given_up > 42
    assert not made.wants(0)
    assert made.forget(0) == ({"cleartext"}, False)
    assert made.wants(0)
    monkeypatch.setattr(conversations, "MOST_OVER", 20)
    for number in range(40, 50):
        list(made.close(number, stamp))
    assert sum(not made.wants(number) for number in range(50)) == 20


def h2_said() -> tuple[Flight, ...]:
    """Two requests of HTTP/2 in an encrypted connection."""
    one, other = hpack.Encoder(), hpack.Encoder()
    asked = [(":method", "POST"), (":scheme", "https"), (":authority", "api.example.com"), (":path", "/h2?a=b")]
    block = b"".join(h2_headers(one.encode([*asked, ("content-length", "4")]), 1, last=False))
    second = b"".join(h2_headers(one.encode([*asked[:3], (":path", "/second")]), 3, pieces=2))
    answer = b"".join(h2_headers(other.encode([(":status", "200"), ("content-length", "5")]), 1, last=False))
    return (
        (CLIENT, http2.PREFACE + h2_frame(4, 0, 0)),
        (SERVER, h2_frame(4, 0, 0)),
        (CLIENT, block + h2_frame(0, 1, 1, b"sent") + second),
        (SERVER, answer + h2_frame(0, 1, 1, b"there")),
        (SERVER, b"".join(h2_headers(other.encode([(":status", "404")]), 3))),
    )


@pytest.mark.skipif(shutil.which("tshark") is None, reason="needs Debian's tshark")
@pytest.mark.parametrize(
    ("version", "ciphers", "alpn"),
    [(NEW, "", "http/1.1"), (OLD, "ECDHE-RSA-AES128-SHA256", "http/1.1"), (NEW, "", "h2"), (OLD, "", "h2")],
)
def test_the_same_is_read_as_tshark_reads_with_the_keys(tmp_path, version, ciphers, alpn):
    flights, keys = recorded(version, ciphers, (alpn,), h2_said() if alpn == "h2" else SAID)
    talk = traffic.Talk().open()
    for side, data in flights:
        talk.say(side, data)
    (tmp_path / "c.pcap").write_bytes(traffic.pcap(talk.close().packets))
    (tmp_path / "keys").write_bytes(keys)
    fields = ["http.host", "http.request.uri", "http.response.code", "http.file_data"]
    fields += ["http2.headers.authority", "http2.headers.path", "http2.headers.status", "http2.data.data"]
    command = ["tshark", "-r", tmp_path / "c.pcap", "-o", f"tls.keylog_file:{tmp_path / 'keys'}", "-T", "fields"]
    out = subprocess.run(
        [*command, *(part for name in fields for part in ("-e", name))], capture_output=True, text=True, check=True
    ).stdout
    theirs = {part for line in out.split("\n") for item in line.split("\t") for part in item.split(",") if part}
    found, _ = told(segments(flights), keys)
    ours = set()
    for message in found:
        assert isinstance(message, Message)
        target = "/" + message.url.split("/", 3)[3]
        ours |= {message.host, target, str(message.status)}
        bodies = [body for body in (message.sent, message.received) if body]
        ours |= {body.hex() if alpn == "h2" else body.decode() for body in bodies}
    assert ours == theirs


def test_hostile_segments_do_not_raise_and_are_let_go():
    flights, keys = recorded(NEW, said=SAID)
    parts = segments(flights, 300)
    for step in range(1, 40, 3):
        changed = [
            (side, (place * step) % (1 << 32), data[step % 7 :] + struct.pack(">I", step))
            for side, place, data in parts
        ]
        told(changed, keys)
