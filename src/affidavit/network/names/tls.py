"""TLS as far as it is not encrypted: what a client's hello names and offers, and whom a server's certificate names.

Sources: RFC 8446 (TLS 1.3), RFC 5246 (TLS 1.2), RFC 6066 (server name), RFC 7301 (ALPN), RFC 8701 (GREASE), RFC 9849
(encrypted hello). Every function takes the first bytes of one direction of a connection and raises nothing.
"""

import warnings
from functools import lru_cache
from typing import NamedTuple

from cryptography import x509
from cryptography.x509.oid import NameOID

from affidavit.network.kernels import hello as kernel
from affidavit.network.kernels.cursor import Cursor, ShortError
from affidavit.network.names import hosts
from affidavit.network.names.fingerprints import ja3, ja4, without_grease

MAX_HELLO = 64 << 10
"""Bytes of a hello's message that are put together; hellos with post-quantum keys have about 2,000."""
MAX_FLIGHT = 128 << 10
"""Bytes of a server's handshake in which its certificate is looked for."""
MAX_NAMES = 64
"""Names of a certificate that are kept."""
MAX_RECORD = 16_640
"""Bytes of a record's content at most, with what ciphers add (RFC 5246, section 6.2.3, and some for padding)."""
SAME = 128
"""Certificates whose reading is remembered: servers send the same ones again and again."""
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = 1, 2, 11
_SERVER_NAME, _GROUPS, _FORMATS, _ALGORITHMS, _ALPN, _VERSIONS = 0, 10, 11, 13, 16, 43
_ENCRYPTED = (0xFE0D, 0xFFCE)
"""Encrypted hello, and the encrypted server name that came before it."""
_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""Random bytes of a server's hello that asks for another one (RFC 8446, section 4.1.3)."""


class More(NamedTuple):
    """The message is not whole. `missing`: bytes that it lacks at least."""

    missing: int


class Hello(NamedTuple):
    """A client's hello.

    Attributes:
        server_name: as it was sent; empty when it names none. alpn: protocols in order.
        versions: that are offered, in order, without GREASE. ja3, ja4: fingerprints.
        ech: an encrypted hello may stand behind this one, whose name is then a public one alone. Clients also send
            meaningless bytes in its place, which nobody can tell from it: the name may then be the real one.
        random: of the client, which finds its keys in a key log.
    """

    server_name: str
    alpn: tuple[str, ...] = ()
    versions: tuple[int, ...] = ()
    ja3: str = ""
    ja4: str = ""
    ech: bool = False
    random: bytes = b""


class Server(NamedTuple):
    """A server's hello: the version and the suite of ciphers that hold, the protocol where it is not encrypted.

    Attributes:
        retry: whether it asks for another hello. mac_last: whether records are authenticated after they are encrypted.
    """

    version: int
    cipher: int
    alpn: str = ""
    random: bytes = b""
    retry: bool = False
    mac_last: bool = False


def hello(data: bytes) -> Hello | More | None:
    """The client's hello at the start of a stream, over as many records as it has.

    Returns:
        What it says; `More` when it is not whole yet; None when the bytes are no hello.
    """
    found = _first(bytes(data[: 2 * MAX_HELLO]), CLIENT_HELLO)
    return hello_message(found) if isinstance(found, bytes) else found


def hello_message(message: bytes, *, quic: bool = False) -> Hello | More | None:
    """A hello without records around it, as QUIC carries it."""
    if not message:
        return More(4)
    if message[0] != CLIENT_HELLO:
        return None
    missing = _lacking(message)
    if missing:
        return More(missing) if missing <= MAX_HELLO else None
    try:
        return _client(Cursor(message, 4, 4 + int.from_bytes(message[1:4], "big")), quic)
    except ShortError:
        return None


def server(data: bytes) -> Server | More | None:
    """The server's hello at the start of its side of a stream."""
    found = _first(bytes(data[: 2 * MAX_HELLO]), SERVER_HELLO)
    if not isinstance(found, bytes):
        return found
    try:
        return server_message(found)
    except ShortError:
        return None


def server_message(message: bytes) -> Server:
    """A server's hello without records around it.

    Raises:
        ShortError: it is malformed.
    """
    read = Cursor(message, 4)
    version, random = read.number(2), read.take(32)
    read.vector(1)
    cipher = read.number(2)
    read.take(1)
    extensions = _extensions(read)
    chosen = extensions.get(_VERSIONS, b"")
    if len(chosen) == 2:
        version = int.from_bytes(chosen, "big")
    alpn = _protocols(extensions.get(_ALPN, b""))
    return Server(
        version, cipher, hosts.text(alpn[0]) if alpn else "", random, retry=random == _RETRY, mac_last=22 in extensions
    )


def certificates(data: bytes) -> tuple[str, ...] | More:
    """The names that the server's own certificate is made out for, up to TLS 1.2; later versions encrypt it.

    Args:
        data: the server's side of a stream from its start.

    Returns:
        Its alternative names, else its common name; nothing when no whole certificate was sent. `More` when it is not
        whole yet and more bytes help.
    """
    message = _certificate(bytes(data[:MAX_FLIGHT]))
    if isinstance(message, More) and len(data) < MAX_FLIGHT:
        return message
    if not isinstance(message, bytes):
        return ()
    try:
        read = Cursor(message, 4)
        first = Cursor(read.vector(3)).vector(3)
    except ShortError:
        return ()
    return certificate_names(first)


@lru_cache(SAME)
def certificate_names(der: bytes) -> tuple[str, ...]:
    """The names of a certificate, bounded, each once and in order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about numbers that the standard forbids: they do not matter to names
        try:
            return _names(x509.load_der_x509_certificate(der))
        except Exception:  # noqa: BLE001 - a parser on hostile bytes: whatever it raises means that nothing is named
            return ()


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress))]
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        names = []
    if not names:
        names = [str(item.value) for item in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return tuple(dict.fromkeys(hosts.text(name.encode("utf-8", "replace")) for name in names[:MAX_NAMES] if name))


def handshake(data: bytes, most: int) -> tuple[bytes, bool]:
    """The content of the records of a handshake at the start of a stream, and whether another kind of record, or
    something that is no record, ends it.
    """
    return kernel.records(data, most, MAX_RECORD)


def _first(data: bytes, kind: int) -> bytes | More | None:
    """The first message of a stream when it is of a kind."""
    content, ended = handshake(data, MAX_HELLO + 4)
    if content and content[0] != kind:
        return None
    missing = _lacking(content)
    if not missing:
        return content[: 4 + int.from_bytes(content[1:4], "big")]
    return None if ended or missing > MAX_HELLO else More(missing if content else missing + 5 - min(len(data), 5))


def _lacking(message: bytes) -> int:
    """How many bytes of the message at the front are missing, as far as known."""
    if len(message) < 4:
        return 4 - len(message)
    return max(4 + int.from_bytes(message[1:4], "big") - len(message), 0)


def _certificate(data: bytes) -> bytes | More | None:
    """The message with the certificate, which follows the server's hello."""
    content, ended = handshake(data, MAX_FLIGHT)
    at, message = 0, b""
    for kind in (SERVER_HELLO, CERTIFICATE):
        message = content[at:]
        if message and message[0] != kind:
            return None
        missing = _lacking(message)
        if missing:
            return None if ended or missing > MAX_FLIGHT else More(missing)
        at += 4 + int.from_bytes(message[1:4], "big")
    return message


def _client(read: Cursor, quic: bool) -> Hello:
    version, random = read.number(2), read.take(32)
    read.vector(1)
    ciphers = kernel.numbers(read.vector(2))
    read.vector(1)
    extensions = _extensions(read)
    kinds = without_grease(extensions)
    groups, algorithms = _list(extensions.get(_GROUPS), 2), _list(extensions.get(_ALGORITHMS), 2)
    versions = tuple(_list(extensions.get(_VERSIONS), 1)) or (version,)
    alpn = _protocols(extensions[_ALPN]) if _ALPN in extensions else ()
    return Hello(
        server_name=hosts.text(_server_name(extensions.get(_SERVER_NAME, b""))),
        alpn=tuple(hosts.text(name) for name in alpn),
        versions=versions,
        ja3=ja3(version, ciphers, kinds, groups, list(extensions.get(_FORMATS, b"")[1:])),
        ja4=ja4(max(versions), ciphers, kinds, algorithms, alpn, quic=quic),
        ech=any(kind in extensions for kind in _ENCRYPTED),
        random=random,
    )


def _extensions(read: Cursor) -> dict[int, bytes]:
    """Extensions in order, the first of each kind; those before a malformed one hold."""
    if read.left < 2:
        return {}
    size = read.number(2)
    return kernel.extensions(read.data, read.at, min(read.at + size, read.end))


def _list(raw: bytes | None, size: int) -> list[int]:
    """Numbers of two bytes behind their length, which has `size` bytes, without GREASE."""
    if raw is None:
        return []
    try:
        return kernel.numbers(Cursor(raw).vector(size))
    except ShortError:
        return []


def _server_name(raw: bytes) -> bytes:
    """The first host name of the list, if all of it is whole: servers refuse another one."""
    found = b""
    try:
        read = Cursor(Cursor(raw).vector(2))
        while read.left:
            kind, name = read.number(1), read.vector(2)
            found = found or (b"" if kind else name)
    except ShortError:
        return b""
    return found


def _protocols(raw: bytes) -> tuple[bytes, ...]:
    found: list[bytes] = []
    try:
        read = Cursor(Cursor(raw).vector(2))
        while read.left and len(found) < MAX_NAMES:
            found.append(read.vector(1))
    except ShortError:
        pass
    return tuple(found)
