"""Permissions that the app asks for and defines. Data: ``knowledge/permissions``."""

from collections.abc import Iterator
from functools import cache

from msgspec import Struct

from affidavit.artefact.xmltree import Element
from affidavit.facts.manifest_reading import Reading
from affidavit.facts.manifest_words import enum_value, enum_word, flag_words
from affidavit.facts.reading import make_fact
from affidavit.knowledge import load
from affidavit.model.declared import Permission, PermissionDefinition
from affidavit.model.fact import Fact

NAME = "permissions"
VERSION = 1

_ASKS = ("uses-permission", "uses-permission-sdk-23", "uses-permission-sdk-m")
_NOT_DEFINED = -1


class Known(Struct):
    """A platform permission: protection at the newest level that has it; `removed` is the first level without it."""

    protection: str
    since: int
    group: str = ""
    removed: int = _NOT_DEFINED


class Note(Struct, rename={"from_": "from"}):
    """A note for permissions (a trailing ``*`` matches any rest) at targets from `from_` to before `below`."""

    text: str
    permissions: tuple[str, ...] = ()
    from_: int = 0
    below: int = 1 << 31


class _Document(Struct):
    """One file of the section; each has some of the tables."""

    source: str
    licence: str
    date: str
    permissions: dict[str, Known] = {}
    notes: tuple[Note, ...] = ()
    install_time: Note | None = None
    dropped: str = ""


@cache
def _knowledge() -> tuple[dict[str, Known], _Document, dict[str, list[Note]], list[tuple[str, Note]]]:
    """Permissions by name, the document of notes, notes by exact name, and notes by prefix."""
    documents = load("permissions", _Document)
    exact: dict[str, list[Note]] = {}
    prefixes: list[tuple[str, Note]] = []
    for note in documents["notes"].notes:
        for name in note.permissions:
            if name.endswith("*"):
                prefixes.append((name[:-1], note))
            else:
                exact.setdefault(name, []).append(note)
    return documents["platform"].permissions, documents["notes"], exact, prefixes


def known(name: str) -> Known | None:
    """What knowledge has on a permission; None when it is not a platform permission known here."""
    return _knowledge()[0].get(name)


def notes(name: str, target: int) -> tuple[str, ...]:
    """What asking for `name` means at an app's target level, sorted."""
    permissions, document, exact, prefixes = _knowledge()
    candidates = exact.get(name, []) + [note for prefix, note in prefixes if name.startswith(prefix)]
    texts = {note.text for note in candidates if note.from_ <= target < note.below}
    entry = permissions.get(name)
    if entry and entry.removed >= 0:
        texts.add(document.dropped.format(level=entry.removed))
    install = document.install_time
    if entry and install and entry.protection.startswith("dangerous") and target < install.below:
        texts.add(install.text)
    return tuple(sorted(texts))


def extract(reading: Reading) -> Iterator[Fact]:
    """Permissions asked for, then permissions defined, in document order."""
    root = reading.root
    if root is None:
        return
    for element in root.all(*_ASKS):
        name = reading.text(element, "name")
        if name:
            yield make_fact(_asked(reading, element, name), reading.place(element), f"{NAME}/{VERSION}")
        else:
            reading.limit("manifest/nameless", f"<{element.name}> states no permission", element)
    for element in root.all("permission"):
        name = reading.text(element, "name")
        what = PermissionDefinition(name, _protection(reading, element), reading.text(element, "permissionGroup"))
        yield make_fact(what, reading.place(element), f"{NAME}/{VERSION}")


def _asked(reading: Reading, element: Element, name: str) -> Permission:
    """One permission with what is known of it."""
    entry = known(name)
    return Permission(
        name=name,
        max_sdk=reading.integer(element, "maxSdkVersion", -1),
        sdk23=element.name != "uses-permission",
        protection=entry.protection if entry else "",
        group=entry.group if entry else "",
        since=entry.since if entry else -1,
        flags=flag_words("usesPermissionFlags", reading.integer(element, "usesPermissionFlags", 0) & 0xFFFFFFFF),
        notes=notes(name, reading.target_sdk),
    )


def _protection(reading: Reading, element: Element) -> str:
    """Protection level as ``signature|privileged``: the low four bits are the level, the others are flags."""
    item = reading.attribute(element, "protectionLevel")
    if item is not None and item.raw and item.type == 0x03 and enum_value("protection", item.raw.split("|")[0]) >= 0:
        return reading.text(element, "protectionLevel")
    level = reading.integer(element, "protectionLevel", 0) & 0xFFFFFFFF
    return "|".join((enum_word("protection", level & 0xF), *flag_words("protection", level & ~0xF)))
