"""What came of checking the signatures of a container, as what facts say: outcomes, lineages, platforms' verdicts."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from affidavit.artefact.budget import Budget
from affidavit.artefact.part import Part
from affidavit.facts.reading import bounded
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.model.signing import (
    Issue,
    LineageKey,
    PlatformVerdict,
    Signature,
    SignatureOutcome,
    Signer,
    SigningLineage,
)
from affidavit.signing.judgement import Judged, Judgement, V4File, judge, judge_library, outcome_of
from affidavit.signing.outcome import Located, SchemeResult, SignerResult
from affidavit.signing.platform import Declared, beside, fingerprints
from affidavit.signing.stamp import verify_stamp

CheckedFact = Signature | SigningLineage | PlatformVerdict

CAPABILITIES = {1: "installed-data", 2: "shared-uid", 4: "permission", 8: "rollback", 16: "auth"}
"""Flags of a lineage's key (AOSP, SigningDetails.CertCapabilities)."""

MAX_ISSUES = 32
"""Issues that one scheme or signer lists; further ones are counted."""
_TEXT = 400
_NUMBERS = {"v2": 2, "v3": 3, "v3.1": 31, "v1": 1}
_ABSENT = frozenset({"jar-sig-no-manifest", "jar-sig-no-signatures"})


class Checked(Struct, frozen=True):
    """`facts` about what was checked; `signers`: scheme and SHA-256 (hex) of each certificate whose signature holds."""

    facts: tuple[CheckedFact, ...]
    signers: frozenset[tuple[str, str]]


class Terms(Struct, frozen=True):
    """What a container's signatures are judged by, besides its bytes.

    Attributes:
        declared: what its app's manifest says that bears on them; None for a library, which no Android version
            installs, so that Java's rules are for it.
        v4: the v4 signature file that came with it.
        base: for a split, the verdicts on its base.
    """

    declared: Declared | None
    v4: V4File | None = None
    base: tuple[PlatformVerdict, ...] = ()


def check(part: Part, budget: Budget, terms: Terms, limitations: list[Limitation]) -> Checked:
    """Check every signature of a container.

    Args:
        part: the APK, split or library.
        budget: bounds the work.
        terms: what it is judged by.
        limitations: grows by what could not be checked to the end.

    Raises:
        BudgetError: time or memory ran out.
    """
    place = Place(part.prefix.removesuffix("!/"))
    declared = terms.declared
    judgement = judge(part, budget, declared, terms.v4) if declared else judge_library(part, budget)
    if declared and declared.unknown:
        detail = f"the verdicts of Android versions are for an app that states nothing: {declared.unknown}"
        limitations.append(Limitation("signing/terms-unknown", detail, place))
    facts: list[CheckedFact] = []
    held: set[tuple[str, str]] = set()
    for item in (*(item for item in judgement.schemes if not _absent(item)), *_stamp(part, judgement)):
        facts += (_signature(item.result, item.outcome), *_lineages(item))
        held |= {(item.result.scheme, signer) for signer in item.signers}
        if item.result.undetermined:
            detail = f"the {item.result.scheme} signature was not checked to the end: {item.result.undetermined}"
            limitations.append(Limitation("signing/undetermined", bounded(detail, _TEXT), place))
    verdicts = beside(judgement.verdicts, terms.base) if terms.base else judgement.verdicts
    facts += (replace(verdict, issues=_issues(verdict.issues)) for verdict in verdicts)
    return Checked(tuple(facts), frozenset(held))


def _absent(item: Judged) -> bool:
    """Whether there is no v1 signature at all, of which the verdicts speak if they need one."""
    words = {issue.word for issue in item.result.every_issue if issue.error}
    return item.result.scheme == "v1" and not item.result.signers and bool(words) and words <= _ABSENT


def _stamp(part: Part, judgement: Judgement) -> Iterator[Judged]:
    """The source stamp, which signs over what the other schemes promise."""
    outcomes = {
        _NUMBERS[item.result.scheme]: item.outcome
        for item in judgement.schemes
        if item.result.scheme in _NUMBERS and not _absent(item)
    }
    result = verify_stamp(part, judgement.blocks, outcomes)
    if result is not None:
        signers = fingerprints(result.signers) if result.holds else ()
        yield Judged(result, outcome_of(result), relied=False, signers=signers)


def _signature(result: SchemeResult, outcome: SignatureOutcome) -> Signature:
    return Signature(
        scheme=result.scheme,
        outcome=outcome,
        signers=tuple(_signer(signer) for signer in result.signers),
        issues=_issues(result.issues),
        covers=bounded(result.covers, _TEXT),
    )


def _signer(signer: SignerResult) -> Signer:
    return Signer(
        certificate=next(iter(fingerprints((signer,))), ""),
        algorithms=signer.algorithms,
        min_sdk=signer.min_sdk,
        max_sdk=signer.max_sdk,
        issues=_issues(signer.issues),
    )


def _issues(issues: Sequence[Issue]) -> tuple[Issue, ...]:
    """Issues with bounded details; where there are many, the last says how many more."""
    shown = tuple(replace(issue, detail=bounded(issue.detail, _TEXT)) for issue in issues[:MAX_ISSUES])
    more = issues[MAX_ISSUES:]
    if not more:
        return shown
    return (*shown, Issue("more-issues", f"{len(more)} more are not listed.", any(issue.error for issue in more)))


def _lineages(item: Judged) -> Iterator[SigningLineage]:
    """The lineage of each signer that has one."""
    for signer in item.result.signers:
        if signer.lineage:
            keys = tuple(
                LineageKey(_fingerprint(node.certificate), capabilities(node.flags)) for node in signer.lineage
            )
            yield SigningLineage(item.result.scheme, keys, item.outcome == "verified")


def _fingerprint(certificate: Located) -> str:
    return fingerprints((SignerResult((certificate,)),))[0]


def capabilities(flags: int) -> tuple[str, ...]:
    """The names of a key's capabilities; unknown flags as hex."""
    named = tuple(name for flag, name in CAPABILITIES.items() if flags & flag)
    rest = flags & ~sum(CAPABILITIES)
    return (*named, f"{rest:#x}") if rest else named
