"""Cut the classes of one family out of archives and dex files, so that a file gives that family alone."""

import hashlib
import io
import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator

_LEFT_OUT = re.compile(r"(^|/)(R|R\$\w+|BuildConfig)$")
"""Classes that every build makes anew."""
_DEX = b"dex\n"
_CLASS_DEFS = 6
_EPOCH = (1980, 1, 1, 0, 0, 0)
_NESTED = 2

Keep = Callable[[str], bool]
"""Whether a class belongs to it, by its internal name."""
Member = tuple[str, Callable[[], bytes]]


def members(data: bytes) -> Iterator[Member]:
    """Names and contents of an archive's files: zip, tar of any compression, or Debian package."""
    if data[:2] == b"PK":
        archive = zipfile.ZipFile(io.BytesIO(data))
        for info in archive.infolist():
            if not info.is_dir():
                yield info.filename, lambda info=info: archive.read(info)
    elif data[:8] == b"!<arch>\n":
        yield from members(_debian_data(data))
    else:
        tarball = tarfile.open(fileobj=io.BytesIO(data))  # noqa: SIM115 - its members are read while it is iterated
        for item in tarball:
            if item.isfile():
                yield item.name, lambda item=item: tarball.extractfile(item).read()  # type: ignore[union-attr]


def _debian_data(data: bytes) -> bytes:
    """The archive of files in a Debian package."""
    at = 8
    while at + 60 <= len(data):
        name, size = data[at : at + 16].decode().strip().rstrip("/"), int(data[at + 48 : at + 58])
        body = data[at + 60 : at + 60 + size]
        if name.startswith("data.tar"):
            return lzma.decompress(body) if name.endswith(".xz") else body
        at += 60 + size + (size & 1)
    raise ValueError("the Debian package has no data archive that can be read")


def find(data: bytes, paths: set[str]) -> dict[str, bytes]:
    """Members of a package by path; ``!/`` leads into a zip, an empty path is the package itself."""
    found = {"": data} if "" in paths else {}
    heads = {path.partition("!/")[0] for path in paths} - {""}
    if heads:
        for name, read in members(data):
            if name in heads:
                inside = {path.partition("!/")[2] for path in paths if path.startswith(f"{name}!/")}
                held = read()
                found |= {name: held} if name in paths else {}
                found |= {f"{name}!/{path}": item for path, item in find(held, inside).items()} if inside else {}
    return found


def carve(files: list[bytes], keep: Keep) -> tuple[str, bytes] | None:
    """The kind (``jar``, ``dex``, ``apk``) and bytes of one file with the classes that are kept; None without any."""
    classes: dict[str, bytes] = {}
    dexes: list[bytes] = []
    for name, data in (item for file in files for item in _code(file, 0)):
        if name is None:
            dexes += [cut] if (cut := cut_dex(data, keep)) else []
        elif keep(name) and not _LEFT_OUT.search(name):
            classes.setdefault(name, data)
    if classes:
        return "jar", zipped({f"{name}.class": data for name, data in sorted(classes.items())})
    if len(dexes) == 1:
        return "dex", dexes[0]
    named = {f"classes{number + 1 if number else ''}.dex": data for number, data in enumerate(dexes)}
    return ("apk", zipped(named)) if dexes else None


def _code(data: bytes, depth: int) -> Iterator[tuple[str | None, bytes]]:
    """Classes with their names, and dex files without one."""
    if data[:4] == _DEX:
        yield None, data
        return
    for path, read in members(data):
        if path.endswith(".class"):
            if not path.startswith("META-INF/") and "module-info" not in path:
                yield path.removesuffix(".class"), read()
        elif path.endswith(".dex"):
            if (dex := read())[:4] == _DEX:
                yield None, dex
        elif path.endswith(".jar") and depth < _NESTED and (held := read()):
            yield from _code(held, depth + 1)


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def cut_dex(data: bytes, keep: Keep) -> bytes | None:
    """A dex file that defines only the classes that are kept; what they do not use stays in it unused."""
    dex = bytearray(data)
    count, start = struct.unpack_from("<II", dex, 0x60)
    kept = 0
    for row in range(count):
        at = start + 32 * row
        name = class_name(data, at)
        if keep(name) and not _LEFT_OUT.search(name):
            dex[start + 32 * kept : start + 32 * kept + 32] = data[at : at + 32]
            kept += 1
    if not kept:
        return None
    struct.pack_into("<I", dex, 0x60, kept)
    (map_at,) = struct.unpack_from("<I", dex, 0x34)
    for item in range(*struct.unpack_from("<I", dex, map_at)):
        if struct.unpack_from("<H", dex, map_at + 4 + 12 * item)[0] == _CLASS_DEFS:
            struct.pack_into("<I", dex, map_at + 8 + 12 * item, kept)
    dex[12:32] = hashlib.sha1(dex[32:]).digest()  # noqa: S324 - the format asks for it
    struct.pack_into("<I", dex, 8, zlib.adler32(dex[12:]))
    return bytes(dex)


def class_name(dex: bytes, at: int) -> str:
    """The internal name of the class whose definition starts at `at`."""
    types, strings = struct.unpack_from("<I", dex, 0x44)[0], struct.unpack_from("<I", dex, 0x3C)[0]
    (row,) = struct.unpack_from("<I", dex, at)
    (text,) = struct.unpack_from("<I", dex, strings + 4 * struct.unpack_from("<I", dex, types + 4 * row)[0])
    while dex[text] & 0x80:
        text += 1
    return dex[text + 1 : dex.index(0, text + 1)].decode("utf-8", "replace")[1:-1]
