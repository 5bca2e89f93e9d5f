"""The names of the classes that an app defines."""

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path


def defined(path: Path) -> frozenset[str]:
    """The descriptors of all classes of all dex files at the top of an archive, or of a dex file."""
    if path.suffix == ".dex":
        return frozenset(_names(path.read_bytes()))
    with zipfile.ZipFile(path) as archive:
        dexes = [name for name in archive.namelist() if name.endswith(".dex") and "/" not in name]
        return frozenset(name for dex in dexes for name in _names(archive.read(dex)))


def in_jar(path: Path) -> frozenset[str]:
    """The descriptors of all classes of a jar."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    return frozenset(
        f"L{name.removesuffix('.class')};"
        for name in names
        if name.endswith(".class") and not name.startswith("META-INF/") and not name.endswith("module-info.class")
    )


def newest(path: Path) -> int:
    """The highest class file version in a jar; 0 where there is none."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".class") and not name.startswith("META-INF/")]
        heads = [archive.open(name).read(8) for name in names if not name.endswith("module-info.class")]
    return max((int.from_bytes(head[6:8], "big") for head in heads), default=0)


def _names(data: bytes) -> Iterator[str]:
    strings, types, classes, count = (struct.unpack_from("<I", data, at)[0] for at in (60, 68, 100, 96))
    for row in range(count):
        type_ = struct.unpack_from("<I", data, classes + 32 * row)[0]
        text = struct.unpack_from("<I", data, strings + 4 * struct.unpack_from("<I", data, types + 4 * type_)[0])[0]
        while data[text] & 0x80:  # the length, a LEB128
            text += 1
        yield data[text + 1 : data.index(0, text + 1)].decode("utf-8", "surrogatepass")
