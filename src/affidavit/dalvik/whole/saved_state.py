"""What an object of a component saves before the platform drops it, and a later object of its class is given back."""

from collections.abc import Iterator, Sequence

import numpy as np

from affidavit.dalvik.lifecycles import Called, Lifecycle
from affidavit.dalvik.whole.graph import ExtraEdge
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph
from affidavit.model.flow import Edge

TEXT = "saved state"
"""What a step says of it."""
_WRITES = "SaveInstanceState"
"""Part of the names of the methods that are given a bundle to write to; the others with the gift read one."""


def saved_state_edges(linked: Linked, calls: CallGraph, lifecycles: Sequence[Lifecycle]) -> Iterator[ExtraEdge]:
    """From the bundle that a class writes to, to the parameters by which it is given back.

    Args:
        linked: the program.
        calls: what can run.
        lifecycles: what the platform calls on components.
    """
    for item in lifecycles:
        given = [called for called in item.methods() if any(what == "saved-state" for _, what in called.gifts)]
        writing = [called for called in given if _WRITES in called.name]
        reading = [called for called in given if _WRITES not in called.name]
        made = calls.instantiated & linked.is_app
        for type_ in np.flatnonzero(made & linked.below(item.classes)).tolist() if writing else ():
            origins = list(_parameters(linked, calls, type_, writing))
            if origins:
                targets = list(_parameters(linked, calls, type_, reading))
                yield from (_edge(origin, target) for origin in origins for target in targets)


def _edge(origin: int, target: int) -> ExtraEdge:
    return ExtraEdge(origin, True, target, False, Edge.CHANNEL, -1, TEXT)


def _parameters(linked: Linked, calls: CallGraph, type_: int, methods: Sequence[Called]) -> Iterator[int]:
    """Nodes of the parameters that are saved state, in those of the methods that the app defines."""
    for called in methods:
        method = linked.find_method(type_, called.name, called.proto)
        first = int(calls.code.node_first[method]) if method >= 0 else -1
        if first >= 0:
            yield from (first + 1 + position for position, what in called.gifts if what == "saved-state")
