"""CMS signed data as Apple uses it: one signer, signed attributes, the code directory (or a profile) as content.

Sources: RFC 5652 (CMS); Apple's Security framework for the attributes that name all code directories of an image
(1.2.840.113635.100.9.1, a property list, and 9.2, pairs of algorithm and digest).
"""

import hashlib
from typing import Any

from msgspec import Struct

from affidavit.artefact.plist import FEW_VALUES, PlistError, read_plist
from affidavit.model.signing import Issue
from affidavit.signing.apple.chain import Chain, chain_of
from affidavit.signing.keys import UnusableKeyError, holds, key_of

_MAX_BYTES = 1 << 20
_MAX_CERTIFICATES = 32
_MAX_DIGESTS = 32
_FAMILIES = {"rsassa_pkcs1v15": "rsa", "ecdsa": "ec"}
_TITLES = {"rsa": "RSA PKCS#1 v1.5", "ec": "ECDSA"}
_DIGESTS = ("sha1", "sha256", "sha384", "sha512")
_CDHASHES, _CDHASHES_2 = "1.2.840.113635.100.9.1", "1.2.840.113635.100.9.2"


class Cms(Struct, frozen=True):
    """What came of checking one CMS signature.

    Attributes:
        certificates: DER, the signer's own first; empty when it is not there.
        algorithm: in words; empty unless the signature was checked and holds.
        signed_at: ISO 8601, as the signer says.
        digests: digests of further code directories that the signer names.
        content: the content that it carries; empty when it is detached.
        chain: where the signer's certificate leads.
        issues: what is wrong.
    """

    certificates: tuple[bytes, ...] = ()
    algorithm: str = ""
    signed_at: str = ""
    digests: tuple[bytes, ...] = ()
    content: bytes = b""
    chain: Chain = Chain()
    issues: tuple[Issue, ...] = ()


def check_cms(data: bytes, content: bytes | None, *, code: bool, others: tuple[bytes, ...] = ()) -> Cms:
    """Check a CMS signature.

    Args:
        data: the signed data, DER or BER; bytes after it are ignored.
        content: what it was made over; None when it carries that itself.
        code: whether the signer's certificate has to be one for code.
        others: further certificates (DER) that may link the signer's to a root: signers do not always send it along.
    """
    if len(data) > _MAX_BYTES:
        return _failed(
            "apple-cms-malformed", f"the CMS has {len(data)} bytes, more than the {_MAX_BYTES} that are read"
        )
    try:
        return _checked(data, content, others, code=code)
    except Exception as error:  # noqa: BLE001 - a third-party parser on hostile bytes: whatever it raises means "malformed"
        return _failed("apple-cms-malformed", f"the CMS cannot be read ({type(error).__name__}: {str(error)[:120]})")


def _failed(word: str, detail: str) -> Cms:
    return Cms(issues=(Issue(word, detail),))


def _checked(data: bytes, content: bytes | None, others: tuple[bytes, ...], *, code: bool) -> Cms:
    from asn1crypto import cms  # noqa: PLC0415 - costs 50 ms that unsigned artefacts need not pay

    signed = cms.ContentInfo.load(data)["content"]
    carried = signed["encap_content_info"]["content"].native if content is None else b""
    signers = list(signed["signer_infos"])
    ders = [choice.chosen.dump() for choice in list(signed["certificates"])[:_MAX_CERTIFICATES]]
    if len(signers) != 1:
        return Cms(
            content=carried or b"", issues=(Issue("apple-cms-signers", f"there are {len(signers)} signers, not one"),)
        )
    own = _own(signers[0]["sid"], ders)
    issues: list[Issue] = []
    attributes = _attributes(signers[0])
    over = carried if content is None else content
    algorithm = _signature(signers[0], own, attributes, over or b"", issues)
    chain = chain_of(own, [*ders, *others], code=code) if own else Chain()
    return Cms(
        certificates=(own, *(der for der in ders if der != own)) if own else (),
        algorithm=algorithm,
        signed_at=_time(attributes.get("1.2.840.113549.1.9.5")),
        digests=_named_digests(attributes),
        content=carried or b"",
        chain=chain,
        issues=(*issues, *chain.issues),
    )


def _own(sid: Any, ders: list[bytes]) -> bytes:
    """The signer's certificate among those that came along; empty when it is none of them."""
    from asn1crypto import x509  # noqa: PLC0415 - as above

    for der in ders:
        certificate = x509.Certificate.load(der)
        if sid.name == "subject_key_identifier":
            if certificate.key_identifier == sid.chosen.native:
                return der
            continue
        body = certificate["tbs_certificate"]
        wanted = sid.chosen
        if (
            body["issuer"].dump() == wanted["issuer"].dump()
            and body["serial_number"].native == wanted["serial_number"].native
        ):
            return der
    return b""


def _attributes(signer: Any) -> dict[str, list[Any]]:
    """Values of the signed attributes, by type; of a type that is there twice, none (CMS forbids it)."""
    found: dict[str, list[Any]] = {}
    twice: set[str] = set()
    for attribute in signer["signed_attrs"]:
        name = str(attribute["type"].dotted)
        twice.update({name} & found.keys())
        found[name] = list(attribute["values"])
    return {name: values for name, values in found.items() if name not in twice}


def _signature(signer: Any, own: bytes, attributes: dict[str, list[Any]], content: bytes, issues: list[Issue]) -> str:
    """The algorithm in words if the signature holds; else empty, and issues say why."""
    digest = str(signer["digest_algorithm"]["algorithm"].native)
    family = _FAMILIES.get(str(signer["signature_algorithm"].signature_algo), "")
    if not own:
        issues.append(Issue("apple-cms-no-certificate", "the signer's certificate did not come with the signature"))
    elif digest not in _DIGESTS or not family:
        issues.append(
            Issue("apple-cms-algorithm", f"the algorithm ({digest[:40]}) is none that is checked here", error=False)
        )
    elif not attributes:
        issues.append(Issue("apple-cms-malformed", "there are no signed attributes"))
    else:
        expected = [value.native for value in attributes.get("1.2.840.113549.1.9.4", [])]
        if expected != [hashlib.new(digest, content, usedforsecurity=False).digest()]:
            detail = "the signed digest is not that of the content: it was changed after signing"
            issues.append(Issue("apple-cms-digest", detail))
        # The attributes are signed as a SET (RFC 5652, 5.4), and stand in the block under an implicit tag.
        data = b"\x31" + signer["signed_attrs"].dump()[1:]
        problem = _problem(own, (family, digest), signer["signature"].native, data)
        issues += [problem] if problem else []
        if not issues:
            return f"{_TITLES[family]} with {digest.upper().replace('SHA', 'SHA-')}"
    return ""


def _problem(own: bytes, algorithm: tuple[Any, Any], signature: bytes, data: bytes) -> Issue | None:
    """What is wrong with the signature itself."""
    try:
        if holds(key_of(own), *algorithm, signature, data):
            return None
    except UnusableKeyError as error:
        return Issue("apple-cms-algorithm", f"the signer's key cannot be used: {error}", error=False)
    return Issue("apple-cms-signature", "the signature is not that of the signer's key over the signed attributes")


def _time(values: list[Any] | None) -> str:
    """The time at which the signer says to have signed."""
    return values[0].native.strftime("%Y-%m-%dT%H:%M:%SZ") if values else ""


def _named_digests(attributes: dict[str, list[Any]]) -> tuple[bytes, ...]:
    """Digests of code directories that the signer names, from both attributes."""
    found: list[bytes] = []
    for value in attributes.get(_CDHASHES, [])[:1]:
        try:
            listed = read_plist(bytes(value.native), FEW_VALUES).get("cdhashes", [])
        except (PlistError, AttributeError, TypeError):
            listed = []
        found += [item for item in listed if isinstance(item, bytes)][:_MAX_DIGESTS]
    for value in attributes.get(_CDHASHES_2, [])[:_MAX_DIGESTS]:
        items = value.native
        digests = items.values() if isinstance(items, dict) else items or ()
        found += [item for item in digests if isinstance(item, bytes)]
    return tuple(found)
