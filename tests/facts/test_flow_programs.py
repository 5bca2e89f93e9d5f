"""Programs of which it is known what flows where: search, verdicts, checker and twin against the truth."""

from collections.abc import Iterator

import pytest

from tests.builders.programs import SINKS, SOURCES, Program, kinds, program, single
from tests.builders.zip import zip_of
from tests.conftest import THOROUGH
from tests.facts.flow_runs import Run, apis, run

BATCH = 40 if THOROUGH else 12
Pair = tuple[int, int]


def run_of(made: Program, folder) -> Run:
    path = folder / "program.apk"
    path.write_bytes(zip_of(made.files))
    return run(path)


def numbers(found: Run, pairs) -> set[Pair]:
    """Pairs as the programs number them; what else is a source or sink by chance is left out."""
    said = apis(found, pairs)
    return {(SOURCES.index(one), SINKS.index(other)) for one, other in said if one in SOURCES and other in SINKS}


def with_verdict(found: Run, *verdicts: str) -> set[Pair]:
    """Pairs of which something is said; where data decides a branch, it is not itself copied, and no pair is one."""
    items = zip(found.found.found, found.verdicts, strict=True)
    chosen = [item for item, said in items if said in verdicts and not item.implicit]
    return numbers(found, [(item.source, item.sink) for item in chosen])


def faults(made: Program, found: Run) -> Iterator[str]:
    """Where what is said of a program and its truth disagree."""
    proved, reported = with_verdict(found, "proved"), with_verdict(found, "proved", "undecided")
    known = reported | with_verdict(found, "refuted")
    yield from (f"{pair} is no candidate" for pair in sorted(made.truth - known))
    yield from (f"{pair} is refuted" for pair in sorted(made.truth & known - reported))
    yield from (f"{pair} is proved and untrue" for pair in sorted(proved - made.truth))
    yield from found.refusals()
    pairs, walked = apis(found, found.pairs()), apis(found, found.walked())
    yield from (f"{pair} is found by the search and not by its twin" for pair in sorted(pairs - walked))
    yield from (f"{pair} is found by the twin and not by the search" for pair in sorted(walked - pairs))


@pytest.mark.parametrize("batch", range(10))
def test_the_truth_is_found_and_nothing_untrue_is_proved(batch, tmp_path):
    wrong = []
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        made = program(seed)
        wrong += [f"seed {seed}: {fault}" for fault in faults(made, run_of(made, tmp_path))]
    assert wrong == []


@pytest.mark.parametrize("kind", kinds())
def test_a_single_step_is_decided(kind, tmp_path):
    """A program of a source, one step and a sink: what is true is proved, and what is not is no flow at all."""
    made = single(kind)
    found = run_of(made, tmp_path)
    assert [*faults(made, found)] == []
    assert with_verdict(found, "proved", "undecided") == made.truth
    assert with_verdict(found, "proved") == made.truth
