"""What ties a reviewed file to listed apps, on a terminal: every mark with its evidence and its grade."""

from affidavit.model.bundle import Affidavit
from affidavit.report.columns import Page
from affidavit.report.law import NAMES_DECIDE, NOTHING_BOUND, kind_in_words
from affidavit.wording import plural

_SHOWN = 5
"""Facts that a mark names before it counts the rest."""

_MARKS = 500
"""Marks that are printed; the register has fewer, but a bundle may come from anybody."""


def render_bindings(account: Affidavit, *, width: int = 80, colour: bool = False) -> str:
    """The file, what was compared, and every mark found; a caveat when there is none."""
    page = Page(width, colour=colour)
    artefact, law = account.manifest.artefact, account.law
    page.paragraph(artefact.name, "bold")
    page.line(f"SHA-256 {artefact.sha256}")
    searched = law.searched or "marks of listed apps were not compared"
    page.paragraph(f"{searched[:1].upper()}{searched[1:]}.")
    if law.limitations:
        page.paragraph(f"Marks may be hidden by: {', '.join(law.limitations)}.", "bold magenta")
    page.line()
    if not law.bindings:
        page.paragraph(NOTHING_BOUND)
        return page.text()
    page.paragraph("Marks of listed apps found in it", "bold")
    for item in law.bindings[:_MARKS]:
        head = f"{item.app}: {kind_in_words(item.by)} {item.mark}, grade {item.grade} ({item.relation})"
        page.paragraph(head, indent=2)
        listed = f"{plural(item.count, 'fact')}: {', '.join(item.facts[:_SHOWN])}"
        mark = f"mark known from {item.source} (confidence {item.confidence})"
        note = f". Note: {item.note}" if item.note else ""
        page.paragraph(f"{listed}; {mark}{note}", indent=4)
    if (more := len(law.bindings) - _MARKS) > 0:
        page.paragraph(f"{plural(more, 'more mark')} in --format json.", indent=2)
    page.paragraph(NAMES_DECIDE, "dim")
    page.paragraph("The bytes behind a fact: affidavit explain BUNDLE FACT", "dim")
    return page.text()
