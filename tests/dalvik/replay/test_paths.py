"""Paths are kept apart while they are few, and loops come to rest."""

from affidavit.dalvik.replay.heap import State
from affidavit.dalvik.replay.paths import ROUNDS, UNROLLED, End, Frame, Path, merged, merged_ends
from affidavit.dalvik.replay.values import NULL, UNKNOWN, Range, Taint, number, text
from tests.dalvik.replay.test_body import body

LOOP = body(("const/4", 0, 0), ":l", ("if-eqz", 0, ":e"), ("goto", ":l"), ":e", ("return-void",))
SECRET = frozenset({Taint(1)})


def path(*values: object) -> Path:
    return Path([number(value) if isinstance(value, int) else text(value) for value in values], State())


def test_equal_paths_are_one():
    assert len(merged([path(1), path(1), path(2)], 4)) == 2


def test_too_many_paths_are_joined():
    kept = merged([path(row) for row in range(6)], 4)
    assert [item.regs[0].const for item in kept] == [0, 1, 2, Range(3, 5)]


def test_a_fork_goes_its_own_way():
    one = path(1)
    two = one.fork()
    two.regs[0] = number(2)
    two.state.add(1, "Lx;")
    two.rounds[3] = (1, 1)
    assert (one.regs[0].const, one.state.objects, one.rounds) == (1, {}, {})


def test_a_joined_path_knows_what_decided_either():
    one, two = path(1), path(2)
    one.control = ((5, SECRET),)
    joined = one.joined(two)
    assert joined.deciding == SECRET
    assert joined.regs[0].const == Range(1, 2)


def test_what_decided_ends_where_the_sides_meet():
    frame = Frame(0, LOOP, 4)
    one = path(1)
    one.control = ((3, SECRET),)
    frame.arrive(one, 1, 3)
    assert not one.control


def test_results_are_forgotten_where_nothing_takes_them():
    one = path(1)
    one.result = one.caught = number(3)
    Frame(0, LOOP, 4).arrive(one, 1, 3)
    assert one.result == one.caught == UNKNOWN


def rounds(*, forks: bool, changes: bool) -> int:
    """Rounds of a loop until it is not gone through again."""
    frame, one = Frame(0, LOOP, 4), path(0)
    frame.arrive(one, 0, 1)
    for count in range(1, 500):
        one.forks += forks
        one.regs[0] = number(count) if changes and one.regs[0].number is not None else one.regs[0]
        if not frame.again(one, 1):
            return count
    return 500


def test_loops_that_are_known_run_many_rounds_and_others_few():
    assert UNROLLED < rounds(forks=False, changes=True) < UNROLLED + 10
    assert ROUNDS < rounds(forks=True, changes=True) < ROUNDS + 6
    assert rounds(forks=True, changes=False) == ROUNDS + 2


def test_a_joined_loop_goes_on_with_everything_joined():
    """What waits in the path besides registers is joined as well; else two paths would take turns for ever."""
    frame, one = Frame(0, LOOP, 4), path(0)
    for count in range(20):
        one.forks += 1
        one.result = number(count % 2)
        if not frame.again(one, 1):
            return
    raise AssertionError


def test_ends_are_joined_by_kind():
    ends = [End(State(), number(row)) for row in range(5)] + [End(State(), NULL, thrown=True)]
    kept = merged_ends(ends, 2)
    assert [(item.value.const, item.thrown) for item in kept] == [(0, False), (Range(1, 4), False), (0, True)]
