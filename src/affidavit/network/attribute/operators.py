"""Who runs the machines at an address, by what proves it best.

That is the provider's published ranges, then its names, its certificate or headers, and the network.
"""

from typing import NamedTuple

from affidavit.model.network import Service
from affidavit.network.attribute.asked import Case
from affidavit.network.attribute.headers import told_by
from affidavit.network.attribute.knowledge import Names
from affidavit.network.attribute.owners import zone_of
from affidavit.network.snapshot.suffixes import plain_host
from affidavit.network.snapshot.table import Hit

BETTER = "{} tells it better"
FIRST = "{} tells another operator as well, and comes first"
SEVERAL = "headers of several providers came, of which each may stand behind the others"
CARRIER = "machines of others stand in a carrier's network, such as the caches of content networks"
OTHERS = "it is the service of another operator than the one that is told best"
_CARRIERS = frozenset({"access", "transit"})
_WAYS = {
    "prefix": "a published range",
    "zone": "the provider's own name",
    "certificate": "a certificate",
    "header": "a header",
    "network": "the network",
}
"""Ways in which an operator is told, the best first."""


class Told(NamedTuple):
    """One way in which the operator is told."""

    way: str
    entity: str
    by: str
    source: str
    service: Service = "unknown"
    anycast: str = ""


class Operated(NamedTuple):
    """The operator and what tells it, the best first; `hits` are the answers of tables about the address."""

    told: tuple[Told, ...] = ()
    hits: tuple[Hit, ...] = ()

    @property
    def entity(self) -> str:
        """Entity id, or empty."""
        return self.told[0].entity if self.told else ""

    def by(self, way: str) -> Told | None:
        """The telling of one way, if it names the operator."""
        return next((item for item in self.told if item.way == way and item.entity == self.entity), None)


def operated(case: Case) -> Operated:
    """Say who runs the machines, as claims: the best way decides, the others stand beside it."""
    hits = _hits(case)
    found = [*_published(case, hits), *_named(case), *_certified(case)]
    found += [*_headed(case, alone=not found), *_announced(case), *_networks(case, hits)]
    ways = list(_WAYS)
    told = tuple(sorted(found, key=lambda item: ways.index(item.way)))
    for item in told:
        better = told[0].entity != item.entity
        case.say(
            "operator",
            item.entity,
            item.by,
            item.source,
            kind=item.way,
            why_not=(FIRST if told[0].way == item.way else BETTER).format(_WAYS[told[0].way]) if better else "",
        )
    return Operated(told, hits)


def _hits(case: Case) -> tuple[Hit, ...]:
    """What tables say of the address, if it is one of the public Internet and not a proxy's."""
    if case.view is None or not case.public or "proxied" in case.asked.marks:
        return ()
    return case.view.at(case.address)


def _published(case: Case, hits: tuple[Hit, ...]) -> list[Told]:
    """By ranges that a provider publishes; of several the last, which is the smallest of a table."""
    told = []
    for hit in (hit for hit in hits if hit.table == "prefix"):
        provider = case.known.providers.get(hit.value)
        entity = provider.entity if provider else case.entity(hit.value, hit.title)
        service: Service = provider.service if provider else "unknown"
        anycast = ""
        services = set(hit.title.split())
        if provider and services & set(provider.cdn):
            service = "cdn"
        regions = case.known.regions.get(provider.regions) if provider else None
        if regions and set(regions.anycast) & set(hit.region.split()):
            anycast = f"the provider publishes {hit.by} for every region ({hit.region})"
        if provider and ("*" in provider.anycast or services & set(provider.anycast)):
            anycast = f"{hit.by} is announced from many places (anycast)"
        told.append(Told("prefix", entity, hit.by, hit.source, service, anycast))
    return told


def _named(case: Case) -> list[Told]:
    """By the zone of the last name of the chain that serves; zones that only steer are passed over."""
    for name in reversed(case.names):
        zone = zone_of(case.known, name)
        if zone and zone[1].service != "dns":
            anycast = (
                f"names in {zone[0]} lead to addresses that answer from many places (anycast)"
                if zone[1].anycast
                else ""
            )
            return [Told("zone", zone[1].entity, name, zone[1].from_, zone[1].service, anycast)]
        for hit in case.view.suffixes(name) if case.view else ():
            if hit.table == "suffix-service" and hit.by != name:
                return [Told("zone", case.entity(hit.value, hit.title), name, hit.source)]
    return []


def _certified(case: Case) -> list[Told]:
    """By names of the server's certificate that lie in a provider's zone."""
    for name in case.asked.certificates:
        zone = zone_of(case.known, plain_host(name.replace("*", "any", 1)))
        if zone and zone[1].service != "dns":
            return [Told("certificate", zone[1].entity, name, zone[1].from_, zone[1].service)]
    return []


def _headed(case: Case, *, alone: bool) -> list[Told]:
    """By headers that a provider's machines add; a proxy in the middle, or anybody, can add them too.

    `alone`: nothing else has told the operator yet. Providers stand behind each other and hand headers on, so those of
    several then tell none.
    """
    rows = {line: row for line in case.asked.headers if (row := told_by(line, case.known)) is not None}
    if alone and len({row.entity for row in rows.values()}) > 1:
        for line, row in rows.items():
            case.say("operator", row.entity, line, row.from_, kind="header", why_not=SEVERAL)
        return []
    return [Told("header", row.entity, line, row.from_) for line, row in rows.items()]


def _announced(case: Case) -> list[Told]:
    """By ranges that are known to be announced from many places, whatever tables say of them."""
    if case.number is None or "proxied" in case.asked.marks:
        return []
    found = case.known.anycast(case.number)
    if found is None:
        return []
    by, row = found
    return [Told("network", row.entity, by, row.from_, row.service, f"{by} is announced from many places (anycast)")]


def _networks(case: Case, hits: tuple[Hit, ...]) -> list[Told]:
    """By the network, which is said on its own too."""
    told = []
    for hit in (hit for hit in hits if hit.table == "asn"):
        case.say("network", hit.value, hit.by, hit.source, title=hit.title)
        row = case.known.numbers.get(hit.value)
        if row and row.service in _CARRIERS:
            case.say("operator", row.entity, hit.value, row.from_, kind="network", why_not=CARRIER)
        elif row:
            anycast = f"{hit.value} announces its addresses from many places (anycast)" if row.anycast else ""
            told.append(Told("network", row.entity, hit.value, row.from_, row.service, anycast))
    return told


def service_of(case: Case, row: Names | None, operator: Operated) -> Service:
    """Say what kind of service it is: what the host is for, else what the machines are."""
    found: list[tuple[Service, str, str, str]] = []
    if row and row.service != "unknown":
        by = row.domains.split()[0] if len(row.domains.split()) == 1 else case.name
        found.append((row.service, by, row.from_, ""))
    found += [
        (item.service, item.by, item.source, "" if item.entity == operator.entity else OTHERS)
        for item in operator.told
        if item.service != "unknown"
    ]
    found += [
        ("hosting", f"{hit.by} {hit.title}".strip(), hit.source, "")
        for hit in operator.hits
        if hit.table == "hosting-as"
    ]
    for kind, by, source, why_not in found:
        case.say("service", kind, by, source, why_not=why_not)
    return next((kind for kind, _, _, why_not in found if not why_not), "unknown")
