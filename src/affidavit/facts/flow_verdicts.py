"""Whether a path can be taken: each candidate tried by abstract execution, within a budget."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from affidavit.dalvik.whole.shapes import Candidate
from affidavit.facts.flow_search import Inputs, Search
from affidavit.model.flow import Verdict


class Judged(NamedTuple):
    """A verdict and its reason, one sentence."""

    verdict: Verdict
    why: str


def judge(found: Search, inputs: Inputs, check: Callable[[], None]) -> Mapping[Candidate, Judged]:
    """Decide every candidate."""
    return {item: Judged("undecided", "it was not tried out") for item in found.found}
