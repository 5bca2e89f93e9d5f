"""Header lines of HTTP/1. Cython.

Format: RFC 9112, section 5; a name is a token of RFC 9110, section 5.6.2. Lines that are none are left out.
"""

# mypy: disable-error-code="valid-type, index, no-any-return, operator, name-defined"
import cython

_TOKEN = cython.declare(bytes, b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_IS_TOKEN = cython.declare(cython.uchar[256])


@cython.cfunc
def _prepare() -> cython.int:
    byte: cython.Py_ssize_t
    for byte in range(256):
        _IS_TOKEN[byte] = 0
    for byte in range(len(_TOKEN)):
        _IS_TOKEN[cython.cast(cython.uchar, _TOKEN[byte])] = 1
    return 0


_prepare()


@cython.cfunc
@cython.inline
def _is_space(byte: cython.uchar) -> cython.int:
    """What `bytes.strip` takes away."""
    return byte == 32 or 9 <= byte <= 13


@cython.cfunc
def _text(raw: bytes, begin: cython.Py_ssize_t, end: cython.Py_ssize_t) -> str:
    """The bytes between two places without space around them."""
    while begin < end and _is_space(raw[begin]):
        begin += 1
    while begin < end and _is_space(raw[end - 1]):
        end -= 1
    return raw[begin:end].decode("latin-1")


def headers(raw: bytes, at: int, most: int) -> tuple[tuple[tuple[str, str], ...], int, bool]:
    """Header lines from a place on.

    Args:
        raw: a head, or the start of one.
        at: where the first line begins.
        most: how many lines are read.

    Returns:
        (name as sent, value) of each; where the first line begins that was not read; whether the empty line was there.
    """
    found: list[tuple[str, str]] = []
    here: cython.Py_ssize_t = at
    end: cython.Py_ssize_t
    last: cython.Py_ssize_t
    colon: cython.Py_ssize_t
    _step: cython.Py_ssize_t
    if here < 0:
        raise IndexError(at)
    for _step in range(most):
        end = raw.find(b"\n", here)
        if end < 0:
            return tuple(found), here, False
        last = end - 1 if end > here and raw[end - 1] == 13 else end
        if last == here:
            return tuple(found), end + 1, True
        if raw[here] == 32 or raw[here] == 9:
            if found:
                name, value = found[len(found) - 1]
                found[len(found) - 1] = (name, f"{value} {_text(raw, here, last)}")
        else:
            colon = here
            while colon < last and _IS_TOKEN[cython.cast(cython.uchar, raw[colon])]:
                colon += 1
            if here < colon < last and raw[colon] == 58:
                found.append((raw[here:colon].decode("ascii"), _text(raw, colon + 1, last)))
        here = end + 1
    return tuple(found), here, False
