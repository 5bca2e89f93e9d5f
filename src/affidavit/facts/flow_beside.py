"""Calls beside a path: what gave the object that data is taken from, and what carries out what a sink only prepares.

Data counts where its value is taken (the text of a message), and the way out where the data goes in (the address of a
connection). What was asked before, and what connects afterwards, belongs to the same flow and is named with it.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from affidavit.dalvik.models import Models
from affidavit.dalvik.whole.sites import AGETS, APUTS, LOADS, NEW_INSTANCE, Sites
from affidavit.facts.flow_knowledge import FlowKnowledge
from affidavit.facts.flow_origins import constructor, roots
from affidavit.model.flow import Beside

MAX_ASKED = 4
"""Calls that are named, one before the other."""
MAX_SENT = 8
_NODES = 64
_PURE, _INIT = "pure", "<init>"


class Neighbours:
    """Finds calls beside paths.

    Args:
        sites: the nodes. known: what is sensitive. models: what library methods hand on.
    """

    def __init__(self, sites: Sites, known: FlowKnowledge, models: Models) -> None:
        self._sites, self._known, self._models = sites, known, models

    def asked(self, source: int) -> tuple[Beside, ...]:
        """Calls that gave what a source takes its data from, the nearest first."""
        found: list[Beside] = []
        front, seen = self._taken_from(source), {source}
        while front and len(found) < MAX_ASKED:
            makers = [node for node in self._makers(front) if node not in seen and self._gives(node)]
            seen.update(makers)
            found += [self._beside(node) for node in makers[: MAX_ASKED - len(found)]]
            front = [item for node in makers for item in self._taken_from(node)]
        return tuple(found)

    def sent(self, sink: int, names: Iterable[str]) -> tuple[Beside, ...]:
        """Calls of the named methods on what a sink gives, in the method of the sink, in its order."""
        wanted, found = frozenset(names), []
        for node in self._on(sink) if wanted else ():
            callee = self._sites.callee(node)
            if callee is not None and callee.name in wanted:
                found.append(node)
        return tuple(self._beside(node) for node in sorted(found, key=lambda node: self._sites.pc[node])[:MAX_SENT])

    def _taken_from(self, node: int) -> list[int]:
        """What an instruction takes from: the receiver; of a constructor or a static method the first argument."""
        opcode, operands = self._sites.opcode(node), self._sites.code.operands(node)
        callee = self._sites.callee(node)
        first = callee is not None and callee.name == _INIT
        takes = callee is not None or opcode in LOADS
        return [item for item in operands[first : first + 1] if item >= 0] if takes else []

    def _makers(self, front: list[int]) -> Iterator[int]:
        """The calls that made some values, also where an array lies between."""
        queue, seen = deque(front), set(front)
        while queue and len(seen) < _NODES:
            for root in roots(self._sites, queue.popleft()):
                if root < 0:
                    continue
                made = constructor(self._sites, root) if self._sites.opcode(root) == NEW_INSTANCE else root
                if made >= 0 and self._sites.is_invoke(made):
                    yield made
                elif self._sites.opcode(root) in AGETS:
                    array = self._sites.code.operands(root)[0]
                    fresh = [item for item in (array, *self._elements(array)) if item >= 0 and item not in seen]
                    seen.update(fresh)
                    queue.extend(fresh)

    def _elements(self, array: int) -> list[int]:
        """Values that the method of an array puts into it."""
        made = [user for root in roots(self._sites, array) if root >= 0 for user in self._sites.users(root)]
        rows = [self._sites.code.operands(user) for user in made if self._sites.opcode(user) in APUTS]
        return [row[0] for row in rows]

    def _gives(self, node: int) -> bool:
        """Whether a call hands something on that is more than a service: knowledge names it, or a model says so."""
        callee = self._sites.callee(node)
        if callee is None or callee.target >= 0:
            return False
        if (callee.owner, callee.name) in self._known.calls:
            return True
        effects = self._models.effects(callee.owner, callee.name, callee.proto)
        effects = self._models.default(callee.owner, callee.name, callee.proto) if effects is None else effects
        where = "this" if callee.name == _INIT else "return"
        return any(effect.kind != _PURE and effect.target and effect.target.base == where for effect in effects)

    def _on(self, node: int) -> Iterator[int]:
        """Invokes whose receiver is what an instruction gives, within its method."""
        queue, seen = deque([node]), {node}
        while queue and len(seen) < _NODES:
            here = queue.popleft()
            for user in self._sites.users(here):
                if self._sites.is_invoke(user):
                    if self._sites.code.operands(user)[0] == here:
                        yield user
                elif user not in seen and self._sites.opcode(user) not in LOADS | AGETS | APUTS:
                    seen.add(user)
                    queue.append(user)

    def _beside(self, node: int) -> Beside:
        callee = self._sites.callee(node)
        place = self._sites.linked.place(int(self._sites.method[node]), int(self._sites.pc[node]))
        return Beside(callee.text if callee else "", place)
