"""Files in MaxMind's format: the same answers as with the reader of their makers; damage is refused."""

import random
from contextlib import suppress
from ipaddress import ip_address

import maxminddb
import pytest

from affidavit.model.errors import UnreadableError
from affidavit.network.snapshot.build import Part
from affidavit.network.snapshot.forms import mmdb
from affidavit.network.snapshot.found import Given
from affidavit.network.snapshot.table import Input
from tests.builders.mmdb import mmdb as made
from tests.builders.networks import snapshot

ROWS = [
    ("192.0.2.0/25", {"country_code": "SG"}),
    ("192.0.2.128/25", {"country_code": "SG"}),
    ("198.51.100.0/24", {"country": {"iso_code": "de", "names": {"en": "Germany"}}}),
    ("203.0.113.7/32", {"continent": "EU"}),
    ("2001:db8::/33", {"country_code": "JP"}),
    ("2001:db8:8000::/35", {"country": {"iso_code": "FR"}}),
]


def found(data: bytes, name: str = "GeoX-Country.mmdb", table: str = ""):
    given = Given(name, data, table)
    assert mmdb.fits(given)
    (only,) = mmdb.read(given)
    return only


@pytest.mark.parametrize("size", [24, 28, 32])
def test_every_address_has_the_answer_of_the_makers_reader(size, tmp_path):
    data = made(ROWS, size=size, epoch=1_781_654_400)
    path = tmp_path / "made.mmdb"
    path.write_bytes(data)
    read = found(data)
    assert (read.table, read.date, read.series) == ("country-geo", "2026-06-17", "mmdb made")
    shot = snapshot([Part(read, Input("made", "0" * 64, 1), "made", read.date, "", "")])
    chance = random.Random(3)  # noqa: S311
    asked = [f"192.0.{chance.randrange(4)}.{chance.randrange(256)}" for _ in range(60)]
    asked += ["198.51.100.9", "203.0.113.7", "2001:db8:7fff::", "2001:db8:9fff::1", "2001:db8:a000::", "2001:db9::"]
    with maxminddb.open_database(path) as reader:
        for address in asked:
            record = reader.get(address) or {}
            country = record.get("country_code") or record.get("country", {}).get("iso_code", "")
            assert [hit.value for hit in shot.at(address)] == ([country.upper()] if country else [])


def test_neighbours_of_one_country_are_one_range():
    read = found(made(ROWS))
    first = int(ip_address("192.0.2.0"))
    assert (read.spans4[0].first, read.spans4[0].last, read.spans4[0].value) == (first, first + 255, "SG")


def test_networks_have_numbers_and_names():
    rows = [
        ("192.0.2.0/24", {"autonomous_system_number": 64500, "autonomous_system_organization": "Example"}),
        ("198.51.100.0/24", {"asn": "AS64501", "as_name": "Other", "country": "US"}),
    ]
    read = found(made(rows, version=4), "origin-asn.mmdb")
    assert read.table == "asn"
    assert [(span.value, span.title) for span in read.spans4] == [("64500", "Example"), ("64501", "Other")]


@pytest.mark.parametrize(
    ("name", "said", "table"),
    [
        ("iptoasn-country.mmdb", "", "country-as"),
        ("asn-country.mmdb", "", "country-registration"),
        ("server-country.mmdb", "", "country-geo"),
        ("x.mmdb", "country-as", "country-as"),
    ],
)
def test_what_a_country_is_taken_from_is_told_by_name_or_person(name, said, table):
    assert found(made(ROWS, kind="country"), name, said).table == table


def test_what_has_neither_is_refused():
    with pytest.raises(UnreadableError, match="no countries and no networks"):
        found(made([("192.0.2.0/24", {"city": "x"})]))
    with pytest.raises(UnreadableError, match="no countries and no networks"):
        found(made([("192.0.2.0/24", {"asn": 5}), ("192.0.3.0/24", {"country": "DE"})]))


def test_deep_records_and_pointers_in_circles_end():
    deep: object = "x"
    for _ in range(40):
        deep = [deep]
    with pytest.raises(UnreadableError, match="damaged"):
        found(made([("192.0.2.0/24", deep)]))
    data = made([("192.0.2.0/24", {"country_code": "SG"})])
    circle = data.replace(b"\xe1\x4ccountry_code\x42SG", b"\xe1\x20\x00ountry_code\x42SG")
    assert circle != data
    with pytest.raises(UnreadableError, match="damaged"):
        found(circle)


def test_damage_anywhere_is_refused_or_read_and_never_breaks():
    data = made(ROWS)
    for at in range(0, len(data), 5):
        changed = bytearray(data)
        changed[at] ^= 0x5A
        given = Given("x.mmdb", bytes(changed))
        if mmdb.fits(given):
            with suppress(UnreadableError):
                list(mmdb.read(given))


@pytest.mark.parametrize("epoch", [1 << 40, 1 << 60, (1 << 64) - 1])
def test_a_day_that_no_calendar_has_is_damage(epoch):
    with pytest.raises(UnreadableError, match="damaged"):
        found(made(ROWS, epoch=epoch))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"\x42de", "de"),
        (b"\x40", ""),
        (b"\x68" + bytes.fromhex("405edd2f1a9fbe77"), 123.456),
        (b"\x83\x01\x02\x03", b"\x01\x02\x03"),
        (b"\xa0", 0),
        (b"\xa2\x01\x00", 256),
        (b"\xc4\xff\xff\xff\xff", (1 << 32) - 1),
        (b"\x04\x01\xff\xff\xff\xff", -1),
        (b"\x01\x01\x05", 5),
        (b"\x08\x02" + b"\xff" * 8, (1 << 64) - 1),
        (b"\x10\x03" + b"\xff" * 16, (1 << 128) - 1),
        (b"\x02\x04\x42de\xa1\x07", ["de", 7]),
        (b"\x00\x07", False),
        (b"\x01\x07", True),
        (b"\x04\x08\x3f\x80\x00\x00", 1.0),
        (b"\xe0", {}),
        (b"\xe1\x42de\xa1\x07", {"de": 7}),
        (b"\x5d\x00" + b"x" * 29, "x" * 29),
        (b"\x5d\xff" + b"x" * 284, "x" * 284),
        (b"\x5e\x00\x00" + b"x" * 285, "x" * 285),
        (b"\x5f\x00\x00\x00" + b"x" * 65_821, "x" * 65_821),
        (b"\x20\x02\x42de", "de"),
        (b"\x38\x00\x00\x00\x05\x42de", "de"),
    ],
)
def test_every_kind_of_value_as_the_specification_writes_it(raw, value):
    assert mmdb._decoded(raw, 0, 0) == value


@pytest.mark.parametrize(
    "raw",
    [b"\x42d", b"\x68\0", b"\xc4\0", b"\xe1\x42de", b"\x02\x04\x42de", b"\x5d", b"\x20\x00", b"\x20\x02\x20\x02", b""],
)
def test_a_value_that_is_cut_or_leads_nowhere_is_damage(raw):
    with pytest.raises((mmdb._Damaged, IndexError)):
        mmdb._decoded(raw, 0, 0)
