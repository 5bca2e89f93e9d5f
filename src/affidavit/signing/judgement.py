"""All signatures of one container, checked: each scheme's outcome, and what each platform makes of them together."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from affidavit.artefact.budget import Budget
from affidavit.artefact.part import Part
from affidavit.model.signing import Issue, PlatformVerdict, SignatureOutcome
from affidavit.signing.block import Block
from affidavit.signing.block_schemes import BlockSchemes
from affidavit.signing.idsig import V4_LEVEL, Idsig
from affidavit.signing.jar import JarScheme
from affidavit.signing.outcome import SchemeResult
from affidavit.signing.platform import (
    V2_LEVEL,
    V3_LEVEL,
    V31_LEVEL,
    Blocks,
    Declared,
    Jar,
    errors_of,
    fingerprints,
    known_schemes,
    ranges,
    relied_on,
    takes,
    verdicts,
)
from affidavit.signing.summary import disagreements, merged


class Judged(Struct, frozen=True):
    """One scheme that a container carries.

    Attributes:
        result: over the levels that rely on it; over all that know it when none does.
        outcome: *refused* when one of these levels refuses it.
        relied: whether a level that the app runs on relies on it.
        signers: SHA-256 (hex) of the certificates of its signers, when it holds at one of the levels at least.
    """

    result: SchemeResult
    outcome: SignatureOutcome
    relied: bool
    signers: tuple[str, ...] = ()


class Judgement(Struct, frozen=True):
    """Everything that was found out.

    Attributes:
        schemes: newest first; a scheme of which there is no block has no entry.
        verdicts: of the platforms; none for a library.
        blocks: of the APK Signing Block.
    """

    schemes: tuple[Judged, ...]
    verdicts: tuple[PlatformVerdict, ...] = ()
    blocks: tuple[Block, ...] = ()


class V4File(Struct, frozen=True):
    """A v4 signature file: its bytes, and its path if it lies in a container beside its APK."""

    data: bytes
    entry: str = ""


def judge(container: Part, budget: Budget, declared: Declared, v4: V4File | None = None) -> Judgement:
    """Check every signature of an APK.

    Args:
        container: the APK.
        budget: bounds the work.
        declared: what its manifest says that bears on its signatures.
        v4: the v4 signature file that came with it.

    Raises:
        BudgetError: time or memory ran out.
    """
    jar, blocks = Once(JarScheme(container, budget)), BlockSchemes(container.view, budget, container.prefix)
    found = _compared(tuple(_schemes(jar, blocks, declared)))
    if v4 is not None:
        idsig = Idsig(v4.data, container, blocks, budget, v4.entry)
        levels = [level for level, _ in ranges(jar, blocks, max(declared.min_sdk, V4_LEVEL))]
        found = (*_judged("v4", [idsig.at(level) for level in levels], relied=False), *found)
    return Judgement(found, verdicts(jar, blocks, declared), tuple(blocks.blocks))


class Once:
    """A v1 signature that is asked once for all levels between two at which its answer may change.

    Without it a block that states many ranges of levels would have every entry looked at as often.

    Attributes:
        levels: as those of the signature.
    """

    def __init__(self, jar: Jar) -> None:
        self.levels = jar.levels
        self._jar = jar
        self._known: dict[tuple[int, frozenset[int]], SchemeResult] = {}

    def at(self, level: int, schemes: frozenset[int]) -> SchemeResult:
        """The answer for a level.

        Raises:
            BudgetError: time or memory ran out.
        """
        step = max((first for first in self.levels if first <= level), default=0)
        if (step, schemes) not in self._known:
            self._known[step, schemes] = self._jar.at(level, schemes)
        return self._known[step, schemes]


def judge_library(container: Part, budget: Budget) -> Judgement:
    """Check the signature of a JAR or AAR by Java's rules: no Android version installs it.

    Raises:
        BudgetError: time or memory ran out.
    """
    result = JarScheme(container, budget, java=True).at(1, frozenset())
    return Judgement(tuple(_judged("v1", [result], relied=True)))


def _schemes(jar: Jar, blocks: Blocks, declared: Declared) -> Iterator[Judged]:
    """The schemes that are there, newest first."""
    levels = [level for level, _ in ranges(jar, blocks, declared.min_sdk)]
    relied = {level: relied_on(jar, blocks, level).scheme for level in levels}
    asks: tuple[tuple[str, int, Callable[[int], SchemeResult | None]], ...] = (
        ("v3.1", V31_LEVEL, blocks.v31),
        ("v3", V3_LEVEL, blocks.v3),
        ("v2", V2_LEVEL, blocks.v2),
        ("v1", 1, lambda level: jar.at(level, known_schemes(blocks, level))),
    )
    for scheme, first, ask in asks:
        own = [level for level in levels if relied[level] == scheme]
        every = own or [level for level in levels if level >= first]
        results = [result for level in every if (result := ask(level)) is not None]
        yield from _judged(scheme, [one for one in results if scheme != "v3.1" or takes(one)], relied=bool(own))


def _judged(scheme: str, results: Sequence[SchemeResult], *, relied: bool) -> Iterator[Judged]:
    """One scheme by its results at several levels; nothing when it is not there."""
    whole = merged(scheme, results)
    if whole is not None:
        holding = tuple(signer for result in results if result.holds for signer in result.signers)
        yield Judged(whole, outcome_of(whole), relied, tuple(dict.fromkeys(fingerprints(holding))))


def outcome_of(result: SchemeResult) -> SignatureOutcome:
    """A demonstrated fault refuses; what was not checked to the end is undetermined."""
    if errors_of(result):
        return "refused"
    return "verified" if result.holds else "undetermined"


def _compared(found: tuple[Judged, ...]) -> tuple[Judged, ...]:
    """The schemes, each with where it disagrees with an older one; no platform refuses a file for that."""
    held = {item.result.scheme: item.result for item in found if item.outcome == "verified"}
    notes: dict[str, list[Issue]] = {}
    known = {issue.word for item in found for issue in item.result.issues}
    for issue in disagreements(held):
        if issue.word in known:
            continue
        notes.setdefault(_OWNER.get(issue.word, "v3"), []).append(replace(issue, error=False))
    return tuple(
        replace(item, result=replace(item.result, issues=(*item.result.issues, *notes.get(item.result.scheme, ()))))
        for item in found
    )


_OWNER = {"v2-sig-missing": "v1", "jar-sig-missing": "v2", "v31-block-found-without-v3-block": "v3.1"}
"""The scheme to which a disagreement is noted; the others are those of v3."""
