"""Flows of small apps: ``Lsrc/S;->secret`` is the source, `apps.TAKE` the sink; the checker reads every path again."""

from collections.abc import Sequence
from dataclasses import dataclass

from affidavit.dalvik.check.checker import Checker
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.models import Models
from affidavit.dalvik.whole.graph import ExtraEdge, Graph, build_graph
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph, Candidate, Point
from affidavit.dalvik.whole.witness import Found, Limits, candidates, steps
from affidavit.model.flow import Flow, Step
from tests.builders.dex import Class
from tests.dalvik.whole.apps import App, Asked, linked_of

READ = "Lsrc/S;->secret()Ljava/lang/String;"
USUAL = Limits()
FILL = "Lsrc/S;->fill([C)V"


def secret(register: int):
    """The instructions that read the source into a register."""
    return (("invoke-static", [], READ), ("move-result-object", register))


@dataclass
class Solved:
    """What was found in an app."""

    linked: Linked
    calls: CallGraph
    graph: Graph
    found: Found
    models: Models

    @property
    def paths(self) -> list[tuple[Step, ...]]:
        return [steps(self.linked, self.graph, self.calls, item) for item in self.found.candidates]

    @property
    def said(self) -> list[list[str]]:
        """Each path as ``edge role``."""
        return [[f"{step.edge.value} {step.role}" for step in path] for path in self.paths]

    def refusals(self) -> list[str]:
        """What the checker has against the paths."""
        checker = Checker(self.linked.program, Framework.load(), self.models)
        return [
            f"{number}: {refusal.step}: {refusal.reason}"
            for number, (item, path) in enumerate(zip(self.found.candidates, self.paths, strict=True))
            for refusal in checker.check_flow(flow(item, path), path[0].place)
        ]


def flow(item: Candidate, path: tuple[Step, ...]) -> Flow:
    """A candidate as it is reported."""
    ends = {"source": "s", "category": "c", "source_api": item.source.what, "sink_api": item.sink.what}
    more = {"sink": "t", "sink_kind": "k", "sink_place": path[-1].place, "verdict": "undecided", "why": "w"}
    return Flow(**ends, **more, steps=path, implicit=item.implicit)


def points(asked: Asked) -> tuple[list[Point], list[Point]]:
    """Sources and sinks of an app."""
    sources = [Point(node, "result", READ) for node in asked.invokes("secret")]
    sources += [Point(node, "operand 0", FILL) for node in asked.invokes("fill")]
    sinks = [Point(node, "operand 0", "Lout/Sink;->take(Ljava/lang/Object;)V") for node in asked.invokes("take")]
    return sources, sinks


def solve(asked: Asked, extra: Sequence[ExtraEdge] = (), limits: Limits = USUAL) -> Solved:
    """Search the graph of an app."""
    graph = build_graph(asked.linked, asked.calls, asked.values.models, extra, asked.values.key)
    return Solved(
        asked.linked, asked.calls, graph, candidates(graph, asked.calls, *points(asked), limits), asked.values.models
    )


def solved(*classes: Class, limits: Limits = USUAL, models: Models | None = None) -> Solved:
    """Flows of an app of some classes; the checker accepts every path."""
    found = solve(Asked(App(linked_of(*classes), models=models or Models.load())), limits=limits)
    assert found.refusals() == []
    return found
