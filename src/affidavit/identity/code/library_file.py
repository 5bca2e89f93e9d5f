"""The code of a library's file, whatever kind it is: dex, jar, aar, app, or an archive of dex files."""

from pathlib import Path

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import Opened, open_artefact
from affidavit.artefact.part import Entry, Part
from affidavit.artefact.spool import Spool
from affidavit.dalvik.program import Program
from affidavit.facts.extract import Extraction, read_code
from affidavit.model.progress import silent

_OTHER_RELEASES = "META-INF/"
"""Below it a jar has classes for one release of Java or another, which no compiler to dex takes."""


def program_of(path: Path, budget: Budget | None = None) -> Program:
    """The code of a file; nothing else of it is read.

    Args:
        path: a file of any kind that can be examined; of an archive in it the code counts when examining opens it.
        budget: bounds what is read.

    Raises:
        UsageError: there is no such file.
        UnreadableError: it is of no kind that can be opened.
        BudgetError: time or memory ran out.
    """
    budget = budget or Budget()
    with open_artefact(path, budget) as opened:
        state = Extraction(opened, budget, Spool())
        _collect(opened, state)
        read_code(state, silent)
    return state.program


def _collect(opened: Opened, state: Extraction) -> None:
    """Keep the code of every part."""
    for part in opened.parts:
        for entry in part.entries:
            if not _is_code(part, entry):
                continue
            state.budget.check()
            data = part.read(entry)
            if data is None:
                continue
            if entry.name.endswith(".class"):
                state.classes.setdefault(part.prefix, []).append((entry.path, data))
            else:
                state.dexes.append((part, entry, state.spool.keep(data)))


def _is_code(part: Part, entry: Entry) -> bool:
    """Whether an entry is a class file or a dex file."""
    return part.role == "dex" or (
        entry.name.endswith((".dex", ".class")) and not entry.name.startswith(_OTHER_RELEASES)
    )
