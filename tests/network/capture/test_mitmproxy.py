import gzip
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.capture import source, tnetstring
from affidavit.network.capture.events import Answer, Flow, Message, Unread
from affidavit.network.capture.tnetstring import Item, LyingError, Records, item_at
from tests.builders.captures import events_of, form_of, mitm_flow, tnet
from tests.oracles import tnetstring as oracle

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.binary(max_size=8) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)


def plain(item: Item):
    """All of a value, decoded as `tests.oracles.tnetstring` does."""
    kind = chr(item.kind)
    if kind == "}":
        return {key.decode(): plain(Item(item.data, *value)) for key, value in item.members().items()}
    if kind == "]":
        return [plain(value) for value in item.items()]
    simple = {",": item.content, ";": lambda: item.content().decode(), "!": item.true, "~": lambda: None}
    return simple[kind]() if kind in simple else int(item.number())


@settings(max_examples=50, deadline=None)
@given(st.lists(VALUES, max_size=4), st.integers(1, 40))
def test_values_are_those_of_a_parser_that_decodes_all(values, piece):
    data = b"".join(map(tnet, values))
    pieces = iter([data[at : at + piece] for at in range(0, len(data), piece)])
    records = list(Records(pieces))
    assert [record.data for record in records] == list(map(tnet, values))
    assert [plain(item_at(record.data, 0, record.size)) for record in records] == oracle.flows(data)
    assert all(data[record.offset :].startswith(record.data) for record in records)


@settings(max_examples=40, deadline=None)
@given(VALUES, st.data())
def test_lengths_that_lie_never_lead_out_of_their_container(value, draw):
    data = bytearray(tnet({"a": value, "b": [value]}))
    data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.sampled_from(b"0123456789:,;}]~#"))
    found = None
    try:
        [record] = Records(iter([bytes(data)]))
        found = plain(item_at(record.data, 0, record.size))
    except (LyingError, EOFError, ValueError, KeyError):
        return
    assert len(repr(found)) < 10 * len(data) + 100


def test_an_exchange_comes_after_the_connection_that_carried_it():
    flow, message = events_of(mitm_flow(request={"method": b"POST", "content": b"id=7"}))
    assert isinstance(flow, Flow)
    assert isinstance(message, Message)
    assert (flow.client, flow.server, flow.port, flow.protocol) == ("198.51.100.3", "192.0.2.7", 443, "tls")
    assert [(name.basis, name.value) for name in flow.names] == [("tls-sni", "example.org")]
    assert (flow.begun, flow.ended, flow.marks) == (1_700_000_000_250_000, -1, {"decrypted"})
    assert (message.url, message.host, message.server) == ("https://example.org/a?b=c", "example.org", "192.0.2.7")
    assert (message.method, message.sent, message.status, message.received) == ("POST", b"id=7", 200, b"ok")
    assert (message.request, message.response) == ((("Host", "example.org"),), (("Content-Type", "text/plain"),))
    assert (message.at, message.encrypted, message.where.name) == (1_700_000_000_500_000, True, "flow 0")


def test_a_connection_is_told_once_however_many_exchanges_it_carried():
    events = events_of(mitm_flow() * 3 + mitm_flow(server={"id": "s2"}))
    assert Counter(type(event).__name__ for event in events) == {"Message": 4, "Flow": 2}
    assert [event.where.name for event in events if isinstance(event, Message)] == [f"flow {n}" for n in range(4)]


@pytest.mark.parametrize(
    ("request_", "host", "url"),
    [
        ({"host": "203.0.113.9"}, "example.org", "https://example.org/a?b=c"),
        ({"host": "203.0.113.9", "headers": []}, "203.0.113.9", "https://203.0.113.9/a?b=c"),
        (
            {"host": "203.0.113.9", "headers": [[b":authority", b"h2.example:8443"]]},
            "h2.example",
            "https://h2.example/a?b=c",
        ),
        ({"host": "2001:db8::1", "headers": []}, "2001:db8::1", "https://[2001:db8::1]/a?b=c"),
        ({"port": 8_443}, "example.org", "https://example.org:8443/a?b=c"),
        ({"host": b"bytes.example", "scheme": b"http", "port": 80}, "bytes.example", "http://bytes.example/a?b=c"),
    ],
)
def test_the_host_is_the_one_that_the_request_names(request_, host, url):
    message = events_of(mitm_flow(request=request_))[-1]
    assert (message.host, message.url) == (host, url)


def test_bodies_stay_as_they_were_sent_and_missing_ones_are_said():
    packed = gzip.compress(b"text")
    message = events_of(mitm_flow(request={"content": None}, response={"content": packed}))[-1]
    assert (message.sent, message.received, message.cut) == (None, packed, "the request's body was not kept")


def test_an_exchange_that_failed_has_no_status_and_no_connection():
    lost = mitm_flow(server={"peername": None, "address": None}, error={"msg": "refused", "timestamp": 1.0})
    [message] = events_of(lost.replace(b"8:response;", b"8:answered;"))
    assert (message.status, message.server, message.received, message.response) == (0, "", None, ())


def test_the_address_of_a_proxy_is_not_the_server_s():
    flow, message = events_of(mitm_flow(server={"via": ["http", ["192.0.2.99", 3_128]]}))
    assert "proxied" in flow.marks
    assert message.server == ""


def test_web_sockets_of_new_dumps_stand_with_their_exchange():
    messages = [[1, True, b"up", 1_700_000_001.0, False], [2, False, b"\0down", 1_700_000_002.0, False]]
    *_, first, second = events_of(mitm_flow(websocket={"messages": messages, "close_code": 1_000}))
    assert (first.protocol, first.sent, first.received, first.at) == ("websocket", b"up", None, 1_700_000_001_000_000)
    assert (second.sent, second.received, second.where.name) == (None, b"\0down", "flow 0, message 1")


def test_other_connections_tell_how_much_went_each_way():
    messages = [[True, b"12345", 1_700_000_001.0], [False, b"123", 1_700_000_002.0], [True, b"1", 1_700_000_003.0]]
    [flow] = events_of(mitm_flow(type="tcp", messages=messages))
    assert (flow.up, flow.down, flow.transport, flow.ended) == (6, 3, "tcp", 1_700_000_003_000_000)
    [flow] = events_of(mitm_flow(type="udp", messages=messages, server={"sni": None, "tls": False}))
    assert (flow.transport, flow.names, flow.protocol) == ("udp", [], "")


def test_questions_of_dns_come_with_their_answers():
    answers = [
        {"name": "a.example", "type": 5, "class_": 1, "ttl": 300, "data": b"\x03cdn\x07example\x00"},
        {"name": "cdn.example", "type": 1, "class_": 1, "ttl": 60, "data": bytes((192, 0, 2, 1))},
        {"name": "cdn.example", "type": 28, "class_": 1, "ttl": 60, "data": b"odd"},
    ]
    questions = [{"name": "a.example", "type": 1, "class_": 1}]
    flow = mitm_flow(type="dns")
    made = tnet(
        oracle.parse(flow)[0]
        | {"request": {"timestamp": 1_700_000_000.0, "questions": questions}, "response": {"answers": answers}}
    )
    assert [event for event in events_of(made) if isinstance(event, Answer)] == [
        Answer(
            events_of(made)[0].where, 1_700_000_000_000_000, "198.51.100.3", "a.example",
            chain=(("cdn.example", 300),), addresses=(("192.0.2.1", 60),),
        )
    ]  # fmt: skip


def test_dumps_of_the_first_versions_have_other_names_for_the_same():
    flow = {
        b"version": [0, 13],
        b"type": b"http",
        b"request": {
            b"host": b"old.example", b"port": 80, b"scheme": b"http", b"method": b"GET", b"path": b"/",
            b"headers": [[b"Host", b"old.example"]], b"content": b"", b"timestamp_start": 1_400_000_000.0,
            b"httpversion": [1, 1],
        },
        b"response": {b"code": 404, b"headers": [], b"content": b"no"},
        b"server_conn": {
            b"address": {b"address": [b"old.example", 80], b"use_ipv6": False},
            b"peer_address": {b"address": [b"192.0.2.8", 80], b"use_ipv6": False},
        },
        b"client_conn": {b"address": {b"address": [b"127.0.0.1", 5_000], b"use_ipv6": False}},
    }  # fmt: skip
    [message] = events_of(tnet(flow))
    assert (message.host, message.server, message.status, message.client) == (
        "old.example",
        "192.0.2.8",
        404,
        "127.0.0.1",
    )


def test_a_dump_that_ends_early_gives_its_whole_flows_and_says_so(monkeypatch):
    monkeypatch.setattr(source, "PIECE", 100)
    data = mitm_flow() * 2
    for end in (len(data) // 2 + 1, len(data) // 2 + 5, len(data) - 1):
        events = events_of(data[:end])
        assert [type(event) for event in events] == [Flow, Message, Unread]
        assert (events[-1].kind, events[-1].where.offset) == ("capture/truncated", len(data) // 2)


def test_one_damaged_flow_does_not_lose_the_next():
    damaged = mitm_flow().replace(b"11:example.org;", b"99:example.org;")
    events = events_of(damaged + mitm_flow())
    assert [event.kind for event in events if isinstance(event, Unread)] == ["capture/damaged"]
    assert [event.where.name for event in events if isinstance(event, Message)] == ["flow 1"]


def test_what_follows_damage_between_flows_is_said_to_be_unknown():
    events = events_of(mitm_flow() + b"\0\0\0\0" * 10 + mitm_flow())
    assert [type(event) for event in events] == [Flow, Message, Unread]
    assert events[-1].where.offset == len(mitm_flow())


def test_a_flow_that_is_too_large_is_passed_over(monkeypatch):
    monkeypatch.setattr(tnetstring, "LONGEST", 2_000)
    monkeypatch.setattr(source, "PIECE", 300)
    events = events_of(mitm_flow(response={"content": b"x" * 5_000}) + mitm_flow())
    assert [type(event) for event in events] == [Unread, Flow, Message]
    assert events[0].kind == "capture/too-large"


@pytest.mark.parametrize(
    "data",
    [
        b"999999999999:4:type;4:http;",
        b"12:4:type;4:http;",
        b"17:4:type;4:http;0:~~",
        tnet({"type": "http", "request": {"headers": [[b"a"], [], b"x", 5], "port": 10**17, "timestamp_start": 1e300}}),
        tnet({"type": "odd"}),
        tnet({"type": "tcp", "messages": [[], [5]]}),
        tnet({"type": "http", "request": {}, "websocket": {"messages": [[1]]}}),
        tnet({"type": {"type": {}}, "request": [], "server_conn": [[[[]]]]}),
        tnet({"type": "http", "request": {"port": float("nan"), "host": "h"}, "response": {"status_code": 1e300}}),
    ],
)
def test_hostile_dumps_are_read_or_said_to_be_unread(data):
    assert form_of(data) == "mitmproxy"
    for event in events_of(data):
        assert isinstance(event, Message | Unread | Flow)


KNOWN = {
    "dumpfile-019.mitm": {"Message": 1, "Flow": 1},
    "dumpfile-10.mitm": {"Message": 1},
    "dumpfile-19.mitm": {"Message": 1, "Flow": 1},
    "dumpfile-7-websocket.mitm": {"Message": 9, "Flow": 3},
    "flows__corrupted_gzip_body.mitm": {"Message": 1, "Flow": 1},
    "flows__error_log.mitm": {"Message": 2, "Flow": 1},
    "flows__incomplete_log.mitm": {"Message": 4},
}


@pytest.mark.corpus
@pytest.mark.parametrize("name", KNOWN)
def test_real_dumps_read_as_by_a_parser_that_decodes_all(corpus, name):
    data = (corpus / "net/mitmproxy" / name).read_bytes()
    events = events_of(data)
    assert Counter(type(event).__name__ for event in events) == KNOWN[name]
    exchanges = [flow for flow in oracle.flows(data) if flow["type"] == "http"]
    found = [event for event in events if isinstance(event, Message) and event.protocol != "websocket"]
    for flow, message in zip(exchanges, found, strict=True):
        asked, told = flow["request"], flow["response"] or {}
        host = asked["host"] if isinstance(asked["host"], str) else asked["host"].decode()
        assert (message.host, message.method, message.sent) == (host, asked["method"].decode(), asked["content"])
        assert (message.status, message.received) == (told.get("status_code", 0), told.get("content"))
        assert len(message.request) == len(asked["headers"])
