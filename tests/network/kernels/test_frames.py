"""What frames carry: each kind of link and head at its edges, beside a reading that slices bytes."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.capture.layout import PACKET
from affidavit.network.kernels import frames
from tests.builders import traffic
from tests.builders.kernel_rows import frame_rows, read_frame
from tests.builders.traffic import CLIENT, SERVER
from tests.oracles import frames as slow
from tests.oracles.frames import BROKEN, CARRIED, CUT, FRAGMENT, ICMP, LINK, NOT_IP, OTHER, SEALED

FOUR = traffic.udp(CLIENT, SERVER, (1_111, 2_222), b"content")
SIX = traffic.udp("2001:db8::1", "2001:db8::2", (1_111, 2_222), b"content")
SEGMENT = traffic.tcp(CLIENT, SERVER, (1_111, 443), b"content", (0xFFFFFFFE, 9))
MACS = bytes(12)
SNAP = bytes.fromhex("aaaa03000000")
DATA = b"\x08\x00" + bytes(22)
"""The head of a frame of data by IEEE 802.11, straight from one station to another."""


def tags(count: int, kind: bytes = b"\x81\x00") -> bytes:
    """EtherType and head of that many tags, and the EtherType of IPv4 behind them."""
    return MACS + (kind + b"\x00\x07") * count + b"\x08\x00"


def labels(*last: int) -> bytes:
    """MPLS: labels, each with its bit that says whether it is the last."""
    return MACS + b"\x88\x47" + b"".join(bytes([0, 1, bit, 64]) for bit in last)


@pytest.mark.parametrize(
    ("link", "head", "packet", "became"),
    [
        # Ethernet: types, tags, sessions, labels, LLC.
        (1, MACS + b"\x08\x00", FOUR, CARRIED),
        (1, MACS + b"\x86\xdd", SIX, CARRIED),
        (1, MACS + b"\x08\x06", bytes(28), NOT_IP),
        (1, MACS + b"\x08\x00", SIX, BROKEN),
        (1, MACS + b"\x86\xdd", FOUR + bytes(9), BROKEN),
        (1, tags(1, b"\x91\x00"), FOUR, CARRIED),
        (1, tags(1, b"\x92\x00"), FOUR, CARRIED),
        (1, tags(7), FOUR, CARRIED),
        (1, tags(8), FOUR, NOT_IP),
        (1, MACS + b"\x88\x64\x11\x00\x00\x01\x00\x00\x00\x57", SIX, CARRIED),
        (1, MACS + b"\x88\x64\x11\x00\x00\x01\x00\x00\xc0\x21", bytes(30), NOT_IP),
        (1, MACS + b"\x88\x63\x11\x09\x00\x00\x00\x00", bytes(30), NOT_IP),
        (1, labels(1), FOUR, CARRIED),
        (1, labels(0, 0, 0, 0, 0, 0, 1), SIX, CARRIED),
        (1, labels(0, 0, 0, 0, 0, 0, 0, 1), SIX, NOT_IP),
        (1, labels(1), bytes(30), NOT_IP),
        (1, MACS + b"\x05\xdc" + SNAP + b"\x08\x00", FOUR, CARRIED),
        (1, MACS + b"\x05\xdd" + SNAP + b"\x08\x00", FOUR, NOT_IP),
        (1, MACS + b"\x00\x26\x42\x42\x03", bytes(35), NOT_IP),
        (1, MACS + b"\x00\x26" + SNAP + b"\x05\xdc", FOUR, NOT_IP),
        # IP without a frame around it.
        (101, b"", FOUR, CARRIED),
        (228, b"", SIX, CARRIED),
        (14, b"", b"\x50" + FOUR[1:], NOT_IP),
        # Linux cooked, the second version too.
        (113, bytes(14) + b"\x81\x00\x00\x07\x08\x00", FOUR, CARRIED),
        (113, bytes(14) + b"\x00\x04", FOUR, NOT_IP),
        (276, b"\x81\x00" + bytes(18) + b"\x00\x07\x86\xdd", SIX, CARRIED),
        (276, b"\x00\x0c" + bytes(18), FOUR, NOT_IP),
        # Address families of systems that differ on IPv6; each in the order of its machine.
        (0, b"\x0a\x00\x00\x00", SIX, CARRIED),
        (0, b"\x18\x00\x00\x00", SIX, CARRIED),
        (0, b"\x00\x00\x00\x1c", SIX, CARRIED),
        (108, b"\x00\x00\x00\x02", FOUR, CARRIED),
        (108, b"\x00\x00\x00\x07", FOUR, NOT_IP),
        (0, b"\x02\x00\x00\x01", FOUR, NOT_IP),
        # PPP with its number of protocol in one byte or two.
        (50, b"\xff\x03\x00\x57", SIX, CARRIED),
        (9, b"\x00\x21", FOUR, CARRIED),
        (9, b"\xff\x03\x21", FOUR, CARRIED),
        (9, b"\xff\x03\xc0\x21", bytes(20), NOT_IP),
        # IEEE 802.11: only data, not null, not sealed; four addresses, quality, and HT control lengthen the head.
        (105, b"\x08\x03" + bytes(28) + SNAP + b"\x08\x00", FOUR, CARRIED),
        (105, b"\x88\x80" + bytes(28) + SNAP + b"\x08\x00", FOUR, CARRIED),
        (105, b"\x88\x83" + bytes(34) + SNAP + b"\x86\xdd", SIX, CARRIED),
        (105, b"\x80\x00" + bytes(60), b"", NOT_IP),
        (105, b"\x48\x01" + bytes(60), b"", NOT_IP),
        (105, b"\x08\x41" + bytes(60), b"", SEALED),
        (105, DATA + b"\x42\x42\x03\x00" + bytes(4), FOUR, NOT_IP),
        (127, b"\x00\x00\x08\x00" + bytes(4) + DATA + SNAP + b"\x08\x00", FOUR, CARRIED),
        (127, b"\x00\x00\x07\x00" + bytes(4) + DATA + SNAP + b"\x08\x00", FOUR, BROKEN),
        (127, b"\x00\x00\xff\xff" + bytes(4) + DATA + SNAP + b"\x08\x00", FOUR, BROKEN),
        # What is not read at all: USB, Bluetooth, CAN.
        (189, b"", FOUR, LINK),
        (201, b"", FOUR, LINK),
        (-1, b"", FOUR, LINK),
    ],
)
def test_what_becomes_of_a_frame_by_its_link(link, head, packet, became):
    found = read_frame(head + packet, link)
    assert found[0] == became
    assert found == slow.became(head + packet, link, len(head + packet))
    if became == CARRIED:
        assert found[1] is not None
        assert (found[1].target_port, found[1].content, found[1].whole) == (2_222, b"content", 7)
    # At each place where a capture may have cut it, it carries less or nothing, and both readings agree on which.
    for cut in range(len(head) + 48):
        part = (head + packet)[:cut]
        assert read_frame(part, link, len(head + packet)) == slow.became(part, link, len(head + packet)), cut


def four(packet: bytes = FOUR, first: int | None = None, whole: int | None = None, place: int = 0, **more) -> bytes:
    """An IPv4 packet of which some fields say something else."""
    head = bytearray(packet)
    head[0] = packet[0] if first is None else first
    head[2:4] = packet[2:4] if whole is None else whole.to_bytes(2, "big")
    head[6:8] = place.to_bytes(2, "big")
    head[9] = more.get("protocol", packet[9])
    return bytes(head)


@pytest.mark.parametrize(
    ("packet", "became", "size"),
    [
        (four(), CARRIED, 7),
        (four(first=0x44), BROKEN, 0),
        (four(first=0x4F), BROKEN, 0),
        (four(whole=19), BROKEN, 0),
        (four(whole=20), BROKEN, 0),
        (four(whole=27), BROKEN, 0),
        (four(whole=28), CARRIED, 0),
        (four(whole=30), CARRIED, 2),
        # Longer than the frame: what is missing was on the wire, and the datagram's own length is what counts.
        (four(whole=36), CARRIED, 8),
        (four(whole=0xFFFF), CARRIED, 65_535 - 28),
        # No length, as network cards leave it that cut long packets themselves.
        (four(whole=0), CARRIED, 7),
        (four(place=0x4000), CARRIED, 7),
        (four(place=0x2000), CARRIED, 7),
        (four(place=0x0001), FRAGMENT, 0),
        (four(place=0x3FFF), FRAGMENT, 0),
        (four(protocol=1), ICMP, 0),
        (four(protocol=58), ICMP, 0),
        (four(protocol=47), OTHER, 0),
        (four(protocol=132), OTHER, 0),
        (four(protocol=0), OTHER, 0),
        (FOUR[:19], CUT, 0),
        (FOUR[:27], CUT, 0),
        (FOUR[:28], CARRIED, 7),
    ],
)
def test_heads_of_ip_4_at_their_edges(packet, became, size):
    found, carried = read_frame(packet)
    assert (found, carried.whole if carried else 0) == (became, size)
    assert (found, carried) == slow.became(packet, 101, len(packet))


def six(*heads: tuple[int, bytes], last: int = 17, inner: bytes = SIX[40:]) -> bytes:
    """An IPv6 packet with heads (their number, and all but their first byte) before what it carries."""
    numbers = [*(kind for kind, _ in heads), last]
    body = b"".join(bytes([after]) + rest for (_, rest), after in zip(heads, numbers[1:], strict=True)) + inner
    return SIX[:4] + struct.pack(">HB", len(body), numbers[0]) + SIX[7:40] + body


HOPS = (0, bytes(7))
WIDE = (60, b"\x02" + bytes(22))
SEALED_HEAD = (51, b"\x04" + bytes(22))


@pytest.mark.parametrize(
    ("packet", "became", "size"),
    [
        (six(), CARRIED, 7),
        (six(HOPS), CARRIED, 7),
        (six(HOPS, (43, bytes(7)), WIDE), CARRIED, 7),
        (six(SEALED_HEAD), CARRIED, 7),
        (six((44, b"\xff\x00\x01" + bytes(4))), CARRIED, 7),
        (six((44, b"\x00\x00\x07" + bytes(4))), CARRIED, 7),
        (six((44, b"\x00\x00\x08" + bytes(4))), FRAGMENT, 0),
        (six((44, b"\x00\x80\x00" + bytes(4))), FRAGMENT, 0),
        (six(*[HOPS] * 15), CARRIED, 7),
        (six(*[HOPS] * 16), BROKEN, 0),
        (six((60, b"\xff" + bytes(6))), CUT, 0),
        (six((60, b"\x00"), inner=b"", last=60), CUT, 0),
        (six(last=58), ICMP, 0),
        (six(last=59, inner=b""), OTHER, 0),
        (six(last=50), OTHER, 0),
        (SIX[:4] + b"\x00\x00" + SIX[6:], CARRIED, 7),
        (SIX[:4] + b"\x00\x08" + SIX[6:], CARRIED, 0),
        (SIX[:4] + b"\xff\xff" + SIX[6:], CARRIED, 65_535 - 8),
        (SIX[:39], CUT, 0),
        (b"\x50" + SIX[1:], NOT_IP, 0),
    ],
)
def test_heads_of_ip_6_at_their_edges(packet, became, size):
    found, carried = read_frame(packet)
    assert (found, carried.whole if carried else 0) == (became, size)
    assert (found, carried) == slow.became(packet, 101, len(packet))


def nested(depth: int, protocol: int = 4) -> bytes:
    """A packet in that many others."""
    packet = FOUR if protocol == 4 else SIX
    for _ in range(depth):
        packet = traffic.ip_packet("192.0.2.1", "192.0.2.2", protocol, packet)
        protocol = 4
    return packet


@pytest.mark.parametrize(
    ("packet", "became"),
    [
        (nested(1), CARRIED),
        (nested(1, 41), CARRIED),
        (nested(3), CARRIED),
        (nested(3, 41), CARRIED),
        (nested(4), OTHER),
        (nested(200), OTHER),
        (traffic.ip_packet("2001:db8::9", "2001:db8::8", 4, FOUR), CARRIED),
        (traffic.ip_packet("192.0.2.1", "192.0.2.2", 4, SIX), BROKEN),
        (traffic.ip_packet("192.0.2.1", "192.0.2.2", 41, FOUR + bytes(9)), BROKEN),
    ],
)
def test_tunnels_are_followed_to_the_fourth_head_and_the_inner_ends_count(packet, became):
    found, carried = read_frame(packet)
    assert (found, carried) == slow.became(packet, 101, len(packet))
    assert found == became
    if carried is not None:
        assert (carried.source, carried.target) in {(CLIENT, SERVER), ("2001:db8::1", "2001:db8::2")}


def datagram(said: int, body: bytes = b"content") -> bytes:
    return traffic.ip_packet(CLIENT, SERVER, 17, struct.pack(">HHHH", 5, 6, said, 0) + body)


def segment(words: int, body: bytes = b"") -> bytes:
    head = struct.pack(">HHIIBBHHH", 5, 6, 7, 8, words << 4, 0x18, 9, 0, 0)
    return traffic.ip_packet(CLIENT, SERVER, 6, head + body)


@pytest.mark.parametrize(
    ("packet", "became", "content"),
    [
        (datagram(0), CARRIED, b"content"),
        (datagram(7), BROKEN, b""),
        (datagram(8), CARRIED, b""),
        (datagram(14), CARRIED, b"content"[:6]),
        (datagram(15), CARRIED, b"content"),
        (datagram(16), CARRIED, b"content"),
        (datagram(0xFFFF), CARRIED, b"content"),
        (segment(4), BROKEN, b""),
        (segment(5), CARRIED, b""),
        (segment(5, b"x"), CARRIED, b"x"),
        (segment(6, b"xyz"), BROKEN, b""),
        (segment(6, b"optsbody"), CARRIED, b"body"),
        (segment(15, bytes(40) + b"y"), CARRIED, b"y"),
        (segment(15, bytes(39)), BROKEN, b""),
        (traffic.ip_packet(CLIENT, SERVER, 6, bytes(19)), BROKEN, b""),
        (traffic.ip_packet(CLIENT, SERVER, 17, bytes(7)), BROKEN, b""),
        (traffic.ip_packet(CLIENT, SERVER, 17, b""), BROKEN, b""),
    ],
)
def test_heads_of_tcp_and_udp_at_their_edges(packet, became, content):
    found, carried = read_frame(packet)
    assert (found, carried.content if carried else b"") == (became, content)
    assert (found, carried) == slow.became(packet, 101, len(packet))


@pytest.mark.parametrize("kept", range(len(SEGMENT) + 1))
def test_a_segment_that_was_not_captured_whole_counts_as_it_was_on_the_wire(kept):
    found, carried = read_frame(SEGMENT[:kept], whole=len(SEGMENT))
    if kept < 40:
        assert (found, carried) == (CUT, None)
        return
    assert carried is not None
    assert (found, carried.content, carried.whole) == (CARRIED, b"content"[: kept - 40], 7)
    assert (carried.sequence, carried.flags, carried.source_port, carried.target_port) == (0xFFFFFFFE, 0x18, 1_111, 443)


STARTS = {
    1: [MACS + b"\x08\x00", MACS + b"\x86\xdd", tags(2), labels(0, 1), MACS + b"\x00\x40" + SNAP + b"\x08\x00"],
    101: [b""],
    113: [bytes(14) + b"\x08\x00", bytes(14) + b"\x86\xdd"],
    276: [b"\x08\x00" + bytes(18)],
    0: [b"\x02\x00\x00\x00", b"\x00\x00\x00\x1e"],
    9: [b"\xff\x03\x00\x21", b"\x57"],
    105: [DATA + SNAP + b"\x08\x00", b"\x88\x83" + bytes(34) + SNAP + b"\x86\xdd"],
    127: [b"\x00\x00\x08\x00" + bytes(4) + DATA + SNAP + b"\x08\x00"],
}
PACKETS = [FOUR, SIX, SEGMENT, nested(2), nested(1, 41), six(HOPS, SEALED_HEAD, WIDE), datagram(0)]


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[bytes, int, int]:
    """A frame of which up to three bytes are others, which may be cut or padded; its link; its length on the wire."""
    link = draw(st.sampled_from(sorted(STARTS)))
    frame = bytearray(draw(st.sampled_from(STARTS[link])) + draw(st.sampled_from(PACKETS)))
    for _ in range(draw(st.integers(0, 3))):
        frame[draw(st.integers(0, len(frame) - 1))] = draw(st.integers(0, 255))
    kept = draw(st.one_of(st.just(len(frame)), st.integers(0, len(frame))))
    whole = draw(st.one_of(st.just(len(frame)), st.integers(0, 70_000)))
    return bytes(frame[:kept]) + bytes(draw(st.integers(0, 6))), link, whole


@given(spoilt())
def test_any_frame_is_read_as_by_slices(made):
    frame, link, whole = made
    assert read_frame(frame, link, whole) == slow.became(frame, link, whole)


def test_frames_are_counted_by_what_became_of_them_and_rows_of_others_hold_nothing():
    parts = [FOUR, four(protocol=1), four(place=1), FOUR[:10], four(first=0x41), four(protocol=47), bytes(40), SEGMENT]
    data, rows = frame_rows(parts)
    found, counts = np.ones(len(parts), PACKET), np.full(9, 10, np.int64)
    frames.packets(data, rows, len(parts), found, counts)
    assert (counts - 10).tolist() == [0, 1, 1, 1, 1, 1, 1, 0, 2]
    assert (rows["seen"] - 1).tolist() == [CARRIED, ICMP, FRAGMENT, CUT, BROKEN, OTHER, NOT_IP, CARRIED]
    assert found["protocol"].tolist() == [17, 0, 0, 0, 0, 0, 0, 6]


@pytest.mark.parametrize(("begin", "size"), [(-1, 4), (0, -1), (0, len(FOUR) + 1), (len(FOUR), 1), (1 << 40, 0)])
def test_a_frame_that_lies_outside_of_its_piece_is_never_read(begin, size):
    data, rows = frame_rows([FOUR])
    rows["begin"], rows["size"] = begin, size
    with pytest.raises(IndexError):
        frames.packets(data, rows, 1, np.zeros(1, PACKET), np.zeros(9, np.int64))
