"""The file of scheme v4 as bytes: everything in it is found, and what cannot be followed is refused by name."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.signing.block import V31_BLOCK
from affidavit.signing.idsig_file import LARGEST, Hashing, IdsigFile, read_idsig, signed_bytes
from affidavit.signing.signer import FaultError
from tests.builders.block_signing import EC, own_certificate, public_key
from tests.builders.idsig import V4, IdsigOf
from tests.builders.signing import prefixed
from tests.oracles import merkle

APK = bytes(range(256)) * 40


def read(data: bytes, entry: str = "") -> IdsigFile:
    return read_idsig(data, entry)


def fault_of(data: bytes) -> str:
    with pytest.raises(FaultError) as raised:
        read(data)
    assert str(raised.value)
    return raised.value.word


def raw(hashing: bytes, signings: bytes, end: bytes = b"", version: int = 2) -> bytes:
    return struct.pack("<I", version) + prefixed(hashing) + prefixed(signings) + end


def test_every_field_is_found():
    data = IdsigOf(APK, V4(b"digest", additional=b"more", signature=b"signed"), salt=b"salt", trailing=b"??").make()
    file = read(data, "base.apk.idsig")
    assert file.hashing == Hashing(1, 12, b"salt", merkle.root(APK))
    (signing,) = file.signings
    assert (signing.block, signing.digest, signing.additional, signing.signature) == (0, b"digest", b"more", b"signed")
    assert (signing.algorithm, signing.key) == (EC, public_key("ec"))
    assert signing.certificate.der == own_certificate("ec")
    assert signing.certificate.entry == "base.apk.idsig"
    assert data[signing.certificate.offset :].startswith(own_certificate("ec"))
    assert file.tree == merkle.tree(APK)
    assert (file.cut, file.trailing) == (False, 2)


def test_a_file_that_has_no_path_gives_no_places():
    (signing,) = read(IdsigOf(APK, V4(b"")).make()).signings
    assert (signing.certificate.entry, signing.certificate.offset) == ("", -1)


def test_signatures_for_other_blocks_follow_the_first():
    file = read(IdsigOf(APK, V4(b"one"), more=[V4(b"two"), V4(b"three", block=5), V4(b"four")]).make())
    assert [(item.block, item.digest) for item in file.signings] == [
        (0, b"one"), (V31_BLOCK, b"two"), (5, b"three"), (V31_BLOCK, b"four")
    ]  # fmt: skip
    assert file.signing_for(0) is file.signings[0]
    assert file.signing_for(V31_BLOCK) is file.signings[1]
    assert file.signing_for(6) is None


def test_a_file_without_tree_has_none():
    file = read(IdsigOf(APK, V4(b""), tree=None).make())
    assert (file.tree, file.cut, file.trailing) == (None, False, 0)


@pytest.mark.parametrize("left", [1, 3, 4, 100])
def test_a_file_that_ends_within_its_tree_says_so(left: int):
    whole = IdsigOf(APK, V4(b"")).make()
    bare = IdsigOf(APK, V4(b"", signature=read(whole).signings[0].signature), tree=None).make()
    file = read(whole[: len(bare) + left])
    assert (file.tree, file.cut, file.trailing) == (None, True, 0)


def test_another_version_is_refused():
    assert fault_of(IdsigOf(APK, V4(b""), version=1).make()) == "v4-sig-version-not-current"


def test_no_more_than_a_device_takes_is_read():
    assert len(read(IdsigOf(APK, V4(b"", additional=bytes(7000)), tree=None).make()).signings) == 1
    assert fault_of(IdsigOf(APK, V4(b"", additional=bytes(LARGEST))).make()) == "v4-sig-too-large"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\2\0\0",
        raw(b"", b""),
        raw(struct.pack("<I", 1), b""),
        raw(struct.pack("<IB", 1, 12) + prefixed(b""), b""),
        raw(struct.pack("<IB", 1, 12) + prefixed(b"") + prefixed(b""), b""),
        raw(struct.pack("<IB", 1, 12) + prefixed(b"") + prefixed(b""), prefixed(b"") * 4 + b"\1\2\0\0"),
        IdsigOf(APK, V4(b"")).make()[:60],
    ],
)
def test_a_file_that_cannot_be_followed_is_refused(data: bytes):
    assert fault_of(data) == "v4-sig-malformed-signers"


def test_more_signatures_than_are_read_are_refused():
    small = V4(b"", certificate=b"", key=b"", signature=b"")
    assert len(read(IdsigOf(APK, small, more=[small] * 63).make()).signings) == 64
    assert fault_of(IdsigOf(APK, small, more=[small] * 64).make()) == "v4-sig-malformed-signers"


def test_what_is_signed_is_the_size_the_hashing_and_the_signers_words():
    (signing,) = read(
        IdsigOf(APK, V4(b"d", certificate=b"c", additional=b"a", signature=b"s"), salt=b"t").make()
    ).signings
    signed = signed_bytes(77, Hashing(1, 12, b"t", b"r"), signing)
    body = (
        struct.pack("<QIB", 77, 1, 12)
        + prefixed(b"t")
        + prefixed(b"r")
        + prefixed(b"d")
        + prefixed(b"c")
        + prefixed(b"a")
    )
    assert signed == struct.pack("<I", len(signed)) + body


@given(data=st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes):
    with suppress(FaultError):
        assert read(b"\2\0\0\0" + data).signings


@given(place=st.integers(0), value=st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_a_changed_file_is_read_or_refused(place: int, value: int):
    data = bytearray(WHOLE)
    data[place % 400] = value
    with suppress(FaultError):
        file = read(bytes(data))
        assert 1 <= len(file.signings) <= 64
        assert file.trailing >= 0


WHOLE = IdsigOf(APK, V4(b"one"), more=[V4(b"two")]).make()
