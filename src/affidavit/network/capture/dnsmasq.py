"""What dnsmasq and Pi-hole log of each question: who asked, and in the lines after it the answer, link by link.

Source: dnsmasq(8), ``--log-queries``. The lines of syslog have no year, so there are no times.
"""

import re
from collections.abc import Iterator
from typing import Final

from affidavit.network.capture.events import Answer, Event, Where
from affidavit.network.capture.fields import LONGEST_HOST, MOST_ANSWERS, address_of
from affidavit.network.capture.source import Source

_LINE: Final = re.compile(
    rb".{0,200}?dnsmasq(?:\[\d+\])?: (?:\d+ \S+ )?(?:query\[([A-Za-z0-9=]+)\] (\S{1,1024}) from (\S+)"
    rb"|(?:reply|cached|validation|/etc/hosts|/\S+) (\S{1,1024}) is (\S+))"
)
OPEN: Final = 4_096
"""Questions that wait for an answer; the oldest is given up without one."""
_NO_WHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - what filters answer with, and no address to bind


def form(head: bytes) -> str:
    """``dnsmasq`` when one of the first lines is a question as dnsmasq logs it."""
    return "dnsmasq" if any(_LINE.match(line) for line in head.split(b"\n")[:50]) else ""


def read(source: Source) -> Iterator[Event]:
    """The questions with their answers; lines about other things are passed over."""
    waiting: dict[str, Answer] = {}
    now: Answer | None = None
    linked = False
    for at, line in source.lines():
        match = _LINE.match(line)
        if match is None:
            continue
        kind, asked, client, name, value = ((group or b"").decode("ascii", "replace") for group in match.groups())
        if kind:
            if (before := waiting.pop(asked, None)) is not None:
                yield before
            elif len(waiting) >= OPEN:
                yield waiting.pop(next(iter(waiting)))
            waiting[asked] = Answer(Where(at, "line"), -1, address_of(client), asked[:LONGEST_HOST])
            continue
        if name in waiting:
            now = waiting[name]
        elif now is not None and not linked and name != _last(now):
            now = None
        linked = value == "<CNAME>"
        if now is not None:
            _answered(now, name, value)
    yield from waiting.values()


def _last(answer: Answer) -> str:
    return answer.chain[-1][0] if answer.chain else answer.name


def _answered(answer: Answer, name: str, value: str) -> None:
    """Add a line of an answer: a link of its chain of names, or an address."""
    if name != _last(answer) and len(answer.chain) < MOST_ANSWERS:
        answer.chain = (*answer.chain, (name[:LONGEST_HOST], -1))
    address = address_of(value)
    if address and address not in _NO_WHERE and len(answer.addresses) < MOST_ANSWERS:
        answer.addresses = (*dict.fromkeys((*answer.addresses, (address, -1))),)
