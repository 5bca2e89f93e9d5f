"""Steps are counted, in all and for each part, and somebody may look in now and then."""

import pytest

from affidavit.dalvik.replay.budget import Budget, Exhausted


def spend(budget: Budget, most: int) -> int:
    """Steps that are allowed."""
    for done in range(most):
        try:
            budget.step()
        except Exhausted:
            return done
    return most


def test_a_part_cannot_use_up_everything():
    budget = Budget(100, 30)
    budget.begin()
    assert spend(budget, 1000) == 29
    assert not budget.empty
    budget.begin()
    assert spend(budget, 1000) == 29


def test_all_parts_together_are_bounded():
    budget = Budget(50, 30)
    for _ in range(5):
        budget.begin()
        spend(budget, 1000)
    assert budget.empty
    budget.begin()
    with pytest.raises(Exhausted):
        budget.step()


def test_steps_may_weigh_more():
    budget = Budget(100, 100)
    budget.begin()
    with pytest.raises(Exhausted):
        budget.step(100)


def test_the_clock_is_looked_at_now_and_then():
    looks = []
    budget = Budget(10_000, 10_000, lambda: looks.append(budget.used))
    budget.begin()
    spend(budget, 9_000)
    assert 5 <= len(looks) <= 20
