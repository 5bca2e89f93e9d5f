"""Certificates and PKCS#7 as plain values: names after RFC 4514, keys, times, and hostile bytes."""

import contextlib
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.signing.certificate import (
    UnreadableCertificateError,
    parse_certificate,
    parse_signed_data,
)
from tests.builders.apple import cms, identity
from tests.builders.signing import certificate, name, pkcs7_signature


def test_a_certificate_reads_as_cryptography_reads_it():
    der = certificate(name(C="DE", O="Example", CN="Test"))
    mine, theirs = parse_certificate(der), x509.load_der_x509_certificate(der)
    sha1 = hashlib.sha1(der, usedforsecurity=False).hexdigest()
    assert mine.subject == mine.issuer == theirs.subject.rfc4514_string() == "CN=Test,O=Example,C=DE"
    assert int(mine.serial, 16) == theirs.serial_number
    assert (mine.not_before, mine.not_after) == ("2020-01-02T03:04:05Z", "2045-01-02T03:04:05Z")
    assert (mine.sha256, mine.sha1) == (hashlib.sha256(der).hexdigest(), sha1)


@pytest.mark.parametrize(
    ("kind", "key", "algorithm"),
    [
        ("ec", "EC 256", "SHA256withECDSA"),
        ("rsa", "RSA 2048", "SHA256withRSA"),
        ("dsa", "DSA 2048", "SHA256withDSA"),
        ("ed25519", "Ed25519", "1.3.101.112"),
    ],
)
def test_keys_and_algorithms_are_named(kind, key, algorithm):
    parsed = parse_certificate(certificate(kind=kind))
    assert (parsed.key, parsed.signature_algorithm) == (key, algorithm)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Example, Inc.", r"Example\, Inc."),
        ('a+b"c\\d<e>f;g', r"a\+b\"c\\d\<e\>f\;g"),
        ("#tag", r"\#tag"),
        (" lead", r"\ lead"),
        ("trail ", r"trail\ "),
        ("line\nbreak", r"line\0Abreak"),
        ("bidi\u202eevil", r"bidi\E2\80\AEevil"),
        ("日本", "日本"),
    ],
)
def test_names_are_escaped(value, shown):
    assert parse_certificate(certificate(name(O=value))).subject == f"O={shown}"


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_any_name_is_one_printable_line(value):
    try:
        der = certificate(name(O=value))
    except (ValueError, UnicodeEncodeError):
        return
    subject = parse_certificate(der).subject
    assert all(character.isprintable() for character in subject)
    assert len(subject) < 2_000
    subject.encode("utf-8")


def test_long_values_are_cut():
    assert "…(88 more)" in parse_certificate(certificate(name(O="x" * 600))).subject


def test_an_attribute_without_a_short_name_shows_its_identifier():
    assert parse_certificate(certificate(name(T="Dr"))).subject == "2.5.4.12=Dr"
    assert parse_certificate(certificate(name(E="a@b.example"))).subject == "emailAddress=a@b.example"


@pytest.mark.parametrize("data", [b"", b"0", b"not DER", b"\x30\x80" * 5_000, b"\x30\x84\xff\xff\xff\xff"])
def test_what_is_no_certificate_is_one_kind_of_error(data):
    with pytest.raises(UnreadableCertificateError):
        parse_certificate(data)
    with pytest.raises(UnreadableCertificateError):
        parse_signed_data(data)


DER = certificate()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(DER) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_certificates_are_read_or_refused(changes):
    data = bytearray(DER)
    for at, value in changes:
        data[at] = value
    try:
        parsed = parse_certificate(bytes(data))
    except UnreadableCertificateError:
        return
    parsed.subject.encode("utf-8")


def test_signed_data_tells_the_signers_own_certificate_from_others():
    own, other = certificate(serial=1), certificate(name(CN="Issuer"), serial=2)
    found = parse_signed_data(pkcs7_signature(own, more=[other]))
    assert found.signers == 1
    assert found.certificates == ((own, True), (other, False))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 600), st.integers(0, 255))
def test_damaged_signed_data_is_read_or_refused(at, value):
    data = bytearray(SIGNED)
    data[at % len(data)] = value
    with contextlib.suppress(UnreadableCertificateError):
        assert parse_signed_data(bytes(data)).signers >= 0


SIGNED = pkcs7_signature(DER)


@pytest.mark.corpus
def test_real_certificates_read_as_cryptography_reads_them(corpus):
    files = sorted((corpus / "signing" / "apksig").glob("*.x509.pem"))
    assert len(files) > 15
    for file in files:
        try:
            theirs = x509.load_pem_x509_certificates(file.read_bytes())
        except ValueError:
            continue  # a file made to be refused; the damaged-bytes tests cover that
        for certificate_ in theirs:
            mine = parse_certificate(certificate_.public_bytes(serialization.Encoding.DER))
            size = getattr(certificate_.public_key(), "key_size", 0)
            assert mine.key.endswith(f" {size}"), file
            expected = certificate_.subject.rfc4514_string().replace("1.2.840.113549.1.9.1=", "emailAddress=")
            assert mine.subject == expected, file
            assert int(mine.serial, 16) == certificate_.serial_number, file


def test_a_key_that_cannot_be_measured_is_named_by_its_family_alone():
    der = certificate(kind="rsa")
    start = b"\x03\x82\x01\x0f\x00\x30\x82\x01\x0a"  # a bit string that holds a sequence of two numbers
    assert der.count(start) == 1
    assert parse_certificate(der.replace(start, start[:5] + b"\x31\x82\x01\x0a")).key == "RSA"


def test_a_signer_that_is_named_by_its_key_has_no_certificate_of_its_own_here():
    found = parse_signed_data(cms(b"content", identity(), by_key=True))
    assert found.signers == 1
    assert [own for _, own in found.certificates] == [False] * 3


@pytest.mark.parametrize("parse", [parse_certificate, parse_signed_data])
def test_a_number_without_end_is_not_read(parse):
    with pytest.raises(UnreadableCertificateError, match="too long to read"):
        parse(b"\x30\x82\xf0\x00\x06\x82\xef\xfc\x2a" + b"\x81" * 61_000 + b"\x01")
