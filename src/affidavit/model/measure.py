"""A legal instrument and its events, as the register stores it: facts with sources, never a state.

Times are text. ``2020-09-18`` is a day, ``2021-11`` a month, ``2020-09-27T20:30:00-04:00`` an instant; what a day means
in each role is the reading rule of `affidavit.law.dates`.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

Confidence = Literal["H", "M", "L"]
"""High, medium or low, as the person who recorded the fact judged it."""

CONFIDENCE: Mapping[str, str] = {"H": "high", "M": "medium", "L": "low", "": "none stated"}
"""Confidence in words."""

Seen = Literal["press", "full", "excerpt", "memory"]
"""How much of a source was read: a press document, the full text, a part of it, or nothing (from memory)."""

SEEN: Mapping[Seen, str] = {"press": "press text", "full": "full text", "excerpt": "part read", "memory": "from memory"}
"""The same in words."""

Kind = Literal["prohibition", "enabling", "exception", "condition", "duty", "deadline", "definition", "criterion"]
"""What a provision is. ``enabling`` gives a power and bars nothing by itself."""

ANSWERING: frozenset[Kind] = frozenset({"prohibition", "enabling"})
"""Kinds of provisions that answer whether an act is barred; the others explain, ask or define."""

Ended = Literal["REVOKED", "RESCINDED", "LIFTED", "SET_ASIDE", "EXPIRED"]
"""How a provision came to its end; it is then also the outcome."""


class Source(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where a fact was read. `path` is that of a press document, with line numbers cited as ``S001:L5``."""

    seen: Seen
    cite: str = ""
    title: str = ""
    url: str = ""
    path: str = ""
    note: str = ""


class Days(Struct, frozen=True, forbid_unknown_fields=True):
    """A date by counting: so many days after a base date (calendar days, the base not counted)."""

    base: str
    days: int


class Start(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """When a provision begins to apply. The two times differ when the sources leave the instant open.

    Attributes:
        earliest, latest: bounds; between them the answer is UNCERTAIN.
        literal: the source's own words.
        computed_from: the count that gives `latest`'s day, where the instrument states one.
    """

    earliest: str
    latest: str
    literal: str = ""
    computed_from: Days | None = None


class Schedule(Struct, frozen=True, tag_field="op", tag="schedule", forbid_unknown_fields=True):
    """Sets the start; a later one replaces an earlier one."""

    start: Start


class Block(Struct, frozen=True, omit_defaults=True, tag_field="op", tag="block", forbid_unknown_fields=True):
    """A court suspends the provision."""

    from_: str = field(name="from")
    until: str | None = None


class Unblock(Struct, frozen=True, tag_field="op", tag="unblock", forbid_unknown_fields=True):
    """Ends blocks, for instance when an injunction is stayed or vacated.

    Attributes:
        at: from when.
        of: ids of the events whose block ends.
    """

    at: str
    of: tuple[str, ...]


class Forbear(Struct, frozen=True, omit_defaults=True, tag_field="op", tag="forbear", forbid_unknown_fields=True):
    """The enforcing authority says that it will not act; the provision stands."""

    from_: str = field(name="from")
    until: str | None = None
    covers_past_conduct: bool = False
    computed_from: Days | None = None


class End(Struct, frozen=True, omit_defaults=True, tag_field="op", tag="end", forbid_unknown_fields=True):
    """The provision loses force.

    Attributes:
        at: legal time, which may lie before the event became public.
        reason: how; it is the outcome from then on.
        via_parent: the record, on a child, of its parent's end.
    """

    at: str
    reason: Ended
    via_parent: bool = False


class Amend(Struct, frozen=True, omit_defaults=True, tag_field="op", tag="amend", forbid_unknown_fields=True):
    """The text changed in a way that no outcome depends on; what bars anew is a new provision."""

    field: str
    start: str = ""


class Inform(Struct, frozen=True, tag_field="op", tag="inform", forbid_unknown_fields=True):
    """Changes no state; explains, or gives the status of a deadline."""


class SetDeadline(Struct, frozen=True, tag_field="op", tag="deadline", forbid_unknown_fields=True):
    """Moves the due date of the deadlines it applies to."""

    due: str


Effect = Schedule | Block | Unblock | Forbear | End | Amend | Inform | SetDeadline
"""What an event does, the tag being ``op``."""


class Event(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Something that happened to a measure.

    Attributes:
        id: unique in the whole register.
        type: a word of the vocabulary (``injunction_granted``).
        applies_to: ``all`` provisions, or ids of some.
        public_at: when the public could know it.
        effect: what it does.
        recorded_at: when the register learnt it; empty means the measure's own.
        apps: the only listed apps that it concerns; empty means all.
        replaces: ids of earlier events that this one corrects: once it is known they count no longer.
        by, what, grounds, note: who, what exactly, on which ground, and a remark, in words.
        proceeding: id of the proceeding in which it happened.
        scope: territorial reach of a court's order, in its words.
        covers: the numbers that the document itself names ("1 through 6").
        weaker: parts that are less certain than `confidence` (``clock time`` -> ``M``).
        contested: it is disputed; an answer that rests on it says so.
    """

    id: str
    type: str
    applies_to: Literal["all"] | tuple[str, ...]
    public_at: str
    effect: Effect
    sources: tuple[str, ...]
    confidence: Confidence
    recorded_at: str = ""
    published: str = ""
    apps: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    by: str = ""
    what: str = ""
    grounds: str = ""
    note: str = ""
    proceeding: str = ""
    scope: str = ""
    covers: str = ""
    weaker: dict[str, Confidence] = {}
    contested: bool = False
    unverified: tuple[str, ...] = ()


class Provision(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One numbered part of a measure: what it bars, empowers, asks or defines.

    Attributes:
        id: unique in the whole register (``tt-1``).
        number: its number in the document (not ``no``, which YAML reads as false); `weaker` says when it is unsure.
        transactions: transaction types that it reaches; ``any_with_operator`` reaches all.
        actors: to whom it speaks; ``any_person`` and ``any_us_person`` stand for many.
        actor_note: how to read the actors where a regime has its own words.
        territory: where, in words.
        duty_holder: for a duty or a deadline, who has to act.
        due: the date that the document or a source states, or ``promptly`` or ``continuing``.
        computed_from: how `due` is counted.
        extendable_days: by how much the document lets it be extended.
        term: for a definition, what is defined.
        unverified: what about it nobody has checked yet, in words.
    """

    id: str
    kind: Kind
    summary: str
    sources: tuple[str, ...]
    confidence: Confidence
    number: str = ""
    transactions: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    actor_note: str = ""
    territory: str = ""
    duty_holder: str = ""
    due: str = ""
    computed_from: Days | None = None
    extendable_days: int = 0
    term: str = ""
    weaker: dict[str, Confidence] = {}
    unverified: tuple[str, ...] = ()


class Exemption(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a measure leaves out.

    Attributes:
        transactions: transaction types that it frees; empty means whatever the provisions reach.
        context: circumstances that must hold, by name, any of the values (``purpose`` -> ``security_research``).
        provisions: the only provisions that it limits; empty means all of the measure.
    """

    id: str
    summary: str
    sources: tuple[str, ...]
    confidence: Confidence
    transactions: tuple[str, ...] = ()
    context: dict[str, tuple[str, ...]] = {}
    provisions: tuple[str, ...] = ()
    weaker: dict[str, Confidence] = {}
    unverified: tuple[str, ...] = ()


class Targets(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Whom a measure is about.

    Attributes:
        apps: ids of listed apps.
        operators: ids of organisations named with them.
        every_app_of_operators: also reaches other apps that one of `operators` runs at the date asked about.
        class_: a class of software or persons, where no app is named.
        note: what else the text says about its reach (subsidiaries, successors).
    """

    apps: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    every_app_of_operators: bool = False
    class_: str = field(default="", name="class")
    note: str = ""


class Limits(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Limits on the reach of a whole measure: ``business_to_business_only``, and the territory in words."""

    parties: Literal["", "business_to_business_only"] = ""
    territory: str = ""
    sources: tuple[str, ...] = ()


class Condition(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What would lift a measure: the test, who decides, by when, and what is known of it.

    Attributes:
        public_at: since when the condition is known; empty means since the measure's first event.
        outcome: what is recorded of it being met; `outcome_public_at` says since when.
    """

    id: str
    summary: str
    test: Literal["discretionary", "event", "presidential_determination"]
    sources: tuple[str, ...]
    confidence: Confidence
    public_at: str = ""
    due: str = ""
    decision_maker: str = ""
    outcome: str = ""
    outcome_public_at: str = ""


class Proceeding(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A lawsuit about the measure."""

    id: str
    court: str
    case: str
    judge: str = ""
    appeal: str = ""
    sources: tuple[str, ...] = ()


class OpenQuestion(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the register does not know, carried by every answer that it bears on.

    Attributes:
        text: the question and how the register treats it meanwhile.
        from_: legal time from which it matters; empty means always.
        while_it_stands: it is moot once the provision has ended.
        public_at: since when it can be asked; empty means since the measure's first event.
        apps, provisions: the only ones that it bears on; empty means all.
        transactions: acts of which it is open whether the measure reaches them at all; answers about them carry it.
        confidence: how sure an answer can be that rests on this; empty leaves it alone.
    """

    text: str
    from_: str = field(default="", name="from")
    public_at: str = ""
    while_it_stands: bool = False
    apps: tuple[str, ...] = ()
    provisions: tuple[str, ...] = ()
    transactions: tuple[str, ...] = ()
    confidence: Literal["", "H", "M", "L"] = ""


class Measure(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One legal instrument: one file below ``knowledge/measures/<jurisdiction>/``.

    Attributes:
        source, licence: of the file itself, as for every knowledge file.
        id: unique; also how other measures name it.
        jurisdiction: a code of ``knowledge/jurisdictions``; the folder is the same code in small letters.
        instrument: a word of the vocabulary (``executive_order``).
        authority: on what it rests, in words.
        depends_on: ids of measures whose end ends this one.
        recorded_at: when the register learnt of it, unless an event says otherwise.
        dates: dates of the document by name (``signed``, ``published``).
        cite: official citation; `cite_note` warns of wrong ones in use.
        sources: sources that only this file uses; shared ones are in ``knowledge/sources``.
        absent: what is missing on purpose, and why.
    """

    source: str
    licence: str
    id: str
    title: str
    jurisdiction: str
    instrument: str
    authority: tuple[str, ...]
    recorded_at: str
    targets: Targets
    provisions: tuple[Provision, ...]
    events: tuple[Event, ...]
    depends_on: tuple[str, ...] = ()
    dates: dict[str, str] = {}
    cite: str = ""
    cite_note: str = ""
    note: str = ""
    absent: str = ""
    limits: Limits = Limits()
    exceptions: tuple[Exemption, ...] = ()
    conditions: tuple[Condition, ...] = ()
    proceedings: tuple[Proceeding, ...] = ()
    open_questions: tuple[OpenQuestion, ...] = ()
    criteria: str = ""
    sources: dict[str, Source] = {}
    unverified: tuple[str, ...] = ()
