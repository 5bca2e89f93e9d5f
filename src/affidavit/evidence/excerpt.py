"""The bytes at a cited place, made readable: disassembly, an XML element, or a dump."""

from collections.abc import Callable

import numpy as np

from affidavit.artefact.xmltree import Document, Element
from affidavit.dalvik.disassemble import excerpt as disassembled
from affidavit.dalvik.lines import source_line
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import I32, Unit
from affidavit.facts.reading import bounded
from affidavit.model.bundle import Excerpt
from affidavit.model.place import Place

DATA_BYTES = 16
"""Bytes shown in hex for a cited place."""

DUMP_BYTES = 64
"""Bytes dumped around a place that is neither code nor XML."""

ATTRIBUTES = 24
"""Attributes of an XML element that are shown."""

LINE_LIMIT = 400
"""Characters of one line."""


class Excerpter:
    """Makes excerpts of one artefact. Each entry is read again at most once, and only if it is cited."""

    def __init__(
        self, program: Program, documents: dict[str, Document], read: Callable[[str], bytes | memoryview | None]
    ) -> None:
        self._units = {entry: unit for unit in program.units for entry in unit.entries}
        self._elements = {entry: _by_offset(document) for entry, document in documents.items()}
        self._read = read
        self._data: dict[str, bytes | memoryview | None] = {}

    def of(self, place: Place) -> Excerpt | None:
        """The excerpt of one place; None when it names a whole entry or its bytes cannot be read."""
        if place.offset < 0:
            return None
        unit = self._units.get(place.entry)
        if unit is not None and place.pc >= 0:
            return _code(unit, place)
        data = self._bytes(place.entry)
        element = self._elements.get(place.entry, {}).get(place.offset)
        if element is not None:
            return _element(element, place.offset, data)
        return None if data is None else _dump(data, place.offset)

    def _bytes(self, entry: str) -> bytes | memoryview | None:
        unit = self._units.get(entry)
        if unit is not None:
            return unit.data[unit.entries.index(entry)]
        if entry not in self._data:
            self._data[entry] = self._read(entry)
        return self._data[entry]


def _code(unit: Unit, place: Place) -> Excerpt | None:
    owner = _owner_at(unit, place)
    if owner < 0:
        return None
    lines, cited = disassembled(unit, owner, place.offset)
    data = unit.data[unit.entries.index(place.entry)][place.offset : place.offset + DATA_BYTES]
    shown = tuple(bounded(line, LINE_LIMIT) for line in lines)
    line = source_line(unit, owner, place.pc) if unit.form == "dex" else 0
    return Excerpt(lines=shown, cited=cited, data=bytes(data).hex(), form=unit.form, line=line)


def _owner_at(unit: Unit, place: Place) -> int:
    """Row of the defined method whose code holds the place's offset; -1 for none."""
    order, starts = _code_order(unit, unit.entries.index(place.entry))
    position = int(np.searchsorted(starts, place.offset, side="right")) - 1
    return int(order[position]) if position >= 0 else -1


def _code_order(unit: Unit, entry: int) -> tuple[I32, I32]:
    """Rows of the methods with code in one entry of a unit, by the offset of their code, and those offsets."""
    name = f"excerpt.order.{entry}"
    if name not in unit.cache:
        rows = np.flatnonzero((unit.def_code > 0) & (unit.class_entry[unit.def_class] == entry)).astype(np.int32)
        rows = rows[np.argsort(unit.def_code[rows], kind="stable")]
        unit.cache[name] = (rows, unit.def_code[rows].astype(np.int64))
    order: tuple[I32, I32] = unit.cache[name]  # type: ignore[assignment]
    return order


def _by_offset(document: Document) -> dict[int, Element]:
    """The elements of a document by their own offset and by those of their attributes."""
    found: dict[int, Element] = {}
    for element in document.walk():
        found.setdefault(element.offset, element)
        for attribute in element.attributes:
            found.setdefault(attribute.offset, element)
    return found


def _element(element: Element, offset: int, data: bytes | memoryview | None) -> Excerpt:
    """The element's start tag, an attribute a line, and the attribute at `offset` marked."""
    lines = [f"<{element.name}"]
    lines += [f'    {item.name}="{item.text()}"' for item in element.attributes[:ATTRIBUTES]]
    cited = next((row for row, item in enumerate(element.attributes, 1) if item.offset == offset), 0)
    raw = b"" if data is None else bytes(data[offset : offset + DATA_BYTES])
    shown = tuple(bounded(line, LINE_LIMIT) for line in lines)
    return Excerpt(lines=shown, cited=cited if cited < len(shown) else 0, data=raw.hex(), form="xml")


def _dump(data: bytes | memoryview, offset: int) -> Excerpt:
    start = max(0, offset - DATA_BYTES) // DATA_BYTES * DATA_BYTES
    lines = []
    for row in range(start, min(start + DUMP_BYTES, len(data)), DATA_BYTES):
        piece = bytes(data[row : row + DATA_BYTES])
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
        lines.append(f"{row:08x}  {piece.hex(' '):<47}  {text}")
    raw = bytes(data[offset : offset + DATA_BYTES]).hex()
    return Excerpt(lines=tuple(lines), cited=(offset - start) // DATA_BYTES, data=raw, form="bytes")
