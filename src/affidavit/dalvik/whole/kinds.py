"""Types that an object may have, from where it is made, cast, read or given; and which calls it can therefore run."""

from collections import defaultdict
from collections.abc import Callable

import numpy as np

from affidavit.dalvik.models import parameters
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import I32, CallGraph, How, NodeKind

Kind = tuple[int, bool]
"""A type, -1 for any, and whether the object is of exactly that type."""
_FAR = 48
"""Values looked at for one object; where there are more, the declared type is taken."""
_GIVERS = 8
"""Callers, targets or writes that are looked through."""
_ANY: Kind = (-1, False)
_CONSTANTS = {0x1A: "Ljava/lang/String;", 0x1B: "Ljava/lang/String;", 0x1C: "Ljava/lang/Class;"}
_CAST, _AGET = 0x1F, 0x46
_TYPED = frozenset({_CAST, 0x22, 0x23, 0x24, 0x25})
"""Instructions that name the type of what they give: casts, and whatever makes an object or array."""
_GETS = (0x54, 0x62)
_STATIC = 0x8
_WIDE, _COMMON = 8, frozenset({"toString", "equals", "hashCode", "compareTo"})
"""What every object can do says nothing of an object that may be of more types than these."""
_DISPATCHED = (0x6E, 0x72, 0x74, 0x78)
"""Invokes that look the method up in the class of the object."""
_INVOKES = frozenset({*range(0x6E, 0x73), *range(0x74, 0x79)})
_PARAMETER, _INSTRUCTION, _PHI = int(NodeKind.PARAMETER), int(NodeKind.INSTRUCTION), int(NodeKind.PHI)


class Kinds:
    """Finds types of nodes.

    Args:
        linked: the program. calls: its call graph.
    """

    def __init__(self, linked: Linked, calls: CallGraph) -> None:
        self._linked, self._calls, self._code = linked, calls, calls.code
        self._known: dict[int, frozenset[Kind]] = {}
        self._below: dict[int, list[int]] = defaultdict(list)
        self._results: dict[int, int] = {}
        self._taken: dict[int, list[int]] = {}
        self._givers: dict[int, list[int]] = {}
        self._index_callers()

    def of(self, node: int) -> frozenset[Kind]:
        """The types that the object at a node may have."""
        if node not in self._known:
            self._known[node] = self._find(node)
        return self._known[node]

    def below(self, type_: int) -> list[int]:
        """Types of the app that are made and inherit from a type."""
        if not self._below:
            for made in np.flatnonzero(self._calls.instantiated & self._linked.is_app).tolist():
                for above in self._linked.ancestors(made):
                    self._below[above].append(made)
        return self._below.get(type_, [])

    def _index_callers(self) -> None:
        """Who calls each method, where it is called by instructions of the app alone."""
        calls = self._calls
        order = np.argsort(calls.target, kind="stable")
        self._order, self._sorted = order, calls.target[order]
        self._closed = np.ones(len(calls.reached), np.bool_)
        self._closed[calls.target[calls.how != How.CALL]] = False
        self._closed[[entry.method for entry in calls.entries]] = False

    def _find(self, start: int) -> frozenset[Kind]:
        found: set[Kind] = set()
        waiting, seen = [start], {start}
        for node in waiting:
            more = self._behind(node)
            if more is None:
                found.add(self._declared(node))
                continue
            fresh = [item for item in more if item not in seen]
            if len(seen) + len(fresh) > _FAR:
                return frozenset({self._declared(start)})
            seen.update(fresh)
            waiting += fresh
        return frozenset({_ANY}) if _ANY in found or not found else frozenset(found)

    def _behind(self, node: int) -> list[int] | None:
        """Where the object comes from; None where that is not looked for, or it is made here."""
        if node < 0:
            return None
        if self._code.kind[node] == _PHI:
            return self._code.operands(node)
        if self._code.kind[node] == _PARAMETER:
            return self._given(node)
        return None

    def _given(self, node: int) -> list[int] | None:
        """What a parameter is given by its callers, when these are few and all known."""
        # A number of the array's own kind: for any other, numpy converts the whole array first.
        method, position = self._code.method[node], int(self._code.data[node])
        low, high = np.searchsorted(self._sorted, [method, method + 1]).tolist()
        if not self._closed[method] or not 0 < high - low <= _GIVERS:
            return None
        sites = self._calls.site[self._order[low:high]].tolist()
        given = [self._code.operands(site) for site in sites]
        return [items[position] if position < len(items) else -1 for items in given]

    def _declared(self, node: int) -> Kind:
        """The type that the code states for a node."""
        if node < 0:
            return _ANY
        if self._code.kind[node] == _PARAMETER:
            type_, exact = self.parameter(int(self._code.method[node]), int(self._code.data[node])), False
        elif self._code.kind[node] == _INSTRUCTION:
            type_, exact = self._made(node, int(self._code.opcode[node]))
        else:
            return _ANY
        return (type_, exact) if type_ >= 0 else _ANY

    def _made(self, node: int, opcode: int) -> Kind:
        """The type of what an instruction gives."""
        if opcode in _TYPED:
            return self._type_at(node), opcode != _CAST
        if opcode in _CONSTANTS:
            return self._linked.type_of(_CONSTANTS[opcode]), True
        if opcode in _INVOKES:
            return self._result(node), False
        if opcode in _GETS:
            return self._field(node), False
        return self._element(self._code.operands(node)[0]) if opcode == _AGET else -1, False

    def _type_at(self, node: int) -> int:
        unit = int(self._linked.method_unit[self._code.method[node]])
        row = self._linked.first_type[unit] + int(self._code.data[node])
        return int(self._linked.type_ref[row]) if 0 <= row < len(self._linked.type_ref) else -1

    def _field(self, node: int) -> int:
        unit = int(self._linked.method_unit[self._code.method[node]])
        row = self._linked.first_field[unit] + int(self._code.data[node])
        field = int(self._linked.field_ref[row]) if 0 <= row < len(self._linked.field_ref) else -1
        return int(self._linked.field_type[field]) if field >= 0 else -1

    def _result(self, node: int) -> int:
        unit = int(self._linked.method_unit[self._code.method[node]])
        row = self._linked.first_ref[unit] + int(self._code.data[node])
        if not 0 <= row < len(self._linked.ref_sig):
            return -1
        return self.result(int(self._linked.ref_sig[row]))

    def result(self, signature: int) -> int:
        """The type that methods of a signature give."""
        if signature not in self._results:
            proto = self._linked.signature(signature)[1]
            self._results[signature] = self._linked.type_of(proto.rpartition(")")[2])
        return self._results[signature]

    def parameter(self, method: int, position: int) -> int:
        """The declared type of a parameter, the receiver being the first."""
        if method not in self._taken:
            proto = self._linked.signature(int(self._linked.method_sig[method]))[1]
            own = [] if self._linked.method_access[method] & _STATIC else [int(self._linked.method_type[method])]
            self._taken[method] = [*own, *(self._linked.type_of(item) for item in parameters(proto))]
        taken = self._taken[method]
        return taken[position] if position < len(taken) else -1

    def _element(self, array: int) -> int:
        """What an array holds, as it is declared."""
        type_, _ = self._declared(array)
        name = self._linked.types[type_] if type_ >= 0 else ""
        return self._linked.type_of(name[1:]) if name.startswith("[") else -1


def narrowed(
    linked: Linked, calls: CallGraph, kinds: Kinds, edges: tuple[I32, I32], check: Callable[[], None]
) -> tuple[I32, I32]:
    """Of calls, as nodes and targets, those that an object of the receiver's type can run."""
    sites, targets = edges
    virtual = np.flatnonzero(np.isin(calls.code.opcode[sites], _DISPATCHED))
    numbers: dict[frozenset[Kind], int] = {}
    receivers, at = np.unique(calls.code.use[calls.code.use_start[sites[virtual]]], return_inverse=True)
    of = np.empty(len(receivers), np.int64)
    for row, receiver in enumerate(receivers.tolist()):
        if row % 4096 == 0:
            check()
        of[row] = numbers.setdefault(kinds.of(receiver), len(numbers))
    pairs, back = np.unique(of[at] * len(linked.method_sig) + targets[virtual], return_inverse=True)
    groups, methods = (pairs // len(linked.method_sig)).tolist(), pairs % len(linked.method_sig)
    signatures, known = linked.method_sig[methods].tolist(), list(numbers)
    runs: dict[tuple[int, int], frozenset[int] | None] = {}
    can = np.ones(len(pairs), np.bool_)
    for row, key in enumerate(zip(groups, signatures, strict=True)):
        if row % 4096 == 0:
            check()
        if key not in runs:
            runs[key] = _runs(linked, kinds, known[key[0]], key[1])
        allowed = runs[key]
        can[row] = allowed is None or int(methods[row]) in allowed
    keep = np.ones(len(sites), np.bool_)
    keep[virtual] = can[back]
    return sites[keep], targets[keep]


def _runs(linked: Linked, kinds: Kinds, found: frozenset[Kind], signature: int) -> frozenset[int] | None:
    """The methods that objects of some types run; None for any."""
    any_ = _ANY in found
    wide = any_ or any(not exact and len(kinds.below(type_)) > _WIDE for type_, exact in found)
    if wide and linked.signature(signature)[0] in _COMMON:
        return frozenset()
    if any_:
        return None
    types = {low for type_, exact in found for low in ([type_] if exact else kinds.below(type_))}
    return frozenset(linked.resolve(type_, signature) for type_ in types)
