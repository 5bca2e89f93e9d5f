"""The APK Signing Block as bytes: found where Android looks, every length checked."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.signing.block import MAGIC, Block, find_blocks, read_pairs, read_signers
from tests.builders.signing import (
    PADDING,
    STAMP,
    V2,
    V3,
    V31,
    apk,
    block,
    certificate,
    prefixed,
    rotation,
    signer,
    signers,
    stamp,
    with_block,
)


def blocks_of(data: bytes) -> tuple[list[Block], str]:
    return find_blocks(memoryview(data))


def test_an_apk_without_block_has_none_and_no_fault():
    assert blocks_of(apk()) == ([], "")
    assert blocks_of(b"") == ([], "")
    assert blocks_of(b"no zip at all" * 10) == ([], "")


def test_pairs_come_in_order_with_the_offset_of_their_value():
    data = apk((V2, b"two"), (PADDING, bytes(100)), (0x12345678, b"mine"))
    found, fault = blocks_of(data)
    assert fault == ""
    assert [(item.scheme, item.size) for item in found] == [("v2", 3), ("padding", 100), ("unknown", 4)]
    assert [data[item.offset : item.offset + item.size] for item in found] == [b"two", bytes(100), b"mine"]


@pytest.mark.parametrize(
    ("block_id", "scheme"),
    [
        (V2, "v2"),
        (V3, "v3"),
        (V31, "v3.1"),
        (STAMP, "source-stamp"),
        (0x2B09189E, "source-stamp"),
        (0x504B4453, "dependency-info"),
        (0x2146444E, "play-metadata"),
        (7, "unknown"),
    ],
)
def test_ids_have_names(block_id, scheme):
    assert blocks_of(apk((block_id, b"")))[0][0].scheme == scheme


def test_the_magic_elsewhere_is_no_block():
    assert blocks_of(with_block(apk(), block((V2, b"x")) + b"garbage")) == ([], "")


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        (block((V2, b"x"), size=1 << 40), "does not fit"),
        (block((V2, b"x"), size=3), "does not fit"),
        (b"abcdefgh" + block((V2, b"x"))[8:], "two size fields differ"),
        (block()[:8] + bytes(7) + block(size=31)[8:], ""),
    ],
)
def test_wrong_sizes_are_said(raw, part):
    found, fault = blocks_of(with_block(apk(), raw))
    assert part in fault
    assert len(found) <= 1


def test_a_pair_that_passes_the_end_is_said_and_earlier_ones_kept():
    whole = bytearray(block((V2, b"good"), (V3, b"bad!")))
    struct.pack_into("<Q", whole, 8 + 8 + 4 + 4, 1 << 50)
    found, fault = blocks_of(with_block(apk(), bytes(whole)))
    assert [item.scheme for item in found] == ["v2"]
    assert "pair 1" in fault


def test_too_many_pairs_are_said():
    found, fault = blocks_of(apk(*[(number, b"") for number in range(300)]))
    assert len(found) == 256
    assert "more than 256" in fault


def signed(value: bytes, block_id: int = V2):
    data = apk((block_id, value))
    return data, read_signers(memoryview(data), blocks_of(data)[0][0])


def test_signers_and_their_certificates_are_listed_with_offsets():
    data, found = signed(signers([b"one", b"two"], [b"three"]))
    assert (found.count, found.fault) == (2, "")
    assert [(item.signer, item.position, item.der) for item in found.certificates] == [
        (0, 0, b"one"),
        (0, 1, b"two"),
        (1, 0, b"three"),
    ]
    assert all(data[item.offset :].startswith(item.der) for item in found.certificates)


@pytest.mark.parametrize("block_id", [V3, V31])
def test_v3_signers_read_like_v2(block_id):
    _, found = signed(signers([b"one"], levels=True), block_id)
    assert (found.count, [item.der for item in found.certificates]) == (1, [b"one"])


def test_a_lineage_lists_the_keys_over_time():
    attributes = prefixed(struct.pack("<I", 0x99)) + rotation(b"old", b"newer")
    data, found = signed(prefixed(signer([b"newer"], levels=True, attributes=attributes)), V3)
    assert found.fault == ""
    assert [(item.lineage, item.der) for item in found.certificates] == [
        (False, b"newer"),
        (True, b"old"),
        (True, b"newer"),
    ]
    assert all(data[item.offset :].startswith(item.der) for item in found.certificates)


def test_a_source_stamp_has_one_signer():
    _, found = signed(stamp(b"stamped"), STAMP)
    assert (found.count, found.certificates[0].der) == (1, b"stamped")


def test_other_blocks_have_no_signers():
    _, found = signed(b"anything", PADDING)
    assert (found.count, found.certificates, found.fault) == (-1, (), "")


def test_an_empty_list_has_no_signers():
    _, found = signed(prefixed())
    assert (found.count, found.fault) == (0, "")


@pytest.mark.parametrize("value", [b"", b"\x01", b"\xff\xff\xff\xff", struct.pack("<II", 8, 500) + bytes(4)])
def test_broken_lengths_are_said(value):
    _, found = signed(value)
    assert found.fault
    assert found.certificates == ()


def test_certificates_before_a_broken_signer_are_kept():
    good = signers([b"one"])[4:]
    _, found = signed(prefixed(good, struct.pack("<I", 9) + b"\xff" * 9))
    assert (found.count, [item.der for item in found.certificates]) == (2, [b"one"])
    assert found.fault


def test_signers_and_certificates_are_bounded():
    _, found = signed(signers(*[[b"c"]] * 100))
    assert found.count == 16
    assert "more than 16" in found.fault
    _, found = signed(signers([b"c"] * 100))
    assert len(found.certificates) == 64
    assert "more than 64" in found.fault


WHOLE = apk((V2, signers([certificate()])), (STAMP, stamp(b"x")), (PADDING, bytes(9)))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=5))
def test_damaged_bytes_never_raise(changes):
    data = bytearray(WHOLE)
    for at, value in changes:
        data[at] = value
    found, _ = blocks_of(bytes(data))
    for item in found:
        assert 0 <= item.offset <= item.offset + item.size <= len(data)
        for inside in read_signers(memoryview(bytes(data)), item).certificates:
            assert item.offset <= inside.offset <= item.offset + item.size


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_block_value_is_read_or_said(value):
    _, found = signed(value)
    assert found.count >= -1


def test_the_magic_is_the_published_one():
    assert MAGIC == b"APK Sig Block 42"


def test_pairs_between_two_offsets_are_read_to_the_end():
    raw = block((V2, b"two"), (7, b""))
    pairs = read_pairs(memoryview(raw), 8, len(raw) - 24)
    assert [(item.block_id, item.size) for item in pairs.blocks] == [(V2, 3), (7, 0)]
    assert (pairs.fault, pairs.unread) == ("", "")


@pytest.mark.parametrize("left", [1, 11])
def test_bytes_after_the_last_pair_are_said(left):
    raw = struct.pack("<QI", 4, 7) + bytes(left)
    pairs = read_pairs(memoryview(raw), 0, len(raw))
    assert pairs.fault == f"{left} bytes after the last pair belong to none"


def test_behind_many_pairs_the_first_of_each_scheme_is_listed():
    many = [(number, b"") for number in range(256)]
    raw = block(*many, (V2, b"a"), (9, b"b"), (V2, b"c"), (V3, b"d"))
    pairs = read_pairs(memoryview(raw), 8, len(raw) - 24)
    assert [(item.block_id, item.size) for item in pairs.blocks[256:]] == [(V2, 1), (V3, 1)]
    assert "260 pairs" in pairs.fault
    assert pairs.unread == ""


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (signers([b"x"] * 65), "more than 64 certificates"),
        (signers(*[[b"x"]] * 17), "more than 16 signers"),
        (signers([bytes(65_537)]), "a certificate of 65537 bytes"),
    ],
)
def test_what_is_not_read_is_said(value, part):
    _, found = signed(value)
    assert part in found.fault


def test_attributes_before_a_lineage_may_be_short():
    attributes = prefixed(b"id") + prefixed(struct.pack("<I", 0x3BA06F8C)) + rotation(b"old")
    _, found = signed(prefixed(signer([b"new"], levels=True, attributes=attributes)), V3)
    assert [(item.lineage, item.der) for item in found.certificates] == [(False, b"new"), (True, b"old")]
