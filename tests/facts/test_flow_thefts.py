"""Apps that take data as stealing apps do: what they take and where it goes is found, and nothing else."""

import pytest

from tests.builders.thefts import thefts
from tests.facts.flow_small import follow_files


@pytest.mark.parametrize("name", thefts())
def test_what_is_taken_and_where_it_goes_is_found(name, tmp_path):
    theft = thefts()[name]
    found = follow_files(tmp_path, theft.files)
    assert {(flow.source, flow.sink) for flow in found.flows if not flow.implicit} == theft.flows


@pytest.mark.parametrize(
    ("name", "asked", "sent"),
    [
        ("messages", ["createFromPdu", "get", "getExtras"], []),
        ("forward", ["createFromPdu", "getSerializableExtra"], []),
        ("inner", ["getConnectionInfo"], []),
        ("accounts", ["getAccounts"], []),
        ("folder", ["<init>"], []),
        ("identifier", [], ["connect", "getInputStream"]),
        ("calls", [], []),
    ],
)
def test_what_asked_for_the_data_and_what_carries_it_out_is_named(name, asked, sent, tmp_path):
    flow = follow_files(tmp_path, thefts()[name].files).flows[0]
    said = [[one.api.partition("->")[2].partition("(")[0] for one in beside] for beside in (flow.asked, flow.sent)]
    assert said == [asked, sent]
