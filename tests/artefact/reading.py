"""How the tests of containers read bytes: as one part, without a file."""

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from affidavit.artefact.budget import Budget
from affidavit.artefact.directory import find_directory
from affidavit.artefact.notes import Notes
from affidavit.artefact.part import Entry, Part
from affidavit.artefact.zip import read_entries
from affidavit.model.limitation import Limitation


@dataclass
class Read:
    """A container that was read whole."""

    part: Part
    budget: Budget
    limitations: list[Limitation] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        return sorted({limitation.kind for limitation in self.limitations})

    def named(self, name: str) -> Entry:
        return next(entry for entry in self.part.entries if entry.name == name)

    def data(self, name: str) -> bytes | None:
        return self.part.read(self.named(name))

    def all(self) -> list[tuple[str, bytes | None]]:
        return [(entry.name, self.part.read(entry)) for entry in self.part.entries]


def read_zip(data: bytes, **bounds: int) -> Read:
    """Read a zip's directory; `bounds` override those of the budget."""
    limitations: list[Limitation] = []
    notes, budget, view = Notes(limitations), Budget(**bounds), memoryview(data)
    directory = find_directory(view, notes, "")
    entries = read_entries(view, directory, "", budget, notes) if directory else ()
    return Read(Part("", "base", view, entries, budget=budget, notes=notes), budget, limitations)


def android_refuses(path: Path) -> bool:
    """Whether libziparchive, in Debian's aapt, refuses to open the file: the platform's own code as oracle."""
    if (aapt := shutil.which("aapt")) is None:
        pytest.skip("needs Debian's aapt")
    done = subprocess.run([aapt, "dump", "badging", path], check=False, capture_output=True, timeout=60)
    return b"Error opening archive" in done.stderr or b"Invalid file" in done.stderr
