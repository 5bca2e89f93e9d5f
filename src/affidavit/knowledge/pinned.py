"""Packages of registries that knowledge rests on: which, told by the digest of their bytes."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, Literal

from msgspec import Struct

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class Pinned(Struct, frozen=True, forbid_unknown_fields=True):
    """One version of a registry's package; `sha256` is that of the file that the registry gives, in hex."""

    registry: Literal["npm", "pypi", "debian"]
    name: str
    version: str
    sha256: str


def faults(package: Pinned, digests: Iterable[str], days: Iterable[str]) -> Iterator[str]:
    """What is wrong with the digests and days of a package, as sentences without their subject's name.

    Args:
        package: which.
        digests: of files in it.
        days: that are said of it.
    """
    yield from (f"{day!r} is no day" for day in days if not _is_day(day))
    yield from (f"{digest!r} is no SHA-256" for digest in (package.sha256, *digests) if not _DIGEST.fullmatch(digest))


def _is_day(text: str) -> bool:
    """Whether it is a day as ISO writes it with hyphens, by which days compare as text."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
