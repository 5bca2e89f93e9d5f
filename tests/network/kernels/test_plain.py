"""Texts are asked as a handful of patterns asks them."""

import re
import string

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from affidavit.network.kernels.plain import plain
from affidavit.network.personal.leaves import KINDS

STRANGE = re.compile(r"[^ -~]|[%\\&=@+]|eyJ|[0-9A-Fa-f :-]{15}|^ *(?:[{\[\"<]|--)")
WORD = re.compile(r"[A-Za-z0-9/_-]{12,}")
FRACTION = re.compile(r"(?<=[0-9])\.(?=[0-9]{4})")


def strange(text: str) -> bool:
    words = (re.search(r"[^0-9A-Fa-f-]", word) for word in WORD.findall(text))
    return bool(STRANGE.search(text) or any(words) or len(FRACTION.findall(text)) > 1)


def asked(texts: list[str], least: int) -> tuple[bool, list[int]]:
    out = np.full(len(texts), 7, np.uint8)
    return plain("\0".join([*texts, ""]).encode("utf-8", "surrogatepass"), KINDS, out, least), out.tolist()


def test_each_byte_that_something_may_come_of_is_strange():
    assert [chr(at) for at in range(1, 128) if asked([chr(at)], 0)[1] == [1]] == [
        *(chr(at) for at in range(1, 0x20)),
        *'"%&+<=@[\\{\x7f',
    ]


NO_ZERO = st.characters(exclude_characters="\0")
TEXT = st.one_of(
    st.text("abcdefgyzJe0123456789_/-+ .:", max_size=24),
    st.text("0123456789abf:- ", max_size=20),
    st.text("0123.", max_size=20),
    st.text(string.ascii_letters + "/ -", max_size=20),
    st.text(' {["<-a', max_size=5),
    st.text(NO_ZERO, max_size=9),
)


@given(st.lists(TEXT, max_size=20), st.integers(0, 9))
@example(
    ["abcdefghijk", "abcdefghijkl", "abcdefabcdef", "0x1234567890", "eyJ", "e yJ", "--", " --", "-", "- -", " "], 0
)
@example(
    ["12345678901234", "123456789012345", "1.2345 1.2345", "1.2345,.2345", "1.2345.2345", "1.234 1.2345", ".1234"], 0
)
def test_texts_are_strange_by_a_few_patterns(texts, least):
    expected = [int(len(text.encode("utf-8", "surrogatepass")) >= least and strange(text)) for text in texts]
    assert asked(texts, least) == (True, expected)


def test_other_numbers_of_texts_are_told():
    assert asked(["a\0b", "c"], 0)[0] is False
    with pytest.raises(IndexError):
        plain(b"a\0b", KINDS, np.zeros(2, np.uint8), 0)
    with pytest.raises(IndexError):
        plain(b"", KINDS, np.zeros(1, np.uint8), 0)
    with pytest.raises(IndexError):
        plain(b"abc\0", b"\0" * 9, np.zeros(1, np.uint8), 0)
