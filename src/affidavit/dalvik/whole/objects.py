"""Where an object comes from and where it is used, followed through calls, fields, arrays and containers.

Over-approximate: order of execution and the object in which a field lies are not looked at. Used for the few objects
whose making decides about links between parts of the app: intents, filters, messengers, reflective methods.
"""

from affidavit.dalvik.effects import Effect, Operand
from affidavit.dalvik.whole.sites import (
    AGETS,
    APUTS,
    CHECK_CAST,
    INVOKES,
    LOADS,
    NEW_INSTANCE,
    PARAMETER,
    PHI,
    RETURN,
    STORES,
    Callee,
)
from affidavit.dalvik.whole.values import Values

MAX_NODES = 2_000
"""Nodes looked at for one question."""
MAX_TOTAL, MAX_LATER = 200_000, 100
"""Nodes looked at for all questions together; past them each question is allowed only a few."""
MAX_FANOUT = 200
"""Callers, stores or loads that are followed from one node; what has more is taken as not known."""
MAX_NESTING = 3
"""Containers within containers."""
_STATIC, _STATIC_INVOKES = 0x8, frozenset({0x71, 0x77})
_USES = INVOKES | APUTS
_FOLLOWED = _USES | STORES | {CHECK_CAST, -1}
"""Opcodes after which another node may hold the object; -1 for nodes that are no instruction."""

Origins = tuple[tuple[int, ...], bool]
"""Nodes, and whether these are all."""
Uses = tuple[tuple[int, int], ...]
"""Nodes, each with the position of an operand."""


class Objects:
    """Answers where objects come from and go.

    Args:
        values: answers about values of the same call graph.

    Attributes:
        indirect: reflective invoke -> library methods that it calls, each with its operands, once they were found.
    """

    def __init__(self, values: Values) -> None:
        self.values, self.sites, self.memory = values, values.sites, values.sites.memory
        self.indirect: dict[int, list[tuple[Callee, list[int]]]] = {}
        self._origins: dict[int, tuple[Origins, int]] = self.memory.answers("origins")
        self._uses: dict[int, tuple[Uses, int]] = self.memory.answers("uses")
        self._open: set[tuple[str, int]] = set()
        self._left, self._spent = 0, 0
        self._kinds = self.memory.once("kinds", dict[tuple[str, str, str], frozenset[str]])
        self._nesting = 0

    def effects(self, node: int) -> tuple[Effect, ...]:
        """What a model says of an invoke that leaves the app; nothing where none does."""
        callee = self.sites.callee(node)
        if callee is None or callee.target >= 0:
            return ()
        return self.values.models.effects(callee.owner, callee.name, callee.proto) or ()

    def outside(self, kind: str) -> list[int]:
        """Invokes of methods outside of the app whose model has an effect of a kind, sorted."""
        return self.sites.outside(lambda callee: self.has(callee, kind))

    def has(self, callee: Callee, kind: str) -> bool:
        """Whether the model of a method has an effect of a kind."""
        return kind in self._effects(callee)

    def _effects(self, callee: Callee) -> frozenset[str]:
        """Kinds of the effects of a method."""
        asked = (callee.owner, callee.name, callee.proto)
        found = self._kinds.get(asked)
        if found is None:
            found = frozenset(effect.kind for effect in self.values.models.effects(*asked) or ())
            self._kinds[asked] = found
        return found

    def operand(self, node: int, operand: Operand | None) -> int:
        """The node that an operand of an effect means at an invoke; -1 for a store, for all, and for none."""
        if operand is None:
            return -1
        if operand.base == "return":
            return node
        static = self.sites.opcode(node) in _STATIC_INVOKES
        position = {"this": 0, "argument": operand.position + 1}.get(operand.base, -1) - (1 if static else 0)
        operands = self.sites.operands(node)
        return operands[position] if 0 <= position < len(operands) else -1

    def origins(self, node: int) -> Origins:
        """Nodes at which the object that a node holds may have come up, sorted, and whether these are all.

        An origin is a new-instance, an array, a constant, the result of a library method or a parameter that the
        platform gives.
        """
        if node in self._origins:
            self.memory.used(self._origins[node][1])
            return self._origins[node][0]
        asked, begin = ("origins", node), len(self.memory.notes)
        if asked in self._open:
            return (node,), False
        first = self._begin(asked)
        found = self._backwards(node)
        self._open.discard(asked)
        if first:
            self._origins[node] = found, self.memory.answered(begin)
        return found

    def _begin(self, asked: tuple[str, int]) -> bool:
        """Open a question; whether it is one of its own and not part of another, whose bound then holds."""
        first = not self._open
        if first:
            self._left = MAX_NODES if self._spent < MAX_TOTAL else MAX_LATER
        self._open.add(asked)
        return first

    def _step(self) -> bool:
        """Whether one more node may be looked at."""
        self._left -= 1
        self._spent += 1
        return self._left >= 0

    def _backwards(self, start: int) -> Origins:
        seen, stack = {start}, [start]
        found: set[int] = set()
        complete = True
        while stack:
            node = stack.pop()
            if not self._step():
                complete = False
                break
            before = self._before(node) if node >= 0 else None
            if before is None:
                complete &= node >= 0
                found.update((node,) if node >= 0 else ())
                continue
            nodes, outside = before
            found.update((node,) if outside else ())
            fresh = [item for item in dict.fromkeys(nodes) if item not in seen]
            seen.update(fresh)
            stack += fresh
        return tuple(sorted(found)), complete

    def _before(self, node: int) -> tuple[list[int], bool] | None:
        """Nodes that may hold the object before, and whether it may come up at the node itself; None: only there."""
        kind, opcode = self.sites.kind[node], self.sites.opcode(node)
        if kind in {PHI, RETURN} or opcode == CHECK_CAST:
            return self.sites.operands(node), False
        if kind == PARAMETER:
            return self._given(node)
        if self.sites.is_invoke(node):
            return self._before_invoke(node)
        found: list[int] = []
        if opcode in LOADS:
            stores = self.sites.stores(self.sites.field(node))
            found = [self.sites.operands(store)[0] for store in stores] if len(stores) < MAX_FANOUT else []
        elif opcode in AGETS:
            found = self.held(self.sites.operands(node)[0])
        return (found, False) if found else None

    def _given(self, node: int) -> tuple[list[int], bool] | None:
        """What callers give for a parameter."""
        callers, others = self.sites.callers(self.sites.method[node])
        position = self.sites.data[node]
        rows = [self.sites.operands(site) for site in callers[:MAX_FANOUT]]
        given = [row[position] for row in rows if position < len(row)]
        return (given, others or len(callers) > MAX_FANOUT) if given else None

    def _before_invoke(self, node: int) -> tuple[list[int], bool] | None:
        """What the result of an invoke may be."""
        targets = self.sites.targets(node)
        if targets:
            rows = [self.sites.returned(target) for target in targets[:MAX_FANOUT]]
            return [row for row in rows if row >= 0], False
        found: list[int] = []
        for effect in self.effects(node):
            if effect.kind != "same" or effect.target is None or effect.target.base != "return":
                continue
            origin = self.operand(node, effect.origin)
            if origin >= 0 and effect.origin:
                found += self.held(origin) if effect.origin.key else [origin]
        return (found, False) if found else None

    def held(self, container: int) -> list[int]:
        """Nodes whose objects are put into an array or container."""
        if self._nesting >= MAX_NESTING:
            return []
        self._nesting += 1
        found: set[int] = set()
        for origin in self.origins(container)[0]:
            for node, position in self.uses(origin):
                found.update(self._put(node, position))
        self._nesting -= 1
        return sorted(found)

    def _put(self, node: int, position: int) -> list[int]:
        """What a use of a container puts into it."""
        operands = self.sites.operands(node)
        if self.sites.opcode(node) in APUTS:
            return [operands[0]] if position == 1 else []
        found = []
        for effect in self.effects(node):
            kept = effect.kind == "same" and effect.target and effect.target.key
            if kept and self.operand(node, effect.target) == operands[position]:
                found.append(self.operand(node, effect.origin))
        return [item for item in found if item >= 0]

    def uses(self, origin: int) -> Uses:
        """Invokes and array stores that have the object of an origin as an operand: (node, position), sorted."""
        if origin in self._uses:
            self.memory.used(self._uses[origin][1])
            return self._uses[origin][0]
        asked, begin = ("uses", origin), len(self.memory.notes)
        if asked in self._open:
            return ()
        first = self._begin(asked)
        found = tuple(sorted(self._closure(origin)[1]))
        self._open.discard(asked)
        if first:
            self._uses[origin] = found, self.memory.answered(begin)
        return found

    def aliases(self, origin: int) -> frozenset[int]:
        """Every node that may hold the object of an origin."""
        asked = ("aliases", origin)
        self._begin(asked)
        nodes, _ = self._closure(origin)
        self._open.discard(asked)
        return frozenset(nodes)

    def _closure(self, origin: int) -> tuple[set[int], set[tuple[int, int]]]:
        seen, stack = {origin}, [origin]
        uses: set[tuple[int, int]] = set()
        while stack and self._step():
            node = stack.pop()
            for user in self.sites.users(node):
                if not self._step():
                    break
                opcode = self.sites.opcode(user)
                if opcode not in _FOLLOWED:
                    continue
                operands = self.sites.operands(user)
                positions = [at for at, item in enumerate(operands) if item == node]
                if opcode in _USES:
                    uses.update((user, position) for position in positions)
                fresh = [item for item in self._after(user, opcode, operands, positions) if item not in seen]
                seen.update(fresh)
                stack += fresh
        return seen, uses

    def _after(self, user: int, opcode: int, operands: list[int], positions: list[int]) -> list[int]:
        """Nodes that hold the object after a use of it."""
        if opcode == CHECK_CAST:
            return [user]
        if opcode in INVOKES:
            return self._after_invoke(user, operands, positions)
        if opcode in STORES:
            return self.sites.loads(self.sites.field(user))[:MAX_FANOUT] if 0 in positions else []
        if opcode in APUTS:
            return self._fetched(operands[1]) if 0 in positions else []
        kind = self.sites.kind[user]
        if kind == RETURN:
            return self.sites.callers(self.sites.method[user])[0][:MAX_FANOUT]
        return [user] if kind == PHI else []

    def _after_invoke(self, user: int, operands: list[int], positions: list[int]) -> list[int]:
        """Nodes that hold the object after a method got it."""
        targets = self.sites.targets(user)
        given = [self.sites.parameter(target, at) for target in targets[:MAX_FANOUT] for at in positions]
        found = [item for item in given if item >= 0]
        held = {operands[position] for position in positions}
        for effect in self.effects(user):
            if effect.kind != "same" or effect.target is None or effect.origin is None or effect.origin.key:
                continue
            if self.operand(user, effect.origin) not in held:
                continue
            if effect.target.base == "return":
                found.append(user)
            elif effect.target.key and effect.target.base in {"this", "argument"}:
                found += self._fetched(self.operand(user, effect.target))
        return found

    def _fetched(self, container: int) -> list[int]:
        """Nodes that take an object out of an array or container."""
        if self._nesting >= MAX_NESTING or container < 0:
            return []
        self._nesting += 1
        found: set[int] = set()
        for origin in self.origins(container)[0]:
            for alias in sorted(self._closure(origin)[0]):
                found.update(self._taken(alias) if self._step() else ())
        self._nesting -= 1
        return sorted(found)

    def _taken(self, container: int) -> list[int]:
        """Nodes that take an object out of the container that a node holds."""
        found = []
        for user in self.sites.users(container):
            if not self._step():
                break
            if self.sites.opcode(user) in AGETS and self.sites.operands(user)[0] == container:
                found.append(user)
            for effect in self.effects(user):
                fetch = effect.kind == "same" and effect.origin is not None and effect.origin.key is not None
                back = effect.target is not None and effect.target.base == "return"
                if fetch and back and self.operand(user, effect.origin) == container:
                    found.append(user)
        return found

    def types(self, node: int) -> list[str]:
        """Descriptors of the objects that a node may hold, as far as they are made in sight; sorted."""
        found: set[str] = set()
        for origin in self.origins(node)[0]:
            callee = self.sites.callee(origin)
            if self.sites.opcode(origin) == NEW_INSTANCE:
                found.add(self.sites.type_name(origin))
            elif callee is not None and callee.name == "newInstance":
                found.update(self._reflected(callee.owner, self.sites.operands(origin)[0]))
        return sorted(found)

    def _reflected(self, owner: str, node: int) -> list[str]:
        """Descriptors of what a class object or a constructor makes."""
        if owner == "Ljava/lang/Class;":
            return self.values.constants(node).classes() or self.types_of_class(node)
        if owner != "Ljava/lang/reflect/Constructor;":
            return []
        gets = [item for item in self.origins(node)[0] if self.sites.is_invoke(item) and self.sites.operands(item)]
        return [name for item in gets for name in self.values.constants(self.sites.operands(item)[0]).classes()]

    def types_of_class(self, node: int) -> list[str]:
        """Descriptors that a class object may stand for, be it ``getClass`` of ``this`` or of objects made in sight."""
        found: set[str] = set()
        for origin in self.origins(node)[0]:
            callee = self.sites.callee(origin)
            if callee is not None and callee.name == "getClass":
                of = self.sites.operands(origin)[0]
                found.update(self.types(of) or self._own(of))
            elif origin != node:
                found.update(self.values.constants(origin).classes())
        return sorted(found)

    def _own(self, node: int) -> list[str]:
        """The class of a method of which a node is ``this``."""
        method, linked = self.sites.method[node] if node >= 0 else -1, self.sites.linked
        if method < 0 or node != self.sites.parameter(method, 0) or int(linked.method_access[method]) & _STATIC:
            return []
        return [linked.types[int(linked.method_type[method])]]

    def fields_named(self, prefix: str) -> list[int]:
        """Numbers of the fields whose text (``Lx/A;->f:I``) begins with a prefix that has class and name."""
        linked = self.sites.linked
        return [
            field
            for field in linked.fields_of(linked.type_of(prefix.partition("->")[0]))
            if linked.field_text(field).startswith(prefix)
        ]
