"""Call sites of invoke-custom: their prototype, and the methods that their arguments hold.

Source: dex format, sections method_handle_item, call_site_id_item, call_site_item and encoded_value.
"""

import struct
from dataclasses import dataclass
from typing import cast

from affidavit.dalvik.handles import SECTIONS
from affidavit.dalvik.unit import Unit

_PROTO, _HANDLE = 0x15, 0x16
_NULL, _BOOLEAN, _ARRAY, _ANNOTATION = 0x1E, 0x1F, 0x1C, 0x1D
_FIRST_METHOD_FORM = 4
_MOST = 64
_LINKER = 3
"""Bootstrap method, name and method type come before the arguments of a call site."""


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call site: prototype (-1 unreadable), and the method references in its further arguments."""

    proto: int
    methods: tuple[int, ...]


def size_of(unit: Unit, section: str) -> int:
    """How many items a section has (``method_handles``, ``call_site_ids``)."""
    return _section(unit, section)[0]


def call_sites(unit: Unit) -> list[CallSite]:
    """All call sites of a dex file."""
    count, offset = _section(unit, "call_site_ids")
    room = max(0, (len(unit.data[0]) - offset) // 4) if unit.data else 0
    found = []
    for row in range(min(count, room)):
        (at,) = struct.unpack_from("<I", unit.data[0], offset + 4 * row)
        values = _values(unit, at)
        proto = next((value for form, value in values[2:_LINKER] if form == _PROTO), -1)
        handles = [_method(unit, value) for form, value in values[_LINKER:] if form == _HANDLE]
        readable = proto if proto < len(unit.proto_return) else -1
        found.append(CallSite(readable, tuple(item for item in handles if item >= 0)))
    return found


def _section(unit: Unit, name: str) -> tuple[int, int]:
    """Count and offset of a section, which the reader has checked."""
    return cast("dict[str, tuple[int, int]]", unit.cache.get(SECTIONS, {})).get(name, (0, 0))


def _method(unit: Unit, handle: int) -> int:
    """The method reference of a method handle, -1 for a field or an unreadable one."""
    count, offset = _section(unit, "method_handles")
    if handle >= count or offset + 8 * handle + 8 > len(unit.data[0]):
        return -1
    form, _, member, _ = struct.unpack_from("<4H", unit.data[0], offset + 8 * handle)
    return member if form >= _FIRST_METHOD_FORM and member < len(unit.method_name) else -1


def _values(unit: Unit, at: int) -> list[tuple[int, int]]:
    """Type and value of the first values of an encoded_array_item; fewer when one cannot be read."""
    data = unit.data[0]
    found: list[tuple[int, int]] = []
    count = data[at] if at < len(data) else 0
    at += 1
    for _ in range(min(count, _MOST)):
        if at >= len(data):
            break
        form, size = data[at] & 0x1F, (data[at] >> 5) + 1
        size = 0 if form in {_NULL, _BOOLEAN} else size
        if form in {_ARRAY, _ANNOTATION} or at + 1 + size > len(data):
            break
        found.append((form, int.from_bytes(data[at + 1 : at + 1 + size], "little")))
        at += 1 + size
    return found
