"""APK Signature Scheme v4: a file beside the APK that signs the root of a hash tree over all of its bytes.

Sources: AOSP "APK Signature Scheme v4"; frameworks/base, ``ApkSignatureSchemeV4Verifier`` and ``ApkSignatureVerifier``
(``verifyV4Signature``); apksig, ``V4SchemeVerifier`` and ``ApkVerifier``, whose names are used. Devices rely on it from
API level 30 on, and only when they install the app as it streams in; it must come from the signer whose v3.1, v3 or v2
signature the level relies on. apksig asks more of it than a device does: that each of its signatures holds and that it
has none to spare, and the digest that a device would prefer. Both ignore the salt, so that a file that states one is
judged without it.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Final, Protocol

import msgspec

from affidavit.artefact.budget import Budget
from affidavit.artefact.part import Part
from affidavit.model.errors import BudgetError
from affidavit.model.signing import Issue
from affidavit.signing.block import V2_BLOCK, V3_BLOCK, V31_BLOCK, Block
from affidavit.signing.fields import BoundError
from affidavit.signing.idsig_checks import check_hashing, check_signature, check_tree
from affidavit.signing.idsig_file import IdsigFile, Signing, read_idsig, signed_bytes
from affidavit.signing.keys import UnsupportedKeyError
from affidavit.signing.merkle import BLOCK, hash_tree
from affidavit.signing.outcome import SchemeResult, SignerResult
from affidavit.signing.platform import V31_LEVEL, takes
from affidavit.signing.signer import FaultError
from affidavit.signing.stated import stated_by

V4_LEVEL: Final = 30
"""First API level that knows scheme v4."""
_PREFERRED: Final = (2, 3, 1)
"""Content digests in the order in which a signer picks the one for v4 (apksig, ``V4_CONTENT_DIGEST_ALGORITHMS``)."""


class Schemes(Protocol):
    """What is asked of `affidavit.signing.block_schemes.BlockSchemes`."""

    @property
    def blocks(self) -> Sequence[Block]:
        """The pairs of the APK Signing Block."""
        ...

    def v2(self, level: int) -> SchemeResult | None:
        """Scheme v2 at a level; None without such a block."""
        ...

    def v3(self, level: int) -> SchemeResult | None:
        """Scheme v3."""
        ...

    def v31(self, level: int) -> SchemeResult | None:
        """Scheme v3.1."""
        ...


def verify_idsig(data: bytes, container: Part, schemes: Schemes, level: int, budget: Budget) -> SchemeResult:
    """Check a v4 file against its APK for one API level; see `Idsig`, which answers for several."""
    return Idsig(data, container, schemes, budget).at(level)


class Idsig:
    """One v4 file and its APK; the file is read and the APK hashed once, when first asked.

    Attributes:
        levels: the API levels at which the answer may change, but for those at which the other schemes' answers do.
    """

    levels: Final = frozenset({V4_LEVEL, V31_LEVEL})

    def __init__(self, data: bytes, container: Part, schemes: Schemes, budget: Budget, entry: str = "") -> None:
        """Nothing is read yet.

        Args:
            data: the v4 file.
            container: the APK.
            schemes: what came of its signing block.
            budget: looked at while the APK is hashed.
            entry: path of the v4 file, if it lies in a container, for the certificates' places.
        """
        self._data = data
        self._container = container
        self._schemes = schemes
        self._budget = budget
        self._entry = entry

    def at(self, level: int) -> SchemeResult:
        """The v4 signature as one API level checks it; levels below 30, which do not know v4, as level 30."""
        try:
            return self._at(max(level, V4_LEVEL))
        except FaultError as fault:
            return SchemeResult("v4", issues=(Issue(fault.word, f"{fault}."),))

    def _at(self, level: int) -> SchemeResult:
        file = self._file
        relied, block_id = _relied_on(self._schemes, level)
        signing = file.signing_for(V31_BLOCK if block_id == V31_BLOCK else 0)
        if signing is None:
            detail = "the APK has a v3.1 signer for this level, for whom the v4 file has no signature"
            raise FaultError("v41-sig-needs-two-signers", detail)
        issues = list(_notes(file, self._schemes))
        algorithm, undetermined = "", ""
        try:
            algorithm = check_signature(signing, signed_bytes(len(self._container.view), file.hashing, signing))
            check_hashing(file)
            check_tree(file, self._tree)
            issues += self._compare(signing, relied, block_id)
        except FaultError as fault:
            issues.append(Issue(fault.word, f"{fault}."))
        except (UnsupportedKeyError, BoundError, BudgetError, _UncheckedError) as error:
            undetermined = str(error)
        certificates = (signing.certificate,) if signing.certificate.der else ()
        signer = SignerResult(certificates, (algorithm,) if algorithm else (), issues=tuple(issues))
        result = SchemeResult("v4", (signer,), undetermined=undetermined)
        return msgspec.structs.replace(result, covers=self._covers()) if result.holds else result

    @cached_property
    def _file(self) -> IdsigFile:
        return read_idsig(self._data, self._entry)

    @cached_property
    def _tree(self) -> bytes:
        return hash_tree(self._container.view, self._budget)

    def _covers(self) -> str:
        size = len(self._container.view)
        return f"all {size} bytes of the file, by a hash tree over its {-(-size // BLOCK)} blocks of {BLOCK} bytes."

    def _compare(self, signing: Signing, relied: SchemeResult | None, block_id: int) -> list[Issue]:
        """Whether it comes from the signer of the scheme that the level relies on, about the same contents."""
        if relied is None:
            raise FaultError("v4-sig-no-v2-v3-signature", "the APK has no signature of v2 or later for v4 to go with")
        if relied.undetermined:
            raise _UncheckedError(f"the {relied.scheme} signature that v4 goes with: {relied.undetermined}")
        if not relied.holds:
            detail = f"the {relied.scheme} signature that v4 goes with does not hold"
            raise FaultError("v4-sig-no-v2-v3-signature", detail)
        if len(relied.signers) > 1:
            detail = f"v4 goes with one signer, {relied.scheme} has {len(relied.signers)}"
            raise FaultError("v4-sig-multiple-signers", detail)
        own = relied.signers[0].certificates[0]
        if own.der != signing.certificate.der:
            detail = f"the v4 file is signed with another certificate than {relied.scheme}"
            raise FaultError("v4-sig-v2-v3-signers-mismatch", detail)
        return self._compare_digests(signing, relied.scheme, self._digests(block_id, own.offset))

    def _digests(self, block_id: int, certificate: int) -> dict[int, bytes]:
        """What the signer with the certificate at an offset states in the signing block."""
        block = next(item for item in self._schemes.blocks if item.block_id == block_id)
        return stated_by(self._container.view, block, certificate)

    def _compare_digests(self, signing: Signing, scheme: str, digests: dict[int, bytes]) -> list[Issue]:
        if signing.digest not in digests.values():
            detail = (
                f"the v4 file is about contents with the digest {signing.digest[:64].hex()}, {scheme} states no such"
            )
            raise FaultError("v4-sig-v2-v3-digests-mismatch", detail)
        best = next((digests[number] for number in _PREFERRED if number in digests), b"")
        if signing.digest == best:
            return []
        detail = f"of the digests that {scheme} states, the v4 file has another than the one that signers pick for it."
        return [Issue("v4-sig-v2-v3-digests-mismatch", detail, error=False)]


class _UncheckedError(ValueError):
    """Something that v4 goes with could not be checked."""


def _relied_on(schemes: Schemes, level: int) -> tuple[SchemeResult | None, int]:
    """The scheme of the signing block that a level relies on, and the block's id."""
    if level >= V31_LEVEL and (result := schemes.v31(level)) is not None and takes(result):
        return result, V31_BLOCK
    if (result := schemes.v3(level)) is not None:
        return result, V3_BLOCK
    return schemes.v2(level), V2_BLOCK


def _notes(file: IdsigFile, schemes: Schemes) -> list[Issue]:
    """What is odd about the file and matters to no device."""
    notes: list[Issue] = []
    if file.hashing.salt:
        detail = f"the v4 file states a salt of {len(file.hashing.salt)} bytes, which no Android version uses."
        notes.append(Issue("v4-sig-salt-not-used", detail, error=False))
    known = {0, *(block.block_id for block in schemes.blocks if block.block_id == V31_BLOCK)}
    spare = sum(item.block not in known for item in file.signings)
    if spare or len({item.block for item in file.signings}) < len(file.signings):
        detail = f"the v4 file has {len(file.signings)} signatures, more than the APK's signing block has use for."
        notes.append(Issue("v4-sig-multiple-signers", detail, error=False))
    if file.trailing:
        detail = f"{file.trailing} bytes follow the hash tree in the v4 file; nothing signs them."
        notes.append(Issue("v4-sig-trailing-bytes", detail, error=False))
    return notes
