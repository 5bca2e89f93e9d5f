"""What a JAR has of a signature: manifest, signature files and block files, read once; nothing depends on the level.

Sources: as in `affidavit.signing.jar`; AOSP, ``StrictJarFile``. Android's names under ``META-INF/`` count as they are
written (before Android 4.4, API level 19, in any case, which apksig does not follow either); Java's in any case.
"""

from typing import Final

from msgspec import Struct

from affidavit.artefact.budget import Budget
from affidavit.artefact.zip import Entry
from affidavit.model.signing import Issue
from affidavit.signing.jar_entries import META, Container, read_content
from affidavit.signing.jar_manifest import MAX_BYTES, MAX_HEADERS, MAX_LINES, JarText, Section, breaks, parse_manifest
from affidavit.signing.jar_oddities import unopened
from affidavit.signing.jar_signer import JarSigner, folded, shown
from affidavit.signing.outcome import SchemeResult, SignerResult
from affidavit.signing.signed_data import MAX_BYTES as MAX_BLOCK
from affidavit.signing.signed_data import UnreadableSignedDataError, read_signed_data

MAX_SIGNERS: Final = 10
"""More are refused (apksig, Constants.MAX_APK_SIGNERS)."""
_MANIFEST: Final = META + b"MANIFEST.MF"
_BLOCK_FILES: Final = (b".RSA", b".DSA", b".EC")


class Reading(Struct, frozen=True):
    """What is there.

    Attributes:
        manifest: the whole manifest. sections: its sections by name, as bytes.
        signers: a signer whose block file cannot be read is given as its result.
        own: names of the signature's own entries.
        warnings: what is odd about it.
        problem: the answer that follows from the reading alone; None when there is more to check.
    """

    manifest: JarText
    sections: dict[bytes, Section]
    signers: tuple[JarSigner | SignerResult, ...]
    own: frozenset[bytes]
    warnings: tuple[Issue, ...] = ()
    problem: SchemeResult | None = None


def read_jar(container: Container, budget: Budget, *, java: bool) -> Reading:
    """All that is there, or the answer that already follows from it.

    Raises:
        BudgetError: time or memory ran out.
    """
    try:
        return _Reader(container, budget, java=java).read()
    except _StopError as stop:
        return Reading(parse_manifest(b""), {}, (), frozenset(), problem=stop.result)


class _StopError(Exception):
    """The reading ends here, with this answer."""

    def __init__(self, *issues: Issue, undetermined: str = "") -> None:
        super().__init__()
        self.result = SchemeResult("v1", (), issues, undetermined=undetermined)


class _Reader:
    """Reads manifest and signature files."""

    def __init__(self, container: Container, budget: Budget, *, java: bool) -> None:
        self._container = container
        self._budget = budget
        self._java = java
        self._left = MAX_HEADERS
        self._lines = MAX_LINES
        self._warnings: list[Issue] = []

    def read(self) -> Reading:
        """All that is there.

        Raises:
            _StopError: no more is to be read.
        """
        self._refuse_duplicates()
        metas = self._metas()
        entry = metas.get(_MANIFEST)
        if entry is None:
            raise _StopError(Issue("jar-sig-no-manifest", "there is no META-INF/MANIFEST.MF"))
        manifest = self._text(entry)
        sections = self._sections(manifest)
        pairs = self._pairs(metas)
        if not self._java and (why := unopened(self._container.view)):
            raise _StopError(Issue("jar-sig-zip-not-opened", why))
        signers = tuple(self._signer(block, file) for block, file in pairs)
        own = frozenset({entry.raw, *(item.raw for pair in pairs for item in pair)})
        return Reading(manifest, sections, signers, own, tuple(self._warnings))

    def _pairs(self, metas: dict[bytes, Entry]) -> list[tuple[Entry, Entry]]:
        """Block files, each with its signature file."""
        found = [
            (meta, metas.get(key[: key.rfind(b".")] + b".SF"))
            for key, meta in metas.items()
            if key.endswith(_BLOCK_FILES)
        ]
        blocks = [(block, file) for block, file in found if file is not None]
        self._warnings += [
            Issue("jar-sig-missing-file", f"{shown(block.raw)} has no signature file (.SF) beside it", error=False)
            for block, file in found[:MAX_SIGNERS]
            if file is None
        ]
        if not blocks:
            raise _StopError(Issue("jar-sig-no-signatures", "no signature block file with its signature file is there"))
        if not self._java:
            self._refuse_shared(blocks)
        if len(blocks) > MAX_SIGNERS and self._java:
            raise _StopError(
                undetermined=f"there are {len(blocks)} signers, more than are checked here ({MAX_SIGNERS})"
            )
        if len(blocks) > MAX_SIGNERS:
            why = f"there are {len(blocks)} signers, Android takes {MAX_SIGNERS} at most"
            raise _StopError(Issue("jar-sig-max-signatures-exceeded", why))
        return blocks

    @staticmethod
    def _refuse_shared(blocks: list[tuple[Entry, Entry]]) -> None:
        """Of block files with one signature file Android checks the one that its table happens to give first."""
        first: dict[bytes, Entry] = {}
        for block, file in blocks:
            other = first.setdefault(file.raw, block)
            if other is not block:
                why = f"{shown(other.raw)} and {shown(block.raw)} both sign {shown(file.raw)}"
                raise _StopError(
                    undetermined=f"{why}; Android checks one of them, and which one depends on its version"
                )

    def _refuse_duplicates(self) -> None:
        seen: set[bytes] = set()
        twice: dict[bytes, None] = {}
        for entry in self._container.entries:
            if entry.raw in seen:
                twice[entry.raw] = None
            seen.add(entry.raw)
        why = "is there more than once; Android before 4.4 can check one and run the other (bug 8219321)"
        issues = folded("jar-sig-duplicate-zip-entry", [f"{shown(name)} {why}" for name in twice], error=not self._java)
        if any(issue.error for issue in issues):
            raise _StopError(*issues)
        self._warnings += issues

    def _metas(self) -> dict[bytes, Entry]:
        """Entries under META-INF by their names, for Java in capitals."""
        found: dict[bytes, Entry] = {}
        for entry in self._container.entries:
            key = entry.raw.upper() if self._java else entry.raw
            if not key.startswith(META) or not self._is_part(key):
                continue
            if key in found:
                why = f"{shown(entry.raw)} and {shown(found[key].raw)} differ in case only; which one counts is unclear"
                raise _StopError(undetermined=why)
            found[key] = entry
        return found

    def _is_part(self, key: bytes) -> bool:
        """Whether an entry (its name, for Java in capitals) belongs to a signature; Java looks into no folder below."""
        if self._java and b"/" in key[len(META) :]:
            return False
        return key == _MANIFEST or key.endswith((*_BLOCK_FILES, b".SF"))

    def _text(self, entry: Entry) -> JarText:
        """A manifest or signature file."""
        text = parse_manifest(
            self._content(entry, MAX_BYTES), java=self._java, most=self._left, lines=max(0, self._lines)
        )
        self._lines -= breaks(text.data)
        self._left -= len(text.main.attributes) + sum(len(item.attributes) for item in text.sections)
        if text.cut:
            raise _StopError(undetermined=f"{shown(entry.raw)}: {text.cut}")
        self._warnings += [
            Issue("jar-sig-odd-manifest", f"{shown(entry.raw)}: {item}", error=False) for item in text.oddities
        ]
        self._budget.check()
        return text

    def _content(self, entry: Entry, most: int) -> bytes:
        content = read_content(self._container, entry, self._budget, most)
        if content.broken:
            raise _StopError(Issue("jar-sig-malformed-zip-entry", f"{shown(entry.raw)}: {content.broken}"))
        if content.data is None:
            raise _StopError(undetermined=f"{shown(entry.raw)} was not read: {content.unread}")
        return content.data

    def _sections(self, manifest: JarText) -> dict[bytes, Section]:
        """The manifest's sections by name."""
        if manifest.fault:
            raise _StopError(Issue("jar-sig-malformed-manifest", f"META-INF/MANIFEST.MF: {manifest.fault}"))
        names = {entry.raw for entry in self._container.entries}
        sections: dict[bytes, Section] = {}
        unnamed, twice, missing = [], [], []
        for number, section in enumerate(manifest.sections):
            if section.name is None:
                unnamed.append(f"section {number + 1} of the manifest does not begin with a name")
            elif section.name in sections:
                twice.append(f"the manifest has two sections {shown(section.name)}")
            else:
                sections[section.name] = section
                if section.name not in names:
                    missing.append(f"the manifest lists {shown(section.name)}, which is not there")
        issues = (
            *folded("jar-sig-unnnamed-manifest-section", unnamed),
            *folded("jar-sig-duplicate-manifest-section", twice),
            *folded("jar-sig-missing-zip-entry-referenced-in-manifest", missing, error=not self._java),
        )
        if any(issue.error for issue in issues):
            raise _StopError(*issues)
        self._warnings += issues
        return sections

    def _signer(self, block: Entry, file: Entry) -> JarSigner | SignerResult:
        """A signer; one whose block file cannot be read has nothing but the issue."""
        text = self._text(file)
        path = block.path
        try:
            data = read_signed_data(self._content(block, MAX_BLOCK))
        except UnreadableSignedDataError as error:
            return SignerResult(issues=(Issue("jar-sig-parse-exception", f"{shown(block.raw)}: {error}"),))
        return JarSigner(path, shown(file.raw), data, text)
