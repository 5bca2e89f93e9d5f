"""What would change an answer, worked out from what was known: later dates, falling events, conditions, powers."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.law.dates import FOREVER, local
from affidavit.law.fold import known_steps
from affidavit.law.headline import passed_over
from affidavit.model.brief import Change
from affidavit.model.determination import Determination, Outcome, Question
from affidavit.model.measure import Condition

AHEAD = 4
"""How many changes that lie ahead are told."""

_LOOKED_AT = 64
_FILED = {"litigation_filed", "appeal_filed"}
_CLOSED = {"settled", "appeal_dismissed"}
_BARRED = {Outcome.PROHIBITED, Outcome.PROHIBITED_NOT_ENFORCED}
_NOTHING = {
    True: "Nothing that was known changes it by itself; a court order, another start or an end that came later would.",
    False: "Nothing that was known changes it by itself; a measure made public or recorded later would.",
}
"""What is said when no change can be derived, by whether anything reaches the act."""

_TOGETHER = {
    "blocks": "If every court order that suspends it fell away",
    "forbearances": "If every undertaking not to enforce it fell away",
    "ends": "If everything that ended it fell away",
}


def changes(resolver: Resolver, made: Determination, conditions: Sequence[Condition]) -> tuple[Change, ...]:
    """What would change a determination.

    Args:
        resolver: the one that made it.
        made: the determination.
        conditions: the conditions for lifting that were known.
    """
    found = (
        *_by_time(resolver, made),
        *_by_event(resolver, made),
        *_by_ruling(resolver, made),
        *_by_circumstance(resolver, made),
        *(_by_condition(item) for item in conditions),
        *_by_power(resolver, made),
    )
    return found or (Change("event", _NOTHING[bool(made.standings)]),)


def _by_time(resolver: Resolver, made: Determination) -> Iterator[Change]:
    """Later dates at which the headline changes though nothing else happens."""
    question, before, told = made.question, made.headline, 0
    zone = resolver.register.zone(question.jurisdiction)
    for moment in _breaks_ahead(resolver, made)[:_LOOKED_AT]:
        at = local(moment, zone).isoformat()
        outcome = resolver.ask(replace(question, on=at)).headline
        if outcome is not before and told < AHEAD:
            told += 1
            yield Change("time", f"From {at} on the answer is {outcome}, if nothing else happens.", outcome, at=at)
        before = outcome


def _breaks_ahead(resolver: Resolver, made: Determination) -> list[int]:
    """The instants after the date asked about at which a known event begins or ceases to have effect."""
    found: set[int] = set()
    for standing in made.standings:
        path = resolver.register.paths.get(standing.provision)
        if path is not None:
            view = resolver.view(made.question, path.zone)
            for step in known_steps(path, view):
                found.update(
                    moment
                    for moment in (step.first, step.last, step.last + 1, step.public)
                    if view.on < moment < FOREVER
                )
    return sorted(found)


def _by_event(resolver: Resolver, made: Determination) -> Iterator[Change]:
    """Events relied on without which the headline would be another, one by one and each kind together."""
    relied: dict[str, None] = {}
    for standing in made.standings:
        for events in (standing.blocks, standing.forbearances, standing.ends):
            relied |= dict.fromkeys(events)
    for event in relied:
        outcome = _without(resolver, made.question, [event])
        if outcome is not made.headline:
            yield Change("event", f"If {event} fell away, the answer would be {outcome}.", outcome, event=event)
    for kind, words in _TOGETHER.items():
        group = {event for standing in made.standings for event in getattr(standing, kind)}
        outcome = _without(resolver, made.question, group)
        if len(group) > 1 and outcome is not made.headline:
            listed = ", ".join(event for event in relied if event in group)
            yield Change("event", f"{words} ({listed}), the answer would be {outcome}.", outcome)


def _without(resolver: Resolver, question: Question, events: Iterable[str]) -> Outcome:
    return resolver.ask(question, frozenset(events)).headline


def _by_ruling(resolver: Resolver, made: Determination) -> Iterator[Change]:
    """Proceedings that were pending, so far as known, about what lives."""
    filed: dict[str, None] = {}
    for standing in made.standings:
        path = resolver.register.paths.get(standing.provision)
        if path is not None and standing.ended_at is None:
            known = known_steps(path, resolver.view(made.question, path.zone))
            types = {step.event: resolver.register.events[step.event][0].type for step in known}
            if not _CLOSED.intersection(types.values()):
                filed |= dict.fromkeys(event for event, kind in types.items() if kind in _FILED)
    if filed:
        yield Change("ruling", f"A ruling on what had been filed ({', '.join(filed)}) could change it.")


def _by_circumstance(resolver: Resolver, made: Determination) -> Iterator[Change]:
    """Circumstances that an exception asks for and the question did not give."""
    told = set()
    for standing in made.standings:
        for item in resolver.register.measures[standing.measure].exceptions:
            for name, values in item.context.items():
                if standing.ended_at is None and name not in made.question.context and item.id not in told:
                    told.add(item.id)
                    given = replace(made.question, context={**made.question.context, name: values[0]})
                    outcome = resolver.ask(given).headline
                    words = f"If the {name} is {' or '.join(values)}, {item.id} applies and the answer is {outcome}."
                    yield Change("condition", words, outcome)


def _by_condition(condition: Condition) -> Change:
    """A condition for lifting."""
    decider = f" Decided by: {condition.decision_maker}." if condition.decision_maker else ""
    outcome = f" Recorded: {condition.outcome}." if condition.outcome else ""
    return Change("condition", f"Condition for lifting ({condition.id}): {condition.summary}{decider}{outcome}")


def _by_power(resolver: Resolver, made: Determination) -> Iterator[Change]:
    """Powers under which more could be barred, unless a list made under them answers the case already."""
    answered = {item.measure for item in made.standings if item.ended_at is None}
    if made.headline in _BARRED:
        return
    for standing in made.standings:
        if standing.outcome is Outcome.AUTHORITY_ONLY and not passed_over(
            standing, answered, resolver.register.children
        ):
            measure = resolver.register.measures[standing.measure]
            yield Change("power", f"If the power of {standing.provision} ({measure.title}) is used, it may be barred.")
