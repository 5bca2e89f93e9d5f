"""What readers keep is bounded, and what falls out of a bound is still told."""

import json
from collections import Counter

import pytest

from affidavit.network.capture import merging, mitmproxy, source, vpc_flow
from affidavit.network.capture.events import Answer, Flow, Message, Unread
from tests.builders.captures import events_of, mitm_flow, tnet
from tests.oracles.tnetstring import parse

NFDUMP = "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows\n"


def flow_line(number: int) -> str:
    return f"2 1 eni-1 10.0.0.5 192.0.2.{number} 50000 443 6 1 10 100 160 ACCEPT OK\n"


HEAD = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log-status\n"
)


@pytest.mark.parametrize("most", [1, 2, 7, 50])
def test_flows_that_are_given_up_early_are_all_there(monkeypatch, most):
    monkeypatch.setattr(vpc_flow, "MOST", most)
    monkeypatch.setattr(merging, "MOST", most)
    plain = HEAD + "".join(map(flow_line, range(20)))
    odd = plain.replace("192.0.2.", "2001:db8::")
    nfdump = NFDUMP + "".join(f"2026-01-01 10:00:00,1.5,TCP,10.0.0.5,50000,192.0.2.{n},443,1,10,1\n" for n in range(20))
    ends = [{"src_ip": "10.0.0.5", "src_port": 5, "dest_ip": f"192.0.2.{n}", "dest_port": 4} for n in range(20)]
    google = "".join(json.dumps({"jsonPayload": {"connection": one, "bytes_sent": 10}}) + "\n" for one in ends)
    for text in (plain, odd, nfdump, google):
        events = events_of(text.encode())
        assert len({event.server for event in events}) == len(events) == 20
        assert sum(event.up + event.down for event in events) == 200


def test_a_line_of_a_flow_log_that_does_not_end_is_passed_over(monkeypatch):
    monkeypatch.setattr(source, "PIECE", 256)
    monkeypatch.setattr(vpc_flow, "LONGEST", 300)
    data = HEAD + flow_line(1) + "x" * 2_000 + "\n" + flow_line(2)
    events = events_of(data.encode())
    assert [event.server for event in events if isinstance(event, Flow)] == ["192.0.2.1", "192.0.2.2"]
    assert "capture/too-large" in {event.kind for event in events if isinstance(event, Unread)}


@pytest.mark.parametrize(("duration", "took"), [("1.5", 1_500_000), ("0", 0), ("x", 0), ("1e400", 0), ("nan", 0)])
def test_a_duration_that_is_none_lasts_no_time(duration, took):
    line = f"2026-01-01 10:00:00,{duration},TCP,10.0.0.5,50000,192.0.2.7,443,1,10,1\n"
    [flow] = events_of((NFDUMP + line).encode())
    assert flow.ended - flow.begun == took


def test_connections_that_were_forgotten_are_told_again(monkeypatch):
    monkeypatch.setattr(mitmproxy, "_SEEN", 2)
    events = events_of(b"".join(mitm_flow(server={"id": f"s{number % 3}"}) for number in range(6)))
    assert Counter(type(event).__name__ for event in events) == {"Message": 6, "Flow": 6}


OLD_SOCKET = {
    "type": "websocket",
    "metadata": {"websocket_handshake": "f1"},
    "server_conn": {"address": ["other.example", 80], "tls_established": False},
    "messages": [[1, True, "hello", 1_600_000_000, False]],
}


@pytest.mark.parametrize(("seen", "host"), [(10, "example.org"), (0, "other.example")])
def test_a_socket_whose_handshake_is_not_known_has_the_host_of_its_server(monkeypatch, seen, host):
    handshake = mitm_flow(response={"status_code": 101}) if seen else mitm_flow()
    message = events_of(handshake + tnet(OLD_SOCKET))[-1]
    assert isinstance(message, Message)
    assert (message.host, message.sent, message.encrypted) == (host, b"hello", False)


@pytest.mark.parametrize(("count", "kinds"), [(3, ["Message"] * 4), (4, ["Message"] * 4 + ["Unread"])])
def test_messages_of_one_socket_have_a_bound(monkeypatch, count, kinds):
    monkeypatch.setattr(mitmproxy, "MESSAGES", 3)
    messages = [[1, True, b"x", 1.0, False]] * count
    events = events_of(mitm_flow(websocket={"messages": messages}))
    assert [type(event).__name__ for event in events[1:]] == kinds


def test_questions_without_a_name_are_no_look_ups():
    flow, _ = parse(mitm_flow(type="dns"))
    request = {"timestamp": 1.0, "questions": [{"type": 1}, {"name": ""}, 5, {"name": "a.example"}]}
    events = events_of(tnet(flow | {"request": request, "response": None}))
    assert [event.name for event in events if isinstance(event, Answer)] == ["a.example"]


def test_rows_of_a_report_without_a_host_are_counted():
    head = '"uid","daddr","time","uncertain","Tracker","Category","Package","App"\n'
    rows = "".join(f'"1","{host}","5","0","T","C","org.app","App"\n' for host in ("a.example", "", "no host", "::1"))
    *flows, unread = events_of((head + rows).encode())
    assert [(flow.server, [name.value for name in flow.names]) for flow in flows] == [("", ["a.example"]), ("::1", [])]
    assert (unread.kind, unread.records) == ("capture/damaged", 2)


ZEEK = {"ts": 1.5, "id.orig_h": "10.0.0.2", "id.orig_p": 5, "id.resp_h": "192.0.2.7", "id.resp_p": 80}


@pytest.mark.parametrize(
    ("more", "url", "host"),
    [
        ({"host": "a.example", "uri": "/x"}, "http://a.example/x", "a.example"),
        ({"host": "a.example:8080", "uri": "/x", "id.resp_p": 8_080}, "http://a.example:8080/x", "a.example"),
        ({"host": "a.example", "uri": "/x", "id.resp_p": 8_080}, "http://a.example:8080/x", "a.example"),
        ({"uri": "/x"}, "http://192.0.2.7/x", "192.0.2.7"),
        ({"uri": "/x", "id.resp_h": "2001:db8::7"}, "http://[2001:db8::7]/x", "2001:db8::7"),
        ({"host": "a.example", "uri": "http://b.example/x"}, "http://b.example/x", "a.example"),
    ],
)
def test_addresses_of_requests_in_logs(more, url, host):
    row = ZEEK | {"method": "GET", "status_code": 200} | more
    [message] = events_of(json.dumps(row).encode() + b"\n")
    assert (message.url, message.host) == (url, host)


@pytest.mark.parametrize(
    ("more", "transport", "protocol"),
    [
        ({"cipher": "x", "version": "TLSv12", "server_name": "a.example"}, "tcp", "tls"),
        ({"cipher": "x", "version": "DTLSv12", "server_name": "a.example"}, "udp", "tls"),
        ({"server_name": "a.example", "version": "TLSv13"}, "tcp", "tls"),
        ({"client_scid": "x", "server_name": "a.example"}, "udp", "quic"),
        ({"conn_state": "SF", "proto": "icmp", "service": "x"}, "icmp", "x"),
        ({"missed_bytes": 0, "proto": "udp", "service": "ssl,quic"}, "udp", "quic"),
        ({"_path": "conn", "proto": "tcp"}, "tcp", ""),
    ],
)
def test_a_line_of_json_tells_its_log(more, transport, protocol):
    [flow] = events_of(json.dumps(ZEEK | more).encode() + b"\n")
    assert isinstance(flow, Flow)
    assert (flow.transport, flow.protocol, flow.port) == (transport, protocol, 0 if transport == "icmp" else 80)


@pytest.mark.parametrize("more", [{"cipher": "x"}, {"conn_state": "SF"}, {"method": "GET"}, {"client_scid": "x"}])
def test_a_line_whose_server_is_no_address_is_counted(more):
    good, bad = ZEEK | more, ZEEK | more | {"id.resp_h": "nobody"}
    _, unread = events_of("".join(json.dumps(row) + "\n" for row in (good, bad)).encode())
    assert (unread.kind, unread.records) == ("capture/damaged", 1)


def test_addresses_of_other_kinds_of_questions_are_no_chain():
    row = ZEEK | {"query": "a.example", "qtype_name": "TXT", "answers": ["TXT 5 hello", "v=spf1"], "TTLs": ["x"]}
    [answer] = events_of(json.dumps(row).encode() + b"\n")
    assert (answer.chain, answer.addresses) == ((), ())
