"""Signatures: what is in the file, what came of checking it, and what each Android version makes of that."""

import re
from typing import Final, Literal

from msgspec import Struct

DEBUG_SUBJECT: Final = re.compile(r"(?:^|,)CN=Android Debug(?:,|$)")
"""How the development tools name the key that they make by themselves, in a certificate's subject."""

ANY_LEVEL = 0x7FFFFFFF
"""API level that stands for "and every later one", as APK Signature Scheme v3 writes it."""

SignatureOutcome = Literal["verified", "refused", "undetermined"]
"""What came of checking a signature; *undetermined* where it could not be checked to the end."""

Acceptance = Literal["accepted", "refused", "undetermined"]
"""What a platform makes of an app's signatures."""


class Issue(Struct, frozen=True, omit_defaults=True, order=True):
    """One thing that is wrong with a signature, or odd about it.

    Attributes:
        word: vocabulary word: the name that AOSP's apksig has for it, in lower case with hyphens
            (``v2-sig-did-not-verify``); what it means is in ``knowledge/signature_issues``.
        detail: one sentence: what was expected and what was found, and where.
        error: whether the platform refuses the signature for it; otherwise it is a warning.
    """

    word: str
    detail: str
    error: bool = True


class SigningBlock(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="signing-block"):
    """A signature scheme's data, or another block of the APK Signing Block: what is there, whether it holds or not.

    Attributes:
        scheme: ``v1``, ``v2``, ``v3``, ``v3.1``, ``v4``, ``source-stamp``, ``padding``, ``dependency-info``,
            ``play-metadata`` or ``unknown``.
        block_id: hex of the block's id, or empty for v1.
        size: bytes.
        signers: how many signers it lists; -1 when that could not be read.
    """

    scheme: str
    size: int
    block_id: str = ""
    signers: int = -1


class Certificate(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="certificate"):
    """A certificate that a signature block carries. Names are RFC 4514 strings, times are ISO 8601 UTC.

    Attributes:
        scheme: the block's, or ``v3-lineage`` (``v3.1-lineage``) for the keys that the signer had over time.
        key: family and size in bits (``RSA 2048``).
        sha256, sha1, md5: lower-case hex digests of the certificate's bytes (its fingerprints).
        chain: a further certificate that came with a signer's own, such as its issuer's.
        verified: whether it is the certificate of a signer whose signature over this file was checked and holds;
            always false for a `chain`.
    """

    scheme: str
    subject: str
    issuer: str
    serial: str
    not_before: str
    not_after: str
    key: str
    signature_algorithm: str
    sha256: str
    sha1: str
    md5: str = ""
    chain: bool = False
    verified: bool = False


class Signer(Struct, frozen=True, omit_defaults=True):
    """One signer of a scheme.

    Attributes:
        certificate: SHA-256 (hex) of its certificate; empty when none could be read.
        algorithms: the signature algorithms that were checked and hold, in words (``RSA PKCS#1 v1.5 with SHA-256``).
        min_sdk, max_sdk: API levels for which it stands (v3 and v3.1 state them; other schemes mean all).
        issues: what is wrong with this signer.
    """

    certificate: str = ""
    algorithms: tuple[str, ...] = ()
    min_sdk: int = 1
    max_sdk: int = ANY_LEVEL
    issues: tuple[Issue, ...] = ()


class Signature(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="signature"):
    """What came of checking one scheme's signature of one container.

    Attributes:
        scheme: ``v1``, ``v2``, ``v3``, ``v3.1``, ``v4``, ``source-stamp`` or ``apple``.
        outcome: *verified* when every signer that a platform would check holds.
        signers: in the block's order.
        issues: what is wrong with the scheme as a whole.
        covers: which bytes the signature covers, as a sentence with counts.
    """

    scheme: str
    outcome: SignatureOutcome
    signers: tuple[Signer, ...] = ()
    issues: tuple[Issue, ...] = ()
    covers: str = ""


class LineageKey(Struct, frozen=True, omit_defaults=True):
    """A key that the signer had, oldest first in its lineage.

    Attributes:
        certificate: SHA-256 (hex).
        capabilities: what the newer key still grants to it: ``installed-data``, ``shared-uid``, ``permission``,
            ``rollback``, ``auth`` (AOSP, SigningDetails.CertCapabilities).
    """

    certificate: str
    capabilities: tuple[str, ...] = ()


class SigningLineage(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="signing-lineage"):
    """The proof of rotation of a v3 or v3.1 signer: each key signed its successor.

    Attributes:
        scheme: of the block that carries it.
        keys: oldest first; the last is the signer's.
        verified: whether every link was checked and holds.
    """

    scheme: str
    keys: tuple[LineageKey, ...]
    verified: bool


class PlatformVerdict(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="platform-verdict"):
    """What Android versions make of the signatures of one APK; neighbouring levels with the same answer are one fact.

    Attributes:
        min_sdk, max_sdk: API levels, both included; `ANY_LEVEL` is every later one.
        outcome: whether the package manager would accept the signatures. Nothing else that it checks is meant.
        scheme: the scheme that these versions rely on; empty when there is none.
        signers: SHA-256 (hex) of the certificates that these versions take for the app's identity; empty unless it is
            accepted.
        issues: why it is refused, or undetermined.
    """

    min_sdk: int
    max_sdk: int
    outcome: Acceptance
    scheme: str = ""
    signers: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()


class KnownSigner(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="known-signer"):
    """A certificate of a signer whose signature holds, and whose it is according to a source outside the file.

    Attributes:
        certificate: SHA-256 (hex).
        holder: a person or organisation. what: what it signs.
        key: ``public-key`` (the private key is published: anybody can sign with it), ``maker`` (signs its own apps),
            ``store`` (signs apps of others) or ``sample`` (signs apps that were made to be examined).
        source: where that was read. confidence: H, M or L.
    """

    certificate: str
    holder: str
    what: str
    key: str
    source: str
    confidence: str


class Update(Struct, frozen=True, omit_defaults=True):
    """What a range of Android versions would make of a file as an update of another, by the signatures alone.

    Attributes:
        min_sdk, max_sdk: API levels, both included.
        outcome: *accepted* when the signatures allow it.
        why: in half a sentence.
    """

    min_sdk: int
    max_sdk: int
    outcome: Acceptance
    why: str
