"""Where an object of a library comes from: through casts, fields, parameters and results, as far as bounds allow."""

from collections import deque
from dataclasses import dataclass, field

from affidavit.dalvik.whole.shapes import NodeKind
from affidavit.dalvik.whole.sites import CHECK_CAST, LOADS, NEW_INSTANCE, Sites
from affidavit.facts.flow_knowledge import FlowKnowledge, Stream

MAX_NODES = 64
"""Nodes looked at for one question."""
MAX_WAYS = 8
"""Stores of a field, callers of a method or targets of a call that are followed; where there are more, none is."""
MAX_WRAPPED = 4
"""Streams around streams that are followed."""

_CONSTANTS = (0x12, 0x19)
"""Opcodes of numbers, null among them."""
_PARCEL = "Landroid/os/Parcel;"


def roots(sites: Sites, node: int) -> list[int]:
    """Nodes at which the value is made, or beyond which it is not followed, in the order of the search."""
    found: list[int] = []
    seen, queue = {node}, deque([node])
    while queue:
        here = queue.popleft()
        above = _above(sites, here) if here >= 0 else []
        fresh = [item for item in dict.fromkeys(above) if item not in seen]
        if above and len(seen) + len(fresh) <= MAX_NODES:
            seen.update(fresh)
            queue.extend(fresh)
        else:
            found.append(here)
    return found


def _above(sites: Sites, node: int) -> list[int]:
    """What a value is a copy of; nothing when it is made here."""
    kind, code = sites.code.kind[node], sites.code
    if kind == NodeKind.PARAMETER:
        return _passed(sites, node)
    if kind in {NodeKind.PHI, NodeKind.RETURN}:
        return [item for item in code.operands(node) if item != node]
    opcode = sites.opcode(node)
    if opcode == CHECK_CAST:
        return code.operands(node)
    if opcode in LOADS:
        stores = sites.stores(sites.field(node))
        return [code.operands(store)[0] for store in stores] if len(stores) <= MAX_WAYS else []
    targets = sites.targets(node) if sites.is_invoke(node) else []
    return [sites.returned(target) for target in targets] if len(targets) <= MAX_WAYS else []


def _passed(sites: Sites, node: int) -> list[int]:
    """The operands that callers pass for a parameter."""
    position = int(sites.code.data[node])
    callers, others = sites.callers(int(sites.code.method[node]))
    if others or len(callers) > MAX_WAYS:
        return []
    rows = [sites.code.operands(site) for site in callers]
    return [row[position] if position < len(row) else -1 for row in rows]


def constructor(sites: Sites, node: int) -> int:
    """The invoke that constructs a new object; -1 when there is none."""
    for user in sites.users(node):
        callee = sites.callee(user)
        if callee is not None and callee.name == "<init>" and sites.code.operands(user)[0] == node:
            return user
    return -1


class Made:
    """Tells objects of libraries that the app made by itself from those that it was given.

    Args:
        sites: the nodes.
    """

    def __init__(self, sites: Sites) -> None:
        self._sites = sites
        self._copied: dict[tuple[str, tuple[str, ...]], bool] = {}

    def by_app(self, node: int, copied_by: tuple[str, ...]) -> bool:
        """Whether a value is always an object that the app made, not of another one, and that none is copied into."""
        found = [item for item in roots(self._sites, node) if not _is_null(self._sites, item)]
        return bool(found) and all(self._is_own(item, copied_by) for item in found)

    def _is_own(self, node: int, copied_by: tuple[str, ...]) -> bool:
        if node < 0 or self._sites.opcode(node) != NEW_INSTANCE:
            return False
        name, made = self._sites.type_name(node), constructor(self._sites, node)
        callee = self._sites.callee(made) if made >= 0 else None
        if callee is None or callee.target >= 0 or name in callee.proto or _PARCEL in callee.proto:
            return False
        if (name, copied_by) not in self._copied:
            copies = self._sites.outside(lambda other: other.name in copied_by and name in other.proto)
            self._copied[name, copied_by] = bool(copies)
        return not self._copied[name, copied_by]


def _is_null(sites: Sites, node: int) -> bool:
    return node >= 0 and _CONSTANTS[0] <= sites.opcode(node) <= _CONSTANTS[1]


@dataclass
class Ends:
    """Where a stream may lead: ids of sinks, whether into memory, and whether somewhere that is not known."""

    sinks: set[str] = field(default_factory=set)
    memory: bool = False
    unknown: bool = False
    nodes: list[int] = field(default_factory=list)


class Streams:
    """Says where streams lead.

    Args:
        sites: the nodes. known: what calls make streams.
    """

    def __init__(self, sites: Sites, known: FlowKnowledge) -> None:
        self._sites, self._known = sites, known
        self._ends: dict[int, Ends] = {}

    def ends(self, node: int) -> Ends:
        """Where a stream may lead."""
        if node not in self._ends:
            found = Ends()
            self._follow(node, found, MAX_WRAPPED)
            self._ends[node] = found
        return self._ends[node]

    def _follow(self, node: int, ends: Ends, depth: int) -> None:
        for root in roots(self._sites, node):
            stream = self._stream(root, ends)
            operands = self._operands(root) if stream else []
            if stream is None:
                continue
            if stream.wraps < 0:
                ends.sinks.add(stream.what)
                ends.nodes.append(root)
            elif depth and stream.wraps < len(operands):
                self._follow(operands[stream.wraps], ends, depth - 1)
            else:
                ends.unknown = True

    def _stream(self, root: int, ends: Ends) -> Stream | None:
        """What is known of the place where a stream is made; when nothing is, `ends` is told."""
        class_, name = self._made(root)
        for above in self._ancestors(class_):
            if above in self._known.in_memory:
                ends.memory = True
                return None
            found = self._known.origins.get((above, name))
            if found is not None:
                return found
        ends.unknown = True
        return None

    def _made(self, root: int) -> tuple[str, str]:
        """Class and member that a value comes from."""
        sites = self._sites
        opcode = sites.opcode(root) if root >= 0 else -1
        if opcode == NEW_INSTANCE:
            return sites.type_name(root), "<init>"
        if opcode in LOADS and (number := sites.field(root)) >= 0:
            holder, _, rest = sites.linked.field_text(number).partition("->")
            return holder, rest.partition(":")[0]
        callee = sites.callee(root) if root >= 0 else None
        return (callee.owner, callee.name) if callee is not None else ("", "")

    def _operands(self, root: int) -> list[int]:
        """Operands of the call that makes a stream."""
        sites = self._sites
        made = constructor(sites, root) if sites.opcode(root) == NEW_INSTANCE else root
        return sites.code.operands(made) if made >= 0 else []

    def _ancestors(self, class_: str) -> list[str]:
        linked = self._sites.linked
        number = linked.type_of(class_)
        if number < 0:
            return list(linked.framework.ancestors(class_))
        return [linked.types[above] for above in linked.ancestors(number)]
