"""Geofeeds as RFC 8805 writes them, and registries' delegated files as each of them writes its head."""

import pytest

from affidavit.network.snapshot.forms import feeds
from affidavit.network.snapshot.found import Given

RFC = """\
# IETF106 (Singapore) - November 2019 - Singapore, SG
192.0.2.0/25,US,US-AL,,
192.0.2.5,US,US-AL,Alabaster,
192.0.2.128/25,PL,PL-MZ,,
2001:db8::/32,PL,,,
2001:db8:cafe::/48,PL,PL-MZ,,02-784
"""
"""The examples of RFC 8805, section 2.1.2."""
HEADS = [
    ("2|afrinic|20260924|19784|00000000|20260924|00000", "afrinic", "2026-09-24"),
    ("2.3|apnic|20260926|190190||20260925|+1000", "apnic", "2026-09-25"),
    ("2.3|arin|1790341220831|202978|19700101|20260925|-0400", "arin", "2026-09-25"),
    ("2.3|lacnic|20260924|97298|19870101|20260924|-0300", "lacnic", "2026-09-24"),
    ("2|ripencc|1790287199|260748|19700101|20260924|+0200", "ripencc", "2026-09-24"),
]


def fed(text: str, name: str = "acme-geofeed.csv"):
    given = Given(name, text.encode())
    assert feeds.is_feed(given)
    return list(feeds.feed(given))


def given_out(*lines: str, head: str = HEADS[0][0]):
    given = Given("delegated", "\n".join([head, *lines, ""]).encode())
    assert feeds.is_delegated(given)
    (found,) = feeds.delegated(given)
    return found


def test_the_examples_of_the_standard():
    prefixes, regions = fed(RFC)
    assert [(span.bits, span.value, span.region) for span in prefixes.spans4] == [
        (25, "acme", "US-AL"),
        (32, "acme", "US-AL"),
        (25, "acme", "PL-MZ"),
    ]
    assert [(span.bits, span.region) for span in prefixes.spans6] == [(32, "PL"), (48, "PL-MZ")]
    assert prefixes.left_out == 0
    assert [tuple(key)[:3] for key in regions.keys] == [
        ("acme US-AL", "US", ""),
        ("acme PL-MZ", "PL", ""),
        ("acme PL", "PL", ""),
    ]


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("192.0.2.5,US,US-AL,Alabaster,\n", [32]),
        ("# mine\n192.0.2.5,,,,\n192.0.2.6,PL,,,\n", [32, 32]),
        ("2001:db8::5,PL,PL-MZ,,\n", [128]),
        ("::ffff:192.0.2.5,PL,,,\n", [128]),
    ],
)
def test_a_feed_may_have_single_addresses_alone(text, bits):
    prefixes, *_ = fed(text)
    assert [span.bits for span in (*prefixes.spans4, *prefixes.spans6)] == bits
    assert prefixes.left_out == 0


@pytest.mark.parametrize(
    "text",
    [
        "192.0.2.0,192.0.2.255,US\n",
        "192.0.2.5\n",
        "192.0.2.5,USA,\n",
        "7,US,\n",
        "ab,US,\n",
        "0.5,US,\n",
        "a b::,US,\n",
    ],
)
def test_tables_that_only_look_like_it_are_no_feed(text):
    assert not feeds.is_feed(Given("acme.csv", text.encode()))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_may_end_either_way_and_be_empty(end):
    prefixes, _ = fed(RFC.replace("\n", end) + end)
    assert (len(prefixes.spans4), len(prefixes.spans6), prefixes.left_out) == (3, 2, 0)


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("acme.csv", "acme"),
        ("acme-geofeed.csv", "acme"),
        ("Acme_geofeed.csv", "acme"),
        ("feeds/2026/Acme Corp.v4.csv", "acme-corp"),
    ],
)
def test_a_feed_is_of_whom_its_file_is_called_after(name, provider):
    prefixes, regions = fed("192.0.2.0/24,US,,,\n", name)
    assert prefixes.spans4[0].value == provider
    assert prefixes.series == regions.series == f"geofeed {provider}"
    assert regions.keys[0].key == f"{provider} US"


@pytest.mark.parametrize(
    ("row", "region", "country"),
    [
        ("192.0.2.0/24,us,us-nj,,", "US-NJ", "US"),
        ("192.0.2.0/24, US , US-NJ ,,", "US-NJ", "US"),
        ("192.0.2.0/24,SG,,,", "SG", "SG"),
        ("192.0.2.0/24,ZZ,,,", "ZZ", "ZZ"),
        ("192.0.2.0/24,EU,,,", "EU", "EU"),
        ("192.0.2.0/24,SG", "SG", "SG"),
        ("192.0.2.0/24,USA,US-NJ,,", "US-NJ", ""),
        ("192.0.2.0/24,,US-NJ,,", "US-NJ", ""),
        ("192.0.2.0/24,,,,", "", ""),
        ("192.0.2.0/24", "", ""),
    ],
)
def test_a_place_is_the_region_else_the_country(row, region, country):
    prefixes, *regions = fed(f"198.51.100.0/24,,,,\n{row}\n")
    assert prefixes.spans4[1].region == region
    assert [(key.key, key.value) for found in regions for key in found.keys] == (
        [(f"acme {region}", country)] if country else []
    )


@pytest.mark.parametrize(
    "row", ["0.0.0.0/0,US,,,", "::/0,US,,,", "x,US,,,", "192.0.2.0/33,US,,,", ",US,,,", "1.2.3,,,,"]
)
def test_what_is_no_prefix_or_every_address_is_counted(row):
    prefixes, *_ = fed(f"192.0.2.0/24,US,,,\n{row}\n")
    assert (len(prefixes.spans4), len(prefixes.spans6), prefixes.left_out) == (1, 0, 1)


def test_the_first_city_of_a_region_counts():
    _, regions = fed("192.0.2.0/25,US,US-NJ,One,\n192.0.2.128/25,US,US-NJ,Two,\n")
    assert [(key.key, key.title) for key in regions.keys] == [("acme US-NJ", "One")]


@pytest.mark.parametrize(("head", "registry", "day"), HEADS)
def test_every_registry_dates_its_file_by_its_last_day(head, registry, day):
    found = given_out(f"{registry}|SE|ipv4|192.0.2.0|256|20110414|allocated|A1", head=head)
    assert (found.table, found.series, found.date) == ("country-registration", f"delegated {registry}", day)
    assert found.attribution == f"{registry} delegated statistics"
    assert [span.value for span in found.spans4] == ["SE"]


@pytest.mark.parametrize(
    "head",
    [
        "1|apnic|20260926|1|19830613|20260925|+1000",
        "2|other|20260926|1|19830613|20260925|+1000",
        "2|apnic|20260926|1|19830613|2026|+1000",
        "2|apnic|now|1|19830613|20260925|+1000",
        " 2|apnic|20260926|1|19830613|20260925|+1000",
    ],
)
def test_another_head_is_none(head):
    assert not feeds.is_delegated(Given("delegated", f"{head}\n".encode()))
    assert list(feeds.delegated(Given("delegated", f"{head}\n".encode()))) == []


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("192.0.2.0", "256", (0xC0000200, 0xC00002FF)),
        ("192.0.2.0", "768", (0xC0000200, 0xC00004FF)),
        ("192.0.2.0", "1", (0xC0000200, 0xC0000200)),
        ("255.255.255.0", "256", (0xFFFFFF00, 0xFFFFFFFF)),
        ("255.255.255.0", "257", None),
        ("192.0.2.0", "0", None),
        ("192.0.2.0", "-1", None),
        ("192.0.2.0", "many", None),
        ("192.0.2", "256", None),
        ("2001:db8::", "32", None),
    ],
)
def test_addresses_of_version_4_are_counted_from_the_first(start, count, expected):
    found = given_out(f"afrinic|NG|ipv4|{start}|{count}|20110414|allocated|A1")
    assert [(span.first, span.last) for span in found.spans4] == ([expected] if expected else [])
    assert found.left_out == (expected is None)


@pytest.mark.parametrize(
    ("start", "length", "bits"),
    [
        ("2001:db8::", "32", 96),
        ("2001:db8::1", "128", 0),
        ("2001:db8::", "129", None),
        ("2001:db8::", "-1", None),
        ("::", "0", None),
        ("192.0.2.0", "24", None),
        ("nothing", "32", None),
    ],
)
def test_addresses_of_version_6_are_given_by_length(start, length, bits):
    found = given_out(f"afrinic|NG|ipv6|{start}|{length}|20110414|allocated|A1")
    assert [span.last - span.first + 1 for span in found.spans6] == ([] if bits is None else [1 << bits])
    assert found.left_out == (bits is None)


@pytest.mark.parametrize(
    ("line", "used", "left_out"),
    [
        ("afrinic|ng|ipv4|192.0.2.0|256|20110414|assigned|A1", 1, 0),
        ("afrinic|NG|ipv4|192.0.2.0|256|20110414|assigned", 1, 0),
        ("afrinic|NG|ipv4|192.0.2.0|256|20110414|reserved|A1", 0, 0),
        ("afrinic||ipv4|192.0.2.0|256||available", 0, 0),
        ("afrinic|NG|asn|64500|1|20110414|allocated|A1", 0, 0),
        ("afrinic|*|ipv4|*|3|summary", 0, 0),
        ("afrinic||ipv4|192.0.2.0|256|20110414|allocated|A1", 0, 1),
        ("afrinic|NGA|ipv4|192.0.2.0|256|20110414|allocated|A1", 0, 1),
        ("afrinic|NG|ipv4|192.0.2.0", 0, 0),
    ],
)
def test_only_what_was_given_out_to_a_country_is_told(line, used, left_out):
    found = given_out(line)
    assert (len(found.spans4), found.left_out) == (used, left_out)
