"""One container of the artefact, and the reading of its entries: every byte counted, every failure said."""

import deflate

from affidavit.artefact.budget import Budget
from affidavit.artefact.inflate import inflate
from affidavit.artefact.notes import Notes
from affidavit.artefact.zip import DEFLATED, STORED, Entry

__all__ = ["Entry", "Part"]


class Part:
    """One container: the artefact's own file, or a split or library inside it, or a bare dex.

    Attributes:
        prefix: of its entries' paths: empty for the artefact's own file, ``base.apk!/`` for one inside.
        role: ``base`` (the app's main APK or AAR), ``split``, ``library`` (a jar), ``dex`` or ``container`` (the file
            that holds the splits).
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
        self._budget.inflated += size
        return bytes(self.view[entry.data : entry.data + size])

    def _inflated(self, entry: Entry, *, quiet: bool = False) -> bytes | None:
        """Inflated bytes; None, said unless `quiet`, when the stream is corrupt; None, said, when it is too large."""
        stream = self.view[entry.data : entry.data + entry.compressed]
        done = inflate(stream, entry.size, self._limit(entry), self._budget.check)
        self._budget.inflated += done.work
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

    def _limit(self, entry: Entry) -> int:
        """Most bytes that this entry may still give."""
        budget = self._budget
        return max(
            0, min(budget.entry_bytes, budget.total_bytes - budget.inflated, (entry.compressed + 1) * budget.ratio)
        )

    def _over(self, entry: Entry) -> None:
        """Say which bound an entry passed."""
        budget = self._budget
        left = budget.total_bytes - budget.inflated
        if self._limit(entry) == left or left <= 0:
            self._fail(entry, "budget/total-bytes", f"the entries together pass {budget.total_bytes} inflated bytes")
        elif self._limit(entry) == budget.entry_bytes:
            self._fail(entry, "budget/entry-bytes", f"it passes {budget.entry_bytes} inflated bytes")
        else:
            self._fail(entry, "budget/ratio", f"it inflates to more than {budget.ratio} times its stored bytes")

    def _fail(self, entry: Entry, kind: str, what: str) -> None:
        self._notes.add(kind, f"entry not read: {what}; its content is unknown", entry.path)
