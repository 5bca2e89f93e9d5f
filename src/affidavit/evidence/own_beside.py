"""Two apps side by side, class by class, and nothing else of them: what `affidavit compare --beside` asks for."""

from collections.abc import Sequence

from msgspec.structs import replace

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import Given, open_artefact, sha256_of
from affidavit.artefact.spool import Spool
from affidavit.evidence.examined import Examined, Lost, lost_stage
from affidavit.evidence.identity_of import AREAS, read_identity
from affidavit.facts.extract import Extraction
from affidavit.identity.code.beside import Room
from affidavit.identity.code.handed import Known
from affidavit.identity.code.own_pairs import facts_of_pairs, laid, likened
from affidavit.identity.code.stage import Identified
from affidavit.model.beside import Beside, FileBeside
from affidavit.model.errors import BudgetError
from affidavit.model.fact import Fact
from affidavit.model.limitation import Limitation
from affidavit.model.progress import Progress


def own_beside(
    given: Given,
    other: Given,
    budget: Budget,
    progress: Progress,
    *,
    sha256: str = "",
    spool: Spool | None = None,
    lost: Sequence[Lost] = (),
    known: Known | None = None,
) -> Examined:
    """Pair the classes of one app's own code with those of another's, and lay the first of them side by side.

    Args:
        given: the first app; the pairs' places are in it.
        other: the second.
        budget: what the reading of each may cost, and until when.
        progress: called with stage, done and total.
        sha256: digest of the first, if it was taken.
        spool: for bulky code.
        lost: stages in which a worker died: nothing is read again.
        known: code that is neither's own.

    Raises:
        UnreadableError: one of them cannot be opened at all, or is of no supported kind.
        KnowledgeError: compiled knowledge is missing.
    """
    progress("opening", 0, 1)
    more = replace(budget, inflated=0, listed=0)
    file = FileBeside(other.name, sha256_of(other), other.size, 0)
    with (
        spool or Spool() as kept,
        open_artefact(given, budget, sha256) as first,
        open_artefact(other, more, file.sha256) as second,
    ):
        states = Extraction(first, budget, kept), Extraction(second, more, kept)
        facts: list[Fact] = []
        shown = Beside((file,))
        try:
            if lost:
                states[0].limitations += [lost_stage(item) for item in lost]
            else:
                facts, shown = _compared(states, file, progress, known)
        except BudgetError as error:
            states[0].limitations.append(Limitation("budget/identity", f"the code was not all compared: {error}"))
        limits = tuple(
            replace(item, detail=f"{opened.artefact.name}: {item.detail}")
            for opened, state in zip((first, second), states, strict=True)
            for item in (*opened.limitations, *state.limitations)
            if item.kind.partition("/")[0] in AREAS
        )
        partial = any(item.kind.startswith("budget/") for item in limits)
        return Examined(first.artefact, tuple(facts), limitations=limits, partial=partial, beside=shown)


def _compared(
    states: tuple[Extraction, Extraction], file: FileBeside, progress: Progress, known: Known | None
) -> tuple[list[Fact], Beside]:
    """The pairs, and some of them side by side."""
    one, other = (read_identity(state, progress, known) for state in states)
    file = replace(file, classes=_classes(other))
    found = likened(one, other, known.index if known is not None else None)
    if found is None:
        return [], Beside((file,))
    return list(facts_of_pairs(found)), laid(found, one, other, file, Room(check=states[0].budget.check))


def _classes(read: Identified) -> int:
    return len(read.read.app) if read.read is not None else 0
