"""How values are written in traffic: every form that is looked for stands in what real encoders make of the value."""

import base64
import hashlib
import struct
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.personal.profile import Value
from affidavit.network.personal.values import Form, forms, texts

AAID = "1209d0b9-b959-42e6-b921-aa5d9d08c1af"


def of(kind: str, text: str) -> list[Form]:
    return forms(Value("x", kind, text))


def through(found: list[Form], *steps: str) -> list[bytes]:
    return [form.data for form in found if form.steps == steps]


def plain(kind: str, text: str) -> set[bytes]:
    return set(through(of(kind, text)))


# Spellings


@pytest.mark.parametrize(
    ("kind", "text", "written"),
    [
        ("uuid", AAID.upper(), {AAID.encode(), AAID.replace("-", "").encode()}),
        ("uuid", "not-a-uuid-7", {b"not-a-uuid-7", b"notauuid7"}),
        ("id", "R58M-30AB", {b"r58m-30ab", b"r58m30ab"}),
        ("id", "8d2c41f09ab37e65", {b"8d2c41f09ab37e65", b"10172578159966518885"}),
        ("id", "1234567890123456", {b"1234567890123456"}),
        ("imei", "35 693803 564380 9", {b"35 693803 564380 9", b"356938035643809"}),
        ("mac", "3C-5A-B4-71-62-E3", {b"3c-5a-b4-71-62-e3", b"3c:5a:b4:71:62:e3", b"3c5ab47162e3"}),
        ("phone", "+353 86 7654321", {b"+353 86 7654321", b"+353867654321", b"353867654321", b"00353867654321"}),
        ("email", "Jane@Example.org", {b"jane@example.org"}),
        (
            "url",
            "https://a.example/b/",
            {b"https://a.example/b/", b"https://a.example/b", b"a.example/b/", b"a.example/b"},
        ),
        ("url", "HTTPS://a.example", {b"https://a.example"}),
        ("name", "Orla Quinlivan", {b"orla quinlivan"}),
    ],
)
def test_a_value_as_it_is_written_in_plain_text(kind, text, written):
    assert plain(kind, text) == written


def test_a_decimal_of_an_android_id_is_the_one_of_its_sixteen_digits():
    assert b"%d" % int("8d2c41f09ab37e65", 16) in plain("id", "8D2C41F09AB37E65")
    assert plain("id", "8d2c41f09ab37e6") == {b"8d2c41f09ab37e6"}


def test_spellings_come_as_the_person_wrote_them_first():
    assert texts(Value("x", "email", "Jane@Example.org")) == [
        "Jane@Example.org",
        "jane@example.org",
        "JANE@EXAMPLE.ORG",
    ]


def test_texts_with_signs_are_looked_for_with_percent_signs_too():
    found = of("text", "zebra & éclair/3")
    assert set(through(found, "url")) == {
        b"zebra%20%26%20%c3%a9clair%2f3",
        b"zebra+%26+%c3%a9clair%2f3",
        b"zebra%20%26%20%c3%a9clair/3",
        b"zebra%20%26%20%c3%89clair%2f3",
        b"zebra+%26+%c3%89clair%2f3",
        b"zebra%20%26%20%c3%89clair/3",
    }


# What is short


@pytest.mark.parametrize(("text", "found"), [("ab-12", False), ("ab-123", True)])
def test_forms_of_five_bytes_turn_up_by_chance(text, found):
    assert (text.encode() in plain("other", text)) is found


def test_a_short_value_is_still_looked_for_in_codes_that_make_it_longer():
    found = of("other", "ab123")
    assert not through(found)
    assert through(found, "hex") == [b"4142313233", b"6162313233"]
    assert hashlib.md5(b"ab123", usedforsecurity=False).digest() in through(found, "md5")


@pytest.mark.parametrize(("size", "word"), [(39, True), (40, False)])
def test_a_long_value_cannot_be_part_of_a_word_by_chance(size, word):
    text = ("k7x9" * 10)[:size]
    assert {form.word for form in of("other", text) if not form.steps} == {word}


# Bytes of identifiers


def test_a_uuid_is_sixteen_bytes_in_the_order_of_networks_of_intel_and_of_windows():
    known = uuid.UUID(AAID)
    assert set(through(of("uuid", AAID), "bytes")) == {known.bytes, known.bytes[::-1], known.bytes_le}


def test_a_mac_address_is_six_bytes_in_either_order():
    assert set(through(of("mac", "3c:5a:b4:71:62:e3"), "bytes")) == {
        b"\x3c\x5a\xb4\x71\x62\xe3",
        b"\xe3\x62\x71\xb4\x5a\x3c",
    }


def test_an_android_id_is_a_number_of_eight_bytes_in_either_order():
    number = int("8d2c41f09ab37e65", 16)
    assert set(through(of("id", "8d2c41f09ab37e65"), "bytes")) == {struct.pack(">Q", number), struct.pack("<Q", number)}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("id", "R58M30ABCDE"),  # no hexadecimal digits
        ("id", "a1b2c3d4e5"),  # five bytes
        ("id", "a1b2c3d4e5f60"),  # half a byte too many
        ("imei", "356938035643809"),
        ("other", "8d2c41f09ab37e65"),
    ],
)
def test_other_values_stand_for_no_bytes(kind, text):
    assert not through(of(kind, text), "bytes")


# Codes, against what encoders of other people's make

owned = st.sampled_from([("uuid", AAID), ("email", "Jane.Planted@example.org"), ("name", "Jané Plänted")])


@settings(max_examples=40)
@given(owned, st.binary(max_size=9), st.binary(max_size=9), st.booleans())
def test_base64_of_anything_around_a_value_holds_one_of_its_forms(value, before, behind, url_safe):
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    encoded = encode(before + value[1].encode() + behind)
    assert any(form in encoded for form in through(of(*value), "base64"))


@settings(max_examples=40)
@given(st.binary(max_size=9), st.binary(max_size=9))
def test_base64_of_the_bytes_of_a_uuid_holds_one_of_their_forms(before, behind):
    encoded = base64.b64encode(before + uuid.UUID(AAID).bytes + behind)
    assert any(form in encoded for form in through(of("uuid", AAID), "base64", "bytes"))


@settings(max_examples=40)
@given(st.integers(0, 255), st.integers(0, 35))
def test_base64_of_another_value_holds_none(byte, at):
    changed = bytearray(AAID.encode())
    if changed[at] != byte:
        changed[at] = byte
        encoded = base64.b64encode(changed)
        kept = [form for form in through(of("uuid", AAID), "base64") if len(form) == 48]
        assert kept
        assert not any(form in encoded for form in kept)


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha512"])
@pytest.mark.parametrize("spelt", [AAID, AAID.upper(), AAID.replace("-", ""), AAID.replace("-", "").upper()])
def test_digests_are_looked_for_as_digits_as_bytes_and_in_both_alphabets(name, spelt):
    digest = hashlib.new(name, spelt.encode()).digest()
    found = of("uuid", AAID)
    assert {digest.hex().encode(), digest} <= set(through(found, name))
    encoded = {base64.b64encode(digest).rstrip(b"="), base64.urlsafe_b64encode(digest).rstrip(b"=")}
    assert encoded <= set(through(found, "base64", name))


@pytest.mark.parametrize("code", ["utf-16-le", "utf-16-be"])
def test_sixteen_bits_for_each_character_are_looked_for_in_each_order(code):
    assert "Jané Plänted".encode(code) in through(of("name", "Jané Plänted"), code)


def test_case_counts_in_codes_and_digests_of_bytes_and_nowhere_else():
    caseless = {form.steps for form in of("uuid", AAID) if form.caseless}
    assert caseless == {(), ("hex",), ("md5",), ("sha1",), ("sha256",), ("sha512",)}


# Coordinates


def degrees(text: str) -> set[tuple[bytes, int]]:
    return {(form.data, form.degrees) for form in forms(Value("latitude", "degrees", text, 0))}


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("52.520008", {(b"52.52", 0), (b"525200", 6), (b"525201", 6), (b"525200", 7), (b"525201", 7)}),
        ("-13.404954", {(b"13.4", 0), (b"134049", 6), (b"134050", 6), (b"134049", 7), (b"134050", 7)}),
        ("13.4051", {(b"13.4", 0), (b"13.41", 0), (b"134051", 6), (b"134052", 6), (b"134051", 7), (b"134052", 7)}),
        ("0.0512", {(b"0.05", 0), (b"512", 6), (b"513", 6), (b"512", 7), (b"513", 7)}),
    ],
)
def test_a_coordinate_is_looked_for_by_its_first_digits(text, begins):
    assert degrees(text) == begins


@settings(max_examples=60)
@given(st.integers(1, 89_999_999), st.integers(2, 6))
def test_a_coordinate_cut_or_rounded_to_any_decimals_begins_as_one_of_its_forms(millionths, decimals):
    text = f"{millionths // 10**6}.{millionths % 10**6:06}"
    begins = tuple(data for data, places in degrees(text) if places == 0)
    cut = text[: len(text) - 6 + decimals]
    assert cut.encode().startswith(begins)
    if decimals > 2:
        assert f"{float(text):.{decimals}f}".encode().startswith(begins)
