"""Apps that take data as stealing apps do: what they take and where it goes is found, and nothing else."""

import pytest

from tests.builders.thefts import thefts
from tests.facts.flow_small import follow_files


@pytest.mark.parametrize("name", thefts())
def test_what_is_taken_and_where_it_goes_is_found(name, tmp_path):
    theft = thefts()[name]
    found = follow_files(tmp_path, theft.files)
    assert {(flow.source, flow.sink) for flow in found.flows if not flow.implicit} == theft.flows
