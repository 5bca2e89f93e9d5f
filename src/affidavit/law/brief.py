"""The whole answer: a determination with everything that it cites, in words."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from affidavit.law.aim import aimed_then
from affidavit.law.ask import Resolver
from affidavit.law.changes import changes
from affidavit.law.citations import citation
from affidavit.law.dates import begun, instant
from affidavit.law.event_words import event_brief
from affidavit.law.fold import known_steps
from affidavit.law.headline import spoken
from affidavit.law.notes import notes
from affidavit.law.open_questions import about_act, bearing
from affidavit.law.reach import aimed_at
from affidavit.law.register import Register
from affidavit.model.brief import Brief, EventBrief, MeasureBrief, OutcomeMeaning, ProvisionBrief
from affidavit.model.determination import Determination, Question, Standing
from affidavit.model.measure import Condition, Measure, Source


def brief(resolver: Resolver, question: Question) -> Brief:
    """Answer a question with everything that the answer cites.

    Raises:
        UsageError: a name is unknown, or a date is none.
    """
    made, register = resolver.ask(question), resolver.register
    words = register.vocabulary
    view = resolver.view(question, register.zone(question.jurisdiction))
    measures = [register.measures[name] for name in dict.fromkeys(item.measure for item in made.standings)]
    living = {item.measure for item in made.standings if item.ended_at is None}
    provisions = tuple(_provision(register, item) for item in made.standings)
    events = tuple(_events(resolver, made))
    conditions = tuple(
        item for measure in measures if measure.id in living for item in _conditions(resolver, measure, question)
    )
    organisation = register.organisations.get(made.operator)
    return Brief(
        determination=made,
        meanings=_meanings(register, made),
        app_names=register.apps[question.app].names,
        operator_name=organisation.name if organisation else made.operator,
        transaction=words.transactions[question.transaction].title,
        actor=words.actors[question.actor].title,
        jurisdiction=register.jurisdictions[question.jurisdiction].name,
        register_updated=register.updated,
        measures=tuple(_measure(resolver, item, question) for item in measures),
        provisions=provisions,
        events=events,
        changes=changes(resolver, made, conditions),
        conditions=conditions,
        open_questions=_asked(resolver, made),
        unverified=tuple(dict.fromkeys(_unverified(spoken(made), provisions, events))),
        notes=notes(register, made, view),
        elsewhere=_elsewhere(resolver, made),
        sources=_sources(register, measures, provisions, events, conditions),
    )


def _meanings(register: Register, made: Determination) -> dict[str, OutcomeMeaning]:
    """The words for every outcome that occurs."""
    occurring = dict.fromkeys([made.headline, *(item.outcome for item in made.standings)])
    known = register.vocabulary.outcomes
    return {name: OutcomeMeaning(known[name].title, known[name].duty, known[name].meaning) for name in occurring}


def _measure(resolver: Resolver, measure: Measure, question: Question) -> MeasureBrief:
    limits, zone = measure.limits, resolver.register.zone(measure.jurisdiction)
    reach = [limits.parties.replace("_", " "), limits.territory]
    return MeasureBrief(
        id=measure.id,
        title=measure.title,
        jurisdiction=measure.jurisdiction,
        instrument=measure.instrument,
        authority=measure.authority,
        cite=citation(measure, zone, resolver.view(question, zone).known),
        limits="; ".join(item for item in reach if item),
        note=measure.note,
    )


def _provision(register: Register, standing: Standing) -> ProvisionBrief:
    """The provision or exception that stands so."""
    path = register.paths.get(standing.provision)
    if path is None:
        exempt = next(item for item in register.measures[standing.measure].exceptions if item.id == standing.provision)
        return ProvisionBrief(
            id=exempt.id,
            measure=standing.measure,
            kind="exception",
            summary=exempt.summary,
            confidence=exempt.confidence,
            sources=exempt.sources,
            weaker=exempt.weaker,
            unverified=exempt.unverified,
        )
    found = path.provision
    return ProvisionBrief(
        id=found.id,
        measure=standing.measure,
        kind=found.kind,
        summary=found.summary,
        confidence=found.confidence,
        sources=found.sources,
        number=found.number,
        territory=found.territory,
        actor_note=found.actor_note,
        weaker=found.weaker,
        unverified=found.unverified,
    )


def _events(resolver: Resolver, made: Determination) -> Iterator[EventBrief]:
    """Every known event about the provisions of the answer, in the order in which they became public."""
    register = resolver.register
    relied = {event for item in made.standings for event in item.events}
    public: dict[str, int] = {}
    provisions = [item.provision for item in made.standings]
    for item in made.standings:
        path = register.paths.get(item.provision)
        if path is not None:
            view = resolver.view(made.question, path.zone)
            public |= {
                step.event: step.public
                for step in known_steps(path, view)
                if step.event in relied or not step.inherited
            }
    for event in relied - public.keys():
        found, measure = register.events[event]
        public[event] = instant(found.public_at, register.zone(measure.jurisdiction), "start")
    order = {name: place for place, name in enumerate(register.events)}
    for event in sorted(public, key=lambda name: (public[name], order[name])):
        yield event_brief(register, event, provisions, relied=event in relied)


def _conditions(resolver: Resolver, measure: Measure, question: Question) -> Iterator[Condition]:
    """The conditions for lifting that were known, without outcomes that were not."""
    zone = resolver.register.zone(measure.jurisdiction)
    view = resolver.view(question, zone)
    for item in measure.conditions:
        if begun(item.public_at, zone, view.known):
            seen = bool(item.outcome_public_at) and begun(item.outcome_public_at, zone, view.known)
            yield item if seen or not item.outcome else replace(item, outcome="", outcome_public_at="")


def _asked(resolver: Resolver, made: Determination) -> tuple[str, ...]:
    """The open questions that bear on what the answer rests on."""
    found: dict[str, None] = {}
    for item in spoken(made):
        zone = resolver.register.zone(resolver.register.measures[item.measure].jurisdiction)
        view = resolver.view(made.question, zone)
        found |= dict.fromkeys(asked.text for asked in bearing(resolver.register, item, view))
    found |= dict.fromkeys(_reach_in_doubt(resolver, made))
    return tuple(found)


def _reach_in_doubt(resolver: Resolver, made: Determination) -> Iterator[str]:
    """Open questions whether a measure about the app reaches the act at all."""
    register, question = resolver.register, made.question
    around = register.around(question.jurisdiction)
    for measure in register.measures.values():
        if measure.jurisdiction in around and aimed_at(measure, question.app, made.operator):
            view = resolver.view(question, register.zone(measure.jurisdiction))
            yield from (asked.text for asked in about_act(register, measure, question.transaction, view))


def _unverified(
    rests: Iterable[Standing], provisions: Iterable[ProvisionBrief], events: Iterable[EventBrief]
) -> Iterator[str]:
    """What is recorded but nobody has checked, of what the answer rests on."""
    names = {item.provision for item in rests} | {event for item in rests for event in item.events}
    told = [(item.id, item.unverified) for item in provisions] + [(item.id, item.unverified) for item in events]
    for name, texts in told:
        if name in names:
            yield from (f"{name}: {text}" for text in texts)


def _elsewhere(resolver: Resolver, made: Determination) -> tuple[str, ...]:
    """Other jurisdictions that had a measure about the app, or about who runs it there, as far as was known."""
    register = resolver.register
    around = register.around(made.question.jurisdiction)
    found = set()
    for path in register.paths.values():
        if path.measure.jurisdiction not in around and path.steps:
            view = resolver.view(made.question, path.zone)
            if path.steps[0].public <= min(view.known, view.on) and aimed_then(register, path.measure, view):
                found.add(path.measure.jurisdiction)
    return tuple(sorted(found))


def _sources(
    register: Register,
    measures: Iterable[Measure],
    provisions: Iterable[ProvisionBrief],
    events: Iterable[EventBrief],
    conditions: Iterable[Condition],
) -> dict[str, Source]:
    """Every document cited, by id."""
    lists = (*(item.sources for item in provisions), *(item.sources for item in events))
    cited = {source for sources in (*lists, *(item.sources for item in conditions)) for source in sources}
    owners = list(measures) + [register.measures[item.measure] for item in events]
    found: dict[str, Source] = {}
    for name in sorted(cited):
        for owner in owners:
            source = register.source(name, owner)
            if source is not None:
                found[name] = source
                break
    return found
