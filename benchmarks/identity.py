"""Whose code is in labelled and in real apps: `python -m benchmarks.identity TRUTH [--real APK ...] [--fit]`.

TRUTH is a folder made by `benchmarks.truth`; its libraries are the index. With `--more` everything is measured a second
time, against an index that has those libraries too and, with `--background`, counts ordinary apps: like the one that is
shipped. Numbers are fitted on both, so that they hold for small indexes and for large ones.

Real apps are judged by the names that their classes kept, which the matcher never sees: a family is there when the app
defines five or more classes under names that the family has, not there when it defines none, and in between it is not
counted. Nor is code that moved: pairs whose classes have the same simple name in another package, or no name that tells
anything. A family whose classes are found under the same simple names in another family counts as found when that one
is: one code under two names.

Every probability in the tables is given by numbers that were fitted without the app and without the library. `--fit`
prints the numbers fitted on everything, for `knowledge/code_matching/decision.yaml`. `--as-decided` fits nothing and
judges by what the program says: for apps that had no part in any fit. `--without KIND` leaves out the tokens of a kind,
in the apps and in the index.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
import yaml

from affidavit.identity.code.build import counted
from affidavit.identity.code.decide import decide, scaled
from affidavit.identity.code.index import Index
from affidavit.identity.code.libraries import Ordinary
from affidavit.identity.code.match import Evidence, evidence
from affidavit.identity.code.signatures import Signatures
from affidavit.identity.code.tokens import Kind
from benchmarks.identity_fit import FOUND, Calibrated, calibrated, coefficients, measured
from benchmarks.identity_read import Reader, indexed
from benchmarks.truth.reading import BACKGROUND, App, Build, apps, libraries

LIVE = 5
"""Classes of a library that live on, from which on it counts as there."""
NAME = 4
"""Letters of a simple name that tells anything."""
SAME = 2
"""Pairs of classes of one simple name that make two families one code."""
PUBLISHED = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True)
class Judged:
    """What is known and what was found of one family in one app.

    `there`: None when it is not counted. `also`: families that have its classes under other names.
    """

    app: str
    build: str
    family: str
    there: bool | None
    live: int
    features: dict[str, float] | None
    also: frozenset[str] = frozenset()


@dataclass
class Classes:
    """Pairs of classes in the families that are there: right ones, all, and classes that could be paired."""

    right: int = 0
    paired: int = 0
    alive: int = 0


@dataclass
class Results:
    """Everything that was measured."""

    judged: list[Judged] = field(default_factory=list)
    classes: dict[str, Classes] = field(default_factory=lambda: defaultdict(Classes))


class Truth:
    """Which nodes a class of a library version is."""

    def __init__(self, index: Index, signatures: dict[str, Signatures]) -> None:
        self.index, self.signatures = index, signatures
        self.numbers = {
            f"{index.families[version.family].id}__{version.label}": number
            for number, version in enumerate(index.versions)
        }
        self.known: dict[str, dict[str, frozenset[int]]] = {}

    def nodes(self, library: str) -> dict[str, frozenset[int]]:
        """For each class name of a library version the nodes that have just this form in this version."""
        if library not in self.known:
            index, rows = self.index, np.repeat(np.arange(len(self.index.node)), np.diff(self.index.of_version.start))
            own: dict[bytes, set[int]] = defaultdict(set)
            for row in rows[self.index.of_version.items == self.numbers.get(library, -1)].tolist():
                own[index.of(row).tobytes()].add(int(index.node[row]))
            held = self.signatures.get(library)
            self.known[library] = {
                name: frozenset(own.get(held.of(row).tobytes(), ()))
                for row, name in enumerate(held.names if held else ())
                if held
            }
        return self.known[library]


def unknown(every: Iterable[App]) -> frozenset[str]:
    """Families whose code in labelled apps stands for code that nobody knows."""
    return frozenset(name.removeprefix(BACKGROUND).partition("__")[0] for app in every for name in app.background)


def alone(folder: Path, paths: Sequence[Path], reader: Reader) -> Results:
    """Measure against the libraries of the labelled apps."""
    every = list(apps(folder))
    results = labelled(every, *indexed(libraries(folder), unknown(every), reader), reader)
    if paths:
        results.judged += real(paths, indexed(libraries(folder), frozenset(), reader)[0], reader)
    return results


def among(folder: Path, paths: Sequence[Path], more: Path, background: Path | None, reader: Reader) -> Results:
    """Measure against these and more libraries, with what ordinary apps have counted."""
    every = list(apps(folder))
    files = {path.stem: path for path in sorted(more.iterdir())} | libraries(folder)
    index, signatures = indexed(files, unknown(every), reader)
    ordinary = Ordinary(index)
    usual = sorted(background.glob("*.apk")) if background else []
    index = counted(index, [ordinary.tokens(reader.app(path)) for path in usual])
    results = labelled(every, index, signatures, reader)
    results.judged += real(paths, index, reader)
    return results


def labelled(every: Iterable[App], index: Index, signatures: dict[str, Signatures], reader: Reader) -> Results:
    """Measure the labelled apps."""
    truth, results = Truth(index, signatures), Results()
    for app in every:
        for made in app.builds:
            found = evidence(reader.app(made.path), index)
            results.judged += _judged(app, made, found)
            if made.truth is not None:
                _count(app, made, found, truth, results.classes[made.name])
    return results


def _judged(app: App, made: Build, found: Evidence) -> Iterator[Judged]:
    index = found.asked.index
    of = {name.partition("__")[0]: name for name in app.libraries}
    names = {row.app_class: row.library_class for row in made.rows() if row.relation == "is"}
    true = [names.get(name, name) for name in found.asked.app.names]
    also, moved = _also(found, true), _same(found, true)
    for number, family in enumerate(index.families):
        features = found.features.get(number)
        if family.id in of:
            live = made.counts.get(of[family.id], {}).get("is", 0) if made.counts else LIVE
            there = True if live >= LIVE else None
            yield Judged(app.name, made.name, family.id, there, live, features, also[family.id])
        elif features is not None:
            there = None if number in moved else False
            yield Judged(app.name, made.name, family.id, there, 0, features)


def _also(found: Evidence, names: Sequence[str]) -> dict[str, frozenset[str]]:
    """For each family those that its classes, by their true names, are paired with under the same simple names."""
    index, often = found.asked.index, Counter[tuple[int, int]]()
    of_name: dict[str, set[int]] = defaultdict(set)
    for name, family in zip(index.node_name, index.node_family.tolist(), strict=True):
        of_name[name].add(family)
    for class_, node in zip(found.kept.pairs.app.tolist(), found.kept.pairs.node.tolist(), strict=True):
        if len(_simple(names[class_])) >= NAME and _simple(names[class_]) == _simple(index.node_name[node]):
            often.update((family, int(index.node_family[node])) for family in of_name.get(names[class_], ()))
    made: dict[str, frozenset[str]] = defaultdict(frozenset)
    for (one, other), count in sorted(often.items()):
        if one != other and count >= SAME:
            made[index.families[one].id] |= {index.families[other].id}
    return made


def _same(found: Evidence, names: Sequence[str]) -> frozenset[int]:
    """Families whose pairs are of classes that have, by their true names, the same simple names."""
    often = Counter(
        int(found.asked.index.node_family[node])
        for class_, node in zip(found.kept.pairs.app.tolist(), found.kept.pairs.node.tolist(), strict=True)
        if len(_simple(names[class_])) >= NAME and _simple(names[class_]) == _simple(found.asked.index.node_name[node])
    )
    return frozenset(family for family, count in often.items() if count >= SAME)


def _simple(name: str) -> str:
    """The simple name of the outermost class."""
    return name[1:-1].rsplit("/", maxsplit=1)[-1].split("$", maxsplit=1)[0]


def _count(app: App, made: Build, found: Evidence, truth: Truth, classes: Classes) -> None:
    names, index = found.asked.app.names, found.asked.index
    right: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for row in made.rows():
        if row.whose in app.libraries:
            family = row.whose.partition("__")[0]
            right[row.app_class] |= {(family, node) for node in truth.nodes(row.whose).get(row.library_class, ())}
            classes.alive += row.relation == "is" and row.whose in truth.numbers
    present = {name.partition("__")[0] for name in app.libraries if name in truth.numbers}
    clear = found.kept.pairs.take(np.flatnonzero(found.kept.lead >= 1).astype(np.int32))
    for class_, node in zip(clear.app.tolist(), clear.node.tolist(), strict=True):
        family = index.families[index.node_family[node]].id
        if family in present:
            classes.paired += 1
            classes.right += (family, node) in right[names[class_]]


def real(paths: Iterable[Path], index: Index, reader: Reader) -> list[Judged]:
    """Judge real apps by the names that their classes kept."""
    of_name: dict[str, set[int]] = defaultdict(set)
    for name, family in zip(index.node_name, index.node_family.tolist(), strict=True):
        if name.count("/") > 1:
            of_name[name].add(family)
    judged = []
    for path in paths:
        app = reader.app(path)
        named = np.zeros(len(index.families), np.int64)
        for name in app.names:
            named[list(of_name.get(name, ()))] += 1
        found = evidence(app, index)
        moved, also = _moved(found), _also(found, app.names)
        for number, count in enumerate(named.tolist()):
            if count or number in found.features:
                there = True if count >= LIVE else None if count or number in moved else False
                name = index.families[number].id
                judged.append(Judged(path.name, "real", name, there, count, found.features.get(number), also[name]))
    return judged


def _moved(found: Evidence) -> frozenset[int]:
    """Families whose classes the app has under the same simple names elsewhere, or under names that are none."""
    pairs, index = found.kept.pairs, found.asked.index
    every, same, short = (np.zeros(len(index.families)) for _ in range(3))
    for class_, node in zip(pairs.app.tolist(), pairs.node.tolist(), strict=True):
        mine, known = _simple(found.asked.app.names[class_]), _simple(index.node_name[node])
        family = index.node_family[node]
        every[family] += 1
        same[family] += mine == known and len(mine) >= NAME
        short[family] += min(len(mine), len(known)) < NAME
    return frozenset(np.flatnonzero((same >= 3) | (short > 0.3 * every)).tolist())


def report(results: Results, probability: Sequence[float], least: float) -> Iterator[str]:
    """The table of one index, and what is wrong in it."""
    published = yaml.safe_load(PUBLISHED.read_text("utf-8"))
    builds = sorted({item.build for item in results.judged})
    said = _said(results, probability, least)
    yield "| build | libraries | P | R | F1 | published F1 | class pairs P | R |\n|---|--:|--:|--:|--:|---|--:|--:|"
    for name in [*builds, "all generated"]:
        rows = [
            (item, said[row])
            for row, item in enumerate(results.judged)
            if item.there is not None and (item.build == name or (name == "all generated" and item.build != "real"))
        ]
        hit = sum(bool(item.there) and found for item, found in rows)
        false = sum(not item.there and found for item, found in rows)
        there = sum(bool(item.there) for item, _ in rows)
        precision, recall = hit / max(hit + false, 1), hit / max(there, 1)
        pairs = results.classes.get(name, Classes())
        peers = ", ".join(f"{tool} {value}" for tool, value in published["builds"].get(name, {}).items())
        yield (
            f"| {name} | {there} | {precision:.3f} | {recall:.3f} | "
            f"{2 * precision * recall / max(precision + recall, 1e-9):.3f} | {peers} | "
            f"{pairs.right / max(pairs.paired, 1):.3f} | {pairs.right / max(pairs.alive, 1):.3f} |"
        )
    yield "\nFalse, or missed:"
    for row, item in enumerate(results.judged):
        if item.there is not None and item.there != said[row]:
            word = "missed" if item.there else "false"
            yield f"- {word} {item.app} {item.build} {item.family} p={probability[row]:.2f} live={item.live}"


def calibration(made: Calibrated) -> Iterator[str]:
    """How far probabilities hold, over everything that was measured."""
    yield f"Expected calibration error {made.error:.4f} over all, {made.error_between:.4f} between 1 and 99 %"
    yield "| probability | cases | mean | there |\n|---|--:|--:|--:|"
    yield from (f"| {low:.2f}-{high:.2f} | {n} | {mean:.3f} | {share:.3f} |" for low, high, n, mean, share in made.bins)


def _said(results: Results, probability: Sequence[float], least: float) -> list[bool]:
    """Whether each family is found, under its own name or another that its code has."""
    found = {
        (item.app, item.build, item.family) for item, p in zip(results.judged, probability, strict=True) if p >= least
    }
    return [
        any((item.app, item.build, family) in found for family in (item.family, *item.also)) for item in results.judged
    ]


def _decided(item: Judged) -> float:
    """The probability that the program gives; never enough where it does not say that the family is found."""
    if item.features is None:
        return 0.0
    made = decide({0: item.features})[0]
    return made.probability if made.decision == "found" else min(made.probability, FOUND - 1e-9)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--real", type=Path, nargs="*", default=[])
    parser.add_argument("--more", type=Path, help="folder of further libraries: measure with these in the index too")
    parser.add_argument("--background", type=Path, help="folder of ordinary apps that count in that index")
    parser.add_argument("--without", action="append", default=[], choices=[kind.name.lower() for kind in Kind])
    parser.add_argument("--cache", type=Path, default=Path(".cache/identity"))
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--as-decided", action="store_true", help="judge by what the program says; fit nothing")
    given = parser.parse_args()
    reader = Reader(given.cache, frozenset(Kind[name.upper()] for name in given.without))
    every = [alone(given.truth, given.real, reader)]
    if given.more:
        every.append(among(given.truth, given.real, given.more, given.background, reader))
    uncounted = frozenset(yaml.safe_load(PUBLISHED.read_text("utf-8"))["uncounted"])
    for results in every:
        results.judged = [item for item in results.judged if item.family not in uncounted]
    judged = [item for results in every for item in results.judged]
    rows = [scaled(item.features) if item.features else None for item in judged]
    there = [None if item.also else item.there for item in judged]
    if given.as_decided:
        made = measured(np.array([_decided(item) for item in judged]), there)
    else:
        made = calibrated(rows, there, [(item.app, item.family) for item in judged])
    first = 0
    for results in every:
        part = made.probability[first : first + len(results.judged)].tolist()
        sys.stdout.write("\n".join(report(results, part, made.found)) + "\n\n")
        first += len(results.judged)
    sys.stdout.write("\n".join(calibration(made)) + "\n")
    if given.fit:
        sys.stdout.write(msgspec.yaml.encode(coefficients(rows, there)).decode())


if __name__ == "__main__":
    main()
