"""What methods that are not executed could have changed."""

from collections.abc import Iterable

import numpy as np

from affidavit.dalvik.kernels import solve
from affidavit.dalvik.whole.edges import index
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import I32, U8, Bool, CallGraph

_IPUT, _SPUT = (0x59, 0x5F), (0x67, 0x6D)
_LOADS = ((0x52, 0x58), (0x60, 0x66))


class Left:
    """Fields that methods store into, themselves or through all that they call: looked up when one is asked about.

    Args:
        linked, graph: the program, and what can run.
        executed: methods that are executed; None for all. Fields that none of these reads are left aside.

    Attributes:
        static: numbers of fields that are stored into as static ones.
    """

    def __init__(self, linked: Linked, graph: CallGraph, executed: Iterable[int] | None = None) -> None:
        self._linked = linked
        methods, fields, opcodes = _accesses(linked, (_IPUT, _SPUT))
        if executed is not None:
            read = _read(linked, executed)[fields]
            methods, fields, opcodes = methods[read], fields[read], opcodes[read]
        self._methods, self._fields = 2 * methods, fields
        self.static: set[int] = set(fields[opcodes >= _SPUT[0]].tolist())
        # The kernel walks vertices in pairs, of which only the first of each is one here.
        count = 2 * len(linked.method_row)
        self._calls = index(2 * graph.code.method[graph.site], count)
        self._targets = (2 * graph.target).astype(np.int32)
        self._queue = np.empty(count, np.int32)
        self._written: dict[int, tuple[int, ...]] = {}
        self._by_holder: dict[int, dict[int, list[int]]] = {}
        self._of_type: dict[tuple[int, str], tuple[int, ...]] = {}

    def written(self, method: int) -> tuple[int, ...]:
        """Numbers of the fields."""
        found = self._written.get(method)
        if found is None:
            seen = np.zeros(len(self._queue), np.uint8)
            start = np.array([2 * method], np.int32)
            solve.reach(self._calls.start, self._calls.items, self._targets, start, 0, seen, self._queue)
            inside = seen[self._methods] != 0
            found = self._written[method] = tuple(np.unique(self._fields[inside]).tolist())
        return found

    def static_fields(self, method: int) -> tuple[int, ...]:
        """The static ones of them."""
        return self.of_type(method, "")

    def of_type(self, method: int, descriptor: str) -> tuple[int, ...]:
        """Those of them that objects of a class have; the static ones for no class."""
        key = method, descriptor
        if key not in self._of_type:
            if method not in self._by_holder:
                self._by_holder[method] = self._held(method)
            held = self._by_holder[method]
            type_ = self._linked.type_of(descriptor) if descriptor else -1
            holders = self._linked.ancestors(type_) if descriptor else (-1,)
            self._of_type[key] = tuple(field for holder in holders for field in held.get(holder, ()))
        return self._of_type[key]

    def _held(self, method: int) -> dict[int, list[int]]:
        """What a method stores by the class that declares it; all static fields under -1."""
        found: dict[int, list[int]] = {}
        for field in self.written(method):
            holder = -1 if field in self.static else int(self._linked.field_holder[field])
            found.setdefault(holder, []).append(field)
        return found


def _read(linked: Linked, executed: Iterable[int]) -> Bool:
    """Which fields any of some methods reads."""
    chosen = np.zeros(len(linked.method_row), np.bool_)
    chosen[[method for method in executed if method >= 0]] = True
    methods, fields, _ = _accesses(linked, _LOADS)
    found = np.zeros(linked.fields, np.bool_)
    found[fields[chosen[methods]]] = True
    return found


def _accesses(linked: Linked, opcodes: tuple[tuple[int, int], ...]) -> tuple[I32, I32, U8]:
    """Method, field and opcode of instructions that read or write a field of the app."""
    chosen = np.zeros(256, np.bool_)
    for low, high in opcodes:
        chosen[low : high + 1] = True
    parts: list[tuple[I32, I32, U8]] = [(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint8))]
    for number, unit in enumerate(linked.units):
        refs = unit.refs
        rows = np.flatnonzero(chosen[refs.opcode] & (refs.target >= 0) & (refs.owner >= 0))
        if not len(rows) or unit.form != "dex":
            continue
        fields = linked.field_ref[linked.first_field[number] + refs.target[rows]]
        methods = linked.first_method[number] + refs.owner[rows]
        known = fields >= 0
        parts.append((methods[known].astype(np.int32), fields[known], refs.opcode[rows][known]))
    methods, fields, found = (np.concatenate(column) for column in zip(*parts, strict=True))
    return methods, fields, found
