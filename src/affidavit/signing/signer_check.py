"""Whether one signer of a v2, v3 or v3.1 block holds, in the order in which Android checks it.

Sources: AOSP frameworks/base, ``verifySigner`` of ``ApkSignatureSchemeV2Verifier`` and of its twin for v3. A platform
checks one signature of a signer: the best of those that it knows. apksig checks one for each platform version that is
asked about, and names what it finds; its names are used here.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from affidavit.model.signing import Issue
from affidavit.signing.algorithms import Algorithm, algorithms
from affidavit.signing.fields import BoundError
from affidavit.signing.keys import UnsupportedKeyError, holds, key_of, same_key
from affidavit.signing.outcome import Located
from affidavit.signing.signer import (
    FaultError,
    Record,
    SignedContent,
    Signer,
    read_certificates,
    read_content,
    read_signatures,
    signed_bytes,
    unusable_as,
)

_SHOWN: Final = 8


class Held(Struct, frozen=True):
    """What a signer whose signature holds has signed.

    Attributes:
        algorithm: of the signature that was checked.
        content: the signed data.
        digest: of the contents, for that algorithm.
    """

    algorithm: Algorithm
    content: SignedContent
    digest: bytes


class Checked(Struct, frozen=True):
    """What came of checking one signer.

    Attributes:
        certificates: as far as they can be read; they say who signed only if it `held`.
        held: None with an error or with `undetermined`.
        issues: errors and warnings.
        undetermined: why it could not be checked to the end.
    """

    certificates: tuple[Located, ...] = ()
    held: Held | None = None
    issues: tuple[Issue, ...] = ()
    undetermined: str = ""


def check_signer(signer: Signer, level: int, entry: str, prefix: str, *, levels: bool) -> Checked:
    """Check one signer as a platform of an API level does, but for the contents and the meaning of its attributes.

    Args:
        signer: as read.
        level: API level.
        entry: path of the container, for the certificates' places.
        prefix: of the issues' words: ``v2-sig`` or ``v3-sig``.
        levels: whether the scheme states API levels (v3 and v3.1).
    """
    warnings: list[Issue] = []
    try:
        held = _check(signer, level, entry, prefix, warnings, levels=levels)
    except FaultError as fault:
        issues = (*warnings, issue_of(fault, prefix))
        return Checked(_readable(signer, entry), issues=issues)
    except (BoundError, UnsupportedKeyError) as error:
        return Checked(_readable(signer, entry), issues=tuple(warnings), undetermined=str(error))
    return Checked(held.content.certificates, held, tuple(warnings))


def issue_of(fault: FaultError, prefix: str) -> Issue:
    """The error that a fault is in a scheme."""
    return Issue(f"{prefix}-{fault.word}", f"{fault}.")


def _check(signer: Signer, level: int, entry: str, prefix: str, warnings: list[Issue], *, levels: bool) -> Held:
    """The steps; what goes wrong is raised."""
    if signer.broken:
        raise FaultError("malformed-signer", signer.broken)
    beside = read_signatures(signer)
    unknown = [f"{item.id:#06x}" for item in beside.signatures if item.id not in algorithms()]
    if unknown:
        detail = f"signatures with algorithms that no Android version known here has: {', '.join(unknown[:_SHOWN])}."
        warnings.append(Issue(f"{prefix}-unknown-sig-algorithm", detail, error=False))
    algorithm, signature = best_signature(beside.signatures, level)
    _check_signature(algorithm, signature, beside.key, signed_bytes(signer))
    content = read_content(signer, entry, levels=levels)
    digest = _own_digest(algorithm, beside.signatures, content.digests)
    _check_certificates(content.certificates, beside.key)
    return Held(algorithm, content, digest)


def best_signature(signatures: Sequence[Record], level: int) -> tuple[Algorithm, bytes]:
    """The signature that a platform checks: the first of those with the strongest algorithm that it knows.

    Raises:
        FaultError: ``no-signatures``, ``no-supported-signatures``, ``malformed-signature``.
    """
    if not signatures:
        raise FaultError("no-signatures", "the signer lists no signature")
    best: tuple[Algorithm, bytes] | None = None
    for record in signatures:
        algorithm = algorithms().get(record.id)
        if algorithm and algorithm.min_sdk <= level and (best is None or algorithm.strength > best[0].strength):
            if record.value is None:  # read before a better one is seen
                raise FaultError("malformed-signature", f"the one with {algorithm.title} passes the end of its record")
            best = algorithm, record.value
    if best is None:
        listed = ", ".join(f"{item.id:#06x}" for item in signatures[:_SHOWN])
        raise FaultError("no-supported-signatures", f"API level {level} knows none of the algorithms {listed}")
    return best


def _check_signature(algorithm: Algorithm, signature: bytes, key: bytes, signed: bytes) -> None:
    """Whether the signature over the signed data is that of the key."""
    with unusable_as("malformed-public-key"):
        good = holds(key, algorithm.family, algorithm.digest, signature, signed)
    if not good:
        detail = f"the signature with {algorithm.title} is not that of the signer's key over the {len(signed)} bytes"
        raise FaultError("did-not-verify", f"{detail} of signed data")


def _own_digest(algorithm: Algorithm, signatures: Sequence[Record], digests: Sequence[Record]) -> bytes:
    """The digest that belongs to the algorithm; signatures and digests must name the same algorithms in one order."""
    one, other = [item.id for item in signatures], [item.id for item in digests]
    if one != other:
        detail = f"{_ids(one)} beside the signed data, {_ids(other)} in them"
        raise FaultError("sig-alg-mismatch-between-signatures-and-digests-records", detail)
    value = b""
    for item in digests:
        if item.id == algorithm.id:
            if item.value is None:
                raise FaultError("malformed-digest", f"the one for {algorithm.title} passes the end of its record")
            value = item.value
    return value


def _check_certificates(certificates: tuple[Located, ...], key: bytes) -> None:
    """Whether the first certificate is for the key, and all of them are certificates."""
    if not certificates:
        raise FaultError("no-certificates", "the signed data hold no certificate")
    keys: list[bytes] = []
    for number, item in enumerate(certificates):
        with unusable_as("malformed-certificate", f"number {number + 1}: "):
            keys.append(key_of(item.der))
    if not same_key(keys[0], key):
        word = "public-key-mismatch-between-certificate-and-signatures-record"
        raise FaultError(word, "the key that signed is not the key of the signer's certificate")


def unknown_attributes(content: SignedContent, known: frozenset[int], prefix: str) -> tuple[Issue, ...]:
    """A warning that names the attributes that Android passes over, if there are any."""
    unknown = list(dict.fromkeys(f"{item.id:#010x}" for item in content.attributes if item.id not in known))
    if not unknown:
        return ()
    detail = f"attributes that Android passes over: {', '.join(unknown[:_SHOWN])}."
    return (Issue(f"{prefix}-unknown-additional-attribute", detail, error=False),)


def _ids(numbers: Sequence[int]) -> str:
    shown = ", ".join(f"{number:#06x}" for number in numbers[:_SHOWN])
    return f"{shown or 'none'}{' and more' if len(numbers) > _SHOWN else ''}"


def _readable(signer: Signer, entry: str) -> tuple[Located, ...]:
    """The certificates of a signer that does not hold, for whoever wants to see them."""
    try:
        return () if signer.broken else read_certificates(signer, entry)
    except (FaultError, BoundError):
        return ()
