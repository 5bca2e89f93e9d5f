"""A file of questions is answered whole; nothing that its author expects passes unread."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from affidavit.law.ask import Resolver
from affidavit.law.question_file import read
from affidavit.law.questions import Answered, Expected, answer_all, differences
from affidavit.law.register import register
from affidavit.model.determination import Outcome, Question
from tests.law.known_answers import known_answers

SHARED = Path(__file__).parents[3] / "shared" / "law" / "questions.yaml"
WECHAT = {
    "app": "wechat",
    "transaction": "app_store_update",
    "actor": "app_store",
    "as_of": "2020-09-21",
    "known_at": "2020-09-18",
}


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver(register())


def answered(resolver: Resolver, **entry: object) -> Answered:
    (found,) = answer_all(resolver, [entry])
    return found


def expecting(resolver: Resolver, query: dict[str, str], **expect: object) -> tuple[str, ...]:
    found = answered(resolver, id="Q", query=query, expect=expect)
    assert not found.error
    return found.differences


def test_a_question_is_answered_and_agrees_with_what_is_expected(resolver):
    found = answered(
        resolver,
        id="Q02",
        question="?",
        query=WECHAT,
        expect={"headline": "PROHIBITED", "decisive": {"wx-1": "PROHIBITED"}},
    )
    assert (found.id, found.compared, found.differences, found.error) == ("Q02", True, (), "")
    assert found.answer is not None
    assert found.answer.headline is Outcome.PROHIBITED


@pytest.mark.parametrize(
    ("query", "expect", "says"),
    [
        ({}, {"headline": "ENJOINED"}, "headline: PROHIBITED, expected ENJOINED"),
        ({}, {"decisive": {"wx-1": "ENJOINED"}}, "wx-1: PROHIBITED, expected ENJOINED"),
        ({}, {"decisive": {"tt-1": "PROHIBITED"}}, "tt-1: not in the list, expected PROHIBITED"),
        ({}, {"must_not_include": ["AUTHORITY_ONLY"]}, "eo13943/s1a: AUTHORITY_ONLY"),
        ({}, {"blocked_flag": True}, "blocked: False, expected True"),
        ({}, {"contested": True}, "contested: False, expected True"),
        ({}, {"blocks_include": ["wx-e2"]}, "blocks: none, expected wx-e2 among them"),
        ({"known_at": "2020-09-21"}, {"blocks_exactly": []}, "blocks: wx-e2, expected exactly none"),
        ({"as_of": "2021-07-10", "known_at": "2021-07-10"}, {"ends_exactly": ["wx-e8"]}, "expected exactly wx-e8"),
        ({}, {"ends_include": ["wx-e8"]}, "ends: none, expected wx-e8 among them"),
    ],
)
def test_each_kind_of_expectation_can_fail(resolver, query, expect, says):
    wrong = expecting(resolver, WECHAT | query, **expect)
    assert any(says in text for text in wrong), wrong


@pytest.mark.parametrize(
    ("query", "expect"),
    [
        ({}, {"must_not_include": ["ENJOINED"], "blocked_flag": False, "contested": False, "blocks_exactly": []}),
        ({"known_at": "2020-09-21"}, {"blocks_exactly": ["wx-e2"], "blocks_include": ["wx-e2"]}),
        ({"app": "tiktok", "transaction": "internet_hosting", "actor": "hosting_provider", "as_of": "2020-11-01",
          "known_at": "2020-11-01"}, {"blocked_flag": True}),
        ({"app": "tiktok", "as_of": "2026-02-01", "known_at": "2026-02-01"}, {"contested": True}),
    ],
)  # fmt: skip
def test_each_kind_of_expectation_can_hold(resolver, query, expect):
    assert expecting(resolver, WECHAT | query, **expect) == ()


def test_the_provisions_meant_are_those_of_decisive_or_of_the_headline(resolver):
    made = resolver.ask(Question("tiktok", "app_store_update", "app_store", "2025-06-01", "2025-06-01"))
    assert made.decisive == ("paf-1",)
    assert list(differences(made, Expected(ends_exactly=()))) == []
    wrong = differences(made, Expected(decisive={"tt-1": Outcome.REVOKED}, ends_exactly=()))
    assert [text.partition(":")[0] for text in wrong] == ["ends"]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"query": WECHAT, "expect": {"headlines": "PROHIBITED"}}, "headlines"),
        ({"query": WECHAT, "expect": {"headline": "BARRED"}}, "BARRED"),
        ({"query": WECHAT, "expect": None}, "expect"),
        ({"query": WECHAT | {"when": "2020"}}, "when"),
        ({"query": {"app": "wechat"}}, "transaction"),
        ({"query": WECHAT | {"app": "wechta"}}, "did you mean wechat"),
        ({"query": WECHAT | {"as_of": "2020-02-30"}}, "no date"),
        ({"query": WECHAT | {"as_of": 2020}}, "str"),
        ({"query": WECHAT | {"context": {"purpose": "fun"}}}, "'purpose=fun' is nothing that an exception asks for"),
        ({"query": WECHAT | {"context": {"purpos": "security_research"}}}, "known: purpose="),
        ({"query": []}, "query"),
        ({"expected": {"headline": "PROHIBITED"}, "query": WECHAT}, "unknown key 'expected'"),
        ({"queries": []}, "unknown key 'queries'"),
        ({"expect": {"headline": "PROHIBITED"}}, "no query"),
    ],
)
def test_what_cannot_be_read_is_an_error_of_its_entry_alone(resolver, entry, says):
    first, second = answer_all(resolver, [{"id": "bad", **entry}, {"id": "good", "query": WECHAT}])
    assert says in first.error
    assert first.answer is None
    assert second.answer is not None
    assert not second.error


def test_an_entry_without_a_query_needs_a_human(resolver):
    found = answered(resolver, question="Which eight apps?", answer="...", kind="fact")
    assert (found.id, found.question, found.answer, found.error, found.compared) == (
        "1",
        "Which eight apps?",
        None,
        "",
        False,
    )


@pytest.mark.parametrize(
    "name", ["0x" + "f" * 10_000, ":".join(["59"] * 10_000), "[a, b]", "{a: b}", "~", "!!binary aGk=", "1.5"]
)
def test_an_entry_whose_id_is_no_name_is_called_by_its_number(tmp_path, resolver, name):
    path = tmp_path / "q.yaml"
    path.write_text(f"questions:\n  - {{id: {name}, question: {name}}}\n")
    (found,) = answer_all(resolver, read(path))
    assert found == Answered("1")


def test_what_came_of_a_question_can_be_written_and_read(resolver):
    found = answered(resolver, id="Q", query=WECHAT, expect={"headline": "ENJOINED"})
    assert msgspec.json.decode(msgspec.json.encode(found), type=Answered) == found


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["wechat", "app_store", "2020-09-21", "US", "PROHIBITED"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NEARLY = st.fixed_dictionaries(
    {key: st.just(value) for key, value in WECHAT.items()},
    optional={"jurisdiction": ANYTHING, "recorded": ANYTHING, "context": ANYTHING, "more": ANYTHING},
)
ENTRIES = st.dictionaries(st.sampled_from(["id", "question", "query", "expect", "note"]), ANYTHING | NEARLY, max_size=5)


@given(entries=st.lists(ENTRIES, max_size=4))
def test_any_entries_are_answered_told_as_errors_or_left_to_a_human(resolver, entries):
    found = list(answer_all(resolver, entries))
    assert len(found) == len(entries)
    for entry, item in zip(entries, found, strict=True):
        assert not (item.error and item.answer)
        assert bool(item.error or item.answer) == ("query" in entry or "expect" in entry)
        assert not item.differences or item.compared


@given(
    known=st.sampled_from(known_answers()),
    change=st.sampled_from(["headline", "decisive", "blocked_flag", "blocks_exactly", "ends_exactly"]),
)
def test_an_answer_agrees_with_itself_and_with_no_changed_expectation(resolver, known, change):
    made = resolver.ask(known.question)
    meant = [item for item in made.standings if item.provision in made.decisive]
    itself = Expected(
        headline=made.headline,
        decisive={item.provision: item.outcome for item in meant},
        blocked_flag=any(item.blocked for item in meant),
        contested=any(item.contested for item in meant),
        blocks_exactly=tuple(event for item in meant for event in item.blocks),
        ends_exactly=tuple(event for item in meant for event in item.ends),
    )
    assert list(differences(made, itself)) == []
    other = {
        "headline": next(item for item in Outcome if item is not made.headline),
        "decisive": {"no-such-provision": Outcome.PROHIBITED},
        "blocked_flag": not itself.blocked_flag,
        "blocks_exactly": ("no-such-event",),
        "ends_exactly": ("no-such-event",),
    }[change]
    assert list(differences(made, replace(itself, **{change: other})))


@pytest.mark.corpus
@pytest.mark.skipif(not SHARED.is_file(), reason="needs ../shared/law, absent here")
def test_every_given_question_with_a_query_is_answered_as_expected(resolver):
    found = list(answer_all(resolver, read(SHARED)))
    assert [item.id for item in found if item.error or item.differences] == []
    assert sum(item.compared for item in found) >= 40
