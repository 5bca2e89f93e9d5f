"""What kind of artefact a zip is, and which containers inside it belong to the app."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from affidavit.artefact.axml import parse_axml
from affidavit.artefact.budget import Budget
from affidavit.artefact.media import media_of
from affidavit.artefact.notes import Notes
from affidavit.artefact.part import Part
from affidavit.artefact.zip import Entry
from affidavit.model.errors import UnreadableError

_BASE_NAMES: Final = ("base.apk", "base-master.apk", "splits/base-master.apk")
"""What bundletool (ApkSetWriter) and the package manager's sessions call the base APK."""
_ALTERNATIVES: Final = ("standalones/", "instant/", "apex/", "archive/", "asset-slices/")
"""Folders of an APK set with builds for other ways of installation (bundletool, ApkSerializerManager)."""
_IOS_APP: Final = re.compile(r"Payload/[^/]+\.app/")
"""Where the app lies in an IPA, as the installer of iOS expects it."""
_CODE_NAME: Final = re.compile(r"(?:.*/)?[^/]+\.(?:dex|class)")


def recognise(part: Part, name: str) -> str:
    """Kind of a zip: ``apk``, ``splits``, ``aar``, ``jar`` or ``ipa``.

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
    if any(_IOS_APP.match(entry) for entry in names):
        return "ipa"
    if any(entry.lower().endswith(".apk") for entry in names):
        return "splits"
    if any(_CODE_NAME.fullmatch(entry) for entry in names):
        return "jar"
    shown = ", ".join(repr(entry) for entry in names[:3])
    raise UnreadableError(
        f"{name!r} is a zip with neither AndroidManifest.xml nor Payload/NAME.app nor .apk, .dex or .class entries; "
        f"it starts with {shown}",
        advice="give an APK, XAPK, APKS, APKM, AAR, JAR, IPA or dex file",
    )


def _aar_or_apk(part: Part, manifest: Entry) -> str:
    """An AAR has its manifest as text, and its code in classes.jar or its symbols in R.txt."""
    if part.find("classes.jar") is None and part.find("R.txt") is None:
        return "apk"
    data = part.read(manifest)
    return "aar" if data and media_of(data, "AndroidManifest.xml") in ("xml", "text") else "apk"


def nested_entries(part: Part, kind: str, notes: Notes) -> Iterator[tuple[Entry, str]]:
    """The entries that are containers of the app's own, with their roles.

    Args:
        part: the outer container.
        kind: of the artefact.
        notes: takes what is left out.
    """
    if kind == "aar":
        for entry in part.entries:
            if entry.name == "classes.jar" or re.fullmatch(r"libs/[^/]+\.jar", entry.name):
                yield entry, "library"
    if kind == "splits":
        apks = [entry for entry in part.entries if entry.name.lower().endswith(".apk")]
        yield from ((entry, "split") for entry in _installed_together(apks, notes))


def base_first(parts: Sequence[Part], budget: Budget) -> tuple[Part, ...]:
    """The APKs of a set with the base APK first and in its role: the one whose manifest names no split.

    Where several are whole APKs, or no manifest can be read, the name decides, then the size.
    """
    whole = [part for part in parts if not _names_a_split(part, budget)] or list(parts)
    base = max(whole, key=lambda part: (part.prefix.removesuffix("!/") in _BASE_NAMES, len(part.view), part.prefix))
    base.role = "base"
    return (base, *(part for part in parts if part is not base))


def _names_a_split(part: Part, budget: Budget) -> bool:
    """Whether the manifest's root has a ``split`` attribute, as every split's has (AOSP ApkLiteParseUtils)."""
    manifest = part.find("AndroidManifest.xml")
    data = part.read(manifest) if manifest is not None else None
    if data is None:
        return True
    root = parse_axml(data, budget, part.prefix).root
    return root is not None and any(attribute.name == "split" for attribute in root.attributes)


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
