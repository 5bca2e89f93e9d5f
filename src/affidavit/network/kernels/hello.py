"""Lists of a TLS hello: extensions, numbers of two bytes, and numbers as text for fingerprints. Cython.

Formats: RFC 8446, section 4.1.2 (hello) and 5.1 (records); RFC 8701 (GREASE).
"""

# mypy: disable-error-code="valid-type, index, no-any-return, attr-defined, operator, arg-type, name-defined"
import cython
from cython.cimports.affidavit.network.kernels.rows import pair

_HANDSHAKE = cython.declare(cython.int, 22)


@cython.ccall
def is_grease(value: cython.int) -> cython.bint:
    """Whether a number of two bytes is one that clients send to keep servers tolerant (RFC 8701, section 2)."""
    return value & 0x0F0F == 0x0A0A and value >> 8 == value & 0xFF


def numbers(raw: bytes) -> list[int]:
    """Numbers of two bytes without those of GREASE; a byte that is left over is no number."""
    found = []
    at: cython.Py_ssize_t
    value: cython.int
    for at in range(0, len(raw) - 1, 2):
        value = pair(raw, at)
        if not is_grease(value):
            found.append(value)
    return found


def extensions(data: bytes, at: int, end: int) -> dict[int, bytes]:
    """Extensions between two places in order, the first of each kind; those before a malformed one hold."""
    found: dict[int, bytes] = {}
    here: cython.Py_ssize_t = at
    last: cython.Py_ssize_t = end
    after: cython.Py_ssize_t
    kind: cython.int
    if here < 0 or last > len(data):
        raise IndexError(end)
    while here + 4 <= last:
        after = here + 4 + pair(data, here + 2)
        if after > last:
            break
        kind = pair(data, here)
        if kind not in found:
            found[kind] = data[here + 4 : after]
        here = after
    return found


def records(data: bytes, most: int, largest: int) -> tuple[bytes, bool]:
    """The content of the records of a handshake at the start of a stream.

    Args:
        data: the start of one side of a stream.
        most: bytes of content after which no further record is read.
        largest: bytes that one record may have.

    Returns:
        the content, and whether another kind of record, or something that is no record, ends it.
    """
    parts = []
    at: cython.Py_ssize_t = 0
    held: cython.Py_ssize_t = 0
    whole: cython.Py_ssize_t = len(data)
    size: cython.Py_ssize_t
    ended: cython.bint = False
    while at < whole and held < most:
        if cython.cast(cython.uchar, data[at]) != _HANDSHAKE or (at + 1 < whole and data[at + 1] != 3):
            ended = True
            break
        if at + 5 > whole:
            break
        size = pair(data, at + 3)
        if size == 0 or size > largest:
            ended = True
            break
        part = data[at + 5 : at + 5 + size]
        parts.append(part)
        held += len(part)
        at += 5 + size
    return parts[0] if len(parts) == 1 else b"".join(parts), ended


def decimals(values: list[int]) -> str:
    """Numbers of two bytes in decimal digits with hyphens between them."""
    out = bytearray()
    value: cython.int
    scale: cython.int
    for value in values:
        if out:
            out.append(45)
        scale = 1
        while scale * 10 <= value:
            scale *= 10
        while scale:
            out.append(48 + value // scale % 10)
            scale //= 10
    return out.decode("ascii")


def hexadecimals(values: list[int]) -> str:
    """Numbers of two bytes in four lower-case hexadecimal digits each, with commas between them."""
    out = bytearray()
    value: cython.int
    shift: cython.int
    digit: cython.int
    for value in values:
        if out:
            out.append(44)
        for shift in range(12, -4, -4):
            digit = (value >> shift) & 15
            out.append(48 + digit if digit < 10 else 87 + digit)
    return out.decode("ascii")
