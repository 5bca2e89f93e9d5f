"""The suites of micro apps: every app is followed without failing, and answered as its authors state."""

import pytest

from benchmarks.flows import answered, asked, known

WRONG = {
    "SourceInNativeCode": "native code is not followed",
    "BytecodeTamper1": "the code changes itself when it runs",
    "ImplicitFlow1": "each branch is counted once by its authors",
    "Location1": "latitude and longitude are counted as one by its authors",
}
"""Apps that are answered otherwise than their authors state, and why."""


@pytest.mark.corpus
@pytest.mark.usefixtures("corpus")
def test_micro_apps_are_answered_as_stated():
    suites = known()
    wrong = {}
    for item in asked(suites):
        found = answered(suites, item.path)
        said = found.explicit + (found.implicit if item.kind == "implicit" else 0)
        if said != item.expected:
            wrong[item.path.stem] = (said, item.expected)
    assert wrong.keys() <= WRONG.keys(), wrong
