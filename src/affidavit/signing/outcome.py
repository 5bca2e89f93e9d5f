"""What the checks of one scheme give to those who put them together."""

from msgspec import Struct

from affidavit.model.signing import ANY_LEVEL, Issue


class Located(Struct, frozen=True):
    """A certificate's bytes and where they lie.

    Attributes:
        der: as in the file (some writers use BER).
        entry: path of the entry that holds it; empty for the container's own bytes.
        offset: in that entry (or the container); -1 when it is not there as such.
    """

    der: bytes
    entry: str
    offset: int


class Node(Struct, frozen=True):
    """One key of a lineage: its certificate and its capability flags (AOSP, SigningDetails.CertCapabilities)."""

    certificate: Located
    flags: int


class SignerResult(Struct, frozen=True):
    """One signer.

    Attributes:
        certificates: its own first, then the chain that came with it.
        algorithms: the algorithms whose signatures were checked and hold, in words.
        min_sdk, max_sdk: API levels that it states; all when its scheme states none.
        lineage: oldest key first; empty without proof of rotation.
        issues: in the order in which they were found.
    """

    certificates: tuple[Located, ...] = ()
    algorithms: tuple[str, ...] = ()
    min_sdk: int = 1
    max_sdk: int = ANY_LEVEL
    lineage: tuple[Node, ...] = ()
    issues: tuple[Issue, ...] = ()


class SchemeResult(Struct, frozen=True):
    """One scheme, as a platform of one API level would check it.

    Attributes:
        scheme: ``v1``, ``v2``, ``v3``, ``v3.1``, ``v4`` or ``source-stamp``.
        signers: those that this level takes; empty when the scheme's data is not there or cannot be followed.
        issues: of the scheme as a whole.
        covers: which bytes the signature covers, as a sentence with counts.
        undetermined: why it could not be checked to the end; empty when it was.
    """

    scheme: str
    signers: tuple[SignerResult, ...] = ()
    issues: tuple[Issue, ...] = ()
    covers: str = ""
    undetermined: str = ""

    @property
    def every_issue(self) -> tuple[Issue, ...]:
        """The scheme's own issues, then those of its signers."""
        return (*self.issues, *(issue for signer in self.signers for issue in signer.issues))

    @property
    def holds(self) -> bool:
        """Whether there is a signer and nothing is wrong with any."""
        return bool(self.signers) and not self.undetermined and not any(issue.error for issue in self.every_issue)
