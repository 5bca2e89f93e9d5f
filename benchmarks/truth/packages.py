"""Packages of registries: fetched with the registry's own client, checked against a pinned digest, only unpacked."""

import hashlib
import io
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


class PackageError(Exception):
    """A package cannot be had; the message says which and why."""


@dataclass(frozen=True)
class Package:
    """One pinned package file; `wanted` is what the pins say of its members."""

    registry: str
    name: str
    version: str
    sha256: str
    wanted: dict[str, Any] = field(default_factory=dict, hash=False)

    def fetched(self, cache: Path) -> "Members":
        """The package's members, from the cache or from the registry.

        Raises:
            PackageError: the registry does not give it, or gives other bytes than the pinned ones.
        """
        kept = cache / self.sha256
        if not kept.is_file():
            cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=cache) as folder:
                path = self._download(Path(folder))
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                if digest != self.sha256:
                    raise PackageError(f"{self.name} {self.version} has SHA-256 {digest}, pinned is {self.sha256}")
                path.replace(kept)
        return Members(kept)

    def _download(self, folder: Path) -> Path:
        pinned = f"{self.name}{'=' if self.registry == 'debian' else '=='}{self.version}"
        commands = {
            "pypi": ["pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", ".", pinned],
            "npm": ["npm", "pack", "--silent", "--ignore-scripts", f"{self.name}@{self.version}"],
            "debian": ["apt-get", "download", "-q", pinned],
        }
        command = commands[self.registry]
        client = shutil.which(command[0])
        if client is None:
            raise PackageError(f"{command[0]} is missing")
        done = subprocess.run([client, *command[1:]], cwd=folder, check=False, capture_output=True, text=True)
        files = sorted(path for path in folder.iterdir() if path.is_file())
        if done.returncode or len(files) != 1:
            raise PackageError(f"{self.name} {self.version} could not be fetched: {done.stderr.strip()[-300:]}")
        return files[0]


class Members:
    """The members of a package file: a wheel, an npm tarball or a Debian package."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            self._magic = file.read(8)

    def read(self, name: str) -> bytes:
        """The bytes of a member; ``a.aar!/classes.jar`` is a member of a zip archive that is a member."""
        outer, *inner = name.split("!/")
        data = self._read(outer)
        for step in inner:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                data = archive.read(step)
        return data

    def _read(self, name: str) -> bytes:
        if self._magic.startswith(b"PK"):
            with zipfile.ZipFile(self._path) as archive:
                return archive.read(name)
        member = self._tar.extractfile(self._tar.getmember(f"./{name}" if self._is_debian else name))
        if member is None:
            raise PackageError(f"{name} is no file")
        return member.read()

    @property
    def _is_debian(self) -> bool:
        return self._magic.startswith(b"!<arch>")

    @cached_property
    def _tar(self) -> tarfile.TarFile:
        if not self._is_debian:
            return tarfile.open(self._path)
        command = [shutil.which("dpkg-deb") or "dpkg-deb", "--fsys-tarfile", str(self._path)]
        data = subprocess.run(command, check=True, capture_output=True).stdout
        return tarfile.open(fileobj=io.BytesIO(data))


def pinned(file: str) -> list[Package]:
    """The packages of a file of pins beside this module."""
    rows = tomllib.loads((HERE / file).read_text("utf-8"))["package"]
    known = ("registry", "name", "version", "sha256")
    return [
        Package(
            row["registry"],
            row["name"],
            row["version"],
            row["sha256"],
            {key: value for key, value in row.items() if key not in known},
        )
        for row in rows
    ]
