"""Assemble one APK of more than 180,000 classes out of real dex files: `python -m benchmarks.large OUT.apk [APK ...]`.

The dex files of the given apps are taken again and again, each time with the classes that they define moved to another
root package (one letter of each descriptor changes, so lengths and offsets stay), until the count is reached. Code,
strings and references stay those of real apps. The manifest declares the components of every copy, so that all of the
code can be entered as it could be in the apps; resources are those of the first one.
"""

import itertools
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from affidavit.model.declared import Component
from tests.builders import axml
from tests.reading import read

TARGET = 182_000
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_$"


def rename_roots(dex: bytes, letter: str) -> bytes:
    """The same dex with the first letter of each class that it defines replaced; checksum made right again."""
    data = bytearray(dex)
    string_ids, type_ids = struct.unpack_from("<I", data, 0x3C)[0], struct.unpack_from("<I", data, 0x44)[0]
    count, classes = struct.unpack_from("<II", data, 0x60)
    for row in range(count):
        (type_index,) = struct.unpack_from("<I", data, classes + 32 * row)
        (string_index,) = struct.unpack_from("<I", data, type_ids + 4 * type_index)
        (start,) = struct.unpack_from("<I", data, string_ids + 4 * string_index)
        while data[start] & 0x80:
            start += 1
        data[start + 2] = ord(letter)
    struct.pack_into("<I", data, 8, zlib.adler32(data[12:]))
    return bytes(data)


def class_count(dex: bytes) -> int:
    """class_defs_size of the dex header."""
    return struct.unpack_from("<I", dex, 0x60)[0]


def dex_files(app: Path) -> list[bytes]:
    """The dex files of one app, in order."""
    with zipfile.ZipFile(app) as archive:
        return [archive.read(name) for name in archive.namelist() if name.endswith(".dex")]


def components(app: Path) -> list[Component]:
    """What the manifest of one app declares."""
    with read(app, frozenset({"entries", "manifest"})) as state:
        return [fact.what for fact in state.facts if isinstance(fact.what, Component)]


def enough(apps: list[Path]) -> Iterator[tuple[int, str, list[bytes]]]:
    """Number and root package of each copy of an app, and its dex files, until `TARGET` classes are there.

    Only the first app keeps its names: libraries that the apps share must not be defined twice.
    """
    total = 0
    every = [dex_files(app) for app in apps]
    for root, (number, dexes) in zip(["", *LETTERS], itertools.cycle(enumerate(every)), strict=False):
        taken = []
        for dex in dexes:
            if total < TARGET:
                taken.append(rename_roots(dex, root) if root else dex)
                total += class_count(dex)
        if not taken:
            return
        yield number, root, taken


def declared(found: list[Component], root: str) -> Iterator[axml.E]:
    """The components of one copy, as its manifest has them, under their new names."""
    for item in found:
        name = root + item.name[1:] if root else item.name
        filters = [
            axml.e("intent-filter", {}, *(axml.e("action", {"android:name": action}) for action in one.actions))
            for one in item.filters
        ]
        yield axml.e(item.form, {"android:name": name, "android:exported": item.exported}, *filters)


def build(out: Path, apps: list[Path]) -> int:
    """Write the app; give its number of class definitions."""
    found, dexes, parts = [components(app) for app in apps], list[bytes](), list[axml.E]()
    for number, root, some in enough(apps):
        dexes += some
        parts += declared([item for item in found[number] if item.form != "activity-alias"], root)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("AndroidManifest.xml", axml.binary(axml.manifest(*parts)))
        with zipfile.ZipFile(apps[0]) as first:
            for name in first.namelist():
                if not name.endswith(".dex") and not name.startswith(("META-INF/", "AndroidManifest")):
                    target.writestr(name, first.read(name))
        for number, dex in enumerate(dexes, 1):
            target.writestr("classes.dex" if number == 1 else f"classes{number}.dex", dex)
    return sum(map(class_count, dexes))


if __name__ == "__main__":
    destination = Path(sys.argv[1])
    sys.stderr.write(f"{build(destination, [Path(path) for path in sys.argv[2:]])} classes in {destination}\n")
