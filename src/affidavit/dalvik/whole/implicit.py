"""Where implicit flows can begin: methods with a branch that data from a source reaches."""

from collections.abc import Sequence

import numpy as np

from affidavit.dalvik.kernels import solve
from affidavit.dalvik.whole.cfg import BRANCHES
from affidavit.dalvik.whole.graph import Graph
from affidavit.dalvik.whole.shapes import CallGraph, Point
from affidavit.dalvik.whole.witness import vertex_of

METHODS = 2_000
"""Most methods whose branches are followed: those with the lowest numbers."""


def deciding_methods(graph: Graph, calls: CallGraph, sources: Sequence[Point]) -> list[int]:
    """Methods in which data of a source, copied on its way, is an operand of a branch; sorted, at most `METHODS`.

    Args:
        graph: without edges of branches. calls: the call graph that it was made from. sources: where data begins.
    """
    seeds = {vertex for point in sources if (vertex := vertex_of(calls, point, source=True)) >= 0}
    if not seeds:
        return []
    seen, queue = np.zeros(graph.vertices, np.uint8), np.empty(graph.vertices, np.int32)
    solve.reach(graph.start, graph.rows, graph.head, np.array(sorted(seeds), np.int32), 0, seen, queue)
    code = calls.code
    nodes = np.flatnonzero(np.isin(code.opcode, np.array(sorted(BRANCHES), np.uint8)) & (code.kind == 1))
    carried = [node for node in nodes.tolist() if any(at >= 0 and seen[2 * at] for at in code.operands(node))]
    return sorted({int(code.method[node]) for node in carried})[:METHODS]
