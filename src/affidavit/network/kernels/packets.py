"""Records of packet captures: where each frame lies, and when it was seen. Cython.

Formats: draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng. Every length is checked against what is there before it is
believed.
"""

# mypy: disable-error-code="valid-type, index, no-any-return, attr-defined, operator, arg-type, name-defined"
import cython
from cython.cimports.affidavit.network.kernels.rows import Frame, big16, big32

Interface = cython.struct(
    link=cython.int,
    binary=cython.int,
    power=cython.int,
    unused=cython.int,
    offset=cython.longlong,
    snap=cython.longlong,
)

_LONGEST = cython.declare(cython.longlong, 1 << 24)
_MILLION = cython.declare(cython.ulonglong, 1000000)
_LATEST = cython.declare(cython.ulonglong, 1 << 62)

# What a walk ends with: `state[1]`.
_MORE = cython.declare(cython.int, 0)
_TRUNCATED = cython.declare(cython.int, 1)
_DAMAGED = cython.declare(cython.int, 2)
_BLOCK = cython.declare(cython.int, 3)


@cython.cfunc
@cython.inline
def _number(data: cython.const[cython.uchar][:], at: cython.Py_ssize_t, big: cython.int) -> cython.longlong:
    """Four bytes in the order of the file."""
    if big:
        return big32(data, at)
    return (
        cython.cast(cython.uint, data[at])
        | (cython.cast(cython.uint, data[at + 1]) << 8)
        | (cython.cast(cython.uint, data[at + 2]) << 16)
        | (cython.cast(cython.uint, data[at + 3]) << 24)
    )


@cython.cfunc
@cython.inline
def _short(data: cython.const[cython.uchar][:], at: cython.Py_ssize_t, big: cython.int) -> cython.int:
    if big:
        return big16(data, at)
    return cython.cast(cython.int, data[at]) | (cython.cast(cython.int, data[at + 1]) << 8)


@cython.cfunc
def _trailer(data: cython.const[cython.uchar][:], frame: cython.pointer[Frame]) -> cython.int:
    """The number of the app that PCAPdroid writes behind a frame: 32 bytes with a magic number of their own."""
    at: cython.Py_ssize_t = frame.begin + frame.size - 32
    if frame.link == 1 and frame.size >= 46 and big32(data, at) == 0x01072021:
        frame.app = cython.cast(cython.int, big32(data, at + 4))
        frame.label = at + 8
        frame.size -= 32
        frame.whole = max(frame.whole - 32, frame.size)
    return 0


def pcap(
    data: cython.const[cython.uchar][:],
    shape: cython.const[cython.longlong][:],
    frames: Frame[:],
    state: cython.longlong[:],
) -> int:
    """Walk records of a pcap file.

    Args:
        data: a piece of the file that begins with a record.
        shape: whether the file is big-endian, whether its times are nanoseconds, bytes of a record's head, link type.
        frames: room for what is found.
        state: where to begin, which is moved on; why it ended: 0 there may be more, 1 the piece ends within a record, 2
            a length cannot be; three places that are not used; and the offset of the piece in the file.

    Returns:
        how many frames were found.
    """
    big: cython.int = shape[0]
    nano: cython.int = shape[1]
    head: cython.longlong = shape[2]
    at: cython.longlong = state[0]
    base: cython.longlong = state[5]
    size: cython.longlong = len(data)
    count: cython.Py_ssize_t = 0
    kept: cython.longlong
    part: cython.longlong
    frame: cython.pointer[Frame]
    state[1] = _MORE
    if at < 0 or head < 16:
        raise IndexError(at)
    while count < len(frames) and at < size:
        if size - at < head:
            state[1] = _TRUNCATED
            break
        kept = _number(data, at + 8, big)
        if kept > _LONGEST:
            state[1] = _DAMAGED
            break
        if kept > size - at - head:
            state[1] = _TRUNCATED
            break
        frame = cython.address(frames[count])
        part = _number(data, at + 4, big)
        frame.at = base + at
        frame.begin = at + head
        frame.size = kept
        frame.whole = _number(data, at + 12, big)
        frame.time = _number(data, at, big) * 1000000 + (part // 1000 if nano else part)
        frame.app = -1
        frame.label = -1
        frame.link = shape[3]
        frame.seen = 0
        _trailer(data, frame)
        at += head + kept
        count += 1
    state[0] = at
    return count


@cython.cfunc
def _moment(ticks: cython.ulonglong, face: cython.pointer[Interface]) -> cython.longlong:
    """Ticks of an interface's clock as microseconds since 1970; -1 when they cannot be."""
    scale: cython.ulonglong = 1
    whole: cython.ulonglong
    part: cython.ulonglong
    high: cython.ulonglong
    micro: cython.ulonglong
    step: cython.int
    if face.power < 0 or face.power > 63:
        return -1
    if face.binary:
        whole = ticks >> face.power
        part = ticks - (whole << face.power)
        if whole > _LATEST // _MILLION:
            return -1
        if face.power < 32:
            micro = whole * _MILLION + ((part * _MILLION) >> face.power)
        else:
            # 64 times 20 bits do not fit: multiplied in two halves.
            high = (part >> 32) * _MILLION + (((part & 0xFFFFFFFF) * _MILLION) >> 32)
            micro = whole * _MILLION + (high >> (face.power - 32))
    else:
        step = 6 - face.power if face.power < 6 else face.power - 6
        if step > 19:
            return -1
        while step > 0:
            scale *= 10
            step -= 1
        if face.power > 6:
            micro = ticks // scale
        elif ticks > _LATEST // scale:
            return -1
        else:
            micro = ticks * scale
    if micro > _LATEST or face.offset > 1000000000000 or face.offset < -1000000000000:
        return -1
    whole = cython.cast(cython.ulonglong, cython.cast(cython.longlong, micro) + face.offset * 1000000)
    return cython.cast(cython.longlong, whole) if whole < _LATEST else -1


@cython.cfunc
def _comment(
    data: cython.const[cython.uchar][:], at: cython.longlong, end: cython.longlong, big: cython.int
) -> cython.longlong:
    """The number of the app in a comment ``u-10123``, which PCAPdroid writes; -1 without one in four options."""
    step: cython.int = 0
    code: cython.int
    size: cython.int
    value: cython.longlong
    digit: cython.longlong
    while step < 4 and end - at >= 4:
        code = _short(data, at, big)
        size = _short(data, at + 2, big)
        if code == 0 or end - at - 4 < size:
            break
        if code == 1 and 3 <= size <= 12 and data[at + 4] == 0x75 and data[at + 5] == 0x2D:
            value = 0
            for digit in range(at + 6, at + 4 + size):
                if data[digit] < 48 or data[digit] > 57:
                    return -1
                value = value * 10 + (data[digit] - 48)
            return value
        at += 4 + ((size + 3) & ~3)
        step += 1
    return -1


@cython.cfunc
def _block(  # noqa: PLR0917 - columns are passed one by one: a kernel takes no objects
    data: cython.const[cython.uchar][:],
    at: cython.longlong,
    end: cython.longlong,
    big: cython.int,
    faces: Interface[:],
    state: cython.longlong[:],
    frame: cython.pointer[Frame],
) -> cython.int:
    """Read one block with a packet, which ends at `end` without its last length: 1 read, 0 lengths or interface lie."""
    kind: cython.longlong = _number(data, at, big)
    which: cython.longlong = 0
    head: cython.longlong = 12 if kind == 3 else 28
    if end - at < head:
        return 0
    if kind == 6:
        which = _number(data, at + 8, big)
    elif kind == 2:
        which = _short(data, at + 8, big)
    if which >= state[3] or which >= len(faces):
        return 0
    frame.at = state[5] + at
    frame.begin = at + head
    frame.link = faces[which].link
    frame.app = -1
    frame.label = -1
    frame.seen = 0
    frame.time = -1
    if kind == 3:
        frame.whole = _number(data, at + 8, big)
        frame.size = min(frame.whole, end - at - 12)
        if 0 < faces[which].snap < frame.size:
            frame.size = faces[which].snap
        return 1
    frame.size = _number(data, at + 20, big)
    frame.whole = _number(data, at + 24, big)
    if frame.size > end - frame.begin:
        return 0
    frame.time = _moment(
        (cython.cast(cython.ulonglong, _number(data, at + 12, big)) << 32)
        | cython.cast(cython.ulonglong, _number(data, at + 16, big)),
        cython.address(faces[which]),
    )
    frame.app = _comment(data, frame.begin + ((frame.size + 3) & ~3), end, big)
    if frame.app < 0:
        _trailer(data, frame)
    return 1


def pcapng(
    data: cython.const[cython.uchar][:],
    faces: Interface[:],
    frames: Frame[:],
    state: cython.longlong[:],
) -> int:
    """Walk blocks of a pcapng file up to one that is not a packet and that says something about what follows.

    Args:
        data: a piece of the file that begins with a block.
        faces: what the section's interfaces are like.
        frames: room for what is found.
        state: where to begin, which is moved on; why it ended: 0 there may be more, 1 the piece ends in a block, 2 a
            length cannot be, 3 a block that the caller has to read begins here; whether the section is big-endian; how
            many interfaces it has so far; how many packets were left out, which is added to; the offset of the piece in
            the file.

    Returns:
        how many frames were found.
    """
    big: cython.int = state[2]
    at: cython.longlong = state[0]
    size: cython.longlong = len(data)
    count: cython.Py_ssize_t = 0
    kind: cython.longlong
    whole: cython.longlong
    state[1] = _MORE
    if at < 0:
        raise IndexError(at)
    while count < len(frames) and at < size:
        if size - at < 12:
            state[1] = _TRUNCATED
            break
        kind = _number(data, at, big)
        if kind in {0x0A0D0D0A, 1, 10, 0xBAD}:
            state[1] = _BLOCK
            break
        whole = _number(data, at + 4, big)
        if whole < 12 or whole & 3 or whole > _LONGEST:
            state[1] = _DAMAGED
            break
        if whole > size - at:
            state[1] = _TRUNCATED
            break
        if _number(data, at + whole - 4, big) != whole:
            state[1] = _DAMAGED
            break
        if kind in {6, 3, 2}:
            if _block(data, at, at + whole - 4, big, faces, state, cython.address(frames[count])):
                count += 1
            else:
                state[4] += 1
        at += whole
    state[0] = at
    return count
