"""What ties an app under review to a listed one, and the law that follows from it."""

from typing import Literal

from msgspec import Struct

from affidavit.model.finding import Grade
from affidavit.model.history import Track

Relation = Literal["is", "contains", "contacts"]
"""The app is the listed one, contains its code, or names hosts that serve it."""


class Binding(Struct, frozen=True, omit_defaults=True):
    """One mark of a listed app that was found in the artefact.

    Attributes:
        app: id of the listed app.
        relation: what the mark shows, if it is right.
        by: which kind of mark.
        mark: its value, as the register has it.
        grade: how strong the evidence is; a name that the app gives itself is *declared*.
        facts: ids of the facts that carry it.
        confidence: how sure the register is that the mark is the listed app's.
        source: where the register has the mark from.
        note: what a reader must know, such as that a signature was not verified.
    """

    app: str
    relation: Relation
    by: Literal["package", "signer", "developer", "library", "domain"]
    mark: str
    grade: Grade
    facts: tuple[str, ...]
    confidence: str
    source: str
    note: str = ""


class Applicable(Struct, frozen=True, omit_defaults=True):
    """The law on one listed app, as far as it can bear on the artefact by one relation.

    Attributes:
        app: id of the listed app; `names` are its names.
        relation: by which the artefact is bound.
        grade: the highest among the bindings.
        tracks: the history of every provision whose transactions the relation can involve.
    """

    app: str
    names: tuple[str, ...]
    relation: Relation
    grade: Grade
    tracks: tuple[Track, ...]


class LawRecord(Struct, frozen=True, omit_defaults=True):
    """The bundle's member about the law.

    Attributes:
        updated: the date of the register's last record; what came later is not in it.
        searched: what was compared, as a sentence with counts; always present.
        bindings: every mark found.
        applicable: what follows, by listed app and relation.
    """

    updated: str
    searched: str
    bindings: tuple[Binding, ...]
    applicable: tuple[Applicable, ...]
