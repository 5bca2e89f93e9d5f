"""Captures of packets give whole messages: bodies in clear, and what is encrypted where its keys are at hand."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from affidavit.artefact.notes import Notes
from affidavit.network.capture.events import Event, Flow, Message, Unread
from affidavit.network.capture.opening import opened
from affidavit.network.capture.source import Source
from tests.builders import traffic
from tests.builders.secure import CLIENT, SERVER, recorded
from tests.builders.traffic import http_request, http_response
from tests.network.names.test_captured import CAPTURES

POST = http_request("api.example.com", "/v1/log?id=7", "POST", b'{"lat":52.5}')
SAID = ((CLIENT, POST), (SERVER, http_response(b"y" * 20_000)))
URL = "https://api.example.com/v1/log?id=7"


def events(path: Path, keys: bytes = b"") -> list[Event]:
    handle = os.open(path, os.O_RDONLY)
    try:
        source = Source(handle, path.name, path.stat().st_size, keys=keys)
        return list(opened(source)[1](source, Notes([])))
    finally:
        os.close(handle)


def made(folder: Path, capture: bytes, keys: bytes = b"") -> tuple[list[Message], list[Flow], list[Unread]]:
    path = folder / "c.pcap"
    path.write_bytes(capture)
    found = events(path, keys)
    return tuple([event for event in found if isinstance(event, kind)] for kind in (Message, Flow, Unread))


def spoken(*flights, ports=(40_000, 443)) -> traffic.Talk:
    talk = traffic.Talk(ports=ports).open()
    for side, data in flights:
        talk.say(side, data)
    return talk.close()


def test_an_encrypted_capture_is_read_with_a_key_log(tmp_path):
    flights, keys = recorded(said=SAID)
    packets = spoken(*flights).packets
    (found,), (flow,), unread = made(tmp_path, traffic.pcap(packets), keys)
    assert (found.url, found.sent, len(found.received or b""), found.cut) == (URL, b'{"lat":52.5}', 20_000, "")
    assert (found.client, found.server, found.port, found.encrypted) == ("10.0.0.2", "198.51.100.7", 443, True)
    assert found.where.name.startswith("frame ")
    assert "decrypted" in flow.marks
    assert not unread
    messages, (flow,), unread = made(tmp_path, traffic.pcap(packets))
    assert not messages
    assert not unread
    assert "decrypted" not in flow.marks
    assert [named.value for named in flow.names] == ["api.example.com"]


def test_keys_that_a_capture_holds_are_used(tmp_path):
    flights, keys = recorded(said=SAID)
    (found,), (flow,), _ = made(tmp_path, traffic.pcapng(spoken(*flights).packets, keys=keys))
    assert (found.url, flow.marks) == (URL, {"decrypted"})


def test_packets_in_disorder_and_twice_give_the_same(tmp_path):
    flights, keys = recorded(said=SAID)
    packets = spoken(*flights).packets
    mixed = [*packets[:8], packets[9], packets[8], packets[9], *packets[10:-4], packets[-3], packets[-4], *packets[-2:]]
    (found,), _, _ = made(tmp_path, traffic.pcap(mixed), keys)
    assert (len(found.received or b""), found.cut) == (20_000, "")


def test_a_packet_that_was_not_captured_is_said_where_keys_are_given(tmp_path):
    flights, keys = recorded(said=SAID)
    packets = spoken(*flights).packets
    (found,), _, (unread,) = made(tmp_path, traffic.pcap([*packets[:-8], *packets[-7:]]), keys)
    assert (found.sent, found.status, found.received) == (b'{"lat":52.5}', 0, None)
    assert (unread.kind, unread.detail) == (
        "capture/not-decrypted",
        "keys were given, but packets are missing in the capture: api.example.com",
    )


def test_what_cannot_be_opened_is_never_taken_for_another_protocol(tmp_path):
    said = (*SAID, (SERVER, bytes(1_500_000)))
    flights, keys = recorded(said=said)
    packets = spoken(*flights).packets
    other = recorded(alpn=("h2",), said=SAID)[1]
    messages, (flow,), unread = made(tmp_path, traffic.pcap(packets), other)
    assert (messages, unread, flow.marks) == ([], [], set())
    messages, (flow,), unread = made(tmp_path, traffic.pcap([*packets[:12], *packets[13:]]), keys)
    assert [message.protocol for message in messages] == ["http"]
    assert (len(unread), flow.marks) == (1, set())


def test_a_tunnel_through_a_proxy_is_read_to_its_end(tmp_path):
    flights, keys = recorded(said=SAID)
    asked = http_request("api.example.com:443", "api.example.com:443", "CONNECT")
    agreed = b"HTTP/1.1 200 Connection established\r\n\r\n"
    packets = spoken((CLIENT, asked), (SERVER, agreed), *flights, ports=(40_000, 8_080)).packets
    (connect, found), (flow,), _ = made(tmp_path, traffic.pcap(packets), keys)
    assert (connect.method, connect.host) == ("CONNECT", "api.example.com")
    assert (found.url, found.encrypted) == (URL, True)
    assert {"proxied", "decrypted", "cleartext"} <= flow.marks
    (connect,), (flow,), _ = made(tmp_path, traffic.pcap(packets))
    assert connect.method == "CONNECT"
    assert flow.marks == {"proxied"}, "without keys the tunnel is not read, and nobody may take it for read"


def test_a_request_for_another_host_than_the_hello_names_is_seen_where_keys_are_given(tmp_path):
    said = ((CLIENT, http_request("hidden.example", "/")), (SERVER, http_response(b"x")))
    flights, keys = recorded(said=said)
    (found,), (flow,), _ = made(tmp_path, traffic.pcap(spoken(*flights).packets), keys)
    assert (found.host, found.url) == ("hidden.example", "https://hidden.example/")
    assert [(named.basis, named.value) for named in flow.names] == [
        ("tls-sni", "api.example.com"),
        ("http-host", "hidden.example"),
    ]


def test_clear_messages_have_their_bodies_on_many_connections_at_once(tmp_path):
    talks = [
        spoken(
            (CLIENT, http_request("h.example", f"/{at}")),
            (SERVER, http_response(b"%d" % at * 4_000)),
            ports=(4_000 + at, 80),
        )
        for at in range(20)
    ]
    packets = [packet for group in zip(*(talk.packets for talk in talks), strict=False) for packet in group]
    packets += [packet for talk in talks for packet in talk.packets[len(talks[0].packets) :]]
    messages, flows, _ = made(tmp_path, traffic.pcap(packets))
    assert {(message.url, message.received) for message in messages} == {
        (f"http://h.example/{at}", b"%d" % at * 4_000) for at in range(20)
    }
    assert all("cleartext" in flow.marks for flow in flows)


@pytest.mark.corpus
@pytest.mark.skipif(shutil.which("tshark") is None, reason="needs Debian's tshark")
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem.rpartition("__")[2])
def test_requests_and_answers_of_real_captures_are_those_that_tshark_reads(path):
    fields = ("http.request.full_uri", "http.response.code", "http2.headers.path", "http2.headers.status")
    command = ["tshark", "-o", "tcp.reassemble_out_of_order:TRUE", "-r", path, "-n", "-T", "fields"]
    command += ["-Y", "tcp && !icmp"]
    out = subprocess.run(
        [*command, *(part for name in fields for part in ("-e", name))], capture_output=True, text=True, check=False
    ).stdout
    rows = [dict(zip(fields, line.split("\t"), strict=True)) for line in out.split("\n") if line]
    asked = sorted(row["http.request.full_uri"] for row in rows if row["http.request.full_uri"])
    answered = [row["http.response.code"] for row in rows if row["http.response.code"]]
    found = [event for event in events(path) if isinstance(event, Message) and event.protocol != "h2"]
    ours = sorted(message.url for message in found if message.method)
    assert ours == asked
    # A response whose end is missing is a message here; tshark waits for its end.
    assert sorted(str(message.status) for message in found if message.status and not message.cut) == sorted(answered)
