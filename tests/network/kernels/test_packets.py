"""Records of captures: each place where a file may be cut, each length at its edge, and clocks that are exact."""

import struct
from typing import Any

import numpy as np
import pytest

from affidavit.network.capture.layout import FRAME, INTERFACE
from affidavit.network.kernels import packets
from tests.network.capture.test_records import block, option

MORE, CUT, DAMAGED, BLOCK = range(4)
LONGEST = 1 << 24
MICRO, MILLI_POWER = 1_000_000, 3


def pcap(data: bytes, room: int = 9, at: int = 0, shape: tuple[int, int, int, int] = (0, 0, 16, 101), base: int = 0):
    """(frames, where it stands, why it ended)."""
    frames, state = np.zeros(room, FRAME), np.array([at, 9, 0, 0, 0, base], np.int64)
    found = packets.pcap(data, np.array(shape, np.int64), frames, state)
    return frames[:found], int(state[0]), int(state[1])


def record(content: bytes, kept: int | None = None, whole: int | None = None, times: tuple[int, int] = (5, 7)) -> bytes:
    size = len(content)
    return struct.pack("<IIII", *times, size if kept is None else kept, size if whole is None else whole) + content


RECORDS = record(b"one") + record(b"") + record(b"three", whole=90)


def test_each_record_has_its_place_time_and_lengths():
    found, at, why = pcap(RECORDS, base=1_000)
    assert found[["at", "begin", "size", "whole", "time", "app", "label", "link"]].tolist() == [
        (1_000, 16, 3, 3, 5_000_007, -1, -1, 101),
        (1_019, 35, 0, 0, 5_000_007, -1, -1, 101),
        (1_035, 51, 5, 90, 5_000_007, -1, -1, 101),
    ]
    assert (at, why) == (len(RECORDS), MORE)


@pytest.mark.parametrize("cut", range(len(RECORDS)))
def test_a_piece_that_ends_within_a_record_stops_before_it(cut):
    found, at, why = pcap(RECORDS[:cut])
    ends = [0, 19, 35, len(RECORDS)]
    assert at == max(end for end in ends if end <= cut)
    assert len(found) == ends.index(at)
    assert why == (MORE if cut in ends else CUT)


@pytest.mark.parametrize("room", [0, 1, 2, 3, 4])
def test_a_walk_stops_when_there_is_no_room_and_goes_on_from_there(room):
    found, at, why = pcap(RECORDS, room)
    assert (len(found), why) == (min(room, 3), MORE)
    assert len(pcap(RECORDS, at=at)[0]) == 3 - len(found)


@pytest.mark.parametrize(
    ("kept", "why"), [(4, CUT), (LONGEST, CUT), (LONGEST + 1, DAMAGED), (0x80000000, DAMAGED), (0xFFFFFFFF, DAMAGED)]
)
def test_the_longest_record_has_16_mib(kept, why):
    assert pcap(record(b"abc") + record(b"abc", kept))[1:] == (19, why)


@pytest.mark.parametrize(
    ("times", "nano", "micros"),
    [
        ((0, 0), 0, 0),
        ((5, 999_999), 0, 5_999_999),
        ((5, 999_999_999), 1, 5_999_999),
        ((5, 999), 1, 5_000_000),
        ((0x7FFFFFFF, 0), 0, 0x7FFFFFFF * MICRO),
        # After 2038, and with more microseconds than a second has: taken as they stand.
        ((0xFFFFFFFF, 0xFFFFFFFF), 0, 0xFFFFFFFF * (MICRO + 1)),
    ],
)
def test_times_of_pcap(times, nano, micros):
    assert pcap(record(b"", times=times), shape=(0, nano, 16, 1))[0]["time"].tolist() == [micros]


@pytest.mark.parametrize(("at", "head"), [(-1, 16), (0, 15), (0, -1)])
def test_a_walk_that_would_begin_outside_of_the_piece_is_refused(at, head):
    with pytest.raises(IndexError):
        pcap(RECORDS, at=at, shape=(0, 0, head, 1))


def trailer(number: int, magic: int = 0x01072021) -> bytes:
    return struct.pack(">Ii20sI", magic, number, b"Example", 0)


@pytest.mark.parametrize(
    ("frame", "link", "size", "app"),
    [
        (bytes(14) + trailer(10_123), 1, 14, 10_123),
        (bytes(60) + trailer(0), 1, 60, 0),
        (bytes(60) + trailer(-1), 1, 60, -1),
        # Too short to be a frame with something behind it; another link; another number; not at the end.
        (bytes(13) + trailer(10_123), 1, 45, -1),
        (bytes(60) + trailer(10_123), 101, 92, -1),
        (bytes(60) + trailer(10_123, 0x01072022), 1, 92, -1),
        (bytes(60) + trailer(10_123) + b"\0", 1, 93, -1),
    ],
)
def test_the_app_that_is_written_behind_a_frame(frame, link, size, app):
    (found,) = pcap(record(frame), shape=(0, 0, 16, link))[0]
    assert (found["size"], found["whole"], found["app"]) == (size, size, app)
    assert found["label"] == (16 + size + 8 if size < len(frame) else -1)


def pcapng(data: bytes, room: int = 9, at: int = 0, faces: int = 1, big: int = 0, **clock: Any):
    """(frames, where it stands, why it ended, packets left out); `clock`: of the interface."""
    interfaces = np.zeros(4, INTERFACE)
    interfaces["power"], interfaces["link"] = 6, 101
    for name, value in clock.items():
        interfaces[name] = value
    frames, state = np.zeros(room, FRAME), np.array([at, 9, big, faces, 0, 500], np.int64)
    found = packets.pcapng(data, interfaces, frames, state)
    return frames[:found], int(state[0]), int(state[1]), int(state[4])


def packet(
    content: bytes = b"abcd", ticks: int = 9, kept: int | None = None, which: int = 0, tail: bytes = b""
) -> bytes:
    size = len(content) if kept is None else kept
    head = struct.pack("<IIIII", which, ticks >> 32, ticks & 0xFFFFFFFF, size, len(content))
    return block(6, head + content + bytes(-len(content) % 4) + tail)


@pytest.mark.parametrize("cut", range(len(packet()) + 1))
def test_a_piece_that_ends_within_a_block_stops_before_it(cut):
    found, at, why, left = pcapng(packet() + packet()[:cut])
    whole = cut == len(packet())
    assert (len(found), at, left) == (1 + whole, len(packet()) * (1 + whole), 0)
    assert why == (MORE if cut in {0, len(packet())} else CUT)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (block(5, b"", size=11), DAMAGED),
        (block(5, b"", size=12), MORE),
        (block(5, b"", size=13), DAMAGED),
        (block(5, bytes(4), size=16, last=12), DAMAGED),
        (block(5, b"", size=LONGEST), CUT),
        (block(5, b"", size=LONGEST + 4), DAMAGED),
        (block(5, b"", size=0xFFFFFFFC), DAMAGED),
        (block(0x0A0D0D0A, b"", size=0), BLOCK),
        (block(1, b"", size=0), BLOCK),
        (block(10, b""), BLOCK),
        (block(0xBAD, b""), BLOCK),
    ],
)
def test_how_a_walk_over_blocks_ends(bad, why):
    found, at, ended, left = pcapng(packet() + bad)
    assert (len(found), ended, left) == (1, why, 0)
    assert at == len(packet()) + (12 if why == MORE else 0)


@pytest.mark.parametrize(
    ("made", "found", "left"),
    [
        (packet(which=0), 1, 0),
        (packet(which=1), 0, 1),
        (packet(which=0xFFFFFFFF), 0, 1),
        (packet(kept=4), 1, 0),
        (packet(kept=5), 0, 1),
        (packet(kept=0xFFFFFFFF), 0, 1),
        (packet(b""), 1, 0),
        (block(6, bytes(16)), 0, 1),
        (block(3, b""), 0, 1),
        (block(3, bytes(4)), 1, 0),
        (block(2, bytes(16)), 0, 1),
        (block(2, bytes(20)), 1, 0),
        (block(4, bytes(20)), 0, 0),
        (block(0x80000006, bytes(20)), 0, 0),
    ],
)
def test_packets_whose_lengths_or_interfaces_lie_are_left_out_and_counted(made, found, left):
    frames, at, why, out = pcapng(made + packet())
    assert (len(frames), out) == (found + 1, left)
    assert (at, why) == (len(made) + len(packet()), MORE)


@pytest.mark.parametrize(("whole", "snap", "size"), [(3, 0, 3), (9, 0, 8), (8, 8, 8), (8, 7, 7), (8, 1, 1), (2, 5, 2)])
def test_simple_packets_are_as_long_as_their_block_their_packet_and_their_interface_allow(whole, snap, size):
    (found,) = pcapng(block(3, struct.pack("<I", whole) + b"12345678"), snap=snap)[0]
    assert (found["size"], found["whole"], found["time"], found["begin"]) == (size, whole, -1, 12)


@pytest.mark.parametrize(
    ("ticks", "clock", "micros"),
    [
        (9, {}, 9),
        (9, {"power": 0}, 9 * MICRO),
        (9, {"power": MILLI_POWER}, 9_000),
        (9_999, {"power": 9}, 9),
        (10**19, {"power": 25}, 1),
        (10**19, {"power": 26}, -1),
        (3, {"binary": 1, "power": 0}, 3 * MICRO),
        (3, {"binary": 1, "power": 1}, 1_500_000),
        ((5 << 32) + (1 << 31), {"binary": 1, "power": 32}, 5_500_000),
        ((1 << 64) - 1, {"binary": 1, "power": 63}, 1_999_999),
        (1, {"binary": 1, "power": 64}, -1),
        (1 << 62, {}, -1),
        ((1 << 62) - 1, {}, (1 << 62) - 1),
        ((1 << 64) - 1, {}, -1),
        ((1 << 64) - 1, {"power": 0}, -1),
        # Seconds that are added to every time.
        (9, {"offset": 5}, 5_000_009),
        (9 * MICRO, {"offset": -9}, 0),
        (9, {"offset": -1}, -1),
        (0, {"offset": 10**12}, 10**18),
        (0, {"offset": 10**12 + 1}, -1),
        (0, {"offset": -(1 << 63)}, -1),
    ],
)
def test_clocks_of_interfaces(ticks, clock, micros):
    assert pcapng(packet(ticks=ticks), **clock)[0]["time"].tolist() == [micros]


@pytest.mark.parametrize(
    ("options", "app"),
    [
        (option(1, b"u-10123"), 10_123),
        (option(1, b"u-0"), 0),
        (option(1, b"u-1234567890"), 1_234_567_890),
        (option(1, b"u-12345678901"), -1),
        (option(1, b"u-"), -1),
        (option(1, b"u-1x"), -1),
        (option(1, b"U-12"), -1),
        (option(2, b"u-12"), -1),
        (option(2, bytes(5)) * 3 + option(1, b"u-12"), 12),
        (option(2, bytes(5)) * 4 + option(1, b"u-12"), -1),
        (option(0, b"") + option(1, b"u-12"), -1),
        (struct.pack("<HH", 1, 400) + b"u-12", -1),
        (b"", -1),
    ],
)
def test_the_app_that_a_comment_names(options, app):
    assert pcapng(packet(tail=options))[0]["app"].tolist() == [app]
    assert pcapng(packet(b"abcde", tail=options))[0]["app"].tolist() == [app], "content is padded before its options"
