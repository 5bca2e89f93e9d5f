"""Who serves the app, in words: endpoints with every vote and its age, who gets which data, what captures held."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from affidavit.model.bundle import Category
from affidavit.model.capture import Capture, Disclosure, Lookup, Undecoded
from affidavit.model.network import Attributed, Claimed, NetworkRecord, Recipient
from affidavit.report.columns import Page
from affidavit.report.overview import Facts, size_in_words
from affidavit.report.text import visible
from affidavit.wording import plural

HEADS: Final = ("Host or address", "Seen", "Whose name", "Who runs the machines", "Where", "How strong")
VOTE_HEADS: Final = ("Host or address", "What is claimed", "By", "Source", "Data of", "Counts")
RECIPIENT_HEADS: Final = ("Data", "Goes to", "Grade", "Where the machine stands", "Who can reach it", "Told by")
KIND_HEADS: Final = ("Kind of country", "What it says", "Countries, with how many recipients")
DISCLOSURE_HEADS: Final = ("Data", "To", "Way in the message", "Value", "Told by", "Messages")
CAPTURE_HEADS: Final = ("Capture", "Form", "Records", "Time", "SHA-256")
LOOKUP_HEADS: Final = ("Name asked for", "Leads to", "Addresses", "Times")
UNDECODED_HEADS: Final = ("Host", "Why it was not read", "Messages", "Bytes")

SOURCE_HEADS: Final = ("Source", "Holds", "Data of", "Licence", "Attribution")

NO_ONE_COUNTRY: Final = (
    "Sources disagree on countries, so their votes stand beside each other. Only the region that a provider publishes "
    "and feeds of where addresses are used say where a machine may stand; registries and networks say who has the "
    "addresses. Who can reach the data is another question: it is answered by the home of the operator's last parent."
)
"""What stands over every table with countries."""

_OTHER: Final = "Other data on app and device"
_CELL: Final = 800
_SEEN: Final = {"declared": "in code only", "observed": "in traffic only", "both": "in code and in traffic"}
_KINDS: Final = {
    "registration": ("Registration", "who the addresses were given to"),
    "as": ("Network's home", "where the network that announces them is registered"),
    "geo": ("Feeds of use", "where feeds and registries say they are used"),
    "region": ("Provider's region", "where the provider says that the machines are"),
}
_NEVER: Final = ("registration", "as")
"""Kinds that never count for a place; they are shown for what they say."""
_METHODS: Final = {
    "known-value": "a known value of the device",
    "adapter": "a place known for it",
    "key": "what its key is called",
    "pattern": "its form alone (a candidate)",
}
_DATED: Final = 180
"""Days after which data is called dated: about one address in sixty has changed its network by then."""
_WHY: Final = {
    "encrypted": "encrypted, no keys were given",
    "opaque": "in no encoding that is known",
    "damaged": "damaged",
    "too-large": "larger than what is read",
    "not-kept": "the capture did not keep it",
}


class Words(Struct, frozen=True):
    """What entities are called, for the rows of one record."""

    titles: dict[str, str]

    def entity(self, id_: str) -> str:
        """An entity's title, or its id."""
        return self.titles.get(id_, id_)


def words(record: NetworkRecord) -> Words:
    """The titles of a record."""
    return Words(dict(record.entities))


def name_of(item: Attributed) -> str:
    """Host and address as one text, of an address that stands for a host once."""
    return " at ".join(dict.fromkeys(filter(None, (item.host, item.address))))


class Table(Struct, frozen=True):
    """A caption, heads and rows of one kind; whether it is looked up rather than read."""

    caption: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    fold: bool = False


def tables(record: NetworkRecord, facts: Facts, asked: Iterable[Category]) -> list[Table]:
    """Every table that has rows, in the order in which people ask.

    Args:
        record: who serves the app.
        facts: those of captures among them.
        asked: the categories of data.
    """
    categories = {item.id: item.title or item.id for item in asked}
    found = (
        Table("Who gets which data", RECIPIENT_HEADS, recipient_rows(record, categories)),
        Table("Recipients by kind of country", KIND_HEADS, kind_rows(record)),
        Table("Endpoints", HEADS, endpoint_rows(record)),
        Table("Every claim on them, with its age", VOTE_HEADS, vote_rows(record), fold=True),
        Table("Personal data met in messages", DISCLOSURE_HEADS, disclosure_rows(facts, categories)),
        Table("Content that was not read", UNDECODED_HEADS, undecoded_rows(facts)),
        Table("Names asked for in DNS", LOOKUP_HEADS, lookup_rows(facts), fold=True),
        Table("Captures", CAPTURE_HEADS, capture_rows(facts)),
        Table("Where the claims come from", SOURCE_HEADS, source_rows(record), fold=True),
    )
    return [table for table in found if table.rows]


def write(page: Page, table: Table, most: int, elsewhere: str) -> None:
    """A table as paragraphs: what a row is about, and below it each other cell after its head.

    Args:
        page: written to.
        table: what is written.
        most: rows.
        elsewhere: where the others are.
    """
    page.line()
    page.paragraph(table.caption, "bold")
    first = 2 if table.heads == RECIPIENT_HEADS else 1  # a recipient is named by its data and its host
    for row in table.rows[:most]:
        page.paragraph(visible(" to ".join(row[:first]) or "no name", 400), indent=2)
        said = [f"{head.lower()}: {cell}" for head, cell in zip(table.heads[first:], row[first:], strict=True) if cell]
        page.paragraph(visible("; ".join(said), _CELL), "dim", indent=4)
    if len(table.rows) > most:
        page.paragraph(f"… and {len(table.rows) - most:,} more {elsewhere}", indent=2)


def endpoint_rows(record: NetworkRecord) -> list[tuple[str, ...]]:
    """One row for each endpoint, under `HEADS`."""
    names = words(record)
    return [
        (
            name_of(item),
            _SEEN.get(item.seen, item.seen),
            _whose(item, names),
            _operator(item.operator, item.parent, item.seat, names, item.service),
            place_in_words(item.place, item.why_no_place),
            _strength(item),
        )
        for item in record.endpoints
    ]


def vote_rows(record: NetworkRecord) -> list[tuple[str, ...]]:
    """One row for each claim on each endpoint, under `VOTE_HEADS`."""
    names, sources = words(record), {source.id: source.name for source in record.sources}
    return [_vote(item, claim, names, sources) for item in record.endpoints for claim in item.claims]


def recipient_rows(record: NetworkRecord, categories: Mapping[str, str]) -> list[tuple[str, ...]]:
    """One row for each recipient of each category, under `RECIPIENT_HEADS`.

    Args:
        record: who serves the app.
        categories: title of each category of data.
    """
    names = words(record)
    return [
        (
            categories.get(item.category, item.category) or _OTHER,
            f"{item.host}{f' ({names.entity(item.owner)})' if item.owner else ''}",
            item.grade,
            place_in_words(item.place, item.why_no_place),
            _operator(item.operator, item.parent, item.seat, names),
            _told(item),
        )
        for item in record.recipients
    ]


def kind_rows(record: NetworkRecord) -> list[tuple[str, ...]]:
    """Recipients' hosts by each kind of country, under `KIND_HEADS`: what a source says, never merged."""
    if not record.recipients:
        return []
    hosts = {item.host for item in record.recipients}
    rows = [
        (title, meaning, _counted(_votes(record, kind, hosts), len(hosts), "no vote"))
        for kind, (title, meaning) in _KINDS.items()
    ]
    stands = {host: {item.place for item in group if item.place} for host, group in _by_host(record.recipients)}
    reach = {host: {item.seat for item in group if item.seat} for host, group in _by_host(record.recipients)}
    return [
        *rows,
        (
            "Where the machine stands",
            "what all sources that count agree on",
            _counted(stands, len(hosts), "undetermined"),
        ),
        ("Who can reach it", "home of the operator's last parent", _counted(reach, len(hosts), "undetermined")),
    ]


def disclosure_rows(facts: Facts, categories: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Personal data met in messages, what is known before what is only a candidate, under `DISCLOSURE_HEADS`."""
    order = {method: rank for rank, method in enumerate(_METHODS)}
    found = sorted(
        facts.about(Disclosure), key=lambda item: (order.get(item.method, len(order)), not item.category, not item.sent)
    )
    return [
        (
            f"{categories.get(item.category, item.category) or _OTHER}: {item.property}",
            item.host if item.sent else f"received from {item.host}",
            " → ".join(item.path),
            f"{item.shown} (SHA-256 {item.sha256[:12]}…)",
            _METHODS.get(item.method, item.method),
            f"{item.count:,}",
        )
        for item in found
    ]


def capture_rows(facts: Facts) -> list[tuple[str, ...]]:
    """The captures that were given, under `CAPTURE_HEADS`."""
    return [
        (
            item.name,
            item.form + (", decrypted with keys" if item.keys else ""),
            f"{item.records:,} of {size_in_words(item.size)}"
            + (f"; {item.unread:,} could not be read" if item.unread else ""),
            f"clock cannot be right: {item.clock}"
            if item.clock
            else " to ".join(filter(None, (item.first, item.last))),
            item.sha256,
        )
        for item in facts.about(Capture)
    ]


def lookup_rows(facts: Facts) -> list[tuple[str, ...]]:
    """Names that were asked for, under `LOOKUP_HEADS`."""
    return [
        (item.host, " → ".join(item.chain), ", ".join(item.addresses), f"{item.asked:,}")
        for item in facts.about(Lookup)
    ]


def undecoded_rows(facts: Facts) -> list[tuple[str, ...]]:
    """What was not read, most bytes first, under `UNDECODED_HEADS`."""
    found = sorted(facts.about(Undecoded), key=lambda item: (-item.size, item.host, item.address, item.why))
    return [
        (item.host or item.address or "unnamed", _WHY.get(item.why, item.why), f"{item.messages:,}", f"{item.size:,}")
        for item in found
    ]


def source_rows(record: NetworkRecord) -> list[tuple[str, ...]]:
    """The tables that claims rest on, under `SOURCE_HEADS`; their licences ask to be named."""
    return [(item.name, item.table, item.date, item.licence, item.attribution) for item in record.sources]


def undecoded_in_words(facts: Facts) -> str:
    """How much content was not read; empty when there were no captures."""
    if not facts.about(Capture):
        return ""
    found = facts.about(Undecoded)
    if not found:
        lost = sum(item.unread for item in facts.about(Capture))
        besides = f"; {plural(lost, 'record')} could not be read, and what was in them is not known" if lost else ""
        return f"All content that was read was decoded{besides}."
    size = size_in_words(sum(item.size for item in found))
    hosts = plural(len({item.host or item.address for item in found}), "host")
    return f"{size} to {hosts} could not be decoded: nothing is known of what was in it."


def place_in_words(place: str, why_not: str) -> str:
    """Where a machine stands, or why that is not determined."""
    return place or f"undetermined: {why_not or 'no source that counts says'}"


def _whose(item: Attributed, names: Words) -> str:
    """Owner of the name and, inside a provider's name, its customer."""
    owner = names.entity(item.owner) or "not known"
    return f"{owner}, used by {names.entity(item.customer)}" if item.customer else owner


def _operator(operator: str, parent: str, seat: str, names: Words, service: str = "unknown") -> str:
    """Who runs the machines, for which service, and whose law can reach them."""
    if not operator:
        return "not known"
    kind = f", {service}" if service != "unknown" else ""
    above = f"; last parent {names.entity(parent)}" if parent and parent != operator else ""
    return f"{names.entity(operator)}{kind}{above}{f', seat {seat}' if seat else ''}"


def _told(item: Recipient) -> str:
    """How it is known, and how often."""
    how = ", ".join(_METHODS.get(method, method) for method in item.methods) or "a path in the code"
    return f"{how}, {plural(item.count, 'time' if item.grade == 'observed' else 'path')}"


def _strength(item: Attributed) -> str:
    """The tier, whether "served from" is shown, and what the next tier takes."""
    shown = "served from" if item.served else "served from: not shown"
    return f"{item.strength}, {shown}{f'; {item.missing}' if item.missing else ''}"


def _vote(item: Attributed, claim: Claimed, names: Words, sources: Mapping[str, str]) -> tuple[str, ...]:
    kind = _KINDS[claim.kind][0].lower() if claim.kind in _KINDS else claim.kind
    said = f"{claim.about}{f' ({kind})' if kind else ''}: {claim.title or names.entity(claim.value)}"
    value = f" {claim.value}" if claim.title and claim.title != claim.value else ""
    counts = "yes" if claim.counts else f"no: {claim.why_not}"
    return name_of(item), said + value, claim.by, sources.get(claim.source, claim.source), _aged(claim), counts


def _aged(claim: Claimed) -> str:
    """Date of a claim's data, and how far that is from the observation."""
    if claim.gap is None or not claim.date:
        return claim.date
    side = "older" if claim.gap >= 0 else "younger"
    dated = ": dated" if abs(claim.gap) > _DATED else ""
    return f"{claim.date}, {plural(abs(claim.gap), 'day')} {side} than the observation{dated}"


def _votes(record: NetworkRecord, kind: str, hosts: set[str]) -> dict[str, set[str]]:
    """Countries that one kind of source gives to each host."""
    found: dict[str, set[str]] = {}
    for item in record.endpoints:
        if (name := item.host or item.address) in hosts:
            found.setdefault(name, set()).update(
                claim.value
                for claim in item.claims
                if claim.about == "country" and claim.kind == kind and claim.value and (claim.counts or kind in _NEVER)
            )
    return found


def _by_host(recipients: Iterable[Recipient]) -> Iterable[tuple[str, Sequence[Recipient]]]:
    ordered = sorted(recipients, key=lambda item: item.host)
    return ((host, list(group)) for host, group in groupby(ordered, lambda item: item.host))


def _counted(by_host: Mapping[str, set[str]], hosts: int, none: str) -> str:
    """Countries with how many hosts have them, most first, and how many have none, after a word for that."""
    counts: dict[str, int] = {}
    for values in by_host.values():
        for value in values:
            counts[value] = counts.get(value, 0) + 1
    said = [f"{value} {count}" for value, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
    without = hosts - sum(bool(values) for values in by_host.values())
    return ", ".join(said + ([f"{none} {without}"] if without else []))
