"""Heads of HTTP messages: whom a request is for, and lines that are whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.names import http
from tests.builders.traffic import http_request, http_response


def test_a_request_says_whom_it_asks_for_what():
    found = http.request(http_request("Api.example.com:8080", "/v1/log?id=7", "POST", b"body", User_Agent="x y"))
    assert found is not None
    assert (found.method, found.target, found.host, found.port) == ("POST", "/v1/log?id=7", "Api.example.com", 8080)
    assert found.header("user-agent") == "x y"
    assert found.whole
    assert http.url(found) == "http://Api.example.com:8080/v1/log?id=7"
    assert http.url(found, "https") == "https://Api.example.com:8080/v1/log?id=7"


@pytest.mark.parametrize(
    ("target", "host", "address"),
    [
        ("/a", "example.com:80", "http://example.com/a"),
        ("http://other.example/a", "example.com", "http://other.example/a"),
        ("/a", "[2001:db8::1]:8080", "http://[2001:db8::1]:8080/a"),
        ("/http://x/", "example.com", "http://example.com/http://x/"),
        ("*", "example.com", "http://example.com"),
        ("http://[broken/", "example.com", "http://[broken/"),
    ],
)
def test_the_address_of_a_request(target, host, address):
    found = http.request(http_request(host, target))
    assert found is not None
    assert http.url(found) == address


def test_an_absolute_target_counts_more_than_the_header():
    found = http.request(http_request("front.example", "http://user@real.example:81/x"))
    assert found is not None
    assert (found.host, found.port) == ("real.example", 81)


def test_a_proxy_is_asked_to_connect():
    for authority, told in [
        ("api.example.com:443", ("api.example.com", 443)),
        ("[2001:db8::1]:443", ("2001:db8::1", 443)),
        ("nonsense", ("nonsense", -1)),
    ]:
        found = http.request(http_request("p", authority, "CONNECT"))
        assert found is not None
        assert (found.host, found.port) == told


def test_a_head_that_is_cut_has_its_whole_lines_and_no_half_host():
    whole = http_request("www.example.com", "/")
    line = whole.index(b"\n") + 1
    for cut in range(len(whole)):
        found = http.request(whole[:cut])
        assert (found is None) == (cut < line)
        assert found is None or not found.whole
        assert found is None or found.host in ("", "www.example.com")
        assert cut < 5 or http.starts(whole[:cut])


def test_a_response_says_its_status():
    found = http.response(http_response(b"x", 404, Server="nginx") + b"more")
    assert found is not None
    assert (found.status, found.header("server"), found.whole) == (404, "nginx", True)
    assert http.response(b"HTTP/1.1 200\r\n\r\n") is not None
    assert http.response(b"HTTP/1.1 999 X\r\n\r\n") is None


def test_folded_and_odd_headers_are_read_without_guessing():
    odd = b"no colon\r\nbad name: x\r\n: empty\r\n"
    found = http.request(
        b"GET / HTTP/1.1\nhost: a.example\nx-long: one\r\n  two\r\n" + odd + b"Host: b.example\r\n\r\n"
    )
    assert found is not None
    assert found.headers == (("host", "a.example"), ("x-long", "one two"), ("Host", "b.example"))
    assert found.host == "a.example"


def test_what_only_looks_like_http_is_not():
    for raw in (
        b"",
        b"GET",
        b"get / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"GET  / HTTP/1.1\r\n",
        b"A / HTTP/1.1\r\n",
        b"PRI / HTTP/1.1\r\nHost: a.example\r\n\r\n",
    ):
        assert http.request(raw) is None
    assert not http.starts(b"PRI * HTTP/1.1\r\n")
    assert not http.starts(b"\x16\x03\x01\x02\x00\x01")
    assert http.request(b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n") is None


def test_heads_are_bounded():
    found = http.request(b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 10_000)
    assert found is not None
    assert len(found.headers) == http.MAX_HEADERS
    assert not found.whole


@given(st.binary(max_size=200))
def test_no_bytes_raise(data):
    for raw in (data, b"GET " + data, b"GET / HTTP/1.1\r\nHost: " + data, b"HTTP/1.1 200 " + data, b"CONNECT " + data):
        found = http.request(raw)
        if found is not None:
            http.url(found)
        http.response(raw)
        http.starts(raw)
