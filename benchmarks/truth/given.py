"""Labelled apps that somebody else made, brought into the same layout."""

import json
import lzma
import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.truth import dexes, labels
from benchmarks.truth.maps import read_map
from benchmarks.truth.packages import HERE

_NAMES = dict(line.split("\t") for line in (HERE / "given_names.tsv").read_text("utf-8").splitlines())
_MAPS = {"r8srk": "r8srk", "r8full": "r8full", "cfo": "r8srk"}


def bring(source: Path, target: Path) -> None:
    """Copy the libraries and apps of a folder and write their truth.

    Args:
        source: has ``libraries`` and folders of apps, each with ``meta.json``, builds and some mapping files.
        target: the folder of labelled apps.
    """
    folder = target / "libraries"
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((source / "libraries").glob("*.dex")):
        name = renamed(path.stem)
        if not any((folder / f"{name}{end}").exists() for end in (".dex", ".jar")):
            shutil.copyfile(path, folder / f"{name}.dex")
    for meta in sorted(source.glob("app*/meta.json")):
        _bring_app(meta.parent, json.loads(meta.read_text("utf-8")), target)


def _bring_app(source: Path, said: dict[str, list[str]], target: Path) -> None:
    home = target / "apps" / source.name
    home.mkdir(parents=True, exist_ok=True)
    whose = dict(_owners(source.parent / "libraries", said))
    unknown = [name for name in said["bg"] if not (source.parent / "libraries" / f"{name}.dex").is_file()]
    builds: dict[str, object] = {}
    for path in sorted(source.glob("*.apk")):
        shutil.copyfile(path, home / path.name)
        present = dexes.defined(path)
        rows: list[labels.Row] = []
        if path.stem == "d8":
            rows = labels.unchanged(present, whose)
        elif (name := _MAPS.get(path.stem)) is not None:
            text = lzma.decompress((source / f"{name}.map.xz").read_bytes()).decode()
            rows = labels.label(read_map(text.splitlines()), whose, present)
        if rows:
            labels.write(home / f"{path.stem}.truth.tsv.xz", rows)
        builds[path.stem] = {"options": [], "presence": labels.counts(rows)}
    libraries, background = list(map(renamed, said["libs"])), list(map(renamed, said["bg"]))
    meta: dict[str, object] = {"kind": "driver", "libs": libraries, "background": background, "builds": builds}
    if unknown:
        meta["note"] = f"classes of {', '.join(unknown)} are labelled own"
    save_meta(home, meta)


def _owners(folder: Path, said: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    for whose, names in (("", said["libs"]), ("background:", said["bg"])):
        for name in names:
            path = folder / f"{name}.dex"
            if path.is_file():
                yield from ((found, whose + renamed(name)) for found in sorted(dexes.defined(path)))


def renamed(name: str) -> str:
    """``FAMILY__VERSION`` as the other libraries are called; the same code under two names would be a tie."""
    return _NAMES.get(name) or name.replace("_", "-").replace("--", "__")


def save_meta(home: Path, meta: dict[str, object]) -> None:
    """Write ``meta.json`` last and whole: it is the mark of an app that is ready."""
    partial = home / "meta.json.part"
    partial.write_text(json.dumps(meta, indent=1) + "\n", "utf-8")
    partial.replace(home / "meta.json")
