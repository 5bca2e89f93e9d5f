"""Logs of requests in the Common and Combined forms, with the virtual host in front or in the request."""

import re
from typing import Final

from affidavit.model.network import Strength
from affidavit.network.capture.source import Source
from affidavit.network.screen.account import Account, Seen
from affidavit.network.screen.compare import ASKER, VISITOR
from affidavit.network.screen.names import host_of
from affidavit.network.screen.tables import numbered
from affidavit.wording import plural

LINE: Final = re.compile(
    rb'(?:(\S+) )?\S+ \S+ \S+ \[[^\]]*\] "((?:\\.|[^"\\])*)" (\d{3}|-) (\d{1,18}|-)(?: "((?:\\.|[^"\\])*)")?'
)
"""Virtual host, client, identity and user (not kept), time, request, status, bytes, referring page."""
_URL: Final = re.compile(rb"[A-Z]+ https?://([^/\s?#]+)")
_REMEMBERED: Final = 100_000
_LONGEST: Final = 512
"""Bytes of a virtual host or of a page's address that are looked at."""
_NO_HOST: Final = "without a virtual host, so that nothing in it could be compared"


def read_access(source: Source, account: Account) -> None:
    """Compare every line of a log."""
    hosts: dict[bytes, str] = {}
    without = 0
    for number, line in numbered(source):
        if not line:
            continue
        found = LINE.match(line)
        if found is None:
            account.unread("damaged", "a line is none of the Common or Combined form", f"line {number}")
            continue
        account.read += 1
        raw, request, status, size, referer = found.groups()
        if raw is None:
            asked = _URL.match(request)
            raw = asked[1] if asked else b""
        raw = raw[:_LONGEST]
        host = hosts.get(raw)
        if host is None:
            if len(hosts) >= _REMEMBERED:
                hosts.clear()
            host = hosts[raw] = host_of(raw.decode("utf-8", "replace"))
        without += not raw
        told = account.host(host) if host else None
        if told is not None and (told.selectors or told.why):
            account.add("serves", told.selectors, host, _seen(number, status, size))
            account.aside(told.why, host)
        elif referer is not None and len(referer) > 4:
            _visitor(account, referer)
    if without:
        account.lacks.append(f"{plural(without, 'line')} {_NO_HOST}")


def _seen(number: int, status: bytes, size: bytes) -> Seen:
    """A request, stronger when content went back."""
    sent = int(size) if size != b"-" else 0
    seen = Seen("virtual host", f"line {number}", size=sent)
    if status[:1] in {b"2", b"3"} and sent:
        return seen
    return seen._replace(tier=Strength.S2, size=0, caveats=(ASKER,))


def _visitor(account: Account, referer: bytes) -> None:
    """A page that a visitor came from tells of no service."""
    host = host_of(referer[:_LONGEST].decode("utf-8", "replace"))
    if host and account.host(host).selectors:
        account.aside(VISITOR, host)
