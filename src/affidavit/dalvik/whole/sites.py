"""Questions about single nodes: what an invoke names, who calls a method, who uses a value, who writes a field."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.memory import CALLERS, READERS, TARGETS, WRITERS, Memory, Seen, fact
from affidavit.dalvik.whole.reach import grouped
from affidavit.dalvik.whole.shapes import I32, CallGraph, How, NodeKind

PARAMETER, INSTRUCTION, PHI, RETURN, THROWN = (int(kind) for kind in NodeKind)
"""Kinds of nodes, as plain numbers."""
INVOKES = frozenset({*range(0x6E, 0x73), *range(0x74, 0x79), 0xFA, 0xFB})
"""Opcodes whose data is a method reference."""
LOADS = frozenset({*range(0x52, 0x59), *range(0x60, 0x67)})
STORES = frozenset({*range(0x59, 0x60), *range(0x67, 0x6E)})
NEW_INSTANCE, NEW_ARRAY, FILLED, CHECK_CAST = 0x22, 0x23, frozenset({0x24, 0x25}), 0x1F
_LOW = 0xFFFFFFFF
AGETS, APUTS = frozenset(range(0x44, 0x4B)), frozenset(range(0x4B, 0x52))


@dataclass(frozen=True, slots=True)
class Callee:
    """What an invoke names.

    Attributes:
        owner: class outside of the app that resolution arrives at, else the class as written.
        name, proto: of the method. written: class as written.
        target: method that static resolution finds, -1 outside.
    """

    owner: str
    name: str
    proto: str
    written: str
    target: int

    @property
    def text(self) -> str:
        """As smali writes it."""
        return f"{self.owner}->{self.name}{self.proto}"


class Rows:
    """Items grouped by a key: ``rows[key]``."""

    def __init__(self, keys: npt.NDArray[np.integer], items: npt.NDArray[np.integer]) -> None:
        order = np.argsort(keys, kind="stable")
        self._keys, self._items = keys[order].data, items[order].data

    def __getitem__(self, key: int) -> list[int]:
        """Items of one key, in the order in which they were given."""
        low = bisect_left(self._keys, key)
        return self._items[low : bisect_right(self._keys, key, low)].tolist()


class Sites:
    """What can be asked of the nodes of a call graph.

    Args:
        linked: the program.
        calls: what can run.
        memory: answers over a call graph that this one has grown from; none by default.

    Attributes:
        memory: as given.
        linked, calls, code: as given. entries: methods that the platform may call first.
        kind, pc, method, data: columns of `Code`, quicker to ask for single nodes.
    """

    def __init__(self, linked: Linked, calls: CallGraph, memory: Memory | None = None) -> None:
        self.linked, self.calls, self.code = linked, calls, calls.code
        code = calls.code
        self.kind, self._opcode, self.pc = code.kind.data, code.opcode.data, code.pc.data
        self.method, self.data = code.method.data, code.data.data
        self._start, self._use = code.use_start.data, code.use.data
        self._first, self._count = code.node_first.data, code.node_count.data
        self._unit, self._field_ref = linked.method_unit.data, linked.field_ref.data
        self.entries = frozenset(entry.method for entry in calls.entries)
        plain = calls.how == How.CALL
        pairs = np.unique(calls.site[plain].astype(np.int64) << 32 | calls.target[plain])
        sites, targets = (pairs >> 32).astype(np.int32), (pairs & _LOW).astype(np.int32)
        self._targets, self._callers = Rows(sites, targets), Rows(targets, sites)
        self._others = self.entries | set(calls.target[~plain].tolist())
        self._users: tuple[memoryview[int], memoryview[int]] | None = None
        self._outward: tuple[list[Callee], I32, npt.NDArray[np.intp]] | None = None
        self._stores: Rows | None = None
        self._loads: Rows | None = None
        self.memory = memory or Memory()
        self._callees = self.memory.once("callees", dict[int, Callee])
        self._note, seen = self.memory.notes.append, Seen(pairs, self._others, len(code.kind))
        self.memory.grown(seen, self._changed(seen, self.memory.seen) if self.memory.seen else frozenset())

    def _changed(self, seen: Seen, before: Seen) -> set[int]:
        """What is answered otherwise than before."""
        pairs = np.setxor1d(seen.pairs, before.pairs, assume_unique=True)
        found = {fact(TARGETS, node) for node in (pairs >> 32).tolist()}
        found |= {fact(CALLERS, method) for method in (pairs & _LOW).tolist()}
        found |= {fact(CALLERS, method) for method in seen.others ^ before.others}
        for kind, opcodes in ((WRITERS, STORES), (READERS, LOADS)):
            fields, _ = self._accesses(opcodes, before.nodes)
            found |= {fact(kind, field) for field in fields.tolist()}
        return found

    def is_invoke(self, node: int) -> bool:
        """Whether the node is an invoke that names a method."""
        return self.kind[node] == INSTRUCTION and self._opcode[node] in INVOKES

    def opcode(self, node: int) -> int:
        """Opcode of an instruction, -1 of any other node."""
        return self._opcode[node] if self.kind[node] == INSTRUCTION else -1

    def is_filled(self, node: int) -> bool:
        """Whether elements of the array that a node gives are written where it is given."""
        return any(self.opcode(user) in APUTS and self.operands(user)[1] == node for user in self.users(node))

    def operands(self, node: int) -> list[int]:
        """Operands of a node."""
        return self._use[self._start[node] : self._start[node + 1]].tolist()

    def callee(self, node: int) -> Callee | None:
        """What an invoke names; None for anything else and for an index that cannot be read."""
        data = self.data[node]
        if data < 0 or not self.is_invoke(node):
            return None
        return self._named(self.linked.first_ref[self._unit[self.method[node]]] + data)

    def _read(self, ref: int) -> Callee:
        linked = self.linked
        name, proto = linked.signature(int(linked.ref_sig[ref]))
        written, outside = int(linked.ref_type[ref]), int(linked.ref_outside[ref])
        text = linked.types[written] if written >= 0 else ""
        owner = linked.types[outside] if outside >= 0 else text
        return Callee(owner, name, proto, text, int(linked.ref_target[ref]))

    def targets(self, node: int) -> list[int]:
        """Methods of the app that an invoke calls, sorted."""
        self._note(fact(TARGETS, node))
        return self._targets[node]

    def callers(self, method: int) -> tuple[list[int], bool]:
        """Invokes that call a method, sorted, and whether others (the platform, reflection) may call it, too."""
        self._note(fact(CALLERS, method))
        return self._callers[method], method in self._others

    def users(self, node: int) -> list[int]:
        """Nodes that have the node as an operand, sorted."""
        if self._users is None:
            starts, rows = grouped(self.code.use, len(self.code.kind))
            counts = np.diff(self.code.use_start)
            owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
            self._users = starts.data, owners[rows].data
        start, users = self._users
        found = users[start[node] : start[node + 1]].tolist()
        return list(dict.fromkeys(found)) if len(found) > 1 else found

    def field(self, node: int) -> int:
        """Field number of a field access, -1 when it cannot be read."""
        data = self.data[node]
        unit = self._unit[self.method[node]]
        return self._field_ref[self.linked.first_field[unit] + data] if data >= 0 else -1

    def stores(self, field: int) -> list[int]:
        """Every iput and sput of a field."""
        self._note(fact(WRITERS, field))
        if self._stores is None:
            self._stores = Rows(*self._accesses(STORES))
        return self._stores[field]

    def loads(self, field: int) -> list[int]:
        """Every iget and sget of a field."""
        self._note(fact(READERS, field))
        if self._loads is None:
            self._loads = Rows(*self._accesses(LOADS))
        return self._loads[field]

    def _accesses(self, opcodes: frozenset[int], begin: int = 0) -> tuple[I32, I32]:
        """Fields and nodes of the accesses of the opcodes, from a node on."""
        code, linked = self.code, self.linked
        table = np.zeros(256, np.bool_)
        table[sorted(opcodes)] = True
        wanted = table[code.opcode[begin:]] & (code.kind[begin:] == INSTRUCTION) & (code.data[begin:] >= 0)
        nodes = np.flatnonzero(wanted).astype(np.int32) + np.int32(begin)
        units = linked.method_unit[code.method[nodes]]
        first: I32 = np.asarray(linked.first_field, np.int32)
        return linked.field_ref[first[units] + code.data[nodes]], nodes

    def string(self, node: int) -> str:
        """The text of a const-string."""
        return self.linked.unit_of(self.method[node]).strings[self.data[node]]

    def type_name(self, node: int) -> str:
        """The type that a const-class, new-instance, check-cast or new-array names."""
        return self.linked.unit_of(self.method[node]).type_name(self.data[node])

    def nodes(self, method: int) -> range:
        """Nodes of a method; none when it was not analysed."""
        first = self._first[method]
        return range(first, first + self._count[method]) if first >= 0 else range(0)

    def parameter(self, method: int, position: int) -> int:
        """The node of a parameter, -1 when there is none."""
        for node in self.nodes(method):
            if self.kind[node] != PARAMETER:
                break
            if self.data[node] == position:
                return node
        return -1

    def returned(self, method: int) -> int:
        """The RETURN node of a method, -1 when it was not analysed."""
        nodes = self.nodes(method)
        return next((node for node in reversed(nodes) if self.kind[node] == RETURN), -1)

    def is_a(self, descriptor: str, *above: str) -> bool:
        """Whether a type is one of `above` or inherits it."""
        if descriptor in above:
            return True
        lower = self.linked.type_of(descriptor)
        if lower < 0:
            return False
        numbers = (self.linked.type_of(name) for name in above)
        return any(number >= 0 and self.linked.is_subtype(lower, number) for number in numbers)

    def method_name(self, method: int) -> str:
        """``Lx/A;->m(I)V``."""
        class_, name, proto = self.linked.method_text(method)
        return f"{class_}->{name}{proto}"

    def outside(self, wanted: Callable[[Callee], bool]) -> list[int]:
        """Invokes that lead out of the app to a method that is wanted, sorted."""
        callees, nodes, which = self._leaving()
        keep = np.array([wanted(callee) for callee in callees], np.bool_)
        return cast("list[int]", nodes[keep[which]].tolist()) if len(keep) else []

    def _leaving(self) -> tuple[list[Callee], I32, npt.NDArray[np.intp]]:
        """Methods that are called outside of the app, the invokes that do so, and which each of them calls."""
        if self._outward is None:
            nodes = np.unique(self.calls.outside_site)
            nodes = nodes[np.isin(self.code.opcode[nodes], sorted(INVOKES)) & (self.code.data[nodes] >= 0)]
            first: I32 = np.asarray(self.linked.first_ref, np.int32)
            refs = first[self.linked.method_unit[self.code.method[nodes]]] + self.code.data[nodes]
            known, which = np.unique(refs, return_inverse=True)
            self._outward = [self._named(ref) for ref in known.tolist()], nodes, which
        return self._outward

    def _named(self, ref: int) -> Callee:
        """What a method reference names."""
        found = self._callees.get(ref)
        if found is None:
            found = self._callees[ref] = self._read(ref)
        return found
