"""One answer for a whole range of Android versions, as AOSP's apksig gives it.

It asks more than any platform does: that the schemes of one file name the same signer, and that v1 holds for every
level of the range as soon as one level relies on it. Source: apksig, ``ApkVerifier`` (order of the schemes, what stops
it, cross-checks).
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from affidavit.model.signing import ANY_LEVEL, Issue, SignatureOutcome
from affidavit.signing.outcome import Node, SchemeResult, SignerResult
from affidavit.signing.platform import (
    SANDBOX_LEVEL,
    TARGET_LEVEL,
    V2_LEVEL,
    V3_LEVEL,
    V31_LEVEL,
    Blocks,
    Declared,
    Jar,
    errors_of,
    fingerprints,
    ranges,
    takes,
)


class Summary(Struct, frozen=True):
    """The answer.

    Attributes:
        outcome: *verified* when every level of the range accepts the signatures and the schemes agree.
        schemes: those that were looked at and hold, newest first; looking stops at the first that does not.
        signers: SHA-256 (hex) of the signers' certificates by the newest scheme; empty unless verified.
        issues: errors, each once.
    """

    outcome: SignatureOutcome
    schemes: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()


def summarise(jar: Jar, blocks: Blocks, declared: Declared, lowest: int = 0, highest: int = ANY_LEVEL) -> Summary:
    """The answer for the levels from `lowest` (0 means the app's own) to `highest`."""
    lowest = lowest or declared.min_sdk
    found: dict[str, SchemeResult] = {}
    for result in _results(jar, blocks, lowest, highest):
        if "v3.1" in found and "v3" not in found and result.scheme != "v3":
            break
        found[result.scheme] = result
        if not result.holds:
            break
    issues = tuple(issue for result in found.values() for issue in errors_of(result))
    issues += tuple(_sandbox(declared, found, highest))
    doubt = any(result.undetermined for result in found.values())
    if not issues and not doubt:
        issues = (*disagreements(found), *_target(declared, found, highest))
    holding = tuple(scheme for scheme, result in found.items() if result.holds)
    outcome: SignatureOutcome = "refused" if issues else "undetermined" if doubt or not holding else "verified"
    return Summary(outcome, holding, _identity(found) if outcome == "verified" else (), issues)


def disagreements(found: dict[str, SchemeResult]) -> Iterator[Issue]:
    """Where schemes of one file, all of which hold, name different signers."""
    one, two, three = (found.get(scheme) for scheme in ("v1", "v2", "v3"))
    if one and two:
        yield from _same_signers(one, two)
    older = one or two
    if "v3.1" in found and three is None:
        yield Issue(
            "v31-block-found-without-v3-block", "a v3.1 block stands in the file without the v3 block it builds on."
        )
    if three and older:
        yield from _descends(three, older)


def _same_signers(one: SchemeResult, two: SchemeResult) -> Iterator[Issue]:
    """Every signer of v1 signs with v2, and the reverse."""
    ones, twos = fingerprints(one.signers), fingerprints(two.signers)
    for missing in [item for item in ones if item not in twos][:1]:
        yield Issue("v2-sig-missing", f"the v1 signer with the certificate {missing} is not among the v2 signers.")
    for missing in [item for item in twos if item not in ones][:1]:
        yield Issue("jar-sig-missing", f"the v2 signer with the certificate {missing} is not among the v1 signers.")


def _descends(three: SchemeResult, older: SchemeResult) -> Iterator[Issue]:
    """The one signer of the older scheme is that of v3, or the oldest key of its lineage."""
    olds, news = fingerprints(older.signers), fingerprints(three.signers)
    if len(olds) != 1:
        yield Issue("v3-sig-multiple-past-signers", f"{older.scheme} has {len(olds)} signers, v3 can follow only one.")
    lineage: tuple[Node, ...] = max((signer.lineage for signer in three.signers), key=len, default=())
    if not lineage and len(news) != 1:
        yield Issue("v3-sig-multiple-signers", f"v3 has {len(news)} signers and no lineage that joins them.")
    root = fingerprints((SignerResult((lineage[0].certificate,)),)) if lineage else news[:1]
    if olds[:1] != root:
        detail = f"{older.scheme} is signed by {', '.join(olds[:1])}, v3 begins with {', '.join(root)}."
        yield Issue("v3-sig-past-signers-mismatch", detail)


def _results(jar: Jar, blocks: Blocks, lowest: int, highest: int) -> Iterator[SchemeResult]:
    """Each scheme that a level of the range would look at, over all its levels in the range; newest first."""
    some = False
    kinds = (("v3.1", V31_LEVEL, blocks.v31), ("v3", V3_LEVEL, blocks.v3), ("v2", V2_LEVEL, blocks.v2))
    for scheme, first, ask in kinds:
        if highest < first or (scheme == "v2" and some and lowest >= V3_LEVEL):
            continue
        levels = [level for level, _ in ranges(jar, blocks, max(lowest, first), highest)]
        if scheme == "v3":
            levels = [level for level in levels if not _rotated(blocks, level)] or levels[:1]
        found = [one for level in levels if (one := ask(level)) is not None]
        result = merged(scheme, [one for one in found if scheme != "v3.1" or takes(one)])
        if result is not None:
            some = True
            yield result
    if lowest < V2_LEVEL or not some:
        known = frozenset(
            number for number, first in ((2, V2_LEVEL), (3, V3_LEVEL), (31, V31_LEVEL))
            if number in blocks.schemes and highest >= first
        )  # fmt: skip
        levels = [level for level, _ in ranges(jar, blocks, lowest, highest)]
        result = merged("v1", [jar.at(level, known) for level in levels])
        if result is not None:
            yield result


def _rotated(blocks: Blocks, level: int) -> bool:
    """Whether a level relies on v3.1, so that v3 need not have a signer for it."""
    result = blocks.v31(level)
    return result is not None and takes(result)


def merged(scheme: str, results: Sequence[SchemeResult]) -> SchemeResult | None:
    """One scheme's results at several levels as one: every signer and every issue once; None of none."""
    if not results:
        return None
    return SchemeResult(
        scheme,
        tuple(dict.fromkeys(signer for result in results for signer in result.signers)),
        tuple(dict.fromkeys(issue for result in results for issue in result.issues)),
        results[0].covers,
        next((doubt for result in results if (doubt := _doubt(result))), ""),
    )


def _doubt(result: SchemeResult) -> str:
    """Why one level's result is no verdict; empty when it is one."""
    bare = not result.signers and not errors_of(result)
    return result.undetermined or ("no signer was found for one of the levels" if bare else "")


def _sandbox(declared: Declared, found: dict[str, SchemeResult], highest: int) -> Iterator[Issue]:
    if highest >= SANDBOX_LEVEL and declared.sandbox > 1 and not found.keys() - {"v1"}:
        detail = f"the app's sandbox version is {declared.sandbox}, which needs a signature of scheme v2 or later."
        yield Issue("no-sig-for-target-sandbox-version", detail)


def _target(declared: Declared, found: dict[str, SchemeResult], highest: int) -> Iterator[Issue]:
    """The tool asks for v2 only when the range reaches the target; platforms do from level 30 on."""
    if TARGET_LEVEL <= declared.target_sdk <= highest and not found.keys() - {"v1"}:
        detail = f"the app targets API level {declared.target_sdk}, which needs a signature of scheme v2 or later."
        yield Issue("min-sig-scheme-for-target-sdk-not-met", detail)


def _identity(found: dict[str, SchemeResult]) -> tuple[str, ...]:
    """Who signed, by the newest scheme; of v3's signers the one for the newest levels."""
    newest = next(iter(found.values()))
    every = fingerprints(newest.signers)
    return every[-1:] if newest.scheme.startswith("v3") else every
