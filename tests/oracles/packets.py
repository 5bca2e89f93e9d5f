"""Packet captures read the slow and obvious way: one packet after the other, with slices and dictionaries."""

import struct
from dataclasses import dataclass, field
from fractions import Fraction
from ipaddress import ip_address


@dataclass
class Frame:
    at: int
    time: int
    link: int
    raw: bytes
    whole: int


@dataclass
class Flow:
    at: int
    frame: int
    ends: tuple[tuple[str, int], tuple[str, int]]
    transport: str
    begun: int
    ended: int
    client: int
    sure: bool = False
    bytes: list[int] = field(default_factory=lambda: [0, 0])
    packets: list[int] = field(default_factory=lambda: [0, 0])
    opened: list[int | None] = field(default_factory=lambda: [None, None])
    closed: bool = False


def frames(data: bytes) -> list[Frame]:
    """All frames up to the first thing that is wrong."""
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        return _pcapng(data)
    order, per_second, head = {
        b"\xd4\xc3\xb2\xa1": ("<", 1_000_000, 16),
        b"\xa1\xb2\xc3\xd4": (">", 1_000_000, 16),
        b"\x4d\x3c\xb2\xa1": ("<", 1_000_000_000, 16),
        b"\xa1\xb2\x3c\x4d": (">", 1_000_000_000, 16),
        b"\x34\xcd\xb2\xa1": ("<", 1_000_000, 24),
        b"\xa1\xb2\xcd\x34": (">", 1_000_000, 24),
    }[data[:4]]
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    at, found = 24, []
    while at + head <= len(data):
        seconds, part, kept, whole = struct.unpack_from(order + "IIII", data, at)
        if kept > 1 << 24 or at + head + kept > len(data):
            break
        time = seconds * 1_000_000 + part * 1_000_000 // per_second
        found.append(Frame(at, time, link, data[at + head : at + head + kept], whole))
        at += head + kept
    return found


def _pcapng(data: bytes) -> list[Frame]:
    at, order, faces, found = 0, "<", [], []
    while at + 12 <= len(data):
        if data[at : at + 4] == b"\x0a\x0d\x0d\x0a":
            order = ">" if data[at + 8 : at + 12] == b"\x1a\x2b\x3c\x4d" else "<"
            faces = []
            if data[at + 8 : at + 12] not in {b"\x1a\x2b\x3c\x4d", b"\x4d\x3c\x2b\x1a"}:
                break
        kind, size = struct.unpack_from(order + "II", data, at)
        if size < 12 or size % 4 or size > 1 << 24 or at + size > len(data):
            break
        if struct.unpack_from(order + "I", data, at + size - 4)[0] != size:
            break
        body = data[at + 8 : at + size - 4]
        if kind == 1 and len(body) >= 8:
            faces.append(_interface(body, order))
        elif kind in {2, 3, 6}:
            frame = _packet(kind, body, order, faces, at)
            if frame is not None:
                found.append(frame)
        at += size
    return found


def _interface(body: bytes, order: str) -> tuple[int, int, Fraction, int]:
    link, snap = struct.unpack_from(order + "HxxI", body)
    second, offset, at = Fraction(1, 1_000_000), 0, 8
    while at + 4 <= len(body):
        code, size = struct.unpack_from(order + "HH", body, at)
        value = body[at + 4 : at + 4 + size]
        if not code:
            break
        if code == 9:
            second = Fraction(1, 2 ** (value[0] & 127) if value[0] & 128 else 10 ** value[0])
        if code == 14:
            (offset,) = struct.unpack(order + "q", value)
        at += 4 + (size + 3) // 4 * 4
    return link, snap, second, offset


def _packet(kind: int, body: bytes, order: str, faces: list, at: int) -> Frame | None:
    which, time = 0, -1
    if kind == 3:
        if len(body) < 4 or not faces:
            return None
        (whole,) = struct.unpack_from(order + "I", body)
        raw = body[4 : 4 + whole]
        if faces[0][1]:
            raw = raw[: faces[0][1]]
        return Frame(at, -1, faces[0][0], raw, whole)
    if len(body) < 20:
        return None
    which, high, low, kept, whole = struct.unpack_from(order + "IIIII", body)
    if kind == 2:
        (which,) = struct.unpack_from(order + "H", body)
    if which >= len(faces) or kept > len(body) - 20:
        return None
    link, _, second, offset = faces[which]
    moment = int(((high << 32) + low) * second * 1_000_000) + offset * 1_000_000
    time = moment if 0 <= moment < 1 << 62 else -1
    return Frame(at, time, link, body[20 : 20 + kept], whole)


def carried(frame: Frame) -> tuple | None:
    """(protocol, source, port, target, port, flags, sequence, bytes carried on the wire); None for anything else."""
    raw, kind = frame.raw, None
    if frame.link == 1:
        kind, raw = raw[12:14], raw[14:]
        while kind in {b"\x81\x00", b"\x88\xa8"}:
            kind, raw = raw[2:4], raw[4:]
        if kind == b"\x88\x64":
            kind, raw = {b"\x00\x21": b"\x08\x00", b"\x00\x57": b"\x86\xdd"}.get(raw[6:8]), raw[8:]
        if kind not in {b"\x08\x00", b"\x86\xdd"}:
            return None
    elif frame.link in {113, 276}:
        kind, raw = (raw[14:16], raw[16:]) if frame.link == 113 else (raw[:2], raw[20:])
        if kind not in {b"\x08\x00", b"\x86\xdd"}:
            return None
    elif frame.link in {0, 108}:
        raw = raw[4:]
    elif frame.link != 101:
        return None
    if not raw:
        return None
    missing = frame.whole - len(frame.raw)
    return _ip(raw, max(missing, 0))


def _ip(  # noqa: PLR0911 - one way out for each thing that may be wrong
    raw: bytes, missing: int
) -> tuple | None:
    if raw[0] >> 4 == 4 and len(raw) >= 20:
        head, whole = (raw[0] & 15) * 4, int.from_bytes(raw[2:4], "big")
        whole = whole or len(raw) + missing
        if head < 20 or whole < head or int.from_bytes(raw[6:8], "big") & 0x1FFF or len(raw) < head:
            return None
        source, target, protocol = raw[12:16], raw[16:20], raw[9]
    elif raw[0] >> 4 == 6 and len(raw) >= 40:
        head, whole = 40, int.from_bytes(raw[4:6], "big") + 40
        source, target, protocol = raw[8:24], raw[24:40], raw[6]
        while protocol in {0, 43, 60}:
            protocol, head = raw[head], head + 8 + raw[head + 1] * 8
    else:
        return None
    inner, absent = raw[head:whole], max(whole - len(raw), 0)
    ends = str(ip_address(source)), str(ip_address(target))
    if protocol in {4, 41}:
        return _ip(inner, absent)
    if protocol == 17 and len(inner) >= 8:
        size = int.from_bytes(inner[4:6], "big")
        if 0 < size < 8:
            return None
        carried_bytes = size - 8 if 0 < size < len(inner) else len(inner) - 8 + absent
        return 17, ends[0], _port(inner, 0), ends[1], _port(inner, 2), 0, 0, carried_bytes
    if protocol == 6 and len(inner) >= 20:
        offset = (inner[12] >> 4) * 4
        if offset < 20 or offset > len(inner):
            return None
        sequence = int.from_bytes(inner[4:8], "big")
        carried_bytes = len(inner) - offset + absent
        return 6, ends[0], _port(inner, 0), ends[1], _port(inner, 2), inner[13], sequence, carried_bytes
    return None


def _port(raw: bytes, at: int) -> int:
    return int.from_bytes(raw[at : at + 2], "big")


def flows(data: bytes) -> list[Flow]:
    """Connections in the order in which they begin."""
    found, known = [], {}
    for number, frame in enumerate(frames(data)):
        packet = carried(frame)
        if packet is None:
            continue
        protocol, source, port, target, other, flags, sequence, size = packet
        one, two = (source, port), (target, other)
        flow = known.get((protocol, one, two)) or known.get((protocol, two, one))
        side = 0 if flow is not None and flow.ends == (one, two) else 1
        first = flags & 0x12 == 2 and protocol == 6
        if flow is not None and first:
            other_begin = flow.opened[side] is not None and flow.opened[side] != sequence
            if flow.closed or other_begin:
                del known[(protocol, *flow.ends)]
                flow = None
        if flow is None:
            side = 0
            client = int(port < 1024 <= other)
            if protocol == 6 and flags & 2:
                client = int(bool(flags & 16))
            transport = "tcp" if protocol == 6 else "udp"
            flow = Flow(frame.at, number, (one, two), transport, frame.time, frame.time, client)
            known[(protocol, one, two)] = flow
            found.append(flow)
        flow.ended = max(flow.ended, frame.time)
        flow.bytes[side] += size
        flow.packets[side] += 1
        if protocol == 6 and flags & 2 and flow.opened[side] is None:
            flow.opened[side] = sequence
        if protocol == 6 and flags & 5:
            flow.closed = True
    return found
