"""The words of the register: transactions, actors, outcomes and jurisdictions, as `knowledge/law` has them."""

from typing import Literal

from msgspec import Struct

from affidavit.model.measure import Source


class Transaction(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of act: a verb phrase with the app as its object, and what falls under it."""

    title: str
    meaning: str


class Actor(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A role: its name, what kind of party it is, and the wider roles that include it."""

    title: str
    party: Literal["", "business", "individual", "government"] = ""
    within: tuple[str, ...] = ()


class OutcomeWords(Struct, frozen=True, forbid_unknown_fields=True):
    """What an outcome is called, what it asks of somebody ("must not"), and what it means."""

    title: str
    duty: str
    meaning: str


class Vocabulary(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """``knowledge/law/vocabulary.yaml``.

    Attributes:
        precedence: orders the outcomes for headlines.
        context: circumstances for which an exception may ask, by name, with their values.
    """

    source: str
    licence: str
    transactions: dict[str, Transaction]
    actors: dict[str, Actor]
    instruments: tuple[str, ...]
    event_types: tuple[str, ...]
    precedence: tuple[str, ...]
    outcomes: dict[str, OutcomeWords]
    context: dict[str, tuple[str, ...]] = {}


class Jurisdiction(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where a measure applies: name, level, the jurisdiction around it, and its IANA time zone."""

    name: str
    level: Literal["supranational", "national", "subnational"]
    timezone: str
    parent: str = ""


class Jurisdictions(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """``knowledge/jurisdictions/known.yaml``."""

    source: str
    licence: str
    jurisdictions: dict[str, Jurisdiction]
    note: str = ""


class SourceList(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of ``knowledge/sources``: documents that several files cite."""

    source: str
    licence: str
    sources: dict[str, Source]
