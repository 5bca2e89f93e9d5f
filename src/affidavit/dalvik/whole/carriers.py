"""Which values can carry data as a whole, and which only by their fields.

An object of an app's own class that inherits nothing from a library holds data in its fields, and these have nodes of
their own. What is said of the object as a whole (it was in a list that holds data, it came out of a map) tells nothing
of it, unless code outside of the app filled it: a reader of files or messages.
"""

import numpy as np

from affidavit.dalvik.whole.edges import CONTROLS, KIND, cells
from affidavit.dalvik.whole.kinds import Kinds
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import I32, U8, Bool, Code, NodeKind

_OBJECT = "Ljava/lang/Object;"
_MOST = 500
"""Classes that implement an interface: with more, it may be any of them."""


def own_objects(linked: Linked, code: Code, kinds: Kinds, given: U8) -> Bool:
    """Of nodes of code and then of fields: whether it is an object of the app's own that carries nothing as a whole.

    Args:
        linked: the program.
        code: its values.
        kinds: their types.
        given: see ``edges.given``.
    """
    count = len(code.kind)
    types = np.concatenate([_types(linked, code, kinds), linked.field_type])
    used = np.unique(types[types >= 0])
    plain = np.zeros(len(linked.types) + 1, np.bool_)
    plain[used] = [_is_plain(linked, kinds, type_) for type_ in used.tolist()]
    found: Bool = plain[types]
    found[:count] &= given == 0
    return found


def carried(own: Bool, head: I32, label: U8) -> Bool:
    """Of edges, given by where they lead and their label: whether what they lead to can carry data.

    A branch decides whether an instruction runs, whatever its result is.
    """
    node = head >> 1
    inside = (head & 1 == 0) & (node < len(own))
    found = np.ones(len(head), np.bool_)
    found[inside] = ~own[node[inside]]
    found |= (label & KIND) == CONTROLS
    return found


def _types(linked: Linked, code: Code, kinds: Kinds) -> I32:
    """The declared type of each node, as far as it is a parameter, a cast, or what a call or field gives."""
    found = np.full(len(code.kind), -1, np.int32)
    nodes = np.flatnonzero(code.kind == NodeKind.PARAMETER)
    pairs = zip(code.method[nodes].tolist(), code.data[nodes].tolist(), strict=True)
    found[nodes] = [kinds.parameter(method, position) for method, position in pairs]
    named = cells(linked, code) - len(code.kind)
    found[named >= 0] = linked.field_type[named[named >= 0]]
    opcode = np.where(code.kind == NodeKind.INSTRUCTION, code.opcode, 0)
    for nodes, first, table in (
        (np.flatnonzero(np.isin(opcode, (0x1F, 0x22))), linked.first_type, linked.type_ref),
        (np.flatnonzero(np.isin(opcode, (*range(0x6E, 0x73), *range(0x74, 0x79)))), linked.first_ref, linked.ref_sig),
    ):
        rows = np.array(first, np.int64)[linked.method_unit[code.method[nodes]]] + code.data[nodes]
        fits = (code.data[nodes] >= 0) & (rows < len(table))
        values = table[rows[fits]]
        if table is linked.ref_sig:
            signatures, inverse = np.unique(values, return_inverse=True)
            results = [kinds.result(signature) for signature in signatures.tolist()]
            values = np.array(results, np.int32)[inverse]
        found[nodes[fits]] = values
    return found


def _is_plain(linked: Linked, kinds: Kinds, type_: int) -> bool:
    """Whether objects of a type are of the app's own classes, above which there is only Object."""
    if not linked.is_app[type_]:
        return False
    if not linked.is_interface[type_]:
        return _inherits_nothing(linked, type_)
    below = kinds.below(type_)
    return 0 < len(below) <= _MOST and all(_inherits_nothing(linked, low) for low in below)


def _inherits_nothing(linked: Linked, type_: int) -> bool:
    above = linked.ancestors(type_)
    classes = [item for item in above if not linked.is_app[item] and not linked.is_interface[item]]
    return all(linked.types[item] == _OBJECT for item in classes)
