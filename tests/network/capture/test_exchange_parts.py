"""Parts of exchanges, value by value: what versions and writers have, and what is made of it."""

import base64

import pytest

from affidavit.network.capture import tnetstring
from affidavit.network.capture.events import Message
from affidavit.network.capture.mitmproxy_parts import (
    HEADERS,
    Parts,
    answers_of,
    body_of,
    endpoint_of,
    headers_of,
    host_of,
    protocol_of,
    url_of,
)
from affidavit.network.capture.tnetstring import Item, LyingError, Records, item_at
from tests.builders.captures import entry, events_of, har, tnet


def item(value: object) -> Item:
    data = tnet(value)
    return item_at(data, 0, len(data))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["a.example", 443], ("a.example", 443)),
        ([b"a.example", 443], ("a.example", 443)),
        (["2001:db8::1", 443, 0, 0], ("2001:db8::1", 443)),
        ({"address": ["a.example", 80], "use_ipv6": False}, ("a.example", 80)),
        ({"address": {"address": ["a.example", 80]}}, ("", 0)),
        ({}, ("", 0)),
        (["a.example"], ("", 0)),
        (["a.example", 65_536], ("a.example", 0)),
        (["a.example", -1], ("a.example", 0)),
        (["a.example", "443"], ("a.example", 0)),
        ([443, "a.example"], ("", 0)),
        ([], ("", 0)),
        (None, ("", 0)),
        ("a.example:443", ("", 0)),
    ],
)
def test_ends_of_connections(value, expected):
    assert endpoint_of(item(value)) == expected


@pytest.mark.parametrize(
    ("host", "headers", "expected"),
    [
        ("a.example", [("Host", "b.example")], "a.example"),
        ("192.0.2.7", [("Host", "b.example")], "b.example"),
        ("192.0.2.7", [("HOST", "b.example:81")], "b.example"),
        ("192.0.2.7", [(":authority", "b.example")], "b.example"),
        ("192.0.2.7", [("Host", "")], "192.0.2.7"),
        ("192.0.2.7", [("Host", ""), ("Host", "c.example")], "c.example"),
        ("192.0.2.7", [("X-Host", "b.example")], "192.0.2.7"),
        ("2001:db8::1", [("Host", "[2001:db8::2]:443")], "2001:db8::2"),
        ("", [("Host", "b.example")], "b.example"),
        ("", [], ""),
        ("192.0.2.7", [("Host", "b" * 300)], "b" * 255),
    ],
)
def test_the_host_of_a_request(host, headers, expected):
    assert host_of(host, tuple(headers)) == expected


@pytest.mark.parametrize(
    ("scheme", "host", "port", "expected"),
    [
        ("http", "a.example", 80, "http://a.example/x"),
        ("https", "a.example", 443, "https://a.example/x"),
        ("https", "a.example", 80, "https://a.example:80/x"),
        ("http", "a.example", 443, "http://a.example:443/x"),
        ("https", "a.example", 0, "https://a.example/x"),
        ("", "a.example", 0, "http://a.example/x"),
        ("https", "2001:db8::1", 8_443, "https://[2001:db8::1]:8443/x"),
    ],
)
def test_addresses_are_written_without_ports_that_go_without_saying(scheme, host, port, expected):
    assert url_of(scheme, host, port, "/x") == expected


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        ({"content": b"x", "headers": []}, (b"x", "")),
        ({"body": b"x", "headers": []}, (b"x", "")),
        ({"content": b"", "body": b"y"}, (b"", "")),
        ({"content": None, "body": b"y"}, (b"y", "")),
        ({"content": None, "headers": []}, (None, "the request's body was not kept")),
        ({"headers": []}, (None, "the request's body was not kept")),
        ({}, (None, "")),
        ({"content": 5}, (None, "")),
    ],
)
def test_bodies_and_why_there_are_none(side, expected):
    assert body_of(Parts(item(side)), "request") == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [("HTTP/1.0", "http"), ("HTTP/1.1", "http"), ("HTTP/2.0", "http2"), ("HTTP/2", "http2"), ("HTTP/3", "http3")],
)
def test_versions_of_the_protocol(version, expected):
    assert protocol_of(version) == expected


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([["a", "b"]], (("a", "b"),)),
        ([[b"a", b"\xff"]], (("a", "\N{REPLACEMENT CHARACTER}"),)),
        ([["a", "b", "c"]], (("a", "b"),)),
        ([["a"], [], "ab", 5, None, ["c", "d"]], (("c", "d"),)),
        ([["n" * 300, "v"]], (("n" * 255, "v"),)),
        ([["n", "v" * 70_000]], (("n", "v" * 65_536),)),
        ([["a", "1"], ["a", "2"]], (("a", "1"), ("a", "2"))),
        (None, ()),
    ],
)
def test_headers_are_pairs_in_their_order(pairs, expected):
    assert headers_of(item(pairs)) == expected


@pytest.mark.parametrize("count", [HEADERS - 1, HEADERS, HEADERS + 1])
def test_headers_have_a_bound(count):
    assert len(headers_of(item([["a", "b"]] * count))) == min(count, HEADERS)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x03cdn\x07example\x00", "cdn.example"),
        (b"\x03cdn\x07example", "cdn.example"),
        (b"\x03cdn\x07exa", "cdn.exa"),
        (b"\x00", ""),
        (b"", ""),
        (b"\x03cdn\xc0\x0c", "cdn"),
        (b"\x40" + b"a" * 64, ""),
        (b"\x3f" + b"a" * 63 + b"\0", "a" * 63),
    ],
)
def test_names_in_answers(data, name):
    assert answers_of(item([{"type": 5, "ttl": 7, "data": data}])) == (((name, 7),), ())


@pytest.mark.parametrize(
    ("kind", "data", "addresses"),
    [
        (1, bytes((192, 0, 2, 1)), ("192.0.2.1",)),
        (28, bytes(15) + b"\1", ("::1",)),
        (1, bytes(3), ()),
        (28, bytes(17), ()),
        (16, bytes(4), ()),
    ],
)
def test_addresses_in_answers(kind, data, addresses):
    chain, found = answers_of(item([{"type": kind, "ttl": 7, "data": data}]))
    assert (chain, found) == ((), tuple((address, 7) for address in addresses))


@pytest.mark.parametrize("most", [1, 2, 5])
def test_members_of_a_dictionary_have_a_bound(monkeypatch, most):
    monkeypatch.setattr(tnetstring, "MEMBERS", most)
    assert len(item({str(number): 1 for number in range(most)}).members()) == most
    with pytest.raises(LyingError):
        item({str(number): 1 for number in range(most + 1)}).members()


@pytest.mark.parametrize("data", [b"4:1:a,}", b"8:1:a,1:b,}", b"3:1:a}", b"4:9:a,}", b"12:1:a,1:b,1:c,}"])
def test_dictionaries_whose_pairs_do_not_come_out_lie(data):
    try:
        found = item_at(data, 0, len(data))
    except LyingError:
        return
    if data.startswith(b"8:"):
        assert list(found.members()) == [b"a"]
    else:
        with pytest.raises(LyingError):
            found.members()


@pytest.mark.parametrize(
    ("value", "text", "number", "true"),
    [
        ("x", "x", -1, False),
        (b"x", "x", -1, False),
        (5, "", 5, False),
        (-5, "", -5, False),
        (1.5, "", 1.5, False),
        (True, "", -1, True),
        (False, "", -1, False),
        (None, "", -1, False),
        ([1], "", -1, False),
        (int("9" * 40), "", float("9" * 40), False),
        (int("9" * 41), "", -1, False),
        ("true", "true", -1, False),
    ],
)
def test_a_value_is_only_what_its_type_says(value, text, number, true):
    found = item(value)
    assert (found.text(), found.number(), found.true()) == (text, number, true)


@pytest.mark.parametrize("piece", [1, 2, 5, 100])
def test_each_place_where_a_dump_may_end(piece):
    whole = tnet({"a": "b"}) + tnet([1, 2])
    first = len(tnet({"a": "b"}))
    for end in range(len(whole) + 1):
        data, found, early = whole[:end], [], False
        try:
            found.extend(Records(iter([data[at : at + piece] for at in range(0, end, piece)])))
        except EOFError:
            early = True
        assert len(found) == (end >= first) + (end == len(whole))
        assert early is (end not in {0, first, len(whole)})


@pytest.mark.parametrize(
    ("content", "received", "cut"),
    [
        ({"size": 0}, b"", ""),
        ({"size": 0, "text": ""}, b"", ""),
        ({"size": 5}, None, "the response's body was not kept"),
        ({"size": -1}, b"", ""),
        ({}, None, ""),
        ({"size": 2, "text": "ok"}, b"ok", ""),
        ({"text": "ok"}, b"ok", ""),
        ({"size": 2, "text": "b2s=", "encoding": "BASE64"}, b"ok", ""),
        ({"size": 2, "text": "b2s", "encoding": "base64"}, b"b2s", "its base64 is damaged"),
        ({"size": 2, "text": "b2\ns=", "encoding": "base64"}, b"ok", ""),
        ({"size": 4, "text": "b2s=", "encoding": "none"}, b"b2s=", ""),
    ],
)
def test_what_a_response_brought_and_what_was_not_kept(content, received, cut):
    [message] = events_of(har(entry(response={"content": content})))
    assert isinstance(message, Message)
    assert (message.received, message.cut) == (received, cut)


@pytest.mark.parametrize(
    ("encoding", "body", "kept"),
    [
        ("gzip", b"\x1f\x8b\x08", True),
        ("gzip", b"plain", False),
        ("x-gzip", b"\x1f\x8b", True),
        ("deflate", b"\x78\x9c", True),
        ("deflate", b"plain", False),
        ("zstd", b"\x28\xb5\x2f\xfd", True),
        ("br", b"\x0b\x02\x80", False),
        ("GZIP", b"\x1f\x8b", True),
        ("br, gzip", b"\x1f\x8b", True),
        ("gzip, br", b"\x1f\x8b", False),
        ("identity", b"plain", False),
    ],
)
def test_an_encoding_is_kept_where_the_body_begins_as_one_of_it(encoding, body, kept):
    content = {"size": 9, "text": base64.b64encode(body).decode(), "encoding": "base64"}
    headers = [{"name": "content-encoding", "value": encoding}]
    [message] = events_of(har(entry(response={"headers": headers, "content": content})))
    assert (message.response == (("content-encoding", encoding),)) is kept


@pytest.mark.parametrize(("status", "expected"), [(0, 0), (200, 200), (999, 999), (1_000, 999), (-1, 0), ("404", 404)])
def test_a_status_has_three_digits(status, expected):
    assert events_of(har(entry(response={"status": status})))[0].status == expected
