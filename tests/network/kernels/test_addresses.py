"""Addresses are read as `ipaddress` reads them, except that those with a zone are none."""

import re
from ipaddress import ip_address

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from affidavit.network.kernels.addresses import AFTER, read

Read = list[tuple[int, int]]
"""Version and number of each, both 0 for what is no address."""


def numbers(texts: list[str], behind: str = " " * AFTER) -> tuple[bool, Read]:
    version, high, low = (np.full(len(texts), 7, kind) for kind in (np.uint8, np.uint64, np.uint64))
    whole = read("\n".join([*texts, behind]).encode("utf-8", "replace"), version, high, low)
    halves = zip(version.tolist(), high.tolist(), low.tolist(), strict=True)
    return whole, [(one, upper << 64 | lower) for one, upper, lower in halves]


def known(text: str) -> tuple[int, int]:
    """What the library takes a text for."""
    try:
        found = ip_address(text)
    except ValueError:
        return 0, 0
    return (0, 0) if "%" in text else (found.version, int(found))


ADDRESS = st.ip_addresses().flatmap(
    lambda found: st.sampled_from([str(found), str(found).upper(), found.exploded, f"::{found}", f"64:ff9b::{found}"])
)
GROUPS = st.lists(st.sampled_from(["", "0", "00ab", "FfFf", "1.2.3.4", "12345", "g"]), min_size=1, max_size=10).map(
    ":".join
)
OCTETS = st.lists(st.sampled_from(["0", "1", "00", "01", "99", "255", "256", "1000", ""]), max_size=6).map(".".join)
NO_FEED = st.characters(exclude_characters="\n")


@st.composite
def changed(draw: st.DrawFn) -> str:
    """An address with one character changed, left out, or put in."""
    text = draw(ADDRESS)
    at = draw(st.integers(0, len(text)))
    put = draw(st.one_of(st.sampled_from("0123456789aAfFgG:.%/ \0\r\x7f١"), st.just(""), NO_FEED))
    return text[:at] + put + text[at + draw(st.integers(0, 1)) :]


TEXT = st.one_of(ADDRESS, changed(), GROUPS, OCTETS, st.text("0123456789abF:.", max_size=20), st.text(NO_FEED))


@given(st.lists(TEXT, max_size=30))
@example(["", ":", "::", ":::", "::1::", "1::8:", ":1::", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:8::", "::2:3:4:5:6:7:8"])
@example(["1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3.4:5", "1.2.3.4::", ":1.2.3.4", "::1.2.3.04", "::."])
@example(["::1:2:3:4:5:1.2.3.4", "::1:2:3:4:5:6:1.2.3.4", "1::2:3:4:5:6:1.2.3.4", "::00001", "::1.2.3", "1.2.3.4\0"])
@example(["fe80::1%eth0", "[::1]", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4/32", "0x1.2.3.4", "\ud800", "١.1.1.1", "１.1.1.1"])
def test_texts_are_the_addresses_that_the_library_takes_them_for(texts):
    assert numbers(texts) == (True, [known(text) for text in texts])


@pytest.mark.parametrize("behind", ["1" * AFTER, "." * AFTER, ":" * AFTER, "\n" * AFTER, "\0" * AFTER])
def test_what_stands_behind_the_last_line_changes_nothing(behind):
    texts = ["1.2.3", "1.2.3.4", "::", "1:2:3:4:5:6:7:8", "::1.2.3.4", "1:", ""]
    for text in texts:
        assert numbers([text], behind) == (True, [known(text)])


def test_very_long_texts_are_no_addresses():
    texts = ["1" * 100_000, "1." * 50_000, ":" * 100_000, "0:" * 50_000, "::" + "0" * 100_000, "\0" * 100_000, "::1"]
    assert numbers(texts) == (True, [*[(0, 0)] * 6, (6, 1)])


def test_more_lines_than_places_are_told():
    assert numbers(["1.2.3.4\n5.6.7.8", "::1"]) == (False, [known("1.2.3.4"), known("5.6.7.8")])
    assert numbers([]) == (True, [])


def test_text_that_ends_too_early_is_refused():
    places = [np.zeros(2, kind) for kind in (np.uint8, np.uint64, np.uint64)]
    for data in (b"", b"1.2.3.4", b"1.2.3.4\n", b"1.2.3.4\n1.2.3.4\n", b"::1\n::", b"::1\n" + b"f" * AFTER):
        with pytest.raises(IndexError):
            read(data, *places)
    with pytest.raises(ValueError, match="different length"):
        read(b"", places[0], places[1], np.zeros(1, np.uint64))


def test_addresses_of_real_captures_are_read(corpus):
    found = re.compile(r"(?<![\w.:])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])|(?<![\w.:])[0-9a-f]*:[0-9a-f:]+(?![\w.:])")
    results = sorted((corpus / "net" / "ndpi" / "result").iterdir())
    texts = [text for path in results for text in found.findall(path.read_text("utf-8", "replace"))]
    expected = [known(text) for text in texts]
    assert {version for version, _ in expected} == {0, 4, 6}
    assert numbers(texts) == (True, expected)
