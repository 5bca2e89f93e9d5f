import base64
import gzip
import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.capture import json_stream, source
from affidavit.network.capture.events import Message, Unread
from affidavit.network.capture.json_stream import BrokenError, Reader
from tests.builders.captures import entry, events_of, form_of, har
from tests.oracles.exchanges import Exchange, exchanges

TEXTS = st.text(st.sampled_from('ab"\\{}[],: é\u2028'), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def one(**more) -> Message:
    [message] = events_of(har(entry(**more)))
    assert isinstance(message, Message)
    return message


def seen(message: Message) -> Exchange:
    """As the oracle has it."""
    return Exchange(
        message.host,
        message.port,
        message.method,
        message.url,
        message.status,
        message.server,
        message.at,
        sum(name.lower() != "content-encoding" for name, _ in message.request),
        sum(name.lower() != "content-encoding" for name, _ in message.response),
    )


def test_an_exchange_is_read_whole():
    message = one(
        url="https://user@Example.org:8443/a?b=c",
        method="POST",
        request={
            "headers": [{"name": "X-Id", "value": "7"}],
            "postData": {"mimeType": "application/json", "text": '{"a": "é"}'},
        },
        response={"content": {"size": 2, "text": "ok"}, "headers": [{"name": "Server", "value": "x"}]},
    )
    assert (message.host, message.port, message.server) == ("Example.org", 8443, "192.0.2.7")
    assert (message.method, message.url, message.status) == ("POST", "https://user@Example.org:8443/a?b=c", 200)
    assert (message.sent, message.received) == ('{"a": "é"}'.encode(), b"ok")
    assert (message.request, message.response) == ((("X-Id", "7"),), (("Server", "x"),))
    assert (message.at, message.encrypted, message.protocol) == (1_767_323_045_678_901, True, "http")
    assert message.where.name == "entries/0"


def test_the_place_of_an_entry_leads_to_its_bytes():
    data = har(entry(), entry(url="http://two.example/"))
    offsets = [event.where.offset for event in events_of(data)]
    decoder = json.JSONDecoder()
    assert [decoder.raw_decode(data.decode(), at)[0]["request"]["url"] for at in offsets] == [
        "https://example.org/",
        "http://two.example/",
    ]


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        (base64.b64encode(b"\0\1\xff").decode(), "base64", b"\0\1\xff"),
        ("\udc80\udcffa", "", b"\x80\xffa"),
        ("\x1f\x8b\x08\xff", "", b"\x1f\x8b\x08\xff"),
        ("caf\xe9", "", b"caf\xc3\xa9"),
        ("a\0\xe9", "", b"a\0\xe9"),
        ("\ud83d", "", b"?"),
        ("not base64 \xe9!", "base64", "not base64 \xe9!".encode()),
    ],
)
def test_bodies_become_the_bytes_that_their_writer_had(text, encoding, expected):
    message = one(response={"content": {"size": 3, "text": text, "encoding": encoding}})
    assert message.received == expected
    assert bool(message.cut) == (text[0] == "n")


def test_a_header_is_not_believed_when_the_body_was_decoded_by_the_archive():
    headers = [{"name": "Content-Encoding", "value": "gzip"}, {"name": "Content-Type", "value": "text/plain"}]
    assert one(response={"headers": headers, "content": {"size": 5, "text": "plain"}}).response == (
        ("Content-Type", "text/plain"),
    )
    packed = base64.b64encode(gzip.compress(b"plain")).decode()
    still = one(response={"headers": headers, "content": {"size": 5, "text": packed, "encoding": "base64"}})
    assert len(still.response) == 2
    assert len(one(response={"headers": headers}).response) == 2


@pytest.mark.parametrize(
    ("method", "request_", "sent", "cut"),
    [
        ("GET", {}, b"", ""),
        ("POST", {}, None, ""),
        ("POST", {"bodySize": 12}, None, "the request's body was not kept"),
        ("POST", {"bodySize": 0}, b"", ""),
        (
            "POST",
            {"postData": {"params": [{"name": "a b", "value": "c&d"}]}},
            b"a+b=c%26d",
            "the request's body was put",
        ),
        ("POST", {"postData": {"text": "x=1", "params": [{"name": "x", "value": "1"}]}}, b"x=1", ""),
    ],
)
def test_what_was_sent_and_what_the_archive_did_not_keep_are_told_apart(method, request_, sent, cut):
    message = one(method=method, request=request_)
    assert message.sent == sent
    assert message.cut.startswith(cut)
    assert bool(cut) == bool(message.cut)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        *((text, "http2") for text in ("h2", "HTTP/2", "http/2.0")),
        *((text, "http3") for text in ("h3", "HTTP/3", "h3-29")),
        *((text, "http") for text in ("HTTP/1.1", "http/1.0", "", None, "spdy/2")),
    ],
)
def test_the_version_of_the_protocol_is_told_however_it_is_written(version, expected):
    assert one(request={"httpVersion": version}).protocol == expected


def test_messages_of_web_sockets_stand_after_their_exchange():
    messages = [
        {"type": "send", "time": 1.5, "opcode": 1, "data": "hello"},
        {"type": "receive", "time": 2, "opcode": 2, "data": base64.b64encode(b"\0\1").decode()},
    ]
    first, sent, received = events_of(har(entry(url="wss://example.org/s", _webSocketMessages=messages)))
    assert (first.port, first.encrypted) == (443, True)
    assert (sent.protocol, sent.sent, sent.received, sent.at) == ("websocket", b"hello", None, 1_500_000)
    assert (received.sent, received.received, received.where.name) == (None, b"\0\1", "entries/0/messages/1")


@pytest.mark.parametrize("url", ["data:text/plain,x", "about:blank", "blob:https://example.org/1", "file:///x"])
def test_what_reaches_no_network_is_no_exchange(url):
    assert not events_of(har(entry(url=url)))


@pytest.mark.parametrize(
    "changed",
    [
        {"response": None},
        {"serverIPAddress": "not one"},
        {"startedDateTime": "yesterday"},
        {"startedDateTime": 5},
        {"_webSocketMessages": "none"},
        {"pageref": {"deep": [[[[]]]]}},
        {"response": {"status": "abc", "headers": [None, {"name": 5, "value": "x"}], "content": "text"}},
        {"response": {"status": 1e400, "content": {"size": -1}}},
        {"request": {"method": None, "url": "https://example.org/", "headers": {}, "postData": []}},
    ],
)
def test_one_wrong_field_does_not_lose_an_entry(changed):
    [message] = events_of(har(entry() | changed))
    assert isinstance(message, Message)
    assert message.host == "example.org"


@pytest.mark.parametrize("broken", [None, 5, "x", [], {}, {"request": {}}, {"request": {"url": "/relative"}}])
def test_an_entry_without_an_address_is_counted(broken):
    events = events_of(har(broken, entry()))
    assert [type(event) for event in events] == [Unread, Message]
    assert events[0].kind == "capture/damaged"


def test_an_archive_that_ends_early_gives_what_it_has_and_says_so():
    data = har(*[entry(url=f"https://h{number}.example/") for number in range(5)])
    for end in range(data.index(b'"entries"') + 12, len(data) - 2, 7):
        events = events_of(data[:end])
        assert events[-1].kind == "capture/truncated"
        whole = [event.host for event in events[:-1]]
        assert whole == [f"h{number}.example" for number in range(len(whole))]
    assert len(events_of(data[:-1])) == 6


def test_byte_order_marks_nesting_and_compression_are_read_through():
    data = har(entry())
    nested = b'{"name": {"log": ' + json.dumps(json.loads(data)["log"]).encode() + b"}}"
    for variant in (b"\xef\xbb\xbf" + data, nested, gzip.compress(data), data + b"\n" + data):
        assert form_of(variant) == "har"
        assert {event.host for event in events_of(variant)} == {"example.org"}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'{"log": {"entries": [' + b"[" * 5_000 + b"]" * 5_000 + b"]}}", "capture/too-large"),
        (b'{"log": {"entries": [' + b'{"a":' * 100_000, "capture/truncated"),
        (b'{"log": {"entries": [}', "capture/damaged"),
        (b'{"log": [1 }', "capture/truncated"),
        (b'{"log": {"entries": [{"request": {"url": "https://a.example/\xff", }}]}}', "capture/damaged"),
        (b'{"log": {"entries": [' + b"9" * 10_000 + b"]}}", "capture/damaged"),
    ],
)
def test_hostile_archives_are_said_to_be_so(data, kind):
    assert [event.kind for event in events_of(data)] == [kind]


def test_an_entry_that_is_too_large_is_passed_over(monkeypatch):
    monkeypatch.setattr(json_stream, "LONGEST", 1_000)
    monkeypatch.setattr(source, "PIECE", 256)
    events = events_of(har(entry(comment="x" * 5_000), entry(url="http://next.example/")))
    assert [type(event) for event in events] == [Unread, Message]
    assert (events[0].kind, events[0].size > 5_000) == ("capture/too-large", True)


def test_the_last_of_two_keys_counts_as_in_other_readers():
    data = har(entry()).replace(b'"method": "GET"', b'"method": "GET", "method": "PUT"')
    assert events_of(data)[0].method == "PUT"


@settings(max_examples=50, deadline=None)
@given(st.lists(VALUES, max_size=5), VALUES, st.integers(1, 9), st.booleans())
def test_elements_are_those_of_a_parser_of_the_whole_text(items, other, piece, ascii_only):
    text = json.dumps({"pages": other, "log": {"x": other, "entries": items, "y": other}}, ensure_ascii=ascii_only)
    data = text.encode()
    pieces = iter([data[at : at + piece] for at in range(0, len(data), piece)])
    found = list(Reader(pieces).elements("log", "entries"))
    assert [json.loads(element.data) for element in found] == items
    assert all(data[at : at + size] == inner for at, size, inner in found)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=60) | st.text(st.sampled_from('[]{}",:a1\\ \0'), max_size=60).map(str.encode))
def test_meaningless_text_ends_and_says_why(data):
    for path in ((), ("log", "entries")):
        found, error = [], None
        try:
            found.extend(Reader(iter([data[:7], data[7:]] if data else [])).elements(*path))
        except BrokenError as raised:
            error = raised
        assert all(element.size for element in found)
        assert error is None or (error.kind[:8] == "capture/" and 0 <= error.offset <= len(data))


KNOWN = {
    "mitmproxy/flows__corrupted_gzip_body.har": (1, 0),
    "mitmproxy/flows__diff_data.har": (5, 0),
    "mitmproxy/flows__event_stream.har": (2, 0),
    "mitmproxy/flows__incomplete_log.har": (4, 0),
    "mitmproxy/flows__successful_log.har": (2, 0),
    "mitmproxy/flows__websocket.har": (3, 5),
    "mitmproxy/har_extractor.har": (1, 0),
    "mitmproxy/har_files__chrome.har": (3, 0),
    "mitmproxy/har_files__insomnia.har": (1, 0),
    "mitmproxy/har_files__safari.har": (19, 0),
    "reporthar/fixtures__android__first-run.har": (16, 0),
    "reporthar/fixtures__ios__first-run.har": (16, 0),
}
"""Exchanges and messages of WebSockets in real archives."""


@pytest.mark.corpus
@pytest.mark.parametrize("name", KNOWN)
def test_real_archives_read_as_by_a_parser_of_the_whole_text(corpus, name):
    data = (corpus / "net" / name).read_bytes()
    events = events_of(data)
    assert not [event for event in events if isinstance(event, Unread)]
    messages = [event for event in events if event.protocol != "websocket"]
    assert (len(messages), len(events) - len(messages)) == KNOWN[name]
    assert list(map(seen, messages)) == exchanges(data)


@pytest.mark.corpus
def test_hosts_of_a_real_first_run(corpus):
    events = events_of((corpus / "net/reporthar/fixtures__android__first-run.har").read_bytes())
    assert Counter(event.host for event in events) == {
        "graph.facebook.com": 9,
        "api2.branch.io": 3,
        "cdn.branch.io": 2,
        "sessions.bugsnag.com": 1,
        "notify.bugsnag.com": 1,
    }
    assert sum(bool(event.sent) for event in events) == 8
