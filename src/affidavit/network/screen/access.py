"""Logs of requests in the Common and Combined forms, with the virtual host in front or in the request."""

import re
from functools import lru_cache
from typing import Final

from affidavit.model.network import Strength
from affidavit.network.capture.source import Source
from affidavit.network.screen.account import Account, Seen
from affidavit.network.screen.compare import ASKER, VISITOR
from affidavit.network.screen.days import UNDATED, Span, day_in
from affidavit.network.screen.names import host_of
from affidavit.network.screen.tables import numbered
from affidavit.wording import plural

LINE: Final = re.compile(
    rb'(?:(\S+) )?\S+ \S+ \S+ \[([^\]]*)\] "((?:\\.|[^"\\])*)" (\d{3}|-) (\d{1,18}|-)'
    rb'(?: "((?:\\.|[^"\\])*)")?'
)
"""Virtual host, client, identity and user (not kept), time, request, status, bytes, referring page."""
_URL: Final = re.compile(rb"[A-Z]+ https?://([^/\s?#]+)")
_REMEMBERED: Final = 100_000
_DAY: Final = 11
"""Bytes of a day in a time."""
_LONGEST: Final = 512
"""Bytes of a virtual host or of a page's address that are looked at."""
_NO_HOST: Final = "without a virtual host, so that nothing in it could be compared"


def read_access(source: Source, account: Account) -> None:
    """Compare every line of a log."""
    host_in = lru_cache(maxsize=_REMEMBERED)(_host)
    last, days, run, without = b"", UNDATED, 0, 0
    for number, line in numbered(source):
        if not line:
            continue
        found = LINE.match(line)
        if found is None:
            account.unread("damaged", "a line is none of the Common or Combined form", f"line {number}")
            continue
        account.read += 1
        raw, time, request, status, size, referer = found.groups()
        day = time[:_DAY]
        if day != last:  # lines of one day stand together
            account.days.see(days, run)
            last, days, run = day, day_in(day.decode("ascii", "replace")), 0
        run += 1
        if raw is None:
            asked = _URL.match(request)
            raw = asked[1] if asked else b""
        raw = raw[:_LONGEST]
        host = host_in(raw)
        without += not raw
        told = account.host(host) if host else None
        if told is not None and (told.selectors or told.why):
            account.add("serves", told.selectors, host, _seen(number, days, status, size))
            account.aside(told.why, host)
        elif referer is not None and len(referer) > 4:
            _visitor(account, referer)
    account.days.see(days, run)
    if without:
        account.lacks.append(f"{plural(without, 'line')} {_NO_HOST}")


def _host(raw: bytes) -> str:
    return host_of(raw.decode("utf-8", "replace"))


def _seen(number: int, days: Span, status: bytes, size: bytes) -> Seen:
    """A request, stronger when content went back."""
    sent = int(size) if size != b"-" else 0
    seen = Seen("virtual host", f"line {number}", size=sent, days=days)
    if status[:1] in {b"2", b"3"} and sent:
        return seen
    return seen._replace(tier=Strength.S2, size=0, caveats=(ASKER,))


def _visitor(account: Account, referer: bytes) -> None:
    """A page that a visitor came from tells of no service."""
    host = host_of(referer[:_LONGEST].decode("utf-8", "replace"))
    if host and account.host(host).selectors:
        account.aside(VISITOR, host)
