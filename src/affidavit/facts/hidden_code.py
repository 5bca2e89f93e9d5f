"""Code that is there and was not read, or must be somewhere and is not where code was read: packed, hidden, left out.

Names of packers (`facts.packers`) change with every version. What does not change: Android starts the classes that the
manifest names, so these must come from somewhere.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from affidavit.artefact.notes import Notes
from affidavit.artefact.part import Entry
from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.program import Program
from affidavit.facts.code import is_platform
from affidavit.model.declared import Component
from affidavit.model.fact import Fact
from affidavit.model.identity import Application
from affidavit.model.limitation import Limitation

_BASE64: Final = b"ZGV4CjA"
"""How the Base64 of a dex begins."""
_OTHER_FORMS: Final = frozenset({"cdex", "odex", "vdex"})
_PARENTS: Final = 16
_LAUNCHER: Final = "android.intent.category.LAUNCHER"
_ATTACH: Final = "attachBaseContext"
_NAMED: Final = 3
KIND: Final = "code/hidden-dex"


def note_unread_code(entry: Entry, data: bytes, media: str, notes: Notes) -> None:
    """Say where an entry is code in a form that is not read.

    Args:
        entry: as it is listed.
        data: its bytes.
        media: what they are; not of a container that was opened.
        notes: takes what is found.
    """
    if media in _OTHER_FORMS:
        notes.add(KIND, f"it is code in a form that is not read ({media})", entry.path)
    elif data.startswith(_BASE64):
        notes.add(KIND, "it begins as the Base64 text of a dex file; it was not read", entry.path)


class Missing(NamedTuple):
    """Classes that the manifest names and no code defines.

    Attributes:
        declared: how many it names that are not the platform's. names: those without a definition, sorted.
        launcher: whether there are classes that a launcher starts, all without definition.
        application: descriptor of the application's class, when that is defined.
    """

    declared: int
    names: tuple[str, ...]
    launcher: bool
    application: str


def missing_classes(facts: Iterable[Fact], program: Program) -> Missing:
    """Compare what the manifest declares with the classes that were read."""
    names: set[str] = set()
    started: set[str] = set()
    application = ""
    for what in (fact.what for fact in facts):
        if isinstance(what, Component):
            name = what.target or what.name
            names.add(name)
            if any(_LAUNCHER in item.categories for item in what.filters):
                started.add(name)
        elif isinstance(what, Application) and what.class_name:
            application = what.class_name
            names.add(application)
    own = {name for name in names if name and not is_platform(descriptor(name))}
    missing = {name for name in own if program.find_class(descriptor(name)) is None}
    started &= own
    defined = application in own - missing
    return Missing(
        len(own),
        tuple(sorted(missing)),
        bool(started) and started <= missing,
        descriptor(application) if defined else "",
    )


def compare(facts: Iterable[Fact], program: Program) -> Iterator[Limitation]:
    """Limitations for code that must be somewhere else.

    A few classes are missing from many an ordinary app (a manifest merged from a library of which shrinking left
    nothing). It counts when Android could not start what it is asked to: the launcher's class, or half of all.
    """
    found = missing_classes(facts, program)
    count = len(found.names)
    if not (found.launcher or (count and 2 * count >= found.declared)):
        return
    shown = ", ".join(found.names[:_NAMED]) + (", ..." if count > _NAMED else "")
    said = f"of {found.declared} classes that the manifest names, {count} are in no code that was read ({shown})"
    yield Limitation("code/components-missing", f"{said}; they come from elsewhere, or the app lacks them")
    if found.launcher and found.application and _takes_over(found.application, program):
        detail = "the application's class takes over before any other code runs, as that of a shell does which unpacks"
        yield Limitation("code/packed", f"{said}, the one that people start among them, and {detail} the rest")


def _takes_over(name: str, program: Program) -> bool:
    """Whether the application's class, or one above it, overrides what Android calls before anything else."""
    for _ in range(_PARENTS):
        found = program.find_class(name)
        if found is None:
            return False
        unit, row = found
        rows = (unit.def_class == row).nonzero()[0]
        methods = (int(unit.def_method[at]) for at in rows.tolist())
        if any(unit.method_parts(method)[1] == _ATTACH for method in methods if method >= 0):
            return True
        parent = int(unit.class_super[row])
        if parent < 0:
            return False
        name = unit.type_name(parent)
    return False
