"""Digests of an APK's contents made in the plainest way, from the description of APK Signature Scheme v2 alone.

The contents are put together as one APK without signing block first; nothing is streamed, nothing is kept.
"""

import hashlib
import struct


def without_block(apk: bytes, block: int, directory: int, record: int) -> bytes:
    """The APK as it was before a signing block was put in between `block` and `directory`."""
    end = apk[record : record + 16] + struct.pack("<I", block) + apk[record + 20 :]
    return apk[:block] + apk[directory:record] + end


def digest(plain: bytes, kind: str) -> bytes:
    """The digest of an APK without signing block."""
    if kind == "verity-sha256":
        return tree(plain)
    return chunks(plain, "sha512" if kind == "chunked-sha512" else "sha256")


def chunks(plain: bytes, name: str) -> bytes:
    record = plain.rindex(b"PK\x05\x06")
    directory = int.from_bytes(plain[record + 16 : record + 20], "little")
    found = []
    for section in (plain[:directory], plain[directory:record], plain[record:]):
        rest = section
        while rest:
            chunk, rest = rest[: 1024 * 1024], rest[1024 * 1024 :]
            found.append(hashlib.new(name, b"\xa5" + struct.pack("<I", len(chunk)) + chunk).digest())
    return hashlib.new(name, b"\x5a" + struct.pack("<I", len(found)) + b"".join(found)).digest()


def tree(plain: bytes) -> bytes:
    level = hashes(plain)
    while len(level) > 4096:
        level = hashes(level)
    return hashes(level.ljust(4096, b"\0")) + struct.pack("<Q", len(plain))


def hashes(data: bytes) -> bytes:
    """The salted hashes of all pages; the last page is filled up with zeros."""
    padded = data + bytes(-len(data) % 4096)
    pages = [padded[at : at + 4096] for at in range(0, len(padded), 4096)]
    return b"".join(hashlib.sha256(bytes(8) + page).digest() for page in pages)
