"""The signatures of one artefact and nothing else of it: what `affidavit signers` asks for."""

import os
from pathlib import Path

from msgspec import Struct

from affidavit.artefact.arsc import parse_arsc
from affidavit.artefact.axml import parse_axml
from affidavit.artefact.budget import Budget
from affidavit.artefact.opening import given, open_artefact
from affidavit.artefact.spool import Spool
from affidavit.evidence.examine import canonical
from affidavit.facts.extract import MANIFEST, RESOURCES, Extraction, read_declared, read_signing
from affidavit.identity import signers
from affidavit.model.artefact import Artefact
from affidavit.model.fact import Fact
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


class SignedArtefact(Struct, frozen=True):
    """Facts about an artefact's signatures and its package, in the bundle's order, and what could not be read."""

    artefact: Artefact
    facts: tuple[Fact, ...]
    limitations: tuple[Limitation, ...]


def signing_of(path: Path, budget: Budget, v4_signature: bytes | None = None) -> SignedArtefact:
    """Read the signatures of one artefact, in this process.

    Args:
        path: the artefact.
        budget: what the reading may cost.
        v4_signature: bytes of the v4 signature file that came with it.

    Raises:
        UnreadableError: it cannot be opened at all, or is of no supported kind.
        UsageError: there is no such file.
        BudgetError: time or memory ran out.
        KnowledgeError: compiled knowledge is missing.
    """
    file = given(path)
    try:
        with open_artefact(file, budget) as opened, Spool() as spool:
            state = Extraction(opened, budget, spool, v4_signature=v4_signature)
            _read_manifests(state)
            read_declared(state, _silent)
            read_signing(state, _silent)
            state.facts += signers.extract(tuple(state.facts))
            facts = canonical([fact for fact in state.facts if isinstance(fact.what, ABOUT)])
            said = [item for item in state.limitations if item.kind.split("/")[0] in {"signing", "budget", "container"}]
            return SignedArtefact(opened.artefact, facts, (*opened.limitations, *said))
    finally:
        os.close(file.handle)


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
