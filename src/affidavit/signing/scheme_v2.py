"""APK Signature Scheme v2, as Android 7 (API level 24) and later check it.

Source: AOSP frameworks/base, ``ApkSignatureSchemeV2Verifier``. Since Android 9 (28) it knows the Merkle tree's
algorithms, and refuses a v2 signature that says there is a v3 one when there is none.
"""

from functools import partial
from typing import Final

from affidavit.model.signing import Issue
from affidavit.signing.contents import Contents
from affidavit.signing.fields import Fields
from affidavit.signing.outcome import Node, SchemeResult
from affidavit.signing.scheme import fold, list_signers, weigh
from affidavit.signing.signer import Record
from affidavit.signing.signer_check import Held, check_signer, issue_of, unknown_attributes

FIRST: Final = 24
"""First API level that knows v2."""
V3_FIRST: Final = 28
"""First API level that knows v3."""
MAX_SIGNERS: Final = 10
"""How many signers Android takes (``MAX_V2_SIGNERS``)."""
STRIPPING_PROTECTION: Final = 0xBEEFF00D
"""Id of the attribute that names a newer scheme with which the APK is signed too."""
_PREFIX: Final = "v2-sig"


class SchemeV2:
    """The v2 block of one container.

    Attributes:
        levels: API levels at which the answer may change.
    """

    levels: frozenset[int] = frozenset({FIRST, V3_FIRST})

    def __init__(
        self, block: Fields, entry: str, contents: Contents, schemes: frozenset[int], notes: tuple[Issue, ...]
    ) -> None:
        """Read the block.

        Args:
            block: its value.
            entry: path of the container.
            contents: of the container.
            schemes: 2, 3 and 31, as far as there are such blocks.
            notes: what is to be said of the block itself.
        """
        self._listed = list_signers(block, levels=False)
        self._entry = entry
        self._contents = contents
        self._schemes = schemes
        self._notes = notes
        self._made: dict[int, SchemeResult] = {}

    def at(self, level: int) -> SchemeResult:
        """What came of checking it as a platform of an API level from 24 on does."""
        era = V3_FIRST if level >= V3_FIRST else FIRST
        if era not in self._made:
            self._made[era] = self._check(era)
        return self._made[era]

    def _check(self, level: int) -> SchemeResult:
        listed, issues = self._listed, list(self._notes)
        if listed.fault:
            issues.append(issue_of(listed.fault, _PREFIX))
        if len(listed.signers) > MAX_SIGNERS:
            detail = f"the block lists more signers than the {MAX_SIGNERS} that Android takes."
            issues.append(Issue(f"{_PREFIX}-max-signatures-exceeded", detail))
        weighed = [
            weigh(
                check_signer(signer, level, self._entry, _PREFIX, levels=False),
                self._contents,
                _PREFIX,
                partial(self._attributes, level),
            )
            for signer in listed.signers[:MAX_SIGNERS]
        ]
        return fold("v2", weighed, issues, listed.more)

    def _attributes(self, level: int, held: Held, issues: list[Issue]) -> tuple[Node, ...]:
        """Whether a newer scheme was removed; v2 has no lineage."""
        issues.extend(unknown_attributes(held.content, frozenset({STRIPPING_PROTECTION}), _PREFIX))
        for attribute in held.content.attributes:
            if attribute.id == STRIPPING_PROTECTION:
                self._stripping(level, attribute, issues)
        return ()

    def _stripping(self, level: int, attribute: Record, issues: list[Issue]) -> None:
        """What an attribute says about a newer scheme. Before Android 9 nobody reads it."""
        value, read = attribute.value or b"", level >= V3_FIRST
        if len(value) < 4:
            detail = f"the attribute that names another scheme has {len(value)} bytes, fewer than a number."
            issues.append(Issue(f"{_PREFIX}-malformed-additional-attribute", detail, error=read))
            return
        named = int.from_bytes(value[:4], "little")
        if named != 3:
            detail = f"the signer says that the APK is signed with scheme {named} too."
            issues.append(Issue(f"{_PREFIX}-unknown-apk-sig-scheme-id", detail, error=False))
        elif 3 not in self._schemes:
            detail = "the signer says that the APK is signed with scheme v3 too, which is not there."
            issues.append(Issue(f"{_PREFIX}-missing-apk-sig-referenced", detail, error=read))
