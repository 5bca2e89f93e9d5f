"""The lineage of keys: each signed its successor, or the lineage says nothing."""

import struct

import pytest

from affidavit.signing.fields import BoundError, Fields
from affidavit.signing.keys import UnsupportedKeyError
from affidavit.signing.lineage import Lineage, check_lineage
from affidavit.signing.signer import FaultError
from tests.builders.block_signing import (
    EC,
    EC_512,
    RSA,
    RSA_PSS,
    UNKNOWN,
    VERITY_EC,
    Link,
    lineage,
    own_certificate,
    signed_by,
)
from tests.builders.signing import prefixed

HEAD = 8
"""Bytes of an attribute before its value."""


def check(attribute: bytes) -> Lineage:
    return check_lineage(Fields(memoryview(attribute), HEAD, len(attribute)), "base.apk")


def fault_of(attribute: bytes) -> str:
    with pytest.raises(FaultError) as caught:
        check(attribute)
    assert str(caught.value)
    return caught.value.word


def test_keys_come_oldest_first_with_what_they_may_still_do():
    data = lineage(Link("rsa", RSA, flags=5), Link("ec", EC, flags=31), Link("ec2"))
    found = check(data)
    assert found.version == 1
    assert [node.certificate.der for node in found.nodes] == [own_certificate(kind) for kind in ("rsa", "ec", "ec2")]
    assert [node.flags for node in found.nodes] == [5, 31, 31]
    for node in found.nodes:
        assert node.certificate.entry == "base.apk"
        assert data[node.certificate.offset :].startswith(node.certificate.der)


@pytest.mark.parametrize("algorithm", [EC, EC_512, VERITY_EC])
def test_any_known_algorithm_can_sign_a_link(algorithm):
    assert len(check(lineage(Link("ec", algorithm), Link("rsa"))).nodes) == 2


def test_a_lineage_may_have_one_key_or_none():
    assert len(check(lineage(Link("ec"))).nodes) == 1
    assert check(lineage()).nodes == ()


def test_the_version_is_read_and_does_not_matter():
    assert check(lineage(Link("ec"), version=9)).version == 9


@pytest.mark.parametrize(
    "links",
    [
        [Link("rsa", RSA), Link("ec", signature=b"nonsense")],
        [Link("rsa", RSA), Link("ec", signature=signed_by("ec", EC, b"other"))],
        [Link("rsa", RSA), Link("ec", names=RSA_PSS)],
        [Link("rsa", RSA), Link("ec", der=b"no certificate")],
        [Link("rsa", RSA, der=b"no certificate"), Link("ec")],
        [Link("rsa", EC), Link("ec", names=EC, signature=b"x")],
        [Link("rsa", UNKNOWN, der=own_certificate("rsa")), Link("ec", names=UNKNOWN, signature=b"x")],
        [Link("ec", der=b"no certificate")],
    ],
)
def test_a_link_that_does_not_hold_breaks_the_lineage(links):
    assert fault_of(lineage(*links)) == "por-did-not-verify"


def raw(links: list[Link]) -> bytes:
    """A lineage of which nothing is signed; its own fields say all."""
    nodes = []
    for place, link in enumerate(links):
        signed = prefixed(link.der or own_certificate(link.kind)) + struct.pack("<I", link.names if place else 0)
        numbers = struct.pack("<II", link.flags, link.algorithm)
        nodes.append(prefixed(prefixed(signed), numbers, prefixed(link.signature or b"")))
    return prefixed(struct.pack("<II", 0x3BA06F8C, 1), *nodes)


def test_a_key_may_come_only_once():
    assert fault_of(lineage(Link("ec"), Link("rsa", RSA), Link("ec"))) == "por-did-not-verify"


@pytest.mark.parametrize("cut", [1, 4, 40, 200])
def test_a_lineage_that_breaks_off_is_malformed(cut):
    data = lineage(Link("ec"), Link("rsa"))
    assert fault_of(data[:-cut]) == "malformed-lineage"


def test_an_empty_value_is_malformed():
    assert fault_of(prefixed(struct.pack("<I", 0x3BA06F8C))) == "malformed-lineage"


def test_long_lineages_are_not_read():
    with pytest.raises(BoundError, match="more than 32 keys"):
        check(prefixed(struct.pack("<II", 0x3BA06F8C, 1), *[raw([Link("ec")])[12:]] * 33))


def test_a_key_that_cannot_be_checked_here_is_no_fault():
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    from tests.builders.signing import START, name

    private = ec.generate_private_key(ec.SECP256K1())
    builder = x509.CertificateBuilder().subject_name(name(CN="k")).issuer_name(name(CN="k")).serial_number(1)
    builder = builder.public_key(private.public_key()).not_valid_before(START).not_valid_after(START.replace(year=2045))
    der = builder.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    with pytest.raises(UnsupportedKeyError):
        check(raw([Link("x", EC, der=der), Link("ec", names=EC, signature=b"x")]))


def test_a_lineage_of_too_many_bytes_is_not_read():
    with pytest.raises(BoundError, match="a lineage of"):
        check(lineage(Link("ec", der=own_certificate("ec") + bytes(70_000)), Link("rsa", RSA)))
