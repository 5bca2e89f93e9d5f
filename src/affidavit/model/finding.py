"""What a rule concludes from facts."""

from enum import StrEnum

from msgspec import Struct, field

from affidavit.model.flow import Call, Entry
from affidavit.model.place import Place


class Grade(StrEnum):
    """How strong the evidence is, weakest first. `GRADES` gives the order."""

    ALLEGED = "alleged"
    DECLARED = "declared"
    PRESENT = "present"
    REACHABLE = "reachable"
    FLOWS = "flows"
    OBSERVED = "observed"


GRADES: tuple[Grade, ...] = tuple(Grade)
"""Every grade, weakest first."""


class Answer(StrEnum):
    """Three answers, never two."""

    SHOWN = "shown"
    NOT_SHOWN = "not shown"
    UNDETERMINED = "undetermined"


class Proof(Struct, frozen=True, omit_defaults=True):
    """One node of a proof tree.

    Attributes:
        op: ``and``, ``or``, ``not``, ``count``, ``method`` (all children inside one method) or ``feature`` (a leaf).
        matched: whether this node held.
        feature: for a leaf, the feature in the rule language (``call: android.location.LocationManager.getLast...``).
        count: how many places matched in all; `places` may hold fewer.
        facts: ids of the facts that carried the leaf.
        places: the places that carried the leaf, in canonical order, bounded.
        children: sub-proofs in the rule's own order.
    """

    op: str
    matched: bool
    feature: str = ""
    count: int = 0
    facts: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    children: tuple["Proof", ...] = ()


class Attribution(Struct, frozen=True, omit_defaults=True):
    """Whose code the statement's places lie in, by package prefix.

    Attributes:
        who: library id, or ``own`` for the app's own package, or ``other`` for code that no index entry claims.
        places: how many of the matched places.
    """

    who: str
    places: int


class Finding(Struct, frozen=True, omit_defaults=True):
    """A rule's conclusion about one artefact.

    Attributes:
        rule: rule id (``location/last-known``).
        version: the rule's version.
        title: the statement, in the indicative ("Reads the last known location").
        category: the question that it answers (``location``); the words are in ``knowledge/categories``.
        answer: shown, not shown, or undetermined.
        grade: the highest grade reached; None unless the answer is *shown*.
        why_not_higher: why the grade is not higher.
        searched: what was searched, as a sentence with counts; always present.
        proof: the proof tree; for *not shown* the tree of what failed to match, without places.
        who: whose code, most places first.
        limitations: kinds of the limitations that bear on the answer, sorted.
        severity: ``info``, ``low``, ``medium`` or ``high``: how much a reader should care, never a score.
        masvs, maswe, permission_groups: identifiers in the reader's own frameworks.
        entry, chain: when code that an entry point leads to carries the statement: a shortest chain to one such place.
        flows: ids of the facts that follow data from one of its places to where it goes, bounded.
    """

    rule: str
    version: int
    title: str
    category: str
    answer: Answer
    searched: str
    proof: Proof
    grade: Grade | None = None
    why_not_higher: str = ""
    who: tuple[Attribution, ...] = ()
    limitations: tuple[str, ...] = ()
    severity: str = "info"
    masvs: tuple[str, ...] = ()
    maswe: tuple[str, ...] = ()
    permission_groups: tuple[str, ...] = ()
    references: tuple[str, ...] = field(default=())
    entry: Entry | None = None
    chain: tuple[Call, ...] = ()
    flows: tuple[str, ...] = ()
