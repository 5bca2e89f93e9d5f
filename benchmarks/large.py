"""Assemble one APK of more than 180,000 classes out of real dex files: `python -m benchmarks.large OUT.apk [APK ...]`.

The dex files of the given apps are taken again and again, each time with the classes that they define moved to another
root package (one letter of each descriptor changes, so lengths and offsets stay), until the count is reached. Code,
strings and references stay those of real apps. The first app gives manifest and resources.
"""

import itertools
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

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


def enough(apps: list[Path]) -> Iterator[bytes]:
    """The apps' dex files under one root package after the other, until `TARGET` classes are there.

    Only the first app keeps its names: libraries that the apps share must not be defined twice.
    """
    total = 0
    every = [dex_files(app) for app in apps]
    for root, dexes in zip(["", *LETTERS], itertools.cycle(every), strict=False):
        for dex in dexes:
            yield rename_roots(dex, root) if root else dex
            total += class_count(dex)
            if total >= TARGET:
                return


def build(out: Path, apps: list[Path]) -> int:
    """Write the app; give its number of class definitions."""
    total = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        with zipfile.ZipFile(apps[0]) as first:
            for name in first.namelist():
                if not name.endswith(".dex") and not name.startswith("META-INF/"):
                    target.writestr(name, first.read(name))
        for number, dex in enumerate(enough(apps), 1):
            target.writestr("classes.dex" if number == 1 else f"classes{number}.dex", dex)
            total += class_count(dex)
    return total


if __name__ == "__main__":
    destination = Path(sys.argv[1])
    sys.stderr.write(f"{build(destination, [Path(path) for path in sys.argv[2:]])} classes in {destination}\n")
