"""Where data comes from and where it goes, in the code of one program: the points between which flows are looked for.

What counts is data: ``knowledge/flow_sources`` and ``knowledge/flow_sinks``. A piece of data is counted where its value
is taken (a getter of a Location, a Cursor that a query gives); what only asks for it is a sensitive call and no source.
"""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from affidavit.dalvik.whole.shapes import I64, Bool, NodeKind, Point
from affidavit.dalvik.whole.sites import INVOKES, LOADS
from affidavit.dalvik.whole.values import Values
from affidavit.facts.flow_everywhere import Everywhere, SensitiveCall, read_field
from affidavit.facts.flow_knowledge import FlowKnowledge, Reading, Writing, flow_knowledge
from affidavit.facts.flow_members import Members, arity_of
from affidavit.facts.flow_origins import Made, Streams
from affidavit.facts.flow_schema import NONE, RESULT
from affidavit.facts.flow_texts import Texts

_STATIC_INVOKES = frozenset({0x71, 0x77})
_CHECKED = 1_000
"""Nodes between two looks at the budget."""


def _nothing() -> None:
    """The budget of a search that has none."""


@dataclass(frozen=True, slots=True)
class Points:
    """What was found.

    Attributes:
        sources, sinks: sorted; in code that was analysed.
        calls: sensitive calls in all code, sorted.
        apis: node of a point -> the member as smali writes it.
        targets: node of a sink -> the node whose value says where the data goes, when one does.
        sent: node of a sink -> methods of what it gives that carry the data out.
        unknown: calls whose address or path is not known, by form (``queries``): what they read is not known either.
    """

    sources: tuple[Point, ...]
    sinks: tuple[Point, ...]
    calls: tuple[SensitiveCall, ...]
    apis: dict[int, str] = field(default_factory=dict)
    targets: dict[int, int] = field(default_factory=dict)
    sent: dict[int, tuple[str, ...]] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reflected:
    """A reflective call of a method that the app does not define: its node, and the class and name that it calls."""

    node: int
    class_: str
    name: str


@dataclass(frozen=True, slots=True)
class Send:
    """A call that sends an intent for which the app has no known receiver, and which operand the intent is."""

    node: int
    operand: int


def find_points(
    values: Values,
    *,
    password_ids: Container[int] = frozenset(),
    reflected: Iterable[Reflected] = (),
    sends: Iterable[Send] = (),
    known: FlowKnowledge | None = None,
    check: Callable[[], None] = _nothing,
) -> Points:
    """Find every source, sink and sensitive call of a program.

    Args:
        values: what is known of its values; they know the program and what can run.
        password_ids: resource ids of layout elements that take passwords.
        reflected: reflective calls that lead out of the app.
        sends: intents that leave the app.
        known: what is sensitive; the product's own knowledge when not given.
        check: called now and then; it may raise to stop.
    """
    known = known or flow_knowledge()
    search = _Search(values, password_ids, known, check)
    search.invokes()
    search.fields()
    search.parameters()
    for call in reflected:
        search.reflected(call)
    for send in sends:
        search.sent(send)
    search.sensitive.update(Everywhere(values.sites.linked, known, check).calls())
    return search.points()


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What is known of a call: what it reads and writes, and the members that say so."""

    readings: tuple[Reading, ...]
    read: str
    writings: tuple[Writing, ...]
    written: str


class _Search:
    """One search; see `find_points`."""

    def __init__(
        self, values: Values, password_ids: Container[int], known: FlowKnowledge, check: Callable[[], None]
    ) -> None:
        self._sites, self._known, self._check = values.sites, known, check
        self._linked, self._calls, self._code = values.sites.linked, values.sites.calls, values.sites.code
        self._reads = Members(self._linked, known.calls)
        self._writes = Members(self._linked, known.writes, known.in_memory)
        self._field_reads = Members(self._linked, known.fields)
        self._overrides = Members(self._linked, known.parameters)
        self._texts = Texts(values, known, password_ids, self._reads)
        self._streams = Streams(values.sites, known)
        self._made = Made(values.sites)
        self._sources: set[Point] = set()
        self._sinks: set[Point] = set()
        self.sensitive: set[SensitiveCall] = set()
        self._apis: dict[int, str] = {}
        self._targets: dict[int, int] = {}
        self._sent: dict[int, tuple[str, ...]] = {}
        self._unknown: dict[str, int] = {}
        self._meanings: dict[tuple[int, int, bool], _Meaning | None] = {}

    def points(self) -> Points:
        """What was found so far."""
        sources, sinks, calls = tuple(sorted(self._sources)), tuple(sorted(self._sinks)), tuple(sorted(self.sensitive))
        return Points(sources, sinks, calls, self._apis, self._targets, self._sent, self._unknown)

    def invokes(self) -> None:
        """Every call in code that was analysed. What a bundled library's class asks of itself tells it nothing new."""
        linked = self._linked
        nodes, refs = self._naming(INVOKES, linked.named_methods(self._reads.names | self._writes.names))
        known = np.append(self._reads.types | self._writes.types, False)
        leads = np.zeros(len(self._code.kind), np.bool_)
        leads[self._calls.outside_site[known[self._calls.outside_type]]] = True
        keep = leads[nodes] | known[linked.ref_type[refs]]
        nodes, refs = nodes[keep], refs[keep]
        outside = self._outside(nodes)
        for count, (node, ref) in enumerate(zip(nodes.tolist(), refs.tolist(), strict=True)):
            if count % _CHECKED == 0:
                self._check()
            inside = node not in outside or int(linked.ref_outside[ref]) < 0
            for type_ in [int(linked.ref_type[ref])] if inside else outside[node]:
                own = inside and int(linked.method_type[self._code.method[node]]) == type_
                meaning = None if own else self._meaning(ref, type_, not inside)
                if meaning is not None:
                    self._read(node, meaning.readings, meaning.read)
                    self._written(node, meaning.writings, meaning.written)

    def _meaning(self, ref: int, type_: int, outside: bool) -> _Meaning | None:
        """What is known of a reference that arrives at a type."""
        key = (ref, type_, outside)
        if key not in self._meanings:
            name, proto = self._linked.signature(int(self._linked.ref_sig[ref]))
            arity = arity_of(proto)
            reads, readings = self._reads.find(type_, name, arity, outside=outside)
            writes, writings = self._writes.find(type_, name, arity, outside=outside)
            found = _Meaning(readings, f"{reads}->{name}{proto}", writings, f"{writes}->{name}{proto}")
            self._meanings[key] = found if readings or writings else None
        return self._meanings[key]

    def fields(self) -> None:
        """Every field that is read in code that was analysed."""
        nodes, refs = self._naming(LOADS, self._linked.named_fields(self._field_reads.names))
        for node, ref in zip(nodes.tolist(), refs.tolist(), strict=True):
            text, readings = read_field(self._linked, self._field_reads, int(self._linked.field_ref[ref]))
            for reading in readings:
                self._source(node, reading.gives, reading.what, text)

    def parameters(self) -> None:
        """What the platform hands to methods of the app that override its own."""
        mask = self._linked.named_methods(self._overrides.names)
        for number, unit in enumerate(self._linked.units):
            refs = self._linked.first_ref[number] + unit.def_method
            rows = np.flatnonzero((unit.def_method >= 0) & mask[refs])
            methods = rows + self._linked.first_method[number]
            for method in methods[self._code.node_first[methods] >= 0].tolist():
                self._overriding(method)

    def reflected(self, call: Reflected) -> None:
        """A reflective call gives or takes what the call that it stands for does: its result, its arguments' array."""
        api = f"{call.class_}->{call.name}"
        for reading in self._reads.called(call.class_, call.name):
            if not reading.form:
                gives = reading.gives if reading.gives in {NONE, RESULT} else RESULT
                self._read(call.node, (Reading(reading.what, gives),), api)
        last = len(self._code.operands(call.node)) - 1
        for writing in self._writes.called(call.class_, call.name):
            self._written(call.node, (Writing(writing.what, (last,)),), api)

    def sent(self, send: Send) -> None:
        """An intent that leaves the app."""
        callee = self._sites.callee(send.node)
        if self._known.sends and callee is not None:
            self._sink(send.node, send.operand, self._known.sends, callee.text)

    def _overriding(self, method: int) -> None:
        _, name, proto = self._linked.method_text(method)
        found = self._overrides.above(int(self._linked.method_type[method]), name, arity_of(proto))
        for reading in found[1]:
            node = self._sites.parameter(method, int(reading.gives.rpartition(" ")[2]))
            if node >= 0:
                self._sources.add(Point(node, reading.gives, reading.what))
                self._apis[node] = f"{found[0]}->{name}{proto}"

    def _read(self, node: int, readings: Iterable[Reading], api: str) -> None:
        operands = self._code.operands(node)
        for reading in readings:
            if not reading.form:
                own = bool(reading.copied_by and operands) and self._made.by_app(operands[0], reading.copied_by)
                self._source(node, NONE if own else reading.gives, reading.what, api)
            elif reading.form != "derived":
                ids, unknown = self._texts.sources(reading, operands)
                for what in ids:
                    self._source(node, reading.gives, what, api)
                if unknown:
                    self._unknown[reading.form] = self._unknown.get(reading.form, 0) + 1

    def _source(self, node: int, gives: str, what: str, api: str) -> None:
        """Take in a source, or a call that is sensitive only."""
        self.sensitive.add(SensitiveCall(int(self._code.method[node]), int(self._code.pc[node]), what, api))
        if gives != NONE:
            self._sources.add(Point(node, gives, what))
            self._apis[node] = api

    def _written(self, node: int, writings: Iterable[Writing], api: str) -> None:
        operands = self._code.operands(node)
        static = int(self._code.opcode[node]) in _STATIC_INVOKES
        for writing in writings:
            takes = range(not static, len(operands)) if isinstance(writing.takes, str) else writing.takes
            target = writing.target
            if writing.sent:
                self._sent[node] = writing.sent
            for what, stream in self._ends(writing, operands):
                for position in takes:
                    if position < len(operands):
                        self._sink(node, position, what, api)
                if stream >= 0:
                    self._targets[node] = self._texts.destination(stream)
            if 0 <= target < len(operands) and operands[target] >= 0:
                self._targets[node] = self._texts.destination(operands[target])

    def _ends(self, writing: Writing, operands: list[int]) -> Iterator[tuple[str, int]]:
        """The sinks that a write is, each with the node of its stream or -1."""
        if not writing.refined or not operands:
            yield writing.what, -1
            return
        ends = self._streams.ends(operands[0])
        for what in sorted(ends.sinks):
            yield what, ends.nodes[0] if len(ends.nodes) == 1 else -1
        if not ends.sinks and (ends.unknown or not ends.memory):
            yield writing.what, -1

    def _sink(self, node: int, position: int, what: str, api: str) -> None:
        self._sinks.add(Point(node, f"operand {position}", what))
        self._apis.setdefault(node, api)

    def _outside(self, nodes: I64) -> dict[int, list[int]]:
        """Types outside of the app at which some of the nodes arrive."""
        among = np.zeros(len(self._code.kind), np.bool_)
        among[nodes] = True
        rows = among[self._calls.outside_site]
        found: dict[int, list[int]] = {}
        sites, types = self._calls.outside_site[rows].tolist(), self._calls.outside_type[rows].tolist()
        for node, type_ in zip(sites, types, strict=True):
            found.setdefault(node, []).append(type_)
        return found

    def _naming(self, opcodes: frozenset[int], mask: Bool) -> tuple[I64, I64]:
        """Nodes with one of the opcodes whose reference the mask has, and the references."""
        code, linked = self._code, self._linked
        table = np.zeros(256, np.bool_)
        table[sorted(opcodes)] = True
        nodes = np.flatnonzero((code.kind == NodeKind.INSTRUCTION) & table[code.opcode] & (code.data >= 0))
        first = np.asarray(linked.first_ref if opcodes is INVOKES else linked.first_field, np.int64)
        refs = first[linked.method_unit[code.method[nodes]]] + code.data[nodes]
        keep = mask[refs]
        return nodes[keep], refs[keep]
