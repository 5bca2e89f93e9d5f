"""When a scheme holds: a signer, nothing wrong with it, and nothing left unchecked."""

import pytest

from affidavit.model.signing import Issue
from affidavit.signing.outcome import SchemeResult, SignerResult

ERROR, WARNING = Issue("some-error", "x"), Issue("some-warning", "x", error=False)
GOOD, BAD, ODD = SignerResult(), SignerResult(issues=(ERROR,)), SignerResult(issues=(WARNING,))


@pytest.mark.parametrize(
    ("result", "holds"),
    [
        (SchemeResult("v2", (GOOD,)), True),
        (SchemeResult("v2", (ODD,), (WARNING,)), True),
        (SchemeResult("v2"), False),
        (SchemeResult("v2", (GOOD, BAD)), False),
        (SchemeResult("v2", (GOOD,), (ERROR,)), False),
        (SchemeResult("v2", (GOOD,), undetermined="too large"), False),
    ],
)
def test_a_scheme_holds_only_when_all_of_it_does(result, holds):
    assert result.holds is holds


def test_issues_come_scheme_first_then_by_signer():
    assert SchemeResult("v2", (BAD, ODD), (WARNING,)).every_issue == (WARNING, ERROR, WARNING)
