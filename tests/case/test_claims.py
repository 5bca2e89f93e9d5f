"""The docket: every statement with its source and date, whatever the order of files."""

import re

import pytest

from affidavit.case.claims import docket, place
from affidavit.case.properties import PROPERTIES
from affidavit.model.errors import UsageError
from tests.case.dockets import claim, real_files, small, source
from tests.conftest import REPOSITORY

PRESS = {"S000": 17, "S001": 16, "S002": 10, "S003": 16, "S004": 8}
"""Press document -> how many statements of it are recorded."""


def test_every_statement_of_the_press_documents_is_recorded_with_its_lines():
    told = docket().told
    for name, count in PRESS.items():
        own = [item for item in told.values() if item.source == name]
        assert [item.claim.id for item in own] == [f"{name[0]}{int(name[1:])}-{n}" for n in range(1, count + 1)]
        assert all(re.match(r"L\d", item.claim.line) for item in own)
        assert all(item.claim.tags for item in own)


def test_a_source_speaks_of_the_day_of_its_content_not_of_its_stamp():
    files = {file.of: file for file in real_files()[0]}
    assert {name: files[name].asserted_at for name in PRESS} == {
        "S000": "2021-06-09",
        "S001": "2020-09-18",
        "S002": "2020-09-18",
        "S003": "2020-09-18",
        "S004": "2020-09-21",
    }
    assert files["S003"].page_date == "2020-09-21"
    assert "EO14034" in files["S000"].derived_from
    assert "19 September 2020" in files["S004"].derived_from


@pytest.mark.corpus
def test_the_lines_cited_are_in_the_press_documents(corpus):
    for item in docket().told.values():
        path = docket().documents[item.source].path
        if path:
            lines = (corpus.parent / path).read_text().splitlines()
            for first, last in re.findall(r"L?(\d+)(?:-(\d+))?", item.claim.line):
                cited = lines[int(first) - 1 : int(last or first)]
                assert any(line.strip() for line in cited), item.claim.id


def test_numbers_have_units_and_comparable_claims_known_properties():
    for item in docket().told.values():
        for says in item.claim.says:
            assert bool(says.unit) == (PROPERTIES[says.property].form == "number"), item.claim.id


def test_what_is_not_a_statement_about_a_measure_is_kept_too():
    assert docket().told["S0-12"].claim.tags == ("opinion",)
    assert docket().told["S1-14"].claim.who == "TikTok"


@pytest.mark.parametrize(
    ("subject", "name", "values"),
    [
        ("app:tiktok", "us_users", {"10000000..99999999 users", "100000000.. users"}),
        ("app:wechat", "us_users", {"19000000..20000000 users", "19000000 daily users", "19000000 downloads"}),
        ("app:wechat", "data_collected", {"network activity, location, browsing history, search history"}),
        ("condition:tt-c1", "due", {"2020-11-12"}),
        ("provision:eo14034/s2b", "days", {"120 days"}),
        ("provision:eo14034/s2c", "days", {"180 days"}),
        ("decision:dpc-2025", "amount", {"530000000 euro"}),
    ],
)
def test_questions_of_fact_are_answered_by_claims(subject, name, values):
    said = [says for item in docket().told.values() for says in item.claim.says if subject in says.about]
    assert {f"{says.value} {says.unit}".strip() for says in said if says.property == name} == values


def test_the_elements_that_the_venture_claims_and_the_apps_that_a_store_removed_are_there():
    told = docket().told
    assert "iso 27001" in told["JV2026-1"].claim.says[0].value
    assert told["APPLELIST-1"].claim.says[0].value.count(",") == 8
    assert docket().apps(told["APPLELIST-1"]) >= {"capcut", "lemon8", "hypic", "lark", "gauth", "marvel-snap"}


def test_the_order_of_files_is_nothing():
    one = source("A", claim("A-2"), claim("A-10"), claim("A-1"))
    other = source("B", claim("B-1"))
    assert list(small(one, other).told) == list(small(other, one).told) == ["A-1", "A-2", "A-10", "B-1"]


def test_claims_are_public_from_the_day_of_which_they_speak():
    made = small(
        source("A", claim("A-1"), claim("A-2", known_at="2020-10"), day="2020-09-18"),
        source("B", claim("B-1"), day="2020-09-19"),
    )
    assert [item.claim.id for item in made.by("2020-09-17")] == []
    assert [item.claim.id for item in made.by("2020-09-18")] == ["A-1"]
    assert [item.claim.id for item in made.by("2020-10-30")] == ["A-1", "B-1"]
    assert [item.claim.id for item in made.by("2020-10-31")] == ["A-1", "A-2", "B-1"]
    assert len(list(made.by(""))) == 3


def test_a_date_that_is_none_is_refused():
    with pytest.raises(UsageError, match="is no date"):
        list(docket().by("hugo"))


@pytest.mark.parametrize(
    ("about", "what", "value", "apps"),
    [
        ("provision:wx-pay", "start", "2020-09-20", {"wechat"}),
        ("event:tt-e2", "date", "2020-09-19", {"tiktok"}),
        ("measure:us-eo-13943", "published", "2020-08-11", {"wechat"}),
        ("app:capcut", "role", "x", {"capcut"}),
        ("act:cdn", "apps", "only wechat, not tiktok", {"wechat", "tiktok"}),
        ("act:cdn", "measures", "us-eo-13942", {"tiktok"}),
        ("proposal:oracle", "role", "a sale", set()),
        ("provision:unheard-of", "start", "2020-09-20", set()),
    ],
)
def test_a_claim_is_about_the_apps_of_its_subjects_and_values(about, what, value, apps):
    made = small(source("A", claim("A-1", about, what, value)))
    assert made.apps(made.told["A-1"]) == apps


def test_claims_are_numbered_as_numbers():
    ids = [item.claim.id for item in sorted(docket().told.values(), key=place) if item.source == "S003"]
    assert ids[:3] == ["S3-1", "S3-2", "S3-3"]
    assert ids[-1] == "S3-16"


def test_every_claim_names_a_document_that_exists_and_every_file_its_source():
    assert all(item.title for item in docket().told.values())
    names = {path.stem for path in (REPOSITORY / "knowledge" / "claims").glob("*.yaml")}
    assert names == {file.of.casefold() for file in real_files()[0]}
