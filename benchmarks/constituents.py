"""Libraries in real apps, names removed: `python -m benchmarks.constituents APP ... [--sdks SDKS] [--libraries INDEX]`.

From every app all names are removed (`tests.builders.lift.renamed`), and what is found is compared with what the names
had said. A family is there from five classes under its names on. One that is found and has no class under its names is
*of one line* when pairs have the same simple names (a copy, or a publication under another name), *unnamed* when the
names told nothing, as a renamer had been there before, and else *false*. What ties a nameless app to a listed one by
its code is printed; which of the apps gave code to the index itself is said.

SDKS is a folder of SDK builds. Each is cut into families by the names of its classes (``knowledge/libraries``), which
are added to the index.
"""

import argparse
import hashlib
import mmap
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import Csr
from affidavit.identity.code.build import build
from affidavit.identity.code.catalogue import known, owner, packages
from affidavit.identity.code.evidence import Compared, facts_of
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.library_file import program_of
from affidavit.identity.code.match import match
from affidavit.identity.code.merge import merge
from affidavit.identity.code.result import FamilyMatch
from affidavit.identity.code.signatures import Signatures, of_program
from affidavit.identity.code.store import opened
from affidavit.identity.library_index import library_index
from affidavit.identity.listed import bind, known_marks, values_of
from affidavit.knowledge import FINGERPRINTS
from affidavit.model.errors import AffidavitError
from tests.builders.lift import renamed

THERE = 5
LETTERS, SAME, RENAMED = 4, 2, 0.3
"""Letters of a simple name that tells anything, pairs of equal names that make a line, share of pairs without names."""
SHOWN = {mark.value for marks in known_marks().values() for mark in marks.libraries}
"""Families whose code ties an app to a listed one: shown when they are right too."""
GIVEN = {file.sha256 for package in packages() for file in package.files if file.parts}


def subset(whole: Signatures, rows: Sequence[int]) -> Signatures:
    """Some classes of a library."""
    at = {row: number for number, row in enumerate(rows)}
    parts = [whole.of(row) for row in rows]
    near = [[at[other] for other in whole.graph.row(row).tolist() if other in at] for row in rows]
    return Signatures(
        tuple(whole.names[row] for row in rows),
        np.cumsum([0, *map(len, parts)]).astype(np.int64),
        np.concatenate([*parts, np.empty(0, np.uint64)]),
        Csr(np.cumsum([0, *map(len, near)]).astype(np.int32), np.array([x for row in near for x in row], np.int32)),
        whole.size[list(rows)],
        whole.unit[list(rows)],
        whole.row[list(rows)],
    )


def by_family(names: Sequence[str]) -> dict[str, list[int]]:
    """Rows of classes by the library that their names say."""
    found: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        family = library_index().attribute(name)
        if family:
            found.setdefault(family, []).append(row)
    return found


def index_of(folder: Path) -> Index:
    """The SDK builds of a folder as an index."""
    numbers: dict[str, int] = {}
    libraries = []
    for path in sorted(folder.rglob("*.[ja]ar")):
        whole = of_program(program_of(path))
        for family, rows in sorted(by_family(whole.names).items()):
            number = numbers.setdefault(family, len(numbers))
            libraries.append((Version(number, path.stem, stated="name", classes=len(rows)), subset(whole, rows)))
    return build([Family(name) for name in numbers], libraries)


def nameless(path: Path) -> Program:
    """An app without its names."""
    units = program_of(path).units
    files = {f"classes{number or ''}.dex": bytes(unit.data[0]) for number, unit in enumerate(units)}
    return Program([unit for name, data in sorted(renamed(files).items()) for unit in read_dexes(name, data)])


class Names:
    """Whose a class is by its name."""

    def __init__(self) -> None:
        self._catalogue, self._index = owner(known()), library_index()

    def of(self, name: str) -> set[str]:
        """Ids of families, as the catalogue and as the index of libraries have them."""
        return {item for item in (self._catalogue(name[1:-1]), self._index.attribute(name)) if item}


def judged(path: Path, index: Index, names: Names, total: Counter[str]) -> Iterator[str]:
    """Lines about one app; what they count is added up."""
    told, program = of_program(program_of(path)), nameless(path)
    expected = Counter(family for name in told.names for family in names.of(name))
    app = of_program(program)
    matched = match(app, index)
    ids = [family.id for family in index.families]
    said = {ids[item.family]: item for item in matched.families if item.decision == "found"}
    gave = ", gave code to the index" if hashlib.sha256(path.read_bytes()).hexdigest() in GIVEN else ""
    yield f"{path.name}: {len(told)} classes, {matched.regime}{gave}"
    for family, item in sorted(said.items()):
        kind = "right" if expected[family] else unnamed(item, index, told)
        total[kind] += 1
        if kind != "right" or family in SHOWN:
            yield f"  {kind}: {family}: {in_words(item)}, in {owners(item, told, names)}"
    for family in sorted(set(ids) & set(expected) - set(said)):
        if expected[family] >= THERE:
            total["missed"] += 1
            yield f"  missed: {family} ({expected[family]} classes)"
    facts = tuple(facts_of(Compared(program, app, index, ("",), matched)))
    for tie in bind(values_of(facts), known_marks()):
        total[f"ties by {tie.by}"] += 1
        yield f"  {tie.relation} {tie.app}, by {tie.by}: {tie.mark}: {tie.note}"


def unnamed(item: FamilyMatch, index: Index, told: Signatures) -> str:
    """What a finding is that no name supports."""
    pairs = [(simple(told.names[pair.app]), simple(index.node_name[pair.node])) for pair in item.pairs]
    if sum(one == other and len(one) >= LETTERS for one, other in pairs) >= SAME:
        return "of one line"
    return "unnamed" if sum(min(map(len, pair)) < LETTERS for pair in pairs) > RENAMED * len(pairs) else "false"


def simple(name: str) -> str:
    """The simple name of the outermost class."""
    return name[1:-1].rsplit("/", maxsplit=1)[-1].split("$", maxsplit=1)[0]


def in_words(item: FamilyMatch) -> str:
    """How sure it is, and on how many pairs it rests."""
    return f"found {item.probability:.3f}, {item.log_ratio:.1f} nats, {len(item.pairs)} pairs"


def owners(item: FamilyMatch, told: Signatures, names: Names) -> dict[str, int]:
    """Whose the paired classes are by the names that they had; renaming keeps their order."""
    every = (min(names.of(told.names[pair.app]), default="unknown names") for pair in item.pairs)
    return dict(Counter(every).most_common(3))


def main() -> None:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("apps", type=Path, nargs="+", help="apps, or folders of them")
    parser.add_argument("--sdks", type=Path)
    parser.add_argument("--libraries", type=Path, default=FINGERPRINTS)
    options = parser.parse_args()
    with options.libraries.open("rb") as handle:
        index = opened(mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ))[0]
    if options.sdks:
        index = merge(index, index_of(options.sdks))
    print(f"{len(index.families)} families, {len(index.versions)} versions", flush=True)
    names, total = Names(), Counter[str]()
    every = [app for path in options.apps for app in (sorted(path.rglob("*.apk")) if path.is_dir() else [path])]
    for path in {hashlib.sha256(path.read_bytes()).digest(): path for path in every}.values():
        try:
            print("\n".join(judged(path, index, names, total)), flush=True)
        except AffidavitError as error:
            print(f"{path.name}: {error}", file=sys.stderr)
    print(dict(sorted(total.items())))


if __name__ == "__main__":
    main()
