"""What methods that are not executed could have changed."""

from collections.abc import Hashable

from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph

_IPUT, _SPUT = range(0x59, 0x60), range(0x67, 0x6E)
_MOST = 5_000


class Left:
    """Fields that methods store into, through all that they call."""

    def __init__(self, linked: Linked, graph: CallGraph) -> None:
        self._linked, self._graph = linked, graph
        self._callees: dict[int, set[int]] = {}
        self._written: dict[int, frozenset[Hashable]] = {}

    def written(self, method: int) -> frozenset[Hashable]:
        """Numbers of the fields."""
        found = self._written.get(method)
        if found is None:
            found = self._written[method] = self._below(method)
        return found

    def _below(self, method: int) -> frozenset[Hashable]:
        """Fields of the method and of all that it can reach."""
        if not self._callees:
            callers = self._graph.code.method[self._graph.site].tolist()
            for caller, target in zip(callers, self._graph.target.tolist(), strict=True):
                self._callees.setdefault(caller, set()).add(target)
        queue, known = [method], {method}
        fields: set[Hashable] = set()
        for here in queue:
            fields |= self._own(here)
            fresh = sorted(self._callees.get(here, set()) - known)
            known.update(fresh)
            if len(queue) < _MOST:
                queue += fresh
        return frozenset(fields)

    def _own(self, method: int) -> set[int]:
        """Fields that the method itself stores into."""
        linked = self._linked
        number, row = int(linked.method_unit[method]), int(linked.method_row[method])
        refs = linked.units[number].refs
        low, high = refs.owner.searchsorted([row, row + 1]).tolist()
        found: set[int] = set()
        for opcode, target in zip(refs.opcode[low:high].tolist(), refs.target[low:high].tolist(), strict=True):
            if (opcode in _IPUT or opcode in _SPUT) and target >= 0:
                found.add(int(linked.field_ref[linked.first_field[number] + target]))
        return found
