"""Events become facts: merged, bounded, in the order of the file, and honest about what was not read."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.facts.reading import make_fact
from affidavit.model.capture import Capture, Contact, Disclosure, Lookup, Named, Undecoded
from affidavit.model.place import Place
from affidavit.network.capture import fold
from affidavit.network.capture.clock import Clock, instant
from affidavit.network.capture.events import Answer, Flow, Message, Unread, Where
from affidavit.network.capture.fold import About, Fold
from affidavit.network.personal.seek import Sought

DAY = 86_400 * 10**6
NOON = 1_600_603_200 * 10**6
"""2020-09-20T12:00:00Z"""
DIGEST = "0123456789abcdef" * 4


def about(form="pcap"):
    return About("phone.pcap", DIGEST, 1_000, form)


def flow(at=0, host="a.example", **more):
    told = {
        "begun": NOON, "ended": NOON + 5, "client": "10.0.0.2", "server": "192.0.2.1", "port": 443, "transport": "tcp",
        "protocol": "tls", "up": 100, "down": 200, "names": [Named("tls-sni", host)] if host else [],
    }  # fmt: skip
    return Flow(Where(at, f"frame {at}"), **{**told, **more})


def message(at=0, host="a.example", **more):
    told = {"server": "192.0.2.1", "port": 443, "method": "POST", "url": f"https://{host}/", "sent": b"x", **more}
    return Message(Where(at, f"entries/{at}"), told.pop("at", NOON), host, **told)


def folded(*events, form="pcap", seeker=None):
    made = Fold(about(form), seeker)
    for event in events:
        made.take(event)
    return made.finished()


def of(kind, facts):
    return [fact.what for fact in facts if isinstance(fact.what, kind)]


def one(kind, facts):
    [found] = of(kind, facts)
    return found


def made_fact(what):
    """A fact somewhere in the capture."""
    return make_fact(what, Place(f"capture/{DIGEST[:16]}"), "captures/1")


class Finder:
    """Says of every message that it has an identifier, and of every other one that it was not decoded."""

    def seek(self, asked):
        yield Sought(asked.where, self.found(asked))
        if asked.where.offset % 2:
            yield Sought(asked.where, Undecoded(asked.host, "opaque", 1, 10))

    def found(self, asked):
        return Disclosure(asked.host, "identifiers", "advertisingId", "known-value", ("body",), "ab" * 32, "3840…")


def test_connections_to_one_host_are_one_contact_in_one_place():
    facts, limits = folded(flow(500), flow(100, begun=NOON - 9, ja3="b" * 32), flow(900, ja3="a" * 32, up=1))
    assert one(Contact, facts) == Contact(
        "a.example", "tls-sni", "192.0.2.1", 443, "tcp", "tls", "", 3, 201, 600, "2020-09-20T11:59:59.999991Z",
        "2020-09-20T12:00:00.000005Z", (Named("tls-sni", "a.example"),), (), ("a" * 32, "b" * 32),
    )  # fmt: skip
    [place] = [fact.place for fact in facts if isinstance(fact.what, Contact)]
    assert (place.entry, place.offset) == (f"capture/{DIGEST[:16]}!/frame 100", 100)
    assert one(Capture, facts).records == 3
    assert all(make_fact(fact.what, fact.place, fact.extractor) == fact for fact in facts)
    [limit] = limits
    assert (limit.kind, "201 bytes sent" in limit.detail) == ("capture/not-decrypted", True)


@pytest.mark.parametrize(
    ("protocol", "marks", "form", "why"),
    [
        ("tls", set(), "pcap", "encrypted"),
        ("quic", set(), "zeek-conn", "encrypted"),
        ("tls", {"decrypted"}, "pcap", None),
        ("http", {"cleartext"}, "pcap", None),
        ("dns", set(), "pcap", None),
        ("", set(), "pcap", "opaque"),
        ("", set(), "vpc-flow", "not-kept"),
    ],
)
def test_what_was_sent_and_not_read_is_counted(protocol, marks, form, why):
    facts, limits = folded(flow(protocol=protocol, marks=marks, names=[]), form=form)
    assert [(item.why, item.messages, item.size) for item in of(Undecoded, facts)] == ([(why, 1, 100)] if why else [])
    assert bool(limits) == bool(why)


def test_a_connection_that_sent_nothing_hides_nothing():
    assert not of(Undecoded, folded(flow(up=0))[0])


@pytest.mark.parametrize(
    ("sent", "host", "address"),
    [
        ("A.Example.", "a.example", "192.0.2.9"),
        ("a.example:8443", "a.example", "192.0.2.9"),
        ("198.51.100.7", "", "192.0.2.9"),
        ("[2001:db8::1]:443", "", "192.0.2.9"),
        ("tiktokcdn.com.evil.example", "tiktokcdn.com.evil.example", "192.0.2.9"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example", "192.0.2.9"),
    ],
)
def test_hosts_are_written_in_one_way_and_an_address_is_no_name(sent, host, address):
    found = one(Contact, folded(message(host=sent, server=address), form="har")[0])
    assert (found.host, found.address) == (host, address)
    assert ("ip-literal" in found.marks) == (not host)


def test_an_address_in_place_of_a_name_is_the_address_where_the_capture_has_none():
    assert one(Contact, folded(message(host="198.51.100.7:80", server=""), form="har")[0]).address == "198.51.100.7"


def test_the_clients_own_word_names_the_host():
    names = [Named("dns-answer", "cdn.example"), Named("certificate", "*.example"), Named("tls-sni", "a.example")]
    found = one(Contact, folded(flow(names=names))[0])
    assert (found.host, found.basis, found.names) == ("a.example", "tls-sni", tuple(sorted(names)))
    unnamed = one(Contact, folded(flow(names=[]))[0])
    assert (unnamed.host, unnamed.basis, unnamed.marks) == ("", "none", ("no-name",))


def test_a_hello_and_a_request_that_name_different_hosts_are_fronting():
    names = [Named("tls-sni", "front.example"), Named("http2-authority", "hidden.example")]
    assert one(Contact, folded(flow(names=names, marks={"decrypted"}))[0]).marks == ("decrypted", "fronting")


def test_requests_are_counted_with_the_connection_that_carried_them():
    events = flow(marks={"decrypted"}), message(10), message(20), message(30, host="b.example")
    carried, alone = of(Contact, folded(*events)[0])
    assert (carried.host, carried.connections, carried.requests, carried.up) == ("a.example", 1, 2, 100)
    assert (alone.host, alone.connections, alone.requests, alone.basis) == ("b.example", 0, 1, "url")


def test_look_ups_keep_their_chain_and_lend_it_to_connections():
    answers = [
        Answer(Where(at, ""), NOON, "10.0.0.2", "A.example", chain=(("a.edge.example", 60), ("e1.cdn.example", 20)),
               addresses=((address, 300),))
        for at, address in ((5, "192.0.2.1"), (7, "192.0.2.2"))
    ]  # fmt: skip
    facts, _ = folded(*answers, flow(9), flow(11, server="203.0.113.1"))
    found = one(Lookup, facts)
    assert (found.host, found.asked, found.ttl) == ("a.example", 2, 20)
    assert found.addresses == ("192.0.2.1", "192.0.2.2")
    chains = {item.address: item.chain for item in of(Contact, facts)}
    assert chains == {"192.0.2.1": ("a.edge.example", "e1.cdn.example"), "203.0.113.1": ()}


def test_of_a_name_that_leads_to_two_providers_each_address_has_its_own_chain():
    ways = (("a.edgekey.example", "192.0.2.1"), ("a.fast.example", "192.0.2.2"))
    answers = [
        Answer(Where(at, ""), NOON + at, "", "a.example", chain=((name, 60),), addresses=((address, 60),))
        for at, (name, address) in enumerate(ways)
    ]
    nothing = Answer(Where(8, ""), NOON + 8, "", "a.example")
    facts, _ = folded(*answers, nothing, flow(9), flow(11, server="192.0.2.2"), flow(12, server=""))
    chains = {item.address: item.chain for item in of(Contact, facts)}
    assert chains == {"192.0.2.1": ("a.edgekey.example",), "192.0.2.2": ("a.fast.example",), "": ()}
    assert [(item.chain, item.addresses, item.asked) for item in of(Lookup, facts)] == [
        (("a.edgekey.example",), ("192.0.2.1",), 2), (("a.fast.example",), ("192.0.2.2",), 1),
    ]  # fmt: skip


def test_disclosures_are_merged_by_what_went_where_and_how():
    events = [message(2), message(4), message(6, host="b.example"), message(8, app="org.other")]
    facts, _ = folded(*events, seeker=Finder(), form="har")
    assert sorted((item.host, item.app, item.count) for item in of(Disclosure, facts)) == [
        ("a.example", "", 2), ("a.example", "org.other", 1), ("b.example", "", 1),
    ]  # fmt: skip
    assert {item.address for item in of(Disclosure, facts)} == {"192.0.2.1"}


def test_what_the_seeker_could_not_decode_is_a_fact_and_a_limitation():
    facts, limits = folded(message(1), message(3), seeker=Finder(), form="har")
    found = one(Undecoded, facts)
    assert (found.why, found.messages, found.size) == ("opaque", 2, 20)
    assert [item.kind for item in limits] == ["capture/undecoded"]


def test_unread_places_are_listed_and_then_counted():
    events = [Unread("capture/damaged", "the length lies", Where(at, f"frame {at}"), records=2) for at in range(30)]
    facts, limits = folded(*events)
    assert one(Capture, facts).unread == 60
    assert len(limits) == fold.SINGLE + 1
    assert (limits[0].place.offset, limits[0].count, limits[-1].count) == (0, 2, 20)


@pytest.mark.parametrize(
    ("kind", "events", "attribute"),
    [
        (Contact, [flow(at, host=f"h{at}.example") for at in range(9)], "CONTACTS"),
        (Lookup, [Answer(Where(at, ""), -1, "", f"h{at}.example") for at in range(9)], "LOOKUPS"),
        (Disclosure, [message(2 * at, host=f"h{at}.example") for at in range(9)], "DISCLOSURES"),
        (Undecoded, [flow(at, host=f"h{at}.example") for at in range(9)], "UNDECODED"),
    ],
)
def test_more_than_is_listed_is_said_with_its_number(kind, events, attribute, monkeypatch):
    monkeypatch.setattr(fold, attribute, 4)
    facts, limits = folded(*events, seeker=Finder())
    assert len(of(kind, facts)) == 4
    [limit] = [item for item in limits if item.kind == "budget/captures"]
    assert "5 are in no fact" in limit.detail


@pytest.mark.parametrize(
    ("form", "times", "fault"),
    [
        ("pcap", [NOON, NOON + 300 * DAY], ""),
        ("pcap", [NOON, NOON + 2_200 * DAY], "span 2,200 days"),
        ("zeek-dns", [NOON, NOON + 2_200 * DAY], ""),
        ("pcap", [7, NOON], "1 cannot be right, the earliest of them before 1995"),
        ("har", [NOON, 1 << 62], "1 cannot be right, the earliest of them after 2099"),
        ("har", [-1, -1], ""),
    ],
)
def test_a_clock_that_cannot_be_right_is_said(form, times, fault):
    clock = Clock(form)
    for at in times:
        clock.see(at)
    assert (fault in clock.fault) if fault else not clock.fault
    assert (clock.span == ("", "")) == bool(fault or times[0] < 0)


def test_times_that_cannot_be_right_are_in_no_fact():
    facts, limits = folded(flow(begun=7, ended=9), flow(5, host="b.example"))
    marked = {item.host: (item.first, item.marks) for item in of(Contact, facts)}
    assert marked["a.example"] == ("", ("bad-clock",))
    assert marked["b.example"][0] == "2020-09-20T12:00:00.000000Z"
    assert one(Capture, facts).clock
    assert one(Capture, facts).first == ""
    assert "capture/bad-clock" in {item.kind for item in limits}
    jumped = folded(flow(), flow(5, host="b.example", begun=NOON + 900 * DAY, ended=-1))[0]
    assert {item.first for item in of(Contact, jumped)} == {""}
    assert {item.marks for item in of(Contact, jumped)} == {("bad-clock",)}


def test_instants_are_exact_to_the_microsecond():
    assert instant(NOON + 123_456) == "2020-09-20T12:00:00.123456Z"
    assert instant(-1) == instant(0) == instant(1 << 62) == ""


HOSTILE = st.text(st.characters(), max_size=400)


@settings(max_examples=25)
@given(HOSTILE, HOSTILE, HOSTILE, st.integers(-(1 << 63), 1 << 63))
def test_hostile_text_and_numbers_make_facts_that_json_can_hold(host, app, where, at):
    events = (
        Flow(Where(at, where), at, at, host, app, 1, host, app, where, 1, 1, [Named("log", host)], host, app, (where,)),
        Message(Where(-1, where), at, host, app, 0, host, where, app, host, sent=b"\xff", protocol=host),
        Answer(Where(3, where), at, host, host, app, ((host, at),), ((app, at),)),
        Unread("capture/damaged", host, Where(at, where), at),
    )
    facts, limits = folded(*events, seeker=Finder())
    again = msgspec.json.decode(msgspec.json.encode([facts, limits]))
    assert len(again[0]) == len(facts)
    assert all(len(fact.place.entry) < 4_000 for fact in facts)


def test_the_order_of_other_hosts_changes_no_fact():
    events = [flow(at, host=f"h{at % 7}.example", server=f"192.0.2.{at % 5}") for at in range(60)]
    facts, _ = folded(*events)
    assert facts == sorted(facts[:1], key=str) + sorted(
        facts[1:], key=lambda fact: (fact.place.offset, fact.place.entry, fact.id)
    )
    events = events[1::2] + events[::2]
    shuffled, _ = folded(*events)
    assert set(facts) == set(shuffled)
