"""Paths through one activation of a method: kept apart while they are few, joined when they are many."""

from heapq import heappop, heappush
from typing import NamedTuple

from affidavit.dalvik.replay.body import Body
from affidavit.dalvik.replay.heap import State
from affidavit.dalvik.replay.values import NONE, UNKNOWN, Taints, Value, is_guess, join, widen

UNROLLED = 64
"""Rounds of a loop whose condition is known."""
ROUNDS = 3
"""Rounds of any other loop before its states are joined."""
LEAN_UNROLLED, LEAN_ROUNDS = 8, 1
"""The same when it is enough to see some of what can happen."""
_TAKES_FIRST, _TAKES_LAST = 0x0A, 0x0D


class Path:
    """One way that execution has come.

    Attributes:
        regs: registers. state: heap. result: of the last call. caught: exception at a handler.
        rounds: loop head -> (rounds, forks when it was last passed). forks: undecided branches passed.
        control: (row where it ends, data) of branches that data decided, innermost last.
        arrived: whether it came to a row that it should come to.
    """

    __slots__ = ("arrived", "caught", "control", "forks", "regs", "result", "rounds", "state")

    def __init__(self, regs: list[Value], state: State) -> None:
        self.regs, self.state = regs, state
        self.result = self.caught = UNKNOWN
        self.rounds: dict[int, tuple[int, int]] = {}
        self.forks = 0
        self.control: tuple[tuple[int, Taints], ...] = ()
        self.arrived = False

    def fork(self) -> "Path":
        """A path that goes its own way."""
        made = Path(self.regs.copy(), self.state.fork())
        made.result, made.caught, made.control = self.result, self.caught, self.control
        made.rounds, made.forks, made.arrived = self.rounds.copy(), self.forks, self.arrived
        return made

    def same(self, other: "Path") -> bool:
        """Whether going on from either gives the same."""
        return (
            self.regs == other.regs
            and self.result == other.result
            and self.caught == other.caught
            and self.control == other.control
            and self.state.same(other.state)
        )

    def joined(self, other: "Path", *, widened: bool = False) -> "Path":
        """What is known when either was taken."""
        meet = widen if widened else join
        regs = [one if one is two else meet(one, two) for one, two in zip(self.regs, other.regs, strict=True)]
        made = Path(regs, self.state.joined(other.state, widened=widened))
        made.result, made.caught = meet(self.result, other.result), meet(self.caught, other.caught)
        made.control = tuple(dict.fromkeys((*self.control, *other.control)))
        made.forks, made.rounds, made.arrived = self.forks, self.rounds.copy(), self.arrived or other.arrived
        made.count(other)
        return made

    def count(self, other: "Path") -> None:
        """Take over the rounds of a path that this one stands for as well."""
        self.forks = max(self.forks, other.forks)
        for head, (count, forks) in other.rounds.items():
            mine = self.rounds.get(head, (0, forks))
            self.rounds[head] = (max(mine[0], count), min(mine[1], forks))

    @property
    def deciding(self) -> Taints:
        """Data that decided that execution came here."""
        taint = NONE
        for _, item in self.control:
            taint |= item
        return taint


class End(NamedTuple):
    """How an activation ended: with a value, or with an exception."""

    state: State
    value: Value
    thrown: bool = False


class Frame:
    """One activation of a method.

    Attributes:
        method: number. body: its code. limit: paths kept apart at one place.
        control: data that decided that the method was called. guarded: whether a caller would catch exceptions.
        coarse: whether a loop around has been joined, so that objects made here stand for many.
        lean: whether it is enough to see some of what can happen.
        ends: how it ended so far.
    """

    __slots__ = (
        "body",
        "catching",
        "coarse",
        "control",
        "ends",
        "guarded",
        "lean",
        "limit",
        "method",
        "queue",
        "summaries",
        "waiting",
    )

    def __init__(self, method: int, body: Body, limit: int) -> None:
        self.method, self.body, self.limit = method, body, limit
        self.coarse = self.catching = self.lean = False
        self.control: Taints = NONE
        self.guarded = False
        self.ends: list[End] = []
        self.waiting: dict[int, list[Path]] = {}
        self.queue: list[int] = []
        self.summaries: dict[int, Path] = {}

    def wait(self, path: Path, row: int) -> None:
        """Let a path wait at a row."""
        there = self.waiting.get(row)
        if there is None:
            self.waiting[row] = [path]
            heappush(self.queue, self.body.order[row])
        else:
            there.append(path)

    def arrive(self, path: Path, origin: int, row: int) -> None:
        """Let a path come to a row from another; loops are counted, and joined when they do not end."""
        body = self.body
        if not _TAKES_FIRST <= body.instructions[row].op <= _TAKES_LAST:
            path.result = path.caught = UNKNOWN
        if path.control:
            path.control = tuple(item for item in path.control if item[0] != row)
        if row in body.heads:
            if body.order[row] > body.order[origin]:
                path.rounds[row] = (0, path.forks)
            elif not self.again(path, row):
                return
        self.wait(path, row)

    def again(self, path: Path, head: int) -> bool:
        """Whether another round of a loop has anything new; the path becomes what it must go on with."""
        count, forks = path.rounds.get(head, (0, 0))
        path.rounds[head] = (count + 1, path.forks)
        most = (LEAN_UNROLLED, LEAN_ROUNDS) if self.lean else (UNROLLED, ROUNDS)
        if count < most[forks != path.forks]:
            return True
        if self.lean and count > most[forks != path.forks] + 1:
            return False
        known = self.summaries.get(head)
        if known is not None:
            joined = known.joined(path, widened=True)
            if joined.same(known):
                return False
            path.regs, path.control, path.result, path.caught = (
                joined.regs,
                joined.control,
                joined.result,
                joined.caught,
            )
            path.state.become(joined.state)
        self.summaries[head], self.coarse = path.fork(), True
        return True

    def next(self) -> tuple[int, list[Path]] | None:
        """The row to go on with, and the paths that wait there."""
        if not self.queue:
            return None
        row = self.body.row_of[heappop(self.queue)]
        paths = self.waiting.pop(row)
        return row, some(paths, self.limit) if self.lean else merged(paths, self.limit)

    def end(self, state: State, value: Value, *, thrown: bool = False) -> None:
        """Note an end."""
        self.ends.append(End(state, value, thrown))


def some(paths: list[Path], limit: int) -> list[Path]:
    """At most `limit` of the paths: those that came to where they should come to, and on which nothing is guessed."""
    if len(paths) > limit:
        paths = sorted(paths, key=lambda path: (not path.arrived, is_guess(path.deciding)))
    kept: list[Path] = []
    for path in paths:
        if len(kept) < limit and not any(item.same(path) for item in kept):
            kept.append(path)
    return kept


def merged(paths: list[Path], limit: int) -> list[Path]:
    """At most `limit` paths that stand for all of them."""
    kept: list[Path] = []
    for path in paths:
        twin = next((item for item in kept if item.same(path)), None)
        if twin is not None:
            twin.count(path)
        elif len(kept) < limit:
            kept.append(path)
        else:
            kept[-1] = kept[-1].joined(path)
    return kept


def merged_ends(ends: list[End], limit: int) -> list[End]:
    """At most `limit` normal ends and `limit` exceptional ones that stand for all of them."""
    kept: list[End] = []
    for end in ends:
        alike = [row for row, item in enumerate(kept) if item.thrown == end.thrown]
        if any(kept[row].value == end.value and kept[row].state.same(end.state) for row in alike):
            continue
        if len(alike) < limit:
            kept.append(end)
        else:
            last = kept[alike[-1]]
            kept[alike[-1]] = End(last.state.joined(end.state), join(last.value, end.value), end.thrown)
    return kept
