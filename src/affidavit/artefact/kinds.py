"""What kind of artefact a zip is, and which containers inside it belong to the app."""

import re
from collections.abc import Iterator
from typing import Final

from affidavit.artefact.media import media_of
from affidavit.artefact.notes import Notes
from affidavit.artefact.part import Part
from affidavit.artefact.zip import Entry
from affidavit.model.errors import UnreadableError

_BASE_NAMES: Final = ("base.apk", "base-master.apk", "splits/base-master.apk")
"""What bundletool (ApkSetWriter) and the package manager's sessions call the base APK."""
_ALTERNATIVES: Final = ("standalones/", "instant/", "apex/", "archive/", "asset-slices/")
"""Folders of an APK set with builds for other ways of installation (bundletool, ApkSerializerManager)."""
_CODE_NAME: Final = re.compile(r"(?:.*/)?[^/]+\.(?:dex|class)")


def recognise(part: Part, name: str) -> str:
    """Kind of a zip: ``apk``, ``splits``, ``aar`` or ``jar``.

    Args:
        part: the opened zip.
        name: the artefact's name, for messages.

    Raises:
        UnreadableError: it is of a kind that is not supported; the advice says what to do about it.
    """
    manifest = part.find("AndroidManifest.xml")
    if manifest is not None:
        return _aar_or_apk(part, manifest)
    names = [entry.name for entry in part.entries]
    if part.find("BundleConfig.pb") or part.find("base/manifest/AndroidManifest.xml"):
        raise UnreadableError(
            f"{name!r} is an Android App Bundle (AAB), the form that developers upload and no device installs",
            advice="build an APK from it: bundletool build-apks --mode=universal, and review the .apks",
        )
    if any(entry.startswith("Payload/") and ".app/" in entry for entry in names):
        raise UnreadableError(
            f"{name!r} is an iOS app (IPA), which this version does not review", advice="give the Android build"
        )
    if any(entry.lower().endswith(".apk") for entry in names):
        return "splits"
    if any(_CODE_NAME.fullmatch(entry) for entry in names):
        return "jar"
    shown = ", ".join(repr(entry) for entry in names[:3])
    raise UnreadableError(
        f"{name!r} is a zip with neither AndroidManifest.xml nor .apk, .dex or .class entries; it starts with {shown}",
        advice="give an APK, XAPK, APKS, APKM, AAR, JAR or dex file",
    )


def _aar_or_apk(part: Part, manifest: Entry) -> str:
    """An AAR has its manifest as text, and its code in classes.jar or its symbols in R.txt."""
    if part.find("classes.jar") is None and part.find("R.txt") is None:
        return "apk"
    data = part.read(manifest)
    return "aar" if data and media_of(data, "AndroidManifest.xml") in ("xml", "text") else "apk"


def nested_parts(part: Part, kind: str, notes: Notes) -> Iterator[tuple[Entry, str]]:
    """The entries that are containers of the app's own, with their roles, the base APK first.

    Args:
        part: the outer container.
        kind: of the artefact.
        notes: takes what is left out.
    """
    if kind == "aar":
        for entry in part.entries:
            if entry.name == "classes.jar" or re.fullmatch(r"libs/[^/]+\.jar", entry.name):
                yield entry, "library"
    if kind != "splits":
        return
    apks = _installed_together([entry for entry in part.entries if entry.name.lower().endswith(".apk")], notes)
    base = _base(apks)
    yield base, "base"
    yield from ((entry, "split") for entry in apks if entry is not base)


def _installed_together(apks: list[Entry], notes: Notes) -> list[Entry]:
    """The APKs without those that an APK set holds for other devices or ways of installation."""
    chosen = [entry for entry in apks if not entry.name.startswith(_ALTERNATIVES)]
    if not chosen or len(chosen) == len(apks):
        return apks
    left = [entry for entry in apks if entry.name.startswith(_ALTERNATIVES)]
    names = ", ".join(entry.name for entry in left[:5])
    notes.add(
        "container/alternatives-left-out",
        f"{len(left)} APKs for other devices or ways of installation were not examined: {names}",
    )
    return chosen


def _base(apks: list[Entry]) -> Entry:
    """The base APK: by name, else by what names a configuration split, else the largest."""
    for name in _BASE_NAMES:
        found = [entry for entry in apks if entry.name == name]
        if found:
            return found[0]
    plain = [entry for entry in apks if not re.match(r"(?:split_)?config[._-]", entry.name.rpartition("/")[2])]
    return max(plain or apks, key=lambda entry: (entry.size, entry.name))
