"""The list of flows that mitmproxy's web interface gives: exchanges without their bodies."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from affidavit.network.capture.events import Event, Message, Unread, Where
from affidavit.network.capture.faults import Faults
from affidavit.network.capture.fields import ENCRYPTED, LONGEST_HOST, address_of, port_of, seconds, whole
from affidavit.network.capture.json_stream import BrokenError, Element, Reader
from affidavit.network.capture.mitmproxy_parts import HEADERS, host_of, protocol_of, url_of
from affidavit.network.capture.source import Source

_START: Final = re.compile(rb'(?:\xef\xbb\xbf)?\s*\[\s*\{.*?"client_conn"\s*:\s*\{', re.DOTALL)
_WRONG: Final = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What values of another type than expected raise; the row is counted."""


def form(head: bytes) -> str:
    """``mitmproxy-json`` when the content begins as such a list does."""
    return "mitmproxy-json" if _START.match(head) and b'"server_conn"' in head else ""


def read(source: Source) -> Iterator[Event]:
    """The exchanges of a list."""
    faults, number = Faults(), 0
    try:
        for element in Reader(source.pieces()).elements():
            try:
                yield _message(element, Where(element.offset, f"flow {number}"))
            except _WRONG:
                faults.add("capture/damaged", "flows have another form than the list's", element.offset)
            number += 1
    except BrokenError as error:
        yield Unread(error.kind, f"after {number} flows, {error}", Where(error.offset, f"flow {number}"))
    yield from faults.unread()


def _message(element: Element, where: Where) -> Message:
    flow = msgspec.json.decode(element.data or b"")
    request, response = flow["request"], flow.get("response") or {}
    server, client = flow.get("server_conn") or {}, flow.get("client_conn") or {}
    headers = _headers(request)
    host = host_of(str(request.get("host") or "")[:LONGEST_HOST], headers)
    if not host:
        raise ValueError(host)
    scheme, port = str(request.get("scheme") or "")[:20], port_of(request.get("port"))
    sent, received = _body(request), _body(response)
    lost = [name for name, body in (("request", sent), ("response", received)) if body is None]
    return Message(
        where=where,
        at=seconds(request.get("timestamp_start")),
        host=host,
        server=_address(server.get("peername")) or _address(server.get("address")),
        port=port,
        method=str(request.get("method") or "")[:32],
        url=url_of(scheme, host, port, str(request.get("path") or "")),
        client=_address(client.get("peername")),
        request=headers,
        sent=sent,
        status=min(whole(response.get("status_code")), 999),
        response=_headers(response),
        received=received if response else None,
        encrypted=scheme in ENCRYPTED,
        protocol=protocol_of(str(request.get("http_version") or "")),
        cut="; ".join(f"the {name}'s body was not kept" for name in lost),
    )


def _headers(side: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in (side.get("headers") or ())[:HEADERS])


def _body(side: dict[str, Any]) -> bytes | None:
    """Nothing was sent, or it is not in the list."""
    return None if whole(side.get("contentLength")) else b""


def _address(end: Any) -> str:
    return address_of(end[0]) if isinstance(end, list) and end and isinstance(end[0], str) else ""
