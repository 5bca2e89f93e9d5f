"""Files of known code that a review compares with: the one that comes along, and those that a person adds."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from affidavit.knowledge import FINGERPRINTS
from affidavit.model.errors import UsageError

_DIGEST = 32
_ADVICE = "give an index that `affidavit knowledge build libraries` made"


def chosen(added: Sequence[Path] | None) -> tuple[Path, ...]:
    """The indexes to compare with: the one that comes along, if there is one, and those that a person adds."""
    return ((FINGERPRINTS,) if FINGERPRINTS.is_file() else ()) + tuple(added or ())


def opened_index(path: Path) -> IO[bytes]:
    """An index as an open file; it is read by the process that reads the app.

    Raises:
        UsageError: there is no such file.
    """
    try:
        return path.open("rb")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", advice=_ADVICE) from error


def digests(paths: Iterable[Path]) -> frozenset[str]:
    """What the files say their SHA-256 is: their last bytes. Whoever reads them checks it.

    Raises:
        UsageError: there is no such file, or it is too short for an index.
    """
    return frozenset(map(_digest, paths))


def _digest(path: Path) -> str:
    with opened_index(path) as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _DIGEST))
        data = file.read(_DIGEST)
    if len(data) < _DIGEST:
        raise UsageError(f"{path}: too short for an index of known code", advice=_ADVICE)
    return data.hex()
