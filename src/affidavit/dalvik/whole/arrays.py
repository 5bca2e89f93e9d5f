"""Arrays that are made in sight: which values they hold."""

from collections.abc import Callable

from affidavit.dalvik.whole.expressions import Expression, Number
from affidavit.dalvik.whole.sites import APUTS, CHECK_CAST, FILLED, NEW_ARRAY, Sites

MAX_ELEMENTS = 64
MAX_STEPS = 4
"""Casts and copies that lead to the array."""
COPIES = frozenset({"Ljava/util/Arrays;->copyOf", "Ljava/util/Arrays;->copyOfRange"})


def elements(sites: Sites, node: int, value: Callable[[int], Expression]) -> list[int] | None:
    """The values of an array that is made in this method, by index; -1 for one that is not known.

    Args:
        sites: the nodes.
        node: the array.
        value: gives what is known of an index.

    Returns:
        Nodes; None for any other array.
    """
    for _ in range(MAX_STEPS):
        callee = sites.callee(node) if node >= 0 else None
        copied = callee and f"{callee.owner}->{callee.name}" in COPIES and sites.operands(node)
        if node < 0 or not (copied or sites.opcode(node) == CHECK_CAST):
            break
        node = sites.operands(node)[0]
    opcode = sites.opcode(node) if node >= 0 else -1
    if opcode in FILLED:
        return sites.operands(node)[:MAX_ELEMENTS]
    if opcode != NEW_ARRAY:
        return None
    found: dict[int, int] = {}
    for user in sites.users(node):
        operands = sites.operands(user)
        if sites.opcode(user) in APUTS and operands[1] == node:
            index = value(operands[2])
            if not isinstance(index, Number) or not 0 <= index.value < MAX_ELEMENTS:
                return None
            found[index.value] = -1 if index.value in found else operands[0]
    return [found.get(index, -1) for index in range(max(found) + 1)] if found else []
