"""What must be executed to see whether the path of one candidate can be taken: a small part of what bears on it."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from affidavit.dalvik.replay.platform_app import SHOWS
from affidavit.dalvik.whole.entries import chain
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph, Candidate

SMALL = 12
"""Methods that a call may lead to, all in all, for it to be executed although no path goes through it."""
CODE = 120
"""Values and instructions that these may have, all in all."""
_INVOKE = (0x6E, 0x78)


class Way(NamedTuple):
    """How a candidate is come to.

    Attributes:
        methods: those on its path, and on shortest chains to them.
        components: descriptors of the components at which these chains begin, sorted.
    """

    methods: frozenset[int]
    components: tuple[str, ...]


class Guide:
    """Finds ways, and what is executed beside them.

    Args:
        linked, graph: the program, and what can run.
    """

    def __init__(self, linked: Linked, graph: CallGraph) -> None:
        self._linked, self._graph = linked, graph
        self._callers = graph.code.method[graph.site]
        order = np.argsort(self._callers, kind="stable")
        self._called = graph.target[order]
        self._start = np.searchsorted(self._callers[order], np.arange(len(graph.reached) + 1))
        self._size = graph.code.node_count
        self._closures: dict[int, frozenset[int] | None] = {}
        self._showers = _showers(linked, graph)
        self._chains: dict[int, tuple[frozenset[int], str]] = {}

    def way(self, item: Candidate) -> Way:
        """The way of a candidate."""
        code = self._graph.code
        nodes = np.array([item.source.node, item.sink.node, *(link.origin for link in item.links)])
        methods = set(code.method[nodes[(nodes >= 0) & (nodes < len(code.method))]].tolist())
        chains = [self._chain(method) for method in sorted(methods)]
        components = sorted({component for _, component in chains if component})
        return Way(frozenset().union(*(chain for chain, _ in chains)), tuple(components))

    def _chain(self, method: int) -> tuple[frozenset[int], str]:
        """Methods on a shortest chain to a method, itself included, and the component at which it begins."""
        found = self._chains.get(method)
        if found is None:
            graph, at, methods = self._graph, method, {method}
            while (row := int(graph.parent[at])) >= 0:
                at = int(self._callers[row])
                methods.add(at)
            row = int(graph.entry_of[method])
            component = self._linked.types[graph.entries[row].component] if row >= 0 else ""
            if row >= 0 and graph.entries[row].declared == "layout":
                methods |= self._showing(graph.entries[row].component)
            found = self._chains[method] = frozenset(methods), component
        return found

    def _showing(self, component: int) -> set[int]:
        """Methods of a component that show layouts: without them, nothing that layouts name is called."""
        return {method for type_ in chain(self._linked, component) for method in self._linked.methods_of(type_)} & (
            self._showers
        )

    def beside(self, components: Iterable[str]) -> frozenset[int]:
        """All methods of some components that can run, and of those above them that belong to the app."""
        types = {type_ for name in components for type_ in chain(self._linked, self._linked.type_of(name))}
        methods = (method for type_ in types for method in self._linked.methods_of(type_))
        return frozenset(method for method in methods if self._graph.reached[method])

    def aside(self, methods: Iterable[int]) -> frozenset[int]:
        """What some methods call, as far as it leads to little."""
        found: set[int] = set()
        for method in sorted(methods):
            for target in self._targets(method):
                if target not in found:
                    found.update(self._closure(target) or ())
        return frozenset(found)

    def _targets(self, method: int) -> list[int]:
        found: list[int] = self._called[self._start[method] : self._start[method + 1]].tolist()
        return found

    def _closure(self, method: int) -> frozenset[int] | None:
        """A method and all that it leads to; None when that is much."""
        if method not in self._closures:
            seen, queue, size = {method}, [method], 0
            while queue and len(seen) <= SMALL and size <= CODE:
                at = queue.pop()
                size += int(self._size[at])
                fresh = set(self._targets(at)) - seen
                seen |= fresh
                queue += sorted(fresh)
            self._closures[method] = frozenset(seen) if len(seen) <= SMALL and size <= CODE else None
        return self._closures[method]


def _showers(linked: Linked, graph: CallGraph) -> set[int]:
    """Methods with a call that shows a layout."""
    code, wanted = graph.code, [linked.name_number(name) for name in SHOWS]
    nodes = np.unique(np.concatenate([graph.outside_site, graph.site]))
    nodes = nodes[(code.opcode[nodes] >= _INVOKE[0]) & (code.opcode[nodes] <= _INVOKE[1])]
    methods = code.method[nodes]
    refs = np.array(linked.first_ref, np.int64)[linked.method_unit[methods]] + code.data[nodes]
    return set(methods[np.isin(linked.sig_name[linked.ref_sig[refs]], wanted)].tolist())
