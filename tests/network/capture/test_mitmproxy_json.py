import json

import pytest

from affidavit.network.capture.events import Message, Unread
from tests.builders.captures import events_of, form_of

FLOW = {
    "id": "1",
    "type": "http",
    "client_conn": {"peername": ["127.0.0.1", 50_000]},
    "server_conn": {"peername": None, "address": ["192.0.2.7", 443]},
    "request": {
        "method": "POST", "scheme": "https", "host": "192.0.2.7", "port": 8_443, "path": "/a?b=c",
        "http_version": "HTTP/2", "headers": [[":authority", "example.org:8443"], ["x", "y"]],
        "contentLength": 5, "contentHash": "ab", "timestamp_start": 1_700_000_000.25,
    },
    "response": {"status_code": 204, "http_version": "HTTP/2", "headers": [["server", "x"]], "contentLength": 0},
}  # fmt: skip


def test_exchanges_come_without_their_bodies_which_is_said():
    data = json.dumps([FLOW]).encode()
    assert form_of(data) == "mitmproxy-json"
    [message] = events_of(data)
    assert isinstance(message, Message)
    assert (message.url, message.host, message.server) == ("https://example.org:8443/a?b=c", "example.org", "192.0.2.7")
    assert (message.sent, message.received, message.cut) == (None, b"", "the request's body was not kept")
    assert (message.status, message.protocol, message.at) == (204, "http2", 1_700_000_000_250_000)
    assert (message.request[1], message.client) == (("x", "y"), "127.0.0.1")


@pytest.mark.parametrize(
    "change",
    [
        {"request": None},
        {"request": {}},
        {"request": 5},
        {"server_conn": [1]},
        {"request": {"host": "a", "headers": [1]}},
    ],
)
def test_flows_of_another_form_are_counted(change):
    message, unread = events_of(json.dumps([FLOW, FLOW | change]).encode())
    assert isinstance(message, Message)
    assert (unread.kind, unread.records) == ("capture/damaged", 1)


def test_a_list_that_ends_early_says_so():
    *messages, unread = events_of(json.dumps([FLOW] * 3).encode()[:-40])
    assert len(messages) == 2
    assert isinstance(unread, Unread)
    assert unread.kind == "capture/truncated"


KNOWN = {
    "chrome": 3, "firefox": 14, "head-content-length": 1, "insomnia": 1, "postdata": 1, "safari": 19, "with-bom": 1,
}  # fmt: skip
"""Flows of real lists."""


@pytest.mark.corpus
@pytest.mark.parametrize("name", KNOWN)
def test_real_lists_are_read_whole(corpus, name):
    data = (corpus / f"net/mitmproxy/har_files__{name}.json").read_bytes()
    found = [event for event in events_of(data) if isinstance(event, Message)]
    expected = json.loads(data)
    assert len(found) == len(events_of(data)) == len(expected) == KNOWN[name]
    assert [message.host for message in found] == [flow["request"]["host"] for flow in expected]
    assert [message.status for message in found] == [flow["response"]["status_code"] for flow in expected]
