"""What somebody says about a measure, an app or a fact; never taken over without a decision that says why."""

from typing import Literal

from msgspec import Struct


class Claim(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One statement of one source.

    Attributes:
        id: unique (``S3-7``).
        text: the statement, paraphrased.
        who: on whose word it rests (``paper``, ``Commerce``, a person).
        line: lines of the source (``L38``).
        subject: what it is about: ``provision:tt-2``, ``measure:...``, ``event:...``, ``app:wechat``, or a free name
            such as ``proposal:oracle``.
        property: which property of the subject (``start``, ``us_users``); empty for a statement that is not comparable.
        value: its value, comparable within a property: a date, a number, a range ``10000000..99999999``, a word.
        unit: what a number counts (``users``, ``daily users``, ``downloads``); mandatory for numbers.
        at: the date that the value is about, where it has one.
        known_at: the date of which the statement speaks as the present, where it is not that of the source.
        tags: ``register``, ``review``, ``deadlines``, ``mitigation``, ``continuity``.
    """

    id: str
    text: str
    who: str
    line: str = ""
    subject: str = ""
    property: str = ""
    value: str = ""
    unit: str = ""
    at: str = ""
    known_at: str = ""
    tags: tuple[str, ...] = ()


class Claims(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The claims of one source: one file below ``knowledge/claims``.

    Attributes:
        source, licence: of the file itself.
        of: id of the source (``S003``).
        asserted_at: the date of which the source speaks as the present, which need not be the date on the page.
        page_date: the date on the page, where it differs.
        derived_from: how a date that the source lacks was found.
    """

    source: str
    licence: str
    of: str
    asserted_at: str
    claims: tuple[Claim, ...]
    page_date: str = ""
    derived_from: str = ""


class Resolution(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a conflict was decided.

    Attributes:
        id: ``C01``.
        subject, property: of the conflict, as the claims have them.
        decision: what holds, in words.
        why: on what grounds.
        statuses: claim id -> ``accepted``, ``rejected``, ``open`` or ``incomplete``.
        sources: ids of sources.
    """

    id: str
    subject: str
    property: str
    decision: str
    why: str
    statuses: dict[str, Literal["accepted", "rejected", "open", "incomplete"]]
    sources: tuple[str, ...]
    confidence: Literal["H", "M", "L"]


class Resolutions(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One file of ``knowledge/resolutions``."""

    source: str
    licence: str
    resolutions: tuple[Resolution, ...]


class Conflict(Struct, frozen=True, omit_defaults=True):
    """Claims about one property that cannot all be true, or that differ from the register.

    Attributes:
        kind: ``claims`` (between sources), ``register`` (against what the register derives) or ``unit``.
        claims: ids, in order.
        values: (claim id or ``register``, value) pairs.
        resolution: id of the resolution; empty while nobody decided.
    """

    subject: str
    property: str
    kind: str
    claims: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    resolution: str = ""
