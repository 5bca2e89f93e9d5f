"""The state of one provision at one legal time, as known at another: its events folded, nothing stored."""

from typing import NamedTuple

from affidavit.law.dates import FOREVER
from affidavit.law.steps import Path, Step
from affidavit.model.determination import Outcome


class View(NamedTuple):
    """From where one looks: the legal time, what was public by then, what was recorded by then, and for which app.

    `without` names events to leave out, which is how one asks what an answer hangs on.
    """

    on: int
    known: int
    recorded: int
    app: str
    without: frozenset[str] = frozenset()


class Folded(NamedTuple):
    """What the known events make of a provision. `ends` are (legal time, event, reason), earliest first."""

    outcome: Outcome
    events: tuple[str, ...]
    blocks: tuple[str, ...]
    forbearances: tuple[str, ...]
    ends: tuple[tuple[int, str, str], ...]
    blocked: bool
    contested: bool


class _Current(NamedTuple):
    """The start in force, and the blocks and forbearances active at a legal time."""

    start: Step | None
    blocks: list[Step]
    forbearances: list[Step]


def known_steps(path: Path, view: View) -> list[Step]:
    """The steps that count, in the order in which they became public.

    A step counts once it is public and recorded, if it concerns the app and no later one that counts replaces it.
    """
    return _uncorrected(_heard(path, view))


def _heard(path: Path, view: View) -> list[Step]:
    """The steps that are public and recorded and concern the app, corrected or not."""
    app = view.app
    return [
        step
        for step in path.steps
        if step.public <= view.known
        and step.recorded <= view.recorded
        and (not step.apps or app in step.apps)
        and step.event not in view.without
    ]


def _uncorrected(steps: list[Step]) -> list[Step]:
    """Those that none of them replaces."""
    replaced = {event for step in steps for event in step.replaces}
    return [step for step in steps if step.event not in replaced] if replaced else steps


def fold(path: Path, view: View) -> Folded | None:
    """How a provision stands; None when it did not exist yet at the legal time, so far as known.

    The first rule that fits decides: ended; a mere power; start ahead; blocked; start uncertain; not enforced; barred.
    Exceptions are not looked at here: they depend on the act, not on the provision.
    """
    heard = _heard(path, view)
    announced = next((step.public for step in heard if not step.inherited), FOREVER)
    if view.on < announced:
        return None
    on, steps = view.on, _uncorrected(heard)
    current, ends = _current(steps, on), _ends(steps, on)
    outcome = _outcome(path, on, current, ends)
    relied = _relied(current, ends)
    used = [step for step in steps if step.event in relied]
    return Folded(
        outcome=outcome,
        events=tuple(step.event for step in used),
        blocks=tuple(step.event for step in current.blocks),
        forbearances=tuple(step.event for step in current.forbearances),
        ends=ends,
        blocked=bool(current.blocks) and outcome is Outcome.ANNOUNCED_NOT_EFFECTIVE,
        contested=any(step.contested for step in used),
    )


def _relied(current: _Current, ends: tuple[tuple[int, str, str], ...]) -> set[str]:
    """The events on which a standing rests: the start, and the ends or else what suspends the provision meanwhile."""
    start = {current.start.event} if current.start is not None else set()
    if ends:
        return start | {event for _, event, _ in ends}
    return start | {step.event for step in (*current.blocks, *current.forbearances)}


def _current(steps: list[Step], on: int) -> _Current:
    """What is in force at a legal time. The last start that became known replaces earlier ones."""
    start: Step | None = None
    blocks: list[Step] = []
    forbearances: list[Step] = []
    lifted: set[str] = set()
    for step in steps:
        if step.op == "schedule":
            start = step
        elif step.op == "block" and step.first <= on <= step.last:
            blocks.append(step)
        elif step.op == "forbear" and step.first <= on <= step.last:
            forbearances.append(step)
        elif step.op == "unblock" and step.first <= on:
            lifted.update(step.of)
    return _Current(start, [step for step in blocks if step.event not in lifted], forbearances)


def _ends(steps: list[Step], on: int) -> tuple[tuple[int, str, str], ...]:
    """Ends that have come by a legal time, earliest first.

    A measure's own record of its parent's end stands for that end; other ends of the parent are inherited.
    """
    found = [step for step in steps if step.op == "end" and step.first <= on]
    recorded = {step.first for step in found if step.via_parent}
    kept = [step for step in found if not (step.inherited and step.first in recorded)]
    return tuple(sorted((step.first, step.event, step.reason) for step in kept))


def _outcome(path: Path, on: int, current: _Current, ends: tuple[tuple[int, str, str], ...]) -> Outcome:
    """The first rule that fits."""
    first, last = (current.start.first, current.start.last) if current.start is not None else (FOREVER, FOREVER)
    if ends:
        return Outcome(ends[0][2])
    if path.provision.kind == "enabling":
        return Outcome.AUTHORITY_ONLY
    if on < first:
        return Outcome.ANNOUNCED_NOT_EFFECTIVE
    if current.blocks:
        return Outcome.ENJOINED
    if on < last:
        return Outcome.UNCERTAIN
    return Outcome.PROHIBITED_NOT_ENFORCED if current.forbearances else Outcome.PROHIBITED
