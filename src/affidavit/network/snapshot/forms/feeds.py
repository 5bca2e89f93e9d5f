"""Where addresses are, by whoever holds them: geofeeds (RFC 8805), and what registries gave out (delegated files)."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Network

from affidavit.network.snapshot.forms.names import slug
from affidavit.network.snapshot.found import LONGEST, Found, Given, Key, Reader, Span

_FEED = re.compile(r"(?m)^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]+)(?:/\d{1,3})?,(?:[A-Za-z]{2})?,")
"""An address alone is a prefix too (RFC 8805, section 2.1.1.1)."""
_HEAD = re.compile(r"(?m)^2(?:\.\d)?\|(afrinic|apnic|arin|iana|lacnic|ripencc)\|\d+\|\d*\|\d*\|(\d{8})\|")
"""Version, registry, serial, records, first day, last day. A serial is a day, seconds or milliseconds, as the registry
likes it; the last day is one with all of them."""
_COUNTRY = re.compile(r"[A-Z]{2}")
_FIELDS = 7


def is_feed(given: Given) -> bool:
    """Whether a line has a prefix or an address, then a country or nothing."""
    return _FEED.search(given.head.decode("utf-8", "replace")) is not None


def feed(given: Given) -> Iterator[Found]:
    """Prefixes of a provider, who is called as the file is, with a region each; and the country of each region."""
    provider = slug(given.name.rpartition("/")[2].partition(".")[0].removesuffix("-geofeed").removesuffix("_geofeed"))
    found = Found("prefix", f"geofeed {provider}")
    regions: dict[str, tuple[str, str]] = {}
    for row in given.rows():
        if not row:
            continue
        country, region, city = ([*(cell.strip() for cell in row[1:4]), "", "", ""])[:3]
        place = (region or country).upper()[:LONGEST]
        found.add_text(row[0], provider, "", place)
        if place and _COUNTRY.fullmatch(country.upper()):
            regions.setdefault(place, (country.upper(), city[:LONGEST]))
    yield found
    if regions:
        keys = [Key(f"{provider} {place}", *said) for place, said in regions.items()]
        yield Found("region", f"geofeed {provider}", keys=keys)


def is_delegated(given: Given) -> bool:
    """Whether it has the head of a registry's file."""
    return _HEAD.search(given.head.decode("utf-8", "replace")) is not None


def delegated(given: Given) -> Iterator[Found]:
    """The country that a registry gave addresses out to."""
    text = given.text()
    head = _HEAD.search(text)
    if head is None:
        return
    day = f"{head[2][:4]}-{head[2][4:6]}-{head[2][6:]}"
    found = Found("country-registration", f"delegated {head[1]}", day, attribution=f"{head[1]} delegated statistics")
    for line in text.splitlines():
        cells = line.split("|")
        if len(cells) < _FIELDS or cells[2] not in {"ipv4", "ipv6"} or cells[6] not in {"allocated", "assigned"}:
            continue
        try:
            _add(found, cells)
        except ValueError:
            found.left_out += 1
    yield found


def _add(found: Found, cells: list[str]) -> None:
    country = cells[1].upper()
    if not _COUNTRY.fullmatch(country):
        raise ValueError(country)
    if cells[2] == "ipv4":
        first, count = int(IPv4Address(cells[3])), int(cells[4])
        if not 0 < count <= (1 << 32) - first:
            raise ValueError(cells[4])
        found.spans4.append(Span(first, first + count - 1, country))
    else:
        network = IPv6Network(f"{cells[3]}/{int(cells[4])}", strict=False)
        if not network.prefixlen:
            raise ValueError(cells[4])
        first = int(network.network_address)
        found.spans6.append(Span(first, first + network.num_addresses - 1, country))


FEED = Reader("geofeed", is_feed, feed)
DELEGATED = Reader("delegated file of a registry", is_delegated, delegated)
