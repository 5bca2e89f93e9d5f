"""What a manifest says that bears on its app's signatures: lowest API level, target, sandbox version.

The package manager checks every ``<uses-sdk>``, so that the highest minimum counts. A code name stands for the level
before the one with which that version was released, as AOSP's apksig takes it
(``ApkUtils.getMinSdkVersionForCodename``); as a target it stands for a version that is newer than all.
"""

from typing import Final

from affidavit.artefact.arsc import ResourceTable
from affidavit.artefact.xmltree import Document, Element
from affidavit.facts.manifest_reading import Reading, read_manifest
from affidavit.model.signing import ANY_LEVEL
from affidavit.signing.platform import Declared

DEVELOPMENT: Final = 10_000
"""API level of a platform that has none yet (``Build.VERSION_CODES.CUR_DEVELOPMENT``)."""

_BEFORE: Final = {
    "C": 2, "D": 3, "E": 4, "F": 7, "G": 8, "H": 10, "I": 13, "J": 15, "K": 18, "L": 20, "M": 22, "N": 23, "O": 25,
}  # fmt: skip
_NAMED: Final = {"Baklava": 34, "CinnamonBun": 35, "CANARY": DEVELOPMENT - 1}


def declared_of(document: Document | None, table: ResourceTable | None) -> Declared:
    """The terms of one app, by its base's manifest.

    Args:
        document: the manifest; None when there is none that could be read.
        table: the app's resources, for values that are references.
    """
    if document is None:
        return Declared(unknown="no manifest could be read")
    reading = read_manifest(document, table, document.entry, [])
    if reading.root is None:
        return Declared(unknown="its manifest has no <manifest> element")
    asked = list(reading.root.all("uses-sdk"))
    minimum, unknown = 1, ""
    for element in asked:
        level = _minimum(reading, element)
        unknown = unknown or ("" if level else "its lowest API level is no number and no known code name")
        minimum = max(minimum, level or 1)
    target = _target(reading, asked[-1]) if asked else 0
    return Declared(minimum, target or minimum, _sandbox(reading, reading.root), unknown)


def level_before(codename: str) -> int:
    """The API level before the one with which a named version was released; 0 for a name that is none of Android's."""
    if codename in _NAMED:
        return _NAMED[codename]
    first = codename[:1]
    if not ("A" <= first <= "Z"):
        return 0
    older = [letter for letter in _BEFORE if letter <= first]
    return _BEFORE[older[-1]] + ord(first) - ord(older[-1]) if older else 1


def _minimum(reading: Reading, element: Element) -> int:
    """The lowest level that one ``<uses-sdk>`` allows; 0 when it cannot be told."""
    text = reading.text(element, "minSdkVersion")
    number = _number(text)
    if number is not None:
        return min(max(number, 1), ANY_LEVEL)
    return level_before(text) if text else 1


def _target(reading: Reading, element: Element) -> int:
    """The target of one ``<uses-sdk>``; 0 when it states none."""
    text = reading.text(element, "targetSdkVersion")
    number = _number(text)
    if number is not None:
        return min(max(number, 0), ANY_LEVEL)
    return DEVELOPMENT if text else 0


def _sandbox(reading: Reading, root: Element) -> int:
    return _number(reading.text(root, "targetSandboxVersion")) or 1


def _number(text: str) -> int | None:
    """A number as written in a manifest; None for other text."""
    try:
        return int(text, 0) if len(text) <= 20 else None
    except ValueError:
        return None
