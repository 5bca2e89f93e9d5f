"""An iOS app as facts: its bundles and what they declare; `apple_signing` has its code and signatures."""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec

from affidavit.artefact.budget import Budget
from affidavit.artefact.plist import FEW_VALUES, PlistError, Value, read_plist
from affidavit.facts import apple_info
from affidavit.facts.apple_info import Document
from affidavit.facts.reading import bounded
from affidavit.model.fact import Fact
from affidavit.model.inventory import EntryFact
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place

_BUNDLE = re.compile(r"(?P<folder>(?:.*/)?[^/]+\.(?P<suffix>app|appex|framework))/Info\.plist")
_TOP = re.compile(r"Payload/[^/]+\.app")
_FORMS = {"app": "nested-app", "appex": "extension", "framework": "framework"}
_MAX_BUNDLES = 1_000
_PRIVACY = "PrivacyInfo.xcprivacy"


class Review(Protocol):
    """What is read of `affidavit.facts.extract.Extraction`, and what grows."""

    facts: list[Fact]
    limitations: list[Limitation]
    media: dict[str, str]
    budget: Budget

    def read(self, path: str) -> bytes | None:
        """The bytes of an entry."""
        ...

    def add(self, facts: Iterable[Fact]) -> None:
        """Take facts."""
        ...


class Bundle(msgspec.Struct, frozen=True):
    """A bundle with code: its folder (ending in ``/``), its form as in `AppleBundle.form`, and its Info.plist."""

    folder: str
    form: str
    info: dict[str, Value]
    raw: bytes

    @property
    def executable(self) -> str:
        """Path of its executable; empty when Info.plist names none, or none that lies in the folder itself."""
        name = self.info.get("CFBundleExecutable")
        return self.folder + name if isinstance(name, str) and name and "/" not in name else ""


def read_dictionary(entry: str, data: bytes, limitations: list[Limitation]) -> dict[str, Value] | None:
    """The dictionary that a property list is; None, and a limitation, when it is none."""
    try:
        content = read_plist(data, FEW_VALUES)
    except PlistError as error:
        detail = f"a property list cannot be read: {error}; what it declares is unknown"
        limitations.append(Limitation("manifest/bad-plist", detail, Place(entry)))
        return None
    if not isinstance(content, dict):
        detail = "a property list is no dictionary; what it declares is unknown"
        limitations.append(Limitation("manifest/bad-plist", detail, Place(entry)))
        return None
    return content


def bundles(review: Review, limitations: list[Limitation]) -> list[Bundle]:
    """Every bundle with code whose Info.plist can be read, the app's own first; what cannot be read is said."""
    found: list[Bundle] = []
    named = [(match, path) for path in sorted(review.media) if (match := _BUNDLE.fullmatch(path))]
    if len(named) > _MAX_BUNDLES:
        detail = f"{len(named)} bundles are in the app; the first {_MAX_BUNDLES} were read"
        limitations.append(Limitation("manifest/many-declarations", detail))
    for match, path in named[:_MAX_BUNDLES]:
        review.budget.check()
        data = review.read(path)
        content = read_dictionary(path, data, limitations) if data is not None else None
        if data is not None and content is not None:
            own = _TOP.fullmatch(match["folder"]) is not None
            form = "app" if own else _FORMS[match["suffix"]]
            found.append(Bundle(match["folder"] + "/", form, content, data))
    return sorted(found, key=lambda bundle: (bundle.form != "app", bundle.folder))


def read_declared(review: Review) -> None:
    """Facts about what the app and the bundles in it declare; and what, of an iOS app, rules cannot ask."""
    review.limitations += _not_android()
    apps = sorted({match[0] for path in review.media if (match := _TOP.match(path)) and path[match.end() :][:1] == "/"})
    if len(apps) > 1:
        detail = (
            f"{len(apps)} apps lie side by side, {bounded(', '.join(apps[:3]), 300)}: which one is installed is unknown"
        )
        review.limitations.append(Limitation("container/several-apps", detail))
    found = bundles(review, review.limitations)
    if not any(bundle.form == "app" for bundle in found):
        detail = "no Info.plist of the app itself could be read: what it is and declares is unknown"
        review.limitations.append(Limitation("manifest/no-info-plist", detail))
    for bundle in found:
        review.add(_declared(bundle, review.limitations))
    for path in sorted(review.media):
        if path.rpartition("/")[2] == _PRIVACY:
            review.budget.check()
            review.add(_privacy(review, path))


def _not_android() -> Iterator[Limitation]:
    """What is not looked for in an iOS app, said once, so that rules about it stay open."""
    yield Limitation(
        "manifest/absent", "an iOS app has no Android manifest; what Info.plist declares is listed as facts"
    )
    yield Limitation("container/not-android", "the rules ask about Android apps; an iOS app is not judged by them")
    yield Limitation("code/native-not-analysed", "the code of an iOS app is native (Mach-O); it was not decoded")


def _declared(bundle: Bundle, limitations: list[Limitation]) -> Iterator[Fact]:
    document = Document(bundle.folder + "Info.plist", bundle.raw, bundle.info, limitations)
    yield apple_info.bundle(document, bundle.form)
    if bundle.form != "framework":
        yield from apple_info.declarations(document)


def _privacy(review: Review, path: str) -> Iterator[Fact]:
    data = review.read(path)
    content = read_dictionary(path, data, review.limitations) if data is not None else None
    if data is not None and content is not None:
        yield from apple_info.privacy(Document(path, data, content, review.limitations))


def digests_below(review: Review, folder: str) -> dict[str, str]:
    """SHA-256 (hex) of every file below a folder, by its name there; empty for one whose digest is not known."""
    found = {path.removeprefix(folder): "" for path in review.media if path.startswith(folder)}
    for fact in review.facts:
        path = fact.place.entry
        if isinstance(fact.what, EntryFact) and path.startswith(folder) and not path.endswith("/"):
            found[path.removeprefix(folder)] = fact.what.sha256
    return found


def without_signers(entry: str, data: bytes) -> bytes:
    """A Mach-O file with spaces for the signers' blocks: addresses in certificates are not the app's."""
    from affidavit.artefact.macho import read_macho  # noqa: PLC0415 - for iOS apps only
    from affidavit.signing.apple.blobs import SLOT_CMS, MalformedError, blob_at, read_blobs  # noqa: PLC0415 - the same

    file = read_macho(entry, data)
    pieces: list[bytes | memoryview] = []
    view, at = memoryview(data), 0
    for image in () if isinstance(file, Limitation) else sorted(file.images, key=lambda image: image.offset):
        where = image.commands.signature
        inside = view[image.offset : image.offset + image.size]
        try:
            blob = blob_at(read_blobs(inside, where.offset, where.size), SLOT_CMS) if where else None
        except MalformedError:
            blob = None
        if blob is not None:
            start = image.offset + blob.offset
            pieces += [view[at:start], b" " * len(blob.data)]
            at = start + len(blob.data)
    return b"".join([*pieces, view[at:]]) if pieces else data
