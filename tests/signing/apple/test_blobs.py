"""Blobs of a code signature: what cs_blobs.h lays out is read; what does not hold together is refused with a reason."""

import hashlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.signing.apple.blobs import MalformedError, blob_at, read_blobs, read_directories
from tests.builders.apple import REQUIREMENTS, TYPES, Sealing, blob, code_directory, joined, super_blob

CODE = b"\x90" * 9_000
WHOLE = super_blob(CODE, Sealing(info=b"info", resources=b"list", entitlements={"a": True}, signer=None))


def read(data: bytes, before: int = 0):
    return read_blobs(memoryview(bytes(before) + data), before, len(data))


def test_blobs_are_read_with_their_slots_and_places():
    found = read(WHOLE, 100)
    assert sorted(item.slot for item in found) == [0, 2, 5]
    assert blob_at(found, 2).data == REQUIREMENTS
    assert blob_at(found, 5).content.startswith(b"<?xml")
    assert all((bytes(100) + WHOLE)[item.offset :].startswith(item.data) for item in found)
    assert blob_at(found, 7) is None


@pytest.mark.parametrize("digest", TYPES)
def test_a_directory_says_what_it_was_made_with(digest):
    sealing = Sealing(
        identifier="org.example.é", team="TEAM", digests=(digest,), info=b"info", signer=None, flags=0x10002
    )
    (made,) = read_directories(read(super_blob(CODE, sealing)))
    assert (made.identifier, made.team, made.digest, made.flags) == ("org.example.é", "TEAM", digest, 0x10002)
    assert (made.page, made.limit, made.width) == (4096, 9_000, TYPES[digest][1])
    assert made.special == {1: hashlib.new(digest, b"info").digest(), 2: hashlib.new(digest, REQUIREMENTS).digest()}
    pages = [hashlib.new(digest, CODE[at : at + 4096]).digest() for at in (0, 4096, 8192)]
    assert made.pages == b"".join(pages)
    assert made.cdhash == hashlib.new(digest, made.blob.data).digest()[:20]


def test_old_directories_have_no_team_and_wide_limits_count():
    data = bytearray(code_directory(CODE, Sealing(), "sha256", {}))
    data[8:12] = struct.pack(">I", 0x20100)
    (old,) = read_directories(read(joined({0: bytes(data)})))
    assert (old.team, old.limit) == ("", 9_000)
    data[8:12] = struct.pack(">I", 0x20400)
    data[56:64] = struct.pack(">Q", 1 << 33)
    assert read_directories(read(joined({0: bytes(data)})))[0].limit == 1 << 33


def test_the_primary_directory_comes_first():
    found = read_directories(read(super_blob(CODE, Sealing(digests=("sha1", "sha256", "sha384"), signer=None))))
    assert [(item.blob.slot, item.digest) for item in found] == [(0, "sha1"), (0x1000, "sha256"), (0x1001, "sha384")]


def changed(data: bytes, at: int, form: str, *values: int) -> bytes:
    return data[:at] + struct.pack(form, *values) + data[at + struct.calcsize(form) :]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "does not lie in the image"),
        (changed(WHOLE, 0, ">I", 0xFADE0CC1), "super blob's header"),
        (changed(WHOLE, 4, ">I", len(WHOLE) + 1), "super blob's header"),
        (changed(WHOLE, 8, ">I", 65), "super blob's header"),
        (changed(WHOLE, 8, ">I", 0xFFFFFFFF), "super blob's header"),
        (changed(WHOLE, 16, ">I", 3), "blob 0 is said to lie at 3"),
        (changed(WHOLE, 16, ">I", 0xFFFFFFFF), "blob 0 is said to lie at"),
        (changed(WHOLE, 12, ">II", 5, 36), "slot 0x5"),
        (joined({2: REQUIREMENTS[:4] + b"\0\0\0\x04" + REQUIREMENTS[8:]}), "blob 0 has 4 bytes"),
        (joined({2: blob(0xFADE0C01, b"")[:4] + b"\x7f\xff\xff\xff"}), "do not lie in the signature"),
    ],
)
def test_what_does_not_lie_in_the_signature_is_refused(data, why):
    with pytest.raises(MalformedError, match=why):
        read(data)


def test_a_signature_that_passes_the_image_is_refused():
    with pytest.raises(MalformedError, match="does not lie in the image"):
        read_blobs(memoryview(WHOLE), 4, len(WHOLE))


def test_blobs_that_share_bytes_are_refused_for_they_would_multiply():
    content = blob(0xFADE7171, bytes(1_000))
    at = 12 + 8 * 3
    index = b"".join(struct.pack(">II", slot, at) for slot in (5, 6, 7))
    with pytest.raises(MalformedError, match="share bytes"):
        read(struct.pack(">III", 0xFADE0CC0, at + len(content), 3) + index + content)


DIRECTORY = code_directory(CODE, Sealing(), "sha256", {})


@pytest.mark.parametrize(
    ("slots", "why"),
    [
        ({2: REQUIREMENTS}, "no code directory"),
        ({0: REQUIREMENTS}, "is no code directory"),
        ({0: blob(0xFADE0C02, bytes(10))}, "is no code directory"),
        ({0: changed(DIRECTORY, 36, "4B", 32, 9, 0, 12)}, "type 9"),
        ({0: changed(DIRECTORY, 36, "4B", 20, 2, 0, 12)}, "with 20 bytes"),
        ({0: changed(DIRECTORY, 36, "4B", 32, 2, 0, 60)}, "do not lie"),
        ({0: changed(DIRECTORY, 28, ">I", 1 << 30)}, "do not lie"),
        ({0: changed(DIRECTORY, 24, ">I", 1 << 30)}, "do not lie"),
        ({0: changed(DIRECTORY, 16, ">I", 0xFFFFFFFF)}, "do not lie"),
    ],
)
def test_a_directory_that_does_not_hold_together_is_refused(slots, why):
    with pytest.raises(MalformedError, match=why):
        read_directories(read(joined(slots)))


def test_names_that_lie_outside_are_empty():
    (made,) = read_directories(read(joined({0: changed(DIRECTORY, 20, ">I", 0xFFFFFFF0)})))
    assert made.identifier == ""


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_change_ends_in_blobs_or_a_reason(data):
    raw = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, 400))] = data.draw(st.integers(0, 255))
    try:
        for made in read_directories(read(bytes(raw))):
            assert len(made.pages) <= len(raw)
    except MalformedError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
