"""Texts and addresses that are put together step by step on one object: StringBuilder, Uri.Builder.

The steps are the calls on the object in its method, in order of address. A call that some way to the end does not pass
gives two possibilities; one that a loop repeats is followed by a hole.
"""

from collections.abc import Callable
from dataclasses import dataclass

from affidavit.dalvik.whole.cfg import Flowgraph
from affidavit.dalvik.whole.expressions import (
    LOOP,
    Expression,
    Hole,
    Join,
    Number,
    Text,
    as_text,
    choice,
    joined,
    shown,
)
from affidavit.dalvik.whole.sites import CHECK_CAST, NEW_INSTANCE, Callee, Sites
from affidavit.dalvik.whole.string_calls import character

TEXTS = frozenset({"Ljava/lang/StringBuilder;", "Ljava/lang/StringBuffer;", "Ljava/lang/AbstractStringBuilder;"})
ADDRESSES = frozenset({"Landroid/net/Uri$Builder;"})
BUILDERS = TEXTS | ADDRESSES
ENDS = frozenset({"toString", "build", "substring", "subSequence"})
"""Methods that give what was built."""
MAX_STEPS = 200

_LOOKS = frozenset({*ENDS, "length", "charAt", "indexOf", "lastIndexOf", "capacity", "equals", "hashCode", "getChars"})
_HIDDEN = frozenset({"ensureCapacity", "trimToSize", "<init>"})
Value = Callable[[int], Expression]
"""Gives what is known of a node."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call on the object: its node, what it names, its operands after the receiver."""

    node: int
    callee: Callee
    arguments: list[int]


def root(sites: Sites, node: int) -> int:
    """The object that a chain of calls (``append`` gives its receiver back) began with."""
    for _ in range(MAX_STEPS):
        callee = sites.callee(node)
        operands = sites.operands(node)
        chained = callee is not None and callee.owner in BUILDERS and callee.name not in _LOOKS
        if not operands or not (chained or sites.opcode(node) == CHECK_CAST) or operands[0] < 0:
            return node
        node = operands[0]
    return node


def built(sites: Sites, origin: int, end: int, value: Value, graph: Callable[[int], Flowgraph]) -> Expression:
    """What an object holds at a node (`end`, -1 for the end of its method).

    Args:
        sites: the nodes.
        origin: the object, as `root` gives it.
        end: the node that asks.
        value: gives what is known of the steps' operands, and of an origin that is not made here.
        graph: gives the blocks of a method.
    """
    steps, names = _steps(sites, origin)
    method = sites.method[origin]
    inside = end >= 0 and sites.method[end] == method
    before = [step for step in steps if not inside or sites.pc[step.node] < sites.pc[end]]
    state = _beginning(sites, origin, names, value)
    order = _Order(graph(method), sites.pc[origin], sites.pc[end] if inside else -1)
    for step in before[:MAX_STEPS]:
        pc = sites.pc[step.node]
        after = _after(state, step, value)
        if order.repeated(pc):
            after = joined([as_text(after), Hole(LOOP)])
        state = after if order.certain(pc) else choice([state, after])
    return state if len(before) <= MAX_STEPS else joined([state, Hole("more text")])


class _Order:
    """What must or may run between an object's origin and the end."""

    def __init__(self, graph: Flowgraph, origin: int, end: int) -> None:
        self.graph, self.origin, self.end = graph, origin, end
        self.straight = len(graph.starts) <= 1

    def certain(self, pc: int) -> bool:
        """Whether a step is on every way to the end."""
        return self.straight or self.end < 0 or self.graph.dominates(pc, self.end)

    def repeated(self, pc: int) -> bool:
        """Whether a step may run more than once on one object."""
        return not self.straight and self.graph.repeats(pc, self.origin)


def _steps(sites: Sites, origin: int) -> tuple[list[Step], set[int]]:
    """Calls that change the object, in order of address, and all nodes that are the object."""
    names, stack, steps = {origin}, [origin], []
    while stack:
        at = stack.pop()
        for user in sites.users(at):
            operands = sites.operands(user)
            callee = sites.callee(user)
            first = bool(operands) and operands[0] == at
            step = callee is not None and first and callee.owner in BUILDERS and callee.name not in _LOOKS
            if step and callee and callee.name not in _HIDDEN:
                steps.append(Step(user, callee, operands[1:]))
            elif callee and not step and sites.targets(user):
                steps.append(Step(user, callee, []))
            if (step or sites.opcode(user) == CHECK_CAST) and user not in names and len(names) < MAX_STEPS:
                names.add(user)
                stack.append(user)
    unique = {step.node: step for step in steps}
    return [unique[node] for node in sorted(unique, key=lambda node: (sites.pc[node], node))], names


def _beginning(sites: Sites, origin: int, names: set[int], value: Value) -> Expression:
    """What the object holds at first."""
    callee = sites.callee(origin)
    if callee and callee.name == "buildUpon":
        return next((value(item) for item in sites.operands(origin)), Hole("unknown"))
    if sites.opcode(origin) != NEW_INSTANCE:
        return value(origin)
    for user in sites.users(origin):
        callee = sites.callee(user)
        operands = sites.operands(user)
        if callee and callee.name == "<init>" and operands[0] in names and callee.owner in TEXTS:
            return Text("") if callee.proto in {"()V", "(I)V"} or len(operands) < 2 else as_text(value(operands[1]))
    return Text("")


def _after(state: Expression, step: Step, value: Value) -> Expression:
    """The object's content after a step."""
    name, proto = step.callee.name, step.callee.proto
    if step.callee.owner not in BUILDERS:
        return joined([state, Hole(f"what {step.callee.text} adds")])
    if step.callee.owner in ADDRESSES:
        return _address(state, name, [as_text(value(node)) for node in step.arguments])
    values = [value(node) for node in step.arguments]
    match name:
        case "append":
            part = character(values[0], proto) if len(values) == 1 else Hole("part of text")
            return joined([state, part])
        case "insert" if len(values) == 2 and values[0] == Number(0):
            return joined([character(values[1], "(" + proto[2:]), state])
        case "reverse":
            return _reversed(state)
    return _edited(state, name, values)


def _reversed(state: Expression) -> Expression:
    """The text backwards; holes stay where they are."""
    if isinstance(state, Text):
        return Text(state.text[::-1])
    if isinstance(state, Join):
        return joined([_reversed(part) for part in reversed(state.parts)])
    return Hole(f"{shown(state)} reversed")


def _edited(state: Expression, name: str, values: list[Expression]) -> Expression:
    """delete, deleteCharAt, setCharAt and setLength on constants; a hole for everything else."""
    numbers = [item.value for item in values if isinstance(item, Number) and item.value >= 0]
    if name == "setLength" and numbers == [0]:
        return Text("")
    text = state.text if isinstance(state, Text) and len(numbers) == len(values) else None
    match text, name, numbers:
        case str(), "delete", [begin, end]:
            text = text[:begin] + text[max(begin, end) :]
        case str(), "deleteCharAt", [index]:
            text = text[:index] + text[index + 1 :]
        case str(), "setLength", [length] if length <= len(text):
            text = text[:length]
        case str(), "setCharAt", [index, char] if char < 0xD800:
            text = text[:index] + chr(char) + text[index + 1 :]
        case _:
            text = None
    return Hole("edited text") if text is None else Text(text)


def _address(state: Expression, name: str, values: list[Expression]) -> Expression:
    """A step of ``Uri.Builder``."""
    if name == "appendQueryParameter" and len(values) == 2:
        mark = "&" if "?" in shown(state) else "?"
        return joined([state, Text(mark), values[0], Text("="), values[1]])
    if len(values) != 1:
        return state
    before, after = {
        "scheme": ("", ":"),
        "authority": ("//", ""),
        "encodedAuthority": ("//", ""),
        "opaquePart": ("", ""),
        "encodedOpaquePart": ("", ""),
        "query": ("?", ""),
        "encodedQuery": ("?", ""),
        "fragment": ("#", ""),
        "encodedFragment": ("#", ""),
    }.get(name, ("/", ""))
    first = values[0]
    rooted = isinstance(first, Text) and first.text.startswith("/")
    return joined([state, Text("" if before == "/" and rooted else before), first, Text(after)])
