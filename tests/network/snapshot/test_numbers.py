"""Addresses as captures write them, one and many at a time."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.snapshot.numbers import all_parsed, parsed


def one_by_one(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Version and number of each, 0 for what is none."""
    found = [parsed(text) for text in texts]
    return [(0, 0) if address is None else (address.version, int(address)) for address in found]


def together(texts: Sequence[str]) -> list[tuple[int, int]]:
    version, high, low = (column.tolist() for column in all_parsed(texts))
    return [(one, upper << 64 | lower) for one, upper, lower in zip(version, high, low, strict=True)]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("64:ff9b::c000:201", "192.0.2.1"),
        ("64:ff9b::1:c000:201", "64:ff9b::1:c000:201"),
        ("::c000:201", "::c000:201"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_addresses_as_captures_write_them(text, address):
    assert str(parsed(text)) == address
    assert together([text]) == one_by_one([address])


@pytest.mark.parametrize("text", ["", "x", "192.0.2", "192.0.2.256", "1::2::3", "192.0.2.01", "\ud800", "\n", "::1\n"])
def test_what_is_no_address_is_none(text):
    assert parsed(text) is None
    assert together([text]) == [(0, 0)]


TEXT = st.one_of(
    st.ip_addresses().map(str),
    st.ip_addresses(v=4).flatmap(lambda four: st.sampled_from([f"::ffff:{four}", f"64:ff9b::{four}", f"::{four}"])),
    st.ip_addresses().flatmap(
        lambda found: st.sampled_from([f"[{found}]", f"{found}%x", f"{found}\n", f"{found}\n::1"])
    ),
    st.text("0123456789.:[]%\n\0é\ud800", max_size=12),
)


@given(st.lists(TEXT, max_size=20))
def test_many_are_read_as_each_of_them_is(texts):
    assert together(texts) == one_by_one(texts)
