"""What records are compared with and how their columns are called, as ``knowledge/screen_*`` has it."""

from functools import cache
from typing import Literal

from msgspec import Struct

from affidavit.knowledge import load
from affidavit.model.network import Strength
from affidavit.model.screening import RecordKind, Tie


class Told(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A bundle id or the name of a company: whose it is, and how sure that is."""

    value: str
    confidence: Literal["H", "M", "L"]
    app: str = ""
    operator: str = ""


class Descriptor(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a payment is described; `through`: money moves through the app."""

    app: str
    value: str
    confidence: Literal["H", "M", "L"]
    through: bool = False


class Other(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that belongs to the same group, or looks like a listed app, and is something else."""

    value: str
    why: str


class Extra(Struct, frozen=True, forbid_unknown_fields=True):
    """``knowledge/screen_selectors/known.yaml``; `entities`: which of ``knowledge/networks`` are which listed app."""

    source: str
    licence: str
    bundles: tuple[Told, ...]
    names: tuple[Told, ...]
    legal_forms: frozenset[str]
    entities: dict[str, str]
    descriptors: tuple[Descriptor, ...]
    others: tuple[Other, ...]
    other_packages: tuple[Other, ...]
    other_names: tuple[Other, ...]


class Kind(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A kind of table: what it is told by, and which of its roles show what of a listed app.

    Attributes:
        dated: roles that say when what a record tells happened; none for lists of how things stand.
    """

    kind: RecordKind
    title: str
    needs: tuple[tuple[str, ...], ...]
    serves: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    pays: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()


class Columns(Struct, frozen=True, forbid_unknown_fields=True):
    """``knowledge/screen_columns/known.yaml``: role -> names of columns; kinds in the order in which they are asked."""

    source: str
    licence: str
    roles: dict[str, tuple[str, ...]]
    kinds: tuple[Kind, ...]


class TieWords(Struct, frozen=True, forbid_unknown_fields=True):
    """What a tie is called, with the app as "it", and the acts on which it bears."""

    title: str
    acts: tuple[str, ...]


class ElementWords(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing that the words of the law need.

    Attributes:
        shown: ties that show it, if the record is of `kinds` (any, when empty).
        part: ties that show a part of it. direct: ties that show a part, and all of it when bilateral.
        needs: what would show it.
    """

    text: str
    needs: str
    shown: tuple[Tie, ...] = ()
    part: tuple[Tie, ...] = ()
    direct: tuple[Tie, ...] = ()
    kinds: tuple[RecordKind, ...] = ()


class Ties(Struct, frozen=True, forbid_unknown_fields=True):
    """``knowledge/screen_ties/known.yaml``.

    Attributes:
        tiers: how strong a record of each kind is. caveats: what has to be said of every match in one.
        elements: what an act needs. roles: everyday words for actors of the register.
    """

    source: str
    licence: str
    ties: dict[Tie, TieWords]
    tiers: dict[RecordKind, Strength]
    caveats: dict[RecordKind, tuple[str, ...]]
    elements: dict[str, tuple[ElementWords, ...]]
    roles: dict[str, str]


@cache
def extra() -> Extra:
    """The selectors besides the marks.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    return load("screen_selectors", Extra)["known"]


@cache
def columns() -> Columns:
    """The names of columns.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    return load("screen_columns", Columns)["known"]


@cache
def ties() -> Ties:
    """What ties bear on.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    return load("screen_ties", Ties)["known"]
