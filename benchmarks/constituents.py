"""SDKs in real apps, names removed: `python -m benchmarks.constituents SDKS APK ... [--libraries INDEX]`.

SDKS is a folder of SDK builds. Each is cut into families by the names of its classes (``knowledge/libraries``), added
to the product's index. From every app all names are then removed (`tests.builders.lift.renamed`), and what is found is
compared with what the names had said: a family is there from five classes under its names on, not there with none.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import Csr
from affidavit.identity.code.build import build
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.library_file import program_of
from affidavit.identity.code.match import match
from affidavit.identity.code.merge import merge
from affidavit.identity.code.result import FamilyMatch
from affidavit.identity.code.signatures import Signatures, of_program
from affidavit.identity.code.store import opened
from affidavit.identity.library_index import library_index
from affidavit.knowledge import FINGERPRINTS
from affidavit.model.errors import AffidavitError
from tests.builders.lift import renamed

THERE = 5


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


def judged(path: Path, index: Index) -> Iterator[str]:
    """Lines about one app."""
    told = of_program(program_of(path))
    expected = Counter({family: len(rows) for family, rows in by_family(told.names).items()})
    found = match(of_program(nameless(path)), index)
    ids = [family.id for family in index.families]
    said = {ids[item.family]: item for item in found.families if item.decision == "found"}
    yield f"{path.name}: {len(told)} classes, {found.regime}"
    for family, count in sorted(expected.items()):
        if family in ids and count >= THERE:
            yield f"  there: {family} ({count} classes): {in_words(said[family]) if family in said else 'MISSED'}"
    for family, item in sorted(said.items()):
        if not expected[family]:
            yield f"  not by name: {family}: {in_words(item)}, in {owners(item, told)}"


def in_words(item: FamilyMatch) -> str:
    """How sure it is, and on how many pairs it rests."""
    return f"found {item.probability:.3f}, {item.log_ratio:.1f} nats, {len(item.pairs)} pairs"


def owners(item: FamilyMatch, told: Signatures) -> dict[str, int]:
    """Whose the paired classes are by the names that they had; renaming keeps their order."""
    names = (library_index().attribute(told.names[pair.app]) or "unknown names" for pair in item.pairs)
    return dict(Counter(names).most_common(3))


def main() -> None:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("sdks", type=Path)
    parser.add_argument("apps", type=Path, nargs="+")
    parser.add_argument("--libraries", type=Path, default=FINGERPRINTS)
    options = parser.parse_args()
    index = index_of(options.sdks)
    if options.libraries.is_file():
        index = merge(opened(options.libraries.read_bytes())[0], index)
    print(f"{len(index.families)} families, {len(index.versions)} versions", flush=True)
    for path in options.apps:
        try:
            print("\n".join(judged(path, index)), flush=True)
        except AffidavitError as error:
            print(f"{path.name}: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
