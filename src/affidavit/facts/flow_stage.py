"""The stage of a review that follows data: from the code and the manifest to facts."""

from affidavit.dalvik.whole.chains import Chains
from affidavit.dalvik.whole.witness import Limits
from affidavit.facts.extract import Extraction
from affidavit.facts.flow_inputs import Texts, declared, layouts
from affidavit.facts.flow_search import Inputs, link, read_calls, search
from affidavit.facts.flow_verdicts import judge
from affidavit.facts.flows import Facts, Whose
from affidavit.model.identity import Package
from affidavit.model.limitation import Limitation
from affidavit.model.progress import Progress

STEPS = 4
"""Parts that progress is reported of."""


def follow(state: Extraction, whose: Whose, progress: Progress) -> Chains | None:
    """Add facts on what can be reached and where data goes.

    Args:
        state: the artefact as far as it is read.
        whose: whose code a class is.
        progress: told of each part.

    Returns:
        How code is reached; None when there is no code that can be followed.

    Raises:
        BudgetError: time or memory has run out.
    """
    others = sum(len(unit.def_method) for unit in state.program.units if unit.form != "dex")
    if others:
        detail = f"{others} methods of .class files were not followed: data is followed through dex code only"
        state.limitations.append(Limitation("flows/not-analysed", detail, count=others))
    if not any(unit.form == "dex" for unit in state.program.units):
        return None
    check = state.breathe
    progress("flows", 0, STEPS)
    linked = link(state.program, check)
    inputs = _inputs(state)
    progress("flows", 1, STEPS)
    reading = read_calls(linked, inputs, check)
    progress("flows", 2, STEPS)
    found = search(linked, inputs, reading, Limits(), check)
    state.limitations += found.limitations
    progress("flows", 3, STEPS)
    verdicts = judge(found, inputs, check)
    progress("flows", 4, STEPS)
    facts = Facts(found, verdicts, whose)
    state.add(facts.flows(state.limitations))
    state.add(facts.reached(state.limitations))
    state.add((facts.coverage(),))
    return facts.chains


def _inputs(state: Extraction) -> Inputs:
    """What the manifest and the resources say."""
    base = next((part.prefix for part in state.opened.parts if part.role == "base"), "")
    tables = sorted(state.tables.items(), key=lambda item: (item[0] != base, item[0]))
    package = next((fact.what.name for fact in state.facts if isinstance(fact.what, Package)), "")
    named = layouts(state.media.items(), state.read, state.budget, state.limitations)
    return Inputs(declared(state.facts), named, package, Texts([table for _, table in tables]))
