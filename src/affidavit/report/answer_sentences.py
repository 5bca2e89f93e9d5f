"""An answer in plain sentences, for somebody who reads no tables: what was asked, the answer, why, what it hangs on."""

from collections.abc import Iterator, Sequence

from affidavit.model.brief import Brief, EventBrief, MeasureBrief, ProvisionBrief
from affidavit.model.determination import Standing
from affidavit.model.measure import CONFIDENCE
from affidavit.report.columns import Page
from affidavit.report.dates import day_in_words, in_words
from affidavit.report.disagreements import Disagreement
from affidavit.report.expected import as_expected
from affidavit.report.outcome_marks import MARKS
from affidavit.wording import plural, with_article

_VERBS = ("must not", "may")


def render_sentences(
    brief: Brief, *, width: int = 80, assumed: Sequence[str] = (), disagreements: Sequence[Disagreement] = ()
) -> str:
    """The answer as wrapped paragraphs; arguments as for `sentences`."""
    page = Page(width, colour=False)
    for number, text in enumerate(sentences(brief, assumed, disagreements)):
        if number:
            page.line()
        page.paragraph(text)
    return page.text()


def sentences(brief: Brief, assumed: Sequence[str] = (), disagreements: Sequence[Disagreement] = ()) -> tuple[str, ...]:
    """The answer as paragraphs.

    Args:
        brief: the answer.
        assumed: what the question left open and how that was filled, in sentences.
        disagreements: where those who reported on the measures disagree.
    """
    return tuple(
        " ".join(part)
        for part in (
            [*_asked(brief), *assumed],
            list(_answer(brief)),
            list(_why(brief)),
            list(_others(brief)),
            list(_hangs_on(brief)),
            list(_not_known(brief)),
            list(_disputed(disagreements)),
            list(_last(brief)),
        )
        if part
    )


def question_in_words(brief: Brief) -> str:
    """The question as one sentence."""
    asked = brief.determination.question
    known = f"as known on {asked.known}" if asked.known else "counting everything recorded"
    recorded = f", as recorded by {asked.recorded}" if asked.recorded else ""
    given = "".join(f", {name} {value}" for name, value in sorted(asked.context.items()))
    return (
        f"{brief.app_names[0]}: may {with_article(brief.actor)} {brief.transaction}, {brief.jurisdiction}{given}, "
        f"on {asked.on}, {known}{recorded}?"
    )


def _asked(brief: Brief) -> Iterator[str]:
    """What was asked."""
    asked = brief.determination.question
    also = f" (also called {', '.join(brief.app_names[1:])})" if brief.app_names[1:] else ""
    given = "".join(f", the {name} being {value.replace('_', ' ')}" for name, value in sorted(asked.context.items()))
    yield (
        f"You asked about {brief.app_names[0]}{also}: may {with_article(brief.actor)} {brief.transaction}{given}? "
        f"The place: {brief.jurisdiction}. The date asked about: {day_in_words(asked.on)}."
    )
    if asked.known:
        yield f"Only what was public by {day_in_words(asked.known)} counts."
    else:
        yield "Everything that the register has recorded counts."
    if asked.recorded:
        yield f"Of that, only what this register had recorded by {day_in_words(asked.recorded)}."


def _answer(brief: Brief) -> Iterator[str]:
    """The answer in a word, what it means, and how many provisions stand behind it."""
    made = brief.determination
    words = brief.meanings[made.headline]
    count = len(made.standings)
    reach = plural(count, "provision or exception reaches", "provisions or exceptions reach")
    listed = f" In the register {reach} the act; each is told below." if count else ""
    contested = " Contested: an event that it rests on is disputed." if is_contested(brief) else ""
    yield f"The register's answer: {words.title}.{contested} {duty_in_words(brief)} {words.meaning}{listed}"


def duty_in_words(brief: Brief) -> str:
    """What the headline asks of the actor, as a sentence.

    The act stands after the verb where the words allow it. What lay ahead of what was known is told as expected.
    """
    asked = brief.determination.question
    duty = brief.meanings[brief.determination.headline].duty
    for verb in _VERBS:
        if duty == verb or duty.startswith(f"{verb},"):
            duty = f"{verb} {brief.transaction}{duty.removeprefix(verb)}"
    return as_expected(_sentence(f"{with_article(brief.actor)} {duty}"), asked.on, asked.known)


def is_contested(brief: Brief) -> bool:
    """Whether a standing that carries the headline rests on an event that is disputed."""
    made = brief.determination
    return any(item.contested for item in made.standings if item.provision in made.decisive)


def _why(brief: Brief) -> Iterator[str]:
    """The decisive provisions, each with its events in order."""
    made = brief.determination
    deciding = [item for item in made.standings if item.provision in made.decisive]
    told: set[str] = set()
    for number, standing in enumerate(deciding):
        provision, measure = _parts(brief, standing)
        opening = "The answer rests on" if not number else "It rests also on"
        cite = f" ({measure.cite})" if measure.cite else ""
        yield _sentence(f"{opening} {_named(provision)} of “{measure.title}”{cite}: {provision.summary}")
        if standing.limit:
            yield _sentence(f"It does not bind here, because {standing.limit}")
        elif standing.exception and standing.exception != standing.provision:
            yield f"The exception {standing.exception} frees the act from it."
        yield from _happened(brief, standing, told)
        if standing.blocked:
            yield "A court order covers it already, although it does not apply yet."


def _happened(brief: Brief, standing: Standing, told: set[str]) -> Iterator[str]:
    """The events relied on, each once."""
    by_id = {event.id: event for event in brief.events}
    for name in standing.events:
        if name in by_id and name not in told:
            told.add(name)
            yield _event(by_id[name])


def _event(event: EventBrief) -> str:
    """One event as a sentence with its date."""
    effect = f"; {event.effect}" if event.effect else ""
    contested = " This is disputed." if event.contested else ""
    return _sentence(f"Public since {day_in_words(event.public_at)}: {in_words(event.text + effect)}") + contested


def _others(brief: Brief) -> Iterator[str]:
    """The standings that do not carry the headline."""
    made = brief.determination
    rest = [item for item in made.standings if item.provision not in made.decisive]
    for number, standing in enumerate(rest):
        provision, measure = _parts(brief, standing)
        words = brief.meanings[standing.outcome]
        opening = "Also on the list: " if not number else ""
        yield _sentence(f"{opening}{_named(provision)} of “{measure.title}”: {words.title}")


def _hangs_on(brief: Brief) -> Iterator[str]:
    """What would change the answer."""
    events = {event.id: event for event in brief.events}
    for number, change in enumerate(brief.changes):
        text = in_words(change.text)
        if change.outcome is not None:
            text = text.replace(change.outcome, f"“{MARKS[change.outcome].word}”")
        if change.event in events:
            text = text.replace(change.event, f"{change.event} ({events[change.event].text})", 1)
        yield text if number else f"What would change it: {text}"


def _not_known(brief: Brief) -> Iterator[str]:
    """Confidence, weaker parts, what nobody checked, open questions."""
    made = brief.determination
    if made.confidence:
        yield f"Confidence is {CONFIDENCE[made.confidence]}: that of the weakest part on which the answer rests."
    weaker = weaker_parts(brief)
    if weaker:
        yield f"Less certain: {'; '.join(weaker)}."
    memory = sorted(name for name, source in brief.sources.items() if source.seen == "memory")
    if memory:
        yield f"Cited from memory, no document read: {', '.join(memory)}."
    if brief.unverified:
        yield _sentence(f"Nobody has checked: {'; '.join(brief.unverified)}")
    for text in brief.open_questions:
        yield _sentence(f"An open question: {text}")


def _disputed(disagreements: Sequence[Disagreement]) -> Iterator[str]:
    """On which points reports disagree."""
    points = "; ".join(dict.fromkeys(one.point for one in disagreements))
    if points:
        yield f"Reports disagree on: {points}. Without --explain the answer tells who says what and how it was decided."


def weaker_parts(brief: Brief) -> tuple[str, ...]:
    """The parts of what the answer rests on that are less certain than the whole, in words."""
    parts: list[ProvisionBrief | EventBrief] = [*brief.provisions, *(item for item in brief.events if item.relied)]
    return tuple(
        f"{part} of {item.id} ({CONFIDENCE[mark]})" for item in parts for part, mark in sorted(item.weaker.items())
    )


def _last(brief: Brief) -> Iterator[str]:
    """Notes on the dates, other jurisdictions, and what this is not."""
    yield from brief.notes
    if brief.elsewhere:
        yield f"Other jurisdictions with measures about the app, not counted here: {', '.join(brief.elsewhere)}."
    yield (f"This is what a register of {brief.register_updated} holds, not advice; other law was not searched.")


def _parts(brief: Brief, standing: Standing) -> tuple[ProvisionBrief, MeasureBrief]:
    """The provision and the measure of a standing."""
    provision = next(item for item in brief.provisions if item.id == standing.provision)
    measure = next(item for item in brief.measures if item.id == standing.measure)
    return provision, measure


def _named(provision: ProvisionBrief) -> str:
    """What a provision is called in a sentence."""
    number = f" (number {provision.number})" if provision.number else ""
    return f"{'power' if provision.kind == 'enabling' else provision.kind} {provision.id}{number}"


def _sentence(text: str) -> str:
    """With a capital and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!", ".)")) else ".")
