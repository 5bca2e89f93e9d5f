"""The hash of tokens: FNV-1a with 64 bits over the kind and the content, then the last mixing of MurmurHash3. Cython.

It is no cryptographic hash: who wants to look like a library can include the library.
"""

# mypy: disable-error-code="valid-type"
import cython

_OFFSET = cython.declare(cython.ulonglong, 0xCBF29CE484222325)
_PRIME = cython.declare(cython.ulonglong, 0x100000001B3)
_FIRST = cython.declare(cython.ulonglong, 0xFF51AFD7ED558CCD)
_SECOND = cython.declare(cython.ulonglong, 0xC4CEB9FE1A85EC53)
_KINDS = cython.declare(cython.ulonglong, 15)


@cython.cfunc
@cython.inline
def _finished(value: cython.ulonglong, kind: cython.ulonglong) -> cython.ulonglong:
    """Every bit of the result depends on every bit of `value`; the lowest four are the kind."""
    value ^= value >> 33
    value *= _FIRST
    value ^= value >> 33
    value *= _SECOND
    value ^= value >> 33
    return (value & ~_KINDS) | kind


def rows(
    kind: cython.ulonglong,
    data: cython.const[cython.uchar][:],
    begins: cython.const[cython.longlong][:],
    ends: cython.const[cython.longlong][:],
    out: cython.ulonglong[:],
) -> None:
    """Write the token of each piece of `data`.

    Args:
        kind: of all of them, 0 to 15.
        data: what holds the contents.
        begins: where each content starts.
        ends: where it ends, within `data`.
        out: one token for each.
    """
    row: cython.longlong
    at: cython.longlong
    value: cython.ulonglong
    size: cython.longlong = len(data)
    for row in range(len(begins)):
        if begins[row] < 0 or ends[row] > size:
            raise IndexError(row)
        value = (_OFFSET ^ kind) * _PRIME
        for at in range(begins[row], ends[row]):
            value = (value ^ data[at]) * _PRIME
        out[row] = _finished(value, kind)


def one(kind: cython.ulonglong, content: bytes) -> cython.ulonglong:
    """The token of one content."""
    value: cython.ulonglong = (_OFFSET ^ kind) * _PRIME
    byte: cython.uchar
    for byte in content:
        value = (value ^ byte) * _PRIME
    return _finished(value, kind)
