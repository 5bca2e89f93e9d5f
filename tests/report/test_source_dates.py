"""A reader is told that sources may be younger than the date known, and only then."""

import pytest

from affidavit.report.source_dates import younger_sources


@pytest.mark.parametrize("known", ["2020-09-18", "2020-09-18T12:00:00-04:00", "2026-11-20"])
def test_sources_may_be_younger_than_a_date_before_the_register(known):
    told = younger_sources(known, "2026-11-21")
    assert "may be younger than the date known" in told
    assert "only what was public by then does" in told


@pytest.mark.parametrize("known", ["", "2026-11-21", "2026-11-21T08:00:00+00:00", "2027-01-01"])
def test_nothing_is_told_where_all_of_the_register_counts(known):
    assert younger_sources(known, "2026-11-21") == ""
