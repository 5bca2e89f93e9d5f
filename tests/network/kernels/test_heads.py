"""Header lines are what an obvious loop over lines gives."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.network.kernels import heads

NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
LINE = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [b"Host: a.example", b"a:", b":b", b" folded\t", b"\tmore", b"x y: z", b"n:\x0b v \x0c", b"\xe9: \xff", b""]
    ),
)


def slow(raw: bytes, at: int, most: int) -> tuple[tuple[tuple[str, str], ...], int, bool]:
    found: list[tuple[str, str]] = []
    for _ in range(most):
        line, newline, _ = raw[at:].partition(b"\n")
        if not newline:
            break
        at += len(line) + 1
        line = line.removesuffix(b"\r")
        if not line:
            return tuple(found), at, True
        if line[0] in b" \t":
            if found:
                found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip().decode('latin-1')}")
            continue
        name, colon, value = line.partition(b":")
        if colon and NAME.fullmatch(name):
            found.append((name.decode(), value.strip().decode("latin-1")))
    return tuple(found), at, False


@settings(max_examples=300)
@given(st.lists(LINE, max_size=7), st.sampled_from([b"\n", b"\r\n"]), st.binary(max_size=5), st.integers(0, 9))
def test_lines_are_read_as_the_slow_twin_reads_them(lines, end, rest, most):
    raw = b"".join(line + end for line in lines) + rest
    assert heads.headers(raw, 0, most) == slow(raw, 0, most)
    assert heads.headers(b"GET\n" + raw, 4, most) == slow(b"GET\n" + raw, 4, most)


def test_a_place_behind_the_bytes_has_no_lines_and_one_before_them_is_refused():
    assert heads.headers(b"a: b\n", 99, 3) == ((), 99, False)
    with pytest.raises(IndexError):
        heads.headers(b"a: b\n", -1, 3)
