"""Where on the two axes of time an answer can change: between two neighbours of these instants it is constant."""

from collections.abc import Iterator

from affidavit.law.dates import FOREVER, instant
from affidavit.law.register import Register
from affidavit.law.steps import Path

_LASTING = {"block", "forbear"}
"""Effects whose last second still counts, so that the change comes one second later."""

_STATELESS = {"inform", "amend", "deadline"}
"""Effects that no standing depends on."""


def legal_breaks(register: Register, path: Path, app: str) -> list[int]:
    """Legal times at which the standing of a provision may change, ascending, whatever is known.

    They are the bounds of every effect, the instants at which an event became public (before the first that is known
    the provision did not exist) and, for a measure that reaches an app by its operator, changes of operator.
    """
    return sorted({*effect_breaks(path), *_operators(register, path, app)})


def effect_breaks(path: Path) -> list[int]:
    """The same without operators: what a provision's own events make change."""
    found = {step.public for step in path.steps}
    for step in path.steps:
        found.update(item for item in effect_bounds(step.op, step.first, step.last) if item is not None)
    return sorted(found)


def known_breaks(register: Register, path: Path, app: str) -> list[int]:
    """Instants at which something about a provision became public, ascending."""
    return sorted({step.public for step in path.steps} | set(_operators(register, path, app)))


def effect_bounds(op: str, first: int, last: int) -> tuple[int | None, int | None]:
    """When an effect begins, and the first instant at which it is over; None where it has no such instant."""
    if op in _STATELESS:
        return None, None
    if last >= FOREVER:
        return first, None
    return first, last + 1 if op in _LASTING else last


def _operators(register: Register, path: Path, app: str) -> Iterator[int]:
    """Instants at which an app's operator changed, or the change became public, where the measure asks for it."""
    if app in path.measure.targets.apps:
        return
    for entry in register.apps[app].operators:
        for text in (entry.from_, entry.public_at):
            if text:
                yield instant(text, path.zone, "start")
