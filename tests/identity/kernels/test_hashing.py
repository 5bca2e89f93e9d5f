"""Tokens are the published hash of what was read: the same on every machine, or an index finds nothing."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.identity.code.tokens import KIND_MASK, Kind, of_numbers, of_rows, token, tokens_of
from affidavit.identity.kernels import hashing
from tests.oracles import code_tokens as slow

WORD = (1 << 64) - 1
KINDS = st.sampled_from(Kind)


def fnv(data: bytes) -> int:
    """FNV-1a with 64 bits."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & WORD
    return value


def mixed(value: int) -> int:
    """The last mixing of MurmurHash3."""
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = (value ^ value >> 33) * factor & WORD
    return value ^ value >> 33


def hashed(kind: int, data: bytes, begins: list[int], ends: list[int], room: int | None = None) -> list[int]:
    """Tokens of pieces of `data`, by the kernel."""
    out = np.zeros(len(begins) if room is None else room, np.uint64)
    hashing.rows(kind, data, np.array(begins, np.int64), np.array(ends, np.int64), out)
    return out.tolist()


def test_the_twin_is_the_hash_that_its_authors_publish():
    assert fnv(b"") == 0xCBF29CE484222325
    assert fnv(b"a") == 0xAF63DC4C8601EC8C
    assert fnv(b"foobar") == 0x85944171F73967E8
    assert mixed(0) == 0
    assert mixed(1) == 0xB456BCFC34C2CB2C


@given(KINDS, st.binary(max_size=80))
def test_a_token_is_the_hash_of_kind_and_content(kind: Kind, content: bytes):
    assert token(kind, content) == mixed(fnv(bytes([kind]) + content)) & ~KIND_MASK | kind
    assert token(kind, content) == slow.token(kind, content)


@given(KINDS, st.lists(st.binary(max_size=12), max_size=12))
def test_pieces_of_a_buffer_are_hashed_like_each_alone(kind: Kind, contents: list[bytes]):
    bounds = np.cumsum([0, *(len(content) for content in contents)])
    made = tokens_of(kind, memoryview(b"".join(contents)), bounds[:-1], bounds[1:])
    assert made.tolist() == [token(kind, content) for content in contents]


@given(st.binary(max_size=30), st.data())
def test_pieces_may_overlap_and_come_in_any_order(data: bytes, draw: st.DataObject):
    at = st.integers(0, len(data))
    spans = [(min(span), max(span)) for span in draw.draw(st.lists(st.tuples(at, at), max_size=8))]
    made = hashed(3, data, [begin for begin, _ in spans], [end for _, end in spans])
    assert made == [slow.token(Kind.FIELD, data[begin:end]) for begin, end in spans]


@pytest.mark.parametrize("kind", Kind)
def test_the_lowest_four_bits_say_the_kind(kind: Kind):
    made = [token(kind, bytes([byte])) for byte in range(256)]
    assert {value & KIND_MASK for value in made} == {kind}
    assert len(set(made)) == 256
    assert all(0 < value <= WORD for value in made)


def test_one_content_of_several_kinds_has_nothing_in_common_but_the_content():
    made = {token(kind, b"android") >> 4 for kind in Kind}
    assert len(made) == len(Kind)


def test_zeros_count():
    made = [token(Kind.STRING, b"\0" * size) for size in range(50)]
    assert len(set(made)) == 50


def test_one_changed_bit_changes_about_half_of_the_bits():
    content = b"Landroid/net/Uri;->parse"
    was, turned = token(Kind.CALL, content), []
    for at in range(8 * len(content)):
        other = bytearray(content)
        other[at // 8] ^= 1 << at % 8
        turned.append((was ^ token(Kind.CALL, bytes(other))).bit_count())
    assert min(turned) >= 12
    assert 28 <= np.mean(turned) <= 32  # of the sixty bits that are not the kind


def test_a_text_is_hashed_as_the_bytes_of_the_file():
    raw = b"caf\xc0\x80\xed\xa0\x80"  # modified UTF-8, which Python would refuse
    assert token(Kind.STRING, raw) == slow.token(Kind.STRING, raw)
    assert hashed(0, raw, [0], [len(raw)]) == [token(Kind.STRING, raw)]


@pytest.mark.parametrize(("begin", "end"), [(-1, 2), (-(1 << 62), 0), (0, 6), (5, 6), (0, 1 << 62), (-3, -1)])
def test_what_lies_outside_of_the_buffer_is_refused(begin: int, end: int):
    with pytest.raises(IndexError):
        hashed(0, b"hello", [0, begin], [5, end])


def test_an_end_before_its_begin_is_an_empty_content():
    assert hashed(9, b"hello", [5, 4, 1 << 40], [5, 2, 0]) == [slow.token(Kind.METHOD, b"")] * 3


def test_columns_of_unequal_length_do_not_write_past_the_end():
    with pytest.raises(IndexError):
        hashed(0, b"hello", [0, 1], [1, 2], room=1)
    with pytest.raises(IndexError):
        hashed(0, b"hello", [0, 1], [1])
    assert hashed(0, b"hello", [0], [1], room=2) == [slow.token(Kind.STRING, b"h"), 0]


def test_nothing_gives_nothing():
    assert hashed(0, b"", [], []) == []
    assert of_numbers(Kind.LITERAL, np.empty(0, np.int64)).tolist() == []


@given(st.lists(st.integers(-(1 << 63), (1 << 63) - 1), max_size=10))
def test_numbers_are_hashed_as_eight_bytes_the_lowest_first(values: list[int]):
    made = of_numbers(Kind.LITERAL, np.array(values, np.int64)).tolist()
    assert made == [slow.token(Kind.LITERAL, value.to_bytes(8, "little", signed=True)) for value in values]


def test_numbers_are_hashed_alike_in_every_width_and_byte_order():
    wide = of_numbers(Kind.LITERAL, np.array([500, -7], np.int64))
    for form in ("<i4", ">i4", ">i8", "<i2"):
        assert of_numbers(Kind.LITERAL, np.array([500, -7], form)).tolist() == wide.tolist()


@given(st.lists(st.lists(st.integers(0, WORD), max_size=4), max_size=5))
def test_tokens_together_are_hashed_in_the_order_in_which_they_come(groups: list[list[int]]):
    bounds = np.cumsum([0, *map(len, groups)]).astype(np.int64)
    flat = np.array([value for group in groups for value in group], np.uint64)
    made = of_rows(Kind.METHOD, flat, bounds[:-1], bounds[1:]).tolist()
    together = [b"".join(value.to_bytes(8, "little") for value in group) for group in groups]
    assert made == [slow.token(Kind.METHOD, content) for content in together]


def test_many_contents_do_not_collide():
    texts = [f"text {number}".encode() for number in range(50_000)]
    bounds = np.cumsum([0, *map(len, texts)])
    made = np.sort(tokens_of(Kind.STRING, memoryview(b"".join(texts)), bounds[:-1], bounds[1:]))
    assert all(one != other for one, other in pairwise(made.tolist()))
    high = np.bincount((made >> np.uint64(56)).astype(np.int64), minlength=256)  # by which tables are split
    assert high.min() > 120
    assert high.max() < 280
