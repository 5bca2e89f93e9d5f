"""The bundle's member about who serves the app: endpoints with their claims, and who gets which data."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from affidavit.model.capture import Contact, Disclosure, Lookup
from affidavit.model.fact import Fact
from affidavit.model.flow import Flow
from affidavit.model.network import Attributed, NetworkRecord, Recipient
from affidavit.network.attribute.attribution import attribute
from affidavit.network.attribute.gathering import FACTS, as_seen, gathered, target_host
from affidavit.network.attribute.knowledge import Known, known
from affidavit.network.snapshot.view import Shelf
from affidavit.wording import plural

SEVERAL = "its addresses do not all lie in one country that is determined"
NOWHERE = "no address was seen"


def record(
    facts: Collection[Fact], shelf: Shelf | None, limitations: Iterable[str] = (), knowledge: Known | None = None
) -> NetworkRecord:
    """Say who serves the hosts that facts name, and who gets which data. Pure: it opens nothing.

    Args:
        facts: of the app and of captures.
        shelf: snapshots of tables; without any, what only they tell is missing.
        limitations: kinds that bear on it.
        knowledge: None for what came with the product.

    Raises:
        KnowledgeError: knowledge was not compiled, or breaks its schema.
    """
    knows = knowledge or known()
    answers = attribute(gathered(facts), shelf, knows)
    recipients = _recipients(facts, answers.hosts)
    named = entities(answers.hosts, knows)
    titles = dict(named)
    endpoints = sorted(
        answers.hosts, key=lambda item: (not item.owner, titles.get(item.owner, "").lower(), item.host, item.address)
    )
    return NetworkRecord(
        answers.sources,
        named,
        tuple(endpoints),
        recipients,
        _searched(facts, answers.hosts, shelf),
        tuple(sorted(set(limitations))),
    )


def entities(hosts: Iterable[Attributed], knowledge: Known | None = None) -> tuple[tuple[str, str], ...]:
    """Id and title of every entity that answers name, sorted."""
    knows = knowledge or known()
    found: dict[str, str] = {}
    for host in hosts:
        said = {item.value: item.title for item in host.claims if item.about in {"owner", "customer", "operator"}}
        for entity in (host.owner, host.customer, host.operator, host.parent):
            found[entity] = knows.title(entity) if entity in knows.entities else said.get(entity) or entity
    return tuple(sorted((entity, title) for entity, title in found.items() if entity))


def _searched(facts: Collection[Fact], hosts: Collection[Attributed], shelf: Shelf | None) -> str:
    """What was compared, with counts."""
    declared = sum(item.seen != "observed" for item in hosts)
    observed = sum(item.seen != "declared" for item in hosts)
    captured = any(isinstance(fact.what, (Contact, Lookup)) for fact in facts)
    tables = plural(len(shelf.sources), "table") + " of networks" if shelf and shelf.sources else "no table of networks"
    traffic = f"{plural(observed, 'endpoint')} in captures" if captured else "no capture"
    return (
        f"{plural(declared, 'endpoint')} named in code and {traffic} were compared with {tables} and the lists of "
        "owners, zones and AS numbers."
    )


@dataclass(slots=True)
class _Gets:
    """What one recipient gets of one category."""

    addresses: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    facts: set[str] = field(default_factory=set)
    count: int = 0


def _recipients(facts: Iterable[Fact], hosts: Iterable[Attributed]) -> tuple[Recipient, ...]:
    """Who gets which data: what captures show to be sent, and paths in code that end at a named host."""
    gets: dict[tuple[str, str, str], _Gets] = {}
    for fact in facts:
        what = fact.what
        if isinstance(what, Disclosure) and what.sent and what.method != "pattern":
            row = gets.setdefault((what.category, what.host or what.address, "observed"), _Gets())
            row.addresses |= {what.address} - {""}
            row.methods.add(what.method)
            row.count += what.count
        elif isinstance(what, Flow) and (host := target_host(what.value)):
            row = gets.setdefault((what.category, as_seen(host), "flows"), _Gets())
            row.methods.add(what.verdict)
            row.count += 1
        else:
            continue
        row.facts.add(fact.id)
    rows: dict[str, list[Attributed]] = {}
    for item in hosts:
        rows.setdefault(item.host or item.address, []).append(item)
    return tuple(_recipient(key, gets[key], rows.get(key[1], [])) for key in sorted(gets))


def _recipient(key: tuple[str, str, str], gets: _Gets, rows: list[Attributed]) -> Recipient:
    """One recipient: what all of its endpoints that got the data have in common."""
    category, host, grade = key
    rows = [item for item in rows if item.address in gets.addresses] or rows
    place = _common(rows, "place")
    whys = dict.fromkeys(item.why_no_place for item in rows)
    return Recipient(
        category,
        host,
        grade,
        owner=_common(rows, "owner"),
        operator=_common(rows, "operator"),
        parent=_common(rows, "parent"),
        seat=_common(rows, "seat"),
        place=place,
        why_no_place=""
        if place
        else next(iter(whys))
        if len(whys) == 1 and "" not in whys
        else SEVERAL
        if rows
        else NOWHERE,
        methods=tuple(sorted(gets.methods)),
        facts=tuple(sorted(gets.facts)[:FACTS]),
        count=gets.count,
    )


def _common(rows: Iterable[Attributed], name: str) -> str:
    """The value that all have; empty when they differ."""
    values = {str(getattr(item, name)) for item in rows}
    return values.pop() if len(values) == 1 else ""
