"""Rows of tables: CSV in its dialects, JSON one object to a line or in one list, W3C extended logs. Nothing is kept."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from affidavit.model.errors import UnreadableError
from affidavit.network.capture.source import Source
from affidavit.network.screen.account import Account
from affidavit.network.screen.names import LONGEST

WHOLE: Final = 256 << 20
"""Bytes of the largest JSON document that is read at once; larger ones have to come one object to a line."""
_DEPTH: Final = 5
_FIELDS: Final = 200
"""Fields of one record that are looked at."""
_VALUES: Final = 1_000
"""Values of one list in a record."""
_BOM: Final = b"\xef\xbb\xbf"
_MORE: Final = "a row has more fields than headings were read: the last ones were not compared"


class Row(NamedTuple):
    """One record: where it stands, and (column, value) in order."""

    where: str
    fields: list[tuple[str, str]]


def numbered(source: Source) -> Iterator[tuple[int, bytes]]:
    """(number, line) of every line, the empty ones too, without their ends and a mark of UTF-8 at the start."""
    number = 0
    for _, lines in source.blocks():
        if not number:
            lines[0] = lines[0].removeprefix(_BOM)
        for line in lines:
            number += 1
            yield number, line[:-1] if line[-1:] == b"\r" else line


def csv_rows(source: Source, account: Account, delimiter: str) -> Iterator[Row]:
    """Rows of a table with a line of headings. A quoted field may go over lines."""
    at = [0]

    def lines() -> Iterator[str]:
        for number, line in numbered(source):
            at[0] = number
            if line:
                yield line.decode("utf-8", "replace").replace("\0", "") + "\n"

    reader = csv.reader(lines(), delimiter=delimiter)
    names: list[str] = []
    while True:
        before = at[0]
        try:
            values = next(reader, None)
        except csv.Error as error:
            account.unread("damaged", f"no row of a table: {error}", f"line {before + 1}")
            continue
        if values is None:
            return
        if not names:
            names = [value.strip() for value in values][:_FIELDS]
            continue
        if len(values) < 2 <= len(names):
            account.unread("damaged", "a row has one field where the headings have more", f"line {at[0]}")
            continue
        yield _row(f"line {at[0]}", names, values, account)


def _row(where: str, names: list[str], values: list[str], account: Account) -> Row:
    """The fields that have a heading; that others have something in them is said."""
    if len(values) > len(names) and any(map(str.strip, values[len(names) :])):
        account.aside(_MORE, where)
    return Row(where, list(zip(names, values, strict=False)))


def json_lines(source: Source, account: Account) -> Iterator[Row]:
    """One object on each line."""
    decoder = msgspec.json.Decoder()
    for number, line in numbered(source):
        if not line.strip():
            continue
        try:
            found = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            account.unread("damaged", "a line is no JSON", f"line {number}")
            continue
        if not isinstance(found, dict):
            account.unread("unsupported", "a line holds no object", f"line {number}")
            continue
        yield Row(f"line {number}", flat(found))


def document(source: Source) -> Any:
    """A whole JSON document.

    Raises:
        UnreadableError: it is none, or too large to be read at once.
    """
    held = io.BytesIO()
    for piece in source.pieces():
        if held.tell() + len(piece) > WHOLE:
            raise UnreadableError(
                f"{source.name}: a JSON document of more than {WHOLE >> 20} MiB", advice="give one object to a line"
            )
        held.write(piece)
    try:
        return msgspec.json.decode(held.getvalue().removeprefix(_BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(
            f"{source.name}: begins like JSON and is none: {str(error)[:LONGEST]}", advice="mend it, or export it again"
        ) from None


def json_rows(found: Any, account: Account) -> Iterator[Row]:
    """The objects of the lists in a document, or the document itself."""
    for name, item in listed(found):
        if isinstance(item, dict):
            yield Row(name, flat(item))
        else:
            account.unread("unsupported", "an entry of a list is no object", name)


def listed(found: Any) -> Iterator[tuple[str, Any]]:
    """(place, entry) of the lists that hold objects, at the top or one level below; else the object itself."""
    lists = {"": found} if isinstance(found, list) else {}
    if isinstance(found, dict):
        lists = {key: value for key, value in found.items() if isinstance(value, list)}
        lists = {key: value for key, value in lists.items() if any(isinstance(item, dict) for item in value)}
        if not lists:
            yield "object", found
    for key, items in lists.items():
        for number, item in enumerate(items):
            yield f"{key[:40]}[{number}]", item


def flat(item: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Fields of an object and of objects in it (``app.package``); each value of a list is a field of its own."""
    found: list[tuple[str, str]] = []
    if len(item) <= _FIELDS and all(type(value) is str for value in item.values()):
        return [(name[:LONGEST], value) for name, value in item.items()]
    pending: list[tuple[str, Any, int]] = [(key, value, 0) for key, value in reversed(list(item.items()))]
    while pending and len(found) < _FIELDS + _VALUES:
        name, value, depth = pending.pop()
        if isinstance(value, str):
            found.append((name[:LONGEST], value))
        elif isinstance(value, bool) or value is None:
            found.append((name[:LONGEST], "" if value is None else str(value).lower()))
        elif isinstance(value, int | float):
            found.append((name[:LONGEST], str(value)))
        elif depth < _DEPTH:
            inside = [(f"{name}.{key}", each) for key, each in value.items()] if isinstance(value, dict) else []
            inside += [(name, each) for each in value[:_VALUES]] if isinstance(value, list) else []
            pending += [(key, each, depth + 1) for key, each in reversed(inside)]
    return found


def w3c_rows(source: Source, account: Account) -> Iterator[Row]:
    """Lines of a W3C extended log (also CloudFront's): the fields are named by ``#Fields``, which may come again."""
    names: list[str] = []
    for number, line in numbered(source):
        if line.startswith(b"#"):
            if line[:8].lower() == b"#fields:":
                names = line[8:].decode("utf-8", "replace").split()[:_FIELDS]
            continue
        if not line:
            continue
        text = line.decode("utf-8", "replace")
        values = text.split("\t") if "\t" in text else text.split(" ")
        if not names or len(values) < len(names):
            why = "a line comes before its fields are named" if not names else "a line has fewer fields than are named"
            account.unread("damaged", why, f"line {number}")
            continue
        yield _row(f"line {number}", names, values, account)
