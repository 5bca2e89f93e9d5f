"""A package's version in words: only what its manifest states."""

import pytest

from affidavit.model.identity import Package
from affidavit.report.version import version_in_words


@pytest.mark.parametrize(
    ("name", "code", "said"), [("1.7", 7, "1.7 (7)"), ("1.7", -1, "1.7"), ("", 0, "(0)"), ("", -1, "")]
)
def test_what_is_not_stated_is_left_out(name: str, code: int, said: str):
    assert version_in_words(Package("a.b", name, code)) == said
