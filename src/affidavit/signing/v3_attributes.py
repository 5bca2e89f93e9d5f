"""What a v3 or v3.1 signer says in its attributes: the keys it had before, and which other signers there are.

Source: AOSP frameworks/base, ``ApkSignatureSchemeV3Verifier`` (``verifyAdditionalAttributes``).
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from affidavit.model.signing import Issue
from affidavit.signing.fields import Fields
from affidavit.signing.lineage import VERSION, check_lineage
from affidavit.signing.outcome import Located, Node
from affidavit.signing.signer import FaultError, Record, SignedContent, Signer
from affidavit.signing.signer_check import unknown_attributes

V31_FIRST: Final = 33
"""First API level that knows v3.1."""
PROOF_OF_ROTATION: Final = 0x3BA06F8C
"""The lineage."""
ROTATION_MIN_SDK: Final = 0x559F8B02
"""In a v3 signer: from which API level on a v3.1 signer stands."""
DEV_RELEASE: Final = 0xC2A6B3BA
"""In a v3.1 signer: its lowest level means an unfinished platform; the finished one of that number passes it by."""

_KNOWN: Final = frozenset({PROOF_OF_ROTATION, ROTATION_MIN_SDK, DEV_RELEASE})


class Around(Struct, frozen=True):
    """What the attributes are compared with.

    Attributes:
        view: the container. entry: its path.
        scheme: ``v3`` or ``v3.1``.
    """

    view: memoryview
    entry: str
    scheme: str


def for_unfinished(content: SignedContent) -> bool:
    """Whether a v3.1 signer is meant for an unfinished platform."""
    return before_unfinished(content) is not None


def before_unfinished(content: SignedContent) -> SignedContent | None:
    """What a platform reads before it learns that a v3.1 signer is for an unfinished one; None when it is not."""
    numbers = [attribute.id for attribute in content.attributes]
    if DEV_RELEASE not in numbers:
        return None
    return replace(content, attributes=content.attributes[: numbers.index(DEV_RELEASE)])


def check_levels(signer: Signer, content: SignedContent) -> list[Issue]:
    """Whether the API levels in the signed data are those beside them."""
    words = (
        "v3-min-sdk-version-mismatch-between-signer-and-signed-data-record",
        "v3-max-sdk-version-mismatch-between-signer-and-signed-data-record",
    )
    beside, inside = (signer.min_sdk, signer.max_sdk), (content.min_sdk, content.max_sdk)
    issues = [
        Issue(word, f"{one} beside the signed data, {other} in them.")
        for word, one, other in zip(words, beside, inside, strict=True)
        if one != other
    ]
    if signer.min_sdk < 0:
        detail = f"the signer stands for API levels from {signer.min_sdk} on."
        issues.append(Issue("v3-sig-invalid-sdk-versions", detail, error=False))
    return issues


def check_attributes(content: SignedContent, around: Around, issues: list[Issue]) -> tuple[Node, ...]:
    """What the attributes say; gives the lineage.

    Args:
        content: the signed data.
        around: what they are compared with.
        issues: grows by what is wrong or odd.

    Raises:
        FaultError: ``multiple-lineages``, ``por-cert-mismatch``, and what `check_lineage` raises.
        BoundError, UnsupportedKeyError: as `check_lineage`.
    """
    if around.scheme == "v3" and for_unfinished(content):
        detail = "only v3.1 signers can be meant for an unfinished platform."
        issues.append(Issue("v31-rotation-targets-dev-release-attr-on-v3-signer", detail, error=False))
    issues.extend(unknown_attributes(content, _KNOWN, "v3-sig"))
    proofs = _all(content, PROOF_OF_ROTATION)
    if len(proofs) > 1:
        raise FaultError("multiple-lineages", f"the signer has {len(proofs)} proofs of rotation")
    return _check_proof(proofs[0], around, content.certificates[0], issues) if proofs else ()


def _all(content: SignedContent, number: int) -> list[Record]:
    return [attribute for attribute in content.attributes if attribute.id == number]


def check_rotation(content: SignedContent, there: int | None) -> tuple[Issue, ...]:
    """Whether the v3.1 signer that a v3 signer announces is there. Android looks since version 13.

    Args:
        content: the signer's signed data.
        there: lowest level of the v3.1 signers that were passed over before; None without any.
    """
    issues: list[Issue] = []
    attributes = _all(content, ROTATION_MIN_SDK)
    for attribute in attributes:
        value = attribute.value or b""
        if len(value) < 4:
            detail = "the API level from which another key stands is cut off."
            issues.append(Issue("v3-sig-malformed-additional-attribute", detail))
            continue
        announced = int.from_bytes(value[:4], "little", signed=True)
        if there is None:
            detail = f"the signer announces a v3.1 signer from API level {announced} on; there is none."
            issues.append(Issue("v31-block-missing", detail))
        elif there != announced:
            detail = f"the signer announces a v3.1 signer from API level {announced} on; there is one from {there} on."
            issues.append(Issue("v31-rotation-min-sdk-mismatch", detail))
    if there is not None and not attributes:
        detail = f"there is a v3.1 signer from API level {there} on, which the v3 signer does not announce."
        issues.append(Issue("v31-rotation-min-sdk-attr-missing", detail, error=False))
    return tuple(dict.fromkeys(issues))


def _check_proof(proof: Record, around: Around, own: Located, issues: list[Issue]) -> tuple[Node, ...]:
    """The keys of a proof of rotation, of which the signer's own must be the last."""
    fields = Fields(around.view, proof.at, proof.at + len(proof.value or b""))
    found = check_lineage(fields, around.entry)
    if found.version != VERSION or not found.nodes:
        detail = f"a lineage of version {found.version} with {len(found.nodes)} keys; Android takes it nevertheless."
        issues.append(Issue("v3-sig-malformed-lineage", detail, error=False))
    if found.nodes and found.nodes[-1].certificate.der != own.der:
        raise FaultError("por-cert-mismatch", "the last key of the lineage is not the signer's")
    return found.nodes
