"""What ties an app under review to a listed one, and the law that follows from it."""

from typing import Literal

from msgspec import Struct

from affidavit.model.finding import Grade
from affidavit.model.history import Segment, Track

Relation = Literal["is", "contains", "contacts", "talks-to"]
"""The app is the listed one, contains its code, names hosts that serve it, or talks to it on the same device."""

MarkKind = Literal["package", "signer", "developer", "library", "code", "domain", "name", "scheme"]
"""What a mark is: the app's own package name, a certificate, a developer's name, a known library told by names or by
its code, a domain, or a package name or scheme of addresses by which another app is spoken to."""


class Binding(Struct, frozen=True, omit_defaults=True):
    """One mark of a listed app that was found in the artefact.

    Attributes:
        app: id of the listed app.
        relation: what the mark shows, if it is right.
        by: which kind of mark.
        mark: its value, as the register has it.
        grade: how strong the evidence is; a name that the app gives itself is *declared*.
        facts: ids of the facts that carry it, in the bundle's order, bounded.
        count: how many facts carry it in all.
        confidence: how sure the register is that the mark is the listed app's.
        source: where the register has the mark from.
        note: what a reader must know, such as whether a signature was verified.
    """

    app: str
    relation: Relation
    by: MarkKind
    mark: str
    grade: Grade
    facts: tuple[str, ...]
    count: int
    confidence: str
    source: str
    note: str = ""


class Provided(Struct, frozen=True, omit_defaults=True):
    """One provision about a listed app: its history, and how it stands at the register's last update.

    Attributes:
        track: the whole history.
        standing: the stretch at noon of the day of the last update, begun when its outcome did.
        confidence: the weakest of the provision, of the events that `standing` rests on and of the open questions.
        contested: what is disputed of those events, and by whom, as far as the register says.
        open_questions: what the register does not know and what bears on `standing`.
        unverified: what of it nobody has checked, with the id of the provision or event.
    """

    track: Track
    standing: Segment
    confidence: str
    contested: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()


class Applicable(Struct, frozen=True, omit_defaults=True):
    """The law on one listed app, as far as it can bear on the artefact by one relation.

    Attributes:
        app: id of the listed app; `names` are its names.
        relation: by which the artefact is bound; `title` is its verb ("contains code of"), `meaning` says what that
            does and does not show.
        grade: the highest among the bindings.
        provisions: every provision whose transactions the relation can involve.
        open_question: what is not settled about the relation itself.
    """

    app: str
    names: tuple[str, ...]
    relation: Relation
    grade: Grade
    title: str
    meaning: str
    provisions: tuple[Provided, ...]
    open_question: str = ""


class LawRecord(Struct, frozen=True, omit_defaults=True):
    """The bundle's member about the law.

    Attributes:
        searched: what was compared, as a sentence with counts; empty when nothing was.
        limitations: kinds of the limitations that can hide a mark, sorted.
        bindings: every mark found, by app, relation and kind.
        applicable: what follows, by listed app and relation.
        updated: the date of the register's last record, what came later is not in it; empty when nothing is bound.
        outcomes: every outcome that occurs in `applicable`, with what it is called.
    """

    searched: str = ""
    limitations: tuple[str, ...] = ()
    bindings: tuple[Binding, ...] = ()
    applicable: tuple[Applicable, ...] = ()
    updated: str = ""
    outcomes: tuple[tuple[str, str], ...] = ()
