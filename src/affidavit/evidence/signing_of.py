"""The signatures of one artefact and nothing else of it: what `affidavit signers` asks for."""

from collections.abc import Sequence

from affidavit.artefact.arsc import parse_arsc
from affidavit.artefact.axml import parse_axml
from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import Given, open_artefact
from affidavit.artefact.spool import Spool
from affidavit.evidence.examined import Examined, Lost, canonical, lost_stage
from affidavit.facts import inventory
from affidavit.facts.extract import MANIFEST, RESOURCES, Extraction, read_declared, read_signing
from affidavit.identity import signers
from affidavit.model.apple import AppleBundle
from affidavit.model.errors import BudgetError
from affidavit.model.identity import Package
from affidavit.model.inventory import EntryFact
from affidavit.model.limitation import Limitation
from affidavit.model.progress import Progress, silent
from affidavit.model.signing import (
    Certificate,
    KnownSigner,
    PlatformVerdict,
    Signature,
    SigningBlock,
    SigningLineage,
)

ABOUT = (AppleBundle, Certificate, KnownSigner, Package, PlatformVerdict, Signature, SigningBlock, SigningLineage)
"""What the facts are about."""
AREAS = frozenset({"signing", "budget", "container", "tool"})
"""Areas of the limitations that bear on signatures."""
_APPLE_AREAS = AREAS | {"native"}
_APPLE = frozenset({"manifest/no-info-plist", "manifest/bad-plist", "manifest/many-declarations"})
"""What, of an iOS app, says which executable is the app's, and which could not be read."""
_ELSEWHERE = frozenset({"container/not-android", "native/macho-encrypted"})
"""What bears on rules and on text alone."""


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
        said = [item for item in state.limitations if bears_on_signatures(item, opened.artefact.kind)]
        return Examined(opened.artefact, facts, limitations=(*opened.limitations, *said))


def bears_on_signatures(item: Limitation, kind: str) -> bool:
    """Whether a limitation of an artefact of a kind can change what is said of its signatures."""
    if kind != "ipa":
        return item.kind.partition("/")[0] in AREAS
    return item.kind not in _ELSEWHERE and (item.kind in _APPLE or item.kind.partition("/")[0] in _APPLE_AREAS)


def _read(state: Extraction) -> None:
    """Manifests, signatures, and whose they are known to be."""
    if state.opened.artefact.kind == "ipa":
        _read_files(state)
    else:
        _read_manifests(state)
    read_declared(state, silent)
    read_signing(state, silent)
    state.facts += signers.extract(tuple(state.facts))


def _read_files(state: Extraction) -> None:
    """What kind of file each entry of an iOS app is, and its digest: its signatures seal files of every kind."""
    for part in state.opened.parts:
        for entry in (each for each in part.entries if not each.name.endswith("/")):
            state.breathe()
            data = part.read(entry)
            fact = inventory.entry_fact(part, entry, data)
            state.add((fact,))
            if data is not None and isinstance(fact.what, EntryFact):
                state.media[entry.path] = fact.what.media


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
