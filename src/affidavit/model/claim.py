"""What somebody says about a measure, an app or a fact; never taken over without a decision that says why."""

from typing import Literal

from msgspec import Struct

from affidavit.model.measure import Confidence, Source

Status = Literal["accepted", "rejected", "open", "incomplete"]
"""What became of a claim: it holds, it does not, nobody knows, or it holds but leaves out what matters."""

Kind = Literal["claims", "register", "knowledge", "dates", "unit", "incomplete"]
"""How claims conflict: with each other; with what the register derives; each true of another state of knowledge;
numbers of different dates; numbers of different units; one leaves open what another settles."""


class Assertion(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The part of a statement that can be compared with others.

    Attributes:
        about: subjects, each ``kind:name``: ``provision:tt-2``, ``event:wx-e2``, ``measure:us-eo-13942``,
            ``act:payment_service``, ``app:wechat``, ``source:S003``, or a free name such as ``proposal:oracle``.
        property: a word of `affidavit.case.properties` (``start``).
        value: read as the property says: a time, a number, a range ``1..5``, names, or a text; ``?`` says that the
            speaker calls it unclear.
        unit: what a number counts (``daily users``); mandatory for numbers.
        at: the date that a number is about, where it is not that of the claim.
    """

    about: tuple[str, ...]
    property: str
    value: str
    unit: str = ""
    at: str = ""


class Claim(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One statement of one source.

    Attributes:
        id: unique (``S3-7``).
        text: the statement, paraphrased.
        who: on whose word it rests.
        line: lines of the source (``L38``); mandatory for press documents.
        says: what of it can be compared; empty for an opinion or a side remark.
        about: further subjects that it is about.
        tags: ``register``, ``review``, ``deadlines``, ``mitigation``, ``continuity``, ``context``, ``opinion``.
        known_at: the date of which this statement speaks as the present, where it is not that of the source.
    """

    id: str
    text: str
    who: str
    line: str = ""
    says: tuple[Assertion, ...] = ()
    about: tuple[str, ...] = ()
    tags: tuple[Literal["register", "review", "deadlines", "mitigation", "continuity", "context", "opinion"], ...] = ()
    known_at: str = ""


class Claims(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The claims of one source: one file below ``knowledge/claims``.

    Attributes:
        source, licence: of the file itself.
        of: id of the source (``S003``).
        asserted_at: the date of which the source speaks as the present, which need not be the date on the page.
        derived_from: how that date was found, where the source does not state it.
        page_date: the date on the page, where it differs.
        document: the source itself, where no other file of the knowledge describes it.
    """

    source: str
    licence: str
    of: str
    asserted_at: str
    claims: tuple[Claim, ...]
    derived_from: str = ""
    page_date: str = ""
    document: Source | None = None


class Resolution(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a conflict was decided.

    Attributes:
        id: ``C01``.
        title: the conflict in a few words.
        about: subjects of the conflicts that it decides.
        property: of those conflicts.
        kinds: kinds of those conflicts; empty means all.
        decision: what holds, in words.
        why: on what grounds.
        statuses: claim id -> what became of the claim.
        sources: ids of sources.
        knowable_from: the date by which those grounds were public; empty means unknown.
        recorded_at: when it was decided here.
    """

    id: str
    title: str
    about: tuple[str, ...]
    property: str
    decision: str
    why: str
    statuses: dict[str, Status]
    sources: tuple[str, ...]
    confidence: Confidence
    recorded_at: str
    kinds: tuple[Kind, ...] = ()
    knowable_from: str = ""


class Resolutions(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One file of ``knowledge/resolutions``."""

    source: str
    licence: str
    resolutions: tuple[Resolution, ...]


class Told(Struct, frozen=True, omit_defaults=True):
    """A claim with where it stands: its source, what that is, and the date of which it speaks as the present."""

    claim: Claim
    source: str
    title: str
    asserted_at: str
    derived_from: str = ""


class Voice(Struct, frozen=True, omit_defaults=True):
    """What one side of a conflict says.

    Attributes:
        claim: id of the claim; empty for the register, which speaks as known at `asserted_at`.
        disputed: cannot hold together with some other voice.
    """

    claim: str
    value: str
    asserted_at: str
    unit: str = ""
    disputed: bool = False


class Conflict(Struct, frozen=True, omit_defaults=True):
    """What is said about one property of one subject and cannot all hold as it stands.

    Attributes:
        voices: earliest first.
        resolution: id of the resolution; empty while nobody decided.
    """

    subject: str
    property: str
    kind: Kind
    voices: tuple[Voice, ...]
    resolution: str = ""


class Dispute(Struct, frozen=True, omit_defaults=True):
    """Conflicts that are one for a reader: decided together; or undecided, about one thing or with the same voices.

    Attributes:
        about: their subjects.
        voices: each claim's value once, earliest first.
    """

    about: tuple[str, ...]
    property: str
    kinds: tuple[Kind, ...]
    voices: tuple[Voice, ...]
    resolution: str = ""


class ClaimsAnswer(Struct, frozen=True, omit_defaults=True):
    """What was asked of the claims, self-contained.

    Attributes:
        known: only what was asserted by then counts; empty means everything.
        searched: what was searched, as a sentence.
        claims: those that fit.
        conflicts: those in which one of them takes part.
        told: claims by id, as far as conflicts cite them.
        resolutions: by id, as far as conflicts cite them and their grounds were public at `known`.
        titles: subject or property -> its words.
        sources: documents by id, as far as cited.
    """

    known: str
    searched: str
    claims: tuple[Told, ...]
    conflicts: tuple[Dispute, ...]
    told: dict[str, Told]
    resolutions: dict[str, Resolution]
    titles: dict[str, str]
    sources: dict[str, Source]
