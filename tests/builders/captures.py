"""Files of captured traffic, made in memory."""

import json
import os
from typing import Any

from affidavit.artefact.notes import Notes
from affidavit.network.capture.events import Event
from affidavit.network.capture.opening import opened
from affidavit.network.capture.source import Source


def source_of(data: bytes, name: str = "made") -> Source:
    """The bytes as an open file without a name; the descriptor lives as long as the process."""
    handle = os.memfd_create(name, os.MFD_CLOEXEC)
    with open(handle, "wb", closefd=False) as file:
        file.write(data)
    return Source(handle, name, len(data))


def events_of(data: bytes) -> list[Event]:
    """What the reader of its format tells of a file."""
    source = source_of(data)
    _, read = opened(source)
    return list(read(source, Notes([])))


def form_of(data: bytes) -> str:
    """What a file is taken for."""
    return opened(source_of(data))[0]


def entry(url: str = "https://example.org/", method: str = "GET", **more: Any) -> dict[str, Any]:
    """One entry of an HTTP archive; `request` and `response` in `more` add to what is there."""
    request = {"method": method, "url": url, "httpVersion": "HTTP/1.1", "headers": [], **more.pop("request", {})}
    response = {"status": 200, "httpVersion": "HTTP/1.1", "headers": [], **more.pop("response", {})}
    made = {"startedDateTime": "2026-01-02T03:04:05.678901Z", "request": request, "response": response}
    return made | {"serverIPAddress": "192.0.2.7"} | more


def har(*entries: Any, **log: Any) -> bytes:
    """An HTTP archive (HAR 1.2)."""
    creator = {"name": "made", "version": "1"}
    return json.dumps({"log": {"version": "1.2", "creator": creator, "entries": entries, **log}}).encode()
