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
from affidavit.signing.fields import BoundError, Fields
from affidavit.signing.keys import UnsupportedKeyError
from affidavit.signing.outcome import Node, SchemeResult
from affidavit.signing.scheme import Weighed, fold, list_signers, weigh
from affidavit.signing.scheme_v2 import V3_FIRST
from affidavit.signing.signer import FaultError, SignedContent, Signer
from affidavit.signing.signer_check import Checked, Held, check_signer, issue_of
from affidavit.signing.v3_attributes import (
    V31_FIRST,
    Around,
    before_unfinished,
    check_attributes,
    check_levels,
    check_rotation,
)

_PREFIX: Final = "v3-sig"
_MOST: Final = 2
"""Signers that are looked at for one level: with two Android refuses the APK, whatever they are."""


class SchemeV3:
    """The v3 or the v3.1 block of one container.

    Attributes:
        scheme: ``v3`` or ``v3.1``.
        levels: API levels at which the answer may change.
    """

    def __init__(
        self,
        scheme: str,
        block: Fields,
        entry: str,
        contents: Contents,
        notes: tuple[Issue, ...] = (),
        *,
        newer: "SchemeV3 | None" = None,
    ) -> None:
        """Read the block.

        Args:
            scheme: ``v3`` or ``v3.1``.
            block: its value.
            entry: path of the container.
            contents: of the container.
            notes: what is to be said of the block itself.
            newer: for v3, the v3.1 block.
        """
        self.scheme = scheme
        self._listed = list_signers(block, levels=True)
        self._entry = entry
        self._contents = contents
        self._notes = notes
        self._newer = newer
        self._checked: dict[int, Checked] = {}
        self._weighed: dict[int, Weighed] = {}
        self._passed: dict[int, bool] = {}
        self._around = Around(contents.view, entry, scheme)
        whole = [signer for signer in self._listed.signers if not signer.broken]
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
        """Whether the signer is for an unfinished platform of this number.

        All that the platform looks at before it learns that must hold even so.
        """
        if self.scheme != "v3.1" or level != self._listed.signers[number].min_sdk:
            return False
        if number not in self._passed:  # a signer has one lowest level, so that this depends on nothing else
            held = self._check(number).held
            before = before_unfinished(held.content) if held else None
            self._passed[number] = before is not None and self._holds_so_far(number, before)
        return self._passed[number]

    def _holds_so_far(self, number: int, content: SignedContent) -> bool:
        signer = self._listed.signers[number]
        issues = check_levels(signer, content)
        try:
            check_attributes(content, self._around, issues)
        except (FaultError, BoundError, UnsupportedKeyError):
            return False
        issues += self._announced(number, signer.min_sdk, content)
        return not any(issue.error for issue in issues)

    def rotation_at(self, level: int, before: int | None = None) -> int | None:
        """From which level on the signers of a v3.1 block stand that a platform of an API level passes over.

        Args:
            level: API level.
            before: looks at the signers before this one only.

        Returns:
            Their lowest level, but that of one for an unfinished platform counts whatever came before it; None
            without any.
        """
        found: int | None = None
        for number, signer in enumerate(self._listed.signers[:before]):
            if not _stands(signer, level):
                found = signer.min_sdk if found is None else min(found, signer.min_sdk)
            elif self._passed_by(number, level):
                found = signer.min_sdk
        return found

    def _announced(self, number: int, level: int, content: SignedContent) -> tuple[Issue, ...]:
        """Whether the v3.1 signers that a signer announces are there; what a v3.1 signer announces must be, too."""
        if level < V31_FIRST:
            return ()
        if self.scheme == "v3":
            return check_rotation(content, self._newer.rotation_at(level) if self._newer else None)
        there = self.rotation_at(level, number)
        return tuple(issue for issue in check_rotation(content, there) if issue.error)

    def _with_rotation(self, number: int, level: int) -> Weighed:
        """One signer, and from Android 13 on whether the v3.1 signers that it announces are there."""
        weighed, held = self._weigh(number), self._check(number).held
        if held is None:
            return weighed
        issues = (*weighed.result.issues, *self._announced(number, level, held.content))
        return replace(weighed, result=replace(weighed.result, issues=issues))

    def _weigh(self, number: int) -> Weighed:
        """One signer with all it says that does not depend on the level."""
        if number not in self._weighed:
            signer = self._listed.signers[number]

            def attributes(held: Held, issues: list[Issue]) -> tuple[Node, ...]:
                issues.extend(check_levels(signer, held.content))
                return check_attributes(held.content, self._around, issues)

            levels = (signer.min_sdk, signer.max_sdk)
            self._weighed[number] = weigh(self._check(number), self._contents, _PREFIX, attributes, levels)
        return self._weighed[number]


def _stands(signer: Signer, level: int) -> bool:
    """Whether a platform looks at the signer; it cannot pass over one that it cannot read."""
    return bool(signer.broken) or signer.min_sdk <= level <= signer.max_sdk
