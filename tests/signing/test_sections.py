"""Where Android's verifiers find the sections of an APK; what they do not find is no signature for them."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.signing.sections import MAGIC, NoSectionsError, Sections, find_sections
from tests.builders.block_signing import Signing, plain_apk, signed_apk
from tests.builders.signing import V2, apk, block, with_block

SIGNED = signed_apk(v2=[Signing()])


def sections(data: bytes) -> Sections:
    return find_sections(memoryview(data))


def refusal(data: bytes) -> str:
    with pytest.raises(NoSectionsError) as caught:
        sections(data)
    return str(caught.value)


def test_sections_are_where_they_were_put():
    plain = plain_apk()
    raw = block((V2, b"value"))
    found = sections(with_block(plain, raw))
    start = struct.unpack_from("<I", plain, len(plain) - 6)[0]
    assert found == Sections(start, start + len(raw), len(plain) - 22 + len(raw), len(plain) + len(raw))
    assert found.covered == len(plain)


@pytest.mark.parametrize("comment", [b"c", b"PK\x05\x06" + b"\xff" * 18, b"x" * 0xFFFF, b"PK\x05\x06"])
def test_a_comment_may_hold_anything(comment):
    data = bytearray(apk((V2, b"v")))
    data[-2:] = struct.pack("<H", len(comment))
    found = sections(bytes(data) + comment)
    assert found.record == len(data) - 22
    assert found.end == len(data) + len(comment)


def test_the_last_record_whose_comment_ends_with_the_file_counts():
    inner = apk((V2, b"v"))
    comment = b"PK\x05\x06" + bytes(16) + b"\0\0"
    data = bytearray(inner)
    data[-2:] = struct.pack("<H", len(comment))
    assert "ends at 0" in refusal(bytes(data) + comment)


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06", b"no zip" * 100, plain_apk() + b"tail"])
def test_without_an_end_record_there_are_no_sections(data):
    assert refusal(data) == "no end record has a comment that ends with the file"


def test_bytes_between_directory_and_end_record_hide_the_block():
    data = apk((V2, b"v"))
    assert "the end record begins at" in refusal(data[:-22] + b"garbage" + data[-22:])


def test_a_zip64_locator_hides_the_block():
    data = bytearray(apk((V2, b"v")))
    size = struct.unpack_from("<I", data, len(data) - 10)[0]
    struct.pack_into("<I", data, len(data) - 10, size + 20)
    assert "ZIP64" in refusal(bytes(data[:-22]) + b"PK\x06\x07" + bytes(16) + bytes(data[-22:]))


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        (b"", "no block ends where"),
        (block((V2, b"v")) + b"x", "no block ends where"),
        (block((V2, b"v"), size=23), "says 23 bytes"),
        (block((V2, b"v"), size=1 << 31), "does not fit"),
        (block((V2, b"v"), size=1 << 20), "does not fit"),
        (bytes(8) + block((V2, b"v"))[8:], "two size fields differ (0 and"),
        (struct.pack("<Q", 24) + bytes(8)[:0] + struct.pack("<Q", 24) + MAGIC, ""),
    ],
)
def test_blocks_that_android_does_not_take(raw, part):
    data = with_block(plain_apk(), raw)
    if part:
        assert part in refusal(data)
    else:
        assert sections(data).directory - sections(data).block == 32


def test_a_directory_at_the_file_start_has_no_room_for_a_block():
    assert "no block ends where" in refusal(b"PK\x05\x06" + bytes(18))


@settings(deadline=None)
@given(st.data())
def test_changed_bytes_give_sections_within_the_file_or_a_refusal(data):
    raw = bytearray(SIGNED)
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = sections(bytes(raw))
    except NoSectionsError:
        return
    assert 0 <= found.block < found.directory <= found.record < found.end == len(raw)
