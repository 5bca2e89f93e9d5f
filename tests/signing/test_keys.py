"""Keys as apps carry them, and whether a signature by one holds: never more certain than it was checked."""

import hashlib

import pytest
from asn1crypto import core, keys, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.signing.keys import UnsupportedKeyError, UnusableKeyError, holds, key_of, may_stall, same_key
from tests.builders.block_signing import (
    DSA,
    EC,
    EC_512,
    RSA,
    RSA_512,
    RSA_PSS,
    RSA_PSS_512,
    own_certificate,
    public_key,
    signed_by,
)
from tests.builders.jar_signing import tlv
from tests.builders.signing import key

DATA = b"what is signed"
CASES = [
    ("rsa", RSA, "rsa", "sha256"),
    ("rsa", RSA_512, "rsa", "sha512"),
    ("rsa", RSA_PSS, "rsa-pss", "sha256"),
    ("rsa", RSA_PSS_512, "rsa-pss", "sha512"),
    ("ec", EC, "ec", "sha256"),
    ("ec", EC_512, "ec", "sha512"),
    ("dsa", DSA, "dsa", "sha256"),
]


def spki(public: object) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.DER, form)


def with_negative_modulus(der: bytes) -> bytes:
    """The same RSA key, its modulus written without the leading zero byte that makes it positive."""
    info = keys.PublicKeyInfo.load(der)
    parsed = info["public_key"].parsed
    modulus = parsed["modulus"].contents
    assert modulus[0] == 0
    short = b"\x02\x82" + (len(modulus) - 1).to_bytes(2) + modulus[1:]
    body = short + parsed["public_exponent"].dump()
    inner = b"\x30\x82" + len(body).to_bytes(2) + body
    info["public_key"] = keys.ParsableOctetBitString(inner)
    return info.dump(force=True)


@pytest.mark.parametrize(("kind", "algorithm", "family", "digest"), CASES)
def test_a_signature_holds_for_its_own_key_family_digest_and_data(kind, algorithm, family, digest):
    signature = signed_by(kind, algorithm, DATA)
    own = public_key(kind)
    assert holds(own, family, digest, signature, DATA)
    assert not holds(own, family, digest, signature, DATA + b"!")
    assert not holds(own, family, digest, signature[:-1] + bytes([signature[-1] ^ 1]), DATA)
    assert not holds(own, family, "sha384", signature, DATA)


@pytest.mark.parametrize(("kind", "algorithm", "family", "digest"), CASES)
def test_a_signature_of_any_length_is_refused_not_raised(kind, algorithm, family, digest):
    signature = signed_by(kind, algorithm, DATA)
    for wrong in (b"", b"\0", signature[:-1], signature + b"\0", bytes(600)):
        assert not holds(public_key(kind), family, digest, wrong, DATA)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_random_signatures_do_not_hold(signature):
    assert not holds(public_key("ec"), "ec", "sha256", signature, DATA)


@pytest.mark.parametrize("name", ["md5", "sha1", "sha224", "sha384"])
def test_older_digests_of_jar_signatures_are_known(name):
    digest = utils.Prehashed(getattr(hashes, name.upper())())
    signature = key("rsa").sign(hashlib.new(name, DATA).digest(), padding.PKCS1v15(), digest)
    assert holds(public_key("rsa"), "rsa", name, signature, DATA)


@pytest.mark.parametrize("curve", [ec.SECP224R1, ec.SECP256R1, ec.SECP384R1, ec.SECP521R1])
def test_androids_curves_are_known(curve):
    private = ec.generate_private_key(curve())
    signature = private.sign(DATA, ec.ECDSA(hashes.SHA256()))
    assert holds(spki(private.public_key()), "ec", "sha256", signature, DATA)


@pytest.mark.parametrize("curve", [ec.SECP256K1, ec.BrainpoolP256R1])
def test_other_curves_are_said_to_be_unsupported_not_wrong(curve):
    other = spki(ec.generate_private_key(curve()).public_key())
    with pytest.raises(UnsupportedKeyError, match="elliptic curve"):
        holds(other, "ec", "sha256", b"", DATA)


@pytest.mark.parametrize(("kind", "family"), [("ec", "rsa"), ("rsa", "ec"), ("dsa", "rsa-pss"), ("rsa", "dsa")])
def test_a_key_of_another_family_is_refused(kind, family):
    with pytest.raises(UnusableKeyError, match="family") as caught:
        holds(public_key(kind), family, "sha256", b"", DATA)
    assert not isinstance(caught.value, UnsupportedKeyError)


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_are_a_key_or_said_not_to_be_one(data):
    with pytest.raises(UnusableKeyError):
        holds(data, "rsa", "sha256", b"", DATA)


def test_a_key_of_no_known_kind_is_refused():
    with pytest.raises(UnusableKeyError, match="no public key"):
        holds(spki(key("ed25519").public_key()), "ec", "sha256", b"", DATA)


def test_a_point_off_the_curve_is_refused():
    der = bytearray(public_key("ec"))
    der[-1] ^= 1
    with pytest.raises(UnusableKeyError, match="no point of the curve"):
        holds(bytes(der), "ec", "sha256", b"", DATA)


@pytest.mark.parametrize("numbers", [(1 << 16_400 | 1, 65_537), ((1 << 2047) + 1, (1 << 65) + 1)])
def test_rsa_keys_beyond_the_bounds_are_unsupported(numbers):
    modulus, exponent = numbers
    body = keys.RSAPublicKey({"modulus": modulus, "public_exponent": exponent})
    der = keys.PublicKeyInfo({"algorithm": {"algorithm": "rsa", "parameters": core.Null()}, "public_key": body}).dump()
    with pytest.raises(UnsupportedKeyError):
        holds(der, "rsa", "sha256", bytes(256), DATA)


@pytest.mark.parametrize("exponent", [0, 1, 2, 65_536])
def test_rsa_keys_with_which_anything_would_be_signed_are_refused(exponent):
    modulus = key("rsa").public_key().public_numbers().n
    body = keys.RSAPublicKey({"modulus": modulus, "public_exponent": exponent})
    der = keys.PublicKeyInfo({"algorithm": {"algorithm": "rsa", "parameters": core.Null()}, "public_key": body}).dump()
    with pytest.raises(UnusableKeyError, match="exponent") as caught:
        holds(der, "rsa", "sha256", bytes(256), DATA)
    assert not isinstance(caught.value, UnsupportedKeyError)


def test_a_key_whose_algorithm_has_an_endless_name_is_not_read():
    oid = tlv(6, b"\x2a" + b"\x81" * 60_000 + b"\x01")
    with pytest.raises(UnsupportedKeyError, match="too long"):
        holds(tlv(0x30, tlv(0x30, oid) + tlv(3, b"\0a")), "rsa", "sha256", b"", DATA)


def test_dsa_keys_of_odd_sizes_are_unsupported():
    numbers = key("dsa").public_key().public_numbers().parameter_numbers
    for p in (numbers.p >> 8, 1 << 16_400):
        algorithm = {"algorithm": "dsa", "parameters": {"p": p, "q": numbers.q, "g": numbers.g}}
        der = keys.PublicKeyInfo({"algorithm": algorithm, "public_key": core.Integer(5)}).dump()
        with pytest.raises(UnsupportedKeyError):
            holds(der, "dsa", "sha256", b"", DATA)


def test_the_key_of_a_certificate_is_its_own():
    assert key_of(own_certificate("rsa")) == public_key("rsa")


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_bytes_that_are_no_certificate_have_no_key(data):
    with pytest.raises(UnusableKeyError):
        key_of(data)


def test_a_certificate_followed_by_other_bytes_still_has_its_key():
    assert key_of(own_certificate("ec") + b"more") == public_key("ec")


def test_a_negative_modulus_is_the_same_key_as_android_writes_it():
    plain = public_key("rsa")
    other = with_negative_modulus(plain)
    assert plain != other
    assert same_key(other, plain)
    assert not same_key(other, other)
    assert not same_key(plain, other)
    assert holds(other, "rsa", "sha256", signed_by("rsa", RSA, DATA), DATA)


def test_a_compressed_point_is_the_same_key_as_android_writes_it():
    point = key("ec").public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
    info = keys.PublicKeyInfo.load(public_key("ec"))
    short = tlv(0x30, info["algorithm"].dump() + tlv(3, b"\0" + point))
    assert same_key(short, public_key("ec"))
    assert not same_key(short, short)


def spoiled(**parts: bytes) -> bytes:
    """A certificate with other bytes for some fields; `extra` follows them."""
    whole = x509.Certificate.load(own_certificate("ec"))
    body = whole["tbs_certificate"]
    names = ("version", "serial_number", "signature", "issuer", "validity", "subject", "subject_public_key_info")
    fields = b"".join(parts.get(name, body[name].dump()) for name in names) + parts.get("extra", b"")
    return tlv(0x30, tlv(0x30, fields) + whole["signature_algorithm"].dump() + whole["signature_value"].dump())


NUMBER = tlv(2, b"\x05")


@pytest.mark.parametrize(
    "parts",
    [
        {"validity": NUMBER},
        {"validity": tlv(0x30, NUMBER)},
        {"issuer": NUMBER},
        {"subject": tlv(0x30, NUMBER)},
        {"serial_number": tlv(4, b"x")},
        {"signature": NUMBER},
        {"extra": tlv(0xA3, tlv(0x30, tlv(0x30, NUMBER)))},
    ],
)
def test_a_certificate_with_a_part_of_another_kind_is_none(parts):
    assert key_of(spoiled()) == public_key("ec")
    with pytest.raises(UnusableKeyError, match="no certificate"):
        key_of(spoiled(**parts))


def test_what_names_say_does_not_matter():
    pair = tlv(0x30, core.ObjectIdentifier("2.5.4.3").dump() + tlv(12, b"\xff\xfe"))
    extension = tlv(0x30, core.ObjectIdentifier("2.5.29.9").dump() + tlv(4, b""))
    odd = spoiled(subject=tlv(0x30, tlv(0x31, pair)), extra=tlv(0xA3, tlv(0x30, extension)))
    assert key_of(odd) == public_key("ec")


@pytest.mark.parametrize(("run", "stalls"), [(1023, False), (1024, True)])
def test_what_could_stall_the_parser_is_told_by_its_bytes(run, stalls):
    assert may_stall(b"\x06" + b"\x81" * run + b"\x01") is stalls


def test_different_keys_differ():
    assert not same_key(public_key("rsa"), public_key("ec"))
    assert not same_key(public_key("ec"), public_key("ec2"))
    assert not same_key(public_key("ec"), b"no key")
    assert not same_key(public_key("ec"), public_key("ec") + b"more")
    assert not same_key(spki(key("ed25519").public_key()), public_key("ec"))


def test_unreadable_keys_are_the_same_only_byte_for_byte():
    assert same_key(b"no key", b"no key")
    assert not same_key(b"no key", b"nor this")


def test_keys_are_read_from_certificates_without_their_signature():
    certificate = x509.Certificate.load(own_certificate("ec"))
    certificate["signature_value"] = core.OctetBitString(bytes(10))
    assert key_of(certificate.dump(force=True)) == public_key("ec")


def test_rsa_keys_of_any_usual_size_are_known():
    private = rsa.generate_private_key(65537, 3072)
    signature = private.sign(DATA, padding.PKCS1v15(), hashes.SHA256())
    assert holds(spki(private.public_key()), "rsa", "sha256", signature, DATA)
