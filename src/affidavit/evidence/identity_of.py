"""Whose code an artefact holds and nothing else of it: what `affidavit identify` asks for."""

import hashlib
from collections.abc import Sequence

from msgspec.structs import replace

from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import Given, open_artefact, sha256_of
from affidavit.artefact.spool import Spool
from affidavit.evidence.examined import Examined, Lost, canonical, lost_stage
from affidavit.facts import hidden_code, library_versions, source_names
from affidavit.facts.extract import Extraction, read_code, read_declared, walk_entries
from affidavit.identity import libraries
from affidavit.identity.code.beside import Room
from affidavit.identity.code.beside_files import Library, laid_beside
from affidavit.identity.code.evidence import Compared
from affidavit.identity.code.handed import Known
from affidavit.identity.code.library_file import program_of
from affidavit.identity.code.stage import Identified, identify
from affidavit.identity.library_index import library_index
from affidavit.model.apple import AppleBundle
from affidavit.model.beside import Beside
from affidavit.model.code import CodeUnit
from affidavit.model.code_identity import ClassPair, CodeIdentity, CodeSearch, NativeIdentity, NativeSearch
from affidavit.model.errors import BudgetError
from affidavit.model.identity import Package
from affidavit.model.inventory import EntryFact
from affidavit.model.library import Library as NamedLibrary
from affidavit.model.library import LibraryVersion
from affidavit.model.limitation import Limitation
from affidavit.model.progress import Progress
from affidavit.model.source_name import NameMapping, SourceName

ABOUT = (
    AppleBundle, ClassPair, CodeIdentity, CodeSearch, CodeUnit, NamedLibrary, LibraryVersion, NameMapping,
    NativeIdentity, NativeSearch, Package, SourceName,
)  # fmt: skip
"""What the facts are about."""
AREAS = frozenset({"budget", "code", "container", "identity", "tool"})
"""Areas of limitations that say something about code."""


def identity_of(
    given: Given,
    budget: Budget,
    progress: Progress,
    *,
    sha256: str = "",
    spool: Spool | None = None,
    mapping: bytes | None = None,
    lost: Sequence[Lost] = (),
    known: Known | None = None,
    beside: Sequence[Given] = (),
    family: str = "",
) -> Examined:
    """Compare the code of one artefact: the arguments and the answer are those of `examine.examine`.

    `mapping` has the bytes of the mapping file that the app's compiler wrote, if it was given. Pairs of classes are
    laid `beside` the files of libraries, those of one `family` or of all.

    Raises:
        UnreadableError: it cannot be opened at all, or is of no supported kind.
        KnowledgeError: compiled knowledge is missing.
    """
    progress("opening", 0, 1)
    with open_artefact(given, budget, sha256) as opened, spool or Spool() as kept:
        state, laid = Extraction(opened, budget, kept), None
        try:
            if lost:
                state.limitations += [lost_stage(item) for item in lost]
            else:
                compared = read_identity(state, progress, known).compared
                if mapping is not None:
                    about = [fact for fact in state.facts if isinstance(fact.what, ABOUT)]
                    state.add(source_names.extract(mapping, state.program, about, budget, state.limitations))
                laid = _beside(state, compared, beside, family)
        except BudgetError as error:
            state.limitations.append(Limitation("budget/identity", f"the code was not all compared: {error}"))
        native = {fact.place.entry for fact in state.facts if isinstance(fact.what, NativeIdentity)}
        facts = canonical(
            [
                fact
                for fact in state.facts
                if isinstance(fact.what, ABOUT) or (isinstance(fact.what, EntryFact) and fact.place.entry in native)
            ]
        )
        every = (*opened.limitations, *state.limitations)
        return Examined(
            replace(opened.artefact, mapping=hashlib.sha256(mapping).hexdigest() if mapping is not None else ""),
            facts,
            limitations=tuple(item for item in every if item.kind.partition("/")[0] in AREAS),
            partial=any(item.kind.startswith("budget/") for item in every),
            beside=laid,
        )


def _beside(state: Extraction, compared: Compared | None, files: Sequence[Given], family: str) -> Beside | None:
    """Pairs of classes beside the files of libraries, if there are any."""
    if not files:
        return None
    if compared is None:
        return Beside()
    read = []
    for file in files:
        spent = replace(state.budget, inflated=0, listed=0)
        read.append(Library(file.name, sha256_of(file), file.size, program_of(file, spent, state.spool)))
        state.breathe()
    return laid_beside(compared, read, family, Room(check=state.budget.check))


def read_identity(state: Extraction, progress: Progress, known: Known | None) -> Identified:
    """The code, what is missing of it, names that libraries kept, versions that files state, what the code is like."""
    walk_entries(state, progress)
    read_declared(state, progress)
    read_code(state, progress)
    state.limitations += state.program.limitations
    if state.opened.artefact.kind in {"apk", "splits"}:
        state.limitations += hidden_code.compare(state.facts, state.program)
    names = sorted(state.media)
    state.add(library_versions.extract(names, state.read, state.limitations))
    state.facts += libraries.extract(state.program, tuple(state.facts), names, library_index())
    progress("identity", 0, 1)
    return identify(state, known)
