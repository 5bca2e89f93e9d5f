"""A determination with everything that it cites, in words: what a reader needs, and nothing else."""

from typing import Literal

from msgspec import Struct

from affidavit.model.determination import Determination, Outcome
from affidavit.model.measure import Condition, Confidence, Source


class OutcomeMeaning(Struct, frozen=True):
    """What an outcome is called, what it asks of an actor ("must not"), and what it means."""

    title: str
    duty: str
    meaning: str


class MeasureBrief(Struct, frozen=True, omit_defaults=True):
    """A measure as an answer cites it."""

    id: str
    title: str
    jurisdiction: str
    instrument: str
    authority: tuple[str, ...]
    cite: str = ""
    limits: str = ""
    note: str = ""


class ProvisionBrief(Struct, frozen=True, omit_defaults=True):
    """A provision or exception as an answer cites it; `kind` is ``exception`` for exceptions."""

    id: str
    measure: str
    kind: str
    summary: str
    confidence: Confidence
    sources: tuple[str, ...]
    number: str = ""
    territory: str = ""
    actor_note: str = ""
    weaker: dict[str, Confidence] = {}
    unverified: tuple[str, ...] = ()


class EventBrief(Struct, frozen=True, omit_defaults=True):
    """An event as an answer cites it.

    Attributes:
        text: what happened, in one sentence without the date.
        effect: what it does to the provisions, in words; empty when it only informs.
        concerns: ids of the answer's provisions that it is about.
        relied: whether the answer rests on it; the others are known and concern the same provisions.
    """

    id: str
    measure: str
    public_at: str
    text: str
    confidence: Confidence
    sources: tuple[str, ...]
    effect: str = ""
    concerns: tuple[str, ...] = ()
    relied: bool = False
    grounds: str = ""
    note: str = ""
    weaker: dict[str, Confidence] = {}
    contested: bool = False
    unverified: tuple[str, ...] = ()


class Change(Struct, frozen=True, omit_defaults=True):
    """What would change the answer, from what was known.

    Attributes:
        kind: ``time`` (a later date, nothing else happening), ``event`` (an event relied on falls away), ``ruling`` (a
            court decides what was pending), ``condition`` (a condition for lifting is met) or ``power`` (an authority
            uses its power).
        text: one sentence.
        outcome: the headline then, where it can be derived.
        at: legal time of the change, for ``time``.
        event: the event, for ``event``.
    """

    kind: Literal["time", "event", "ruling", "condition", "power"]
    text: str
    outcome: Outcome | None = None
    at: str = ""
    event: str = ""


class Brief(Struct, frozen=True, omit_defaults=True):
    """The answer to a question, self-contained.

    Attributes:
        meanings: of every outcome that occurs.
        app_names, operator_name, transaction, actor, jurisdiction: the question in words.
        events: those relied on and those that only inform, in the order in which they became public.
        open_questions: what the register does not know and the answer hangs on.
        unverified: what is recorded but nobody has checked, of what the answer rests on.
        sources: where the register read what is told; some may be younger than the state of knowledge asked about.
        notes: about the question itself: dates outside the register, staleness, what was searched.
        elsewhere: codes of other jurisdictions whose measures are about the app.
    """

    determination: Determination
    meanings: dict[str, OutcomeMeaning]
    app_names: tuple[str, ...]
    operator_name: str
    transaction: str
    actor: str
    jurisdiction: str
    register_updated: str
    measures: tuple[MeasureBrief, ...]
    provisions: tuple[ProvisionBrief, ...]
    events: tuple[EventBrief, ...]
    changes: tuple[Change, ...]
    conditions: tuple[Condition, ...]
    open_questions: tuple[str, ...]
    unverified: tuple[str, ...]
    notes: tuple[str, ...]
    elsewhere: tuple[str, ...]
    sources: dict[str, Source]
