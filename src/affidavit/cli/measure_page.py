"""A measure on a terminal: what it is, what it bars, and what became of it."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from affidavit.model.measure import CONFIDENCE
from affidavit.report.columns import Page

if TYPE_CHECKING:
    from affidavit.law.register import Register
    from affidavit.model.measure import Condition, Event, Exemption, Measure, OpenQuestion, Provision

_LABEL = 14
_WIDEST = 24
"""The left column: as a rule, and with the longest ids."""

_Row = tuple[str, tuple[str, ...]]
"""A label, and the texts beside it."""


def measure_page(measure: "Measure", register: "Register", *, width: int, colour: bool) -> str:
    """A measure as text.

    Args:
        measure: what to show.
        register: that holds it, and the names of what it names.
        width: columns.
        colour: whether to put in ANSI colours.
    """
    page = Page(width, colour=colour)
    page.paragraph(measure.title, "bold")
    page.line(measure.id)
    _rows(page, ((label, (text,)) for label, text in _head(measure, register)))
    _section(page, "Provisions", map(_provision, measure.provisions))
    _section(page, "Exceptions", map(_exception, measure.exceptions))
    _section(page, "Conditions", map(_condition, measure.conditions))
    _section(page, "Proceedings", ((item.id, (f"{item.case}, {item.court}",)) for item in measure.proceedings))
    events = sorted(measure.events, key=lambda event: _public(register, measure, event))
    _section(page, "Events, in the order in which they became public", (_event(item, register) for item in events))
    _section(page, "Open questions", map(_question, measure.open_questions))
    _section(page, "Not verified", _unverified(measure))
    return page.text()


def _public(register: "Register", measure: "Measure", event: "Event") -> int:
    """When an event became public, in seconds since 1970 UTC."""
    from affidavit.law.dates import instant  # noqa: PLC0415 - only a measure needs it

    return instant(event.public_at, register.zone(measure.jurisdiction), "start")


def _head(measure: "Measure", register: "Register") -> Iterator[tuple[str, str]]:
    """What it is, on what it rests, whom it is about."""
    yield "jurisdiction", f"{register.jurisdictions[measure.jurisdiction].name} ({measure.jurisdiction})"
    yield "instrument", measure.instrument.replace("_", " ")
    yield "authority", "; ".join(measure.authority)
    yield "cite", measure.cite
    yield "cite note", measure.cite_note
    yield (
        "rests on",
        "; ".join(f"{key} ({register.measures[key].title})" for key in measure.depends_on if key in register.measures),
    )
    dates = sorted(measure.dates.items(), key=lambda item: item[1])
    yield "dates", "; ".join(f"{name.replace('_', ' ')} {text}" for name, text in dates)
    yield "targets", "; ".join(_targets(measure, register))
    yield (
        "limits",
        "; ".join(part for part in (measure.limits.parties.replace("_", " "), measure.limits.territory) if part),
    )
    yield "criteria", measure.criteria
    yield "note", measure.note
    yield "absent", measure.absent
    yield "recorded at", measure.recorded_at


def _targets(measure: "Measure", register: "Register") -> Iterator[str]:
    targets = measure.targets
    apps = (register.apps[key].names[0] if key in register.apps else key for key in targets.apps)
    yield from (text for text in (", ".join(apps),) if text)
    operators = [
        register.organisations[key].name if key in register.organisations else key for key in targets.operators
    ]
    if operators:
        every = "every app run by " if targets.every_app_of_operators else "operators "
        yield f"{every}{', '.join(operators)}"
    yield from (text for text in (targets.class_.replace("_", " "), targets.note) if text)


def _provision(item: "Provision") -> _Row:
    number = f", number {item.number}" if item.number else ""
    term = f"{item.term}: " if item.term else ""
    counted = f" ({item.computed_from.days} days after {item.computed_from.base})" if item.computed_from else ""
    return item.id, (
        f"{item.kind}{number}: {term}{item.summary}",
        f"who: {', '.join(item.actors)}" if item.actors else "",
        f"acts: {', '.join(item.transactions)}" if item.transactions else "",
        item.actor_note,
        f"holder: {item.duty_holder}" if item.duty_holder else "",
        f"due: {item.due}{counted}" if item.due else "",
        _grounds(item.sources, item.confidence),
    )


def _exception(item: "Exemption") -> _Row:
    context = "; ".join(f"{name} is {' or '.join(values)}" for name, values in item.context.items())
    return item.id, (
        item.summary,
        f"acts: {', '.join(item.transactions)}" if item.transactions else "",
        f"only where {context}" if context else "",
        f"only for {', '.join(item.provisions)}" if item.provisions else "",
        _grounds(item.sources, item.confidence),
    )


def _condition(item: "Condition") -> _Row:
    return item.id, (
        item.summary,
        f"test: {item.test.replace('_', ' ')}",
        f"decided by: {item.decision_maker}" if item.decision_maker else "",
        f"due: {item.due}" if item.due else "",
        f"outcome: {item.outcome}" if item.outcome else "",
        _grounds(item.sources, item.confidence),
    )


def _event(item: "Event", register: "Register") -> _Row:
    from affidavit.law.event_words import event_brief  # noqa: PLC0415 - only a measure needs it

    brief = event_brief(register, item.id, (), relied=False)
    return item.id, (
        f"{item.public_at}  {brief.text}",
        f"effect: {brief.effect}" if brief.effect else "changes no state",
        "" if item.applies_to == "all" else f"about: {', '.join(item.applies_to)}",
        f"apps: {', '.join(item.apps)}" if item.apps else "",
        f"replaces: {', '.join(item.replaces)}" if item.replaces else "",
        f"grounds: {item.grounds}" if item.grounds else "",
        f"note: {item.note}" if item.note else "",
        "contested" if item.contested else "",
        _grounds(item.sources, item.confidence),
    )


def _question(item: "OpenQuestion") -> _Row:
    about = ", ".join((*item.apps, *item.provisions))
    return "", (
        item.text,
        f"bears on: {about}" if about else "",
        f"matters from: {item.from_}" if item.from_ else "",
    )


def _unverified(measure: "Measure") -> Iterator[_Row]:
    """Everything in a measure that is marked so."""
    yield from (("", (text,)) for text in measure.unverified)
    facts: tuple[Provision | Exemption | Event, ...] = (*measure.provisions, *measure.exceptions, *measure.events)
    for item in facts:
        yield from ((item.id, (text,)) for text in item.unverified)
        yield from ((item.id, (f"{part}: {CONFIDENCE[mark]} confidence",)) for part, mark in item.weaker.items())


def _grounds(sources: Iterable[str], confidence: str) -> str:
    return f"[{', '.join(sources)}; {CONFIDENCE[confidence]} confidence]"


def _section(page: Page, heading: str, rows: Iterable[_Row]) -> None:
    """A heading and its rows; nothing when there are none."""
    listed = list(rows)
    if listed:
        page.line()
        page.paragraph(heading, "bold")
        _rows(page, listed)


def _rows(page: Page, rows: Iterable[_Row]) -> None:
    """Labels in the left column, their texts wrapped beside them; what has no text is left out."""
    listed = list(rows)
    left = min(max(_LABEL, *(len(label) for label, _ in listed)), _WIDEST)
    for label, texts in listed:
        shown = label
        for text in filter(None, texts):
            page.row([("", 0, ""), (shown, left, "dim"), (text, page.beside(0, left), "")])
            shown = ""
