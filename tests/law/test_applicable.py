"""From bindings to the law that they bring up: which provisions, with which history, and what stays out."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.law.applicable import law_of, relations
from affidavit.law.history import track
from affidavit.law.register import register
from affidavit.model.binding import Binding, LawRecord, Relation
from affidavit.model.determination import Outcome
from affidavit.model.finding import Grade

ORDER = ("is", "contains", "contacts")
KINDS = {"is": "package", "contains": "library", "contacts": "domain"}


def binding(app: str, relation: Relation, grade: Grade = Grade.PRESENT) -> Binding:
    return Binding(app, relation, KINDS[relation], "mark", grade, ("f1",), 1, "H", "somewhere")


def record(*bindings: Binding) -> LawRecord:
    return law_of(bindings, "what was searched", ("code/undecoded-method",))


def provisions(app: str, relation: Relation) -> set[str]:
    (item,) = record(binding(app, relation)).applicable
    return {row.provision for row in item.tracks}


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
        for row in item.tracks
        for act in row.transactions
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
    assert item.tracks == ()


def test_histories_are_those_of_the_register():
    known = register()
    for app in ("wechat", "tiktok"):
        (item,) = record(binding(app, "is")).applicable
        for row in item.tracks:
            assert row == track(known, known.paths[row.provision], app)
            assert any(part.outcome for part in row.segments)


def test_the_code_provision_on_wechat_was_enjoined_before_it_applied_and_ended_in_june_2021():
    (item,) = record(binding("wechat", "contains")).applicable
    (use,) = (row for row in item.tracks if row.provision == "wx-code")
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
    occurring = {
        part.outcome for item in made.applicable for row in item.tracks for part in row.segments if part.outcome
    }
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
