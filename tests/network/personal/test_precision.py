"""Coordinates compared digit by digit, against decimal arithmetic; pairs kept together; what is shown of values."""

import json
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.model.capture import Disclosure
from affidavit.network.personal.coordinates import precision
from affidavit.network.personal.patterns import LONGEST, MOST, candidates
from affidavit.network.personal.profile import Value, read_profile
from affidavit.network.personal.redact import redacted, without_candidates
from affidavit.network.personal.seek import Seeker
from tests.builders.planted import message

NORTH = Value("latitude", "degrees", "52.520008", 0)
WEST = Value("longitude", "degrees", "-13.404954", 0)


def at(text: str, value: Value = NORTH, places: int = 0) -> int:
    """Decimals that agree of the number that begins at the first digit of 5 or 1."""
    data = text.encode()
    begin = next(number for number, byte in enumerate(data) if byte in (b"5" if value is NORTH else b"1"))
    return precision(data, begin, places, value)


@pytest.mark.parametrize(
    ("text", "decimals"),
    [
        ("52", -1),
        ("52.5", -1),
        ("52.52", 2),
        ("52.520", 3),
        ("52.5200", 4),
        ("52.52000", 5),
        ("52.52001", 5),
        ("52.520008", 6),
        ("52.5200080000", 6),
        ("52.5200089999", 6),
        ("52.520009", 6),
        ("52.520010", -1),
        ("52.5201", 4),
        ("52.5202", -1),
        ("52.51", -1),
        ("52.53", 2),
        ("52.54", -1),
        ("+52.5200", 4),
        ("=52.5200&", 4),
        ("(52.5200)", 4),
    ],
)
def test_as_many_decimals_agree_as_are_given_but_for_one_of_the_last(text, decimals):
    assert at(text) == decimals


@pytest.mark.parametrize("text", ["-52.5200", "a52.5200", ".52.5200", "052.5200", "52.5200N", "52.52px", "3.52.5200"])
def test_a_number_inside_of_another_thing_is_none(text):
    assert at(text) == -1


@pytest.mark.parametrize(("text", "decimals"), [("-13.4050", 4), ("13.4050", -1), ("--13.4050", 4), ("+13.4050", -1)])
def test_a_sign_belongs_to_a_number(text, decimals):
    assert at(text, WEST) == decimals


@pytest.mark.parametrize(
    ("text", "places", "decimals"),
    [
        ("52520008", 6, 4),
        ("525200080", 7, 4),
        ("52520108", 6, 4),
        ("52520109", 6, -1),
        ("52520007.5", 6, 4),
        ("52520008", 7, -1),
        ("5252000812345", 6, -1),
    ],
)
def test_integers_of_small_parts_agree_to_ten_metres(text, places, decimals):
    assert at(text, NORTH, places) == decimals


def test_a_zero_at_the_end_is_not_written_and_still_counts():
    value = Value("longitude", "degrees", "13.404954", 0)
    assert precision(b"13.4", 0, 0, value) == 2
    assert precision(b"13.5", 0, 0, value) == -1
    assert precision(b"13.40", 0, 0, value) == 2
    assert precision(b"13.4", 0, 0, Value("longitude", "degrees", "13.444954", 0)) == -1


@settings(max_examples=80)
@given(
    st.integers(1_000_000, 89_999_999),
    st.integers(2, 6),
    st.sampled_from([ROUND_DOWN, ROUND_HALF_UP]),
    st.integers(-3, 3),
)
def test_decimal_arithmetic_says_the_same(millionths, decimals, rounding, off):
    true = Decimal(millionths) / 10**6
    unit = Decimal(1).scaleb(-decimals)
    written = true.quantize(unit, rounding) + off * unit
    value = Value("latitude", "degrees", f"{true:.6f}", 0)
    expected = decimals if abs(written - true) <= unit else -1
    assert precision(f"{written:f}".encode(), 0, 0, value) == expected


# Pairs

OWNER = Seeker(
    read_profile(b"location: [{lat: 52.520008, lon: -13.404954}, {lat: 48.137154, lon: 11.576124}]"), reveal=True
)


def known(tree) -> set[str]:
    found = (item.fact for item in OWNER.seek(message(sent=json.dumps(tree).encode())))
    return {fact.shown for fact in found if isinstance(fact, Disclosure) and fact.method == "known-value"}


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        ({"a": "52.52", "b": "-13.40"}, {"52.520008", "-13.404954"}),
        ({"a": ["52.52", "-13.40"]}, {"52.520008", "-13.404954"}),
        ({"a": "52.52", "b": "11.58"}, set()),  # of two places
        ({"a": "52.52", "b": "52.52"}, set()),  # one of them twice
        ({"a": {"x": "52.52"}, "b": {"x": "-13.40"}}, set()),  # of two objects
        ([{"x": "52.52"}, {"x": "-13.40"}], set()),  # of two elements
        ({"a": "52.520", "b": "none"}, set()),  # a hundred metres alone
        ({"a": "52.5200", "b": "none"}, {"52.520008"}),  # ten metres alone
        ({"a": "52.5200", "b": {"x": "-13.40"}}, {"52.520008"}),
        ({"a": "48.137,11.576"}, {"48.137154", "11.576124"}),
        ({"a": "11.576 48.137"}, {"48.137154", "11.576124"}),
    ],
)
def test_coarse_coordinates_count_beside_their_other_one_alone(tree, found):
    assert known(tree) == found


# Candidates


def told(text: str) -> list[tuple[str, str]]:
    return [(found.property, found.text) for found in candidates(text.encode())]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("356938035643809", [("imei", "356938035643809")]),
        ("a=356938035643809;b=356938035643809", [("imei", "356938035643809")] * 2),
        ("3569380356438091", []),
        ("x356938035643809", []),
        ("356938035643809.5", []),
        ("-356938035643809", []),
        ("490154203237518", []),  # the standard's example: many devices have it
        ("mail:a@b.co", [("email", "a@b.co")]),
        ("a@b.c", []),
        ("a@b", []),
        ("logo@3x.webp", []),
        ("style@site.css", []),
        ("<jane.d+x@mail.example.org>", [("email", "jane.d+x@mail.example.org")]),
        ("+4915123456789", [("phoneNumber", "+4915123456789")]),
        ("+491512345", []),
        ("+0915123456789", []),
        ("1+4915123456789", []),
        ("+4915123456789012", []),
        ("3c:5a:b4:71:62:e3", [("macAddress", "3c:5a:b4:71:62:e3")]),
        ("3c:5a:b4:71:62:e3:00", []),
        ("3c:5a:b4-71:62:e3", []),
        ("52.5200,13.4050", [("latitude", "52.5200,13.4050")]),
        ("90.0001,13.4050", []),
        ("52.5200,180.0001", []),
        ("0.0000,0.0000", []),
        ("52.520,13.4050", []),
        ("5c1f77a0-9d3e-4b26-8a41-0e8f5b6d7c92", [("otherIdentifiers", "5c1f77a0-9d3e-4b26-8a41-0e8f5b6d7c92")]),
        ("5c1f77a0-9d3e-4b26-7a41-0e8f5b6d7c92", []),  # another variant
        ("5c1f77a0-9d3e-5b26-8a41-0e8f5b6d7c92", []),  # version five: a name's
        ("5c1f77a0-9d3e-4b26-8a41-0e8f5b6d7c92-1", []),
        ("", []),
        ("12345", []),
    ],
)
def test_a_form_is_whole_or_it_is_none(text, found):
    assert told(text) == found


def test_a_text_is_searched_to_its_most_bytes_and_candidates():
    email = b" jane@example.org"
    assert list(candidates(b"x" * (LONGEST - len(email)) + email))
    assert not list(candidates(b"x" * (LONGEST - 5) + email))
    many = b" ".join(b"u%d@example.org" % number for number in range(MOST + 1))
    assert len(list(candidates(many))) == MOST


# What is shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "…"),
        ("abc", "a…"),
        ("k7x9k7x9k7x9k7", "k…"),
        ("k7x9k7x9k7x9k7x", "k7x9…"),
        ("k7x9" * 7 + "k7x", "k7x9…"),
        ("k7x9" * 8, "k7x9k7x9…"),
        ("52.520008", "52.…"),
        ("+180.0", "+180.…"),
        ("1234.5678", "1…"),
        ("52.5200,13.4050", "52.…"),
        ("-52.5200812345678, -13.4049541234567", "-52.…"),
        ("@example.org", "@…"),
        ("jane@", "j…"),
        ("a@b", "a…"),
        ("éa@ßb", "é…"),
        ("éa@ßbc", "é…@ß…"),
    ],
)
def test_of_a_value_its_beginning_is_shown(text, shown):
    assert redacted(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("form: +4915123456789 and +4915123456789", "form: +… and +…"),
        ("json:$ 3c:5a:b4:71:62:e3 x", "json:$ 3c:5… x"),
        ("at 52.5200,13.4050", "at 52.…"),
        ("form:356938035643809x", "form:356938035643809x"),
    ],
)
def test_candidates_in_a_name_are_made_unreadable_wherever_they_stand(text, shown):
    assert without_candidates(text) == shown
