"""Fields with their length before them: what is read is what was written, and no length is believed."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.signing.fields import BoundError, BrokenFieldError, Fields
from tests.builders.signing import prefixed


def fields(data: bytes) -> Fields:
    return Fields(memoryview(data), 0, len(data))


@settings(deadline=None)
@given(st.lists(st.binary(max_size=20), max_size=9))
def test_what_was_written_is_read(values):
    read = fields(b"".join(map(prefixed, values)))
    assert [item.rest(20, "values") for item in read.items(9, "values")] == values
    assert len(read) == 0


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(-(2**31), 2**31 - 1))
def test_numbers_are_unsigned_and_levels_signed(number, level):
    read = fields(struct.pack("<Ii", number, level) + b"tail")
    assert (read.number(), read.level(), len(read)) == (number, level, 4)


@settings(deadline=None)
@given(st.binary(max_size=64))
def test_any_bytes_give_fields_within_them_or_a_refusal(data):
    with suppress(BrokenFieldError, BoundError):
        for item in fields(data).items(4, "values"):
            assert 4 <= item.at <= item.end <= len(data)


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x01\0\0", b"\x01\0\0\0", b"\xff\xff\xff\xff" + bytes(50)])
def test_a_length_past_the_end_is_refused(data):
    with pytest.raises(BrokenFieldError):
        fields(data).inner()


def test_numbers_need_their_four_bytes():
    with pytest.raises(BrokenFieldError, match="at 0 4 bytes are expected"):
        fields(b"abc").number()
    with pytest.raises(BrokenFieldError):
        fields(b"abc").level()


def test_an_inner_field_does_not_see_what_follows_it():
    read = fields(prefixed(b"\x09\0\0\0") + b"012345678")
    with pytest.raises(BrokenFieldError, match="passes the end of what holds it, 8"):
        read.inner().inner()


def test_more_than_the_bound_is_said_and_what_comes_before_is_given():
    read = fields(prefixed(b"a") * 3)
    given_items = []
    with pytest.raises(BoundError, match="more than 2 values"):
        given_items.extend(item.at for item in read.items(2, "values"))
    assert len(list(fields(prefixed(b"a") * 3).items(3, "values"))) == 3


def test_long_values_are_not_copied():
    with pytest.raises(BoundError, match="a key of 5 bytes, more than 4"):
        fields(b"12345").rest(4, "a key")


def test_reading_again_starts_from_the_same_place():
    read = fields(b"\x01\0\0\0\x02\0\0\0")
    read.number()
    twin = read.again()
    assert (twin.number(), read.number()) == (2, 2)


def test_rest_leaves_the_bytes_to_be_read():
    read = fields(b"\x07\0\0\0")
    assert read.rest(4, "x") == b"\x07\0\0\0"
    assert read.number() == 7


def test_an_empty_field_is_there_all_the_same():
    assert fields(b"")
