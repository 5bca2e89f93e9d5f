"""Dumps of routing tables (MRT, TABLE_DUMP_V2), made of prefixes and paths."""

import struct
from collections.abc import Iterable, Sequence
from ipaddress import ip_network

Path = Sequence[int | frozenset[int]]


def dump(rows: Iterable[tuple[str, Sequence[Path]]], *, stamp: int = 1_781_654_400, added: bool = False) -> bytes:
    """A table: a list of peers, then a record for each prefix."""
    made = record(1, struct.pack(">IHH", 1, 0, 0), stamp)
    for number, (prefix, paths) in enumerate(rows):
        network = ip_network(prefix)
        size = (network.prefixlen + 7) // 8
        body = struct.pack(">IB", number, network.prefixlen) + network.network_address.packed[:size]
        body += struct.pack(">H", len(paths)) + b"".join(entry(path, added=added) for path in paths)
        made += record((2 if network.version == 4 else 4) + (6 if added else 0), body, stamp)
    return made


def record(kind: int, body: bytes, stamp: int = 0, type_: int = 13) -> bytes:
    """One record."""
    return struct.pack(">IHHI", stamp, type_, kind, len(body)) + body


def entry(path: Path, *, added: bool = False, wide: bool = False) -> bytes:
    """One path of a prefix: an ORIGIN, then the AS_PATH; sets are segments of their own."""
    segments = b""
    run: list[int] = []
    for item in (*path, None):
        if isinstance(item, int):
            run.append(item)
            continue
        if run:
            segments += bytes([2, len(run)]) + b"".join(number.to_bytes(4, "big") for number in run)
            run = []
        if item is not None:
            segments += bytes([1, len(item)]) + b"".join(number.to_bytes(4, "big") for number in sorted(item))
    length = struct.pack(">H", len(segments)) if wide else bytes([len(segments)])
    attributes = b"\x40\x01\x01\x00" + bytes([0x50 if wide else 0x40, 2]) + length + segments
    return struct.pack(">HI", 0, 0) + (bytes(4) if added else b"") + struct.pack(">H", len(attributes)) + attributes
