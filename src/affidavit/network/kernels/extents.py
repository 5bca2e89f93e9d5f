"""How far one JSON value reaches, a piece of bytes at a time: brackets are counted, nothing is kept. Cython."""

# mypy: disable-error-code="valid-type"
import cython
from cython.cimports.libc.string import memchr  # type: ignore[import-not-found]

PLAIN = 0
"""The scan is in a number or a word, which the first byte that cannot be of one ends."""
NESTED = 1
"""It is in an object or an array."""
TEXT = 2
"""It is in a string."""
ESCAPED = 3
"""It is in a string, behind a backslash."""


@cython.cfunc
@cython.inline
def _text(
    start: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t, state: cython.longlong[:]
) -> cython.Py_ssize_t:
    """Go on behind the quote that ends a string; to the end, with the mode in `state`, when there is none."""
    found: cython.p_const_uchar
    quote: cython.Py_ssize_t
    back: cython.Py_ssize_t
    while at < size:
        found = cython.cast(cython.p_const_uchar, memchr(start + at, 34, size - at))
        quote = found - start if found != cython.NULL else size
        back = quote
        while back > at and start[back - 1] == 92:
            back -= 1
        if quote == size:
            state[0] = 3 if (quote - back) & 1 else 2
            return size
        at = quote + 1
        if not (quote - back) & 1:
            state[0] = 1 if state[1] else 0
            return at
    state[0] = 2
    return at


def scan(
    data: cython.const[cython.uchar][:],
    at: cython.Py_ssize_t,
    state: cython.longlong[:],
) -> cython.Py_ssize_t:
    """Go on to the end of a value.

    Args:
        data: the bytes.
        at: where to go on. The first time it is the value's first byte, and `state` is nothing but zeros.
        state: where in the value it is; how many brackets are open; the most that were.

    Returns:
        The place behind the value, or -1 when it does not end in these bytes: then the next ones go on from 0.
    """
    size: cython.Py_ssize_t = len(data)
    byte: cython.uchar
    if at >= size:
        return -1
    start: cython.p_const_uchar = cython.address(data[0])
    if state[0] == 3:
        state[0] = 2
        at += 1
    while at < size:
        if state[0] == 2:
            at = _text(start, at, size, state)
            if state[0] == 0:
                return at
            continue
        byte = start[at]
        if byte == 34:
            state[0] = 2
        elif byte in {123, 91}:
            state[0] = 1
            state[1] += 1
            state[2] = max(state[2], state[1])
        elif byte in {125, 93, 44, 32, 10, 13, 9}:
            if state[1] == 0:
                return at
            if byte in {125, 93}:
                state[1] -= 1
                if state[1] == 0:
                    state[0] = 0
                    return at + 1
        at += 1
    return -1
