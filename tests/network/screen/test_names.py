"""Names as records write them: hosts by whole labels, companies without legal forms, numbers, digests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.screen.names import (
    company,
    fingerprint_of,
    host_of,
    hosts_in,
    number_of,
    package_of,
    words_of,
)
from affidavit.network.snapshot.suffixes import walk
from tests.builders.records import selectors

FORMS = frozenset({"ltd", "inc", "llc", "co", "pte", "limited"})


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("WWW.TikTok.com.", "www.tiktok.com"),
        ("*.tiktokcdn.com", "tiktokcdn.com"),
        ("https://user@www.tiktok.com:8443/a?b#c", "www.tiktok.com"),
        ("www.tiktok.com:443", "www.tiktok.com"),
        ('"www.tiktok.com"', "www.tiktok.com"),
        ("_dmarc.tiktok.com", "_dmarc.tiktok.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("192.0.2.1", ""),
        ("192.0.2.1:443", ""),
        ("2001:db8::1", ""),
        ("a.example.1", ""),
        ("www.tiktok.com.", "www.tiktok.com"),
        ("localhost", ""),
        ("", ""),
        ("-", ""),
        ("a..b", ""),
        ("-a.example", ""),
        ("a b.example", ""),
        ("tiktok.com@evil.example", "evil.example"),
        ("x" * 64 + ".example", ""),
        (".".join(["a" * 60] * 6), ""),
        ("\udcff.example", ""),
    ],
)
def test_a_host_has_one_spelling_or_is_none(text, host):
    assert host_of(text) == host


@given(st.text(max_size=80))
def test_any_text_is_a_host_or_none_and_a_host_stays_itself(text):
    host = host_of(text)
    assert host == host_of(host) == host.lower()


def slow_apps(host):
    """The apps of a host, by the obvious way: every mark is tried, dot before it."""
    tables = selectors()
    return {
        item.app
        for domain, items in tables._domains.items()
        for item in items
        if host == domain or host.endswith(f".{domain}")
    }


@given(st.data())
def test_hosts_tell_the_apps_that_trying_every_mark_tells(data):
    tables = selectors()
    plain = [name for name in sorted(tables._domains) if tables._zones.keys().isdisjoint(walk(name))]
    domain = data.draw(st.sampled_from(plain))
    host = data.draw(st.sampled_from([domain, f"a.{domain}", f"a.b.{domain}", f"x{domain}", f"{domain}.evil.example"]))
    found = tables.host(host)
    if host.endswith("evil.example") or (host == f"x{domain}" and not slow_apps(host)):
        assert not found.selectors
    elif not found.why:
        assert {item.app for item in found.selectors} == slow_apps(host)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("TikTok, Inc.", ("tiktok",)),
        ("Tiktok Pte. Ltd.", ("tiktok",)),
        ("TIKTOK PTE.LTD.", ("tiktok", "pteltd")),
        ("Inc.", ("inc",)),
        ("", ()),
        ("ＴｉｋＴｏｋ Limited", ("tiktok",)),
    ],
)
def test_a_company_is_its_words_without_its_legal_form(name, words):
    assert company(name, FORMS) == words


def test_words_of_a_payment_are_split_at_punctuation():
    assert words_of("WECHAT PAY*Noodles-1_2") == ("wechat", "pay", "noodles", "1", "2")


@pytest.mark.parametrize(
    ("text", "number"),
    [("AS138699", 138699), ("asn 64500", 64500), (" 64500 ", 64500), ("1.10", 65546), ("AS", -1), ("x1", -1),
     ("99999999999", -1), ("4294967296", -1), ("", -1)],
)  # fmt: skip
def test_an_as_number_is_read_in_its_forms(text, number):
    assert number_of(text) == number


def test_a_package_is_compared_letter_by_letter():
    assert package_of(" com.tencent.mm ") == "com.tencent.mm"
    assert package_of("com") == package_of("com..a") == package_of("a b.c") == package_of("com.a;b") == ""


def test_a_digest_is_hex_of_one_of_two_lengths():
    assert fingerprint_of("AA:" * 31 + "AA") == "aa" * 32
    assert fingerprint_of("aa" * 16) == "aa" * 16
    assert fingerprint_of("aa" * 20) == fingerprint_of("zz" * 32) == ""


def test_a_field_may_hold_several_hosts_each_told_once():
    text = "DNS:a.example, dns=b.example;a.example|https://c.example/x\n192.0.2.1"
    assert list(hosts_in(text)) == ["a.example", "b.example", "c.example"]
    assert len(list(hosts_in(" ".join(f"h{number}.example" for number in range(5_000))))) == 1_000


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("tiktokcdn.com.akamaized.net", {"tiktok": ("label", "M")}),
        ("v16-tiktokcdn-com.akamaized.net", {"tiktok": ("label", "L")}),
        ("nottiktokcdn-com.akamaized.net", {}),
        ("vcs-va.tiktokv.com.edgekey.net", {"tiktok": ("label", "M")}),
        ("tiktok.com.herokuapp.com", {}),
        ("akamaized.net", {}),
        ("pay.weixin.qq.com", {"wechat": ("domain", "M"), "wechat-pay": ("domain", "M")}),
        ("mp.weixin.qq.com", {"wechat": ("domain", "H")}),
        ("bugly.qq.com", {}),
        ("analytics.tiktok.com", {}),
        ("weixin.qq.com.evil.example", {}),
    ],
)
def test_a_host_tells_its_app_by_domain_or_by_a_label_in_a_provider_s_name(host, told):
    assert {item.app: (item.by, item.confidence) for item in selectors().host(host).selectors} == told


@pytest.mark.parametrize("number", [45090, 132203, 137718, 150436])
def test_networks_of_clouds_tell_no_app(number):
    (found,) = selectors().network(number)
    assert (found.app, found.confidence) == ("", "L")


def test_networks_of_strangers_tell_nothing():
    assert selectors().network(16509) == selectors().network(-1) == ()
