"""What knowledge pins, fetched package by package."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from affidavit.knowledge.pinned import Pinned

_Package = TypeVar("_Package", bound=Pinned)


def fetch_all(
    what: str, packages: Iterable[_Package], fetch: Callable[[_Package], list[Path]], error: type[Exception]
) -> int:
    """Fetch packages, saying of each what became of it; 1 when one could not be had.

    Args:
        what: they are fetched for.
        packages: which.
        fetch: writes what one gives.
        error: that it raises where that cannot be had.
    """
    failed = 0
    for package in packages:
        try:
            made = fetch(package)
        except error as met:
            failed += 1
            sys.stderr.write(f"{what}: {met}\n")
        else:
            sys.stderr.write(f"{what}: {package.name} {package.version}: {len(made)} files\n")
    return int(bool(failed))
