"""Flows in the Taint Analysis Benchmark Format (TAF), in which expected flows of benchmarks are written.

Source: the schema that the TaintBench suite publishes (``TAF-schema.json``, MIT). Lines are those of the debug
information, -1 where it says none; addresses are in the statements. ``IRs`` have statements as Jimple writes them.

Who writes down expected flows names one call for the source and one for the sink, and may name another one than this
program does: the query or what is read from its cursor, the message that is made or its text, the connection that is
opened or made. A flow is therefore followed by its *variants*, one for each pair of such calls; and where it leads
through a store or another component, by its *parts*. Both have an attribute that says so: findings without
``variant`` and ``partialFlow`` are the flows.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from msgspec import Struct

from affidavit.model.bundle import Affidavit, Excerpt
from affidavit.model.flow import Edge, Flow, Step
from affidavit.model.place import Place
from affidavit.report.flows import excerpt_at
from affidavit.report.jimple import dotted, jimple, member, statement, types
from affidavit.report.json import as_json
from affidavit.report.text import visible

Object = dict[str, Any]

_TEXT = 1_000
_INSIDE = frozenset({Edge.USE, Edge.SAME, Edge.SOURCE, Edge.SINK})
_VARIANTS, _PARTS = 16, 8
"""Most variants and parts of one flow."""
_TEXTS = "Ljava/lang/"


class End(Struct, frozen=True):
    """A call that can stand for the source or the sink of a flow."""

    api: str
    place: Place


class Told(Struct, frozen=True):
    """A flow, a variant or a part of one: its ends, the steps between, and which it is."""

    source: End
    sink: End
    steps: Sequence[Step]
    kind: str = ""


def render_taf(affidavit: Affidavit) -> bytes:
    """Every flow of the affidavit; keys sorted, two spaces of indentation. The day is empty: a bundle has no clock."""
    findings: list[Object] = []
    for fact in affidavit.facts:
        if isinstance(fact.what, Flow):
            first = len(findings) + 1
            for told in _told(fact.what, fact.place, affidavit):
                findings.append(_finding(len(findings) + 1, first, told, fact.what, affidavit))
    return as_json({"fileName": visible(affidavit.manifest.artefact.name, _TEXT), "day": "", "findings": findings})


def _told(flow: Flow, place: Place, affidavit: Affidavit) -> Iterator[Told]:
    """A flow in all ways in which it can be told, itself first."""
    source, sink = End(flow.source_api, place), End(flow.sink_api, flow.sink_place)
    sources = [source, *(End(one.api, one.place) for one in flow.asked), *_taken(flow, affidavit)]
    sinks = [sink, *(End(one.api, one.place) for one in flow.sent)]
    for row, (one, other) in enumerate(list(product(sources, sinks))[: _VARIANTS + 1]):
        yield Told(one, other, flow.steps, "variant" if row else "")
    for where, at, ends in _between(flow.steps)[:_PARTS]:
        end = End(_named(where, affidavit), where)
        if end.api and ends:
            yield from (Told(one, end, flow.steps[: at + 1], "partialFlow") for one in sources)
        elif end.api:
            yield Told(end, sink, flow.steps[at:], "partialFlow")


def _taken(flow: Flow, affidavit: Affidavit) -> Iterator[End]:
    """The call that takes a value out of what the source gave, as of a cursor."""
    for step in flow.steps[1:4]:
        taken = step.edge == Edge.MODEL and step.role == "result" and step.effect.startswith("this")
        api = _named(step.place, affidavit) if taken else ""
        if api and not api.startswith(_TEXTS):
            yield End(api, step.place)
            return


def _between(steps: Sequence[Step]) -> list[tuple[Place, int, bool]]:
    """Where a path is sent on or put into a store (True), and where it is taken up again (False), by step."""
    found: list[tuple[Place, int, bool]] = []
    resumed = True
    for at, step in enumerate(steps):
        stored = step.role.startswith("@")
        if at and (stored or step.edge == Edge.CHANNEL):
            if resumed:
                found.append((steps[at - 1].place, at, True))
            resumed = False
        if not resumed and not stored and step.edge == Edge.MODEL:
            found.append((step.place, at, False))
            resumed = True
    return found


def _named(place: Place, affidavit: Affidavit) -> str:
    """What the instruction at a place names, when the bundle holds it."""
    excerpt = excerpt_at(place, affidavit.excerpts)
    return member(excerpt.lines, excerpt.cited) if excerpt else ""


def _finding(row: int, first: int, told: Told, flow: Flow, affidavit: Affidavit) -> Object:
    """One flow, variant or part."""
    between = [step for step in told.steps[1:-1] if step.edge not in _INSIDE and step.place.pc >= 0]
    words = {"variant": f"Flow {first} by other calls. ", "partialFlow": f"Part of flow {first}. "}
    said = f"{words.get(told.kind, '')}{flow.verdict}: {flow.source} to {flow.sink}. {flow.why}"
    return {
        "ID": row,
        "source": _end(told.source, affidavit),
        "sink": _end(told.sink, affidavit),
        "intermediateFlows": [_middle(number, step, affidavit) for number, step in enumerate(between, 1)],
        "attributes": dict.fromkeys((*_attributes(flow.implicit, told.steps), *filter(None, [told.kind])), True),
        "description": visible(said, _TEXT),
        "isNegative": False,
    }


def _end(end: End, affidavit: Affidavit) -> Object:
    """Source or sink."""
    target = end.api.partition("->")[2].partition("(")[0].partition(":")[0]
    excerpt = excerpt_at(end.place, affidavit.excerpts)
    said = statement(excerpt.lines, excerpt.cited) if excerpt else ""
    return {
        **_where(end.place, excerpt),
        "targetName": visible(target, _TEXT),
        "targetNo": 1,
        "IRs": [{"type": "Jimple", "IRstatement": visible(said or jimple(end.api), _TEXT)}],
    }


def _middle(number: int, step: Step, affidavit: Affidavit) -> Object:
    """A point between."""
    return {"ID": number, **_where(step.place, excerpt_at(step.place, affidavit.excerpts))}


def _where(place: Place, excerpt: Excerpt | None) -> Object:
    """Statement, method, class and line of a place."""
    line = excerpt.lines[excerpt.cited] if excerpt and excerpt.lines else f"{place.entry}@{place.offset}"
    name, _, proto = place.method.partition("(")
    returns, parameters = types(f"({proto}") if proto else ("void", [])
    return {
        "statement": visible(line, _TEXT),
        "methodName": visible(f"{returns} {name}({','.join(parameters)})", _TEXT),
        "className": visible(dotted(place.class_), _TEXT),
        "lineNo": excerpt.line if excerpt and excerpt.line else -1,
    }


def _attributes(implicit: bool, steps: Iterable[Step]) -> Iterator[str]:
    """Features of the path, by the format's names."""
    edges = {step.edge for step in steps}
    words = {
        "implicitFlows": implicit,
        "interComponentCommunication": Edge.CHANNEL in edges,
        "reflection": Edge.REFLECT in edges,
        "callbacks": Edge.CALLBACK in edges,
        "array": Edge.ELEMENT in edges,
    }
    return (word for word, there in words.items() if there)
