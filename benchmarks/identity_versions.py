"""Versions that the code of apps allows, and library code inside other classes.

    python -m benchmarks.identity_versions TRUTH                         labelled apps of `benchmarks.truth`
    python -m benchmarks.identity_versions LIBRARIES --stated TABLE DATA  apps whose builds left versions in META-INF
    python -m benchmarks.identity_versions LIBRARIES --known APK FAMILY VERSION

A folder of libraries has files ``FAMILY__VERSION.EXT``. `--index FILE` keeps the index between runs; a FILE.idx is
an index made by `affidavit knowledge build libraries`, such as the one that comes along. Versions are asked
of families that the matcher found, with its pairs; nothing here is told which classes are right. Two builds of one
release (`identity_versions.yaml`) are one version.
"""

import argparse
import csv
import pickle
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from affidavit.identity.code.build import build
from affidavit.identity.code.complete import completed
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.library_file import program_of
from affidavit.identity.code.match import match
from affidavit.identity.code.result import Matched
from affidavit.identity.code.signatures import Signatures, of_program
from affidavit.identity.code.stated import family_ids
from affidavit.identity.code.store import opened
from affidavit.identity.code.variation import Flags, Forms, Variation, variation
from affidavit.model.errors import UnreadableError, UsageError
from benchmarks.truth.reading import BACKGROUND, Build, apps
from tests.reading import read

RELEASES = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
PUBLISHED = """Elsewhere, on other data: LibHunter names the right one in 3 of 5 builds of its own app and in 52 % of
25 cases; LIBLOOM's tie set holds it in 27 % (own threshold) to 50 % (best threshold); a prototype's set of 2.4 versions
holds it in 97.5 %, and its first answer is right in 79.8 %."""


@dataclass(frozen=True)
class Case:
    """One family in one app, where the version is known.

    `size`: versions in the set. `drop`: nats behind the likeliest, or None. `alike`: how many no class of the
    app can tell from it. `differs`: whether classes are there whose forms tell it from every other version. `told`:
    whether code is there that it has and each other lacks in the same class. `best`: the set, likeliest first. `alone`:
    whether it is first alone.
    """

    app: str
    build: str
    family: str
    version: str
    regime: str
    known: int
    size: int
    drop: float | None
    alike: int
    differs: bool
    told: bool
    best: tuple[str, ...]
    alone: bool

    @property
    def first(self) -> bool:
        """Whether no version is likelier."""
        return self.drop == 0.0


@dataclass
class Inside:
    """Classes of libraries that were found of which only code lives on in other classes, over apps."""

    vanished: int = 0
    found: int = 0
    said: int = 0
    right: int = 0


class Known:
    """The index of a folder of libraries, and which node each class of each version is."""

    def __init__(self, folder: Path, kept: Path | None) -> None:
        if kept is not None and kept.suffix == ".idx":
            self.index, self._names = opened(kept.read_bytes())[0], {}
        elif kept is not None and kept.exists():
            self.index, self._names = pickle.loads(kept.read_bytes())  # noqa: S301 - own file
        else:
            self.index, self._names = _indexed(folder)
            if kept is not None:
                kept.write_bytes(pickle.dumps((self.index, self._names)))
        index = self.index
        self._signature = np.repeat(np.arange(len(index.node)), np.diff(index.of_version.start))

    def nodes(self, stem: str) -> dict[str, set[int]]:
        """The nodes of each class of ``FAMILY__VERSION``: several when classes of it are the same."""
        names, tokens = self._names.get(stem, (0, {}))
        held: dict[bytes, set[int]] = defaultdict(set)
        for row in self._signature[self.index.of_version.items == names].tolist() if tokens else ():
            held[self.index.of(row).tobytes()].add(int(self.index.node[row]))
        return {name: held.get(form, set()) for name, form in tokens.items()}

    def label(self, number: int) -> str:
        """The release that a version is."""
        version = self.index.versions[number]
        known: str = RELEASES.get(version.label, {}).get(self.index.families[version.family].id, version.label)
        return known

    def version(self, family: str, label: str) -> int | None:
        """The number of a version."""
        for number, version in enumerate(self.index.versions):
            if self.index.families[version.family].id == family and version.label == label:
                return number
        return None


def _indexed(folder: Path) -> tuple[Index, dict[str, tuple[int, dict[str, bytes]]]]:
    families: dict[str, int] = {}
    every: list[tuple[Version, Signatures]] = []
    names = {}
    for path in sorted(folder.iterdir()):
        family, found, label = path.stem.partition("__")
        if not found or path.suffix not in {".jar", ".dex", ".aar", ".apk", ".zip"}:
            continue
        made = of_program(program_of(path))
        names[path.stem] = (len(every), {name: made.of(row).tobytes() for row, name in enumerate(made.names)})
        every.append((Version(families.setdefault(family, len(families)), label), made))
    return build([Family(family) for family in families], every), names


def signatures(path: Path) -> Signatures:
    """The signatures of an app."""
    with read(path, frozenset({"entries", "code"})) as state:
        return of_program(state.program)


def cases(known: Known, place: tuple[str, str], app: Signatures, truth: dict[str, str]) -> tuple[Matched, list[Case]]:
    """The families of one app whose version is known and of which more than one is.

    Args:
        known: the index.
        place: name of the app and of the build.
        app: its signatures.
        truth: family -> version.
    """
    matched, answers = completed(app, known.index, match(app, known.index))
    forms = Forms(known.index, list(answers))
    made = []
    for family in matched.families:
        answer, name = answers.get(family.family), known.index.families[family.family].id
        number = known.version(name, truth.get(name, ""))
        if answer is None or number is None or answer.known == 1:
            continue
        of_family = [row for row, version in enumerate(known.index.versions) if version.family == family.family]
        varied = variation(app, forms, family.family, [pair for pair in family.pairs if not pair.inlined], of_family)
        right = np.array([known.label(row) == known.label(number) for row in of_family])
        drops: dict[str, float] = {}
        for row, nats in zip(answer.versions, answer.drops, strict=True):
            drops.setdefault(known.label(row), nats)
        alike = dict(zip(answer.versions, answer.alike, strict=True))
        same = {known.label(row) for row, first in alike.items() if first == alike.get(number)}
        drop = drops.get(known.label(number))
        made.append(
            Case(
                *(*place, name, truth[name], matched.regime),
                known=answer.known,
                size=len(drops),
                drop=drop,
                alike=len(same),
                differs=len(same) <= 1,
                told=told(varied, of_family.index(number), right),
                best=tuple(drops),
                alone=drop == 0.0 and sum(value == 0.0 for value in drops.values()) == 1,
            )
        )
    return matched, made


def told(varied: Variation, number: int, right: Flags) -> bool:
    """Whether the app has code of a version that each other version lacks in the same class.

    Args:
        varied: its classes beside all forms of the library's.
        number: column of the version.
        right: columns that are that version.
    """
    left = ~right
    for pair, forms in enumerate(varied.form):
        have = varied.entry_item[varied.entry_form == forms[number]] if forms[number] >= 0 else []
        here = {item for item in have if varied.present[item] and varied.pair[item] == pair}
        for column in np.flatnonzero(left & (forms != forms[number])).tolist():
            other = set(varied.entry_item[varied.entry_form == forms[column]].tolist()) if forms[column] >= 0 else set()
            left[column] = not here - other
    return not left.any()


def inside(known: Known, app: Signatures, matched: Matched, built: Build) -> Inside:
    """What was said of classes that only live on inside others, beside the truth."""
    row_of = {name: row for row, name in enumerate(app.names)}
    found = {known.index.families[item.family].id for item in matched.families if item.decision == "found"}
    there: set[tuple[int, int]] = set()
    live: set[tuple[str, str]] = set()
    gone: dict[tuple[str, str], set[tuple[int, int]]] = defaultdict(set)
    nodes = {stem: known.nodes(stem) for stem in {row.whose.removeprefix(BACKGROUND) for row in built.rows()}}
    for row in built.rows():
        stem = row.whose.removeprefix(BACKGROUND)
        if stem.partition("__")[0] not in found or row.app_class not in row_of:
            continue
        pairs = {(row_of[row.app_class], node) for node in nodes[stem].get(row.library_class, ())}
        there |= pairs
        if row.relation == "is":
            live.add((stem, row.library_class))
        else:
            gone[stem, row.library_class] |= pairs
    vanished = {key: pairs for key, pairs in gone.items() if key not in live and pairs}
    said = {(pair.app, pair.node) for item in matched.families if item.decision == "found" for pair in item.pairs}
    extra = {(pair.app, pair.node) for item in matched.families for pair in item.pairs if pair.inlined}
    return Inside(len(vanished), sum(bool(pairs & said) for pairs in vanished.values()), len(extra), len(extra & there))


def labelled(known: Known, folder: Path) -> tuple[list[Case], dict[str, Inside]]:
    """All labelled apps."""
    every: list[Case] = []
    within: dict[str, Inside] = defaultdict(Inside)
    for app in apps(folder):
        truth = dict(_parts((*app.libraries, *app.background)))
        for built in app.builds:
            made = signatures(built.path)
            matched, some = cases(known, (app.name, built.name), made, truth)
            every += some
            if built.truth is not None:
                one, all_ = inside(known, made, matched, built), within[built.name]
                all_.vanished, all_.found = all_.vanished + one.vanished, all_.found + one.found
                all_.said, all_.right = all_.said + one.said, all_.right + one.right
    return every, within


def _parts(stems: Iterable[str]) -> Iterator[tuple[str, str]]:
    for stem in stems:
        family, _, version = stem.removeprefix(BACKGROUND).partition("__")
        yield family, version


def stated(known: Known, table: Path, data: Path) -> list[Case]:
    """Apps whose builds left versions in them: rows of a table of app, coordinates and version."""
    wanted: dict[str, dict[str, str]] = defaultdict(dict)
    ids = {family.id for family in known.index.families}
    with table.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            for family in family_ids(row["library"]) & ids:
                wanted[row["apk"]][family] = row["version"]
    every: list[Case] = []
    for name, truth in sorted(wanted.items()):
        if any(known.version(*item) is not None for item in truth.items()):
            try:
                made = signatures(data / name)
            except (UnreadableError, UsageError) as error:  # a bundle, which no device installs; a file that is gone
                print(error)
                continue
            every += cases(known, (name, "real"), made, truth)[1]
    return every


def table_of(every: list[Case]) -> str:
    """A row for each build."""
    lines = [
        "| build | n | in set | set | alike | first or tied | differs: n | first alone | told: n | first alone |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name in (*sorted({case.build for case in every}), "all"):
        some = [case for case in every if name in {case.build, "all"}]
        apart = [[case for case in some if case.differs], [case for case in some if case.told]]
        lines.append(
            f"| {name} | {len(some)} | {_share(case.drop is not None for case in some)} "
            f"| {sum(case.size for case in some) / max(len(some), 1):.2f} "
            f"| {sum(case.alike for case in some) / max(len(some), 1):.2f} | {_share(case.first for case in some)} | "
            + " | ".join(f"{len(those)} | {_share(case.alone for case in those)}" for those in apart)
            + " |"
        )
    return "\n".join(lines)


def _share(values: Iterable[bool]) -> str:
    held = list(values)
    return f"{sum(held) / len(held):.3f}" if held else "-"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--stated", type=Path, nargs=2, metavar=("TABLE", "DATA"))
    parser.add_argument("--known", nargs=3, action="append", default=[], metavar=("APK", "FAMILY", "VERSION"))
    options = parser.parse_args()
    labels = options.folder / "libraries"
    known = Known(labels if labels.is_dir() else options.folder, options.index)
    every: list[Case] = []
    if options.stated:
        every += stated(known, *options.stated)
    for name, family, version in options.known:
        made = signatures(Path(name))
        every += cases(known, (name, Path(name).stem), made, {family: version})[1]
    if not options.stated and not options.known:
        every, within = labelled(known, options.folder)
        print("| build | vanished classes | found | share | pairs said | right |\n|---|---|---|---|---|---|")
        for name, one in sorted(within.items()):
            share = one.found / max(one.vanished, 1)
            print(f"| {name} | {one.vanished} | {one.found} | {share:.3f} | {one.said} | {one.right} |")
    print(table_of(every), PUBLISHED, sep="\n\n")
    for case in every:
        if case.drop is None or options.known:
            print(case)


if __name__ == "__main__":
    main()
