"""What one connection is remembered by: pieces of its start, its names, and questions that wait; each with its most."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.model.capture import Named
from affidavit.network.capture.events import Flow, Where
from affidavit.network.capture.named import HELD, NAMES, PIECES, WAITING, Known, Side
from affidavit.network.names import dns, resolved
from tests.builders import traffic

HELLO = traffic.records(traffic.client_hello("a.example"))


def flow() -> Flow:
    return Flow(Where(0, "frame 1"), 0, 0, "10.0.0.2", "192.0.2.7", 443, "tcp")


def told(known: Known) -> Flow:
    event = flow()
    known.tell(event)
    return event


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        ([], b""),
        ([(0, b"abc")], b"abc"),
        ([(1, b"bc")], b""),
        ([(3, b"def"), (0, b"abc")], b"abcdef"),
        ([(0, b"abc"), (4, b"e")], b"abc"),
        ([(0, b"abc"), (2, b"cde")], b"abcde"),
        ([(0, b"abcdef"), (2, b"XX"), (6, b"g")], b"abcdefg"),
        # What comes first at a place holds; what a longer piece has behind it is still taken.
        ([(0, b"abc"), (0, b"XXXdef")], b"abc"),
        ([(0, b"abc"), (1, b"XXd")], b"abcd"),
        ([(-2, b"xyabc"), (3, b"d")], b"abcd"),
        ([(0, b""), (0, b"abc")], b""),
    ],
)
def test_pieces_are_put_together_up_to_the_first_gap(pieces, whole):
    side = Side()
    for place, content in pieces:
        side.put(place, content)
    assert side.whole() == whole


@given(st.binary(min_size=1, max_size=40), st.lists(st.tuples(st.integers(0, 39), st.integers(1, 9)), max_size=20))
def test_pieces_of_one_stream_in_any_order_give_its_begin(stream, cuts):
    side, covered = Side(), set()
    for at, size in cuts:
        if at not in side.pieces:
            covered.update(range(at, at + size))
        side.put(at, stream[at : at + size])
    gap = next(place for place in range(len(stream) + 1) if place not in covered or place == len(stream))
    assert side.whole() == stream[:gap]


def test_pieces_and_bytes_of_a_side_have_a_most():
    many, long = Side(), Side()
    for at in range(PIECES + 1):
        many.put(at, b"x")
    assert len(many.whole()) == PIECES
    long.put(0, bytes(HELD - 1))
    long.put(HELD - 1, b"ab")
    assert long.held == HELD - 1
    long.put(HELD - 1, b"a")
    assert (long.held, len(long.whole())) == (HELD, HELD)


def test_what_was_read_is_let_go_and_makes_room():
    side = Side()
    side.put(0, b"abc")
    side.put(3, b"def")
    side.drop(4)
    assert (side.whole(), side.held, side.begin) == (b"ef", 3, 4)
    side.drop(2)
    assert (side.whole(), side.held, side.pieces) == (b"", 0, {})
    side.put(0, b"abcdefgh")
    assert side.whole() == b"gh", "sent again, with more behind it"


def test_names_are_kept_once_for_each_basis_in_their_order_up_to_a_most():
    known = Known()
    known.name("http-host", "")
    for _ in range(2):
        known.name("http-host", "a.example")
    known.name("tls-sni", "a.example")
    assert known.names == [Named("http-host", "a.example"), Named("tls-sni", "a.example")]
    for at in range(2 * NAMES):
        known.name("http-host", f"{at}.example")
    assert len(known.names) == NAMES
    assert known.names[-1].value == f"{NAMES - 3}.example"


@pytest.mark.parametrize("more", [0, 1, 2, 40])
def test_that_a_connection_has_more_names_than_are_kept_is_a_mark(more):
    known = Known()
    for _ in range(2):
        for at in range(NAMES):
            known.name("http-host", f"{at}.example")
    known.name("http-host", "")
    for at in range(more):
        known.name("tls-sni", f"{at}.example")
    assert told(known).marks == ({"more-names"} if more else set())


@pytest.mark.parametrize("cut", [1, 5, 6, 9, 43, len(HELLO) - 1])
def test_a_hello_is_read_once_it_is_whole_and_not_before(cut):
    known = Known()
    assert not known.segment(0, 0, HELLO[:cut], fresh=True)
    assert known.names == []
    assert known.segment(0, cut, HELLO[cut:], fresh=False)
    assert (known.names, known.protocol, known.marks) == ([Named("tls-sni", "a.example")], "tls", {"split-hello"})
    assert known.segment(0, len(HELLO), b"behind it", fresh=False), "nothing more of this side helps"
    assert known.sides[0].pieces == {}


def test_segments_before_the_begin_wait_until_it_is_known_what_they_are():
    known = Known()
    assert not known.segment(0, 60, HELLO[60:], fresh=False)
    assert (known.protocol, known.names) == ("", [])
    assert known.segment(0, 0, HELLO[:60], fresh=True)
    assert known.names == [Named("tls-sni", "a.example")]


@pytest.mark.parametrize(
    ("hello", "names", "marks"),
    [
        (traffic.client_hello("b.example"), ["b.example"], set()),
        (traffic.client_hello(""), [], set()),
        (traffic.client_hello("192.0.2.7"), ["192.0.2.7"], {"ip-literal"}),
        (traffic.client_hello("c.example", ech=True), ["c.example"], {"ech"}),
    ],
)
def test_what_a_hello_tells(hello, names, marks):
    known = Known()
    assert known.segment(0, 0, traffic.records(hello), fresh=True)
    event = told(known)
    assert [named.value for named in event.names] == names
    assert event.marks == marks
    assert event.ja4.startswith("t13")
    assert len(event.ja3) == 32


def test_a_server_says_no_name_in_its_hello_and_of_tls_13_no_certificate_is_awaited():
    assert Known().segment(1, 0, traffic.records(traffic.server_hello(0x0304)), fresh=True)
    known = Known()
    assert not known.segment(1, 0, traffic.records(traffic.server_hello()), fresh=True), "a certificate follows"
    assert known.segment(1, 200, b"", fresh=False) is False
    assert told(known).names == []


def test_quic_is_known_by_its_first_packet_and_named_by_its_last():
    hello = traffic.client_hello("q.example")
    known = Known()
    assert not known.datagram(traffic.initial(traffic.crypto_frame(0, hello[:50])))
    assert (known.protocol, known.names) == ("quic", [])
    assert known.datagram(traffic.initial(traffic.crypto_frame(50, hello[50:]), number=1))
    assert (known.names, known.marks) == ([Named("quic-sni", "q.example")], {"split-hello"})
    other = Known()
    assert not other.datagram(b"\xc0\x00\x00\x00\x01" + bytes(30))
    assert (other.protocol, other.names) == ("", [])


MESSAGES = [traffic.dns_message(f"{at}.example", answer=False) for at in range(4)]
STREAM = b"".join(traffic.vector(item, 2) for item in MESSAGES)


@pytest.mark.parametrize("most", [1, 2, 3, 21, 22, 1_000])
def test_messages_of_a_stream_are_told_once_each_as_soon_as_they_are_whole(most):
    known, found = Known(), []
    for at in range(0, len(STREAM), most):
        found += known.messages(0, at, STREAM[at : at + most])
        assert len(found) == (min(at + most, len(STREAM))) * 4 // len(STREAM)
    assert found == MESSAGES
    assert known.sides[0].held == 0


def question(name: str, number: int = 7) -> dns.Dns:
    found = dns.message(traffic.dns_message(name, answer=False, number=number))
    assert found is not None
    return found


def test_a_question_waits_for_its_own_answer_and_the_first_of_equal_ones_counts():
    known = Known()
    assert known.ask(question("a.example"), (24, 0, 5)) == []
    assert known.ask(question("a.example"), (99, 3, 8)) == []
    assert known.answered(8, "a.example", 1) is None
    assert known.answered(7, "b.example", 1) is None
    assert known.answered(7, "a.example", 28) is None
    assert known.answered(7, "a.example", 1) == (24, 0, 5)
    assert known.answered(7, "a.example", 1) is None


def test_of_too_many_questions_the_oldest_is_given_up():
    known = Known()
    over = [item for at in range(WAITING + 2) for item in known.ask(question(f"{at}.example", at), (at, at, at))]
    assert over == [("0.example", (0, 0, 0)), ("1.example", (1, 1, 1))]
    assert len(known.waiting) == WAITING


@pytest.mark.parametrize(
    ("names", "found", "certificates", "expected", "stale"),
    [
        (
            ["a.example"],
            resolved.Found(("b.example",), (), stale=True),
            ("c.example",),
            [("tls-sni", "a.example")],
            False,
        ),
        ([], resolved.Found(("b.example", "d.example"), (), stale=False), ("c.example",), "bd", False),
        ([], resolved.Found(("b.example",), (), stale=True), (), "b", True),
        ([], None, ("c.example", "e.example"), [("certificate", "c.example")], False),
        ([], None, (), [], False),
    ],
)
def test_what_dns_or_a_certificate_told_names_a_connection_only_without_a_name_of_its_own(
    names, found, certificates, expected, stale
):
    known = Known(told=found, certificates=certificates)
    for name in names:
        known.name("tls-sni", name)
    event = told(known)
    if isinstance(expected, str):
        expected = [("dns-answer", f"{letter}.example") for letter in expected]
    assert [(named.basis, named.value) for named in event.names] == expected
    assert ("stale-answer" in event.marks) == stale
    assert event.certificates == certificates
