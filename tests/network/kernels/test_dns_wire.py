"""Names and records of DNS are what a slow reader of RFC 1035 gives; it follows pointers by itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.kernels import dns_wire
from tests.builders.traffic import dns_message, dns_name, dns_record

PLAIN = set(range(33, 127)) - set(b".\\")


def slow_name(data: bytes, at: int) -> tuple[str, int] | None:
    """A name and the place behind it; every pointer has to lead before where the name, or the last pointer, began."""
    labels, used, bound, after = [], 0, at, None
    while at < len(data):
        length = data[at]
        if length >= 0xC0:
            pointer = int.from_bytes(data[at : at + 2], "big") & 0x3FFF
            if at + 2 > len(data) or pointer >= bound:
                return None
            after, at, bound = at + 2 if after is None else after, pointer, pointer
            continue
        if not length:
            return ".".join(labels), at + 1 if after is None else after
        raw = data[at + 1 : at + 1 + length]
        used += length + 1
        if length > 63 or used > 255 or len(raw) < length:
            return None
        labels.append("".join(chr(byte) if byte in PLAIN else f"\\{byte:03d}" for byte in raw))
        at += 1 + length
    return None


def slow_records(data: bytes, at: int, count: int) -> list[tuple[str, int, int, int, int]]:
    found = []
    for _ in range(count):
        named = slow_name(data, at)
        if named is None or len(data) < named[1] + 10:
            break
        name, at = named
        kind, ttl, size = (int.from_bytes(data[at + a : at + b], "big") for a, b in ((0, 2), (4, 8), (8, 10)))
        if at + 10 + size > len(data):
            break
        found.append((name, kind, ttl if ttl < 1 << 31 else 0, at + 10, at + 10 + size))
        at += 10 + size
    return found


BYTES = st.one_of(
    st.binary(max_size=40),
    st.lists(
        st.sampled_from([b"\x01a", b"\x03b.c", b"\xc0\x00", b"\xc0\x02", b"\0", b"\x3f" + b"x" * 63, b"\x40", b"\x80"]),
        max_size=9,
    ).map(b"".join),
)


@settings(max_examples=300)
@given(BYTES, st.integers(0, 45))
def test_any_bytes_are_named_as_the_slow_twin_names_them(data, at):
    assert dns_wire.name(data, at) == slow_name(data, at)


@settings(max_examples=300)
@given(
    BYTES,
    st.lists(st.tuples(st.sampled_from(["a.example", "b"]), st.integers(0, 300), st.binary(max_size=20)), max_size=4),
)
def test_records_are_read_until_one_is_not_whole(rest, rows):
    data = dns_message(
        "a.example", [dns_record(name, kind, value, 1 << 31 if kind > 290 else kind) for name, kind, value in rows]
    )
    data += rest
    read = dns_wire.questions(data, 1)
    assert read == ((("a.example", 1),), 12 + len(dns_name("a.example")) + 4)
    assert dns_wire.records(data, read[1], 9) == slow_records(data, read[1], 9)


def test_every_byte_of_a_label_is_written_so_that_it_can_be_told():
    written = [dns_wire.name(b"\x01" + bytes([byte]) + b"\0", 0) for byte in range(256)]
    assert len({name for name, _ in written}) == 256
    assert dns_wire.name(b"\x02a.\x01\\\0", 0) == ("a\\046.\\092", 6)


def test_the_longest_name_of_the_oddest_bytes_fits():
    odd = b"".join(b"\x3f" + b"\xff" * 63 for _ in range(3)) + b"\x3e" + b"\0" * 62 + b"\0"
    name, after = dns_wire.name(odd, 0)
    assert (len(name), after) == (4 * 251 + 3, len(odd))
    assert dns_wire.name(b"\x3f" + b"a" * 63 + odd, 0) is None


@pytest.mark.parametrize("read", [lambda: dns_wire.name(b"a", -1), lambda: dns_wire.records(b"a", -1, 1)])
def test_a_place_before_the_bytes_is_refused(read):
    with pytest.raises(IndexError):
        read()
