"""The events beside a history: what happened, when it became public, and from when to when it has effect."""

from collections.abc import Iterable, Sequence

from affidavit.law.breakpoints import effect_bounds
from affidavit.law.dates import local, until
from affidavit.law.fold import View, known_steps
from affidavit.law.register import Register
from affidavit.law.steps import Path, Step
from affidavit.model.history import Moment
from affidavit.model.measure import Event


def moments(
    register: Register, app: str, paths: Iterable[Path], known: str = "", recorded: str = ""
) -> tuple[Moment, ...]:
    """The events of some provisions that concern an app, in the order in which they became public.

    Args:
        register: the register.
        app: id of a listed app.
        paths: the provisions.
        known: what was public by the end of then; empty means all.
        recorded: what the register had recorded by the end of then; empty means all.

    Raises:
        UsageError: a date is none.
    """
    found: dict[str, tuple[Step, list[Path]]] = {}
    for path in paths:
        steps = known_steps(path, View(0, until(known, path.zone), until(recorded, path.zone), app))
        told = {step.first for step in steps if step.via_parent}
        for step in steps:
            if not (step.inherited and step.first in told):
                found.setdefault(step.event, (step, []))[1].append(path)
    ordered = sorted(found.values(), key=lambda item: (item[0].public, item[0].event))
    return tuple(_moment(register, step, concerned) for step, concerned in ordered)


def _moment(register: Register, step: Step, paths: Sequence[Path]) -> Moment:
    path = paths[0]
    event, measure = register.events[step.event]
    first, last = effect_bounds(step.op, step.first, step.last)
    return Moment(
        event=event.id,
        measure=measure.id,
        op=step.op,
        text=_words(event),
        public_at=instant_text(step.public, path),
        provisions=tuple(item.provision.id for item in paths),
        first="" if first is None else instant_text(first, path),
        last="" if last is None else instant_text(last, path),
    )


def _words(event: Event) -> str:
    """What happened, by whom or in what words."""
    kind = event.type.replace("non_", "non-").replace("_", " ")
    if event.what:
        return f"{kind}: {event.what}"
    return f"{kind} by {event.by}" if event.by else kind


def instant_text(moment: int, path: Path) -> str:
    """An instant on the clock of the measure's jurisdiction, as ISO 8601."""
    return local(moment, path.zone).isoformat()
