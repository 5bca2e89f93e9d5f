"""Method handles and call sites: what invoke-custom and const-method-handle lead to.

Source: dex format, sections method_handle_item, call_site_id_item, call_site_item and encoded_value.
"""

import struct
from typing import cast

from affidavit.dalvik.unit import Unit

SECTIONS = "sections"
"""Key in ``unit.cache`` of the sections that the map names: name -> (count, offset)."""

_FORMS = (
    "static-put", "static-get", "instance-put", "instance-get",
    "invoke-static", "invoke-instance", "invoke-constructor", "invoke-direct", "invoke-interface",
)  # fmt: skip
_FIRST_METHOD_FORM = 4
_VALUES = 16
_PROTO, _HANDLE, _STRING = 0x15, 0x16, 0x17
_NULL, _BOOLEAN, _ARRAY, _ANNOTATION = 0x1E, 0x1F, 0x1C, 0x1D


def method_handle(unit: Unit, index: int) -> str:
    """A method handle in words: ``invoke-static Lx;->boot(I)V``; ``method_handle@7`` when it cannot be read."""
    count, offset = _section(unit, "method_handles")
    if not 0 <= index < count:
        return f"method_handle@{index}"
    form, _, member, _ = struct.unpack_from("<4H", unit.data[0], offset + 8 * index)
    if form >= len(_FORMS):
        return f"method_handle@{index}"
    if form >= _FIRST_METHOD_FORM:
        return f"{_FORMS[form]} {method_text(unit, member)}"
    return f"{_FORMS[form]} {field_text(unit, member)}"


def call_site(unit: Unit, index: int) -> str:
    """A call site in words: its number and its linker arguments (bootstrap, name, method type, more)."""
    count, offset = _section(unit, "call_site_ids")
    values: list[str] = []
    if 0 <= index < count:
        (at,) = struct.unpack_from("<I", unit.data[0], offset + 4 * index)
        values = _values(unit, at)
    return f"call_site@{index}({', '.join(values)})"


def method_text(unit: Unit, index: int) -> str:
    """``Lx;->name(I)V``, or ``method@7`` for an index out of range."""
    if not 0 <= index < len(unit.method_name):
        return f"method@{index}"
    owner, name, proto = unit.method_parts(index)
    return f"{owner}->{name}{proto}"


def field_text(unit: Unit, index: int) -> str:
    """``Lx;->name:I``, or ``field@7`` for an index out of range."""
    if not 0 <= index < len(unit.field_name):
        return f"field@{index}"
    owner, name, kind = unit.field_parts(index)
    return f"{owner}->{name}:{kind}"


def _section(unit: Unit, name: str) -> tuple[int, int]:
    """Count and offset of a section, which the reader has checked."""
    sections = cast("dict[str, tuple[int, int]]", unit.cache.get(SECTIONS, {}))
    return sections.get(name, (0, 0))


def _values(unit: Unit, at: int) -> list[str]:
    """The first values of an encoded_array_item; fewer when one cannot be read."""
    data, found = unit.data[0], []
    count = data[at] if at < len(data) else 0
    at += 1
    for _ in range(min(count, _VALUES)):
        if at >= len(data):
            break
        form, size = data[at] & 0x1F, (data[at] >> 5) + 1
        size = 0 if form in {_NULL, _BOOLEAN} else size
        if form in {_ARRAY, _ANNOTATION} or at + 1 + size > len(data):
            break
        found.append(_value(unit, form, int.from_bytes(data[at + 1 : at + 1 + size], "little")))
        at += 1 + size
    return found


def _value(unit: Unit, form: int, value: int) -> str:
    """One encoded_value in words; kinds that call sites seldom hold are shown as their number."""
    if form == _HANDLE:
        return method_handle(unit, value)
    if form == _STRING:
        return f'"{unit.strings[value]}"'
    if form == _PROTO and value < len(unit.proto_return):
        return unit.proto(value)
    return f"value 0x{form:02x}:0x{value:x}"
