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


def tnet(value: Any) -> bytes:
    """A tagged netstring; text has the type of text, bytes that of bytes."""
    if isinstance(value, bool):
        content, kind = (b"true" if value else b"false"), b"!"
    elif isinstance(value, int | float):
        content, kind = str(value).encode(), b"#" if isinstance(value, int) else b"^"
    elif isinstance(value, str | bytes):
        content, kind = (value.encode(), b";") if isinstance(value, str) else (value, b",")
    elif isinstance(value, dict):
        content, kind = b"".join(tnet(one) for pair in value.items() for one in pair), b"}"
    else:
        content, kind = (b"", b"~") if value is None else (b"".join(map(tnet, value)), b"]")
    return b"%d:%s%s" % (len(content), content, kind)


def mitm_flow(request: dict | None = None, response: dict | None = None, server: dict | None = None, **more) -> bytes:
    """An exchange as mitmproxy 10 dumps it; arguments add to what is there."""
    asked = {"path": b"/a?b=c", "authority": b"", "scheme": b"https", "method": b"GET", "port": 443}
    asked |= {"host": "example.org", "timestamp_start": 1_700_000_000.5, "content": b"", "http_version": b"HTTP/1.1"}
    asked |= {"headers": [[b"Host", b"example.org"]]}
    told = {"status_code": 200, "headers": [[b"Content-Type", b"text/plain"]], "content": b"ok", "reason": b"OK"}
    peer = {"id": "s1", "peername": ["192.0.2.7", 443], "address": ["example.org", 443], "sni": "example.org"}
    peer |= {"tls": True, "transport_protocol": "tcp", "timestamp_start": 1_700_000_000.25, "timestamp_end": None}
    flow = {
        "type": "http",
        "version": 20,
        "id": "f1",
        "client_conn": {"peername": ["::ffff:198.51.100.3", 50_000], "sni": "example.org"},
        "server_conn": peer | (server or {}),
        "request": asked | (request or {}),
        "response": told | (response or {}),
    }
    return tnet(flow | more)
