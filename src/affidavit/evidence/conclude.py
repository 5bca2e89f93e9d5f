"""From what was read to the affidavit: the law on what was found, and the bundle's content. No byte is read here."""

import os
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from affidavit import knowledge
from affidavit.evidence.bundle import assemble
from affidavit.evidence.examined import Examined
from affidavit.evidence.networks import network_of
from affidavit.evidence.tool import this_tool
from affidavit.findings import load
from affidavit.findings.limits import bearing, hidden_areas
from affidavit.identity import listed
from affidavit.model.binding import LawRecord
from affidavit.model.bundle import Affidavit, Category
from affidavit.model.limitation import Limitation

MARKED = ("manifest", "resources", "code", "text", "native", "entries", "signing")
"""Areas of features in which a mark of a listed app can lie."""

OF_IDENTITY = frozenset(
    {
        "budget/identity",
        "identity/calls-hidden",
        "identity/classes-split",
        "identity/not-analysable",
        "identity/texts-hidden",
        "identity/too-little",
    }
)
"""Kinds that hide code of a listed app without hiding anything that rules ask for."""

LISTED = 300
"""Limitations of one kind that are listed singly."""


def conclude(examined: Examined, protection: str, networks: Sequence[Path] = ()) -> Affidavit:
    """The unsigned affidavit.

    Args:
        examined: what was read.
        protection: the walls around the process that read it, or ``none``.
        networks: snapshots of tables of networks.

    Raises:
        KnowledgeError: compiled knowledge is missing, or a snapshot is none.
        UsageError: there is no such snapshot.
    """
    tool, knowledge_sha256 = this_tool(), knowledge.digest()
    limitations = list(examined.limitations)
    law = _law(examined, limitations)
    record, asked_of = network_of(examined.facts, limitations, networks)
    return assemble(
        examined.artefact,
        tool,
        knowledge_sha256,
        facts=examined.facts,
        findings=examined.findings,
        limitations=folded(limitations),
        excerpts=examined.excerpts,
        categories=asked(),
        law=law,
        coverage=examined.coverage,
        network=record,
        networks=asked_of,
        partial=examined.partial,
        protection=protection,
    )


def asked() -> tuple[Category, ...]:
    """The questions in the words that the knowledge has.

    Raises:
        KnowledgeError: compiled knowledge is missing.
    """
    return tuple(Category(item.id, item.order, item.question, item.covers, item.title) for item in load.categories())


def _law(examined: Examined, limitations: list[Limitation]) -> LawRecord:
    """Compare with the marks of listed apps; the register is loaded only when one is found."""
    try:
        marks, values = listed.known_marks(), listed.values_of(examined.facts)
        bindings, searched = listed.bind(values, marks), listed.searched(values, marks)
        hidden = bearing(MARKED, hidden_areas(limitations, load.hidings()))
        hidden = tuple(sorted({*hidden, *(item.kind for item in limitations if item.kind in OF_IDENTITY)}))
        if not bindings:
            return LawRecord(searched, hidden)
        from affidavit.law.applicable import law_of  # noqa: PLC0415 - most apps are tied to no listed one

        return law_of(bindings, searched, hidden)
    except Exception as error:
        if os.environ.get("AFFIDAVIT_DEBUG"):
            raise
        detail = f"stage 'law' broke off with {type(error).__name__}; what it would have found is unknown"
        limitations.append(Limitation("tool/stage-failed", detail))
        return LawRecord()


def folded(limitations: Sequence[Limitation]) -> tuple[Limitation, ...]:
    """Each limitation once, sorted; the same one said several times is counted."""
    counts: dict[tuple[str, str, object], Limitation] = {}
    for item in limitations:
        key = (item.kind, item.detail, item.place)
        before = counts.get(key)
        counts[key] = Limitation(item.kind, item.detail, item.place, item.count + (before.count if before else 0))
    ordered = sorted(counts.values(), key=lambda item: (item.kind, item.place is not None, item.place, item.detail))
    return tuple(
        item for kind, alike in groupby(ordered, lambda item: item.kind) for item in _bounded(kind, list(alike))
    )


def _bounded(kind: str, alike: list[Limitation]) -> list[Limitation]:
    """The first `LISTED` of one kind, and one that counts the others: an artefact can have one at every entry."""
    rest = sum(item.count for item in alike[LISTED:])
    more = [Limitation(kind, "further places with the same limitation", count=rest)] if rest else []
    return alike[:LISTED] + more
