"""Sentences of obligations: grammar for every outcome, and circumstances that would free an act."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.law.ask import Resolver
from affidavit.law.dates import FOREVER, instant
from affidavit.law.days import Look, task
from affidavit.law.fold import View
from affidavit.law.obligation_words import act_sentence, conditional_exceptions, questions_left, task_sentence
from affidavit.model.determination import Question
from tests.builders.law import (
    APP,
    INFORM,
    OTHER,
    UPDATE,
    end,
    event,
    exemption,
    measure,
    provision,
    register_of,
    schedule,
    whole,
)


@pytest.mark.parametrize(
    ("duty", "sentence"),
    [
        ("must not", "A bank must not deliver updates."),
        ("must not, though nobody acts", "A bank must not deliver updates, though nobody acts."),
        ("may", "A bank may deliver updates."),
        ("is not bound yet", "A bank is not bound yet (act: deliver updates)."),
        (
            "may already be barred; sources differ",
            "A bank may already be barred; sources differ (act: deliver updates).",
        ),
    ],
)
def test_a_modal_verb_takes_the_act_and_other_words_name_it(duty, sentence):
    assert act_sentence("bank", duty, "deliver updates", power=False) == sentence


def test_a_power_never_takes_the_act():
    assert act_sentence("bank", "may", "whatever comes", power=True) == "A bank may (act: whatever comes)."


def test_every_outcome_of_the_vocabulary_makes_a_sentence():
    for words in whole().vocabulary.outcomes.values():
        made = act_sentence("app store", words.duty, "deliver updates", power=False)
        assert made.startswith("An app store ")
        assert "deliver updates" in made


def state_of(*events, **more):
    part = provision("task", "duty", transactions=[], actors=[], duty_holder="app_operator", **more)
    made = measure("m", [event("e", "2020-01-01", INFORM), *events], provisions=[part])
    register = register_of(made)
    zone = register.zone("US")
    view = View(instant("2020-06-01", zone, "noon"), FOREVER, FOREVER, APP)
    return task(Look(register, made, zone, view), register.paths["task"])


@pytest.mark.parametrize(
    ("more", "general", "sentence"),
    [
        ({"due": "2020-07-01"}, "", "Duty of a bank, due 2020-07-01: provision task"),
        ({"due": "promptly"}, "", "Duty of a bank, promptly: provision task"),
        ({}, "connected software", "Duty of a bank (about connected software): provision task"),
    ],
)
def test_a_task_is_told_with_its_day(more, general, sentence):
    assert task_sentence(state_of(**more), "a bank", general) == sentence


def test_a_task_that_ended_is_a_former_duty():
    assert task_sentence(state_of(event("x", "2020-02-01", end("2020-02-01"))), "a bank", "").startswith("Former duty")


FREE = exemption("free", context={"purpose": ["study", "law_enforcement"]})
START = event("e", "2020-01-01", schedule("2020-02-01"))


def made(context=None, on="2020-03-01", app=APP, **more):
    resolver = Resolver(register_of(measure("m", more.pop("events", [START]), **more)))
    return resolver, resolver.ask(Question(app, UPDATE, "app_store", on, "", context=context or {}))


def test_circumstances_that_would_free_the_act_are_told():
    assert conditional_exceptions(*made(exceptions=[FREE])) == (
        "free if the purpose is study or law enforcement: exception free",
    )


@pytest.mark.parametrize(
    "more",
    [
        {"context": {"purpose": "study"}, "exceptions": [FREE]},
        {"exceptions": [FREE | {"transactions": ["pay_wages"]}]},
        {
            "exceptions": [FREE | {"provisions": ["q"]}],
            "provisions": [provision(), provision("q", transactions=["cdn"])],
        },
        {"exceptions": [exemption("plain", transactions=["pay_wages"])]},
        {"exceptions": [FREE], "events": [START, event("x", "2020-02-20", end("2020-02-20"))]},
    ],
)
def test_circumstances_that_change_nothing_are_not_told(more):
    assert conditional_exceptions(*made(**more)) == ()


def test_open_questions_are_those_that_the_headline_hangs_on():
    asked = [{"text": "Which?"}, {"text": "Later?", "from": "2020-04-01"}, {"text": "Of another?", "apps": [OTHER]}]
    assert questions_left(*made(open_questions=asked)) == ("Which?",)
    assert questions_left(*made(open_questions=asked, on="2020-04-02")) == ("Which?", "Later?")


@given(st.text(min_size=1).filter(str.strip), st.text(), st.text())
def test_no_word_breaks_a_sentence(role, duty, act):
    for power in (True, False):
        assert act_sentence(role, duty, act, power=power).endswith(".")
