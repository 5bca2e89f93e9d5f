"""One app compared with many: which are nearest, and the whole comparison with those that something is shown of."""

from collections.abc import Iterator, Sequence

from affidavit.model.likeness import Likeness
from affidavit.report.likeness import as_json, as_text
from affidavit.report.text import visible
from affidavit.wording import plural

_WIDE = 120
_SILENT = frozenset({"not shown", "undetermined"})
"""Levels that one line says all of."""

Compared = Sequence[tuple[str, Likeness]]
"""The name of each other app, and what it has in common with the first; the nearest first."""


def many_as_text(first: str, compared: Compared) -> str:
    """A line for each, then what was compared of those with code in common."""
    shown = [as_text(first, name, what) for name, what in compared if what.level not in _SILENT]
    return "\n".join(["\n".join(_table(first, compared)) + "\n", *shown])


def many_as_json(first: str, compared: Compared) -> bytes:
    """An array with what `as_json` says of each."""
    return b"[" + b",\n".join(as_json(first, name, what).strip() for name, what in compared) + b"]\n"


def _table(first: str, compared: Compared) -> Iterator[str]:
    yield f"{visible(first, _WIDE)}  and {plural(len(compared), 'other')}, those that share most of the own code first"
    yield "  of the first in it   of it in the first   level"
    for name, what in compared:
        inside, around = max(what.inside, what.plain_inside), max(what.around, what.plain_around)
        yield f"  {inside:18.1%}   {around:18.1%}   {what.level:<15}  {visible(name, _WIDE)}"
