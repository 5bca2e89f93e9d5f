"""Whose a name is, and who uses a name that a provider gave out."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeVar

from affidavit.network.attribute.asked import Case
from affidavit.network.attribute.knowledge import Known, Names, Zone
from affidavit.network.snapshot.suffixes import plain_host, walk

T = TypeVar("T")

OTHERS = "names below {} are given to others, so that this one is whoever's that got it"


class Listed(NamedTuple):
    """The longest listing of a name: the domain, whose it is, the source, and what else the row says."""

    domain: str
    entity: str
    source: str
    title: str = ""
    row: Names | None = None


class Owned(NamedTuple):
    """Entity ids of the owner and the customer (either may be empty), and the row of the owner, if one is listed."""

    owner: str = ""
    customer: str = ""
    row: Names | None = None


def longest(rows: Mapping[str, T], name: str) -> tuple[str, T] | None:
    """The longest suffix of a plain name that is listed, by whole labels, with its row."""
    for suffix in walk(name):
        row = rows.get(suffix)
        if row is not None:
            return suffix, row
    return None


def zone_of(known: Known, name: str) -> tuple[str, Zone] | None:
    """The provider's zone that a plain name lies in, whose own bare name is none of it."""
    return longest(known.zones, name.partition(".")[2])


def owned(case: Case) -> Owned:
    """Say whose the host is, and who uses it, as claims."""
    if not case.name:
        return Owned()
    zone = zone_of(case.known, case.name)
    listed = _listed(case)
    if zone and (listed is None or len(listed.domain) <= len(zone[0]) or listed.entity == zone[1].entity):
        case.say("owner", zone[1].entity, zone[0], zone[1].from_)
        return Owned(zone[1].entity, _customer(case, case.name, zone) or _of_chain(case))
    if zone and listed:
        case.say("owner", zone[1].entity, zone[0], zone[1].from_)
        case.say("customer", listed.entity, listed.domain, listed.source, title=listed.title)
        return Owned(zone[1].entity, listed.entity, listed.row)
    if listed is None:
        _nobody(case)
        return Owned("", _of_chain(case))
    case.say("owner", listed.entity, listed.domain, listed.source, title=listed.title)
    if listed.row and listed.row.use:
        case.say("use", listed.row.use, listed.domain, listed.source, title="a service that other apps build in")
    _given_out(case, listed)
    return Owned(listed.entity, _of_chain(case), listed.row)


def _listed(case: Case) -> Listed | None:
    """The longest listing, of knowledge and of tables; knowledge first where both list the same domain."""
    own, bare = longest(case.known.names, case.name), case.known.zones.get(case.name)
    found = Listed(own[0], own[1].entity, own[1].from_, "", own[1]) if own else None
    if bare:
        found = Listed(case.name, bare.entity, bare.from_)
    for hit in case.view.suffixes(case.name) if case.view else ():
        if hit.table == "suffix-owner" and (found is None or len(hit.by) > len(found.domain)):
            found = Listed(hit.by, case.entity(hit.value, hit.title), hit.source, hit.title)
    return found


def _customer(case: Case, name: str, zone: tuple[str, Zone]) -> str:
    """Who the label before a zone names, if it does: a domain as it is, or with dashes for its dots."""
    suffix, row = zone
    if row.labels == "code":
        return ""
    label = name[: -len(suffix) - 1]
    for reading in dict.fromkeys(_readings(label, row)):
        found = longest(case.known.names, plain_host(reading))
        if found:
            by = f"{label} before {suffix}" + (f", read as {reading}" if reading != label else "")
            why_not = "anybody who opens an account may choose this name" if row.labels == "anyone" else ""
            case.say("customer", found[1].entity, by, found[1].from_, why_not=why_not)
            return "" if why_not else found[1].entity
    return ""


def _readings(label: str, row: Zone) -> Iterator[str]:
    """What a label may spell: a domain as it is, with dashes for its dots, or before a service and a region."""
    yield label
    yield label.rpartition(".")[2].replace("-", ".")
    if row.regions:
        for _ in range(2):
            label = label.rpartition(".")[0]
            yield label


def _of_chain(case: Case) -> str:
    """Who the labels before the zones of a CNAME chain name: the first that tells."""
    for name in case.names[1:]:
        zone = zone_of(case.known, name)
        entity = _customer(case, name, zone) if zone else ""
        if entity:
            return entity
    return ""


def _given_out(case: Case, listed: Listed) -> None:
    """Say that a listed domain hands names out to others, where the public suffix list knows it."""
    found = case.view.public_suffix(case.name) if case.view else None
    if (
        found
        and found.private != found.icann
        and len(found.private) >= len(listed.domain)
        and found.private != case.name
    ):
        rules = next(source for source in case.view.sources if source.table == "public-suffix")  # type: ignore[union-attr]
        case.say("customer", "", found.private, rules.id, why_not=OTHERS.format(found.private))


def _nobody(case: Case) -> None:
    """Say which registered name an unknown host lies below: it is whoever's that registered it."""
    found = case.view.public_suffix(case.name) if case.view else None
    if not found or not found.private:
        return
    rules = next(source for source in case.view.sources if source.table == "public-suffix")  # type: ignore[union-attr]
    if found.registrable_private:
        case.say("registered-name", found.registrable_private, found.private, rules.id)
    else:
        case.say(
            "registered-name",
            "",
            found.private,
            rules.id,
            why_not="the host is a suffix under which names are registered",
        )
