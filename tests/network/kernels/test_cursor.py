"""Fields are read one after the other, and never past their end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.kernels.cursor import Cursor, ShortError
from tests.builders import traffic


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("c2197c5eff14e88c", 151_288_809_941_952_652),
        ("9d7f3e7d", 494_878_333),
        ("7bbd", 15_293),
        ("25", 37),
        ("4025", 37),
        ("00", 0),
        ("3f", 63),
        ("4040", 64),
        ("ffffffffffffffff", (1 << 62) - 1),
    ],
)
def test_the_published_numbers_of_quic_are_read(raw, value):
    """The first five are those of RFC 9000, appendix A.1."""
    data = bytes.fromhex(raw)
    read = Cursor(data + b"rest")
    assert read.varint() == value
    assert read.take(4) == b"rest"
    for cut in range(len(data)):
        with pytest.raises(ShortError):
            Cursor(data[:cut]).varint()


@given(st.integers(0, (1 << 62) - 1))
def test_every_number_of_quic_comes_back(value):
    read = Cursor(traffic.varint(value))
    assert (read.varint(), read.left) == (value, 0)


def test_fields_end_where_the_cursor_does_and_not_where_the_bytes_do():
    read = Cursor(b"abcdef", 1, 4)
    assert (read.take(2), read.left) == (b"bc", 1)
    with pytest.raises(ShortError):
        read.take(2)
    assert (read.at, read.left) == (3, 1), "a field that is not there takes nothing"
    assert (read.take(0), read.take(1), read.left) == (b"", b"d", 0)


def test_numbers_are_of_network_order_and_whole_or_not_there():
    read = Cursor(b"\x01\x02\x03\x04\x05\x06\x07\x08\xff")
    assert (read.number(0), read.number(8), read.number(1)) == (0, 0x0102030405060708, 255)
    with pytest.raises(ShortError):
        read.number(1)
    assert Cursor(b"", 0, 9).end == 9
    with pytest.raises(ShortError):
        Cursor(b"", 0, 9).number(1)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_vector_is_whole_or_not_there(size):
    raw = traffic.vector(b"twelve bytes", size)
    assert Cursor(raw).vector(size) == b"twelve bytes"
    for cut in range(len(raw)):
        with pytest.raises(ShortError):
            Cursor(raw[:cut]).vector(size)
