"""What holds for every question to the real register, whatever it says."""

import random
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.law.register import Register
from affidavit.model.determination import Determination, Question
from affidavit.model.entity import Operator
from affidavit.model.measure import Event, Measure
from tests.builders.law import INFORM, UPDATE, end, event, measure, provision, schedule, whole, with_measures
from tests.law.questions import questions
from tests.oracles.register import moment

QUESTIONS = st.deferred(lambda: st.sampled_from(questions(whole(), 791, 3_000)))
SEEDS = st.integers(0, 1 << 32)
EXAMPLES = settings(max_examples=150, deadline=None)


def ask(register: Register, question: Question) -> Determination:
    return Resolver(register).ask(question)


def zone(item: Measure) -> str:
    return whole().zone(item.jurisdiction)


def with_events(keep: Callable[[Measure, Event], bool]) -> list[Measure]:
    """The real measures with only some of their events."""
    return [
        replace(item, events=tuple(event for event in item.events if keep(item, event)))
        for item in whole().measures.values()
    ]


@EXAMPLES
@given(QUESTIONS)
def test_what_is_not_public_yet_never_changes_an_answer(question: Question):
    known = question.known or "2025-01-20T20:09:59-05:00"
    question = replace(question, known=known)

    def public(text: str, where: str) -> bool:
        return not text or moment(text, where, "start") <= moment(known, where, "end")

    around = whole().around(question.jurisdiction)

    def told(entry: Operator) -> bool:
        when, where = entry.public_at or entry.from_, whole().zone(entry.in_ or around[-1])
        return not when or moment(when, where, "start") <= moment(known, whole().zone(around[0]), "end")

    measures = [
        replace(
            item,
            open_questions=tuple(asked for asked in item.open_questions if public(asked.public_at, zone(item))),
            conditions=tuple(lifting for lifting in item.conditions if public(lifting.public_at, zone(item))),
        )
        for item in with_events(lambda item, event: public(event.public_at, zone(item)))
    ]
    apps = {
        name: replace(item, operators=tuple(entry for entry in item.operators if told(entry)))
        for name, item in whole().apps.items()
    }
    assert ask(with_measures(measures, apps), question) == ask(whole(), question)


@EXAMPLES
@given(QUESTIONS)
def test_what_was_not_recorded_yet_never_changes_an_answer(question: Question):
    recorded = question.recorded or "2026-11-20"
    question = replace(question, recorded=recorded)
    measures = with_events(
        lambda item, event: (
            moment(event.recorded_at or item.recorded_at, zone(item), "start") <= moment(recorded, zone(item), "end")
        )
    )
    assert ask(with_measures(measures), question) == ask(whole(), question)


@EXAMPLES
@given(QUESTIONS)
def test_all_that_is_recorded_by_the_last_record_is_all(question: Question):
    assert (
        ask(whole(), replace(question, recorded=whole().updated)).standings
        == ask(whole(), replace(question, recorded="")).standings
    )


@EXAMPLES
@given(st.lists(QUESTIONS, min_size=2, max_size=6))
def test_an_answer_does_not_depend_on_what_was_asked_before(asked: list[Question]):
    used = Resolver(whole())
    assert [used.ask(question) for question in asked] == [ask(whole(), question) for question in asked]
    assert [used.ask(question) for question in reversed(asked)] == [ask(whole(), each) for each in reversed(asked)]


@EXAMPLES
@given(QUESTIONS, SEEDS)
def test_the_order_of_files_is_nothing(question: Question, seed: int):
    measures = [*whole().measures.values()]
    random.Random(seed).shuffle(measures)  # noqa: S311 - any order will do
    assert ask(with_measures(measures), question) == ask(whole(), question)


@EXAMPLES
@given(QUESTIONS, SEEDS)
def test_the_order_of_events_in_a_file_is_nothing_but_for_those_of_one_moment(question: Question, seed: int):
    draw = random.Random(seed)  # noqa: S311 - any order will do
    measures = []
    for item in whole().measures.values():
        place = {moment(each.public_at, zone(item), "start"): draw.random() for each in item.events}
        events = sorted(item.events, key=lambda each: place[moment(each.public_at, zone(item), "start")])
        measures.append(replace(item, events=tuple(events)))
    assert ask(with_measures(measures), question) == ask(whole(), question)


@EXAMPLES
@given(QUESTIONS, st.sampled_from(["", "us-eo-13942", "us-eo-13943", "us-pafaca"]))
def test_an_unrelated_measure_changes_nothing_but_how_much_was_searched(question: Question, parent: str):
    other = measure(
        "us-zz",
        [event("zz-1", "2020-08-07", schedule("2020-08-08")), event("zz-2", "2025-01-01", end("2025-01-01"))],
        targets={"apps": ["another-app"], "operators": ["another-maker"], "every_app_of_operators": True},
        provisions=[provision("zz", transactions=[UPDATE, "any_with_operator"], actors=["any_person"])],
        depends_on=[parent] if parent else [],
    )
    before, after = ask(whole(), question), ask(with_measures([*whole().measures.values(), other]), question)
    seen = "US" in whole().around(question.jurisdiction)
    assert after == replace(before, searched=before.searched + seen)


@EXAMPLES
@given(QUESTIONS, SEEDS)
def test_an_event_that_only_informs_changes_nothing(question: Question, seed: int):
    draw = random.Random(seed)  # noqa: S311 - any event will do
    home = draw.choice([item for item in whole().measures.values() if item.events])
    after = draw.choice(home.events)
    names = [part.id for part in home.provisions] if after.applies_to == "all" else [*after.applies_to]
    told = measure("any", [event("told", after.public_at, INFORM, applies_to=[draw.choice(names)])]).events[0]
    told = replace(told, apps=after.apps, recorded_at=after.recorded_at)
    measures = whole().measures | {home.id: replace(home, events=(*home.events, told))}
    assert ask(with_measures(measures.values()), question) == ask(whole(), question)


@EXAMPLES
@given(QUESTIONS, st.sampled_from(["US-MT", "US-VA", "US-CA", "US-HI"]))
def test_a_state_has_everything_that_the_country_has(question: Question, state: str):
    country = ask(whole(), replace(question, jurisdiction="US"))
    found = ask(whole(), replace(question, jurisdiction=state))
    within = {item.provision: item for item in found.standings}
    assert all(within[item.provision] == item for item in country.standings)
    if "T" in question.on and (not question.known or "T" in question.known):
        assert found.operator == country.operator


@EXAMPLES
@given(QUESTIONS, SEEDS)
def test_leaving_an_event_out_of_an_answer_is_as_if_the_register_did_not_have_it(question: Question, seed: int):
    names = sorted(whole().events)
    gone = random.Random(seed).choice(names)  # noqa: S311 - any event will do
    measures = with_events(lambda _, each: each.id != gone)
    left_out = Resolver(whole()).ask(question, without=frozenset({gone}))
    assert left_out == ask(with_measures(measures), question)
