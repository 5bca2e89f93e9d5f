"""Traffic made byte by byte: hellos, QUIC packets, DNS and HTTP messages, and captures around them."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

CLIENT, SERVER = "10.0.0.2", "198.51.100.7"
GREASE = 0x2A2A
CIPHERS = (0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0x009C)
SALTS = {
    0x00000001: bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"),
    0x6B3343CF: bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"),
    0xFF00001D: bytes.fromhex("afbfec289993d24c9e9786f19c6111e04390a899"),
    0xFF000017: bytes.fromhex("c3eef712c72ebb5a11a7d2432bb46365bef9f502"),
    0xFF00001B: bytes.fromhex("c3eef712c72ebb5a11a7d2432bb46365bef9f502"),
    0xFACEB002: bytes.fromhex("c3eef712c72ebb5a11a7d2432bb46365bef9f502"),
}


def vector(data: bytes, size: int) -> bytes:
    return len(data).to_bytes(size, "big") + data


def numbers(values: Iterable[int]) -> bytes:
    return b"".join(value.to_bytes(2, "big") for value in values)


def extension(kind: int, data: bytes = b"") -> bytes:
    return kind.to_bytes(2, "big") + vector(data, 2)


def server_name(name: bytes) -> bytes:
    return extension(0, vector(b"\x00" + vector(name, 2), 2))


def protocols(names: Iterable[bytes]) -> bytes:
    return extension(16, vector(b"".join(vector(name, 1) for name in names), 2))


def client_hello(
    name: str = "api.example.com",
    *,
    alpn: Sequence[bytes] = (b"h2", b"http/1.1"),
    versions: Sequence[int] = (0x0304, 0x0303),
    ciphers: Sequence[int] = CIPHERS,
    extensions: Sequence[bytes] | None = None,
    grease: bool = False,
    ech: bool = False,
    random: bytes = bytes(range(32)),
) -> bytes:
    """The message without records. `extensions`: all of them, in place of those that the other arguments ask for."""
    if extensions is None:
        extensions = [
            *([extension(GREASE)] if grease else []),
            *([server_name(name.encode("latin-1"))] if name else []),
            extension(10, vector(numbers([*([GREASE] if grease else []), 29, 23, 24]), 2)),
            extension(11, b"\x01\x00"),
            extension(13, vector(numbers([0x0403, 0x0804, 0x0401]), 2)),
            *([protocols(alpn)] if alpn else []),
            *([extension(43, vector(numbers([*([GREASE] if grease else []), *versions]), 1))] if versions else []),
            extension(51, vector(numbers([29]) + vector(bytes(32), 2), 2)),
            *([extension(0xFE0D, b"\x00" + bytes(40))] if ech else []),
        ]
    suites = numbers([*([GREASE] if grease else []), *ciphers])
    body = b"\x03\x03" + random + vector(bytes(32), 1) + vector(suites, 2) + b"\x01\x00"
    return b"\x01" + vector(body + vector(b"".join(extensions), 2), 3)


def server_hello(version: int = 0x0303, cipher: int = 0xC02F, extensions: bytes = b"") -> bytes:
    body = b"\x03\x03" + bytes(reversed(range(32))) + b"\x00" + cipher.to_bytes(2, "big") + b"\x00"
    if version == 0x0304:
        extensions += extension(43, b"\x03\x04")
    return b"\x02" + vector(body + vector(extensions, 2), 3)


def certificate_message(*ders: bytes) -> bytes:
    return b"\x0b" + vector(vector(b"".join(vector(der, 3) for der in ders), 3), 3)


def records(message: bytes, sizes: Sequence[int] = (), version: bytes = b"\x03\x01") -> bytes:
    """Records of a handshake: as long as `sizes` say, the rest in one."""
    parts, at = [], 0
    for size in (*sizes, len(message)):
        part = message[at : at + size]
        if part:
            parts.append(b"\x16" + version + vector(part, 2))
        at += size
    return b"".join(parts)


def varint(value: int) -> bytes:
    for size, mark in ((1, 0), (2, 1), (4, 2), (8, 3)):
        if value < 1 << (8 * size - 2):
            return (value | mark << (8 * size - 2)).to_bytes(size, "big")
    raise ValueError(value)


def expand_label(secret: bytes, label: str, size: int) -> bytes:
    """HKDF-Expand-Label of RFC 8446, section 7.1, with an empty context."""
    info = size.to_bytes(2, "big") + vector(b"tls13 " + label.encode(), 1) + b"\x00"
    return HKDFExpand(hashes.SHA256(), size, info).derive(secret)


def hkdf_extract(salt: bytes, key: bytes) -> bytes:
    import hmac

    return hmac.digest(salt, key, "sha256")


def crypto_frame(offset: int, data: bytes) -> bytes:
    return b"\x06" + varint(offset) + varint(len(data)) + data


def initial(
    frames: bytes,
    *,
    to: bytes = b"\x83\x94\xc8\xf0\x3e\x51\x57\x08",
    keyed_by: bytes | None = None,
    version: int = 1,
    number: int = 0,
    token: bytes = b"",
    side: str = "client",
    size: int = 1_162,
) -> bytes:
    """A protected Initial packet (RFC 9001, section 5), padded to `size` bytes of content."""
    names = ("quicv2 key", "quicv2 iv", "quicv2 hp") if version == 0x6B3343CF else ("quic key", "quic iv", "quic hp")
    secret = expand_label(hkdf_extract(SALTS[version], to if keyed_by is None else keyed_by), f"{side} in", 32)
    key, nonce, mask_key = (
        expand_label(secret, name, length) for name, length in zip(names, (16, 12, 16), strict=True)
    )
    content = frames + bytes(max(size - len(frames), 0))
    first = (0xD0 if version == 0x6B3343CF else 0xC0) | 0x03
    head = (
        bytes([first])
        + version.to_bytes(4, "big")
        + vector(to, 1)
        + vector(b"\x11\x22\x33\x44", 1)
        + varint(len(token))
        + token
        + varint(4 + len(content) + 16)
        + number.to_bytes(4, "big")
    )
    sealed = AESGCM(key).encrypt((int.from_bytes(nonce, "big") ^ number).to_bytes(12, "big"), content, head)
    mask = Cipher(algorithms.AES(mask_key), modes.ECB()).encryptor().update(sealed[:16])  # noqa: S305 - as QUIC has it
    hidden = bytes(byte ^ cover for byte, cover in zip(head[-4:], mask[1:5], strict=True))
    return bytes([first ^ (mask[0] & 0x0F)]) + head[1:-4] + hidden + sealed


def dns_name(name: str) -> bytes:
    labels = [label.encode("latin-1") for label in name.split(".") if label]
    return b"".join(vector(label, 1) for label in labels) + b"\x00"


def dns_record(name: str | bytes, kind: int, data: bytes, ttl: int = 300) -> bytes:
    owner = name if isinstance(name, bytes) else dns_name(name)
    return owner + struct.pack(">HHI", kind, 1, ttl) + vector(data, 2)


def dns_message(
    name: str, records_: Iterable[bytes] = (), *, kind: int = 1, number: int = 7, answer: bool = True, code: int = 0
) -> bytes:
    """A question, or its answer with records (see `dns_record`)."""
    found = list(records_)
    flags = (0x8180 if answer else 0x0100) | code
    head = struct.pack(">HHHHHH", number, flags, 1, len(found), 0, 0)
    return head + dns_name(name) + struct.pack(">HH", kind, 1) + b"".join(found)


def http_request(
    host: str = "example.com", target: str = "/", method: str = "GET", body: bytes = b"", **more: str
) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *(f"{key.replace('_', '-')}: {more[key]}" for key in more)]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def http_response(body: bytes = b"", status: int = 200, **more: str) -> bytes:
    lines = [f"HTTP/1.1 {status} OK", *(f"{key.replace('_', '-')}: {more[key]}" for key in more)]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1") + body


def ip_packet(source: str, target: str, protocol: int, payload: bytes) -> bytes:
    """An IP packet, of version 4 or 6 as the addresses are."""
    one, other = ip_address(source), ip_address(target)
    if one.version == 6:
        return struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64) + one.packed + other.packed + payload
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0) + one.packed + other.packed
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    return head[:10] + struct.pack(">H", ~(total + (total >> 16)) & 0xFFFF) + head[12:] + payload


def udp(source: str, target: str, ports: tuple[int, int], payload: bytes) -> bytes:
    return ip_packet(source, target, 17, struct.pack(">HHHH", *ports, 8 + len(payload), 0) + payload)


def tcp(
    source: str, target: str, ports: tuple[int, int], payload: bytes, at: tuple[int, int], *, flags: int = 0x18
) -> bytes:
    """A segment; `at`: its sequence number and what it acknowledges."""
    head = struct.pack(">HHIIBBHHH", *ports, at[0] & 0xFFFFFFFF, at[1] & 0xFFFFFFFF, 5 << 4, flags, 65_535, 0, 0)
    return ip_packet(source, target, 6, head + payload)


def ethernet(packet: bytes) -> bytes:
    kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    return b"\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01" + kind.to_bytes(2, "big") + packet


def pcap(packets: Iterable[bytes], *, link: int = 101, start: int = 1_700_000_000_000_000, step: int = 1_000) -> bytes:
    """A capture of packets (link type 101: IP without a frame around it), `step` microseconds apart."""
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, link)]
    for index, packet in enumerate(packets):
        seconds, micros = divmod(start + index * step, 1_000_000)
        parts += [struct.pack("<IIII", seconds, micros, len(packet), len(packet)), packet]
    return b"".join(parts)


def block(kind: int, body: bytes) -> bytes:
    """A block of a pcapng file, padded to four bytes."""
    body += bytes(-len(body) % 4)
    size = 12 + len(body)
    return struct.pack("<II", kind, size) + body + struct.pack("<I", size)


def pcapng(
    packets: Iterable[bytes], *, link: int = 101, keys: bytes = b"", start: int = 1_700_000_000_000_000
) -> bytes:
    """The same as pcapng; `keys`: a key log that it embeds."""
    parts = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)), block(1, struct.pack("<HHI", link, 0, 0))]
    if keys:
        parts.append(block(10, struct.pack("<II", 0x544C534B, len(keys)) + keys))
    for index, packet in enumerate(packets):
        high, low = divmod(start + index * 1_000, 1 << 32)
        parts.append(block(6, struct.pack("<IIIII", 0, high, low, len(packet), len(packet)) + packet))
    return b"".join(parts)


@dataclass
class Talk:
    """A TCP connection: what each side says, cut into segments."""

    client: str = CLIENT
    server: str = SERVER
    ports: tuple[int, int] = (40_000, 443)
    most: int = 1_400
    sent: list[int] = field(default_factory=lambda: [1_000, 5_000])
    packets: list[bytes] = field(default_factory=list)

    def open(self) -> "Talk":
        self.packets += [self.segment(0, b"", 0x02), self.segment(1, b"", 0x12)]
        self.sent = [at + 1 for at in self.sent]
        self.packets.append(self.segment(0, b"", 0x10))
        return self

    def segment(self, side: int, payload: bytes, flags: int = 0x18) -> bytes:
        """A segment of the client (0) or the server (1) where that side stands; nothing moves."""
        ends = (self.client, self.server) if side == 0 else (self.server, self.client)
        ports = self.ports if side == 0 else self.ports[::-1]
        return tcp(*ends, ports, payload, (self.sent[side], self.sent[1 - side]), flags=flags)

    def say(self, side: int, data: bytes) -> "Talk":
        for at in range(0, len(data), self.most):
            part = data[at : at + self.most]
            self.packets.append(self.segment(side, part))
            self.sent[side] += len(part)
        return self

    def close(self) -> "Talk":
        self.packets += [self.segment(0, b"", 0x11), self.segment(1, b"", 0x11)]
        return self
