"""Order of execution, loop heads and meeting points, against slow obvious definitions."""

from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from affidavit.dalvik.replay.body import Body, body_of
from tests.dalvik.replay.test_decode import decoded


def body(*code: object, **more: object) -> Body:
    return body_of(decoded(*code, **more))


def reach(after: list[tuple[int, ...]], start: int, without: int = -1) -> set[int]:
    """Rows that can be reached from a row without passing another."""
    seen, stack = set(), [start]
    while stack:
        row = stack.pop()
        if row not in seen and row != without:
            seen.add(row)
            stack += after[row]
    return seen


def test_a_loop_has_a_head():
    found = body(("const/4", 0, 0), ":l", ("if-eqz", 0, ":e"), ("goto", ":l"), ":e", ("return-void",))
    assert found.heads == {1}


def test_the_sides_of_a_branch_meet():
    found = body(("if-eqz", 0, ":a"), ("nop",), ("goto", ":m"), ":a", ("nop",), ":m", ("return-void",))
    assert found.meeting(0) == 4
    assert 4 in found.stops


def test_a_branch_with_a_side_that_ends_meets_nowhere():
    found = body(("if-eqz", 0, ":a"), ("return-void",), ":a", ("return-void",))
    assert found.meeting(0) == -1


def test_handlers_are_entered_from_what_they_cover():
    code = [":t", ("const/4", 0, 0), ":u", ("return-void",), ":h", ("return-void",)]
    found = body(*code, tries=[(":t", ":u", {None: ":h"})])
    assert found.after[0] == (1, 2)
    assert 2 in found.stops


def some_code(seed: int) -> list[object]:
    """Random branches between labels; every path can come to the end."""
    rng, count = Random(seed), 7  # noqa: S311 - nothing here is secret
    code: list[object] = []
    for row in range(count):
        code += [f":{row}", ("nop",)]
        kind = rng.choice(("if", "goto", "nop", "nop", "end"))
        if kind == "if":
            code.append(("if-eqz", 0, f":{rng.randrange(count)}"))
        elif kind == "goto" and row + 1 < count:
            code.append(("goto/16", f":{rng.randrange(row + 1, count)}"))
        elif kind == "end":
            code += [("if-eqz", 0, f":{rng.randrange(count)}"), ("return-void",)]
    return [*code, ("return-void",)]


@given(st.integers(0, 1 << 30))
def test_every_loop_passes_a_head_and_order_follows_edges(seed):
    found = body(*some_code(seed))
    live = reach(found.after, 0)
    assert {found.row_of[rank] for rank in range(len(found.row_of))} == live
    for row in live:
        for target in found.after[row]:
            assert found.order[target] > found.order[row] or target in found.heads


@example(605)  # a jump back to the first instruction, beside another loop
@given(st.integers(0, 1 << 30))
def test_meeting_points_lie_on_every_way_to_the_end(seed):
    found = body(*some_code(seed))
    live = reach(found.after, 0)
    ends = {row for row in live if not found.after[row]}
    for row in live:
        if len(found.after[row]) < 2 or not ends & reach(found.after, row):
            continue
        on_every_way = [
            other for other in live if other != row and not ends & (reach(found.after, row, other) - {other})
        ]
        meeting = found.meeting(row)
        assert (meeting in on_every_way) if meeting >= 0 else not [other for other in on_every_way if other not in ends]
