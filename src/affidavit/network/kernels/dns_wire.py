r"""Names and records of DNS messages as they are sent. Cython.

Format: RFC 1035, section 4. Compressed names are followed backwards alone, so that every walk ends. Bytes of a label
that are no visible ASCII, and a dot or a backslash inside it, are written as ``\ddd``.
"""

# mypy: disable-error-code="valid-type, index, no-any-return, attr-defined, operator, arg-type, name-defined"
import cython
from cython.cimports.affidavit.network.kernels.rows import pair

_LONGEST = cython.declare(cython.Py_ssize_t, 255)


@cython.cfunc
def _label(
    data: bytes, at: cython.Py_ssize_t, length: cython.Py_ssize_t, out: cython.p_char, size: cython.Py_ssize_t
) -> cython.Py_ssize_t:
    """Write one label; where what follows it is to be written."""
    byte: cython.uchar
    place: cython.Py_ssize_t
    for place in range(at, at + length):
        byte = data[place]
        if 33 <= byte <= 126 and byte not in {46, 92}:
            out[size] = byte
            size += 1
        else:
            out[size] = 92
            out[size + 1] = 48 + byte // 100
            out[size + 2] = 48 + byte // 10 % 10
            out[size + 3] = 48 + byte % 10
            size += 4
    return size


@cython.cfunc
def _name(data: bytes, at: cython.Py_ssize_t, after: cython.pointer[cython.Py_ssize_t]) -> str | None:
    """The name at a place, and behind it the place of what follows; None when it cannot be."""
    # 255 bytes of a name become 4 characters each at most, and a dot for each label.
    out = cython.declare(cython.char[1280])
    written: cython.Py_ssize_t = 0
    size: cython.Py_ssize_t = 0
    bound: cython.Py_ssize_t = at
    length: cython.Py_ssize_t
    whole: cython.Py_ssize_t = len(data)
    after[0] = -1
    while True:
        if at >= whole:
            return None
        length = cython.cast(cython.uchar, data[at])
        if length >= 0xC0:
            if at + 1 >= whole:
                return None
            if after[0] < 0:
                after[0] = at + 2
            at = ((length & 0x3F) << 8) | cython.cast(cython.uchar, data[at + 1])
            if at >= bound:
                return None
            bound = at
            continue
        at += 1
        if length == 0:
            if after[0] < 0:
                after[0] = at
            return out[:written].decode("ascii")
        size += length + 1
        if length > 63 or size > _LONGEST or at + length > whole:
            return None
        if written:
            out[written] = 46
            written += 1
        written = _label(data, at, length, out, written)
        at += length


def name(data: bytes, at: int) -> tuple[str, int] | None:
    """The name at a place of a message, and where what follows it begins; None when it cannot be."""
    after: cython.Py_ssize_t = -1
    if at < 0:
        raise IndexError(at)
    found = _name(data, at, cython.address(after))
    return None if found is None else (found, after)


def questions(data: bytes, count: int) -> tuple[tuple[tuple[str, int], ...], int] | None:
    """The questions behind a message's head.

    Returns:
        (name, kind) of each, and where what follows them begins; None when one of them cannot be.
    """
    found = []
    at: cython.Py_ssize_t = 12
    after: cython.Py_ssize_t = 0
    _step: cython.Py_ssize_t
    for _step in range(count):
        named = _name(data, at, cython.address(after))
        if named is None or after + 4 > len(data):
            return None
        found.append((named, pair(data, after)))
        at = after + 4
    return tuple(found), at


def records(data: bytes, at: int, count: int) -> list[tuple[str, int, int, int, int]]:
    """Records from a place on, as many as are whole.

    Returns:
        (owner, kind, seconds to live, begin of the value, end of it) of each.
    """
    found = []
    here: cython.Py_ssize_t = at
    after: cython.Py_ssize_t = 0
    whole: cython.Py_ssize_t = len(data)
    size: cython.Py_ssize_t
    ttl: cython.longlong
    _step: cython.Py_ssize_t
    if here < 0:
        raise IndexError(at)
    for _step in range(count):
        owner = _name(data, here, cython.address(after))
        if owner is None or after + 10 > whole:
            break
        size = pair(data, after + 8)
        here = after + 10 + size
        if here > whole:
            break
        ttl = (cython.cast(cython.longlong, pair(data, after + 4)) << 16) | pair(data, after + 6)
        found.append((owner, pair(data, after), ttl if ttl < 0x80000000 else 0, after + 10, here))
    return found
