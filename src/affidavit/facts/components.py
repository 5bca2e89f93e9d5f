"""Components: activities, aliases, services, receivers, providers, as the platform's package parser takes them.

``exported``, when not stated, is true for a component with an intent filter that has an action; for a provider it is
true below target 17 (earlier devices than Android 4.2 also export it when only the *minimum* is below 17). A component
inherits the permission of ``<application>``; an alias does not, not even that of its target. From target 31 a component
with a filter must state ``exported``, or Android 12 and later refuse to install the app.
"""

from collections.abc import Iterator

from affidavit.artefact.xmltree import Element
from affidavit.facts.intents import deep_links, filters
from affidavit.facts.manifest_reading import Reading
from affidavit.facts.manifest_words import enum_value, enum_word, flag_words
from affidavit.facts.reading import make_fact
from affidavit.model.declared import Component, Grant, IntentFilter
from affidavit.model.fact import Fact

NAME = "components"
VERSION = 1

FORMS = ("activity", "activity-alias", "service", "receiver", "provider")
"""Elements that are components."""

_PATHS = ("path", "pathPrefix", "pathPattern", "pathAdvancedPattern", "pathSuffix")


def extract(reading: Reading) -> Iterator[Fact]:
    """Every component, each followed by its deep links, in document order."""
    if reading.application is None:
        return
    for element in reading.application.all(*FORMS):
        what = component(reading, element)
        if not reading.text(element, "name"):
            reading.limit("manifest/nameless", f"<{element.name}> states no class; Android refuses the app", element)
        yield make_fact(what, reading.place(element), f"{NAME}/{VERSION}")
        if what.exported and element.name in {"activity", "activity-alias"}:
            yield from deep_links(reading, element, what.name, f"{NAME}/{VERSION}")


def component(reading: Reading, element: Element) -> Component:
    """One component after defaults and inheritance."""
    found = filters(reading, element)
    exported, why = _exported(reading, element, found)
    provider = element.name == "provider"
    permission = _permission(reading, element)
    return Component(
        form=element.name,
        name=reading.class_name(element, "name"),
        exported=exported,
        exported_why=why,
        enabled=_enabled(reading, element),
        permission=permission,
        read_permission=reading.text(element, "readPermission", permission) if provider else "",
        write_permission=reading.text(element, "writePermission", permission) if provider else "",
        authorities=tuple(sorted(set(reading.text(element, "authorities").split(";")) - {""})) if provider else (),
        grant_uri_permissions=provider and _grants_uris(reading, element),
        grants=tuple(_grants(reading, element)) if provider else (),
        filters=found,
        process=_process(reading, element),
        target=reading.class_name(element, "targetActivity"),
        task_affinity=reading.text(element, "taskAffinity"),
        launch_mode=_launch_mode(reading, element),
        foreground_types=_foreground_types(reading, element),
    )


def _exported(reading: Reading, element: Element, found: tuple[IntentFilter, ...]) -> tuple[bool, str]:
    """Whether other apps reach the component, and why."""
    if reading.has(element, "exported"):
        return reading.boolean(element, "exported", default=False), "stated"
    if element.name == "provider":
        return (True, "provider-before-17") if reading.target_sdk < 17 else (False, "default")
    if not any(item.actions for item in found):
        return False, "default"
    if reading.target_sdk >= 31:
        detail = (
            f"a <{element.name}> has an intent filter and does not state exported: Android 12 and later refuse to "
            "install the app; earlier ones export it, as taken here"
        )
        reading.limit("manifest/exported-not-stated", detail, element)
    return True, "intent-filter"


def _application_text(reading: Reading, name: str) -> str:
    """An attribute of the application that governs: the base's for a split."""
    owner = reading.base or reading
    return owner.text(owner.application, name) if owner.application else ""


def _permission(reading: Reading, element: Element) -> str:
    """The stated permission (an empty one lifts the inherited one), or the application's."""
    inherited = "" if element.name == "activity-alias" else _application_text(reading, "permission")
    return reading.text(element, "permission", inherited)


def _enabled(reading: Reading, element: Element) -> bool:
    """Whether neither the component nor the application is switched off."""
    owner = reading.base or reading
    whole = owner.application is None or owner.boolean(owner.application, "enabled", default=True)
    return whole and reading.boolean(element, "enabled", default=True)


def _process(reading: Reading, element: Element) -> str:
    """Name of the process; a leading colon means a private one of this package. Empty: the app's own."""
    text = reading.text(element, "process") or _application_text(reading, "process")
    return reading.package + text if text.startswith(":") else text


def _launch_mode(reading: Reading, element: Element) -> str:
    """The launch mode's word; empty when it is not stated."""
    item = reading.attribute(element, "launchMode")
    if item is None:
        return ""
    text = reading.text(element, "launchMode")
    return (
        text
        if enum_value("launchMode", text) >= 0
        else enum_word("launchMode", reading.integer(element, "launchMode", 0))
    )


def _foreground_types(reading: Reading, element: Element) -> tuple[str, ...]:
    """Foreground-service types: words joined by ``|`` in text XML, bits in binary XML."""
    item = reading.attribute(element, "foregroundServiceType")
    if item is None:
        return ()
    if item.raw and not reading.document.binary:
        return tuple(sorted(word.strip() for word in reading.text(element, "foregroundServiceType").split("|")))
    return flag_words("foregroundServiceType", reading.integer(element, "foregroundServiceType", 0) & 0xFFFFFFFF)


def _grants_uris(reading: Reading, element: Element) -> bool:
    """Whether the provider can grant access to single URIs."""
    return element.first("grant-uri-permission") is not None or reading.boolean(
        element, "grantUriPermissions", default=False
    )


def _grants(reading: Reading, element: Element) -> Iterator[Grant]:
    """URI grants and path permissions, in document order."""
    for child in element.all("grant-uri-permission", "path-permission"):
        form = "grant-uri" if child.name == "grant-uri-permission" else "path-permission"
        both = reading.text(child, "permission")
        read, write = reading.text(child, "readPermission", both), reading.text(child, "writePermission", both)
        for key in _PATHS:
            if reading.has(child, key):
                path = reading.text(child, key)
                yield Grant(path if key == "path" else f"{key}={path}", read, write, form)
