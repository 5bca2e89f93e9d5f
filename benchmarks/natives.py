"""Recognition of native files: `python -m benchmarks.natives FOLDER [--others FILE_OR_FOLDER ...]`.

FOLDER has files ``FAMILY__VERSION.aar``, as `python -m benchmarks.libraries` writes them. Each version is asked of an
index of the others (every fifth left out in turn), as it is and stripped, and of an index of the other processor; files
of no known family, of which nothing should be stated, are asked of the index of all.
"""

import argparse
import subprocess
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from affidavit.identity.code.build import build
from affidavit.identity.code.index import Family, Version
from affidavit.identity.code.libraries import named
from affidavit.identity.code.library_file import named_native
from affidavit.identity.code.native import NativeSignature, of_native, rows_of
from affidavit.identity.code.native_match import NativeIndex

FOLDS = 5
LINKED = {("realm-native", "libcxx"), ("wikitude-native", "libcxx"), ("sqlcipher-native", "sqlite-native")}
"""What is known to be linked into what: rightly said."""
STRIPPED = 4 << 20
"""Bytes of the largest file that is stripped."""


class Asked(NamedTuple):
    """A native file of a version of a family; `fold` says when it is left out."""

    family: str
    version: str
    fold: int
    native: NativeSignature


def natives(path: Path, change: Callable[[bytes], bytes | None] = lambda data: data) -> Iterator[NativeSignature]:
    """The native files of an archive, or a native file by itself, perhaps changed; None leaves one out."""
    if not zipfile.is_zipfile(path):
        files = [(path.name, path.read_bytes())] if path.is_file() else []
    else:
        with zipfile.ZipFile(path) as archive:
            files = [(name, archive.read(name)) for name in sorted(archive.namelist()) if named_native(name)]
    for name, data in files:
        changed = change(data)
        found = None if changed is None else of_native("/".join(name.split("/")[-2:]), changed)
        if found is not None and len(found.tokens):
            yield found


def read(folder: Path, change: Callable[[bytes], bytes | None] = lambda data: data) -> list[Asked]:
    """Every native file of every version."""
    seen: Counter[str] = Counter()
    found = []
    for path in sorted(folder.glob("*.aar")):
        family, version = named(path)
        found += [Asked(family, version, seen[family] % FOLDS, native) for native in natives(path, change)]
        seen[family] += 1
    return found


def stripped(data: bytes) -> bytes | None:
    """An ELF file as ``llvm-strip`` leaves it, without its build id."""
    if not data.startswith(b"\x7fELF") or len(data) > STRIPPED:
        return None
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        subprocess.run(
            ["/usr/bin/llvm-strip", "--strip-all", "--remove-section=.note.gnu.build-id", file.name], check=False
        )
        return Path(file.name).read_bytes()


class Known:
    """An index of native files, with the names of its families."""

    def __init__(self, files: Iterable[Asked]) -> None:
        versions: dict[tuple[str, str], list[NativeSignature]] = {}
        for item in files:
            versions.setdefault((item.family, item.version), []).append(item.native)
        self.families = sorted({family for family, _ in versions})
        libraries = [
            (Version(self.families.index(family), label), rows_of(held)) for (family, label), held in versions.items()
        ]
        self.index = NativeIndex(build([Family(family) for family in self.families], libraries))

    def stated(self, native: NativeSignature) -> list[tuple[str, str, int]]:
        """Families, relations, and how many versions are as like."""
        return [(self.families[item.family], item.relation, len(item.versions)) for item in self.index.match([native])]


def row(title: str, asked: Iterable[tuple[Asked, Known]]) -> str:
    """One row of the table."""
    count: Counter[str] = Counter()
    for item, known in asked:
        stated = known.stated(item.native)
        mine = [version for family, _, version in stated if family == item.family]
        count["known" if item.family in known.families else "unknown"] += 1
        count["found"] += bool(mine)
        count["one version"] += mine == [1]
        count["linked"] += sum((item.family, family) in LINKED for family, *_ in stated)
        false = [entry for entry in stated if entry[0] != item.family and (item.family, entry[0]) not in LINKED]
        count["false"] += len(false)
        for family, relation, _ in false:
            print(f"false: {item.family} {item.version} {item.native.entry}: {relation} {family}")
    recall = count["found"] / max(1, count["known"])
    columns = (count["known"], count["found"], f"{recall:.3f}", count["one version"], count["unknown"], count["false"])
    return f"| {title} | " + " | ".join(map(str, columns)) + " |"


def left_out(files: list[Asked], asked: list[Asked]) -> Iterator[tuple[Asked, Known]]:
    """Each file beside an index without its version."""
    for fold in range(FOLDS):
        known = Known(item for item in files if item.fold != fold)
        yield from ((item, known) for item in asked if item.fold == fold)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--others", type=Path, nargs="*", default=[], help="files of no known family, or folders")
    options = parser.parse_args()
    files, bare = read(options.folder), read(options.folder, stripped)
    every = Known(files)
    wide = Known(item for item in files if "armeabi" not in item.native.entry)
    paths = [inner for path in options.others for inner in (sorted(path.iterdir()) if path.is_dir() else [path])]
    others = [
        Asked("", path.name, 0, native)
        for path in paths
        if zipfile.is_zipfile(path) or ".so" in path.name
        for native in natives(path)
    ]
    rows = [
        row("another version", left_out(files, files)),
        row("another version, stripped", left_out(files, bare)),
        row("the same version, stripped", ((item, every) for item in bare)),
        row("32-bit files, 64-bit ones known", ((item, wide) for item in files if "armeabi" in item.native.entry)),
        row("no known family", ((item, every) for item in others)),
    ]
    print("| asked | of known families | found | share | one version left | of unknown families | false |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
