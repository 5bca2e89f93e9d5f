"""From facts to what is asked: each host at each address once, with all that was seen of it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from ipaddress import ip_address

from affidavit.model.capture import Contact, Disclosure, Lookup, Mark
from affidavit.model.endpoint import Endpoint
from affidavit.model.fact import Fact
from affidavit.model.flow import Flow
from affidavit.network.attribute.asked import Asked
from affidavit.network.snapshot.suffixes import is_address, plain_host

FACTS = 8
"""Ids of facts that an endpoint names."""
ADDRESSES = 8
"""Addresses of a name that was only asked for."""
_NAMES = 32
_FORMS = frozenset({"url", "host", "ip"})
_AUTHORITY = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[^/?#{}@]*@)?(\[[0-9a-f:.]+\]|[^/?#{}:@\[\]]+)(?::[0-9]*)?(?:[/?#]|\Z)", re.IGNORECASE
)

Key = tuple[str, str]
"""Host and address, of which one may be empty."""


@dataclass(slots=True)
class Seen:
    """What facts say of one host at one address."""

    facts: set[str] = field(default_factory=set)
    chain: tuple[str, ...] = ()
    first: str = ""
    marks: frozenset[Mark] | None = None
    certificates: set[str] = field(default_factory=set)
    headers: set[str] = field(default_factory=set)
    received: int = 0
    declared: bool = False
    looked_up: bool = False
    contacted: bool = False
    disclosed: bool = False


def target_host(value: str) -> str:
    """The host in what is known of a flow's target; empty when it names none or a hole may go on with it.

    Args:
        value: as `model.flow.Flow.value` has it: holes are in braces, and braces of the text are doubled.
    """
    found = _AUTHORITY.match(value)
    return found[1].lower().strip("[]").removesuffix(".") if found else ""


def as_seen(host: str) -> str:
    """A host that code names, as it goes over the wire: captures have names and addresses in that spelling."""
    if host.isascii() and ":" not in host:
        return host
    try:
        return str(ip_address(host))
    except ValueError:
        return plain_host(host) or host


def gathered(facts: Iterable[Fact]) -> list[Asked]:
    """Every host that facts name, with what they say of it, in order of names."""
    seen: dict[Key, Seen] = {}
    declared: dict[str, set[str]] = {}
    lookups: list[tuple[str, Lookup]] = []
    for fact in sorted(facts, key=lambda fact: fact.id):
        what = fact.what
        if isinstance(what, Contact):
            _contact(seen.setdefault(_key(what.host, what.address), Seen()), fact.id, what)
        elif isinstance(what, Lookup):
            lookups.append((fact.id, what))
        elif isinstance(what, Disclosure):
            row = seen.setdefault(_key(what.host, what.address), Seen())
            row.facts.add(fact.id)
            row.disclosed = True
        for host in _declares(what):
            declared.setdefault(host, set()).add(fact.id)
    _look_up(seen, lookups)
    _declare(seen, declared)
    return [_asked(key, seen[key]) for key in sorted(seen)]


def _key(host: str, address: str) -> Key:
    """An address that stands for a name is its own address."""
    return (host, address or (host if is_address(host) else ""))


def _declares(what: object) -> Iterator[str]:
    """The hosts that code names in a fact."""
    if isinstance(what, Endpoint) and what.role == "endpoint" and what.form in _FORMS:
        yield as_seen((what.host or what.value).lower().strip("[]").removesuffix("."))
    elif isinstance(what, Flow) and (host := target_host(what.value)):
        yield as_seen(host)


def _contact(row: Seen, id_: str, what: Contact) -> None:
    """Add connections: what every one of them has for a mark, the others do without."""
    row.facts.add(id_)
    row.contacted = True
    row.received += what.down
    row.certificates.update(what.certificates)
    row.headers.update(what.headers)
    row.chain = row.chain or what.chain
    row.first = min(filter(None, (row.first, what.first)), default="")
    row.marks = frozenset(what.marks) if row.marks is None else row.marks & frozenset(what.marks)


def _look_up(seen: dict[Key, Seen], lookups: list[tuple[str, Lookup]]) -> None:
    """Add names that were asked for, to the rows of their connections, or as rows of their own.

    A chain belongs to the addresses that it ended in; without an address it is taken when there is no other one.
    """
    by_host: dict[str, list[Key]] = {}
    for key in seen:
        by_host.setdefault(key[0], []).append(key)
    answered: dict[str, dict[str, None]] = {}
    for _, what in lookups:
        if what.host not in by_host:
            answered.setdefault(what.host, {}).update(dict.fromkeys(what.addresses))
    for host, addresses in answered.items():
        by_host[host] = [(host, address) for address in [*addresses][:ADDRESSES] or [""]]
    chains: dict[str, set[tuple[str, ...]]] = {}
    for _, what in lookups:
        chains.setdefault(what.host, set()).add(what.chain)
    for id_, what in lookups:
        for key in by_host[what.host]:
            row = seen.setdefault(key, Seen())
            row.facts.add(id_)
            row.looked_up = True
            if key[1] in what.addresses or (not key[1] and len(chains[what.host]) == 1):
                row.chain = row.chain or what.chain
            row.first = row.first or what.first


def _declare(seen: dict[Key, Seen], declared: dict[str, set[str]]) -> None:
    """Mark what code names too, and add what it alone names."""
    rows: dict[str, list[Seen]] = {}
    for (host, address), row in seen.items():
        rows.setdefault(host or address, []).append(row)
    for host, ids in declared.items():
        for row in rows.get(host) or [seen.setdefault(_key(host, ""), Seen())]:
            row.declared = True
            row.facts |= ids


def _asked(key: Key, row: Seen) -> Asked:
    """The question about one host at one address."""
    observed = row.looked_up or row.contacted or row.disclosed
    return Asked(
        host=key[0],
        address=key[1],
        chain=row.chain,
        day=None if "bad-clock" in (row.marks or ()) else _day(row.first),
        seen="both" if observed and row.declared else "observed" if observed else "declared",
        facts=tuple(sorted(row.facts)[:FACTS]),
        marks=row.marks or frozenset(),
        looked_up=row.looked_up,
        contacted=row.contacted,
        received=row.received,
        certificates=tuple(sorted(row.certificates)[:_NAMES]),
        headers=tuple(sorted(row.headers)[:_NAMES]),
    )


def _day(time: str) -> date | None:
    """The day of a time in RFC 3339; None without one."""
    return date.fromisoformat(time[:10]) if time else None
