"""The index of known libraries, ``knowledge/libraries``, arranged so that all classes are looked up in one pass."""

from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from affidavit import knowledge

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

PREFIX_LIMIT = 64
"""Longest prefix, in bytes of descriptor (``Lcom/example/sdk/``), that the index takes."""


_MARKS = ("prefixes", "native", "components", "metadata", "assets")
"""Fields of `LibraryEntry` that name marks."""


class LibraryEntry(Struct, frozen=True):
    """What the index says of one library.

    Attributes:
        id: unique name. title, vendor, purpose: words for a reader.
        tracker: why it is counted as tracking; empty when it is not.
        prefixes: Java packages (``com.example.sdk``). native: library file names. components: their class names.
        metadata: names of manifest meta-data. assets: paths below the container, those ending in ``/`` for all below.
        source, licence: origin of the entry.
    """

    id: str
    title: str
    purpose: str
    vendor: str = ""
    tracker: str = ""
    prefixes: tuple[str, ...] = ()
    native: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    metadata: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    source: str = ""
    licence: str = ""


class LibraryDocument(Struct, frozen=True):
    """One file of ``knowledge/libraries``: entries of one origin."""

    source: str
    licence: str
    entries: tuple[LibraryEntry, ...]
    note: str = ""


class LibraryIndex:
    """Known libraries by package prefix and by mark.

    Attributes:
        entries: sorted by id.
        by_native, by_component, by_metadata, by_asset: mark -> position in `entries`.
        asset_folders: asset marks that stand for everything below them.
    """

    def __init__(self, entries: tuple[LibraryEntry, ...]) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.id))
        self._prefixes = {
            package_prefix(name): row for row, entry in enumerate(self.entries) for name in entry.prefixes
        }
        self.by_native = {name: row for row, entry in enumerate(self.entries) for name in entry.native}
        self.by_component = {name: row for row, entry in enumerate(self.entries) for name in entry.components}
        self.by_metadata = {name: row for row, entry in enumerate(self.entries) for name in entry.metadata}
        self.by_asset = {name: row for row, entry in enumerate(self.entries) for name in entry.assets}
        self.asset_folders = tuple(name for name in self.by_asset if name.endswith("/"))
        self.sorted_prefixes = tuple(sorted(self._prefixes))
        self._matrix: tuple[npt.NDArray[np.bytes_], npt.NDArray[np.int64], npt.NDArray[np.int64]] | None = None

    def attribute(self, descriptor: str) -> str | None:
        """Id of the library with the longest package prefix of a class descriptor, or None."""
        row = self.attribute_row(descriptor)
        return None if row is None else self.entries[row].id

    def attribute_row(self, descriptor: str) -> int | None:
        """Position in `entries` of the library with the longest package prefix of a class descriptor, or None."""
        end = min(len(descriptor), PREFIX_LIMIT)
        while (end := descriptor.rfind("/", 0, end)) > 0:
            row = self._prefixes.get(descriptor[: end + 1])
            if row is not None:
                return row
        return None

    def prefix_rows(self, names: "npt.NDArray[np.bytes_]") -> "npt.NDArray[np.int64]":
        """For each descriptor the row in `sorted_prefixes` of its longest prefix, or -1.

        The longest prefix of a name is its predecessor in sorted order or one of that one's own prefixes, so one binary
        search and a walk up a few parents decides for all names at once.

        Args:
            names: descriptors as bytes, cut to `PREFIX_LIMIT`.
        """
        import numpy as np  # noqa: PLC0415 - stays out of reviews without code

        prefixes, lengths, parents = self._arrays()
        if not len(prefixes):
            return np.full(len(names), -1, dtype=np.int64)
        rows: npt.NDArray[np.int64] = np.searchsorted(prefixes, names, side="right") - 1
        letters = names.view(np.uint8).reshape(len(names), -1)
        known = prefixes.view(np.uint8).reshape(len(prefixes), -1)
        columns = np.arange(letters.shape[1])
        open_rows = np.flatnonzero(rows >= 0)
        while len(open_rows):
            candidates = rows[open_rows]
            differs = (letters[open_rows] != known[candidates]) & (columns < lengths[candidates, None])
            open_rows = open_rows[differs.any(axis=1)]
            rows[open_rows] = parents[rows[open_rows]]
            open_rows = open_rows[rows[open_rows] >= 0]
        return rows

    def row_of_prefix(self, prefix: str) -> int:
        """Position in `entries` of the library that has `prefix` (one of `sorted_prefixes`)."""
        return self._prefixes[prefix]

    def _arrays(self) -> "tuple[npt.NDArray[np.bytes_], npt.NDArray[np.int64], npt.NDArray[np.int64]]":
        """Sorted prefixes as fixed-width bytes, their lengths, and the row of each one's own longest prefix (or -1)."""
        import numpy as np  # noqa: PLC0415 - the same

        if self._matrix is None:
            stack: list[int] = []
            parents: list[int] = []
            for row, prefix in enumerate(self.sorted_prefixes):
                while stack and not prefix.startswith(self.sorted_prefixes[stack[-1]]):
                    stack.pop()
                parents.append(stack[-1] if stack else -1)
                stack.append(row)
            raw = np.array([prefix.encode() for prefix in self.sorted_prefixes], dtype=f"S{PREFIX_LIMIT}")
            lengths = np.array([len(prefix.encode()) for prefix in self.sorted_prefixes], dtype=np.int64)
            self._matrix = raw, lengths, np.array(parents, dtype=np.int64)
        return self._matrix


def package_prefix(package: str) -> str:
    """Descriptor prefix of a Java package: ``com.example.sdk`` gives ``Lcom/example/sdk/``."""
    return f"L{package.replace('.', '/')}/"


@cache
def library_index() -> LibraryIndex:
    """The compiled index.

    Raises:
        KnowledgeError: ``knowledge/libraries`` is missing or breaks its schema.
    """
    documents = knowledge.load("libraries", LibraryDocument)
    return LibraryIndex(merge_entries(documents))


def merge_entries(documents: dict[str, LibraryDocument]) -> tuple[LibraryEntry, ...]:
    """One entry per id: files in path order; the first one's words stay, the others' marks and sources are added."""
    merged: dict[str, LibraryEntry] = {}
    for path in sorted(documents):
        document = documents[path]
        for entry in document.entries:
            source, licence = entry.source or document.source, entry.licence or document.licence
            known = merged.get(entry.id)
            marks = _marks_of(known, entry) if known else _several_sorted(entry)
            first, terms = (known.source, known.licence) if known else (source, licence)
            merged[entry.id] = replace(
                known or entry, source=_joined(first, source), licence=_joined(terms, licence), **marks
            )
    return tuple(merged.values())


def _marks_of(first: LibraryEntry, more: LibraryEntry) -> dict[str, tuple[str, ...]]:
    """The marks of two entries, each once and sorted."""
    return {name: tuple(sorted({*getattr(first, name), *getattr(more, name)})) for name in _MARKS}


def _several_sorted(entry: LibraryEntry) -> dict[str, tuple[str, ...]]:
    """Those marks of one entry of which there are several, each once and sorted."""
    return {name: tuple(sorted(set(marks))) for name in _MARKS if len(marks := getattr(entry, name)) > 1}


def _joined(first: str, more: str) -> str:
    return first if more in first.split("; ") else f"{first}; {more}"
