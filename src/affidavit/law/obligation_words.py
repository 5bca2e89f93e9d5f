"""Obligations as sentences, and what goes with them: exceptions that depend on circumstances, and open questions."""

from collections.abc import Iterator

from affidavit.law.ask import Resolver
from affidavit.law.open_questions import bearing
from affidavit.model.determination import ENDED, Determination, Outcome
from affidavit.model.duty import DeadlineState
from affidavit.wording import with_article

_MODALS = frozenset({"must", "must not", "may"})


def act_sentence(role: str, duty: str, act: str, *, power: bool) -> str:
    """Who must or need not do what. A modal verb takes the act, except that of a mere power; else it stands behind."""
    modal, comma, rest = duty.partition(",")
    takes_act = modal in _MODALS and not power
    text = f"{modal} {act}{comma}{rest}" if takes_act else f"{duty} (act: {act})"
    who = with_article(role)
    return f"{who[0].upper()}{who[1:]} {text}."


def task_sentence(state: DeadlineState, who: str, general: str) -> str:
    """Whose task it is, by when, and what is to be done."""
    duty = "Former duty" if state.ended else "Duty"
    when = f", due {state.due[:10]}" if state.weekday else f", {state.due}" if state.due else ""
    about = f" (about {general})" if general else ""
    return f"{duty} of {who}{when}{about}: {state.text}"


def conditional_exceptions(resolver: Resolver, made: Determination) -> tuple[str, ...]:
    """The exceptions that would free the act under circumstances that the question did not give, as sentences."""
    return tuple(dict.fromkeys(_exceptions(resolver, made)))


def _exceptions(resolver: Resolver, made: Determination) -> Iterator[str]:
    for standing in made.standings:
        if standing.provision not in made.decisive or standing.outcome in ENDED or standing.outcome is Outcome.EXCEPTED:
            continue
        for item in resolver.register.measures[standing.measure].exceptions:
            fits = made.question.transaction in item.transactions or not item.transactions
            covers = not item.provisions or standing.provision in item.provisions
            if item.context and fits and covers:
                wanted = " and ".join(f"the {name} is {' or '.join(item.context[name])}" for name in item.context)
                yield f"{item.id} if {wanted.replace('_', ' ')}: {item.summary}"


def questions_left(resolver: Resolver, made: Determination) -> tuple[str, ...]:
    """What the register does not know, so far as the headline rests on it."""
    register = resolver.register
    view = resolver.view(made.question, register.zone(made.question.jurisdiction))
    carrying = [item for item in made.standings if item.provision in made.decisive]
    return tuple(dict.fromkeys(asked.text for item in carrying for asked in bearing(register, item, view)))
