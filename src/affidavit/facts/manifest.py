"""What the app is, by its manifest: package, versions, levels, and the flags of ``<application>``.

Defaults are those of the platform's package parser: ``usesCleartextTraffic`` is false from target 28,
``requestLegacyExternalStorage`` is true below target 29, everything else does not depend on the level.
"""

from collections.abc import Iterator

from affidavit.artefact.xmltree import Element
from affidavit.facts.manifest_reading import LEVELS, Reading
from affidavit.facts.reading import bounded, make_fact
from affidavit.model.fact import Fact
from affidavit.model.identity import Application, Package

NAME = "manifest"
VERSION = 1

_STATED = (
    "debuggable",
    "testOnly",
    "allowBackup",
    "fullBackupContent",
    "dataExtractionRules",
    "usesCleartextTraffic",
    "networkSecurityConfig",
    "extractNativeLibs",
    "requestLegacyExternalStorage",
    "name",
    "backupAgent",
    "permission",
    "label",
)


def extract(reading: Reading) -> Iterator[Fact]:
    """Package, and for a base the application."""
    root = reading.root
    if root is None:
        return
    what = package(reading, root)
    yield make_fact(what, reading.place(root), f"{NAME}/{VERSION}")
    if reading.application is not None and not reading.is_split:
        yield make_fact(
            application(reading, reading.application), reading.place(reading.application), f"{NAME}/{VERSION}"
        )


def package(reading: Reading, root: Element) -> Package:
    """Names, versions and levels as stated; what is not stated is empty or -1."""
    name, split = root.plain("package"), root.plain("split")
    minimum, target, maximum = (reading.stated_levels.get(key, -1) for key in LEVELS)
    code = reading.integer(root, "versionCode", -1)
    major = reading.integer(root, "versionCodeMajor", 0)
    return Package(
        name=bounded(name.text()) if name else "",
        version_name=reading.text(root, "versionName"),
        version_code=(major & 0xFFFFFFFF) << 32 | code & 0xFFFFFFFF if major and code >= 0 else code,
        label=reading.text(reading.application, "label") if reading.application else "",
        min_sdk=minimum,
        target_sdk=target,
        max_sdk=maximum,
        compile_sdk=reading.integer(root, "compileSdkVersion", -1),
        shared_user=reading.text(root, "sharedUserId"),
        split=bounded(split.text()) if split else "",
    )


def application(reading: Reading, element: Element) -> Application:
    """Flags of ``<application>`` after defaults."""
    return Application(
        debuggable=reading.boolean(element, "debuggable", default=False),
        test_only=reading.boolean(element, "testOnly", default=False),
        allow_backup=reading.boolean(element, "allowBackup", default=True),
        full_backup_content=reading.text(element, "fullBackupContent"),
        data_extraction_rules=reading.text(element, "dataExtractionRules"),
        cleartext=reading.boolean(element, "usesCleartextTraffic", default=reading.target_sdk < 28),
        network_security_config=reading.text(element, "networkSecurityConfig"),
        extract_native_libs=reading.boolean(element, "extractNativeLibs", default=True),
        legacy_storage=reading.boolean(element, "requestLegacyExternalStorage", default=reading.target_sdk < 29),
        class_name=reading.class_name(element, "name"),
        backup_agent=reading.class_name(element, "backupAgent"),
        stated=tuple(sorted(name for name in _STATED if reading.has(element, name))),
    )
