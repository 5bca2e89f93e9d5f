"""A small whole app, for tests that need every stage: manifest, code, an asset with an address, a nested archive."""

from pathlib import Path

from tests.builders import axml
from tests.builders.dex import DexBuilder, Method
from tests.builders.zip import zip_of

MAIN = "Lorg/example/app/Main;"
LOCATION = "Landroid/location/LocationManager;->getLastKnownLocation(Ljava/lang/String;)Landroid/location/Location;"
COLLECT = "https://collect.vendor-metrics.net/v1/batch"


def main_manifest() -> axml.E:
    """A manifest that asks for the location and exports one activity."""
    return axml.manifest(
        axml.e("uses-permission", {"android:name": "android.permission.ACCESS_FINE_LOCATION"}),
        axml.e("uses-permission", {"android:name": "android.permission.INTERNET"}),
        axml.e("activity", {"android:name": ".Main", "android:exported": True}),
        debuggable=True,
        label="Small",
    )


def main_dex() -> bytes:
    """Code that asks for the last location and names an address."""
    code = [
        ("const-string", 1, "gps"),
        ("invoke-virtual", [0, 1], LOCATION),
        ("const-string", 2, COLLECT),
        ("return-void",),
    ]
    return DexBuilder().add_class(MAIN, "Landroid/app/Activity;", methods=[Method("onResume", "()V", code)]).build()


def app_files() -> dict[str, bytes]:
    """The entries of the small app."""
    return {
        "AndroidManifest.xml": axml.binary(main_manifest()),
        "classes.dex": main_dex(),
        "assets/config.json": b'{"fallback": "https://backup.vendor-metrics.net/v1"}',
        "assets/more.zip": zip_of({"inner.txt": b"read as well"}),
    }


def small_app() -> bytes:
    """The small app as an APK without a signature."""
    return zip_of(app_files())


def write_app(folder: Path, name: str = "small.apk", **changed: bytes | None) -> Path:
    """Write the small app, with entries replaced or (None) left out; ``classes_dex`` stands for ``classes.dex``."""
    files = app_files()
    for key, data in changed.items():
        entry = {"manifest": "AndroidManifest.xml", "classes_dex": "classes.dex"}.get(key, key)
        if data is None:
            del files[entry]
        else:
            files[entry] = data
    path = folder / name
    path.write_bytes(zip_of(files))
    return path
