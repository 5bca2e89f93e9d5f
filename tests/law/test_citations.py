"""A page number is not known before the page is printed."""

import pytest

from affidavit.law.ask import Resolver
from affidavit.law.brief import brief
from affidavit.law.citations import citation
from affidavit.law.dates import FOREVER, instant
from affidavit.law.deadlines import deadlines
from affidavit.law.register import register
from affidavit.model.determination import Question
from tests.builders.law import whole

ZONE = "America/New_York"


@pytest.mark.parametrize(
    ("known", "cite"), [("2020-09-23", ""), ("2020-09-24", "85 FR 60061-60063, FR Doc 2020-21193")]
)
def test_the_list_of_september_2020_has_its_pages_from_the_day_they_were_printed(known: str, cite: str):
    measure = register().measures["us-doc-tiktok-2020"]
    assert citation(measure, ZONE, instant(known, ZONE, "end")) == cite


def test_a_measure_without_a_day_of_printing_has_its_citation_at_once():
    measure = register().measures["us-pafaca"]
    assert citation(measure, ZONE, 0) == measure.cite != ""


def test_answers_and_deadlines_cite_only_what_was_printed():
    words = ("tiktok", "app_store_update", "app_store", "2020-09-21")
    then = brief(Resolver(whole()), Question(*words, "2020-09-18"))
    later = brief(Resolver(whole()), Question(*words, "2020-09-24"))
    assert {item.id: item.cite for item in then.measures}["us-doc-tiktok-2020"] == ""
    assert {item.id: item.cite for item in later.measures}["us-doc-tiktok-2020"] != ""
    for known, printed in (("2020-08-10", False), ("2020-08-11", True)):
        states = deadlines(whole(), "2020-09-01", known, measures=("us-eo-13942",))
        assert {bool(item.cite) for item in states} == {printed}


def test_all_that_is_recorded_is_cited():
    for measure in register().measures.values():
        assert citation(measure, register().zone(measure.jurisdiction), FOREVER) == measure.cite
