"""From a signer's certificate to a root: every link checked, and whether the root is one that is known here.

Source: RFC 5280 (certificates; what makes an issuer). Not checked: revocation, and whether certificates had expired.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from affidavit.knowledge import load
from affidavit.model.signing import Issue
from affidavit.signing.keys import UnusableKeyError, holds, key_of

_MAX_LINKS = 8
_FAMILIES = {"rsassa_pkcs1v15": "rsa", "ecdsa": "ec"}


class Root(Struct, frozen=True, forbid_unknown_fields=True):
    """A root certificate: its name and the SHA-256 (hex) of its bytes."""

    name: str
    sha256: str


class Roots(Struct, frozen=True, forbid_unknown_fields=True):
    """The document ``knowledge/apple/roots``."""

    source: str
    licence: str
    roots: tuple[Root, ...]


class Chain(Struct, frozen=True):
    """Where a certificate leads.

    Attributes:
        certificates: DER, from the signer's own to the last that could be linked.
        root: name of the known root that it ends in; empty when it ends in none.
        issues: why it does not lead to one.
    """

    certificates: tuple[bytes, ...] = ()
    root: str = ""
    issues: tuple[Issue, ...] = ()


@cache
def known_roots() -> dict[str, str]:
    """Name of each known root by its SHA-256 (hex).

    Raises:
        KnowledgeError: knowledge was not compiled.
    """
    return {root.sha256: root.name for root in load("apple", Roots)["roots"].roots}


def chain_of(own: bytes, others: list[bytes], *, code: bool, roots: Mapping[str, str] | None = None) -> Chain:
    """The chain of a signer's certificate; never raises on malformed bytes.

    Args:
        own: the signer's certificate, DER.
        others: certificates that came along.
        code: whether it has to be one for signing code.
        roots: name by SHA-256 (hex); those of `known_roots` when None.
    """
    try:
        return _chain(own, others, known_roots() if roots is None else roots, code=code)
    except Exception as error:  # noqa: BLE001 - a third-party parser on hostile bytes: whatever it raises means "malformed"
        return Chain(
            (own,), "", (Issue("apple-chain-malformed", f"a certificate cannot be read ({type(error).__name__})"),)
        )


def _chain(own: bytes, others: list[bytes], roots: Mapping[str, str], *, code: bool) -> Chain:
    from asn1crypto import x509  # noqa: PLC0415 - costs 50 ms that unsigned artefacts need not pay

    pool = [x509.Certificate.load(der) for der in others]
    linked = [x509.Certificate.load(own)]
    issues: list[Issue] = []
    if code and not _for_code(linked[0]):
        issues.append(Issue("apple-not-for-code", "the signer's certificate is not one for signing code", error=False))
    while len(linked) <= _MAX_LINKS and not _is_root(linked[-1]):
        issuer = next((item for item in pool if _issued(linked[-1], item)), None)
        if issuer is None:
            break
        linked.append(issuer)
    root = roots.get(hashlib.sha256(linked[-1].dump()).hexdigest(), "")
    if not root:
        detail = "the signer's certificate leads to no root that is known here: who it names is not certain"
        issues.append(Issue("apple-root-not-known", detail, error=False))
    return Chain(tuple(item.dump() for item in linked), root, tuple(issues))


def _is_root(certificate: Any) -> bool:
    body = certificate["tbs_certificate"]
    return bool(body["issuer"].dump() == body["subject"].dump())


def _for_code(certificate: Any) -> bool:
    """Whether the extended key usage names code signing."""
    usage = certificate.extended_key_usage_value
    return usage is not None and "code_signing" in usage.native


def _issued(certificate: Any, issuer: Any) -> bool:
    """Whether `issuer` may issue certificates and signed this one."""
    constraints, usage = issuer.basic_constraints_value, issuer.key_usage_value
    may = constraints is not None and constraints["ca"].native and (usage is None or "key_cert_sign" in usage.native)
    body = certificate["tbs_certificate"]
    if not may or body["issuer"].dump() != issuer["tbs_certificate"]["subject"].dump():
        return False
    algorithm = certificate["signature_algorithm"]
    family: Any = _FAMILIES.get(str(algorithm.signature_algo), "")
    digest: Any = str(algorithm.hash_algo)
    try:
        return bool(family) and holds(
            key_of(issuer.dump()), family, digest, certificate["signature_value"].native, body.dump()
        )
    except (UnusableKeyError, AttributeError):
        return False
