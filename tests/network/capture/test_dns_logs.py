import base64
import json
import struct

import pytest

from affidavit.network.capture import dnsmasq
from affidavit.network.capture.events import Answer, Unread
from tests.builders.captures import events_of, form_of


def text(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def said(answer: Answer) -> tuple:
    return (
        answer.name,
        answer.client,
        tuple(name for name, _ in answer.chain),
        tuple(one for one, _ in answer.addresses),
    )


@pytest.mark.parametrize(
    ("line", "at"),
    [
        (
            "18-Mar-2026 10:00:00.123 client @0x7f0a 192.0.2.1#53123 (a.example): query: a.example IN A +E(0)K (::1)",
            1_773_828_000_123_000,
        ),
        (
            "18-Mar-2026 10:00:00.123 queries: info: client 192.0.2.1#1 (a.example): query: a.example IN AAAA +",
            1_773_828_000_123_000,
        ),
        (
            "2026-03-18T10:00:00.123Z client @0x1 192.0.2.1#9 (a.example): view x: query: a.example IN A -",
            1_773_828_000_123_000,
        ),
        ("Mar 18 10:00:00 host named[9]: client @0x1 192.0.2.1#9 (a.example): query: a.example IN HTTPS +", -1),
    ],
)
def test_queries_of_bind_are_found_among_other_lines(line, at):
    data = text("18-Mar-2026 09:59:59.000 general: running", line)
    assert form_of(data) == "bind-dns"
    [answer] = events_of(data)
    assert said(answer) == ("a.example", "192.0.2.1", (), ())
    assert (answer.at, answer.where.offset) == (at, 42)


def dnsmasq_log(*lines: str) -> bytes:
    return text(*(f"Mar 18 10:00:00 dnsmasq[321]: {line}" for line in lines))


def test_answers_of_dnsmasq_are_joined_to_their_questions():
    data = dnsmasq_log(
        "query[A] www.example.org from 192.168.1.2",
        "forwarded www.example.org to 192.0.2.53",
        "query[A] other.example from 192.168.1.3",
        "reply www.example.org is <CNAME>",
        "reply cdn.example.net is <CNAME>",
        "reply edge.example.net is 192.0.2.7",
        "reply edge.example.net is 192.0.2.8",
        "reply unasked.example is 203.0.113.1",
        "cached other.example is 192.0.2.9",
    )
    assert form_of(data) == "dnsmasq"
    first, second = events_of(data)
    assert said(first) == (
        "www.example.org",
        "192.168.1.2",
        ("cdn.example.net", "edge.example.net"),
        ("192.0.2.7", "192.0.2.8"),
    )
    assert said(second) == ("other.example", "192.168.1.3", (), ("192.0.2.9",))


def test_what_a_filter_answers_is_no_address():
    blocked = dnsmasq_log("query[A] ads.example from 192.168.1.2", "/etc/pihole/gravity.list ads.example is 0.0.0.0")
    assert [said(answer) for answer in events_of(blocked)] == [("ads.example", "192.168.1.2", (), ())]


def test_a_question_that_is_asked_again_is_told_again():
    data = dnsmasq_log(*["query[A] a.example from 192.168.1.2", "reply a.example is 192.0.2.7"] * 3)
    assert [said(answer)[3] for answer in events_of(data)] == [("192.0.2.7",)] * 3


def test_questions_that_wait_are_bounded_and_none_is_lost(monkeypatch):
    monkeypatch.setattr(dnsmasq, "OPEN", 3)
    names = [f"n{number}.example" for number in range(20)]
    data = dnsmasq_log(*(f"query[A] {name} from 192.168.1.2" for name in names))
    assert [answer.name for answer in events_of(data)] == names


def test_extra_fields_of_dnsmasq_are_passed_over():
    data = dnsmasq_log(
        "7 192.168.1.2/5353 query[A] a.example from 192.168.1.2", "7 192.168.1.2/5353 reply a.example is 192.0.2.7"
    )
    assert [said(answer) for answer in events_of(data)] == [("a.example", "192.168.1.2", (), ("192.0.2.7",))]


def message(name: str, target: str, address: bytes) -> bytes:
    """An answer on the wire: one CNAME and one address (RFC 1035)."""

    def packed(text: str) -> bytes:
        return b"".join(bytes((len(label),)) + label.encode() for label in text.split(".")) + b"\0"

    question = packed(name) + struct.pack(">HH", 1, 1)
    alias = packed(name) + struct.pack(">HHIH", 5, 1, 300, len(packed(target))) + packed(target)
    host = packed(target) + struct.pack(">HHIH", 1, 1, 60, 4) + address
    return struct.pack(">HHHHHH", 7, 0x8180, 1, 2, 0, 0) + question + alias + host


def test_the_query_log_of_adguard_home_has_answers_on_the_wire():
    wire = message("a.example", "cdn.example", bytes((192, 0, 2, 7)))
    row = {"T": "2026-03-18T10:00:00.5+01:00", "QH": "a.example", "QT": "A", "IP": "192.168.1.2"}
    row["Answer"] = base64.b64encode(wire).decode()
    data = text(json.dumps(row), json.dumps(row | {"Answer": ""}), json.dumps(row | {"Answer": "A"}), "{")
    assert form_of(data) == "adguard-dns"
    first, second, unread = events_of(data)
    assert (said(first), first.at) == (
        ("a.example", "192.168.1.2", ("cdn.example",), ("192.0.2.7",)),
        1_773_824_400_500_000,
    )
    assert said(second)[2:] == ((), ())
    assert (unread.kind, unread.records) == ("capture/damaged", 2)


def test_the_resolver_log_of_route_53_is_read():
    answers = [
        {"Rdata": "cdn.example.", "Type": "CNAME", "Class": "IN"},
        {"Rdata": "192.0.2.7", "Type": "A", "Class": "IN"},
    ]
    row = {
        "query_timestamp": "2026-03-18T10:00:00Z",
        "query_name": "a.example.",
        "srcaddr": "10.0.0.5",
        "answers": answers,
    }
    data = text(json.dumps(row, separators=(",", ":")))
    assert form_of(data) == "route53-dns"
    assert [said(answer) for answer in events_of(data)] == [
        ("a.example.", "10.0.0.5", ("cdn.example.",), ("192.0.2.7",))
    ]


@pytest.mark.parametrize(
    ("names", "row", "at"),
    [
        (
            "timestamp,domain,query_type,client_ip",
            "2026-03-18T10:00:00Z,a.example,A,192.168.1.2",
            1_773_828_000_000_000,
        ),
        (
            "Time,Client,Query,Type,Answers",
            '1773828000,192.168.1.2,a.example,A,"192.0.2.7; 192.0.2.8"',
            1_773_828_000_000_000,
        ),
        ("ts,qname,src_ip,qtype", "1773828000123,a.example,192.168.1.2,A", 1_773_828_000_123_000),
    ],
)
def test_tables_of_questions_are_told_by_their_names(names, row, at):
    data = text(names, row, "too,short")
    assert form_of(data) == "dns-csv"
    answer, unread = events_of(data)
    assert (answer.name, answer.client, answer.at) == ("a.example", "192.168.1.2", at)
    assert len(answer.addresses) == 2 * ("Answers" in names)
    assert isinstance(unread, Unread)
