"""APK Signature Scheme v3 (Android 9, API level 28) and v3.1 (Android 13, level 33), for one API level at a time.

Source: AOSP frameworks/base, ``ApkSignatureSchemeV3Verifier``. Signers state the API levels for which they stand, and a
platform looks only at the one for its own. A v3.1 block without one is passed over; v3 must have one. apksig looks at
all signers at once and also refuses ranges with gaps or overlaps and lineages that contradict each other; a platform
meets a gap or an overlap only at a level that lies in it, and never compares lineages.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from msgspec.structs import replace

from affidavit.model.signing import ANY_LEVEL, Issue
from affidavit.signing.contents import Contents
from affidavit.signing.fields import Fields
from affidavit.signing.outcome import Node, SchemeResult
from affidavit.signing.scheme import Weighed, fold, list_signers, weigh
from affidavit.signing.signer import Signer
from affidavit.signing.signer_check import Checked, Held, check_signer, issue_of
from affidavit.signing.v3_attributes import (
    V31_FIRST,
    Around,
    check_attributes,
    check_levels,
    check_rotation,
    for_unfinished,
)

V3_FIRST: Final = 28
"""First API level that knows v3."""
_PREFIX: Final = "v3-sig"
_MOST: Final = 2
"""Signers that are looked at for one level: with two Android refuses the APK, whatever they are."""


class SchemeV3:
    """The v3 or the v3.1 block of one container.

    Attributes:
        scheme: ``v3`` or ``v3.1``.
        levels: API levels at which the answer may change.
        lowest: the lowest level for which a signer stands; None without signers.
    """

    def __init__(
        self,
        scheme: str,
        block: Fields,
        entry: str,
        contents: Contents,
        notes: tuple[Issue, ...] = (),
        *,
        rotation: int | None = None,
    ) -> None:
        """Read the block.

        Args:
            scheme: ``v3`` or ``v3.1``.
            block: its value.
            entry: path of the container.
            contents: of the container.
            notes: what is to be said of the block itself.
            rotation: for v3, `lowest` of the v3.1 block.
        """
        self.scheme = scheme
        self._listed = list_signers(block, levels=True)
        self._entry = entry
        self._contents = contents
        self._notes = notes
        self._rotation = rotation
        self._checked: dict[int, Checked] = {}
        self._weighed: dict[int, Weighed] = {}
        whole = [signer for signer in self._listed.signers if not signer.broken]
        self.lowest = min((signer.min_sdk for signer in whole), default=None)
        first = V3_FIRST if scheme == "v3" else V31_FIRST
        borders = {border for item in whole for border in (item.min_sdk, item.min_sdk + 1, item.max_sdk + 1)}
        self.levels = frozenset({first, V31_FIRST, *(level for level in borders if first < level <= ANY_LEVEL)})

    def at(self, level: int) -> SchemeResult:
        """What came of checking it as a platform of an API level that knows it does.

        A v3.1 block that has no signer for the level gives a result with nothing in it: the platform goes on to v3.
        """
        listed = self._listed
        if listed.fault and (self.scheme == "v3" or listed.fault.word != "no-signers"):
            return fold(self.scheme, (), (*self._notes, issue_of(listed.fault, _PREFIX)))
        if listed.more:
            return fold(self.scheme, (), self._notes, listed.more)
        standing = (number for number, signer in enumerate(listed.signers) if _stands(signer, level))
        taken = islice((number for number in standing if not self._passed_by(number, level)), _MOST)
        kept = [self._with_rotation(number, level) for number in taken]
        if not kept:
            return SchemeResult(self.scheme) if self.scheme == "v3.1" else fold("v3", (), self._missing())
        issues = list(self._notes)
        if len(kept) > 1:
            detail = "more than one signer stands for this API level, for which Android takes one."
            issues.append(Issue("v3-inconsistent-sdk-versions", detail))
        return fold(self.scheme, kept, issues)

    def _missing(self) -> Sequence[Issue]:
        ranges = ", ".join(f"{signer.min_sdk} to {signer.max_sdk}" for signer in self._listed.signers[:8])
        detail = f"no signer stands for this API level; there are signers for {ranges}."
        return (*self._notes, Issue("v3-missing-sdk-versions", detail))

    def _check(self, number: int) -> Checked:
        """One signer's signature. Every level that knows the scheme chooses the same one, so any of them will do."""
        if number not in self._checked:
            signer = self._listed.signers[number]
            self._checked[number] = check_signer(signer, V3_FIRST, self._entry, _PREFIX, levels=True)
        return self._checked[number]

    def _passed_by(self, number: int, level: int) -> bool:
        """Whether the signer is for an unfinished platform of this number; its signature must hold even so."""
        held = self._check(number).held
        return (
            self.scheme == "v3.1"
            and level == self._listed.signers[number].min_sdk
            and held is not None
            and for_unfinished(held.content)
        )

    def _with_rotation(self, number: int, level: int) -> Weighed:
        """One signer, and from Android 13 on whether the v3.1 signer that it announces is there."""
        weighed, held = self._weigh(number), self._check(number).held
        if held is None or self.scheme != "v3" or level < V31_FIRST:
            return weighed
        issues = (*weighed.result.issues, *check_rotation(held.content, self._rotation))
        return replace(weighed, result=replace(weighed.result, issues=issues))

    def _weigh(self, number: int) -> Weighed:
        """One signer with all it says that does not depend on the level."""
        if number not in self._weighed:
            signer = self._listed.signers[number]
            around = Around(self._contents.view, self._entry, self.scheme)

            def attributes(held: Held, issues: list[Issue]) -> tuple[Node, ...]:
                issues.extend(check_levels(signer, held.content))
                return check_attributes(held.content, around, issues)

            levels = (signer.min_sdk, signer.max_sdk)
            self._weighed[number] = weigh(self._check(number), self._contents, _PREFIX, attributes, levels)
        return self._weighed[number]


def _stands(signer: Signer, level: int) -> bool:
    """Whether a platform looks at the signer; it cannot pass over one that it cannot read."""
    return bool(signer.broken) or signer.min_sdk <= level <= signer.max_sdk
