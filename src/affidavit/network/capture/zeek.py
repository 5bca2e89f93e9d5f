"""Logs of Zeek: connections, DNS, TLS, QUIC and HTTP, in its own form with tabs or in JSON.

Source: the Zeek manual, "Zeek log formats and inspection" and the pages of the five logs.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from affidavit.model.capture import Mark, Named
from affidavit.network.capture.events import Answer, Event, Flow, Message, Where
from affidavit.network.capture.faults import Faults
from affidavit.network.capture.fields import MOST_ANSWERS, address_of, port_of, seconds, whole, written
from affidavit.network.capture.source import Source

Row = dict[str, Any]
_HEADS: Final = (b"#separator", b"#fields\t", b"#path\t")
_ESCAPE: Final = re.compile(r"\\x([0-9a-fA-F]{2})")
_PATHS: Final = (
    ("conn_state", "conn"),
    ("qtype_name", "dns"),
    ("query", "dns"),
    ("client_initial_dcid", "quic"),
    ("client_scid", "quic"),
    ("cipher", "ssl"),
    ("ssl_history", "ssl"),
    ("server_name", "ssl"),
    ("status_code", "http"),
    ("method", "http"),
    ("missed_bytes", "conn"),
)
"""A key of each log that no other one before it has."""
_NO_ANSWER: Final = frozenset({"S0", "REJ", "SH", "RSTOS0"})
_SERVICES: Final = {"quic": "quic", "ssl": "tls", "http": "http", "dns": "dns"}
"""The outer protocol first: QUIC is logged with the TLS inside it."""
_DEFAULT: Final = 80


def form(head: bytes) -> str:
    """``zeek-conn``, ``zeek-dns`` ... when the content is such a log."""
    lines = head.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if head.startswith(_HEADS):
        path = next((line[6:].strip().decode("ascii", "replace") for line in lines if line.startswith(b"#path\t")), "")
        return f"zeek-{path}" if path in _READERS else ""
    try:
        found = msgspec.json.decode(lines[0]) if lines[0][:1] == b"{" else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    path = _path_of(found) if isinstance(found, dict) and "id.orig_h" in found and "ts" in found else ""
    return f"zeek-{path}" if path else ""


def read(source: Source) -> Iterator[Event]:
    """What a log, or several that follow each other, say."""
    faults, path, fields = Faults(), "", list[str]()
    for at, line in source.lines():
        if line.startswith(b"#"):
            if line.startswith(b"#path\t"):
                path = line[6:].strip().decode("ascii", "replace")
            elif line.startswith(b"#fields\t"):
                fields = line[8:].decode("ascii", "replace").split("\t")
            continue
        row = _of_json(line) if line.startswith(b"{") else _of_tabs(line, fields)
        if row is None:
            faults.add("capture/damaged", "lines have other columns than their log says, or are no JSON", at)
            continue
        make = _READERS.get(_path_of(row) if line.startswith(b"{") else path)
        event = make(row, Where(at, "line")) if make else None
        if event is not None:
            yield event
        elif make is None:
            faults.add("capture/unsupported", "lines are of a log that is not read", at)
        else:
            faults.add("capture/damaged", "lines name no address of a server, or no name", at)
    yield from faults.unread()


def _path_of(row: Row) -> str:
    """Which log a line in JSON is of."""
    path = row.get("_path")
    return path if isinstance(path, str) else next((path for key, path in _PATHS if key in row), "")


def _of_json(line: bytes) -> Row | None:
    try:
        row = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _of_tabs(line: bytes, fields: list[str]) -> Row | None:
    values = line.decode("utf-8", "replace").split("\t")
    if len(values) != len(fields):
        return None
    return {key: value for key, value in zip(fields, values, strict=True) if value not in ("-", "(empty)")}


def _text(row: Row, key: str) -> str:
    """A text, with its escaped bytes put back."""
    value = row.get(key)
    if not isinstance(value, str):
        return ""
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), value) if "\\x" in value else value


def _number(row: Row, key: str) -> int:
    value = row.get(key)
    return whole(value) if isinstance(value, int | float | str) else 0


def _at(row: Row) -> int:
    """The time of a line, which JSON may have as text."""
    value = row.get("ts")
    if isinstance(value, str) and "T" in value:
        return written(value)
    return seconds(value) if isinstance(value, int | float | str) else -1


def _flow(row: Row, where: Where) -> Flow | None:
    """The two ends of a line, as a connection."""
    server = address_of(_text(row, "id.resp_h"))
    if not server:
        return None
    begun = _at(row)
    proto = _text(row, "proto")[:8]
    return Flow(
        where=where,
        begun=begun,
        ended=begun,
        client=address_of(_text(row, "id.orig_h")),
        server=server,
        port=0 if proto == "icmp" else port_of(row.get("id.resp_p")),
        transport=proto,
    )


def _conn(row: Row, where: Where) -> Event | None:
    flow = _flow(row, where)
    if flow is None:
        return None
    lasted = row.get("duration")
    took = seconds(lasted) if isinstance(lasted, int | float | str) else 0
    flow.ended = flow.begun + max(0, took) if flow.begun >= 0 else -1
    services = _text(row, "service").split(",")
    flow.protocol = next((name for key, name in _SERVICES.items() if key in services), services[0][:20])
    flow.up, flow.down = _number(row, "orig_bytes"), _number(row, "resp_bytes")
    silent: set[Mark] = {"one-sided"}
    flow.marks = silent if row.get("conn_state") in _NO_ANSWER else set()
    return flow


def _named(row: Row, where: Where, transport: str, protocol: str) -> Event | None:
    """A connection that its client's hello names."""
    flow = _flow(row, where)
    if flow is None:
        return None
    name = _text(row, "server_name")
    flow.transport, flow.protocol = transport, protocol
    flow.names = [Named("quic-sni" if protocol == "quic" else "tls-sni", name[:255])] if name else []
    flow.ja3 = _text(row, "ja3")[:32]
    return flow


def _ssl(row: Row, where: Where) -> Event | None:
    dtls = _text(row, "version").startswith("DTLS")
    return _named(row, where, "udp" if dtls else "tcp", "tls")


def _quic(row: Row, where: Where) -> Event | None:
    return _named(row, where, "udp", "quic")


def _dns(row: Row, where: Where) -> Event | None:
    name = _text(row, "query")
    if not name:
        return None
    answers, lives = (_vector(row.get(key)) for key in ("answers", "TTLs"))
    chain, addresses = [], []
    for number, answer in enumerate(answers):
        life = _life(lives[number]) if number < len(lives) else -1
        if address := address_of(answer):
            addresses.append((address, life))
        elif row.get("qtype_name") in {"A", "AAAA", "HTTPS"} and " " not in answer:
            chain.append((answer[:255], life))
    return Answer(where, _at(row), address_of(_text(row, "id.orig_h")), name[:255], "", tuple(chain), tuple(addresses))


def _vector(value: Any) -> list[str]:
    """The texts of a vector, which the form with tabs joins with commas."""
    values = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return [str(one)[:1_000] for one in values[:MOST_ANSWERS]]


def _life(text: str) -> int:
    found = seconds(text)
    return found // 1_000_000 if found >= 0 else -1


def _http(row: Row, where: Where) -> Event | None:
    flow = _flow(row, where)
    if flow is None:
        return None
    host, path = _text(row, "host"), _text(row, "uri")
    shown = host or (f"[{flow.server}]" if ":" in flow.server else flow.server)
    bare = shown[1 : shown.find("]")] if shown[0] == "[" else shown.partition(":")[0]
    place = shown if flow.port == _DEFAULT or shown.endswith(f":{flow.port}") else f"{shown}:{flow.port}"
    headers = (("Host", host), ("User-Agent", _text(row, "user_agent")), ("Referer", _text(row, "referrer")))
    up, down = _number(row, "request_body_len"), _number(row, "response_body_len")
    return Message(
        where=where,
        at=flow.begun,
        host=bare[:255],
        server=flow.server,
        port=flow.port,
        method=_text(row, "method")[:32],
        url=path if "://" in path[:10] else f"http://{place}{path}",
        client=flow.client,
        request=tuple((name, value) for name, value in headers if value),
        sent=None if up else b"",
        status=min(_number(row, "status_code"), 999),
        received=None if down else b"",
        encrypted=False,
        cut="the log keeps no bodies" if up or down else "",
    )


_READERS: Final[dict[str, Callable[[Row, Where], Event | None]]] = {
    "conn": _conn,
    "dns": _dns,
    "http": _http,
    "quic": _quic,
    "ssl": _ssl,
}
