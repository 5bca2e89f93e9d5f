"""Labelled apps as typed records: every measurement of matching reads them here."""

import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.truth.labels import Relation, Row

BACKGROUND = "background:"


@dataclass(frozen=True)
class Build:
    """One app as one obfuscator left it.

    `counts` gives, for each owner of code, how many of its classes live on (``is``), of how many only code lives on
    in other classes (``inlined``), and how many are ``gone``. It is empty where there is no truth by class.
    """

    name: str
    path: Path
    truth: Path | None
    options: tuple[str, ...]
    counts: dict[str, dict[Relation, int]]

    def rows(self) -> Iterator[Row]:
        """The truth by class; nothing where there is none."""
        if self.truth is not None:
            for line in lzma.decompress(self.truth.read_bytes()).decode().splitlines():
                app_class, library_class, whose, relation = line.split("\t")
                yield Row(app_class, library_class, whose, relation)  # type: ignore[arg-type]


@dataclass(frozen=True)
class App:
    """One app: libraries put in (``FAMILY__VERSION``), code never indexed (names), and its builds."""

    name: str
    kind: str
    libraries: tuple[str, ...]
    background: tuple[str, ...]
    builds: tuple[Build, ...]

    def alive(self, build: Build, least: int = 1) -> tuple[str, ...]:
        """The libraries of which at least so many classes live on; all of them where there is no truth by class."""
        if not build.counts:
            return self.libraries
        return tuple(name for name in self.libraries if build.counts.get(name, {}).get("is", 0) >= least)


def apps(folder: Path) -> Iterator[App]:
    """The labelled apps of a folder, in the order of their names; one that is still being made is left out."""
    for meta in sorted(folder.glob("apps/*/meta.json")):
        yield _app(meta.parent, json.loads(meta.read_text("utf-8")))


def libraries(folder: Path) -> dict[str, Path]:
    """The files of the libraries to index, by ``FAMILY__VERSION``."""
    return {path.stem: path for path in sorted((folder / "libraries").iterdir()) if path.suffix in {".jar", ".dex"}}


def _app(home: Path, meta: dict[str, Any]) -> App:
    builds = tuple(_build(home, name, said) for name, said in meta["builds"].items())
    return App(home.name, meta["kind"], tuple(meta["libs"]), tuple(meta["background"]), builds)


def _build(home: Path, name: str, said: dict[str, Any]) -> Build:
    truth = home / f"{name}.truth.tsv.xz"
    path = home / f"{name}.apk"
    return Build(name, path, truth if truth.is_file() else None, tuple(said["options"]), said["presence"])
