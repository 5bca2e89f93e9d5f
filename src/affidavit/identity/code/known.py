"""The indexes of known code that an app is compared with: files, mapped into memory before a hostile byte is read."""

import mmap
import os
from collections.abc import Iterable
from typing import NamedTuple

from affidavit.identity.code import store
from affidavit.identity.code.index import Index
from affidavit.model.errors import UsageError


class Known(NamedTuple):
    """An index, and what it is."""

    index: Index  # type: ignore[assignment]
    source: store.Source


def known_code(files: Iterable[int]) -> tuple[Known, ...]:
    """Open indexes.

    Args:
        files: descriptors of open files; they can be closed afterwards.

    Raises:
        KnowledgeError: one is no index, or of another version.
        UsageError: one is empty.
    """
    return tuple(_known(file) for file in files)


def _known(file: int) -> Known:
    if not os.fstat(file).st_size:
        raise UsageError("an index of known code is empty", advice="make one with affidavit knowledge build libraries")
    return Known(*store.opened(memoryview(mmap.mmap(file, 0, access=mmap.ACCESS_READ))))
