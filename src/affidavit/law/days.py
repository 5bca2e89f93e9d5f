"""The days to watch in one measure, seen for one app, from one date, as known on another."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from affidavit.law.citations import citation
from affidavit.law.confidence import weakest
from affidavit.law.dates import FOREVER, WEEKDAYS, begun, counted, instant, local
from affidavit.law.event_words import MAKING, literal
from affidavit.law.fold import View, fold, known_steps
from affidavit.law.register import Register
from affidavit.law.roles import holder_in_words
from affidavit.law.steps import Path, Step
from affidavit.model.determination import Outcome
from affidavit.model.duty import DeadlineKind, DeadlineState, Move, Remark, Status, Timing
from affidavit.model.measure import ANSWERING, Condition, Days, Event, Forbear, Measure, Schedule, SetDeadline

E = TypeVar("E", SetDeadline, Schedule, Forbear)

_SAID: dict[str, Status] = {"deadline_met": "met", "deadline_status_unknown": "no confirmation found"}
_NO_START = frozenset({"deadline", "duty", "definition"})
_KINDS: dict[str, DeadlineKind] = {"duty": "duty", "condition": "condition"}
_BEGINS = {"prohibition": "the bar begins to apply", "enabling": "the power begins"}
_SATURDAY = 5


class Look(NamedTuple):
    """One measure from one point of view; the view's app is "" for a measure that names none."""

    register: Register
    measure: Measure
    zone: str
    view: View


class _Ended(NamedTuple):
    """When and how something lost force; `at` is `FOREVER` while it stands."""

    at: int = FOREVER
    event: str = ""
    reason: str = ""


def announced(look: Look) -> int:
    """When the measure became public, so far as known; `FOREVER` when it is not known to have."""
    view = look.view
    return min(
        (
            public
            for event in look.measure.events
            if (public := instant(event.public_at, look.zone, "start")) <= view.known
            and begun(event.recorded_at or look.measure.recorded_at, look.zone, view.recorded)
        ),
        default=FOREVER,
    )


def days_of(look: Look) -> Iterator[DeadlineState]:
    """Everything to watch in a measure, provision by provision, then its conditions.

    Raises:
        UsageError: a date is none.
    """
    for provision in look.measure.provisions:
        path = look.register.paths[provision.id]
        if provision.due:
            yield task(look, path)
        if provision.kind not in _NO_START:
            yield from _start(look, path)
            yield from _forbearance(look, path)
    for condition in look.measure.conditions:
        public = instant(condition.public_at, look.zone, "start") if condition.public_at else announced(look)
        if public <= min(look.view.known, look.view.on):
            yield _condition(look, condition)


def task(look: Look, path: Path) -> DeadlineState:
    """A deadline, or a duty to be done promptly or all the time.

    Raises:
        UsageError: a date is none.
    """
    provision, steps = path.provision, known_steps(path, look.view)
    moves = _moves(look, provision.due, [(step, effect.due, "") for step, effect in _having(look, steps, SetDeadline)])
    remarks = tuple(_remarks(look, steps, provision.id))
    counting = _count(provision.computed_from)
    first = str(counting.get("counted", provision.due))
    due = moves[-1].due if moves else first
    said = [_SAID[item.type] for item in remarks if item.type in _SAID]
    weak = [*(item.confidence for item in moves), *(item.confidence for item in remarks)]
    common = _common(look, due, _ended(steps, look.view.on), "extended" if moves else "open", awaited=True)
    return DeadlineState(
        **common | {"status": said[-1] if said else common["status"]},
        **counting,
        kind=_KINDS.get(provision.kind, "deadline"),
        id=provision.id,
        provisions=(provision.id,),
        text=provision.summary,
        holder=holder_in_words(look.register, provision.duty_holder),
        confidence=weakest(provision.confidence, *weak),
        sources=provision.sources,
        stated=provision.due,
        extendable_days=provision.extendable_days,
        moves=moves,
        remarks=remarks,
        unverified=provision.unverified,
    )


def _start(look: Look, path: Path) -> Iterator[DeadlineState]:
    """The start in force of a provision, with those that it replaced."""
    steps, folded = known_steps(path, look.view), fold(path, look.view)
    found = _having(look, steps, Schedule)
    if not found or folded is None:
        return
    first, start = found[0][1].start, found[-1][1].start
    made = _event(look, found[-1][0])
    moves = _moves(
        look, first.latest, [(step, effect.start.latest, effect.start.literal) for step, effect in found[1:]]
    )
    common = _common(look, start.latest, _ended(steps, look.view.on), "moved" if moves else "open")
    yield DeadlineState(
        **common,
        **_count(start.computed_from),
        kind="start",
        id=found[0][0].event,
        provisions=(path.provision.id,),
        text=_BEGINS.get(path.provision.kind, "it begins to apply") + literal(start),
        confidence=made.confidence,
        sources=made.sources,
        stated=first.latest,
        earliest=start.earliest if start.earliest != start.latest else "",
        moves=moves,
        standing=folded.outcome if path.provision.kind in ANSWERING else None,
        contested=path.provision.kind in ANSWERING and folded.contested,
        unverified=made.unverified,
    )


def _forbearance(look: Look, path: Path) -> Iterator[DeadlineState]:
    """The end of an undertaking not to enforce; later undertakings move it."""
    steps = known_steps(path, look.view)
    found = [(step, effect, effect.until) for step, effect in _having(look, steps, Forbear) if effect.until]
    if not found:
        return
    step, effect, until = max(found, key=lambda item: instant(item[2], look.zone, "end"))
    made = _event(look, step)
    moves = _moves(look, found[0][2], [(step, until, _event(look, step).by) for step, _, until in found[1:]])
    common = _common(look, until, _ended(steps, look.view.on), "extended" if moves else "open")
    yield DeadlineState(
        **common,
        **_count(effect.computed_from),
        kind="forbearance-end",
        id=found[0][0].event,
        provisions=(path.provision.id,),
        text="the undertaking not to enforce ends",
        holder=made.by,
        confidence=made.confidence,
        sources=made.sources,
        stated=found[0][2],
        moves=moves,
        unverified=made.unverified,
    )


def _condition(look: Look, condition: Condition) -> DeadlineState:
    """A test that would lift the measure. An outcome without a date counts from when the register recorded it."""
    public = condition.outcome_public_at or look.measure.recorded_at
    known = bool(condition.outcome) and begun(public, look.zone, look.view.known)
    barred = [item.id for item in look.measure.provisions if item.kind == "prohibition"]
    ends = [_ended(known_steps(look.register.paths[name], look.view), look.view.on) for name in barred]
    common = _common(look, condition.due, max(ends, default=_Ended()), "open", awaited=True)
    return DeadlineState(
        **common | ({"status": "outcome recorded"} if known else {}),
        kind="condition",
        id=condition.id,
        provisions=(),
        text=condition.summary,
        holder=condition.decision_maker,
        confidence=condition.confidence,
        sources=condition.sources,
        stated=condition.due,
        test=condition.test.replace("_", " "),
        outcome=condition.outcome if known else "",
    )


def _common(look: Look, due: str, ended: _Ended, status: Status, *, awaited: bool = False) -> dict[str, Any]:
    """What every kind of state has: the measure, the day and where it lies, the end, the status by the day alone.

    `awaited`: news of what was done by the day is awaited, so that silence after it is told.
    """
    measure, stands = look.measure, ended.at == FOREVER
    timing, day = _timing(look, due), None
    if timing in {"ahead", "due today", "passed"}:
        day = local(instant(due, look.zone, "end"), look.zone).date()
        if ended.at < instant(due, look.zone, "end"):
            status = "fell away"
        elif timing == "passed" and awaited:
            status = "not publicly known"
    return {
        "measure": measure.id,
        "title": measure.title,
        "cite": citation(measure, look.zone, look.view.known),
        "jurisdiction": measure.jurisdiction,
        "apps": (look.view.app,) if look.view.app else (),
        "due": due,
        "timing": timing,
        "status": status,
        "weekday": WEEKDAYS[day.weekday()] if day else "",
        "weekend": day is not None and day.weekday() >= _SATURDAY,
        "ended": "" if stands else local(ended.at, look.zone).date().isoformat(),
        "ended_how": None if stands else Outcome(ended.reason),
        "ended_by": ended.event,
        "ended_contested": not stands and look.register.events[ended.event][0].contested,
    }


def _timing(look: Look, due: str) -> Timing:
    """Where the day asked about lies, by calendar days."""
    if due in {"promptly", "continuing"}:
        return "promptly" if due == "promptly" else "continuing"
    if not due:
        return "undated"
    day, today = (local(moment, look.zone).date() for moment in (instant(due, look.zone, "end"), look.view.on))
    return "due today" if day == today else "ahead" if day > today else "passed"


def _ended(steps: Sequence[Step], on: int) -> _Ended:
    """The first end that has come by a legal time."""
    return min(
        (_Ended(step.first, step.event, step.reason) for step in steps if step.op == "end" and step.first <= on),
        default=_Ended(),
    )


def _moves(look: Look, due: str, later: Sequence[tuple[Step, str, str]]) -> tuple[Move, ...]:
    """The later days (step, day, note) that differ from the one before."""
    moves = []
    for step, day, note in later:
        event = _event(look, step)
        if day != due:
            moves.append(Move(event.id, event.public_at, day, event.confidence, note or event.note))
        due = day
    return tuple(moves)


def _remarks(look: Look, steps: Sequence[Step], provision: str) -> Iterator[Remark]:
    """What is known besides: events that change no day and are about the task itself, or announcements."""
    for step in steps:
        event = _event(look, step)
        about = event.type == "announcement" or provision in event.applies_to
        if step.op == "inform" and not step.inherited and about and event.type not in MAKING:
            yield Remark(event.id, event.public_at, event.type, event.confidence, event.what or event.note)


def _having(look: Look, steps: Sequence[Step], kind: type[E]) -> list[tuple[Step, E]]:
    """The steps with one kind of effect, each with it."""
    return [(step, effect) for step in steps if isinstance(effect := _event(look, step).effect, kind)]


def _event(look: Look, step: Step) -> Event:
    return look.register.events[step.event][0]


def _count(days: Days | None) -> dict[str, Any]:
    """How a day is counted, and what the count gives."""
    return {"base": days.base, "days": days.days, "counted": counted(days).isoformat()} if days else {}
