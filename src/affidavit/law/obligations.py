"""What a role must, must not or may do about an app on a date, as known on another."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.law.days import Look, announced, task
from affidavit.law.fold import View
from affidavit.law.grounds import grounds
from affidavit.law.obligation_words import act_sentence, conditional_exceptions, questions_left, task_sentence
from affidavit.law.reach import WHOLE_DEALING, aimed_at
from affidavit.law.roles import roles, roles_of
from affidavit.model.determination import ENDED, Outcome, Question, Standing
from affidavit.model.duty import Obligation
from affidavit.model.measure import Measure, Provision
from affidavit.wording import plural, unknown, with_article

_GENERAL = ("any_us_person", "any_person")
"""Roles that include others; a provision for them is told once when every role is asked about."""


class _Asked(NamedTuple):
    """A question about everything that the law says to a role."""

    resolver: Resolver
    base: Question
    view: View
    around: tuple[str, ...]
    operator: str
    measures: tuple[Measure, ...]


def obligations(
    resolver: Resolver,
    app: str,
    actors: Sequence[str],
    on: str,
    known: str,
    *,
    jurisdiction: str = "US",
    recorded: str = "",
    context: Mapping[str, str] | None = None,
    transactions: Sequence[str] = (),
) -> tuple[Obligation, ...]:
    """What each role must, must not or may do about an app, and for which roles nothing speaks.

    Args:
        resolver: over the register to ask.
        app: id of a listed app.
        actors: roles. Empty means all, each with what names it itself; what binds anybody is told once.
        on: legal time.
        known: what was public by the end of then counts; empty means all.
        jurisdiction: code; the jurisdictions around it count too.
        recorded: what the register had recorded by the end of then counts; empty means all.
        context: circumstances, by name.
        transactions: only these acts, and no duties; empty means everything.

    Raises:
        UsageError: a name is unknown, or a date is none.
    """
    register = resolver.register
    for kind, name, names in (
        ("app", app, register.apps),
        ("jurisdiction", jurisdiction, register.jurisdictions),
        *(("actor", actor, register.vocabulary.actors) for actor in actors),
        *(("transaction", item, register.vocabulary.transactions) for item in transactions),
    ):
        if name not in names:
            raise unknown(kind, name, names)
    base = Question(app, WHOLE_DEALING, "any_person", on, known, jurisdiction, recorded, dict(context or {}))
    around = register.around(jurisdiction)
    view = resolver.view(base, register.zone(jurisdiction))
    operator = register.operator(app, view.on, view.known, around)
    here = [
        item for item in register.measures.values() if item.jurisdiction in around and _public(resolver, item, base)
    ]
    asked = _Asked(resolver, base, view, around, operator, tuple(here))
    found: list[Obligation] = []
    for actor in actors or sorted(register.vocabulary.actors, key=lambda name: (name in _GENERAL, name)):
        acts = sorted(_acts(asked, actor, bool(actors)), key=partial(_weight, register.vocabulary.precedence))
        if transactions:
            found += [item for item in acts if item.transaction in transactions]
            continue
        made = [*acts, *_duties(asked, actor)]
        found += made or ([_nothing(asked, actor)] if actors or actor not in _GENERAL else [])
    return (*found, *([] if actors or transactions else _unassigned(asked)))


def _look(resolver: Resolver, measure: Measure, base: Question) -> Look:
    zone = resolver.register.zone(measure.jurisdiction)
    return Look(resolver.register, measure, zone, resolver.view(base, zone))


def _public(resolver: Resolver, measure: Measure, base: Question) -> bool:
    """Whether a measure existed on the date, so far as known."""
    look = _look(resolver, measure, base)
    return announced(look) <= look.view.on


def _aimed(asked: _Asked) -> list[Measure]:
    """The measures that are about the app."""
    return [item for item in asked.measures if aimed_at(item, asked.base.app, asked.operator)]


def _transactions(asked: _Asked, actor: str, spoken: set[str]) -> list[str]:
    """The acts about which some measure speaks to a role, those of which it speaks to the role by name first."""
    own: set[str] = set()
    named: set[str] = set()
    freed: set[str] = set()
    for measure in _aimed(asked):
        for item in measure.provisions:
            own.update(item.transactions if actor in item.actors else ())
            named.update(item.transactions if spoken.intersection(item.actors) else ())
        freed.update(name for item in measure.exceptions for name in item.transactions)
    named |= freed.intersection(roles().acts.get(actor, ()))
    words = [name for name in asked.resolver.register.vocabulary.transactions if name in named]
    return sorted(words, key=lambda name: name not in own)


def _acts(asked: _Asked, actor: str, wider: bool) -> Iterator[Obligation]:
    """The acts of a role, each with its determination; `wider`: also what it shares with others."""
    words = asked.resolver.register.vocabulary
    spoken = {actor, *(words.actors[actor].within if wider else ())}
    for transaction in _transactions(asked, actor, spoken):
        question = _question(asked, transaction, actor)
        made = asked.resolver.ask(question)
        if not any(_speaks(asked, item, transaction) for item in made.standings):
            continue
        act = words.transactions[transaction].title
        power = any(_is_power(asked, name) for name in made.decisive)
        if power and made.headline is Outcome.EXCEPTED:
            continue  # a power that leaves a role out bars it from nothing, and is no leave to do what it may name
        yield Obligation(
            kind="act",
            **_who(asked, actor),
            sentence=act_sentence(words.actors[actor].title, words.outcomes[made.headline].duty, act, power=power),
            transaction=transaction,
            act=act,
            outcome=made.headline,
            grounds=grounds(asked.resolver, made),
            decisive=len(made.decisive),
            confidence=made.confidence,
            unless=conditional_exceptions(asked.resolver, made),
            open_questions=questions_left(asked.resolver, made),
        )


def _weight(precedence: Sequence[str], item: Obligation) -> int:
    """What weighs most comes first; what has ended comes last."""
    return len(precedence) if item.outcome is None or item.outcome in ENDED else precedence.index(item.outcome)


def _speaks(asked: _Asked, standing: Standing, transaction: str) -> bool:
    """Whether a standing is about an act by name, as a provision or as an exception."""
    path = asked.resolver.register.paths.get(standing.provision)
    return path is None or bool(standing.exception) or transaction in path.provision.transactions


def _is_power(asked: _Asked, provision: str) -> bool:
    path = asked.resolver.register.paths.get(provision)
    return path is not None and path.provision.kind == "enabling"


def _question(asked: _Asked, transaction: str, actor: str) -> Question:
    return replace(asked.base, transaction=transaction, actor=actor)


def _duties(asked: _Asked, actor: str) -> Iterator[Obligation]:
    """The tasks of a role, from measures about the app and from those about a class of software."""
    for measure, provision in _tasks(asked):
        if actor in roles_of(asked.resolver.register, measure, provision.duty_holder):
            yield _duty(asked, measure, provision, actor)


def _unassigned(asked: _Asked) -> Iterator[Obligation]:
    """The tasks of holders whose role nobody recorded."""
    for measure, provision in _tasks(asked):
        if not roles_of(asked.resolver.register, measure, provision.duty_holder):
            yield _duty(asked, measure, provision, "")


def _tasks(asked: _Asked) -> Iterator[tuple[Measure, Provision]]:
    aimed = {item.id for item in _aimed(asked)}
    for measure in asked.measures:
        for provision in measure.provisions:
            about = measure.id in aimed or (bool(measure.targets.class_) and not measure.targets.apps)
            if about and provision.kind in {"duty", "deadline"} and provision.duty_holder:
                yield measure, provision


def _duty(asked: _Asked, measure: Measure, provision: Provision, actor: str) -> Obligation:
    """One task, with its day and what is known of it."""
    look = _look(asked.resolver, measure, asked.base)
    state = task(look, asked.resolver.register.paths[provision.id])
    is_role = provision.duty_holder in asked.resolver.register.vocabulary.actors
    general = "" if measure in _aimed(asked) else measure.targets.class_.replace("_", " ")
    return Obligation(
        kind="duty",
        **_who(asked, actor),
        sentence=task_sentence(state, with_article(state.holder) if is_role else state.holder, general),
        outcome=state.ended_how,
        confidence=state.confidence,
        deadline=replace(state, apps=()) if general else state,
    )


def _nothing(asked: _Asked, actor: str) -> Obligation:
    """A role to which nothing speaks, with what was searched."""
    words, base = asked.resolver.register.vocabulary, asked.base
    place = asked.resolver.register.jurisdictions[base.jurisdiction].name
    aimed = len(_aimed(asked))
    searched = (
        f"{plural(len(asked.measures), 'measure')} in the register for {place} that were public by then, "
        f"{aimed} of them about the app; what the register does not hold was not searched"
    )
    sentence = f"No provision in the register speaks to this role about the app: {words.actors[actor].title}."
    return Obligation(
        kind="none", **_who(asked, actor), sentence=sentence, outcome=Outcome.NOT_COVERED, searched=searched
    )


def _who(asked: _Asked, actor: str) -> dict[str, Any]:
    """What every obligation says of the question."""
    base, register = asked.base, asked.resolver.register
    return {
        "actor": actor,
        "role": register.vocabulary.actors[actor].title if actor else "somebody whose role is not recorded",
        "app": base.app,
        "names": register.apps[base.app].names,
        "on": base.on,
        "known": base.known,
        "jurisdiction": base.jurisdiction,
    }
