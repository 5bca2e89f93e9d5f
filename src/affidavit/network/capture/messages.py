"""A request and its response while they are put together, and whose they are."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from affidavit.network.capture.events import Message, Where
from affidavit.network.names import hosts
from affidavit.network.names.http import Headers
from affidavit.network.names.http1 import Body

CLIENT: Final = 0
SERVER: Final = 1


class Ends(NamedTuple):
    """Whose connection it is.

    Attributes:
        name: of the host by the client's hello, or as a proxy was asked for it; empty without. asked: port that a proxy
            was asked for, -1 without.
    """

    client: str
    server: str
    port: int
    app: str = ""
    name: str = ""
    encrypted: bool = False
    asked: int = -1


class Stamp(NamedTuple):
    """When and where bytes were seen."""

    at: int
    where: Where


@dataclass(slots=True)
class Exchange:
    """A request and its response, as far as they are known."""

    stamp: Stamp
    request: Headers = ()
    method: str = ""
    url: str = ""
    host: str = ""
    port: int = -1
    sent: Body | None = None
    status: int = 0
    response: Headers = ()
    received: Body | None = None
    asked: bool = False
    answered: bool = False
    protocol: str = "http"
    cut: str = ""

    def message(self, ends: Ends) -> Message:
        """As an event; bodies are let go."""
        cuts = [self.cut, *(body.cut for body in (self.sent, self.received) if body is not None)]
        return Message(
            where=self.stamp.where,
            at=self.stamp.at,
            host=hosts.normal(self.host or ends.name),
            server=ends.server,
            port=ends.port,
            method=self.method,
            url=self.url,
            app=ends.app,
            client=ends.client,
            request=self.request,
            sent=None if self.sent is None else self.sent.taken(),
            status=self.status,
            response=self.response,
            received=None if self.received is None else self.received.taken(),
            encrypted=ends.encrypted,
            protocol=self.protocol,
            cut="; ".join(dict.fromkeys(cut for cut in cuts if cut)),
        )
