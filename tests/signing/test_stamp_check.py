"""The check of a stamp's block: what was found before the first fault stays, and nothing after it is looked at."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.signing.block import find_blocks
from affidavit.signing.fields import BoundError, BrokenFieldError
from affidavit.signing.keys import UnsupportedKeyError
from affidavit.signing.signer import FaultError
from affidavit.signing.stamp_check import Found, check_block
from tests.artefact.reading import read_zip
from tests.builders.block_signing import EC, UNKNOWN, own_certificate
from tests.builders.signing import block, with_block
from tests.builders.stamps import V2_STAMP, Stamp, Stamped, stamp_time

OWN = hashlib.sha256(own_certificate("stamp")).digest()
DIGESTS = {1: b"one", 2: b"two"}


def check(stamp: Stamp | bytes, found: Found, digests: dict[int, bytes] | None = None) -> None:
    """Check a stamp over made-up digests."""
    value = stamp if isinstance(stamp, bytes) else stamp.make(DIGESTS)
    apk = with_block(Stamped().plain(own_certificate("stamp")), block((V2_STAMP, value)))
    read = read_zip(apk)
    check_block(found, read.part, find_blocks(read.part.view)[0][0], OWN, DIGESTS if digests is None else digests)


def test_everything_is_found_of_a_stamp_that_holds():
    found = Found()
    check(Stamp(attributes=[stamp_time(3)]), found)
    assert found.certificate is not None
    assert found.certificate.der == own_certificate("stamp")
    assert found.stamped == (1, 2)
    assert found.algorithms == ("ECDSA with SHA-256",)
    assert found.attributes.moment == "1970-01-01T00:00:03Z"
    assert found.issues == ()


def test_what_was_found_before_a_fault_stays():
    found = Found()
    with pytest.raises(FaultError) as raised:
        check(Stamp(data={2: b"other"}, attributes=[stamp_time(3)]), found)
    assert raised.value.word == "did-not-verify"
    assert found.stamped == (1,)
    assert found.certificate is not None
    assert found.attributes.moment == ""


def test_a_certificate_that_is_not_announced_is_not_asked_for_signatures():
    found = Found()
    with pytest.raises(FaultError) as raised:
        check(Stamp(kind="other"), found)
    assert raised.value.word.startswith("certificate-mismatch")
    assert found.algorithms == ()


def test_an_issue_is_said_once():
    found = Found()
    check(Stamp(algorithms=(UNKNOWN, EC), signatures={UNKNOWN: b"?"}, attributes=[]), found)
    assert [issue.word for issue in found.issues] == ["source-stamp-unknown-sig-algorithm"]
    assert not found.issues[0].error


def test_more_signatures_than_are_read_are_said():
    with pytest.raises(BoundError, match="more than 64 signatures"):
        check(Stamp(algorithms=(UNKNOWN,) * 65, signatures={UNKNOWN: b"?"}), Found())


def test_values_that_are_far_too_large_are_said():
    with pytest.raises(BoundError, match="a signature of 70000 bytes"):
        check(Stamp(signatures={EC: bytes(70_000)}), Found())
    with pytest.raises(BoundError, match="a certificate of 70000 bytes"):
        check(Stamp(certificate=bytes(70_000)), Found())
    with pytest.raises(BoundError, match="the stamp's attributes of"):
        check(Stamp(attributes=[], shown=bytes(2 << 20)), Found())


@given(cut=st.integers(0, 2_000))
@settings(max_examples=80, deadline=None)
def test_a_cut_stamp_never_holds(cut: int):
    whole = Stamp(attributes=[stamp_time(3)]).make(DIGESTS)
    with pytest.raises((FaultError, BrokenFieldError)):
        check(whole[: min(cut, len(whole) - 1)], Found())


@given(value=st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_refused_with_a_reason(value: bytes):
    with pytest.raises((FaultError, BrokenFieldError, BoundError, UnsupportedKeyError), match=r"\w"):
        check(value, Found())
