"""Who serves a host: what the traps of the field must not make us say, and what real cases must."""

from datetime import date
from functools import cache

import pytest

from affidavit.model.network import Strength
from affidavit.network.attribute import places
from affidavit.network.attribute.asked import Asked
from affidavit.network.attribute.attribution import attribute
from affidavit.network.attribute.places import CLOCK, PROXY
from affidavit.network.snapshot.view import Shelf
from tests.builders import networks_asked
from tests.builders.networks_asked import DAY, ask, met, part, snapshot, values


@pytest.fixture(autouse=True)
def tables(monkeypatch):
    monkeypatch.setattr(networks_asked, "shelf", cache(networks_asked.shelf))


def test_a_cache_of_akamai_serves_tiktok_and_stands_in_no_one_country():
    answer = met("vcs-va.tiktokv.com", "92.122.95.99", date(2021, 6, 9))
    assert (answer.owner, answer.operator, answer.parent, answer.seat) == ("tiktok", "akamai", "akamai", "US")
    assert (answer.service, answer.place) == ("cdn", "")
    assert "EU is not one country" in answer.why_no_place
    assert values(answer, "network") == ["AS20940"]
    assert {item.gap for item in answer.claims if item.about == "network"} == {-1818}
    assert answer.strength is Strength.S2
    assert not answer.served
    assert "publishes no full list" in answer.missing
    assert answer.asked_on == "2021-06-09"


def test_the_same_with_the_names_that_dns_gave_is_served_from_akamai():
    chain = ("vcs-va.tiktokv.com.edgekey.net", "e123.a.akamaiedge.net")
    answer = met("vcs-va.tiktokv.com", "92.122.95.99", chain=chain)
    assert (answer.strength, answer.served, answer.customer) == (Strength.S3, True, "tiktok")
    both = met("vcs-va.tiktokv.com", "92.122.95.99", chain=chain, received=1, certificates=("a248.e.akamai.net",))
    assert both.strength is Strength.S4
    assert "record of the provider" in both.missing
    one_sided = frozenset({"one-sided"})
    assert (
        met("vcs-va.tiktokv.com", chain=chain, received=1, certificates=("a.akamai.net",), marks=one_sided).strength
        is Strength.S3
    )


@pytest.mark.parametrize(
    ("host", "customer"),
    [
        ("tiktokcdn.com.akamaized.net", "tiktok"),
        ("p16.tiktokcdn.com.akamaized.net", "tiktok"),
        ("p16-tiktokcdn-com.akamaized.net", "tiktok"),
        ("v19-tiktokcdn-com.akamaized.net.", "tiktok"),
        ("VCS-VA.TikTokV.com.EdgeKey.net", "tiktok"),
        ("bytedance.map.fastly.net", "bytedance"),
        ("tiktokcdn.com.wsdvs.com", "tiktok"),
        ("com.akamaized.net", ""),
        ("nottiktokcdn.com.akamaized.net", ""),
        ("tiktokcdn.com.e123.akamaiedge.net", ""),
    ],
)
def test_a_label_in_a_providers_name_names_its_customer(host, customer):
    answer = ask(host)
    assert answer.customer == customer
    assert answer.owner in {"akamai", "fastly", "wangsu"}
    assert answer.owner == answer.operator


def test_what_anybody_may_call_a_bucket_names_nobody():
    answer = ask("tiktok.com.s3.eu-west-1.amazonaws.com")
    assert (answer.owner, answer.customer) == ("amazon", "")
    (claim,) = [item for item in answer.claims if item.about == "customer"]
    assert (claim.value, claim.counts) == ("tiktok", False)
    assert "choose this name" in claim.why_not


@pytest.mark.parametrize(
    "host",
    [
        "tiktokcdn.com.evil.example",
        "tiktok.com-login.evil.example",
        "xtiktok.com",
        "tiktok.com.co.uk",
        "t\u0456ktok.com",
    ],
)
def test_a_look_alike_is_nobody_known(host):
    answer = ask(host)
    assert (answer.owner, answer.customer) == ("", "")
    assert not values(answer, "owner")
    assert not values(answer, "customer")


def test_a_look_alike_is_whoevers_that_registered_it():
    assert values(ask("tiktokcdn.com.evil.example"), "registered-name") == ["evil.example"]
    assert values(ask("github.io"), "registered-name") == []


def test_names_below_a_private_suffix_are_given_to_others():
    answer = ask("stolen.shop.example")
    assert answer.owner == "shop"
    (claim,) = [item for item in answer.claims if item.about == "customer"]
    assert (claim.value, claim.by, claim.counts) == ("", "shop.example", False)
    assert "given to others" in claim.why_not
    assert not values(ask("shop.example"), "customer")
    assert (ask("evil.github.io").owner, ask("evil.github.io").customer) == ("github", "")


@pytest.mark.parametrize(
    "host", ["92.122.95.99", "[2606:4700::1]", "2606:4700::1", "0x5c.0x7a.1", "1550475107", "221.167"]
)
def test_an_address_has_no_owner_and_no_suffix(host):
    answer = met(host)
    assert (answer.owner, answer.customer) == ("", "")
    assert not values(answer, "registered-name")
    assert answer.strength is Strength.S0


def test_an_address_alone_names_no_host_whoever_shares_it():
    answer = met("", "92.122.95.99", received=9, certificates=("a248.e.akamai.net",))
    assert (answer.host, answer.owner, answer.operator) == ("", "", "akamai")
    assert (answer.strength, answer.served) == (Strength.S0, False)
    assert "many hosts may share" in answer.missing


def test_an_address_of_tencents_cloud_is_not_wechat():
    answer = met("game.example", "43.156.1.1")
    assert (answer.owner, answer.operator, answer.parent, answer.seat) == ("", "tencent-cloud", "tencent", "CN")
    assert (answer.service, answer.place) == ("cloud", "SG")


def test_pangle_in_another_app_is_a_service_of_a_third_party():
    answer = met("api.pangolin-sdk-toutiao.com")
    assert (answer.owner, values(answer, "use")) == ("pangle", ["third-party"])
    assert ask("is.snssdk.com").owner == "bytedance"
    assert ask("pangolin.snssdk.com").owner == "pangle"


@pytest.mark.parametrize(
    ("host", "address", "why"),
    [
        ("a.example", "104.16.1.1", "AS13335 announces"),
        ("d111.cloudfront.net", "52.95.9.9", "names in cloudfront.net lead"),
        ("a.example", "52.95.3.3", "52.95.3.0/24 is announced from many places"),
    ],
)
def test_anycast_has_no_place(host, address, why):
    answer = met(host, address)
    assert answer.place == ""
    assert why in answer.why_no_place
    assert not values(answer, "country", counts=True)


def test_a_region_of_the_provider_goes_with_feeds_or_against_them():
    agreed = met("a.example", "52.95.1.1")
    assert (agreed.place, agreed.strength) == ("IE", Strength.S3)
    disagreed = met("a.example", "52.95.2.1")
    assert disagreed.place == ""
    assert disagreed.why_no_place == (
        "sources disagree: IE (by feeds of places, 52.95.0.0/16); "
        "US (by the provider's region, 52.95.2.0/24 in us-east-1)"
    )
    assert met("a.example", "52.95.4.1").place == "IE"
    small = met("a.example", "5.9.9.1")
    assert (small.place, small.operator) == ("CH", "smallhost")


@pytest.mark.parametrize(
    ("address", "place", "why"),
    [
        ("52.95.4.1", "IE", "nothing tells which country the region moon-1 is in"),
        ("52.95.5.1", "IE", "52.95.5.0/24 is published with regions of several countries (eu-west-1 us-east-1)"),
        ("52.95.6.1", "", "52.95.6.0/24 is announced from many places (anycast)"),
        ("52.95.7.1", "", "the provider publishes 52.95.7.0/24 for every region (eu-west-1 GLOBAL)"),
    ],
)
def test_a_range_of_several_services_or_regions(address, place, why):
    answer = met("a.example", address)
    assert answer.place == place
    assert why in [item.why_not for item in answer.claims if item.kind == "region"]


def test_a_range_wider_than_any_block_says_no_more_than_registries():
    answer = met("a.example", "29.1.1.1")
    assert (answer.place, answer.why_no_place.partition(" joins")[0]) == ("", "28.0.0.0/7")
    assert met("a.example", "30.1.1.1").place == "US"


@pytest.mark.parametrize(
    ("by", "wide"),
    [
        ("28.0.0.0 - 30.255.255.255", True),
        ("28.0.0.0 - 28.255.255.255", False),
        ("28.0.0.0 - 29.0.0.0", True),
        ("2000::/11", True),
        ("2600::/12", False),
        ("2600:: - 2610::", True),
    ],
)
def test_widths_of_ranges(by, wide):
    assert places._is_wide(by) == wide


def test_registry_and_network_never_say_where():
    answer = met("a.example", "5.9.9.200")
    assert values(answer, "country", counts=True) == ["CH"]
    assert sorted(item.kind for item in answer.claims if item.about == "country" and not item.counts) == [
        "as",
        "registration",
    ]


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("b.s3.eu-west-1.amazonaws.com", "IE"),
        ("s3-us-west-2.amazonaws.com", "US"),
        ("ec2-1-2-3-4.ap-southeast-1.compute.amazonaws.com", "SG"),
        ("eu-west-1.s3.amazonaws.com", ""),
        ("b.oss-cn-hongkong.aliyuncs.com", "HK"),
        ("b-125.cos.ap-singapore.myqcloud.com", "SG"),
        ("obs.cn-north-4.myhuaweicloud.com", "CN"),
        ("vm.westeurope.cloudapp.azure.com", "NL"),
    ],
)
def test_a_region_in_the_providers_own_name_is_a_vote(host, place):
    assert ask(host).place == place


def test_a_clock_of_1970_makes_no_claim_of_a_time():
    answer = met("a.example", "43.156.1.1", None, marks=frozenset({"bad-clock"}))
    assert (answer.place, answer.why_no_place, answer.asked_on) == ("", CLOCK, "")
    assert {item.gap for item in answer.claims} == {None}


def test_a_question_without_a_day_is_answered_as_of_the_data():
    answer = ask("a.example", "43.156.1.1")
    assert (answer.place, {item.gap for item in answer.claims}) == ("SG", {None})


@pytest.mark.parametrize(
    ("day", "place", "tier"), [("2028-05-31", "IE", "S3"), ("2028-06-01", "", "S2"), ("2024-05-01", "", "S2")]
)
def test_data_of_two_years_away_says_no_country_and_one_tier_less(day, place, tier):
    answer = met("a.example", "52.95.1.1", date.fromisoformat(day))
    assert (answer.place, str(answer.strength)) == (place, tier)
    assert place or "730 days" in answer.why_no_place


def test_the_snapshot_of_the_day_answers():
    tables = networks_asked.shelf("2024-01-01", "2026-06-01")
    gaps = {
        day: {
            item.gap
            for item in met("a.example", "43.156.1.1", date.fromisoformat(day), tables=tables).claims
            if item.about == "network"
        }
        for day in ("2023-12-31", "2024-02-01", "2026-06-01")
    }
    assert gaps == {"2023-12-31": {-1}, "2024-02-01": {31}, "2026-06-01": {0}}


def test_a_published_range_goes_before_a_name_and_a_name_before_the_network():
    answer = met("a.example", "52.95.1.1", chain=("a.example.edgekey.net",))
    assert answer.operator == "amazon"
    assert [(item.value, item.kind, item.counts) for item in answer.claims if item.about == "operator"] == [
        ("amazon", "network", True), ("amazon", "prefix", True), ("akamai", "zone", False),
    ]  # fmt: skip
    carrier = met("a.example", "61.1.1.1", chain=("a.example.wscdns.com",))
    assert (carrier.operator, carrier.service, carrier.strength) == ("wangsu", "cdn", Strength.S3)


def test_a_carriers_network_names_no_operator():
    answer = met("a.example", "61.1.1.1")
    assert (answer.operator, answer.seat, answer.service, answer.place) == ("", "", "unknown", "CN")
    assert [(item.value, item.counts) for item in answer.claims if item.about == "operator"] == [
        ("china-unicom", False)
    ]


def test_a_zone_that_only_steers_serves_nothing():
    steered = met("a.example", "5.9.9.200", chain=("a.akadns.net", "b.trafficmanager.net"))
    assert (steered.operator, steered.strength) == ("", Strength.S2)
    onward = met("a.example", "5.9.9.200", chain=("a.akadns.net", "e1.akamaiedge.net", "x.akadns.net"))
    assert onward.operator == "akamai"


def test_the_address_of_a_proxy_says_nothing_of_the_host():
    answer = met("www.tiktok.com", "43.156.1.1", marks=frozenset({"proxied"}))
    assert (answer.owner, answer.operator, answer.place, answer.why_no_place) == ("tiktok", "", "", PROXY)
    assert (answer.strength, values(answer, "network")) == (Strength.S2, [])


def test_an_answer_that_had_run_out_connects_nothing():
    answer = met("a.example", "52.95.1.1", marks=frozenset({"stale-answer"}))
    assert (answer.strength, answer.missing) == (Strength.S1, "S2 takes a connection under this name")


def test_tiers_from_a_string_to_a_record():
    assert ask("a.example", seen="declared").strength is Strength.S0
    assert ask("a.example", "52.95.1.1", looked_up=True).strength is Strength.S1
    assert met("a.example", "5.9.9.200").strength is Strength.S2
    assert met("a.example", "52.95.1.1").strength is Strength.S3
    assert met("a.example", "52.95.1.1", record="a contract").strength is Strength.S5
    unknown = met("a.example", "5.9.9.200").missing
    assert unknown.startswith("S3 takes an operator: the address in a range that one publishes, or a DNS answer")


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("pay.weixin.qq.com", "payment"), ("play.googleapis.com", "store"), ("mtalk.google.com", "push"),
        ("dns.google", "dns"), ("x.incapdns.net", "security"), ("x.edgekey.net", "cdn"), ("www.example", "unknown"),
    ],
)  # fmt: skip
def test_kinds_of_service(host, service):
    assert ask(host).service == service


def test_parents_change_with_time():
    network = part("asn", ("8.0.0.0/8", "11983", "Tiktok U.S. Data Security Inc."), date="2026-01-01")
    tables = Shelf([snapshot([network])])
    answers = [
        met("a.example", "8.1.1.1", date.fromisoformat(day), tables=tables) for day in ("2026-01-21", "2026-01-22")
    ]
    assert [(item.parent, item.seat) for item in answers] == [("bytedance", "CN"), ("tiktok-usds-jv", "US")]


def test_without_tables_what_only_they_tell_is_missing():
    (answer,) = attribute([Asked("www.tiktok.com", "43.156.1.1", day=DAY, contacted=True)], None).hosts
    assert (answer.owner, answer.operator, answer.why_no_place) == ("tiktok", "", "no tables of networks are at hand")


def test_a_table_of_owners_adds_to_our_own_and_shares_its_entities():
    assert (ask("x.tracker.example").owner, ask("x.facebook.example").owner) == ("tracker", "meta")


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "fe80::1", "192.0.2.1"])
def test_addresses_that_are_not_public_are_asked_of_no_table(address):
    answer = met("a.example", address)
    assert (answer.operator, answer.why_no_place) == ("", "the address is not of the public Internet")


def test_sources_of_all_claims_are_given_with_name_and_date():
    answers = attribute([Asked("www.tiktok.com", "52.95.1.1", day=DAY, contacted=True)], networks_asked.shelf())
    named = {item.source for item in answers.hosts[0].claims}
    assert named == {item.id for item in answers.sources}
    assert all(item.name and item.date and item.licence for item in answers.sources)
