"""Which values and calls a branch decides: control dependence of single methods, for implicit flows.

A branch is an ``if`` or a switch, and also an instruction in a try that may throw, since whether its handler runs tells
something of its operands.
"""

from collections.abc import Iterable, Iterator

from affidavit.dalvik.whole.cfg import BRANCHES, THROWING, Flowgraph
from affidavit.dalvik.whole.graph import ExtraEdge
from affidavit.dalvik.whole.sites import APUTS, INSTRUCTION, PHI, STORES, Sites
from affidavit.dalvik.whole.values import Values
from affidavit.model.flow import Edge

MAX_PAIRS = 50_000
"""Pairs of one method."""
_RETURNS = range(0x0F, 0x12)
_STATIC_INVOKES = frozenset({0x71, 0x77})
_INVOKES = frozenset({*range(0x6E, 0x73), *range(0x74, 0x79), *range(0xFA, 0xFE)})


def controlled(values: Values, method: int) -> list[tuple[int, int]]:
    """What branches of a method decide.

    Args:
        values: gives the nodes and the blocks of methods.
        method: one that was analysed.

    Returns:
        Pairs of nodes, sorted, at most `MAX_PAIRS`: the branch; an invoke, a write, a returned value or a phi that
        there would not be, or would be another one, if it went the other way.
    """
    sites, graph = values.sites, values.graph(method)
    by_block: dict[int, list[int]] = {}
    for node in sites.nodes(method):
        if sites.kind[node] == INSTRUCTION:
            by_block.setdefault(graph.block(sites.pc[node]), []).append(node)
    found: set[tuple[int, int]] = set()
    for block, inside in graph.controlled():
        branch = _branch(sites, graph, block, by_block.get(block, []))
        if branch < 0:
            continue
        values.check()
        found.update((branch, node) for item in inside for node in by_block.get(item, ()) if _acts(sites, node))
        found.update((branch, node) for node in _chosen(sites, graph, method, set(inside)))
        if len(found) > MAX_PAIRS:
            break
    return sorted(pair for pair in found if pair[0] != pair[1])[:MAX_PAIRS]


def control_edges(values: Values, methods: Iterable[int]) -> Iterator[ExtraEdge]:
    """The operands of branches -> what they decide, in the methods named.

    The value of an invoke stands for that it runs, also when it gives nothing; the object on which it is called counts
    as changed, as does an array that is written. A returned value is the method's RETURN node. What a call answers with
    yes or no is decided by its operands.
    """
    sites = values.sites
    for method in methods:
        answers = [node for node in sites.nodes(method) if is_answer(sites, node)]
        yield from (
            ExtraEdge(at, False, node, False, Edge.CONTROL, node) for node in answers for at in _given(sites, node)
        )
        for branch, node in controlled(values, method):
            for operand in _given(sites, branch):
                for target, changed in _targets(sites, node):
                    if target >= 0 and operand != target:
                        yield ExtraEdge(operand, False, target, changed, Edge.CONTROL, branch)


def is_answer(sites: Sites, node: int) -> bool:
    """Whether a node is a call out of the app that answers yes or no: this tells of its operands and copies nothing."""
    callee = sites.callee(node)
    return callee is not None and callee.target < 0 and callee.proto.endswith(")Z")


def _given(sites: Sites, node: int) -> list[int]:
    """Operands of a node that are known, each once."""
    return [item for item in dict.fromkeys(sites.operands(node)) if item >= 0]


def _targets(sites: Sites, node: int) -> list[tuple[int, bool]]:
    """The nodes that tell of a controlled instruction, and whether as changed objects."""
    opcode, operands = sites.opcode(node), sites.operands(node)
    if opcode in _RETURNS:
        return [(sites.returned(sites.method[node]), False)]
    if opcode in STORES:
        return [(len(sites.code.kind) + sites.field(node), False)]
    if opcode in APUTS:
        return [(operands[1], True)]
    if sites.is_invoke(node) and opcode not in _STATIC_INVOKES and operands:
        return [(node, False), (operands[0], True)]
    return [(node, False)]


def _acts(sites: Sites, node: int) -> bool:
    """Whether an instruction does something that is seen elsewhere."""
    opcode = sites.opcode(node)
    return opcode in _INVOKES or opcode in STORES or opcode in APUTS or opcode in _RETURNS


def _branch(sites: Sites, graph: Flowgraph, block: int, nodes: list[int]) -> int:
    """The node that decides at the end of a block, -1 when there is none."""
    last = graph.instructions[block][-1]
    if last.opcode not in BRANCHES and last.opcode not in THROWING:
        return -1
    return next((node for node in reversed(nodes) if sites.pc[node] == last.pc), -1)


def _chosen(sites: Sites, graph: Flowgraph, method: int, inside: set[int]) -> Iterator[int]:
    """Phis that meet a value made where the branch decides."""
    for node in sites.nodes(method):
        if sites.kind[node] != PHI:
            continue
        operands = [item for item in sites.operands(node) if item >= 0 and sites.kind[item] == INSTRUCTION]
        if any(graph.block(sites.pc[item]) in inside for item in operands):
            yield node
