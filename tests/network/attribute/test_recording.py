"""From facts of code and captures to the bundle's member: each host once, with all that was seen of it."""

from hashlib import sha256

import msgspec
import pytest

from affidavit.model.capture import Contact, Disclosure, Lookup, Named
from affidavit.model.endpoint import Endpoint
from affidavit.model.fact import Fact
from affidavit.model.flow import Flow
from affidavit.model.network import NetworkRecord, Strength
from affidavit.model.place import Place
from affidavit.network.attribute.gathering import ADDRESSES, FACTS, gathered, target_host
from affidavit.network.attribute.places import CLOCK
from affidavit.network.attribute.recording import NOWHERE, SEVERAL, record
from tests.builders.networks_asked import shelf

AT = Place("capture/ab!/frame 1", 1)
TIME = "2026-06-09T10:00:00.000000Z"


def facts(*subjects):
    return [Fact(f"f{number:016x}", what, AT, "test/1") for number, what in enumerate(subjects)]


def declared(host, form="host", role="endpoint"):
    return Endpoint(form, host, host, role, "code")


def contact(host, address, **more):
    more.setdefault("first", TIME)
    return Contact(host, "tls-sni", address, 443, "tcp", "tls", **more)


def disclosed(host, address="", method="known-value", **more):
    return Disclosure(host, "location", "latitude", method, ("query",), "ab" * 32, "52.…", address, **more)


def flow(value, verdict="proved"):
    return Flow("s", "location", "a", "k", "network", "b", AT, verdict, "why", (), value=value)


def rows(*subjects, tables=None):
    return {(item.host, item.address): item for item in record(facts(*subjects), tables).endpoints}


def test_declared_observed_and_both():
    found = rows(
        declared("www.tiktok.com"),
        declared("api.example"),
        contact("www.tiktok.com", "5.9.9.9"),
        contact("cdn.example", "5.9.9.8"),
    )
    assert {host: item.seen for (host, _), item in found.items()} == {
        "www.tiktok.com": "both", "api.example": "declared", "cdn.example": "observed",
    }  # fmt: skip
    assert found["www.tiktok.com", "5.9.9.9"].facts == ("f0000000000000000", "f0000000000000002")
    assert found["api.example", ""].asked_on == ""
    assert found["cdn.example", "5.9.9.8"].asked_on == "2026-06-09"


@pytest.mark.parametrize(
    "subject",
    [declared("w3.org", role="schema"), declared("a@b.example", form="email"), declared("x.example", "deep-link-host")],
)
def test_what_the_app_does_not_talk_to_is_no_endpoint(subject):
    assert rows(subject) == {}


def test_an_address_in_code_and_in_traffic_is_one_endpoint():
    found = rows(
        declared("5.9.9.9", "ip"),
        contact("5.9.9.9", "5.9.9.9", marks=("ip-literal",)),
        contact("", "5.9.9.8"),
        declared("5.9.9.8", "ip"),
    )
    assert {key: item.seen for key, item in found.items()} == {("5.9.9.9", "5.9.9.9"): "both", ("", "5.9.9.8"): "both"}
    assert all(item.strength is Strength.S0 for item in found.values())


def test_contacts_of_one_host_at_one_address_are_one_endpoint():
    found = rows(
        contact("a.example", "5.9.9.9", down=0, first="2026-06-10T00:00:00.000000Z", marks=("proxied", "decrypted")),
        contact("a.example", "5.9.9.9", down=5, marks=("decrypted",)),
        contact("a.example", "5.9.9.8"),
    )
    assert set(found) == {("a.example", "5.9.9.8"), ("a.example", "5.9.9.9")}
    assert found["a.example", "5.9.9.9"].asked_on == "2026-06-09"
    (asked,) = [
        item
        for item in gathered(
            facts(contact("a.example", "5.9.9.9", marks=("proxied",)), contact("a.example", "5.9.9.9", down=5))
        )
        if item.address
    ]
    assert (asked.marks, asked.received) == (frozenset(), 5)


def test_names_that_dns_gave_show_who_serves_a_connection():
    asked = Lookup(
        "vcs.tiktokv.com",
        chain=("vcs.tiktokv.com.edgekey.net", "e1.akamaiedge.net"),
        addresses=("92.122.95.99",),
        first=TIME,
    )
    found = rows(asked, contact("vcs.tiktokv.com", "92.122.95.99"), contact("vcs.tiktokv.com", "5.9.9.9"))
    served = found["vcs.tiktokv.com", "92.122.95.99"]
    assert (served.operator, served.strength, served.served) == ("akamai", Strength.S3, True)
    assert found["vcs.tiktokv.com", "5.9.9.9"].strength is Strength.S2


def test_a_name_that_was_only_asked_for_has_its_addresses_and_no_more():
    many = tuple(f"5.9.9.{number}" for number in range(20))
    found = rows(Lookup("a.example", addresses=many, first=TIME), Lookup("b.example"))
    assert len(found) == ADDRESSES + 1
    assert {item.strength for item in found.values()} == {Strength.S1}


@pytest.mark.parametrize("first", ["", "1970-01-01T00:00:07.000000Z"])
def test_a_bad_clock_gives_no_day(first):
    (item,) = rows(contact("a.example", "43.156.1.1", first=first, marks=("bad-clock",)), tables=shelf()).values()
    assert (item.asked_on, item.place) == ("", "")
    (asked,) = rows(Lookup("a.example", addresses=("43.156.1.1",)), tables=shelf()).values()
    assert (asked.place, asked.why_no_place) == ("", CLOCK)


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("https://A.example/v1", "a.example"),
        ("https://a.example", "a.example"),
        ("http://a.example:8080/?q", "a.example"),
        ("https://a.example/{preference 'x'}", "a.example"),
        ("https://u:p@a.example/", "a.example"),
        ("https://[2606:4700::1]/", "2606:4700::1"),
        ("https://a.example{preference 'x'}/", ""),
        ("https://{preference 'server'}/v1", ""),
        ("https://a.{x}.example/", ""),
        ("{https://a.example/|https://b.example/}", ""),
        ("a.example", ""),
        ("", ""),
        ("https:///x", ""),
        ("https://a.example@evil.example/", "evil.example"),
        ("https://a.example#@evil.example/", "a.example"),
    ],
)
def test_the_host_of_a_target_is_named_whole_or_not_at_all(value, host):
    assert target_host(value) == host


def test_recipients_of_captures_and_of_code():
    made = record(
        facts(
            disclosed("log.tiktokv.com", "5.9.9.9", count=3),
            disclosed("log.tiktokv.com", "5.9.9.9", "key"),
            disclosed("x.example", method="pattern"),
            disclosed("y.example", sent=False),
            contact("log.tiktokv.com", "5.9.9.9"),
            flow("https://log.tiktokv.com/x"),
            flow("https://log.tiktokv.com/y", "undecided"),
            flow("https://unlisted.example/"),
            flow("https://{device}/"),
        ),
        shelf(),
    )
    found = {(item.host, item.grade): item for item in made.recipients}
    assert set(found) == {("log.tiktokv.com", "observed"), ("log.tiktokv.com", "flows"), ("unlisted.example", "flows")}
    seen = found["log.tiktokv.com", "observed"]
    assert (seen.owner, seen.count, seen.methods, seen.place) == ("tiktok", 4, ("key", "known-value"), "CH")
    assert seen.facts == ("f0000000000000000", "f0000000000000001")
    assert (found["log.tiktokv.com", "flows"].count, found["log.tiktokv.com", "flows"].methods) == (
        2,
        ("proved", "undecided"),
    )
    assert found["unlisted.example", "flows"].why_no_place == "no address was seen, and the name tells no region"


def test_a_recipient_at_addresses_in_two_countries_has_no_one_place():
    both = [contact("a.example", "5.9.9.9"), contact("a.example", "43.156.1.1")]
    (apart,) = record(facts(disclosed("a.example"), *both), shelf()).recipients
    assert (apart.place, apart.why_no_place, apart.operator) == ("", SEVERAL, "")
    (one,) = record(facts(disclosed("a.example", "43.156.1.1"), *both), shelf()).recipients
    assert (one.place, one.operator, one.seat) == ("SG", "tencent-cloud", "CN")
    assert NOWHERE != SEVERAL


def test_the_order_of_facts_changes_nothing():
    given = facts(
        declared("www.tiktok.com"),
        contact("www.tiktok.com", "43.156.1.1", chain=("a.edgekey.net",)),
        contact("b.example", "5.9.9.9"),
        Lookup("www.tiktok.com", addresses=("43.156.1.1",), chain=("a.edgekey.net",)),
        disclosed("b.example", "5.9.9.9"),
    )
    made = [
        msgspec.json.encode(
            record(sorted(given, key=lambda fact: sha256(f"{seed} {fact.id}".encode()).digest()), shelf())
        )
        for seed in range(4)
    ]
    assert len(set(made)) == 1


def test_facts_are_bounded_and_entities_named():
    made = record(
        facts(*(contact("www.tiktok.com", "43.156.1.1", names=(Named("tls-sni", str(n)),)) for n in range(30))),
        shelf(),
        {"capture/damaged"},
    )
    (item,) = made.endpoints
    assert len(item.facts) == FACTS
    assert dict(made.entities)["tencent-cloud"] == "Tencent Cloud"
    assert {"tiktok", "tencent-cloud", "tencent"} <= set(dict(made.entities))
    assert made.limitations == ("capture/damaged",)
    assert made.searched.startswith(
        "0 endpoints named in code and 1 endpoint in captures were compared with 7 tables of networks"
    )


def test_an_app_without_endpoints():
    assert record([], None) == NetworkRecord(
        searched="0 endpoints named in code and no capture were compared with no table of networks and the lists of "
        "owners, zones and AS numbers."
    )


def test_thousands_of_hosts_are_answered_in_one_go():
    made = record(facts(*(declared(f"h{number}.tiktok.com") for number in range(3_000))), shelf())
    assert len(made.endpoints) == 3_000
    assert {item.owner for item in made.endpoints} == {"tiktok"}


def test_where_data_went_behind_another_name_at_no_known_time_no_table_says_a_country():
    """The hello named one host and the request another: only what was sent names the second."""
    found = rows(contact("front.example", "43.156.1.1"), disclosed("b.example", "43.156.1.1"), tables=shelf())
    assert found["front.example", "43.156.1.1"].place == "SG"
    hidden = found["b.example", "43.156.1.1"]
    assert (hidden.seen, hidden.place, hidden.why_no_place) == ("observed", "", CLOCK)
