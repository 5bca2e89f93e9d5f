"""A request and its response as one event: whose host it is, and why bodies are not whole."""

import pytest

from affidavit.network.capture.events import Where
from affidavit.network.capture.messages import Ends, Exchange, Stamp
from affidavit.network.names.http1 import Body, Room

HERE = Stamp(1_700_000_000_000_000, Where(24, "frame 1"))
ENDS = Ends("10.0.0.2", "198.51.100.7", 443, "com.example", "hello.example", encrypted=True)


def test_an_exchange_of_which_nothing_was_seen_says_only_between_whom():
    found = Exchange(HERE).message(ENDS)
    assert (found.client, found.server, found.port, found.app) == ("10.0.0.2", "198.51.100.7", 443, "com.example")
    assert (found.at, found.where, found.encrypted) == (HERE.at, HERE.where, True)
    assert (found.method, found.status, found.sent, found.received, found.cut) == ("", 0, None, None, "")


@pytest.mark.parametrize(
    ("asked", "hello", "host"),
    [
        ("request.example", "hello.example", "request.example"),
        ("", "hello.example", "hello.example"),
        ("", "", ""),
        ("API.Example.COM.", "", "api.example.com"),
        ("", "Hello.Example", "hello.example"),
    ],
)
def test_the_host_is_what_the_request_says_else_what_the_hello_says(asked, hello, host):
    assert Exchange(HERE, host=asked).message(ENDS._replace(name=hello)).host == host


@pytest.mark.parametrize(
    ("own", "sent", "received", "cut"),
    [
        ("", None, None, ""),
        ("", "", "", ""),
        ("ends", None, None, "ends"),
        ("", "too long", None, "too long"),
        ("", "too long", "missing", "too long; missing"),
        ("ends", "too long", "missing", "ends; too long; missing"),
        # A reason that holds for both bodies is said once.
        ("", "missing", "missing", "missing"),
        ("missing", "", "missing", "missing"),
    ],
)
def test_why_bodies_are_not_whole_is_said_once_each_and_in_order(own, sent, received, cut):
    exchange = Exchange(HERE, cut=own)
    for name, reason in (("sent", sent), ("received", received)):
        if reason is not None:
            setattr(exchange, name, Body(Room(9), cut=reason))
    found = exchange.message(ENDS)
    assert found.cut == cut
    assert ((found.sent is None), (found.received is None)) == (sent is None, received is None)


def test_bodies_are_let_go_and_make_room():
    room = Room(9)
    exchange = Exchange(HERE, sent=Body(room), received=Body(room))
    for body, data in ((exchange.sent, b"question"), (exchange.received, b"answer")):
        assert body is not None
        body.add(data)
    found = exchange.message(ENDS)
    assert (found.sent, found.received, room.left) == (b"question", b"a", 9)
    assert found.cut
