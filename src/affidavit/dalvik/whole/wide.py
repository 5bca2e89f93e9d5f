"""Calls by libraries that could run more methods of the app than are followed, and whether data could go through them.

Such a call hides nothing while no data comes to it: the first of them on a path that nobody followed is one that data
comes to by edges that were followed.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from affidavit.dalvik.kernels import solve
from affidavit.dalvik.whole.edges import index
from affidavit.dalvik.whole.shapes import I32, Bool
from affidavit.model.limitation import Limitation

if TYPE_CHECKING:
    from affidavit.dalvik.whole.graph import Graph

_DETAIL = "calls by libraries, on data, could run very many methods of the app, and were not followed into them"


@dataclass(frozen=True, slots=True, eq=False)
class Wide:
    """Calls with the same effect that could run the same methods.

    Attributes:
        tails: (ends, calls) vertices from which data would go into a method at each call, or into an object there.
        shared: vertices of the methods from which data would come back.
    """

    tails: I32
    shared: I32


def hidden_by(graph: "Graph", sources: I32, control: Bool) -> tuple[Limitation, ...]:
    """What calls that were not followed could hide: nothing where no data comes to them.

    Args:
        graph: has the calls, and the edges that are followed.
        sources: vertices where data is read.
        control: of each edge, whether a branch is decided there; what is only decided is no copy.
    """
    if not graph.wide or not len(sources):
        return ()
    rows = graph.rows[~control[graph.rows]]
    start = index(graph.tail[rows], graph.vertices).start
    seen, queue = np.zeros(graph.vertices, np.uint8), np.empty(graph.vertices, np.int32)
    solve.reach(start, rows, graph.head, sources, 0, seen, queue)
    count = 0
    for group in graph.wide:
        at_calls = int(np.count_nonzero(seen[group.tails].max(axis=0, initial=0)))
        count += group.tails.shape[1] if seen[group.shared].any() else at_calls
    return (Limitation("flows/many-targets", _DETAIL, count=count),) if count else ()
