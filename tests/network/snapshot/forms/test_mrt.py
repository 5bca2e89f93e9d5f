"""Dumps of routing tables: the origin that most paths end in."""

import bz2
import gzip
from contextlib import suppress

import pytest

from affidavit.model.errors import UnreadableError
from affidavit.network.snapshot.forms import mrt
from affidavit.network.snapshot.found import Given
from tests.builders.mrt import dump, entry, record

ROWS = [
    ("192.0.2.0/24", [(64496, 64500), (64497, 64498, 64500), (64496, 64511)]),
    ("198.51.100.0/25", [(64496, 64501, 64501)]),
    ("2001:db8::/32", [(64496, 4_200_000_000)]),
]


def read(data: bytes):
    given = Given("rib", data)
    assert mrt.fits(given)
    (found,) = mrt.read(given)
    return found


@pytest.mark.parametrize("packed", [bytes, gzip.compress, bz2.compress])
@pytest.mark.parametrize("added", [False, True])
def test_the_origin_of_most_paths_is_taken(packed, added):
    found = read(packed(dump(ROWS, added=added)))
    assert (found.table, found.date, found.left_out) == ("asn", "2026-06-17", 0)
    assert [(span.value, span.bits) for span in found.spans4] == [("64500", 24), ("64501", 25)]
    assert [(span.value, span.bits) for span in found.spans6] == [("4200000000", 32)]


def test_the_lower_number_decides_between_equals():
    assert read(dump([("192.0.2.0/24", [(1, 9), (1, 7)])])).spans4[0].value == "7"


def test_a_path_that_ends_in_a_set_has_no_origin():
    found = read(dump([("192.0.2.0/24", [(1, frozenset({8, 9}))]), ("192.0.3.0/24", [(frozenset({8}), 9)])]))
    assert [span.value for span in found.spans4] == ["9"]
    assert found.left_out == 1


def test_the_default_route_and_wrong_lengths_are_left_out():
    body = bytes(4) + b"\x21\xc0\x00\x02\x00\x00" + b"\x00\x01" + entry((1, 2))
    found = read(dump([("0.0.0.0/0", [(1, 2)]), ("192.0.2.0/24", [(1, 2)])]) + record(2, body) + record(2, b"abc"))
    assert len(found.spans4) == 1
    assert found.left_out == 3


def test_attributes_with_long_lengths_are_read():
    body = bytes(4) + b"\x18\xc0\x00\x02" + b"\x00\x01" + entry((1, 2), wide=True)
    assert read(record(1, bytes(8)) + record(2, body)).spans4[0].value == "2"


@pytest.mark.parametrize("cut", [1, 5, 13, 40])
def test_a_dump_that_is_cut_short_is_refused(cut):
    with pytest.raises(UnreadableError, match="cut short"):
        read(dump(ROWS)[:-cut])
    with pytest.raises(UnreadableError, match="cut short"):
        read(gzip.compress(dump(ROWS))[:-cut])


def test_a_record_that_says_it_is_huge_is_not_read():
    with pytest.raises(UnreadableError, match="record of"):
        read(dump(ROWS) + b"\0\0\0\0\0\x0d\0\x02\xff\xff\xff\xff")


def test_any_byte_may_be_wrong():
    data = dump(ROWS)
    for at in range(12, len(data)):
        changed = bytearray(data)
        changed[at] ^= 0xFF
        with suppress(UnreadableError):
            list(mrt.read(Given("rib", bytes(changed))))


def test_other_files_are_none():
    for data in (b"", b"x" * 12, gzip.compress(b"hello"), b"\x1f\x8b", b"BZh9", record(2, b"", type_=12)):
        assert not mrt.fits(Given("x", data))
