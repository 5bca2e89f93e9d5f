"""Containers inside entries, opened while entries are read: what only the app's own code could load."""

from typing import Final

from affidavit.artefact.budget import Budget
from affidavit.artefact.disguise import holds_dex, open_disguised
from affidavit.artefact.nested import NESTED, UNREAD, is_nested, open_nested
from affidavit.artefact.notes import Notes
from affidavit.artefact.opening import Opened
from affidavit.artefact.part import Entry, Part
from affidavit.artefact.spool import Spool

TOOL: Final = "tool"
"""Role of an archive that build tools read and no app contains."""
INSIDE: Final = frozenset({NESTED, TOOL})
"""Roles of containers that were opened here."""
ARCHIVES: Final = frozenset({"7z", "ar", "bzip2", "gzip", "lz4", "rar", "tar", "xz", "zip", "zstd"})
"""Media words of what holds other files; those that are not opened may hide any."""
_BUILD_TOOLS: Final = frozenset({"annotations.zip", "api.jar", "lint.jar"})
"""Archives of an AAR for compilers and lint (Android documentation, "Create an Android library", anatomy of an AAR)."""
_GZIP: Final = b"\x1f\x8b"


class Nesting:
    """Opens containers inside entries, and adds them to the parts of the artefact.

    Args:
        opened: the artefact.
        budget: bounds depth, entries and bytes.
        spool: keeps the containers' bytes.

    Attributes:
        notes: takes what was not opened, and what else is said of entries.
    """

    def __init__(self, opened: Opened, budget: Budget, spool: Spool) -> None:
        self._opened, self._budget, self._spool = opened, budget, spool
        self.notes = Notes(opened.limitations)
        self._parts = {part.prefix for part in opened.parts}
        self._claimed: set[str] = set()
        self._depth: dict[str, int] = {}
        for part in opened.parts:
            self._depth[part.prefix] = int(bool(part.prefix))
            self._claim(part)

    def open(self, part: Part, entry: Entry, data: bytes, media: str) -> Part | None:
        """Open the container that an entry is.

        Args:
            part: holds the entry.
            entry: an entry that was read.
            data: its bytes.
            media: what they are.

        Returns:
            None when it is none, when it is a part already, or, with a limitation, when it was not opened.
        """
        path = entry.path
        nested = is_nested(data, media)
        if f"{path}!/" in self._parts or not (nested or media in ARCHIVES or holds_dex(data, media)):
            return None
        depth = self._depth[part.prefix] + 1
        if media in ARCHIVES and not nested:
            self.notes.add(UNREAD, f"{media} archives are not read; code or text in it is unknown", path)
        elif depth > self._budget.depth:
            what = f"more than {self._budget.depth} containers lie around what it holds, which is unknown"
            self.notes.add("budget/depth", f"not opened: {what}", path)
        elif path in self._claimed:
            what = "another entry is named as if it lay in it; code or text in it is unknown"
            self.notes.add(UNREAD, f"not opened: {what}", path)
        else:
            return self._take(entry, data, media, depth)
        return None

    def _take(self, entry: Entry, data: bytes, media: str, depth: int) -> Part | None:
        """Open it and add it to the artefact's parts."""
        inner = None
        if is_nested(data, media):
            inner = open_nested(self._spool.keep(data), entry.path, media, self._budget, self.notes)
        if inner is None and media not in ARCHIVES:
            inner = open_disguised(data, entry.path, media, self._budget, self.notes)
        if inner is None:
            if data[:4] != b"PK\x05\x06":  # which is how an empty zip begins
                what = "nothing leads to an entry; code or text in it is unknown"
                self.notes.add(UNREAD, f"it begins as an archive and {what}", entry.path)
            return None
        if self._opened.artefact.kind == "aar" and entry.path in _BUILD_TOOLS:
            inner.role = TOOL
        self._opened.parts += (inner,)
        self._parts.add(inner.prefix)
        self._depth[inner.prefix] = depth
        self._claim(inner)
        return inner

    def _claim(self, part: Part) -> None:
        """Remember containers that names of entries pretend to: two entries must never have one path."""
        for entry in part.entries:
            cut = entry.name.find("!/")
            while cut >= 0:
                self._claimed.add(part.prefix + entry.name[:cut])
                cut = entry.name.find("!/", cut + 1)

    def unread(self, part: Part, entry: Entry) -> None:
        """Say of an entry of a nested container that its bytes are not what it holds: the app has to decode them.

        Of an entry that Android itself reads, bytes that differ from their checksum are what Android reads.
        """
        if part.role not in INSIDE or "bad-crc" not in entry.oddities:
            return
        if bytes(part.view[:2]) == _GZIP:
            what = "it is not all that the gzip speaks of; what follows its first stream is unknown"
            self.notes.add(UNREAD, what, entry.path)
        elif "encrypted-flag" in entry.oddities:
            self.notes.add("container/encrypted-entry", "it is encrypted; its content is unknown", entry.path)
        elif "unknown-method" in entry.oddities:
            what = f"it is packed by method {entry.method}, which is not read; its content is unknown"
            self.notes.add("container/unknown-method", what, entry.path)
