"""What a frame carries, read the slow and obvious way: every step takes bytes from the front or says why it cannot."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

LINK, NOT_IP, BROKEN, CUT, FRAGMENT, ICMP, OTHER, SEALED, CARRIED = range(9)
TAGS = {0x8100, 0x88A8, 0x9100, 0x9200}
LLC_SNAP = b"\xaa\xaa\x03\x00\x00\x00"


@dataclass(frozen=True)
class Carried:
    """A segment or datagram: `content` is what was captured of it, `whole` how long it was on the wire."""

    protocol: int
    source: str
    source_port: int
    target: str
    target_port: int
    flags: int
    sequence: int
    content: bytes
    whole: int


class EndError(Exception):
    """The reading of a frame ends here: the argument says what became of it."""


def number(raw: bytes) -> int:
    return int.from_bytes(raw, "big")


def need(raw: bytes, size: int, became: int = CUT) -> None:
    if len(raw) < size:
        raise EndError(became)


def became(raw: bytes, link: int, whole: int) -> tuple[int, Carried | None]:
    """What became of a frame, and what it carries if it does."""
    try:
        version, rest = at_ip(raw, link)
        return CARRIED, carried(version, rest, max(whole - len(raw), 0))
    except EndError as end:
        return end.args[0], None


def at_ip(raw: bytes, link: int) -> tuple[int, bytes]:
    """The version of IP that a frame has, and the packet."""
    if link not in LINKS:
        raise EndError(LINK)
    return LINKS[link](raw)


def ethernet(raw: bytes) -> tuple[int, bytes]:
    need(raw, 14)
    return typed(number(raw[12:14]), raw[14:])


def typed(kind: int, raw: bytes) -> tuple[int, bytes]:
    for _ in range(8):
        if kind in {0x0800, 0x86DD}:
            return (4 if kind == 0x0800 else 6), raw
        if kind in TAGS:
            need(raw, 4)
            kind, raw = number(raw[2:4]), raw[4:]
        elif kind == 0x8864:
            need(raw, 8)
            kind, raw = {0x21: 0x0800, 0x57: 0x86DD}.get(number(raw[6:8]), 0), raw[8:]
        elif kind in {0x8847, 0x8848}:
            need(raw, 5)
            if raw[2] & 1:
                kind = {4: 0x0800, 6: 0x86DD}.get(raw[4] >> 4, 0)
            raw = raw[4:]
        elif kind <= 1500 and len(raw) >= 8 and raw[:4] == LLC_SNAP[:4] and number(raw[6:8]) > 1500:
            kind, raw = number(raw[6:8]), raw[8:]
        else:
            break
    raise EndError(NOT_IP)


def bare(raw: bytes) -> tuple[int, bytes]:
    need(raw, 1)
    if raw[0] >> 4 not in {4, 6}:
        raise EndError(NOT_IP)
    return raw[0] >> 4, raw


def cooked(raw: bytes, at: int, head: int) -> tuple[int, bytes]:
    need(raw, head)
    kind = number(raw[at : at + 2])
    if kind <= 1500:
        raise EndError(NOT_IP)
    return typed(kind, raw[head:])


def null(raw: bytes) -> tuple[int, bytes]:
    need(raw, 4)
    family = number(raw[:4])
    if family > 0xFFFF:
        family = int.from_bytes(raw[:4], "little")
    if family != 2 and family not in {10, 24, 28, 30}:
        raise EndError(NOT_IP)
    return (4 if family == 2 else 6), raw[4:]


def point(raw: bytes) -> tuple[int, bytes]:
    need(raw, 5)
    raw = raw.removeprefix(b"\xff\x03")
    size = 1 if raw[0] & 1 else 2
    kind = number(raw[:size])
    if kind not in {0x21, 0x57}:
        raise EndError(NOT_IP)
    return (4 if kind == 0x21 else 6), raw[size:]


def radio(raw: bytes) -> tuple[int, bytes]:
    need(raw, 24)
    first, second = raw[0], raw[1]
    if (first >> 2) & 3 != 2 or first & 0x40:
        raise EndError(NOT_IP)
    if second & 0x40:
        raise EndError(SEALED)
    between_stations, quality = second & 3 == 3, bool(first & 0x80)
    head = 24 + 6 * between_stations + 2 * quality + 4 * (quality and bool(second & 0x80))
    need(raw, head + 8)
    if raw[head : head + 4] != LLC_SNAP[:4]:
        raise EndError(NOT_IP)
    return typed(number(raw[head + 6 : head + 8]), raw[head + 8 :])


def radiotap(raw: bytes) -> tuple[int, bytes]:
    need(raw, 4)
    size = int.from_bytes(raw[2:4], "little")
    if not 8 <= size <= len(raw):
        raise EndError(BROKEN)
    return radio(raw[size:])


LINKS: dict[int, Callable[[bytes], tuple[int, bytes]]] = {
    1: ethernet,
    **dict.fromkeys((12, 14, 101, 228, 229), bare),
    113: lambda raw: cooked(raw, 14, 16),
    276: lambda raw: cooked(raw, 0, 20),
    0: null,
    108: null,
    9: point,
    50: point,
    105: radio,
    127: radiotap,
}


def carried(version: int, raw: bytes, missing: int) -> Carried:
    """Through up to four heads of IP to what they carry. `missing`: bytes that the capture left out behind `raw`."""
    for _ in range(4):
        read = fourth if version == 4 else sixth
        protocol, ends, raw, missing = read(raw, missing)
        if protocol in {6, 17}:
            return transported(protocol, ends, raw, missing)
        if protocol in {1, 58}:
            raise EndError(ICMP)
        if protocol not in {4, 41}:
            break
        version = 4 if protocol == 4 else 6
    raise EndError(OTHER)


Inside = tuple[int, tuple[str, str], bytes, int]


def fourth(raw: bytes, missing: int) -> Inside:
    need(raw, 20)
    head, whole = (raw[0] & 15) * 4, number(raw[2:4]) or len(raw) + missing
    if raw[0] >> 4 != 4 or head < 20 or whole < head:
        raise EndError(BROKEN)
    if number(raw[6:8]) & 0x1FFF:
        raise EndError(FRAGMENT)
    need(raw, head)
    ends = str(ip_address(raw[12:16])), str(ip_address(raw[16:20]))
    return raw[9], ends, raw[head:whole], max(whole - len(raw), 0)


def sixth(raw: bytes, missing: int) -> Inside:
    need(raw, 40)
    if raw[0] >> 4 != 6:
        raise EndError(BROKEN)
    kind, whole = raw[6], number(raw[4:6]) + 40
    if whole == 40 and kind != 59:
        whole = len(raw) + missing
    ends = str(ip_address(raw[8:24])), str(ip_address(raw[24:40]))
    missing, raw = max(whole - len(raw), 0), raw[40:whole]
    for _ in range(16):
        if kind not in {0, 43, 44, 51, 60}:
            return kind, ends, raw, missing
        need(raw, 8)
        if kind == 44 and number(raw[2:4]) >> 3:
            raise EndError(FRAGMENT)
        size = {44: 8, 51: 8 + raw[1] * 4}.get(kind, 8 + raw[1] * 8)
        need(raw, size)
        kind, raw = raw[0], raw[size:]
    raise EndError(BROKEN)


def transported(protocol: int, ends: tuple[str, str], raw: bytes, missing: int) -> Carried:
    short = CUT if missing else BROKEN
    need(raw, 20 if protocol == 6 else 8, short)
    flags = sequence = 0
    if protocol == 6:
        head, sequence, flags = (raw[12] >> 4) * 4, number(raw[4:8]), raw[13]
        if head < 20:
            raise EndError(BROKEN)
    else:
        head, said = 8, number(raw[4:6])
        if 0 < said < 8:
            raise EndError(BROKEN)
        if 0 < said < len(raw):
            raw, missing, short = raw[:said], 0, BROKEN
    need(raw, head, short)
    content, ports = raw[head:], (number(raw[:2]), number(raw[2:4]))
    return Carried(protocol, ends[0], ports[0], ends[1], ports[1], flags, sequence, content, len(content) + missing)
