"""One container of the artefact, and the reading of its entries: every byte counted, every failure said."""

import deflate

from affidavit.artefact.budget import Budget
from affidavit.artefact.inflate import inflate
from affidavit.artefact.notes import Notes
from affidavit.artefact.zip import DEFLATED, STORED, Entry

__all__ = ["Entry", "Part"]

_SHARED = 2
"""Entries that share bytes may inflate to this many times the container's size together (see `Part._limit`)."""


class Part:
    """One container: the artefact's own file, or a split or library inside it, or a bare dex.

    Attributes:
        prefix: of its entries' paths: empty for the artefact's own file, ``base.apk!/`` for one inside.
        role: ``base`` (the app's main APK or AAR), ``split``, ``library`` (a jar), ``dex``, ``container`` (the file
            that holds the splits) or ``nested`` (an archive in an entry, which only the app's own code could open).
        view: the container's own bytes.
        entries: in the central directory's order.
    """

    def __init__(
        self, prefix: str, role: str, view: memoryview, entries: tuple[Entry, ...], *, budget: Budget, notes: Notes
    ) -> None:
        self.prefix = prefix
        self.role = role
        self.view = view
        self.entries = entries
        self._budget = budget
        self._notes = notes
        self._counted: set[Entry] = set()
        self._unreadable: set[Entry] = set()
        self._shared = max(_SHARED * len(view), budget.steep_bytes)
        self._first: dict[bytes, Entry] = {}
        for entry in entries:
            self._first.setdefault(entry.raw, entry)

    def find(self, name: str) -> Entry | None:
        """The entry that Android would use for `name`: the first of that name, which must match exactly."""
        return self._first.get(name.encode("utf-8", "surrogatepass"))

    def read(self, entry: Entry) -> bytes | None:
        """The entry's inflated bytes; None and a limitation when they cannot be had within the budget.

        May add to the entry's oddities: ``bad-crc``, ``size-differs``, and how an unknown method was read.

        Raises:
            BudgetError: time or memory ran out in the middle of a large entry.
        """
        if entry in self._unreadable:
            return None
        data = self._content(entry)
        if data is None:
            self._unreadable.add(entry)
        self._counted.add(entry)
        return data

    def _content(self, entry: Entry) -> bytes | None:
        """The entry's bytes, whichever way they are stored, checked against what is declared."""
        if entry.data < 0 or entry.data + entry.compressed > len(self.view):
            where = "has no local header" if entry.data < 0 else "would pass the end of the file"
            self._fail(entry, "container/entry-out-of-bounds", f"its data {where}")
            return None
        if entry.method == STORED:
            data = self._stored(entry)
        elif entry.method == DEFLATED:
            data = self._inflated(entry)
        else:
            data = self._unknown(entry)
        if data is not None:
            if len(data) != entry.size:
                entry.mark("size-differs")
            if entry.crc is not None and deflate.crc32(data) != entry.crc:
                entry.mark("bad-crc")
        return data

    def _stored(self, entry: Entry) -> bytes | None:
        """Stored bytes: as many as the *inflated* size says, which is what Android maps, if the file has so many."""
        size = entry.size
        if size != entry.compressed:
            entry.mark("stored-sizes-differ")
            if entry.data + size > len(self.view):
                size = entry.compressed
        if size > self._limit(entry):
            self._over(entry)
            return None
        self._spend(entry, size)
        return bytes(self.view[entry.data : entry.data + size])

    def _inflated(self, entry: Entry, *, quiet: bool = False) -> bytes | None:
        """Inflated bytes; None, said unless `quiet`, when the stream is corrupt; None, said, when it is too large."""
        stream = self.view[entry.data : entry.data + entry.compressed]
        done = inflate(stream, entry.size, self._limit(entry), self._budget.check)
        self._spend(entry, done.work)
        if done.problem == "limit":
            self._over(entry)
        elif done.problem and not quiet:
            cause = "encrypted-entry" if "encrypted-flag" in entry.oddities else "bad-deflate"
            self._fail(entry, f"container/{cause}", "its bytes are no complete deflate stream")
        return done.data

    def _unknown(self, entry: Entry) -> bytes | None:
        """An entry whose method is neither stored nor deflated.

        Android's resource loader takes such bytes as stored since version 9 and as deflated before; its class loader
        refuses them. The declared CRC decides which one the writer meant, and without its help the newer reading.
        """
        plain = self.view[entry.data : entry.data + entry.size]
        if len(plain) == entry.size and deflate.crc32(plain) == entry.crc:
            entry.mark("read-as-stored")
            return self._stored(entry)
        data = self._inflated(entry, quiet=True)
        if data is not None and (len(data) == entry.size or entry.size != entry.compressed):
            entry.mark("read-as-deflated")
            return data
        entry.mark("read-as-stored")
        return self._stored(entry)

    def _spend(self, entry: Entry, size: int) -> None:
        """Count bytes against the total, once for each entry: to read one again costs no more of it."""
        if entry in self._counted:
            return
        self._budget.inflated += size
        if "overlap" in entry.oddities:
            self._shared -= size

    def _limit(self, entry: Entry) -> int:
        """Most bytes that this entry may give.

        An honest container has each byte in one entry at most. Where entries share bytes, a small file can hold a large
        one many times, so they have a bound of their own.
        """
        bounds = [self._left(entry), self._budget.of_entry(self._bytes(entry))]
        if "overlap" in entry.oddities and entry not in self._counted:
            bounds.append(self._shared)
        return max(0, min(bounds))

    def _left(self, entry: Entry) -> int:
        """What is left of the total for an entry."""
        return self._budget.total() - (0 if entry in self._counted else self._budget.inflated)

    def _bytes(self, entry: Entry) -> int:
        """Bytes that an entry has in the container, whatever it says."""
        return max(0, min(entry.compressed, len(self.view) - entry.data))

    def _over(self, entry: Entry) -> None:
        """Say which bound an entry passed."""
        budget = self._budget
        limit, left = self._limit(entry), self._left(entry)
        if "overlap" in entry.oddities and limit == max(0, self._shared) < left:
            what = "entries that share bytes, of which it is one, inflate to too much together"
            self._fail(entry, "container/shared-bytes", what)
        elif limit >= left:
            self._fail(entry, "budget/total-bytes", f"the entries together pass {budget.total()} inflated bytes")
        elif limit == budget.entry_bytes:
            self._fail(entry, "budget/entry-bytes", f"it passes {budget.entry_bytes} inflated bytes")
        else:
            what = f"it inflates to more than {limit} bytes, too many for the {self._bytes(entry)} that are stored"
            self._fail(entry, "budget/ratio", what)

    def _fail(self, entry: Entry, kind: str, what: str) -> None:
        self._notes.add(kind, f"entry not read: {what}; its content is unknown", entry.path)
