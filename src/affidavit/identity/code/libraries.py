"""Files of libraries and ordinary apps, read for an index.

A file says in its name what it is: ``okhttp__3.12.1.jar`` (family, version) or as Maven repositories write it,
``okhttp-3.12.1.jar``. What has been read is kept in a folder, if one is given, by what the file holds and how tokens
are made, so that an index that grows costs only what is new in it.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from affidavit.artefact.budget import Budget
from affidavit.dalvik.unit import Csr
from affidavit.identity.code.build import Library
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.library_file import NATIVE_KINDS, code_of
from affidavit.identity.code.lineup import is_short
from affidavit.identity.code.native import rows_of
from affidavit.identity.code.signatures import U64, Signatures, joined, of_program
from affidavit.identity.code.tokens import SCHEME
from affidavit.model.errors import BudgetError, UnreadableError, UsageError
from affidavit.model.progress import Progress

KINDS: Final = (".dex", ".jar", ".aar", ".apk", ".zip", *NATIVE_KINDS)
_UNSTATED: Final = "unstated"
"""In place of a version where there is none."""
_NAMES: Final = (
    re.compile(r"(?P<family>.+?)__(?P<version>.+)"),
    re.compile(
        r"(?P<family>[a-z].*?)[-_]v?(?P<version>\d+(\.\w+)*"
        r"([-+](\d\w*|(alpha|beta|rc|cr|m\d|snapshot|final|ga|release|jre|android|dev|pre)[\w.]*))*)",
        re.IGNORECASE,
    ),
)
_REFUSED: Final = (UnreadableError, BudgetError, UsageError, OSError)
"""What goes wrong with one file; the others can be read."""
_NOTHING: Final = "it has no code that Android could run"
_TELLING: Final = 10
"""Tokens that a class must have for another equal one to be the same code."""


@dataclass(slots=True)
class Reading:
    """What was read of files.

    Attributes:
        families, libraries: as `build` takes them. refused: files that could not be read, each with the reason.
    """

    families: list[Family] = field(default_factory=list)
    libraries: list[Library] = field(default_factory=list)
    refused: list[tuple[Path, str]] = field(default_factory=list)


class Part(NamedTuple):
    """What a file gives of a family: its id, the version, which may be empty, and what states it."""

    family: str
    version: str
    stated: str


class Origin(NamedTuple):
    """Where code is from, in words, the day when it was published, and what states its version."""

    words: str = ""
    date: str = ""
    stated: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is known of families and of where files are from.

    Attributes:
        families: by id. owner: the family that a class's internal name belongs to.
        files: by digest, what a file gives. origins: for each family and version.
    """

    families: Mapping[str, Family] = field(default_factory=dict)
    owner: Callable[[str], str | None] = lambda _: None
    files: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    origins: Mapping[tuple[str, str], Origin] = field(default_factory=dict)

    def version(self, part: Part, family: int, digest: str) -> Version:
        """The version that a file gives of a family, which has that number."""
        origin = self.origins.get((part.family, part.version), Origin())
        return Version(family, part.version, origin.words, digest, origin.date, origin.stated or part.stated)


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files of some kind that can be read, in the folders among the paths, by name; other paths as they are."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
        found += [item for item in inside if not path.is_dir() or item.suffix.lower() in KINDS]
    return found


def named(path: Path) -> tuple[str, str]:
    """Family and version that a file's name says; the version may be empty."""
    stem = path.name
    while Path(stem).suffix.lower() in KINDS:
        stem = Path(stem).stem
    for form in _NAMES:
        if match := form.fullmatch(stem):
            return match["family"], match["version"].replace(_UNSTATED, "")
    return stem, ""


def read_libraries(
    files: Sequence[Path], catalogue: Catalogue, observe: Progress, cache: Path | None = None
) -> Reading:
    """Families and versions of library files.

    A file that the catalogue has by its digest gives the families that the catalogue says; any other gives the one that
    its name says.

    Args:
        files: see the module.
        catalogue: what is known of families and of where files are from.
        observe: is told of the progress.
        cache: folder of what was read before.
    """
    reading, numbers = Reading(), dict[str, int]()
    for done, path in enumerate(files):
        observe("libraries", done, len(files))
        try:
            signatures, digest = _read(path, cache)
        except _REFUSED as error:
            reading.refused.append((path, str(error)))
            continue
        given = False
        for part, own in _parts(path, digest, signatures, catalogue):
            if not len(own):
                continue
            given = True
            if part.family not in numbers:
                numbers[part.family] = len(reading.families)
                reading.families.append(catalogue.families.get(part.family) or Family(part.family))
            reading.libraries.append((catalogue.version(part, numbers[part.family], digest), own))
        if not given:
            reading.refused.append((path, _NOTHING))
    return reading


def _parts(path: Path, digest: str, signatures: Signatures, catalogue: Catalogue) -> Iterator[tuple[Part, Signatures]]:
    """What a file gives: families and their classes."""
    parts = catalogue.files.get(digest)
    if parts is None:
        family, label = named(path)
        yield Part(family, label, "name" if label else "none"), signatures
        return
    native = signatures.unit < 0
    owners = [catalogue.owner(name[1:-1]) for name in signatures.names]
    for part in parts:
        own = np.array([owner == part.family for owner in owners], bool) & ~native
        # Native files have no packages: they are the family's whose classes the file is made of.
        if len(parts) == 1 and 2 * np.count_nonzero(own) >= np.count_nonzero(~native):
            own |= native
        yield part, _only(signatures, own)


def _only(signatures: Signatures, keep: npt.NDArray[np.bool_]) -> Signatures:
    """Some of the classes."""
    number = np.where(keep, np.cumsum(keep) - 1, -1)
    tail = number[np.repeat(np.arange(len(keep)), np.diff(signatures.graph.start))]
    head = number[signatures.graph.items]
    inside = (tail >= 0) & (head >= 0)
    count = int(np.count_nonzero(keep))
    lengths = np.diff(signatures.start)
    return Signatures(
        names=tuple(name for name, kept in zip(signatures.names, keep.tolist(), strict=True) if kept),
        start=np.concatenate([[0], np.cumsum(lengths[keep])]).astype(np.int64),
        tokens=signatures.tokens[np.repeat(keep, lengths)],
        graph=Csr(np.searchsorted(tail[inside], np.arange(count + 1)).astype(np.int32), head[inside].astype(np.int32)),
        size=signatures.size[keep],
        unit=signatures.unit[keep],
        row=signatures.row[keep],
    )


class Ordinary:
    """What ordinary apps have outside of the families of an index.

    A class is of a family that has its name, its package, or its very tokens.
    """

    def __init__(self, index: Index) -> None:
        self._names = {name for name in index.node_name if not is_short(name)}
        packages = {name.rpartition("/")[0] for name in self._names}
        self._packages = {name for name in packages if name.count("/") and len(name.rpartition("/")[2]) > 1}
        telling = np.flatnonzero(np.diff(index.start) >= _TELLING)
        self._forms = {index.of(row).tobytes() for row in telling.tolist()}

    def tokens(self, signatures: Signatures) -> U64:
        """The distinct tokens of the classes of an app that are of no family."""
        rows = [
            signatures.of(row)
            for row, name in enumerate(signatures.names)
            if name not in self._names
            and name.rpartition("/")[0] not in self._packages
            and signatures.of(row).tobytes() not in self._forms
        ]
        return np.unique(np.concatenate([*rows, np.empty(0, np.uint64)]))


def read_background(
    files: Sequence[Path], index: Index, observe: Progress, cache: Path | None = None
) -> tuple[list[U64], list[tuple[Path, str]]]:
    """For each ordinary app what `build` counts of it; and the files that could not be read.

    Args:
        files: apps.
        index: of the families whose classes do not count.
        observe: is told of the progress.
        cache: folder of what was read before.
    """
    ordinary, apps = Ordinary(index), list[U64]()
    refused: list[tuple[Path, str]] = []
    for done, path in enumerate(files):
        observe("ordinary apps", done, len(files))
        try:
            signatures, _ = _read(path, cache)
        except _REFUSED as error:
            refused.append((path, str(error)))
            continue
        signatures = _only(signatures, signatures.unit >= 0)
        if len(signatures):
            apps.append(ordinary.tokens(signatures))
        else:
            refused.append((path, _NOTHING))
    return apps, refused


def _read(path: Path, cache: Path | None) -> tuple[Signatures, str]:
    """Signatures of a file, and its SHA-256 (hex)."""
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    kept = cache / f"{digest}-{SCHEME}-native.npz" if cache else None
    held = _kept(kept) if kept and kept.is_file() else None
    if held is not None:
        return held, digest
    code = code_of(path, Budget())
    signatures = joined(of_program(code.program), rows_of(code.natives))
    if kept and not any("\n" in name for name in signatures.names):  # between names in what is kept
        _keep(kept, signatures)
    return signatures, digest


def _keep(path: Path, signatures: Signatures) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new.npz")
    np.savez(
        new,
        names=np.frombuffer("\n".join(signatures.names).encode(), np.uint8),
        start=signatures.start,
        tokens=signatures.tokens,
        graph_start=signatures.graph.start,
        graph=signatures.graph.items,
        size=signatures.size,
        unit=signatures.unit,
        row=signatures.row,
    )
    new.replace(path)


def _kept(path: Path) -> Signatures | None:
    """What was kept, unless the file is damaged: then it is made again."""
    try:
        with np.load(path) as held:
            return Signatures(
                names=tuple(held["names"].tobytes().decode().split("\n")) if len(held["start"]) > 1 else (),
                start=held["start"],
                tokens=held["tokens"],
                graph=Csr(held["graph_start"], held["graph"]),
                size=held["size"],
                unit=held["unit"],
                row=held["row"],
            )
    except (ValueError, KeyError, EOFError, OSError, BadZipFile):
        return None
