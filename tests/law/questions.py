"""Random questions to a register: names of every kind, and times near every instant that its files state."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from affidavit.law.register import Register
from affidavit.model.determination import Question
from affidavit.model.measure import Measure

STEPS = (0, 0, 1, -1, 86_400, -86_400, 43_200, 3_600 * 5)
PURPOSES = ({}, {}, {}, {"purpose": "security_research"}, {"purpose": "marketing"})


def questions(register: Register, seed: int, count: int) -> list[Question]:
    """So many questions, the same for the same seed: most about an act, an actor and dates that one measure names."""
    draw = random.Random(seed)  # noqa: S311 - a test wants the same questions each time
    everywhere = [*instants(register.measures.values())]
    aims = [[*_aims(register, measure)] for measure in register.measures.values()]
    aims = [some for some in aims if some]
    return [_question(draw, register, everywhere, draw.choice(draw.choice(aims))) for _ in range(count)]


class Aim(NamedTuple):
    """An act that a measure names, and the dates that it states."""

    jurisdiction: str
    app: str
    transaction: str
    actor: str
    times: list[str]


def _aims(register: Register, measure: Measure) -> Iterator[Aim]:
    times = [*instants([measure])]
    exceptions = [item for exemption in measure.exceptions for item in exemption.transactions]
    for app in (*measure.targets.apps, *_run_by(register, measure)):
        for provision in measure.provisions:
            for transaction in (*provision.transactions, *exceptions):
                for actor in provision.actors:
                    yield Aim(measure.jurisdiction, app, transaction, actor, times)


def _question(draw: random.Random, register: Register, everywhere: list[str], aim: Aim) -> Question:
    times = aim.times if draw.random() < 0.7 else everywhere
    strange = draw.random() < 0.3
    return Question(
        app=draw.choice([*register.apps]) if strange else aim.app,
        transaction=draw.choice([*register.vocabulary.transactions]) if strange else aim.transaction,
        actor=draw.choice([*register.vocabulary.actors]) if strange else aim.actor,
        on=_time(draw, times),
        known=_time(draw, times) if draw.random() < 0.8 else "",
        jurisdiction=draw.choice([*register.jurisdictions]) if draw.random() < 0.2 else aim.jurisdiction,
        recorded=_time(draw, [*everywhere, "2026-11-21"]) if draw.random() < 0.1 else "",
        context=draw.choice(PURPOSES),
    )


def _run_by(register: Register, measure: Measure) -> Iterator[str]:
    """Apps that a measure reaches by who runs them."""
    if measure.targets.every_app_of_operators:
        for name, app in register.apps.items():
            if any(entry.operator in measure.targets.operators for entry in app.operators):
                yield name


def _time(draw: random.Random, times: list[str]) -> str:
    """A date as stated, one near it, or any."""
    if draw.random() < 0.15:
        return f"{draw.randint(2019, 2027)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
    text = draw.choice(times)
    if len(text) == 7 or draw.random() < 0.3:
        return text
    at = datetime.fromisoformat(text) + timedelta(seconds=draw.choice(STEPS))
    form = draw.random()
    if form < 0.3:
        return at.date().isoformat()
    if form < 0.5 and at.tzinfo is None:
        return at.isoformat()
    return at.isoformat() if at.tzinfo else at.isoformat() + draw.choice(["-04:00", "Z", "+05:30", "-05:00"])


def instants(measures: Any) -> Iterator[str]:
    """Every date that an event of some measures states, in the order of the files."""
    for measure in measures:
        for event in measure.events:
            yield from _dates(msgspec.to_builtins(event))


def _dates(item: Any) -> Iterator[str]:
    if isinstance(item, dict):
        for key, value in item.items():
            if key in {"public_at", "from", "until", "at", "earliest", "latest", "due", "recorded_at"} and value:
                yield value
            else:
                yield from _dates(value)
