"""What captures show, for ``affidavit observe``: hosts, look-ups, personal data, and what was not read."""

import csv
import io
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from affidavit.model.artefact import Artefact
from affidavit.model.bundle import Category
from affidavit.model.capture import Capture, Contact, Disclosure, Lookup, Undecoded
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.network import NetworkRecord
from affidavit.report import network
from affidavit.report.columns import Page
from affidavit.report.csv import neutral
from affidavit.report.json import as_json as encoded
from affidavit.report.overview import Facts, folded, size_in_words
from affidavit.report.text import visible
from affidavit.wording import plural

SCHEMA: Final = "affidavit/observe/1"
COLUMNS: Final = (
    "kind", "host", "address", "port", "transport", "protocol", "app", "first", "last", "count", "up", "down", "said",
    "marks", "entry", "offset",
)  # fmt: skip
"""``kind`` is that of a fact or ``limitation``; columns mean the same in all. ``count`` of a contact is that of its
connections, and of its requests where the capture tells of messages alone."""
SHOWN: Final = 40
"""Rows of one table that the text shows; the other forms have all."""
_CELL: Final = 600
_WITH_PROFILE: Final = (
    "Looked for in what was read: the values of the device's profile, and the places and names of fields that are "
    "known to hold personal data."
)
_WITHOUT_PROFILE: Final = (
    "No profile of a device was given, so no value of one was looked for: only the places and names of fields that are "
    "known to hold personal data were."
)
_HEADS: Final = ("Host", "Address", "Connections", "Sent and received", "Named by", "Marks")


class Observed(Struct, frozen=True, omit_defaults=True):
    """What captures show, and the JSON form of it.

    Attributes:
        schema: `SCHEMA`. artefact: what was given: `captures`, and what tells the key log and the profile.
        facts: of the kinds ``capture``, ``contact``, ``lookup``, ``disclosure`` and ``undecoded``, as in a bundle.
        limitations: what could not be read. partial: whether a budget ended the reading.
        network: who serves the hosts.
        categories: the questions that disclosures answer.
    """

    schema: str
    artefact: Artefact
    facts: tuple[Fact, ...]
    limitations: tuple[Limitation, ...]
    partial: bool = False
    network: NetworkRecord = NetworkRecord()
    categories: tuple[Category, ...] = ()


def as_json(observed: Observed) -> bytes:
    """All of it."""
    return encoded(observed)


def as_text(observed: Observed, *, width: int = 80, colour: bool = False) -> str:
    """The first rows of each table, and what was not read."""
    page, facts = Page(width, colour=colour), Facts(observed.facts)
    found = network.tables(observed.network, facts, observed.categories)
    shown = sorted((table for table in found if not table.fold), key=lambda table: table.heads != network.CAPTURE_HEADS)
    if all(table.heads != network.HEADS for table in shown):  # without attribution, connections as they are
        shown.insert(1, network.Table("Connections", _HEADS, contact_rows(facts)))
    for table in shown:
        if table.rows:
            network.write(page, table, SHOWN, "with --format json or csv")
    page.line()
    page.paragraph(visible(network.undecoded_in_words(facts)))
    page.paragraph(_WITH_PROFILE if observed.artefact.profile else _WITHOUT_PROFILE)
    page.paragraph(visible(observed.network.searched, _CELL))
    _limits(page, observed.limitations)
    return page.text()


def _limits(page: Page, limitations: tuple[Limitation, ...]) -> None:
    rows = folded(limitations)
    if rows:
        page.line()
        page.paragraph("What could not be read", "bold yellow")
    for kind, count, detail in rows:
        times = f" ({count:,} times)" if count > 1 else ""
        page.paragraph(visible(f"{kind}{times}: {detail}", _CELL), indent=2)


def contact_rows(facts: Facts) -> list[tuple[str, ...]]:
    """Who was talked to, by host; what has no name comes last."""
    found = sorted(facts.about(Contact), key=lambda item: (not item.host, item.host, item.address, item.port, item.app))
    return [
        (
            item.host or item.address,
            " ".join(filter(None, (item.address, f"port {item.port}" if item.port else "", item.transport))),
            plural(item.connections, "connection") if item.connections else plural(item.requests, "request"),
            f"{size_in_words(item.up)} and {size_in_words(item.down)}",
            "" if item.basis == "none" else item.basis,
            ", ".join((*item.marks, *((f"app {item.app}",) if item.app else ()))),
        )
        for item in found
    ]


def as_csv(observed: Observed) -> str:
    """One line for each fact and limitation, RFC 4180 with CR LF, every cell neutralised."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(observed):
        writer.writerow([neutral(row.get(column, "")) for column in COLUMNS])
    return out.getvalue()


def _rows(observed: Observed) -> Iterator[dict[str, str]]:
    for limitation in observed.limitations:
        place = {"entry": limitation.place.entry} if limitation.place else {}
        said = f"{limitation.kind}: {limitation.detail}"
        yield {"kind": "limitation", "said": said, "count": str(limitation.count), **place}
    for fact in observed.facts:
        offset = {"offset": str(fact.place.offset)} if fact.place.offset >= 0 else {}
        kind = str(fact.what.__struct_config__.tag)
        yield {"kind": kind, "entry": fact.place.entry, **offset, **_cells(fact)}


def _cells(fact: Fact) -> dict[str, str]:
    """What one fact says, by column."""
    what = fact.what
    common = {
        name: str(value)
        for name in ("host", "address", "port", "transport", "protocol", "app", "first", "last", "up", "down")
        if (value := getattr(what, name, "")) not in {"", 0}
    }
    if isinstance(what, Contact):
        names = (f"{item.basis} {item.value}" for item in what.names)
        said, count = "; ".join((*names, *what.chain, *what.ja3, *what.ja4)), what.connections or what.requests
        return common | {"said": said, "count": str(count), "marks": " ".join(what.marks)}
    if isinstance(what, Lookup):
        return common | {"said": "; ".join((*what.chain, *what.addresses)), "count": str(what.asked)}
    if isinstance(what, Disclosure):
        way = " > ".join(what.path)
        said = f"{what.category}: {what.property} ({what.method}) {what.shown} at {way}, SHA-256 {what.sha256}"
        return common | {"said": said, "count": str(what.count), "marks": "sent" if what.sent else "received"}
    if isinstance(what, Undecoded):
        return common | {"said": f"not read: {what.why}", "count": str(what.messages), "up": str(what.size)}
    if isinstance(what, Capture):
        return common | {"said": f"{what.name} ({what.form}), SHA-256 {what.sha256}", "count": str(what.records)}
    return common
