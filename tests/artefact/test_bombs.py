"""Every bomb is reviewed to its end within bounds, and what it does is said."""

import sys
import time
from pathlib import Path

import pytest

from affidavit.evidence.derive import derive
from affidavit.evidence.proofs import broken
from affidavit.model.bundle import Affidavit
from affidavit.model.errors import UnreadableError
from affidavit.model.inventory import EntryFact
from benchmarks.bombs import measure
from tests.builders.bombs import BOMBS

SECONDS = 60.0
"""Longest review of one bomb, in CPU seconds; each takes less than five on a quiet machine."""
MEBIBYTES = 400.0
"""Most memory of one review; each takes less than 256, the rest is room for another platform."""
WORST = ("nested-splits", "dex-same-classes", "entries-65535", "entries-200000")
"""Those that are reviewed in processes of their own, because they take the most memory."""


@pytest.fixture(autouse=True)
def _raising(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFFIDAVIT_DEBUG", "1")


def account_of(name: str, folder: Path) -> Affidavit | str:
    """The account of one bomb, or why it was refused as a whole."""
    bomb = BOMBS[name]
    path = folder / bomb.name
    path.write_bytes(bomb.build())
    started = time.process_time()
    try:
        account: Affidavit | str = derive(path)
    except UnreadableError as error:
        account = str(error)
    assert time.process_time() - started < SECONDS
    return account


def words_of(account: Affidavit) -> set[str]:
    """Kinds of limitations and oddities of entries."""
    found = {item.kind for item in account.limitations}
    for fact in account.facts:
        if isinstance(fact.what, EntryFact):
            found |= set(fact.what.oddities)
    return found


@pytest.mark.parametrize("name", sorted(BOMBS.keys() - WORST))
def test_a_bomb_ends_in_an_account_that_says_what_it_is(name: str, tmp_path: Path):
    bomb, account = BOMBS[name], account_of(name, tmp_path)
    if isinstance(account, str):
        assert bomb.refused
        assert bomb.refused in account
        return
    assert not bomb.refused
    assert set(bomb.said) <= words_of(account)
    assert not list(broken(account))
    assert len(account.limitations) < 500


@pytest.mark.skipif(sys.platform != "linux", reason="the peak memory of a process is read as Linux gives it")
@pytest.mark.parametrize("name", WORST)
def test_a_whole_review_in_a_process_of_its_own_stays_within_memory(name: str, tmp_path: Path):
    row = measure(name, BOMBS[name], tmp_path, SECONDS)
    assert row.status == 0
    assert row.memory < MEBIBYTES
    assert set(BOMBS[name].said) <= set(row.words)
