"""Everything that a stage imports late is imported before the walls are raised: behind them nothing can be."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

import affidavit
from tests.builders.apps import small_app
from tests.builders.payloads import PAYLOADS, payload_app
from tests.conftest import THOROUGH

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


READING = ("artefact", "dalvik", "facts", "findings", "identity", "knowledge", "signing")
"""Packages whose code runs behind the walls."""
LOADED = """
import json, sys
from importlib import import_module
from affidavit.evidence import worker
for name in worker.LATER:
    import_module(name)
print(json.dumps(sorted(sys.modules)))
"""


def late_imports() -> set[str]:
    """Every module that a function of the reading packages imports, by its own text."""
    found: set[str] = set()
    package = Path(affidavit.__file__).parent
    for path in (path for name in READING for path in (package / name).rglob("*.py")):
        if path.name in {"compile.py", "shape.py", "lint.py"}:  # run by people, on knowledge
            continue
        tree = ast.parse(path.read_text("utf-8"))
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
            for node in ast.walk(function):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names = {f"{node.module}.{alias.name}" for alias in node.names}
                    found |= {name for name in names if find_spec_quietly(name)} or {node.module}
    return found


def find_spec_quietly(name: str) -> bool:
    """Whether there is a module of that name."""
    try:
        return find_spec(name) is not None
    except (ImportError, AttributeError, ValueError):
        return False


def test_every_import_inside_a_function_is_made_before_the_walls():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=60)
    late = late_imports()
    assert "asn1crypto.x509" in late
    assert late - set(json.loads(done.stdout)) == set()


def test_built_apps_need_nothing_else(tmp_path: Path):
    apps = [small_app(), *(payload_app(payload) for payload in PAYLOADS.values())]
    paths = [tmp_path / f"{number}.apk" for number in range(len(apps))]
    for path, app in zip(paths, apps, strict=True):
        path.write_bytes(app)
    assert imported_late(paths) == []


@pytest.mark.samples
def test_real_apps_need_nothing_else(sample: Callable[[str], Path]):
    names = ("settings-3.0.0", "wechat-sdk", *(("uiautomator2", "apidemos") if THOROUGH else ()))
    assert imported_late([sample(name) for name in names]) == []


@pytest.mark.corpus
@pytest.mark.parametrize("folder", ["malformed", "ios", "bundles", "constituent/sdk", "signing/fdroidserver"])
def test_odd_artefacts_need_nothing_else(corpus: Path, folder):
    files = sorted(path for path in (corpus / folder).rglob("*") if path.suffix in SUFFIXES)
    largest = 1 << 20 if THOROUGH else 1 << 17
    assert imported_late([path for path in files if path.stat().st_size < largest][:20]) == []


@pytest.mark.corpus
def test_signatures_of_every_kind_need_nothing_else(corpus: Path):
    files = sorted((corpus / "signing" / "apksig").glob("*.apk"))
    assert imported_late(files[::9]) == []
