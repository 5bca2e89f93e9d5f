"""What a file of records is, told by its content; and all of it compared."""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice, pairwise
from typing import Any, Final, NamedTuple, get_args

import msgspec

from affidavit.model.errors import UnreadableError
from affidavit.model.screening import Match, RecordKind, Records
from affidavit.network.capture.source import Source
from affidavit.network.screen import knowledge
from affidavit.network.screen.access import LINE, read_access
from affidavit.network.screen.account import Account
from affidavit.network.screen.certificates import pem_rows
from affidavit.network.screen.columns import kind_of, lacking, role_of
from affidavit.network.screen.compare import Comparer
from affidavit.network.screen.exchange import is_exchange, member_rows
from affidavit.network.screen.names import host_of
from affidavit.network.screen.selectors import Selectors
from affidavit.network.screen.tables import (
    Row,
    csv_rows,
    document,
    flat,
    json_lines,
    json_rows,
    listed,
    w3c_rows,
)
from affidavit.network.screen.traffic import read_traffic, traffic_of
from affidavit.network.screen.zones import read_zone
from affidavit.network.snapshot.view import View
from affidavit.wording import unknown

HEAD: Final = 64 << 10
"""Bytes from the start by which a file is told."""
_SOME: Final = 50
"""Lines or objects of the start that are looked at."""
_DELIMITERS: Final = ",;\t|"
_ENDS: Final = (".zone", ".db", ".txt", ".dns", ".hosts", ".bind", ".gz", ".zst", ".bz2")
_ADVICE: Final = (
    "give a zone file, a table with headings (CSV), JSON, a log in the Common, Combined or W3C form, certificates in "
    "PEM or an IX-F export; or say with --kind what it is"
)
_TYPES: Final = (b"SOA", b"NS", b"A", b"AAAA", b"CNAME", b"MX", b"TXT")


class Form(NamedTuple):
    """What a file was told to be: the kind, how it is written, and what reads all of it."""

    kind: RecordKind
    form: str
    read: Callable[[Account], None]


def compared(
    source: Source,
    selectors: Selectors,
    *,
    sha256: str = "",
    kind: str = "",
    view: View | None = None,
    day: date | None = None,
) -> tuple[Records, list[Match]]:
    """Read a file of records to its end, and compare all that is in it.

    Args:
        source: the file.
        selectors: what it is compared with.
        sha256: of its bytes, for the account.
        kind: what it is, when a person says so; else its content tells.
        view: tables of networks for the day asked about, by which addresses in logs tell whose they are.
        day: the one asked about, beside which days of records are counted.

    Raises:
        UnreadableError: nothing tells what it is.
        UsageError: `kind` is none.
    """
    if kind and kind not in get_args(RecordKind):
        raise unknown("kind of records", kind, get_args(RecordKind))
    form = opened(source, kind, view)
    account = Account(form.kind, selectors, day)
    form.read(account)
    for item in source.unread():
        account.unread(item.kind.rpartition("/")[2], item.detail, item.where.name, item.records)
    return account.records(source.name, source.size, sha256, form.form, asked=bool(kind)), account.matches(source.name)


def opened(source: Source, kind: str = "", view: View | None = None) -> Form:
    """What a file is.

    Raises:
        UnreadableError: nothing tells it.
        UsageError: `kind` goes with no form that the file has.
    """
    head = source.head(HEAD)
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise UnreadableError(f"{source.name}: is written in UTF-16", advice="save it as UTF-8")
    lines = [line for line in plain.splitlines()[:_SOME] if line.strip()]
    if not lines:
        raise UnreadableError(f"{source.name}: holds nothing", advice=_ADVICE)
    found = _traffic(source, head, view)
    if found is not None and kind in {"", found.kind}:
        return found
    for tell in (_pem, _w3c, _json, _access, _zone, _table):
        found = tell(source, lines, kind)
        if found is not None:
            if kind and found.kind != kind:
                continue
            return found
    what = f"nothing in it is of the kind {kind}" if kind else "nothing tells what records it holds"
    raise UnreadableError(f"{source.name}: {what}", advice=_ADVICE)


def _rows(kind: RecordKind, form: str, make: Callable[[Account], Iterator[Row]]) -> Form:
    """A file that is read row by row."""

    def read(account: Account) -> None:
        comparer = Comparer(account)
        for row in make(account):
            comparer.row(row)
        comparer.close()

    return Form(kind, form, read)


def _traffic(source: Source, head: bytes, view: View | None) -> Form | None:
    found = traffic_of(head)
    if found is None:
        return None
    kind, form, read = found
    return Form(kind, form, lambda account: read_traffic(source, account, read, view))


def _pem(source: Source, lines: list[bytes], _: str) -> Form | None:
    if not any(line.startswith(b"-----BEGIN ") for line in lines) or b" CERTIFICATE" not in source.head(HEAD):
        return None
    return _rows("certificates", "pem", lambda account: pem_rows(source, account))


def _w3c(source: Source, lines: list[bytes], kind: str) -> Form | None:
    fields = next((line for line in lines if line[:8].lower() == b"#fields:"), None)
    if fields is None:
        return None
    found = _kind(fields[8:].decode("utf-8", "replace").split(), kind)
    return None if found is None else _rows(found, "w3c", lambda account: w3c_rows(source, account))


def _json(source: Source, lines: list[bytes], kind: str) -> Form | None:
    """JSON, one object to a line or a document."""
    if lines[0][:1] not in {b"{", b"["}:
        return None
    objects = [item for item in map(_decoded, lines) if isinstance(item, dict)]
    if len(objects) > 1 or (len(objects) == len(lines) and not _holds_list(objects[0])):
        names = {name for item in objects for name, _ in flat(item)}
        found = _kind(names, kind)
        if found is not None:
            return _rows(found, "json lines", lambda account: json_lines(source, account))
        if len(objects) > 1 and _decoded(lines[0]) is not None:
            return None
    whole = document(source)
    if is_exchange(whole):
        return _rows("peers", "ix-f", lambda account: member_rows(whole, account))
    some = islice((item for _, item in listed(whole) if isinstance(item, dict)), _SOME)
    names = {name for item in some for name, _ in flat(item)}
    found = _kind(names, kind)
    return None if found is None else _rows(found, "json", lambda account: json_rows(whole, account))


def _holds_list(item: dict[str, Any]) -> bool:
    """Whether an object holds its records in a list, so that it is no record itself."""
    return any(isinstance(value, list) and any(isinstance(one, dict) for one in value) for value in item.values())


def _decoded(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _access(source: Source, lines: list[bytes], _: str) -> Form | None:
    if not any(map(LINE.match, lines)):
        return None
    return Form("access-log", "combined", lambda account: read_access(source, account))


def _zone(source: Source, lines: list[bytes], kind: str) -> Form | None:
    """A zone begins with a directive, or has records with a class or a type in the words where they stand."""
    records = 0
    for line in lines:
        words = line.partition(b";")[0].split()
        records += words[:1] in ([b"$ORIGIN"], [b"$TTL"]) or any(
            word.upper() == b"IN" and after.upper() in _TYPES for word, after in pairwise(words[:5])
        )
        records += len(words) > 2 and words[1].isdigit() and words[2].upper() in _TYPES
    if not records and kind != "zone":
        return None
    return Form("zone", "zone", lambda account: read_zone(source, account, _origin(source.name)))


def _origin(name: str) -> str:
    """The origin that the name of a zone file tells: ``db.example.com``, ``example.com.zone``."""
    plain = name.lower().rpartition("/")[2]
    for end in _ENDS:
        plain = plain.removesuffix(end)
    return host_of(plain.removeprefix("db."))


def _table(source: Source, lines: list[bytes], kind: str) -> Form | None:
    """A table: its first line are headings, at least one of which is known."""
    first = lines[0].decode("utf-8", "replace")
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        names = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error:
        return None
    found = _kind(names, kind)
    return None if found is None else _rows(found, "csv", lambda account: csv_rows(source, account, delimiter))


def _kind(names: Iterable[str], kind: str) -> RecordKind | None:
    """What has such columns; what a person says comes first, if any of them tells something of that kind."""
    said = next((item for item in knowledge.columns().kinds if item.kind == kind), None)
    if said is None:
        return kind_of(names)
    return None if lacking(said, map(role_of, names)) else said.kind
