"""Tables of questions, column by column, and the bounds of logs of name servers."""

import json

import pytest

from affidavit.network.capture.events import Answer, Unread
from affidavit.network.capture.fields import MOST_ANSWERS
from tests.builders.captures import events_of, form_of


def table(names: str, *rows: str) -> bytes:
    return "".join(f"{line}\n" for line in (names, *rows)).encode()


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1773828000", 1_773_828_000_000_000),
        ("1773828000.25", 1_773_828_000_250_000),
        ("1773828000123", 1_773_828_000_123_000),
        ("100000000000", 100_000_000_000_000_000),
        ("100000000001", 100_000_000_001_000),
        ("2026-03-18T10:00:00Z", 1_773_828_000_000_000),
        ("2026-03-18 10:00:00", 1_773_828_000_000_000),
        ("2026-03-18T11:00:00+01:00", 1_773_828_000_000_000),
        ("18.3.2026", -1),
        ("1.2.3", -1),
        (".", -1),
        ("", -1),
        ("9" * 30, -1),
    ],
)
def test_times_of_tables_are_seconds_milliseconds_or_written(text, at):
    [answer] = events_of(table("time,client,query", f"{text},192.168.1.2,a.example"))
    assert answer.at == at


@pytest.mark.parametrize("name", ["domain", "query", "qname", "query_name", "name", "question", "hostname", "QNAME"])
@pytest.mark.parametrize("time", ["timestamp", "ts", "@timestamp"])
def test_tables_are_known_by_what_they_call_the_name_and_the_time(name, time):
    data = table(f"{time},{name},type", "0,a.example,A")
    assert form_of(data) == "dns-csv"
    assert [(answer.name, answer.at) for answer in events_of(data)] == [("a.example", 0)]


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("192.0.2.7", ["192.0.2.7"]),
        ("192.0.2.7|192.0.2.8", ["192.0.2.7", "192.0.2.8"]),
        ("192.0.2.7; 2001:DB8::7", ["192.0.2.7", "2001:db8::7"]),
        ('"192.0.2.7,192.0.2.8"', ["192.0.2.7", "192.0.2.8"]),
        ("cdn.example 192.0.2.7", ["192.0.2.7"]),
        ("NXDOMAIN", []),
        ("", []),
        ("|".join(["192.0.2.7"] * (MOST_ANSWERS + 1)), ["192.0.2.7"] * MOST_ANSWERS),
    ],
)
def test_answers_of_tables(text, addresses):
    [answer] = events_of(table("time,client,query,answer", f"5,192.168.1.2,a.example,{text}"))
    assert answer.addresses == tuple((address, -1) for address in addresses)


def test_rows_that_ask_for_nothing_are_counted_once_for_all():
    *answers, unread = events_of(table("time,client,query", "5,::1,a.example", "5,::1,", "5,::1, ", "5,x, b.example "))
    assert [(answer.name, answer.client) for answer in answers] == [("a.example", "::1"), ("b.example", "")]
    assert (unread.kind, unread.records, unread.where.offset) == ("capture/damaged", 2, 34)


ROUTE = {"query_timestamp": "2026-03-18T10:00:00Z", "query_name": "a.example.", "srcaddr": "10.0.0.5"}


@pytest.mark.parametrize(
    ("answers", "chain", "addresses"),
    [
        (None, (), ()),
        ([], (), ()),
        ([{"Rdata": "192.0.2.7", "Type": "A"}], (), ("192.0.2.7",)),
        ([{"Rdata": "2001:DB8::7", "Type": "AAAA"}], (), ("2001:db8::7",)),
        ([{"Rdata": "b.example.", "Type": "CNAME"}], ("b.example.",), ()),
        ([{"Rdata": "text 192.0.2.7", "Type": "TXT"}], (), ()),
        ([{"Rdata": "b" * 300, "Type": "CNAME"}], ("b" * 255,), ()),
        ([{"Rdata": "192.0.2.7", "Type": "A"}] * (MOST_ANSWERS + 1), (), ("192.0.2.7",) * MOST_ANSWERS),
    ],
)
def test_answers_of_route_53(answers, chain, addresses):
    [answer] = events_of(json.dumps(ROUTE | {"answers": answers}, separators=(",", ":")).encode() + b"\n")
    assert tuple(name for name, _ in answer.chain) == chain
    assert tuple(address for address, _ in answer.addresses) == addresses


@pytest.mark.parametrize(
    "line",
    [
        b"5",
        b"[]",
        b"null",
        b'"QH"',
        b"{}",
        b'{"QH": 5}',
        b'{"QH": "a", "Answer": 5}',
        b'{"QH": "a", "Answer": "A"}',
        b'{"query_name": 5}',
        b'{"query_name": "a", "answers": [5]}',
        b'{"query_name": "a", "answers": [{}]}',
        b'{"query_name": "a", "answers": {"a": 1}}',
        b'{"query_name": "a", "answers": [{"Rdata": 5, "Type": "CNAME"}]}',
        b"[" * 5_000,
        b"\xff",
    ],
)
def test_a_line_that_is_no_record_is_counted_and_the_next_is_read(line):
    good = json.dumps(ROUTE, separators=(",", ":")).encode()
    first, second, unread = events_of(good + b"\n" + line + b"\n" + good + b"\n")
    assert isinstance(first, Answer)
    assert isinstance(unread, Unread)
    assert (second.name, unread.kind, unread.records) == ("a.example.", "capture/damaged", 1)
    assert unread.where.offset == len(good) + 1


@pytest.mark.parametrize(
    ("moment", "at"),
    [
        ("01-Jan-2026 00:00:00.000", 1_767_225_600_000_000),
        ("31-Dec-2025 23:59:59.999", 1_767_225_599_999_000),
        ("29-Feb-2024 00:00:00", 1_709_164_800_000_000),
        ("29-Feb-2026 00:00:00", -1),
        ("01-Xyz-2026 00:00:00.000", -1),
        ("2026-01-01T00:00:00.000Z", 1_767_225_600_000_000),
    ],
)
def test_times_of_bind(moment, at):
    [answer] = events_of(f"{moment} client @0x1 192.0.2.1#9 (a): query: a.example IN A +\n".encode())
    assert (answer.name, answer.at) == ("a.example", at)
