import gzip
import json

import pytest

from affidavit.model.capture import Named
from affidavit.network.capture.events import Answer, Flow, Message, Unread
from tests.builders.captures import events_of, form_of

ENDS = "id.orig_h id.orig_p id.resp_h id.resp_p"
FIELDS = {
    "conn": f"ts uid {ENDS} proto service duration orig_bytes resp_bytes conn_state local_orig",
    "dns": f"ts uid {ENDS} proto trans_id rtt query qclass_name qtype_name rcode_name answers TTLs rejected",
    "ssl": f"ts uid {ENDS} version cipher curve server_name resumed established",
    "quic": f"ts uid {ENDS} version client_initial_dcid client_scid server_scid server_name client_protocol history",
    "http": f"ts uid {ENDS} trans_depth method host uri referrer user_agent request_body_len response_body_len "
    "status_code",
}
LINES = {
    "conn": "1700000000.5 C1 192.168.1.2 50000 192.0.2.7 443 tcp ssl 2.25 100 2000 SF T",
    "dns": "1700000000.5 C2 192.168.1.2 50001 192.0.2.53 53 udp 7 0.01 www.example.org C_INTERNET A NOERROR "
    "cdn.example.net,192.0.2.7,192.0.2.8 300.000000,60.000000,60.000000 F",
    "ssl": "1700000000.5 C1 192.168.1.2 50000 192.0.2.7 443 TLSv13 TLS_AES_128_GCM_SHA256 x25519 www.example.org F T",
    "quic": "1700000000.5 C3 192.168.1.2 50002 192.0.2.7 443 1 ab cd ef www.example.org h3 ISis",
    "http": "1700000000.5 C4 192.168.1.2 50003 192.0.2.7 8080 1 POST www.example.org /a?id=7 - agent/1 12 0 200",
}


def log(path: str, *lines: str) -> bytes:
    """A log in the form with tabs, as Zeek's manual shows it; columns of a line are divided by spaces."""
    head = ["#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-", f"#path\t{path}"]
    tabs = ["#fields\t" + FIELDS[path].replace(" ", "\t"), "#types\ttime", *(line.replace(" ", "\t") for line in lines)]
    return "\n".join([*head, *tabs, "#close\t2026-01-01-00-00-00", ""]).encode()


def as_json(path: str, line: str, *numbers: str) -> bytes:
    """The same line in JSON, with vectors as lists and numbers as numbers."""
    row = {key: value for key, value in zip(FIELDS[path].split(), line.split(), strict=True) if value != "-"}
    for key in ("ts", "id.orig_p", "id.resp_p", "duration", "orig_bytes", "resp_bytes", "status_code", *numbers):
        if key in row:
            row[key] = float(row[key]) if "." in row[key] else int(row[key])
    for key in ("answers", "TTLs"):
        if key in row:
            row[key] = row[key].split(",") if key == "answers" else [float(one) for one in row[key].split(",")]
    return json.dumps(row).encode() + b"\n"


@pytest.mark.parametrize("path", FIELDS)
def test_both_forms_of_a_log_say_the_same(path):
    tabs, lines = log(path, LINES[path]), as_json(path, LINES[path])
    assert form_of(tabs) == form_of(lines) == f"zeek-{path}"
    [one], [other] = events_of(tabs), events_of(lines)
    other.where = one.where
    assert one == other
    assert events_of(gzip.compress(tabs)) == [one]


def test_connections_have_both_ends_amounts_and_how_long_they_lasted():
    [flow] = events_of(log("conn", LINES["conn"]))
    assert isinstance(flow, Flow)
    assert (flow.client, flow.server, flow.port, flow.transport, flow.protocol) == (
        "192.168.1.2", "192.0.2.7", 443, "tcp", "tls",
    )  # fmt: skip
    assert (flow.up, flow.down, flow.ended - flow.begun, flow.marks) == (100, 2_000, 2_250_000, set())


def test_a_connection_that_nobody_answered_is_marked():
    [flow] = events_of(log("conn", LINES["conn"].replace(" SF ", " S0 ").replace("2.25 100 2000", "- - -")))
    assert (flow.marks, flow.up, flow.down, flow.ended) == ({"one-sided"}, 0, 0, flow.begun)


def test_answers_keep_their_chain_and_their_time_to_live():
    [answer] = events_of(log("dns", LINES["dns"]))
    assert isinstance(answer, Answer)
    assert (answer.name, answer.chain) == ("www.example.org", (("cdn.example.net", 300),))
    assert answer.addresses == (("192.0.2.7", 60), ("192.0.2.8", 60))


@pytest.mark.parametrize(("path", "basis"), [("ssl", "tls-sni"), ("quic", "quic-sni")])
def test_names_come_from_the_hello(path, basis):
    [flow] = events_of(log(path, LINES[path]))
    assert flow.names == [Named(basis, "www.example.org")]
    [flow] = events_of(log(path, LINES[path].replace("www.example.org", "-")))
    assert not flow.names


def test_requests_keep_their_address_and_say_that_bodies_are_missing():
    [message] = events_of(log("http", LINES["http"]))
    assert isinstance(message, Message)
    assert (message.url, message.method, message.status) == ("http://www.example.org:8080/a?id=7", "POST", 200)
    assert (message.sent, message.received, message.encrypted) == (None, b"", False)
    assert message.cut == "the log keeps no bodies"
    assert dict(message.request) == {"Host": "www.example.org", "User-Agent": "agent/1"}


def test_escaped_bytes_are_put_back():
    [message] = events_of(log("http", LINES["http"].replace("/a?id=7", "/a\\x09b\\x5c")))
    assert message.url.endswith("/a\tb\\")


def test_logs_that_follow_each_other_are_read_by_their_own_heads():
    events = events_of(log("conn", LINES["conn"]) + log("dns", LINES["dns"]) + log("conn", LINES["conn"]))
    assert [type(event) for event in events] == [Flow, Answer, Flow]


def test_what_cannot_be_read_is_counted_by_what_is_wrong_with_it():
    lines = [LINES["conn"], "too short", LINES["conn"].replace("192.0.2.7", "nobody"), "too short as well"]
    flow, *unread = events_of(log("conn", *lines) + b"#path\tweird\n" + LINES["conn"].replace(" ", "\t").encode())
    assert isinstance(flow, Flow)
    assert [(one.kind, one.records) for one in unread if isinstance(one, Unread)] == [
        ("capture/damaged", 2),
        ("capture/damaged", 1),
        ("capture/unsupported", 1),
    ]


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"ts": "x", "id.orig_h": 5, "conn_state": [], "id.resp_h": {}}',
        b'{"query": 1e999}',
        b"{" * 9_999,
    ],
)
def test_hostile_lines_of_json_are_counted(line):
    first = as_json("conn", LINES["conn"])
    flow, unread = events_of(first + line + b"\n")
    assert isinstance(flow, Flow)
    assert isinstance(unread, Unread)


@pytest.mark.parametrize("time", ["-1", "1e30", "nan", "inf", "x", "", "-"])
def test_times_that_cannot_be_are_unknown(time):
    [flow] = events_of(log("conn", LINES["conn"].replace("1700000000.5", time)))
    assert (flow.begun, flow.ended) == (-1, -1)
