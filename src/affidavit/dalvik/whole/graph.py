"""The value-flow graph of a program: where data can go from each value, and from each object that it changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from affidavit.dalvik.models import Models
from affidavit.dalvik.whole.carriers import carried, own_objects
from affidavit.dalvik.whole.edges import CLOSE, KIND, NUMBER, OPEN, RESET, Rows, add_code, given, index
from affidavit.dalvik.whole.edges_callbacks import Finder
from affidavit.dalvik.whole.edges_outside import RESULT, Applier, Outside
from affidavit.dalvik.whole.edges_stores import Keys, Stores
from affidavit.dalvik.whole.kinds import Kinds
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import I32, U8, Bool, CallGraph, Code, NodeKind
from affidavit.dalvik.whole.wide import Wide
from affidavit.model.flow import Edge
from affidavit.model.place import Place


@dataclass(frozen=True, slots=True)
class ExtraEdge:
    """An edge that another part found: intents, reflection, branches.

    Attributes:
        origin, target: nodes. origin_changed, target_changed: the layer of each end.
        edge: its kind. site: node of the instruction that it goes through, -1 for none.
        text: what a step says of it.
    """

    origin: int
    origin_changed: bool
    target: int
    target_changed: bool
    edge: Edge
    site: int = -1
    text: str = ""


@dataclass(slots=True, eq=False)
class Graph:
    """Edges between vertices. A vertex is ``2 * node + layer``; layer 0: the value carries data, 1: the object was
    changed with it.

    Nodes are those of `Code`, then one per field number, then stores. A changed object also leads to its own value;
    this edge is not stored.

    Attributes:
        code: the nodes of code. fields: number of fields. stores: texts of stores.
        tail, head: (edges,) vertices. label: kind (row of ``edges.EDGES``) and flags.
        site: node of the instruction, or -1.
        start, rows: edges by tail, as compressed sparse rows.
        outside: the invokes that models speak of. own: (nodes of code and fields,) see ``carriers.own_objects``.
        texts: of edges that other parts found: by tail, head and site, text and the operand at the site.
        wide: calls that were not followed into the many methods that they could run.
        places: of instructions, by method and address, as far as they were asked for.
    """

    code: Code
    fields: int
    stores: list[str]
    tail: I32
    head: I32
    label: U8
    site: I32
    start: I32
    rows: I32
    outside: Outside
    own: Bool = field(default_factory=lambda: np.zeros(0, np.bool_))
    texts: dict[tuple[int, int, int], tuple[str, int]] = field(default_factory=dict)
    wide: tuple[Wide, ...] = ()
    places: dict[tuple[int, int], Place] = field(default_factory=dict)

    @property
    def vertices(self) -> int:
        """How many vertices there are."""
        return len(self.start) - 1

    def field_of(self, node: int) -> int:
        """The field number of a node; -1 when it is no field."""
        at = node - len(self.code.kind)
        return at if 0 <= at < self.fields else -1

    def name_of(self, node: int) -> str:
        """The text of a store; empty for any other node."""
        at = node - len(self.code.kind) - self.fields
        return self.stores[at] if 0 <= at < len(self.stores) else ""

    def out(self, vertex: int) -> I32:
        """Rows of the edges that leave a vertex."""
        return self.rows[self.start[vertex] : self.start[vertex + 1]]

    @property
    def firm(self) -> Bool:
        """Per vertex whether a changed object there is a value of its own: not where others only meet."""
        found = np.ones(self.vertices, np.bool_)
        found[1 : 2 * len(self.own) : 2] = ~self.own
        meets = np.flatnonzero((self.code.kind == NodeKind.PHI) | (self.code.kind == NodeKind.RETURN))
        found[2 * meets + 1] = False
        return found


def _nothing() -> None:
    """The budget of a graph that has none."""


def build_graph(  # noqa: PLR0917 - each is one part of the analysis
    linked: Linked,
    calls: CallGraph,
    models: Models,
    extra: Sequence[ExtraEdge] = (),
    keys: Keys = lambda _: None,
    check: Callable[[], None] = _nothing,
) -> Graph:
    """Make the graph of all methods reached.

    Args:
        linked: the program.
        calls: its call graph, with the values of its methods.
        models: behaviour of libraries.
        extra: edges that other parts found; they may name nodes of code, and fields as ``len(code.kind) + number``.
        keys: the constant that a node's value is sure to be, which tells entries of a store apart.
        check: called now and then; it may raise to stop.
    """
    code, rows = calls.code, Rows()
    stores = Stores(len(code.kind) + linked.fields, code, keys)
    outside = Outside(linked, calls, models, check)
    kinds, made = Kinds(linked, calls), given(code, outside.makers())
    add_code(rows, linked, calls, kinds, made, check)
    check()
    Applier(calls, stores).add(rows, outside, check)
    finder = Finder(linked, calls, outside, kinds)
    finder.add(rows, check)
    stores.link(rows)
    texts = _add_extra(rows, code, _told(code, outside, extra))
    check()
    own = own_objects(linked, code, kinds, made)
    tail, head, label, site = rows.columns()
    keep = carried(own, head, label)
    columns = tail[keep], head[keep], label[keep], site[keep]
    by_tail = index(columns[0], 2 * (len(code.kind) + linked.fields + len(stores.names)))
    rows_by_tail, wide = (by_tail.start, by_tail.items), tuple(finder.wide)
    return Graph(code, linked.fields, stores.names, *columns, *rows_by_tail, outside, own, texts, wide)


def extended(graph: Graph, extra: Sequence[ExtraEdge]) -> Graph:
    """The graph with further edges, as `build_graph` takes them: what was there is not made anew."""
    rows = Rows()
    texts = _add_extra(rows, graph.code, _told(graph.code, graph.outside, extra))
    tail, head, label, site = rows.columns()
    keep = carried(graph.own, head, label)
    columns = (
        np.concatenate([graph.tail, tail[keep]]),
        np.concatenate([graph.head, head[keep]]),
        np.concatenate([graph.label, label[keep]]),
        np.concatenate([graph.site, site[keep]]),
    )
    by_tail = index(columns[0], graph.vertices)
    tail, head, label, site = columns
    return replace(
        graph,
        tail=tail,
        head=head,
        label=label,
        site=site,
        start=by_tail.start,
        rows=by_tail.items,
        texts=graph.texts | texts,
        places={},
    )


def _told(code: Code, outside: Outside, extra: Sequence[ExtraEdge]) -> list[ExtraEdge]:
    """Edges without those by which a branch changes an object that no library changes and that is no array."""
    changed = np.zeros(len(code.kind), np.bool_)
    changed[outside.changed()] = True
    puts = np.flatnonzero((code.kind == NodeKind.INSTRUCTION) & (code.opcode >= 0x4B) & (code.opcode <= 0x51))
    arrays = code.use[code.use_start[puts] + 1]
    changed[arrays[arrays >= 0]] = True
    return [
        edge
        for edge in extra
        if edge.edge is not Edge.CONTROL
        or not edge.target_changed
        or (0 <= edge.target < len(changed) and changed[edge.target])
    ]


def _add_extra(rows: Rows, code: Code, extra: Sequence[ExtraEdge]) -> dict[tuple[int, int, int], tuple[str, int]]:
    """Take in the edges of others; give their texts."""
    texts = {}
    by_label: dict[int, list[tuple[int, int, int]]] = {}
    for edge in extra:
        tail, head = 2 * edge.origin + edge.origin_changed, 2 * edge.target + edge.target_changed
        if edge.origin < 0 or edge.target < 0:
            continue
        by_label.setdefault(_label(code, edge), []).append((tail, head, edge.site))
        operands = code.operands(edge.site) if edge.site >= 0 else []
        position = next((operands.index(end) for end in (edge.origin, edge.target) if end in operands), RESULT)
        texts[tail, head, edge.site] = (edge.text, position)
    for label, found in sorted(by_label.items()):
        column = np.array(found, np.int32)
        rows.add(column[:, 0], column[:, 1], label, column[:, 2])
    return texts


def _label(code: Code, edge: ExtraEdge) -> int:
    """Kind and flags of an edge; one through a call must be matched on the way back, no other between methods."""
    number, count = NUMBER[edge.edge], len(code.kind)
    if edge.origin >= count or edge.target >= count or edge.edge is Edge.CHANNEL:
        return number | RESET
    kinds = NodeKind(code.kind[edge.origin]), NodeKind(code.kind[edge.target])
    if edge.site >= 0 and kinds[1] == (NodeKind.RETURN if edge.target_changed else NodeKind.PARAMETER):
        return number | OPEN
    leaves = {NodeKind.PARAMETER} if edge.origin_changed else {NodeKind.RETURN, NodeKind.THROWN}
    if edge.site >= 0 and kinds[0] in leaves:
        return number | CLOSE
    return number | RESET * bool(code.method[edge.origin] != code.method[edge.target])


__all__ = ["KIND", "ExtraEdge", "Graph", "Keys", "build_graph", "extended"]
