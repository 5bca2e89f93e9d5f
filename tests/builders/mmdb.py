"""MaxMind DB files, made of (prefix, record)."""

from collections.abc import Iterable
from ipaddress import ip_network

MARK = b"\xab\xcd\xefMaxMind.com"


def mmdb(
    rows: Iterable[tuple[str, object]], *, version: int = 6, size: int = 24, kind: str = "made", epoch: int = 0
) -> bytes:
    """A file; prefixes of version 4 lie below 96 zeros of a tree of version 6. None is a prefix without data."""
    nodes: list[list[object]] = [[None, None]]
    data = bytearray()
    places: dict[str, int] = {}
    for prefix, record in rows:
        network = ip_network(prefix)
        zeros = 96 if version == 6 and network.version == 4 else 0
        width = 32 if network.version == 4 else 128
        bits = [0] * zeros + [int(network.network_address) >> (width - 1 - at) & 1 for at in range(network.prefixlen)]
        at = 0
        for bit in bits[:-1]:
            if not isinstance(nodes[at][bit], int):
                nodes[at][bit] = len(nodes)
                nodes.append([None, None])
            at = nodes[at][bit]
        if repr(record) not in places:
            places[repr(record)] = len(data)
            data += value(record)
        nodes[at][bits[-1]] = (places[repr(record)],)
    count = len(nodes)

    def number(side: object) -> int:
        return count if side is None else side if isinstance(side, int) else count + 16 + side[0]

    tree = b"".join(_pair(number(left), number(right), size) for left, right in nodes)
    metadata = {
        "node_count": count,
        "record_size": (5, size),
        "ip_version": (5, version),
        "build_epoch": (9, epoch),
        "binary_format_major_version": (5, 2),
        "binary_format_minor_version": (5, 0),
        "database_type": kind,
        "languages": [],
        "description": {"en": "made"},
    }
    return tree + bytes(16) + bytes(data) + MARK + value(metadata)


def value(item: object) -> bytes:
    """One value as the format writes it; of a number the kind may be said with it."""
    if isinstance(item, tuple):
        raw = item[1].to_bytes((item[1].bit_length() + 7) // 8, "big")
        return _control(item[0], len(raw)) + raw
    if isinstance(item, str):
        return _control(2, len(raw := item.encode())) + raw
    if isinstance(item, bool):
        return _control(14, int(item))
    if isinstance(item, int):
        raw = item.to_bytes((item.bit_length() + 7) // 8, "big")
        return _control(6 if len(raw) <= 4 else 9, len(raw)) + raw
    if isinstance(item, dict):
        return _control(7, len(item)) + b"".join(value(key) + value(held) for key, held in item.items())
    return _control(11, len(item)) + b"".join(map(value, item))


def _control(kind: int, size: int) -> bytes:
    low, extra = (size, b"") if size < 29 else (29, bytes([size - 29]))
    return (bytes([kind << 5 | low]) if kind < 8 else bytes([low, kind - 7])) + extra


def _pair(left: int, right: int, size: int) -> bytes:
    if size == 28:
        middle = bytes([(left >> 24) << 4 | right >> 24])
        return (left & 0xFFFFFF).to_bytes(3, "big") + middle + (right & 0xFFFFFF).to_bytes(3, "big")
    return left.to_bytes(size // 8, "big") + right.to_bytes(size // 8, "big")
