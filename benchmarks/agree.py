"""Do our counts agree with androguard's? `python -m benchmarks.agree APP ...` prints what differs.

Compared: dex files, defined classes, defined methods, strings, permissions asked for, components by kind, and the set
of exported components (androguard has no defaulting rules, so only those that state `android:exported`).
"""

import sys
from collections import Counter
from pathlib import Path

from androguard.core.apk import APK
from androguard.core.dex import DEX
from androguard.util import set_log

import affidavit
from affidavit.model.code import CodeUnit
from affidavit.model.declared import Component, Permission

KINDS = ("activity", "activity-alias", "service", "receiver", "provider")
NS = "{http://schemas.android.com/apk/res/android}"


def ours(path: Path) -> dict[str, object]:
    """The quantities as this project counts them."""
    facts = affidavit.review(path).facts
    units = [fact.what for fact in facts if isinstance(fact.what, CodeUnit)]
    components = [fact.what for fact in facts if isinstance(fact.what, Component)]
    return {
        "dex files": len(units),
        "classes": sum(unit.classes for unit in units),
        "methods": sum(unit.methods for unit in units),
        "strings": sum(unit.strings for unit in units),
        "permissions": sorted({fact.what.name for fact in facts if isinstance(fact.what, Permission)}),
        "components": dict(sorted(Counter(component.form for component in components).items())),
        "exported as stated": sorted({c.name for c in components if c.exported and c.exported_why == "stated"}),
    }


def theirs(path: Path) -> dict[str, object]:
    """The same by androguard; components are read from its decoded manifest."""
    apk = APK(str(path))
    dexes = [DEX(data) for data in apk.get_all_dex()]
    manifest = apk.get_android_manifest_xml()
    application = manifest.find("application") if manifest is not None else None
    found = [item for item in (application if application is not None else []) if item.tag in KINDS]
    package = apk.get_package()
    exported = (item.get(NS + "name", "") for item in found if item.get(NS + "exported") == "true")
    return {
        "dex files": len(dexes),
        "classes": sum(len(dex.get_classes()) for dex in dexes),
        "methods": sum(len(dex.get_encoded_methods()) for dex in dexes),
        "strings": sum(len(dex.get_strings()) for dex in dexes),
        "permissions": sorted(set(apk.get_permissions())),
        "components": dict(sorted(Counter(item.tag for item in found).items())),
        "exported as stated": sorted({absolute(package, name) for name in exported}),
    }


def absolute(package: str, name: str) -> str:
    """Android's reading of a component's class name."""
    if name.startswith("."):
        return package + name
    return name if "." in name else f"{package}.{name}"


def main() -> None:
    """Print each difference, then how many quantities agreed."""
    set_log("ERROR")
    agreed = differed = 0
    for name in sys.argv[1:]:
        mine, peer = ours(Path(name)), theirs(Path(name))
        for quantity, value in mine.items():
            if value == peer[quantity]:
                agreed += 1
                continue
            differed += 1
            print(f"{Path(name).name}: {quantity}: ours {value}; androguard {peer[quantity]}")
    print(f"{agreed} quantities agree, {differed} differ")


if __name__ == "__main__":
    main()
