"""Connections of a capture while they are open: who asks what, for which app, and what is told when many are."""

import struct
from ipaddress import ip_address
from itertools import pairwise

import hpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact.notes import Notes
from affidavit.model.capture import Named
from affidavit.network.capture import flows, packets
from affidavit.network.capture.events import Answer, Event, Flow, Message, Unread
from affidavit.network.capture.flows import Flows
from affidavit.network.capture.records import Walk
from affidavit.network.names.http2 import PREFACE
from tests.builders import traffic
from tests.builders.captures import source_of
from tests.builders.secure import h2_frame, h2_headers
from tests.builders.traffic import CLIENT, SERVER, Talk

RESOLVER = "9.9.9.9"
HELLO = traffic.records(traffic.client_hello("a.example"))


def events(*parts: bytes, most: int = flows.MOST, link: int = 101) -> list[Event]:
    """What a table of that size tells of packets."""
    walk = Walk(source_of(traffic.pcap(parts, link=link)))
    table = Flows(walk.apps, most)
    found = [event for batch in walk.batches() for event in table.take(batch)]
    return [*found, *table.end()]


def told(found: list[Event]) -> list[Flow]:
    return [event for event in found if isinstance(event, Flow)]


def answers(found: list[Event]) -> list[Answer]:
    return [event for event in found if isinstance(event, Answer)]


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_addresses_are_written_as_the_library_writes_them(found):
    number = int(found)
    assert flows.address(found.version, number >> 64, number & ((1 << 64) - 1)) == str(ip_address(str(found)))


@pytest.mark.parametrize("most", [1, 2, 3, 7, 50, flows.MOST])
def test_no_packet_is_lost_however_small_the_table(most):
    parts = [traffic.udp(CLIENT, SERVER, (2_000 + at % 40, 9_999), b"x" * (at % 3)) for at in range(400)]
    found = told(events(*parts, most=most))
    assert sum(flow.records for flow in found) == 400
    assert sum(flow.up for flow in found) == sum(at % 3 for at in range(400))
    assert len(found) == (40 if most >= 40 else len(found))
    assert len({flow.where for flow in found}) == len(found) >= 40


def test_connections_that_are_open_at_the_end_are_told_in_the_order_of_the_file():
    talks = [Talk(ports=(port, 443)).open() for port in (9, 7, 8)]
    parts = [part for group in zip(*(talk.packets for talk in talks), strict=True) for part in group]
    found = told(events(*parts))
    assert all(one.where.offset < other.where.offset for one, other in pairwise(found))
    assert [flow.where.name for flow in found] == ["frame 1", "frame 2", "frame 3"]


def test_a_row_that_was_given_up_brings_nothing_of_its_connection_to_the_next_one():
    first = Talk(ports=(4_000, 443)).open().say(0, HELLO)
    second = Talk(ports=(4_001, 444)).open()
    found = told(events(*first.packets, *second.packets, most=1))
    assert [[named.value for named in flow.names] for flow in found] == [["a.example"], []]
    assert [(flow.port, flow.protocol, flow.ja4 != "") for flow in found] == [(443, "tls", True), (444, "", False)]


def dns(
    name: str, *, answer: bool, number: int = 7, to: str = CLIENT, port: int = 5_000, address: str = SERVER
) -> bytes:
    record = traffic.dns_record(name, 1, ip_address(address).packed, ttl=60)
    message = traffic.dns_message(name, [record] if answer else [], answer=answer, number=number)
    ends, ports = ((RESOLVER, to), (53, port)) if answer else ((to, RESOLVER), (port, 53))
    return traffic.udp(*ends, ports, message)


def test_an_answer_without_its_question_is_told_from_its_own_place():
    (answer,) = answers(events(dns("a.example", answer=True)))
    assert (answer.client, answer.name, answer.addresses) == (CLIENT, "a.example", ((SERVER, 60),))
    assert answer.where.name == "frame 1"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(False, 7), (True, 7)], [("frame 1", True)]),
        ([(False, 7), (False, 7), (True, 7)], [("frame 1", True)]),
        ([(False, 7), (True, 7), (True, 7)], [("frame 1", True), ("frame 3", True)]),
        ([(False, 7), (True, 8)], [("frame 2", True), ("frame 1", False)]),
        ([(False, 7), (False, 8), (True, 8)], [("frame 2", True), ("frame 1", False)]),
        ([(False, 7)], [("frame 1", False)]),
    ],
)
def test_questions_and_answers_meet_by_their_number(parts, expected):
    found = answers(events(*(dns("a.example", answer=answer, number=number) for answer, number in parts)))
    assert [(event.where.name, bool(event.addresses)) for event in found] == expected
    assert {event.client for event in found} == {CLIENT}


@pytest.mark.parametrize(
    ("asker", "address", "named"), [(CLIENT, SERVER, True), ("10.0.0.9", SERVER, False), (CLIENT, "192.0.2.1", False)]
)
def test_an_answer_names_connections_of_the_client_that_was_told_and_to_that_address_only(asker, address, named):
    parts = [dns("a.example", answer=True, to=asker, address=address), *Talk(ports=(4_000, 8_443)).open().packets]
    assert told(events(*parts))[-1].names == ([Named("dns-answer", "a.example")] if named else [])


def test_an_answer_that_comes_after_a_connection_began_does_not_name_it():
    parts = [*Talk(ports=(4_000, 8_443)).open().packets, dns("a.example", answer=True)]
    assert told(events(*parts))[0].names == []


@pytest.mark.parametrize("content", [b"", b"x" * 11, b"\xff" * 40, traffic.dns_message("a.example")[:-1], bytes(12)])
def test_what_only_has_the_port_of_dns_is_no_question(content):
    found = events(traffic.udp(CLIENT, RESOLVER, (5_000, 53), content))
    assert answers(found) == []
    assert [(flow.protocol, flow.up) for flow in told(found)] == [("", len(content))]


@pytest.mark.parametrize(
    ("sides", "marks"), [((0, 1), {"no-name"}), ((0,), {"no-name", "one-sided"}), ((1,), {"no-name"})]
)
def test_a_connection_that_nobody_answers_is_marked(sides, marks):
    talk = Talk()
    found = told(events(*(talk.segment(side, b"x") for side in sides)))
    assert [flow.marks for flow in found] == [marks]


@pytest.mark.parametrize("cuts", [[], [24], [33], [10, 24], [40]], ids=str)
def test_requests_of_http_2_in_clear_name_their_connection_however_they_are_cut(cuts):
    asked = [(":method", "GET"), (":scheme", "http"), (":authority", "b.example:8080"), (":path", "/")]
    said = PREFACE + h2_frame(4, 0, 0) + b"".join(h2_headers(hpack.Encoder().encode(asked), 1))
    talk = Talk(ports=(40_000, 8_080)).open()
    for begin, end in pairwise([0, *cuts, len(said)]):
        talk.say(0, said[begin:end])
    (flow,) = told(events(*talk.packets))
    assert (flow.protocol, flow.names) == ("http2", [Named("http2-authority", "b.example")])
    assert "cleartext" in flow.marks
    assert "no-name" not in flow.marks


@pytest.mark.parametrize(
    "rest", [b" * HTTP/1.1\r\nHost: b.example\r\n\r\n", b" * HTTP/2.0\r\n\r\nSM\r\n\r\t", b" vate"]
)
def test_what_begins_like_the_preface_of_http_2_and_is_none_is_no_http(rest):
    found = events(*Talk(ports=(40_000, 80)).open().say(0, b"PRI" + rest).packets)
    (flow,) = told(found)
    assert (flow.protocol, flow.names) == ("", [])
    assert "cleartext" not in flow.marks
    assert not [event for event in found if isinstance(event, Message) and event.host]


@pytest.mark.parametrize("start", [b"GET ", b"GET /x", b"HTTP/1.1", b"POSTER of a film"])
def test_what_begins_like_a_request_and_is_none_names_nobody(start):
    found = events(*Talk(ports=(40_000, 80)).open().say(0, start).packets)
    assert told(found)[0].names == []
    assert not [event for event in found if isinstance(event, Message) and event.host]


@pytest.mark.parametrize(("name", "app"), [(b"Example", "Example"), (b"", "uid 10200"), (b"\0hidden", "uid 10200")])
def test_an_app_without_a_name_is_told_by_its_number(name, app):
    trailer = struct.pack(">II20sI", 0x01072021, 10_200, name, 0)
    found = events(traffic.ethernet(Talk().open().packets[0]) + trailer, link=1)
    assert [flow.app for flow in told(found)] == [app]


@pytest.mark.parametrize(("size", "left"), [(95, 0), (96, 0), (97, 1), (100, 1)])
def test_a_hello_in_more_segments_than_are_looked_at_is_said(size, left):
    talk = Talk(most=1).open().say(0, HELLO[:size])
    flow, *unread = packets.read(source_of(traffic.pcap(talk.packets)), Notes([]))
    assert isinstance(flow, Flow)
    assert (flow.names, flow.up) == ([], size)
    assert [(item.kind, item.records, item.where.name) for item in unread if isinstance(item, Unread)] == [
        ("capture/too-large", 1, "frames")
    ] * left
