"""Dumps of mitmproxy, of every version since 0.10: exchanges, WebSockets, plain connections and DNS."""

import re
from collections.abc import Iterator
from typing import Final

from affidavit.model.capture import Mark, Named
from affidavit.network.capture.events import Answer, Event, Flow, Message, Unread, Where
from affidavit.network.capture.fields import ENCRYPTED, address_of, port_of, seconds
from affidavit.network.capture.mitmproxy_parts import (
    Parts,
    answers_of,
    body_of,
    endpoint_of,
    headers_of,
    host_of,
    protocol_of,
    url_of,
)
from affidavit.network.capture.source import Source
from affidavit.network.capture.tnetstring import Item, LyingError, Record, Records, item_at

_START: Final = re.compile(rb"\d{1,12}:(\d{1,2}):([a-z_0-9]+)[,;]\d{1,12}:")
_SEEN: Final = 20_000
"""Connections and handshakes that are remembered."""
MESSAGES: Final = 1_000_000
"""Messages of one WebSocket or connection."""


def form(head: bytes) -> str:
    """``mitmproxy`` when the content begins as a dump does."""
    match = _START.match(head)
    return "mitmproxy" if match and int(match.group(1)) == len(match.group(2)) else ""


def read(source: Source) -> Iterator[Event]:
    """What was recorded, flow by flow."""
    records, reader, number = Records(source.pieces()), _Reader(), 0
    try:
        for record in records:
            yield from reader.flow(record, Where(record.offset, f"flow {number}"))
            number += 1
    except EOFError:
        where = Where(records.offset, f"flow {number}")
        yield Unread("capture/truncated", f"the file ends inside a flow, after {number} whole ones", where)
    except LyingError as error:
        where = Where(records.offset, f"flow {number}")
        yield Unread("capture/damaged", f"after {number} flows, {error}: what follows is unknown", where)


class _Reader:
    """What is remembered from flow to flow: which connections were told, and what WebSockets began with."""

    def __init__(self) -> None:
        self._connections: set[str] = set()
        self._handshakes: dict[str, Message] = {}

    def flow(self, record: Record, where: Where) -> Iterator[Event]:
        """The events of one record."""
        if record.data is None:
            yield Unread("capture/too-large", "a flow is larger than is read", where, size=record.size)
            return
        try:
            yield from self._events(Parts(item_at(record.data, 0, record.size)), where)
        except LyingError as error:
            yield Unread("capture/damaged", f"a flow is damaged: {error}", where, size=record.size)

    def _events(self, parts: Parts, where: Where) -> Iterator[Event]:
        kind = parts["type"].text() or "http"
        server, client = parts.within("server_conn"), parts.within("client_conn")
        if kind == "http" and parts.has("request"):
            yield from self._connection(server, client, where)
            message = _message(parts, server, client, where)
            self._remember(parts["id"].text(), message)
            yield message
            yield from _socket(parts.within("websocket")["messages"], message)
        elif kind == "websocket":
            yield from self._old_socket(parts, where)
        elif kind in {"tcp", "udp"}:
            yield _plain(parts, server, client, kind, where)
        elif kind == "dns":
            yield from _dns(parts, client, where)
        else:
            yield Unread("capture/unsupported", f"a flow of the kind {kind[:40]!r} is not read", where)

    def _connection(self, server: Parts, client: Parts, where: Where) -> Iterator[Flow]:
        """The connection that carried an exchange, the first time that it is named."""
        name = server["id"].text()
        if name in self._connections:
            return
        if len(self._connections) >= _SEEN:
            self._connections.clear()
        if name:
            self._connections.add(name)
        flow = _flow(server, client, where)
        if flow.server and name:
            yield flow

    def _remember(self, name: str, message: Message) -> None:
        """Keep what a WebSocket may have begun with."""
        if message.status == 101 and name:
            if len(self._handshakes) >= _SEEN:
                self._handshakes.clear()
            message = Message(message.where, message.at, message.host, message.server, message.port, "", message.url)
            self._handshakes[name] = message

    def _old_socket(self, parts: Parts, where: Where) -> Iterator[Event]:
        """A WebSocket as dumps before version 11 have it: a flow of its own, which names its handshake."""
        begun = self._handshakes.get(parts.within("metadata")["websocket_handshake"].text())
        if begun is None:
            host, port = endpoint_of(parts.within("server_conn")["address"])
            begun = Message(where, -1, host, "", port, "", "")
        secure = parts.within("server_conn")["tls_established"].true()
        begun = Message(where, -1, begun.host, begun.server, begun.port, "", begun.url, encrypted=secure)
        yield from _socket(parts["messages"], begun)


def _message(parts: Parts, server: Parts, client: Parts, where: Where) -> Message:
    request, response = parts.within("request"), parts.within("response")
    headers = headers_of(request["headers"])
    scheme, port = request["scheme"].text(20), port_of(request["port"].number())
    host = host_of(request["host"].text() or endpoint_of(request["address"])[0], headers)
    path = request["path"].text(1 << 20)
    sent, cut_sent = body_of(request, "request")
    received, cut_received = body_of(response, "response")
    status = response["status_code"] if response.has("status_code") else response["code"]
    return Message(
        where=where,
        at=seconds(request["timestamp_start"].number()),
        host=host,
        server="" if server.has("via") else _peer(server)[0],
        port=port,
        method=request["method"].text(32),
        url=url_of(scheme, host, port, path) if host else path,
        client=_peer(client)[0],
        request=headers,
        sent=sent,
        status=max(0, min(999, int(status.number()))),
        response=headers_of(response["headers"]),
        received=received,
        encrypted=scheme in ENCRYPTED,
        protocol=protocol_of(request["http_version"].text(20)),
        cut="; ".join(filter(None, (cut_sent, cut_received))),
    )


def _socket(messages: Item, begun: Message) -> Iterator[Event]:
    """The messages of a WebSocket: lists of the opcode, who sent it, the content and the time."""
    for number, message in enumerate(messages.items()):
        where = Where(begun.where.offset, f"{begun.where.name}, message {number}")
        if number >= MESSAGES:
            yield Unread("capture/too-large", "a WebSocket has more messages than are read", where)
            return
        fields = [field for field, _ in zip(message.items(), range(4), strict=False)]
        if len(fields) < 4:
            raise LyingError("a message of a WebSocket is no list of four")
        content, sent = fields[2].content(), fields[1].true()
        yield Message(
            where, seconds(fields[3].number()), begun.host, begun.server, begun.port, "", begun.url,
            client=begun.client, sent=content if sent else None, received=None if sent else content,
            encrypted=begun.encrypted, protocol="websocket",
        )  # fmt: skip


def _peer(side: Parts) -> tuple[str, int]:
    """The address and port of the other end, under the names that versions have for it."""
    for name in ("peername", "ip_address", "peer_address", "address"):
        host, port = endpoint_of(side[name])
        if host and (address := address_of(host)):
            return address, port
    return "", 0


def _flow(server: Parts, client: Parts, where: Where) -> Flow:
    """A connection to a server, without what it carried."""
    secure = any(
        side[name].true() for side in (server, client) for name in ("tls_established", "ssl_established", "tls")
    )
    name = server["sni"].text() or (client["sni"].text() if secure else "")
    quic = server["tls_version"].text(10).startswith("QUIC")
    address, port = _peer(server)
    marks: set[Mark] = {"proxied"} if server.has("via") else set()
    return Flow(
        where=where,
        begun=seconds(server["timestamp_start"].number()),
        ended=seconds(server["timestamp_end"].number()),
        client=_peer(client)[0],
        server=address,
        port=port,
        transport=server["transport_protocol"].text(8) or "tcp",
        protocol="quic" if quic else "tls" if secure else "http",
        names=[Named("quic-sni" if quic else "tls-sni", name)] if name and secure else [],
        marks=marks | ({"decrypted"} if secure else {"cleartext"}),
    )


def _plain(parts: Parts, server: Parts, client: Parts, kind: str, where: Where) -> Flow:
    """A connection of another protocol than HTTP: how much went each way."""
    flow = _flow(server, client, where)
    flow.transport = kind
    flow.protocol = "tls" if flow.names else ""
    flow.marks -= {"cleartext"}
    for number, message in enumerate(parts["messages"].items()):
        fields = [field for field, _ in zip(message.items(), range(3), strict=False)]
        if number >= MESSAGES or len(fields) < 3:
            raise LyingError("a message of a connection is no list of three, or there are too many")
        size = fields[1].end - fields[1].begin
        flow.up += size if fields[0].true() else 0
        flow.down += 0 if fields[0].true() else size
        moment = seconds(fields[2].number())
        flow.begun = moment if flow.begun < 0 else flow.begun
        flow.ended = max(flow.ended, moment)
    return flow


def _dns(parts: Parts, client: Parts, where: Where) -> Iterator[Answer]:
    """Questions that a client asked the proxy, with what it was told."""
    request = parts.within("request")
    chain, addresses = answers_of(parts.within("response")["answers"])
    at = seconds(request["timestamp"].number())
    for question in request["questions"].items():
        if name := Parts(question)["name"].text():
            yield Answer(where, at, _peer(client)[0], name, "", chain, addresses)
