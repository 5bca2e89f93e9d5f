"""Frames down to TCP and UDP: link layers, IPv4, IPv6, tunnels of IP in IP. Cython.

Formats: the registry of link types; IEEE 802.3, 802.1Q, 802.11; RFC 791, 8200, 9293, 768, 1661, 2516, 3032. What lies
beyond what was captured is never read, and what a packet says of its length is believed up to there.
"""

# mypy: disable-error-code="valid-type, index, no-any-return, attr-defined, operator, arg-type, name-defined"
import cython
from cython.cimports.affidavit.network.kernels.rows import Frame, Packet, big16, big32

Cursor = cython.struct(at=cython.longlong, end=cython.longlong, kind=cython.int, missing=cython.longlong)

# What became of a frame: places in `counts`; `seen` of a frame is one more.
_LINK = cython.declare(cython.int, 0)
_NOT_IP = cython.declare(cython.int, 1)
_BROKEN = cython.declare(cython.int, 2)
_CUT = cython.declare(cython.int, 3)
_FRAGMENT = cython.declare(cython.int, 4)
_ICMP = cython.declare(cython.int, 5)
_OTHER = cython.declare(cython.int, 6)
_SEALED = cython.declare(cython.int, 7)
_CARRIED = cython.declare(cython.int, 8)

_IP4 = cython.declare(cython.int, 0x0800)
_IP6 = cython.declare(cython.int, 0x86DD)


@cython.cfunc
@cython.inline
def _big64(data: cython.const[cython.uchar][:], at: cython.Py_ssize_t) -> cython.ulonglong:
    return (cython.cast(cython.ulonglong, big32(data, at)) << 32) | big32(data, at + 4)


@cython.cfunc
def _typed(  # noqa: PLR0911 - each says what became of the frame
    data: cython.const[cython.uchar][:], cursor: cython.pointer[Cursor]
) -> cython.int:
    """From an EtherType, in `cursor.kind`, to IP, through tags, labels and sessions; -1 when it is there."""
    step: cython.int = 0
    size: cython.longlong
    while step < 8:
        step += 1
        size = cursor.end - cursor.at
        if cursor.kind in (_IP4, _IP6):
            return -1
        if cursor.kind in {0x8100, 0x88A8, 0x9100, 0x9200}:
            if size < 4:
                return _CUT
            cursor.kind = big16(data, cursor.at + 2)
            cursor.at += 4
        elif cursor.kind == 0x8864:
            if size < 8:
                return _CUT
            cursor.kind = big16(data, cursor.at + 6)
            cursor.kind = _IP4 if cursor.kind == 0x21 else _IP6 if cursor.kind == 0x57 else 0
            cursor.at += 8
        elif cursor.kind in {0x8847, 0x8848}:
            if size < 5:
                return _CUT
            if data[cursor.at + 2] & 1:
                cursor.kind = _IP4 if data[cursor.at + 4] >> 4 == 4 else _IP6 if data[cursor.at + 4] >> 4 == 6 else 0
            cursor.at += 4
        elif cursor.kind <= 1500:
            # A length instead of a type: LLC, with a SNAP head where it carries IP.
            if size < 8 or big32(data, cursor.at) != 0xAAAA0300:
                return _NOT_IP
            cursor.kind = big16(data, cursor.at + 6)
            cursor.at += 8
            if cursor.kind <= 1500:
                return _NOT_IP
        else:
            return _NOT_IP
    return _NOT_IP


@cython.cfunc
def _radio(data: cython.const[cython.uchar][:], cursor: cython.pointer[Cursor]) -> cython.int:
    """From a frame of IEEE 802.11 to the type in its LLC head; -2 when it is there."""
    size: cython.longlong = cursor.end - cursor.at
    head: cython.longlong = 24
    first: cython.int
    second: cython.int
    if size < 24:
        return _CUT
    first = data[cursor.at]
    second = data[cursor.at + 1]
    if first & 0x0C != 0x08 or first & 0x40:
        return _NOT_IP
    if second & 0x40:
        return _SEALED
    if second & 3 == 3:
        head += 6
    if first & 0x80:
        head += 2
        if second & 0x80:
            head += 4
    if size < head + 8:
        return _CUT
    if big32(data, cursor.at + head) != 0xAAAA0300:
        return _NOT_IP
    cursor.kind = big16(data, cursor.at + head + 6)
    cursor.at += head + 8
    return -2


@cython.cfunc
def _family(cursor: cython.pointer[Cursor], kind: cython.uint) -> cython.int:
    """From the number of an address family, in whatever order the machine had, to IP."""
    if kind > 0xFFFF:
        kind = ((kind & 0xFF) << 24) | ((kind & 0xFF00) << 8) | ((kind >> 8) & 0xFF00) | (kind >> 24)
    cursor.at += 4
    if kind == 2:
        cursor.kind = _IP4
    elif kind in {10, 24, 28, 30}:
        cursor.kind = _IP6
    else:
        return _NOT_IP
    return -1


@cython.cfunc
def _point(data: cython.const[cython.uchar][:], cursor: cython.pointer[Cursor]) -> cython.int:
    """From a frame of PPP, with or without its HDLC bytes, to IP."""
    if cursor.end - cursor.at < 5:
        return _CUT
    if data[cursor.at] == 0xFF and data[cursor.at + 1] == 3:
        cursor.at += 2
    if data[cursor.at] & 1:
        cursor.kind = data[cursor.at]
        cursor.at += 1
    else:
        cursor.kind = big16(data, cursor.at)
        cursor.at += 2
    if cursor.kind not in {0x21, 0x57}:
        return _NOT_IP
    cursor.kind = _IP4 if cursor.kind == 0x21 else _IP6
    return -1


@cython.cfunc
def _linked(  # noqa: PLR0911 - each says what became of the frame
    data: cython.const[cython.uchar][:], link: cython.int, cursor: cython.pointer[Cursor]
) -> cython.int:
    """From the begin of a frame to IP: -1 when `cursor` is at it, else what became of the frame."""
    size: cython.longlong = cursor.end - cursor.at
    became: cython.int
    if link == 1:
        if size < 14:
            return _CUT
        cursor.kind = big16(data, cursor.at + 12)
        cursor.at += 14
        return _typed(data, cursor)
    if link in {12, 14, 101, 228, 229}:
        if size < 1:
            return _CUT
        cursor.kind = _IP4 if data[cursor.at] >> 4 == 4 else _IP6
        return -1 if data[cursor.at] >> 4 == 4 or data[cursor.at] >> 4 == 6 else _NOT_IP
    if link in {113, 276}:
        if size < (16 if link == 113 else 20):
            return _CUT
        cursor.kind = big16(data, cursor.at + (14 if link == 113 else 0))
        cursor.at += 16 if link == 113 else 20
        return _NOT_IP if cursor.kind <= 1500 else _typed(data, cursor)
    if link in {0, 108}:
        return _CUT if size < 4 else _family(cursor, big32(data, cursor.at))
    if link in {9, 50}:
        return _point(data, cursor)
    if link in {105, 127}:
        if link == 127:
            if size < 4:
                return _CUT
            became = data[cursor.at + 2] | (data[cursor.at + 3] << 8)
            if became < 8 or became > size:
                return _BROKEN
            cursor.at += became
        became = _radio(data, cursor)
        return _typed(data, cursor) if became == -2 else became
    return _LINK


@cython.cfunc
def _fourth(
    data: cython.const[cython.uchar][:], cursor: cython.pointer[Cursor], packet: cython.pointer[Packet]
) -> cython.int:
    """Read a head of IPv4; `cursor` moves behind it and gets the protocol."""
    size: cython.longlong = cursor.end - cursor.at
    head: cython.longlong
    whole: cython.longlong
    if size < 20:
        return _CUT
    if data[cursor.at] >> 4 != 4:
        return _BROKEN
    head = (data[cursor.at] & 15) * 4
    whole = big16(data, cursor.at + 2)
    if whole == 0:
        # Left to the network card, which cuts it into packets: as long as what there is.
        whole = size + cursor.missing
    if head < 20 or whole < head:
        return _BROKEN
    packet.version = 4
    packet.source_high = 0
    packet.target_high = 0
    packet.source_low = big32(data, cursor.at + 12)
    packet.target_low = big32(data, cursor.at + 16)
    if big16(data, cursor.at + 6) & 0x1FFF:
        return _FRAGMENT
    if size < head:
        return _CUT
    cursor.missing = max(whole - size, 0)
    cursor.end = min(cursor.end, cursor.at + whole)
    cursor.kind = data[cursor.at + 9]
    cursor.at += head
    return -1


@cython.cfunc
def _sixth(  # noqa: PLR0911 - each says what became of the frame
    data: cython.const[cython.uchar][:], cursor: cython.pointer[Cursor], packet: cython.pointer[Packet]
) -> cython.int:
    """Read a head of IPv6 and up to 16 more behind it; `cursor` moves behind them and gets the protocol."""
    size: cython.longlong = cursor.end - cursor.at
    whole: cython.longlong
    _step: cython.int
    length: cython.longlong
    if size < 40:
        return _CUT
    if data[cursor.at] >> 4 != 6:
        return _BROKEN
    whole = big16(data, cursor.at + 4) + 40
    if whole == 40 and data[cursor.at + 6] != 59:
        whole = size + cursor.missing
    packet.version = 6
    packet.source_high = _big64(data, cursor.at + 8)
    packet.source_low = _big64(data, cursor.at + 16)
    packet.target_high = _big64(data, cursor.at + 24)
    packet.target_low = _big64(data, cursor.at + 32)
    cursor.missing = max(whole - size, 0)
    cursor.end = min(cursor.end, cursor.at + whole)
    cursor.kind = data[cursor.at + 6]
    cursor.at += 40
    for _step in range(16):
        if cursor.kind not in {0, 43, 44, 51, 60}:
            return -1
        if cursor.end - cursor.at < 8:
            return _CUT
        length = 8 + data[cursor.at + 1] * 8
        if cursor.kind == 44:
            length = 8
            if big16(data, cursor.at + 2) & 0xFFF8:
                return _FRAGMENT
        elif cursor.kind == 51:
            length = 8 + data[cursor.at + 1] * 4
        if length > cursor.end - cursor.at:
            return _CUT
        cursor.kind = data[cursor.at]
        cursor.at += length
    return _BROKEN


@cython.cfunc
def _carried(
    data: cython.const[cython.uchar][:], cursor: cython.pointer[Cursor], packet: cython.pointer[Packet]
) -> cython.int:
    """Read a head of TCP or UDP; the rest is what it carries."""
    size: cython.longlong = cursor.end - cursor.at
    head: cython.longlong = 8
    whole: cython.longlong
    if size < (20 if cursor.kind == 6 else 8):
        return _CUT if cursor.missing else _BROKEN
    packet.protocol = cursor.kind
    packet.source = big16(data, cursor.at)
    packet.target = big16(data, cursor.at + 2)
    packet.flags = 0
    packet.sequence = 0
    if cursor.kind == 6:
        head = (data[cursor.at + 12] >> 4) * 4
        packet.sequence = big32(data, cursor.at + 4)
        packet.flags = data[cursor.at + 13]
        if head < 20:
            return _BROKEN
    else:
        whole = big16(data, cursor.at + 4)
        if whole and whole < 8:
            return _BROKEN
        if whole and whole < size:
            size = whole
            cursor.missing = 0
    if head > size:
        return _CUT if cursor.missing else _BROKEN
    packet.begin = cursor.at + head
    packet.size = size - head
    packet.whole = packet.size + cursor.missing
    return _CARRIED


@cython.cfunc
def _frame(
    data: cython.const[cython.uchar][:], frame: cython.pointer[Frame], packet: cython.pointer[Packet]
) -> cython.int:
    cursor = cython.declare(Cursor)
    became: cython.int
    _step: cython.int
    cursor.at = frame.begin
    cursor.end = frame.begin + frame.size
    cursor.kind = 0
    cursor.missing = max(frame.whole - frame.size, 0)
    became = _linked(data, frame.link, cython.address(cursor))
    if became >= 0:
        return became
    for _step in range(4):
        if cursor.kind in (_IP4, 4):
            became = _fourth(data, cython.address(cursor), packet)
        else:
            became = _sixth(data, cython.address(cursor), packet)
        if became >= 0:
            return became
        if cursor.kind in {6, 17}:
            return _carried(data, cython.address(cursor), packet)
        if cursor.kind in {1, 58}:
            return _ICMP
        if cursor.kind not in {4, 41}:
            return _OTHER
    return _OTHER


def packets(
    data: cython.const[cython.uchar][:],
    frames: Frame[:],
    found: cython.Py_ssize_t,
    rows: Packet[:],
    counts: cython.longlong[:],
) -> None:
    """Read what frames carry.

    Args:
        data: what they lie in.
        frames: what was found by a walk; `seen` is set: what became of it, as in `counts`, plus one.
        found: how many they are.
        rows: one for each; `protocol` is 0 where nothing was carried.
        counts: frames of an unknown link type, of no IP, with a head that cannot be, with a head that was cut off,
            later fragments, ICMP, other protocols, sealed by radio, with TCP or UDP: added to.
    """
    at: cython.Py_ssize_t
    became: cython.int
    size: cython.longlong = len(data)
    for at in range(found):
        if frames[at].begin < 0 or frames[at].size < 0 or frames[at].begin + frames[at].size > size:
            raise IndexError(at)
        rows[at].protocol = 0
        became = _frame(data, cython.address(frames[at]), cython.address(rows[at]))
        if became != _CARRIED:
            rows[at].protocol = 0
        frames[at].seen = became + 1
        counts[became] += 1
