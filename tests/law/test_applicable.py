"""From bindings to the law that they bring up: which provisions, with which history, and what stays out."""

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.law.applicable import law_of, relations
from affidavit.law.ask import Resolver
from affidavit.law.history import track
from affidavit.law.register import Register, register
from affidavit.model.binding import Binding, LawRecord, Provided, Relation
from affidavit.model.determination import Outcome, Question
from affidavit.model.finding import Grade
from tests.builders.law import end, event, measure, register_of, schedule

ORDER = ("is", "contains", "contacts", "talks-to")
KINDS = {"is": "package", "contains": "library", "contacts": "domain", "talks-to": "name"}


def binding(app: str, relation: Relation, grade: Grade = Grade.PRESENT) -> Binding:
    return Binding(app, relation, KINDS[relation], "mark", grade, ("f1",), 1, "H", "somewhere")


def record(*bindings: Binding) -> LawRecord:
    return law_of(bindings, "what was searched", ("code/undecoded-method",))


def provisions(app: str, relation: Relation) -> set[str]:
    (item,) = record(binding(app, relation)).applicable
    return {row.track.provision for row in item.provisions}


def test_nothing_bound_brings_up_no_law_and_no_register():
    assert record() == LawRecord("what was searched", ("code/undecoded-method",))


def test_code_of_wechat_brings_up_the_use_of_its_code_and_the_power_over_its_operator():
    assert provisions("wechat", "contains") == {"wx-code", "eo13943/s1a"}


def test_hosts_of_wechat_bring_up_the_use_of_its_functions_only():
    assert provisions("wechat", "contacts") == {"wx-code"}


def test_serving_an_app_does_not_come_up_because_its_code_is_inside_another():
    involved = {
        act
        for item in record(binding("tiktok", "contains")).applicable
        for row in item.provisions
        for act in row.track.transactions
    }
    assert involved == {"code_utilisation", "any_with_operator"}
    assert not involved & {"internet_hosting", "cdn", "transit_peering", "app_store_update"}


def test_the_app_itself_brings_up_every_act_about_it_in_every_jurisdiction():
    found = provisions("tiktok", "is")
    assert {"tt-1", "tt-2", "tt-5", "paf-1", "eu-1", "in-1", "mt-1"} <= found
    assert provisions("tiktok", "contains") < found
    assert provisions("tiktok", "contacts") < found


def test_an_app_that_a_measure_reaches_by_its_operator_is_reached():
    assert "paf-1" in provisions("capcut", "is")
    assert "eo13942/s1a" in provisions("hypic", "is")
    assert "wx-1" not in provisions("tencent-qq", "is")


def test_an_app_that_no_measure_reaches_by_this_relation_has_no_tracks():
    (item,) = record(binding("tencent-qq", "contacts")).applicable
    assert item.provisions == ()


def test_histories_are_those_of_the_register():
    known = register()
    for app in ("wechat", "tiktok"):
        (item,) = record(binding(app, "is")).applicable
        for row in item.provisions:
            assert row.track == track(known, known.paths[row.track.provision], app)
            assert any(part.outcome for part in row.track.segments)


def standings(app: str) -> dict[str, Provided]:
    (item,) = record(binding(app, "is")).applicable
    return {row.track.provision: row for row in item.provisions}


def test_a_bar_in_doubt_carries_its_low_confidence_and_the_open_question():
    bar = standings("lark")["paf-1"]
    assert (bar.standing.outcome, bar.standing.start[:10], bar.confidence) == (Outcome.PROHIBITED, "2026-01-24", "L")
    assert any("outside the joint venture" in text for text in bar.open_questions)
    assert bar.contested == ()


def test_a_disputed_end_says_who_disputes_it():
    lifted = standings("tiktok")["paf-1"]
    assert (lifted.standing.outcome, lifted.standing.contested) == (Outcome.LIFTED, True)
    closing, doubt = lifted.contested
    assert closing.startswith("Divestiture closed")
    assert doubt.startswith("Disputed by lawmakers")
    assert "licence for the algorithm" in doubt


def test_a_question_that_became_moot_with_the_end_is_not_carried():
    assert not any("constituent code" in text for text in standings("tiktok")["tt-5"].open_questions)


def test_what_nobody_checked_is_named_with_its_provision():
    assert any(text.startswith("wx-code: the number 5") for text in standings("wechat")["wx-code"].unverified)


def acts(register: Register, provision: str) -> Iterator[tuple[str, str]]:
    """Acts and roles of which a provision itself speaks."""
    words = register.vocabulary
    found = register.paths[provision].provision
    yield from (
        (act, actor)
        for act in found.transactions
        for actor in found.actors
        if act in words.transactions and actor in words.actors
    )


@pytest.mark.parametrize("app", ["lark", "tiktok", "capcut", "wechat", "alipay", "tencent-qq"])
def test_the_bundle_and_the_resolver_agree_on_how_a_provision_stands_and_how_sure_that_is(app):
    known = register()
    resolver, compared = Resolver(known), 0
    for name, row in standings(app).items():
        for act, actor in acts(known, name):
            made = resolver.ask(Question(app, act, actor, known.updated, jurisdiction=row.track.jurisdiction))
            here = {item.provision: item for item in made.standings}.get(name)
            if here is None:
                assert row.standing.outcome is Outcome.NOT_COVERED
                continue
            if here.outcome is Outcome.EXCEPTED:
                continue
            assert (here.outcome, here.events, here.contested, here.blocked) == (
                row.standing.outcome, row.standing.events, row.standing.contested, row.standing.blocked,
            )  # fmt: skip
            if made.decisive == (name,):
                assert row.confidence == made.confidence
                compared += 1
    assert compared


def alone(*events: dict[str, object], **more: object) -> Provided:
    """How the one provision of a small register stands."""
    made = register_of(measure("m", events, **more))
    (item,) = law_of((binding("alpha", "is"),), "", (), made).applicable
    (found,) = item.provisions
    return found


def test_a_standing_begins_with_its_outcome_even_when_more_happened_since():
    start = event("e1", "2020-01-01", schedule("2020-02-01"))
    again = event("e2", "2020-03-01", schedule("2020-02-01"), confidence="M")
    found = alone(start, again, recorded_at="2020-06-01")
    assert found.standing.start[:10] == "2020-02-01"
    assert (found.confidence, found.standing.events) == ("M", ("e2",))


def test_what_begins_after_the_registers_last_update_is_not_the_standing_yet():
    found = alone(event("e1", "2020-01-01", schedule("2020-07-01")), recorded_at="2020-06-01")
    assert found.standing.outcome is Outcome.ANNOUNCED_NOT_EFFECTIVE
    assert (found.standing.start[:10], found.standing.end[:10]) == ("2020-01-01", "2020-07-01")
    assert found.track.segments[-1].outcome is Outcome.PROHIBITED


def test_an_uncertain_start_is_as_sure_as_its_weaker_parts():
    start = event("e1", "2020-01-01", schedule("2020-02-01", "2020-12-01"), weaker={"day": "L"})
    assert alone(start, recorded_at="2020-06-01").confidence == "L"
    assert alone(start, recorded_at="2021-06-01").confidence == "H"


def test_open_questions_bear_only_at_the_registers_last_update_and_only_once():
    start = event("e1", "2020-01-01", schedule("2020-02-01"))
    asking = [{"text": "Is it?", "from": "2020-06-02", "confidence": "M"}, {"text": "Is it?", "from": "2020-06-02"}]
    before = alone(start, recorded_at="2020-06-01", open_questions=asking)
    after = alone(start, recorded_at="2020-06-02", open_questions=asking)
    assert (before.open_questions, before.confidence) == ((), "H")
    assert (after.open_questions, after.confidence) == (("Is it?",), "M")


def test_what_is_disputed_but_not_relied_on_is_not_told():
    start = event("e1", "2020-01-01", schedule("2020-02-01"), contested=True, note="They dispute it.")
    ended = event("e2", "2020-03-01", end("2020-03-01"))
    assert alone(start, recorded_at="2020-06-01").contested == ("Announcement. They dispute it.",)
    assert alone(start, event("e3", "2020-03-01", schedule("2020-02-01")), recorded_at="2020-06-01").contested == ()
    assert alone(start, ended, recorded_at="2020-06-01").standing.outcome is Outcome.REVOKED


def test_the_code_provision_on_wechat_was_enjoined_before_it_applied_and_ended_in_june_2021():
    (item,) = record(binding("wechat", "contains")).applicable
    (use,) = (row.track for row in item.provisions if row.track.provision == "wx-code")
    outcomes = [part.outcome for part in use.segments]
    assert Outcome.ENJOINED in outcomes
    assert Outcome.PROHIBITED not in outcomes
    assert outcomes[-1] is Outcome.REVOKED
    assert next(part.start[:10] for part in use.segments if part.outcome is Outcome.REVOKED) == "2021-06-09"


def test_each_app_and_relation_is_given_once_the_closest_first():
    made = record(
        binding("wechat", "contacts"), binding("wechat", "is"), binding("alipay", "contacts"),
        binding("wechat", "contains"), binding("wechat", "contains"),
    )  # fmt: skip
    assert [(item.app, item.relation) for item in made.applicable] == [
        ("alipay", "contacts"), ("wechat", "is"), ("wechat", "contains"), ("wechat", "contacts"),
    ]  # fmt: skip


def test_the_grade_is_the_highest_of_the_bindings():
    made = record(binding("wechat", "is", Grade.DECLARED), binding("wechat", "is", Grade.PRESENT))
    assert made.applicable[0].grade is Grade.PRESENT
    assert record(binding("wechat", "is", Grade.DECLARED)).applicable[0].grade is Grade.DECLARED


def test_the_open_question_travels_with_the_relation():
    found = {item.relation: item for item in record(*(binding("wechat", each) for each in ORDER)).applicable}
    assert "constituent code" in found["contains"].open_question
    assert "not settled" in found["contacts"].open_question
    assert not found["is"].open_question


def test_every_outcome_that_occurs_has_its_words_and_no_other():
    made = record(binding("wechat", "is"), binding("tiktok", "is"))
    tracks = [row.track for item in made.applicable for row in item.provisions]
    occurring = {part.outcome for track in tracks for part in track.segments if part.outcome}
    assert [name for name, _ in made.outcomes] == sorted(occurring)
    assert dict(made.outcomes)["ENJOINED"] == register().vocabulary.outcomes["ENJOINED"].title


def test_the_date_of_the_register_is_said():
    assert record(binding("wechat", "is")).updated == register().updated != ""


def test_the_relations_of_an_app_stand_together_the_closest_first():
    made = record(binding("wechat", "contacts"), binding("tiktok", "contains"), binding("wechat", "contains"))
    assert [(item.app, item.relation) for item in made.applicable] == [
        ("tiktok", "contains"),
        ("wechat", "contains"),
        ("wechat", "contacts"),
    ]


def test_a_mark_of_an_app_that_the_register_does_not_list_brings_up_nothing():
    assert record(binding("unlisted", "is")).applicable == ()


def test_relations_name_transactions_of_the_vocabulary():
    known = set(register().vocabulary.transactions)
    assert set(relations()) == set(ORDER)
    for words in relations().values():
        assert words.transactions == "all" or set(words.transactions) <= known


@pytest.mark.parametrize("relation", ORDER)
def test_no_relation_is_worded_as_a_breach(relation):
    words = relations()[relation]
    assert not {"illegal", "violates", "unlawful", "safe", "clean"} & set(words.meaning.lower().split())


bindings = st.lists(
    st.builds(binding, st.sampled_from(sorted(register().apps)), st.sampled_from(ORDER), st.sampled_from(list(Grade))),
    min_size=1,
    max_size=6,
)


@given(bindings, st.randoms())
def test_a_record_is_the_same_bytes_whatever_the_order_of_bindings_and_reads_back(found, random):
    turned = list(found)
    random.shuffle(turned)
    made, other = record(*found), record(*turned)
    assert made.applicable == other.applicable
    assert msgspec.json.decode(msgspec.json.encode(made), type=LawRecord) == made
