"""How control moves in one method: order of execution, loop heads, where paths meet, what a branch decides."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from affidavit.dalvik.opcodes import opcodes
from affidavit.dalvik.replay.decode import Decoded, Instruction

_ENDS = frozenset({*range(0x0E, 0x12), 0x27})
_GOTO = frozenset({0x28, 0x29, 0x2A})


@dataclass(slots=True)
class Body:
    """A method ready to be executed.

    Attributes:
        instructions: in order of address. registers, parameters: counts of registers.
        order: rank of each instruction when those that lead there come first. row_of: rank -> row.
        heads: rows at which a loop begins. stops: rows where paths wait for others.
        after: rows that may run next, handlers included.
        aims: rows that a path should come to, when it is enough to see some of what can happen. useful: rows from which
            one of these can be come to.
        meets: row of a branch -> the first row that runs whatever it decides, -1 none; filled on demand.
    """

    instructions: list[Instruction]
    registers: int
    parameters: int
    order: list[int]
    row_of: list[int]
    heads: frozenset[int]
    stops: set[int]
    after: list[tuple[int, ...]]
    meets: dict[int, int] = field(default_factory=dict)
    aims: frozenset[int] = frozenset()
    useful: frozenset[int] = frozenset()

    def aim(self, addresses: Collection[int]) -> None:
        """Say at which addresses the rows lie that a path should come to."""
        self.aims = frozenset(item.row for item in self.instructions if item.pc in addresses)
        before: dict[int, list[int]] = {}
        for row, rows in enumerate(self.after):
            for following in rows:
                before.setdefault(following, []).append(row)
        found, queue = set(self.aims), sorted(self.aims)
        while queue:
            fresh = [row for row in before.get(queue.pop(), ()) if row not in found]
            found.update(fresh)
            queue += fresh
        self.useful = frozenset(found)

    def meeting(self, row: int) -> int:
        """Where the sides of a branch come together again for certain."""
        if not self.meets:
            self.meets = _postdominators(self.after, self.row_of)
        found = self.meets.get(row, -1)
        if found >= 0:
            self.stops.add(found)
        return found


def body_of(decoded: Decoded) -> Body:
    """Lay out a method's control flow."""
    items = decoded.instructions
    after = [_successors(items, row) for row in range(len(items))]
    row_of = _ordered(after, 0)
    order = [len(items)] * len(items)
    for rank, row in enumerate(row_of):
        order[row] = rank
    arrivals = [0] * len(items)
    heads: set[int] = set()
    for row in row_of:
        for target in after[row]:
            arrivals[target] += 1
            if order[target] <= order[row]:
                heads.add(target)
    entered = {row for item in items for _, row in item.handlers}
    stops = heads | entered | {row for row, count in enumerate(arrivals) if count > 1}
    return Body(items, decoded.registers, decoded.parameters, order, row_of, frozenset(heads), stops, after)


def _successors(items: list[Instruction], row: int) -> tuple[int, ...]:
    """Rows that may run after one."""
    item = items[row]
    found: list[int] = []
    if item.op not in _ENDS and item.op not in _GOTO and row + 1 < len(items):
        found.append(row + 1)
    if item.target >= 0:
        found.append(item.target)
    found += [target for _, target in item.cases]
    if opcodes()[item.op].mnemonic not in {"nop", "move"}:
        found += [target for _, target in item.handlers]
    return tuple(dict.fromkeys(found))


def _ordered(after: Sequence[Sequence[int]], start: int) -> list[int]:
    """Rows that can be reached from one, in reverse postorder."""
    seen = {start}
    finished: list[int] = []
    stack: list[tuple[int, Iterable[int]]] = [(start, iter(after[start]))]
    while stack:
        row, rest = stack[-1]
        following = next((target for target in rest if target not in seen), None)
        if following is None:
            finished.append(row)
            stack.pop()
        else:
            seen.add(following)
            stack.append((following, iter(after[following])))
    return finished[::-1]


def _postdominators(after: list[tuple[int, ...]], row_of: list[int]) -> dict[int, int]:
    """Immediate postdominator of each reachable row (-1: the end of the method).

    The iteration of Cooper, Harvey and Kennedy (2001) on the reversed edges; rows from which nothing ends have none.
    """
    end = len(after)
    before: list[list[int]] = [[] for _ in range(end + 1)]
    for row in row_of:
        for target in after[row] or (end,):
            before[target].append(row)
    backwards = _ordered(before, end)
    rank = {row: number for number, row in enumerate(backwards)}
    found: dict[int, int] = {end: end}
    changed = True
    while changed:
        changed = False
        for row in backwards[1:]:
            new = -1
            for target in after[row] or (end,):
                if target in found:
                    new = target if new < 0 else _common(new, target, found, rank)
            if found.get(row) != new:
                found[row] = new
                changed = True
    return {row: (-1 if target == end else target) for row, target in found.items() if row != end}


def _common(one: int, two: int, found: dict[int, int], rank: dict[int, int]) -> int:
    """The nearest row that postdominates both."""
    while one != two:
        while rank[one] > rank[two]:
            one = found[one]
        while rank[two] > rank[one]:
            two = found[two]
    return one
