"""Source stamps: who distributed an APK, signed over the digests that its other signatures state.

Sources: AOSP apksig (internal/apk/stamp: ``V1SourceStampVerifier``, ``V2SourceStampVerifier``, ``SourceStampVerifier``)
and frameworks/base, ``android.util.apk.SourceStampVerifier``. A stamp decides nothing about installation. Every scheme
in the file must be stamped, but v3.1, which stamps do not know. Where the two sources differ, Android is followed: v1
counts as soon as there is a ``META-INF/MANIFEST.MF``, whatever Android version the app is made for.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from affidavit.artefact.part import Part
from affidavit.model.errors import BudgetError
from affidavit.model.signing import Issue, SignatureOutcome
from affidavit.signing.block import V2_BLOCK, V3_BLOCK, V31_BLOCK, Block
from affidavit.signing.fields import BoundError, BrokenFieldError
from affidavit.signing.keys import UnsupportedKeyError
from affidavit.signing.outcome import SchemeResult, SignerResult
from affidavit.signing.signer import FaultError
from affidavit.signing.stamp_check import ENTRY, NAMES, V1_STAMP, V2_STAMP, Found, check_block
from affidavit.signing.stated import manifest_digest, merged, signed_bytes, stated

MANIFEST: Final = "META-INF/MANIFEST.MF"
_SCHEMES: Final = {V2_BLOCK: 2, V3_BLOCK: 3, V31_BLOCK: 31}
_LONGEST_DIGEST: Final = 1 << 10


def verify_stamp(
    container: Part, blocks: Sequence[Block], outcomes: Mapping[int, SignatureOutcome]
) -> SchemeResult | None:
    """Check a container's source stamp; None when there is neither a stamp nor the entry that announces one.

    Args:
        container: may read two of its entries: the certificate's digest and the JAR manifest.
        blocks: of its APK Signing Block. Of two kinds of stamp the newer is checked, of two alike the first.
        outcomes: what came of checking the schemes in the file: 1, 2, 3 and 31. A stamp says nothing about the file
            when no scheme whose digests it signs holds.
    """
    entry = container.find(ENTRY)
    block = _first(blocks, V2_STAMP) or _first(blocks, V1_STAMP)
    if block is None:
        if entry is None:
            return None
        return _refused("sig-missing", f"the entry {ENTRY} announces a stamp, which is not there")
    if entry is None:
        detail = f"there is a stamp, but no entry {ENTRY}, so that its certificate could be anybody's"
        return _refused("signature-block-without-cert-digest", detail)
    found = Found()
    try:
        check_block(found, container, block, _expected(container), _stated(container, blocks))
        _weigh(found, outcomes)
    except FaultError as fault:
        found.add(fault.word, str(fault))
    except BrokenFieldError as error:
        found.add("malformed-signature", f"the stamp's block cannot be followed: {error}")
    except (BoundError, BudgetError, UnsupportedKeyError, _UnreadError) as error:
        found.undetermined = str(error)
    return _result(found)


class _UnreadError(ValueError):
    """An entry could not be read."""


def _first(blocks: Sequence[Block], block_id: int) -> Block | None:
    return next((block for block in blocks if block.block_id == block_id), None)


def _refused(word: str, detail: str) -> SchemeResult:
    return SchemeResult("source-stamp", issues=(Issue(f"source-stamp-{word}", f"{detail}."),))


def _result(found: Found) -> SchemeResult:
    """What was found: without a certificate there is no signer, and only a stamp that holds covers anything."""
    known = found.attributes
    signers = (
        (SignerResult((found.certificate,), found.algorithms, lineage=known.lineage),) if found.certificate else ()
    )
    result = SchemeResult("source-stamp", signers, found.issues, undetermined=found.undetermined)
    return msgspec.structs.replace(result, covers=_covers(found)) if result.holds else result


def _covers(found: Found) -> str:
    dated = f"; its signer dates it {found.attributes.moment}" if found.attributes.moment else ""
    return f"the digests of the file that its signatures of {_named(found.stamped)} state, not its bytes{dated}."


def _named(schemes: Sequence[int]) -> str:
    """Schemes in words: ``v1, v2 and v3``."""
    names = [NAMES[scheme] for scheme in schemes]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _expected(container: Part) -> bytes:
    """The digest in the entry."""
    entry = container.find(ENTRY)
    data = container.read(entry) if entry and entry.size <= _LONGEST_DIGEST else None
    if data is None:
        raise _UnreadError(f"the entry {ENTRY} could not be read")
    return data


def _stated(container: Part, blocks: Sequence[Block]) -> dict[int, bytes]:
    """What must have been signed of each scheme in the file."""
    expected: dict[int, bytes] = {}
    for block_id, scheme in _SCHEMES.items():
        if block := _first(blocks, block_id):
            try:
                expected[scheme] = signed_bytes(merged(stated(container.view, block)))
            except BrokenFieldError as error:
                detail = f"the digests of {NAMES[scheme]}, which the stamp signs, cannot be followed: {error}"
                raise FaultError("malformed-digests", detail) from error
    if manifest := container.find(MANIFEST):
        data = container.read(manifest)
        if data is None:
            raise _UnreadError(f"the entry {MANIFEST}, whose digest the stamp signs, could not be read")
        expected[1] = signed_bytes(manifest_digest(data))
    return dict(sorted(expected.items()))


def _weigh(found: Found, outcomes: Mapping[int, SignatureOutcome]) -> None:
    """A stamp is worth what the signatures are worth whose digests it signs: one at least must hold."""
    if not found.stamped:
        raise FaultError("nothing-signed", "the file has no other signature that the stamp could sign")
    kinds = {outcomes.get(scheme, "undetermined") for scheme in found.stamped}
    if "verified" in kinds:
        return
    if "undetermined" in kinds:
        found.undetermined = "no scheme whose digests the stamp signs could be checked to the end"
        return
    detail = f"the stamp signs the digests that the signatures of {_named(found.stamped)} state, and these do not hold"
    raise FaultError("digests-do-not-hold", detail)
