"""Signature block files: what they say is read as it stands; broken ones are refused, large ones are not read."""

import hashlib
import shutil
import subprocess

import pytest
from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.signing.signed_data import (
    MAX_BYTES,
    MAX_ITEMS,
    SignedData,
    UnreadableSignedDataError,
    read_signed_data,
)
from tests.builders.jar_signing import OIDS, Info, attribute_set, attributes_of, block, signature, tlv
from tests.builders.signing import START, certificate, key, name, pkcs7_signature

TEXT = b"Signature-Version: 1.0\r\n\r\n"


def issued(
    subject: x509.Name, issuer: x509.Name, *extensions: tuple[x509.ExtensionType, bool], serial: int = 7
) -> bytes:
    """A certificate whose issuer is another one's subject."""
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key().public_key())
    builder = builder.serial_number(serial).not_valid_before(START).not_valid_after(START.replace(year=2045))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key(), hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def usage(*set_: str) -> x509.KeyUsage:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{each: each in set_ for each in names})


def test_a_signer_and_its_certificate_are_read_as_they_stand():
    data = block(Info(TEXT))
    read = read_signed_data(data)
    (signer,), (own,) = read.signers, read.certificates
    assert own.der == certificate()
    assert data[own.offset :].startswith(own.der)
    assert read.certificate_of(signer) is own
    assert (signer.digest, signer.signature_algorithm) == (OIDS["sha256"], OIDS["ec"])
    assert signer.attributes is None
    assert (own.critical, own.may_sign, read.cut) == ((), True, "")
    assert read.content_type == "1.2.840.113549.1.7.1"


def test_a_block_by_another_writer_is_read_too():
    read = read_signed_data(pkcs7_signature(certificate(), content=TEXT))
    (signer,) = read.signers
    assert signer.attributes is not None
    assert signer.attributes.digest == hashlib.sha256(TEXT).digest()
    assert signer.attributes.content_type == "1.2.840.113549.1.7.1"
    assert read.certificate_of(signer) is read.certificates[0]


def test_signed_attributes_keep_their_bytes_and_order():
    given_order = list(reversed(attributes_of(TEXT)))
    (signer,) = read_signed_data(block(Info(TEXT, attributes=given_order))).signers
    assert signer.attributes.data == attribute_set(given_order).dump()
    assert signer.attributes.data[:1] == b"\x31"


@pytest.mark.parametrize(
    ("attributes", "content_type", "digest"),
    [
        ([], "", None),
        (attributes_of(TEXT, content="")[-1:], "", hashlib.sha256(TEXT).digest()),
        (attributes_of(TEXT)[:1], "1.2.840.113549.1.7.1", None),
        ([("1.2.3.4", [core.Integer(5)])], "", None),
        ([("1.2.840.113549.1.9.4", [core.OctetString(b"")])], "", b""),
        ([("1.2.840.113549.1.9.4", [])], "", None),
    ],
)
def test_missing_attributes_are_told_from_empty_ones(attributes, content_type: str, digest: bytes | None):
    (signer,) = read_signed_data(block(Info(TEXT, attributes=attributes))).signers
    assert (signer.attributes.content_type, signer.attributes.digest) == (content_type, digest)


@pytest.mark.parametrize(
    ("attributes", "fault"),
    [
        (attributes_of(TEXT) * 2, "occurs twice"),
        ([("1.2.840.113549.1.9.4", [core.OctetString(b"a"), core.OctetString(b"b")])], "has 2 values"),
    ],
)
def test_ambiguous_attributes_are_a_fault_of_the_signer(attributes, fault: str):
    (signer,) = read_signed_data(block(Info(TEXT, attributes=attributes))).signers
    assert signer.attributes is None
    assert fault in signer.fault


def test_a_signer_is_found_by_issuer_and_serial_only():
    others = [issued(name(CN="Other"), name(CN="Other"), serial=0x1234ABCD), certificate(serial=5)]
    read = read_signed_data(block(Info(TEXT), certificates=[*others, certificate()]))
    assert read.certificate_of(read.signers[0]) is read.certificates[2]
    missing = read_signed_data(block(Info(TEXT, serial=99)))
    assert missing.certificate_of(missing.signers[0]) is None
    by_key = read_signed_data(block(Info(TEXT, by_key_identifier=True)))
    assert by_key.certificate_of(by_key.signers[0]) is None


def test_names_are_compared_as_rfc_5280_says():
    shouted = issued(name(CN="SOME  BODY"), name(CN="SOME  BODY"))
    read = read_signed_data(
        block(Info(TEXT, der=issued(name(CN="Some Body"), name(CN="Some Body"))), certificates=[shouted])
    )
    assert read.certificate_of(read.signers[0]) is read.certificates[0]


def test_the_chain_goes_from_issuer_to_issuer_and_ends():
    leaf, middle, root = (
        issued(name(CN="Leaf"), name(CN="Middle"), serial=1),
        issued(name(CN="Middle"), name(CN="Root"), serial=2),
        issued(name(CN="Root"), name(CN="Root"), serial=3),
    )
    read = read_signed_data(block(Info(TEXT, der=leaf), certificates=[root, leaf, middle]))
    own = read.certificate_of(read.signers[0])
    assert [item.serial for item in read.chain_of(own)] == [1, 2, 3]
    short = read_signed_data(block(Info(TEXT, der=leaf), certificates=[root, leaf]))
    assert [item.serial for item in short.chain_of(short.certificates[-1])] in ([1], [3])


def test_a_ring_of_issuers_ends():
    one, two = issued(name(CN="A"), name(CN="B"), serial=1), issued(name(CN="B"), name(CN="A"), serial=2)
    read = read_signed_data(block(Info(TEXT, der=one), certificates=[one, two]))
    assert len(read.chain_of(read.certificates[0])) == 2


@pytest.mark.parametrize(
    ("allowed", "may_sign"),
    [(("digital_signature",), True), (("content_commitment",), True), (("key_encipherment",), False), ((), False)],
)
def test_key_usage_decides_whether_a_certificate_may_sign(allowed: tuple[str, ...], may_sign: bool):
    der = issued(name(CN="A"), name(CN="A"), (usage(*allowed), True))
    (own,) = read_signed_data(block(Info(TEXT, der=der))).certificates
    assert own.may_sign is may_sign
    assert own.critical == ("2.5.29.15",)


def test_critical_extensions_are_listed():
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
    plain = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
    der = issued(name(CN="A"), name(CN="A"), (odd, True), (plain, False))
    (own,) = read_signed_data(block(Info(TEXT, der=der))).certificates
    assert own.critical == ("1.2.3.4.5",)


def test_a_block_without_certificates_or_signers_is_read():
    assert read_signed_data(block(Info(TEXT), certificates=[])).certificates == ()
    empty = read_signed_data(block(certificates=[certificate()]))
    assert (empty.signers, len(empty.certificates)) == ((), 1)


def test_bytes_after_the_end_are_ignored():
    assert read_signed_data(block(Info(TEXT)) + b"more").signers


def test_lengths_in_ber_are_taken():
    data = block(Info(TEXT))
    header = 4  # tag and a length of three bytes
    assert data[:2] == b"\x30\x82"
    endless = b"\x30\x80" + data[header:] + b"\0\0"
    assert read_signed_data(endless).certificates[0].der == certificate()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"\x30\x80",
        b"\x30\x80" * 30_000,
        b"\x30\x03\x02\x01\x05",
        tlv(0x30, core.ObjectIdentifier("1.2.840.113549.1.7.2").dump()),
        block(Info(TEXT))[:-40],
        block(Info(TEXT), content_type="data"),
        certificate(),
    ],
)
def test_what_is_no_signed_data_is_refused(data: bytes):
    with pytest.raises(UnreadableSignedDataError):
        read_signed_data(data)


@pytest.mark.parametrize("size", [4_000, MAX_BYTES - 200])
def test_a_huge_object_identifier_does_not_hang(size: int):
    oid = tlv(0x06, b"\xff" * size + b"\x01")
    read = read_signed_data(tlv(0x30, oid + b"\xa0\x02\x30\x00"))
    assert (read.signers, "too long to read" in read.cut) == ((), True)


def test_a_block_past_the_bound_is_not_read():
    read = read_signed_data(bytes(MAX_BYTES + 1))
    assert (read.signers, "more than are read" in read.cut) == ((), True)


def test_too_many_signers_are_cut_and_it_is_said():
    info = Info(TEXT, signature=signature("ec", "sha256", TEXT))
    assert read_signed_data(block(*[info] * MAX_ITEMS)).cut == ""
    assert "more certificates or signers" in read_signed_data(block(*[info] * (MAX_ITEMS + 1))).cut


def test_a_message_digest_of_another_type_makes_it_unreadable():
    odd = [("1.2.840.113549.1.9.4", [core.ObjectIdentifier("1.2.3")])]
    with pytest.raises(UnreadableSignedDataError):
        read_signed_data(block(Info(TEXT, attributes=odd)))


def test_openssl_makes_blocks_that_are_read(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    made = certificate()
    (tmp_path / "cert.pem").write_bytes(x509.load_der_x509_certificate(made).public_bytes(serialization.Encoding.PEM))
    options = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "key.pem").write_bytes(key().private_bytes(*options))
    (tmp_path / "text").write_bytes(TEXT)
    command = "openssl cms -sign -binary -noattr -in text -signer cert.pem -inkey key.pem -outform DER -out out.der"
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True, timeout=60)
    read = read_signed_data((tmp_path / "out.der").read_bytes())
    assert read.certificate_of(read.signers[0]).der == made


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_printable_words(data: bytes):
    said = ""
    try:
        assert isinstance(read_signed_data(data), SignedData)
    except UnreadableSignedDataError as error:
        said = str(error)
    assert said.isprintable()


WHOLE = block(Info(TEXT, attributes=attributes_of(TEXT)))


@settings(deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_read_or_refused(at: int, change: int):
    data = bytearray(WHOLE)
    data[at] ^= change
    try:
        read = read_signed_data(bytes(data))
    except UnreadableSignedDataError:
        return
    for signer in read.signers:
        own = read.certificate_of(signer)
        assert own is None or own in read.chain_of(own)


def test_the_builder_makes_what_asn1crypto_takes():
    assert cms.ContentInfo.load(WHOLE)["content"]["signer_infos"][0]["signed_attrs"].native
