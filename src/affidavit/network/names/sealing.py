"""Records of TLS opened with the secrets of their connection.

Sources: RFC 8446, sections 5.2 and 7.3 (TLS 1.3), RFC 5246, sections 5, 6.2.3 and 6.3 (TLS 1.2), RFC 5288 (GCM), RFC
7905 (ChaCha20-Poly1305), RFC 7366 (encrypt-then-MAC). A record opens only when its authentication is right, so that
what is read is what was sent.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

_BLOCK: Final = 16


class Aead(Protocol):
    """Opens and checks at once."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """The content.

        Raises:
            InvalidTag: it was not sealed with this key.
        """


@dataclass(frozen=True, slots=True)
class Suite:
    """What a suite of ciphers seals with.

    Attributes:
        kind: ``gcm``, ``ccm``, ``chacha`` or ``cbc``. key: bytes of the key. digest: of the pseudo-random function.
        mac: digest of the records' own authentication; empty where sealing authenticates.
    """

    kind: str
    key: int
    digest: str
    mac: str = ""


def _suites() -> dict[int, Suite]:
    groups: tuple[tuple[Suite, tuple[int, ...]], ...] = (
        (Suite("gcm", 16, "sha256"), (0x1301, 0x9C, 0x9E, 0xA0, 0xA8, 0xAA, 0xAC, 0xC02B, 0xC02D, 0xC02F, 0xC031)),
        (Suite("gcm", 32, "sha384"), (0x1302, 0x9D, 0x9F, 0xA1, 0xA9, 0xAB, 0xAD, 0xC02C, 0xC02E, 0xC030, 0xC032)),
        (Suite("chacha", 32, "sha256"), (0x1303, 0xCCA8, 0xCCA9, 0xCCAA, 0xCCAB, 0xCCAC, 0xCCAD, 0xCCAE)),
        (Suite("ccm", 16, "sha256"), (0x1304,)),
        (Suite("cbc", 16, "sha256", "sha1"), (0x2F, 0x31, 0x33, 0x8C, 0xC004, 0xC009, 0xC00E, 0xC013, 0xC035)),
        (Suite("cbc", 32, "sha256", "sha1"), (0x35, 0x37, 0x39, 0x8D, 0xC005, 0xC00A, 0xC00F, 0xC014, 0xC036)),
        (Suite("cbc", 16, "sha256", "sha256"), (0x3C, 0x3F, 0x67, 0xAE, 0xC023, 0xC025, 0xC027, 0xC029)),
        (Suite("cbc", 32, "sha256", "sha256"), (0x3D, 0x69, 0x6B)),
        (Suite("cbc", 32, "sha384", "sha384"), (0xC024, 0xC026, 0xC028, 0xC02A)),
    )
    return {number: suite for suite, numbers in groups for number in numbers}


SUITES: Final = _suites()
"""Suites that are opened, by their numbers at IANA."""


class Record(NamedTuple):
    """A sealed record: its number under the keys that hold, its head of five bytes, its content."""

    number: int
    head: bytes
    content: bytes

    def about(self, size: int) -> bytes:
        """What is authenticated beside a content of so many bytes, up to TLS 1.2."""
        return self.number.to_bytes(8, "big") + self.head[:3] + size.to_bytes(2, "big")


Open = Callable[[Record], bytes | None]
"""Opens a record; None when it does not open."""


def expand(secret: bytes, label: str, size: int, digest: str) -> bytes:
    """HKDF-Expand-Label with an empty context (RFC 8446, section 7.1)."""
    name = b"tls13 " + label.encode()
    info = size.to_bytes(2, "big") + bytes([len(name)]) + name + b"\x00"
    found, last, step = b"", b"", 1
    while len(found) < size:
        last = hmac.digest(secret, last + info + bytes([step]), digest)
        found += last
        step += 1
    return found[:size]


def next_secret(secret: bytes, suite: Suite) -> bytes:
    """The secret after a key update (RFC 8446, section 7.2)."""
    return expand(secret, "traffic upd", len(secret), suite.digest)


def modern(secret: bytes, suite: Suite) -> Open:
    """What opens the records of one side in TLS 1.3, up to the next key update."""
    opener = _aead(suite, expand(secret, "key", suite.key, suite.digest))
    nonce = int.from_bytes(expand(secret, "iv", 12, suite.digest), "big")

    def opened(record: Record) -> bytes | None:
        return _decrypted(opener, (nonce ^ record.number).to_bytes(12, "big"), record.content, record.head)

    return opened


def classic(master: bytes, randoms: bytes, suite: Suite, *, mac_last: bool) -> tuple[Open, Open]:
    """What opens the client's and the server's records in TLS 1.2.

    Args:
        master: the master secret.
        randoms: of the server, then of the client.
        suite: that holds.
        mac_last: whether records are encrypted first and authenticated then.
    """
    mac = hmac.new(b"", b"", suite.mac).digest_size if suite.mac else 0
    fixed = {"gcm": 4, "chacha": 12}.get(suite.kind, 0)
    block = _prf(master, b"key expansion" + randoms, 2 * (mac + suite.key + fixed), suite.digest)
    cuts, at = [], 0
    for size in (mac, mac, suite.key, suite.key, fixed, fixed):
        cuts.append(block[at : at + size])
        at += size
    return _side(suite, cuts[0::2], mac_last), _side(suite, cuts[1::2], mac_last)


def _side(suite: Suite, cuts: list[bytes], mac_last: bool) -> Open:
    mac, key, fixed = cuts
    if suite.kind == "cbc":
        return partial(_blocks_authenticated if mac_last else _blocks, key, mac, suite.mac)
    return partial(_sealed, _aead(suite, key), fixed, suite.kind == "gcm")


def _aead(suite: Suite, key: bytes) -> Aead:
    if suite.kind == "gcm":
        return AESGCM(key)
    return AESCCM(key) if suite.kind == "ccm" else ChaCha20Poly1305(key)


def _prf(secret: bytes, seed: bytes, size: int, digest: str) -> bytes:
    found, link = b"", seed
    while len(found) < size:
        link = hmac.digest(secret, link, digest)
        found += hmac.digest(secret, link + seed, digest)
    return found[:size]


def _decrypted(opener: Aead, nonce: bytes, content: bytes, about: bytes) -> bytes | None:
    try:
        return opener.decrypt(nonce, content, about)
    except (InvalidTag, ValueError):
        return None


def _sealed(opener: Aead, fixed: bytes, explicit: bool, record: Record) -> bytes | None:
    content = record.content
    if explicit:
        nonce, content = fixed + content[:8], content[8:]
    else:
        nonce = (int.from_bytes(fixed, "big") ^ record.number).to_bytes(12, "big")
    if len(content) < _BLOCK:
        return None
    return _decrypted(opener, nonce, content, record.about(len(content) - _BLOCK))


def _blocks(key: bytes, mac: bytes, digest: str, record: Record) -> bytes | None:
    """Content, its authentication and padding, encrypted together."""
    plain = _unpadded(key, record.content)
    if plain is None or len(plain) < len(mac):
        return None
    inner, sent = plain[: -len(mac)], plain[-len(mac) :]
    return inner if hmac.compare_digest(hmac.digest(mac, record.about(len(inner)) + inner, digest), sent) else None


def _blocks_authenticated(key: bytes, mac: bytes, digest: str, record: Record) -> bytes | None:
    """Content and padding encrypted, and their authentication after it."""
    inner, sent = record.content[: -len(mac)], record.content[-len(mac) :]
    if not hmac.compare_digest(hmac.digest(mac, record.about(len(inner)) + inner, digest), sent):
        return None
    return _unpadded(key, inner)


def _unpadded(key: bytes, content: bytes) -> bytes | None:
    """What is behind the first block, decrypted, without its padding."""
    if len(content) < 2 * _BLOCK or len(content) % _BLOCK:
        return None
    # The protocol has CBC, and what it holds is authenticated beside.
    opener = Cipher(algorithms.AES(key), modes.CBC(content[:_BLOCK])).decryptor()
    plain = opener.update(content[_BLOCK:])
    padding = plain[-1] + 1
    return plain[:-padding] if len(plain) >= padding and plain.endswith(bytes([padding - 1]) * padding) else None
