"""What each Android version makes of an APK's signatures.

Source: AOSP, ``ApkSignatureVerifier`` and the verifiers of the schemes (frameworks/base). From API level 33 on the
package manager relies on a v3.1 block with a signer for its level, from 28 on v3, from 24 on v2, and without any of
them on v1. A block that is there and does not hold is a refusal: it never falls back from it.
"""

import hashlib
from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from affidavit.model.signing import ANY_LEVEL, Acceptance, Issue, PlatformVerdict
from affidavit.signing.outcome import SchemeResult, SignerResult

V2_LEVEL, SANDBOX_LEVEL, V3_LEVEL, TARGET_LEVEL, V31_LEVEL = 24, 26, 28, 30, 33
"""First API levels that know scheme v2, the rule of the sandbox, v3, the rule of the target, and v3.1."""

_STEPS = frozenset({V2_LEVEL, SANDBOX_LEVEL, V3_LEVEL, TARGET_LEVEL, V31_LEVEL})


class Declared(Struct, frozen=True):
    """What an app's manifest says that bears on its signatures.

    Attributes:
        min_sdk, target_sdk: effective API levels. sandbox: its ``targetSandboxVersion``.
        unknown: why the manifest says none of it, as half a sentence; empty when it was read.
    """

    min_sdk: int = 1
    target_sdk: int = 1
    sandbox: int = 1
    unknown: str = ""


class Jar(Protocol):
    """What is asked of `affidavit.signing.jar.JarScheme`."""

    @property
    def levels(self) -> frozenset[int]:
        """API levels at which the answer may change."""
        ...

    def at(self, level: int, schemes: frozenset[int]) -> SchemeResult:
        """The v1 signature as one level checks it, knowing which block schemes there are."""
        ...


class Blocks(Protocol):
    """What is asked of `affidavit.signing.block_schemes.BlockSchemes`."""

    @property
    def levels(self) -> frozenset[int]:
        """API levels at which an answer may change."""
        ...

    @property
    def schemes(self) -> frozenset[int]:
        """2, 3 and 31, as far as they are there."""
        ...

    def v2(self, level: int) -> SchemeResult | None:
        """Scheme v2 at a level; None without such a block."""
        ...

    def v3(self, level: int) -> SchemeResult | None:
        """Scheme v3."""
        ...

    def v31(self, level: int) -> SchemeResult | None:
        """Scheme v3.1."""
        ...


def verdicts(jar: Jar, blocks: Blocks, declared: Declared) -> tuple[PlatformVerdict, ...]:
    """What every API level from the app's lowest on decides; neighbouring levels with the same answer are one."""
    found = ranges(jar, blocks, declared.min_sdk)
    return _joined([replace(_verdict(jar, blocks, declared, first), max_sdk=last) for first, last in found])


def ranges(jar: Jar, blocks: Blocks, lowest: int, highest: int = ANY_LEVEL) -> Iterator[tuple[int, int]]:
    """Ranges of API levels, both ends included, within each of which every answer is the same."""
    steps = sorted(level for level in _STEPS | jar.levels | blocks.levels if lowest < level <= highest)
    firsts = [lowest, *steps]
    yield from zip(firsts, [*(level - 1 for level in steps), highest], strict=True)


def relied_on(jar: Jar, blocks: Blocks, level: int) -> SchemeResult:
    """The one scheme that a level relies on."""
    if level >= V31_LEVEL and (result := blocks.v31(level)) is not None and takes(result):
        return result
    if level >= V3_LEVEL and (result := blocks.v3(level)) is not None:
        return result
    if level >= V2_LEVEL and (result := blocks.v2(level)) is not None:
        return result
    return jar.at(level, known_schemes(blocks, level))


def takes(result: SchemeResult) -> bool:
    """Whether the level asked about takes a v3.1 block: one without a signer for it is passed over."""
    return bool(result.signers or errors_of(result) or result.undetermined)


def known_schemes(blocks: Blocks, level: int) -> frozenset[int]:
    """The schemes of the signing block that are there and that a level knows."""
    firsts = {2: V2_LEVEL, 3: V3_LEVEL, 31: V31_LEVEL}
    return frozenset(scheme for scheme in blocks.schemes if level >= firsts[scheme])


def demands(declared: Declared, level: int, result: SchemeResult) -> tuple[Issue, ...]:
    """What a level asks of the scheme that it relies on, by what the app says of itself, and does not get."""
    if result.scheme != "v1":
        return ()
    found: list[Issue] = []
    if level >= SANDBOX_LEVEL and declared.sandbox > 1:
        detail = f"the app's sandbox version is {declared.sandbox}, which needs a signature of scheme v2 or later."
        found.append(Issue("no-sig-for-target-sandbox-version", detail))
    if level >= TARGET_LEVEL and declared.target_sdk >= TARGET_LEVEL:
        detail = f"the app targets API level {declared.target_sdk}, which needs a signature of scheme v2 or later."
        found.append(Issue("min-sig-scheme-for-target-sdk-not-met", detail))
    return tuple(found)


def errors_of(result: SchemeResult) -> tuple[Issue, ...]:
    """The issues for which a scheme is refused, each once, in the order found."""
    return tuple(dict.fromkeys(issue for issue in result.every_issue if issue.error))


def fingerprints(signers: tuple[SignerResult, ...]) -> tuple[str, ...]:
    """SHA-256 (hex) of each signer's own certificate, in their order; a signer without one is left out."""
    return tuple(hashlib.sha256(item.certificates[0].der).hexdigest() for item in signers if item.certificates)


def _verdict(jar: Jar, blocks: Blocks, declared: Declared, level: int) -> PlatformVerdict:
    """What one level decides."""
    result = relied_on(jar, blocks, level)
    issues = (*errors_of(result), *demands(declared, level, result))
    outcome: Acceptance = "accepted" if result.holds else "undetermined"
    if issues:
        outcome = "refused"
    elif outcome == "undetermined":
        issues = (Issue("not-checked-to-the-end", result.undetermined or "no signer was found", error=False),)
    return PlatformVerdict(
        min_sdk=level,
        max_sdk=level,
        outcome=outcome,
        scheme=result.scheme if result.signers or outcome != "refused" else "",
        signers=fingerprints(result.signers) if outcome == "accepted" else (),
        issues=issues,
    )


def beside(split: tuple[PlatformVerdict, ...], base: tuple[PlatformVerdict, ...]) -> tuple[PlatformVerdict, ...]:
    """The verdicts on a split next to those on its base: Android refuses a set that is not signed alike.

    Source: AOSP, ``PackageInstallerSession`` and ``ApkLiteParseUtils`` (each APK of a session has the same signers).
    """
    made: list[PlatformVerdict] = []
    for one in split:
        for other in base:
            low, high = max(one.min_sdk, other.min_sdk), min(one.max_sdk, other.max_sdk)
            if low <= high:
                made.append(_beside(replace(one, min_sdk=low, max_sdk=high), other))
    return _joined(made)


def _beside(one: PlatformVerdict, base: PlatformVerdict) -> PlatformVerdict:
    """The verdict on a split where its base's is known."""
    if (one.outcome, base.outcome) != ("accepted", "accepted") or set(one.signers) == set(base.signers):
        return one
    detail = f"this split is signed by {', '.join(one.signers)}, the base by {', '.join(base.signers)}."
    return replace(one, outcome="refused", signers=(), issues=(Issue("split-signers-differ", detail),))


def _joined(found: list[PlatformVerdict]) -> tuple[PlatformVerdict, ...]:
    """Neighbouring ranges with the same answer as one."""
    made: list[PlatformVerdict] = []
    for verdict in found:
        if made and replace(made[-1], min_sdk=verdict.min_sdk, max_sdk=verdict.max_sdk) == verdict:
            made[-1] = replace(made[-1], max_sdk=verdict.max_sdk)
        else:
            made.append(verdict)
    return tuple(made)
