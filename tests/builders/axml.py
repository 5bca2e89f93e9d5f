"""Assembles XML, binary and text, from one description; with lies where a test asks for them."""

import struct
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape, quoteattr

from affidavit.artefact.xmltree import ANDROID
from affidavit.facts.manifest_words import attribute_id

NONE = 0xFFFFFFFF
STRING, REFERENCE, INT_DEC, INT_HEX, BOOLEAN = 0x03, 0x01, 0x10, 0x11, 0x12


@dataclass(frozen=True)
class Ref:
    """A resource reference."""

    id: int


@dataclass(frozen=True)
class Raw:
    """A typed value as given, with raw text of its own."""

    type: int
    data: int
    text: str | None = None


Item = str | int | bool | Ref | Raw


@dataclass(frozen=True)
class E:
    """An element: attributes by name, ``android:`` ones with the platform's ids; children; text before them."""

    name: str
    attributes: dict[str, Item] = field(default_factory=dict)
    children: tuple["E", ...] = ()
    text: str = ""


def e(name: str, attributes: dict[str, Item] | None = None, *children: E, text: str = "") -> E:
    """An element, shorter to write."""
    return E(name, attributes or {}, children, text)


@dataclass(frozen=True)
class Lies:
    """Ways in which the binary form departs from what build tools write."""

    utf8: bool = False
    magic: int = 0x0003
    claimed_strings: int = 0
    claimed_size: int = 0
    attribute_size: int = 20
    attribute_gap: int = 0
    no_resource_map: bool = False
    names_hidden: bool = False
    unsorted: bool = False
    extra_chunk: bytes = b""
    chunk_between_nodes: bytes = b""
    trailing: bytes = b""
    closing_name: str = ""
    pool_tail: bytes = b""


HONEST = Lies()


def string_pool(texts: list[str], *, utf8: bool, claimed: int = 0, tail: bytes = b"") -> bytes:
    """A string pool; `claimed` replaces the count of strings, `tail` is added to the string data."""
    data, offsets = bytearray(), []
    for text in texts:
        offsets.append(len(data))
        data += _utf8(text) if utf8 else _utf16(text)
    data += tail
    data += b"\0" * (-len(data) % 4)
    start = 28 + 4 * len(offsets)
    header = struct.pack(
        "<HHIIIIII", 1, 28, start + len(data), claimed or len(texts), 0, 0x100 if utf8 else 0, start, 0
    )
    return header + struct.pack(f"<{len(offsets)}I", *offsets) + bytes(data)


def _utf16(text: str) -> bytes:
    raw = text.encode("utf-16-le", "surrogatepass")
    units = len(raw) // 2
    length = struct.pack("<H", units) if units < 0x8000 else struct.pack("<HH", units >> 16 | 0x8000, units & 0xFFFF)
    return length + raw + b"\0\0"


def _utf8(text: str) -> bytes:
    raw = text.encode("utf-8", "surrogatepass")
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return _short(units) + _short(len(raw)) + raw + b"\0"


def _short(length: int) -> bytes:
    length &= 0x7FFF
    return bytes([length]) if length < 0x80 else bytes([length >> 8 | 0x80, length & 0xFF])


class Writer:
    """Collects strings (those with resource ids first, as the resource map needs them) and writes nodes."""

    def __init__(self, root: E, lies: Lies) -> None:
        self.lies = lies
        self.texts: list[str] = []
        self.index: dict[str, int] = {}
        platform = sorted({name for element in flat(root) for name in element.attributes if ":" in name}, key=_id)
        self.ids = [_id(name) for name in platform]
        self.platform = {name: position for position, name in enumerate(platform)}
        self.texts = ["" if lies.names_hidden else name.partition(":")[2] for name in platform]

    def string(self, text: str) -> int:
        if text not in self.index:
            self.index[text] = len(self.texts)
            self.texts.append(text)
        return self.index[text]

    def nodes(self, root: E) -> bytes:
        out = bytearray(_node(0x0100, struct.pack("<II", self.string("android"), self.string(ANDROID))))
        stack: list[E | str] = [root]
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                out += _node(0x0103, struct.pack("<II", NONE, self.string(self.lies.closing_name or item)))
                continue
            out += self.start(item) + self.lies.chunk_between_nodes
            if item.text:
                out += _node(
                    0x0104, struct.pack("<IHBBI", self.string(item.text), 8, 0, STRING, self.string(item.text))
                )
            stack.append(item.name)
            stack.extend(reversed(item.children))
        return bytes(out)

    def start(self, element: E) -> bytes:
        items = [self.attribute(name, value) for name, value in self.ordered(element.attributes)]
        size, gap = self.lies.attribute_size, self.lies.attribute_gap
        body = struct.pack("<IIHHHHHH", NONE, self.string(element.name), 20 + gap, size, len(items), 0, 0, 0)
        return _node(0x0102, body + b"\xaa" * gap + b"".join(item.ljust(size, b"\xbb") for item in items))

    def ordered(self, attributes: dict[str, Item]) -> list[tuple[str, Item]]:
        items = list(attributes.items())
        return items if self.lies.unsorted else sorted(items, key=lambda item: _id(item[0]) or 1 << 40)

    def attribute(self, name: str, value: Item) -> bytes:
        namespace, position = NONE, self.platform.get(name, -1)
        if position >= 0:
            namespace = self.string(ANDROID)
        else:
            position = self.string(name)
        kind, data, raw = self.value(value)
        return struct.pack("<IIIHBBI", namespace, position, raw, 8, 0, kind, data)

    def value(self, value: Item) -> tuple[int, int, int]:
        if isinstance(value, Raw):
            return value.type, value.data, NONE if value.text is None else self.string(value.text)
        if isinstance(value, Ref):
            return REFERENCE, value.id, NONE
        if isinstance(value, bool):
            return BOOLEAN, NONE if value else 0, NONE
        if isinstance(value, int):
            return INT_DEC, value & 0xFFFFFFFF, NONE
        return STRING, self.string(value), self.string(value)


def _id(name: str) -> int:
    return attribute_id(name.partition(":")[2]) if ":" in name else 0


def _node(kind: int, body: bytes) -> bytes:
    return struct.pack("<HHIII", kind, 16, 16 + len(body), 1, NONE) + body


def flat(root: E) -> list[E]:
    """All elements, in document order."""
    found, stack = [], [root]
    while stack:
        element = stack.pop()
        found.append(element)
        stack.extend(reversed(element.children))
    return found


def binary(root: E, lies: Lies = HONEST) -> bytes:
    """Binary XML."""
    writer = Writer(root, lies)
    nodes = writer.nodes(root) + lies.trailing
    pool = string_pool(writer.texts, utf8=lies.utf8, claimed=lies.claimed_strings, tail=lies.pool_tail)
    ids = struct.pack(f"<{len(writer.ids)}I", *writer.ids)
    resource_map = b"" if lies.no_resource_map else struct.pack("<HHI", 0x0180, 8, 8 + len(ids)) + ids
    body = pool + lies.extra_chunk + resource_map + nodes
    return struct.pack("<HHI", lies.magic, 8, lies.claimed_size or 8 + len(body)) + body


def text(root: E) -> bytes:
    """The same as text XML."""
    root = replace(root, attributes={f"xmlns:android={quoteattr(ANDROID)}": "", **root.attributes})
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + _text(root).encode("utf-8")


def _text(element: E) -> str:
    attributes = "".join(
        f" {name}" if name.startswith("xmlns") else f" {name}={quoteattr(_plain(value))}"
        for name, value in element.attributes.items()
    )
    inside = escape(element.text) + "".join(_text(child) for child in element.children)
    return f"<{element.name}{attributes}>{inside}</{element.name}>\n"


def _plain(value: Item) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Ref):
        return f"@{value.id:08x}"
    return str(value)


def manifest(*children: E, target: int = 30, minimum: int = 21, **application: Item) -> E:
    """A manifest of package ``org.example.app``; components among `children` go into the application."""
    inside = {"activity", "activity-alias", "service", "receiver", "provider", "meta-data", "property", "uses-library"}
    parts = tuple(child for child in children if child.name in inside)
    outside = tuple(child for child in children if child.name not in inside)
    levels = e("uses-sdk", {"android:minSdkVersion": minimum, "android:targetSdkVersion": target})
    attributes = {f"android:{name}": value for name, value in application.items()}
    top: dict[str, Item] = {"package": "org.example.app", "android:versionCode": 7, "android:versionName": "1.7"}
    return E("manifest", top, (levels, *outside, E("application", attributes, parts)))
