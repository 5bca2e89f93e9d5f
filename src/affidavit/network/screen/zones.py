"""Zone files (RFC 1035, section 5) record by record: a damaged one costs itself alone, and no other file is opened."""

import re
from collections.abc import Iterator
from typing import Final

from affidavit.model.network import Strength
from affidavit.network.capture.source import Source
from affidavit.network.screen.account import Account, Seen
from affidavit.network.screen.compare import POINTS
from affidavit.network.screen.names import host_of, hosts_in
from affidavit.network.screen.tables import numbered
from affidavit.wording import plural

_TOKEN: Final = re.compile(r'"(?:\\.|[^"\\])*"|[()]|;.*|(?:\\.|[^\s();"\\])+|"')
_TTL: Final = re.compile(r"(?:\d{1,10}|(?:\d{1,10}[smhdwSMHDW]){1,10})\Z")
_CLASSES: Final = frozenset({"IN", "CH", "HS", "NONE", "ANY"})
_TYPE: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,19}\Z")
_TARGETS: Final = {
    "CNAME": 0,
    "DNAME": 0,
    "ALIAS": 0,
    "ANAME": 0,
    "NS": 0,
    "PTR": 0,
    "MX": 1,
    "SRV": 3,
    "HTTPS": 1,
    "SVCB": 1,
}
"""Type -> which word of its data is a name."""
_LINES: Final = 1_000
"""Lines that one record may go over."""
_TOKENS: Final = 5_000
_NOT_FOLLOWED: Final = "$INCLUDE names another file, which was not opened: give it as well"
_NOT_MADE: Final = "$GENERATE stands for many records, which were not made"
_NO_ORIGIN: Final = (
    "without a dot there: the origin that they lie below is told by no $ORIGIN and not by the file's name"
)
_OPEN: Final = (
    "the name has no dot at its end, so it is one below an origin that nothing tells: read as if it were whole"
)
_TEXT: Final = "text that names the app, such as a proof of who owns a name"


def read_zone(source: Source, account: Account, origin: str = "") -> None:
    """Compare every record of a zone file.

    Args:
        source: the file.
        account: where it is counted.
        origin: of names without an end; the file's own ``$ORIGIN`` comes before it.
    """
    _Zone(account, origin.lower().strip(".")).read(source)


class _Zone:
    """What a zone file has said so far."""

    def __init__(self, account: Account, origin: str) -> None:
        self._account = account
        self._origin = origin
        self._owner = ""
        self._whole = True
        self._open = 0

    def read(self, source: Source) -> None:
        """Take every record in order."""
        for where, begins, tokens in _records(source, self._account):
            self._record(where, begins, tokens)
        if self._open:
            self._account.lacks.append(f"the end of {plural(self._open, 'name')} {_NO_ORIGIN}")

    def _record(self, where: str, begins: bool, tokens: list[str]) -> None:
        """One record or directive; `begins`: its first word is a name and not left out."""
        if tokens[0].startswith("$"):
            self._directive(where, tokens)
            return
        if begins:
            self._whole = self._is_whole(tokens[0])
            self._owner = self._absolute(tokens.pop(0))
            self._open += not self._whole
        while tokens and (_TTL.match(tokens[0]) or tokens[0].upper() in _CLASSES):
            tokens.pop(0)
        if not tokens or not _TYPE.match(tokens[0]):
            self._account.unread("damaged", "a line of a zone is no record", where)
            return
        self._account.read += 1
        self._compare(where, tokens[0].upper(), tokens[1:])

    def _directive(self, where: str, tokens: list[str]) -> None:
        name = tokens[0].upper()
        if name == "$ORIGIN" and len(tokens) > 1:
            self._origin = self._absolute(tokens[1])
        elif name == "$INCLUDE":
            self._account.unread("unsupported", _NOT_FOLLOWED, where)
        elif name == "$GENERATE":
            self._account.unread("unsupported", _NOT_MADE, where)

    def _compare(self, where: str, kind: str, data: list[str]) -> None:
        """Whose name the record is of, and to whose it points."""
        account = self._account
        host = host_of(self._owner)
        found = account.host(host) if host else None
        if found is not None and found.selectors:
            seen = Seen(kind, where) if self._whole else Seen(kind, where, caveats=(_OPEN,), doubted=True)
            account.add("serves", found.selectors, host, seen)
            return
        if found is not None:
            account.aside(found.why, host)
        at = _TARGETS.get(kind, -1)
        if 0 <= at < len(data):
            target = host_of(self._absolute(data[at]))
            if target:
                pointed, whole = account.host(target), self._is_whole(data[at])
                self._open += not whole
                said = (POINTS,) if whole else (POINTS, _OPEN)
                seen = Seen(kind, where, Strength.S0, caveats=said, doubted=not whole)
                account.add("names", pointed.selectors, target, seen)
                account.aside(pointed.why, target)
        elif kind in {"TXT", "SPF"}:
            for target in hosts_in(" ".join(data).replace('"', " ").replace("=", " ").replace(":", " ")):
                if account.host(target).selectors:
                    account.aside(_TEXT, target)

    def _absolute(self, name: str) -> str:
        """A name with the origin, where it has no end of its own; without the last dot."""
        if name == "@":
            return self._origin
        if name.endswith(".") and not name.endswith("\\."):
            return name[:-1].lower()
        return f"{name}.{self._origin}".lower() if self._origin else name.lower()

    def _is_whole(self, name: str) -> bool:
        """Whether it is known what a name ends in."""
        return bool(self._origin) or (name.endswith(".") and not name.endswith("\\."))


def _records(source: Source, account: Account) -> Iterator[tuple[str, bool, list[str]]]:
    """(place, whether it begins with a name, words) of each record; brackets join lines, semicolons begin remarks."""
    words: list[str] = []
    depth = first = 0
    begins = True
    for number, line in numbered(source):
        text = line.decode("utf-8", "replace")
        if not depth:
            first, begins = number, text[:1] not in {" ", "\t"}
        depth = _words(text, words, depth)
        if depth and number - first >= _LINES:
            account.unread("damaged", f"a bracket is still open after {_LINES:,} lines", f"line {first}")
            words, depth = [], 0
        elif not depth and words:
            yield f"line {first}", begins, words
            words = []
    if words:
        account.unread("truncated", "the file ends inside a record", f"line {first}")


def _words(text: str, words: list[str], depth: int) -> int:
    """Add the words of a line, without its remark; give how many brackets are open behind it."""
    for word in _TOKEN.findall(text):
        if word[0] == ";":
            break
        if word == "(":
            depth += 1
        elif word == ")":
            depth = max(depth - 1, 0)
        elif len(words) < _TOKENS:
            words.append(word)
    return depth
