"""Whether one signer holds: each way in which it can fail has a file that fails only there."""

import pytest

from affidavit.signing.fields import Fields
from affidavit.signing.signer import FaultError, Record, read_signer
from affidavit.signing.signer_check import Checked, best_signature, check_signer
from tests.builders.block_signing import (
    DSA,
    EC,
    EC_512,
    RSA,
    RSA_512,
    RSA_PSS,
    RSA_PSS_512,
    UNKNOWN,
    VERITY_EC,
    VERITY_RSA,
    Signing,
    attribute,
    own_certificate,
    plain_apk,
    public_key,
    signed_by,
    v3,
)
from tests.builders.signing import prefixed
from tests.oracles import contents

PLAIN = plain_apk()


def check(signing: Signing, level: int = 28, prefix: str = "v2-sig") -> Checked:
    data = signing.make(PLAIN)[4:]
    signer = read_signer(Fields(memoryview(data), 0, len(data)), levels=bool(signing.levels))
    return check_signer(signer, level, "", prefix, levels=bool(signing.levels))


def errors(checked: Checked) -> list[str]:
    return [issue.word for issue in checked.issues if issue.error]


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [("ec", EC), ("ec", EC_512), ("rsa", RSA), ("rsa", RSA_PSS), ("rsa", RSA_PSS_512), ("dsa", DSA)],
)
@pytest.mark.parametrize("make", [Signing, v3])
def test_a_good_signer_holds(kind, algorithm, make):
    checked = check(make(kind=kind, algorithms=(algorithm,)))
    assert checked.issues == ()
    assert checked.held is not None
    assert checked.held.algorithm.id == algorithm
    assert checked.held.digest == contents.digest(PLAIN, checked.held.algorithm.content)
    assert [item.der for item in checked.certificates] == [own_certificate(kind)]


@pytest.mark.parametrize(
    ("algorithms", "level", "chosen"),
    [
        ((RSA, RSA_512), 24, RSA_512),
        ((RSA_512, RSA), 24, RSA_512),
        ((RSA, RSA_PSS), 24, RSA),
        ((RSA_PSS, RSA), 24, RSA_PSS),
        ((RSA, VERITY_RSA), 27, RSA),
        ((RSA, VERITY_RSA), 28, VERITY_RSA),
        ((VERITY_RSA, RSA_512), 28, RSA_512),
        ((UNKNOWN, RSA), 28, RSA),
    ],
)
def test_a_platform_checks_the_best_signature_that_it_knows(algorithms, level, chosen):
    found, value = best_signature([Record(item, b"%d" % item, 0) for item in algorithms], level)
    assert (found.id, value) == (chosen, b"%d" % chosen)


@pytest.mark.parametrize(
    ("records", "level", "word"),
    [
        ([], 28, "no-signatures"),
        ([UNKNOWN], 28, "no-supported-signatures"),
        ([VERITY_EC], 27, "no-supported-signatures"),
        ([EC], 23, "no-supported-signatures"),
    ],
)
def test_without_one_there_is_nothing_to_check(records, level, word):
    with pytest.raises(FaultError) as caught:
        best_signature([Record(item, b"", 0) for item in records], level)
    assert caught.value.word == word


def test_signatures_are_read_until_the_best_is_found():
    whole, cut = Record(EC_512, b"good", 0), Record(EC, None, 0)
    assert best_signature([whole, cut], 28)[1] == b"good"
    for records in ([cut], [cut, whole]):
        with pytest.raises(FaultError) as caught:
            best_signature(records, 28)
        assert caught.value.word == "malformed-signature"


def test_a_worse_signature_that_does_not_hold_changes_nothing():
    checked = check(Signing(algorithms=(EC, EC_512), signatures={EC: b"nonsense"}))
    assert errors(checked) == []
    assert checked.held is not None
    assert checked.held.algorithm.id == EC_512


@pytest.mark.parametrize(
    ("signing", "word"),
    [
        (Signing(algorithms=()), "no-signatures"),
        (Signing(algorithms=(UNKNOWN,), signatures={UNKNOWN: b"x"}), "no-supported-signatures"),
        (Signing(signatures={EC: b"nonsense"}), "did-not-verify"),
        (Signing(spoil=lambda signed: signed[:-1] + bytes([signed[-1] ^ 1])), "did-not-verify"),
        (Signing(key=public_key("ec2")), "did-not-verify"),
        (Signing(key=public_key("rsa")), "malformed-public-key"),
        (Signing(key=b"no key"), "malformed-public-key"),
        (Signing(certificates=[]), "no-certificates"),
        (Signing(certificates=[b"no certificate"]), "malformed-certificate"),
        (Signing(certificates=[own_certificate("ec"), b"no issuer"]), "malformed-certificate"),
        (
            Signing(certificates=[own_certificate("ec2")]),
            "public-key-mismatch-between-certificate-and-signatures-record",
        ),
        (Signing(names=(RSA,)), "sig-alg-mismatch-between-signatures-and-digests-records"),
        (Signing(names=()), "sig-alg-mismatch-between-signatures-and-digests-records"),
        (
            Signing(algorithms=(EC, EC_512), names=(EC_512, EC)),
            "sig-alg-mismatch-between-signatures-and-digests-records",
        ),
        (Signing(algorithms=(EC,) * 9, names=(EC,)), "sig-alg-mismatch-between-signatures-and-digests-records"),
        (Signing(signed=b""), "malformed-signer"),
        (Signing(signed=prefixed(b"\1") + prefixed() + prefixed()), "malformed-digest"),
        (Signing(attributes=[prefixed(b"id?")]), "malformed-additional-attribute"),
    ],
)
@pytest.mark.parametrize("prefix", ["v2-sig", "v3-sig"])
def test_each_fault_has_its_word(signing, word, prefix):
    checked = check(signing, prefix=prefix)
    assert errors(checked) == [f"{prefix}-{word}"]
    assert checked.undetermined == ""
    assert checked.held is None


def test_a_digest_past_its_record_is_malformed_when_it_is_the_one_needed():
    digests = prefixed(prefixed(EC.to_bytes(4, "little") + b"\xff\0\0\0"))
    signed = digests + prefixed(prefixed(own_certificate("ec"))) + prefixed()
    assert errors(check(Signing(signed=signed))) == ["v2-sig-malformed-digest"]


def test_each_digest_for_the_algorithm_has_to_be_whole():
    signing = Signing(algorithms=(EC, EC))
    signed = bytearray(signing.signed_data(PLAIN))
    assert signed[12:16] == (32).to_bytes(4, "little")  # the length of the first digest
    signed[12:16] = b"\xff\0\0\0"
    assert errors(check(Signing(algorithms=(EC, EC), signed=bytes(signed)))) == ["v2-sig-malformed-digest"]


def test_of_two_digests_for_one_algorithm_the_last_counts():
    signing = Signing(algorithms=(EC, EC))
    signed = signing.signed_data(PLAIN)
    first = signed.index(contents.digest(PLAIN, "chunked-sha256"))
    spoiled = signed[:first] + bytes(32) + signed[first + 32 :]
    held = check(Signing(algorithms=(EC, EC), signed=spoiled)).held
    assert held is not None
    assert held.digest == contents.digest(PLAIN, "chunked-sha256")


def test_a_broken_signer_is_malformed_and_has_no_certificates():
    signer = read_signer(Fields(memoryview(b"\xff\xff"), 0, 2), levels=False)
    checked = check_signer(signer, 28, "", "v2-sig", levels=False)
    assert errors(checked) == ["v2-sig-malformed-signer"]
    assert checked.certificates == ()


def test_unknown_algorithms_are_named_as_a_warning():
    checked = check(Signing(algorithms=(UNKNOWN, EC), signatures={UNKNOWN: b"x"}))
    assert [(issue.word, issue.error) for issue in checked.issues] == [("v2-sig-unknown-sig-algorithm", False)]
    assert "0x7777" in checked.issues[0].detail
    assert checked.held is not None


def test_certificates_of_a_signer_that_does_not_hold_are_shown():
    checked = check(Signing(signatures={EC: b"nonsense"}, certificates=[own_certificate("ec"), own_certificate("rsa")]))
    assert [item.der for item in checked.certificates] == [own_certificate("ec"), own_certificate("rsa")]


@pytest.mark.parametrize(
    "signing",
    [
        Signing(certificates=[own_certificate("ec"), *[b""] * 64]),
        Signing(certificates=[own_certificate("ec"), bytes(33_000)]),
        Signing(attributes=[attribute(1)] * 257),
        Signing(key=bytes(65_537)),
        Signing(signatures={EC: bytes(65_537)}),
    ],
)
def test_more_than_is_read_here_is_undetermined(signing):
    checked = check(signing)
    assert "more than" in checked.undetermined
    assert checked.issues == ()
    assert checked.held is None


def test_a_key_that_cannot_be_checked_here_is_undetermined():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    form = serialization.PublicFormat.SubjectPublicKeyInfo
    other = ec.generate_private_key(ec.SECP256K1()).public_key().public_bytes(serialization.Encoding.DER, form)
    checked = check(Signing(key=other))
    assert "elliptic curve" in checked.undetermined
    assert checked.issues == ()


def test_a_signature_over_other_data_by_the_same_key_does_not_hold():
    assert errors(check(Signing(signatures={EC: signed_by("ec", EC, b"other data")}))) == ["v2-sig-did-not-verify"]


def test_rsa_signatures_are_checked_with_the_padding_that_their_algorithm_names():
    pss = signed_by("rsa", RSA_PSS, Signing(kind="rsa", algorithms=(RSA,)).signed_data(PLAIN))
    assert errors(check(Signing(kind="rsa", algorithms=(RSA,), signatures={RSA: pss}))) == ["v2-sig-did-not-verify"]
    assert errors(check(Signing(kind="rsa", algorithms=(RSA_512,)))) == []
