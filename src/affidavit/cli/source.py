"""An affidavit from what a person names: a bundle is read, anything else is reviewed."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit.cli.options import budget
from affidavit.cli.progress import Progress
from affidavit.model.errors import UsageError

if TYPE_CHECKING:
    from affidavit.model.bundle import Affidavit

BUNDLE = ".affidavit"
"""The suffix that tells a bundle from an artefact."""


def file_at(path: Path, advice: str) -> Path:
    """`path`, if there is a file.

    Raises:
        UsageError: there is nothing, or a folder.
    """
    if path.is_dir():
        raise UsageError(f"{path}: a folder, where a file is expected", advice=advice)
    if not path.exists():
        raise UsageError(f"{path}: no such file", advice=advice)
    return path


def affidavit_of(options: argparse.Namespace) -> "Affidavit":
    """Read the bundle, or review the artefact, at ``options.path``.

    Raises:
        UsageError: there is no such file.
        UnreadableError: it is neither.
        VerificationError: the bundle does not hold.
    """
    import affidavit  # noqa: PLC0415 - the library costs time that --help should not pay

    path = file_at(options.path, "give the path of an app or of an .affidavit bundle")
    if path.suffix == BUNDLE:
        return affidavit.read(path)
    with Progress(quiet=options.quiet) as progress:
        return affidavit.review(path, budget=budget(options.budget), progress=progress).affidavit
