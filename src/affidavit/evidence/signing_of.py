"""The signatures of one artefact and nothing else of it: what `affidavit signers` asks for."""

from collections.abc import Sequence

from affidavit.artefact.arsc import parse_arsc
from affidavit.artefact.axml import parse_axml
from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import Given, open_artefact
from affidavit.artefact.spool import Spool
from affidavit.evidence.examine import canonical, lost_stage
from affidavit.evidence.examined import Examined, Lost
from affidavit.facts.extract import MANIFEST, RESOURCES, Extraction, Progress, read_declared, read_signing
from affidavit.identity import signers
from affidavit.model.errors import BudgetError
from affidavit.model.identity import Package
from affidavit.model.limitation import Limitation
from affidavit.model.signing import (
    Certificate,
    KnownSigner,
    PlatformVerdict,
    Signature,
    SigningBlock,
    SigningLineage,
)

ABOUT = (Certificate, KnownSigner, Package, PlatformVerdict, Signature, SigningBlock, SigningLineage)
"""What the facts are about."""
AREAS = frozenset({"signing", "budget", "container", "tool"})
"""Areas of the limitations that bear on signatures."""


def signing_of(
    given: Given,
    budget: Budget,
    progress: Progress,
    *,
    sha256: str = "",
    spool: Spool | None = None,
    v4_signature: bytes | None = None,
    lost: Sequence[Lost] = (),
) -> Examined:
    """Read the signatures of one artefact: the arguments and the answer are those of `examine.examine`.

    Raises:
        UnreadableError: it cannot be opened at all, or is of no supported kind.
        KnowledgeError: compiled knowledge is missing.
    """
    progress("opening", 0, 1)
    with open_artefact(given, budget, sha256) as opened, spool or Spool() as kept:
        state = Extraction(opened, budget, kept, v4_signature=v4_signature)
        progress("signing", 0, 1)
        try:
            if lost:
                state.limitations += [lost_stage(item) for item in lost]
            else:
                _read(state)
        except BudgetError as error:
            state.limitations.append(Limitation("budget/signing", f"the signatures were not all checked: {error}"))
        facts = canonical([fact for fact in state.facts if isinstance(fact.what, ABOUT)])
        said = [item for item in state.limitations if item.kind.split("/")[0] in AREAS]
        return Examined(opened.artefact, facts, limitations=(*opened.limitations, *said))


def _read(state: Extraction) -> None:
    """Manifests, signatures, and whose they are known to be."""
    _read_manifests(state)
    read_declared(state, _silent)
    read_signing(state, _silent)
    state.facts += signers.extract(tuple(state.facts))


def _silent(stage: str, done: int, total: int) -> None:
    """The progress that nobody watches."""


def _read_manifests(state: Extraction) -> None:
    """The manifest of each part that is an APK, and the resources that its values may refer to."""
    for part in state.opened.parts:
        if part.role not in {"base", "split"}:
            continue
        for entry in (part.find(MANIFEST), part.find(RESOURCES)):
            data = part.read(entry) if entry is not None else None
            if entry is None or data is None:
                continue
            if entry.name == MANIFEST:
                state.documents[entry.path] = parse_axml(data, state.budget, entry.path)
            elif part.role == "base":
                state.tables[part.prefix] = parse_arsc(data, entry.path, state.budget)
