"""HTTP archives the obvious way: all of the file in memory, and a dictionary for each entry."""

import json
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit


class Exchange(NamedTuple):
    """What every reader has to find in an entry."""

    host: str
    port: int
    method: str
    url: str
    status: int
    server: str
    at: int
    request: int
    response: int


def exchanges(data: bytes) -> list[Exchange]:
    """The entries of an archive whose first or only key leads to its log."""
    found = json.loads(data.decode("utf-8-sig"))
    found = found if "log" in found else next(iter(found.values()))
    return [_exchange(entry) for entry in found["log"]["entries"]]


def _exchange(entry: dict) -> Exchange:
    request, response = entry["request"], entry.get("response") or {}
    url = urlsplit(request["url"])
    moment = datetime.fromisoformat(entry["startedDateTime"])
    return Exchange(
        url.netloc.rpartition("@")[2].partition(":")[0],
        url.port or {"http": 80, "https": 443, "ws": 80, "wss": 443}[url.scheme],
        request["method"],
        request["url"],
        response.get("status", 0),
        entry.get("serverIPAddress", ""),
        int(moment.timestamp()) * 1_000_000 + moment.microsecond,
        _counted(request),
        _counted(response),
    )


def _counted(side: dict) -> int:
    """Headers, without the one that need not be true in an archive."""
    return sum(header["name"].lower() != "content-encoding" for header in side.get("headers", ()))
