"""What is known of who runs networks, names and services: the section ``networks`` of the knowledge."""

from collections.abc import Iterator, Mapping
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_network

from msgspec import Struct, field

from affidavit.knowledge import load
from affidavit.model.network import Service, Source


class Origin(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where rows were taken from: a document or a file, its date or that of reading it, its licence."""

    name: str
    date: str
    licence: str
    note: str = ""


class Held(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A parent, from and until a day (ISO, both included; empty: always)."""

    parent: str
    from_: str = field(name="from")
    since: str = ""
    until: str = ""


class Entity(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A company, or a service of one.

    Attributes:
        seat: country of the head office (ISO 3166). registered: country of the law it is under, where it is another.
        held: its parents by time. since, until: when it existed. aka: keys under which tables name it.
    """

    title: str
    seat: str
    from_: str = field(name="from")
    registered: str = ""
    held: tuple[Held, ...] = ()
    since: str = ""
    until: str = ""
    aka: tuple[str, ...] = ()
    note: str = ""


class Numbers(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """AS numbers of an entity, and what kind of service their addresses are part of."""

    entity: str
    service: Service
    from_: str = field(name="from")
    numbers: tuple[int, ...]
    anycast: bool = False


class Anycast(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Ranges of an entity, separated by spaces, at whose addresses machines in many places answer."""

    entity: str
    service: Service
    from_: str = field(name="from")
    prefixes: str


class Names(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Domains of an owner, separated by spaces.

    Attributes:
        service: what all hosts below them are for. use: ``third-party`` for what other apps build in.
    """

    entity: str
    from_: str = field(name="from")
    domains: str
    service: Service = "unknown"
    use: str = ""
    note: str = ""


class Zone(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Suffixes of the names that a provider gives to what it serves, separated by spaces.

    Attributes:
        labels: who chose what stands before the suffix: ``customer``, ``anyone`` or ``code``.
        anycast: one address answers from many places. regions: list of regions whose codes stand right before the
            suffix, after one of the words in `before`, if any.
    """

    entity: str
    service: Service
    labels: str
    from_: str = field(name="from")
    suffixes: str
    anycast: bool = False
    regions: str = ""
    before: str = ""


class Header(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A response header (in lower case) that an entity's machines add, and what its value holds, if that matters."""

    entity: str
    from_: str = field(name="from")
    name: str
    holds: str = ""


class Regions(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Country by code of region; `anycast` are codes that mean every place at once."""

    from_: str = field(name="from")
    codes: dict[str, str]
    anycast: tuple[str, ...] = ()


class Provider(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A key under which tables of published prefixes name a provider.

    Attributes:
        anycast: titles of prefixes that are announced from many places; ``*`` means all. cdn: titles of its CDN.
    """

    entity: str
    service: Service
    from_: str = field(name="from")
    regions: str = ""
    anycast: tuple[str, ...] = ()
    cdn: tuple[str, ...] = ()
    aka: tuple[str, ...] = ()


class Document(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One file of ``knowledge/networks``. Rows name one of `origins`, which are shared by all files."""

    source: str
    licence: str
    origins: dict[str, Origin]
    entities: dict[str, Entity] = {}
    numbers: tuple[Numbers, ...] = ()
    anycast: tuple[Anycast, ...] = ()
    names: tuple[Names, ...] = ()
    zones: tuple[Zone, ...] = ()
    headers: tuple[Header, ...] = ()
    regions: dict[str, Regions] = {}
    providers: dict[str, Provider] = {}


class Known:
    """All files together, ready to be asked.

    Attributes:
        entities, regions, providers: by id or key. numbers: by AS number. names, zones: by suffix. headers:
            by name. entity_of: entity id by the keys that tables use.
    """

    def __init__(self, documents: Mapping[str, Document]) -> None:
        files = [documents[path] for path in sorted(documents)]
        self.origins = {key: origin for file in files for key, origin in file.origins.items()}
        self.entities = {key: entity for file in files for key, entity in file.entities.items()}
        self.regions = {key: regions for file in files for key, regions in file.regions.items()}
        self.numbers = {f"AS{number}": row for file in files for row in file.numbers for number in row.numbers}
        self._anycast = {
            ip_network(prefix): row for file in files for row in file.anycast for prefix in row.prefixes.split()
        }
        self.names = {domain: row for file in files for row in file.names for domain in row.domains.split()}
        self.zones = {suffix: row for file in files for row in file.zones for suffix in row.suffixes.split()}
        self.headers: dict[str, list[Header]] = {}
        for row in (row for file in files for row in file.headers):
            self.headers.setdefault(row.name, []).append(row)
        self.providers: dict[str, Provider] = {}
        for file in files:
            for key, provider in file.providers.items():
                self.providers.update(dict.fromkeys((key, *provider.aka), provider))
        self.entity_of = {name: key for key, entity in self.entities.items() for name in (key, *entity.aka)}

    def title(self, entity: str) -> str:
        """What people call an entity; the id of one that is not known."""
        found = self.entities.get(entity)
        return found.title if found else entity

    def anycast(self, address: IPv4Address | IPv6Address) -> tuple[str, Anycast] | None:
        """The range of many places that an address lies in, with its row."""
        return next(((str(prefix), row) for prefix, row in self._anycast.items() if address in prefix), None)

    def source(self, origin: str) -> Source:
        """An origin as a source that claims can name."""
        found = self.origins[origin]
        return Source(origin, "knowledge", found.name, found.date, found.licence)

    def held_by(self, entity: str, day: str) -> Iterator[str]:
        """The parents of an entity, the nearest first, on a day (ISO; empty: the last known). Circles end."""
        return (row.parent for row in self.holding(entity, day))

    def holding(self, entity: str, day: str) -> Iterator[Held]:
        """The rows that say so."""
        seen = {entity}
        while True:
            rows = self.entities[entity].held if entity in self.entities else ()
            fitting = [row for row in rows if _on(row, day)]
            if not fitting or fitting[-1].parent in seen:
                return
            entity = fitting[-1].parent
            seen.add(entity)
            yield fitting[-1]


def _on(row: Held, day: str) -> bool:
    """Whether a row held on a day; without a day, whether it holds still."""
    return not row.until if not day else (not row.since or row.since <= day) and (not row.until or day <= row.until)


@cache
def known() -> Known:
    """The knowledge that came with the product.

    Raises:
        KnowledgeError: knowledge was not compiled, or a document breaks its schema.
    """
    return Known(load("networks", Document))
