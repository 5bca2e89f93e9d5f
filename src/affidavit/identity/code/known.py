"""The indexes that a process uses: the one that comes with the product, and those that a person adds."""

import mmap
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from affidavit.identity.code.index import Index
from affidavit.identity.code.merge import merge
from affidavit.identity.code.store import Source, opened
from affidavit.knowledge import FINGERPRINTS, fingerprints
from affidavit.model.errors import KnowledgeError, UsageError

_held: dict[Path, memoryview] = {}


def hold(paths: Sequence[Path] = ()) -> None:
    """Map files now, for a process that will not be able to open them later. `knowledge.hold` holds the product's own.

    Raises:
        UsageError: one cannot be read.
    """
    _held.update((path, _mapped(path)) for path in paths)


def known(paths: Sequence[Path] = ()) -> tuple[Index, tuple[Source, ...]]:
    """The product's index with those of some files, and what each of them is.

    Args:
        paths: files of indexes that a person adds.

    Raises:
        UsageError: a file cannot be read.
        KnowledgeError: a file is no index that this version reads, or the product's is missing.
    """
    index, source = shipped()
    sources = [source]
    for path in paths:
        other, source = index_of(path)
        index = merge(index, other)
        sources.append(source)
    return index, tuple(sources)


@cache
def shipped() -> tuple[Index, Source]:
    """The index that comes with the product.

    Raises:
        KnowledgeError: it is missing or damaged.
    """
    return opened(fingerprints())


def index_of(path: Path) -> tuple[Index, Source]:
    """The index of a file, and what it is.

    Raises:
        UsageError: it cannot be read.
        KnowledgeError: it is no index that this version reads.
    """
    try:
        return opened(_held.get(path) or _mapped(path))
    except KnowledgeError as error:
        raise KnowledgeError(f"{path}: {error}", advice=error.advice) from None


def exists() -> bool:
    """Whether the product has an index: it has none while its first one is built."""
    return FINGERPRINTS.is_file()


def _mapped(path: Path) -> memoryview:
    try:
        with path.open("rb") as handle:
            return memoryview(mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:  # ValueError: the file is empty
        reason = error.strerror if isinstance(error, OSError) else "it is empty"
        raise UsageError(f"{path}: {reason}", advice="name the file of an index") from None
