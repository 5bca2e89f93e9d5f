"""What is found in one file while it is read: alike records are counted together, so that no file makes it grow on."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from affidavit.model.network import Strength
from affidavit.model.screening import Aside, Match, RecordKind, Records, Tie, Unreadable
from affidavit.network.screen import knowledge
from affidavit.network.screen.days import UNDATED, Calendar, Span, iso
from affidavit.network.screen.groups import Selector
from affidavit.network.screen.names import LONGEST, hosts_in
from affidavit.network.screen.selectors import NOTHING, Found, Selectors

MOST: Final = 2_000
"""Different values of one file that are listed; what comes after them is counted by what it tells alone."""
_REMEMBERED: Final = 100_000
"""Hosts and fields whose answer is kept while a file is read."""
_ASIDES: Final = 100

_Told = tuple[tuple[str, Found], ...]
_Key = tuple[str, str, Tie, str, str, str, str, str, tuple[str, ...]]


class _Tally:
    """Records that say the same."""

    __slots__ = ("begun", "count", "ended", "first", "on", "selector", "size")

    def __init__(self, selector: Selector, seen: "Seen") -> None:
        self.selector, self.first = selector, seen
        self.count = self.size = self.on = 0
        self.begun, self.ended = UNDATED

    def add(self, seen: "Seen", *, on: bool) -> None:
        """Count one more; `on`: it is of the day asked about."""
        self.count += 1
        self.on += on
        self.size += seen.size
        first, last = seen.days
        if first:
            self.begun, self.ended = min(self.begun or first, first), max(self.ended, last)


class Seen(NamedTuple):
    """Where a value stands, and what the record says besides.

    Attributes:
        column: where in the record. where: the record's place in the file.
        tier: when it is not that of the kind. size: bytes. arranged: of a session.
        caveats: what has to be said of this record. doubted: whether the record speaks against its own mark.
        days: of the record.
    """

    column: str
    where: str
    tier: Strength | None = None
    size: int = 0
    arranged: str = ""
    caveats: tuple[str, ...] = ()
    doubted: bool = False
    days: Span = UNDATED


class Account:
    """Takes what records show.

    Attributes:
        kind: of the file. read: records compared. columns, ignored, lacks: as in `Records`.
        days: of the records that are compared. host: what a host tells; remembered, as logs name few hosts many times.
    """

    def __init__(self, kind: RecordKind, selectors: Selectors, day: date | None = None) -> None:
        """Begin an account; `day` is the one that is asked about."""
        self.kind = kind
        self.selectors = selectors
        self.read = 0
        self.columns: dict[str, str] = {}
        self.ignored: dict[str, None] = {}
        self.lacks: list[str] = []
        self.days = Calendar(day)
        self._found: dict[_Key, _Tally] = {}
        self._asides: dict[str, list[str | int]] = {}
        self._problems: dict[str, list[str | int]] = {}
        self.host = lru_cache(maxsize=_REMEMBERED)(selectors.host)
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._told)
        words = knowledge.ties()
        self._tier = words.tiers[kind]
        self._caveats = words.caveats.get(kind, ())

    def column(self, name: str, role: str) -> None:
        """Note what a column is taken for, or that its name is not known."""
        if role:
            self.columns[name[:LONGEST]] = role
        else:
            self.ignored[name[:LONGEST]] = None

    def told(self, text: str) -> _Told:
        """The hosts in a field that tell something, or are set aside; remembered by the field."""
        return self._remembered(text) if len(text) <= LONGEST else self._told(text)

    def _told(self, text: str) -> _Told:
        found = ((host, self.selectors.host(host)) for host in hosts_in(text))
        return tuple(item for item in found if item[1] is not NOTHING)

    def add(self, tie: Tie, selectors: Iterable[Selector], recorded: str, seen: Seen) -> None:
        """Count a record for each app that it tells."""
        recorded = recorded if len(recorded) <= LONGEST else f"{recorded[:LONGEST]}…"
        for item in selectors:
            tier = seen.tier or self._tier
            shows = item.tie or tie
            key: _Key = (
                item.app,
                item.operator,
                shows,
                item.by,
                item.value,
                tier,
                recorded,
                seen.arranged,
                seen.caveats,
            )
            if key not in self._found and len(self._found) >= MOST:
                key = (*key[:6], "", *key[7:])
            tally = self._found.get(key)
            if tally is None:
                tally = self._found[key] = _Tally(item, seen)
            tally.add(seen, on=self.days.is_asked(seen.days))

    def aside(self, why: str, example: str = "") -> None:
        """Count something that is set aside; nothing without a reason."""
        if not why:
            return
        if why not in self._asides and len(self._asides) >= _ASIDES:
            why, example = "other reasons", ""
        known = self._asides.setdefault(why, [0, example[:LONGEST]])
        known[0] = int(known[0]) + 1

    def unread(self, kind: str, detail: str, where: str, count: int = 1) -> None:
        """Count a record that could not be read."""
        known = self._problems.setdefault(kind, [0, detail, where])
        known[0] = int(known[0]) + count

    def records(self, name: str, size: int, sha256: str, form: str, *, asked: bool) -> Records:
        """The account of the file."""
        problems = tuple(
            Unreadable(kind, str(detail), str(where), int(count))
            for kind, (count, detail, where) in sorted(self._problems.items())
        )
        return Records(
            name=name,
            sha256=sha256,
            size=size,
            kind=self.kind,
            form=form,
            read=self.read,
            unread=sum(item.count for item in problems),
            asked=asked,
            columns=tuple(self.columns.items()),
            ignored=tuple(self.ignored),
            problems=problems,
            asides=tuple(Aside(why, int(many), str(one)) for why, (many, one) in sorted(self._asides.items())),
            lacks=tuple(self.lacks),
            days=self.days.told(),
        )

    def matches(self, name: str) -> list[Match]:
        """What was found, without ids, in an order that does not depend on the file's."""
        return [
            Match(
                id="",
                records=name,
                kind=self.kind,
                app=key[0],
                operator=key[1],
                tie=key[2],
                by=tally.selector.by,
                selector=tally.selector.value,
                recorded=key[6],
                column=tally.first.column,
                tier=Strength(key[5]),
                confidence="L" if tally.first.doubted else tally.selector.confidence,
                source=tally.selector.source,
                where=tally.first.where,
                count=tally.count,
                size=tally.size,
                arranged=key[7],
                first=iso(tally.begun),
                last=iso(tally.ended),
                on=tally.on,
                caveats=tuple(dict.fromkeys((*tally.first.caveats, *tally.selector.caveats, *self._caveats))),
            )
            for key, tally in sorted(self._found.items())
        ]
