"""Who serves a host: claims of several sources that are never merged, and what follows from them."""

from enum import StrEnum
from typing import Literal

from msgspec import Struct


class Strength(StrEnum):
    """How much the evidence about a host and its provider shows, weakest first (research: network, section 5.2)."""

    S0 = "S0"
    """A string in the app."""
    S1 = "S1"
    """The name was asked for in DNS."""
    S2 = "S2"
    """A connection was made under that name."""
    S3 = "S3"
    """To an address in a range that the provider publishes, or by a CNAME into its zone."""
    S4 = "S4"
    """Bytes came back, with the provider's certificate or header."""
    S5 = "S5"
    """A record of the provider's own says it: contract, zone, session, bill."""


CountryKind = Literal["registration", "as", "geo", "region"]
"""What a country is taken from: the registry that gave the addresses out, the network's home, feeds of where addresses
are used, the region that the provider publishes. Only the last two say where a machine may stand."""

Service = Literal[
    "hosting", "cdn", "cloud", "transit", "access", "store", "payment", "push", "dns", "security", "unknown"
]
"""What kind of service an address or name is part of."""


class Source(Struct, frozen=True, omit_defaults=True):
    """One table that claims rest on.

    Attributes:
        id: first 12 hex digits of the SHA-256 of its content. table: what it holds (``asn``, ``country-geo`` ...).
        name: origin and version (``npm @ip-location-db/asn 2.3.2026061719``). date: of its data, ISO.
        licence, attribution: as its origin has them.
    """

    id: str
    table: str
    name: str
    date: str
    licence: str
    attribution: str = ""


class Claimed(Struct, frozen=True, omit_defaults=True):
    """What one source says of a host or an address.

    Attributes:
        about: ``owner``, ``customer``, ``operator``, ``network``, ``service``, ``country`` ...
        value: entity id, AS number (``AS64500``), `Service`, or ISO 3166 code. title: as people call it.
        by: what it was told by: the listed suffix, the prefix, the record.
        kind: of a country, a `CountryKind`; of an operator, the way in which it was told (``prefix``, ``zone``,
            ``certificate``, ``header``, ``network``); of a seat, ``head-office`` or ``registered``.
        source: id of the `Source`, or of an entry of knowledge. date: of its data.
        gap: days from that date to the observation, negative when the data is younger; None without a time of
            observation.
        counts: whether it may count; `why_not` says why it does not.
    """

    about: str
    value: str
    title: str = ""
    by: str = ""
    kind: str = ""
    source: str = ""
    date: str = ""
    gap: int | None = None
    counts: bool = True
    why_not: str = ""


class Attributed(Struct, frozen=True, omit_defaults=True):
    """One host at one address (either may be empty), with all that is claimed of it.

    Attributes:
        host, address: what it is about. seen: ``declared`` (in code alone), ``observed`` (in captures alone) or
            ``both``; empty for what a person asked.
        facts: ids of the facts that name it, bounded. asked_on: day of the observation, ISO; empty without.
        claims: every claim, by what it is about, then by source.
        owner: entity id of whoever the name belongs to; customer: of whoever uses the name of a provider.
        operator: entity id of whoever runs the machines; parent: its last parent, or itself; seat: country of that
            one's head office: who can reach the data, which is another question than where it lies.
        service: kind of service; ``unknown`` when nothing tells it.
        place: ISO 3166 code of where the machine stands when all sources that count agree; else empty, and
            `why_no_place` says why it is not determined.
        strength: the highest tier shown; `missing` says what the next one takes.
        served: whether *served from* is shown, which takes S3.
    """

    host: str
    address: str
    seen: str
    facts: tuple[str, ...] = ()
    asked_on: str = ""
    claims: tuple[Claimed, ...] = ()
    owner: str = ""
    customer: str = ""
    operator: str = ""
    parent: str = ""
    seat: str = ""
    service: Service = "unknown"
    place: str = ""
    why_no_place: str = ""
    strength: Strength = Strength.S0
    missing: str = ""
    served: bool = False


class Recipient(Struct, frozen=True, omit_defaults=True):
    """Who gets a category of data.

    Attributes:
        category: of the data. host: where it went, or may go. owner: entity id, or empty.
        grade: ``flows`` (a path in code ends at the name) or ``observed`` (a capture shows the value).
        methods: how the values were told. place, why_no_place, operator, parent, seat: as in `Attributed`.
        facts: ids of the disclosures or flows, bounded. count: how often a value was met (a message may hold
            several), or how many paths.
    """

    category: str
    host: str
    grade: str
    owner: str = ""
    operator: str = ""
    parent: str = ""
    seat: str = ""
    place: str = ""
    why_no_place: str = ""
    methods: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    count: int = 1


class NetworkRecord(Struct, frozen=True, omit_defaults=True):
    """The bundle's member about who serves the app.

    Attributes:
        sources: every table that a claim names. entities: (id, title) of every entity named.
        endpoints: by owner's name downwards. recipients: by category.
        searched: what was compared, as a sentence with counts. limitations: kinds that bear on it, sorted.
    """

    sources: tuple[Source, ...] = ()
    entities: tuple[tuple[str, str], ...] = ()
    endpoints: tuple[Attributed, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    searched: str = ""
    limitations: tuple[str, ...] = ()
