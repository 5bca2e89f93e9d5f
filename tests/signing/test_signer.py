"""One signer as bytes: everything that was written is found, every broken length has a word."""

import struct

import pytest

from affidavit.model.signing import ANY_LEVEL
from affidavit.signing.fields import BoundError, Fields
from affidavit.signing.keys import UnsupportedKeyError, UnusableKeyError
from affidavit.signing.signer import (
    FaultError,
    Signer,
    read_certificates,
    read_content,
    read_signatures,
    read_signer,
    signed_bytes,
    unusable_as,
)
from tests.builders.block_signing import EC, RSA, Signing, attribute, own_certificate, plain_apk, public_key, record, v3
from tests.builders.signing import prefixed


def read(data: bytes, *, levels: bool = False) -> Signer:
    return read_signer(Fields(memoryview(data), 0, len(data)), levels=levels)


def signer(signing: Signing) -> Signer:
    return read(signing.make(plain_apk())[4:], levels=bool(signing.levels))


def of_parts(*parts: bytes, levels: bool = False) -> Signer:
    """A signer whose signed data are these parts, end to end."""
    return read(prefixed(*parts) + (bytes(8) if levels else b"") + prefixed() + prefixed(), levels=levels)


def fault_of(reading, *arguments, **more) -> str:
    with pytest.raises(FaultError) as caught:
        reading(*arguments, **more)
    assert str(caught.value)
    return caught.value.word


def test_a_v2_signer_is_read_whole():
    made = Signing(attributes=[attribute(7, b"value")], algorithms=(EC,))
    found = signer(made)
    assert (found.min_sdk, found.max_sdk, found.broken) == (1, ANY_LEVEL, "")
    assert signed_bytes(found) == made.signed_data(plain_apk())
    beside = read_signatures(found)
    assert [item.id for item in beside.signatures] == [EC]
    assert beside.key == public_key("ec")
    content = read_content(found, "base.apk", levels=False)
    assert [(item.id, len(item.value)) for item in content.digests] == [(EC, 32)]
    assert [(item.der, item.entry) for item in content.certificates] == [(own_certificate("ec"), "base.apk")]
    assert [(item.id, item.value) for item in content.attributes] == [(7, b"value")]


def test_a_v3_signer_states_levels_twice():
    found = signer(v3(30, 35, inner_levels=(31, 34)))
    content = read_content(found, "", levels=True)
    assert (found.min_sdk, found.max_sdk, content.min_sdk, content.max_sdk) == (30, 35, 31, 34)


def test_places_are_those_in_the_container():
    data = b"before" + Signing(attributes=[attribute(7, b"here")]).make(plain_apk())[4:]
    found = read_signer(Fields(memoryview(data), 6, len(data)), levels=False)
    content = read_content(found, "", levels=False)
    certificate, [value] = content.certificates[0], content.attributes
    assert data[certificate.offset :].startswith(certificate.der)
    assert data[value.at :].startswith(b"here")


def test_reading_twice_gives_the_same():
    found = signer(Signing())
    assert read_signatures(found) == read_signatures(found)
    assert read_content(found, "", levels=False) == read_content(found, "", levels=False)


@pytest.mark.parametrize(("data", "levels"), [(b"", False), (b"\xff\0\0\0", False), (prefixed() + b"1234567", True)])
def test_a_signer_that_breaks_off_is_said_to_be_broken(data, levels):
    assert read(data, levels=levels).broken


@pytest.mark.parametrize("tail", [b"", prefixed(), prefixed() + b"\x05\0\0\0"])
def test_a_missing_list_or_key_is_a_malformed_signer(tail):
    assert fault_of(read_signatures, read(prefixed() + tail)) == "malformed-signer"


@pytest.mark.parametrize("listed", [b"\x01", prefixed(b"1234567"), struct.pack("<I", 9) + b"short"])
def test_a_broken_signature_record_has_its_word(listed):
    found = read(prefixed() + prefixed(listed) + prefixed())
    assert fault_of(read_signatures, found) == "malformed-signature"


def test_a_value_past_its_record_is_none_and_others_are_read():
    cut = prefixed(struct.pack("<II", RSA, 99) + b"short")
    found = read(prefixed() + prefixed(cut, record(EC, b"good")) + prefixed(b"key"))
    assert [(item.id, item.value) for item in read_signatures(found).signatures] == [(RSA, None), (EC, b"good")]


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        ((b"",), "malformed-signer"),
        ((prefixed(),), "malformed-signer"),
        ((prefixed(), prefixed(b"\x09\0\0\0")), "malformed-signer"),
        ((prefixed(), prefixed()), "malformed-signer"),
        ((prefixed(b"\x01"), prefixed(), prefixed()), "malformed-digest"),
        ((prefixed(prefixed(b"1234567")), prefixed(), prefixed()), "malformed-digest"),
        ((prefixed(), prefixed(), prefixed(prefixed(b"id?"))), "malformed-additional-attribute"),
        ((prefixed(), prefixed(), prefixed(b"\x09\0\0\0")), "malformed-additional-attribute"),
    ],
)
def test_broken_signed_data_have_their_word(parts, word):
    assert fault_of(read_content, of_parts(*parts), "", levels=False) == word


def test_v3_signed_data_without_levels_are_malformed():
    found = of_parts(prefixed(), prefixed(), b"1234", levels=True)
    assert fault_of(read_content, found, "", levels=True) == "malformed-signer"


def test_what_follows_the_named_fields_is_ignored():
    found = of_parts(prefixed(), prefixed(prefixed(b"der")), prefixed(), b"trailing bytes")
    assert [item.der for item in read_content(found, "", levels=False).certificates] == [b"der"]


@pytest.mark.parametrize(
    "parts",
    [
        (prefixed(), prefixed(*[prefixed()] * 65), prefixed()),
        (prefixed(), prefixed(prefixed(bytes(65_537))), prefixed()),
        (prefixed(*[record(1, b"")] * 257), prefixed(), prefixed()),
        (prefixed(record(1, bytes(65_537))), prefixed(), prefixed()),
    ],
)
def test_more_than_is_read_here_is_no_fault(parts):
    with pytest.raises(BoundError, match="more than"):
        read_content(of_parts(*parts), "", levels=False)


def test_large_keys_and_signed_data_are_not_read():
    with pytest.raises(BoundError, match="public key"):
        read_signatures(read(prefixed() + prefixed() + prefixed(bytes(65_537))))
    with pytest.raises(BoundError, match="signed data"):
        signed_bytes(of_parts(bytes((1 << 20) + 1)))


def test_certificates_can_be_read_when_the_rest_cannot():
    found = of_parts(prefixed(b"\x01"), prefixed(prefixed(b"der")))
    assert [item.der for item in read_certificates(found, "")] == [b"der"]


def test_a_key_that_cannot_be_used_is_a_fault_unless_it_only_cannot_be_checked_here():
    with pytest.raises(FaultError, match="key 3: none") as caught, unusable_as("odd-key", "key 3: "):
        raise UnusableKeyError("none")
    assert caught.value.word == "odd-key"
    with pytest.raises(UnsupportedKeyError, match="large"), unusable_as("odd-key"):
        raise UnsupportedKeyError("large")
    with unusable_as("odd-key"):
        pass
