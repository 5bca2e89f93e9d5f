"""The attributes of a source stamp: keys over time, when it was made, and those that nobody knows."""

import struct
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from affidavit.signing.fields import BoundError, BrokenFieldError, Fields
from affidavit.signing.keys import UnsupportedKeyError
from affidavit.signing.outcome import Located
from affidavit.signing.signer import FaultError
from affidavit.signing.stamp_attributes import Attributes, read_attributes
from tests.builders.block_signing import Link, attribute, own_certificate
from tests.builders.signing import prefixed
from tests.builders.stamps import POR, TIME, stamp_lineage, stamp_time

OWN = Located(own_certificate("stamp"), "base.apk", 7)


def read(*attributes: bytes) -> Attributes:
    return read_raw(prefixed(*attributes))


def read_raw(data: bytes) -> Attributes:
    return read_attributes(Fields(memoryview(data), 0, len(data)), OWN)


def fault_of(*attributes: bytes) -> str:
    with pytest.raises(FaultError) as raised:
        read(*attributes)
    assert str(raised.value)
    return raised.value.word


def test_no_attributes_say_nothing():
    assert read() == Attributes()


@pytest.mark.parametrize(
    ("seconds", "moment"),
    [
        (1, "1970-01-01T00:00:01Z"),
        (1_644_886_584, "2022-02-15T00:56:24Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
        (253_402_300_800, "253402300800 seconds after the start of 1970"),
        (2**63 - 1, f"{2**63 - 1} seconds after the start of 1970"),
    ],
)
def test_the_time_is_a_date_where_there_is_one(seconds: int, moment: str):
    assert read(stamp_time(seconds)).moment == moment


@pytest.mark.parametrize("seconds", [0, -1, -(2**63), -(2**32)])
def test_a_time_that_is_not_after_1970_is_refused(seconds: int):
    assert fault_of(stamp_time(seconds)) == "invalid-timestamp"


@given(seconds=st.integers(-(2**63), 2**63 - 1))
@example(seconds=2**32)
@settings(max_examples=100, deadline=None)
def test_any_time_is_given_or_refused(seconds: int):
    if seconds > 0:
        assert read(stamp_time(seconds)).moment
    else:
        assert fault_of(stamp_time(seconds)) == "invalid-timestamp"


def test_only_the_first_eight_bytes_of_a_time_count():
    assert read(attribute(TIME, struct.pack("<qq", 5, -1))).moment == "1970-01-01T00:00:05Z"
    assert fault_of(attribute(TIME, struct.pack("<qq", 0, 5))) == "invalid-timestamp"


@pytest.mark.parametrize("short", [attribute(TIME, bytes(7)), attribute(TIME, b""), prefixed(b"abc")])
def test_an_attribute_that_is_too_short_is_malformed(short: bytes):
    assert fault_of(stamp_time(1), short) == "malformed-attribute"


def test_an_attribute_that_passes_the_end_ends_the_reading():
    with pytest.raises(BrokenFieldError, match="passes the end"):
        read(stamp_time(1), b"\x09\0\0\0abc")


def test_unknown_attributes_are_passed_over_and_said():
    found = read(attribute(0xABC), stamp_time(9), attribute(0xDEF, b"x"))
    assert found.moment == "1970-01-01T00:00:09Z"
    assert [note.word for note in found.notes] == ["source-stamp-unknown-attribute"] * 2
    assert not any(note.error for note in found.notes)
    assert "0xabc" in found.notes[0].detail


def test_more_attributes_than_are_read_are_said():
    with pytest.raises(BoundError, match="more than 64 attributes"):
        read(*[attribute(1)] * 65)


def test_a_lineage_ends_with_the_stamps_certificate():
    found = read(stamp_lineage(Link("oldest"), Link("older", flags=3), Link("stamp")))
    assert [node.flags for node in found.lineage] == [31, 3, 31]
    assert {node.certificate.entry for node in found.lineage} == {"base.apk"}
    assert fault_of(stamp_lineage(Link("stamp"), Link("other"))) == "por-cert-mismatch"


def test_a_lineage_of_one_key_is_that_of_a_signer_who_had_no_other():
    assert len(read(stamp_lineage(Link("stamp"))).lineage) == 1


@pytest.mark.parametrize(
    ("lineage", "word"),
    [
        (stamp_lineage(Link("older"), Link("stamp"), version=2), "malformed-lineage"),
        (stamp_lineage(), "malformed-lineage"),
        (attribute(POR, b""), "malformed-lineage"),
        (attribute(POR, struct.pack("<II", 1, 100)), "malformed-lineage"),
        (stamp_lineage(Link("older"), Link("stamp", signature=b"no")), "por-did-not-verify"),
        (stamp_lineage(Link("older", algorithm=0x201), Link("stamp", names=0x202)), "por-did-not-verify"),
        (stamp_lineage(Link("stamp"), Link("stamp")), "por-did-not-verify"),
    ],
)
def test_a_lineage_whose_links_do_not_hold_is_refused(lineage: bytes, word: str):
    assert fault_of(lineage) == word


@given(data=st.binary(max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused_with_a_reason(data: bytes):
    with suppress(FaultError, BrokenFieldError, BoundError, UnsupportedKeyError):
        found = read_raw(data)
        assert found.lineage == ()
        assert all(not note.error for note in found.notes)
