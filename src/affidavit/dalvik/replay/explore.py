"""Candidates tried out: which of them an abstract execution carries from source to sink, and which none does."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from affidavit.dalvik.replay.budget import Budget
from affidavit.dalvik.replay.machine import Machine
from affidavit.dalvik.replay.reach import Reach
from affidavit.dalvik.replay.surface import Driver, Platform, Points
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph, Candidate, NodeKind, Point
from affidavit.model.errors import BudgetError

_REASONS = 3
_Key = tuple[int, int, bool]


class Verdict(NamedTuple):
    """What became of a candidate, and why in one sentence."""

    verdict: Literal["proved", "undecided", "refuted"]
    why: str


PROVED = Verdict("proved", "an abstract execution from the app's entry points carries the data to the sink")


def replay(  # noqa: PLR0917 - what a replay is made of
    linked: Linked,
    graph: CallGraph,
    platform: Platform,
    driver: Driver,
    candidates: Sequence[Candidate],
    relevant: set[int] | None = None,
    budget: Budget | None = None,
) -> list[Verdict]:
    """Execute the components of an app abstractly and judge each candidate.

    Args:
        linked: the program.
        graph: what can run.
        platform: behaviour of everything outside of the app.
        driver: runs the components.
        candidates: to be judged.
        relevant: methods that can have to do with any candidate; None for all.
        budget: steps.

    Time or memory that runs out ends the execution; what is not proved until then is undecided.

    Returns:
        One verdict for each candidate, in their order.
    """
    machine, keys = _executed(linked, graph, platform, driver, candidates, relevant, budget)
    reach = Reach(linked, graph, machine)
    return [_judged(machine, reach, key, item) for key, item in zip(keys, candidates, strict=True)]


def prove(  # noqa: PLR0917 - as `replay`
    linked: Linked,
    graph: CallGraph,
    platform: Platform,
    driver: Driver,
    candidates: Sequence[Candidate],
    on_path: frozenset[int],
    aside: frozenset[int],
    budget: Budget,
) -> list[bool]:
    """As `replay`, of so little of the app that nothing can be refuted: which candidates are proved.

    What a method that is passed over returns, and each field that it may store into, is a guess: data that lies there
    is not certain any more, and neither is anything after a branch on such a value within the method that branches, or
    in a method of an object that is such a value, or in a callback that only a method passed over may have asked for.
    """
    relevant = set(on_path | aside)
    machine, keys = _executed(linked, graph, platform, driver, candidates, relevant, budget, (on_path, aside))
    return [_is_proved(machine, key) for key in keys]


def _executed(  # noqa: PLR0917 - as `replay`
    linked: Linked,
    graph: CallGraph,
    platform: Platform,
    driver: Driver,
    candidates: Sequence[Candidate],
    relevant: set[int] | None,
    budget: Budget | None,
    lean: tuple[frozenset[int], frozenset[int]] | None = None,
) -> tuple[Machine, list[_Key]]:
    """The machine after the execution, and for each candidate its source, its sink, and whether it is implicit."""
    sources = {point: row for row, point in enumerate(sorted({item.source for item in candidates}))}
    sinks = {point: row for row, point in enumerate(sorted({item.sink for item in candidates}))}
    points = Points(_placed(graph, sources), _placed(graph, sinks))
    machine = Machine(linked, graph, platform, points, relevant, budget)
    keys = [(sources[item.source], sinks[item.sink], item.implicit) for item in candidates]
    machine.wanted = set(keys)
    if lean is not None:
        machine.lean, machine.aside = True, lean[1]
        machine.aims = {method: set[int]() for method in lean[0]} | _aims(graph, candidates)
    machine.promising = _promising(linked, graph, candidates)
    try:
        for reason in driver.run(machine):
            machine.note(reason)
    except BudgetError:
        machine.note("time or memory was used up")
    return machine, keys


def _aims(graph: CallGraph, candidates: Sequence[Candidate]) -> dict[int, set[int]]:
    """Addresses on the paths of candidates and on shortest chains to these, by method."""
    code, found = graph.code, dict[int, set[int]]()
    queue = [node for item in candidates for node in (item.source.node, item.sink.node)]
    queue += [node for item in candidates for link in item.links for node in (link.origin, link.target, link.site)]
    seen: set[int] = set()
    while queue:
        node = queue.pop()
        if 0 <= node < len(code.method):
            method = int(code.method[node])
            found.setdefault(method, set()).add(int(code.pc[node]))
            row = int(graph.parent[method])
            if method not in seen and row >= 0:
                queue.append(int(graph.site[row]))
            seen.add(method)
    return found


def _promising(linked: Linked, graph: CallGraph, candidates: Sequence[Candidate]) -> dict[str, int]:
    """Components from which sources are reached, and how many candidates these have."""
    found: dict[str, int] = {}
    for item in candidates:
        entry = int(graph.entry_of[graph.code.method[item.source.node]])
        if entry >= 0:
            name = linked.types[graph.entries[entry].component]
            found[name] = found.get(name, 0) + 1
    return found


def _placed(graph: CallGraph, points: dict[Point, int]) -> dict[tuple[int, int], list[tuple[str, int]]]:
    """Points by method and address."""
    found: dict[tuple[int, int], list[tuple[str, int]]] = {}
    code = graph.code
    for point, row in points.items():
        pc = -1 if code.kind[point.node] == NodeKind.PARAMETER else int(code.pc[point.node])
        found.setdefault((int(code.method[point.node]), pc), []).append((point.role, row))
    return found


def _hits(machine: Machine, key: _Key) -> list[bool]:
    """Whether it was certain, each time that the data of a pair arrived."""
    source, sink, implicit = key
    kinds = (False, True) if implicit else (False,)
    return [machine.hits[source, sink, kind] for kind in kinds if (source, sink, kind) in machine.hits]


def _is_proved(machine: Machine, key: _Key) -> bool:
    return any(_hits(machine, key))


def _judged(machine: Machine, reach: Reach, key: _Key, item: Candidate) -> Verdict:
    """The verdict on one pair."""
    source, sink, _ = key
    if _is_proved(machine, key):
        return PROVED
    if _hits(machine, key):
        return Verdict("undecided", "the data arrives only where something had to be guessed")
    gaps = {reason for reason, taint in machine.gaps.items() if taint is None or _concerns(taint, source)}
    missed = sorted(gaps | set(reach.missed(item)))
    if missed:
        more = f" and {len(missed) - _REASONS} more" if len(missed) > _REASONS else ""
        return Verdict("undecided", f"not followed to the end: {'; '.join(missed[:_REASONS])}{more}")
    if source not in machine.given:
        return Verdict("refuted", "every execution was followed to its end and none reads the data")
    if sink not in machine.tried:
        return Verdict("refuted", "every execution was followed to its end and none reaches the sink")
    return Verdict("refuted", "every execution was followed to its end and none brings the data to the sink")


def _concerns(taint: frozenset[tuple[int, bool, bool]], source: int) -> bool:
    """Whether some of the data is of a source."""
    return any(item[0] == source for item in taint)
