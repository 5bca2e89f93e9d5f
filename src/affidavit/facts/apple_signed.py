"""What a checked code signature and a provisioning profile say, as facts."""

import hashlib
import json
from collections.abc import Iterator

import msgspec

from affidavit.artefact.macho import Image
from affidavit.artefact.plist import Value
from affidavit.facts.apple_info import text
from affidavit.facts.reading import bounded, make_fact
from affidavit.model.apple import CodeDirectory, Entitlement, Executable, ProvisioningProfile
from affidavit.model.fact import Fact, Subject
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.model.signing import Certificate, Signature, Signer
from affidavit.signing.apple.blobs import FLAGS, SEALS, SLOT_DER, SLOT_ENTITLEMENTS, Directory, blob_at
from affidavit.signing.apple.code import CodeSignature
from affidavit.signing.apple.profile import Profile
from affidavit.signing.apple.resources import Resources
from affidavit.signing.certificate import Parsed, UnreadableCertificateError, parse_certificate

NAME = "apple-signing"
VERSION = 1

_MAX_ENTITLEMENTS = 500
_MAX_LIBRARIES = 256
_NOT_CHECKED = "not checked: revocation, expiry, the time of signing, and the requirements that the signature states"


class Checked(msgspec.Struct):
    """One image, checked.

    Attributes:
        path: of its file. image: what its load commands say. signature: what came of the check.
        resources: of its bundle, when it is a bundle's executable and there is a list.
    """

    path: str
    image: Image
    signature: CodeSignature
    resources: Resources | None = None

    def place(self, offset: int) -> Place:
        """A place in the file, by the offset in the image."""
        return Place(self.path, self.image.offset + offset)


def facts_of_profile(profile: Profile, path: str) -> Iterator[Fact]:
    """The facts about a provisioning profile."""
    yield _fact(_profile(profile), Place(path))
    yield from _entitlements(profile.entitlements, "profile", Place(path))


def _profile(profile: Profile) -> ProvisioningProfile:
    said = profile.content
    devices = said.get("ProvisionedDevices")
    team = said.get("TeamIdentifier")
    return ProvisioningProfile(
        form=profile.form,
        name=text(said.get("Name")),
        app_name=text(said.get("AppIDName")),
        team=tuple(text(item) for item in team[:16]) if isinstance(team, list) else (),
        team_name=text(said.get("TeamName")),
        uuid=text(said.get("UUID")),
        created=_moment(said.get("CreationDate")),
        expires=_moment(said.get("ExpirationDate")),
        devices=len(devices) if isinstance(devices, list) else 0,
        certificates=profile.certificates,
        outcome=profile.outcome,
        root=profile.cms.chain.root,
    )


def _moment(value: Value) -> str:
    """A date as ISO 8601 UTC."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if hasattr(value, "strftime") else ""


def facts_of(item: Checked) -> Iterator[Fact]:
    """The facts about one image, without its certificates."""
    signature, commands = item.signature, item.image.commands
    what = Executable(
        name=bounded(item.path.rpartition("/")[2], 256),
        arch=item.image.arch,
        form=item.image.kind,
        platform=commands.platform,
        minimum_os=commands.minimum,
        sdk=commands.sdk,
        uuid=commands.uuid,
        libraries=tuple(bounded(name, 256) for name in commands.libraries[:_MAX_LIBRARIES]),
        pie=item.image.pie,
        encrypted=bool(commands.encryption and commands.encryption.system),
        signed=commands.signature is not None,
    )
    yield _fact(what, item.place(0))
    for directory in signature.directories:
        yield _fact(_directory(directory), item.place(directory.blob.offset))
    for slot, content, source in (
        (SLOT_ENTITLEMENTS, signature.entitlements, "signature"),
        (SLOT_DER, signature.entitlements_der, "signature-der"),
    ):
        blob = blob_at(signature.blobs, slot)
        if blob is not None and content:
            yield from _entitlements(content, source, item.place(blob.offset))
    yield _fact(_signature(item), item.place(commands.signature.offset if commands.signature else 0))


def _directory(directory: Directory) -> CodeDirectory:
    return CodeDirectory(
        identifier=bounded(directory.identifier, 256),
        digest=directory.digest,
        cdhash=directory.cdhash.hex(),
        team=bounded(directory.team, 64),
        flags=tuple(sorted(word for bit, word in FLAGS.items() if directory.flags & bit)),
        page_size=directory.page,
        pages=len(directory.pages) // directory.width,
        limit=directory.limit,
        seals=tuple(SEALS.get(slot, f"slot-{slot}") for slot in sorted(directory.special)),
    )


def _signature(item: Checked) -> Signature:
    """What came of checking, as the fact that all schemes share."""
    signature, cms = item.signature, item.signature.cms
    signers: tuple[Signer, ...] = ()
    own = cms.issues if cms else ()
    if cms is not None:
        digest = hashlib.sha256(cms.certificates[0]).hexdigest() if cms.certificates else ""
        signers = (Signer(digest, (cms.algorithm,) if cms.algorithm else (), issues=own),)
    issues = tuple(issue for issue in signature.issues if issue not in own)
    return Signature("apple", signature.outcome, signers, issues, _covers(item))


def _covers(item: Checked) -> str:
    """Which bytes are covered, and what was not checked."""
    if not item.signature.directories:
        return "nothing"
    primary, cms = item.signature.directories[0], item.signature.cms
    seals = ", ".join(SEALS.get(slot, f"slot-{slot}") for slot in sorted(primary.special)) or "nothing else"
    parts = [
        f"{primary.limit} bytes of code ({item.image.arch}) in {len(primary.pages) // primary.width} pages; {seals}"
    ]
    if item.resources is not None:
        parts.append(f"{item.resources.held} of {item.resources.listed} listed files of the bundle hold")
    if cms is not None and cms.chain.root:
        parts.append(f"the signer leads to {cms.chain.root}")
    if cms is not None and cms.signed_at:
        parts.append(f"signed at {cms.signed_at} as the signer says")
    return "; ".join([*parts, _NOT_CHECKED])


def _entitlements(content: dict[str, Value], source: str, place: Place) -> Iterator[Fact]:
    """One fact for each entitlement."""
    for key in sorted(content)[:_MAX_ENTITLEMENTS]:
        shown = json.dumps(content[key], sort_keys=True, ensure_ascii=False, default=_as_text)
        yield _fact(Entitlement(bounded(key, 256), bounded(shown), source), place)


def _as_text(value: Value) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def certificates_of(item: Checked, listed: set[tuple[str, bool]], limitations: list[Limitation]) -> Iterator[Fact]:
    """Certificates of the signer's block, each once for the app.

    Args:
        item: the image.
        listed: digests of those that were given, and whether as verified; grows.
        limitations: grows by those that cannot be read.
    """
    cms, blob = item.signature.cms, item.signature.blobs
    if cms is None:
        return
    for number, der in enumerate(cms.certificates):
        verified = number == 0 and item.signature.outcome == "verified"
        digest = hashlib.sha256(der).hexdigest()
        if (digest, verified) in listed:
            continue
        listed.add((digest, verified))
        found = next((part.offset + at for part in blob if (at := part.data.find(der)) >= 0), 0)
        try:
            parsed = parse_certificate(der)
        except UnreadableCertificateError as error:
            detail = f"a certificate of the code signature cannot be read ({error})"
            limitations.append(Limitation("signing/unreadable-certificate", detail, item.place(found)))
            continue
        yield _fact(_certificate(parsed, der, chain=number > 0, verified=verified), item.place(found))


def _certificate(parsed: Parsed, der: bytes, *, chain: bool, verified: bool) -> Certificate:
    return Certificate(
        scheme="apple",
        subject=bounded(parsed.subject),
        issuer=bounded(parsed.issuer),
        serial=bounded(parsed.serial, 128),
        not_before=parsed.not_before,
        not_after=parsed.not_after,
        key=parsed.key,
        signature_algorithm=parsed.signature_algorithm,
        sha256=parsed.sha256,
        sha1=parsed.sha1,
        md5=hashlib.md5(der, usedforsecurity=False).hexdigest(),
        chain=chain,
        verified=verified,
    )


def _fact(what: Subject, place: Place) -> Fact:
    return make_fact(what, place, f"{NAME}/{VERSION}")
