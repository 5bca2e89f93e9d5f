"""Packets as connections: who asks whom, how much, under which name; compared with a slow reader."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact.notes import Notes
from affidavit.model.capture import Named
from affidavit.network.capture import packets
from affidavit.network.capture.events import Answer, Event, Flow, Message, Unread
from affidavit.network.capture.flows import Flows
from affidavit.network.capture.records import Walk
from tests.builders import traffic
from tests.builders.captures import source_of
from tests.builders.traffic import CLIENT, SERVER, Talk
from tests.conftest import CORPUS
from tests.oracles import packets as slow

CAPTURES = sorted(path for path in (CORPUS / "net").rglob("*.pcap*") if path.suffix in {".pcap", ".pcapng"})
NOW = 1_700_000_000_000_000


def read(data: bytes) -> list[Event]:
    return list(packets.read(source_of(data), Notes([])))


def flows_of(events: list[Event]) -> list[Flow]:
    return [event for event in events if isinstance(event, Flow)]


def captured(*parts: bytes, link: int = 101, **more) -> list[Event]:
    return read(traffic.pcap(parts, link=link, **more))


def counted(flow: Flow) -> tuple:
    return (
        flow.where.offset,
        flow.where.name,
        flow.begun,
        flow.ended,
        flow.transport,
        flow.client,
        flow.server,
        flow.port,
        flow.up,
        flow.down,
        flow.records,
    )


def slowly(data: bytes) -> list[tuple]:
    found = []
    for flow in slow.flows(data):
        one, other = flow.ends[flow.client], flow.ends[1 - flow.client]
        sizes = flow.bytes[flow.client], flow.bytes[1 - flow.client]
        times = (f"frame {flow.frame + 1}", flow.begun, flow.ended, flow.transport)
        found.append((flow.at, *times, one[0], *other, *sizes, sum(flow.packets)))
    return found


def hello_of(events: list[Event]) -> Flow:
    (flow,) = flows_of(events)
    return flow


def test_a_connection_has_its_names_counts_and_place():
    talk = Talk().open().say(0, traffic.records(traffic.client_hello("api.example.com"))).say(1, b"\x17\x03\x03\0\1x")
    flow = hello_of(captured(*talk.close().packets))
    assert flow.names == [Named("tls-sni", "api.example.com")]
    assert (flow.client, flow.server, flow.port, flow.transport, flow.protocol) == (CLIENT, SERVER, 443, "tcp", "tls")
    assert (flow.up, flow.down, flow.records, flow.where.offset) == (talk.sent[0] - 1_001, 6, 7, 24)
    assert (flow.begun, flow.ended) == (NOW, NOW + 6_000)
    assert flow.ja4.startswith("t13d")
    assert not flow.marks


@pytest.mark.parametrize("most", [1, 40, 150])
@pytest.mark.parametrize("order", ["forwards", "backwards", "twice"])
def test_a_split_hello_gives_its_whole_name_or_none(most, order):
    talk = Talk(most=most).open()
    start = len(talk.packets)
    talk.say(0, traffic.records(traffic.client_hello("api.example.com"), sizes=(90,)))
    parts = talk.packets[start:]
    if most == 1:
        parts = parts[:90]
    if order == "backwards":
        parts = parts[:8][::-1] + parts[8:]
    if order == "twice":
        parts = [part for part in parts for _ in range(2)]
    flow = hello_of(captured(*talk.packets[:start], *parts))
    if most == 1:
        assert flow.names == []
        assert "no-name" in flow.marks
    else:
        assert flow.names == [Named("tls-sni", "api.example.com")]
        assert "split-hello" in flow.marks


def test_a_hello_of_which_a_segment_is_missing_gives_no_name():
    talk = Talk(most=100).open().say(0, traffic.records(traffic.client_hello("api.example.com")))
    del talk.packets[4]
    assert hello_of(captured(*talk.packets)).names == []


def test_a_connection_that_was_open_before_is_turned_round_by_its_hello():
    talk = Talk(ports=(40_000, 50_443)).say(1, b"late").say(0, traffic.records(traffic.client_hello("a.example")))
    flow = hello_of(captured(*talk.packets))
    assert (flow.client, flow.server, flow.port) == (CLIENT, SERVER, 50_443)
    assert flow.names == [Named("tls-sni", "a.example")]


def test_the_same_ports_again_are_another_connection():
    first = Talk().open().say(0, traffic.records(traffic.client_hello("one.example"))).close()
    second = Talk(sent=[9_000, 7_000]).open().say(0, traffic.records(traffic.client_hello("two.example")))
    data = traffic.pcap([*first.packets, *second.packets])
    assert [flow.names[0].value for flow in flows_of(read(data))] == ["one.example", "two.example"]
    assert [counted(flow) for flow in flows_of(read(data))] == slowly(data)


def test_a_name_that_dns_had_told_is_the_name_of_a_connection_without_one():
    asked = traffic.udp(CLIENT, "9.9.9.9", (5_000, 53), traffic.dns_message("Api.Example.com", answer=False))
    record = traffic.dns_record("api.example.com", 1, bytes([198, 51, 100, 7]), ttl=60)
    told = traffic.udp("9.9.9.9", CLIENT, (53, 5_000), traffic.dns_message("Api.Example.com", [record]))
    events = captured(asked, told, *Talk(ports=(4_000, 8_443)).open().packets)
    (answer,) = [event for event in events if isinstance(event, Answer)]
    assert (answer.name, answer.client, answer.addresses) == ("Api.Example.com", CLIENT, ((SERVER, 60),))
    assert answer.where.name == "frame 1"
    assert [flow.names for flow in flows_of(events)] == [[], [Named("dns-answer", "api.example.com")]]
    late = captured(asked, told, *Talk(ports=(4_000, 8_443)).open().packets, step=90_000_000)
    assert "stale-answer" in flows_of(late)[1].marks


def test_a_question_without_an_answer_is_told_when_its_connection_is_over():
    asked = traffic.udp(CLIENT, "9.9.9.9", (5_000, 53), traffic.dns_message("a.example", answer=False))
    (answer, flow) = captured(asked, asked)
    assert isinstance(answer, Answer)
    assert (answer.name, answer.addresses, answer.where.offset) == ("a.example", (), 24)
    assert isinstance(flow, Flow)
    assert (flow.protocol, flow.marks) == ("dns", {"no-name", "one-sided"})


def test_dns_over_tcp_is_read_over_segments():
    messages = [traffic.dns_message(f"{name}.example", answer=False, number=at) for at, name in enumerate("abc")]
    talk = Talk(ports=(5_000, 53), most=11).open()
    talk.say(0, b"".join(traffic.vector(message, 2) for message in messages))
    names = [event.name for event in captured(*talk.packets) if isinstance(event, Answer)]
    assert names == ["a.example", "b.example", "c.example"]


def test_questions_that_nobody_answers_are_all_told_and_the_oldest_first():
    asked = [
        traffic.udp(CLIENT, "9.9.9.9", (5_000, 53), traffic.dns_message(f"n{at}.example", answer=False))
        for at in range(600)
    ]
    found = [event for event in captured(*asked) if isinstance(event, Answer)]
    assert [event.name for event in found] == [f"n{at}.example" for at in range(600)]


def test_dns_over_tcp_goes_on_for_as_long_as_the_connection():
    talk = Talk(ports=(5_000, 53)).open()
    for at in range(400):
        talk.say(0, traffic.vector(traffic.dns_message(f"n{at}.{'x' * 60}.{'y' * 60}.{'z' * 60}", answer=False), 2) * 2)
    found = {event.name for event in captured(*talk.packets) if isinstance(event, Answer)}
    assert len(found) == 400


@pytest.mark.parametrize("pieces", [1, 3])
def test_quic_is_named_over_datagrams(pieces):
    hello = traffic.client_hello("quic.example")
    step = -(-len(hello) // pieces)
    sent = [
        traffic.udp(
            CLIENT,
            SERVER,
            (5_000, 443),
            traffic.initial(traffic.crypto_frame(at, hello[at : at + step]), number=at),
        )
        for at in range(0, len(hello), step)
    ]
    flow = hello_of(captured(*sent))
    assert flow.names == [Named("quic-sni", "quic.example")]
    assert flow.protocol == "quic"
    assert ("split-hello" in flow.marks) == (pieces > 1)


def test_requests_in_clear_name_their_host_also_when_it_is_an_address():
    talk = Talk(ports=(40_000, 80)).open()
    talk.say(0, traffic.http_request("a.example", "/x?id=1")).say(0, traffic.http_request("198.51.100.7"))
    events = captured(*talk.packets)
    (flow,) = flows_of(events)
    assert [item.value for item in flow.names] == ["a.example", "198.51.100.7"]
    assert {"cleartext", "ip-literal"} <= flow.marks
    urls = [event.url for event in events if isinstance(event, Message)]
    assert urls == ["http://a.example/x?id=1", "http://198.51.100.7/"]


def test_what_a_proxy_is_asked_for_and_the_hello_behind_it_are_both_names():
    talk = Talk(ports=(40_000, 8_080)).open().say(0, b"CONNECT a.example:443 HTTP/1.1\r\n\r\n")
    talk.say(1, b"HTTP/1.1 200 OK\r\n\r\n").say(0, traffic.records(traffic.client_hello("b.example")))
    (flow,) = flows_of(captured(*talk.packets))
    assert flow.names == [Named("connect", "a.example"), Named("tls-sni", "b.example")]
    assert "proxied" in flow.marks


@pytest.mark.parametrize(("start", "bad"), [(5_000_000, True), (4_294_967_000_000_000, True), (NOW, False)])
def test_a_clock_that_cannot_be_right_is_marked(start, bad):
    flow = hello_of(captured(*Talk().open().packets, start=start))
    assert ("bad-clock" in flow.marks) == bad


def test_a_clock_that_goes_back_by_years_is_marked_from_there_on():
    early = traffic.pcap(Talk(ports=(4_000, 443)).open().packets, start=NOW - 6 * 31_557_600_000_000)[24:]
    data = traffic.pcap(Talk().open().packets) + early
    assert ["bad-clock" in flow.marks for flow in flows_of(read(data))] == [False, True]


def test_the_app_of_a_connection_is_told():
    frame = traffic.ethernet(Talk().open().packets[0]) + struct.pack(">II20sI", 0x01072021, 10_200, b"Example\0", 0)
    assert [flow.app for flow in flows_of(captured(frame, link=1))] == ["Example"]


def test_what_was_not_read_is_said_with_its_number_and_first_place():
    whole = traffic.udp(CLIENT, SERVER, (1, 2), b"")
    later = whole[:6] + b"\x00\x10" + whole[8:]
    broken = b"\x41" + whole[1:]
    other = traffic.ip_packet(CLIENT, SERVER, 50, bytes(20))
    parts = [later, broken, broken, other, traffic.ip_packet(CLIENT, SERVER, 1, bytes(8)), whole[:10]]
    events = captured(*parts)
    assert all(isinstance(event, Unread) for event in events)
    assert {(event.kind, event.records, event.where.name) for event in events} == {
        ("capture/unsupported", 1, "frame 1"),
        ("capture/damaged", 2, "frame 2"),
        ("capture/unsupported", 1, "frame 4"),
        ("capture/truncated", 1, "frame 6"),
    }
    (usb,) = captured(bytes(64), link=189)
    assert (usb.kind, usb.records) == ("capture/unsupported", 1)


LLC = bytes.fromhex("aaaa03000000")
PLAIN = traffic.udp(CLIENT, SERVER, (1_111, 2_222), b"content")
SIXTH = traffic.udp("2001:db8::1", "2001:db8::2", (1_111, 2_222), b"content")
OPTIONS = bytes([0x47]) + PLAIN[1:2] + struct.pack(">H", len(PLAIN) + 8) + PLAIN[4:20] + bytes(8) + PLAIN[20:]
BEHIND = SIXTH[:4] + struct.pack(">HB", len(SIXTH) - 40 + 16, 0) + SIXTH[7:40] + b"\x3c" + bytes(7) + b"\x11" + bytes(7)
LINKS = {
    "ethernet": (1, traffic.ethernet(PLAIN)),
    "padded": (1, traffic.ethernet(PLAIN) + bytes(20)),
    "vlan": (1, bytes(12) + b"\x81\x00\x00\x01\x08\x00" + PLAIN),
    "qinq": (1, bytes(12) + b"\x88\xa8\x00\x01\x81\x00\x00\x02\x86\xdd" + SIXTH),
    "pppoe": (1, bytes(12) + b"\x88\x64\x11\x00\x00\x01\x00\x00\x00\x21" + PLAIN),
    "mpls": (1, bytes(12) + b"\x88\x47\x00\x01\x00\x40\x00\x01\x01\x40" + PLAIN),
    "llc": (1, bytes(12) + b"\x00\x40" + LLC + b"\x08\x00" + PLAIN),
    "raw": (101, PLAIN),
    "raw six": (101, SIXTH),
    "raw 12": (12, PLAIN),
    "raw 14": (14, SIXTH),
    "ipv4": (228, PLAIN),
    "ipv6": (229, SIXTH),
    "cooked": (113, bytes(14) + b"\x08\x00" + PLAIN),
    "cooked 2": (276, b"\x86\xdd" + bytes(18) + SIXTH),
    "null": (0, b"\x02\x00\x00\x00" + PLAIN),
    "null big": (0, b"\x00\x00\x00\x1e" + SIXTH),
    "loop": (108, b"\x00\x00\x00\x02" + PLAIN),
    "ppp": (9, b"\xff\x03\x00\x21" + PLAIN),
    "ppp short": (9, b"\x57" + SIXTH),
    "wifi": (105, b"\x08\x01" + bytes(22) + LLC + b"\x08\x00" + PLAIN),
    "wifi qos": (105, b"\x88\x03" + bytes(30) + LLC + b"\x08\x00" + PLAIN),
    "radiotap": (127, b"\x00\x00\x0c\x00" + bytes(8) + b"\x08\x02" + bytes(22) + LLC + b"\x86\xdd" + SIXTH),
    "options": (101, OPTIONS),
    "extensions": (101, BEHIND + SIXTH[40:]),
    "in another": (101, traffic.ip_packet("10.9.9.9", "10.9.9.8", 41, SIXTH)),
}


@pytest.mark.parametrize("name", LINKS)
def test_every_kind_of_link_and_head_leads_to_the_same_datagram(name):
    link, frame = LINKS[name]
    (flow,) = captured(frame, link=link)
    assert isinstance(flow, Flow)
    assert (flow.port, flow.up, flow.down, flow.records) == (2_222, 7, 0, 1)
    assert flow.client in {CLIENT, "2001:db8::1"}
    for cut in range(len(frame)):
        events = captured(frame[:cut], link=link)
        assert all(isinstance(event, Unread) or event.up <= 7 for event in events)


def test_when_there_are_too_many_connections_the_idle_ones_are_told_first():
    busy = Talk(ports=(9, 443)).open()
    parts = []
    for port in range(2_000, 2_400):
        parts += [traffic.udp(CLIENT, SERVER, (port, 9_999), b"x"), busy.segment(0, b"")]
    walk = Walk(source_of(traffic.pcap([*busy.packets, *parts])))
    table = Flows(walk.apps, most=16)
    found = [event for batch in walk.batches() for event in table.take(batch)]
    found += table.end()
    assert len(found) == 401
    assert sum(event.up for event in found) == 400
    assert [event.records for event in found if event.transport == "tcp"] == [403]
    assert len({event.where.offset for event in found}) == 401


ADDRESSES = st.sampled_from([CLIENT, SERVER, "10.0.0.3", "2001:db8::1"])
PORTS = st.sampled_from([53, 443, 5_000, 5_001])


@st.composite
def packets_made(draw: st.DrawFn) -> bytes:
    source = draw(ADDRESSES)
    target = draw(ADDRESSES.filter(lambda other: (":" in other) == (":" in source)))
    ports, content = (draw(PORTS), draw(PORTS)), draw(st.binary(max_size=20))
    if draw(st.booleans()):
        return traffic.udp(source, target, ports, content)
    flags = draw(st.sampled_from([0x02, 0x12, 0x10, 0x18, 0x11, 0x04]))
    return traffic.tcp(source, target, ports, content, (draw(st.integers(0, 3)), 0), flags=flags)


@given(st.lists(packets_made(), max_size=30), st.sampled_from([1, 101, 113]), st.integers(0, 40))
def test_connections_are_those_of_the_slow_reader(made, link, cut):
    frames = [
        {1: traffic.ethernet, 113: lambda part: bytes(14) + traffic.ethernet(part)[12:]}.get(link, bytes)(part)
        for part in made
    ]
    data = traffic.pcap(frames, link=link)
    data = data[: len(data) - cut] if len(data) - cut >= 24 else data
    found = sorted(flows_of(read(data)), key=lambda flow: flow.where.offset)
    assert [counted(flow) for flow in found] == slowly(data)


@pytest.mark.corpus
@pytest.mark.skipif(not CAPTURES, reason="needs ../shared/data, absent here")
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem.rpartition("__")[2])
def test_real_captures_have_the_connections_of_the_slow_reader(path: Path):
    data = path.read_bytes()
    found = sorted(flows_of(read(data)), key=lambda flow: flow.where.offset)
    assert [turned(counted(flow)) for flow in found] == [turned(row) for row in slowly(data)]


def turned(row: tuple) -> tuple:
    """Counts without who asks and who answers, which the slow reader does not take from hellos."""
    return (*row[:5], frozenset((row[5], row[6])), frozenset(row[8:10]), row[10])
