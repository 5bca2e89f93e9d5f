"""Which names a client had been told for an address when it connected to it.

An answer of DNS tells names for a time. A connection that begins later may still rest on it (programs keep answers
longer than they should), but then another name may have been asked for out of sight: such an answer is stale.
"""

from collections import OrderedDict
from dataclasses import dataclass
from sys import intern
from typing import NamedTuple

from affidavit.network.capture.events import Answer
from affidavit.network.names import hosts

MOST = 1 << 14
"""Pairs of client and address that are remembered; the one that was told longest ago is forgotten first."""
NAMES = 8
"""Names of one pair that are remembered."""
_SECOND = 1_000_000
SLACK = 2 * _SECOND
"""Microseconds that a connection may begin after its answer has run out: seconds are whole, and looking takes time."""


class Told(NamedTuple):
    """An answer about an address: the name asked for, the names after it, when it was given and until when it holds."""

    name: str
    chain: tuple[str, ...]
    at: int
    until: int


@dataclass(frozen=True, slots=True)
class Found:
    """Names for an address, the latest first; more than one when several held at once. `chain`: of the first."""

    names: tuple[str, ...]
    chain: tuple[str, ...]
    stale: bool


class Answers:
    """What clients were told, bounded."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._told: OrderedDict[tuple[str, str], list[Told]] = OrderedDict()

    def add(self, answer: Answer) -> None:
        """Remember an answer, with the shortest time of any link that leads to the address."""
        chain = tuple(_kept(name) for name, _ in answer.chain)
        links = [seconds for _, seconds in answer.chain]
        for address, seconds in answer.addresses:
            until = answer.at + min(seconds, *links) * _SECOND if links else answer.at + seconds * _SECOND
            self._keep((answer.client, address), Told(_kept(answer.name), chain, answer.at, until))

    def find(self, client: str, address: str, at: int) -> Found | None:
        """Names that the client had for an address at a time (-1: unknown, then no answer is called stale).

        Answers that came later count only when the time is unknown. None when there was none.
        """
        rows = self._told.get((client, address))
        told = [item for item in rows if at < 0 or item.at <= at] if rows else None
        if not told:
            return None
        held = [item for item in told if at < 0 or item.at < 0 or at <= item.until + SLACK]
        latest = (held or told)[::-1]
        if not held:
            latest = latest[:1]
        return Found(tuple(dict.fromkeys(item.name for item in latest)), latest[0].chain, stale=not held)

    def __len__(self) -> int:
        return len(self._told)

    def _keep(self, key: tuple[str, str], told: Told) -> None:
        rows = self._told.get(key)
        if rows is None:
            self._told[key] = [told]
            if len(self._told) > self._most:
                self._told.popitem(last=False)
            return
        rows[:] = [item for item in rows if item.name != told.name][1 - NAMES :]
        rows.append(told)
        self._told.move_to_end(key)


def _kept(name: str) -> str:
    """A name as names are compared; the same object each time, as thousands of answers have the same names."""
    return intern(hosts.normal(name))
