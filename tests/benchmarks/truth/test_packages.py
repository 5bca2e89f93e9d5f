import hashlib
import io
import tarfile
import zipfile

import pytest

from benchmarks.truth import packages
from benchmarks.truth.packages import Members, Package, PackageError, pinned


def wheel(path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("classes.jar", b"inside")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lib/a.aar", inner.getvalue())
    return path


def test_members_of_members_are_read(tmp_path):
    assert Members(wheel(tmp_path / "a.whl")).read("lib/a.aar!/classes.jar") == b"inside"
    with tarfile.open(tmp_path / "b.tgz", "w:gz") as archive:
        member = tarfile.TarInfo("package/x.jar")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"jar"))
    assert Members(tmp_path / "b.tgz").read("package/x.jar") == b"jar"


def test_a_cached_package_is_not_fetched_again(tmp_path, monkeypatch):
    data = wheel(tmp_path / "a.whl").read_bytes()
    package = Package("pypi", "a", "1", hashlib.sha256(data).hexdigest())
    (tmp_path / package.sha256).write_bytes(data)
    monkeypatch.setattr(packages.shutil, "which", lambda _: None)
    assert package.fetched(tmp_path).read("lib/a.aar!/classes.jar") == b"inside"


def test_other_bytes_than_the_pinned_ones_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Package, "_download", lambda _, folder: wheel(folder / "a.whl"))
    with pytest.raises(PackageError, match="pinned is 00"):
        Package("pypi", "a", "1", "00").fetched(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_missing_client_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(packages.shutil, "which", lambda _: None)
    with pytest.raises(PackageError, match="npm is missing"):
        Package("npm", "a", "1", "00").fetched(tmp_path)


def test_every_tool_is_pinned_by_digest():
    tools = {tool for package in pinned("tools.toml") for tool in package.wanted["jars"]}
    assert tools == {"android", "asm", "dex2jar", "proguard", "r8new", "r8old", "smali"}
    assert all(len(package.sha256) == 64 for package in pinned("tools.toml"))
