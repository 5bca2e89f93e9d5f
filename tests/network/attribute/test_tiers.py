"""Which tier is shown, and what the next one takes: every tier from both sides of its boundary."""

from datetime import date, timedelta
from functools import cache

import pytest

from affidavit.model.network import Strength
from affidavit.network.attribute.tiers import served
from affidavit.network.snapshot.view import DATED, NO_COUNTRY
from tests.builders import networks_asked
from tests.builders.networks_asked import DAY, ask, met, values

HELD = date(2026, 6, 1)
"""Of the data of the tables."""
RANGE, NETWORK, NOTHING = "52.95.1.1", "43.156.1.1", "5.9.9.200"
"""Addresses in a range that a provider publishes; in a known network alone; in one of nobody known."""
KEY = ("a.example.edgekey.net",)
NAMED = "S1 takes a capture in which the name is asked for, or a connection is made under it"
CONNECTED = "S2 takes a connection under this name"
ANY = "S3 takes an operator: the address in a range that one publishes, or a DNS answer whose CNAME lies in its zone"
TENCENT = (
    "S3 takes a DNS answer whose CNAME lies in a zone of Tencent Cloud, or the address in a range that it publishes"
)
PROXIED = "S3 takes the address that the proxy connected to: the one in the capture is the proxy's"
NEARER = "S3 takes a list of the provider's ranges whose data lies nearer to the observation"
BOTH = "S4 takes bytes from the server, with a certificate or header of the provider"
RECORD = "S5 takes a record of the provider's own: contract, zone, session or bill"
ALONE = "S1 takes a name: an address alone, which many hosts may share, names none"


@pytest.fixture(autouse=True)
def tables(monkeypatch):
    monkeypatch.setattr(networks_asked, "shelf", cache(networks_asked.shelf))


@pytest.mark.parametrize(
    ("host", "address", "seen", "tier", "missing"),
    [
        # nothing was seen of it
        ("a.example", "", {}, "S0", NAMED),
        ("a.example", RANGE, {}, "S0", NAMED),
        ("a.example", RANGE, {"received": 9, "headers": ("server: AkamaiGHost",)}, "S0", NAMED),
        # it was asked for
        ("a.example", "", {"looked_up": True}, "S1", CONNECTED),
        ("a.example", RANGE, {"looked_up": True, "chain": KEY}, "S1", CONNECTED),
        # connected: to whom, nobody knows
        ("a.example", "", {"contacted": True}, "S2", ANY),
        ("a.example", NOTHING, {"contacted": True, "looked_up": True}, "S2", ANY),
        ("a.example", NETWORK, {"contacted": True}, "S2", TENCENT),
        ("a.example", NETWORK, {"contacted": True, "received": 9, "certificates": ("x.myqcloud.com",)}, "S2", TENCENT),
        # by a range, or by a name
        ("a.example", RANGE, {"contacted": True}, "S3", BOTH),
        ("a.example", "", {"contacted": True, "chain": KEY}, "S3", BOTH),
        ("x.edgekey.net", "", {"contacted": True}, "S3", BOTH),
        # with an answer: of that provider, and with bytes
        ("x.edgekey.net", "", {"contacted": True, "received": 1}, "S3", BOTH),
        ("x.edgekey.net", "", {"contacted": True, "certificates": ("a.akamaiedge.net",)}, "S3", BOTH),
        ("x.edgekey.net", "", {"contacted": True, "received": 1, "certificates": ("d.cloudfront.net",)}, "S3", BOTH),
        ("x.edgekey.net", "", {"contacted": True, "received": 1, "certificates": ("a.akamaiedge.net",)}, "S4", RECORD),
        ("x.edgekey.net", "", {"contacted": True, "received": 1, "certificates": ("*.akamaiedge.net",)}, "S4", RECORD),
        ("x.edgekey.net", "", {"contacted": True, "received": 1, "headers": ("server: AkamaiGHost",)}, "S4", RECORD),
        ("a.example", RANGE, {"contacted": True, "received": 1, "headers": ("x-amzn-requestid: 1",)}, "S4", RECORD),
        ("a.example", RANGE, {"contacted": True, "received": 1, "headers": ("cf-ray: 1",)}, "S3", BOTH),
        # only a record of the provider's own says more
        ("a.example", "", {"record": "a contract"}, "S5", ""),
        # an address names no host, whatever came from it
        (RANGE, RANGE, {"contacted": True, "received": 1, "headers": ("x-amzn-requestid: 1",)}, "S0", ALONE),
        ("", RANGE, {"contacted": True}, "S0", ALONE),
        ("", "", {"contacted": True}, "S0", "S1 takes a host name or an address: this is neither"),
    ],
)  # fmt: skip
def test_tiers(host, address, seen, tier, missing):
    answer = ask(host, address, day=DAY, **seen)
    assert (str(answer.strength), answer.missing) == (tier, missing)
    assert answer.served == (tier in {"S3", "S4", "S5"})


@pytest.mark.parametrize(
    ("mark", "tier", "missing"),
    [
        ("decrypted", "S4", RECORD),
        ("bad-clock", "S4", RECORD),
        ("ech", "S4", RECORD),
        ("one-sided", "S3", BOTH),
        ("proxied", "S2", PROXIED),
        ("stale-answer", "S1", CONNECTED),
    ],
)
def test_what_marks_of_a_connection_take_away(mark, tier, missing):
    seen = {"chain": KEY, "received": 9, "headers": ("server: AkamaiGHost",), "marks": frozenset({mark})}
    answer = met("a.example", NOTHING, **seen)
    assert (str(answer.strength), answer.missing) == (tier, missing)


@pytest.mark.parametrize(
    ("days", "tier", "missing"),
    [
        (0, "S3", BOTH),
        (NO_COUNTRY, "S3", BOTH),
        (NO_COUNTRY + 1, "S2", NEARER),
        (-NO_COUNTRY, "S3", BOTH),
        (-NO_COUNTRY - 1, "S2", NEARER),
    ],
)
def test_a_published_range_shows_nothing_more_than_two_years_away(days, tier, missing):
    answer = met("a.example", RANGE, HELD + timedelta(days))
    assert (str(answer.strength), answer.missing, answer.operator) == (tier, missing, "amazon")


@pytest.mark.parametrize("days", [DATED, DATED + 1, NO_COUNTRY + 1])
def test_a_name_in_a_zone_does_not_age(days):
    assert met("a.example", RANGE, HELD + timedelta(days), chain=("x.s3.amazonaws.com",)).strength is Strength.S3


def test_a_range_of_one_provider_and_a_name_of_another_are_served_by_the_range():
    answer = met("a.example", RANGE, chain=KEY, received=1, headers=("server: AkamaiGHost",))
    assert (answer.operator, answer.strength) == ("amazon", Strength.S3)
    whys = {item.kind: item.why_not for item in answer.claims if item.about == "operator"}
    better = "a published range tells it better"
    assert whys == {"prefix": "", "network": "", "zone": better, "header": better}


@pytest.mark.parametrize(
    ("host", "address", "seen", "told"),
    [
        ("a.example", RANGE, {}, [("amazon", "network"), ("amazon", "prefix")]),
        ("x.edgekey.net", "", {}, [("akamai", "zone")]),
        ("a.example", "", {"certificates": ("a.akamaiedge.net",)}, [("akamai", "certificate")]),
        ("a.example", "", {"headers": ("cf-ray: 1",)}, [("cloudflare", "header")]),
        ("a.example", NETWORK, {}, [("tencent-cloud", "network")]),
        ("a.example", NOTHING, {}, []),
        ("a.example", "5.9.9.1", {}, [("smallhost", "prefix")]),
    ],
)
def test_ways_in_which_an_operator_is_told(host, address, seen, told):
    answer = met(host, address, **seen)
    claims = [(item.value, item.kind) for item in answer.claims if item.about == "operator" and item.counts]
    assert claims == told
    assert answer.operator == (told[0][0] if told else "")


def test_certificates_that_steer_or_are_no_names_tell_nobody():
    for name in ("x.akadns.net", "*", "", "5.9.9.9", "akamaiedge.net", "edgekey.net.evil.example"):
        assert values(met("a.example", NOTHING, certificates=(name,)), "operator") == []


def test_served_is_said_from_the_third_tier_on():
    assert [tier for tier in Strength if served(tier)] == [Strength.S3, Strength.S4, Strength.S5]


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.1.1", "127.0.0.1", "224.0.0.251", "fe80::1", "ff02::fb"])
def test_an_address_that_is_not_of_the_public_internet_is_nobodys_machine(address):
    answer = met("b.s3.eu-west-1.amazonaws.com", address, received=1, headers=("x-amz-cf-id: 1",))
    assert (answer.strength, answer.served, answer.place) == (Strength.S2, False, "")
    assert answer.why_no_place == "the address is not of the public Internet"
    assert "machines of others stand behind this one" in answer.missing


def test_of_what_kind_the_service_is_is_said_of_whoever_runs_the_machines():
    answer = met("a.example", "5.9.9.1", chain=("a.example.edgekey.net",))
    assert (answer.operator, answer.service) == ("smallhost", "unknown")
    others = [(item.value, item.counts) for item in answer.claims if item.about == "service"]
    assert others == [("cdn", False)]


@pytest.mark.parametrize("line", ["x-amz-request-id: 1", "x-reqid: 1"])
def test_a_header_that_anybodys_machines_send_tells_no_provider(line):
    answer = met("a.example", NETWORK, received=1, headers=(line,))
    assert answer.operator == "tencent-cloud"


def test_a_range_of_no_known_day_shows_no_service_and_a_name_does():
    answer = met("a.example", RANGE, None, marks=frozenset({"bad-clock"}), received=1)
    assert (answer.strength, answer.served) == (Strength.S2, False)
    assert answer.missing == "S3 takes a time of the connection, as of which a list of the provider's ranges holds"
    assert met("a.example", RANGE, None, chain=("d1.cloudfront.net",)).served


def test_headers_of_several_providers_tell_none_unless_something_else_does():
    headers = ("cf-ray: 1", "x-amz-cf-id: 2")
    alone = met("a.example", NETWORK, headers=headers)
    assert alone.operator == "tencent-cloud"
    whys = {item.value: item.why_not for item in alone.claims if item.kind == "header"}
    assert set(whys) == {"amazon", "cloudflare"}
    assert all("several providers" in why for why in whys.values())
    assert met("a.example", NOTHING, headers=headers).operator == ""
    told = met("a.example", RANGE, headers=headers, received=1)
    assert (told.operator, told.strength) == ("amazon", Strength.S4)


def test_an_address_that_many_places_announce_is_in_none_whoever_the_operator_is():
    answer = met("a.example", "104.16.1.1", chain=("a.example.edgekey.net",))
    assert (answer.operator, answer.place) == ("akamai", "")
    assert answer.why_no_place == "AS13335 announces its addresses from many places (anycast)"
