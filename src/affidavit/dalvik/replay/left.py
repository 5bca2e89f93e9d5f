"""What methods that are not executed could have changed."""

from collections.abc import Iterable

import numpy as np

from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph

_IPUT, _SPUT = (0x59, 0x5F), (0x67, 0x6D)
_LOADS = ((0x52, 0x58), (0x60, 0x66))


class Left:
    """Fields that methods store into, themselves or through all that they call.

    Args:
        linked, graph: the program, and what can run.
        executed: methods that are executed; None for all. Fields that none of these reads are left aside.

    Attributes:
        static: numbers of fields that are stored into as static ones.
    """

    def __init__(self, linked: Linked, graph: CallGraph, executed: Iterable[int] | None = None) -> None:
        self._linked = linked
        self.static: set[int] = set()
        self._bits: dict[int, int] = {}
        self._masks = self._own(self._read(executed))
        self._spread(graph)
        self._written: dict[int, tuple[int, ...]] = {}
        self._of_type: dict[tuple[int, str], tuple[int, ...]] = {}

    def written(self, method: int) -> tuple[int, ...]:
        """Numbers of the fields."""
        found = self._written.get(method)
        if found is None:
            mask = self._masks.get(method, 0)
            found = self._written[method] = tuple(field for field, bit in self._bits.items() if mask >> bit & 1)
        return found

    def static_fields(self, method: int) -> tuple[int, ...]:
        """The static ones of them."""
        return self.of_type(method, "")

    def of_type(self, method: int, descriptor: str) -> tuple[int, ...]:
        """Those of them that objects of a class have; the static ones for no class."""
        key = method, descriptor
        if key not in self._of_type:
            fields = self.written(method) if self._masks.get(method) else ()
            self._of_type[key] = tuple(field for field in fields if self._has(descriptor, field))
        return self._of_type[key]

    def _has(self, descriptor: str, field: int) -> bool:
        """Whether objects of a class have a field."""
        if not descriptor or field in self.static:
            return not descriptor and field in self.static
        type_ = self._linked.type_of(descriptor)
        return type_ >= 0 and self._linked.is_subtype(type_, int(self._linked.field_holder[field]))

    def _read(self, executed: Iterable[int] | None) -> set[int] | None:
        """Fields that any of some methods reads."""
        if executed is None:
            return None
        chosen = np.zeros(len(self._linked.method_row), np.bool_)
        chosen[[method for method in executed if method >= 0]] = True
        return {field for method, field, _ in self._accesses(_LOADS) if chosen[method]}

    def _own(self, read: set[int] | None) -> dict[int, int]:
        """For each method the fields that it itself stores into, as bits."""
        masks: dict[int, int] = {}
        for method, field, opcode in self._accesses((_IPUT, _SPUT)):
            if read is None or field in read:
                bit = self._bits.setdefault(field, len(self._bits))
                masks[method] = masks.get(method, 0) | 1 << bit
                if opcode >= _SPUT[0]:
                    self.static.add(field)
        return masks

    def _accesses(self, opcodes: tuple[tuple[int, int], ...]) -> Iterable[tuple[int, int, int]]:
        """Method, field and opcode of instructions that read or write a field of the app."""
        linked = self._linked
        chosen = np.zeros(256, np.bool_)
        for low, high in opcodes:
            chosen[low : high + 1] = True
        for number, unit in enumerate(linked.units):
            refs = unit.refs
            rows = np.flatnonzero(chosen[refs.opcode] & (refs.target >= 0) & (refs.owner >= 0))
            if not len(rows) or unit.form != "dex":
                continue
            fields = linked.field_ref[linked.first_field[number] + refs.target[rows]]
            methods = linked.first_method[number] + refs.owner[rows]
            for method, field, opcode in zip(
                methods.tolist(), fields.tolist(), refs.opcode[rows].tolist(), strict=True
            ):
                if field >= 0:
                    yield method, field, opcode

    def _spread(self, graph: CallGraph) -> None:
        """Add what the methods called store, until nothing changes."""
        callers: dict[int, set[int]] = {}
        sites = graph.code.method[graph.site].tolist()
        for caller, target in zip(sites, graph.target.tolist(), strict=True):
            callers.setdefault(target, set()).add(caller)
        queue = list(self._masks)
        while queue:
            method = queue.pop()
            mask = self._masks[method]
            for caller in sorted(callers.get(method, ())):
                before = self._masks.get(caller, 0)
                if before | mask != before:
                    self._masks[caller] = before | mask
                    queue.append(caller)
