"""The resolver agrees with a naive reading of the rules: on the real register, and on registers built at random."""

from collections import Counter

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.law.ask import Resolver
from affidavit.model.determination import Determination
from tests.builders.law import app, register_of, whole
from tests.law.questions import questions
from tests.law.registers import ASKED, OPERATORS, measures
from tests.oracles.register import Naive, Reply

COUNT = 10_000


def agree(made: Determination, reply: Reply) -> None:
    """Everything that the rules settle is the same."""
    assert made.headline == reply.headline
    assert set(made.decisive) == reply.decisive
    assert made.operator == reply.operator
    assert {item.provision for item in made.standings} == set(reply.verdicts)
    for item in made.standings:
        verdict = reply.verdicts[item.provision]
        assert item.measure == verdict.measure
        assert item.outcome == verdict.outcome, item.provision
        assert (item.exception, bool(item.limit)) == (verdict.exception, verdict.limit)
        assert (item.blocked, item.contested, item.ends) == (verdict.blocked, verdict.contested, verdict.ends)
        assert (item.blocks, item.forbearances) == (verdict.blocks, verdict.forbearances)
        assert item.ended_at == (None if verdict.ended is None else verdict.ended.timestamp())
        if item.provision != item.exception:
            assert item.events == verdict.events
    if not any(item.provision == item.exception for item in made.standings if item.provision in made.decisive):
        assert made.confidence == reply.confidence


def test_ten_thousand_questions_to_the_real_register():
    resolver, naive = Resolver(whole()), Naive.of_knowledge()
    seen: Counter[str] = Counter()
    for question in questions(whole(), 14034, COUNT):
        made = resolver.ask(question)
        agree(made, naive.ask(question))
        seen.update(item.outcome for item in made.standings)
        seen[made.headline] += 1
    assert set(seen) == set(whole().vocabulary.outcomes) - {"RESCINDED", "EXPIRED"}, "the questions reach every outcome"


@settings(max_examples=300, deadline=None)
@given(measures(), OPERATORS, st.lists(ASKED, min_size=1, max_size=8))
def test_registers_built_at_random(built, operators, asked):
    apps = {"alpha": app(*operators), "beta": app()}
    made = register_of(*built, apps=apps)
    resolver = Resolver(made)
    naive = Naive(
        built,
        msgspec.to_builtins(made.vocabulary.actors),
        msgspec.to_builtins(made.jurisdictions),
        apps,
    )
    for question in asked:
        agree(resolver.ask(question), naive.ask(question))
