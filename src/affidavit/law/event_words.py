"""Events in words: what happened, and what it does to the provisions it is about."""

from collections.abc import Sequence

from affidavit.law.register import Register
from affidavit.law.steps import reaches
from affidavit.model.brief import EventBrief
from affidavit.model.measure import (
    Amend,
    Block,
    Effect,
    End,
    Event,
    Forbear,
    Measure,
    Schedule,
    SetDeadline,
    Start,
    Unblock,
)

MAKING = frozenset({"issued", "published", "identified", "determination"})
"""Types of events by which a measure comes about: they say which."""


def event_brief(register: Register, event: str, provisions: Sequence[str], *, relied: bool) -> EventBrief:
    """An event as an answer cites it.

    Args:
        register: that holds it.
        event: its id.
        provisions: ids of those in the answer.
        relied: whether the answer rests on it.
    """
    found, measure = register.events[event]
    return EventBrief(
        id=found.id,
        measure=measure.id,
        public_at=found.public_at,
        text=_happened(register, found, measure),
        confidence=found.confidence,
        sources=found.sources,
        effect=effect_in_words(found.effect),
        concerns=tuple(name for name in provisions if _concerns(register, found, measure, name)),
        relied=relied,
        grounds=found.grounds,
        note=found.note,
        weaker=found.weaker,
        contested=found.contested,
        unverified=found.unverified,
    )


def effect_in_words(effect: Effect) -> str:
    """What an event does, with the dates as its source writes them; empty when it only informs."""
    text = ""
    match effect:
        case Schedule(start=start):
            text = _start(start)
        case Block():
            text = f"suspended from {effect.from_}{_until(effect.until)}"
        case Unblock(at=at, of=events):
            text = f"the suspension by {', '.join(events)} ends at {at}"
        case Forbear():
            past = ", also for what was done before" if effect.covers_past_conduct else ""
            text = f"not enforced from {effect.from_}{_until(effect.until)}{past}"
        case End(at=at, reason=reason):
            text = f"it ends at {at} ({reason})"
        case SetDeadline(due=due):
            text = f"due on {due} from now on"
        case Amend(field=field, start=start):
            text = f"changes {field.replace('_', ' ')}{f' from {start}' if start else ''}; no outcome depends on it"
    return text


def _start(start: Start) -> str:
    if start.earliest == start.latest:
        return f"it applies from {start.latest}{literal(start)}"
    return f"it applies from some moment between {start.earliest} and {start.latest}{literal(start)}"


def literal(start: Start) -> str:
    """How the source itself puts a start, in brackets; empty when that is not recorded."""
    return f' (in the words of the source: "{start.literal}")' if start.literal else ""


def _concerns(register: Register, event: Event, measure: Measure, provision: str) -> bool:
    """Whether an event is about a provision, itself or through a measure on which the provision's own depends."""
    path = register.paths.get(provision)
    if path is None:
        return False
    own = path.measure.id == measure.id
    return reaches(event, provision) if own else any(step.event == event.id for step in path.steps)


def _until(until: str | None) -> str:
    return "" if until is None else f" until {until}"


def _happened(register: Register, event: Event, measure: Measure) -> str:
    """What happened: the kind of event, who did it, in which proceeding, and what exactly."""
    other = register.measures.get(event.by)
    by = other.title if other else event.by
    case = next((item for item in measure.proceedings if item.id == event.proceeding), None)
    parts = [event.type.replace("non_", "non-").replace("_", " ").capitalize()]
    parts += [f"by {by}"] if by else []
    parts += [f"in {case.case} ({case.court})"] if case else []
    what = event.what or (measure.title if event.type in MAKING else "")
    sentence = " ".join(parts)
    return f"{sentence}: {what}" if what else sentence
