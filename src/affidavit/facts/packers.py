"""Shells that bring an app's own code in when it runs, by the names that they leave."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from affidavit.facts.frameworks import class_places, first_mark
from affidavit.facts.marks import Code, EntryNames
from affidavit.facts.reading import make_fact
from affidavit.knowledge import load
from affidavit.model.fact import Fact
from affidavit.model.identity import Application, Packer
from affidavit.model.place import Place

NAME = "packers"
VERSION = 1


class Shell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One packer and its marks (format: ``knowledge/packers/android.yaml``)."""

    name: str
    title: str
    entries: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One document of the section ``packers``; `confidence` says what the names rest on."""

    source: str
    confidence: str
    licence: str
    date: str
    packers: tuple[Shell, ...]


def shells() -> list[Shell]:
    """Every packer that is known."""
    return [shell for _, document in sorted(load("packers", Document).items()) for shell in document.packers]


def extract(names: Sequence[str], program: Code | None, facts: Iterable[Fact]) -> Iterator[Fact]:
    """Facts about packers.

    Args:
        names: entry paths, as `Place.entry` has them.
        program: the code, if it was read.
        facts: those of the manifest say which class the application is.

    Yields:
        One `Packer` for each that is found, at its first mark: entry, native library, class, then the manifest.
    """
    known = shells()
    entries = EntryNames(names)
    classes = class_places(program, [prefix for shell in known for prefix in shell.packages])
    applications = {fact.what.class_name: fact.place for fact in facts if isinstance(fact.what, Application)}
    for shell in known:
        found = first_mark(shell, entries, classes) or _application(shell, applications)
        if found:
            mark, place = found
            yield make_fact(Packer(shell.name, shell.title, mark), place, f"{NAME}/{VERSION}")


def _application(shell: Shell, applications: dict[str, Place]) -> tuple[str, Place] | None:
    """The application class, when it is the shell's."""
    found = next((name for name in shell.applications if name in applications), None)
    return None if found is None else (f"application:{found}", applications[found])
