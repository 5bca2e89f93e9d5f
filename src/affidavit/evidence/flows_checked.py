"""What the checker says of paths: of those that a review found, before they are stated, and of those in a bundle.

A path that the checker refuses is not stated, and a limitation says so; so every path in a bundle was read again in the
bytes by code that did not find it. `verify` asks for the same of a bundle that somebody else made.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from msgspec.structs import replace

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import Given, open_artefact
from affidavit.artefact.spool import Spool
from affidavit.dalvik.check.checker import Checker, Refusal
from affidavit.dalvik.descriptors import descriptor
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.models import Models
from affidavit.dalvik.program import Program
from affidavit.evidence.examined import Examined, Lost
from affidavit.facts.extract import Extraction, read_code, read_declared, walk_entries
from affidavit.facts.reading import make_fact
from affidavit.model.coverage import Coverage, StageCoverage
from affidavit.model.declared import Component
from affidavit.model.errors import BudgetError
from affidavit.model.fact import Fact
from affidavit.model.flow import Flow, Reached
from affidavit.model.identity import Application
from affidavit.model.limitation import Limitation
from affidavit.model.progress import Progress

REFUSED: Final = "flows/refused"
"""Kind of the limitation for a path that the checker refuses."""
_NAMED: Final = 100
"""Refusals that are named one by one."""


@dataclass(slots=True)
class Checked:
    """What became of paths.

    Attributes:
        kept: facts, without those whose path is refused; a flow whose chain alone is refused is kept without it.
        limitations: one for each refusal that is named, and one for the rest.
    """

    kept: list[Fact] = field(default_factory=list)
    limitations: list[Limitation] = field(default_factory=list)
    unnamed: int = 0


def checked(
    facts: Sequence[Fact], program: Program, texts: Callable[[], Iterable[str]], check: Callable[[], None]
) -> Checked:
    """Have the paths of facts read again in the code.

    Args:
        facts: of any kind; those that claim no path are kept.
        program: the code.
        texts: gives the texts of resources.
        check: the budget; when it ends, the paths that are left count as refused, and the error is for the caller.
    """
    found = Checked()
    if not any(isinstance(fact.what, Flow | Reached) for fact in facts):
        found.kept += facts
        return found
    checker = Checker(program, Framework.load(), Models.load(), declared_of(facts), texts, check)
    for fact in facts:
        _take(found, fact, _refusals(checker, fact))
    if found.unnamed:
        detail = "further paths were left out, since reading them again in the code does not bear them out"
        found.limitations.append(Limitation(REFUSED, detail, count=found.unnamed))
    return found


def drop_refused(state: Extraction) -> None:
    """Keep of the facts so far what the checker accepts.

    Raises:
        BudgetError: it ended first; then no path is kept, as none of them would have been read again.
    """
    try:
        found = checked(state.facts, state.program, partial(texts_of, state), state.budget.check)
    except BudgetError:
        state.facts = [fact for fact in state.facts if not isinstance(fact.what, Flow | Reached)]
        raise
    state.facts = found.kept
    state.limitations += found.limitations


def texts_of(state: Extraction) -> Iterable[str]:
    """The texts of resources."""
    return (text for table in state.tables.values() for text in table.pool)


def declared_of(facts: Iterable[Fact]) -> frozenset[str]:
    """Descriptors of the classes that the manifest declares, and the actions of filters."""
    names: list[str] = []
    actions: set[str] = set()
    for what in (fact.what for fact in facts):
        if isinstance(what, Component):
            names += (what.name, what.target)
            actions.update(action for item in what.filters for action in item.actions)
        elif isinstance(what, Application):
            names += (what.class_name, what.backup_agent)
    return frozenset(descriptor(name) for name in names if name) | actions


def check_claims(
    given: Given,
    budget: Budget,
    progress: Progress,
    claims: Sequence[Fact],
    *,
    sha256: str = "",
    spool: Spool | None = None,
    lost: Sequence[Lost] = (),
) -> Examined:
    """Check the paths that a bundle claims of an artefact: its code and manifest are read, nothing else is believed.

    Returns:
        Why claims do not hold, as `limitations`; its only stage, ``paths``, is done when all were looked at.

    Raises:
        UnreadableError: it cannot be opened at all, or is of no supported kind.
        KnowledgeError: compiled knowledge is missing.
    """
    progress("opening", 0, 1)
    with open_artefact(given, budget, sha256) as opened, spool or Spool() as kept:
        state = Extraction(opened, budget, kept)
        limitations = [Limitation("tool/worker-died", f"the process {item.cause}") for item in lost]
        try:
            if not lost:
                walk_entries(state, progress)
                read_declared(state, progress)
                read_code(state, progress)
                progress("paths", 0, 1)
                declared = [fact for fact in state.facts if isinstance(fact.what, Component | Application)]
                found = checked([*declared, *claims], state.program, partial(texts_of, state), budget.check)
                limitations += found.limitations
                done = Coverage(stages=(StageCoverage("paths", "done"),))
                return Examined(opened.artefact, limitations=tuple(limitations), coverage=done)
        except BudgetError as error:
            limitations.append(Limitation("budget/paths", f"the paths were not all checked: {error}"))
        return Examined(opened.artefact, limitations=tuple(limitations))


def _refusals(checker: Checker, fact: Fact) -> tuple[Refusal, ...]:
    """Why the path of a fact is refused."""
    if isinstance(fact.what, Flow):
        return checker.check_flow(fact.what, fact.place)
    return checker.check_reached(fact.what, fact.place) if isinstance(fact.what, Reached) else ()


def _take(found: Checked, fact: Fact, refusals: Sequence[Refusal]) -> None:
    """Keep a fact, keep it without its chain, or leave it out."""
    if not refusals:
        found.kept.append(fact)
        return
    if isinstance(fact.what, Flow) and all(item.part == "chain" for item in refusals):
        without = replace(fact.what, entry=None, chain=())
        found.kept.append(make_fact(without, fact.place, fact.extractor))
    if len(found.limitations) < _NAMED:
        found.limitations.append(_limitation(fact, refusals[0]))
    else:
        found.unnamed += 1


def _limitation(fact: Fact, refusal: Refusal) -> Limitation:
    """What is said of one refusal."""
    what = fact.what
    name = f"a flow from {what.source} to {what.sink}" if isinstance(what, Flow) else "a chain from an entry point"
    edge = ""
    if isinstance(what, Flow) and refusal.part == "path" and 0 < refusal.step <= len(what.steps):
        edge = f" ({what.steps[refusal.step - 1].edge.value})"
    where = f"{'link' if refusal.part == 'chain' else 'step'} {refusal.step}{edge}"
    return Limitation(REFUSED, f"{name} was not borne out by the code: {where}: {refusal.reason}", fact.place)
