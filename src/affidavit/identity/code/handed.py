"""Indexes of known code that are handed over as open files, to a process that may open none itself."""

import mmap
import os
from collections.abc import Sequence
from functools import lru_cache
from itertools import starmap
from typing import NamedTuple

from affidavit.identity.code.index import Index
from affidavit.identity.code.merge import merge
from affidavit.identity.code.store import Source, opened
from affidavit.model.errors import KnowledgeError, UsageError


class Known(NamedTuple):
    """All indexes together, to compare with, and what each of them is."""

    index: Index  # type: ignore[assignment]
    sources: tuple[Source, ...]


def handed(files: Sequence[tuple[int, str]]) -> Known | None:
    """Indexes merged in their order; None when there are none.

    Args:
        files: descriptors of open files, which can be closed afterwards, with the names under which a person gave them;
            no name for the one that comes along.

    Raises:
        UsageError: one that a person gave is no index that this version reads.
        KnowledgeError: the one that comes along is none.
    """
    return _merged(tuple(starmap(_Same, files))) if files else None


class _Same:
    """An open file; two are the same when they are one file that was not written to in between."""

    def __init__(self, handle: int, name: str) -> None:
        self.handle, self.name, about = handle, name, os.fstat(handle)
        self._key = about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=2)
def _merged(files: tuple[_Same, ...]) -> Known:
    parts = [_opened(file) for file in files]
    index = parts[0][0]
    for other, _ in parts[1:]:
        index = merge(index, other)
    return Known(index, tuple(source for _, source in parts))


def _opened(file: _Same) -> tuple[Index, Source]:
    size = os.fstat(file.handle).st_size
    try:
        return opened(memoryview(mmap.mmap(file.handle, 0, access=mmap.ACCESS_READ)) if size else b"")
    except KnowledgeError as error:
        if file.name:
            raise UsageError(f"{file.name}: {error}", advice=error.advice) from None
        said = f"the index of known code that comes along cannot be used: {error}"
        raise KnowledgeError(said, advice="unpack it anew with make build, or install affidavit again") from None
