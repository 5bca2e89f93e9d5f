"""Where implicit flows can begin: methods with a branch that data from a source reaches."""

from collections.abc import Sequence

import numpy as np

from affidavit.dalvik.kernels import solve
from affidavit.dalvik.whole.cfg import BRANCHES
from affidavit.dalvik.whole.control import is_answer
from affidavit.dalvik.whole.graph import Graph
from affidavit.dalvik.whole.shapes import NodeKind, Point
from affidavit.dalvik.whole.values import Values
from affidavit.dalvik.whole.witness import vertex_of

METHODS = 200
"""Most methods whose branches are followed: those with the lowest numbers."""


def deciding_methods(graph: Graph, values: Values, sources: Sequence[Point]) -> list[int]:
    """Methods in which data of a source, copied on its way, is an operand of a branch or of a question.

    Args:
        graph: without edges of branches.
        values: of the call graph that it was made from.
        sources: where data begins.

    Returns:
        Numbers of methods, sorted, at most `METHODS`.
    """
    calls = values.sites.calls
    seeds = {vertex for point in sources if (vertex := vertex_of(calls, point, source=True)) >= 0}
    if not seeds:
        return []
    seen, queue = np.zeros(graph.vertices, np.uint8), np.empty(graph.vertices, np.int32)
    solve.reach(graph.start, graph.rows, graph.head, np.array(sorted(seeds), np.int32), 0, seen, queue)
    code = calls.code
    carried = (code.use >= 0) & (seen[2 * np.maximum(code.use, 0)] != 0)
    count = np.concatenate([[0], np.cumsum(carried)])[code.use_start]
    given = np.diff(count) > 0
    branches = given & np.isin(code.opcode, np.array(sorted(BRANCHES), np.uint8)) & (code.kind == NodeKind.INSTRUCTION)
    outside = calls.outside_site[given[calls.outside_site]]
    answers = [node for node in outside.tolist() if is_answer(values.sites, node)]
    return sorted({*code.method[branches].tolist(), *code.method[answers].tolist()})[:METHODS]
