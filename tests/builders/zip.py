"""Zips with any lie: every field of every header can be set.

An honest zip needs names and data alone; what is set beyond that overrides what would be true. Field names follow the
layouts in APPNOTE 4.3.7 and 4.3.12.
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_CENTRAL = ("made_by", "needed", "flags", "method", "time", "date", "crc", "compressed", "size")
_FULL = 0xFFFFFFFF


def deflated(data: bytes, level: int = 6) -> bytes:
    """A raw deflate stream."""
    machine = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return machine.compress(data) + machine.flush()


@dataclass
class Item:
    """One entry to write.

    `stream` replaces the stored bytes; `central` and `local` override fields of the two headers; `at` makes the central
    record point elsewhere; `hidden` leaves the local header and data out, `unlisted` the central record.
    """

    name: bytes | str
    data: bytes = b""
    method: int = 8
    stream: bytes | None = None
    central: Mapping[str, Any] = field(default_factory=dict)
    local: Mapping[str, Any] = field(default_factory=dict)
    extra: bytes = b""
    local_extra: bytes = b""
    comment: bytes = b""
    descriptor: bool = False
    zip64: bool = False
    at: int | None = None
    hidden: bool = False
    unlisted: bool = False

    @property
    def raw(self) -> bytes:
        return self.name.encode() if isinstance(self.name, str) else self.name

    def payload(self) -> bytes:
        if self.stream is not None:
            return self.stream
        return deflated(self.data) if self.method == 8 else self.data

    def truth(self) -> dict[str, Any]:
        return {
            "made_by": 20,
            "needed": 20,
            "flags": 8 if self.descriptor else 0,
            "method": self.method,
            "time": 0,
            "date": 0x21,
            "crc": zlib.crc32(self.data),
            "compressed": len(self.payload()),
            "size": len(self.data),
            "name": self.raw,
        }


def zip_of(files: Mapping[str, bytes], method: int = 8) -> bytes:
    """An honest zip."""
    return build_zip([Item(name, data, method) for name, data in files.items()])


def build_zip(
    items: Sequence[Item],
    *,
    prefix: bytes = b"",
    counted: bool = True,
    before_directory: bytes = b"",
    comment: bytes = b"",
    comment_length: int | None = None,
    trailing: bytes = b"",
    count: int | None = None,
    directory_size: int | None = None,
    directory_start: int | None = None,
    zip64: bool = False,
) -> bytes:
    """Write a zip.

    `prefix` comes first, and stated offsets include it if `counted`; `before_directory` is where a signing block goes;
    the other arguments override fields of the end record. `zip64` writes the ZIP64 end record.
    """
    body = bytearray(prefix)
    skew = 0 if counted else len(prefix)
    records = bytearray()
    for item in items:
        header = len(body) - skew
        if not item.hidden:
            body += _local(item)
        if not item.unlisted:
            records += _central(item, header if item.at is None else item.at)
    body += before_directory
    start = len(body) - skew if directory_start is None else directory_start
    listed = sum(not item.unlisted for item in items)
    numbers = (
        listed if count is None else count,
        len(records) if directory_size is None else directory_size,
        start,
    )
    body += records
    if zip64:
        body += _end64(len(body), *numbers)
        numbers = (0xFFFF, _FULL, _FULL)
    length = len(comment) if comment_length is None else comment_length
    body += struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, numbers[0], *numbers, length)
    return bytes(body + comment + trailing)


def _local(item: Item) -> bytes:
    fields = item.truth()
    if item.descriptor:
        fields |= {"crc": 0, "compressed": 0, "size": 0}
    fields |= item.local
    header = struct.pack(
        "<4s5H3I2H",
        b"PK\x03\x04",
        *(fields[key] for key in _CENTRAL[1:]),
        len(fields["name"]),
        len(item.local_extra),
    )
    payload = item.payload()
    tail = b""
    if item.descriptor:
        tail = struct.pack("<4s3I", b"PK\x07\x08", zlib.crc32(item.data), len(payload), len(item.data))
    return header + fields["name"] + item.local_extra + payload + tail


def _central(item: Item, header: int) -> bytes:
    fields = item.truth() | item.central
    extra = item.extra
    lengths = {"name_length": len(fields["name"]), "extra_length": len(extra), "comment_length": len(item.comment)}
    if item.zip64:
        extra += struct.pack("<2H3Q", 1, 24, fields["size"], fields["compressed"], header)
        fields |= {"size": _FULL, "compressed": _FULL}
        lengths["extra_length"], header = len(extra), _FULL
    fields = lengths | fields
    record = struct.pack(
        "<4s6H3I5H2I",
        fields.get("signature", b"PK\x01\x02"),
        *(fields[key] for key in _CENTRAL),
        fields["name_length"],
        fields["extra_length"],
        fields["comment_length"],
        0,
        0,
        fields.get("external", 0),
        fields.get("header", header),
    )
    return record + fields["name"] + extra + item.comment


def _end64(at: int, count: int, size: int, start: int) -> bytes:
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    return record + struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
