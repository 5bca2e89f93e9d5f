"""The library files of a folder, as the generator takes them: code, and no more than an app would carry."""

import io
import shutil
import zipfile
from pathlib import Path

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
        elif path.suffix in {".jar", ".dex"} and path.stat().st_size <= LARGEST:
            shutil.copyfile(path, target / path.name)


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
