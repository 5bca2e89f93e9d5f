"""Claims and their conflicts for a reader: who says what and when, what cannot hold together, how it was decided."""

import re
from collections.abc import Iterable, Iterator

from affidavit.model.claim import Assertion, ClaimsAnswer, Dispute, Resolution, Told, Voice
from affidavit.model.measure import CONFIDENCE, SEEN, Source
from affidavit.report.columns import GAP, Page, cells_of
from affidavit.report.disagreements import left_open
from affidavit.wording import plural

KINDS = {
    "claims": "sources contradict each other",
    "register": "a source contradicts the register",
    "knowledge": "each was true of what was known on its day",
    "dates": "figures of different dates",
    "unit": "figures that count different things",
    "incomplete": "one source leaves open what another settles",
}
"""Kind of conflict -> in words."""

_INSTANT = re.compile(r"T(\d\d:\d\d)(?::00)?([+-]\d\d:\d\d)")
_LONG_NUMBER = re.compile(r"(?<![\w-])\d{5,15}(?!\w)", re.ASCII)
_PARTS = ("provision:", "event:", "measure:")
_ID = 14
_INDENT = 4
_REGISTER = "register"


def render_claims(answer: ClaimsAnswer, *, width: int = 80, colour: bool = False, only_conflicts: bool = False) -> str:
    """The answer as text.

    Args:
        answer: what to show.
        width: columns.
        colour: whether to put in styles.
        only_conflicts: leave the list of claims out.
    """
    page = Page(width, colour=colour)
    if not only_conflicts:
        page.paragraph(plural(len(answer.claims), "claim"), "bold")
        for told in answer.claims:
            _row(page, told.claim.id, _sentences(told, answer))
        page.line()
    if only_conflicts or len(answer.claims) == 1:
        _conflicts(page, answer)
    _documents(page, answer.sources)
    page.line()
    page.paragraph(answer.searched)
    page.paragraph("Other sources were not searched.")
    return page.text()


def according(told: Told) -> str:
    """Who says it, where, and of which day the source speaks: "according to Commerce (S003, L40, as of 2020-09-18)"."""
    where = f"{told.source}, {told.claim.line}" if told.claim.line else told.source
    return f"according to {told.claim.who} ({where}, as of {told.asserted_at})"


def _sentences(told: Told, answer: ClaimsAnswer) -> Iterator[tuple[str, str]]:
    """What is shown of a claim: text and style."""
    words = according(told)
    yield f"{words[0].upper()}{words[1:]}: {told.claim.text}", ""
    for says in told.claim.says:
        yield f"{_said(says, answer)}", "dim"
    yield from ((text, "bold yellow") for text in _standing(told.claim.id, answer))


def _said(says: Assertion, answer: ClaimsAnswer) -> str:
    subjects = _subjects(says.about, answer)
    return f"{answer.titles.get(says.property, says.property)} = {_value(says.value, says.unit)}: {subjects}"


def _subjects(subjects: Iterable[str], answer: ClaimsAnswer) -> str:
    """Subjects in words, those of one measure together: "tt-2, tt-3 (the list)"."""
    belonging: dict[str, list[str]] = {}
    for subject in subjects:
        title = answer.titles.get(subject, subject)
        name, _, whole = title.partition(" (") if subject.startswith(_PARTS) else (title, "", "")
        belonging.setdefault(whole, []).append(name)
    return "; ".join(", ".join(names) + (f" ({whole}" if whole else "") for whole, names in belonging.items())


def _value(value: str, unit: str) -> str:
    """A value and its unit as one would write them: the digits of an amount in groups, those of a name as they are."""
    if value == "?":
        return "unclear"
    first, dots, last = value.partition("..")
    words = f"{first} to {last}" if first and last else f"{first} or more" if dots and first else f"{last} or less"
    shown = _INSTANT.sub(r" \1 (UTC\2)", words if dots else value)
    return f"{_LONG_NUMBER.sub(lambda match: f'{int(match[0]):,}', shown)} {unit}" if unit else shown


def _standing(claim: str, answer: ClaimsAnswer) -> Iterator[str]:
    """The conflicts in which a claim is disputed, and what became of it there."""
    for item in answer.conflicts:
        if any(voice.disputed and voice.claim == claim for voice in item.voices):
            decided = answer.resolutions.get(item.resolution)
            if decided is not None:
                yield f"Disputed ({decided.id}, {decided.title}): {decided.statuses.get(claim, 'not decided')}"
            else:
                yield f"Disputed ({_kinds(item)}): not decided"


def _kinds(item: Dispute) -> str:
    return "; ".join(KINDS[kind] for kind in item.kinds)


def _conflicts(page: Page, answer: ClaimsAnswer) -> None:
    """Every conflict with its voices and its decision."""
    page.paragraph(plural(len(answer.conflicts), "conflict"), "bold")
    for item in answer.conflicts:
        decided = answer.resolutions.get(item.resolution)
        name = answer.titles.get(item.property, item.property)
        page.line()
        page.paragraph(f"{decided.id}  {decided.title}" if decided else f"open  {name}", "bold")
        page.paragraph(f"{name}: {_subjects(item.about, answer)}", indent=2)
        page.paragraph(f"({_kinds(item)})", indent=2)
        for voice in item.voices:
            _row(page, f"  {voice.claim or _REGISTER}", [(_voice(voice, answer, decided), "")])
        for label, text in _decision(decided, answer.known):
            _row(page, f"  {label}", [(text, "")])


def _voice(voice: Voice, answer: ClaimsAnswer, decided: Resolution | None) -> str:
    """One side of a conflict."""
    value = _value(voice.value, voice.unit)
    if not voice.claim:
        return f"{value}: what the register holds, as known on {voice.asserted_at}"
    status = decided.statuses.get(voice.claim, "") if decided else ""
    return f"{value}: {according(answer.told[voice.claim])}" + (f"; {status}" if status else "")


def _decision(decided: Resolution | None, known: str) -> Iterator[tuple[str, str]]:
    """What was decided, why, and on which grounds."""
    if decided is None:
        yield "decided", f"No decision rests on what was public by {known}." if known else "Nobody has decided it yet."
        return
    yield "left open" if left_open(decided) else "decided", decided.decision
    yield "why", decided.why
    since = f"grounds public by {decided.knowable_from}; " if decided.knowable_from else ""
    sure = CONFIDENCE[decided.confidence]
    yield "rests on", f"{', '.join(decided.sources)}; {since}recorded {decided.recorded_at}; confidence {sure}"


def _documents(page: Page, sources: dict[str, Source]) -> None:
    """The sources cited."""
    if sources:
        page.line()
        page.paragraph("Sources", "bold")
    for name, item in sources.items():
        words = "; ".join(word for word in (item.title, item.cite, item.note) if word)
        _row(page, f"  {name}", [(f"{SEEN[item.seen]}: {words}" if words else SEEN[item.seen], "")])
        for where in (item.url, item.path):
            if where:
                page.line(" " * (_ID + len(GAP) if cells_of(where) <= page.beside(_ID) else _INDENT) + where)


def _row(page: Page, label: str, texts: Iterable[tuple[str, str]]) -> None:
    """A label and the texts beside it; a label too long for its column has a line of its own."""
    if cells_of(label) > _ID:
        page.line(label)
        label = ""
    for text, style in texts:
        page.row([(label, _ID, ""), (text, page.beside(_ID), style)])
        label = ""
