"""Domains, networks and given names of the groups that run listed apps, as ``knowledge/networks`` has them."""

from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from affidavit.model.screening import SelectorKind, Tie
from affidavit.network.attribute.knowledge import Known, Numbers, known

UNVERIFIED = "that the mark is the app's is general knowledge, which nobody has checked"
_CLOUD = "most machines and customers in this network are strangers' (a cloud): that it is the app's is not shown"
_SHARED = "the operator's network carries other services of the group too"
_BUILT_IN = "a service of {} that other apps and sites build in"
_NO_MARK = "a name of {} that is not known to be a listed app's"


class Selector(NamedTuple):
    """One thing by which an app, or the operator of some, is told. `tie`: what it shows of itself."""

    app: str
    operator: str
    by: SelectorKind
    value: str
    confidence: Literal["H", "M", "L"]
    source: str
    caveats: tuple[str, ...] = ()
    tie: Tie | None = None


class Groups(NamedTuple):
    """What ``knowledge/networks`` has of the groups that run listed apps.

    Attributes:
        domains: of listed apps. others: domains of the same groups that are no listed app's, with why.
        networks: by AS number. zones: ends of names that providers give out -> who chooses what stands before them.
    """

    domains: tuple[Selector, ...] = ()
    others: Mapping[str, str] = {}
    networks: Mapping[int, tuple[Selector, ...]] = {}
    zones: Mapping[str, str] = {}


def groups_of(apps: Mapping[str, str], running: Collection[str]) -> Groups:
    """What is known of the groups.

    Args:
        apps: entity -> listed app.
        running: organisations that ran a listed app at some time.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    networks = known()
    domains: list[Selector] = []
    others: dict[str, str] = {}
    for domain, row in networks.names.items():
        if row.entity in apps and not row.use:
            domains.append(_domain(networks, apps[row.entity], domain, row.from_))
        elif _operator(networks, row.entity, running):
            others[domain] = (_BUILT_IN if row.use else _NO_MARK).format(networks.title(row.entity))
    numbers = {}
    for number, numbered in networks.numbers.items():
        operator = _operator(networks, numbered.entity, running)
        if operator:
            made = _network(networks, number, numbered, apps.get(numbered.entity, ""), operator)
            numbers[int(number[2:])] = (made,)
    zones = {suffix: row.labels for suffix, row in networks.zones.items()}
    return Groups(tuple(domains), others, numbers, zones)


def _operator(networks: Known, entity: str, running: Collection[str]) -> str:
    """The organisation that ran a listed app and that an entity is, or is held by; empty when there is none."""
    return next((each for each in (entity, *networks.held_by(entity, "")) if each in running), "")


def _domain(networks: Known, app: str, domain: str, origin: str) -> Selector:
    source = networks.source(origin).name
    return Selector(app, "", "domain", domain, "M", source, (UNVERIFIED,) if "unverified" in source else ())


def _network(networks: Known, number: str, row: Numbers, app: str, operator: str) -> Selector:
    cloud = row.service == "cloud"
    said = tuple(filter(None, (_CLOUD if cloud else _SHARED, networks.entities[row.entity].note)))
    value = f"{number} ({networks.title(row.entity)})"
    sure: Literal["M", "L"] = "L" if cloud else "M"
    return Selector("" if cloud else app, operator, "network", value, sure, networks.source(row.from_).name, said)
