"""Looks features up that facts about signatures answer."""

from collections.abc import Callable
from typing import Final

from affidavit.findings.schema import CertificateQuery, KnownSignerQuery, SignatureQuery, VerdictQuery
from affidavit.model.fact import Fact
from affidavit.model.signing import DEBUG_SUBJECT, Certificate, KnownSigner, PlatformVerdict, Signature

_LEAST: Final = {"RSA": 2_048, "DSA": 2_048, "EC": 224}
"""Fewest bits of a key that NIST SP 800-131A (revision 2) still lets sign."""
_STAMP: Final = "source-stamp"


def is_weak(key: str) -> bool:
    """Whether a key (``RSA 1024``) is shorter than is taken for enough; one of unknown size is not."""
    family, _, bits = key.partition(" ")
    return bits.isdecimal() and int(bits) < _LEAST.get(family, 0)


def _signature(fact: Fact, ask: SignatureQuery) -> bool:
    what: Signature = fact.what  # type: ignore[assignment]
    words = {issue.word for issue in what.issues} | {issue.word for signer in what.signers for issue in signer.issues}
    used = [name for signer in what.signers for name in signer.algorithms]
    return (
        ask.scheme in ("", what.scheme)
        and ask.outcome in ("", what.outcome)
        and (not ask.algorithm or any(ask.algorithm in name for name in used))
        and (not ask.issue or ask.issue in words)
    )


def _platform(fact: Fact, ask: VerdictQuery) -> bool:
    what: PlatformVerdict = fact.what  # type: ignore[assignment]
    return (
        ask.outcome in ("", what.outcome)
        and ask.scheme in ("", what.scheme)
        and (not ask.issue or any(issue.word == ask.issue for issue in what.issues))
    )


def _certificate(fact: Fact, ask: CertificateQuery) -> bool:
    what: Certificate = fact.what  # type: ignore[assignment]
    return (
        not what.chain
        and what.scheme != _STAMP
        and ask.verified in (None, what.verified)
        and ask.debug in (None, DEBUG_SUBJECT.search(what.subject) is not None)
        and ask.weak in (None, is_weak(what.key))
    )


def _known_signer(fact: Fact, ask: KnownSignerQuery) -> bool:
    what: KnownSigner = fact.what  # type: ignore[assignment]
    return ask.key == what.key


FINDERS: Final[dict[str, tuple[type, Callable[..., bool]]]] = {
    "signature": (Signature, _signature),
    "platform": (PlatformVerdict, _platform),
    "certificate": (Certificate, _certificate),
    "known_signer": (KnownSigner, _known_signer),
}
"""Features: which facts answer each, and whether one does."""
