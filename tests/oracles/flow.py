"""The slow obvious twin of the value-flow graph and its solver: dictionaries, sets, and one rule after another.

`code_edges` states the edges of code from the meaning of the instructions alone, in an order of its own; `realizable`
is the textbook fixpoint over balanced pairs, `walked` the enumeration of call strings. Nothing is shared with the
analyser but the arrays of `shapes` and the table of mnemonics.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from affidavit.dalvik.opcodes import opcodes
from affidavit.dalvik.whole.shapes import CallGraph, Code, How, NodeKind

Vertex = tuple[object, str]
"""What (a node number, or the text of a field), and ``V`` or ``M``."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge. `turn` is ``in``, ``out``, ``heap`` or empty; `site` the call it belongs to."""

    tail: Vertex
    head: Vertex
    kind: str
    turn: str = ""
    site: int = -1


@cache
def mnemonic(opcode: int) -> str:
    return opcodes()[opcode].mnemonic


@dataclass(frozen=True, slots=True)
class Known:
    """What the twin is told: the field of an access (None for none), whether a class of the app declares it, the calls
    whose results are made of what they are given, and the targets that a receiver's type leaves of those of a call."""

    field_at: Callable[[int], object]
    is_own: Callable[[object], bool]
    makers: frozenset[int]
    runs: Callable[[int, int], bool]
    names: Callable[[int, int], bool]


def code_edges(calls: CallGraph, known: Known, most_throwers: int) -> set[Arrow]:
    """All edges that code makes."""
    code = calls.code
    found: set[Arrow] = set()
    called = defaultdict(list)
    every = Counter[int]()
    for site, target, how in zip(calls.site.tolist(), calls.target.tolist(), calls.how.tolist(), strict=True):
        if how == How.CALL and known.runs(site, target):
            every[site] += 1
            if code.node_first[target] >= 0:
                called[site].append(target)
    for node in range(len(code.kind)):
        kind = NodeKind(code.kind[node])
        if kind in {NodeKind.PHI, NodeKind.RETURN}:
            found |= set(_merge(code, node))
        elif kind == NodeKind.INSTRUCTION:
            found |= set(_instruction(code, node, known))
    for site, targets in called.items():
        for target in targets:
            found |= set(_call(code, site, target))
    few = {site: targets for site, targets in called.items() if every[site] <= most_throwers}
    return found | set(_throws(code, few, known))


def _throws(code: Code, called: dict[int, list[int]], known: Known) -> Iterator[Arrow]:
    for origin, handler in zip(code.catch_from.tolist(), code.catch_to.tolist(), strict=True):
        if mnemonic(code.opcode[origin]) == "throw":
            yield from (
                Arrow((value, "V"), (handler, "V"), "throw") for value in code.operands(origin)[:1] if value >= 0
            )
        for target in called.get(origin, []):
            if code.kind[handler] != NodeKind.THROWN or known.names(origin, target):
                yield Arrow((_nodes(code, target)[-1], "V"), (handler, "V"), "throw", "out", origin)


def _nodes(code: Code, method: int) -> range:
    first = int(code.node_first[method])
    return range(first, first + int(code.node_count[method])) if first >= 0 else range(0)


def _is_constant(code: Code, node: int) -> bool:
    return code.kind[node] == NodeKind.INSTRUCTION and mnemonic(code.opcode[node]).startswith("const")


def _merge(code: Code, node: int) -> Iterator[Arrow]:
    for value in code.operands(node):
        if value >= 0:
            yield Arrow((value, "V"), (node, "V"), "use")
            if not _is_constant(code, value):
                yield Arrow((node, "M"), (value, "M"), "same")


def _instruction(code: Code, node: int, known: Known) -> Iterator[Arrow]:
    name, values = mnemonic(code.opcode[node]), code.operands(node)
    first, second = [*values, -1, -1][:2]
    if name.startswith(("iget", "sget", "iput", "sput")):
        field = known.field_at(node)
        whole = field is None or not known.is_own(field) or comes_from(code, first, known.makers)
        yield from _field(name, node, first, field, whole)
    elif name.startswith("aput") and first >= 0 and second >= 0:
        yield Arrow((first, "V"), (second, "M"), "element")
    elif name.startswith("filled-new-array"):
        yield from (Arrow((value, "V"), (node, "V"), "element") for value in values if value >= 0)
    elif name.startswith("aget") or name == "check-cast":
        if first >= 0:
            yield Arrow((first, "V"), (node, "V"), "compute")
            if name in {"aget-object", "check-cast"}:
                yield Arrow((node, "M"), (first, "M"), "same")
        if second >= 0 and name.startswith("aget") and name != "aget-object":
            yield Arrow((second, "V"), (node, "V"), "compute")
    elif name.startswith("cmp") or name.partition("-")[0] in _ARITHMETIC or "-to-" in name:
        yield from (Arrow((value, "V"), (node, "V"), "compute") for value in values if value >= 0)


def comes_from(code: Code, node: int, makers: frozenset[int]) -> bool:
    """Whether a value may be what one of some calls gave: cast, merged or out of an array."""
    waiting, seen = [node], set()
    while waiting:
        here = waiting.pop()
        if here in makers:
            return True
        if here < 0 or here in seen:
            continue
        seen.add(here)
        if code.kind[here] == NodeKind.PHI:
            waiting += code.operands(here)
        elif code.kind[here] == NodeKind.INSTRUCTION and mnemonic(code.opcode[here]) in {"check-cast", "aget-object"}:
            waiting += code.operands(here)[:1]
    return False


_ARITHMETIC = frozenset(
    ["neg", "not", "add", "sub", "rsub", "mul", "div", "rem", "and", "or", "xor", "shl", "shr", "ushr"]
)


def _field(name: str, node: int, first: int, field: object, whole: bool) -> Iterator[Arrow]:
    if "get" in name:
        if first >= 0 and whole:
            yield Arrow((first, "V"), (node, "V"), "compute")
        if field is not None:
            yield Arrow((field, "V"), (node, "V"), "load", "heap")
            if name.endswith("-object"):
                yield Arrow((node, "M"), (field, "M"), "same-field", "heap")
    elif field is not None and first >= 0:
        yield Arrow((first, "V"), (field, "V"), "store", "heap")
        if name.endswith("-object"):
            yield Arrow((field, "M"), (first, "M"), "same-field", "heap")


def _call(code: Code, site: int, target: int) -> Iterator[Arrow]:
    nodes = _nodes(code, target)
    params = [node for node in nodes if code.kind[node] == NodeKind.PARAMETER]
    for value, param in zip(code.operands(site), params, strict=False):
        if value >= 0:
            yield Arrow((value, "V"), (param, "V"), "call", "in", site)
            yield Arrow((param, "M"), (value, "M"), "same-argument", "out", site)
    (returned,) = [node for node in nodes if code.kind[node] == NodeKind.RETURN]
    yield Arrow((returned, "V"), (site, "V"), "return", "out", site)
    yield Arrow((site, "M"), (returned, "M"), "same-result", "in", site)


def with_values(arrows: Iterable[Arrow]) -> set[Arrow]:
    """Add the edges from a changed object to its value."""
    known = set(arrows)
    ends = {end for arrow in known for end in (arrow.tail, arrow.head)}
    return known | {Arrow((what, "M"), (what, "V"), "changed") for what, layer in ends if layer == "M"}


def realizable(arrows: set[Arrow], source: Vertex) -> set[Vertex]:
    """What a source reaches, calls matched with returns."""
    vertices = {source} | {end for arrow in arrows for end in (arrow.tail, arrow.head)}
    level = {(vertex, vertex) for vertex in vertices} | {(arrow.tail, arrow.head) for arrow in arrows if not arrow.turn}
    entering = [arrow for arrow in arrows if arrow.turn == "in"]
    leaving = [arrow for arrow in arrows if arrow.turn == "out"]
    while True:
        more = {(a, d) for a, b in level for c, d in level if b == c}
        more |= {
            (one.tail, other.head)
            for one in entering
            for other in leaving
            if one.site == other.site and (one.head, other.tail) in level
        }
        if more <= level:
            break
        level |= more
    return _phases(arrows, level, source)


def _phases(arrows: set[Arrow], level: set[tuple[Vertex, Vertex]], source: Vertex) -> set[Vertex]:
    """First out of methods, then into them; the heap begins anew."""
    states, waiting = {(source, True)}, [(source, True)]
    while waiting:
        vertex, free = waiting.pop()
        after = {(head, free) for tail, head in level if tail == vertex}
        for arrow in arrows:
            if arrow.tail != vertex or not arrow.turn or (arrow.turn == "out" and not free):
                continue
            after.add((arrow.head, arrow.turn != "in"))
        waiting += after - states
        states |= after
    return {vertex for vertex, _ in states}


def walked(arrows: set[Arrow], source: Vertex, depth: int) -> set[Vertex]:
    """What paths reach whose stack of open calls never has more than `depth` calls: never more than `realizable`."""
    states: set[tuple[Vertex, tuple[int, ...]]] = {(source, ())}
    waiting = list(states)
    while waiting:
        vertex, stack = waiting.pop()
        for arrow in arrows:
            if arrow.tail != vertex:
                continue
            after = _stack(arrow, stack)
            if after is None or len(after) > depth or (arrow.head, after) in states:
                continue
            states.add((arrow.head, after))
            waiting.append((arrow.head, after))
    return {vertex for vertex, _ in states}


def _stack(arrow: Arrow, stack: tuple[int, ...]) -> tuple[int, ...] | None:
    """The open calls after an edge; None when it does not fit."""
    if arrow.turn == "heap":
        return ()
    if arrow.turn == "in":
        return (*stack, arrow.site)
    if arrow.turn == "out" and stack:
        return stack[:-1] if stack[-1] == arrow.site else None
    return stack
