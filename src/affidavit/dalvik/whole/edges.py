"""Edges of the value-flow graph that the code itself states: computations, fields, calls, exceptions."""

from collections.abc import Callable
from functools import cache

import numpy as np

from affidavit.dalvik.kernels import edges as kernel
from affidavit.dalvik.kernels import solve
from affidavit.dalvik.unit import Csr
from affidavit.dalvik.whole.kinds import Kinds, narrowed
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import I32, U8, CallGraph, Code, How, NodeKind
from affidavit.model.flow import Edge

EDGES: tuple[Edge, ...] = tuple(Edge)
"""Kinds of edges by number, as `Graph.label` and `Link.edge` have them."""
NUMBER: dict[Edge, int] = {edge: number for number, edge in enumerate(EDGES)}
CHANGED = 31
"""Number of the edge from a changed object to its value, which the graph does not store."""
CONTROLS = NUMBER[Edge.CONTROL]
KIND, RESET, OPEN, CLOSE = 31, 32, 64, 128
"""Parts of a label: the kind; whether the edge crosses the heap, enters a method, or leaves one for the caller."""
NEW_INSTANCE, INVOKE_CUSTOM = 0x22, (0xFC, 0xFD)
THROWERS = 4
"""Methods that one call may run, for exceptions to be followed: of more, hardly one throws what is caught."""
_LAST_IGET = 0x58
_PASSING = (0x1F, 0x46)
"""Instructions whose result is their first operand, or was in it: casts, and reads of references from arrays."""

_ROLES = (
    (11, (0x12, 0x1C), (0xFE, 0xFF)),
    (1, (0x2D, 0x31), (0x7B, 0x8F), (0x90, 0xAF), (0xB0, 0xCF), (0xD0, 0xE2)),
    (2, (0x1F, 0x1F)),
    (3, (0x44, 0x4A)),
    (4, (0x46, 0x46)),
    (5, (0x4B, 0x51)),
    (6, (0x24, 0x25)),
    (7, (0x52, 0x58), (0x60, 0x66)),
    (8, (0x54, 0x54), (0x62, 0x62)),
    (9, (0x59, 0x5F), (0x67, 0x6D)),
    (10, (0x5B, 0x5B), (0x69, 0x69)),
)


@cache
def roles() -> U8:
    """What each opcode does with its operands; a later line of the table wins.

    1 computes, 2 casts, 3 and 4 fetch from an array (4: a reference), 5 puts into one, 6 makes one of its operands,
    7 and 8 read a field (8: a reference), 9 and 10 write one, 11 is a constant, 0 passes no value on.
    """
    table = np.zeros(256, np.uint8)
    for role, *ranges in _ROLES:
        for low, high in ranges:
            table[low : high + 1] = role
    return table


class Rows:
    """Edges as they are found.

    Attributes:
        parts: tail, head, label, site of each batch.
    """

    def __init__(self) -> None:
        self.parts: list[tuple[I32, I32, U8, I32]] = []

    def add(self, tail: I32, head: I32, label: int, site: I32) -> None:
        """Take in edges of one label; those with an end below zero are none, nor are loops."""
        keep = (tail >= 0) & (head >= 0) & (tail != head)
        if keep.any():
            tail, head, site = tail[keep], head[keep], site[keep]
            self.parts.append((tail, head, np.full(len(tail), label, np.uint8), site))

    def fill(self, call: Callable[..., int], *given: object) -> None:
        """Take in what a kernel writes: it is called once to count, and once to write."""
        nothing, no_label = np.empty(0, np.int32), np.empty(0, np.uint8)
        count = call(*given, nothing, nothing, no_label, nothing)
        if count:
            tail, head, site = (np.empty(count, np.int32) for _ in range(3))
            part = (tail, head, np.empty(count, np.uint8), site)
            call(*given, *part)
            self.parts.append(part)

    def columns(self) -> tuple[I32, I32, U8, I32]:
        """All edges, column by column; the parts are given up."""
        empty = (np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint8), np.empty(0, np.int32))
        parts, self.parts = self.parts or [empty], []
        tail, head, label, site = (np.concatenate(column) for column in zip(*parts, strict=True))
        return tail, head, label, site


def cells(linked: Linked, code: Code) -> I32:
    """Per node the node of the field that it names, -1 for none: fields are numbered on after the nodes of the code."""
    found = np.full(len(code.kind), -1, np.int32)
    role = roles()[code.opcode]
    nodes = np.flatnonzero((code.kind == NodeKind.INSTRUCTION) & (role >= 7) & (role <= 10) & (code.data >= 0))
    units = linked.method_unit[code.method[nodes]]
    rows = np.array(linked.first_field, np.int64)[units] + code.data[nodes]
    fits = rows < len(linked.field_ref)
    fields = linked.field_ref[rows[fits]]
    found[nodes[fits]] = np.where(fields >= 0, fields + len(code.kind), -1)
    return found


def wholes(linked: Linked, code: Code, named: I32, made: U8) -> U8:
    """Per node 1 where a field that is read has the data of its object as a whole, and 0 where only of its own writes.

    The former are fields of classes outside of the app, whose code is not seen, and fields of objects that code outside
    gave: what it read from a file or a message was written to all of their fields.

    Args:
        linked: the program.
        code: its values.
        named: see `cells`.
        made: see `given`.
    """
    field = named - len(code.kind)
    own = np.zeros(len(named), np.bool_)
    own[named >= 0] = linked.is_app[linked.field_holder[field[named >= 0]]]
    found: U8 = (~own).view(np.uint8).copy()
    reads = np.flatnonzero(own & (roles()[code.opcode] >= 7) & (code.opcode <= _LAST_IGET)).astype(np.int32)
    if len(reads):
        owner = code.use[code.use_start[reads]]
        found[reads] = (owner >= 0) & (made[owner] > 0)
    return found


def given(code: Code, makers: I32) -> U8:
    """Per node whether it may be what one of some calls made: the result itself, cast, merged or out of an array."""
    count = len(code.kind)
    passes = (code.kind == NodeKind.PHI) | ((code.kind == NodeKind.INSTRUCTION) & np.isin(code.opcode, _PASSING))
    nodes = np.flatnonzero(passes).astype(np.int32)
    taken = np.where(code.kind[nodes] == NodeKind.PHI, np.diff(code.use_start)[nodes], 1)
    taken = np.minimum(taken, np.diff(code.use_start)[nodes])
    heads = np.repeat(nodes, taken)
    first = np.cumsum(taken) - taken
    tails = code.use[np.repeat(code.use_start[nodes] - first, taken) + np.arange(len(heads))]
    keep = tails >= 0
    # Twice the number: the solver takes an odd vertex for an object that was changed.
    made = index(2 * tails[keep], 2 * count)
    seen, queue = np.zeros(2 * count, np.uint8), np.empty(2 * count, np.int32)
    ways = (made.start, made.items, 2 * heads[keep])
    solve.reach(*ways, 2 * makers, 0, seen, queue)
    found: U8 = seen[::2].copy()
    return found


def callers(calls: CallGraph) -> tuple[I32, I32]:
    """Calls from instruction to method: node and target; nothing that the platform does of itself."""
    rows = np.flatnonzero(calls.how == How.CALL)
    return calls.site[rows], calls.target[rows]


def add_code(  # noqa: PLR0917 - each is one part of the analysis
    rows: Rows, linked: Linked, calls: CallGraph, kinds: Kinds, made: U8, check: Callable[[], None] = lambda: None
) -> None:
    """Edges within methods, through fields, into methods and out of them; for `made` see `given`."""
    code = calls.code
    values = (code.kind, code.opcode, code.use_start, code.use)
    named = cells(linked, code)
    rows.fill(kernel.code_edges, *values, roles(), named, wholes(linked, code, named, made))
    sites, targets = narrowed(linked, calls, kinds, callers(calls), check)
    frame = (code.node_first, code.node_count)
    rows.fill(kernel.call_edges, code.kind, code.use_start, code.use, *frame, sites, targets)
    _add_throws(rows, linked, code, sites, targets)


def _add_throws(rows: Rows, linked: Linked, code: Code, sites: I32, targets: I32) -> None:
    """Edges of exceptions: out of what a call may run, and further out only where the call names just that method."""
    few = np.bincount(sites, minlength=len(code.kind))[sites] <= THROWERS
    sites, targets = sites[few], targets[few]
    named = (code.data[sites] >= 0) & ~np.isin(code.opcode[sites], INVOKE_CUSTOM)
    refs = np.array(linked.first_ref, np.int64)[linked.method_unit[code.method[sites]]] + code.data[sites]
    direct = np.zeros(len(sites), np.bool_)
    direct[named] = linked.ref_target[refs[named]] == targets[named]
    leaves = code.kind[code.catch_to] == NodeKind.THROWN
    values = (code.opcode, code.use_start, code.use, code.node_first, code.node_count)
    for catches, calls in ((~leaves, np.ones(len(sites), np.bool_)), (leaves, direct)):
        by_site = index(sites[calls], len(code.kind))
        caught = (code.catch_from[catches], code.catch_to[catches], by_site.start, by_site.items, targets[calls])
        if len(caught[0]):
            rows.fill(kernel.throw_edges, *values, *caught)


def index(keys: I32, count: int) -> Csr:
    """Rows by key."""
    found = Csr(np.zeros(count + 1, np.int32), np.empty(len(keys), np.int32))
    kernel.index_edges(keys, found.start, found.items)
    return found
