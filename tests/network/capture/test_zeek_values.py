"""Lines of Zeek's logs, value by value."""

import json

import pytest

from affidavit.network.capture.events import Answer
from affidavit.network.capture.fields import MOST_ANSWERS
from tests.builders.captures import events_of, form_of

ENDS = {"ts": 1_700_000_000.5, "id.orig_h": "10.0.0.2", "id.orig_p": 5, "id.resp_h": "192.0.2.7", "id.resp_p": 443}
CONN = ENDS | {"proto": "tcp", "conn_state": "SF", "duration": 2.25}
DNS = ENDS | {"query": "a.example", "qtype_name": "A"}


def one(row: dict, **more: object):
    [event] = events_of((json.dumps(row | more) + "\n").encode())
    return event


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ({"conn_state": "SF"}, "conn"),
        ({"missed_bytes": 0}, "conn"),
        ({"qtype_name": "A"}, "dns"),
        ({"query": "a.example"}, "dns"),
        ({"cipher": "x"}, "ssl"),
        ({"ssl_history": "x"}, "ssl"),
        ({"server_name": "a.example"}, "ssl"),
        ({"server_name": "a.example", "client_scid": "x"}, "quic"),
        ({"client_initial_dcid": "x"}, "quic"),
        ({"status_code": 200}, "http"),
        ({"method": "GET"}, "http"),
        ({"_path": "dns", "conn_state": "SF"}, "dns"),
    ],
)
def test_a_line_of_json_is_of_the_log_that_its_keys_are_of(keys, path):
    assert form_of(json.dumps(ENDS | keys).encode() + b"\n") == f"zeek-{path}"


@pytest.mark.parametrize(
    ("service", "protocol"),
    [
        ("ssl", "tls"),
        ("quic", "quic"),
        ("quic,ssl", "quic"),
        ("ssl,quic", "quic"),
        ("http", "http"),
        ("ssl,http", "tls"),
        ("dns", "dns"),
        ("ssh", "ssh"),
        ("ssh,ftp", "ssh"),
        ("s" * 30, "s" * 20),
        ("", ""),
        (5, ""),
    ],
)
def test_the_outer_protocol_of_a_connection_counts(service, protocol):
    assert one(CONN, service=service).protocol == protocol


@pytest.mark.parametrize(
    ("state", "silent"),
    [("S0", 1), ("REJ", 1), ("SH", 1), ("RSTOS0", 1), ("SF", 0), ("S1", 0), ("RSTO", 0), ("OTH", 0), (None, 0)],
)
def test_connections_that_nobody_answered(state, silent):
    assert one(CONN, conn_state=state).marks == ({"one-sided"} if silent else set())


@pytest.mark.parametrize(
    ("duration", "took"),
    [(0, 0), (2.25, 2_250_000), ("2.25", 2_250_000), (-1, 0), ("x", 0), (None, 0), ([], 0), ("nan", 0), ("1e400", 0)],
)
def test_how_long_a_connection_lasted(duration, took):
    flow = one(CONN, duration=duration)
    assert flow.ended - flow.begun == took


@pytest.mark.parametrize(
    ("time", "begun"),
    [
        (1.5, 1_500_000),
        (0, 0),
        ("1.5", 1_500_000),
        ("2026-01-01T00:00:00.5Z", 1_767_225_600_500_000),
        ("yesTerday", -1),
        (-1, -1),
        (None, -1),
        ([], -1),
    ],
)
def test_the_time_of_a_line_is_a_number_or_written(time, begun):
    flow = one(CONN, ts=time, duration=0)
    assert (flow.begun, flow.ended) == (begun, begun)


@pytest.mark.parametrize(
    ("proto", "port", "expected"),
    [("tcp", 443, 443), ("udp", "53", 53), ("icmp", 3, 0), ("tcp", 65_536, 0), ("tcp", -1, 0), ("tcp", None, 0)],
)
def test_ports_of_servers_and_none_of_messages_without(proto, port, expected):
    flow = one(CONN, proto=proto, **{"id.resp_p": port})
    assert (flow.transport, flow.port) == (proto, expected)


@pytest.mark.parametrize(("version", "transport"), [("TLSv13", "tcp"), ("DTLSv12", "udp"), (None, "tcp"), (5, "tcp")])
def test_tls_over_datagrams_is_told_by_its_version(version, transport):
    flow = one(ENDS, cipher="x", version=version, server_name="a.example", ja3="f" * 40)
    assert (flow.transport, flow.protocol, flow.ja3) == (transport, "tls", "f" * 32)


@pytest.mark.parametrize(
    ("answers", "lives", "chain", "addresses"),
    [
        (["192.0.2.1"], [60.0], (), (("192.0.2.1", 60),)),
        (["b.example", "192.0.2.1"], [300, 60], (("b.example", 300),), (("192.0.2.1", 60),)),
        ("b.example,192.0.2.1", "300.0,60.0", (("b.example", 300),), (("192.0.2.1", 60),)),
        (["192.0.2.1", "192.0.2.2"], [60], (), (("192.0.2.1", 60), ("192.0.2.2", -1))),
        (["192.0.2.1"], None, (), (("192.0.2.1", -1),)),
        (["192.0.2.1"], ["x"], (), (("192.0.2.1", -1),)),
        (["192.0.2.1"], [-5], (), (("192.0.2.1", -1),)),
        (["TXT 5 v=a b"], [60], (), ()),
        (["b" * 300], [60], (("b" * 255, 60),), ()),
        (None, [60], (), ()),
        (5, 5, (), ()),
        ([], [], (), ()),
        (["192.0.2.1"] * (MOST_ANSWERS + 1), [], (), (("192.0.2.1", -1),) * MOST_ANSWERS),
    ],
)
def test_answers_with_their_seconds_to_live(answers, lives, chain, addresses):
    answer = one(DNS, answers=answers, TTLs=lives)
    assert isinstance(answer, Answer)
    assert (answer.chain, answer.addresses) == (chain, addresses)


@pytest.mark.parametrize(("kind", "linked"), [("A", 1), ("AAAA", 1), ("HTTPS", 1), ("MX", 0), ("PTR", 0), (None, 0)])
def test_names_in_answers_are_links_only_where_addresses_were_asked_for(kind, linked):
    assert len(one(DNS, qtype_name=kind, answers=["b.example"]).chain) == linked


@pytest.mark.parametrize(
    ("up", "down", "sent", "received", "cut"),
    [
        (0, 0, b"", b"", ""),
        (None, None, b"", b"", ""),
        (5, 0, None, b"", "the log keeps no bodies"),
        (0, 5, b"", None, "the log keeps no bodies"),
        ("5", "5", None, None, "the log keeps no bodies"),
        (-5, "x", b"", b"", ""),
    ],
)
def test_bodies_that_the_log_does_not_keep(up, down, sent, received, cut):
    row = ENDS | {"method": "GET", "host": "a.example", "uri": "/"}
    message = one(row, request_body_len=up, response_body_len=down)
    assert (message.sent, message.received, message.cut) == (sent, received, cut)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a.example", "a.example"),
        ("a\\x2eexample", "a.example"),
        ("\\x41\\x42", "AB"),
        ("a\\x4", "a\\x4"),
        ("a\\x5cx41", "a\\x41"),
        ("a\\xzz", "a\\xzz"),
        ("n" * 300, "n" * 255),
    ],
)
def test_escaped_bytes_of_a_name_are_put_back_once(text, said):
    assert one(DNS, query=text).name == said
