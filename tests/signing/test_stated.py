"""The digests that signers state: read as they stand, in the order and form in which a stamp signs them."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.signing.block import Block, find_blocks
from affidavit.signing.fields import BoundError, BrokenFieldError
from affidavit.signing.stated import Stated, manifest_digest, merged, signed_bytes, stated, stated_by
from tests.builders.block_signing import (
    EC,
    EC_512,
    UNKNOWN,
    VERITY_EC,
    Signing,
    own_certificate,
    plain_apk,
    signed_apk,
    v3,
)
from tests.builders.signing import prefixed
from tests.builders.stamps import encoded
from tests.oracles import contents


def stated_of(apk: bytes) -> tuple[Stated, ...]:
    view = memoryview(apk)
    return stated(view, find_blocks(view)[0][0])


def stated_in(value: bytes) -> tuple[Stated, ...]:
    return stated(memoryview(value), Block(0x7109871A, 0, len(value)))


def test_a_signer_states_the_digests_of_the_contents_and_where_its_certificate_is():
    apk = signed_apk(v2=[Signing(algorithms=(EC, EC_512))])
    (signer,) = stated_of(apk)
    plain = plain_apk()
    assert signer.digests == {
        1: contents.digest(plain, "chunked-sha256"),
        2: contents.digest(plain, "chunked-sha512"),
    }
    der = own_certificate("ec")
    assert apk[signer.certificate : signer.certificate + len(der)] == der


def test_the_tree_has_an_id_of_its_own():
    (signer,) = stated_of(signed_apk(v3=[v3(algorithms=(VERITY_EC,))], pages=True))
    assert list(signer.digests) == [3]


def test_unknown_algorithms_are_passed_over():
    (signer,) = stated_of(signed_apk(v2=[Signing(names=(UNKNOWN, EC), digests={UNKNOWN: b"?"})]))
    assert list(signer.digests) == [1]


def test_of_several_signers_the_last_says_what_is_signed():
    apk = signed_apk(v2=[Signing(digests={EC: b"first"}), Signing(kind="two", digests={EC: b"last"})])
    assert merged(stated_of(apk)) == {1: b"last"}


def test_the_signer_of_a_certificate_is_found_among_broken_ones():
    broken = v3(34, signed=b"\x09\0\0\0")
    view = memoryview(signed_apk(v3=[broken, v3(28, 33)]))
    (block,) = find_blocks(view)[0]
    place = bytes(view).index(own_certificate("ec"))
    assert list(stated_by(view, block, place)) == [1]
    assert stated_by(view, block, place + 1) == {}
    with pytest.raises(BrokenFieldError):
        stated(view, block)


def test_a_signer_without_certificate_has_no_place():
    (signer,) = stated_of(signed_apk(v2=[Signing(certificates=[])]))
    assert signer.certificate == -1


def test_v1_states_the_digest_of_its_manifest():
    assert manifest_digest(b"") == {
        4: bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }


def test_what_is_signed_is_in_the_order_of_the_ids():
    assert signed_bytes({}) == b""
    assert (
        signed_bytes({3: b"abc", 1: b"z"})
        == struct.pack("<III", 9, 1, 1) + b"z" + struct.pack("<III", 11, 3, 3) + b"abc"
    )


@given(digests=st.dictionaries(st.integers(0, 9), st.binary(max_size=70), max_size=5))
def test_any_digests_are_written_as_a_signer_writes_them(digests: dict[int, bytes]):
    assert signed_bytes(digests) == encoded(digests)


def test_no_signers_state_nothing():
    assert stated_in(prefixed()) == ()


def test_more_signers_than_are_read_are_said():
    empty = prefixed(prefixed(prefixed(), prefixed()))
    with pytest.raises(BoundError, match="more than 64 signers"):
        stated_in(prefixed(*[empty] * 65))


@given(data=st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused_with_a_reason(data: bytes):
    with suppress(BrokenFieldError, BoundError):
        assert all(set(signer.digests) <= {1, 2, 3} for signer in stated_in(data))


@given(cut=st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_a_cut_block_is_refused_with_a_reason(cut: int):
    whole = signed_apk(v2=[Signing()])
    block = find_blocks(memoryview(whole))[0][0]
    value = whole[block.offset : block.offset + block.size]
    with pytest.raises(BrokenFieldError, match=r"passes the end|are expected"):
        stated_in(value[: min(cut, len(value) - 1)])
