"""The search for flows, part by part: who can call what, where values go, which paths lead from a source to a sink."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from affidavit.dalvik.framework import Framework
from affidavit.dalvik.lifecycles import lifecycles
from affidavit.dalvik.models import Models
from affidavit.dalvik.program import Program
from affidavit.dalvik.whole.calls import CallSearch, ExtraCall
from affidavit.dalvik.whole.control import control_edges
from affidavit.dalvik.whole.entries import LIBRARY_ENTRIES, Declared, entry_points
from affidavit.dalvik.whole.graph import ExtraEdge, Graph, build_graph, extended
from affidavit.dalvik.whole.implicit import METHODS, deciding_methods
from affidavit.dalvik.whole.intents import Links, find_links
from affidavit.dalvik.whole.layouts import Layout
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.memory import Memory
from affidavit.dalvik.whole.objects import Objects
from affidavit.dalvik.whole.reflection import Reflected, find_reflection
from affidavit.dalvik.whole.saved_state import saved_state_edges
from affidavit.dalvik.whole.shapes import CallGraph, Candidate
from affidavit.dalvik.whole.values import Values
from affidavit.dalvik.whole.witness import Limits, candidates
from affidavit.facts import flow_points
from affidavit.facts.flow_points import Points, Send, find_points
from affidavit.model.limitation import Limitation

_BRANCHES_BOUNDED = Limitation(
    "flows/branches-bounded",
    f"data decides branches in more than {METHODS} methods; what further branches tell of it was not followed",
)
ROUNDS = 4
"""How often the call graph is made, as reflection and intents lead to further code; three suffice for real apps."""


BRANCHES = 3
"""How often branches are followed that other branches lead to."""
LARGE = 60_000
"""Edges of a graph beyond which they are followed once."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is known besides code.

    Attributes:
        declared: components of the manifest. layouts: what XML resources name. package: the app's own name.
        text: the text of a string resource.
    """

    declared: Sequence[Declared] = ()
    layouts: Sequence[Layout] = ()
    package: str = ""
    text: Callable[[int], str | None] = lambda _: None


@dataclass(slots=True)
class Search:
    """What the search found, as far as it came.

    Attributes:
        linked: the program. calls: what can run. values, links, reflected: what is known of it.
        points: sources and sinks. graph: where values go. found: candidates. limitations: what was left out.
    """

    linked: Linked
    calls: CallGraph
    values: Values
    links: Links
    reflected: Reflected
    points: Points
    graph: Graph
    found: tuple[Candidate, ...] = ()
    limitations: list[Limitation] = field(default_factory=list)


def link(program: Program, check: Callable[[], None]) -> Linked:
    """The program under common numbers."""
    return Linked(program, Framework.load(), check)


@dataclass(frozen=True, slots=True)
class Reading:
    """The call graph and what was read off it."""

    calls: CallGraph
    values: Values
    links: Links
    reflected: Reflected


def read_calls(linked: Linked, inputs: Inputs, check: Callable[[], None]) -> Reading:
    """Who can call what: the call graph grows as long as reflection or intents lead to further code."""
    entries, made = entry_points(linked, inputs.declared, inputs.layouts, lifecycles())
    growing, memory = CallSearch(linked, entries, check), Memory()
    extra, types, turn = frozenset[ExtraCall](), frozenset(made), 0
    while True:
        turn += 1
        growing.add(extra, types)
        values = Values(linked, growing.run(), Models.load(), inputs.text, check, package=inputs.package, memory=memory)
        reading = _read(values, inputs)
        more = extra | set(reading.links.calls) | set(reading.reflected.calls)
        wider = types | reading.reflected.instantiated
        if turn == ROUNDS or (more == extra and wider == types):
            return reading
        extra, types = more, wider
        del values, reading  # a graph that nobody holds grows in place


def _read(values: Values, inputs: Inputs) -> Reading:
    """What is read off a call graph."""
    objects = Objects(values)
    reflected = find_reflection(objects)  # which tells of intents, too
    return Reading(values.sites.calls, values, find_links(objects, inputs.declared, lifecycles()), reflected)


def search(linked: Linked, inputs: Inputs, reading: Reading, limits: Limits, check: Callable[[], None]) -> Search:
    """Find sources, sinks, and a path for each pair of them that has one."""
    passwords = frozenset(number for layout in inputs.layouts for number in layout.password_ids)
    named = {call.node for call in reading.reflected.framework}
    points = find_points(
        reading.values,
        password_ids=passwords,
        reflected=[flow_points.Reflected(call.node, call.class_, call.name) for call in reading.reflected.framework],
        sends=[_send(reading, item.node, item.operand) for item in reading.links.unresolved if item.node not in named],
        check=check,
    )
    saved = saved_state_edges(linked, reading.calls, lifecycles())
    edges = [*reading.links.edges, *reading.reflected.edges, *saved]
    graph, bounded = _with_branches(linked, reading, points, edges, check)
    found = candidates(graph, reading.calls, points.sources, points.sinks, limits, check)
    parts = (reading.calls, reading.values, reading.links, reading.reflected)
    limitations = [*found.limitations, *([_BRANCHES_BOUNDED] if bounded else []), *_left_out(reading)]
    return Search(linked, *parts, points, graph, found.candidates, limitations)


def _with_branches(
    linked: Linked, reading: Reading, points: Points, edges: Sequence[ExtraEdge], check: Callable[[], None]
) -> tuple[Graph, bool]:
    """The graph with what branches decide, which can lead to further branches; and whether some were left out."""
    graph = base = build_graph(linked, reading.calls, Models.load(), edges, reading.values.key, check)
    deciding: list[int] = []
    for _ in range(BRANCHES):
        fresh = sorted({*deciding_methods(graph, reading.values, points.sources)} - {*deciding})[
            : METHODS - len(deciding)
        ]
        if not fresh:
            break
        deciding = sorted([*deciding, *fresh])  # those that data itself reaches stay, however many others there are
        graph = extended(base, list(control_edges(reading.values, deciding)))
        check()
        if len(graph.tail) > LARGE:
            break
    return graph, len(deciding) == METHODS


def _left_out(reading: Reading) -> Iterator[Limitation]:
    """What the parts before the search did not follow."""
    code = reading.calls.code
    if len(reading.calls.entries) >= LIBRARY_ENTRIES and any(
        item.declared == "public" for item in reading.calls.entries
    ):
        detail = f"no component is declared and there are more public methods: the first {LIBRARY_ENTRIES} are entered"
        yield Limitation("flows/entries-unknown", detail)
    if code.too_large:
        detail = f"{len(code.too_large)} methods are too large to follow values through; calls in them are not known"
        yield Limitation("flows/method-too-large", detail, count=len(code.too_large))
    if reading.links.full:
        detail = "intents, messages and answers of providers lead to more places than are followed"
        yield Limitation("flows/links-bounded", detail)
    unknown = len(reading.reflected.unknown)
    if unknown:
        detail = f"{unknown} reflective calls name what the code does not state; what they call is not known"
        yield Limitation("flows/reflection-unknown", detail, count=unknown)


def _send(reading: Reading, node: int, operand: int) -> Send:
    """An intent that leaves the app, by the position of its operand."""
    operands = reading.calls.code.operands(node)
    return Send(node, operands.index(operand) if operand in operands else 0)
