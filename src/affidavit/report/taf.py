"""Flows in the Taint Analysis Benchmark Format (TAF), in which expected flows of benchmarks are written.

Source: the schema that the TaintBench suite publishes (``TAF-schema.json``, MIT). Line numbers are -1: the bytes tell
addresses, which are in the statements. ``IRstatement`` has the method's signature as Jimple writes it.
"""

from collections.abc import Iterator
from typing import Any

from affidavit.model.bundle import Affidavit
from affidavit.model.flow import Edge, Flow, Step
from affidavit.model.place import Place
from affidavit.report.flows import excerpt_at
from affidavit.report.json import as_json
from affidavit.report.text import visible

Object = dict[str, Any]

_PRIMITIVES = {
    "V": "void", "Z": "boolean", "B": "byte", "S": "short", "C": "char", "I": "int", "J": "long", "F": "float",
    "D": "double",
}  # fmt: skip
_TEXT = 1_000
_INSIDE = frozenset({Edge.USE, Edge.SAME, Edge.SOURCE, Edge.SINK})


def render_taf(affidavit: Affidavit) -> bytes:
    """Every flow of the affidavit; keys sorted, two spaces of indentation. The day is empty: a bundle has no clock."""
    flows = [fact for fact in affidavit.facts if isinstance(fact.what, Flow)]
    findings = [_finding(row, fact.what, fact.place, affidavit) for row, fact in enumerate(flows, 1)]  # type: ignore[arg-type]
    return as_json({"fileName": visible(affidavit.manifest.artefact.name, _TEXT), "day": "", "findings": findings})


def _finding(row: int, flow: Flow, place: Place, affidavit: Affidavit) -> Object:
    """One flow."""
    between = [step for step in flow.steps[1:-1] if step.edge not in _INSIDE and step.place.pc >= 0]
    return {
        "ID": row,
        "source": _end(flow.source_api, place, affidavit),
        "sink": _end(flow.sink_api, flow.sink_place, affidavit),
        "intermediateFlows": [_middle(number, step, affidavit) for number, step in enumerate(between, 1)],
        "attributes": dict.fromkeys(_attributes(flow), True),
        "description": visible(f"{flow.verdict}: {flow.source} to {flow.sink}. {flow.why}", _TEXT),
        "isNegative": False,
    }


def _end(api: str, place: Place, affidavit: Affidavit) -> Object:
    """Source or sink."""
    target = api.partition("->")[2].partition("(")[0].partition(":")[0]
    return {
        **_where(place, affidavit),
        "targetName": visible(target, _TEXT),
        "targetNo": 1,
        "IRs": [{"type": "Jimple", "IRstatement": visible(jimple(api), _TEXT)}],
    }


def _middle(number: int, step: Step, affidavit: Affidavit) -> Object:
    """A point between."""
    return {"ID": number, **_where(step.place, affidavit)}


def _where(place: Place, affidavit: Affidavit) -> Object:
    """Statement, method and class of a place."""
    excerpt = excerpt_at(place, affidavit.excerpts)
    line = excerpt.lines[excerpt.cited] if excerpt and excerpt.lines else f"{place.entry}@{place.offset}"
    name, _, proto = place.method.partition("(")
    returns, parameters = types(f"({proto}") if proto else ("void", [])
    return {
        "statement": visible(line, _TEXT),
        "methodName": visible(f"{returns} {name}({','.join(parameters)})", _TEXT),
        "className": visible(dotted(place.class_), _TEXT),
        "lineNo": -1,
    }


def jimple(api: str) -> str:
    """``<android.util.Log: int i(java.lang.String,java.lang.String)>`` of a method or field as smali writes it."""
    owner, _, member = api.partition("->")
    name, bracket, proto = member.partition("(")
    if bracket:
        returns, parameters = types(f"({proto}")
        return f"<{dotted(owner)}: {returns} {name}({','.join(parameters)})>"
    name, _, kind = member.partition(":")
    return f"<{dotted(owner)}: {dotted(kind)} {name}>"


def types(proto: str) -> tuple[str, list[str]]:
    """Return type and parameter types of a prototype in Java form."""
    inside, _, returns = proto.removeprefix("(").partition(")")
    return dotted(returns), [dotted(item) for item in _split(inside)]


def _split(descriptors: str) -> Iterator[str]:
    """Descriptors one by one; what is malformed comes as one rest."""
    at = 0
    while at < len(descriptors):
        start = at
        while at < len(descriptors) and descriptors[at] == "[":
            at += 1
        end = descriptors.find(";", at) if descriptors[at : at + 1] == "L" else at
        at = len(descriptors) if end < 0 else end + 1
        yield descriptors[start:at]


def dotted(descriptor: str) -> str:
    """A type in Java form: ``java.lang.String[]`` of ``[Ljava/lang/String;``."""
    element = descriptor.lstrip("[")
    name = _PRIMITIVES.get(element) or element.removeprefix("L").removesuffix(";").replace("/", ".")
    return name + "[]" * (len(descriptor) - len(element))


def _attributes(flow: Flow) -> Iterator[str]:
    """Features of the path, by the format's names."""
    edges = {step.edge for step in flow.steps}
    words = {
        "implicitFlows": flow.implicit,
        "interComponentCommunication": Edge.CHANNEL in edges,
        "reflection": Edge.REFLECT in edges,
        "callbacks": Edge.CALLBACK in edges,
        "array": Edge.ELEMENT in edges,
    }
    return (word for word, there in words.items() if there)
