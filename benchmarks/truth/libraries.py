"""The library files of a folder, as the generator takes them: code, and no more than an app would carry."""

import io
import shutil
import zipfile
from pathlib import Path

from benchmarks.truth import dexes

_BYTES_OF_CLASS = 1_500
LARGEST = 1_600_000
"""In bytes of jar: larger ones would make every app large."""


def take(folder: Path, target: Path) -> None:
    """Copy every library of a folder (``FAMILY__VERSION`` with ``.jar``, ``.aar`` or ``.dex``) that is not too large.

    An AAR gives one jar of all its classes.
    """
    for path in sorted(folder.iterdir()):
        if "__" not in path.stem or any((target / f"{path.stem}{end}").exists() for end in (".jar", ".dex")):
            continue
        if path.suffix == ".aar":
            _from_aar(path, target / f"{path.stem}.jar")
        elif path.suffix in {".jar", ".dex"} and weight(path) <= LARGEST:
            _same(path, target / path.name)


def weight(path: Path) -> int:
    """About the size of a library as a jar; a dex file may hold the strings of more than its classes."""
    if path.suffix == ".jar":
        return path.stat().st_size
    return min(path.stat().st_size // 2, len(dexes.defined(path)) * _BYTES_OF_CLASS)


def _same(path: Path, target: Path) -> None:
    try:
        target.hardlink_to(path)
    except OSError:  # another file system
        shutil.copyfile(path, target)


def _from_aar(path: Path, target: Path) -> None:
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name == "classes.jar" or (name.startswith("libs/") and name.endswith(".jar")):
                with zipfile.ZipFile(io.BytesIO(archive.read(name))) as jar:
                    for item in jar.namelist():
                        found.setdefault(item, jar.read(item))
    if not found or sum(map(len, found.values())) > 3 * LARGEST:
        return
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in sorted(found.items()):
            out.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
