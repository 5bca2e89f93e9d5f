"""What the tests of commands share: a small app, a signed bundle, and a way to run a command in this process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from affidavit.cli.main import main
from tests.builders.affidavits import APP, write_small_bundle
from tests.builders.axml import binary, e, manifest
from tests.builders.dex import DexBuilder, Method
from tests.builders.zip import zip_of


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a folder of its own, with a key of its own and no settings."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("FORMAT", "BUDGET", "FAIL_ON", "STRICT", "QUIET", "OUTPUT_DIR", "DEBUG"):
        monkeypatch.delenv(f"AFFIDAVIT_{name}", raising=False)
    monkeypatch.setenv("AFFIDAVIT_KEY", str(tmp_path / "key.pem"))

    def ran(*words: str | Path) -> Ran:
        capsysbinary.readouterr()
        code = main([str(word) for word in words])
        out, err = capsysbinary.readouterr()
        return Ran(code, out.decode(), err.decode())

    return ran


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A small signed bundle; the artefact that it is about lies beside it as example.apk."""
    path = tmp_path / "example.apk.affidavit"
    write_small_bundle(path)
    (tmp_path / "example.apk").write_bytes(APP)
    return path


def app_bytes(permissions: Sequence[str] = ("android.permission.ACCESS_FINE_LOCATION",)) -> bytes:
    """An APK with a manifest and one class that asks for the last known location."""
    asked = [e("uses-permission", {"android:name": name}) for name in permissions]
    call = "Landroid/location/LocationManager;->getLastKnownLocation(Ljava/lang/String;)Landroid/location/Location;"
    code = [
        ("const/4", 0, 0),
        ("const-string", 1, "https://collect.example.net/here"),
        ("invoke-virtual", (0, 1), call),
        ("return-void",),
    ]
    find = Method("find", "()V", code, registers=4)
    dex = DexBuilder().add_class("Lorg/example/app/Main;", methods=[find]).build()
    return zip_of({"AndroidManifest.xml": binary(manifest(*asked)), "classes.dex": dex})


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small app."""
    path = tmp_path_factory.mktemp("app") / "small.apk"
    path.write_bytes(app_bytes())
    return path
