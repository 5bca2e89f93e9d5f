"""What somebody has to do by when, what a role must or must not do, and what a review has to say on that."""

from typing import Literal

from msgspec import Struct

from affidavit.model.determination import Outcome, Standing
from affidavit.model.finding import Grade
from affidavit.model.measure import Confidence

DeadlineKind = Literal["deadline", "duty", "start", "forbearance-end", "condition"]
"""A dated task; a task without a day; the start of a bar; the end of an undertaking not to enforce; a test to pass."""

Timing = Literal["ahead", "due today", "passed", "promptly", "continuing", "undated"]
"""Where the day asked about lies; the last three have no day to compare it with."""

Status = Literal[
    "open", "met", "extended", "moved", "not publicly known", "no confirmation found", "fell away", "outcome recorded"
]
"""What is known of it. ``not publicly known``: the day has passed and the register has no event that says more.
``no confirmation found``: somebody looked, and the register says so."""

Stance = Literal["for", "against", "undetermined"]
"""Which way a piece of evidence points on the question named beside it; never whether the law was kept."""


class Move(Struct, frozen=True, omit_defaults=True):
    """A later event that set another day."""

    event: str
    public_at: str
    due: str
    confidence: Confidence
    note: str = ""


class Remark(Struct, frozen=True, omit_defaults=True):
    """What an event says about a task without changing its day."""

    event: str
    public_at: str
    type: str
    confidence: Confidence
    text: str = ""


class DeadlineState(Struct, frozen=True, omit_defaults=True):
    """A day to watch, as it stood on a date and was known on another.

    Attributes:
        kind: what the day is.
        id: of the provision, of the event that first set the day, or of the condition.
        measure, title, cite, jurisdiction: where it stands.
        provisions: ids of the provisions concerned.
        text: what is to be done, or what begins or ends, in words.
        timing, status: on the day asked about, as known.
        apps: the listed apps for which this holds; empty when the measure names none.
        holder: who has to act or to decide, in words.
        due: the day in force as known; an instant where the sources give one; ``promptly`` or ``continuing``.
        weekday, weekend: of the day; the next working day is not assumed.
        base, days: how the first day is counted; `counted` is what the count gives.
        stated: the first day as the document has it.
        earliest: the earliest start that the sources allow, where they differ.
        extendable_days: by how much the document lets it be extended.
        moves: events that set another day, as they became public.
        remarks: what else is known, as it became public.
        test, outcome: of a condition: how it is decided, and what is recorded.
        standing: of a start, the outcome of its provisions on the day asked about.
        ended, ended_how, ended_by: the day, the way and the event of the end of what set it, if that came by then.
        contested, ended_contested: an event that `standing` rests on, or the event of the end, is disputed.
    """

    kind: DeadlineKind
    id: str
    measure: str
    title: str
    jurisdiction: str
    provisions: tuple[str, ...]
    text: str
    timing: Timing
    status: Status
    confidence: Confidence
    sources: tuple[str, ...]
    apps: tuple[str, ...] = ()
    cite: str = ""
    holder: str = ""
    due: str = ""
    weekday: str = ""
    weekend: bool = False
    base: str = ""
    days: int = 0
    counted: str = ""
    stated: str = ""
    earliest: str = ""
    extendable_days: int = 0
    moves: tuple[Move, ...] = ()
    remarks: tuple[Remark, ...] = ()
    test: str = ""
    outcome: str = ""
    standing: Outcome | None = None
    ended: str = ""
    ended_how: Outcome | None = None
    ended_by: str = ""
    contested: bool = False
    ended_contested: bool = False
    unverified: tuple[str, ...] = ()


class Ground(Struct, frozen=True, omit_defaults=True):
    """A provision or exception on which an obligation rests, with its standing.

    Attributes:
        title, cite: of its measure.
        outcome: its outcome in words.
        since: legal time since when it has stood so; empty when that is not derived.
        until: legal time until which it will, nothing else happening; empty when no end is known.
    """

    standing: Standing
    title: str
    summary: str
    outcome: str
    number: str = ""
    cite: str = ""
    since: str = ""
    until: str = ""


class Obligation(Struct, frozen=True, omit_defaults=True):
    """What a role must, must not or may do about an app.

    Attributes:
        kind: ``act`` (a transaction that the law speaks of), ``duty`` (something to do) or ``none`` (nothing speaks to
            the role).
        actor, app: ids; `role` and `names` are their names.
        sentence: the whole of it.
        on, known, jurisdiction: as asked.
        transaction, act: of an act, its id and title.
        outcome: of an act, the headline of the determination; of a duty, how it ended, if it did; of ``none``,
            NOT_COVERED.
        grounds: every provision and exception that reaches the act, decisive ones first.
        decisive: how many of `grounds` carry the headline.
        confidence: the weakest of what it rests on.
        deadline: of a duty, its day and what is known of it.
        unless: of an act, the exceptions that would free it under circumstances not given, as sentences.
        open_questions: what the register does not know and the headline hangs on.
        searched: what was searched, in words.
    """

    kind: Literal["act", "duty", "none"]
    actor: str
    role: str
    app: str
    names: tuple[str, ...]
    sentence: str
    on: str
    jurisdiction: str
    known: str = ""
    transaction: str = ""
    act: str = ""
    outcome: Outcome | None = None
    grounds: tuple[Ground, ...] = ()
    decisive: int = 0
    confidence: str = ""
    deadline: DeadlineState | None = None
    unless: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
    searched: str = ""


class Item(Struct, frozen=True, omit_defaults=True):
    """One thing that a review found, or looked for and did not find, with the facts that carry it.

    `searched` says of what was not found where it was looked for, as a sentence without its full stop.
    """

    stance: Stance
    text: str
    grade: Grade | None = None
    facts: tuple[str, ...] = ()
    searched: str = ""


class Bearing(Struct, frozen=True, omit_defaults=True):
    """What a review has to say on the question that an obligation raises.

    Attributes:
        sentence: of the obligation.
        actor, app, transaction: ids of the obligation.
        asks: the question of fact; a stance is for or against its answer being yes.
        items: what bears on it: what was found before what was not.
        missing: what the bytes cannot show, and who would know.
    """

    sentence: str
    actor: str
    app: str
    asks: str
    items: tuple[Item, ...]
    missing: tuple[str, ...]
    transaction: str = ""
