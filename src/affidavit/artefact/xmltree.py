"""The tree that binary and text XML are both read into: elements and attributes, each with its byte offset."""

import struct
from collections.abc import Iterator

import msgspec

from affidavit.artefact.gaps import Gaps
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

ANDROID = "http://schemas.android.com/apk/res/android"
"""The namespace of platform attributes."""

REFERENCE, ATTRIBUTE, STRING, FLOAT = 0x01, 0x02, 0x03, 0x04
DYNAMIC_REFERENCE = 0x07
FIRST_INT, LAST_INT = 0x10, 0x1F
INT_DEC, INT_HEX, INT_BOOLEAN = 0x10, 0x11, 0x12
"""Types of a value: ``Res_value::TYPE_*`` of androidfw's resource types header."""


def value_text(kind: int, data: int) -> str:
    """A ``Res_value`` that is not a string, as text: references as ``@7f0b0001``, booleans as ``true`` or ``false``."""
    if kind in {REFERENCE, DYNAMIC_REFERENCE, ATTRIBUTE}:
        return f"{'?' if kind == ATTRIBUTE else '@'}{data:08x}"
    if kind == INT_BOOLEAN:
        return "true" if data else "false"
    if kind == INT_HEX:
        return f"0x{data:x}"
    if FIRST_INT <= kind <= LAST_INT:
        return str(signed(data))
    if kind == FLOAT:
        return f"{struct.unpack('<f', data.to_bytes(4, 'little'))[0]:.7g}"
    return f"0x{data:08x}/type{kind:02x}" if kind else ""


def signed(data: int) -> int:
    """The 32 bits of a value as a signed number."""
    return data - (1 << 32) if data >> 31 else data


class Attribute(msgspec.Struct, frozen=True):
    """One attribute.

    Attributes:
        name: local name, from the string pool. namespace: URI, or empty.
        resource_id: what the platform knows it by; 0 when the resource map has none, and in text XML.
        raw: text as written, when it was kept; None otherwise.
        type, data: typed value (``Res_value``); text XML has only strings.
        offset: byte offset of the attribute's record (binary) or name (text).
    """

    name: str
    namespace: str
    resource_id: int
    raw: str | None
    type: int
    data: int
    offset: int

    @property
    def is_reference(self) -> bool:
        """Whether the value is a resource reference that names something."""
        return self.type in {REFERENCE, DYNAMIC_REFERENCE} and self.data != 0

    def text(self) -> str:
        """The value as text (see `value_text`)."""
        return (self.raw or "") if self.type == STRING else value_text(self.type, self.data) or self.raw or ""


class Element(msgspec.Struct):
    """One element: local name, namespace, attributes and children in order, text directly inside, byte offset."""

    name: str
    namespace: str
    attributes: tuple[Attribute, ...]
    offset: int
    depth: int = 0
    text: str = ""
    children: list["Element"] = []

    def all(self, *names: str) -> Iterator["Element"]:
        """Direct children with one of `names`, in document order."""
        return (child for child in self.children if child.name in names)

    def first(self, name: str) -> "Element | None":
        """The first direct child called `name`."""
        return next(self.all(name), None)

    def plain(self, name: str) -> Attribute | None:
        """The attribute `name` that is in no namespace: how the platform reads ``package`` and ``split``."""
        return next((item for item in self.attributes if item.name == name and not item.namespace), None)

    def platform(self, name: str, resource_id: int, *, binary: bool) -> Attribute | None:
        """A platform attribute: by resource id in binary XML, by namespace and name in text XML.

        The platform looks ids up and never names, and it walks an element's attributes once, in ascending order of ids
        (androidfw, ``RetrieveAttributes``): one that only carries the name, or comes after a greater id, has no effect.
        """
        if not binary:
            return next((item for item in self.attributes if item.name == name and item.namespace == ANDROID), None)
        top = 0
        for item in self.attributes:
            if item.resource_id == resource_id and resource_id > top:
                return item
            top = max(top, item.resource_id)
        return None


class Document(msgspec.Struct):
    """One XML file.

    Attributes:
        root: its root element; None when there is none that can be read.
        binary: whether it is binary XML.
        entry: entry path for places. limitations: what could not be read.
        elements: how many elements were kept.
    """

    root: Element | None
    binary: bool
    entry: str
    limitations: list[Limitation] = []
    elements: int = 0
    gaps: Gaps = msgspec.field(default_factory=lambda: Gaps([]))

    def __post_init__(self) -> None:
        self.gaps = Gaps(self.limitations)

    def walk(self) -> Iterator[Element]:
        """Every element in document order, without recursion."""
        stack = [self.root] if self.root else []
        while stack:
            element = stack.pop()
            yield element
            stack.extend(reversed(element.children))

    def limit(self, kind: str, detail: str, offset: int = -1) -> None:
        """Record a limitation; alike ones are counted."""
        self.gaps.add(kind, detail, Place(self.entry, offset))


class TreeBuilder:
    """Puts elements together with bounds; a well-formed nesting is not taken for granted."""

    MAX_NODES = 200_000
    MAX_ELEMENTS = 30_000
    MAX_ATTRIBUTES = 300_000
    MAX_DEPTH = 500
    MAX_TEXT = 2_000

    def __init__(self, document: Document) -> None:
        self.document = document
        self.attributes = 0
        self.nodes = 0
        self._open: list[Element] = []
        self._skipped = 0
        self._closed = False

    def full(self) -> bool:
        """Whether a bound is reached at one more node: nothing after it is kept (and the document says so)."""
        self.nodes += 1
        if self.nodes > self.MAX_NODES:
            detail = f"more than {self.MAX_NODES} nodes (starts, ends, text, name spaces); the rest was not read"
            self.document.limit("manifest/too-many-nodes", detail)
            return True
        if self.document.elements < self.MAX_ELEMENTS and self.attributes < self.MAX_ATTRIBUTES:
            return False
        self.document.limit(
            "manifest/too-many-elements",
            f"more than {self.MAX_ELEMENTS} elements or {self.MAX_ATTRIBUTES} attributes; the rest was not read",
        )
        return True

    def start(self, element: Element) -> None:
        """Open an element below the one that is open."""
        document = self.document
        self.attributes += len(element.attributes)
        if self._closed:
            document.limit(
                "manifest/second-root", "an element after the end of the root element has no effect", element.offset
            )
            self._skipped += 1
            return
        if self._skipped or len(self._open) >= self.MAX_DEPTH:
            document.limit(
                "manifest/too-deep", f"elements nested deeper than {self.MAX_DEPTH} were not read", element.offset
            )
            self._skipped += 1
            return
        document.elements += 1
        element.depth = len(self._open)
        if self._open:
            self._open[-1].children.append(element)
        else:
            document.root = element
        self._open.append(element)

    def end(self) -> None:
        """Close the innermost open element, whatever its name, as the platform's pull parser does."""
        if self._skipped:
            self._skipped -= 1
        elif self._open:
            self._open.pop()
            self._closed = not self._open

    def text(self, text: str) -> None:
        """Add character data to the innermost open element."""
        if not self._open or self._skipped:
            return
        element = self._open[-1]
        if len(element.text) + len(text) > self.MAX_TEXT:
            detail = f"more than {self.MAX_TEXT} characters of text inside an element; the rest was not read"
            self.document.limit("manifest/long-text", detail, element.offset)
        element.text = element.text + text[: self.MAX_TEXT - len(element.text)]

    def finish(self) -> None:
        """Say whether elements stayed open."""
        if self._open:
            self.document.limit("manifest/unclosed-element", "the XML ends inside an element", self._open[-1].offset)
