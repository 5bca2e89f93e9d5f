"""The history that the issue tells, day by day: known answers, worked out from the law and not from the register."""

from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from affidavit.law.ask import Resolver
from tests.builders.law import whole
from tests.conftest import CORPUS
from tests.law.known_answers import EXPECT, faults, known_answers, question_of

QUESTIONS = CORPUS.parent / "law" / "questions.yaml"


def test_every_known_answer_is_given():
    resolver = Resolver(whole())
    wrong = {known.name: faults(resolver.ask(known.question), known.expect) for known in known_answers()}
    assert not {name: found for name, found in wrong.items() if found}


def test_the_table_is_long_and_no_line_is_there_twice():
    names = [known.name for known in known_answers()]
    assert len(names) > 280
    assert len(set(names)) == len(names)
    headlines = {known.expect["headline"] for known in known_answers()}
    assert headlines == set(whole().vocabulary.outcomes) - {"RESCINDED", "EXPIRED"}


def test_the_answer_about_updates_through_us_stores_changed_more_than_twenty_times():
    """Over the days of the table, as known on each: changes of the headline, or of the orders and ends behind it."""
    resolver = Resolver(whole())
    changes = 0
    for app in ("tiktok", "wechat"):
        pictures = []
        for known in known_answers():
            asked = known.question
            then = asked.known == asked.on and asked.jurisdiction == "US"
            if then and asked.app == app and asked.transaction == "app_store_update":
                made = resolver.ask(asked)
                behind = tuple((item.blocks, item.forbearances, item.ends) for item in made.standings)
                pictures.append((asked.on, made.headline, behind))
        pictures.sort()
        changes += sum(before[1:] != after[1:] for before, after in pairwise(pictures))
    assert changes > 20


@pytest.mark.corpus
def test_every_question_of_the_project_is_answered_as_expected():
    if not QUESTIONS.is_file():
        pytest.skip("needs ../shared/law, absent here")
    resolver = Resolver(whole())
    asked = [item for item in yaml.safe_load(Path(QUESTIONS).read_text("utf-8"))["questions"] if "query" in item]
    assert len(asked) >= 40
    assert all(item["expect"].keys() <= EXPECT for item in asked)
    wrong = {item["id"]: faults(resolver.ask(question_of(item["query"])), item["expect"]) for item in asked}
    assert not {name: found for name, found in wrong.items() if found}
