"""Where the machines stand: votes of four kinds that are never merged, and the place when those that count agree."""

import re
from ipaddress import ip_address, ip_network

from affidavit.model.network import CountryKind
from affidavit.network.attribute.asked import AGE, Case
from affidavit.network.attribute.knowledge import Provider
from affidavit.network.attribute.operators import Operated
from affidavit.network.attribute.owners import zone_of
from affidavit.network.snapshot.table import Hit

_KINDS: dict[str, CountryKind] = {"country-registration": "registration", "country-as": "as", "country-geo": "geo"}
_NEVER = {
    "registration": "it says where the addresses were given out, not where a machine stands",
    "as": "it says where the network is at home, not where a machine stands",
}
_NO_COUNTRY = frozenset({"", "EU", "AP", "ZZ", "XX", "T1", "A1", "A2"})
_COUNTRY = re.compile(r"[A-Z]{2}")
_FEED = re.compile(r"([A-Z]{2})(?:-[A-Z0-9]{1,3})?")
_BLOCKS = {4: 1 << 24, 6: 1 << 116}
"""Addresses of the largest blocks that registries are given (/8 and /12)."""
WIDE = "{} joins blocks of several registries or holders, so that it says no more than registries do"
CLOCK = "the time of the observation is not known"
PROXY = "the address is a proxy's"
NOT_PUBLIC = "the address is not of the public Internet"


def placed(case: Case, operator: Operated) -> tuple[str, str]:
    """Say every vote on the country as a claim; give the country, or empty and why it is not determined."""
    of_address = {"prefix", "network"}  # whoever the operator is, an address that many places announce is in none
    anycasts = (item for item in operator.told if item.way in of_address or item.entity == operator.entity)
    anycast = next((item.anycast for item in anycasts if item.anycast), "")
    before = len(case.claims)
    _by_tables(case, operator.hits, anycast)
    _by_prefix(case, operator.hits, anycast)
    _by_name(case, anycast)
    votes = [claim for claim in case.claims[before:] if claim.about == "country"]
    counting = sorted({claim.value for claim in votes if claim.counts})
    if len(counting) == 1:
        return counting[0], ""
    if counting:
        said = (f"{claim.value} ({_word(claim.kind)}, {claim.by})" for claim in votes if claim.counts)
        return "", f"sources disagree: {'; '.join(said)}"
    return "", _why(case, anycast, [claim.why_not for claim in votes if claim.kind in {"geo", "region"}])


def _word(kind: str) -> str:
    return {"geo": "by feeds of places", "region": "by the provider's region"}.get(kind, kind)


def _why(case: Case, anycast: str, reasons: list[str]) -> str:
    """Why no vote counts, the reason that explains most first."""
    silent = (
        ("proxied" in case.asked.marks, PROXY),
        (bool(anycast), anycast),
        (bool(reasons), "; ".join(dict.fromkeys(reasons))),
        (case.number is None and not case.names, "it is neither a host name nor an address"),
        (case.number is None, "no address was seen, and the name tells no region"),
        (not case.public, NOT_PUBLIC),
        (case.view is None, "no tables of networks are at hand"),
    )
    return next((why for holds, why in silent if holds), "no table says where addresses of this range are used")


def _vote(case: Case, country: str, by: str, source: str, *, kind: CountryKind, anycast: str, title: str = "") -> None:
    """Add one vote, with the reason when it does not count."""
    why_not = _NEVER.get(kind, "") or anycast
    if not why_not and country in _NO_COUNTRY:
        why_not = f"{country or title or 'an empty field'} is not one country"
    if not why_not and case.timeless and source not in case.known.origins:
        why_not = CLOCK
    if not why_not and case.too_old(source):
        why_not = AGE
    case.say("country", country, by, source, kind=kind, title=title, why_not=why_not)


def _by_tables(case: Case, hits: tuple[Hit, ...], anycast: str) -> None:
    """Votes of tables that give countries to ranges."""
    for hit in hits:
        kind = _KINDS.get(hit.table)
        if kind:
            country = hit.value.upper()
            country = country if _COUNTRY.fullmatch(country) else ""
            wide = WIDE.format(hit.by) if kind == "geo" and _is_wide(hit.by) else ""
            _vote(case, country, hit.by, hit.source, kind=kind, anycast=anycast or wide, title=hit.title)


def _is_wide(by: str) -> bool:
    """Whether a range, as tables name it (``1.2.0.0/16``, ``1.2.0.0 - 1.4.255.255``), is no one block's."""
    first, dash, last = by.partition(" - ")
    if not dash:
        network = ip_network(first)
        return network.num_addresses > _BLOCKS[network.version]
    begin = ip_address(first)
    return int(ip_address(last)) - int(begin) + 1 > _BLOCKS[begin.version]


def _by_prefix(case: Case, hits: tuple[Hit, ...], anycast: str) -> None:
    """Votes of the regions that providers publish with their ranges."""
    for hit in hits:
        if hit.table != "prefix" or not hit.region.split():
            continue
        by = f"{hit.by} in {hit.region}"
        country, why_not = _country(case, hit, case.known.providers.get(hit.value))
        _vote(case, country, by, hit.source, kind="region", anycast=anycast or why_not, title=hit.region)


def _country(case: Case, hit: Hit, provider: Provider | None) -> tuple[str, str]:
    """The country of the regions that a range is published with, or empty and why it is none."""
    regions = case.known.regions.get(provider.regions) if provider else None
    found: set[str] = set()
    for word in hit.region.split():
        feed = _FEED.fullmatch(word) if regions is None else None
        listed = [row.value for row in case.view.region(hit.value, word)] if case.view else []
        known = regions.codes.get(word, "") if regions else feed[1] if feed else ""
        found |= {known} if known else set(listed[:1]) or {""}
    if found == {""}:
        return "", f"nothing tells which country the region {hit.region} is in"
    if len(found) > 1:
        return "", f"{hit.by} is published with regions of several countries ({hit.region})"
    return found.pop(), ""


def _by_name(case: Case, anycast: str) -> None:
    """The vote of the region that stands in the provider's own name for the machine."""
    inside = NOT_PUBLIC if case.number is not None and not case.public else ""
    for name in reversed(case.names):
        zone = zone_of(case.known, name)
        if zone is None or zone[1].service == "dns":
            continue
        regions = case.known.regions.get(zone[1].regions)
        label = name[: -len(zone[0]) - 1].rpartition(".")[2]
        codes = [label, *(label.removeprefix(word) for word in zone[1].before.split() if label.startswith(word))]
        code = next((code for code in codes if regions and code in regions.codes), "")
        if regions and code:
            _vote(
                case,
                regions.codes[code],
                f"{code} in {name}",
                regions.from_,
                kind="region",
                anycast=anycast or inside,
                title=code,
            )
        return
