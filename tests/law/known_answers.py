"""The table of known answers, and the check of one answer against what was expected."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from affidavit.law.ask import Resolver
from affidavit.model.determination import Determination, Question

TABLE = Path(__file__).with_name("answers.yaml")
QUERY = {"app", "jurisdiction", "transaction", "actor", "as_of", "known_at", "recorded", "context"}
EXPECT = {
    "headline", "decisive", "must_not_include", "blocked_flag", "blocks_include", "blocks_exactly", "ends_exactly",
    "ends_include", "contested", "confidence",
}  # fmt: skip


class Known(NamedTuple):
    """One question, what must come out, and a name for it."""

    name: str
    question: Question
    expect: Mapping[str, Any]


@cache
def known_answers() -> tuple[Known, ...]:
    """Every line of the table."""
    return tuple(_lines(yaml.safe_load(TABLE.read_text("utf-8"))))


def _lines(groups: list[dict[str, Any]]) -> Iterator[Known]:
    for group in groups:
        for line in group["answers"]:
            assert line.keys() <= QUERY | EXPECT, line
            query = group["query"] | {key: value for key, value in line.items() if key in QUERY}
            query.setdefault("known_at", query["as_of"])
            expect = {key: value for key, value in line.items() if key in EXPECT}
            yield Known(" ".join(map(str, query.values())), question_of(query), expect)


def question_of(query: Mapping[str, Any]) -> Question:
    """A question from the keys that the project's test questions use."""
    return Question(
        app=query["app"],
        transaction=query["transaction"],
        actor=query["actor"],
        on=query["as_of"],
        known=query["known_at"],
        jurisdiction=query["jurisdiction"],
        recorded=query.get("recorded", ""),
        context=query.get("context", {}),
    )


def faults(made: Determination, expect: Mapping[str, Any]) -> list[str]:
    """How an answer differs from what was expected; empty when it does not."""
    outcomes = {item.provision: str(item.outcome) for item in made.standings}
    looked_at = [item for item in made.standings if item.provision in expect.get("decisive", outcomes)]
    blocks = {event for item in looked_at for event in item.blocks}
    ends = {event for item in looked_at for event in item.ends}
    checks = {
        "headline": lambda wanted: made.headline == wanted,
        "decisive": lambda wanted: all(outcomes.get(key) == value for key, value in wanted.items()),
        "must_not_include": lambda wanted: not set(wanted) & set(outcomes.values()),
        "blocked_flag": lambda wanted: wanted == any(item.blocked for item in looked_at),
        "blocks_include": lambda wanted: set(wanted) <= blocks,
        "blocks_exactly": lambda wanted: set(wanted) == blocks,
        "ends_exactly": lambda wanted: set(wanted) == ends,
        "ends_include": lambda wanted: set(wanted) <= ends,
        "contested": lambda wanted: wanted == any(item.contested for item in looked_at),
        "confidence": lambda wanted: made.confidence == wanted,
    }
    return [
        f"{key}: wanted {wanted}, got {made.headline} {made.confidence} {outcomes} blocks {blocks} ends {ends}"
        for key, wanted in expect.items()
        if not checks[key](wanted)
    ]


def failing(resolver: Resolver) -> list[str]:
    """Names of the known answers that a resolver does not give."""
    return [known.name for known in known_answers() if faults(resolver.ask(known.question), known.expect)]
