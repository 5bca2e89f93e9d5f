"""The indexes of known code that an app is compared with: files, mapped into memory before a hostile byte is read."""

import mmap
import os
from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from affidavit.identity.code import store
from affidavit.identity.code.index import Index
from affidavit.identity.code.merge import merge
from affidavit.model.code_identity import JOINT
from affidavit.model.errors import UsageError


class Known(NamedTuple):
    """An index, and what it is."""

    index: Index  # type: ignore[assignment]
    source: store.Source


def known_code(files: Iterable[int]) -> tuple[Known, ...]:
    """Open indexes and make one of them, so that what each has competes for the same classes.

    Args:
        files: descriptors of open files; they can be closed afterwards.

    Returns:
        One, or none where no file is given. The digests of several are joined by ``+``.

    Raises:
        KnowledgeError: one is no index, or of another version.
        UsageError: one is empty.
    """
    opened = [_known(file) for file in files]
    if not opened:
        return ()
    index, source = opened[0]
    for other, more in opened[1:]:
        index = merge(index, other)
        source = replace(source, digest=f"{source.digest}{JOINT}{more.digest}")
    return (Known(index, source),)


def _known(file: int) -> Known:
    if not os.fstat(file).st_size:
        raise UsageError("an index of known code is empty", advice="make one with affidavit knowledge build libraries")
    return Known(*store.opened(memoryview(mmap.mmap(file, 0, access=mmap.ACCESS_READ))))
