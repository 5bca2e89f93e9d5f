"""Names that were asked for in DNS: the answers of each way by which a name led to addresses, kept apart.

A name may lead to one provider now and to another one a minute later. The chain of a connection is the one that ended
in its address, and no other.
"""

from collections.abc import Iterator

from affidavit.network.capture.events import Answer
from affidavit.network.capture.tables import MANY, LookupRow, Span, Table, clean, earlier, host_of, taken

Chain = tuple[str, ...]
Key = tuple[str, str, Chain]
"""Name, app, chain."""


class Lookups:
    """Look-ups while a capture is read; grouped once, when it ends.

    Args:
        most: look-ups that are kept.
    """

    def __init__(self, most: int) -> None:
        self._table: Table[Key, LookupRow] = Table(most, LookupRow)
        self._by_name: dict[tuple[str, str], dict[Chain, LookupRow]] = {}

    @property
    def passed_over(self) -> int:
        """How often a look-up could not be kept."""
        return self._table.passed_over

    def take(self, answer: Answer) -> Span | None:
        """Count an answer; the span in which its like was seen, or None when it is not kept."""
        host = host_of(answer.name)
        chain = dict[str, None]()
        taken(chain, (host_of(name) for name, _ in answer.chain), MANY)
        row = self._table.at((host, clean(answer.app), tuple(chain)), answer.where) if host else None
        if row is None:
            return None
        row.where, row.asked = earlier(row.where, answer.where), row.asked + 1
        taken(row.addresses, (address for address, _ in answer.addresses), MANY)
        row.lives(seconds for _, seconds in (*answer.chain, *answer.addresses))
        return row.span

    def group(self) -> None:
        """Put the look-ups of a name together; a question without an answer counts with the first that has one."""
        for (host, app, chain), row in self._table.items():
            self._by_name.setdefault((host, app), {})[chain] = row
        for rows in self._by_name.values():
            bare = rows.get(())
            if bare is not None and not bare.addresses and len(rows) > 1:
                del rows[()]
                first = next(iter(rows.values()))
                first.where, first.asked = earlier(first.where, bare.where), first.asked + bare.asked
                first.span.see(bare.span.first)
                first.span.see(bare.span.last)

    def rows(self) -> Iterator[tuple[Key, LookupRow]]:
        """Every look-up after `group`, with its key."""
        for (host, app), rows in self._by_name.items():
            yield from (((host, app, chain), row) for chain, row in rows.items())

    def chain(self, host: str, app: str, address: str) -> Chain:
        """The names between a host and an address, as the app was told, or somebody whom the capture does not name.

        Without an address the only way that there is; nothing where there are several.
        """
        ways = self._by_name.get((host, app)) or self._by_name.get((host, "")) or {}
        if not address:
            return next(iter(ways)) if len(ways) == 1 else ()
        return next((chain for chain, row in ways.items() if address in row.addresses), ())
