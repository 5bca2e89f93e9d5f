"""Files of packets: byte orders, clocks, interfaces, apps, keys, and every way in which lengths can lie."""

import gzip
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.network.capture import records
from affidavit.network.capture.records import INTERFACES, Walk
from tests.builders import traffic
from tests.builders.captures import source_of
from tests.oracles import packets as slow

PACKET = traffic.udp("10.0.0.2", "10.0.0.3", (40_000, 9), b"content")
SECTION, FACE, PACKET_BLOCK, SIMPLE, OLD, SECRETS, CUSTOM = 0x0A0D0D0A, 1, 6, 3, 2, 10, 0xBAD


def block(kind: int, body: bytes, order: str = "<", size: int | None = None, last: int | None = None) -> bytes:
    body += bytes(-len(body) % 4)
    size = 12 + len(body) if size is None else size
    return struct.pack(order + "II", kind, size) + body + struct.pack(order + "I", size if last is None else last)


def section(order: str = "<") -> bytes:
    return block(SECTION, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def face(link: int = 101, order: str = "<", options: bytes = b"", snap: int = 0) -> bytes:
    return block(FACE, struct.pack(order + "HHI", link, 0, snap) + options, order)


def seen(packet: bytes = PACKET, ticks: int = 0, which: int = 0, order: str = "<", options: bytes = b"") -> bytes:
    head = struct.pack(order + "IIIII", which, ticks >> 32, ticks & 0xFFFFFFFF, len(packet), len(packet))
    return block(PACKET_BLOCK, head + packet + bytes(-len(packet) % 4) + options, order)


def walked(data: bytes) -> tuple[list[tuple], Walk]:
    """(offset, time, link, bytes, length on the wire, app) of each frame."""
    walk, found = Walk(source_of(data)), []
    for batch in walk.batches():
        for row in batch.frames[: batch.count].tolist():
            at, begin, size, whole, time, app, _, link, _ = row
            found.append((at, time, link, bytes(batch.data[begin : begin + size]), whole, app))
    return found, walk


def slowly(data: bytes) -> list[tuple]:
    return [(frame.at, frame.time, frame.link, frame.raw, frame.whole) for frame in slow.frames(data)]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("magic", "time"), [(0xA1B2C3D4, 5_000_007), (0xA1B23C4D, 5_000_000), (0xA1B2CD34, 5_000_007)])
def test_pcap_is_read_in_both_orders_with_both_clocks_and_the_longer_head(order, magic, time):
    more = bytes(8) if magic == 0xA1B2CD34 else b""
    data = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65_535, 0xF0000001 | 101)
    data += struct.pack(order + "IIII", 5, 7, len(PACKET), 90) + more + PACKET
    found, walk = walked(data)
    assert found == [(24, time, 101, PACKET, 90, -1)]
    assert [item[:5] for item in found] == slowly(data)
    assert not walk.unread


@pytest.mark.parametrize("order", ["<", ">"])
def test_all_blocks_of_pcapng_with_packets_are_read_and_unknown_ones_passed_over(order):
    old = struct.pack(order + "HHIIII", 0, 0, 0, 9, len(PACKET), len(PACKET)) + PACKET
    data = section(order) + face(order=order, snap=30) + seen(ticks=7, order=order)
    data += block(5, bytes(12), order) + block(0x40000BAD, b"else", order)
    data += block(SIMPLE, struct.pack(order + "I", len(PACKET)) + PACKET, order) + block(OLD, old, order)
    found, walk = walked(data)
    assert [item[1:4] for item in found] == [(7, 101, PACKET), (-1, 101, PACKET[:30]), (9, 101, PACKET)]
    assert [item[:5] for item in found] == slowly(data)
    assert walk.read == 3
    assert not walk.unread


def test_a_second_section_has_its_own_order_and_interfaces():
    data = section() + face(1) + seen(b"first") + section(">") + face(101, ">") + seen(ticks=3, order=">")
    found, walk = walked(data)
    assert [(item[1], item[2], item[3]) for item in found] == [(0, 1, b"first"), (3, 101, PACKET)]
    assert not walk.unread


@given(
    st.integers(0, (1 << 64) - 1),
    st.one_of(st.integers(0, 30), st.integers(128, 191)),
    st.integers(-(10**12), 10**12),
)
def test_clocks_of_interfaces_are_those_of_exact_arithmetic(ticks, resolution, offset):
    options = option(9, bytes([resolution])) + option(14, struct.pack("<q", offset))
    data = section() + face(options=options) + seen(ticks=ticks)
    (fast,), (exact,) = walked(data)[0], slowly(data)
    if resolution <= 25 or resolution >= 128:
        assert fast[1] == exact[1]


def test_apps_are_known_by_comment_block_or_trailer():
    known = struct.pack("<IBBiBB", 62_652, 1, 1, 10_123, 11, 4) + b"com.example" + b"Name"
    told = option(1, b"u-10123") + option(0, b"")
    data = section() + face() + block(CUSTOM, known) + seen(options=told) + seen(options=option(1, b"u-77"))
    found, walk = walked(data)
    assert [item[5] for item in found] == [10_123, 77]
    assert walk.apps == {10_123: "com.example"}
    frame = traffic.ethernet(PACKET)
    trailer = struct.pack(">II20sI", 0x01072021, 10_200, b"Example\0", 0)
    found, walk = walked(traffic.pcap([frame + trailer, frame], link=1))
    assert [(item[3], item[5]) for item in found] == [(frame, 10_200), (frame, -1)]
    assert walk.apps == {10_200: "Example"}


def test_keys_and_names_of_interfaces_are_kept():
    keys = b"CLIENT_RANDOM 00 11\n"
    data = traffic.pcapng([PACKET], keys=keys) + face(options=option(2, b"wlan0\n"))
    _, walk = walked(data)
    assert walk.secrets == [keys]
    assert walk.names == ["wlan0\N{REPLACEMENT CHARACTER}"]


def test_a_packed_capture_is_read_as_it_is_and_long_ones_piece_by_piece():
    data = traffic.pcap([PACKET] * 50_000)
    assert len(data) > 2 << 20
    plain, walk = walked(data)
    assert walk.read == 50_000
    assert plain == walked(gzip.compress(data, 1))[0]
    assert [item[:5] for item in plain] == slowly(data)


@pytest.mark.parametrize("cut", [25, 39, 40, 41, 90])
def test_a_file_that_ends_within_a_record_says_so(cut):
    data = traffic.pcap([PACKET, PACKET])[:cut]
    found, walk = walked(data)
    assert len(found) == (cut - 24) // (16 + len(PACKET))
    (unread,) = walk.unread
    assert (unread.kind, unread.size) == ("capture/truncated", (cut - 24) % (16 + len(PACKET)))


@pytest.mark.parametrize("kept", [(1 << 24) + 1, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_record_that_says_it_is_huge_ends_the_reading_with_the_bytes_that_are_left(kept):
    good = traffic.pcap([PACKET])
    data = good + struct.pack("<IIII", 0, 0, kept, kept) + bytes(1_000)
    found, walk = walked(data)
    assert len(found) == 1
    (unread,) = walk.unread
    assert (unread.kind, unread.size, unread.where.offset) == ("capture/damaged", 1_016, len(good))


@pytest.mark.parametrize(
    "bad",
    [
        block(5, bytes(8), size=0),
        block(5, bytes(8), size=8),
        block(5, bytes(8), size=22),
        block(5, bytes(8), size=0xFFFFFFFC),
        block(5, bytes(8), last=24),
        block(FACE, bytes(8), last=24),
        block(SECRETS, bytes(8), size=0xFFFFFFFC),
        block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 2, 0, -1)),
        block(SECTION, struct.pack("<IHHq", 0x11111111, 1, 0, -1)),
    ],
)
def test_a_block_whose_length_lies_ends_the_reading(bad):
    good = section() + face() + seen()
    found, walk = walked(good + bad + seen())
    assert len(found) == 1
    assert [item.kind for item in walk.unread] == ["capture/damaged"]
    assert walk.unread[0].where.offset == len(good)


def test_packets_of_interfaces_that_are_not_there_are_left_out_and_counted():
    short = block(PACKET_BLOCK, struct.pack("<IIIII", 0, 0, 0, 5_000, 5_000) + PACKET)
    data = section() + seen() + face() + seen(which=1) + seen(which=0xFFFFFFFF) + short + seen()
    found, walk = walked(data)
    assert len(found) == 1
    assert walk.left_out == 4


def test_interfaces_beyond_the_most_and_endless_options_are_bounded():
    endless = option(1, b"") * 20_000
    data = section() + face() * (INTERFACES + 1) + seen(which=INTERFACES - 1) + seen(which=INTERFACES)
    data += seen(options=endless) + face(options=endless)
    found, walk = walked(data)
    assert (len(found), walk.left_out) == (2, 1)


@pytest.mark.parametrize("data", [b"", b"\xd4\xc3\xb2\xa1", b"\x0a\x0d\x0d\x0a" + bytes(20), bytes(24), b"GIF89a" * 9])
def test_what_is_no_file_of_packets_has_no_form(data):
    assert not records.form(data)


@given(st.data())
def test_any_damage_gives_the_frames_before_it(data):
    kind = data.draw(st.sampled_from(["pcap", "pcapng"]))
    whole = traffic.pcap([PACKET] * 3) if kind == "pcap" else traffic.pcapng([PACKET] * 3)
    raw = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(24, len(raw) - 1))] = data.draw(st.integers(0, 255))
    raw = bytes(raw)[: data.draw(st.integers(24, len(raw)))]
    fast = [item[:5] for item in walked(raw)[0]]
    assert fast == slowly(raw)
