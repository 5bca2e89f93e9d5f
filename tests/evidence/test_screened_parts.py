"""Accounts of made matches: the order, who is touched, and how far each element of the law's words is shown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.evidence.screened import Setting, _element, concluded
from affidavit.model.determination import Question
from affidavit.model.network import Strength
from affidavit.model.screening import Days, Match, Records
from affidavit.network.screen.knowledge import ElementWords, ties
from tests.builders.screenings import resolver
from tests.oracles import screening as slow

FILE = Records(name="records", sha256="", size=1, kind="customers", form="csv", read=3)
TIES = sorted(ties().ties)


def match(app="tiktok", **more):
    made = {
        "id": "", "records": "records", "kind": "customers", "app": app, "tie": "serves", "by": "domain",
        "selector": "s", "recorded": "r", "column": "c", "tier": Strength.S5, "confidence": "H", "source": "made",
        "where": "line 1",
    }  # fmt: skip
    return Match(**made | more)


def account(*matches, actor="hosting_provider", on="2020-09-20", files=(FILE,)):
    put = Question("", "", actor, on, on, "US")
    setting = Setting(resolver(), put, "marks", 7, assumed=("assumed",))
    return concluded(setting, [(file, matches if number == 0 else ()) for number, file in enumerate(files)])


ORDER = [
    # what stands first of two matches
    (match("tiktok", tier=Strength.S5), match("tiktok", tier=Strength.S4)),
    (match("tiktok", confidence="H"), match("tiktok", confidence="L")),
    (match("tiktok", tier=Strength.S1), match("", operator="bytedance", tier=Strength.S5)),
]


def test_the_strongest_and_surest_stand_first_and_operators_behind_apps():
    for first, second in ORDER:
        for given_order in ((first, second), (second, first)):
            made = account(*given_order).matches
            assert [item.id for item in made] == ["m1", "m2"]
            assert [(item.app, item.tier, item.confidence) for item in made] == [
                (item.app, item.tier, item.confidence) for item in (first, second)
            ]


def test_an_app_that_the_register_does_not_have_is_left_out():
    assert account(match("no-such-app")).matches == ()


def test_a_mere_name_touches_nothing_and_is_no_reason_to_ask():
    made = account(match(tie="names", tier=Strength.S0))
    assert (len(made.matches), made.touched, made.asks, made.unasked) == (1, (), (), ())


def test_an_app_is_touched_by_its_own_records_first_and_then_by_its_operator_s():
    made = account(match("", operator="bytedance", tie="customer"), match(tier=Strength.S4))
    tiktok = next(item for item in made.touched if item.app == "tiktok")
    assert (tiktok.matches, tiktok.through, tiktok.tier) == (("m1", "m2"), "", "S5")
    others = [item for item in made.touched if item.app != "tiktok"]
    assert others
    assert {(item.matches, item.through) for item in others} == {(("m2",), "bytedance")}


def test_an_operator_of_another_time_touches_no_app_of_that_day():
    made = account(match("", operator="tencent", tie="customer"), on="2020-09-20")
    assert "tiktok" not in {item.app for item in made.touched}
    assert "wechat" in {item.app for item in made.touched}


def test_what_was_searched_counts_every_file_and_names_what_each_lacks():
    other = Records(name="log", sha256="", size=1, kind="flow-log", form="csv", read=4, unread=2, lacks=("addresses",))
    made = account(files=(FILE, other))
    assert made.searched[:3] == (
        "7 records of 2 files were compared with marks of 7 listed apps and of their operators: marks",
        "2 records could not be read: what is in them was not compared",
        "not compared in log: addresses",
    )
    assert "which say no day, were taken as they stand" in made.searched[3]
    assert made.notes[0] == "assumed"
    assert account().searched[0].startswith("3 records of 1 file were")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (
            Days("2020-09-20", "2020-09-20", on=3),
            "3 records of 2020-09-20: 3 of the day asked about, 0 of",
        ),
        (
            Days("2019-01-01", "2024-01-01", before=1_200, after=1, undated=2),
            (
                "1,201 records of 2019-01-01 to 2024-01-01: 0 of the day asked about, 1,200 of earlier days, 1 of "
                "later ones; 2 records without a day that can be read"
            ),
        ),
        (
            Days("", "", undated=1),
            "of what day its records are was not compared: 1 record without a day that can be read",
        ),
    ],
)
def test_records_of_other_days_are_counted_in_what_was_searched(days, said):
    log = Records(name="log", sha256="", size=1, kind="access-log", form="w3c", read=4, days=days)
    searched = account(files=(log,)).searched
    assert searched[1].startswith(f"log: {said}")
    assert "one of another day shows what was so on its own day" in searched[2]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, False),
        ({"first": "2020-09-20", "last": "2020-09-20", "on": 1}, False),
        ({"first": "2019-01-01", "last": "2024-01-01", "on": 1}, False),
        ({"first": "2019-01-01", "last": "2024-01-01"}, True),
        ({"first": "2024-01-01", "last": "2024-01-01"}, True),
    ],
)
def test_a_match_of_other_days_alone_says_that_it_shows_nothing_of_the_day(more, said):
    (made,) = account(match(caveats=("another",), **more)).matches
    assert made.caveats[0] == "another"
    assert [text.partition(" and not of the day asked about")[1] != "" for text in made.caveats[1:]] == [True] * said


def test_ties_that_occur_are_spelled_out_once():
    made = account(match(), match("wechat"), match("wechat", tie="has"))
    assert made.ties == (("has", ties().ties["has"].title), ("serves", ties().ties["serves"].title))


@given(
    st.lists(
        st.builds(
            match,
            app=st.sampled_from(["tiktok", ""]),
            tie=st.sampled_from(TIES),
            kind=st.sampled_from(["access-log", "names", "zone", "customers", "peers"]),
            tier=st.sampled_from(list(Strength)),
            confidence=st.sampled_from(["H", "M", "L"]),
            arranged=st.sampled_from(["", "bilateral", "route server"]),
            first=st.sampled_from(["", "2020-09-20"]),
            on=st.integers(0, 1),
        ),
        max_size=4,
    ),
    st.sampled_from([words for many in ties().elements.values() for words in many]),
)
@settings(max_examples=100)
def test_an_element_is_shown_as_far_as_its_words_say(matches, words):
    numbered = [match_with_id(item, number) for number, item in enumerate(matches)]
    found = _element(words, numbered)
    plain = {"shown": words.shown, "part": words.part, "direct": words.direct, "kinds": words.kinds}
    bare = [
        {"tie": item.tie, "kind": item.kind, "app": item.app, "tier": str(item.tier), "confidence": item.confidence,
         "arranged": item.arranged, "days": "none" if not item.first else "that" if item.on else "other"}
        for item in numbered
    ]  # fmt: skip
    assert found.shown == slow.element(plain, bare)
    by_itself = {item.id: _element(words, [item]).shown for item in numbered}
    assert set(found.by) == {name for name, shown in by_itself.items() if shown == found.shown != "not shown"}
    assert (found.needs == "") == (found.shown == "shown")


def match_with_id(item, number):
    return match(**{name: getattr(item, name) for name in item.__struct_fields__} | {"id": f"m{number}"})


def test_an_element_that_nothing_bears_on_says_what_it_takes():
    words = ElementWords("it is so", "a contract", shown=("customer",))
    assert _element(words, []).needs == "a contract"
    assert _element(words, [match(tie="serves")]).shown == "not shown"
    assert _element(words, [match(tie="customer", tier=Strength.S3)]).shown == "in part"
    assert _element(words, [match(tie="customer", tier=Strength.S4)]).shown == "shown"
