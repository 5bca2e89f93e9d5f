"""Protocol buffers without a schema: the documentation's own answers, bounds, lengths that lie, a second reading."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.personal import protobuf
from affidavit.network.personal.protobuf import DEEPEST, fields, is_text
from tests.builders.planted import protobuf as field
from tests.oracles import wire_format


def told(data: bytes) -> list[tuple[str, bytes]] | None:
    found = fields(data)
    return None if found is None else [(item.path, item.data) for item in found]


def slow(data: bytes) -> list[tuple[str, bytes]] | None:
    try:
        return wire_format.values(data)
    except wire_format.WrongError:
        return None


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def nested(levels: int) -> bytes:
    """A message in so many others, none of which is a text."""
    data = b"\x08\x01"
    for _ in range(levels):
        data = field(1, data)
    return data


# The examples of "Protocol Buffers: Encoding"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("08 96 01", [("1", b"150")]),
        ("12 07 74 65 73 74 69 6e 67", [("2", b"testing")]),
        ("1a 03 08 96 01", [("3.1", b"150")]),
        ("22 05 68 65 6c 6c 6f 28 01 28 02 28 03", [("4", b"hello"), ("5", b"1"), ("5", b"2"), ("5", b"3")]),
        ("32 06 03 8e 02 9e a7 05", [("6", b"\x03\x8e\x02\x9e\xa7\x05")]),
        ("08 fe ff ff ff ff ff ff ff ff 01", [("1", b"-2"), ("1", b"9223372036854775807")]),
    ],
    ids=["integer", "text", "message in a message", "repeated", "packed", "minus two"],
)
def test_the_documented_examples_are_read_as_documented(data, found):
    assert told(bytes.fromhex(data)) == found


# Numbers


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, [b"0"]),
        (1, [b"1"]),
        (9_999, [b"9999"]),
        (10_000, [b"10000", b"5000"]),
        (10_001, [b"10001", b"-5001"]),
        (2**63 - 1, [b"9223372036854775807", b"-4611686018427387904"]),
        (2**63, [b"-9223372036854775808", b"4611686018427387904"]),
        (2**64 - 1, [b"-1", b"-9223372036854775808"]),
    ],
)
def test_large_integers_are_read_with_both_kinds_of_sign(number, shown):
    assert told(b"\x08" + varint(number)) == [("1", item) for item in shown]


@pytest.mark.parametrize(
    ("real", "shown"),
    [
        (52.520008, [b"52.520008"]),
        (-13.404954, [b"-13.404954"]),
        (1e-6, []),
        (1.5e-6, [b"1.5e-06"]),
        (9e11, [b"900000000000.0"]),
        (1e12, []),
        (0.0, []),
        (float("nan"), []),
        (float("inf"), []),
    ],
)
def test_doubles_are_shown_as_such_where_one_may_be_meant(real, shown):
    raw = struct.pack("<d", real)
    assert told(b"\x09" + raw) == [("1", item) for item in [*shown, b"%d" % int.from_bytes(raw, "little")]]


@pytest.mark.parametrize(("real", "shown"), [(13.405, b"13.405"), (-0.1278, b"-0.1278"), (123456.7, b"123456.7")])
def test_floats_are_shown_with_the_digits_that_they_have(real, shown):
    assert told(b"\x0d" + struct.pack("<f", real))[0] == ("1", shown)


# Bounds


@pytest.mark.parametrize(("number", "right"), [(0, False), (1, True), (100_000, True), (100_001, False)])
def test_numbers_of_fields_are_those_that_schemas_have(number, right):
    assert (fields(varint(number << 3) + b"\x05") is not None) is right


@pytest.mark.parametrize(("kind", "right"), [(3, False), (4, False), (6, False), (7, False)])
def test_groups_and_kinds_that_do_not_exist_are_no_message(kind, right):
    assert (fields(bytes([1 << 3 | kind]) + bytes(8)) is not None) is right


@pytest.mark.parametrize(("size", "right"), [(9, True), (10, True), (11, False)])
def test_an_integer_has_ten_bytes_at_most(size, right):
    assert (fields(b"\x08" + b"\x80" * (size - 1) + b"\x01") is not None) is right


@pytest.mark.parametrize("levels", [1, DEEPEST - 2, DEEPEST - 1])
def test_messages_in_messages_are_read_to_their_depth(levels):
    assert told(nested(levels)) == [(".".join(["1"] * (levels + 1)), b"1")]


def test_what_lies_deeper_is_given_as_bytes():
    assert told(nested(DEEPEST)) == [(".".join(["1"] * DEEPEST), b"\x08\x01")]


def test_a_message_has_a_number_of_fields(monkeypatch):
    monkeypatch.setattr(protobuf, "MOST", 20)
    assert len(fields(b"\x08\x01" * 20)) == 20
    assert fields(b"\x08\x01" * 21) is None


def test_a_message_that_would_be_one_field_too_many_is_given_as_bytes(monkeypatch):
    monkeypatch.setattr(protobuf, "MOST", 20)
    inner = b"\x08\x01" * 20
    assert told(field(1, inner))[0] == ("1.1", b"1")
    assert told(field(1, inner) + b"\x10\x01")[0] == ("1", inner)


# Bytes that lie

WHOLE = field(1, b"id") + field(2, b"\x08\x96\x01" + field(3, b"\xff\xfe")) + b"\x1d\0\0\x80\x3f" + b"\x21" + bytes(8)
ENDS = {4, 13, 18, 27}
"""Where a field ends: what comes before is a message of its own."""


def test_cut_off_anywhere_it_is_a_message_only_where_a_field_ends():
    assert {at for at in range(len(WHOLE) + 1) if fields(WHOLE[:at]) is not None} == ENDS


@pytest.mark.parametrize("size", [0x0C, 0x7F])
def test_a_length_beyond_the_end_is_no_message(size):
    assert fields(bytes([0x0A, size]) + b"eleven byte") is None


def test_a_length_of_any_size_is_refused_without_reading_so_far():
    assert fields(b"\x0a" + varint(2**64 - 1) + b"ab") is None


def test_an_empty_field_is_an_empty_text():
    assert told(b"\x0a\x00") == [("1", b"")]


def test_a_text_that_could_be_a_message_is_a_text():
    """A line feed and an A are also the tag and the length of a field with 65 bytes."""
    text = b"\nA" + b"five words and some more here".ljust(65, b".")
    assert told(text) == [("1", text[2:])]
    assert told(field(5, text)) == [("5", text)]
    assert told(field(5, b"\n\x01a")) == [("5.1", b"a")]


# Both readings

kinds = st.one_of(
    st.tuples(st.just(0), st.integers(0, 2**64 - 1).map(varint)),
    st.tuples(st.just(1), st.binary(min_size=8, max_size=8)),
    st.tuples(st.just(5), st.binary(min_size=4, max_size=4)),
    st.tuples(st.just(2), st.binary(max_size=12).map(lambda data: varint(len(data)) + data)),
)


def packed(number: int, kind: int, data: bytes) -> bytes:
    return varint(number << 3 | kind) + data


messages = st.recursive(
    st.lists(st.tuples(st.integers(1, 40), kinds), min_size=1, max_size=4).map(
        lambda found: b"".join(packed(number, *value) for number, value in found)
    ),
    lambda inner: st.lists(st.tuples(st.integers(1, 15), inner), min_size=1, max_size=3).map(
        lambda found: b"".join(field(number, data) for number, data in found)
    ),
    max_leaves=6,
)


@settings(max_examples=50)
@given(messages)
def test_both_readings_of_a_message_are_the_same(data):
    assert told(data) == slow(data)


@settings(max_examples=50)
@given(messages, st.integers(0, 200), st.integers(0, 255))
def test_both_readings_of_a_damaged_message_are_the_same(data, at, byte):
    at %= len(data)
    damaged = data[:at] + bytes([byte]) + data[at + 1 :]
    assert told(damaged) == slow(damaged)


@settings(max_examples=50)
@given(st.binary(max_size=30))
def test_both_readings_of_any_bytes_are_the_same(data):
    assert told(data) == slow(data)


# Texts


@pytest.mark.parametrize(
    ("data", "right"),
    [
        (b"", True),
        (b"plain\tand\r\nmore", True),
        ("é漢😀".encode(), True),
        ("é\n".encode(), True),
        (b"bell\x07", False),
        (b"zero\0", False),
        (b"\x7f", False),
        ("soft\u00adhyphen".encode(), False),
        ("line\u2028separator".encode(), False),
        (b"\xff", False),
        (b"\xc3", False),
        (b"\xed\xa0\x80", False),
        (b"\xc0\xaf", False),
    ],
)
def test_a_text_has_no_control_characters_and_no_broken_ones(data, right):
    assert is_text(data) is right
