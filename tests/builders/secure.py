"""Real connections of TLS, made in memory: what each side sends, and the secrets that its library writes down."""

import datetime as dt
import ssl
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

HOST = "api.example.com"
CLIENT, SERVER = 0, 1
Flight = tuple[int, bytes]
"""Who sends, and what."""


@cache
def certificate() -> bytes:
    """Key and certificate of the server, in PEM."""
    key = rsa.generate_private_key(65_537, 2_048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return pem + made.public_bytes(serialization.Encoding.PEM)


def contexts(
    version: ssl.TLSVersion, ciphers: str, alpn: Sequence[str], log: Path
) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The client's and the server's settings."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    pem = log.with_suffix(".pem")
    pem.write_bytes(certificate())
    server.load_cert_chain(pem)
    for each in (client, server):
        each.minimum_version = each.maximum_version = version
        if ciphers:
            each.set_ciphers(ciphers)
        if alpn:
            each.set_alpn_protocols(list(alpn))
    client.keylog_filename = str(log)
    return client, server


class Secure:
    """Two ends of one connection, joined byte by byte.

    Attributes:
        flights: what was sent, in order.
    """

    def __init__(self, client: ssl.SSLContext, server: ssl.SSLContext, session: ssl.SSLSession | None = None) -> None:
        self.flights: list[Flight] = []
        self._pipes = [(ssl.MemoryBIO(), ssl.MemoryBIO()) for _ in range(2)]
        self.ends = [
            client.wrap_bio(*self._pipes[CLIENT], server_hostname=HOST, session=session),
            server.wrap_bio(*self._pipes[SERVER], server_side=True),
        ]
        waiting = {CLIENT, SERVER}
        while waiting:
            for side in sorted(waiting):
                try:
                    self.ends[side].do_handshake()
                    waiting.discard(side)
                except ssl.SSLWantReadError:
                    pass
                self._carry(side)
        self.say(SERVER, b"")  # tickets are on their way now

    def say(self, side: int, data: bytes) -> "Secure":
        """Send content, and have it read at the other end."""
        if data:
            self.ends[side].write(data)
        self._carry(side)
        other, got = self.ends[1 - side], b""
        try:
            while True:
                got += other.read(1 << 16)
        except ssl.SSLWantReadError:
            pass
        assert got == data
        self._carry(1 - side)
        return self

    def _carry(self, side: int) -> None:
        data = self._pipes[side][1].read()
        if data:
            self.flights.append((side, data))
            self._pipes[1 - side][0].write(data)


@cache
def recorded(
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    ciphers: str = "",
    alpn: tuple[str, ...] = ("http/1.1",),
    said: tuple[Flight, ...] = (),
) -> tuple[tuple[Flight, ...], bytes]:
    """A connection with what is said in it: its flights, and its key log."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "keys"
        made = Secure(*contexts(version, ciphers, alpn, log))
        for side, data in said:
            made.say(side, data)
        return tuple(made.flights), log.read_bytes()


def h2_frame(kind: int, flags: int, stream: int, content: bytes = b"") -> bytes:
    """A frame of HTTP/2."""
    return len(content).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + content


def h2_headers(block: bytes, stream: int, *, last: bool = True, pieces: int = 1, padding: int = 0) -> Iterable[bytes]:
    """A head in one frame of headers and its continuations."""
    size = -(-len(block) // pieces)
    parts = [block[at : at + size] for at in range(0, len(block), size)]
    for number, part in enumerate(parts):
        ends = 4 if number == len(parts) - 1 else 0
        if number:
            yield h2_frame(9, ends, stream, part)
        elif padding:
            yield h2_frame(1, ends | last | 8, stream, bytes([padding]) + part + bytes(padding))
        else:
            yield h2_frame(1, ends | last, stream, part)
