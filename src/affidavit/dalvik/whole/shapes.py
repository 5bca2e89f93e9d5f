"""The arrays that the parts of the whole-program analysis hand to each other.

Numbers: a *method* is a defined method of the program (``Linked``), a *type* a row of ``Linked.types``, a *signature* a
pair of name and prototype, a *field* a declared field after resolution. A *node* is a value or an instruction of a
method that was analysed; nodes of one method are consecutive: parameters, instructions, phis, ``RETURN``, ``THROWN``.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
Bool = npt.NDArray[np.bool_]


class NodeKind(IntEnum):
    """What a node is; `Code.data` and the operands differ with it."""

    PARAMETER = 0
    """data: position, the receiver being 0. No operands."""
    INSTRUCTION = 1
    """Any live instruction but moves, move-result, nop, goto and payloads, which are values of others or none. data:
    the unit's index that it names, or its literal (lowest 32 bits, signed). Operands as the format orders them; of an
    invoke the arguments, receiver first, a wide pair once. The value of an invoke is its result."""
    PHI = 2
    """data: register. Operands: the values that meet."""
    RETURN = 3
    """One a method. Operands: every value returned (none for void)."""
    THROWN = 4
    """One a method. No operands; see `Code.catch_from`."""


@dataclass(slots=True)
class Code:
    """Values of the methods analysed so far, in static single assignment form without names.

    Attributes (arrays over nodes are parallel):
        node_first, node_count: (methods,) first node of each method, -1 and 0 for one that was not analysed.
        kind, opcode, pc, method, data: (nodes,) see `NodeKind`; pc in code units, -1 where there is none.
        use_start: (nodes + 1,), use: operands of node i are ``use[use_start[i]:use_start[i + 1]]``; -1 for a value that
            cannot be known (undefined register).
        catch_from, catch_to: an exception may pass from a throw or invoke (node) to a move-exception or THROWN node.
        folded: branches whose outcome constants decide. too_large: methods left out for their size.
    """

    node_first: I32
    node_count: I32
    kind: U8
    opcode: U8
    pc: I32
    method: I32
    data: I32
    use_start: I64
    use: I32
    catch_from: I32
    catch_to: I32
    folded: int = 0
    too_large: tuple[int, ...] = ()

    def operands(self, node: int) -> list[int]:
        """Operands of a node."""
        found: list[int] = self.use[self.use_start[node] : self.use_start[node + 1]].tolist()
        return found


class How(IntEnum):
    """Why a method is called."""

    CALL = 0
    STATIC_INITIALISER = 1
    CALLBACK = 2
    CHANNEL = 3
    REFLECT = 4


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """A method that the platform may call first.

    Attributes:
        method: number. kind: ``activity``, ``service`` ... as in `affidavit.model.flow.Entry`.
        component: type number of the component. declared: ``manifest``, ``layout`` or ``public`` (of a library).
    """

    method: int
    kind: str
    component: int
    declared: str


@dataclass(slots=True)
class CallGraph:
    """What can run.

    Attributes:
        code: values of every method reached.
        entries: sorted by method.
        site, target, how: one row per edge: node of the instruction that leads there (an invoke; for a callback the
            new-instance; for a static initialiser the first use), method called, `How`.
        reached: (methods,) whether some entry leads there.
        parent: (methods,) row of `site`/`target` by which a shortest chain from an entry arrives, -1 at entries and
            where nothing arrives.
        entry_of: (methods,) row of `entries` at the start of that chain, -1 where nothing arrives.
        instantiated: (types,) whether an object of the type is made by reached code or by the platform.
        outside: invoke nodes that lead out of the app (no target, or not only app targets): node, and type that
            resolution arrives at (row of ``Linked.types``).
    """

    code: Code
    entries: tuple[EntryPoint, ...]
    site: I32
    target: I32
    how: U8
    reached: Bool
    parent: I32
    entry_of: I32
    instantiated: Bool
    outside_site: I32
    outside_type: I32


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """Where data comes from or goes to.

    Attributes:
        node: an invoke, a field access, or a PARAMETER node.
        role: ``result``, ``operand 1`` or ``parameter 1`` as in `affidavit.model.flow.Step`.
        what: id of the source or sink in knowledge.
    """

    node: int
    role: str
    what: str


class Link(NamedTuple):
    """One edge of a witness: from a node to a node.

    Nodes below ``len(Code.kind)`` are those of `Code`; above come fields and stores, which `Graph` names. `changed`
    says on each side whether the object was changed there (the mutation layer) or the value itself carries the data.
    """

    origin: int
    origin_changed: bool
    target: int
    target_changed: bool
    edge: int
    site: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A source whose data may reach a sink, with one path as evidence.

    Attributes:
        source, sink: the points.
        links: from source to sink, in order.
        implicit: whether some link is a control dependence.
    """

    source: Point
    sink: Point
    links: tuple[Link, ...]
    implicit: bool = False
