"""Every parser that reads hostile bytes: what is fuzzed. One line registers one."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from affidavit.artefact.plist import PlistError, read_plist
from affidavit.evidence.plausible import ImplausibleError
from affidavit.model.errors import KnowledgeError, UnreadableError, UsageError, VerificationError
from affidavit.sandbox.channel import ChannelError
from affidavit.signing.apple.blobs import MalformedError
from affidavit.signing.apple.entitlements import read_der
from affidavit.signing.apple.profile import read_profile
from affidavit.signing.certificate import UnreadableCertificateError
from affidavit.signing.signed_data import UnreadableSignedDataError, read_signed_data
from tests.fuzz import (
    uses,
    uses_captures,
    uses_networks,
    uses_packets,
    uses_personal,
    uses_records,
    uses_signing,
    uses_traffic,
    uses_worker,
)
from tests.mutation import binaries, blocks, chunks, dexes, machos, raw, texts, zips
from tests.mutation.cases import Change
from tests.mutation.fields import poke

WORKER = (ImplausibleError, ChannelError, msgspec.DecodeError, UnicodeDecodeError, RecursionError, TimeoutError)
"""What the parent of a worker takes for an answer of no known form (`affidavit.evidence.walled`)."""


@dataclass(frozen=True)
class Target:
    """One parser.

    Attributes:
        name: of the target, its seeds and its regressions.
        use: reads bytes and does with the result what the program does.
        raises: the exceptions that it declares; any other one is a defect.
        change: what the gate's own mutations know of the format.
        largest: bytes of an input; slow targets get further with small ones.
    """

    name: str
    use: Callable[[bytes], object]
    raises: tuple[type[Exception], ...] = ()
    change: Change = raw.scribble
    largest: int = 64 << 10

    def run(self, data: bytes) -> None:
        """Read the bytes; raises what is not declared."""
        try:
            self.use(data)
        except self.raises:
            return


_ALL = (
    Target("zip", uses.zip_file, change=zips.structure),
    Target("inflate", uses.stream),
    Target("axml", uses.manifest, change=chunks.mutate, largest=16 << 10),
    Target("text-xml", uses.manifest, change=texts.rewrite),
    Target("network-security", uses.security, change=texts.rewrite),
    Target("arsc", uses.table, change=chunks.mutate),
    Target("string-pool", uses.pool, change=chunks.mutate, largest=8 << 10),
    Target("dex", uses.dex, change=dexes.mutate, largest=8 << 10),
    Target("class", uses.class_file, change=binaries.class_file, largest=8 << 10),
    Target("elf", uses.elf, change=binaries.elf),
    Target("certificate", uses.certificate, (UnreadableCertificateError,), binaries.der),
    Target("pkcs7", uses.signed_data, (UnreadableCertificateError,), binaries.der),
    Target("signing-block", uses.signing_block, change=lambda draw, data: poke(draw, data, blocks.pick)),
    Target("media", uses.media),
    Target("text", uses.text, change=texts.rewrite),
    Target("bundle", uses.bundle_file, (VerificationError,), zips.fields),
    Target("envelope", uses.envelope, (VerificationError,), texts.rewrite),
    Target("worker", uses_worker.worker, WORKER, texts.rewrite),
    Target("plist", read_plist, (PlistError,), texts.rewrite),
    Target("code-signature", uses_signing.code_signature, change=machos.mutate),
    Target("signed-app", uses_signing.signed_file, change=blocks.mutate, largest=16 << 10),
    Target("jar-manifest", uses_signing.jar_manifest, change=texts.rewrite),
    Target("signed-data", read_signed_data, (UnreadableSignedDataError,), binaries.der),
    Target("idsig", uses_signing.idsig),
    Target("profile", read_profile, (MalformedError,), binaries.der),
    Target("packets", uses_packets.capture),
    Target("message", uses_personal.message, change=texts.rewrite),
    Target("device-profile", uses_personal.profile, (UsageError,), texts.rewrite, largest=4 << 10),
    Target("entitlements", read_der, (MalformedError,), binaries.der),
    Target("tls-hello", uses_traffic.hello, largest=8 << 10),
    Target("quic", uses_traffic.datagrams, largest=8 << 10),
    Target("dns", uses_traffic.names, largest=4 << 10),
    Target("http1", uses_traffic.messages, largest=8 << 10),
    Target("http2", uses_traffic.frames, largest=8 << 10),
    Target("connection", uses_traffic.connection, largest=16 << 10),
    Target("har", uses_captures.capture, change=texts.rewrite),
    Target("mitmproxy", uses_captures.capture),
    Target("zeek", uses_captures.capture, change=texts.rewrite),
    Target("flow-logs", uses_captures.capture, change=texts.rewrite),
    Target("dns-logs", uses_captures.capture, change=texts.rewrite),
    Target("records", uses_records.read, (UnreadableError,), texts.rewrite, 16 << 10),
    Target("zone", uses_records.zone, (UnreadableError,), texts.rewrite, 16 << 10),
    Target("snapshot", uses_networks.snapshot, (KnowledgeError,), largest=8 << 10),
    Target("networks", uses_networks.networks, (UnreadableError,), texts.rewrite, largest=16 << 10),
)
TARGETS = {target.name: target for target in _ALL}
