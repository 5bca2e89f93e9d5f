"""Confidence: the weakest counts, wherever it stands, and silence takes nothing away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.law.confidence import weakest

MARKS = st.lists(st.sampled_from(["", "H", "M", "L"]), min_size=1)


@pytest.mark.parametrize(
    ("marks", "found"), [(["H"], "H"), (["H", "L", "M"], "L"), (["M", "H"], "M"), (["", "H"], "H"), ([""], "")]
)
def test_the_weakest_counts(marks, found):
    assert weakest(*marks) == found


@given(MARKS, MARKS)
def test_more_to_rest_on_never_makes_surer(some, more):
    both = weakest(*some, *more)
    assert both == weakest(weakest(*some), weakest(*more)) == weakest(*more, *some)


def test_a_mark_that_is_none_is_refused():
    with pytest.raises(ValueError, match="not in tuple"):
        weakest("X")
