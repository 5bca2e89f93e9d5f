"""Rows of ranges: addresses in words and numbers, and what they lead to."""

import csv

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from affidavit.model.errors import UnreadableError
from affidavit.network.snapshot.forms import rows
from affidavit.network.snapshot.found import LONGEST, Given

GOOD = "1.0.0.0,1.0.0.255,13335,Example\n"
IPFIRE = """\
# Last Modified (1), IPv4 (AS)
# Generated: Thu, 25 Jun 2026 04:33:59 GMT
# License: Creative Commons Attribution-ShareAlike 4.0 International
# From IPFire.
16777216,16777471,AU
16777472,16778239,??
16778240,16779263,CN
"""


def read(text: str, name: str = "asn-ipv4.csv", table: str = ""):
    given = Given(name, text.encode(), table)
    assert rows.fits(given)
    (found,) = rows.read(given)
    return found


def test_the_head_of_a_file_tells_day_licence_and_origin():
    found = read(IPFIRE, "geoip")
    assert (found.table, found.series, found.date) == ("country-geo", "ipfire", "2026-06-25")
    assert found.licence == "Creative Commons Attribution-ShareAlike 4.0 International"
    assert found.attribution == "IPFire Location (location.ipfire.org)"
    assert [(span.first, span.last, span.value) for span in found.spans4] == [
        (0x01000000, 0x010000FF, "AU"),
        (0x01000400, 0x010007FF, "CN"),
    ]
    assert found.left_out == 1


@pytest.mark.parametrize("said", ["soon", "", "Thu, 99 Jun 2026 04:33:59 GMT", "25 Foo 2026"])
def test_a_head_whose_day_is_none_leaves_it_to_the_person(said):
    assert read(IPFIRE.replace("Thu, 25 Jun 2026 04:33:59 GMT", said), "geoip").date == ""


@pytest.mark.parametrize(
    ("name", "table", "expected"),
    [
        ("asn-country-ipv4.csv", "", ("country-registration", "ip-location-db asn-country")),
        ("a/b/ASN-Country-ipv4-num.csv", "", ("country-registration", "ip-location-db asn-country")),
        ("geo-whois-asn-country-ipv4.csv", "", ("country-geo", "ip-location-db geo-whois-asn-country")),
        ("iptoasn-country.csv", "", ("country-as", "iptoasn")),
        ("mine.csv", "country-as", ("country-as", "rows country-as")),
        ("mine.csv", "country-geo", ("country-geo", "rows country-geo")),
        ("asn-country.csv", "country-geo", ("country-registration", "ip-location-db asn-country")),
    ],
)
def test_which_kind_of_country_is_told_by_the_name_or_the_person(name, table, expected):
    found = read("1.0.0.0,1.0.0.255,AU\n", name, table)
    assert (found.table, found.series) == expected


@pytest.mark.parametrize("table", ["", "asn", "prefix", "region"])
def test_a_kind_that_is_not_of_countries_tells_nothing_of_them(table):
    with pytest.raises(UnreadableError, match="not what they are taken from"):
        read("1.0.0.0,1.0.0.255,AU\n", "mine.csv", table)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("1.0.0.0,1.0.0.255,5,A", (0x01000000, 0x010000FF, "5", "A")),
        ('"1.0.0.0","1.0.0.255","5","A, Inc."', (0x01000000, 0x010000FF, "5", "A, Inc.")),
        ("16777216,16777471,5,A", (0x01000000, 0x010000FF, "5", "A")),
        ("0.0.0.0,255.255.255.255,5,A", (0, 0xFFFFFFFF, "5", "A")),
        ("1.0.0.0,1.0.0.0,4294967295,A", (0x01000000, 0x01000000, "4294967295", "A")),
        ("1.0.0.0,1.0.0.0,5", (0x01000000, 0x01000000, "5", "")),
        ("1.0.0.0,1.0.0.0,5,US,NAME", (0x01000000, 0x01000000, "5", "NAME")),
        (f"1.0.0.0,1.0.0.0,5,{'x' * 400}", (0x01000000, 0x01000000, "5", "x" * LONGEST)),
        ("1.0.0.0,1.0.0.0,4294967296,A", None),
        ("1.0.0.0,1.0.0.0,0,A", None),
        ("1.0.0.0,1.0.0.0,-5,A", None),
        ("1.0.0.0,1.0.0.0,AS5,A", None),
        ("1.0.0.1,1.0.0.0,5,A", None),
        ("1.0.0.0,2001:db8::,5,A", None),
        ("1.0.0.0,4294967296,5,A", None),
        ("1.0.0,1.0.0.0,5,A", None),
        ("01.0.0.0,1.0.0.0,5,A", None),
        ("1.0.0.0,1.0.0.256,5,A", None),
        ("-1,5,5,A", None),
        ("1.0.0.0,1.0.0.0", None),
        ("nothing", None),
    ],
)
def test_a_row_is_a_range_or_counted(row, expected):
    found = read(GOOD + row + "\n")
    used = [(span.first, span.last, span.value, span.title) for span in found.spans4[1:]]
    assert used == ([expected] if expected else [])
    assert (found.left_out, found.spans6) == (expected is None, [])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("2001:db8::,2001:db8::ff,5,A", (0x20010DB8 << 96, (0x20010DB8 << 96) + 255)),
        ("4294967296,4294967297,5,A", (1 << 32, (1 << 32) + 1)),
        (f"{(1 << 128) - 2},{(1 << 128) - 1},5,A", ((1 << 128) - 2, (1 << 128) - 1)),
        (f"{(1 << 128) - 2},{1 << 128},5,A", None),
        (f"{'0' * 40},{'0' * 40},5,A", None),
        ("2001:db8::1,2001:db8::,5,A", None),
        ("2001:db8::,2001:db8:::ff,5,A", None),
    ],
)
def test_numbers_from_4294967296_on_and_colons_are_of_version_6(row, expected):
    found = read(GOOD + row + "\n")
    assert [(span.first, span.last) for span in found.spans6] == ([expected] if expected else [])
    assert found.left_out == (expected is None)


@drawn(st.lists(st.tuples(st.ip_addresses(), st.integers(0, 300), st.integers(1, 99)), min_size=1, max_size=8))
def test_words_and_numbers_say_the_same(ranges):
    kept = [(first, int(first) + more, number) for first, more, number in ranges]
    kept = [item for item in kept if item[1] < 1 << (32 if item[0].version == 4 else 128)]
    kept = [item for item in kept if item[0].version == 4 or int(item[0]) >= 1 << 32]
    words = GOOD + "".join(f"{first},{type(first)(last)},{number},x\n" for first, last, number in kept)
    numbers = GOOD + "".join(f"{int(first)},{last},{number},x\n" for first, last, number in kept)
    one, other = read(words), read(numbers)
    assert (one.spans4, one.spans6) == (other.spans4, other.spans6)
    assert len(one.spans4) + len(one.spans6) == 1 + len(kept)


@pytest.mark.parametrize(
    "text", ["", "# only\n# comments\n", "hello,world,5\n", "1.0.0.0;1.0.0.255;5\n", "1.0.0.0,AU\n", "1.0.0.0,DE,,\n"]
)
def test_other_text_has_no_rows(text):
    assert not rows.fits(Given("x.csv", text.encode()))
    assert list(rows.read(Given("x.csv", text.encode()))) == []


def test_a_row_with_a_quote_that_never_ends_is_refused():
    before = csv.field_size_limit(1 << 17)  # Python's own, which other tests of the same process may have raised
    try:
        with pytest.raises(UnreadableError, match="field"):
            read(GOOD + '1.0.1.0,1.0.1.255,5,"' + "x" * (1 << 18))
    finally:
        csv.field_size_limit(before)
