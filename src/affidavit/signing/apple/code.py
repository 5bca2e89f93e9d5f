"""One image's code signature, checked: pages, seals, entitlements, signer."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from affidavit.artefact.macho import Image
from affidavit.artefact.macho_commands import Encryption
from affidavit.artefact.plist import PlistError, Value
from affidavit.model.signing import Issue, SignatureOutcome
from affidavit.signing.apple import blobs
from affidavit.signing.apple.blobs import Blob, Directory, MalformedError, blob_at
from affidavit.signing.apple.cms import Cms, check_cms
from affidavit.signing.apple.entitlements import read_der, read_xml

_SMALLEST_PAGE = 1 << 12
"""Pages of devices have 4 or 16 KiB; a directory of tiny pages would only cost time."""
_TICK = 4_096
OPEN = frozenset(
    {
        "apple-ad-hoc",
        "apple-cms-algorithm",
        "apple-not-checked",
        "apple-not-for-code",
        "apple-not-sealed",
        "apple-root-not-known",
    }
)
"""Issues that leave the outcome undetermined."""


class Beside(Struct, frozen=True):
    """What lies beside an executable in its bundle, and is sealed by its signature; None for what is not there."""

    info: bytes | None = None
    resources: bytes | None = None


class CodeSignature(Struct):
    """What came of checking one image.

    Attributes:
        directories: the primary one first. cms: the signer's block; None for an ad-hoc signature.
        entitlements, entitlements_der: as the two blobs have them; None without one.
        blobs: every blob, for places.
        issues: in the order in which they were found; others may be added.
    """

    directories: tuple[Directory, ...] = ()
    cms: Cms | None = None
    entitlements: dict[str, Value] | None = None
    entitlements_der: dict[str, Value] | None = None
    blobs: tuple[Blob, ...] = ()
    issues: list[Issue] = []

    @property
    def outcome(self) -> SignatureOutcome:
        """Refused for any error, open for what could not be settled, else verified."""
        return outcome_of(self.issues)


def outcome_of(issues: list[Issue]) -> SignatureOutcome:
    """Refused for any error, open for what could not be settled, else verified."""
    if any(issue.error for issue in issues):
        return "refused"
    return "undetermined" if any(issue.word in OPEN for issue in issues) else "verified"


def check_code(image: Image, view: memoryview, beside: Beside, tick: Callable[[], None]) -> CodeSignature:
    """Check the code signature of one image.

    Args:
        image: what its load commands say.
        view: its bytes.
        beside: what lies beside the file in its bundle.
        tick: called now and then; may raise to stop.

    Raises:
        BudgetError: from `tick`.
    """
    made = CodeSignature()
    where = image.commands.signature
    if where is None:
        made.issues.append(Issue("apple-unsigned", "there is no load command for a code signature"))
        return made
    inside = image.commands.info
    if beside.info is None and inside is not None and inside.offset + inside.size <= len(view):
        beside = Beside(bytes(view[inside.offset : inside.offset + inside.size]), beside.resources)
    try:
        made.blobs = blobs.read_blobs(view, where.offset, where.size)
        made.directories = blobs.read_directories(made.blobs)
    except MalformedError as error:
        made.issues.append(Issue("apple-malformed", str(error)))
        return made
    if all(directory.digest == "sha1" for directory in made.directories):
        made.issues.append(Issue("apple-weak-digest", "every code directory has SHA-1 digests", error=False))
    for directory in made.directories:
        made.issues += _coverage(directory, view, where.offset)
        made.issues += _pages(directory, view, image.commands.encryption, tick)
        made.issues += _seals(directory, made.blobs, beside)
    _sign(made)
    _read_entitlements(made)
    return made


def _coverage(directory: Directory, view: memoryview, end: int) -> Iterator[Issue]:
    """Whether all bytes before the signature are covered, by as many digests as that takes."""
    if directory.limit != end or directory.limit > len(view):
        detail = f"the {directory.digest} directory covers {directory.limit} bytes, the signature starts at {end}"
        yield Issue("apple-not-covered", detail)
    page = directory.page or max(directory.limit, 1)
    needed, there = -(-directory.limit // page), len(directory.pages) // directory.width
    if needed != there:
        yield Issue("apple-not-covered", f"{needed} pages have {there} {directory.digest} digests")


def _pages(
    directory: Directory, view: memoryview, encryption: Encryption | None, tick: Callable[[], None]
) -> Iterator[Issue]:
    """Compare every page with its digest."""
    if 0 < directory.page < _SMALLEST_PAGE:
        detail = f"pages of {directory.page} bytes are smaller than any device's; their digests were not compared"
        yield Issue("apple-not-checked", detail, error=False)
        return
    page, width = directory.page or max(directory.limit, 1), directory.width
    wrong: list[int] = []
    for number in range(len(directory.pages) // width):
        if number % _TICK == 0:
            tick()
        start = number * page
        digest = directory.digest_of(view[start : min(start + page, directory.limit)])
        if digest != directory.pages[number * width : (number + 1) * width]:
            wrong.append(start)
    outside = [start for start in wrong if not _encrypted(start, page, encryption)]
    if outside:
        detail = f"{len(outside)} pages have another {directory.digest} digest, the first at {outside[0]} of the image"
        yield Issue("apple-page-differs", detail)
    elif wrong:
        detail = (
            f"{len(wrong)} pages that FairPlay encrypts have another {directory.digest} digest; they were not settled"
        )
        yield Issue("apple-not-checked", detail, error=False)


def _encrypted(start: int, size: int, encryption: Encryption | None) -> bool:
    """Whether a page shares bytes with what is encrypted."""
    if encryption is None or not encryption.system:
        return False
    return start < encryption.offset + encryption.size and encryption.offset < start + size


def _seals(directory: Directory, found: tuple[Blob, ...], beside: Beside) -> Iterator[Issue]:
    """Compare what is sealed besides the code with its digests."""
    sealed: dict[int, bytes | None] = {blobs.SLOT_INFO: beside.info, blobs.SLOT_RESOURCES: beside.resources}
    for slot in (blobs.SLOT_REQUIREMENTS, blobs.SLOT_ENTITLEMENTS, blobs.SLOT_DER):
        blob = blob_at(found, slot)
        sealed[slot] = blob.data if blob else None
    for slot in sorted({*sealed, *directory.special}):
        data, digest = sealed.get(slot), directory.special.get(slot)
        name = blobs.SEALS.get(slot, f"slot-{slot}")
        if data is None and digest is not None:
            detail = f"the {directory.digest} directory seals {name}, which is not there to compare"
            yield Issue("apple-not-checked", detail, error=False)
        elif data is not None and digest is None:
            # A blob of the signature without a digest was added later; a file beside it is just not covered.
            inside = blob_at(found, slot) is not None
            yield Issue("apple-not-sealed", f"the {directory.digest} directory has no digest of {name}", error=inside)
        elif data is not None and directory.digest_of(data) != digest:
            yield Issue("apple-seal-differs", f"{name} has another {directory.digest} digest than the sealed one")


def _sign(made: CodeSignature) -> None:
    """Check the signer's block over the primary directory, and that it names the others."""
    blob = blob_at(made.blobs, blobs.SLOT_CMS)
    if blob is None or not blob.content:
        detail = "there is no signer's block: digests only"
        made.issues.append(Issue("apple-ad-hoc", detail, error=False))
        return
    primary, *others = made.directories
    made.cms = check_cms(blob.content, primary.blob.data, code=True)
    made.issues += made.cms.issues
    for directory in others:
        if not {directory.cdhash, directory.whole_digest} & set(made.cms.digests):
            detail = f"the {directory.digest} directory is not among those that the signer names"
            made.issues.append(Issue("apple-directory-unbound", detail))


def _read_entitlements(made: CodeSignature) -> None:
    """Read both forms of the entitlements, and compare them."""
    plain, der = blob_at(made.blobs, blobs.SLOT_ENTITLEMENTS), blob_at(made.blobs, blobs.SLOT_DER)
    try:
        made.entitlements = read_xml(plain.content) if plain else None
        made.entitlements_der = read_der(der.content) if der else None
    except (MalformedError, PlistError) as error:
        made.issues.append(Issue("apple-malformed", f"entitlements cannot be read: {error}"))
        return
    both = made.entitlements is not None and made.entitlements_der is not None
    if both and made.entitlements != made.entitlements_der:
        detail = "the property list and the DER form of the entitlements do not say the same"
        made.issues.append(Issue("apple-entitlements-differ", detail))
