"""Whose name a connection gets, what is an address and no name, and which requests a connection carried."""

import msgspec
import pytest

from affidavit.model.capture import Contact, Lookup, Named
from affidavit.network.capture.events import Answer, Where
from affidavit.network.capture.fold import BASES
from affidavit.network.capture.tables import FEW, MANY
from tests.network.capture.test_fold import NOON, flow, folded, message, of, one


@pytest.mark.parametrize(
    ("strong", "weak"), [(strong, weak) for at, strong in enumerate(BASES) for weak in BASES[at + 1 :]]
)
def test_of_two_names_the_one_nearer_to_the_client_counts(strong, weak):
    names = [Named(weak, "weak.example"), Named(strong, "strong.example")]
    found = one(Contact, folded(flow(names=names))[0])
    assert (found.host, found.basis) == ("strong.example", strong)


@pytest.mark.parametrize(
    ("names", "host", "basis", "marks"),
    [
        ([("tls-sni", "192.0.2.9"), ("certificate", "a.example")], "a.example", "certificate", ()),
        ([("tls-sni", ""), ("dns-answer", "a.example")], "a.example", "dns-answer", ()),
        ([("certificate", "*.a.example")], "", "none", ("no-name",)),
        ([("certificate", "*.a.example"), ("certificate", "a.example")], "a.example", "certificate", ()),
        ([("http-host", "192.0.2.9:80")], "", "none", ("ip-literal",)),
        ([("http-host", "[2001:db8::1]")], "", "none", ("ip-literal",)),
        ([("unheard-of", "b.example"), ("none", "a.example")], "a.example", "none", ()),
        ([], "", "none", ("no-name",)),
    ],
)
def test_a_name_is_a_whole_name_and_no_address(names, host, basis, marks):
    found = one(Contact, folded(flow(names=[Named(*item) for item in names]))[0])
    assert (found.host, found.basis, found.marks) == (host, basis, marks)


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:8080", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("::ffff:192.0.2.7", "::ffff:c000:207"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25wlan0]:443", "fe80::1"),
        ("fe80::1%\ud800", "fe80::1"),
        ("fe80::1%" + "x" * 400, "fe80::1"),
    ],
)
def test_an_address_is_written_in_one_way_without_port_and_zone(sent, address):
    for event in (message(host=sent, server=""), flow(names=[Named("http-host", sent)], server="")):
        facts, _ = folded(event)
        found = one(Contact, facts)
        assert (found.host, found.address) == ("", address)
        assert "ip-literal" in found.marks
        msgspec.json.encode(facts)


@pytest.mark.parametrize(
    ("sent", "host"),
    [
        ("192.0.2.7.example", "192.0.2.7.example"),
        ("192.0.2.256", "192.0.2.256"),
        ("192.0.2.7%x", "192.0.2.7%x"),
        ("1.example:443", "1.example"),
        ("1e100.example", "1e100.example"),
        ("a.example.:443", "a.example"),
        ("a.example..", "a.example"),
        ("a:b:443", "a:b:443"),
        ("A.EXAMPLE", "a.example"),
        ("²192.0.2.7", "²192.0.2.7"),
    ],
)
def test_what_is_like_an_address_and_none_is_a_name(sent, host):
    found = one(Contact, folded(message(host=sent, server=""))[0])
    assert (found.host, found.address) == (host, "")


def test_the_address_of_the_capture_counts_more_than_one_that_stands_for_a_name():
    found = one(Contact, folded(flow(names=[Named("http-host", "198.51.100.9")]))[0])
    assert (found.address, found.marks) == ("192.0.2.1", ("ip-literal",))


@pytest.mark.parametrize(
    ("names", "fronting"),
    [
        ([("tls-sni", "a.example"), ("http-host", "a.example")], False),
        ([("tls-sni", "a.example"), ("http-host", "A.example:443")], False),
        ([("tls-sni", "a.example"), ("http-host", "b.example")], True),
        ([("quic-sni", "a.example"), ("http2-authority", "b.example")], True),
        ([("tls-sni", "a.example"), ("http2-authority", "a.example"), ("http2-authority", "b.example")], True),
        ([("http-host", "a.example"), ("http2-authority", "b.example")], False),
        ([("tls-sni", "a.example"), ("certificate", "b.example"), ("dns-answer", "c.example")], False),
    ],
)
def test_fronting_is_a_request_for_a_host_that_the_hello_did_not_name(names, fronting):
    found = one(Contact, folded(flow(names=[Named(*item) for item in names]))[0])
    assert ("fronting" in found.marks) == fronting


# Requests and the connections that carried them


@pytest.mark.parametrize(
    ("asked", "together"),
    [
        ({}, True),
        ({"host": "b.example"}, False),
        ({"server": "192.0.2.2"}, False),
        ({"port": 80}, False),
        ({"app": "org.other"}, False),
        ({"host": "A.Example."}, True),
        ({"host": "second.example"}, True),
    ],
)
def test_a_connection_carries_requests_of_its_host_address_port_and_app(asked, together):
    names = [Named("tls-sni", "a.example"), Named("http2-authority", "second.example")]
    found = of(Contact, folded(flow(names=names, marks={"decrypted"}), message(10, **asked))[0])
    assert [item.requests for item in found] == ([1] if together else [0, 1])


def test_requests_before_their_connection_are_counted_with_it():
    facts, _ = folded(message(10), message(20), flow(5, marks={"decrypted"}))
    assert (one(Contact, facts).requests, one(Contact, facts).connections) == (2, 1)


def test_requests_to_an_address_are_of_the_connection_that_has_no_name():
    facts, _ = folded(flow(names=[], marks={"cleartext"}), message(10, host="192.0.2.1", server=""))
    found = one(Contact, facts)
    assert (found.requests, found.host, found.address) == (1, "", "192.0.2.1")
    assert "ip-literal" in found.marks


def test_requests_alone_have_the_bytes_of_their_bodies_and_their_times():
    events = [
        message(3, sent=b"abc", received=b"defgh"),
        message(1, sent=None, received=None),
        message(2, sent=b"", received=b"i", encrypted=False),
    ]
    for event, at in zip(events, (NOON + 7, NOON + 3, -1), strict=True):
        event.at = at
    found = one(Contact, folded(*events, form="har")[0])
    assert (found.requests, found.connections, found.up, found.down) == (3, 0, 3, 6)
    assert (found.first, found.last) == ("2020-09-20T12:00:00.000003Z", "2020-09-20T12:00:00.000007Z")
    assert found.marks == ("cleartext", "decrypted")
    assert found.names == (Named("url", "a.example"),)


def test_headers_that_providers_are_known_by_are_kept_and_others_are_not():
    response = (("Server", "AkamaiGHost"), ("Set-Cookie", "id=secret"))
    found = one(Contact, folded(message(response=response), form="har")[0])
    assert any("akamaighost" in line.lower() for line in found.headers)
    assert not any("secret" in line for line in found.headers)


# Bounds of one contact and one look-up


@pytest.mark.parametrize("count", [0, 1, MANY, MANY + 1])
def test_lists_of_one_fact_are_bounded(count):
    each = tuple(f"n{number:03}.example" for number in range(count))
    answer = Answer(
        Where(1, ""), NOON, "10.0.0.2", "a.example", chain=tuple((name, 1) for name in each),
        addresses=tuple((f"192.0.2.{number}", 1) for number in range(count)),
    )  # fmt: skip
    facts, _ = folded(answer, flow(2, certificates=each))
    lookup, contact = one(Lookup, facts), one(Contact, facts)
    assert len(lookup.chain) == len(lookup.addresses) == len(contact.certificates) == min(count, MANY)
    assert lookup.chain == each[:MANY]


@pytest.mark.parametrize(("count", "marks"), [(1, ()), (FEW, ()), (FEW + 1, ("more-names",)), (99, ("more-names",))])
def test_names_of_one_contact_are_few_and_that_there_were_more_is_a_mark(count, marks):
    names = [Named("http-host", f"n{at:02}.example") for at in range(count)]
    contact = one(Contact, folded(flow(names=names), flow(names=names[:FEW]))[0])
    assert (list(contact.names), contact.marks) == (names[:FEW], marks)


@pytest.mark.parametrize("count", [1, FEW, FEW + 1])
def test_fingerprints_of_one_contact_are_few(count):
    facts, _ = folded(*(flow(at, ja3=f"{at:032x}", ja4=f"t{at:02}") for at in range(count)))
    found = one(Contact, facts)
    assert len(found.ja3) == len(found.ja4) == min(count, FEW)
    assert (list(found.ja3), list(found.ja4)) == (sorted(found.ja3), sorted(found.ja4))


@pytest.mark.parametrize(
    ("asker", "app", "chain"),
    [("", "", True), ("org.a", "org.a", True), ("", "org.a", True), ("org.b", "org.a", False), ("org.a", "", False)],
)
def test_a_chain_is_lent_to_the_app_that_asked_and_nobodys_to_all(asker, app, chain):
    answer = Answer(Where(1, ""), NOON, "", "a.example", asker, (("b.example", 1),), (("192.0.2.1", 1),))
    found = one(Contact, folded(answer, flow(2, app=app))[0])
    assert found.chain == (("b.example",) if chain else ())


def test_a_question_without_a_name_is_no_look_up_and_a_record_all_the_same():
    facts, _ = folded(Answer(Where(1, ""), NOON, "", ""), Answer(Where(2, ""), NOON, "", "."), form="zeek-dns")
    assert not of(Lookup, facts)
    assert facts[0].what.records == 2
