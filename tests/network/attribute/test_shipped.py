"""The tables and the knowledge that come along agree with each other, and answer what research measured."""

from datetime import date
from functools import cache

import pytest

from affidavit.network.attribute.asked import Asked
from affidavit.network.attribute.attribution import attribute
from affidavit.network.attribute.knowledge import known
from affidavit.network.attribute.owners import longest
from affidavit.network.snapshot.view import shelf, shipped

DAY = date(2026, 6, 20)


@cache
def tables():
    return shelf([path] if (path := shipped()) else [])


def ask(host, address, day=DAY):
    return attribute([Asked(host, address, day=day, contacted=True, seen="observed")], tables()).hosts[0]


def test_a_flow_of_tiktok_in_2021_is_one_of_akamai_and_in_no_one_country():
    answer = ask("vcs-va.tiktokv.com", "92.122.95.99", date(2021, 6, 9))
    votes = {(item.kind, item.value, item.counts) for item in answer.claims if item.about == "country"}
    assert votes == {("geo", "EU", False), ("registration", "NL", False)}
    assert (answer.owner, answer.operator, answer.place, str(answer.strength)) == ("tiktok", "akamai", "", "S2")


@pytest.mark.parametrize(
    ("address", "operator", "seat", "place"),
    [
        ("43.156.1.1", "tencent-cloud", "CN", "SG"),
        ("104.16.1.1", "cloudflare", "US", ""),
        ("151.101.1.1", "fastly", "US", ""),
    ],
)
def test_addresses_of_providers(address, operator, seat, place):
    answer = ask("a.example", address)
    assert (answer.operator, answer.seat, answer.place) == (operator, seat, place)


@pytest.mark.parametrize(
    ("address", "operator", "service", "place", "why"),
    [
        ("3.5.140.1", "amazon", "cloud", "KR", ""),
        ("34.64.40.1", "google", "cloud", "KR", ""),
        ("13.32.1.1", "amazon", "cdn", "", "13.32.0.0/15 is announced from many places (anycast)"),
        ("104.16.1.1", "cloudflare", "cdn", "", "104.16.0.0/13 is announced from many places (anycast)"),
    ],
)
def test_a_range_that_a_provider_publishes_shows_who_serves(address, operator, service, place, why):
    answer = ask("a.example", address, date(2026, 10, 20))
    assert (answer.operator, answer.service, answer.place, answer.why_no_place) == (operator, service, place, why)
    assert (str(answer.strength), answer.served) == ("S3", True)
    old = ask("a.example", address, date(2023, 10, 20))
    assert (old.operator, old.place, str(old.strength), old.served) == (operator, "", "S2", False)


def test_no_name_that_is_listed_is_a_suffix_of_registries():
    view = tables().as_of(None)
    listed = [*known().names, *known().zones]
    assert [name for name in listed if not view.public_suffix(name).registrable_icann] == []


def test_a_zone_under_contract_is_nobodys_listed_domain_below():
    """A domain that is listed below a zone names the customer; above one it would hide the provider."""
    above = {zone: found[0] for zone in known().zones if (found := longest(known().names, zone))}
    owners = {zone: (known().zones[zone].entity, known().names[name].entity) for zone, name in above.items()}
    groups = {entity: {entity, *known().held_by(entity, "")} for pair in owners.values() for entity in pair}
    assert {zone: pair for zone, pair in owners.items() if not groups[pair[0]] & groups[pair[1]]} == {}


def test_every_seat_that_operators_lead_to_is_known():
    for entity in known().entities:
        last = [entity, *known().held_by(entity, "2026-06-20")][-1]
        assert known().entities[last].seat, entity
