"""Plain lines of flow logs added up the obvious way: text split at spaces, addresses by `ipaddress`, rows in a dict."""

from ipaddress import IPv4Address
from typing import NamedTuple

SOURCE, TARGET, SOURCE_PORT, TARGET_PORT, PROTOCOL, AMOUNT, BEGIN, END, ACTION, FLAGS = range(1, 11)
BOUNDS = {SOURCE_PORT: 1 << 16, TARGET_PORT: 1 << 16, PROTOCOL: 256}


class Row(NamedTuple):
    """What is known of a port of a server."""

    at: int
    begun: int
    ended: int
    up: int
    down: int
    records: int
    clients: frozenset[int]


def plain(line: str, roles: tuple[int, ...]) -> dict[int, int] | None:
    """The values of a line by what they are; None when the line is not plain."""
    fields = line.split(" ")
    if len(fields) != len(roles):
        return None
    found = dict.fromkeys(range(1, 11), 0)
    for role, text in zip(roles, fields, strict=True):
        value = _value(role, text) if role else 0
        if value is None or value >= BOUNDS.get(role, 1 << 62):
            return None
        if role:
            found[role] = value
    return found


def _value(role: int, text: str) -> int | None:
    if role in {SOURCE, TARGET}:
        try:
            return int(IPv4Address(text))
        except ValueError:
            return None
    if role == ACTION:
        return {"A": 0, "R": 1}.get(text[0]) if len(text) == 6 else None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def rows(lines: list[str], roles: tuple[int, ...], most: int) -> tuple[int, dict[tuple[int, int, int, int], Row]]:
    """How many lines are taken before one is not plain or the table is full, and the rows in the order of the log."""
    found: dict[tuple[int, int, int, int], Row] = {}
    at = 0
    for number, line in enumerate(lines):
        values = plain(line, roles)
        if values is None or len(found) >= most:
            return number, found
        begins = not values[FLAGS] & 16 if values[FLAGS] & 2 else values[TARGET_PORT] <= values[SOURCE_PORT]
        ends = (values[SOURCE], values[SOURCE_PORT]), (values[TARGET], values[TARGET_PORT])
        client, server = ends if begins else ends[::-1]
        key = (*server, values[PROTOCOL], values[ACTION])
        row = found.get(key, Row(at, values[BEGIN], values[END], 0, 0, 0, frozenset()))
        found[key] = Row(
            row.at,
            min(row.begun, values[BEGIN]),
            max(row.ended, values[END]),
            row.up + values[AMOUNT] * begins,
            row.down + values[AMOUNT] * (not begins),
            row.records + 1,
            row.clients | {client[0]},
        )
        at += len(line) + 1
    return len(lines), found
