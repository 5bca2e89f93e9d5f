"""Coordinates: at two to six decimals, in either order, as integers; not inside of numbers, not alone when coarse."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.personal.profile import read_profile
from affidavit.network.personal.seek import Seeker
from tests.builders.planted import message, protobuf

SEEKER = Seeker(read_profile(b"location: {lat: 52.520008, lon: -13.404954}"))


def found(message_):
    facts = (item.fact for item in SEEKER.seek(message_))
    return {(fact.property, fact.path) for fact in facts if getattr(fact, "method", "") == "known-value"}


def in_json(**fields):
    return found(message(sent=json.dumps(fields).encode()))


@pytest.mark.parametrize("decimals", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("names", [("lat", "lon"), ("x", "y")])
def test_a_pair_is_found_at_each_precision_whatever_it_is_called(decimals, names):
    pair = in_json(**{names[0]: round(52.520008, decimals) + 0.0, names[1]: round(-13.404954, decimals)})
    assert {name for name, _ in pair} == {"latitude", "longitude"}


@pytest.mark.parametrize("text", ["52.5200,-13.4050", "-13.40495;52.52001", "at 52.520008 / -13.404954 now"])
def test_a_pair_in_a_text_is_found_in_either_order(text):
    assert {name for name, _ in in_json(where=text)} == {"latitude", "longitude"}


def test_more_digits_than_the_profile_has_are_compared_as_far_as_it_goes():
    assert in_json(lat="52.52000812345", lon="-13.40495399") == {
        ("latitude", ("body", "json:$.lat", "decimals:6")),
        ("longitude", ("body", "json:$.lon", "decimals:6")),
    }


@pytest.mark.parametrize(("places", "step"), [(10**6, "e6"), (10**7, "e7")])
def test_integers_of_millionths_are_found(places, step):
    fields = in_json(a=round(52.520008 * places), b=round(-13.404954 * places))
    assert fields == {
        ("latitude", ("body", "json:$.a", step, "decimals:4")),
        ("longitude", ("body", "json:$.b", step, "decimals:4")),
    }


def test_doubles_and_signed_integers_of_protocol_buffers_are_found():
    numbers = b"\x09" + struct.pack("<d", 52.520008) + b"\x11" + struct.pack("<d", -13.404954)
    assert {name for name, _ in found(message(sent=protobuf(3, numbers + b"\x18\xff\x01")))} == {
        "latitude",
        "longitude",
    }
    zigzag, varint = 2 * 134049540 - 1, bytearray()
    while zigzag > 0x7F:
        varint.append(zigzag & 0x7F | 0x80)
        zigzag >>= 7
    assert {
        name for name, _ in found(message(sent=b"\x08" + bytes(varint) + bytes([zigzag]) + b"\x12\x02\xff\xfe"))
    } == {"longitude"}


@pytest.mark.parametrize(
    "fields",
    [
        {"version": "52.52"},
        {"lat": 52.52, "lon": 14.41},
        {"lat": 52.52, "other": {"lon": -13.40}},
        {"lat": -52.520008, "b": 1},
        {"lon": 13.404954},
        {"a": "152.520008", "b": "v52.520008"},
        {"a": "52.520108", "b": "52.519908"},
        {"a": "1.52.520008"},
        {"a": 5252000, "b": 525200},
    ],
)
def test_what_is_no_coordinate_of_the_device_is_not_found(fields):
    assert not in_json(**fields)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_other_places_are_not_found(lat, lon):
    if abs(lat - 52.520008) > 0.02 or abs(lon + 13.404954) > 0.02:
        pair = in_json(lat=f"{lat:.6f}", lon=f"{lon:.6f}")
        assert {name for name, _ in pair} != {"latitude", "longitude"}
