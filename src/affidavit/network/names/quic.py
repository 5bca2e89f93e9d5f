"""The client's hello in the first packets of QUIC, which anybody on the way can open.

Sources: RFC 9000 (packets, frames), RFC 9001 (protection of Initial packets), RFC 9369 (version 2), their drafts, and
the description of Google's QUIC before them, whose hello is a list of tags. Salts are those that each version fixes.
"""

import hmac
import re
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from affidavit.network.kernels.cursor import Cursor, ShortError
from affidavit.network.names import hosts
from affidavit.network.names.tls import MAX_HELLO, Hello, More, hello_message

MAX_TRIES = 64
"""Datagrams of one connection that are opened; a hello takes one to four."""
MAX_PIECES = 256
"""Pieces of a hello that are kept; clients that cut it up to hide it make some twenty."""
_MAX_PACKETS = 16
_V2 = (0x6B3343CF, 0x709A50C4)
_SALT_22 = bytes.fromhex("7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a")
_SALT_23 = bytes.fromhex("c3eef712c72ebb5a11a7d2432bb46365bef9f502")
_SALT_29 = bytes.fromhex("afbfec289993d24c9e9786f19c6111e04390a899")
_SALT_1 = bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
_SALTS = {
    0x00000001: _SALT_1,
    0x6B3343CF: bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"),
    0x709A50C4: bytes.fromhex("a707c203a59b47184a1d62ca570406ea7ae3e5d3"),
    0xFACEB001: _SALT_22,
    0xFACEB002: _SALT_23,
    0x51303530: bytes.fromhex("504574efd066fe2f9d945cfcdbd3a7f0d3b56b45"),
    0x54303530: bytes.fromhex("7ff579e5acd072915580304c43a2367c60483110"),
    0x54303531: bytes.fromhex("7a4edef4e7ccee5fa4506c19124fc8ccda6e033d"),
    **dict.fromkeys((0xFF000000 | draft for draft in range(22, 23)), _SALT_22),
    **dict.fromkeys((0xFF000000 | draft for draft in range(23, 29)), _SALT_23),
    **dict.fromkeys((0xFF000000 | draft for draft in range(29, 33)), _SALT_29),
    **dict.fromkeys((0xFF000000 | draft for draft in range(33, 35)), _SALT_1),
}
_GOOGLE = re.compile(rb"Q0[0-9]{2}").fullmatch
_TAGS = b"CHLO"
_OLD = (b"Q044", b"Q045", b"Q046")
_TAGS_WITHIN = 80
"""Bytes of packet and frame in front of a hello of tags at most."""
_SOMETHING = re.compile(rb"[^\x00]").search
_PADDING, _PING, _ACK, _ACK_ECN, _CRYPTO = 0, 1, 2, 3, 6


@dataclass(frozen=True, slots=True)
class _Keys:
    """What opens the client's Initial packets of one connection."""

    opener: AESGCM
    nonce: int
    mask: CipherContext


@dataclass(slots=True)
class State:
    """What was seen of one connection: the reader keeps one for each flow that may be QUIC.

    Attributes:
        pieces: of the hello, as they came. held: bytes of them. tries: datagrams that were looked into.
        keys: that opened a packet: they hold for the connection even when the server has given it another number.
        done: whether nothing more is looked for.
    """

    pieces: list[tuple[int, bytes]] = field(default_factory=list)
    keys: list[_Keys] = field(default_factory=list)
    held: int = 0
    tries: int = 0
    done: bool = False


def initial(datagram: bytes, state: State) -> Hello | More | None:
    """Look into a datagram that a client sent.

    Args:
        datagram: its content.
        state: of the connection; it takes up what the datagram adds.

    Returns:
        The hello once it is whole, one time; `More` while a part of it is missing; None when the datagram adds
        nothing: it is no QUIC, or of the server, or comes after the hello.
    """
    if state.done or len(datagram) < 16:
        return None
    state.tries += 1
    state.done = state.tries >= MAX_TRIES
    data = bytes(datagram[:65_535])
    try:
        found = _google(data) if not data[0] & 0x80 or data[1:5] in _OLD else _packets(data, state)
    except ShortError:
        return None
    if isinstance(found, Hello):
        state.done = True
        state.pieces.clear()
    return found


def _packets(data: bytes, state: State) -> Hello | More | None:
    """The packets of one datagram, of which the Initial ones are opened."""
    at, added, tags = 0, False, None
    for _ in range(_MAX_PACKETS):
        if at + 7 > len(data) or not data[at] & 0x80:
            break
        read = Cursor(data, at + 1)
        version = read.number(4)
        if version not in _SALTS:
            break
        to = read.vector(1)
        read.vector(1)
        kind = (data[at] >> 4 & 3) - (version in _V2) & 3
        if kind == 3 or len(to) > 20:
            break  # the server asks for another start, and nothing follows
        if kind == 0:
            read.take(read.varint())
        size = read.varint()
        end = read.at + size
        if kind == 0 and size >= 20 and end <= len(data):
            content = _opened(data[at:end], read.at - at, version, to, state)
            if content is not None and version == 0x51303530:
                tags = tags or _tagged(content)
            elif content is not None:
                added = _take(content, state) or added
        at = end
    if tags is not None:
        return tags
    return _assembled(state) if added else None


def _opened(packet: bytes, at: int, version: int, to: bytes, state: State) -> bytes | None:
    """The content of an Initial packet whose number is at `at`; None when no key of its connection opens it."""
    for keys in (_keys(version, to), *state.keys):
        mask = keys.mask.update(packet[at + 4 : at + 20])
        first = packet[0] ^ (mask[0] & 0x0F)
        width = (first & 3) + 1
        number = int.from_bytes(packet[at : at + width], "big") ^ int.from_bytes(mask[1 : 1 + width], "big")
        head = bytes([first]) + packet[1:at] + number.to_bytes(width, "big")
        try:
            content = keys.opener.decrypt((keys.nonce ^ number).to_bytes(12, "big"), packet[at + width :], head)
        except (InvalidTag, ValueError):
            continue
        if keys not in state.keys and len(state.keys) < 2:
            state.keys.append(keys)
        return content
    return None


@lru_cache(1_024)
def _keys(version: int, to: bytes) -> _Keys:
    """Keys of the client's side, out of the number that it gave to the server (RFC 9001, section 5.2)."""
    secret = _expand(hmac.digest(_SALTS[version], to, "sha256"), b"client in", 32)
    label = b"quicv2 " if version in _V2 else b"quic "
    key, nonce, mask = (_expand(secret, label + kind, size) for kind, size in ((b"key", 16), (b"iv", 12), (b"hp", 16)))
    covered = Cipher(algorithms.AES(mask), modes.ECB()).encryptor()  # noqa: S305 - one block, as the protocol has it
    return _Keys(AESGCM(key), int.from_bytes(nonce, "big"), covered)


def _expand(secret: bytes, label: bytes, size: int) -> bytes:
    """HKDF-Expand-Label with an empty context, for at most one block of the hash (RFC 8446, section 7.1)."""
    info = size.to_bytes(2, "big") + bytes([6 + len(label)]) + b"tls13 " + label + b"\x00\x01"
    return hmac.digest(secret, info, "sha256")[:size]


def _take(content: bytes, state: State) -> bool:
    """Keep the pieces of the hello in a packet; whether there was one."""
    read, found = Cursor(content), False
    try:
        while read.left:
            kind = read.number(1)
            if kind == _CRYPTO:
                offset, piece = read.varint(), read.take(read.varint())
                found = True
                if offset <= MAX_HELLO and len(state.pieces) < MAX_PIECES and state.held <= MAX_HELLO:
                    state.pieces.append((offset, piece))
                    state.held += len(piece)
            elif kind in (_ACK, _ACK_ECN):
                _acknowledgement(read, kind)
            elif kind == _PADDING:
                more = _SOMETHING(content, read.at)
                read.at = more.start() if more else read.end
            elif kind != _PING:
                break
    except ShortError:
        pass
    return found


def _acknowledgement(read: Cursor, kind: int) -> None:
    read.varint()
    read.varint()
    ranges = read.varint()
    for _ in range(1 + 2 * min(ranges, read.left)):
        read.varint()
    if kind == _ACK_ECN:
        for _ in range(3):
            read.varint()


def _assembled(state: State) -> Hello | More | None:
    """The hello out of its pieces as far as they lie without a gap; where they overlap, the first one holds."""
    whole = bytearray()
    for offset, piece in sorted(state.pieces, key=lambda item: item[0]):
        if offset > len(whole):
            break
        whole += piece[len(whole) - offset :]
    return hello_message(bytes(whole), quic=True)


def _google(data: bytes) -> Hello | More | None:
    """Google's QUIC before TLS, up to version 46: its hello is not encrypted."""
    if not data[0] & 0x80:
        at = 9 if data[0] & 0x08 else 1
        if not data[0] & 0x01 or not _GOOGLE(data[at : at + 4]):
            return None
    return _tagged(data)


def _tagged(data: bytes) -> Hello | More | None:
    """A hello of tags: a table of names and ends, then the values; numbers have their lowest byte first."""
    at = data.find(_TAGS, 0, _TAGS_WITHIN)
    if at < 0 or at + 8 > len(data):
        return None
    count = int.from_bytes(data[at + 4 : at + 6], "little")
    values, begin = at + 8 + 8 * count, 0
    if count > 128:
        return None
    if values > len(data):
        return More(values - len(data))
    for row in range(at + 8, values, 8):
        end = int.from_bytes(data[row + 4 : row + 8], "little")
        if data[row : row + 4] == b"SNI\x00" and 0 <= end - begin <= 512:
            missing = values + end - len(data)
            return More(missing) if missing > 0 else Hello(hosts.text(data[values + begin : values + end]))
        begin = end
    return Hello("")
