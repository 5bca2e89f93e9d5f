"""Prefixes as providers publish them: AWS, Google, Azure, Oracle, Fastly, Cloudflare, and plain lists of prefixes.

A provider lists one prefix under several services; here they are one row, without the services that mean no more than
the provider itself. Which country a region lies in is another table's matter.
"""

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from typing import Any

import msgspec

from affidavit.model.errors import UnreadableError
from affidavit.network.snapshot.forms.names import slug
from affidavit.network.snapshot.found import MOST, Found, Given, Reader

_GENERAL = frozenset({"AMAZON", "Google Cloud", "GOOGLE_CLOUD", "OCI", "AzureCloud"})
"""Services that mean all of a provider."""
_DAY = re.compile(r"(20\d\d)-?([01]\d)-?([0-3]\d)")
_ADVICE = "name the file as the provider publishes it"

Listed = tuple[str, str, str]
"""Prefix, service, region."""


class _Prefix(msgspec.Struct):
    """AWS and Google, of which each uses other names."""

    ip_prefix: str = ""
    ipv6_prefix: str = ""
    region: str = ""
    service: str = ""
    ipv4_prefix: str = msgspec.field(name="ipv4Prefix", default="")
    ipv6_prefix_too: str = msgspec.field(name="ipv6Prefix", default="")
    scope: str = ""


class _Tag(msgspec.Struct):
    """What Azure says of a service tag."""

    region: str = ""
    prefixes: list[str] = msgspec.field(name="addressPrefixes", default_factory=list)


class _Value(msgspec.Struct):
    name: str = ""
    properties: _Tag = msgspec.field(default_factory=_Tag)


class _Cidr(msgspec.Struct):
    cidr: str = ""
    tags: list[str] = msgspec.field(default_factory=list)


class _Region(msgspec.Struct):
    region: str = ""
    cidrs: list[_Cidr] = msgspec.field(default_factory=list)


class _Lists(msgspec.Struct):
    ipv4: list[str] = msgspec.field(name="ipv4_cidrs", default_factory=list)
    ipv6: list[str] = msgspec.field(name="ipv6_cidrs", default_factory=list)


class _Published(msgspec.Struct):
    """All of these files at once; each has only some of the fields."""

    created: str = msgspec.field(name="createDate", default="")
    creation: str = msgspec.field(name="creationTime", default="")
    updated: str = msgspec.field(name="last_updated_timestamp", default="")
    prefixes: list[_Prefix] = msgspec.field(default_factory=list)
    ipv6_prefixes: list[_Prefix] = msgspec.field(default_factory=list)
    values: list[_Value] = msgspec.field(default_factory=list)
    regions: list[_Region] = msgspec.field(default_factory=list)
    addresses: list[str] = msgspec.field(default_factory=list)
    ipv6_addresses: list[str] = msgspec.field(default_factory=list)
    result: _Lists = msgspec.field(default_factory=_Lists)


_FIELDS = ("ip_prefix", "ipv4Prefix", "ipv6Prefix", "addressPrefixes", "cidrs", "ipv6_addresses", "ipv4_cidrs")
_MARKS = tuple(f'"{name}"'.encode() for name in _FIELDS)


def is_published(given: Given) -> bool:
    """Whether it is an object that names prefixes as one of the providers does."""
    return given.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and any(mark in given.head for mark in _MARKS)


def published(given: Given) -> Iterator[Found]:
    """The prefixes of a provider.

    Raises:
        UnreadableError: it is not what it looks like.
    """
    try:
        said = msgspec.json.decode(bytes(given.data).removeprefix(b"\xef\xbb\xbf"), type=_Published)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableError(f"{given.name}: {error}", advice=_ADVICE) from None
    provider, listed = _listed(said)
    found = Found("prefix", provider, _day(said.created or said.creation or said.updated) or _day(given.name))
    add(found, provider, listed)
    yield found


def add(found: Found, provider: str, listed: Iterable[Listed]) -> None:
    """Add prefixes, each once, with all services that it is listed under."""
    grouped: dict[str, tuple[set[str], set[str]]] = {}
    for prefix, service, region in listed:
        services, regions = grouped.setdefault(prefix.strip(), (set(), set()))
        services.add(service)
        regions.add(region)
        if len(grouped) > MOST:
            raise UnreadableError(f"{provider}: more than {MOST:,} prefixes", advice=_ADVICE)
    for prefix, (services, regions) in grouped.items():
        title = " ".join(sorted(services - _GENERAL - {""}))
        found.add_text(prefix, provider, title, " ".join(sorted(regions - {""})))


def is_prefixes(given: Given) -> bool:
    """Whether the first lines have nothing but a prefix each."""
    lines = [line.strip() for line in given.head.decode("utf-8", "replace").splitlines()[:20]]
    lines = [line for line in lines if line and not line.startswith("#")]
    return bool(lines) and all("/" in line and _is_prefix(line) for line in lines)


def prefixes(given: Given) -> Iterator[Found]:
    """A list of prefixes of one provider, who is called as the file is."""
    provider = slug(given.name.rpartition("/")[2].partition(".")[0])
    found = Found("prefix", f"list {provider}", _day(given.name))
    lines = (line.partition("#")[0].strip() for line in given.text().splitlines())
    add(found, provider, ((line, "", "") for line in lines if line))
    yield found


def _listed(said: _Published) -> tuple[str, Iterator[Listed]]:
    if said.values:
        return "azure", (
            (prefix, value.name.partition(".")[0], value.properties.region)
            for value in said.values
            for prefix in value.properties.prefixes
        )
    if said.regions:
        return "oracle", (
            (cidr.cidr, tag, region.region)
            for region in said.regions
            for cidr in region.cidrs
            for tag in cidr.tags or [""]
        )
    if said.result.ipv4 or said.result.ipv6:
        return "cloudflare", ((prefix, "", "") for prefix in (*said.result.ipv4, *said.result.ipv6))
    if said.addresses or said.ipv6_addresses:
        return "fastly", ((prefix, "", "") for prefix in (*said.addresses, *said.ipv6_addresses))
    if said.ipv6_prefixes or any(item.ip_prefix for item in said.prefixes):
        both = (*said.prefixes, *said.ipv6_prefixes)
        return "aws", ((item.ip_prefix or item.ipv6_prefix, item.service, item.region) for item in both)
    scoped = any(item.scope for item in said.prefixes)
    return "gcp" if scoped else "google", (
        (item.ipv4_prefix or item.ipv6_prefix_too, item.service, item.scope) for item in said.prefixes
    )


def _day(text: Any) -> str:
    """The first day that a text names, ISO; empty without."""
    said = _DAY.search(str(text))
    return f"{said[1]}-{said[2]}-{said[3]}" if said else ""


def _is_prefix(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


PUBLISHED = Reader("prefixes of a provider in JSON", is_published, published)
PREFIXES = Reader("list of prefixes", is_prefixes, prefixes)
