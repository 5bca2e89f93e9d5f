"""Everything that a stage imports late is imported before the walls are raised: behind them nothing can be."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders.apps import small_app
from tests.builders.payloads import PAYLOADS, payload_app

CODE = """
import json, sys
from importlib import import_module
from pathlib import Path
from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import given
from affidavit.evidence import worker
from affidavit.evidence.examine import examine
for name in worker.LATER:
    import_module(name)
before = set(sys.modules)
for path in sys.argv[1:]:
    try:
        examine(given(Path(path)), Budget(), lambda *_: None)
    except Exception as error:
        assert type(error).__name__ == "UnreadableError", error
print(json.dumps(sorted(set(sys.modules) - before)))
"""
SUFFIXES = {".apk", ".aar", ".jar", ".dex", ".xapk", ".apks", ".apkm", ".zip", ".ipa"}


def imported_late(paths: list[Path]) -> list[str]:
    """Modules that a review of these files imports beyond those that a worker has."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, *map(str, paths)],
        capture_output=True, text=True, check=False, timeout=300, env=os.environ | {"AFFIDAVIT_DEBUG": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    found: list[str] = json.loads(done.stdout)
    return found


def test_built_apps_need_nothing_else(tmp_path: Path):
    apps = [small_app(), *(payload_app(payload) for payload in PAYLOADS.values())]
    paths = [tmp_path / f"{number}.apk" for number in range(len(apps))]
    for path, app in zip(paths, apps, strict=True):
        path.write_bytes(app)
    assert imported_late(paths) == []


@pytest.mark.samples
def test_real_apps_need_nothing_else(sample: Callable[[str], Path]):
    assert imported_late([sample(name) for name in ("uiautomator2", "settings-3.0.0", "apidemos", "wechat-sdk")]) == []


@pytest.mark.corpus
@pytest.mark.parametrize("folder", ["malformed", "ios", "bundles", "constituent/sdk", "signing/fdroidserver"])
def test_odd_artefacts_need_nothing_else(corpus: Path, folder):
    files = sorted(path for path in (corpus / folder).rglob("*") if path.suffix in SUFFIXES)
    assert imported_late([path for path in files if path.stat().st_size < 2 << 20][:40]) == []


@pytest.mark.corpus
def test_signatures_of_every_kind_need_nothing_else(corpus: Path):
    files = sorted((corpus / "signing" / "apksig").glob("*.apk"))
    assert imported_late(files[::5]) == []
