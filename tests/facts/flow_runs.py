"""What the whole search says of an app, from its file to verdicts, with the parts that tests look into."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from affidavit.dalvik.check.checker import Checker
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.models import Models
from affidavit.dalvik.program import Program
from affidavit.dalvik.whole.edges import CLOSE, OPEN, RESET
from affidavit.dalvik.whole.graph import Graph
from affidavit.dalvik.whole.shapes import Point
from affidavit.dalvik.whole.witness import Limits, vertex_of
from affidavit.evidence.flows_checked import declared_of, texts_of
from affidavit.facts.extract import Extraction
from affidavit.facts.flow_inputs import Texts, declared, layouts
from affidavit.facts.flow_search import Inputs, Search, link, read_calls, search
from affidavit.facts.flow_verdicts import judge
from affidavit.facts.flows import Facts
from affidavit.model.fact import Fact
from affidavit.model.flow import Flow, Reached, Verdict
from affidavit.model.identity import Package
from affidavit.model.place import Place
from tests.oracles.flow import Arrow, Vertex, walked, with_values
from tests.reading import read

NEEDED = frozenset({"entries", "manifest", "code"})
"""Stages that following data needs."""
DEPTH = 7
"""Most open calls that the twin follows."""
Pair = tuple[Point, Point]


@dataclass
class Run:
    """An app of which everything was asked.

    Attributes:
        found: the search. verdicts: of its candidates. facts: flows, and sensitive calls that are reached.
        checker: one that reads the app again.
    """

    found: Search
    verdicts: list[Verdict]
    facts: list[Fact]
    checker: Checker

    def refusals(self) -> list[str]:
        """What the checker has against the flows."""
        flows = [
            f"{flow.source_api} to {flow.sink_api}: {refusal}"
            for flow, place in self.flows
            for refusal in self.checker.check_flow(flow, place)
        ]
        reached = [(fact.what, fact.place) for fact in self.facts if isinstance(fact.what, Reached)]
        return flows + [
            f"{what.api}: {refusal}" for what, place in reached for refusal in self.checker.check_reached(what, place)
        ]

    @property
    def flows(self) -> list[tuple[Flow, Place]]:
        """What is reported, each with the place of its source."""
        return [(fact.what, fact.place) for fact in self.facts if isinstance(fact.what, Flow)]

    def pairs(self) -> set[Pair]:
        """Source and sink of every candidate."""
        return {(item.source, item.sink) for item in self.found.found}

    def walked(self) -> set[Pair]:
        """The same pairs by enumeration of call strings."""
        calls, points = self.found.calls, self.found.points
        ends = {point: vertex_of(calls, point, source=False) for point in points.sinks}
        arrows = between(self.found.graph, {vertex for vertex in ends.values() if vertex >= 0})
        found = set()
        for source in points.sources:
            start = vertex_of(calls, source, source=True)
            there = walked(arrows, _end(start), DEPTH) if start >= 0 else set()
            found |= {(source, sink) for sink, vertex in ends.items() if _end(vertex) in there}
        return found


def run(path: Path) -> Run:
    """Ask everything of an app."""
    with read(path, NEEDED) as state:
        return followed(state.program, inputs_of(state), state.facts, partial(texts_of, state))


def inputs_of(state: Extraction) -> Inputs:
    """What is known besides code."""
    named = layouts(state.media.items(), state.read, state.budget, state.limitations)
    package = next((fact.what.name for fact in state.facts if isinstance(fact.what, Package)), "")
    return Inputs(declared(state.facts), named, package, Texts([state.tables[name] for name in sorted(state.tables)]))


def followed(program: Program, inputs: Inputs, facts: list[Fact], texts: Callable[[], Iterable[str]] = tuple) -> Run:
    """Follow the data of a program."""
    linked = link(program, _nothing)
    found = search(linked, inputs, read_calls(linked, inputs, _nothing), Limits(), _nothing)
    verdicts = judge(found, inputs, _nothing)
    checker = Checker(program, Framework.load(), Models.load(), declared_of(facts), texts)
    made = Facts(found, verdicts, lambda _: "own")
    return Run(found, [item.verdict for item in verdicts], [*made.flows([]), *made.reached([])], checker)


def between(graph: Graph, ends: set[int]) -> set[Arrow]:
    """The edges that lead to some of the vertices, as the twin has them."""
    before: dict[int, list[int]] = defaultdict(list)
    for tail, head in zip(graph.tail.tolist(), graph.head.tolist(), strict=True):
        before[head].append(tail)
    leads, waiting = set(ends), list(ends)
    while waiting:
        vertex = waiting.pop()
        changed = [] if vertex & 1 else [vertex + 1]
        more = {*before[vertex], *changed} - leads
        leads |= more
        waiting += more
    rows = (column.tolist() for column in (graph.tail, graph.head, graph.label, graph.site))
    made = {
        Arrow(_end(tail), _end(head), "compute", _turn(label), site)
        for tail, head, label, site in zip(*rows, strict=True)
        if head in leads
    }
    return {arrow for arrow in with_values(made) if _number(arrow.head) in leads}


def _turn(label: int) -> str:
    words = ((RESET, "heap"), (OPEN, "in"), (CLOSE, "out"))
    return next((word for flag, word in words if label & flag), "")


def _end(vertex: int) -> Vertex:
    return vertex >> 1, "M" if vertex & 1 else "V"


def _number(end: Vertex) -> int:
    node, layer = end
    assert isinstance(node, int)
    return 2 * node + (layer == "M")


def _nothing() -> None:
    pass


def apis(run_: Run, pairs: Iterable[Pair]) -> set[tuple[str, str]]:
    """Pairs by the methods that are called."""
    names = run_.found.points.apis
    return {(names[source.node], names[sink.node]) for source, sink in pairs}
