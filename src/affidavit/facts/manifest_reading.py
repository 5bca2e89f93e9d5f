"""One manifest, with typed access to its attributes: resources resolved, classes named in full, places at hand."""

from collections.abc import Callable

import msgspec

from affidavit.artefact.arsc import ResourceTable
from affidavit.artefact.gaps import Gaps
from affidavit.artefact.xmltree import ANDROID, FIRST_INT, LAST_INT, STRING, Attribute, Document, Element, signed
from affidavit.facts.manifest_words import attribute_id
from affidavit.facts.reading import TEXT_LIMIT, bounded
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

ReadEntry = Callable[[str], bytes | None]
"""Gives the bytes of the entry at a full path (``base.apk!/res/xml/a.xml``), or None."""

LEVELS = ("minSdkVersion", "targetSdkVersion", "maxSdkVersion")
"""Attributes of ``<uses-sdk>``."""

_TRUE = frozenset({"1", "true", "TRUE", "True"})
_NUMBER_LENGTH = 20
_ALL_TEXT = 8_000_000
_CUT = 80


class Reading(msgspec.Struct):
    """A manifest that is being read.

    Attributes:
        document: the manifest. table: its resources, if there are any. entry: its entry path.
        limitations: grows while reading.
        package: the app's package, of the base when this is a split.
        min_sdk, target_sdk: effective levels after the platform's defaults (minimum 1; target the minimum).
        stated_levels: `LEVELS` as the last ``<uses-sdk>`` states them, -1 for none.
        application: the ``<application>`` that the platform uses.
        base: the base's own reading, for a split.
    """

    document: Document
    table: ResourceTable | None
    entry: str
    limitations: list[Limitation]
    package: str = ""
    min_sdk: int = 1
    target_sdk: int = 1
    stated_levels: dict[str, int] = {}
    application: Element | None = None
    base: "Reading | None" = None
    spent: int = 0
    gaps: Gaps = msgspec.field(default_factory=lambda: Gaps([]))

    def __post_init__(self) -> None:
        self.gaps = Gaps(self.limitations)

    @property
    def prefix(self) -> str:
        """The part's prefix: the entry path without the file name."""
        return self.entry[: self.entry.rfind("/") + 1]

    @property
    def root(self) -> Element | None:
        """The ``<manifest>`` element; None when the document has another root or none."""
        root = self.document.root
        return root if root is not None and root.name == "manifest" else None

    @property
    def is_split(self) -> bool:
        """Whether this is a split's manifest, whose application states nothing about the app."""
        split = self.root.plain("split") if self.root else None
        return self.base is not None or bool(split and split.text())

    def place(self, element: Element) -> Place:
        """Where an element is."""
        return Place(self.entry, element.offset)

    def limit(self, kind: str, detail: str, element: Element | None = None) -> None:
        """Record a limitation at an element."""
        self.gaps.add(kind, detail, self.place(element) if element else Place(self.entry))

    def attribute(self, element: Element, name: str) -> Attribute | None:
        """A platform attribute (``android:name``), the way the platform finds it."""
        return element.platform(name, attribute_id(name), binary=self.document.binary)

    def has(self, element: Element, name: str) -> bool:
        """Whether a platform attribute is stated."""
        return self.attribute(element, name) is not None

    def text(self, element: Element, name: str, default: str = "") -> str:
        """An attribute as text: references followed, or kept as ``@7f0b0001`` when they lead to no text."""
        item = self.attribute(element, name)
        if item is None:
            return default
        _, _, text = self._resolved(item)
        self.spent += min(len(text), TEXT_LIMIT)
        if self.spent <= _ALL_TEXT:
            return bounded(text)
        self.limit(
            "manifest/much-text", f"more than {_ALL_TEXT} characters of text; further ones are cut short", element
        )
        return bounded(text, _CUT)

    def boolean(self, element: Element, name: str, *, default: bool) -> bool:
        """An attribute as the platform's ``TypedArray.getBoolean`` reads it."""
        item = self.attribute(element, name)
        if item is None:
            return default
        kind, data, text = self._resolved(item)
        self._check_configurations(element, name, item)
        if FIRST_INT <= kind <= LAST_INT:
            return data != 0
        if kind == STRING:
            return text in _TRUE
        self.limit("manifest/unresolved-value", f"{name} is {text}, which leads to no value here", element)
        return default

    def integer(self, element: Element, name: str, default: int) -> int:
        """An attribute as a number; text that is none (a code name) gives the default and a limitation."""
        item = self.attribute(element, name)
        if item is None:
            return default
        kind, data, text = self._resolved(item)
        self._check_configurations(element, name, item)
        if FIRST_INT <= kind <= LAST_INT:
            return signed(data)
        try:
            return int(text, 0) if len(text) <= _NUMBER_LENGTH else default
        except ValueError:
            self.limit("manifest/not-a-number", f"{name} is {bounded(text, 80)!r}, not a number", element)
            return default

    def class_name(self, element: Element, name: str) -> str:
        """An attribute as a class name in full: a leading dot, or no dot at all, means the app's package."""
        return self.full_name(self.text(element, name))

    def full_name(self, text: str) -> str:
        """A class name in full."""
        if text.startswith("."):
            return self.package + text
        return f"{self.package}.{text}" if text and "." not in text and not text.startswith("@") else text

    def _resolved(self, item: Attribute) -> tuple[int, int, str]:
        """Type, data and text of a value after following references."""
        if item.is_reference and self.table is not None:
            found = self.table.resolve(item.data)
            if found is not None and found.value.type > 0:
                return found.value.type, found.value.data, found.value.text
        return item.type, item.data, item.text()

    def _check_configurations(self, element: Element, name: str, item: Attribute) -> None:
        """Say so when a decision depends on the device's configuration."""
        if not item.is_reference or self.table is None:
            return
        values = list(self.table.values(item.data))
        if len({(value.type, value.data) for value in values}) > 1:
            configs = ", ".join(sorted(value.config or "default" for value in values)[:8])
            self.limit(
                "manifest/depends-on-device", f"{name} differs by configuration ({configs}); default taken", element
            )


def read_manifest(
    document: Document,
    table: ResourceTable | None,
    entry: str,
    limitations: list[Limitation],
    base: Document | None = None,
) -> Reading:
    """Start reading a manifest: package, effective levels, the application element.

    Args:
        document: the manifest.
        table: its resources.
        entry: its entry path.
        limitations: grows while reading.
        base: the base's manifest when `document` belongs to a split; package and levels are then the base's.
    """
    reading = Reading(document, table, entry, limitations)
    if reading.root is None:
        if document.root is not None:
            reading.limit(
                "manifest/no-manifest-element", "the root element is not <manifest>; Android refuses the file"
            )
        return reading
    reading.package = _plain(reading.root, "package")
    _levels(reading, reading.root)
    _application(reading, reading.root)
    _hidden_attributes(reading)
    if not document.binary:
        detail = (
            "a library's manifest, read as an app's: the app that includes it decides levels and what is not stated"
        )
        reading.limit("manifest/of-a-library", detail, reading.root)
    if base is not None and base is not document:
        known = read_manifest(base, None, entry, [])
        reading.base = known
        reading.package, reading.min_sdk, reading.target_sdk = known.package, known.min_sdk, known.target_sdk
    return reading


def _plain(element: Element, name: str) -> str:
    """An attribute without namespace, as text."""
    item = element.plain(name)
    return bounded(item.text()) if item else ""


def _levels(reading: Reading, root: Element) -> None:
    """Effective levels; the last ``uses-sdk`` that states one decides."""
    for element in root.all("uses-sdk"):
        reading.stated_levels = {name: reading.integer(element, name, -1) for name in LEVELS}
    minimum, target, _ = (reading.stated_levels.get(name, -1) for name in LEVELS)
    reading.min_sdk = minimum if minimum >= 0 else 1
    reading.target_sdk = target if target >= 0 else reading.min_sdk


def _application(reading: Reading, root: Element) -> None:
    """The first ``<application>``; the platform skips further ones."""
    found = list(root.all("application"))
    reading.application = found[0] if found else None
    for extra in found[1:]:
        reading.limit(
            "manifest/second-application", "only the first <application> has effect; this one was not read", extra
        )


def _hidden_attributes(reading: Reading) -> None:
    """State attributes that look like platform attributes to a reader of names and are none to the platform."""
    if not reading.document.binary:
        return
    nameless = unsorted = 0
    for element in reading.document.walk():
        top = 0
        for item in element.attributes:
            nameless += item.resource_id == 0 and item.namespace == ANDROID
            unsorted += 0 < item.resource_id <= top
            top = max(top, item.resource_id)
    if nameless:
        detail = (
            f"{nameless} attributes have a platform name without its resource id; Android ignores them, as done here"
        )
        reading.limit("manifest/attribute-without-id", detail)
    if unsorted:
        detail = f"{unsorted} attributes are out of the order of their ids; Android overlooks them, as done here"
        reading.limit("manifest/unsorted-attributes", detail)
