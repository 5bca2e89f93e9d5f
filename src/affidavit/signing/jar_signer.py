"""One signer of a JAR: its block file (``.RSA``) against its signature file (``.SF``), and that against the manifest.

Source: apksig, ``V1SchemeVerifier.Signer``, which says for each API level what its platform does; AOSP,
``StrictJarVerifier``. What cryptography has to decide is decided once, whatever the number of levels asked about.
"""

import hashlib
from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from affidavit.artefact.names import read_name
from affidavit.model.signing import Issue
from affidavit.signing.jar_algorithms import JAVA, Pair, Wanted, pairs, table, wanted
from affidavit.signing.jar_manifest import JarText, Section
from affidavit.signing.keys import UnsupportedKeyError, UnusableKeyError, holds
from affidavit.signing.outcome import Located, SignerResult
from affidavit.signing.signed_data import BlockCertificate, SignedData, SignerInfo

ATTRIBUTES_LEVEL, ALL_SIGNERS_LEVEL = 19, 24
"""First API levels that check signed attributes rightly; that try every SignerInfo, ask for the content type, and know
scheme v2. Source: apksig, as above."""
_SHOWN = 100


class Signed(Struct, frozen=True):
    """What came of the block file at one level: `undetermined` says why it could not be checked to the end."""

    signer: SignerResult
    undetermined: str = ""


class Listed(Struct, frozen=True):
    """What came of the signature file.

    Attributes:
        names: the entries that it lists.
        errors: why the file as a whole is refused for it.
        ignored: why a platform passes this signer over, which may leave none; None when it does not.
        warnings: what is odd about it.
    """

    names: frozenset[bytes]
    errors: tuple[Issue, ...] = ()
    ignored: Issue | None = None
    warnings: tuple[Issue, ...] = ()


class JarSigner:
    """A signature block file and the signature file beside it.

    Attributes:
        name: path of the block file's entry, printable. file: that of the signature file.
    """

    def __init__(self, name: str, file: str, data: SignedData, text: JarText) -> None:
        self.name = name
        self.file = file
        self._data = data
        self._text = text
        self._checked: dict[tuple[int, str, str], bool | UnusableKeyError] = {}

    @property
    def main(self) -> Mapping[str, bytes]:
        """Attributes of the signature file's main section."""
        return self._text.main.attributes

    def signed_at(self, level: int) -> Signed:
        """The block file against the signature file, at an API level or by Java's rules."""
        infos = self._data.signers if level == JAVA or level >= ALL_SIGNERS_LEVEL else self._data.signers[:1]
        if not infos and not self._data.cut:
            return self._refused("jar-sig-no-signers", "it names no signer")
        if self._data.cut:
            return Signed(SignerResult(), f"{self.name}: {self._data.cut}")
        first: SignerResult | None = None
        for number, info in enumerate(infos):
            try:
                held = self._info_holds(number, info, level)
            except _RefusedError as error:
                return self._refused(error.word, error.why, info)
            except UnsupportedKeyError as error:
                return Signed(SignerResult(), f"{self.name}: {error}")
            first = first or (self._result(info) if held else None)
        if first is None:
            why = f"the signature does not fit {self.file}: one of the two was changed, or somebody else signed"
            return self._refused("jar-sig-did-not-verify", why, infos[0])
        return Signed(first)

    def _refused(self, word: str, why: str, info: SignerInfo | None = None) -> Signed:
        """A signer that does not hold, with the certificate that it names, as far as it can be told."""
        signer = self._result(info) if info else SignerResult()
        return Signed(replace(signer, algorithms=(), issues=(Issue(word, f"{self.name}: {why}"),)))

    def _result(self, info: SignerInfo) -> SignerResult:
        """The signer's certificate, its chain, and what it signed with."""
        own = self._data.certificate_of(info)
        chain = self._data.chain_of(own) if own else ()
        pair = pairs().get((info.digest, info.signature_algorithm))
        located = tuple(Located(item.der, self.name, item.offset) for item in chain)
        return SignerResult(located, (pair.title,) if pair else ())

    def _info_holds(self, number: int, info: SignerInfo, level: int) -> bool:
        """Whether a SignerInfo holds.

        Raises:
            _RefusedError: the platform gives up on the whole file.
            UnsupportedKeyError: it cannot be checked here.
        """
        pair = pairs().get((info.digest, info.signature_algorithm))
        if pair is None or not pair.known_at(level):
            what = f"digest {info.digest} with signature {info.signature_algorithm}"
            known = f"{pair.title} as {what}" if pair else what
            raise _RefusedError("jar-sig-unsupported-sig-alg", f"this level does not know {known}")
        own = _usable(self._data.certificate_of(info))
        if info.fault:
            raise _RefusedError("jar-sig-parse-exception", info.fault)
        if info.attributes is not None and not self._attributes_hold(info, pair, level):
            return False
        return self._signature_holds(number, info, pair, own)

    def _attributes_hold(self, info: SignerInfo, pair: Pair, level: int) -> bool:
        """Whether the signed attributes speak of this signature file."""
        stated = info.attributes
        if stated is None:  # pragma: no cover - the caller asked
            return True
        if JAVA < level < ATTRIBUTES_LEVEL:
            why = "it has signed attributes, whose digest levels below 19 do not compare: anything could be in the file"
            raise _RefusedError("jar-sig-verify-exception", why)
        if level == JAVA or level >= ALL_SIGNERS_LEVEL:
            if not stated.content_type:
                raise _RefusedError("jar-sig-verify-exception", "its signed attributes have no content type")
            if stated.content_type != self._data.content_type:
                return False
        if stated.digest is None:
            raise _RefusedError("jar-sig-verify-exception", "its signed attributes have no digest")
        return stated.digest == hashlib.new(pair.attribute, self._text.data, usedforsecurity=False).digest()

    def _signature_holds(self, number: int, info: SignerInfo, pair: Pair, own: BlockCertificate) -> bool:
        """Whether the signature fits, decided once for each way of checking it."""
        asked = (number, pair.family, pair.digest)
        if asked not in self._checked:
            signed = self._text.data if info.attributes is None else info.attributes.data
            try:
                self._checked[asked] = holds(own.key, pair.family, pair.digest, info.signature, signed)
            except UnusableKeyError as error:
                self._checked[asked] = error
        found = self._checked[asked]
        if isinstance(found, UnsupportedKeyError):
            raise found
        if isinstance(found, UnusableKeyError):
            raise _RefusedError("jar-sig-verify-exception", str(found))
        return found

    def listed_at(self, level: int, manifest: JarText, sections: Mapping[bytes, Section]) -> Listed:
        """The signature file against the manifest.

        Args:
            level: API level, or `JAVA`; only which digests it picks matters.
            manifest: the whole manifest.
            sections: its sections by their names.
        """
        names = frozenset(item.name for item in self._text.sections if item.name is not None)
        ignored = self._ignored()
        if ignored:
            return Listed(names, ignored=ignored)
        tool = b"signtool" in self.main.get("created-by", b"")
        whole, warnings = self._whole(level, manifest, tool=tool)
        errors = [] if tool else [*self._main_section(level, manifest)]
        if whole or errors:
            return Listed(names, tuple(errors), None, warnings)
        return self._each_section(level, manifest, sections, Listed(names, (), None, warnings), tool=tool)

    def _ignored(self) -> Issue | None:
        """Why a platform passes over this signature file by its form alone."""
        text, seen = self._text, set()
        if text.fault:
            return Issue("jar-sig-malformed-sig-file", f"{self.file}: {text.fault}", error=False)
        if "signature-version" not in text.main.attributes:
            why = f"{self.file} has no Signature-Version"
            return Issue("jar-sig-missing-version-attr-in-sig-file", why, error=False)
        for number, section in enumerate(text.sections):
            if section.name is None:
                why = f"section {number + 1} of {self.file} does not begin with a name"
                return Issue("jar-sig-unnnamed-sig-file-section", why, error=False)
            if section.name in seen:
                why = f"{self.file} has two sections {shown(section.name)}"
                return Issue("jar-sig-duplicate-sig-file-section", why, error=False)
            seen.add(section.name)
        return None

    def _whole(self, level: int, manifest: JarText, *, tool: bool) -> tuple[bool, tuple[Issue, ...]]:
        """Whether the digest of the whole manifest fits; if not, each section is compared."""
        found = wanted(self.main, "-Digest" if tool else "-Digest-Manifest", level)
        if not found:
            why = f"{self.file} has no digest of the whole manifest that this level knows"
            return False, (Issue("jar-sig-no-manifest-digest-in-sig-file", why, error=False),)
        bad = _unlike(found, lambda item: digest_of(item, manifest.data))
        if bad:
            why = f"{bad.name} in {self.file} does not fit the whole manifest; its sections were compared one by one"
            return False, (Issue("jar-sig-manifest-digest-did-not-verify", why, error=False),)
        return True, ()

    def _main_section(self, level: int, manifest: JarText) -> tuple[Issue, ...]:
        """The digest of the manifest's main section, which may be missing."""
        found = wanted(self.main, "-Digest-Manifest-Main-Attributes", level)
        bad = _unlike(found, lambda item: digest_of(item, _bytes(manifest, manifest.main, level)))
        why = f"{bad.name} in {self.file} does not fit the manifest's main section" if bad else ""
        return (Issue("jar-sig-manifest-main-section-digest-did-not-verify", why),) if bad else ()

    def _each_section(
        self, level: int, manifest: JarText, sections: Mapping[bytes, Section], so_far: Listed, *, tool: bool
    ) -> Listed:
        """Every section that the signature file lists, against the manifest's section of that name."""
        missing, unlike = [], []
        for item in self._text.sections:
            name = item.name or b""
            section = sections.get(name)
            if section is None:
                why = f"{self.file} lists {shown(name)}, which the manifest does not"
                ignored = Issue("jar-sig-no-zip-entry-digest-in-sig-file", why, error=False)
                return replace(so_far, ignored=ignored)
            found = wanted(item.attributes, "-Digest", level)
            data = _bytes(manifest, section, level)
            if tool and data.endswith(b"\n\n"):
                data = data[:-1]
            if not found:
                missing.append(f"{self.file} has no digest for {shown(name)} that this level knows")
            elif _unlike(found, lambda item, data=data: digest_of(item, data)):  # type: ignore[misc]
                unlike.append(f"the digest in {self.file} does not fit the manifest's section {shown(name)}")
        errors = (
            *folded("jar-sig-no-zip-entry-digest-in-sig-file", missing),
            *folded("jar-sig-manifest-section-digest-did-not-verify", unlike),
        )
        return replace(so_far, errors=errors)


class _RefusedError(Exception):
    """A platform gives up on the file: `word` of the issue, and why."""

    def __init__(self, word: str, why: str) -> None:
        super().__init__(why)
        self.word = word
        self.why = why


def _usable(own: BlockCertificate | None) -> BlockCertificate:
    """The signer's certificate, if a platform lets it sign."""
    if own is None:
        raise _RefusedError("jar-sig-verify-exception", "the certificate that the signer names is not there")
    odd = [item for item in own.critical if item not in table().critical]
    if odd:
        why = f"the certificate has a critical extension that Android does not know ({odd[0]})"
        raise _RefusedError("jar-sig-verify-exception", why)
    if not own.may_sign:
        raise _RefusedError("jar-sig-verify-exception", "the certificate's key usage does not allow signatures")
    return own


def _bytes(manifest: JarText, section: Section, level: int) -> bytes:
    """A section's bytes as a digest covers them: Android adds all empty lines that follow, Java one."""
    return manifest.data[section.start : section.tight_end if level == JAVA else section.end]


def _unlike(found: tuple[Wanted, ...], digest: Callable[[Wanted], bytes]) -> Wanted | None:
    """The first digest that is not what was computed."""
    return next((item for item in found if digest(item) != item.expected), None)


def digest_of(item: Wanted, data: bytes) -> bytes:
    """The digest of `data` by the algorithm that is wanted."""
    return hashlib.new(item.digest, data, usedforsecurity=False).digest()


def shown(name: bytes) -> str:
    """An entry's name for a sentence: printable, cut, in quotes."""
    text = read_name(name)[0]
    return f"{text!r}" if len(text) <= _SHOWN else f"{text[:_SHOWN]!r}…"


def folded(word: str, details: list[str], *, error: bool = True, most: int = 5) -> tuple[Issue, ...]:
    """One issue for each detail, the ones past `most` counted in one more."""
    issues = tuple(Issue(word, detail, error) for detail in details[:most])
    more = len(details) - most
    return (*issues, Issue(word, f"and {more:,} more like these", error)) if more > 0 else issues
