"""What an iOS bundle declares: Info.plist and privacy manifests as facts.

Sources: Apple's "Information Property List" (keys), "Privacy manifest files" (PrivacyInfo.xcprivacy) and
"NSAppTransportSecurity".
"""

import re
from collections.abc import Iterator

from affidavit.artefact.plist import Value
from affidavit.facts.reading import bounded, make_fact
from affidavit.model.apple import (
    AppleBundle,
    AppleSetting,
    CollectedData,
    PrivacyManifest,
    RequiredReason,
    TransportSecurity,
    UrlScheme,
    UsageDescription,
)
from affidavit.model.fact import Fact, Subject
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

NAME = "apple-info"
VERSION = 1

_USAGE = re.compile(r"NS[A-Za-z0-9]{1,80}UsageDescription")
_SETTINGS = (
    "UIBackgroundModes", "UIFileSharingEnabled", "LSSupportsOpeningDocumentsInPlace", "UIRequiredDeviceCapabilities",
    "ITSAppUsesNonExemptEncryption", "NSBonjourServices", "NSUserActivityTypes", "BGTaskSchedulerPermittedIdentifiers",
    "SKAdNetworkItems", "NSAdvertisingAttributionReportEndpoint", "LSApplicationCategoryType", "LSRequiresIPhoneOS",
)  # fmt: skip
"""Further keys worth naming: what runs in the background, what is shared, with whom advertising is counted."""
_DEVICES = {1: "iphone", 2: "ipad", 3: "apple-tv", 4: "apple-watch", 6: "mac", 7: "vision"}
"""UIDeviceFamily."""
_MAX_ITEMS = 500
_MAX_VALUES = 100


class Document:
    """A property list that was read, and where it is; hands out facts with the offset of their key."""

    def __init__(self, entry: str, data: bytes, content: dict[str, Value], limitations: list[Limitation]) -> None:
        self.entry = entry
        self.data = data
        self.content = content
        self.limitations = limitations

    def fact(self, what: Subject, key: str = "") -> Fact:
        """A fact about what stands under `key`, or about the whole file."""
        return make_fact(what, Place(self.entry, self.offset(key)), f"{NAME}/{VERSION}")

    def offset(self, key: str) -> int:
        """Where the key stands in the file, by its first occurrence as text; -1 when it does not occur so."""
        if not key:
            return -1
        name = key.encode("utf-8", "backslashreplace")
        found = self.data.find(b"<key>" + name + b"</key>")
        return found + 5 if found >= 0 else self.data.find(name)

    def items(self, key: str, values: Value) -> list[Value]:
        """A list's items, at most `_MAX_ITEMS` (then there is a limitation); one for what is no list, none for None."""
        listed = list(values.items()) if isinstance(values, dict) else values if isinstance(values, list) else [values]
        if len(listed) > _MAX_ITEMS:
            detail = f"{bounded(key, 80)} has {len(listed)} items; the first {_MAX_ITEMS} were read"
            self.limitations.append(Limitation("manifest/many-declarations", detail, Place(self.entry)))
        return [item for item in listed[:_MAX_ITEMS] if item is not None]


def text(value: Value) -> str:
    """A scalar as text; empty for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return bounded(str(value)) if isinstance(value, str | int | float) else ""


def texts(values: Value) -> tuple[str, ...]:
    """A list's scalars, or one, as text; what is neither is named by its first text, or as ``…``."""
    listed = values if isinstance(values, list) else [] if values is None else [values]
    shown = tuple(_first(item) for item in listed[:_MAX_VALUES])
    return shown if len(listed) <= _MAX_VALUES else (*shown, f"…(+{len(listed) - _MAX_VALUES})")


def _first(item: Value) -> str:
    """A scalar as text, or the first scalar of a dictionary."""
    found = next(iter(item.values()), None) if isinstance(item, dict) else item
    return text(found) or "…"


def flag(value: Value) -> bool | None:
    """A boolean; None for anything else."""
    return value if isinstance(value, bool) else None


def bundle(document: Document, form: str) -> Fact:
    """What the bundle is."""
    info = document.content
    extension = info.get("NSExtension")
    devices = info.get("UIDeviceFamily")
    what = AppleBundle(
        form=form,
        name=text(info.get("CFBundleIdentifier")),
        version=text(info.get("CFBundleShortVersionString")),
        build=text(info.get("CFBundleVersion")),
        label=text(info.get("CFBundleDisplayName")) or text(info.get("CFBundleName")),
        executable=text(info.get("CFBundleExecutable")),
        minimum_os=text(info.get("MinimumOSVersion")),
        sdk=text(info.get("DTSDKName")),
        xcode=text(info.get("DTXcode")),
        platforms=texts(info.get("CFBundleSupportedPlatforms")),
        devices=tuple(_DEVICES.get(_number(item), f"device-{item}") for item in texts(devices)),
        extension_point=text(extension.get("NSExtensionPointIdentifier")) if isinstance(extension, dict) else "",
    )
    return document.fact(what, "CFBundleIdentifier")


def _number(item: str) -> int:
    return int(item) if re.fullmatch(r"[0-9]{1,3}", item) else 0


def declarations(document: Document) -> Iterator[Fact]:
    """Usage descriptions, URL schemes, exceptions from transport security, and other settings."""
    info = document.content
    for key in sorted(info):
        if _USAGE.fullmatch(key):
            yield document.fact(UsageDescription(key, text(info[key])), key)
        elif key in _SETTINGS:
            yield document.fact(AppleSetting(key, texts(info[key])), key)
    yield from _schemes(document)
    security = info.get("NSAppTransportSecurity")
    if isinstance(security, dict):
        yield from _transport(document, security)


def _schemes(document: Document) -> Iterator[Fact]:
    for item in document.items("CFBundleURLTypes", document.content.get("CFBundleURLTypes")):
        for scheme in texts(item.get("CFBundleURLSchemes")) if isinstance(item, dict) else ():
            yield document.fact(UrlScheme("handles", scheme), "CFBundleURLTypes")
    queried = "LSApplicationQueriesSchemes"
    for scheme in document.items(queried, document.content.get(queried)):
        yield document.fact(UrlScheme("queries", text(scheme)), queried)


def _transport(document: Document, security: dict[str, Value]) -> Iterator[Fact]:
    """Exceptions for all connections, then those of domains."""
    for key in sorted(security):
        if not isinstance(security[key], dict):
            yield document.fact(TransportSecurity(bounded(key, 200), text(security[key])), key)
    domains = security.get("NSExceptionDomains")
    for domain, item in document.items("NSExceptionDomains", domains if isinstance(domains, dict) else None):
        stated = item if isinstance(item, dict) else {}
        below = stated.get("NSIncludesSubdomains") is True
        for key in sorted(stated.keys() - {"NSIncludesSubdomains"})[:_MAX_VALUES]:
            what = TransportSecurity(bounded(key, 200), text(stated[key]), bounded(domain, 300), below)
            yield document.fact(what, domain)


def privacy(document: Document) -> Iterator[Fact]:
    """What a privacy manifest declares."""
    said = document.content
    tracking = flag(said.get("NSPrivacyTracking"))
    yield document.fact(PrivacyManifest(tracking, texts(said.get("NSPrivacyTrackingDomains"))), "NSPrivacyTracking")
    collected = "NSPrivacyCollectedDataType"
    for item in document.items(f"{collected}s", said.get(f"{collected}s")):
        if isinstance(item, dict):
            what = CollectedData(
                text(item.get(collected)),
                flag(item.get(f"{collected}Linked")),
                flag(item.get(f"{collected}Tracking")),
                texts(item.get(f"{collected}Purposes")),
            )
            yield document.fact(what, f"{collected}s")
    used = "NSPrivacyAccessedAPIType"
    for item in document.items(f"{used}s", said.get(f"{used}s")):
        if isinstance(item, dict):
            what_used = RequiredReason(text(item.get(used)), texts(item.get(f"{used}Reasons")))
            yield document.fact(what_used, f"{used}s")
