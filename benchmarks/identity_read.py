"""Signatures of apps and libraries, read once, and indexes of them."""

import pickle
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from affidavit.identity.code.build import build
from affidavit.identity.code.index import Family, Index, Version
from affidavit.identity.code.library_file import program_of
from affidavit.identity.code.signatures import Signatures, of_program
from affidavit.identity.code.tokens import KIND_MASK, SCHEME, Kind
from tests.reading import read


class Reader:
    """Signatures of files, kept in a folder: reading takes longer than matching."""

    def __init__(self, folder: Path, without: frozenset[Kind]) -> None:
        self.folder, self.without = folder, without
        folder.mkdir(parents=True, exist_ok=True)

    def app(self, path: Path) -> Signatures:
        """An app."""
        kept = self._place(path)
        if not kept.exists():
            with read(path, frozenset({"entries", "code"})) as state:
                kept.write_bytes(pickle.dumps(of_program(state.program)))
        return self._kept(kept)

    def library(self, path: Path) -> Signatures:
        """A library."""
        kept = self._place(path)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(of_program(program_of(path))))
        return self._kept(kept)

    def _place(self, path: Path) -> Path:
        seen = path.stat()
        return self.folder / f"{path.parent.name}-{path.name}-{seen.st_size}-{int(seen.st_mtime)}.{SCHEME}"

    def _kept(self, place: Path) -> Signatures:
        made: Signatures = pickle.loads(place.read_bytes())  # noqa: S301 - own files
        return without(made, self.without)


def without(signatures: Signatures, kinds: frozenset[Kind]) -> Signatures:
    """Signatures without the tokens of some kinds."""
    if not kinds:
        return signatures
    keep = ~np.isin(signatures.tokens & np.uint64(KIND_MASK), [int(kind) for kind in kinds])
    start = np.concatenate([[0], np.cumsum(keep)])[signatures.start]
    return Signatures(
        signatures.names,
        start.astype(np.int64),
        signatures.tokens[keep],
        signatures.graph,
        signatures.size,
        signatures.unit,
        signatures.row,
    )


def indexed(files: Mapping[str, Path], left_out: frozenset[str], reader: Reader) -> tuple[Index, dict[str, Signatures]]:
    """The index of some library files by ``FAMILY__VERSION``, and their signatures."""
    families: dict[str, int] = {}
    every, signatures = [], {}
    for name, path in files.items():
        family, _, label = name.partition("__")
        if family not in left_out:
            made = signatures[name] = reader.library(path)
            every.append((Version(families.setdefault(family, len(families)), label, classes=len(made)), made))
    return build([Family(family) for family in families], every), signatures
