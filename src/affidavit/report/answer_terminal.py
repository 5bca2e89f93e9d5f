"""An answer of the register on a terminal: the headline never without its list, then what it rests on and hangs on."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from affidavit.model.brief import Brief, EventBrief
from affidavit.model.determination import Standing
from affidavit.model.measure import CONFIDENCE, SEEN, Source
from affidavit.report.answer_sentences import duty_in_words, is_contested, question_in_words, weaker_parts
from affidavit.report.columns import GAP, Page
from affidavit.report.disagreements import Disagreement
from affidavit.report.outcome_marks import MARKS
from affidavit.report.source_dates import younger_sources

_ID = 14
_SEEN = 11
_DATE = 10


def render_answer(
    brief: Brief,
    *,
    width: int = 80,
    colour: bool = False,
    assumed: Sequence[str] = (),
    disagreements: Sequence[Disagreement] = (),
) -> str:
    """The whole answer as text.

    Args:
        brief: the answer.
        width: columns.
        colour: whether to put in ANSI colours.
        assumed: what the question left open and how that was filled, in sentences.
        disagreements: where those who reported on the measures disagree.
    """
    page = Page(width, colour=colour)
    page.paragraph(question_in_words(brief), "bold")
    _bullets(page, assumed)
    _headline(page, brief)
    _standings(page, brief)
    _section(page, "About this answer", brief.notes)
    _events(page, brief)
    _section(page, "What would change the answer", [item.text for item in brief.changes])
    _confidence(page, brief)
    _section(page, "Open questions", brief.open_questions)
    _section(page, "Where reports disagree", [f"{one.point}: {one.told}. {one.decision}" for one in disagreements])
    _sources(page, brief)
    _elsewhere(page, brief)
    return page.text()


def answer_as_dict(brief: Brief) -> dict[str, Any]:
    """The fields of the determination and of the brief side by side.

    So ``headline``, ``decisive``, ``standings`` and ``confidence`` stand at the top of the JSON form.
    """
    made: dict[str, Any] = msgspec.to_builtins(brief)
    return {**made.pop("determination"), **made}


def _bullets(page: Page, texts: Iterable[str], style: str = "") -> None:
    for text in texts:
        page.row([("-", 1, style), (text, page.beside(1), style)])


def _section(page: Page, title: str, texts: Sequence[str]) -> None:
    """A heading and what stands below it; nothing when there is nothing to say."""
    if texts:
        page.line()
        page.paragraph(title, "bold")
        _bullets(page, texts)


def _headline(page: Page, brief: Brief) -> None:
    """The answer in one word, what it asks, and what it means."""
    made = brief.determination
    words = brief.meanings[made.headline]
    contested = "; contested" if is_contested(brief) else ""
    sure = f"   (confidence {CONFIDENCE[made.confidence]}{contested})" if made.confidence else ""
    page.line()
    page.paragraph(f"{made.headline}: {words.title}{sure}", MARKS[made.headline].emphasis or "bold")
    page.paragraph(f"{duty_in_words(brief)} {words.meaning}", indent=2)


def _standings(page: Page, brief: Brief) -> None:
    """Every provision and exception that reaches the act, with its state."""
    page.line()
    made = brief.determination
    if not made.standings:
        page.paragraph("Provisions that reach the act: none", "bold")
        return
    page.paragraph("Provisions that reach the act (* carries the answer)", "bold")
    for item in made.standings:
        mark = "*" if item.provision in made.decisive else " "
        state = f"{mark} {item.provision}  {item.outcome}: {brief.meanings[item.outcome].title}"
        page.paragraph(state, MARKS[item.outcome].emphasis)
        for text in _provision(brief, item):
            page.paragraph(text, indent=4)


def _provision(brief: Brief, standing: Standing) -> Iterator[str]:
    """What a provision says, where it stands, and what its state rests on."""
    found = next(item for item in brief.provisions if item.id == standing.provision)
    measure = next(item for item in brief.measures if item.id == standing.measure)
    yield found.summary
    number = f"no. {found.number}" if found.number else ""
    events = f"by {', '.join(standing.events)}" if standing.events else ""
    parts = (measure.title, number, measure.cite, measure.jurisdiction, f"confidence {found.confidence}", events)
    yield f"[{'; '.join(part for part in parts if part)}]"
    remarks = [
        (standing.limit, f"Left out: {standing.limit}."),
        (standing.exception not in {"", standing.provision}, f"Freed by the exception {standing.exception}."),
        (standing.blocked, "A court order covers it already, though it is not yet in force."),
        (standing.contested, "Contested: an event relied on is disputed."),
        (found.actor_note, f"On the roles: {found.actor_note}."),
    ]
    yield from (text for holds, text in remarks if holds)


def _events(page: Page, brief: Brief) -> None:
    """What the answer rests on, in the order in which it became public; then what else is known."""
    relied = [item for item in brief.events if item.relied]
    others = [item for item in brief.events if not item.relied]
    for title, events in (
        ("Events that these rest on, as they became public", relied),
        ("Also known, without effect on the answer", others),
    ):
        if events:
            page.line()
            page.paragraph(title, "bold")
        for item in events:
            day, clock = item.public_at[:_DATE], item.public_at[_DATE + 1 :]
            text = _event(item, clock)
            page.row([(day, _DATE, ""), (item.id, 8, ""), (text, page.beside(_DATE, 8), "")])


def _event(event: EventBrief, clock: str) -> str:
    """What happened, what it does, on which ground, how sure and from where."""
    texts = [f"{event.text}{f' (at {clock})' if clock else ''}"]
    texts += [f"Effect: {event.effect}"] if event.effect else []
    texts += [f"Grounds: {event.grounds}"] if event.grounds else []
    texts += [f"Note: {event.note}"] if event.note and event.relied else []
    texts += ["Contested"] if event.contested else []
    told = " ".join(text if text.endswith(".") else f"{text}." for text in texts)
    return f"{told} [{event.confidence}; {', '.join(event.sources)}]"


def _confidence(page: Page, brief: Brief) -> None:
    """How sure, which parts are weaker, and what nobody has checked."""
    made = brief.determination
    if not made.confidence:
        return
    texts = [f"{CONFIDENCE[made.confidence]}: that of the weakest part on which the headline rests"]
    texts += [f"weaker: {part}" for part in weaker_parts(brief)]
    texts += [f"not checked: {text}" for text in brief.unverified]
    _section(page, "Confidence", texts)


def _sources(page: Page, brief: Brief) -> None:
    """The sources of what the answer rests on, with how much of each was read; of the others, only which they are."""
    cited = {name for provision in brief.provisions for name in provision.sources}
    cited |= {name for condition in brief.conditions for name in condition.sources}
    cited |= {name for event in brief.events if event.relied for name in event.sources}
    if not brief.sources:
        return
    page.line()
    page.paragraph("Sources, and how much of each was read", "bold")
    late = younger_sources(brief.determination.question.known, brief.register_updated)
    if late:
        page.paragraph(late, "dim")
    for name in (name for name in brief.sources if name in cited):
        _source(page, name, brief.sources[name])
    others = [f"{name} ({SEEN[item.seen]})" for name, item in brief.sources.items() if name not in cited]
    if others:
        page.paragraph(f"Of what is also known: {', '.join(others)}; --format json has them.", "dim")


def _source(page: Page, name: str, source: Source) -> None:
    """What a source is, and where it is: an address in one piece, so that it can be copied."""
    rest = page.beside(_ID, _SEEN)
    note = f"({source.note})" if source.note else ""
    where = source.url or source.path
    texts = [text for text in (source.cite or source.title, note) if text]
    fits = len(where) <= rest
    style = "bold magenta" if source.seen == "memory" else ""
    first = " ".join(texts) or (where if fits else "")
    page.row([(name, _ID, ""), (SEEN[source.seen], _SEEN, style), (first, rest, "")])
    if where and (texts or not fits):
        page.line(" " * (_ID + _SEEN + 2 * len(GAP) if fits else 4) + where)


def _elsewhere(page: Page, brief: Brief) -> None:
    """Who ran the app, other jurisdictions, and the register's date."""
    asked = brief.determination.question
    texts = [
        f"Run at that date, so far as known, by {brief.operator_name}"
        + (f"; also called {', '.join(brief.app_names[1:])}" if brief.app_names[1:] else "")
    ]
    if brief.elsewhere:
        texts.append(f"Measures about it also in {', '.join(brief.elsewhere)}: ask with --in CODE")
    texts.append(f"All acts at once: affidavit ask --app {asked.app} --on {asked.on} --in {asked.jurisdiction}")
    texts.append(f"Register last updated {brief.register_updated}; this is no advice")
    _section(page, "Besides", texts)
