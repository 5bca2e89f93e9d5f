"""Packets as connections, in a table of fixed size. Cython.

A row of the table is a connection, or *flow*; it has two *halves*, one for each direction, the first of which begins at
whoever sent its first packet. Rows are found by addresses and ports, by open addressing.
"""

# mypy: disable-error-code="valid-type, index, no-any-return, attr-defined, operator, arg-type, name-defined"
import cython
from cython.cimports.affidavit.network.kernels.rows import Flow, Frame, Half, Packet

# Places in `state`.
_NUMBER = cython.declare(cython.int, 0)
_FREE = cython.declare(cython.int, 1)
_GONE = cython.declare(cython.int, 2)
_HAND = cython.declare(cython.int, 5)
_FRAMES = cython.declare(cython.int, 6)
_SEED = cython.declare(cython.int, 7)
_LATEST = cython.declare(cython.int, 8)
_SPREAD = cython.declare(cython.ulonglong, 0x9E3779B97F4A7C15)
_STEP = cython.declare(cython.ulonglong, 0x632BE59BD9B4E019)
_STIR = cython.declare(cython.ulonglong, 0xD6E8FEB86659FD93)
_YEAR = cython.declare(cython.longlong, 31557600000000)


@cython.cfunc
@cython.inline
def _mixed(high: cython.ulonglong, low: cython.ulonglong, port: cython.ulonglong) -> cython.ulonglong:
    value: cython.ulonglong = high * _SPREAD ^ (low + port * _STEP)
    value ^= value >> 32
    value *= _STIR
    value ^= value >> 32
    value *= _STIR
    return value ^ (value >> 32)


@cython.cfunc
@cython.inline
def _marked(packet: cython.pointer[Packet], seed: cython.ulonglong) -> cython.ulonglong:
    """The same number for both directions."""
    return _mixed(packet.source_high ^ seed, packet.source_low, packet.source) + _mixed(
        packet.target_high ^ seed, packet.target_low, packet.target
    )


@cython.cfunc
@cython.inline
def _same(flow: cython.pointer[Flow], packet: cython.pointer[Packet]) -> cython.int:
    """0 or 1: the direction of a packet of this flow; -2 when it is of another one."""
    if flow.protocol != packet.protocol or flow.version != packet.version:
        return -2
    if (
        flow.source == packet.source
        and flow.target == packet.target
        and flow.source_low == packet.source_low
        and flow.target_low == packet.target_low
        and flow.source_high == packet.source_high
        and flow.target_high == packet.target_high
    ):
        return 0
    if (
        flow.source == packet.target
        and flow.target == packet.source
        and flow.source_low == packet.target_low
        and flow.target_low == packet.source_low
        and flow.source_high == packet.target_high
        and flow.target_high == packet.source_high
    ):
        return 1
    return -2


@cython.cfunc
def _unlinked(slots: cython.int[:], flows: Flow[:], row: cython.int) -> cython.int:
    """Take a row out of the slots; those behind it move up, so that no search ends too early."""
    mask: cython.ulonglong = len(slots) - 1
    hole: cython.ulonglong = flows[row].mark & mask
    at: cython.ulonglong
    home: cython.ulonglong
    while slots[hole] != row + 1:
        hole = (hole + 1) & mask
    at = hole
    while True:
        at = (at + 1) & mask
        if slots[at] == 0:
            break
        home = flows[slots[at] - 1].mark & mask
        if ((at - home) & mask) >= ((at - hole) & mask):
            slots[hole] = slots[at]
            hole = at
    slots[hole] = 0
    return 0


@cython.cfunc
def _begun(
    flow: cython.pointer[Flow],
    halves: Half[:],
    row: cython.int,
    packet: cython.pointer[Packet],
    frame: cython.pointer[Frame],
) -> cython.int:
    """A new row: who asks and who answers is told by the first packet, or by the ports when it was not seen."""
    half: cython.pointer[Half]
    side: cython.int
    flow.source_high = packet.source_high
    flow.source_low = packet.source_low
    flow.target_high = packet.target_high
    flow.target_low = packet.target_low
    flow.source = packet.source
    flow.target = packet.target
    flow.version = packet.version
    flow.protocol = packet.protocol
    flow.at = frame.at
    flow.first = frame.time
    flow.last = frame.time
    flow.app = frame.app
    flow.used = 1
    flow.recent = 0
    flow.ended = 0
    flow.sure = 0
    flow.kind = 0
    flow.odd = 0
    flow.client = 1 if packet.source < 1024 <= packet.target else 0
    if packet.protocol == 6 and packet.flags & 2:
        flow.sure = 1
        flow.client = 1 if packet.flags & 16 else 0
    for side in range(2):
        half = cython.address(halves[2 * row + side])
        half.bytes = 0
        half.packets = 0
        half.window = 0
        half.next = 0
        half.base = 0
        half.opened = 0
        half.known = 0
        half.mode = 0
        half.asked = 0
    return 0


@cython.cfunc
def _again(flow: cython.pointer[Flow], half: cython.pointer[Half], packet: cython.pointer[Packet]) -> cython.int:
    """Whether a packet begins another connection between the same ports."""
    if packet.protocol != 6 or packet.flags & 0x12 != 2:
        return 0
    return 1 if flow.ended or (half.known and half.opened != packet.sequence + 1) else 0


@cython.cfunc
def _seen(
    flow: cython.pointer[Flow],
    half: cython.pointer[Half],
    packet: cython.pointer[Packet],
    frame: cython.pointer[Frame],
    state: cython.longlong[:],
) -> cython.int:
    """Count a packet. A clock that goes back by a year is odd, and so is what it gives the time of."""
    flow.recent = 1 if flow.recent == 0 else 2
    flow.last = max(flow.last, frame.time)
    if 0 <= frame.time < state[_LATEST] - _YEAR:
        flow.odd = 1
    state[_LATEST] = max(state[_LATEST], frame.time)
    if flow.app < 0:
        flow.app = frame.app
    half.packets += 1
    half.bytes += packet.whole
    if packet.protocol == 6:
        if packet.flags & 2:
            # A SYN takes a place in the stream; what it carries stands behind it.
            packet.sequence += 1
            if half.known == 0:
                half.base = packet.sequence
                half.opened = packet.sequence
                half.known = 1
        if packet.flags & 5:
            flow.ended |= 1 << packet.side
    return 0


@cython.cfunc
def _row(
    slots: cython.int[:],
    flows: Flow[:],
    packet: cython.pointer[Packet],
    mark: cython.ulonglong,
    slot: cython.pointer[cython.ulonglong],
) -> cython.int:
    """The row that a packet belongs to; -2 for none, and then `slot` is where one may be. The packet gets its side."""
    mask: cython.ulonglong = len(slots) - 1
    at: cython.ulonglong = mark & mask
    side: cython.int
    packet.side = 0
    while slots[at]:
        if flows[slots[at] - 1].mark == mark:
            side = _same(cython.address(flows[slots[at] - 1]), packet)
            if side >= 0:
                packet.side = side
                return slots[at] - 1
        at = (at + 1) & mask
    slot[0] = at
    return -2


@cython.cfunc
def _taken(
    slots: cython.int[:], slot: cython.ulonglong, flows: Flow[:], free: cython.int[:], state: cython.longlong[:]
) -> cython.int:
    """Put a free row into a slot."""
    row: cython.int
    state[_FREE] -= 1
    row = free[state[_FREE]]
    slots[slot] = row + 1
    flows[row].number = state[_NUMBER]
    state[_NUMBER] += 1
    return row


@cython.cfunc
def _over(
    slots: cython.int[:], flows: Flow[:], row: cython.int, gone: cython.int[:], state: cython.longlong[:]
) -> cython.int:
    """Take a row out of the slots and add it to those that are gone."""
    _unlinked(slots, flows, row)
    flows[row].used = 2
    gone[state[_GONE]] = row
    state[_GONE] += 1
    return 0


def update(  # noqa: PLR0917 - columns are passed one by one: a kernel takes no objects
    frames: Frame[:],
    rows: Packet[:],
    begin: cython.Py_ssize_t,
    end: cython.Py_ssize_t,
    flows: Flow[:],
    halves: Half[:],
    slots: cython.int[:],
    free: cython.int[:],
    gone: cython.int[:],
    state: cython.longlong[:],
) -> int:
    """Put packets into the table; each gets its row and its side.

    Args:
        frames: where they are.
        rows: what they carry.
        begin: the first one.
        end: behind the last one.
        flows: the table.
        halves: two for each of its rows.
        slots: rows plus one by address, a power of two and more than there are rows; 0 is empty.
        free: rows that are not used, as many as `state` says.
        gone: rows whose connection is over since another one took its ports: added to.
        state: number of the next flow; how many rows are free, and gone; whether bodies, and sealed streams, are asked
            for whole; where the next sweep begins; number of the first frame; seed; latest time; packets passed over.

    Returns:
        how far it came: less than `end` when no row was free.
    """
    at: cython.Py_ssize_t
    row: cython.int
    mark: cython.ulonglong
    slot: cython.ulonglong = 0
    packet: cython.pointer[Packet]
    for at in range(begin, end):
        packet = cython.address(rows[at])
        if packet.protocol == 0:
            continue
        mark = _marked(packet, cython.cast(cython.ulonglong, state[_SEED]))
        row = _row(slots, flows, packet, mark, cython.address(slot))
        if row < 0 or _again(cython.address(flows[row]), cython.address(halves[2 * row + packet.side]), packet):
            if state[_FREE] == 0:
                return at
            if row >= 0:
                _over(slots, flows, row, gone, state)
                _row(slots, flows, packet, mark, cython.address(slot))
            row = _taken(slots, slot, flows, free, state)
            flows[row].mark = mark
            flows[row].frame = state[_FRAMES] + at
            _begun(cython.address(flows[row]), halves, row, packet, cython.address(frames[at]))
        packet.row = row
        _seen(
            cython.address(flows[row]),
            cython.address(halves[2 * row + packet.side]),
            packet,
            cython.address(frames[at]),
            state,
        )
    return end


def push_out(
    flows: Flow[:], slots: cython.int[:], gone: cython.int[:], state: cython.longlong[:], wanted: cython.Py_ssize_t
) -> None:
    """Give up connections that had no packet since sweeps came by, those with one packet in all first.

    Args:
        flows: the table.
        slots: as for `update`.
        gone: the rows: added to.
        state: as for `update`.
        wanted: how many at most.
    """
    _step: cython.Py_ssize_t
    row: cython.Py_ssize_t = state[_HAND]
    for _step in range(3 * len(flows)):
        if wanted <= 0:
            break
        if row >= len(flows):
            row = 0
        if flows[row].used == 1:
            if flows[row].recent:
                flows[row].recent -= 1
            else:
                _over(slots, flows, row, gone, state)
                wanted -= 1
        row += 1
    state[_HAND] = row


def release(flows: Flow[:], free: cython.int[:], gone: cython.int[:], state: cython.longlong[:]) -> None:
    """Make the rows that are gone free again, once everything has been told of them."""
    at: cython.Py_ssize_t
    for at in range(state[_GONE]):
        flows[gone[at]].used = 0
        free[state[_FREE]] = gone[at]
        state[_FREE] += 1
    state[_GONE] = 0
