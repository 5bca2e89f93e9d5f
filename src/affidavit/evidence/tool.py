"""Which program made a statement: its version, and a digest over its own source files."""

import hashlib
import os
from functools import cache
from pathlib import Path

from affidavit.model.bundle import Tool

VERSION = "0.1.0"
"""Version of the package; a test compares it with the packaging metadata, which costs too much to read at start-up."""

_PACKAGE = Path(__file__).parents[1]
_SUFFIXES = (".py", ".tsv")
_WHOLE_FOLDERS = ("report/templates/", "report/schema/")
_LEFT_OUT = ("knowledge/compiled/",)


def source_files(package: Path = _PACKAGE) -> list[str]:
    """Files that decide what the program does, as sorted paths below `package`.

    These are Python sources and tables, and all templates and schemas of reports. Compiled knowledge has its own
    digest; compiled kernels are made from sources that are here.
    """
    found = []
    for folder, subfolders, names in os.walk(package):
        subfolders[:] = [name for name in subfolders if name != "__pycache__"]
        below = os.path.relpath(folder, package).replace(os.sep, "/")
        found += [name if below == "." else f"{below}/{name}" for name in names]
    return sorted(path for path in found if _counts(path))


def code_sha256(package: Path = _PACKAGE) -> str:
    """SHA-256 (hex) over path, size and bytes of every source file."""
    whole = hashlib.sha256()
    for path in source_files(package):
        data = (package / path).read_bytes()
        whole.update(f"{path}\0{len(data)}\0".encode() + data)
    return whole.hexdigest()


@cache
def this_tool() -> Tool:
    """The program that is running."""
    return Tool("affidavit", VERSION, code_sha256())


def _counts(path: str) -> bool:
    """Whether a file below the package decides what the program does."""
    if path.startswith(_LEFT_OUT):
        return False
    return path.startswith(_WHOLE_FOLDERS) or path.endswith(_SUFFIXES)
