"""Small files of formats that no made app holds."""

import plistlib
import struct

from tests.builders import apple, axml, macho, signing, traffic
from tests.builders.axml import e
from tests.builders.signing import prefixed
from tests.fuzz import uses_personal
from tests.mutation.apps import RIGHTS, pkcs7, small_program

SECURITY = e(
    "network-security-config",
    {},
    e(
        "base-config",
        {"cleartextTrafficPermitted": "true"},
        e("trust-anchors", {}, e("certificates", {"src": "user"})),
    ),
    e(
        "domain-config",
        {},
        e("domain", {"includeSubdomains": "true"}, text="example.org"),
        e("pin-set", {"expiration": "2030-01-01"}, e("pin", {"digest": "SHA-256"}, text="AAAA")),
    ),
    e("debug-overrides", {}),
)
PROPERTIES = {"CFBundleIdentifier": "org.example", "a": [1, 2.5, True, b"data"], "b": {"c": "ä"}}


def idsig() -> bytes:
    """A v4 file with made-up digests (AOSP, "APK Signature Scheme v4", file format)."""
    hashing = struct.pack("<IB", 1, 12) + prefixed() + prefixed(bytes(32))
    signature = struct.pack("<I", 0x0201) + prefixed(bytes(64))
    signer = prefixed(bytes(32)) + prefixed(signing.certificate()) + prefixed() + prefixed(bytes(64)) + signature
    return struct.pack("<I", 2) + prefixed(hashing) + prefixed(signer) + prefixed(bytes(4_096))


def packet_captures() -> list[bytes]:
    """Hellos, questions, requests and datagrams of QUIC, in both kinds of file, on three kinds of link."""
    talk = traffic.Talk(most=300).open().say(0, traffic.records(traffic.client_hello("a.example")))
    talk.say(1, traffic.records(traffic.server_hello())).close()
    told = traffic.dns_message("a.example", [traffic.dns_record("a.example", 1, bytes(4))])
    quic = traffic.initial(traffic.crypto_frame(0, traffic.client_hello("q.example")))
    spoken = traffic.Talk(ports=(4_000, 80)).open().say(0, traffic.http_request()).say(1, traffic.http_response(b"x"))
    ends = traffic.CLIENT, traffic.SERVER
    parts = [*talk.packets, traffic.udp(*ends, (53, 5_000), told), traffic.udp(*ends, (5_000, 443), quic)]
    parts += [*spoken.packets, traffic.udp("2001:db8::1", "2001:db8::2", (5_353, 5_353), told)]
    keys = b"CLIENT_RANDOM " + b"00" * 32 + b" " + b"11" * 48 + b"\n"
    framed = [traffic.ethernet(part) for part in parts]
    return [traffic.pcap(parts), traffic.pcapng(parts, keys=keys), traffic.pcap(framed, link=1)]


def made_files() -> dict[str, list[bytes]]:
    """The files by target."""
    return {
        "string-pool": [axml.string_pool(["a", "ä", "🎈"], utf8=utf8) for utf8 in (True, False)],
        "certificate": [signing.certificate(kind=kind) for kind in ("ec", "ed25519")],
        "network-security": [axml.text(SECURITY), axml.binary(SECURITY)],
        "text-xml": [axml.text(SECURITY)],
        "plist": [plistlib.dumps(PROPERTIES, fmt=form) for form in (plistlib.FMT_XML, plistlib.FMT_BINARY)],
        "idsig": [idsig()],
        "profile": [pkcs7(signing.certificate(), plistlib.dumps(PROPERTIES))],
        "packets": packet_captures(),
        "message": uses_personal.made(),
        "device-profile": [uses_personal.PROFILE],
        "entitlements": [apple.der_entitlements(RIGHTS)],
        "code-signature": [small_program(), macho.fat([(macho.Cpu().type, small_program())])],
    }
