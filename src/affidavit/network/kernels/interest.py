"""Which packets have to be looked at: those that may name the other side or are put together later. Cython.

All others are counted and done with. What is *asked* for is bounded for each half of a connection.
"""

# mypy: disable-error-code="valid-type, index, no-any-return, attr-defined, operator, arg-type, name-defined"
import cython
from cython.cimports.affidavit.network.kernels.rows import Flow, Frame, Half, Packet, big32

Ask = cython.struct(
    begin=cython.longlong,
    size=cython.longlong,
    whole=cython.longlong,
    place=cython.longlong,
    time=cython.longlong,
    at=cython.longlong,
    frame=cython.longlong,
    number=cython.longlong,
    row=cython.int,
    half=cython.int,
    kind=cython.int,
    unused=cython.int,
)

# What a packet is asked for as.
_TLS = cython.declare(cython.int, 1)
_REST = cython.declare(cython.int, 2)
_HTTP = cython.declare(cython.int, 3)
_DNS = cython.declare(cython.int, 4)
_DNS_TCP = cython.declare(cython.int, 5)
_QUIC = cython.declare(cython.int, 6)
_ALL = cython.declare(cython.int, 7)
_BEGUN = cython.declare(cython.int, 8)

# Modes of a half: what it is is not known yet; a window of it is asked for; nothing more; all of it is asked for.
_OPEN = cython.declare(cython.int, 0)
_WINDOW = cython.declare(cython.int, 1)
_DONE = cython.declare(cython.int, 2)
_WHOLE = cython.declare(cython.int, 3)

_FLIGHT = cython.declare(cython.longlong, 16384)
_MOST_HELLO = cython.declare(cython.longlong, 65536)
_MOST_WINDOW = cython.declare(cython.int, 96)
_MOST_DNS = cython.declare(cython.int, 1 << 20)
_MOST_QUIC = cython.declare(cython.int, 16)
_MOST_WHOLE = cython.declare(cython.int, 1 << 20)
_MOST_EARLY = cython.declare(cython.int, 8)
_ENOUGH = cython.declare(cython.int, 1 << 30)

# Places in `state`.
_BODIES = cython.declare(cython.int, 3)
_SEALED = cython.declare(cython.int, 4)
_FRAMES = cython.declare(cython.int, 6)
_LEFT = cython.declare(cython.int, 9)


@cython.cfunc
@cython.inline
def _begins_http(word: cython.uint) -> cython.int:
    """Whether four bytes begin a request or a response: 1 a request, 2 a response."""
    if word == 0x48545450:
        return 2
    if word in {
        0x47455420,  # GET
        0x504F5354,  # POST
        0x50555420,  # PUT
        0x48454144,  # HEAD
        0x434F4E4E,  # CONNECT
        0x4F505449,  # OPTIONS
        0x44454C45,  # DELETE
        0x50415443,  # PATCH
        0x50524920,  # PRI * HTTP/2.0
        0x54524143,  # TRACE
    }:
        return 1
    return 0


@cython.cfunc
def _hello(data: cython.const[cython.uchar][:], packet: cython.pointer[Packet]) -> cython.longlong:
    """Bytes of a stream that begins here with a handshake of TLS until what may be read of it ends; 0 for none."""
    at: cython.Py_ssize_t = packet.begin
    record: cython.longlong
    message: cython.longlong
    if data[at] != 0x16 or (packet.size > 1 and data[at + 1] != 3) or (packet.size > 5 and data[at + 5] > 25):
        return 0
    if packet.size < 9:
        return _FLIGHT
    record = (data[at + 3] << 8) | data[at + 4]
    if record == 0 or record > 18432:
        return 0
    if data[at + 5] != 1:
        return _FLIGHT
    message = 4 + cython.cast(cython.longlong, big32(data, at + 5) & 0xFFFFFF)
    return min(_MOST_HELLO, message + 5 * ((message + record - 1) // record))


@cython.cfunc
def _flight(
    data: cython.const[cython.uchar][:],
    packet: cython.pointer[Packet],
    half: cython.pointer[Half],
    place: cython.longlong,
) -> cython.int:
    """Go from record to record of TLS; where one is no handshake, nothing behind it can be read."""
    at: cython.longlong
    while half.next >= place and half.next + 5 <= place + packet.size:
        at = packet.begin + half.next - place
        if data[at] != 0x16:
            half.window = min(half.window, half.next)
            break
        half.next += 5 + ((data[at + 3] << 8) | data[at + 4])
    return 0


@cython.cfunc
@cython.inline
def _room(half: cython.pointer[Half], most: cython.int, state: cython.longlong[:]) -> cython.int:
    """Whether more of a half may be asked for; what may not is counted, unless nobody wants more of it."""
    if half.asked < most:
        return 1
    if half.asked < _ENOUGH:
        state[_LEFT] += 1
    return 0


@cython.cfunc
def _stream(  # noqa: PLR0911, PLR0917 - columns are passed one by one: a kernel takes no objects
    data: cython.const[cython.uchar][:],
    packet: cython.pointer[Packet],
    flow: cython.pointer[Flow],
    half: cython.pointer[Half],
    other: cython.pointer[Half],
    state: cython.longlong[:],
    place: cython.longlong,
) -> cython.int:
    """What a segment with content is asked for as; 0 for not at all."""
    window: cython.longlong
    http: cython.int
    client: cython.int
    if half.mode == _WINDOW and place >= 0:
        if place < half.window and _room(half, _MOST_WINDOW, state):
            _flight(data, packet, half, place)
            return _REST if place else _TLS
        half.mode = _DONE
    if packet.source == 53 or packet.target == 53:
        return _DNS_TCP if place >= 0 and _room(half, _MOST_DNS, state) else 0
    window = _hello(data, packet)
    client = 1 if window and packet.size > 9 and data[packet.begin + 5] == 1 else 0
    # In the middle of a connection (after CONNECT, after STARTTLS) a client's hello alone counts as one.
    if window and ((half.mode == _OPEN and place == 0) or (client and flow.kind != _TLS)):
        if flow.kind != _TLS:
            other.known = 0
            other.mode = _OPEN
        if client and not flow.sure:
            flow.client = packet.side
        flow.kind = _TLS
        half.base = packet.sequence
        half.window = window
        half.next = 0
        half.mode = _WHOLE if state[_SEALED] else _WINDOW
        _flight(data, packet, half, 0)
        return _TLS
    if flow.kind != _TLS and packet.size >= 4:
        http = _begins_http(big32(data, packet.begin))
        if http:
            flow.kind = _HTTP
            if http == 1 and not flow.sure:
                flow.client = packet.side
            half.mode = _DONE
            return _HTTP if _room(half, _MOST_WHOLE, state) else 0
    if (flow.kind == _HTTP and state[_BODIES]) or (flow.kind == _TLS and state[_SEALED]):
        return _ALL if _room(half, _MOST_WHOLE, state) else 0
    if half.mode == _OPEN:
        if place > 0:
            if half.asked < _MOST_EARLY and place < _MOST_HELLO:
                return _REST
        elif place == 0:
            half.mode = _DONE
    return 0


@cython.cfunc
def _datagram(
    data: cython.const[cython.uchar][:],
    packet: cython.pointer[Packet],
    flow: cython.pointer[Flow],
    half: cython.pointer[Half],
    state: cython.longlong[:],
) -> cython.int:
    """What a datagram is asked for as; 0 for not at all."""
    at: cython.Py_ssize_t = packet.begin
    version: cython.uint
    port: cython.int = min(packet.source, packet.target)
    if port in {53, 5353, 5355} or packet.source == 5353 or packet.target == 5353:
        return _DNS if _room(half, _MOST_DNS, state) else 0
    if packet.size < 20 or half.mode == _DONE or half.asked >= _MOST_QUIC or packet.side != flow.client:
        return 0
    if data[at] & 0x80:
        version = big32(data, at + 1)
        if (
            version in {1, 0x6B3343CF, 0x709A50C4}
            or version >> 8 == 0xFF0000
            or version >> 4 == 0xFACEB00
            or version >> 16 == 0x5130  # Q0..
            or version >> 16 == 0x5430  # T0..
        ):
            flow.kind = _QUIC
            return _QUIC
    elif data[at] & 9 == 9 and big32(data, at + 9) >> 16 == 0x5130:
        flow.kind = _QUIC
        return _QUIC
    return 0


@cython.cfunc
def _asked(  # noqa: PLR0917 - columns are passed one by one: a kernel takes no objects
    data: cython.const[cython.uchar][:],
    packet: cython.pointer[Packet],
    flow: cython.pointer[Flow],
    half: cython.pointer[Half],
    other: cython.pointer[Half],
    state: cython.longlong[:],
    ask: cython.pointer[Ask],
) -> cython.int:
    """What a packet with content is asked for as, 0 for not at all; `ask.place` is where it stands in its stream."""
    kind: cython.int
    ask.place = 0
    if packet.protocol == 17:
        kind = _datagram(data, packet, flow, half, state)
    else:
        if half.known == 0:
            half.base = packet.sequence
            half.known = 1
        kind = _stream(data, packet, flow, half, other, state, cython.cast(cython.int, packet.sequence - half.base))
        ask.place = cython.cast(cython.int, packet.sequence - half.base)
    if kind:
        half.asked += 1
    return kind


@cython.cfunc
def _told(
    ask: cython.pointer[Ask],
    flow: cython.pointer[Flow],
    packet: cython.pointer[Packet],
    frame: cython.pointer[Frame],
    kind: cython.int,
) -> cython.int:
    ask.begin = packet.begin
    ask.size = packet.size
    ask.whole = packet.whole
    ask.time = frame.time
    ask.at = frame.at
    ask.frame = flow.frame
    ask.number = flow.number
    ask.row = packet.row
    ask.half = packet.side
    ask.kind = kind
    return 0


def asked(  # noqa: PLR0917 - columns are passed one by one: a kernel takes no objects
    data: cython.const[cython.uchar][:],
    frames: Frame[:],
    rows: Packet[:],
    begin: cython.Py_ssize_t,
    end: cython.Py_ssize_t,
    flows: Flow[:],
    halves: Half[:],
    asks: Ask[:],
    state: cython.longlong[:],
) -> int:
    """Tell which packets have to be looked at, in their order.

    Args:
        data: what they lie in.
        frames: where they are.
        rows: what they carry, with the row and side that the table gave them.
        begin: the first one.
        end: behind the last one.
        flows: the table.
        halves: two for each of its rows.
        asks: room for twice as many as there are packets; the first one of each connection is told as well.
        state: as for the table.

    Returns:
        how many are asked for.
    """
    at: cython.Py_ssize_t
    row: cython.int
    kind: cython.int
    found: cython.Py_ssize_t = 0
    packet: cython.pointer[Packet]
    ask: cython.pointer[Ask]
    for at in range(begin, end):
        packet = cython.address(rows[at])
        if packet.protocol == 0:
            continue
        row = packet.row
        if flows[row].frame == state[_FRAMES] + at:
            _told(cython.address(asks[found]), cython.address(flows[row]), packet, cython.address(frames[at]), _BEGUN)
            found += 1
        if packet.size <= 0:
            continue
        if packet.begin < 0 or packet.begin + packet.size > len(data):
            raise IndexError(at)
        ask = cython.address(asks[found])
        kind = _asked(
            data,
            packet,
            cython.address(flows[row]),
            cython.address(halves[2 * row + packet.side]),
            cython.address(halves[2 * row + 1 - packet.side]),
            state,
            ask,
        )
        if kind:
            _told(ask, cython.address(flows[row]), packet, cython.address(frames[at]), kind)
            ask.frame = state[_FRAMES] + at
            found += 1
    return found
