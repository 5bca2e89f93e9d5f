"""Records of TLS sealed the obvious way, one construction after the other, with the library's own derivations."""

import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

HASHES = {"sha256": hashes.SHA256, "sha384": hashes.SHA384}
AEADS = {"gcm": AESGCM, "ccm": AESCCM, "chacha": ChaCha20Poly1305}


def expanded(secret: bytes, label: str, size: int, digest: str) -> bytes:
    """HKDF-Expand-Label (RFC 8446, section 7.1) with an empty context."""
    full = b"tls13 " + label.encode()
    info = size.to_bytes(2, "big") + bytes([len(full)]) + full + b"\x00"
    return HKDFExpand(HASHES[digest](), size, info).derive(secret)


def prf(secret: bytes, seed: bytes, size: int, digest: str) -> bytes:
    """P_hash of RFC 5246, section 5."""
    links = [seed]
    while len(links) < 20:
        links.append(hmac.digest(secret, links[-1], digest))
    return b"".join(hmac.digest(secret, link + seed, digest) for link in links[1:])[:size]


def xored(nonce: bytes, number: int) -> bytes:
    return bytes(a ^ b for a, b in zip(nonce, number.to_bytes(len(nonce), "big"), strict=True))


def sealed_13(secret: bytes, suite: tuple[str, int, str], number: int, content: bytes) -> tuple[bytes, bytes]:
    """Head and content of a record of TLS 1.3. `suite`: kind, bytes of the key, digest."""
    kind, size, digest = suite
    head = b"\x17\x03\x03" + (len(content) + 16).to_bytes(2, "big")
    nonce = xored(expanded(secret, "iv", 12, digest), number)
    return head, AEADS[kind](expanded(secret, "key", size, digest)).encrypt(nonce, content, head)


def sealed_12(
    keys: tuple[bytes, bytes, bytes],
    suite: tuple[str, str],
    number: int,
    content: bytes,
    *,
    mac_last: bool = False,
    padding: int = 0,
) -> tuple[bytes, bytes]:
    """Head and content of a record of TLS 1.2.

    Args:
        keys: for authentication, for encryption, and the fixed part of the nonce.
        suite: kind, and digest of the authentication.
        number: of the record.
        content: of it.
        mac_last: encrypt first, authenticate then (RFC 7366).
        padding: whole blocks of padding beyond what is needed.
    """
    mac, key, fixed = keys
    kind, digest = suite
    start = number.to_bytes(8, "big") + b"\x17\x03\x03"
    if kind == "gcm":
        explicit = b"explicit"
        about = start + len(content).to_bytes(2, "big")
        body = explicit + AESGCM(key).encrypt(fixed + explicit, content, about)
    elif kind == "chacha":
        about = start + len(content).to_bytes(2, "big")
        body = ChaCha20Poly1305(key).encrypt(xored(fixed, number), content, about)
    else:
        first = bytes(range(16))
        inner = content
        if not mac_last:
            inner += hmac.digest(mac, start + len(content).to_bytes(2, "big") + content, digest)
        fill = 15 - len(inner) % 16 + 16 * padding
        inner += bytes([fill]) * (fill + 1)
        sealer = Cipher(algorithms.AES(key), modes.CBC(first)).encryptor()
        body = first + sealer.update(inner) + sealer.finalize()
        if mac_last:
            body += hmac.digest(mac, start + len(body).to_bytes(2, "big") + body, digest)
    return b"\x17\x03\x03" + len(body).to_bytes(2, "big"), body
