"""The budget: what it allows, when it says so, and what it costs to ask."""

import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.artefact import budget as module
from affidavit.artefact.budget import Budget, open_meter
from affidavit.model.errors import BudgetError

MB = 1 << 20


def late(seconds: float, **more: float) -> Budget:
    """A budget of so many seconds that has been running for ten."""
    return Budget(seconds=seconds, started=time.monotonic() - 10, **more)


def test_time_that_is_used_up_is_said_with_what_to_do():
    with pytest.raises(BudgetError, match="time budget of 9 s is used up") as raised:
        late(9).check()
    assert "--budget" in raised.value.advice


def test_memory_that_is_used_up_is_said_with_what_to_do():
    with pytest.raises(BudgetError, match="memory budget of 1 MiB is used up") as raised:
        Budget(memory=MB).check()
    assert "--budget" in raised.value.advice


def test_what_suffices_says_nothing():
    Budget().check()


def test_ticks_look_at_the_clock_now_and_then():
    budget = late(1)
    for _ in range(1_000):
        budget.tick()
    with pytest.raises(BudgetError):
        [budget.tick() for _ in range(1_000)]


def test_watched_items_come_through_until_time_is_up():
    assert list(Budget().watch(range(5_000))) == list(range(5_000))
    seen = []
    with pytest.raises(BudgetError):
        seen.extend(late(1).watch(iter(int, 1)))
    assert len(seen) < 2_000


@pytest.mark.parametrize("seconds", [-1, 0, 1, 9.5])
def test_conclusions_have_a_second_at_least_also_when_all_time_was_used_up(seconds: float):
    budget = late(seconds)
    with pytest.raises(BudgetError):
        budget.check()
    budget.conclude()
    budget.check()
    budget.started -= 3
    with pytest.raises(BudgetError):
        budget.check()
    budget.conclude()
    with pytest.raises(BudgetError):
        budget.check()


def test_conclusions_of_a_long_review_have_a_fifth_more():
    budget = Budget(seconds=100, started=time.monotonic() - 90)
    budget.conclude()
    budget.started -= 29
    budget.check()
    budget.started -= 2
    with pytest.raises(BudgetError):
        budget.check()


def test_memory_is_measured_without_opening_a_file_again(monkeypatch: pytest.MonkeyPatch):
    open_meter()
    opened = []
    monkeypatch.setattr(os, "open", lambda *_: opened.append(1))
    with pytest.raises(BudgetError, match="memory"):
        Budget(memory=MB).check()
    assert not opened


def test_a_forked_process_measures_its_own_memory():
    """The parent's file would go on telling the parent's memory."""
    open_meter()
    ballast = bytearray(64 * MB)
    parent = Budget(memory=32 * MB)
    with pytest.raises(BudgetError):
        parent.check()
    child = os.fork()
    if not child:
        grown = bytearray(b"x") * (512 * MB)
        try:
            Budget(memory=448 * MB).check()
        except BudgetError:
            os._exit(7)
        os._exit(len(grown) & 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert ballast


@given(st.integers(0, 1 << 40))
def test_no_artefact_is_refused_its_first_bytes_and_none_more_than_the_total(size: int):
    budget = Budget(size=size)
    assert budget.free_bytes <= budget.total() <= budget.total_bytes
    assert budget.total() >= min(budget.total_bytes, 16 * size)


@given(st.integers(0, 1 << 32))
def test_what_an_entry_may_inflate_to_grows_with_what_is_stored(stored: int):
    budget = Budget()
    allowed = budget.of_entry(stored)
    assert allowed <= budget.of_entry(stored + 1) <= budget.entry_bytes
    assert allowed >= min(budget.entry_bytes, 20 * stored)
    assert allowed >= min(budget.steep_bytes, 1_032 * stored)


@given(st.integers(0, 1 << 34))
def test_rows_of_code_grow_with_the_artefact(size: int):
    assert Budget(size=size).rows() >= max(400_000, size // 8)
    assert Budget(size=size).rows(4) >= Budget(size=size).rows()


def test_where_the_system_does_not_tell_memory_it_is_not_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path):
    for path in (tmp_path / "absent", tmp_path / "empty"):
        monkeypatch.setattr(module, "_STATM", str(path))
        monkeypatch.setattr(module, "_meter", module._Meter())
        Budget(memory=1).check()
        (tmp_path / "empty").write_bytes(b"")
