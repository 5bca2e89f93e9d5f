"""Every example of every rule, the linter over the whole tree, and what the set of rules promises as a whole."""

import time
from functools import cache
from pathlib import Path

import pytest

from affidavit.findings import load
from affidavit.findings.judge import judge
from affidavit.findings.lint import check_names, lint
from affidavit.model.finding import Answer
from tests.builders.rule_app import build_app
from tests.derived import Derived

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
RULES = {rule.id: rule for rule in load.rules()}
KINDS = {"positive": Answer.SHOWN, "negative": Answer.NOT_SHOWN}
REAL = [
    (rule.id, kind, source, str(name))
    for rule in RULES.values()
    for kind in KINDS
    for example in getattr(rule.examples, kind)
    for source, name in example.items()
    if source != "builder"
]


@pytest.mark.parametrize("rule", RULES)
def test_built_examples_hold(rule):
    for kind, expected in KINDS.items():
        for example in getattr(RULES[rule].examples, kind):
            if "builder" in example:
                app = build_app(example["builder"])
                (finding,) = judge(app.facts, app.program, None, (), (RULES[rule],)).findings
                assert finding.answer is expected, (kind, example, finding.proof)


@pytest.fixture(scope="session")
def answers(derived: Derived):
    return cache(lambda path: {finding.rule: finding.answer for finding in derived(path).findings})


@pytest.mark.samples
@pytest.mark.parametrize(
    ("rule", "kind", "name"), [(rule, kind, name) for rule, kind, source, name in REAL if source == "samples"]
)
def test_examples_in_samples_hold(answers, sample, rule, kind, name):
    assert answers(sample(name))[rule] is KINDS[kind]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("rule", "kind", "name"), [(rule, kind, name) for rule, kind, source, name in REAL if source == "corpus"]
)
def test_examples_in_the_corpus_hold(answers, corpus, rule, kind, name):
    assert answers(corpus / name)[rule] is KINDS[kind]


def test_the_knowledge_passes_its_own_linter():
    assert [str(problem) for problem in lint(KNOWLEDGE)] == []


def test_the_linter_runs_enough_checks_each_named_once():
    names = check_names()
    assert len(names) >= 15
    assert len(set(names)) == len(names)


def test_every_question_is_answered_by_rules():
    assert {rule.category for rule in RULES.values()} == {item.id for item in load.categories()}
    assert len(RULES) >= 60


def test_questions_come_in_their_order():
    orders = [item.order for item in load.categories()]
    assert orders == sorted(orders)


def test_every_rule_has_built_examples_both_ways():
    for rule in RULES.values():
        for kind in KINDS:
            assert any("builder" in example for example in getattr(rule.examples, kind)), (rule.id, kind)


def test_some_rules_have_real_examples():
    assert len({rule for rule, *_ in REAL}) >= 20


def test_rules_load_fast():
    load.rules.cache_clear()
    started = time.process_time()
    load.rules()
    assert time.process_time() - started < 0.1  # measured 0.003 s; the bound leaves room for a busy machine
