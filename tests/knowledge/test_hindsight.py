"""What the register says of a time names no later year: an answer as known then repeats these words."""

import re

import msgspec
import pytest

from affidavit.knowledge.compile import read_section
from affidavit.model.measure import Measure
from tests.knowledge.test_measures import KNOWLEDGE

MEASURES = [msgspec.convert(raw, Measure) for raw in read_section(KNOWLEDGE / "measures").values()]


def years(text):
    return {int(found) for found in re.findall(r"(?<![\d-])20[12]\d(?!\d)", text)}


def said(measure):
    """Every text that an answer repeats, with the year from which it does."""
    first = min(event.public_at for event in measure.events)
    yield measure.id, first, measure.note
    yield measure.id, first, measure.title
    for event in measure.events:
        yield event.id, event.public_at, f"{event.what} {event.note} {event.grounds}"
    for condition in measure.conditions:
        yield condition.id, condition.public_at, condition.summary
    for asked in measure.open_questions:
        yield measure.id, asked.public_at, asked.text


def test_years_are_found_in_prose_and_in_dates():
    assert years("by 15 March 2023, or 2024-01-02; 85 FR 60061, FR Doc 2020-21193") == {2023, 2024, 2020}
    assert years("21-2019, 12020") == set()


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.id)
def test_no_text_names_a_year_that_lay_ahead_when_it_became_public(measure):
    ahead = [(name, text) for name, since, text in said(measure) if any(year > int(since[:4]) for year in years(text))]
    assert ahead == []
