"""Indexes of known code that are handed over as open files, to a process that may open none itself."""

import mmap
import os
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from affidavit.identity.code.index import Index
from affidavit.identity.code.merge import merge
from affidavit.identity.code.store import Source, opened
from affidavit.model.errors import UsageError


class Known(NamedTuple):
    """All indexes together, to compare with, and what each of them is."""

    index: Index  # type: ignore[assignment]
    sources: tuple[Source, ...]


def handed(files: Sequence[int]) -> Known | None:
    """Indexes merged in their order; None when there are none.

    Args:
        files: descriptors of open files; they can be closed afterwards.

    Raises:
        KnowledgeError: one is no index that this version reads.
        UsageError: one is empty.
    """
    return _merged(tuple(map(_Same, files))) if files else None


class _Same:
    """An open file; two are the same when they are one file that was not written to in between."""

    def __init__(self, handle: int) -> None:
        self.handle, about = handle, os.fstat(handle)
        self._key = about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=2)
def _merged(files: tuple[_Same, ...]) -> Known:
    parts = [_opened(file.handle) for file in files]
    index = parts[0][0]
    for other, _ in parts[1:]:
        index = merge(index, other)
    return Known(index, tuple(source for _, source in parts))


def _opened(handle: int) -> tuple[Index, Source]:
    if not os.fstat(handle).st_size:
        raise UsageError("an index of known code is empty", advice="make one with affidavit knowledge build libraries")
    return opened(memoryview(mmap.mmap(handle, 0, access=mmap.ACCESS_READ)))
