"""DNS messages at their bounds: names, sections and services as large as may be, and one more."""

import pytest

from affidavit.network.names import dns
from tests.builders.traffic import dns_message, dns_name, dns_record

POINTER = b"\xc0\x0c"


def head(asked: int = 1, answers: int = 0, *, flags: int = 0x8180) -> bytes:
    return b"\x00\x07" + b"".join(value.to_bytes(2, "big") for value in (flags, asked, answers, 0, 0))


def question(name: bytes, kind: int = 1) -> bytes:
    return name + kind.to_bytes(2, "big") + b"\x00\x01"


@pytest.mark.parametrize(
    ("flags", "read"),
    [
        (0x0000, True),
        (0x0100, True),
        (0x8180, True),
        (0x8583, True),
        (0x0120, True),
        (0x0110, True),
        (0x0140, False),
        (0x0900, False),
        (0x2800, False),
        (0x7800, False),
    ],
)
def test_questions_and_answers_alone_are_messages(flags, read):
    """RFC 1035, section 4.1.1: operations that are none, and the bit that has to be zero."""
    found = dns.message(head(flags=flags) + question(dns_name("a.example")))
    assert (found is not None) == read
    assert found is None or (found.answer, found.code) == (flags >= 0x8000, flags & 15)


@pytest.mark.parametrize(("count", "read"), [(1, True), (dns.MAX_QUESTIONS, True), (dns.MAX_QUESTIONS + 1, False)])
def test_questions_are_bounded(count, read):
    found = dns.message(head(count) + question(dns_name("a.example")) * count)
    assert (found is not None) == read
    assert found is None or len(found.questions) == count


def test_records_are_bounded_and_what_is_left_out_is_said():
    for count in (dns.MAX_RECORDS, dns.MAX_RECORDS + 1):
        found = dns.message(dns_message("a.example", [dns_record(POINTER, 1, bytes(4))] * count))
        assert found is not None
        assert (len(found.records), found.whole) == (dns.MAX_RECORDS, count == dns.MAX_RECORDS)


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ([], ""),
        ([1], "a"),
        ([63], "a" * 63),
        ([64], None),
        ([63, 63, 63, 61], ".".join("a" * size for size in (63, 63, 63, 61))),
        ([63, 63, 63, 62], ".".join("a" * size for size in (63, 63, 63, 62))),
        ([63, 63, 63, 63], None),
        ([1] * 127, ".".join("a" * 127)),
        ([1] * 128, None),
    ],
)
def test_names_are_as_long_as_they_may_be(labels, name):
    raw = b"".join(bytes([size]) + b"a" * size for size in labels) + b"\x00"
    found = dns.message(head() + question(raw))
    assert (found.questions[0][0] if found is not None else None) == name


def test_a_name_may_be_pointed_to_again_and_again_but_only_backwards():
    records = [dns_record(b"\x01b" + POINTER, 5, b"\x01c" + POINTER)]
    found = dns.message(dns_message("a.example", records))
    assert found is not None
    assert (found.records[0].name, found.records[0].value) == ("b.a.example", "c.a.example")
    raw, at = head(1, 120) + question(dns_name("x.example")), 12
    for _ in range(120):
        owner = b"\x01z" + (0xC000 | at).to_bytes(2, "big")
        at = len(raw)
        raw += dns_record(owner, 1, bytes(4))
    found = dns.message(raw)
    assert found is not None
    assert [record.name.count("z.") for record in found.records] == list(range(1, 121))
    assert found.whole


@pytest.mark.parametrize(
    ("kind", "data", "value"),
    [
        (1, bytes([192, 0, 2, 9]), "192.0.2.9"),
        (1, bytes(3), ""),
        (1, bytes(5), ""),
        (28, bytes(15) + b"\x01", "::1"),
        (28, bytes(15), ""),
        (28, bytes(4), ""),
        (5, dns_name("b.example"), "b.example"),
        (5, b"\x05b", ""),
        (5, b"\xc0\xff", ""),
        (12, dns_name("ptr.example"), "ptr.example"),
        (16, b"\x05hello", ""),
        (64, b"\x00\x01" + dns_name("svc.example"), "svc.example"),
        (65, b"\x00\x00" + dns_name("alias.example"), "alias.example"),
        (65, b"\x00\x01\x00", ""),
        (65, b"\x00\x01", ""),
        (65, b"", ""),
    ],
)
def test_what_records_say(kind, data, value):
    after = dns_record("next.example", 1, bytes([192, 0, 2, 77]))
    found = dns.message(dns_message("a.example", [dns_record(POINTER, kind, data), after]))
    assert found is not None
    assert found.records[0].value == value
    assert (found.records[1].value, found.whole) == ("192.0.2.77", True), "a record that says nothing hides no other"


@pytest.mark.parametrize(
    ("parameters", "hints"),
    [
        (b"", ()),
        (b"\x00\x04\x00\x04" + bytes([192, 0, 2, 1]), ("192.0.2.1",)),
        (b"\x00\x04\x00\x07" + bytes([192, 0, 2, 1, 9, 9, 9]), ("192.0.2.1",)),
        (b"\x00\x04\x00\x03\x01\x02\x03", ()),
        (b"\x00\x01\x00\x03\x02h3\x00\x04\x00\x04" + bytes([192, 0, 2, 1]), ("192.0.2.1",)),
        (b"\x00\x06\x00\x10" + bytes(15) + b"\x02", ("::2",)),
        (b"\x00\x04\x00\x40" + bytes([192, 0, 2, 1]), ("192.0.2.1",)),
        (b"\x00\x04\x00", ()),
        (b"\x00\x04\x01\x00" + bytes([192, 0, 2, 1]) * 64, ("192.0.2.1",) * dns.MAX_CHAIN),
    ],
)
def test_services_hint_at_addresses_within_their_record(parameters, hints):
    record = dns_record(POINTER, 65, b"\x00\x01\x00" + parameters)
    after = dns_record("b.example", 1, bytes([203, 0, 113, 1]))
    found = dns.message(dns_message("a.example", [record, after], kind=65))
    assert found is not None
    assert found.records[0].hints == hints


@pytest.mark.parametrize(
    ("ttl", "read"), [(0, 0), (1, 1), ((1 << 31) - 1, (1 << 31) - 1), (1 << 31, 0), (0xFFFFFFFF, 0)]
)
def test_times_to_live_with_the_highest_bit_are_none(ttl, read):
    """RFC 2181, section 8."""
    found = dns.message(dns_message("a.example", [dns_record(POINTER, 1, bytes(4), ttl)]))
    assert found is not None
    assert found.records[0].ttl == read


def test_each_cut_keeps_what_was_whole_before_it():
    records = [dns_record(POINTER, 5, dns_name("b.example")), dns_record("b.example", 1, bytes([192, 0, 2, 1]))]
    bare, whole = dns_message("a.example"), dns_message("a.example", records)
    ends = [len(bare), len(bare) + len(records[0]), len(whole)]
    for cut in range(len(whole)):
        found = dns.message(whole[:cut])
        if cut <= ends[0]:
            assert found is None or (cut == ends[0] and not found.records)
            continue
        assert found is not None
        assert len(found.records) == sum(cut >= end for end in ends[1:])
        assert not found.whole


def test_a_name_that_was_not_asked_for_leads_nowhere():
    records = [
        dns_record("other.example", 5, dns_name("b.example")),
        dns_record("b.example", 1, bytes([192, 0, 2, 1])),
        dns_record("b.example", 1, bytes([192, 0, 2, 1])),
    ]
    found = dns.message(dns_message("a.example", records))
    assert found is not None
    assert dns.resolved(found, "a.example") == ((), ())
    assert dns.resolved(found, "B.EXAMPLE.") == ((), (("192.0.2.1", 300),)), "each address once"
    assert dns.resolved(found, "other.example") == ((("b.example", 300),), (("192.0.2.1", 300),))


@pytest.mark.parametrize(
    ("stream", "messages"),
    [
        (b"", []),
        (b"\x00", []),
        (b"\x00\x00", [b""]),
        (b"\x00\x02ab", [b"ab"]),
        (b"\x00\x02ab\x00\x01", [b"ab"]),
        (b"\x00\x02ab\x00\x01c\x00", [b"ab", b"c"]),
        (b"\xff\xffab", []),
    ],
)
def test_messages_of_a_stream_are_whole(stream, messages):
    assert list(dns.over_tcp(stream)) == messages
