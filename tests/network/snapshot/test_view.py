"""Which table answers for a day, how old it then is, and what one address or name is told."""

import os
from datetime import date

import numpy as np
import pytest

from affidavit.model.errors import UsageError
from affidavit.network.snapshot.view import Shelf, aged, opened_file, shelf
from tests.builders.networks import part, snapshot

DAYS = ["2024-01-01", "2025-01-01", "2026-01-01"]


@pytest.fixture(scope="module")
def years():
    return Shelf(
        snapshot([part("country-geo", ("192.0.2.0/24", f"A{day[3]}"), date=day, series="geo")], name=day)
        for day in DAYS
    )


@pytest.mark.parametrize(
    ("day", "value", "gap"),
    [
        ("2026-01-01", "A6", 0),
        ("2025-12-31", "A5", 364),
        ("2025-01-01", "A5", 0),
        ("2024-06-01", "A4", 152),
        ("2023-12-25", "A4", -7),
        ("2030-01-01", "A6", 1461),
        (None, "A6", None),
    ],
)
def test_the_latest_table_that_is_not_younger_answers_else_the_nearest(years, day, value, gap):
    view = years.as_of(day and date.fromisoformat(day))
    (hit,) = view.at("192.0.2.1")
    assert hit.value == value
    assert view.age(hit.source).gap == gap


@pytest.mark.parametrize(
    ("day", "dated", "country"),
    [
        ("2026-06-30", False, True),
        ("2026-07-01", True, True),
        ("2028-01-01", True, True),
        ("2028-01-02", True, False),
        ("2025-07-04", True, True),
        ("2024-01-01", True, False),
        (None, False, True),
    ],
)
def test_an_old_table_is_dated_and_a_very_old_one_says_no_country(day, dated, country):
    age = aged("2026-01-01", day and date.fromisoformat(day))
    assert (age.dated, age.country) == (dated, country)


def test_each_series_is_chosen_by_itself_and_the_nearest_comes_first():
    shot = snapshot(
        [
            part("prefix", ("192.0.2.0/24", "aws", "EC2", "us-east-1"), date="2026-01-01", series="aws"),
            part("prefix", ("192.0.2.0/28", "gcp", "", "eu"), date="2026-03-01", series="gcp"),
            part("prefix", ("192.0.2.0/24", "old", "", ""), date="2022-01-01", series="gcp"),
        ]
    )
    view = Shelf([shot]).as_of(date(2026, 6, 1))
    assert [(hit.value, hit.title, hit.region, hit.by) for hit in view.at("192.0.2.1")] == [
        ("gcp", "", "eu", "192.0.2.0/28"),
        ("aws", "EC2", "us-east-1", "192.0.2.0/24"),
    ]
    assert len(view.sources) == 2
    assert len(Shelf([shot, shot]).sources) == 3


def test_a_hosting_network_is_told_through_its_number():
    shot = snapshot(
        [part("asn", ("192.0.2.0/24", "64500", "Example")), part("hosting-as", ("AS64500", "AS64500", "a host"))]
    )
    assert [(hit.table, hit.value, hit.by) for hit in shot.at("192.0.2.9")] == [
        ("asn", "AS64500", "192.0.2.0/24"),
        ("hosting-as", "AS64500", "AS64500"),
    ]


def test_suffixes_come_longest_first_by_whole_labels_alone():
    owners = part("suffix-owner", ("example.com", "one", "One"), ("=www.example.com", "exact"), ("le.com", "wrong"))
    services = part("suffix-service", ("cdn.example.com", "cdn", "delivery"))
    shot = snapshot([owners, services])
    assert [(hit.by, hit.value) for hit in shot.suffixes("x.CDN.example.com.")] == [
        ("cdn.example.com", "cdn"),
        ("example.com", "one"),
    ]
    assert [(hit.by, hit.value) for hit in shot.suffixes("www.example.com")] == [
        ("www.example.com", "exact"),
        ("example.com", "one"),
    ]
    assert shot.suffixes("example.com.evil.test") == shot.suffixes("192.0.2.1") == shot.suffixes("") == ()


def test_regions_are_asked_by_provider():
    shot = snapshot([part("region", ("linode US-NJ", "US", "New Jersey"))])
    assert [hit.value for hit in shot.region("linode", "US-NJ")] == ["US"]
    assert shot.region("aws", "US-NJ") == ()


def test_without_tables_there_is_no_answer():
    view = Shelf().as_of(date(2026, 1, 1))
    assert view.at("192.0.2.1") == view.suffixes("a.com") == view.sources == ()
    assert view.public_suffix("a.com") is None
    assert view.batch(np.zeros(1, np.uint32)) == {}


@pytest.mark.parametrize("text", ["", "x", "192.0.2", "192.0.2.256", "1::2::3", "192.0.2.01"])
def test_what_is_no_address_is_told_nothing(text, years):
    assert years.as_of(None).at(text) == ()


def test_many_addresses_get_the_rows_that_one_gets():
    shot = snapshot(
        [
            part(
                "asn",
                ("10.0.0.0/9", "1", "One"),
                ("10.128.0.0/9", "2"),
                ("2001:db8::/64", "3"),
                ("2001:db8::8:0/112", "4"),
            ),
            part("country-geo", ("10.0.0.0/8", "SG")),
        ]
    )
    four = [0, 0x0A000000, 0x0A7FFFFF, 0x0A800000, 0x0B000000, 0xFFFFFFFF]
    rows = shot.batch(np.array(four, np.uint32))
    for at, number in enumerate(four):
        said = {shot.hit(source, row[at]).value for source, row in rows.items() if row[at] >= 0}
        assert said == {
            hit.value for hit in shot.at(f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
        }
    high, low = np.full(3, 0x20010DB800000000, np.uint64), np.array([1, 0x80001, 0x90000], np.uint64)
    ((source, found),) = ((source, row) for source, row in shot.batch6(high, low).items() if (row >= 0).any())
    assert [shot.hit(source, row).value for row in found] == ["AS3", "AS4", "AS3"]


def test_many_texts_get_the_rows_that_numbers_get():
    shot = snapshot([part("asn", ("10.0.0.0/9", "1"), ("0.0.0.0/8", "2"))])
    texts = ["10.0.0.1", "nonsense", "10.0.0.1\n10.0.0.2", "11.0.0.1", "0.0.0.1", "2001:db8::1", "\ud800", "10.127.0.1"]
    ((source, rows),) = shot.batch_text(texts).items()
    assert [shot.hit(source, row).value if row >= 0 else "" for row in rows] == [
        "AS1",
        "",
        "",
        "",
        "AS2",
        "",
        "",
        "AS1",
    ]
    assert shot.batch_text([])[source].tolist() == []


def test_a_file_is_mapped_and_one_that_is_none_is_refused(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        shelf([tmp_path / "missing.nets"])
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # to open it would be to wait for ever
    for none in (tmp_path, pipe):
        with pytest.raises(UsageError, match="where a file is expected"):
            opened_file(none)


def test_two_files_of_one_day_answer_together():
    four = part("asn", ("192.0.2.0/24", "64500"), series="asn", name="asn-ipv4")
    six = part("asn", ("2001:db8::/32", "64501"), series="asn", name="asn-ipv6")
    old = part("asn", ("198.51.100.0/24", "64502"), series="asn", date="2025-01-01")
    both = Shelf([snapshot([four, six, old])])
    for day in (None, date(2026, 6, 1), date(2027, 1, 1)):
        view = both.as_of(day)
        assert [hit.value for hit in view.at("192.0.2.1")] == ["AS64500"]
        assert [hit.value for hit in view.at("2001:db8::1")] == ["AS64501"]
        assert view.at("198.51.100.1") == ()
    assert [hit.value for hit in both.as_of(date(2026, 5, 31)).at("198.51.100.1")] == ["AS64502"]
