"""What is signed: an in-toto Statement (Attestation Framework, statement layer v1) about the artefact.

Its subject is the artefact by SHA-256; its predicate binds the bundle's manifest, which binds every other member. The
signer's public key is in the predicate so that anyone can check the signature with `openssl` alone. That shows only
that whoever holds that key signed; whose key it is has to be learned elsewhere.
"""

import hashlib

from msgspec import Struct

from affidavit.evidence.canonical import decode_strict, encode
from affidavit.evidence.dsse import decode_base64, encode_base64
from affidavit.model.artefact import Artefact
from affidavit.model.bundle import Affidavit, Manifest, Tool
from affidavit.model.errors import VerificationError
from affidavit.model.finding import Answer

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
"""`_type` of an in-toto Statement, version 1."""

PREDICATE_TYPE = "https://affidavit.invalid/review/v1"
"""Names the form of `Review`. The project owns no domain: ``.invalid`` (RFC 2606) is nobody's and never resolves."""


class Subject(Struct, frozen=True):
    """An in-toto ResourceDescriptor: what the statement is about."""

    name: str
    digest: dict[str, str]


class Signer(Struct, frozen=True):
    """Who signs: `algorithm` is ``ed25519``, `public_key` is base64 of the raw 32 bytes."""

    algorithm: str
    public_key: str


class Counts(Struct, frozen=True):
    """How much was stated: numbers of items, for a reader who sees the statement alone."""

    facts: int
    findings: int
    shown: int
    limitations: int


class Review(Struct, frozen=True):
    """The predicate: what the signature binds besides the artefact.

    Attributes:
        manifest_sha256: digest (hex) of the bundle's ``manifest.json``.
        tool: what reviewed.
        knowledge_sha256: digest of the knowledge that it used.
        partial: whether a budget ran out.
        protection: which sandbox was active.
        counts: how much was stated.
        signer: who signs.
    """

    manifest_sha256: str
    tool: Tool
    knowledge_sha256: str
    partial: bool
    protection: str
    counts: Counts
    signer: Signer


class Statement(Struct, frozen=True, rename={"type_": "_type", "predicate_type": "predicateType"}):
    """An in-toto Statement with our predicate."""

    type_: str
    subject: tuple[Subject, ...]
    predicate_type: str
    predicate: Review


def subject_of(artefact: Artefact) -> Subject:
    """The artefact as in-toto names it."""
    return Subject(artefact.name, {"sha256": artefact.sha256})


def count(affidavit: Affidavit) -> Counts:
    """How much an affidavit states."""
    shown = sum(finding.answer is Answer.SHOWN for finding in affidavit.findings)
    return Counts(len(affidavit.facts), len(affidavit.findings), shown, len(affidavit.limitations))


def make_statement(affidavit: Affidavit, public: bytes) -> bytes:
    """The canonical bytes of the statement that the holder of raw public key `public` signs."""
    manifest = affidavit.manifest
    review = Review(
        manifest_sha256=hashlib.sha256(encode(manifest)).hexdigest(),
        tool=manifest.tool,
        knowledge_sha256=manifest.knowledge_sha256,
        partial=manifest.partial,
        protection=manifest.protection,
        counts=count(affidavit),
        signer=Signer("ed25519", encode_base64(public)),
    )
    return encode(Statement(STATEMENT_TYPE, (subject_of(manifest.artefact),), PREDICATE_TYPE, review))


def read_statement(payload: bytes, name: str) -> Statement:
    """Read a statement; `name` is what messages call it.

    Raises:
        VerificationError: not a Statement v1 with our predicate, in canonical form.
    """
    statement = decode_strict(payload, Statement, name)
    for found, expected in ((statement.type_, STATEMENT_TYPE), (statement.predicate_type, PREDICATE_TYPE)):
        if found != expected:
            raise VerificationError(
                f"{name}: type {found[:80]!r} where {expected!r} is expected",
                advice="this is a statement of another kind, or of another version of affidavit",
            )
    return statement


def public_key(statement: Statement, name: str) -> bytes:
    """The raw public key that the statement names as its signer's.

    Raises:
        VerificationError: not an Ed25519 key in canonical base64.
    """
    signer = statement.predicate.signer
    if signer.algorithm != "ed25519":
        raise VerificationError(
            f"{name}: algorithm {signer.algorithm[:40]!r} where 'ed25519' is expected",
            advice="this statement needs another version of affidavit",
        )
    return decode_base64(signer.public_key, f"{name} public key")


def unbound(statement: Statement, manifest: Manifest, manifest_bytes: bytes) -> list[str]:
    """What the statement says differently from the manifest: names of its parts, empty when it binds the manifest."""
    review = statement.predicate
    pairs = (
        ("digest of manifest.json", review.manifest_sha256, hashlib.sha256(manifest_bytes).hexdigest()),
        ("subject (artefact name and digest)", statement.subject, (subject_of(manifest.artefact),)),
        ("tool", review.tool, manifest.tool),
        ("knowledge digest", review.knowledge_sha256, manifest.knowledge_sha256),
        ("partial", review.partial, manifest.partial),
        ("protection", review.protection, manifest.protection),
    )
    return [name for name, stated, found in pairs if stated != found]
