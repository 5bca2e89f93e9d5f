"""Events of one capture -> facts: connections, look-ups, disclosures, and what could not be read.

Nothing is kept of an event but what a fact says, so memory depends on how many different hosts there are and not on how
large the capture is. What passes a bound becomes ``budget/captures``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Protocol

from affidavit.facts.reading import make_fact
from affidavit.model.capture import Basis, Capture, Contact, Disclosure, Lookup, Named, Undecoded
from affidavit.model.fact import Fact, Subject
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.network.attribute.headers import telling
from affidavit.network.capture.clock import Clock, instant, plausible
from affidavit.network.capture.events import Answer, Event, Flow, Message, Unread, Where
from affidavit.network.capture.lookups import Key as LookupKey
from affidavit.network.capture.lookups import Lookups
from affidavit.network.capture.tables import (
    FEW,
    MANY,
    ContactRow,
    CountRow,
    LookupRow,
    Span,
    Table,
    clean,
    earlier,
    host_of,
    taken,
)
from affidavit.wording import plural

EXTRACTOR: Final = "captures/1"
CONTACTS, LOOKUPS, DISCLOSURES, UNDECODED = 20_000, 20_000, 20_000, 5_000
"""Most facts of each kind of one capture."""
SINGLE: Final = 20
"""How many unread places of one kind are listed singly."""
_DETAIL: Final = 1_000
_WORD: Final = 32

BASES: Final[tuple[Basis, ...]] = (
    "tls-sni", "quic-sni", "http2-authority", "http-host", "url", "connect", "log", "certificate", "dns-answer", "none",
)  # fmt: skip
"""What names a host, the word of the client itself first."""
_SECRET: Final = frozenset({"h2", "h3", "https", "quic", "ssl", "tls"})
_READ: Final = frozenset({"dns", "http", "icmp", "llmnr", "mdns"})
CONTENT: Final = frozenset({"har", "mitmproxy", "pcap", "pcapng"})
"""Forms that keep what was sent; the others are logs, which keep how much it was."""

WHY: Final = {
    "damaged": ("capture/undecoded", "was damaged"),
    "encrypted": ("capture/not-decrypted", "was encrypted, and no key that was given opens it"),
    "not-kept": ("capture/not-kept", "is not in the capture, which says how much it was and no more"),
    "opaque": ("capture/undecoded", "is in no encoding that is known here"),
    "too-large": ("capture/too-large", "was too large to be decoded"),
}
"""Why content was not read -> the kind of limitation, and the end of its sentence."""

_UndecodedKey = tuple[str, str, str, str]
_ContactKey = tuple[str, str, int, str, str]
_PersonalKey = tuple[str, str, str, str, str, tuple[str, ...], str, bool]


class Found(Protocol):
    """What a seeker tells, and where the message lies."""

    @property
    def where(self) -> Where:
        """Place of the message."""
        ...

    @property
    def fact(self) -> Disclosure | Undecoded:
        """What was found in it, or could not be read."""
        ...


class Seeker(Protocol):
    """Looks for personal data in a message: `affidavit.network.personal.seek`."""

    def seek(self, message: Message) -> Iterator[Found]:
        """What is found in one message, and what of it cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class About:
    """The capture that is folded: as in `Capture`."""

    name: str
    sha256: str
    size: int
    form: str
    keys: str = ""


@dataclass(slots=True)
class _PersonalRow:
    """A disclosure, and how often it was made."""

    where: Where
    what: Disclosure | None = None
    count: int = 0


class Fold:
    """Makes facts of the events of one capture.

    Args:
        about: the capture.
        seeker: looks for personal data; None to look for none.

    Attributes:
        messages: HTTP messages that were read. bytes_read: of their bodies.
    """

    def __init__(self, about: About, seeker: Seeker | None = None) -> None:
        self._about, self._seeker = about, seeker
        self._clock = Clock(about.form)
        self._packets = about.form in {"pcap", "pcapng"}  # counted with the connections that they are of
        self._contacts: Table[_ContactKey, ContactRow] = Table(CONTACTS, ContactRow)
        self._spoken: Table[_ContactKey, ContactRow] = Table(CONTACTS, ContactRow)
        self._lookups = Lookups(LOOKUPS)
        self._personal: Table[_PersonalKey, _PersonalRow] = Table(DISCLOSURES, _PersonalRow)
        self._undecoded: Table[_UndecodedKey, CountRow] = Table(UNDECODED, CountRow)
        self._unread: dict[str, list[Unread]] = {}
        self._more_unread: dict[str, int] = {}
        self._records, self._lost = 0, 0
        self.messages, self.bytes_read = 0, 0

    def take(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, Flow):
            self._flow(event)
        elif isinstance(event, Message):
            self._message(event)
        elif isinstance(event, Answer):
            self._answer(event)
        else:
            self._not_read(event)

    def _flow(self, flow: Flow) -> None:
        self._records += max(1, flow.records)
        host, basis, literal = _best(flow.names)
        app, address = clean(flow.app), clean(flow.server) or literal
        key = (host, address, flow.port, clean(flow.transport, _WORD), app)
        row = self._contacts.at(key, flow.where)
        self._clock.see(flow.begun)
        self._clock.see(flow.ended)
        secret = flow.protocol in _SECRET or any(item.basis in {"tls-sni", "quic-sni"} for item in flow.names)
        if flow.up > 0 and "decrypted" not in flow.marks and "cleartext" not in flow.marks:
            kept = self._about.form in CONTENT
            why = "encrypted" if secret else "" if flow.protocol in _READ else "opaque" if kept else "not-kept"
            if why:
                self._cannot((host, address, app, why), flow.where, flow.up)
        if row is None:
            return
        row.where = earlier(row.where, flow.where)
        row.basis = basis if row.basis == "none" else row.basis
        row.protocol = row.protocol or clean(flow.protocol, _WORD)
        row.connections += 1
        row.up, row.down = row.up + max(0, flow.up), row.down + max(0, flow.down)
        row.name(flow.names)
        for kept_texts, text in ((row.ja3, flow.ja3), (row.ja4, flow.ja4)):
            taken(kept_texts, (text,), FEW)
        taken(row.certificates, flow.certificates, MANY)
        row.marks |= flow.marks
        _timed(row, flow.begun, flow.ended)
        if literal:
            row.marks.add("ip-literal")
        elif not host:
            row.marks.add("no-name")

    def _message(self, message: Message) -> None:
        self._records += not self._packets
        self.messages += 1
        self.bytes_read += len(message.sent or b"") + len(message.received or b"")
        self._clock.see(message.at)
        literal = _address(message.host)
        host, app = "" if literal else host_of(message.host), clean(message.app)
        address = clean(message.server) or literal
        row = self._spoken.at((host, address, message.port, "", app), message.where)
        if row is not None:
            row.where = earlier(row.where, message.where)
            row.protocol = row.protocol or clean(message.protocol, _WORD)
            row.requests += 1
            row.up, row.down = row.up + len(message.sent or b""), row.down + len(message.received or b"")
            row.marks.add("decrypted" if message.encrypted else "cleartext")
            row.marks |= {"ip-literal"} if literal else set()
            taken(row.headers, telling(message.response), FEW)
            if host:
                row.basis = "url"
                row.name((Named("url", host),))
            _timed(row, message.at, message.at)
        for found in () if self._seeker is None else self._seeker.seek(message):
            fact = found.fact
            if isinstance(fact, Disclosure):
                self._disclosed(fact, host, address, app, found.where)
            else:
                self._cannot((host, address, app, fact.why), found.where, fact.size, fact.messages)

    def _disclosed(self, found: Disclosure, host: str, address: str, app: str, where: Where) -> None:
        key = (host, address, app, found.property, found.method, found.path, found.sha256, found.sent)
        row = self._personal.at(key, where)
        if row is not None:
            row.where, row.count = earlier(row.where, where), row.count + found.count
            row.what = row.what or found

    def _cannot(self, key: _UndecodedKey, where: Where, size: int, count: int = 1) -> None:
        """Count content that was not read."""
        row = self._undecoded.at(key, where)
        if row is not None:
            row.where, row.count, row.size = earlier(row.where, where), row.count + count, row.size + size

    def _answer(self, answer: Answer) -> None:
        self._records += not self._packets
        self._clock.see(answer.at)
        span = self._lookups.take(answer)
        if span is not None:
            span.see(answer.at if plausible(answer.at) else -1)

    def _not_read(self, unread: Unread) -> None:
        self._lost += max(0, unread.records)
        listed = self._unread.setdefault(unread.kind, [])
        if len(listed) < SINGLE:
            listed.append(unread)
        else:
            self._more_unread[unread.kind] = self._more_unread.get(unread.kind, 0) + max(1, unread.records)

    def finished(self) -> tuple[list[Fact], list[Limitation]]:
        """All facts by place, the capture first, and what could not be read; no event comes after."""
        self._join()
        self._lookups.group()
        about, (first, last) = self._about, self._clock.span
        whole = Capture(
            clean(about.name), about.sha256, about.size, about.form, self._records, self._lost, first, last,
            self._clock.fault, about.keys,
        )  # fmt: skip
        rows: list[tuple[Where, Subject]] = [
            *((row.where, self._contact(key, row)) for key, row in self._contacts.items()),
            *((row.where, self._lookup(key, row)) for key, row in self._lookups.rows()),
            *((row.where, _disclosure(key, row.what, row.count)) for key, row in self._personal.items() if row.what),
        ]
        for (host, address, app, why), row in self._undecoded.items():
            rows.append((row.where, Undecoded(host, why, row.count, row.size, address, app)))
        made = [make_fact(what, self._place(where), EXTRACTOR) for where, what in rows]
        made.sort(key=lambda fact: (fact.place.offset, fact.place.entry, fact.id))
        return [make_fact(whole, Place(self._entry("")), EXTRACTOR), *made], list(self._limitations())

    def _join(self) -> None:
        """Add the requests to the connections that carried them; those of a capture without any stand alone."""
        carried: dict[tuple[str, str, int, str], ContactRow] = {}
        for (host, address, port, _, app), row in self._contacts.items():
            for name in dict.fromkeys((host, *(host_of(item.value) for item in row.names))):
                carried.setdefault((name, address, port, app), row)
        for key, spoken in list(self._spoken.items()):
            host, address, port, _, app = key
            carrier = carried.get((host, address, port, app))
            alone = self._contacts.at(key, spoken.where) if carrier is None else None
            if alone is not None:
                alone.basis, alone.protocol, alone.up, alone.down = (
                    spoken.basis, spoken.protocol, spoken.up, spoken.down,
                )  # fmt: skip
                alone.span = spoken.span
            found = carrier or alone
            if found is not None:
                found.speak(spoken)

    def _contact(self, key: _ContactKey, row: ContactRow) -> Contact:
        host, address, port, transport, app = key
        first, last = self._times(row.span)
        marks = set(row.marks)
        if self._clock.jumped:
            marks.add("bad-clock")
        if _fronted(row):
            marks.add("fronting")
        return Contact(
            host, row.basis, address, port, transport, row.protocol, app, row.connections, row.up, row.down, first,
            last, tuple(sorted(row.names)), self._lookups.chain(host, app, address), tuple(sorted(row.ja3)),
            tuple(sorted(row.ja4)), tuple(row.certificates), tuple(sorted(marks)), row.requests,
            tuple(sorted(row.headers)),
        )  # fmt: skip

    def _lookup(self, key: LookupKey, row: LookupRow) -> Lookup:
        host, app, chain = key
        return Lookup(host, row.asked, app, chain, tuple(sorted(row.addresses)), row.ttl, *self._times(row.span))

    def _times(self, span: Span) -> tuple[str, str]:
        return ("", "") if self._clock.jumped else (instant(span.first), instant(span.last))

    def _limitations(self) -> Iterator[Limitation]:
        """What could not be read, and what is not listed."""
        for kind, listed in sorted(self._unread.items()):
            for one in listed:
                detail = clean(one.detail, _DETAIL)
                yield Limitation(kind, detail, self._place(one.where), max(1, one.records))
            if self._more_unread.get(kind):
                more = "further places of the capture with the same limitation"
                yield Limitation(kind, more, Place(self._entry("")), self._more_unread[kind])
        yield from self._unreadable()
        fault = self._clock.fault
        if fault:
            detail = f"the times of the capture cannot be right: {fault}; no statement as of a day rests on them"
            yield Limitation("capture/bad-clock", detail, Place(self._entry("")))
        passed_over = {
            "connections": self._contacts.passed_over + self._spoken.passed_over,
            "look-ups": self._lookups.passed_over,
            "disclosures": self._personal.passed_over,
            "messages that were not read": self._undecoded.passed_over,
        }
        for what, count in passed_over.items():
            if count:
                detail = f"more {what} differ than are listed: {count:,} are in no fact"
                yield Limitation("budget/captures", detail, Place(self._entry("")))

    def _unreadable(self) -> Iterator[Limitation]:
        """Content that nothing can be said of, by why."""
        counts: dict[str, list[int]] = {}
        for (_, _, _, why), row in self._undecoded.items():
            total = counts.setdefault(why, [0, 0])
            total[0] += row.count
            total[1] += row.size
        for why, (count, size) in sorted(counts.items()):
            kind, because = WHY.get(why, WHY["opaque"])
            what = plural(count, "message or connection", "messages or connections")
            detail = f"content of {what} ({size:,} bytes sent) {because}: nothing can be said of what is in it"
            yield Limitation(kind, detail, Place(self._entry("")))

    def _entry(self, name: str) -> str:
        inner = f"!/{clean(name)}" if name else ""
        return f"capture/{self._about.sha256[:16]}{inner}"

    def _place(self, where: Where) -> Place:
        return Place(self._entry(where.name), max(-1, where.offset))


def _disclosure(key: _PersonalKey, found: Disclosure, count: int) -> Disclosure:
    """The fact of a disclosure that was made so often."""
    host, address, app, *_ = key
    return Disclosure(
        host, found.category, found.property, found.method, found.path, found.sha256, clean(found.shown, _DETAIL),
        address, app, clean(found.key), count, found.sent,
    )  # fmt: skip


def _best(names: list[Named]) -> tuple[str, Basis, str]:
    """The name that counts most, what it is from, and the address that stands in place of a name."""
    literal = ""
    for one in sorted(names, key=lambda item: BASES.index(item.basis) if item.basis in BASES else len(BASES)):
        address = _address(one.value)
        if not address and one.value and not one.value.startswith("*"):
            return host_of(one.value), one.basis, ""
        literal = literal or address
    return "", "none", literal


def _address(text: str) -> str:
    """The address that is written where a name is expected; empty for a name."""
    bare = text.strip().strip("[]")
    head, zone, _ = bare.partition("%")
    if zone and ":" in head:
        bare = head  # the zone is a name that one machine has for its own link
    if not bare or not (bare[0].isdigit() or ":" in bare):
        return ""
    for candidate in (bare, bare.rpartition(":")[0].strip("[]")):
        try:
            return str(ip_address(candidate))
        except ValueError:
            continue
    return ""


def _fronted(row: ContactRow) -> bool:
    """Whether the hello and a request name different hosts."""
    greeted = {host_of(item.value) for item in row.names if item.basis in {"tls-sni", "quic-sni"}}
    asked = {host_of(item.value) for item in row.names if item.basis in {"http-host", "http2-authority"}}
    return bool(greeted and asked - greeted)


def _timed(row: ContactRow, *times: int) -> None:
    """Note the times of a record: those that cannot be right are a mark and nothing else."""
    for at in times:
        if at >= 0 and not plausible(at):
            row.marks.add("bad-clock")
        elif at >= 0:
            row.span.see(at)
