"""Cross references: from a string, type, field or method to the instructions that name it."""

from typing import cast

import numpy as np

from affidavit.dalvik.kernels import grouping
from affidavit.dalvik.unit import Csr, RefKind, Unit


def space_size(unit: Unit, kind: RefKind) -> int:
    """How many items the index space of `kind` has, as far as instructions of this unit name them."""
    sizes = {
        RefKind.STRING: len(unit.strings),
        RefKind.TYPE: len(unit.type_string),
        RefKind.FIELD: len(unit.field_name),
        RefKind.METHOD: len(unit.method_name),
        RefKind.PROTO: len(unit.proto_return),
    }
    if kind in sizes:
        return sizes[kind]
    named = unit.refs.target[unit.refs.kind == kind]
    return int(named.max(initial=-1)) + 1


def referrers(unit: Unit, kind: RefKind) -> Csr:
    """Rows of ``unit.refs`` by what they name.

    Args:
        unit: the code.
        kind: the index space.

    Returns:
        One row per item of the space: the rows of ``unit.refs`` that name it, in their own order (cached in the unit).
    """
    key = f"referrers/{kind.name}"
    if key not in unit.cache:
        unit.cache[key] = _group(unit, kind)
    return cast("Csr", unit.cache[key])


def _group(unit: Unit, kind: RefKind) -> Csr:
    """Count, then place."""
    starts = np.zeros(space_size(unit, kind) + 1, np.int32)
    refs = unit.refs
    total = grouping.group_rows(refs.target, refs.kind, int(kind), starts, np.empty(0, np.int32))
    items = np.empty(total, np.int32)
    if total:
        grouping.group_rows(refs.target, refs.kind, int(kind), starts, items)
    return Csr(starts, items)
