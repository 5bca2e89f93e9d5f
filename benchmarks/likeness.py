"""Levels of likeness on real apps: `python -m benchmarks.likeness PATH ... [--libraries INDEX] [--pairs]`.

PATH is an app or a folder of apps. Apps of one package name are builds or versions of one app: what level each pair of
them reaches is counted; so is the level of all other pairs, which have nothing to do with each other as far as names
tell. Of those every pair with a level above *common template* is printed, for a person to judge, and how much the pairs
share at most. With `--pairs` each pair of one package is printed too.

Files of the same code (every class of the one in the other) count once.
"""

import argparse
import hashlib
import mmap
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from affidavit.identity.code.index import Index
from affidavit.identity.code.match import match
from affidavit.identity.code.signatures import of_program
from affidavit.identity.code.stage import own_classes
from affidavit.identity.code.store import opened
from affidavit.identity.likeness import cuts, likeness, sketch
from affidavit.knowledge import FINGERPRINTS
from affidavit.model.errors import AffidavitError
from affidavit.model.fact import Fact
from affidavit.model.identity import Package
from affidavit.model.likeness import CodeSketch, Likeness
from affidavit.model.place import Place
from tests.reading import read

LEVELS = ("same code", "repackaged", "derivative", "large pieces", "common template", "not shown", "undetermined")
ACCUSING = LEVELS[:4]


class App(NamedTuple):
    """One app: its file, its package name, its sketch and what else is compared."""

    path: Path
    package: str
    held: CodeSketch
    facts: list[Fact]


class Pair(NamedTuple):
    """Two apps and what they have in common."""

    first: App
    second: App
    what: Likeness

    @property
    def least(self) -> int:
        """Tokens of the one that has fewer."""
        return min(self.first.held.tokens, self.second.held.tokens)

    @property
    def most(self) -> float:
        """The larger share, all kinds together."""
        return max(self.what.inside, self.what.around)


def apps_of(paths: list[Path], index: Index) -> Iterator[App]:
    """Every app with code that can be read, each file and each code once."""
    files = [file for path in paths for file in (sorted(path.rglob("*.apk")) if path.is_dir() else [path])]
    seen: set[str] = set()
    for file in files:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        if digest in seen:
            continue
        seen.add(digest)
        try:
            app = _app(file, index)
        except AffidavitError as error:
            print(f"{file.name}: {error}")
            continue
        if app is not None and app.held.whole not in seen:
            seen.add(app.held.whole)
            yield app


def _app(file: Path, index: Index) -> App | None:
    with read(file, frozenset({"entries", "manifest", "code"})) as state:
        if not state.program.units:
            return None
        signatures = of_program(state.program)
        own = (match(signatures, index).origin < 0) & own_classes(signatures, state.facts)
        fact = sketch(signatures, own, Place(""), index)
        named = [fact.what.name for fact in state.facts if isinstance(fact.what, Package) and not fact.what.split]
    # An app without a name is told by its folder: builds of one app lie together.
    return App(file, next(iter(named), "") or file.parent.name, fact.what, [fact])  # type: ignore[arg-type]


def counted(title: str, pairs: list[Pair]) -> str:
    """One row: how many pairs reach each level."""
    found = Counter(pair.what.level for pair in pairs)
    return f"| {title} | {len(pairs):,} | " + " | ".join(f"{found[level]:,}" for level in LEVELS) + " |"


def shown(pair: Pair) -> str:
    """One pair for a person."""
    what = pair.what
    shares = f"{what.inside:.0%}/{what.around:.0%}, without strings {what.plain_inside:.0%}/{what.plain_around:.0%}"
    names = " | ".join(f"{'/'.join(app.path.parts[-2:])} ({app.held.tokens})" for app in pair[:2])
    return f"  {what.level}: {shares}, {what.classes} classes: {names}"


def main() -> None:
    """Print the table, and the pairs that may be wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH")
    parser.add_argument("--libraries", type=Path, default=FINGERPRINTS)
    parser.add_argument("--pairs", action="store_true")
    options = parser.parse_args()
    with options.libraries.open("rb") as file:
        index, _ = opened(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    apps = list(apps_of(options.paths, index))
    pairs = [Pair(*both, likeness(both[0].facts, both[1].facts)) for both in combinations(apps, 2)]
    related = [pair for pair in pairs if pair.first.package == pair.second.package]
    other = [pair for pair in pairs if pair.first.package != pair.second.package]
    told = [pair for pair in other if pair.least >= cuts().fewest]
    print(
        f"{len(apps)} apps of different code, {sum(app.held.tokens >= cuts().fewest for app in apps)} with enough own"
    )
    print("| pairs | number | " + " | ".join(LEVELS) + " |\n|---|" + "---:|" * (1 + len(LEVELS)))
    print(counted("one package name", related))
    print(counted("one package name, enough own code", [pair for pair in related if pair.least >= cuts().fewest]))
    print(counted("different package names", other))
    print(counted("different package names, enough own code", told))
    highest = sorted((pair.most for pair in told if pair.what.level != "undetermined"), reverse=True)[:10]
    print("Most that different names share: " + ", ".join(f"{share:.1%}" for share in highest))
    print("Different names, above a common template:")
    print("\n".join(shown(pair) for pair in other if pair.what.level in ACCUSING))
    if options.pairs:
        print("One name:")
        print("\n".join(shown(pair) for pair in related))


if __name__ == "__main__":
    main()
