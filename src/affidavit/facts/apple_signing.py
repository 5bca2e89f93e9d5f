"""The executables of an iOS app and their code signatures: each checked, with what lies beside it."""

import hashlib
from collections.abc import Iterator

from affidavit.artefact.macho import MachO, read_macho
from affidavit.facts.apple import Bundle, Review, bundles, digests_below
from affidavit.facts.apple_info import text
from affidavit.facts.apple_signed import Checked, certificates_of, facts_of, facts_of_profile
from affidavit.facts.reading import bounded
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.model.signing import Issue
from affidavit.signing.apple.blobs import MalformedError
from affidavit.signing.apple.code import Beside, CodeSignature, check_code
from affidavit.signing.apple.profile import Profile, read_profile
from affidavit.signing.apple.resources import BundleFiles, check_resources

_MAX_EXECUTABLES = 1_000
_MAX_PROFILES = 100


def read_signing(review: Review) -> None:
    """Facts about every executable, its signature, and the provisioning profiles."""
    found = bundles(review, [])
    owners = {bundle.executable: bundle for bundle in found if bundle.executable}
    checked = list(_executables(review, owners))
    for bundle in found:
        review.budget.check()
        _check_bundle(review, bundle, checked)
    _profiles(review, found, checked)
    listed: set[tuple[str, bool]] = set()
    own = {bundle.executable for bundle in found if bundle.form == "app"}
    for item in sorted(checked, key=lambda item: item.path not in own):
        review.add(facts_of(item))
        review.add(certificates_of(item, listed, review.limitations))


def _profiles(review: Review, found: list[Bundle], checked: list[Checked]) -> None:
    """Every provisioning profile, linked to a root with the help of the certificates of the app's own signature."""
    own = {bundle.executable for bundle in found if bundle.form == "app"}
    blocks = [item.signature.cms for item in checked if item.path in own and item.signature.cms is not None]
    known = tuple(sorted({der for cms in blocks for der in cms.certificates}))
    paths = [path for path in sorted(review.media) if path.endswith(".mobileprovision")]
    if len(paths) > _MAX_PROFILES:
        detail = f"{len(paths)} provisioning profiles are in the app; the first {_MAX_PROFILES} were read"
        review.limitations.append(Limitation("signing/apple-many-profiles", detail))
    for path in paths[:_MAX_PROFILES]:
        review.budget.check()
        _read_profile(review, path, known, checked)


def _executables(review: Review, owners: dict[str, Bundle]) -> Iterator[Checked]:
    """Every image of every Mach-O file, checked."""
    paths = [path for path, media in review.media.items() if media == "macho"]
    paths.sort(key=lambda path: (path not in owners, path))
    if len(paths) > _MAX_EXECUTABLES:
        detail = f"{len(paths)} Mach-O files are in the app; the first {_MAX_EXECUTABLES} were checked"
        review.limitations.append(Limitation("signing/apple-many-executables", detail))
    for path in sorted(owners.keys() - set(paths)):
        detail = "the executable that Info.plist names is no readable Mach-O file: its signature is unknown"
        review.limitations.append(Limitation("signing/apple-no-executable", detail, Place(path)))
    for path in paths[:_MAX_EXECUTABLES]:
        review.budget.check()
        data = review.read(path)
        file = read_macho(path, data) if data is not None else None
        if isinstance(file, Limitation):
            review.limitations.append(file)
        elif data is not None and file is not None:
            yield from _images(review, path, data, file, _beside(review, path, owners))


def _beside(review: Review, path: str, owners: dict[str, Bundle]) -> Beside:
    """What a file's signature can seal: the Info.plist and resource list of the bundle whose executable it is.

    Where the Info.plist cannot be read, which file that is, is not known; then it is taken for each in the folder.
    """
    owner, folder = owners.get(path), path.rpartition("/")[0] + "/"
    if owner is None and any(bundle.folder == folder for bundle in owners.values()):
        return Beside()
    if owner is None and f"{folder}Info.plist" not in review.media:
        return Beside()
    return Beside(review.read(f"{folder}Info.plist"), review.read(f"{folder}_CodeSignature/CodeResources"))


def _images(review: Review, path: str, data: bytes, file: MachO, beside: Beside) -> Iterator[Checked]:
    review.limitations += file.limitations
    for image in file.images:
        view = memoryview(data)[image.offset : image.offset + image.size]
        if image.commands.encryption is not None and image.commands.encryption.system:
            detail = "FairPlay encrypts code of the executable: text in it was not seen"
            review.limitations.append(Limitation("native/macho-encrypted", detail, Place(path, image.offset)))
        yield Checked(path, image, check_code(image, view, beside, review.budget.check))


def _check_bundle(review: Review, bundle: Bundle, checked: list[Checked]) -> None:
    """Compare a bundle's resource list with its files, and its name with the signed one."""
    own = [item for item in checked if item.path == bundle.executable]
    raw = review.read(f"{bundle.folder}_CodeSignature/CodeResources") if own else None
    for item in own:
        signed = {directory.identifier for directory in item.signature.directories}
        if signed and text(bundle.info.get("CFBundleIdentifier")) not in signed:
            detail = f"signed as {bounded(', '.join(sorted(signed)), 200)!r}"
            item.signature.issues.append(Issue("apple-identifier-differs", detail, error=False))
    if raw is None:
        return
    files = BundleFiles(
        digests_below(review, bundle.folder),
        _cdhashes(bundle.folder, checked),
        bundle.executable.removeprefix(bundle.folder),
        lambda name: review.read(bundle.folder + name),
    )
    for item in own:
        item.resources = item.resources or check_resources(raw, files)
        item.signature.issues += item.resources.issues


def _cdhashes(folder: str, checked: list[Checked]) -> dict[str, set[bytes]]:
    """Names of code, by file and by the folder that holds it, below a bundle's folder."""
    found: dict[str, set[bytes]] = {}
    for item in checked:
        names = {directory.cdhash for directory in item.signature.directories}
        for path in (item.path, item.path.rpartition("/")[0]):
            found.setdefault(path.removeprefix(folder), set()).update(names)
    return found


def _read_profile(review: Review, path: str, known: tuple[bytes, ...], checked: list[Checked]) -> None:
    """Facts about a profile; and whether it is about those who signed the bundle that it lies in."""
    data = review.read(path)
    if data is None:
        return
    try:
        profile = read_profile(data, known)
    except MalformedError as error:
        detail = f"a provisioning profile cannot be read: {error}; who may sign the app is unknown"
        review.limitations.append(Limitation("signing/apple-bad-profile", detail, Place(path)))
        return
    review.add(facts_of_profile(profile, path))
    folder = path.rpartition("/")[0]
    for item in checked:
        if item.path.rpartition("/")[0] == folder:
            item.signature.issues += _against_profile(item.signature, profile)


def _against_profile(signature: CodeSignature, profile: Profile) -> Iterator[Issue]:
    """Where a profile and a signature do not fit."""
    if profile.outcome == "refused":
        yield Issue("apple-profile-refused", profile.cms.issues[0].detail, error=False)
    signers = signature.cms.certificates[:1] if signature.cms else ()
    if any(hashlib.sha256(der).hexdigest() not in profile.certificates for der in signers):
        detail = f"the signer is none of the {len(profile.certificates)} certificates of the profile"
        yield Issue("apple-certificate-not-in-profile", detail, error=False)
    claimed = sorted((signature.entitlements or {}).keys() - profile.entitlements.keys())
    if claimed:
        detail = f"{len(claimed)}: {bounded(', '.join(claimed[:5]), 400)}"
        yield Issue("apple-entitlement-not-granted", detail, error=False)
    teams = {directory.team for directory in signature.directories} - {""}
    granted = profile.content.get("TeamIdentifier")
    if teams and isinstance(granted, list) and not teams & {item for item in granted if isinstance(item, str)}:
        detail = f"signed for {bounded(', '.join(sorted(teams)), 80)!r}, which the profile does not name"
        yield Issue("apple-team-differs", detail, error=False)
