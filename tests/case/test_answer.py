"""Which claims and conflicts an answer holds, and what it says when there is nothing of a name."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.case.answer import Choice, answer
from affidavit.case.claims import docket
from affidavit.model.errors import UsageError
from affidavit.report.json import as_json
from tests.case.dockets import claim, decision, real_files, small, source


def ids(**choice) -> list[str]:
    return [item.claim.id for item in answer(docket(), Choice(**choice)).claims]


def decided(**choice) -> set[str]:
    return {item.resolution for item in answer(docket(), Choice(**choice)).conflicts}


def test_without_a_choice_everything_is_there():
    made = answer(docket(), Choice())
    assert len(made.claims) == len(docket().told)
    assert set(made.resolutions) == set(docket().resolutions)


@pytest.mark.parametrize("about", ["tt-2", "provision:tt-2", "TT-2"])
def test_a_subject_is_meant_by_its_name_with_or_without_its_kind(about):
    assert ids(about=about) == ["LAWCRIME-1", "S1-2", "S1-9", "S3-3", "S3-7", "S3-8"]


@pytest.mark.parametrize("about", ["wechat", "WeChat", "Weixin", "app:wechat"])
def test_an_app_is_meant_by_any_of_its_names(about):
    found = ids(about=about)
    assert {"S1-8", "S1-16", "S4-5", "BEELER-1"} <= set(found)
    assert not {"S3-7", "JV2026-1", "S1-12"} & set(found)


def test_a_conflict_is_shown_for_the_app_it_is_about_and_not_for_another_of_the_same_sentence():
    assert {"C02", "C11", "C13"} <= decided(about="tiktok")
    assert not {"C02", "C11", "C13"} & decided(about="wechat")
    assert {"C04", "C05", "C06"} <= decided(about="wechat") & decided(about="tiktok")


def test_sources_tags_and_dates_narrow_the_choice():
    assert ids(source="s002")[0] == "S2-1"
    assert ids(source="S000", tags=("opinion",)) == ["S0-12"]
    assert set(ids(tags=("opinion", "context"))) == {"S0-10", "S0-12", "S3-14", "S3-15"}
    assert set(ids(known="2020-09-17")) == {"BENTON-1", "LATIMES0916-1"}
    assert "S4-3" not in ids(about="tt-1", known="2020-09-20")


def test_one_claim_comes_with_its_conflicts_and_one_decision_with_its_claims():
    assert (ids(id="S3-7"), decided(id="S3-7")) == (["S3-7"], {"C01"})
    assert (set(ids(id="C18")), decided(id="C18")) == ({"S3-8", "USTRADEMON-1"}, {"C18"})


def test_a_decision_names_no_claim_that_was_made_later():
    (found,) = answer(docket(), Choice(id="C03", known="2020-09-18")).resolutions.values()
    assert "S4-3" not in found.statuses
    assert "S4-3" in docket().resolutions["C03"].statuses


def test_a_decision_is_not_told_before_its_grounds_were_public():
    files = [source("A", claim("A-1", "app:lark", "role", "x")), source("B", claim("B-1", "app:lark", "role", "y"))]
    made = small(*files, decided=[decision("R", "app:lark", "role", {"A-1": "accepted"}, knowable_from="2020-10-01")])
    early, late = (answer(made, Choice(known=day)) for day in ("2020-09-30", "2020-10-01"))
    assert ([item.resolution for item in early.conflicts], early.resolutions) == ([""], {})
    assert [item.resolution for item in late.conflicts] == ["R"]


def test_an_answer_holds_every_document_and_title_that_it_cites():
    made = answer(docket(), Choice())
    cited = {name for item in made.resolutions.values() for name in item.sources}
    assert set(made.sources) == cited | {item.source for item in made.claims}
    assert {name for item in made.conflicts for name in item.about} | {item.property for item in made.conflicts} <= set(
        made.titles
    )
    assert made.titles["provision:tt-2"] == "tt-2 (Commerce identification of prohibited TikTok transactions)"
    assert made.titles["app:wechat"] == "WeChat"
    assert made.titles["act:internet_hosting"] == "the act: host it"
    assert made.titles["proposal:oracle"] == "proposal oracle"


def test_what_was_searched_is_said_with_counts_and_with_what_is_missing():
    count = len(docket().told)
    assert f"{count} claims of" in answer(docket(), Choice()).searched
    assert "5 of them press documents" in answer(docket(), Choice()).searched
    assert "; 0 were public by 2019-01-01." in answer(docket(), Choice(known="2019-01-01")).searched
    assert "is not recorded here" in answer(docket(), Choice(known="2099-01-01")).searched


@pytest.mark.parametrize(
    ("choice", "says", "advice"),
    [
        ({"id": "S3-77"}, "unknown claim 'S3-77'", "did you mean S3-7"),
        ({"id": "nonsense"}, "unknown claim", "list them with affidavit claims"),
        ({"about": "wechta"}, "unknown subject or app 'wechta'", "app:wechat"),
        ({"about": "tt-99"}, "unknown subject or app", ""),
        ({"source": "S03"}, "unknown source 'S03'", "S003"),
        ({"tags": ("reviews",)}, "unknown tag 'reviews'", "review"),
        ({"tags": ("zzz",)}, "unknown tag", "known are"),
        ({"known": "soon"}, "is no date", "2020-09-21"),
        ({"id": "S0-1", "known": "2020-09-18"}, "S0-1 was not public by then", "a later date"),
        ({"id": "C01", "known": "2020-09-18"}, "C01 was not public by then", "a later date"),
    ],
)
def test_a_name_or_date_that_cannot_be_meant_is_refused_with_the_nearest(choice, says, advice):
    with pytest.raises(UsageError, match=says) as caught:
        answer(docket(), Choice(**choice))
    assert advice in caught.value.advice


DAYS = st.dates(min_value=date(2020, 8, 1), max_value=date(2021, 7, 1)).map(date.isoformat)


@settings(deadline=None, max_examples=30)
@given(DAYS, DAYS)
def test_an_answer_only_grows_with_knowledge_and_holds_nothing_from_later(one, other):
    early, late = (answer(docket(), Choice(known=day)) for day in sorted((one, other)))
    assert {item.claim.id for item in early.claims} <= {item.claim.id for item in late.claims}
    assert set(early.resolutions) <= set(late.resolutions)
    assert all(item.asserted_at <= max(one, other) for item in late.claims)
    assert {name for item in late.resolutions.values() for name in item.statuses} <= {
        item.claim.id for item in late.claims
    }


@settings(deadline=None, max_examples=30)
@given(st.permutations(range(len(real_files()[0]))))
def test_the_order_of_files_changes_no_byte_of_an_answer(order):
    files, decided = real_files()
    mixed = small(*(files[place] for place in order), decided=reversed(decided))
    assert as_json(answer(mixed, Choice())) == as_json(answer(docket(), Choice()))


def test_an_unrelated_claim_changes_no_conflict():
    files, decided = real_files()
    more = source("ZZ", claim("ZZ-1", "proposal:other", "role", "something else"))
    assert answer(small(*files, more, decided=decided), Choice()).conflicts == answer(docket(), Choice()).conflicts
