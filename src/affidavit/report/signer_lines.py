"""The lines of `affidavit signers` about signatures and certificates: alike ones folded, long ones cut.

A line says how much was left out; the JSON form has it.
"""

from collections.abc import Iterable

from affidavit.model.signing import Certificate, Issue, PlatformVerdict, Signature
from affidavit.report.overview import Facts
from affidavit.report.signed import all_issues, certificates_first
from affidavit.report.signer_names import notes_on
from affidavit.report.text import visible
from affidavit.report.verdicts import Row, issues_in_words, main_container, row_of, split_verdicts
from affidavit.wording import plural

WHERE = "--format json"
"""Where everything is that a line leaves out."""
LONG = 320
"""Characters of a note that are shown."""
_WIDE = 160
_LINES = 40
"""Lines of one kind that are shown."""
_KINDS = 6
"""Kinds of issues that the line of one signature names."""


def cut(text: str, limit: int = LONG) -> str:
    """Untrusted text on one line, cut after a sentence, or else a word, with how much is left out and where it is."""
    if len(text) <= limit:
        return visible(text, limit)
    ends = [at + 1 for mark in (". ", "; ") if (at := text.rfind(mark, 0, limit)) > 0]
    end = max(ends, default=0) or text.rfind(" ", 0, limit) + 1 or limit
    return f"{visible(text[:end].rstrip(), limit)} … ({plural(len(text) - end, 'more character')}: {WHERE})"


def verdict_line(row: Row) -> str:
    """What one range of Android versions decides, and by what or why."""
    why = f"  {cut(row.why)}" if row.why else ""
    return f"{visible(row.versions, _WIDE)}: {row.decision}{f' by {row.scheme}' if row.scheme else ''}{why}"


def split_lines(facts: Facts) -> list[str]:
    """Splits that some version does not accept; those with the same verdict as the one before are counted."""
    groups: dict[PlatformVerdict, list[str]] = {}
    for entry, item in split_verdicts(facts):
        groups.setdefault(item, []).append(entry)
    lines: list[str] = []
    for item, entries in groups.items():
        lines.append(verdict_line(row_of(item, entries[0])))
        if entries[1:]:
            lines.append(f"the same for {plural(len(entries) - 1, 'further split')}: {WHERE}")
    return _bounded(lines)


def signature_lines(facts: Facts, kind: str) -> list[str]:
    """What came of each signature: the app's own first; others that came out the same way are counted.

    Args:
        facts: of the app.
        kind: noun for what carries the others (``split``).
    """
    main = main_container(facts)
    pairs = [(fact.place.entry, item) for fact, item in facts.pairs(Signature)]
    pairs.sort(key=lambda pair: (pair[0] != main, pair[0], pair[1].scheme))
    groups: dict[tuple[object, ...], list[tuple[str, Signature]]] = {}
    for entry, item in pairs:
        groups.setdefault(_alike(item), []).append((entry, item))
    lines: list[str] = []
    for found in groups.values():
        entry, item = found[0]
        lines.append(f"{item.scheme:<11} {item.outcome}, {visible(entry or 'the file itself', _WIDE)}: {_said(item)}")
        if found[1:]:
            more = plural(len(found) - 1, f"further {kind}")
            lines.append(f"{item.scheme:<11} {item.outcome}, the same in {more} ({WHERE} has each)")
    return _bounded(lines)


def certificate_lines(facts: Facts) -> list[str]:
    """Each certificate once for each scheme, but for those of a chain, with what is known of its key."""
    found: dict[Certificate, int] = {}
    for item in certificates_first(facts):
        if not item.chain:
            found[item] = found.get(item, 0) + 1
    return _bounded(_certificate(item, places, facts) for item, places in found.items())


def _certificate(item: Certificate, places: int, facts: Facts) -> str:
    state = "verified" if item.verified else "not verified"
    often = f" (in {places} places)" if places > 1 else ""
    notes = "".join(f"; {cut(note)}" for note in notes_on(item, facts))
    who = visible(item.subject, _WIDE)
    return f"{item.scheme}, {state}: {who}, {item.key}, SHA-256 {item.sha256}{notes}{often}"


def _alike(item: Signature) -> tuple[object, ...]:
    """What two signatures have in common that came out the same way: not the counts of bytes."""
    words = tuple((issue.word, issue.error) for issue in all_issues(item))
    return item.scheme, item.outcome, tuple(signer.certificate for signer in item.signers), words


def _said(item: Signature) -> str:
    """What a signature covers, and each kind of issue once, errors first, with how many more of it there are."""
    kinds: dict[tuple[bool, str], list[Issue]] = {}
    for issue in all_issues(item):
        kinds.setdefault((not issue.error, issue.word), []).append(issue)
    said = [cut(item.covers)] if item.covers else []
    for _, found in sorted(kinds.items())[:_KINDS]:
        more = f" (and {len(found) - 1} more: {WHERE})" if found[1:] else ""
        said.append(f"{cut(issues_in_words(found[:1])[0])}{more}")
    if len(kinds) > _KINDS:
        said.append(f"{plural(len(kinds) - _KINDS, 'more kind')} of issues: {WHERE}")
    return "; ".join(said)


def _bounded(lines: Iterable[str]) -> list[str]:
    """The first lines of one kind, and how many more there are."""
    every = list(lines)
    left = len(every) - _LINES
    return [*every[:_LINES], f"{plural(left, 'more line')}: {WHERE}"] if left > 0 else every
