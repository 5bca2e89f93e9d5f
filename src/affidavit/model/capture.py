"""What captures of traffic show: the facts that are read in them."""

from typing import Literal

from msgspec import Struct

Basis = Literal[
    "tls-sni", "quic-sni", "http-host", "http2-authority", "connect", "certificate", "dns-answer", "log", "url", "none"
]
"""What names the host of a connection: the client's hello, a request, a proxy, the server's certificate, an answer
that the client had got for the address shortly before, a line of a log, the address of a request; or nothing."""

Mark = Literal[
    "ech", "ip-literal", "no-name", "fronting", "split-hello", "stale-answer", "proxied", "bad-clock", "one-sided",
    "decrypted", "cleartext", "more-names",
]  # fmt: skip
"""What a reader has to know of a connection.

*ech*: an encrypted hello may stand behind the one that was seen, whose name is then a public one alone; clients also
send meaningless bytes in its place, which nobody can tell from it; *ip-literal*: the request names an address;
*no-name*: nothing names the host; *fronting*: the hello and the request name different hosts; *split-hello*: it came
in several segments; *stale-answer*: the answer that gives the name had run out; *proxied*: the address is a proxy's;
*bad-clock*: its time cannot be right; *one-sided*: nothing came back; *decrypted*: it was read with keys that were
given; *cleartext*: it was not encrypted; *more-names*: it has more names than are listed.
"""

Method = Literal["known-value", "adapter", "key", "pattern"]
"""How personal data was told: a value of the device's profile; a place where a recipient is known to have it sent;
what its key is called; its form alone, which makes it a candidate and no more."""


class Capture(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="capture"):
    """One file of captured traffic, and how it was read.

    Attributes:
        name: as given. sha256: of its bytes, hex. size: bytes.
        form: ``pcap``, ``pcapng``, ``har``, ``mitmproxy``, ``pcapdroid``, ``zeek-conn``, ``vpc-flow`` ...
        records: packets, entries or lines read. unread: those that could not be, which limitations explain.
        first, last: of its records, RFC 3339 in UTC with microseconds; empty when the clock cannot be right.
        clock: why its times cannot be right; empty when nothing speaks against them.
        keys: SHA-256 of the key log that was given with it, hex; ``embedded`` for one that the capture holds.
    """

    name: str
    sha256: str
    size: int
    form: str
    records: int
    unread: int = 0
    first: str = ""
    last: str = ""
    clock: str = ""
    keys: str = ""


class Named(Struct, frozen=True, omit_defaults=True, order=True):
    """A name that something in the traffic gives to the other side."""

    basis: Basis
    value: str


class Contact(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="contact"):
    """Connections of one app to one address and port under one name.

    Attributes:
        host: lower-case name of the other side, without a trailing dot; empty when nothing names it.
        basis: what names it; `names` has all that was seen, bounded (*more-names*).
        address: of the other side as text; empty where the capture has none (HTTP archives). port: 0 where unknown.
        transport: ``tcp``, ``udp`` or empty. protocol: ``tls``, ``quic``, ``http``, ``dns`` ...; empty when unknown.
        app: package or process that the capture gives the connection to; empty where it does not say.
        connections: how many; 0 where the capture tells of messages alone. Flow logs do not tell connections apart: all
            of their records of one port of a server count once.
        up, down: bytes of content sent and received.
        first, last: RFC 3339 in UTC with microseconds; empty when the clock cannot be right.
        chain: names between the host and the address by CNAME records, in order; the last one has the address.
        ja3: MD5, hex. ja4: of the client's hello. Bounded, sorted.
        certificates: names that the server's certificate is made out for, bounded.
        marks: what a reader has to know of it, sorted.
        requests: how many HTTP messages were read in it.
        headers: lines of responses that providers are known by (``server: AkamaiGHost``), bounded, sorted.
    """

    host: str
    basis: Basis
    address: str = ""
    port: int = 0
    transport: str = ""
    protocol: str = ""
    app: str = ""
    connections: int = 1
    up: int = 0
    down: int = 0
    first: str = ""
    last: str = ""
    names: tuple[Named, ...] = ()
    chain: tuple[str, ...] = ()
    ja3: tuple[str, ...] = ()
    ja4: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    requests: int = 0
    headers: tuple[str, ...] = ()


class Lookup(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="lookup"):
    """A name that was asked for in DNS, and all answers to it that came by the same chain of names.

    Attributes:
        host: lower-case name. asked: how often. app: as in `Contact`.
        chain: CNAME targets in order. addresses: sorted, bounded. ttl: smallest of the answers in seconds; -1 without.
        first, last: as in `Contact`.
    """

    host: str
    asked: int = 1
    app: str = ""
    chain: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    ttl: int = -1
    first: str = ""
    last: str = ""


class Disclosure(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="disclosure"):
    """Personal data in messages to one host.

    Attributes:
        host, address: of the recipient, as in `Contact`. app: as there.
        category: the question that it answers (``location``). property: the vocabulary's id (``latitude``).
        method: how it was told; a *pattern* is a candidate and proves nothing.
        path: how it was reached from the message: where (``query``, ``header:Cookie``, ``body`` ...), then each
            decoding in order (``gzip``, ``json:$.device.id``, ``base64``, ``sha256``).
        sha256: of the value as the profile or message has it, in UTF-8, hex.
        shown: the value made unreadable (``38400000-…``, first and last characters at most); all of it when asked for.
        key: of the field that held it, if one did.
        count: in how many messages. sent: whether the app sent it (true) or received it.
    """

    host: str
    category: str
    property: str
    method: Method
    path: tuple[str, ...]
    sha256: str
    shown: str
    address: str = ""
    app: str = ""
    key: str = ""
    count: int = 1
    sent: bool = True


class Undecoded(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="undecoded"):
    """Content that was sent to a host and could not be read: nothing can be said of what is in it.

    Attributes:
        host, address, app: as in `Contact`.
        why: ``encrypted`` (no keys), ``opaque`` (no known encoding), ``damaged``, ``too-large``, ``not-kept`` (by the
            capture).
        messages: how many messages or connections. size: bytes, as sent.
    """

    host: str
    why: str
    messages: int
    size: int
    address: str = ""
    app: str = ""
