"""What a value may be, found by walking backwards from it: see `expressions` for the answer's form.

A parameter is what the call that the question came through gives, else what every caller gives; a field is everything
that reached code writes to it. Every question is bounded in nodes and depth, and what a bound cuts off is a hole.
"""

from collections.abc import Callable

from affidavit.dalvik.models import Models
from affidavit.dalvik.whole import arithmetic, arrays, builders, string_calls
from affidavit.dalvik.whole.cfg import Flowgraph
from affidavit.dalvik.whole.decoders import Decoders
from affidavit.dalvik.whole.expressions import (
    LOOP,
    ClassName,
    Constants,
    Expression,
    Hole,
    Number,
    Text,
    choice,
    constants,
    shown,
    whole,
)
from affidavit.dalvik.whole.files import key_text
from affidavit.dalvik.whole.initial import PLATFORM, initial_values
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.memory import Memory
from affidavit.dalvik.whole.names import result_name
from affidavit.dalvik.whole.shapes import CallGraph
from affidavit.dalvik.whole.sites import (
    AGETS,
    CHECK_CAST,
    FILLED,
    INSTRUCTION,
    LOADS,
    NEW_ARRAY,
    NEW_INSTANCE,
    PARAMETER,
    PHI,
    RETURN,
    THROWN,
    Callee,
    Sites,
)

MAX_NODES = 4_000
"""Nodes looked at for one question."""
MAX_FEW = 1_000
"""The same when only constants are asked for."""
MAX_TOTAL, MAX_LATER = 300_000, 200
"""Nodes looked at for all questions together; past them each question is allowed only a few."""
MAX_DEPTH = 40
MAX_CALLERS = 8
MAX_STORES = 8
MAX_TARGETS = 4
MAX_CONTEXT = 4
"""Calls that a question remembers having come through."""
MAX_GRAPHS = 200
"""Methods whose blocks are kept."""

_WIDE_LITERALS = frozenset({0x18, 0x19})
_TEXT_OWNERS = ("Landroid/content/Context;", "Landroid/content/res/Resources;", "Landroid/app/Fragment;")
_MORE_TEXT_OWNERS = ("Landroidx/fragment/app/Fragment;", "Landroid/support/v4/app/Fragment;")

Context = tuple[int, ...]
"""Invokes that the question came through, the latest last."""
_Known = dict[tuple[int, Context], tuple[Expression, int, int, int]]
"""Answers, each with the nodes and the depth that it took, and its number."""

_Asked = dict[tuple[int, int, int], tuple[Expression, int]]
"""Answers to whole questions (node, depth, size), each with its number."""


def _nothing() -> None:
    """The budget of questions that have none."""


class Values:
    """Answers questions about values.

    Args:
        linked: the program.
        calls: what can run.
        models: library behaviour, for those who ask about objects.
        resources: gives the text of a resource id, None when it has none.
        check: called now and then; it may raise to stop.
        package: what ``getPackageName`` gives; empty when it is not known.
        memory: answers over a call graph that this one has grown from; none by default.

    Attributes:
        sites: the nodes of the call graph. models: as given.
    """

    def __init__(
        self,
        linked: Linked,
        calls: CallGraph,
        models: Models,
        resources: Callable[[int], str | None] = lambda _: None,
        check: Callable[[], None] = _nothing,
        *,
        package: str = "",
        memory: Memory | None = None,
    ) -> None:
        self.sites = Sites(linked, calls, memory)
        memory = self.sites.memory
        self.models = models
        self.resources, self.check, self.package = resources, check, package
        self.decoders = memory.once("decoders", lambda: Decoders(linked))
        self._graphs = memory.once("graphs", dict[int, Flowgraph])
        self._initial = memory.once("initial", lambda: initial_values(linked))
        self._known: _Known = memory.answers("values")
        self._asked: _Asked = memory.answers("questions")
        self._spent = 0

    def of(self, node: int, depth: int = MAX_DEPTH, size: int = MAX_NODES) -> Expression:
        """What is known of a value, looking at no more than `size` nodes, `depth` deep."""
        self.check()
        size = size if self._spent < MAX_TOTAL else min(size, MAX_LATER)
        asked = (node, depth, size)
        if asked not in self._asked:
            question, begin = _Question(self, depth, size, self._known), len(self.sites.memory.notes)
            found = question.value(node, ())
            self._asked[asked] = found, self.sites.memory.answered(begin)
            self._spent += size - question.left
        return self._asked[asked][0]

    def constants(self, node: int) -> Constants:
        """Every constant that the value may be."""
        return constants(self.of(node, size=MAX_FEW))

    def elements(self, node: int) -> list[int] | None:
        """The values of an array made in sight, by index, -1 for one that is not known; None for any other array."""
        return _Question(self, MAX_DEPTH, MAX_NODES, self._known).elements(node, ())

    def text(self, expression: Expression) -> str:
        """The expression as text; see `expressions.shown`."""
        return shown(expression)

    def key(self, node: int) -> str | None:
        """Text that is the same for equal constants and for nothing else; None when the value is no single constant."""
        return key_text(self.of(node, size=MAX_FEW))

    def graph(self, method: int) -> Flowgraph:
        """The blocks of a method."""
        if method not in self._graphs:
            if len(self._graphs) >= MAX_GRAPHS:
                self._graphs.clear()
            linked = self.sites.linked
            self._graphs[method] = Flowgraph(linked.unit_of(method), int(linked.method_row[method]))
        return self._graphs[method]

    def initial(self, field: int) -> Expression | None:
        """What a static field begins with, as its class states it."""
        return self._initial.get(field)

    def resource(self, expression: Expression) -> Expression:
        """The text of a resource id."""
        if not isinstance(expression, Number):
            return Hole("resource")
        text = self.resources(expression.value & 0xFFFFFFFF)
        return Hole(f"resource {expression.value & 0xFFFFFFFF:#x}") if text is None else Text(text)


class _Question:
    """One question: what is still allowed, and what is being looked at."""

    def __init__(self, values: Values, depth: int, size: int, known: _Known) -> None:
        self.values, self.sites, self.memory = values, values.sites, values.sites.memory
        self.depth, self.left, self.known = depth, size, known
        self.open: set[tuple[int, Context]] = set()
        self.cuts = self.deepest = 0

    def value(self, node: int, context: Context) -> Expression:
        """What is known of a node that was reached through the calls of `context`."""
        if node < 0:
            return Hole("unknown")
        place, level = (node, context), len(self.open)
        known = self.known.get(place)
        if known and known[1] <= self.left and level + known[2] <= self.depth:
            self.left -= known[1]
            self.memory.used(known[3])
            self.deepest = max(self.deepest, level + known[2])
            return known[0]
        if place in self.open or self.left <= 0 or level >= self.depth:
            self.cuts += 1
            return Hole(LOOP if place in self.open else "not followed further")
        return self._followed(place, level)

    def _followed(self, place: tuple[int, Context], level: int) -> Expression:
        """Follow a value; what no bound cut off is kept with its cost, so that no answer depends on earlier ones."""
        cuts, left, deepest, begin = self.cuts, self.left, self.deepest, len(self.memory.notes)
        self.left -= 1
        self.deepest = level + 1
        self.open.add(place)
        found = self._value(*place)
        self.open.discard(place)
        if self.cuts == cuts:
            self.known[place] = (found, left - self.left, self.deepest - level, self.memory.answered(begin))
        self.deepest = max(self.deepest, deepest)
        return found

    def _value(self, node: int, context: Context) -> Expression:
        kind = self.sites.kind[node]
        if kind == PARAMETER:
            return self._parameter(node, context)
        if kind in {PHI, RETURN}:
            return choice([self.value(item, context) for item in self.sites.operands(node) if item != node])
        if kind == THROWN:
            return Hole("exception")
        return self._instruction(node, self.sites.opcode(node), context)

    def _instruction(self, node: int, opcode: int, context: Context) -> Expression:
        data, operands = self.sites.data[node], self.sites.operands(node)
        if 0x12 <= opcode <= 0x1C:
            return self._constant(node, opcode, data)
        found: Expression | None = None
        if opcode == CHECK_CAST:
            found = self.value(operands[0], context)
        elif opcode == NEW_INSTANCE:
            found = self._new(node, context)
        elif opcode in LOADS:
            found = self._field(self.sites.field(node))
        elif opcode in AGETS:
            found = self._element(operands, context)
        elif self.sites.is_invoke(node):
            found = self._result(node, operands, context)
        return self._computed(opcode, data, operands, context) if found is None else found

    def _constant(self, node: int, opcode: int, data: int) -> Expression:
        """const, const-string, const-class."""
        if opcode <= 0x19:
            return Hole("wide number") if opcode in _WIDE_LITERALS else Number(data)
        return ClassName(self.sites.type_name(node)) if opcode == 0x1C else Text(self.sites.string(node))

    def _computed(self, opcode: int, data: int, operands: list[int], context: Context) -> Expression:
        """Arithmetic on constants."""
        wanted = 1 if arithmetic.is_literal(opcode) or arithmetic.is_unary(opcode) else 2
        if len(operands) == wanted and (arithmetic.is_unary(opcode) or arithmetic.is_binary(opcode)):
            found = [self.value(item, context) for item in operands]
            numbers = [item.value for item in found if isinstance(item, Number)]
            if len(numbers) == wanted:
                if arithmetic.is_unary(opcode):
                    return Number(arithmetic.unary(opcode, numbers[0]))
                result = arithmetic.binary(opcode, numbers[0], data if wanted == 1 else numbers[1])
                return Hole("computed") if result is None else Number(result)
        return Hole("array" if opcode == NEW_ARRAY or opcode in FILLED else "computed")

    def _parameter(self, node: int, context: Context) -> Expression:
        position = self.sites.data[node]
        if context:
            operands = self.sites.operands(context[-1])
            return self.value(operands[position], context[:-1]) if position < len(operands) else self._given(node)
        callers, others = self.sites.callers(self.sites.method[node])
        rows = [self.sites.operands(site) for site in callers] if len(callers) <= MAX_CALLERS else []
        if not rows or any(position >= len(row) for row in rows):
            return self._given(node)
        return choice([*(self.value(row[position], ()) for row in rows), *([self._given(node)] if others else [])])

    def _given(self, node: int) -> Expression:
        """The hole of a parameter."""
        return Hole(f"parameter {self.sites.data[node]} of {self.sites.method_name(self.sites.method[node])}")

    def _field(self, field: int) -> Expression:
        if field < 0:
            return Hole("field")
        text = self.sites.linked.field_text(field)
        initial, stores = self.values.initial(field), self.sites.stores(field)
        known = PLATFORM.get(text)
        if known is not None:
            return known
        if len(stores) > MAX_STORES or (not stores and initial is None):
            return Hole(f"field {text}")
        found = [self.value(self.sites.operands(store)[0], ()) for store in stores]
        return choice([*([initial] if initial is not None else []), *found])

    def _new(self, node: int, context: Context) -> Expression:
        """A new object: what it was built from."""
        owner = self.sites.type_name(node)
        if owner in builders.BUILDERS:
            return self._built(node, -1, context)
        for user in self.sites.users(node):
            callee = self.sites.callee(user)
            operands = self.sites.operands(user)
            if callee and callee.name == "<init>" and callee.owner == owner and operands[0] == node:
                arguments = [self.value(item, context) for item in operands[1:]]
                return string_calls.constructed(owner, callee.proto, arguments) or Hole(f"new {owner}")
        return Hole(f"new {owner}")

    def _built(self, node: int, end: int, context: Context) -> Expression:
        """What a builder holds when `end` asks."""
        origin = builders.root(self.sites, node)
        if self.sites.kind[origin] != INSTRUCTION:
            return self.value(origin, context)
        return builders.built(self.sites, origin, end, lambda item: self.value(item, context), self.values.graph)

    def _result(self, node: int, operands: list[int], context: Context) -> Expression:
        """The result of an invoke."""
        callee = self.sites.callee(node)
        if callee is None:
            return Hole("unknown")
        if callee.owner in builders.BUILDERS and operands:
            if callee.name in builders.ENDS and operands[0] >= 0:
                content = self._built(operands[0], node, context)
                values = [content, *(self.value(item, context) for item in operands[1:])]
                return string_calls.call("Ljava/lang/String;", callee.name, callee.proto, values) or content
            return self._built(node, -1, context) if builders.root(self.sites, node) != node else Hole("computed")
        targets = self.sites.targets(node)
        if targets:
            return self._returned(node, targets, callee, context)
        filled = callee.proto[-2:-1] == "[" and self.sites.is_filled(node)
        return Hole("array") if filled else self._outside(callee, operands, context)

    def _returned(self, node: int, targets: list[int], callee: Callee, context: Context) -> Expression:
        """What the app's methods that an invoke calls give back."""
        hole = Hole(f"result of {callee.text}")
        if len(targets) > MAX_TARGETS or callee.proto.endswith("V"):
            return hole
        inner = (*context, node) if len(context) < MAX_CONTEXT else ()
        rows = [self.sites.returned(target) for target in targets]
        found = choice([self.value(row, inner) if row >= 0 else hole for row in rows])
        if whole(found) or len(targets) > 1:
            return found
        arguments = [self.value(item, context) for item in self.sites.operands(node)]
        return self.values.decoders.result(targets[0], arguments) or found

    def _outside(self, callee: Callee, operands: list[int], context: Context) -> Expression:
        """What a method of the platform gives back."""
        if operands and f"{callee.owner}->{callee.name}" in arrays.COPIES:
            return self.value(operands[0], context)
        nodes = self._spread(callee, operands, context)
        values = [self.value(item, context) for item in nodes]
        if self._is_resource(callee) and len(values) > 1:
            text = self.values.resource(values[1])
            return string_calls.formatted(text, values[2:]) if len(values) > 2 else text
        if callee.name == "getPackageName" and self.values.package:
            return Text(self.values.package)
        if callee.name == "getClass" and operands:
            return self._class_of(operands[0])
        found = string_calls.call(callee.owner, callee.name, callee.proto, values)
        if found is None and callee.name == "toString" and values and whole(values[0]):
            return values[0]
        if found is None and self.sites.is_a(callee.owner, "Ljava/lang/ClassLoader;"):
            found = string_calls.call("Ljava/lang/ClassLoader;", callee.name, callee.proto, values)
        return found or Hole(result_name(callee, values, self.sites.is_a))

    def _is_resource(self, callee: Callee) -> bool:
        """Whether a call gives the text of a resource id."""
        named = callee.name in {"getString", "getText"} and callee.proto.startswith("(I")
        return named and self.sites.is_a(callee.owner, *_TEXT_OWNERS, *_MORE_TEXT_OWNERS)

    def _class_of(self, node: int) -> Expression:
        """``getClass``: the class of an object that is made in sight."""
        for _ in range(MAX_CONTEXT):
            if node >= 0 and self.sites.opcode(node) == CHECK_CAST:
                node = self.sites.operands(node)[0]
        if node >= 0 and self.sites.opcode(node) == NEW_INSTANCE:
            return ClassName(self.sites.type_name(node))
        return Hole("class of an object")

    def _spread(self, callee: Callee, operands: list[int], context: Context) -> list[int]:
        """Operands, those of a last ``Object[]`` one by one when it is made in sight."""
        if not operands or not callee.proto.partition(")")[0].endswith("[Ljava/lang/Object;"):
            return operands
        elements = self.elements(operands[-1], context)
        return operands if elements is None else [*operands[:-1], *elements]

    def elements(self, node: int, context: Context) -> list[int] | None:
        """See `arrays.elements`."""
        return arrays.elements(self.sites, node, lambda item: self.value(item, context))

    def _element(self, operands: list[int], context: Context) -> Expression:
        """An element of an array that is made in sight, or that one static initialiser makes."""
        array, context = self._array(operands[0], context)
        elements = self.elements(array, context)
        if not elements:
            callee = self.sites.callee(array) if array >= 0 else None
            given = [self.value(item, context) for item in (*self.sites.operands(array), operands[1])] if callee else []
            found = string_calls.piece(callee.owner, callee.name, given) if callee else None
            return found or Hole("element of an array")
        index = self.value(operands[1], context)
        if isinstance(index, Number):
            return self.value(elements[index.value], context) if 0 <= index.value < len(elements) else Hole("element")
        return choice([self.value(item, context) for item in elements])

    def _array(self, node: int, context: Context) -> tuple[int, Context]:
        """The array that a field which is written once holds."""
        if node >= 0 and self.sites.opcode(node) in LOADS:
            stores = self.sites.stores(self.sites.field(node))
            if len(stores) == 1:
                return self.sites.operands(stores[0])[0], ()
        return node, context
