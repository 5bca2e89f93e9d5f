"""Everything that touches the artefact's bytes, in stages: what a confined worker does, or this process without one.

A stage that breaks, or for which the budget does not suffice, becomes a limitation on a partial affidavit.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import Given, open_artefact
from affidavit.artefact.spool import Spool
from affidavit.dalvik.whole.chains import Chains
from affidavit.evidence.bundle import EXCERPTS_PER_FINDING, excerpt_key
from affidavit.evidence.examined import Examined, Lost, Outcome, canonical, lost_stage
from affidavit.evidence.excerpt import Excerpter
from affidavit.evidence.flows_checked import drop_refused
from affidavit.evidence.proofs import cited_places, shown_places
from affidavit.evidence.traffic import NO_TRAFFIC, Traffic, noted
from affidavit.facts import coverage, flow_stage, source_names
from affidavit.facts.extract import Extraction, stages
from affidavit.findings import constituents, judge, load, observed
from affidavit.identity import libraries, listed, mentions, signers
from affidavit.identity.code.handed import Known
from affidavit.identity.code.stage import Identified, identify
from affidavit.identity.library_index import library_index
from affidavit.model.bundle import Excerpt
from affidavit.model.coverage import Coverage, StageCoverage
from affidavit.model.errors import BudgetError
from affidavit.model.fact import Fact
from affidavit.model.finding import Finding
from affidavit.model.limitation import Limitation
from affidavit.model.place import Place
from affidavit.model.progress import Progress

if TYPE_CHECKING:
    from affidavit.evidence.captures import Captures

UNBUDGETED = frozenset({"coverage", "findings", "excerpts"})
"""Stages that run although the budget is used up: they say what a partial reading means."""


class _Conclusions:
    """What follows from the facts."""

    def __init__(self) -> None:
        self.facts: tuple[Fact, ...] = ()
        self.findings: tuple[Finding, ...] = ()
        self.excerpts: dict[str, Excerpt] = {}
        self.coverage = Coverage()
        self.reach: Chains | None = None
        self.identified = Identified()
        self.captures: Captures | None = None


def examine(
    given: Given,
    budget: Budget,
    progress: Progress,
    *,
    sha256: str = "",
    spool: Spool | None = None,
    v4_signature: bytes | None = None,
    mapping: bytes | None = None,
    lost: Sequence[Lost] = (),
    known: Known | None = None,
    traffic: Traffic = NO_TRAFFIC,
) -> Examined:
    """Read one artefact.

    Args:
        given: the open file.
        budget: what the review may cost.
        progress: called with stage, done and total; at least once when a stage starts.
        sha256: digest of the file, where somebody took it already.
        spool: where code lies that memory is too small for, new; it is closed here.
        v4_signature: bytes of the v4 signature file that was given beside the artefact.
        mapping: bytes of the mapping file that the app's compiler wrote, if it was given.
        lost: stages to leave out.
        known: code to compare with, if there is any.
        traffic: captures of what the app sent, if they were given.

    Raises:
        UnreadableError: it, or a capture, cannot be opened at all, or is of no supported kind.
        KnowledgeError: compiled knowledge is missing.
    """
    progress("opening", 0, 1)
    with open_artefact(given, budget, sha256) as opened, spool or Spool() as kept:
        state, drawn = Extraction(opened, budget, kept), _Conclusions()
        state.v4_signature, state.mapping = v4_signature, mapping
        if traffic.files:
            from affidavit.evidence.captures import Captures  # noqa: PLC0415 - readers that most reviews do without

            drawn.captures = Captures(traffic, budget.check)
        ran = _run(state, drawn, known, progress, {item.stage: item for item in lost})
        artefact = replace(
            opened.artefact,
            v4_signature=hashlib.sha256(v4_signature).hexdigest() if v4_signature else "",
            mapping=hashlib.sha256(mapping).hexdigest() if mapping is not None else "",
        )
        return Examined(
            noted(artefact, traffic),
            drawn.facts or canonical(state.facts),
            drawn.findings,
            (*opened.limitations, *state.limitations),
            drawn.excerpts,
            Coverage(drawn.coverage.containers, drawn.coverage.code, ran),
            partial=any(item.outcome == "cut" for item in ran),
        )


def _run(
    state: Extraction, drawn: _Conclusions, known: Known | None, progress: Progress, lost: dict[str, Lost]
) -> tuple[StageCoverage, ...]:
    """Run every stage; give what became of each."""
    captures = drawn.captures
    later: tuple[tuple[str, Callable[[], None]], ...] = (
        ("libraries", lambda: _name_libraries(state)),
        ("identity", lambda: _identify(state, drawn, known)),
        ("flows", lambda: _follow(state, drawn, progress)),
        ("paths", lambda: drop_refused(state)),
        *([("captures", lambda: captures.read(state.add, state.limitations, progress))] if captures else []),
        ("coverage", lambda: _cover(state, drawn)),
        ("findings", lambda: _judge(state, drawn)),
        *([("names", lambda: _name(state, drawn))] if state.mapping is not None else []),
        ("excerpts", lambda: _excerpt(state, drawn, progress)),
    )
    ran = []
    for name, stage in (*stages(state, progress), *later):
        progress(name, 0, 1)
        if name in lost:
            state.limitations.append(lost_stage(lost[name]))
            ran.append(StageCoverage(name, "skipped"))
            continue
        ran.append(StageCoverage(name, _outcome(state, name, stage)))
    return tuple(ran)


def _outcome(state: Extraction, name: str, stage: Callable[[], None]) -> Outcome:
    """Run one stage; what ends it early becomes a limitation."""
    try:
        if name in UNBUDGETED:
            state.budget.conclude()
        else:
            state.breathe()
        stage()
    except BudgetError as error:
        state.limitations.append(Limitation(f"budget/{name}", f"stage {name!r} was not finished: {error}"))
        return "cut"
    except Exception as error:
        if os.environ.get("AFFIDAVIT_DEBUG"):
            raise
        detail = f"stage {name!r} broke off with {type(error).__name__}; what it would have read is unknown"
        state.limitations.append(Limitation("tool/stage-failed", detail))
        return "failed"
    return "done"


def _name_libraries(state: Extraction) -> None:
    """Name whose code and whose signature it is."""
    state.facts += libraries.extract(state.program, tuple(state.facts), sorted(state.media), library_index())
    state.facts += signers.extract(tuple(state.facts))
    state.add(mentions.extract(state.program, tuple(state.facts), listed.known_marks()))


def _identify(state: Extraction, drawn: _Conclusions, known: Known | None) -> None:
    """Compare the code with known code, whatever its names."""
    drawn.identified = identify(state, known)


def _follow(state: Extraction, drawn: _Conclusions, progress: Progress) -> None:
    """Follow calls from entry points, and data from where it is read."""
    own, index, origin = judge.own_prefix(state.facts), library_index(), drawn.identified.origin
    drawn.reach = flow_stage.follow(state, lambda name: judge.whose(name, own, index, origin), progress)


def _cover(state: Extraction, drawn: _Conclusions) -> None:
    """Count what was examined; what no limitation accounts for becomes one."""
    containers = coverage.of_containers(state.opened.parts, state.facts)
    code = coverage.of_code(state.program.units)
    drawn.coverage = Coverage(containers, code)
    stated = (*state.opened.limitations, *state.limitations)
    state.limitations += coverage.shortfalls(containers, code, stated)


def _judge(state: Extraction, drawn: _Conclusions) -> None:
    """Judge by every rule. It runs on a partial review too: limitations decide what is undetermined."""
    if drawn.reach is not None and drawn.identified.compared is not None:
        state.facts = constituents.raised(state.facts, drawn.identified.compared, drawn.reach)
    drawn.facts = canonical(state.facts)
    known = [*state.opened.limitations, *state.limitations]
    try:
        judged = judge.judge(
            drawn.facts,
            state.program,
            library_index(),
            known,
            load.rules(),
            state.budget.check,
            drawn.reach,
            drawn.identified.origin,
        )
    except BudgetError as error:
        known.append(Limitation("budget/findings", str(error)))  # every question is still answered: as undetermined
        drawn.findings = judge.judge(drawn.facts, None, None, known, load.rules()).findings
        raise
    state.limitations += judged.raised
    drawn.findings = judged.findings
    if drawn.captures is not None:
        traffic = observed.Traffic(drawn.facts, drawn.captures.sought)
        known += judged.raised
        drawn.findings, added = observed.observed(judged.findings, load.rules(), traffic, known)
        state.limitations += added


def _name(state: Extraction, drawn: _Conclusions) -> None:
    """Put the names that the source had beside what is cited; nothing that was concluded changes by it."""
    about = (*drawn.facts, *drawn.findings)
    state.add(source_names.extract(state.mapping or b"", state.program, about, state.budget, state.limitations))
    drawn.facts = canonical(state.facts)


def _excerpt(state: Extraction, drawn: _Conclusions, progress: Progress) -> None:
    """Show the bytes at the first places that each finding and path cites; the other places are named without."""
    excerpter, missing = Excerpter(state.program, state.documents, state.set_aside), 0
    cited: list[Iterable[Place]] = [islice(cited_places(one), EXCERPTS_PER_FINDING) for one in drawn.findings]
    cited += shown_places(drawn.facts)
    for done, places in enumerate(cited):
        progress("excerpts", done, len(cited))
        state.breathe()
        for place in places:
            key = excerpt_key(place)
            if place.offset >= 0 and key not in drawn.excerpts:
                excerpt = excerpter.of(place)
                missing += excerpt is None
                if excerpt is not None:
                    drawn.excerpts[key] = excerpt
    if missing:
        detail = "the bytes at cited places could not be read again, so they are named without being shown"
        state.limitations.append(Limitation("tool/no-excerpt", detail, count=missing))
