"""Binary XML, read the way Android's ``ResXMLParser`` does.

Layout: androidfw's resource types header. A file header of 8 bytes, then chunks (type u16, header size u16, size u32):
a string pool, a resource map (one u32 resource id per string index), then nodes from the first chunk whose type is in
0x100-0x17F. Android checks neither the file's magic number nor the names of closing elements, takes the last pool
before the first node, skips chunks that it does not know, and reads attributes by the start and size that each element
states.
"""

import struct

from affidavit.artefact import stringpool
from affidavit.artefact.budget import Budget
from affidavit.artefact.stringpool import StringPool, parse_pool
from affidavit.artefact.xmltree import STRING, Attribute, Document, Element, TreeBuilder

_CHUNK = struct.Struct("<HHI")
_ELEMENT = struct.Struct("<IIHHH")
_ATTRIBUTE = struct.Struct("<IIIHBBI")
_MAP = 0x0180
_START_NAMESPACE, _END_NAMESPACE, _START, _END, _TEXT = range(0x0100, 0x0105)
_SMALLEST = {_START_NAMESPACE: 8, _END_NAMESPACE: 8, _START: 20, _END: 8, _TEXT: 12}
_NODES = range(0x0100, 0x0180)


def parse_axml(data: bytes | memoryview, budget: Budget | None = None, entry: str = "") -> Document:
    """Read binary XML, or text XML when the bytes are text; never raises on malformed bytes.

    Args:
        data: the whole file.
        budget: time and memory are looked at now and then.
        entry: entry path, for the places of limitations.

    Raises:
        BudgetError: time or memory ran out.
    """
    data = bytes(data)
    if _is_text(data):
        from affidavit.artefact.textxml import parse_text  # noqa: PLC0415 - few artefacts have a manifest that is text

        return parse_text(data, entry, budget)
    return _Reader(data, budget or Budget(), entry).read()


def _is_text(data: bytes) -> bool:
    """Whether the first bytes are those of a text: a byte order mark, white space or ``<``."""
    return data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or data.lstrip(b" \t\r\n").startswith(b"<")


class _Reader:
    """State of one read."""

    def __init__(self, data: bytes, budget: Budget, entry: str) -> None:
        self.data = data
        self.budget = budget
        self.document = Document(None, binary=True, entry=entry)
        self.builder = TreeBuilder(self.document)
        self.pool = StringPool(data)
        self.ids: tuple[int, ...] = ()
        self.end = len(data)

    def read(self) -> Document:
        """The whole file."""
        first = self._preamble()
        if first >= 0:
            self._nodes(first)
            self.builder.finish()
        if self.document.root is None:
            self.document.limit("manifest/unreadable", "no root element was found in the binary XML")
        if self.pool.refused:
            self.document.limit(
                "manifest/bad-string", f"{self.pool.refused} references to strings that cannot be read; taken as empty"
            )
        return self.document

    def _chunk(self, offset: int, smallest: int) -> tuple[int, int, int] | None:
        """Type, header size and size of a chunk that passes ``validate_chunk``; None otherwise."""
        if offset + 8 > self.end:
            return None
        kind, header, size = _CHUNK.unpack_from(self.data, offset)
        if header < smallest or header > size or (header | size) & 3 or offset + size > self.end:
            return None
        return kind, header, size

    def _preamble(self) -> int:
        """Read header, pool and resource map; give the offset of the first node, or -1."""
        data, document = self.data, self.document
        if len(data) < 8:
            document.limit("manifest/unreadable", f"{len(data)} bytes are too few for binary XML", 0)
            return -1
        kind, start, size = _CHUNK.unpack_from(data)
        offset = int(start)
        if kind != 0x0003:
            document.limit(
                "manifest/odd-magic", f"the file's type is 0x{kind:04x}, not 0x0003; Android does not check it", 0
            )
        if size > len(data):
            document.limit("manifest/truncated", f"the XML claims {size} bytes, {len(data)} are there", 4)
        self.end = min(len(data), max(size, 8))
        while chunk := self._chunk(offset, 8):
            kind, header, size = chunk
            if kind == stringpool.TYPE:
                self.pool = parse_pool(data, offset, offset + size)
                for problem in self.pool.problems:
                    document.limit("manifest/bad-string-pool", f"{problem}; Android would refuse the file", offset)
            elif kind == _MAP:
                self.ids = struct.unpack_from(f"<{(size - header) // 4}I", data, offset + header)
            elif kind in _NODES:
                return offset
            offset += size
        if offset < self.end:
            document.limit("manifest/bad-chunk", "a chunk has an impossible size; nothing after it was read", offset)
        return -1

    def _nodes(self, offset: int) -> None:
        """Read nodes until the end, a bound or a chunk that Android would stop at."""
        while offset < self.end:
            chunk = self._chunk(offset, 16)
            if chunk is None or chunk[2] - chunk[1] < _SMALLEST.get(chunk[0], 0) or not self._node(offset, *chunk):
                self.document.limit("manifest/bad-chunk", "an XML node is malformed; nothing after it was read", offset)
                return
            offset += chunk[2]
            self.budget.tick()
            if self.builder.full():
                return

    def _node(self, offset: int, kind: int, header: int, size: int) -> bool:
        """Handle one node; whether it is well-formed."""
        body = offset + header
        if kind == _START:
            element = self._element(offset, body, size - header)
            if element is None:
                return False
            self.builder.start(element)
        elif kind == _END:
            self.builder.end()
        elif kind == _TEXT:
            self.builder.text(self.pool[struct.unpack_from("<I", self.data, body)[0]])
        return True

    def _element(self, offset: int, body: int, room: int) -> Element | None:
        """An element with its attributes; None when these leave its chunk (as ``validateNode`` checks)."""
        namespace, name, start, size, count = _ELEMENT.unpack_from(self.data, body)
        if start + size * count > room:
            return None
        if size != _ATTRIBUTE.size and count:
            self.document.limit(
                "manifest/odd-attribute-size", f"attributes are stated to be {size} bytes apart, not 20", offset
            )
        count = min(count, TreeBuilder.MAX_ATTRIBUTES - self.builder.attributes)
        items = (self._attribute(body + start + size * index) for index in range(count))
        attributes = tuple(item for item in items if item is not None)
        return Element(self.pool[name], self.pool[namespace], attributes, offset)

    def _attribute(self, offset: int) -> Attribute | None:
        """One attribute record: namespace, name, raw value, then a ``Res_value``."""
        if offset + _ATTRIBUTE.size > len(self.data):
            return None
        namespace, name, raw, _, _, kind, value = _ATTRIBUTE.unpack_from(self.data, offset)
        text = self.pool.get(value if kind == STRING else raw)
        resource = self.ids[name] if name < len(self.ids) else 0
        return Attribute(self.pool[name], self.pool[namespace], resource, text, kind, value, offset)
