"""Containers: their entries as things to be moved and lied about, and the fields of their records in place."""

import struct
import zlib
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.builders.zip import Item, build_zip
from tests.mutation.fields import EDGES, Field, odd_number, one_of, poke

# Layouts: PKWARE APPNOTE, sections 4.3.7 (local header), 4.3.12 (central header), 4.3.16 (end record).
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_CENTRAL_WIDTHS = (4, 2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4)
_LOCAL_WIDTHS = (4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2)
_END_WIDTHS = (4, 2, 2, 2, 2, 4, 4, 2)
_MOST = 20_000
_LARGEST = 64 << 20
MAGIC = b"APK Sig Block 42"
_NAMES = (
    b"", b"/", b"../../etc/passwd", b"/etc/passwd", b"C:\\x", b"a\0b", b"AndroidManifest.xml", b"classes.dex",
    b"androidmanifest.xml", b"classes2.dex", b"resources.arsc", b"META-INF/MANIFEST.MF", b"META-INF/CERT.SF",
    b"lib/arm64-v8a/libx.so", b"\xff\xfe\xfd", "\u202efdp.exe".encode(), b"a" * 60_000, b"base.apk", b"x.class",
    b"Payload/x.app/Info.plist", b"BundleConfig.pb", b"classes.jar", b"\r\n\x1b[2J",
)  # fmt: skip
_EXTRAS = (
    b"\x01\x00\x18\x00" + b"\xff" * 24,
    b"\x01\x00\x08\x00" + bytes(8),
    b"\x01\x00\xff\xff",
    b"\x35\xd9\x02\x00\x04\x00",
    b"\x75\x70\x05\x00\x01abcd",
    b"\xfe\xca\x00\x00",
    bytes(3),
    b"\xff" * 4_000,
)


@dataclass
class Zipped:
    """A container taken apart: entries with their stored bytes, the block before the directory, how it ends."""

    items: list[Item]
    block: bytes = b""
    options: dict[str, Any] = field(default_factory=dict)

    def build(self) -> bytes:
        return build_zip(self.items, before_directory=self.block, **self.options)


def end_record(app: bytes) -> int:
    """Offset of the last end record; -1 without one."""
    found = app.rfind(b"PK\x05\x06")
    return found if found + _END.size <= len(app) else -1


def directory_start(app: bytes) -> int:
    """Where the end record says that the directory starts; -1 when it is not there."""
    record = end_record(app)
    start = _END.unpack_from(app, record)[6] if record >= 0 else -1
    return start if 0 <= start < len(app) and app[start : start + 4] == b"PK\x01\x02" else -1


def central_records(app: bytes) -> list[int]:
    """Offsets of the central records."""
    at, found = directory_start(app), []
    while 0 <= at <= len(app) - _CENTRAL.size and app[at : at + 4] == b"PK\x01\x02" and len(found) < _MOST:
        found.append(at)
        name, extra, comment = _CENTRAL.unpack_from(app, at)[10:13]
        at += _CENTRAL.size + name + extra + comment
    return found


def take_apart(app: bytes) -> Zipped | None:
    """The container as parts; None when it is none, or its entries do not lie where they should."""
    items = [item for at in central_records(app) if (item := _item(app, at)) is not None]
    if not items:
        return None
    start, block = directory_start(app), b""
    if app[start - 16 : start] == MAGIC:
        size = int.from_bytes(app[start - 24 : start - 16], "little") + 8
        block = app[max(start - size, 0) : start]
    return Zipped(items, block, {"comment": app[end_record(app) + _END.size :][:0xFFFF]})


def _item(app: bytes, at: int) -> Item | None:
    fields = _CENTRAL.unpack_from(app, at)
    method, crc, packed, size, length, header = fields[4], *fields[7:11], fields[16]
    if header + 30 > len(app) or app[header : header + 4] != b"PK\x03\x04":
        return None
    name, extra = struct.unpack_from("<2H", app, header + 26)
    data = header + 30 + name + extra
    truth = {"crc": crc, "size": size, "flags": fields[3] & ~8}
    kept = app[header + 30 + name : data]
    raw = app[at + _CENTRAL.size :][:length]
    return Item(raw, b"", method, app[data : data + packed], central=truth, local=truth, local_extra=kept)


def content(item: Item) -> bytes:
    """The inflated bytes of an entry; empty when they cannot be had."""
    stream = item.payload()
    if item.method != 8:
        return stream
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(stream, _LARGEST)
    except zlib.error:
        return b""


def with_content(item: Item, data: bytes) -> Item:
    """The entry with other bytes, its sizes and checksum true; deflated fast, which is all that matters here."""
    machine = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    stream = machine.compress(data) + machine.flush() if item.method == 8 else data
    truth = {"crc": zlib.crc32(data), "size": len(data)}
    return replace(item, stream=stream, central=truth, local=truth)


def pick(draw: Random, app: bytes) -> Field | None:
    """A field of the end record, of a central record or of a local header."""
    record, records = end_record(app), central_records(app)
    kind = draw.randrange(3)
    if record >= 0 and (kind == 0 or not records):
        return one_of(draw, record, _END_WIDTHS)
    if not records:
        return None
    at = draw.choice(records)
    return (
        one_of(draw, at, _CENTRAL_WIDTHS)
        if kind == 1
        else one_of(draw, _CENTRAL.unpack_from(app, at)[16], _LOCAL_WIDTHS)
    )


def fields(draw: Random, app: bytes) -> bytes:
    """Fields of the records overwritten in place."""
    return poke(draw, app, pick)


def structure(draw: Random, app: bytes) -> bytes:
    """Entries renamed, repeated, dropped, moved, overlapping, mismatched; ends that lie; a prefix, a comment."""
    zipped = take_apart(app)
    if zipped is None:
        return fields(draw, app)
    for _ in range(draw.choice((1, 1, 2, 4))):
        if zipped.items:
            draw.choice(_WAYS)(draw, zipped)
    return zipped.build()


def _any(draw: Random, zipped: Zipped) -> int:
    return draw.randrange(len(zipped.items))


def _rename(draw: Random, zipped: Zipped) -> None:
    at = _any(draw, zipped)
    zipped.items[at] = replace(zipped.items[at], name=draw.choice((*_NAMES, zipped.items[_any(draw, zipped)].raw)))


def _reorder(draw: Random, zipped: Zipped) -> None:
    draw.shuffle(zipped.items)


def _repeat(draw: Random, zipped: Zipped) -> None:
    at = _any(draw, zipped)
    zipped.items[at:at] = [zipped.items[at]] * draw.choice((1, 2, 300))


def _drop(draw: Random, zipped: Zipped) -> None:
    del zipped.items[_any(draw, zipped)]


def _swap(draw: Random, zipped: Zipped) -> None:
    one, two = _any(draw, zipped), _any(draw, zipped)
    names = zipped.items[one].name, zipped.items[two].name
    zipped.items[one] = replace(zipped.items[one], name=names[1])
    zipped.items[two] = replace(zipped.items[two], name=names[0])


def _lie(draw: Random, zipped: Zipped) -> None:
    """One header says something else than the other, or both do."""
    at = _any(draw, zipped)
    item = zipped.items[at]
    key = draw.choice(("flags", "method", "crc", "compressed", "size", "needed", "time"))
    wide = key in ("crc", "compressed", "size")
    value = odd_number(draw, item.truth()[key], len(item.payload()), 4 if wide else 2)
    changed = {key: draw.choice((value, value, 0, 8)) & (0xFFFFFFFF if wide else 0xFFFF)}
    central = {**item.central, **(changed if draw.random() < 0.7 else {})}
    local = {**item.local, **(changed if draw.random() < 0.7 else {})}
    zipped.items[at] = replace(item, central=central, local=local)


def _method(draw: Random, zipped: Zipped) -> None:
    at = _any(draw, zipped)
    zipped.items[at] = replace(zipped.items[at], method=draw.choice((0, 8, 12, 14, 93, 0x1234, 0xFFFF)))


def _point(draw: Random, zipped: Zipped) -> None:
    """A central record that points elsewhere: past the end, into the directory, at another entry."""
    at = _any(draw, zipped)
    size = sum(len(item.payload()) + 30 + len(item.raw) for item in zipped.items)
    where = draw.choice((0, draw.randrange(size + 1), size, size + 10, 0xFFFFFFFE))
    zipped.items[at] = replace(zipped.items[at], at=where)


def _decorate(draw: Random, zipped: Zipped) -> None:
    at = _any(draw, zipped)
    changed = draw.choice(
        (
            {"extra": draw.choice(_EXTRAS)},
            {"local_extra": draw.choice(_EXTRAS)},
            {"comment": draw.choice((b"PK\x05\x06" * 8, b"x" * 0xFFFF))},
            {"descriptor": True},
            {"zip64": True},
            {"hidden": True},
            {"unlisted": True},
        )
    )
    zipped.items[at] = replace(zipped.items[at], **changed)


def _end(draw: Random, zipped: Zipped) -> None:
    """The end record, or what lies around everything."""
    zipped.options |= draw.choice(
        (
            {"count": draw.choice(EDGES) & 0xFFFF},
            {"directory_size": draw.choice(EDGES)},
            {"directory_start": draw.choice(EDGES)},
            {"comment_length": draw.choice(EDGES) & 0xFFFF},
            {"comment": b"PK\x05\x06" + bytes(draw.choice((0, 18, 400)))},
            {"trailing": draw.randbytes(draw.choice((1, 22, 4_096)))},
            {"zip64": True},
            {
                "prefix": draw.choice((b"MZ", b"%PDF-1.4\n", b"dex\n035\0", bytes(4_096))),
                "counted": draw.random() < 0.5,
            },
        )
    )


_WAYS = (
    _rename,
    _reorder,
    _repeat,
    _drop,
    _swap,
    _lie,
    _lie,
    _lie,
    _method,
    _point,
    _point,
    _decorate,
    _decorate,
    _end,
)
