"""An affidavit from what a person names: a bundle is read, anything else is reviewed."""

import argparse
import stat
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
        UsageError: there is nothing, a folder, or what may never end (a pipe or a device).
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file", advice=advice) from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", advice=advice) from None
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
        raise UsageError(f"{path}: {what}, where a file is expected", advice=advice)
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
        return affidavit.review(
            path,
            budget=budget(options.budget),
            progress=progress,
            sandbox=options.sandbox,
            v4_signature=options.v4_signature,
            libraries=options.libraries,
        ).affidavit
