"""Which methods a replay must execute. The rest of the program is passed over, and what it may do is not known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import I32, Bool, CallGraph, Candidate, How, NodeKind

HELPERS = 600
"""Most methods that are executed only since others that matter call them."""
_LOADS, _STORES = ((0x52, 0x58), (0x60, 0x66)), ((0x59, 0x5F), (0x67, 0x6D))


def leading(linked: Linked, graph: CallGraph, candidates: Sequence[Candidate], told: Bool | None = None) -> set[int]:
    """Methods on the paths of candidates, and all that decide whether and with what these are executed.

    That is: from which calls lead there; where objects are made whose methods the platform calls back (all
    methods of these classes); which store into fields that any of these reads; and what those call, if it is not much.
    And those of `told`: what makes something known to the platform (`touching`).
    """
    found = _Relevant(linked, graph, _on_paths(graph, candidates))
    found.add_callers()
    found.add_classes()
    found.add_callers()
    while found.add_stores():
        found.add_callers()
    found.add_helpers()
    if told is not None:
        found.inside |= told
    return set(np.flatnonzero(found.inside).tolist())


def _on_paths(graph: CallGraph, candidates: Sequence[Candidate]) -> Bool:
    nodes = {node for item in candidates for node in (item.source.node, item.sink.node)}
    nodes |= {node for item in candidates for link in item.links for node in (link.origin, link.target)}
    inside = np.zeros(len(graph.reached), np.bool_)
    inside[graph.code.method[[node for node in nodes if 0 <= node < len(graph.code.method)]]] = True
    return inside


@dataclass(slots=True)
class _Relevant:
    """Methods found so far."""

    linked: Linked
    graph: CallGraph
    inside: Bool

    def add_callers(self) -> None:
        """Every method from which calls lead to one that is in."""
        callers = self.graph.code.method[self.graph.site]
        while (more := self.inside[self.graph.target] & ~self.inside[callers]).any():
            self.inside[callers[more]] = True

    def add_classes(self) -> None:
        """A method that the platform calls runs once something registered its object, which calls do not show."""
        graph, kinds = self.graph, self.linked.method_type
        called = (graph.how == How.CALLBACK) & self.inside[graph.target]
        near = np.zeros(len(self.linked.types), np.bool_)
        near[kinds[graph.target[called]]] = True
        near[kinds[graph.code.method[graph.site[called]]]] = True
        near[kinds[[item.method for item in graph.entries if self.inside[item.method]]]] = True
        self.inside |= graph.reached & near[kinds]

    def add_stores(self) -> bool:
        """Methods that store into a field which one that is in reads; whether there are new ones."""
        methods, fields = self._accesses(_LOADS)
        read = np.zeros(self.linked.fields + 1, np.bool_)
        read[fields[self.inside[methods]]] = True
        read[-1] = False
        methods, fields = self._accesses(_STORES)
        more = read[fields] & ~self.inside[methods]
        self.inside[methods[more]] = True
        return bool(more.any())

    def add_helpers(self) -> None:
        """What methods that are in call, level by level, as long as it is not much."""
        callers, added = self.graph.code.method[self.graph.site], self.inside.copy()
        while (more := added[callers] & ~added[self.graph.target]).any():
            added[self.graph.target[more]] = True
            if int(added.sum() - self.inside.sum()) > HELPERS:
                return
        self.inside = added

    def _accesses(self, opcodes: tuple[tuple[int, int], ...]) -> tuple[I32, I32]:
        """Methods and fields of instructions that read or write one; field -1 for one that cannot be read."""
        code, linked = self.graph.code, self.linked
        chosen = np.zeros(256, np.bool_)
        for low, high in opcodes:
            chosen[low : high + 1] = True
        nodes = np.flatnonzero((code.kind == NodeKind.INSTRUCTION) & chosen[code.opcode] & (code.data >= 0))
        methods = code.method[nodes]
        first = np.array(linked.first_field, np.int64)
        return methods, linked.field_ref[first[linked.method_unit[methods]] + code.data[nodes]]
