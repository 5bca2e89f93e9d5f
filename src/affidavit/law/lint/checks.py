"""Checks the files of the register: what a person who adds an order would otherwise have to see by eye."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from affidavit.law.lint import dates, doubts, holders, names, reading, sequence, shape, sources, tables
from affidavit.law.lint.draft import SECTIONS, Draft
from affidavit.law.lint.schema import convert
from affidavit.model.problem import Problem

_FORM = ("file-name", *reading.CHECKS, "schema")
_CHECKS: tuple[tuple[str, Callable[[Draft], dates.Messages]], ...] = (
    ("table", tables.tables),
    ("jurisdiction", tables.jurisdictions),
    ("outcome-words", tables.outcomes),
    ("actor-within", tables.roles),
    ("entity", tables.entities),
    ("place", names.place),
    ("unique-id", names.unique),
    ("vocabulary", names.words),
    ("context", holders.contexts),
    ("holder", holders.holders),
    ("target", names.targets),
    ("reference", names.references),
    ("replaces", names.corrections),
    ("unblock", names.unblocking),
    ("measure", names.measures),
    ("cycle", names.cycles),
    ("date", dates.dates),
    ("date-order", dates.order),
    ("clocks", dates.clocks),
    ("count", dates.counts),
    ("base", sequence.bases),
    ("made-first", sequence.made_first),
    ("blocked-first", sequence.blocked_first),
    ("sourced", sources.sourced),
    ("source-findable", sources.findable),
    ("source-known", sources.known),
    ("source-unused", sources.unused),
    ("source-twice", sources.twice),
    ("memory", sources.memory),
    ("schedule", shape.scheduled),
    ("actors", shape.spoken_to),
    ("incomplete", shape.complete),
    ("empty", shape.said),
    ("deadline", shape.deadlines),
    ("parent", shape.parents),
)


_MOST = 500
"""Problems that one check reports; who has more mends these first."""


def check_names() -> tuple[str, ...]:
    """Every check that `lint` runs."""
    return (*_FORM, *(name for name, _ in _CHECKS))


def lint(source: Path) -> list[Problem]:
    """Run every check over the sections of a knowledge folder that make the register.

    What files mean is checked once every file has its form: a file that cannot be read would make all that names it
    look wrong.

    Args:
        source: the folder that holds ``measures``, ``sources`` and the other sections.

    Returns:
        Problems, sorted; empty when there are none.
    """
    draft, problems = read(source)
    if not problems:
        for name, check in _CHECKS:
            problems += [Problem(path, name, message) for path, message in islice(check(draft), _MOST)]
    return sorted(problems)


def unverified(source: Path) -> list[Problem]:
    """What is marked as unverified, from memory or weaker than the rest; files that have no form are left out.

    Args:
        source: as for `lint`.
    """
    return doubts.unverified(read(source)[0])


def read(source: Path) -> tuple[Draft, list[Problem]]:
    """The files that have their form, and the problems of those that do not.

    Args:
        source: as for `lint`.
    """
    draft = Draft()
    problems: list[Problem] = []
    for section, form in SECTIONS.items():
        folder = source / section
        for path in sorted(item for item in folder.rglob("*") if not item.is_dir()) if folder.is_dir() else ():
            name = path.relative_to(source).as_posix()
            document, found = _document(path, form)
            problems += [Problem(name, check, message) for check, message in found]
            if document is not None:
                draft.files.setdefault(section, {})[name] = document
    return draft, problems


def _document(path: Path, form: type) -> tuple[Any, list[reading.Found]]:
    """The document of one file, or what keeps it from being one."""
    if path.suffix != ".yaml":
        return None, [("file-name", f"is not read, as it does not end in .yaml; rename it {path.stem}.yaml or move it")]
    if not path.is_file():
        return None, [("yaml", "is no file, or a link that leads nowhere")]
    try:
        with path.open("rb") as file:
            data = file.read(reading.SIZE + 1)
    except OSError as error:
        return None, [("yaml", f"cannot be read: {error.strerror}")]
    raw, found = reading.read(data)
    if found:
        return None, found
    document, wrong = convert(raw, form)
    return document, [("schema", wrong)] if wrong else []
