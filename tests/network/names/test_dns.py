"""DNS messages, against a library that reads them its own way, and against those that lie."""

import dns.exception
import dns.message
import dns.rdatatype
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.names import dns as names_dns
from tests.builders.traffic import dns_message, dns_name, dns_record

LABEL = st.text("abcxyz019-_", min_size=1, max_size=12)
NAME = st.lists(LABEL, min_size=1, max_size=5).map(".".join)
POINTER = b"\xc0\x0c"


def test_an_answer_gives_its_chain_and_its_addresses():
    data = dns_message(
        "Www.Example.com",
        [
            dns_record(POINTER, 5, dns_name("edge.cdn.example"), 600),
            dns_record("edge.cdn.example", 5, dns_name("e1.akamai.example"), 20),
            dns_record("e1.akamai.example", 1, bytes([192, 0, 2, 1]), 30),
            dns_record("e1.akamai.example", 28, bytes.fromhex("20010db8000000000000000000000001"), 40),
            dns_record("stranger.example", 1, bytes([203, 0, 113, 9]), 30),
        ],
    )
    found = names_dns.message(data)
    assert found is not None
    assert found.answer
    assert found.whole
    assert found.questions == (("Www.Example.com", 1),)
    chain, addresses = names_dns.resolved(found, "www.example.com.")
    assert chain == (("edge.cdn.example", 600), ("e1.akamai.example", 20))
    assert addresses == (("192.0.2.1", 30), ("2001:db8::1", 40))


def test_a_service_record_names_another_host_and_hints_at_its_addresses():
    hint = b"\x00\x01" + dns_name("svc.example") + b"\x00\x04\x00\x08" + bytes([192, 0, 2, 1, 192, 0, 2, 2])
    found = names_dns.message(dns_message("a.example", [dns_record(POINTER, 65, hint, 50)], kind=65))
    assert found is not None
    assert names_dns.resolved(found, "a.example") == (
        (("svc.example", 50),),
        (("192.0.2.1", 50), ("192.0.2.2", 50)),
    )
    own = b"\x00\x01\x00" + b"\x00\x06\x00\x10" + bytes(15) + b"\x01"
    found = names_dns.message(dns_message("a.example", [dns_record(POINTER, 65, own, 50)], kind=65))
    assert found is not None
    assert names_dns.resolved(found, "a.example") == ((), (("::1", 50),))


def test_chains_that_bite_their_tail_end():
    records = [dns_record("a.example", 5, dns_name("b.example")), dns_record("b.example", 5, dns_name("a.example"))]
    found = names_dns.message(dns_message("a.example", records))
    assert found is not None
    assert names_dns.resolved(found, "a.example") == ((("b.example", 300),), ())
    long = [dns_record(f"n{at}.example", 5, dns_name(f"n{at + 1}.example")) for at in range(100)]
    found = names_dns.message(dns_message("n0.example", long))
    assert found is not None
    assert len(names_dns.resolved(found, "n0.example")[0]) == names_dns.MAX_CHAIN


def test_a_multicast_answer_has_no_question():
    data = bytes.fromhex("000084000000000100000000") + dns_record("tv.local", 1, bytes([10, 0, 0, 9]), 120)
    found = names_dns.message(data)
    assert found is not None
    assert found.records[0].value == "10.0.0.9"


def test_pointers_that_lead_on_or_to_themselves_are_refused():
    head = bytes.fromhex("000701000001000000000000")
    for name in (b"\xc0\x0c", b"\x01a\xc0\x0c", b"\xc0\x20", b"\xff\xff", b"\x40abc\x00", b"\x3fabc"):
        assert names_dns.message(head + name + b"\x00\x01\x00\x01") is None
    assert names_dns.message(head + b"\x3f" + b"a" * 63 + (b"\x3f" + b"a" * 63) * 3 + b"\x00\x00\x01\x00\x01") is None


def test_what_lies_behind_a_fault_is_not_read_and_said_so():
    whole = dns_message("a.example", [dns_record(POINTER, 1, bytes(4)), dns_record(POINTER, 1, b"\x01\x02\x03\x04")])
    found = names_dns.message(whole[:-2])
    assert found is not None
    assert not found.whole
    assert [record.value for record in found.records] == ["0.0.0.0"]  # noqa: S104 - the address of a record


def test_odd_labels_cannot_be_taken_for_others():
    head = bytes.fromhex("000701000001000000000000")
    found = names_dns.message(head + b"\x05a.b\x00\xff\x03com\x00\x00\x01\x00\x01")
    assert found is not None
    assert found.questions[0][0] == r"a\046b\000\255.com"


def test_other_protocols_on_the_same_port_are_no_messages():
    assert names_dns.message(b"") is None
    assert names_dns.message(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") is None
    assert names_dns.message(bytes(40)) is None
    assert names_dns.message(bytes.fromhex("000728000001000000000000") + dns_name("a.b") + b"\0\6\0\1") is None


def test_a_stream_has_messages_behind_their_lengths():
    one, two = dns_message("a.example"), dns_message("b.example")
    stream = len(one).to_bytes(2, "big") + one + len(two).to_bytes(2, "big") + two
    assert list(names_dns.over_tcp(stream)) == [one, two]
    assert list(names_dns.over_tcp(stream[:-1])) == [one]


@given(NAME, st.lists(st.tuples(NAME, st.sampled_from([1, 5, 28, 16]), st.integers(0, 2**31 - 1)), max_size=6))
def test_the_same_is_read_as_another_library_reads(name, rows):
    data = {1: b"\xc0\x00\x02\x01", 5: dns_name("x.example"), 28: bytes(16), 16: b"\x03abc"}
    raw = dns_message(name, [dns_record(owner, kind, data[kind], ttl) for owner, kind, ttl in rows])
    raw = dns.message.from_wire(raw, one_rr_per_rrset=True).to_wire()  # compresses its names
    theirs = dns.message.from_wire(raw, one_rr_per_rrset=True)
    ours = names_dns.message(raw)
    assert ours is not None
    assert ours.questions == ((str(theirs.question[0].name)[:-1], 1),)
    found = [
        (str(entry.name)[:-1], int(entry.rdtype), entry.ttl, str(entry[0]).removesuffix(".")) for entry in theirs.answer
    ]
    assert found == [
        (record.name, record.kind, record.ttl, record.value if record.kind != 16 else '"abc"')
        for record in ours.records
    ]


@given(st.binary(max_size=200), st.integers(0, 500), st.integers(0, 255))
def test_no_bytes_raise(data, at, value):
    whole = bytearray(
        dns_message("www.example.com", [dns_record(POINTER, 5, b"\x01a\xc0\x10"), dns_record("b", 65, data)])
    )
    whole[at % len(whole)] = value
    for raw in (data, whole[:12] + data, bytes(whole)):
        found = names_dns.message(raw)
        if found is not None:
            for name, _ in found.questions:
                names_dns.resolved(found, name)
        list(names_dns.over_tcp(raw))
