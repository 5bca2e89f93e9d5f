"""The dex header and the map: which sections there are, where, and whether the frame holds.

Source: dex format, sections header_item, map_list, and "container format" for version 041, where several logical dex
files share one physical file and all offsets count from its start.
"""

import struct
from dataclasses import dataclass

import deflate

from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

_NAMES = (
    *(
        "file_size",
        "header_size",
        "endian_tag",
        "link_size",
        "link_off",
        "map_off",
        "string_ids_size",
        "string_ids_off",
    ),
    *("type_ids_size", "type_ids_off", "proto_ids_size", "proto_ids_off", "field_ids_size", "field_ids_off"),
    *("method_ids_size", "method_ids_off", "class_defs_size", "class_defs_off", "data_size", "data_off"),
)
_SIZE, _SIZE_041 = 0x70, 0x78
_ENDIAN, _REVERSED = 0x12345678, 0x78563412
_VERSIONS = frozenset({"035", "036", "037", "038", "039", "040", "041"})
_MAP_SECTIONS = {0x0007: "call_site_ids", 0x0008: "method_handles"}
_MAP_ITEMS = 64
_LOGICAL_FILES = 256
_LARGEST = 1 << 31
_OTHER_FORMS = {
    b"cdex": ("compact-dex", "a compact dex, which Android itself makes on the device, is not read; no code was read"),
    b"dey\n": ("optimised-dex", "an optimised dex (odex of Dalvik) is not read; no code was read"),
}


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one logical dex file.

    Attributes:
        version: the three digits of the magic.
        values: header fields by the names that the format gives them.
        sections: sections that only the map names: (count, offset).
        limitations: what is wrong with the frame.
    """

    version: str
    values: dict[str, int]
    sections: dict[str, tuple[int, int]]
    limitations: tuple[Limitation, ...]

    def sizes(self, name: str) -> tuple[int, int]:
        """Count of items and offset of a section; (0, 0) when there is none."""
        if name in self.sections:
            return self.sections[name]
        return self.values.get(f"{name}_size", 0), self.values.get(f"{name}_off", 0)


def logical_headers(entry: str, data: memoryview) -> list[Header]:
    """Headers of the logical dex files of one entry; one without sections when it cannot be read as dex at all."""
    reason = _unreadable(data)
    if reason:
        kind, detail = reason
        return [Header(_version(data), {}, {}, (Limitation(f"code/{kind}", detail, Place(entry, 0)),))]
    headers: list[Header] = []
    base = 0
    while len(headers) < _LOGICAL_FILES:
        header = _header(entry, data, base)
        headers.append(header)
        base += header.values["file_size"]
        if header.version != "041" or not header.values["file_size"] or _unreadable(data[base:]):
            break
    return headers


def _version(data: memoryview) -> str:
    """The version as printable text."""
    return bytes(data[4:7]).decode("ascii", "backslashreplace") if len(data) >= 8 else ""


def _unreadable(data: memoryview) -> tuple[str, str] | None:
    """Why these bytes cannot be read as dex at all, as kind and detail."""
    magic, size = bytes(data[:4]), len(data)
    if magic in _OTHER_FORMS:
        return _OTHER_FORMS[magic]
    if magic != b"dex\n":
        return "not-dex", f"expected the magic of a dex file, found {magic.hex() or 'nothing'}; no code was read"
    if not _SIZE <= size < _LARGEST:
        return "bad-dex-size", f"dex files of {_SIZE} bytes to 2 GiB are read, found {size} bytes; no code was read"
    if struct.unpack_from("<I", data, 0x28)[0] == _REVERSED:
        return "big-endian", "a big-endian dex, which no released Android runs, is not read"
    return None


def _header(entry: str, data: memoryview, base: int) -> Header:
    """The header at `base`."""
    version = _version(data[base:])
    values = dict(zip(_NAMES, struct.unpack_from("<20I", data, base + 0x20), strict=True))
    found: list[tuple[str, str]] = []
    if version not in _VERSIONS:
        found.append(("unknown-version", f"dex version {version!r} is not known; read as 039"))
    if values["endian_tag"] != _ENDIAN:
        found.append(
            ("bad-endian-tag", f"endian tag 0x{values['endian_tag']:08x} is neither order; read as little-endian")
        )
    expected = _SIZE_041 if version == "041" else _SIZE
    if values["header_size"] != expected:
        found.append(("bad-header-size", f"header size 0x{values['header_size']:x} where 0x{expected:x} was expected"))
    if values["link_size"]:
        found.append(("link-section", f"a link section of {values['link_size']} bytes is not examined"))
    found += _extent(data, base, version, values)
    sections = _sections(data, values["map_off"])
    if sections is None:
        found.append(("bad-map", "the map lies outside of the file; call sites and method handles are not known"))
    limitations = tuple(Limitation(f"code/{kind}", detail, Place(entry, base)) for kind, detail in found)
    return Header(version, values, sections or {}, limitations)


def _extent(data: memoryview, base: int, version: str, values: dict[str, int]) -> list[tuple[str, str]]:
    """Whether size and checksum hold."""
    found: list[tuple[str, str]] = []
    size, there = values["file_size"], len(data) - base
    if size > there:
        found.append(("bad-file-size", f"the header says {size} bytes, the entry has {there}"))
    elif size < there and version != "041":
        found.append(("trailing-bytes", f"{there - size} bytes after the dex file's own end are not examined as code"))
    stated = struct.unpack_from("<I", data, base + 8)[0]
    actual = deflate.adler32(data[base + 12 : base + size])
    if stated != actual:
        found.append(("bad-checksum", f"the header's checksum is {stated:08x}, that of the bytes {actual:08x}"))
    return found


def _sections(data: memoryview, offset: int) -> dict[str, tuple[int, int]] | None:
    """Sections that only the map names: (count, offset), the count cut to what fits; None for a bad map."""
    if not offset:
        return {}
    if offset + 4 > len(data):
        return None
    (count,) = struct.unpack_from("<I", data, offset)
    found = {}
    for row in range(min(count, _MAP_ITEMS, (len(data) - offset - 4) // 12)):
        kind, _, size, where = struct.unpack_from("<HHII", data, offset + 4 + 12 * row)
        if kind in _MAP_SECTIONS:
            width = 4 if kind == 0x0007 else 8
            found[_MAP_SECTIONS[kind]] = (min(size, max(0, len(data) - where) // width), where)
    return found
