"""Lists of hellos: each is what an obvious loop gives, and nothing outside of its bytes is read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.kernels import hello
from tests.oracles.hello import behind, pairs

GREASE = {0x0A0A + step * 0x1010 for step in range(16)}
NUMBER = st.one_of(st.integers(0, 0xFFFF), st.sampled_from([0x0A0A, 0xFAFA, 0x0A1A, 0x1301, 0, 9, 10, 99, 100]))


def slow_extensions(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while len(data) >= 4:
        kind = int.from_bytes(data[:2], "big")
        content, rest = behind(data[2:], 2)
        if len(content) < int.from_bytes(data[2:4], "big"):
            break
        found.setdefault(kind, content)
        data = rest
    return found


def slow_records(data: bytes, most: int, largest: int) -> tuple[bytes, bool]:
    found = b""
    while data and len(found) < most:
        if data[0] != 22 or data[1:2] not in (b"", b"\3"):
            return found, True
        if len(data) < 5:
            break
        size = int.from_bytes(data[3:5], "big")
        if not 0 < size <= largest:
            return found, True
        found, data = found + data[5 : 5 + size], data[5 + size :]
    return found, False


@given(st.binary(max_size=60))
def test_numbers_are_pairs_of_bytes_without_grease(raw):
    assert hello.numbers(raw) == [value for value in pairs(raw) if value not in GREASE]


def test_of_all_numbers_sixteen_mean_nothing():
    raw = b"".join(value.to_bytes(2, "big") for value in range(1 << 16))
    assert len(hello.numbers(raw)) == (1 << 16) - 16


@given(st.lists(st.tuples(NUMBER, st.binary(max_size=9)), max_size=8), st.binary(max_size=6))
def test_extensions_are_read_up_to_the_first_that_is_not_whole(rows, rest):
    data = b"".join(kind.to_bytes(2, "big") + len(raw).to_bytes(2, "big") + raw for kind, raw in rows) + rest
    assert hello.extensions(data, 0, len(data)) == slow_extensions(data)
    assert hello.extensions(b"ab" + data + b"c", 2, 2 + len(data)) == slow_extensions(data)


@pytest.mark.parametrize(("at", "end"), [(-1, 4), (0, 5), (0, 1 << 40)])
def test_no_extension_is_looked_for_outside_of_the_bytes(at, end):
    with pytest.raises(IndexError):
        hello.extensions(bytes(4), at, end)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.sampled_from([22, 22, 22, 23]), st.sampled_from([3, 3, 2]), st.binary(max_size=30)), max_size=5
    ),
    st.binary(max_size=7),
    st.integers(0, 60),
    st.integers(1, 40),
)
def test_records_are_joined_until_something_else_comes(rows, rest, most, largest):
    data = b"".join(bytes([kind, major, 1]) + len(raw).to_bytes(2, "big") + raw for kind, major, raw in rows) + rest
    assert hello.records(data, most, largest) == slow_records(data, most, largest)


@given(st.lists(NUMBER, max_size=20))
def test_numbers_are_written_as_python_writes_them(values):
    assert hello.decimals(values) == "-".join(map(str, values))
    assert hello.hexadecimals(values) == ",".join(f"{value:04x}" for value in values)
