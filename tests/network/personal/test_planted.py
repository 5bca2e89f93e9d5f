"""Any value of a profile is found in any code at any place, by a path that leads there; in the twin nothing is."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.personal.profile import Value, read_profile
from affidavit.network.personal.seek import Seeker
from tests.builders.planted import CODES, ONCE, PLACES, coded
from tests.oracles.personal import reaches

PROFILE = read_profile(
    """
identifiers:
  advertising-id: 1209d0b9-b959-42e6-b921-aa5d9d08c1af
  android-id: 8d2c41f09ab37e65
  idfv: 6F1E2D3C-4B5A-4978-8695-A4B3C2D1E0F9
  imei: "356938035643809"
  serial: R58M30ABCDE
  mac: 3c:5a:b4:71:62:e3
  bssid: C0-25-E9-14-0A-77
  ssid: Kirschgarten 7b
  installation-ids: [dXk9_Zq3RTaPLm4vB7nC2w]
phone: +49 151 23456789
email: Jane.Planted@example.org
names: [Jané Plänted Müller]
contacts: [{name: Orla Quinlivan, phone: "+353 86 7654321", email: orla.q@example.ie}]
typed: ["zebra crossing éclair/3 & tea"]
visited: https://news.example.org/2026/some-page?id=4711&x=y
other: {loyaltyCard: 6009-4411-8820-77}
""".encode()
)
TWIN = {  # the same forms, other values
    "advertisingId": "77aa31c0-1f5e-4d0b-8c93-0b5566e1d2a4",
    "androidId": "1b7e90d25cc8f3a4",
    "idfv": "0A1B2C3D-5E6F-4701-9213-C4D5E6F70819",
    "imei": "490154203237518",
    "macAddress": "a4:83:e7:19:28:37",
    "bssid": "D8-07-B6-5F-4E-3D",
    "phoneNumber": "+33 6 98 76 54 32",
    "email": "someone.else@example.com",
}


@cache
def seeker() -> Seeker:
    return Seeker(PROFILE)


def known(message):
    return [item.fact for item in seeker().seek(message) if getattr(item.fact, "method", "") == "known-value"]


def check(value: Value, names: tuple[str, ...], place: str) -> None:
    planted = coded(value.text.encode(), *names)
    if planted is None:
        return
    message = PLACES[place](planted)
    found = known(message)
    assert {fact.property for fact in found} == {value.property}, (value.text, names, place, found)
    assert all(reaches(message, fact.path, value.text) for fact in found), (value.text, names, place, found)


def test_there_are_enough_codes_and_places():
    assert len(CODES) >= 30
    assert len(PLACES) >= 10


@pytest.mark.parametrize("name", CODES)
def test_each_value_is_found_in_each_code(name):
    for number, value in enumerate(PROFILE.values):
        places = list(PLACES)
        for place in (places[number % len(places)], "JSON", "body"):
            check(value, (name,), place)


@given(
    st.sampled_from(PROFILE.values),
    st.sampled_from(sorted(CODES)),
    st.sampled_from(sorted(CODES.keys() - ONCE)),
    st.sampled_from(sorted(PLACES)),
)
def test_any_value_is_found_in_any_two_codes_at_any_place(value, inner, outer, place):
    check(value, (inner, outer), place)


@given(
    st.sampled_from([*sorted(TWIN.values()), "Frieda Anderswo", "quiet harbour", "https://shop.example.com/cart/9"]),
    st.sampled_from(sorted(CODES)),
    st.sampled_from(sorted(CODES.keys() - ONCE)),
    st.sampled_from(sorted(PLACES)),
)
def test_nothing_is_found_where_another_value_stands(text, inner, outer, place):
    planted = coded(text.encode(), inner, outer)
    if planted is not None:
        assert not known(PLACES[place](planted))


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_found_in_an_empty_place(place):
    assert not known(PLACES[place](b"nothing of anybody, 12345"))
