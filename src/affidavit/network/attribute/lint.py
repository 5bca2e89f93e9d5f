"""What is wrong in knowledge of networks: names that lead nowhere, rows that contradict each other."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from ipaddress import ip_network
from typing import Any

from affidavit.network.attribute.knowledge import (
    Anycast,
    Document,
    Entity,
    Header,
    Held,
    Names,
    Numbers,
    Provider,
    Regions,
    Zone,
)

CHECKS = ("network-references", "network-rows")
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_NO_COUNTRY = frozenset({"EU", "AP", "ZZ", "XX"})
_LABELS = frozenset({"customer", "anyone", "code"})

Found = Iterator[tuple[str, str, str]]


def check(typed: Mapping[str, Any]) -> Found:
    """Every problem of the documents of ``networks``, as (path, check, message).

    Args:
        typed: documents by path below ``knowledge``; those of other sections are passed over.
    """
    documents = {path: item for path, item in sorted(typed.items()) if isinstance(item, Document)}
    origins: dict[str, str] = {}
    entities: dict[str, Entity] = {}
    regions: set[str] = set()
    for path, item in documents.items():
        for key in item.origins:
            if key in origins:
                yield path, "network-rows", f"origin {key!r} stands in {origins[key]} as well"
            origins[key] = path
        entities.update(item.entities)
        regions.update(item.regions)
    seen: dict[str, str] = {}
    for path, item in documents.items():
        for message in _references(item, origins, entities, regions):
            yield path, "network-references", message
        for message in (*_dates(item), *_codes(item), *_shapes(item), *_ranges(item), *_twice(path, item, seen)):
            yield path, "network-rows", message
    for message in _circles(entities):
        yield next(iter(documents)), "network-references", message


def _references(
    item: Document, origins: Mapping[str, str], entities: Mapping[str, Entity], regions: set[str]
) -> Iterator[str]:
    """Ids that nothing has."""
    rows: list[Numbers | Anycast | Names | Zone | Header | Provider] = [*item.numbers, *item.anycast, *item.names]
    rows += [*item.zones, *item.headers, *item.providers.values()]
    held = [row for entity in item.entities.values() for row in entity.held]
    plain: list[Held | Entity | Regions] = [*held, *item.entities.values(), *item.regions.values()]
    named = {row.from_ for row in rows} | {row.from_ for row in plain}
    yield from (f"no origin {key!r}" for key in sorted(named - set(origins)))
    owners = {row.entity for row in rows} | {row.parent for row in held}
    yield from (f"no entity {key!r}" for key in sorted(owners - set(entities)))
    lists = {row.regions for row in item.zones} | {row.regions for row in item.providers.values()}
    lists.discard("")
    yield from (f"no regions {key!r}" for key in sorted(lists - regions))


def _dates(item: Document) -> Iterator[str]:
    """Dates that are none, or the wrong way round."""
    for key, origin in item.origins.items():
        if not _is_day(origin.date):
            yield f"origin {key!r}: {origin.date!r} is no date"
    for key, entity in item.entities.items():
        spans = [(entity.since, entity.until), *((row.since, row.until) for row in entity.held)]
        for days in ([day for day in span if day] for span in spans):
            if not all(map(_is_day, days)):
                yield f"entity {key!r}: {', '.join(days)}: no date"
            elif days != sorted(days):
                yield f"entity {key!r}: ends before it begins"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _codes(item: Document) -> Iterator[str]:
    """Countries that are none."""
    for key, entity in item.entities.items():
        yield from (f"entity {key!r}: {code!r} is no country" for code in _bad(entity.seat, entity.registered))
    for key, regions in item.regions.items():
        yield from (f"regions {key!r}: {code!r} is no country" for code in _bad(*regions.codes.values()))


def _bad(*codes: str) -> list[str]:
    return sorted({code for code in codes if code and (not _COUNTRY.fullmatch(code) or code in _NO_COUNTRY)})


def _shapes(item: Document) -> Iterator[str]:
    """Names that no host can end in, and words that mean nothing."""
    texts = (*(row.domains for row in item.names), *(row.suffixes for row in item.zones))
    for name in (word for text in texts for word in text.split()):
        if not _NAME.fullmatch(name):
            yield f"{name!r} is no domain in lower case"
    for zone in item.zones:
        if zone.labels not in _LABELS:
            yield f"labels {zone.labels!r}: one of {', '.join(sorted(_LABELS))}"
        if zone.before and not zone.regions:
            yield f"{zone.suffixes.split()[0]}: `before` without `regions`"
    for header in item.headers:
        if header.name != header.name.lower() or header.holds != header.holds.lower():
            yield f"header {header.name!r}: not in lower case"
    for row in item.names:
        if row.use not in {"", "third-party"}:
            yield f"use {row.use!r}: only third-party is known"


def _ranges(item: Document) -> Iterator[str]:
    """Ranges of addresses that are none."""
    for prefix in (word for row in item.anycast for word in row.prefixes.split()):
        if not _is_prefix(prefix):
            yield f"{prefix!r} is no range of addresses"


def _is_prefix(text: str) -> bool:
    try:
        return "/" in text and bool(ip_network(text))
    except ValueError:
        return False


def _twice(path: str, item: Document, seen: dict[str, str]) -> Iterator[str]:
    """What stands in two rows, of which one would be passed over in silence."""
    names = [("domain", word) for row in item.names for word in row.domains.split()]
    zones = [("zone", word) for row in item.zones for word in row.suffixes.split()]
    numbers = [("number", f"AS{number}") for row in item.numbers for number in row.numbers]
    ranges = [("range", word) for row in item.anycast for word in row.prefixes.split()]
    keys = [("key", word) for key, row in item.providers.items() for word in (key, *row.aka)]
    called = [("entity", word) for key, row in item.entities.items() for word in (key, *row.aka)]
    for kind, word in (*names, *zones, *numbers, *ranges, *keys, *called):
        if f"{kind} {word}" in seen:
            yield f"{kind} {word} stands twice (also in {seen[f'{kind} {word}']})"
        seen[f"{kind} {word}"] = path


def _circles(entities: Mapping[str, Entity]) -> Iterator[str]:
    """Entities that are their own parents."""
    for key in entities:
        reached, wave = {key}, {key}
        while wave:
            wave = {row.parent for name in wave if name in entities for row in entities[name].held}
            if key in wave:
                yield f"entity {key!r} is its own parent"
                break
            wave -= reached
            reached |= wave
