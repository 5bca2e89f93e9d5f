"""The tables and the knowledge that come along agree with each other, and answer what research measured."""

from datetime import date
from functools import cache

import pytest

from affidavit.evidence.networks import with_shipped
from affidavit.network.attribute.asked import Asked
from affidavit.network.attribute.attribution import attribute
from affidavit.network.attribute.knowledge import known
from affidavit.network.attribute.owners import longest
from affidavit.network.snapshot.view import shelf

DAY = date(2026, 6, 20)


@cache
def tables():
    return shelf(with_shipped(()))


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


@pytest.mark.parametrize(
    ("address", "who", "place", "tier"),
    [
        # listed groups' own networks, and the clouds that they sell to anybody
        ("71.18.1.1", ("bytedance", "hosting", "bytedance", "CN"), "US", "S2"),
        ("130.44.212.1", ("bytedance", "hosting", "bytedance", "CN"), "US", "S2"),
        ("103.136.220.1", ("tiktok", "hosting", "bytedance", "CN"), "SG", "S2"),
        ("119.28.1.1", ("tencent-cloud", "cloud", "tencent", "CN"), "HK", "S2"),
        ("129.226.1.1", ("tencent-cloud", "cloud", "tencent", "CN"), "SG", "S2"),
        ("1.12.13.12", ("tencent-cloud", "cloud", "tencent", "CN"), "CN", "S2"),
        ("2400:3200:3::1", ("alibaba-cloud", "cloud", "alibaba", "CN"), "CN", "S2"),
        # providers that publish their ranges with regions
        ("52.1.1.1", ("amazon", "cloud", "amazon", "US"), "US", "S3"),
        ("46.137.1.1", ("amazon", "cloud", "amazon", "US"), "IE", "S3"),
        ("20.50.1.1", ("microsoft", "cloud", "microsoft", "US"), "NL", "S3"),
        ("159.65.1.1", ("digitalocean", "cloud", "digitalocean", "US"), "SG", "S3"),
        ("2606:4700::1", ("cloudflare", "cdn", "cloudflare", "US"), "", "S3"),
        # networks that tell an operator and no more
        ("5.9.1.1", ("hetzner", "hosting", "hetzner", "DE"), "DE", "S2"),
        ("51.68.1.1", ("ovh", "hosting", "ovh", "FR"), "FR", "S2"),
        ("139.162.1.1", ("linode", "cloud", "akamai", "US"), "SG", "S2"),
        ("87.240.128.1", ("vk", "unknown", "vk", "RU"), "RU", "S2"),
        ("140.82.112.1", ("github", "hosting", "microsoft", "US"), "US", "S2"),
        ("17.1.1.1", ("apple", "unknown", "apple", "US"), "US", "S2"),
        # carriers, in whose networks machines of others stand
        ("61.135.1.1", ("", "unknown", "", ""), "CN", "S2"),
        ("116.31.1.1", ("", "unknown", "", ""), "CN", "S2"),
        ("4.2.3.2", ("", "unknown", "", ""), "US", "S2"),
    ],
)
def test_who_runs_an_address_where_it_stands_and_who_can_reach_it(address, who, place, tier):
    answer = ask("a.example", address)
    assert (answer.operator, answer.service, answer.parent, answer.seat) == who
    assert (answer.place, str(answer.strength)) == (place, tier)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("9.9.9.9", "9.9.9.0/24 is announced from many places (anycast)"),
        ("208.67.216.1", "AS36692 announces its addresses from many places (anycast)"),
        ("94.140.14.14", "94.140.14.0/24 is announced from many places (anycast)"),
        ("45.60.1.1", "AS19551 announces its addresses from many places (anycast)"),
        ("199.232.1.1", "AS54113 announces its addresses from many places (anycast)"),
        ("35.190.1.1", "the provider publishes 35.190.0.0/18 for every region (global)"),
        ("2.16.1.1", "EU is not one country"),
        ("8.9.1.1", "joins blocks of several registries or holders, so that it says no more than registries do"),
        ("132.226.1.1", "sources disagree: US (by feeds of places, 132.226.0.0/16); JP (by the provider's region"),
        ("1.1.1.1", "1.1.1.0/24 is announced from many places (anycast)"),
        ("8.8.8.8", "8.8.8.0/24 is announced from many places (anycast)"),
        ("2001:4860:4860::8844", "2001:4860:4860::/48 is announced from many places (anycast)"),
        ("77.88.8.1", "77.88.8.0/24 is announced from many places (anycast)"),
        ("2a02:6b8:0:1::feed:ff", "2a02:6b8:0:1::feed:0/112 is announced from many places (anycast)"),
        ("4.2.2.2", "4.2.2.0/29 is announced from many places (anycast)"),
        ("223.5.5.5", "223.5.5.0/24 is announced from many places (anycast)"),
        ("224.0.0.251", "the address is not of the public Internet"),
        ("ff02::fb", "the address is not of the public Internet"),
        ("10.9.8.7", "the address is not of the public Internet"),
        ("100.64.0.1", "the address is not of the public Internet"),
        ("169.254.1.1", "the address is not of the public Internet"),
        ("::1", "the address is not of the public Internet"),
        ("fd00::1", "the address is not of the public Internet"),
        ("2001:db8::1", "the address is not of the public Internet"),
        ("", "no address was seen, and the name tells no region"),
    ],
)
def test_why_an_address_has_no_place(address, why):
    answer = ask("a.example", address)
    assert (answer.place, why in answer.why_no_place) == ("", True), answer.why_no_place


@pytest.mark.parametrize("address", ["::ffff:5.9.1.1", "64:ff9b::509:101", "64:ff9b::5.9.1.1", "[::ffff:5.9.1.1]"])
def test_an_address_that_carries_one_of_version_4_is_that_one(address):
    assert (ask("a.example", address).operator, ask("a.example", address).place) == ("hetzner", "DE")


@pytest.mark.parametrize("day", [date(2021, 6, 9), date(2024, 6, 24), date(2028, 6, 27), date(2035, 1, 1)])
def test_two_years_from_the_data_no_address_has_a_place(day):
    answer = ask("a.example", "5.9.1.1", day)
    assert (answer.operator, answer.place) == ("hetzner", "")
    assert "730 days" in answer.why_no_place


@pytest.mark.parametrize("day", [date(2024, 6, 25), date(2026, 6, 25), date(2028, 6, 24)])
def test_up_to_two_years_from_the_data_it_has_one(day):
    answer = ask("a.example", "5.9.1.1", day)
    assert answer.place == "DE"
    (gap,) = {item.gap for item in answer.claims if item.kind == "geo"}
    assert gap == (day - date(2026, 6, 25)).days


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


def test_every_region_that_tables_name_is_in_a_country_but_for_a_few_whose_place_nobody_has_told():
    view, unknown = tables().as_of(None), set()
    for table in (table for table in view.tables if table.said.source.table == "prefix"):
        for hit in map(table.hit, range(table.rows)):
            provider = known().providers[hit.value]
            listed = known().regions.get(provider.regions)
            told = {*listed.codes, *listed.anycast} if listed else set()
            unknown |= {word for word in hit.region.split() if word not in told and not view.region(hit.value, word)}
    assert unknown == {"me-west-1", "sa-west-1", "northeurope2", "asia-southeast3", "europe-west15"}


@pytest.mark.parametrize(
    ("address", "place"), [("4.182.0.9", "DE"), ("4.177.0.9", "NO"), ("4.163.0.5", "CH"), ("4.176.0.1", "FR")]
)
def test_regions_of_azure_are_known_by_the_words_of_its_own_list(address, place):
    votes = [item.value for item in ask("a.example", address).claims if item.kind == "region" and item.counts]
    assert votes == [place]
