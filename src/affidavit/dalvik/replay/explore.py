"""Candidates tried out: which of them an abstract execution carries from source to sink, and which none does."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from affidavit.dalvik.replay.budget import Budget
from affidavit.dalvik.replay.machine import Machine
from affidavit.dalvik.replay.surface import Driver, Platform, Points
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph, Candidate, NodeKind, Point

_REASONS = 3


class Verdict(NamedTuple):
    """What became of a candidate, and why in one sentence."""

    verdict: Literal["proved", "undecided", "refuted"]
    why: str


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

    Returns:
        One verdict for each candidate, in their order.
    """
    sources = {point: row for row, point in enumerate(sorted({item.source for item in candidates}))}
    sinks = {point: row for row, point in enumerate(sorted({item.sink for item in candidates}))}
    points = Points(_placed(graph, sources), _placed(graph, sinks))
    machine = Machine(linked, graph, platform, points, relevant, budget)
    for reason in driver.run(machine):
        machine.note(reason)
    return [_judged(machine, sources[item.source], sinks[item.sink], item.implicit) for item in candidates]


def _placed(graph: CallGraph, points: dict[Point, int]) -> dict[tuple[int, int], list[tuple[str, int]]]:
    """Points by method and address."""
    found: dict[tuple[int, int], list[tuple[str, int]]] = {}
    code = graph.code
    for point, row in points.items():
        pc = -1 if code.kind[point.node] == NodeKind.PARAMETER else int(code.pc[point.node])
        found.setdefault((int(code.method[point.node]), pc), []).append((point.role, row))
    return found


def _judged(machine: Machine, source: int, sink: int, implicit: bool) -> Verdict:
    """The verdict on one pair."""
    kinds = (False, True) if implicit else (False,)
    found = [machine.hits[source, sink, kind] for kind in kinds if (source, sink, kind) in machine.hits]
    if any(found):
        return Verdict("proved", "an abstract execution from the app's entry points carries the data to the sink")
    if found:
        return Verdict("undecided", "the data arrives only where objects or keys could not be told apart")
    gaps = sorted(reason for reason, taint in machine.gaps.items() if taint is None or _concerns(taint, source))
    if gaps:
        more = f" and {len(gaps) - _REASONS} more" if len(gaps) > _REASONS else ""
        return Verdict("undecided", f"not followed to the end: {'; '.join(gaps[:_REASONS])}{more}")
    if source not in machine.given:
        return Verdict("refuted", "every execution was followed to its end and none reads the data")
    if sink not in machine.tried:
        return Verdict("refuted", "every execution was followed to its end and none reaches the sink")
    return Verdict("refuted", "every execution was followed to its end and none brings the data to the sink")


def _concerns(taint: frozenset[tuple[int, bool, bool]], source: int) -> bool:
    """Whether some of the data is of a source."""
    return any(item[0] == source for item in taint)
