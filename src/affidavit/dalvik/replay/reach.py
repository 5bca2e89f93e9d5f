"""What an execution never came to, and whether that says something: only then can a candidate be refuted."""

import numpy as np

from affidavit.dalvik.replay.machine import Machine
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import Bool, CallGraph, Candidate, How


class Reach:
    """Methods whose not being executed is explained, and methods behind a place where execution was broken off.

    That a method was not executed is explained when each of its callers was executed (and did not come to call it), or
    is explained itself. What the platform calls first is never explained: it would have been executed.

    Args:
        linked, graph: the program, and what can run.
        machine: after the execution.
    """

    def __init__(self, linked: Linked, graph: CallGraph, machine: Machine) -> None:
        self._graph = graph
        methods = len(linked.method_row)
        self._callers = graph.code.method[graph.site]
        self._seen = _marked(methods, machine.seen)
        self._cut = {reason: self._below(_marked(methods, cut)) for reason, cut in sorted(machine.cut.items())}
        self._open = self._unexplained(_marked(methods, machine.unfollowed))

    def missed(self, item: Candidate) -> list[str]:
        """Why it says nothing that the data was not seen to arrive; no reason when it does say something."""
        code = self._graph.code
        nodes = {item.source.node, item.sink.node}
        nodes |= {node for link in item.links for node in (link.origin, link.target)}
        methods = code.method[[node for node in sorted(nodes) if 0 <= node < len(code.method)]]
        found = [reason for reason, cut in self._cut.items() if cut[methods].any()]
        if self._open[code.method[item.source.node]]:
            return [*found, "the execution never came to the code that reads the data"]
        return [*found, "the execution never came to some of the code"] if self._open[methods].any() else found

    def _below(self, inside: Bool) -> Bool:
        """Methods and all that they can call."""
        while (more := inside[self._callers] & ~inside[self._graph.target]).any():
            inside[self._graph.target[more]] = True
        return inside

    def _unexplained(self, unfollowed: Bool) -> Bool:
        """Methods that were not executed, though something that may call them was not followed."""
        graph, seen = self._graph, self._seen
        methods = len(seen)
        known = np.zeros(methods, np.bool_)
        known[graph.target] = True
        found = np.zeros(methods, np.bool_)
        found[[entry.method for entry in graph.entries]] = True
        doubtful = (graph.how == How.REFLECT) | ((graph.how != How.CALLBACK) & unfollowed[self._callers])
        found[graph.target[doubtful]] = True
        found = (found | ~known) & ~seen
        while (more := found[self._callers] & ~found[graph.target] & ~seen[graph.target]).any():
            found[graph.target[more]] = True
        return found


def _marked(methods: int, chosen: set[int]) -> Bool:
    """Some methods, as a mask."""
    found = np.zeros(methods, np.bool_)
    found[[method for method in sorted(chosen) if method >= 0]] = True
    return found
