"""A question to the register and its answer."""

from enum import StrEnum

from msgspec import Struct


class Outcome(StrEnum):
    """What the register says of one provision; the words and their order are in ``knowledge/law/vocabulary.yaml``."""

    PROHIBITED = "PROHIBITED"
    PROHIBITED_NOT_ENFORCED = "PROHIBITED_NOT_ENFORCED"
    UNCERTAIN = "UNCERTAIN"
    ENJOINED = "ENJOINED"
    ANNOUNCED_NOT_EFFECTIVE = "ANNOUNCED_NOT_EFFECTIVE"
    AUTHORITY_ONLY = "AUTHORITY_ONLY"
    EXCEPTED = "EXCEPTED"
    REVOKED = "REVOKED"
    RESCINDED = "RESCINDED"
    LIFTED = "LIFTED"
    SET_ASIDE = "SET_ASIDE"
    EXPIRED = "EXPIRED"
    NOT_COVERED = "NOT_COVERED"


ENDED = frozenset({Outcome.REVOKED, Outcome.RESCINDED, Outcome.LIFTED, Outcome.SET_ASIDE, Outcome.EXPIRED})
"""Outcomes of a provision that has lost force."""


class Question(Struct, frozen=True, omit_defaults=True):
    """May this actor do this with this app, there, on that date, as known on that other date?

    Attributes:
        app: id of a listed app.
        transaction, actor: words of the vocabulary.
        on: legal time asked about; a day means its noon in the jurisdiction of each measure.
        known: what the public could know by then counts; a day means its end. Empty means all that is recorded.
        jurisdiction: code; measures of the jurisdictions around it count too.
        recorded: what this register had recorded by the end of then counts; empty means all.
        context: circumstances, by name (``purpose`` -> ``security_research``).
    """

    app: str
    transaction: str
    actor: str
    on: str
    known: str = ""
    jurisdiction: str = "US"
    recorded: str = ""
    context: dict[str, str] = {}


class Standing(Struct, frozen=True, omit_defaults=True):
    """How one provision stands, for one question.

    Attributes:
        provision: its id, or the id of an exception, which answers like a provision.
        measure: the measure's id.
        outcome: derived from `events` alone.
        events: ids of the events relied on, in the order in which they became public.
        blocks: ids of the court orders that suspend it at the date.
        forbearances: ids of the undertakings not to enforce it at the date.
        ends: ids of the events by which it has ended by then, earliest end first.
        exception: id of the exception that frees the act.
        limit: the limit on the measure's reach that frees the act, in words.
        blocked: a court order covers it although it does not apply yet.
        contested: an event relied on is disputed.
        ended_at: when it ended, seconds since 1970 UTC; for comparing ends.
    """

    provision: str
    measure: str
    outcome: Outcome
    events: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    forbearances: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    exception: str = ""
    limit: str = ""
    blocked: bool = False
    contested: bool = False
    ended_at: int | None = None


class Determination(Struct, frozen=True, omit_defaults=True):
    """The register's answer: a headline that is never given without its list.

    Attributes:
        headline: by the precedence of the vocabulary.
        decisive: ids of the standings that carry the headline.
        standings: every provision and exception that reaches the question, in the register's order.
        operator: id of the organisation that runs the app at the date, so far as known.
        confidence: the weakest of what the headline rests on; empty when nothing reaches the question.
        searched: how many measures of the jurisdictions asked about exist in the register.
    """

    question: Question
    headline: Outcome
    decisive: tuple[str, ...]
    standings: tuple[Standing, ...]
    operator: str
    confidence: str
    searched: int
