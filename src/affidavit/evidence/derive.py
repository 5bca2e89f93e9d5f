"""From artefact to the content of an affidavit: what `review` does once and `verify` repeats.

A stage that breaks, or for which the budget does not suffice, becomes a limitation on a partial affidavit.
"""

import os
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from affidavit import knowledge
from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import open_artefact
from affidavit.artefact.spool import Spool
from affidavit.evidence.bundle import EXCERPTS_PER_FINDING, assemble, excerpt_key
from affidavit.evidence.excerpt import Excerpter
from affidavit.evidence.proofs import cited_places
from affidavit.evidence.tool import this_tool
from affidavit.facts.extract import Extraction, Progress, stages
from affidavit.findings import judge, load
from affidavit.findings.limits import bearing, hidden_areas
from affidavit.identity import libraries, listed
from affidavit.identity.library_index import library_index
from affidavit.model.binding import LawRecord
from affidavit.model.bundle import Affidavit, Category, Excerpt
from affidavit.model.errors import BudgetError
from affidavit.model.fact import Fact
from affidavit.model.finding import Finding
from affidavit.model.limitation import Limitation

MARKED = ("manifest", "resources", "code", "text", "native", "entries", "signing")
"""Areas of features in which a mark of a listed app can lie."""


def silent(stage: str, done: int, total: int) -> None:
    """The progress that nobody watches."""


class _Conclusions:
    """What follows from the facts."""

    def __init__(self) -> None:
        self.facts: tuple[Fact, ...] = ()
        self.findings: tuple[Finding, ...] = ()
        self.law = LawRecord()
        self.excerpts: dict[str, Excerpt] = {}


def derive(path: Path, budget: Budget | None = None, progress: Progress = silent) -> Affidavit:
    """Review one artefact: the unsigned affidavit.

    Args:
        path: the artefact.
        budget: what the review may cost; the default is generous (see `Budget`).
        progress: called with stage, done and total.

    Raises:
        UnreadableError: it cannot be opened at all, or is of no supported kind.
        UsageError: there is no such file.
        KnowledgeError: compiled knowledge is missing.
    """
    tool, knowledge_sha256 = this_tool(), knowledge.digest()
    asked = tuple(Category(item.id, item.order, item.question, item.covers, item.title) for item in load.categories())
    spent = budget or Budget()
    with open_artefact(path, spent) as opened, Spool() as spool:
        state, drawn = Extraction(opened, spent, spool), _Conclusions()
        partial = _run(state, drawn, progress)
        facts = drawn.facts or _canonical(state.facts)
        limitations = _folded([*opened.limitations, *state.limitations])
        artefact = opened.artefact
        del state  # the code of a large app: what follows needs memory of its own
    return assemble(
        artefact,
        tool,
        knowledge_sha256,
        facts=facts,
        findings=drawn.findings,
        limitations=limitations,
        excerpts=drawn.excerpts,
        categories=asked,
        law=drawn.law,
        partial=partial,
    )


def _run(state: Extraction, drawn: _Conclusions, progress: Progress) -> bool:
    """Run every stage; give whether the budget ended some."""
    partial = False
    later: tuple[tuple[str, Callable[[], None]], ...] = (
        ("libraries", lambda: _name_libraries(state, progress)),
        ("findings", lambda: _judge(state, drawn, progress)),
        ("law", lambda: _bind(state, drawn, progress)),
        ("excerpts", lambda: _excerpt(state, drawn, progress)),
    )
    for name, stage in (*stages(state, progress), *later):
        try:
            if name not in {"findings", "law", "excerpts"}:
                state.breathe()
            stage()
        except BudgetError as error:
            partial = True
            state.limitations.append(Limitation(f"budget/{name}", f"stage {name!r} was not finished: {error}"))
        except Exception as error:
            if os.environ.get("AFFIDAVIT_DEBUG"):
                raise
            detail = f"stage {name!r} broke off with {type(error).__name__}; what it would have read is unknown"
            state.limitations.append(Limitation("tool/stage-failed", detail))
    return partial


def _name_libraries(state: Extraction, progress: Progress) -> None:
    progress("libraries", 0, 1)
    state.facts += libraries.extract(state.program, tuple(state.facts), sorted(state.media), library_index())


def _judge(state: Extraction, drawn: _Conclusions, progress: Progress) -> None:
    """Judge by every rule. It runs on a partial review too: limitations decide what is undetermined."""
    progress("findings", 0, 1)
    drawn.facts = _canonical(state.facts)
    rules = load.rules()
    known = [*state.opened.limitations, *state.limitations]
    judged = judge.judge(drawn.facts, state.program, library_index(), known, rules)
    state.limitations += judged.raised
    drawn.findings = judged.findings


def _bind(state: Extraction, drawn: _Conclusions, progress: Progress) -> None:
    """Compare with the marks of listed apps; the register is loaded only when one is found."""
    progress("law", 0, 1)
    marks, values = listed.known_marks(), listed.values_of(drawn.facts or _canonical(state.facts))
    bindings, searched = listed.bind(values, marks), listed.searched(values, marks)
    gaps = hidden_areas([*state.opened.limitations, *state.limitations], load.hidings())
    hidden = bearing(MARKED, gaps)
    drawn.law = LawRecord(searched, hidden)
    if bindings:
        from affidavit.law.applicable import law_of  # noqa: PLC0415 - most apps are tied to no listed one

        drawn.law = law_of(bindings, searched, hidden)


def _excerpt(state: Extraction, drawn: _Conclusions, progress: Progress) -> None:
    """Show the bytes at the first places that each finding cites; the other places are named without."""
    excerpter, missing = Excerpter(state.program, state.documents, state.set_aside), 0
    for done, finding in enumerate(drawn.findings):
        progress("excerpts", done, len(drawn.findings))
        state.breathe()
        for place in islice(cited_places(finding), EXCERPTS_PER_FINDING):
            key = excerpt_key(place)
            if place.offset >= 0 and key not in drawn.excerpts:
                excerpt = excerpter.of(place)
                missing += excerpt is None
                if excerpt is not None:
                    drawn.excerpts[key] = excerpt
    if missing:
        detail = "the bytes at cited places could not be read again, so they are named without being shown"
        state.limitations.append(Limitation("tool/no-excerpt", detail, count=missing))


def _canonical(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Each fact once, in the order of the bytes: by place, then id."""
    return tuple(sorted({fact.id: fact for fact in facts}.values(), key=_in_order))


def _in_order(fact: Fact) -> tuple[str, int, str, str, int, str]:
    """Sorts as (place, id) does, but faster: tuples compare in C."""
    place = fact.place
    return place.entry, place.offset, place.class_, place.method, place.pc, fact.id


def _folded(limitations: Sequence[Limitation]) -> tuple[Limitation, ...]:
    """Each limitation once, sorted; the same one said several times is counted."""
    counts: dict[tuple[str, str, object], Limitation] = {}
    for item in limitations:
        key = (item.kind, item.detail, item.place)
        before = counts.get(key)
        counts[key] = Limitation(item.kind, item.detail, item.place, item.count + (before.count if before else 0))
    return tuple(sorted(counts.values(), key=lambda item: (item.kind, item.place is not None, item.place, item.detail)))
