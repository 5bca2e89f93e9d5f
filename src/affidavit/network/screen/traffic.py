"""Logs and captures of traffic: names that were asked for or connected to, and connections with networks of operators.

Who asked or connected is never kept: addresses of users are looked up and forgotten.
"""

from functools import lru_cache
from typing import Final

from affidavit.artefact.notes import Notes
from affidavit.model.network import Strength
from affidavit.model.screening import RecordKind
from affidavit.network.capture.events import Answer, Event, Flow, Message, Unread, Where
from affidavit.network.capture.opening import FORMATS, Read
from affidavit.network.capture.source import Source
from affidavit.network.screen.account import Account, Seen
from affidavit.network.screen.days import Span, span_of
from affidavit.network.screen.groups import Selector
from affidavit.network.screen.names import host_of, number_of, package_of
from affidavit.network.snapshot.view import View, aged

_REMEMBERED: Final = 100_000
_CLOUD: Final = "an address in a cloud of the group, where most machines are strangers'"
_NO_NETWORKS: Final = "addresses, as no snapshot of networks was at hand"
_ONE_SIDED: Final = "nothing came back, as far as the log says"


def traffic_of(head: bytes) -> tuple[RecordKind, str, Read] | None:
    """The kind, form and reader of a log or capture of traffic; None when it is none."""
    for known in FORMATS:
        form = known.form(head)
        if form:
            return ("dns-log" if "dns" in form else "flow-log"), form, known.read
    return None


def read_traffic(source: Source, account: Account, read: Read, view: View | None) -> None:
    """Compare every event.

    Args:
        source: the file.
        account: where it is counted.
        read: the reader of its format.
        view: tables of networks; None for none, so that addresses tell nothing.
    """
    traffic = _Traffic(account, view)
    for event in read(source, Notes([])):
        traffic.event(event)
    if traffic.unasked:
        account.lacks.append(_NO_NETWORKS)


class _Traffic:
    """Compares events.

    Attributes:
        unasked: whether there was an address that no table could be asked about.
    """

    def __init__(self, account: Account, view: View | None) -> None:
        self.unasked = False
        self._account = account
        self._view = view if view is not None and any(item.table == "asn" for item in view.sources) else None
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._asked)
        self._dated = _dated(self._view) if self._view is not None else ()

    def event(self, event: Event) -> None:
        """Compare one event."""
        if isinstance(event, Unread):
            self._account.unread(event.kind.rpartition("/")[2], event.detail, _place(event.where), event.records)
        elif isinstance(event, Flow):
            self._flow(event)
        elif isinstance(event, Answer):
            self._answer(event)
        elif isinstance(event, Message):
            days = self._read(span_of(event.at))
            self._named(event.host or event.url, Seen("host", _place(event.where), Strength.S2, days=days))
            self._app(event.app, event.where, days)

    def _flow(self, flow: Flow) -> None:
        """A connection: by its names, by whose network is at an end of it, and by the app that made it."""
        days = self._read(span_of(flow.begun, flow.ended), flow.records)
        said = (_ONE_SIDED,) if "one-sided" in flow.marks else ()
        size = max(flow.up, 0) + max(flow.down, 0)
        seen = Seen("name", _place(flow.where), Strength.S2, size, caveats=said, days=days)
        for name in dict.fromkeys(each.value for each in flow.names):
            self._named(name, seen)
        for address in dict.fromkeys((flow.server, flow.client)):
            for item in self._network(address):
                if item.confidence == "L":
                    self._account.aside(_CLOUD, item.value)
                else:
                    told = seen._replace(column="address", caveats=(*said, *self._dated))
                    self._account.add("carries", (item,), item.value, told)
        self._app(flow.app, flow.where, days)

    def _answer(self, answer: Answer) -> None:
        """A name that was asked for, or that such a name leads to."""
        days = self._read(span_of(answer.at))
        seen = Seen("question", _place(answer.where), Strength.S1, days=days)
        for name in dict.fromkeys((answer.name, *(name for name, _ in answer.chain))):
            host = host_of(name)
            found = self._account.host(host) if host else None
            if found is not None:
                self._account.add("asks", found.selectors, host, seen)
                self._account.aside(found.why, host)
                if found.selectors:
                    break
        self._app(answer.app, answer.where, days)

    def _read(self, days: Span, records: int = 1) -> Span:
        """Count records of these days."""
        self._account.read += records
        self._account.days.see(days, records)
        return days

    def _named(self, name: str, seen: Seen) -> None:
        host = host_of(name)
        if host:
            found = self._account.host(host)
            self._account.add("carries", found.selectors, host, seen)
            self._account.aside(found.why, host)

    def _app(self, app: str, where: Where, days: Span) -> None:
        """The app that the log gives the traffic to."""
        name = package_of(app)
        if name:
            found = self._account.selectors.package(name)
            self._account.add("has", found.selectors, name, Seen("app", _place(where), Strength.S2, days=days))
            self._account.aside(found.why, name)

    def _network(self, address: str) -> tuple[Selector, ...]:
        """Whose network an address is in, of the operators' that are known."""
        if self._view is None:
            self.unasked |= bool(address)
            return ()
        return self._remembered(address)

    def _asked(self, address: str) -> tuple[Selector, ...]:
        hits = () if self._view is None else self._view.at(address)
        numbers = [number_of(hit.value) for hit in hits if hit.table == "asn"]
        return tuple(item for number in numbers for item in self._account.selectors.network(number))


def _dated(view: View) -> tuple[str, ...]:
    """Of what day the tables are by which networks are told, and how far that is from the day asked about."""
    dates = [item.date for item in view.sources if item.table == "asn"]
    said = ", ".join(f"{day} ({abs(aged(day, view.day).gap or 0):,} days away)" for day in dates)
    return (f"whose network an address is in was told by tables of {said}",)


def _place(where: Where) -> str:
    """A place in words; with its offset where the words do not find it."""
    return (
        where.name
        if where.offset < 0 or any(map(str.isdigit, where.name))
        else f"{where.name} at byte {where.offset:,}"
    )
