"""Files of known code that a review compares with: the one that comes along, and those that a person adds."""

import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from affidavit.evidence.quoting import plain
from affidavit.knowledge import FINGERPRINTS
from affidavit.model.errors import UsageError

MAGIC = b"affcode\0"
"""First bytes of an index, as `identity.code.store` has them, which takes numpy to import."""
_DIGEST = 32
_LONGEST = 1_000
_ADVICE = "give an index that `affidavit knowledge build libraries` made"


def chosen(added: Sequence[Path] | None) -> tuple[Path, ...]:
    """The indexes to compare with: the one that comes along, if there is one, and those that a person adds."""
    return ((FINGERPRINTS,) if FINGERPRINTS.is_file() else ()) + tuple(added or ())


def named(path: Path) -> str:
    """What to call an index when it cannot be used: as a person named it; nothing for the one that comes along."""
    return "" if path == FINGERPRINTS else plain(str(path), _LONGEST)


def opened_index(path: Path) -> IO[bytes]:
    """An index as an open file; it is read by the process that reads the app.

    Raises:
        UsageError: there is no such file, or it is none that has an end.
    """
    try:
        file = open(path, "rb", opener=_at_once)  # noqa: SIM115 - the caller closes it
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", advice=_ADVICE) from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise UsageError(f"{path}: a pipe or a device, where a file is expected", advice=_ADVICE)
    return file


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for whoever might write to a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def digests(paths: Iterable[Path]) -> dict[str, Path]:
    """A file for each SHA-256 that files say is theirs: their last bytes. Whoever reads a file checks them.

    Raises:
        UsageError: there is no such file, or it is none.
    """
    found: dict[str, Path] = {}
    for path in paths:
        found.setdefault(_digest(path), path)
    return found


def _digest(path: Path) -> str:
    with opened_index(path) as file:
        first = file.read(len(MAGIC))
        size = file.seek(0, 2)
        file.seek(max(0, size - _DIGEST))
        data = file.read(_DIGEST)
    if first != MAGIC or len(data) < _DIGEST:
        raise UsageError(f"{path}: not an index of known code", advice=_ADVICE)
    return data.hex()
