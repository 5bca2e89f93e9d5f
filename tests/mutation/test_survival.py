"""Changed apps through the whole program: 300 in the gate, 1,200 in `make test-full`, more by `make mutate`."""

from pathlib import Path

import pytest

from tests.conftest import THOROUGH
from tests.mutation import pool
from tests.mutation.runner import run, warm

HANG = 120.0
"""Seconds by the clock, on a machine that may be busy; of processor time a review may take 20."""
BLOCKS, EACH = (40, 25) if THOROUGH else (12, 20)
CORPUS_BLOCKS, CORPUS_CASES = (20, 10) if THOROUGH else (6, 10)


@pytest.fixture(scope="module")
def apps() -> pool.Pool:
    warm()
    return pool.Pool(pool.own_names())


def failures(seeds: range, apps: pool.Pool, keep: Path) -> list[str]:
    """What went wrong, each with the command that shows it again; the changed apps are in `keep`."""
    return [f"{item.command}: {fault}" for item in run(seeds, apps, keep=keep, seconds=HANG) for fault in item.faults]


@pytest.mark.parametrize("block", range(BLOCKS))
def test_a_changed_app_ends_in_an_account_or_a_declared_error(apps: pool.Pool, tmp_path: Path, block: int):
    assert not failures(range(block * EACH, (block + 1) * EACH), apps, tmp_path)


@pytest.mark.corpus
@pytest.mark.parametrize("block", range(CORPUS_BLOCKS))
def test_so_does_a_changed_app_of_the_corpus(corpus: Path, tmp_path: Path, block: int):
    warm()
    first = 100_000 + block * CORPUS_CASES
    assert not failures(range(first, first + CORPUS_CASES), pool.Pool(pool.corpus_names()), tmp_path)
