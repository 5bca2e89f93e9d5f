"""Which packets are looked at: by their first bytes, their ports and what came before; each bound at its edge."""

import struct
from typing import Any

import numpy as np
import pytest

from affidavit.network.capture.layout import ASK, FRAME
from tests.builders import traffic
from tests.builders.kernel_rows import Table, packet_rows

TLS, REST, HTTP, DNS, DNS_TCP, QUIC, ALL, BEGUN = range(1, 9)
SYN, ACK = 2, 16
BODIES, SEALED, LEFT = 3, 4, 9
DONE = 2
HELLO = traffic.records(traffic.client_hello("a.example"))
ANSWER = traffic.records(traffic.server_hello())


class Looking:
    """Packets of one connection, looked at one after the other.

    Args:
        ports: of who sends first, and of the other.
        protocol: 6 or 17.
        whole: places in `state` that ask for everything (`BODIES`, `SEALED`).
    """

    def __init__(self, ports: tuple[int, int] = (40_000, 443), protocol: int = 6, whole: tuple[int, ...] = ()) -> None:
        self.table = Table(4)
        for place in whole:
            self.table.state[place] = 1
        self.ends = (("10.0.0.2", ports[0]), ("198.51.100.7", ports[1]))
        self.protocol = protocol
        self.count = 0

    def asks(self, content: bytes, side: int = 0, at: int = 1, **more: Any) -> np.ndarray:
        """What is asked for of one packet, without that its connection begins."""
        data = b"\xee" * 7 + content + b"\xee" * 7
        ends = self.ends[::-1] if side else self.ends
        packet = {"ends": ends, "protocol": self.protocol, "begin": 7, "size": len(content), "sequence": at}
        rows, frames = packet_rows(packet | more), np.zeros(1, FRAME)
        self.table.state[6] = self.count
        self.count += 1
        assert self.table.update(frames, rows) == 1
        found = self.table.asked(data, frames, rows)
        return found[found["kind"] != BEGUN]

    def kind(self, content: bytes, side: int = 0, at: int = 1, **more: Any) -> int:
        """What one packet is asked for as; 0 for not at all."""
        found = self.asks(content, side, at, **more)
        return int(found["kind"][0]) if len(found) else 0

    def opened(self) -> "Looking":
        """After SYN and its answer: both sides stand at 1."""
        assert self.kind(b"", at=0, flags=SYN) == 0
        assert self.kind(b"", 1, at=0, flags=SYN | ACK) == 0
        return self

    def half(self, side: int = 0) -> Any:
        return self.table.halves[side]


def record(kind: int, size: int, first: bytes = b"\x01", version: int = 0x0303) -> bytes:
    """A record of TLS that says that it is so long."""
    return struct.pack(">BHH", kind, version, size) + first + bytes(40)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (HELLO, TLS),
        (ANSWER, TLS),
        (HELLO[:1], TLS),
        (HELLO[:2], TLS),
        (HELLO[:8], TLS),
        (record(0x16, 1), TLS),
        (record(0x16, 18_432), TLS),
        (record(0x16, 18_433), 0),
        (record(0x16, 0), 0),
        (record(0x16, 40, version=0x0203), 0),
        (record(0x16, 40, version=0x0400), 0),
        (record(0x16, 40, b"\x19"), TLS),
        (record(0x16, 40, b"\x1a"), 0),
        (record(0x17, 40), 0),
        (record(0x15, 2), 0),
        (b"\x00" * 40, 0),
        (b"", 0),
        *[(f"{name} /x HTTP/1.1\r\n".encode(), HTTP) for name in ("GET", "POST", "PUT", "HEAD", "CONNECT", "OPTIONS")],
        *[(f"{name} /x HTTP/1.1\r\n".encode(), HTTP) for name in ("DELETE", "PATCH", "TRACE")],
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", HTTP),
        (b"HTTP/1.1 200 OK\r\n", HTTP),
        (b"GET", 0),
        (b"GET ", HTTP),
        (b"get / HTTP/1.1", 0),
        (b"GETX", 0),
        (b"HTTQ", 0),
        (b"SSH-2.0-x\r\n", 0),
    ],
)
def test_what_the_first_segment_of_a_stream_is_asked_for_as(content, kind):
    assert Looking().opened().kind(content) == kind


@pytest.mark.parametrize(
    ("ports", "protocol", "kind"),
    [
        ((40_000, 53), 17, DNS),
        ((53, 40_000), 17, DNS),
        ((5_353, 5_353), 17, DNS),
        ((40_000, 5_353), 17, DNS),
        ((60_000, 5_355), 17, DNS),
        ((5_355, 60_000), 17, DNS),
        ((40_000, 54), 17, 0),
        ((1, 53), 17, 0),
        ((40_000, 53), 6, DNS_TCP),
        ((53, 40_000), 6, DNS_TCP),
        ((40_000, 853), 6, 0),
        ((40_000, 5_353), 6, 0),
    ],
)
def test_dns_is_known_by_its_ports(ports, protocol, kind):
    assert Looking(ports, protocol).kind(b"x" * 30) == kind


def long_head(version: int) -> bytes:
    return b"\xc3" + version.to_bytes(4, "big") + bytes(40)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (long_head(1), QUIC),
        (long_head(0x6B3343CF), QUIC),
        (long_head(0x709A50C4), QUIC),
        (long_head(0xFF00001D), QUIC),
        (long_head(0xFF0000FF), QUIC),
        (long_head(0xFF000100), 0),
        (long_head(0xFACEB002), QUIC),
        (long_head(0xFACEB010), 0),
        (long_head(0x51303530), QUIC),
        (long_head(0x54303531), QUIC),
        (long_head(0), 0),
        (long_head(2), 0),
        (b"\x43\x00\x00\x00\x01" + bytes(40), 0),
        # gQUIC before version 46: a flag for its version, an eight-byte number of connection, then `Q0..`.
        (b"\x0d" + bytes(8) + b"Q043" + bytes(20), QUIC),
        (b"\x0c" + bytes(8) + b"Q043" + bytes(20), 0),
        (b"\x0d" + bytes(8) + b"R043" + bytes(20), 0),
        (long_head(1)[:19], 0),
        (long_head(1)[:20], QUIC),
        (b"", 0),
    ],
)
def test_quic_is_known_by_its_version(content, kind):
    assert Looking(protocol=17).kind(content) == kind
    answering = Looking(protocol=17)
    assert answering.kind(b"first") == 0
    assert answering.kind(content, 1) == 0, "no hello comes from the side that answers"


def test_a_connection_is_told_to_begin_once_and_a_packet_has_its_place_and_number():
    looking = Looking()
    rows, frames = packet_rows({"ends": looking.ends, "size": len(HELLO), "sequence": 9}), np.zeros(1, FRAME)
    frames["at"], frames["time"], looking.table.state[6] = 1_000, 77, 500
    looking.table.update(frames, rows)
    begun, asked = looking.table.asked(HELLO, frames, rows)
    assert (begun["kind"], begun["frame"], begun["at"], begun["number"]) == (BEGUN, 500, 1_000, 0)
    assert [int(asked[name]) for name in ASK.names or () if name != "unused"] == [
        *(0, len(HELLO), len(HELLO)),  # begin, size, whole
        *(0, 77, 1_000, 500, 0),  # place, time, at, frame, number
        *(0, 0, TLS),  # row, half, kind
    ]
    looking.count = 501
    assert looking.asks(HELLO[9:], at=9 + 100)["place"].tolist() == [100]


def test_frames_that_carry_nothing_and_segments_without_content_are_not_looked_at():
    looking = Looking().opened()
    assert looking.kind(b"", at=1, flags=ACK) == 0
    assert looking.half()["asked"] == 0
    rows = packet_rows({"ends": looking.ends, "protocol": 0, "begin": -5, "size": 9})
    assert len(looking.table.asked(b"", np.zeros(1, FRAME), rows)) == 0


@pytest.mark.parametrize(("begin", "size"), [(-1, 4), (0, 5), (4, 1), (1 << 40, 1)])
def test_a_packet_that_lies_outside_of_its_piece_is_never_read(begin, size):
    looking = Looking()
    rows, frames = packet_rows({"ends": looking.ends, "begin": begin, "size": size}), np.zeros(1, FRAME)
    looking.table.update(frames, rows)
    with pytest.raises(IndexError):
        looking.table.asked(b"abcd", frames, rows)


@pytest.mark.parametrize("most", [10, 50, 100, len(HELLO) - 1])
def test_the_rest_of_a_hello_is_asked_for_and_nothing_behind_it(most):
    looking = Looking().opened()
    kinds = [looking.kind(HELLO[at : at + most], at=1 + at) for at in range(0, len(HELLO), most)]
    assert kinds == [TLS] + [REST] * (len(kinds) - 1)
    assert looking.kind(b"\x17\x03\x03\x00\x05abcde", at=1 + len(HELLO)) == 0
    assert looking.half()["mode"] == DONE


def test_segments_of_a_hello_in_disorder_are_asked_for_up_to_eight_before_its_begin():
    looking = Looking().opened()
    assert [looking.kind(b"rest", at=101 + 4 * index) for index in range(10)] == [REST] * 8 + [0] * 2
    assert looking.kind(HELLO) == TLS
    near, far = Looking().opened(), Looking().opened()
    assert (near.kind(b"rest", at=65_536), far.kind(b"rest", at=65_537)) == (REST, 0)


def test_a_stream_that_begins_as_nothing_known_is_done_with():
    looking = Looking().opened()
    assert looking.kind(b"SSH-2.0-x\r\n") == 0
    assert looking.kind(b"more", at=12) == 0
    assert looking.half()["mode"] == DONE


@pytest.mark.parametrize(
    ("message", "kinds"), [(65_000, [REST, REST, 0]), (0xFFFFFF, [REST, REST, 0]), (900, [0, 0, 0])]
)
def test_a_hello_that_says_it_is_endless_is_followed_for_64_kib(message, kinds):
    looking = Looking().opened()
    head = b"\x16\x03\x01\x40\x00\x01" + message.to_bytes(3, "big")
    assert looking.kind(head + bytes(40)) == TLS
    assert [looking.kind(bytes(9), at=1 + place) for place in (3_000, 64_000, 65_536)] == kinds


def test_a_flight_of_a_server_ends_where_a_record_is_no_handshake():
    looking = Looking().opened()
    assert looking.kind(HELLO) == TLS
    assert looking.kind(ANSWER + b"\x14\x03\x03\x00\x01\x01", 1) == TLS
    assert looking.half(1)["window"] == len(ANSWER)
    assert looking.kind(b"sealed", 1, at=1 + len(ANSWER) + 6) == 0
    other = Looking().opened()
    assert other.kind(ANSWER + b"\x16\x03\x03\x10\x00\x0b" + bytes(90), 1) == TLS
    assert other.kind(b"certificate", 1, at=1 + 3_000) == REST


def test_a_window_of_a_hello_is_96_segments_and_what_is_left_is_counted():
    looking = Looking().opened()
    kinds = [looking.kind(HELLO[at : at + 1], at=1 + at) for at in range(100)]
    assert kinds == [TLS] + [REST] * 95 + [0] * 4
    assert looking.table.state[LEFT] == 1, "nothing of this side is looked at any more, so the rest is not counted"


@pytest.mark.parametrize(
    ("ports", "protocol", "content", "most", "counted"),
    [
        ((40_000, 53), 17, b"question" * 4, 1 << 20, True),
        ((40_000, 53), 6, b"question" * 4, 1 << 20, True),
        ((40_000, 80), 6, b"GET / HTTP/1.1\r\n\r\n", 1 << 20, True),
        ((40_000, 443), 17, long_head(1), 16, False),
    ],
)
def test_each_side_has_a_most_of_packets_that_are_looked_at(ports, protocol, content, most, counted):
    looking = Looking(ports, protocol)
    assert looking.kind(content) > 0
    looking.table.halves["asked"][0] = most - 1
    assert looking.kind(content) > 0
    assert looking.half()["asked"] == most
    assert looking.kind(content) == 0
    assert looking.table.state[LEFT] == counted
    looking.table.halves["asked"][0] = 1 << 30
    assert looking.kind(content) == 0
    assert looking.table.state[LEFT] == counted, "what nobody wants more of is not counted"


def test_bodies_in_clear_are_asked_for_when_they_are_wanted():
    request, plain, wanted = b"POST / HTTP/1.1\r\n\r\n", Looking((40_000, 80)), Looking((40_000, 80), whole=(BODIES,))
    for looking, kind in ((plain, 0), (wanted, ALL)):
        assert looking.opened().kind(request) == HTTP
        assert looking.kind(b"body", at=22) == kind
        assert looking.kind(b"answer of no protocol", 1) == kind
        assert looking.kind(b"HTTP/1.1 200 OK\r\n", 1, at=22) == HTTP


def test_all_of_an_encrypted_stream_is_asked_for_when_keys_are_given():
    looking = Looking(whole=(SEALED,)).opened()
    assert looking.kind(HELLO) == TLS
    assert [looking.kind(b"\x17\x03\x03\x00\x01x", at=1 + len(HELLO) + 6 * index) for index in range(200)] == [
        ALL
    ] * 200
    assert looking.kind(b"\x17\x03\x03\x00\x01x", 1) == ALL
    assert looking.kind(b"GET / HTTP/1.1\r\n", at=9_999) == ALL, "in TLS nothing is taken for a request in clear"


@pytest.mark.parametrize(
    "before", [b"CONNECT a:443 HTTP/1.1\r\n\r\n", b"EHLO a\r\n", b"\x00\x00\x00\x08\x04\xd2\x16\x2f"]
)
def test_a_hello_in_the_middle_of_a_connection_begins_both_sides_anew(before):
    looking = Looking((40_000, 8_080)).opened()
    looking.kind(before)
    looking.kind(b"go on then\r\n", 1)
    (ask,) = looking.asks(HELLO, at=1 + len(before))
    assert (ask["kind"], ask["place"]) == (TLS, 0)
    (ask,) = looking.asks(ANSWER, 1, at=13)
    assert (ask["kind"], ask["place"]) == (TLS, 0)


def test_only_a_client_may_begin_tls_in_the_middle_and_only_once():
    looking = Looking().opened()
    looking.kind(b"before")
    assert looking.kind(ANSWER, at=7) == 0
    assert looking.kind(HELLO, at=7) == TLS
    again = Looking().opened()
    assert again.kind(HELLO) == TLS
    assert again.kind(HELLO, at=5_000) == 0


@pytest.mark.parametrize(
    ("content", "client"),
    [(HELLO, 1), (b"GET / HTTP/1.1\r\n", 1), (ANSWER, 0), (b"HTTP/1.1 200 OK\r\n", 0), (b"anything", 0)],
)
def test_what_is_said_tells_who_asks_unless_a_syn_told_it(content, client):
    late, sure = Looking((40_000, 50_443)), Looking((40_000, 50_443)).opened()
    for looking in (late, sure):
        looking.kind(b"", flags=ACK)
        looking.kind(content, 1)
    assert (late.table.flows["client"][0], sure.table.flows["client"][0]) == (client, 0)


@pytest.mark.parametrize("begin", [0xFFFFFFF0, 0x7FFFFFF0, 0])
def test_places_in_a_stream_pass_the_end_of_the_numbers(begin):
    looking = Looking()
    looking.kind(b"", at=begin, flags=SYN)
    places = [int(looking.asks(HELLO[at : at + 16], at=(begin + 1 + at) % (1 << 32))["place"][0]) for at in (0, 16, 32)]
    assert places == [0, 16, 32]


def test_bytes_before_the_begin_of_a_stream_are_not_part_of_it():
    looking = Looking((40_000, 53)).opened()
    assert looking.kind(b"x", at=0) == 0
    assert looking.kind(b"x", at=1) == DNS_TCP
