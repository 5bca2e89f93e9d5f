"""A profile is read as people write it; what would turn up everywhere is refused with advice, and never quoted."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.model.errors import UsageError
from affidavit.network.personal.known import telling
from affidavit.network.personal.profile import LARGEST, MOST, Value, bare, bits, read_profile

WHOLE = """
identifiers:
  advertising-id: 1209d0b9-b959-42e6-b921-aa5d9d08c1af
  imei: 356938035643809
  mac: [3c:5a:b4:71:62:e3, 3C-5A-B4-71-62-E4]
phone: +49 151 23456789
location: {lat: 52.5200, lon: -0.1278}
contacts:
  - {name: Orla Quinlivan, phone: "+353 86 7654321"}
"""


def refused(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        read_profile(text.encode(), "mine.yaml")
    assert caught.value.advice
    return str(caught.value)


def test_values_come_with_their_property_and_kind_in_the_order_of_the_file():
    assert [(value.property, value.kind, value.text, value.pair) for value in read_profile(WHOLE.encode()).values] == [
        ("advertisingId", "uuid", "1209d0b9-b959-42e6-b921-aa5d9d08c1af", -1),
        ("imei", "imei", "356938035643809", -1),
        ("macAddress", "mac", "3c:5a:b4:71:62:e3", -1),
        ("macAddress", "mac", "3C-5A-B4-71-62-E4", -1),
        ("phoneNumber", "phone", "+49 151 23456789", -1),
        ("latitude", "degrees", "52.5200", 0),
        ("longitude", "degrees", "-0.1278", 0),
        ("contactName", "name", "Orla Quinlivan", -1),
        ("contactPhone", "phone", "+353 86 7654321", -1),
    ]


def test_json_is_read_as_yaml_is():
    tree = {
        "identifiers": {"imei": "356938035643809"},
        "visited": ["https://news.example.org/a/b"],
        "other": {"vin": "WVWZZZ1JZXW000001"},
    }
    assert read_profile(json.dumps(tree).encode()).values == (
        Value("imei", "imei", "356938035643809"),
        Value("visitedUrl", "url", "https://news.example.org/a/b"),
        Value("vin", "other", "WVWZZZ1JZXW000001"),
    )


def test_digits_stay_the_text_that_they_are():
    """A number would lose the zeros in front, and an IMEI beyond a double's digits its end."""
    assert read_profile(b"identifiers: {serial: 0012345670099}").values[0].text == "0012345670099"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("identifiers: {serial: abc}", "identifiers.serial"),
        ("identifiers: {serial: aaaaaaaaaaaa}", "identifiers.serial"),
        ("identifiers: {advertising-id: 00000000-0000-0000-0000-000000000000}", "many devices"),
        ("identifiers: {android-id: 9774d56d682e549c}", "many devices"),
        ("identifiers: {mac: '02:00:00:00:00:00'}", "many devices"),
        ("identifiers: {imei: 35693803}", "#06#"),
        ("identifiers: {ssid: Home}", "uncommon name"),
        ("names: [Li Na]", "first and last name"),
        ("phone: '1234567'", "country"),
        ("email: a@b.de", "email"),
        ("typed: [cat]", "typed"),
        ("visited: [a.org]", "path of its own"),
        ("location: {lat: 52.52, lon: 13.40}", "four decimals"),
        ("location: {lat: 152.5200, lon: 13.4050}", "90 degrees"),
        ("location: {lat: north, lon: 13.4050}", "degrees"),
        ("identifiers: {shoe-size: '4711'}", "not known"),
        ("shoe: 4711", "shoe"),
        ("location: {lat: 1.0000}", "lon"),
        ("", "object"),
        ("- a\n- b", "object"),
        ("names: [", "no YAML"),
        ("names: !!python/object:os.system [x]", "no YAML"),
        ("names: &a [Jane Planted]\nother: {b: *a}", "alias"),
    ],
)
def test_what_tells_nothing_is_refused_by_its_place(text, place):
    assert place in refused(text)


def test_every_bad_value_is_named_at_once_and_none_is_quoted():
    said = refused("names: [Li Na]\nphone: '4711'\nidentifiers: {serial: qqqqzzzz}")
    assert all(place in said for place in ("names", "phone", "identifiers.serial"))
    assert not any(value in said for value in ("Li Na", "4711", "qqqqzzzz"))


def test_files_without_end_are_refused():
    assert "bytes" in refused("#" * (LARGEST + 1))
    assert "values" in refused("typed:\n" + "".join(f"- zebra crossing {number} times\n" for number in range(MOST + 1)))
    assert "deep" in refused("names: " + "[" * 200 + "]" * 200)


@given(st.text(max_size=60))
def test_bits_are_never_more_than_those_of_even_letters(text):
    assert 0 <= round(bits(text), 6) <= len(text) * 6
    assert bits(text + text) >= bits(text)


def test_constants_of_the_knowledge_are_written_as_they_are_compared():
    assert all(bare(item) == item for item in telling().common)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        read_profile(data)
    except UsageError as error:
        assert error.advice  # noqa: PT017 - both ways are right
