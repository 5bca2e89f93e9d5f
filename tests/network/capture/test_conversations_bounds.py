"""Connections through one proxy after the other, and those that begin with nothing but gaps, are bounded."""

import pytest

from affidavit.network.capture import conversations
from affidavit.network.capture.conversations import Conversations
from affidavit.network.capture.events import Message, Where
from affidavit.network.capture.messages import CLIENT, SERVER, Ends, Stamp
from affidavit.network.names.keylog import KeyLog
from tests.builders.traffic import http_request, http_response

ENDS = Ends("10.0.0.2", "198.51.100.7", 8080)
STAMP = Stamp(0, Where(0, "frame 1"))
AGREED = b"HTTP/1.1 200 Connected\r\n\r\n"
GET = http_request("inner.example", "/a")


def told(*flights: tuple[int, bytes]) -> tuple[list[Message], Conversations]:
    made, found, places = Conversations(KeyLog()), [], [0, 0]
    made.open(1, ENDS)
    for side, data in flights:
        if made.wants(1):
            found += made.take(1, side, places[side], (data, len(data)), STAMP)
        places[side] += len(data)
    found += made.close(1, STAMP)
    return [event for event in found if isinstance(event, Message)], made


@pytest.mark.parametrize("depth", [0, 1, 4, 5, 9])
def test_proxies_behind_proxies_are_followed_to_a_depth(depth):
    flights = []
    for number in range(depth):
        target = f"p{number}.example:{1000 + number}"
        flights += [(CLIENT, http_request(target, target, "CONNECT")), (SERVER, AGREED)]
    found, made = told(*flights, (CLIENT, GET), (SERVER, http_response(b"got")))
    most = conversations._MOST_TUNNELS
    assert [message.method for message in found] == ["CONNECT"] * min(depth, most + 1) + ["GET"] * (depth <= most)
    assert made.forget(1) == ({"cleartext"}, depth > most), "what was not read may have been encrypted"
    if 0 < depth <= most:
        assert found[-1].url == f"http://inner.example:{999 + depth}/a"


def test_a_connection_of_gaps_alone_is_given_up():
    made = Conversations(KeyLog())
    made.open(1, ENDS)
    taken = 0
    while made.wants(1) and taken < 1_000:
        assert not list(made.take(1, CLIENT, 10 * taken, (b"", 10), STAMP))
        taken += 1
    assert taken == conversations._MOST_FIRST + 1
    assert not made.knows(1)


def test_what_is_poured_is_what_would_have_been_taken():
    head, body = http_response(b"x" * 5_000)[:-5_000], b"x" * 5_000
    for quick in (False, True):
        made = Conversations(KeyLog())
        assert not made.pour(1, SERVER, 0, b"nobody is there")
        made.open(1, ENDS)
        found = list(made.take(1, CLIENT, 0, (GET, len(GET)), STAMP))
        found += made.take(1, SERVER, 0, (head, len(head)), STAMP)
        poured = 0
        for at in range(0, 5_000, 1_000):
            part, place = body[at : at + 1_000], len(head) + at
            if quick and made.pour(1, SERVER, place, part):
                poured += 1
            else:
                found += made.take(1, SERVER, place, (part, 1_000), STAMP)
        assert poured == (4 if quick else 0), "the last part ends the message"
        (message,) = found
        assert isinstance(message, Message)
        assert (message.received, message.cut) == (body, "")


def test_a_part_out_of_order_is_not_poured():
    made = Conversations(KeyLog())
    made.open(1, ENDS)
    list(made.take(1, CLIENT, 0, (GET, len(GET)), STAMP))
    head = http_response(b"x" * 100)[:-100]
    list(made.take(1, SERVER, 0, (head, len(head)), STAMP))
    assert not made.pour(1, SERVER, len(head) + 10, b"later")
    assert not list(made.take(1, SERVER, len(head) + 10, (b"later", 5), STAMP))
    assert not made.pour(1, SERVER, len(head), b"first"), "something waits"
