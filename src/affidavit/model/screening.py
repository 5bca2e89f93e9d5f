"""What a provider's or an enterprise's own records have of listed apps, and what the law then asks of it."""

from typing import Literal

from msgspec import Struct

from affidavit.model.duty import Obligation
from affidavit.model.network import Strength

RecordKind = Literal[
    "zone", "names", "access-log", "flow-log", "dns-log", "certificates", "customers", "peers", "merchants",
    "installed", "listings",
]  # fmt: skip
"""What a file of records is: a zone; a table of names with what they point to (CNAME exports, CDN properties); a log of
requests answered, of connections, of names asked for; an inventory of certificates; a list of customers; sessions with
other networks; payments; apps on managed devices; apps in a store."""

Tie = Literal["serves", "customer", "peers", "carries", "asks", "pays", "pays-operator", "has", "offers", "names"]
"""What a record shows, if it is right: the provider serves a name of the listed app; has its operator as a customer;
has a session with the operator's network; carries traffic to or from it; somebody asked for a name of it; money moves
through the app, or to its operator; the app is on devices; the store has it; or the record merely names it."""

SelectorKind = Literal["domain", "label", "package", "signer", "operator", "name", "network", "descriptor"]
"""By what something is told: a domain, or that domain as a label inside a provider's own name; a package or bundle id;
a certificate; the name of an organisation, or of an app; an AS number; how a payment is described."""


class Aside(Struct, frozen=True, omit_defaults=True):
    """What looks like a match and is none, or is left out on purpose: why, how often, and one example."""

    why: str
    count: int
    example: str = ""


class Unreadable(Struct, frozen=True, omit_defaults=True):
    """Records that could not be read: why (``damaged``, ``truncated`` ...), the first one's place, how many."""

    kind: str
    detail: str
    where: str = ""
    count: int = 1


class Days(Struct, frozen=True, omit_defaults=True):
    """Of which days the records of a file are.

    Attributes:
        first, last: ISO; empty when none says its day.
        before, on, after: records of days before the one asked about, of that day, of later ones.
        undated: records that say no day, or one that cannot be right.
    """

    first: str
    last: str
    before: int = 0
    on: int = 0
    after: int = 0
    undated: int = 0


class Records(Struct, frozen=True, omit_defaults=True):
    """One file of records, and how it was read.

    Attributes:
        name: as given. sha256: of its bytes, hex. size: bytes.
        kind: what it was taken for; `asked` when a person said so. form: ``csv``, ``json``, ``zone``, ``combined`` ...
        read: records that were compared. unread: those that were not.
        columns: (column, what it was taken for), in order. ignored: columns whose name is not known.
        problems: why records were not read. asides: what was set aside, and why.
        lacks: what records of this kind usually have, and this file has not, so that it was not compared.
        days: of its records, each of which tells what happened; None for lists and zones, which tell how it stands.
    """

    name: str
    sha256: str
    size: int
    kind: RecordKind
    form: str
    read: int
    unread: int = 0
    asked: bool = False
    columns: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    problems: tuple[Unreadable, ...] = ()
    asides: tuple[Aside, ...] = ()
    lacks: tuple[str, ...] = ()
    days: Days | None = None


class Match(Struct, frozen=True, omit_defaults=True):
    """Records of one file that touch one listed app, or the operator of some, in one way.

    Attributes:
        id: ``m1``, ``m2`` ... in the order of the account.
        records: name of the file. kind: of it.
        app: id of the listed app; empty where only its operator is told. operator: id of the organisation, or empty.
        tie: what the record shows. by: how the app is told. selector: the mark as the knowledge has it.
        recorded: what stands in the record, bounded. column: where in the record.
        tier: how strong that is. confidence: how sure it is that the mark is the app's. source: where the mark is from.
        count: records that say the same. where: place of the first of them (``line 12``). size: bytes, in logs.
        arranged: of a session, ``bilateral`` or ``route server`` when the record says so.
        first, last: days of the records, ISO; empty when none says its day. on: how many are of the day asked about.
        caveats: what a reader must know, as sentences.
    """

    id: str
    records: str
    kind: RecordKind
    app: str
    tie: Tie
    by: SelectorKind
    selector: str
    recorded: str
    column: str
    tier: Strength
    confidence: Literal["H", "M", "L"]
    source: str
    where: str
    operator: str = ""
    count: int = 1
    size: int = 0
    arranged: str = ""
    first: str = ""
    last: str = ""
    on: int = 0
    caveats: tuple[str, ...] = ()


class Element(Struct, frozen=True, omit_defaults=True):
    """One thing that a measure's words need.

    Attributes:
        text: what has to be so. shown: ``shown``, ``in part`` or ``not shown``, by these records.
        by: ids of matches. needs: what would show it.
    """

    text: str
    shown: Literal["shown", "in part", "not shown"]
    by: tuple[str, ...] = ()
    needs: str = ""


class Asked(Struct, frozen=True, omit_defaults=True):
    """What the law says to the role about one act or task concerning some touched apps.

    Attributes:
        apps: ids of the apps of which it is equally said. obligation: that of the first of them.
        matches: ids of the matches that bear on the act; none where the records do not.
        elements: what the act needs, and what of it the records show.
    """

    apps: tuple[str, ...]
    obligation: Obligation
    matches: tuple[str, ...] = ()
    elements: tuple[Element, ...] = ()


class Touched(Struct, frozen=True, omit_defaults=True):
    """A listed app that records touch.

    Attributes:
        app: id. names: of it. matches: ids, the strongest first. tier: the highest of them.
        through: id of the organisation when only its operator is told, and not this app.
    """

    app: str
    names: tuple[str, ...]
    matches: tuple[str, ...]
    tier: Strength
    through: str = ""


class Screening(Struct, frozen=True, omit_defaults=True):
    """The whole account.

    Attributes:
        actor, role: id and title of the role asked about. on, known, jurisdiction: as asked.
        files: every file of records. matches: by app, the strongest first. touched: by app.
        asks: what the law says, what weighs most first.
        searched: what was compared with what, as sentences. walls: names of those that stood around the reading; empty
            when it was read in this process.
        tool, knowledge, updated: version, digest of the knowledge, last record of the register.
        notes: about dates and what was assumed. unasked: about matches that bear on no act asked of the role.
        ties: (tie, what it is called) of every tie that occurs.
    """

    actor: str
    role: str
    on: str
    known: str
    jurisdiction: str
    files: tuple[Records, ...]
    matches: tuple[Match, ...]
    touched: tuple[Touched, ...]
    asks: tuple[Asked, ...]
    searched: tuple[str, ...]
    tool: str
    knowledge: str
    updated: str
    walls: str = ""
    notes: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    ties: tuple[tuple[str, str], ...] = ()
