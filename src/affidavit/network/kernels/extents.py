"""How far one JSON value reaches, a piece of bytes at a time: brackets are counted, nothing is kept. Cython."""

# mypy: disable-error-code="valid-type"
import cython

PLAIN = 0
"""The scan is in a number or a word, which the first byte that cannot be of one ends."""
NESTED = 1
"""It is in an object or an array."""
TEXT = 2
"""It is in a string."""
ESCAPED = 3
"""It is in a string, behind a backslash."""


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
    mode: cython.longlong = state[0]
    depth: cython.longlong = state[1]
    deepest: cython.longlong = state[2]
    size: cython.Py_ssize_t = len(data)
    byte: cython.uchar
    ended: cython.bint = False
    while at < size and not ended:
        byte = data[at]
        if mode == 2:
            if byte == 34:
                mode = 1 if depth else 0
                ended = depth == 0
            elif byte == 92:
                mode = 3
        elif mode == 3 or byte == 34:
            mode = 2
        elif byte in {123, 91}:
            depth += 1
            mode = 1
            deepest = max(deepest, depth)
        elif byte in {125, 93, 44, 32, 10, 13, 9}:
            if depth == 0:
                break
            if byte in {125, 93}:
                depth -= 1
                ended = depth == 0
        at += 1
    state[0] = mode
    state[1] = depth
    state[2] = deepest
    if ended or (at < size and mode == 0):
        return at
    return -1
