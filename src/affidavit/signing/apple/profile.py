"""Provisioning profiles (``embedded.mobileprovision``): a property list in CMS signed data.

Source: Apple's TN3125 "Inside Code Signing: Provisioning Profiles".
"""

import hashlib

from msgspec import Struct

from affidavit.artefact.plist import FEW_VALUES, PlistError, Value, read_plist
from affidavit.model.signing import SignatureOutcome
from affidavit.signing.apple.blobs import MalformedError
from affidavit.signing.apple.cms import Cms, check_cms
from affidavit.signing.apple.code import outcome_of

_MAX_CERTIFICATES = 256


class Profile(Struct, frozen=True):
    """A profile: its property list, the check of its signature, and the SHA-256 (hex) of those who may sign."""

    content: dict[str, Value]
    cms: Cms
    certificates: tuple[str, ...]

    @property
    def form(self) -> str:
        """Which builds it is for: ``enterprise``, ``app-store``, ``development`` or ``ad-hoc``."""
        if self.content.get("ProvisionsAllDevices") is True:
            return "enterprise"
        if not self.content.get("ProvisionedDevices"):
            return "app-store"
        return "development" if self.entitlements.get("get-task-allow") is True else "ad-hoc"

    @property
    def entitlements(self) -> dict[str, Value]:
        """What it grants."""
        granted = self.content.get("Entitlements")
        return granted if isinstance(granted, dict) else {}

    @property
    def outcome(self) -> SignatureOutcome:
        """What came of checking its signature."""
        return outcome_of(list(self.cms.issues))


def read_profile(data: bytes, others: tuple[bytes, ...] = ()) -> Profile:
    """Read a profile and check its signature.

    Args:
        data: the file.
        others: certificates (DER) of the app's own signatures: Apple's profiles come without their root.

    Raises:
        MalformedError: it holds no property list.
    """
    cms = check_cms(data, None, code=False, others=others)
    try:
        content = read_plist(cms.content, FEW_VALUES)
    except PlistError as error:
        reason = cms.issues[0].detail if cms.issues and not cms.content else str(error)
        raise MalformedError(f"no property list is in it: {reason}") from error
    if not isinstance(content, dict):
        raise MalformedError("its property list is no dictionary")
    listed = content.get("DeveloperCertificates")
    ders = [item for item in listed if isinstance(item, bytes)] if isinstance(listed, list) else []
    digests = tuple(hashlib.sha256(der).hexdigest() for der in ders[:_MAX_CERTIFICATES])
    return Profile(content, cms, digests)
