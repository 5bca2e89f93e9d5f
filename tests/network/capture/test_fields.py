from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.capture.fields import (
    LATEST,
    LONGEST_HOST,
    Target,
    address_of,
    packed_address,
    port_of,
    seconds,
    target_of,
    whole,
    written,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org", Target("https", "example.org", 443)),
        ("HTTPS://Example.ORG/A", Target("https", "Example.ORG", 443)),
        ("http://example.org:8080?x", Target("http", "example.org", 8_080)),
        ("ws://example.org#f", Target("ws", "example.org", 80)),
        ("wss://example.org/", Target("wss", "example.org", 443)),
        ("https://user:pass@example.org/", Target("https", "example.org", 443)),
        ("https://a@b@example.org/", Target("https", "example.org", 443)),
        ("https://evil.example\\@example.org/", Target("https", "evil.example", 443)),
        ("https://evil.example#@example.org/", Target("https", "evil.example", 443)),
        ("https://evil.example/@example.org/", Target("https", "evil.example", 443)),
        ("https://[2001:db8::1]:8443/", Target("https", "2001:db8::1", 8_443)),
        ("https://[2001:db8::1]/", Target("https", "2001:db8::1", 443)),
        ("https://example.org:0/", Target("https", "example.org", 443)),
        ("https://example.org:65535/", Target("https", "example.org", 65_535)),
        ("https://example.org:65536/", Target("https", "example.org", 443)),
        ("https://example.org:654321/", Target("https", "", 0)),
        ("https://example.org:x/", Target("https", "", 0)),
        ("https:///path", Target("https", "", 443)),
        ("ftp://example.org/", Target("ftp", "example.org", 0)),
        ("data:text/plain,https://example.org/", Target("data", "", 0)),
        ("/relative", Target("/relative", "", 0)),
        ("", Target("", "", 0)),
    ],
)
def test_whom_an_address_of_a_request_names(url, expected):
    assert target_of(url) == expected


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["http", "https", "ws"]),
    st.from_regex(r"[a-z0-9-]{1,9}(\.[a-z0-9-]{1,9}){0,3}", fullmatch=True),
    st.none() | st.integers(1, 65_535),
    st.from_regex(r"([/?#][a-z@:/?#\[\]]{0,9})?", fullmatch=True),
)
def test_well_formed_addresses_are_taken_apart_as_the_standard_library_does(scheme, host, port, rest):
    url = f"{scheme}://{host}{f':{port}' if port else ''}{rest}"
    try:
        expected = urlsplit(url)
    except ValueError:
        return
    assert target_of(url)[:2] == (expected.scheme, expected.hostname)
    assert port is None or target_of(url).port == expected.port


def test_a_host_is_bounded():
    assert len(target_of(f"https://{'a' * 1_000}/").host) == LONGEST_HOST
    assert target_of(f"https://{'a' * 1_100}/").host == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("192.0.2.007", ""),
        ("192.0.2", ""),
        ("192.0.2.256", ""),
        ("3221225991", ""),
        ("0xC0.0.2.7", ""),
        ("192.0.2.7\0", ""),
        ("192.0.2.7:443", ""),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%wlan0", "fe80::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::", "::"),
        ("2001:db8::1::2", ""),
        ("example.org", ""),
        ("", ""),
        (None, ""),
        ("1" * 300, ""),
    ],
)
def test_addresses_have_one_form_and_nothing_else_is_one(text, expected):
    assert address_of(text) == expected


@settings(max_examples=80, deadline=None)
@given(st.ip_addresses() | st.text("0123456789.:abf", max_size=16))
def test_addresses_are_those_of_the_standard_library(value):
    try:
        found = ip_address(str(value))
    except ValueError:
        assert address_of(str(value)) == ""
        return
    mapped = found.ipv4_mapped if found.version == 6 else None
    assert address_of(str(value)) == str(mapped or found)
    assert address_of(found.exploded) == str(mapped or found)
    assert packed_address(found.packed) == str(found)


@pytest.mark.parametrize("data", [b"", b"abc", b"abcde", bytes(15), bytes(17)])
def test_bytes_of_another_length_are_no_address(data):
    assert packed_address(data) == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0), (7, 7), (-1, 0), (10**18 - 1, 10**18 - 1), (10**18, 0),
        ("0", 0), ("7", 7), ("007", 7), ("-1", 0), ("+1", 0), ("1_0", 0), (" 1", 0), ("", 0), ("x", 0), ("٣", 0),
        ("9" * 18, 10**18 - 1), ("9" * 19, 0), ("9" * 5_000, 0),
        (7.9, 7), (-0.5, 0), (1e15, 0), (float("nan"), 0), (float("inf"), 0), (None, 0), (True, 1),
    ],
)  # fmt: skip
def test_numbers_are_whole_and_bounded_or_nothing(value, expected):
    assert whole(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(0, 0), (1, 1), (65_535, 65_535), (65_536, 0), ("443", 443), (None, 0)]
)
def test_ports_are_those_that_there_are(value, expected):
    assert port_of(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00", 0),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01 00:00:01.5", 1_500_000),
        ("2026-01-02T03:04:05.678901Z", 1_767_323_045_678_901),
        ("2026-01-02T03:04:05.678901234Z", 1_767_323_045_678_901),
        ("1969-12-31T23:59:59Z", -1),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("9999-12-31T23:59:59.999999Z", LATEST - 1),
        ("9999-12-31T23:59:59-23:59", LATEST + 86_339_000_000),
        ("2026-02-30T00:00:00Z", -1),
        ("2026-01-02T25:00:00Z", -1),
        ("+012026-01-02T03:04:05Z", -1),
        ("yesterday", -1),
        ("", -1),
        (None, -1),
        ("2026-01-02T03:04:05." + "0" * 40, -1),
    ],
)
def test_written_times_are_microseconds_or_unknown(text, expected):
    assert written(text) == expected


@settings(max_examples=60, deadline=None)
@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30)), st.integers(-1_439, 1_439))  # noqa: DTZ001
def test_a_time_is_the_same_in_every_zone(moment, minutes):
    moment = moment.replace(tzinfo=UTC)
    there = f"{(moment + timedelta(minutes=minutes)).replace(tzinfo=None).isoformat()}"
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    assert written(there + zone) == (moment - EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0), (1.5, 1_500_000), ("1700000000.123456", 1_700_000_000_123_456), (-0.1, -1), (-1, -1), (None, -1),
        (LATEST / 1_000_000, -1), (LATEST // 1_000_000 - 1, LATEST - 1_000_000), ("1e400", -1), ("nan", -1), ("x", -1),
        (10**400, -1), (float("inf"), -1), ("", -1),
    ],
)  # fmt: skip
def test_seconds_become_microseconds_or_unknown(value, expected):
    assert seconds(value) == expected
