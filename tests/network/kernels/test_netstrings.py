import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.kernels.netstrings import values
from tests.builders.captures import tnet


def slow(data: bytes, begin: int, end: int, most: int) -> tuple[list[tuple[int, int, int]], int]:
    """As the kernel, with the means of Python."""
    found: list[tuple[int, int, int]] = []
    at = begin
    while at < end and len(found) < most:
        colon = data.find(b":", at, min(at + 13, end))
        digits = data[at:colon]
        if colon < 0 or not digits.isdigit() or colon + 1 + int(digits) >= end:
            return found, -1
        last = colon + 1 + int(digits)
        if data[last] not in b",;#^!~]}":
            return found, -1
        found.append((colon + 1, last, data[last]))
        at = last + 1
    return found, at


@settings(max_examples=80, deadline=None)
@given(st.lists(st.none() | st.booleans() | st.integers() | st.binary(max_size=12), max_size=6), st.integers(0, 7))
def test_values_are_found_where_they_are(items, most):
    data = b"".join(map(tnet, items))
    found, at = values(data, 0, len(data), most)
    assert (found, at) == slow(data, 0, len(data), most)
    assert len(found) == min(most, len(items))
    assert b"".join(b"%d:%s" % (last - begin, data[begin : last + 1]) for begin, last, _ in found) == data[:at]


@settings(max_examples=120, deadline=None)
@given(st.text("0123456789:,;}]~x", max_size=20).map(str.encode), st.data())
def test_lengths_that_lie_lead_nowhere(data, draw):
    begin = draw.draw(st.integers(0, len(data)))
    end = draw.draw(st.integers(begin, len(data)))
    assert values(data, begin, end, 5) == slow(data, begin, end, 5)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ([], 0)),
        (b"0:,", ([(2, 2, 44)], 3)),
        (b"0:", ([], -1)),
        (b":,", ([], -1)),
        (b"1:a", ([], -1)),
        (b"1:a?", ([], -1)),
        (b"-1:a,", ([], -1)),
        (b"999999999999:a,", ([], -1)),
        (b"0000000000001:a,", ([], -1)),
        (b"000000000001:a,", ([(13, 14, 44)], 15)),
        (b"1:a,2:b,", ([(2, 3, 44)], -1)),
    ],
)
def test_edges_of_lengths(data, expected):
    assert values(data, 0, len(data), 9) == expected


@pytest.mark.parametrize(("begin", "end"), [(0, 5), (-1, 2)])
def test_what_lies_outside_is_not_read(begin, end):
    with pytest.raises(IndexError):
        values(b"0:,", begin, end, 1)
