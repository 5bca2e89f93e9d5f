"""JAR signatures (APK signature scheme v1): the answer for one API level, or by Java's rules.

Source: apksig, ``V1SchemeVerifier``. Where the platform (AOSP, ``StrictJarVerifier``) is stricter, its answer is given.
Java differs: it takes a JAR of which only some entries are signed, and compares every digest that is stated.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from affidavit.artefact.budget import Budget
from affidavit.artefact.zip import Entry
from affidavit.model.signing import Issue
from affidavit.signing.jar_algorithms import JAVA, digest_class, wanted
from affidavit.signing.jar_entries import Container, Digested, covers, digest_all, is_covered, unprotected
from affidavit.signing.jar_oddities import FRONT_LEVEL, front, header_tricks
from affidavit.signing.jar_reading import Reading, read_jar
from affidavit.signing.jar_signer import ALL_SIGNERS_LEVEL, ATTRIBUTES_LEVEL, JarSigner, Listed, folded, shown
from affidavit.signing.outcome import SchemeResult, SignerResult

LEVELS: Final = frozenset({9, 18, ATTRIBUTES_LEVEL, 21, 22, ALL_SIGNERS_LEVEL, FRONT_LEVEL, 28})
"""API levels at which an answer may change."""
_DISABLED: Final = ("MD5", "SHA-1")
_SCHEMES: Final = {2: 24, 3: 28}
"""Schemes that a signature file can say were used too, and the first level that goes by it."""


_NUMBER: Final = re.compile(r"\+?0*(\d{1,9})")
"""What Java reads as a number, as far as numbers of schemes are concerned: digits of any script."""
_MOST: Final = 10_000
"""Most schemes that a signature file can name."""


class _Judged(Struct, frozen=True):
    """What came of the entries; `used` are the numbers of the signers who signed them."""

    issues: tuple[Issue, ...]
    used: frozenset[int]
    covers: str
    undetermined: str


class JarScheme:
    """The JAR signature of one container.

    Attributes:
        levels: API levels at which the answer may change.
    """

    def __init__(self, container: Container, budget: Budget, *, java: bool | None = None) -> None:
        """Nothing is read yet.

        Args:
            container: the zip.
            budget: bounds the reading.
            java: whether Java's rules are asked for; by default they are for a library (role ``library``).
        """
        self.java = container.role == "library" if java is None else java
        self.levels = frozenset[int]() if self.java else LEVELS
        self._container = container
        self._budget = budget
        self._listed: dict[int, tuple[Listed, ...]] = {}
        self._judged: dict[int, _Judged] = {}

    def at(self, level: int, schemes: frozenset[int]) -> SchemeResult:
        """What comes of it.

        Args:
            level: API level; without effect under Java's rules.
            schemes: the schemes (2, 3, 31) that the APK Signing Block has, for the protection against their removal.

        Raises:
            BudgetError: time or memory ran out.
        """
        read, level = self._read, JAVA if self.java else level
        if read.problem is not None:
            return read.problem
        result = self._signed(level, schemes)
        if result.undetermined or any(issue.error for issue in result.every_issue):
            return result
        return self._entries(level, result)

    @cached_property
    def _read(self) -> Reading:
        return read_jar(self._container, self._budget, java=self.java)

    @cached_property
    def _made(self) -> list[JarSigner]:
        """The signers whose block files could be read."""
        return [item for item in self._read.signers if isinstance(item, JarSigner)]

    @cached_property
    def _covered(self) -> list[Entry]:
        """The entries that a signature is to cover, in the order of their bytes."""
        found = [entry for entry in self._container.entries if is_covered(entry.raw, java=self.java)]
        return sorted(found, key=lambda entry: entry.header)

    @cached_property
    def _digested(self) -> Digested:
        return digest_all(self._container, self._covered, self._read.sections, self._budget, java=self.java)

    def _signed(self, level: int, schemes: frozenset[int]) -> SchemeResult:
        """All that stands before the entries: signatures over signature files, and these over the manifest."""
        read = self._read
        signed = [item.signed_at(level) if isinstance(item, JarSigner) else None for item in read.signers]
        results = [one.signer if one else item for one, item in zip(signed, read.signers, strict=True)]
        signers = tuple(item for item in results if isinstance(item, SignerResult))
        broken = tuple(item for item in signers if item.issues)
        doubt = next((item.undetermined for item in signed if item and item.undetermined), "")
        if broken or doubt:
            return SchemeResult("v1", broken, read.warnings, undetermined="" if broken else doubt)
        listed = self._lists(level)
        kept: list[SignerResult] = []
        warnings: list[Issue] = []
        for signer, one, said in zip(self._made, signers, listed, strict=True):
            warnings += said.warnings
            if said.ignored:
                warnings.append(said.ignored)
            else:
                found = (*self._stripped(signer, level, schemes), *said.errors)
                kept.append(replace(one, issues=tuple(issue for issue in found if issue.error)))
                warnings += (issue for issue in found if not issue.error)
                warnings += self._disabled(signer, one)
        issues = (*read.warnings, *warnings, *front(self._container.view, level))
        if not kept:
            issues = (Issue("jar-sig-no-signatures", "a platform passes over every signature that is there"), *issues)
        refused = tuple(item for item in kept if any(issue.error for issue in item.issues))
        return SchemeResult("v1", refused or tuple(kept), issues)

    def _lists(self, level: int) -> tuple[Listed, ...]:
        """Each signature file against the manifest, once for all levels that pick the same digests."""
        group, read = digest_class(level), self._read
        if group not in self._listed:
            self._listed[group] = tuple(item.listed_at(group, read.manifest, read.sections) for item in self._made)
        return self._listed[group]

    def _disabled(self, signer: JarSigner, result: SignerResult) -> tuple[Issue, ...]:
        """What Java would not take today although it holds (JDK, ``jdk.jar.disabledAlgorithms``)."""
        weak = [item for item in result.algorithms if item.endswith(_DISABLED)]
        since = "since 2017 (MD5) or 2022 (SHA-1) Java takes it for unsigned"
        why = f"{signer.name} is signed by {', '.join(weak)}: {since}"
        return (Issue("jar-sig-disabled-algorithm", why, error=False),) if weak and self.java else ()

    def _stripped(self, signer: JarSigner, level: int, schemes: frozenset[int]) -> tuple[Issue, ...]:
        """Whether schemes that the signature file says were used are there."""
        stated = signer.main.get("x-android-apk-signed")
        if level < min(_SCHEMES.values()):
            return ()
        if stated is None:
            why = f"{signer.file} does not say that there are newer signatures, so that they could be removed"
            return (Issue("jar-sig-no-apk-sig-strip-protection", why, error=False),) if schemes else ()
        found: list[Issue] = []
        for number in _numbers(stated):
            if number not in _SCHEMES:
                why = f"{signer.file} speaks of a scheme {number}, which no platform knows"
                found.append(Issue("jar-sig-unknown-apk-sig-scheme-id", why, error=False))
            elif level >= _SCHEMES[number] and number not in schemes:
                why = f"{signer.file} says that the file was signed with scheme v{number} too, and it is not there"
                found.append(Issue("jar-sig-missing-apk-sig-referenced", why))
        return tuple(found)

    def _entries(self, level: int, so_far: SchemeResult) -> SchemeResult:
        """The entries against the manifest, and by whom each is signed."""
        group = digest_class(level)
        if group not in self._judged:
            self._judged[group] = self._judge(group)
        judged = self._judged[group]
        return replace(
            so_far,
            signers=tuple(item for number, item in self._numbered(level, so_far) if number in judged.used),
            issues=(*judged.issues, *so_far.issues, *self._tricks),
            covers=judged.covers,
            undetermined=judged.undetermined,
        )

    def _judge(self, level: int) -> _Judged:
        """What all levels that pick the same digests make of the entries."""
        sets = self._signers_of_entries(level)
        issues = [*self._unsigned(sets), *self._unlike(level, sets)]
        first = next((item for item in sets.values() if item), frozenset[int]())
        refused = any(issue.error for issue in issues)
        if not first and not refused:
            issues.append(Issue("jar-sig-no-signed-zip-entries", "no entry is signed"))
        used = frozenset().union(*sets.values()) if self.java else first
        if not refused and not self.java:
            loose = unprotected(self._container.entries, set(self._read.own))
            issues += folded("jar-sig-unprotected-zip-entry", loose, error=False)
        counted = sum(bool(item) for item in sets.values())
        said = covers(self._container.entries, counted, java=self.java)
        return _Judged(tuple(issues), used, said, self._unread(issues))

    @cached_property
    def _tricks(self) -> tuple[Issue, ...]:
        return header_tricks(self._container.view, self._container.entries)

    def _numbered(self, level: int, so_far: SchemeResult) -> Iterator[tuple[int, SignerResult]]:
        """The signers that are not passed over, with their numbers in the file."""
        left = iter(so_far.signers)
        for number, item in enumerate(self._lists(level)):
            if item.ignored is None:
                yield number, next(left)

    def _signers_of_entries(self, level: int) -> dict[bytes, frozenset[int]]:
        """Which signers (numbers) list each covered entry; none for an entry that the manifest does not list."""
        listed = [(number, item.names) for number, item in enumerate(self._lists(level)) if item.ignored is None]
        found: dict[bytes, frozenset[int]] = {}
        shared: dict[frozenset[int], frozenset[int]] = {}
        for entry in self._covered:
            some = entry.raw in self._read.sections
            numbers = frozenset(number for number, names in listed if some and entry.raw in names)
            found[entry.raw] = shared.setdefault(numbers, numbers)
        return found

    def _unsigned(self, sets: dict[bytes, frozenset[int]]) -> Iterator[Issue]:
        """Entries that nobody signed, and those that others signed than the first one's signers."""
        sections, strict = self._read.sections, not self.java
        bare = [name for name, item in sets.items() if not item]
        unlisted = [f"{shown(name)} is not in the manifest" for name in bare if name not in sections]
        unsigned = [f"no signature file lists {shown(name)}" for name in bare if name in sections]
        yield from folded("jar-sig-no-zip-entry-digest-in-manifest", unlisted, error=strict)
        yield from folded("jar-sig-zip-entry-not-signed", unsigned, error=strict)
        first = next(((name, item) for name, item in sets.items() if item), None)
        if first:
            others = [name for name, item in sets.items() if item and item != first[1]]
            mixed = [f"{shown(name)} is signed by others than {shown(first[0])}" for name in others]
            yield from folded("jar-sig-zip-entry-signers-mismatch", mixed, error=strict)

    def _unlike(self, level: int, sets: dict[bytes, frozenset[int]]) -> Iterator[Issue]:
        """Entries that a platform cannot read, or whose digest it does not know or finds to be another."""
        unlike, missing, broken = [], [], []
        for name, item in sets.items():
            if not item:
                continue
            found = wanted(self._read.sections[name].attributes, "-Digest", level)
            if not found:
                missing.append(f"the manifest has no digest for {shown(name)} that this level knows")
            elif name in self._digested.broken:
                broken.append(f"{shown(name)}: {self._digested.broken[name]}")
            elif bad := self._digested.unlike.get(name, set()) & set(found):
                stated = ", ".join(sorted(each.name for each in bad))
                unlike.append(f"the bytes of {shown(name)} do not fit the manifest's {stated}")
        yield from folded("jar-sig-no-zip-entry-digest-in-manifest", missing, error=not self.java)
        yield from folded("jar-sig-malformed-zip-entry", broken)
        yield from folded("jar-sig-zip-entry-digest-did-not-verify", unlike)

    def _unread(self, issues: list[Issue]) -> str:
        """Why not every covered byte was looked at; empty when all were, or when the answer is a refusal anyway."""
        unread = self._digested.unread
        if not unread or any(issue.error for issue in issues):
            return ""
        name, why = next(iter(unread.items()))
        more = f", and {len(unread) - 1:,} more" if len(unread) > 1 else ""
        return f"the bytes of {shown(name)} were not compared ({why}){more}"


def _numbers(stated: bytes) -> list[int]:
    """The schemes that an attribute lists, each once."""
    texts = stated.decode("utf-8", "replace").split(",", _MOST)[:_MOST]
    return sorted({int(found[1]) for text in texts if (found := _NUMBER.fullmatch(text.strip()))})
