"""What is asked about one host, and what is gathered for the answer."""

import re
from dataclasses import dataclass, field
from datetime import date
from ipaddress import IPv4Address, IPv6Address

from affidavit.model.capture import Mark
from affidavit.model.network import Claimed, Source
from affidavit.network.attribute.knowledge import Known
from affidavit.network.snapshot.numbers import parsed
from affidavit.network.snapshot.suffixes import plain_host
from affidavit.network.snapshot.view import NO_COUNTRY, View, aged

CHAIN = 32
"""Names of a CNAME chain that are looked at; resolvers follow about half as many."""
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """One host at one address (either may be empty), and what was seen of it.

    Attributes:
        chain: names between host and address by CNAME records, in order. day: of the observation, if it is known.
        seen: ``declared``, ``observed``, ``both``; empty when a person asks. facts: ids. marks: of its connections.
        looked_up: the name was asked for in DNS. contacted: a connection was made under it. received: bytes that came.
        certificates: names in the server's certificate. headers: lines of responses that providers are known by.
        record: what record of the provider's own says that it serves the host; empty without one.
    """

    host: str
    address: str = ""
    chain: tuple[str, ...] = ()
    day: date | None = None
    seen: str = ""
    facts: tuple[str, ...] = ()
    marks: frozenset[Mark] = frozenset()
    looked_up: bool = False
    contacted: bool = False
    received: int = 0
    certificates: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    record: str = ""


@dataclass(slots=True)
class Case:
    """One answer in the making.

    Attributes:
        name: the host as names are compared; empty for an address and for what is no name. address: the one it is at.
        number: that address as a number, of version 4 where it carries one. view: tables for the day; None without.
        names: the host and the names of its chain, in order, each as names are compared.
        day: ISO, or empty. claims: gathered so far. used: sources that they name, by id.
    """

    asked: Asked
    known: Known
    view: View | None
    name: str = ""
    address: str = ""
    number: IPv4Address | IPv6Address | None = None
    names: tuple[str, ...] = ()
    day: str = ""
    claims: list[Claimed] = field(default_factory=list)
    used: dict[str, Source] = field(default_factory=dict)

    @classmethod
    def of(cls, asked: Asked, known: Known, view: View | None) -> "Case":
        """Begin with what the host is: a name or an address."""
        name = plain_host(asked.host)
        address = asked.address or ("" if name else asked.host.strip("[]"))
        number = parsed(address)
        day = asked.day.isoformat() if asked.day else ""
        chain = (plain_host(item) for item in asked.chain[:CHAIN])
        names = tuple(item for item in (name, *chain) if item)
        return cls(asked, known, view, name, address if number else "", number, names, day)

    @property
    def public(self) -> bool:
        """Whether it is at an address of one machine of the public Internet, as far as the address tells."""
        return self.number is not None and self.number.is_global and not self.number.is_multicast

    @property
    def timeless(self) -> bool:
        """Whether it was observed at a time that nobody knows, so that nothing of tables holds as of then."""
        asked = self.asked
        return asked.day is None and (asked.contacted or asked.looked_up or asked.seen in {"observed", "both"})

    def say(
        self, about: str, value: str, by: str, source: str, *, kind: str = "", title: str = "", why_not: str = ""
    ) -> None:
        """Add what a source says, by id of a table or of an origin of knowledge; with `why_not` it does not count."""
        found = self.source(source)
        self.used[found.id] = found
        gap = aged(found.date, self.asked.day).gap if found.date else None
        shown = title or (self.known.title(value) if value in self.known.entities else "")
        self.claims.append(
            Claimed(about, value, shown, by, kind, found.id, found.date, gap, counts=not why_not, why_not=why_not)
        )

    def source(self, source: str) -> Source:
        """The source that has an id."""
        if source in self.known.origins:
            return self.known.source(source)
        return (
            next(item for item in self.view.sources if item.id == source)
            if self.view
            else Source(source, "", "", "", "")
        )

    def too_old(self, source: str) -> bool:
        """Whether the data of a table lies so far from the observation that it says nothing of a country."""
        return self.view is not None and source not in self.known.origins and not self.view.age(source).country

    def entity(self, key: str, title: str = "") -> str:
        """The entity that a table's key means; the key itself when nobody knows one."""
        slug = _SLUG.sub("-", title.lower()).strip("-")
        return self.known.entity_of.get(key) or self.known.entity_of.get(slug) or key


AGE = f"the data that tells it lies more than {NO_COUNTRY} days from the observation"
"""Why a table does not say a country."""
