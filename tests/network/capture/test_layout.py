"""Rows that kernels share: they are declared once, with the fields that numpy has."""

import ast
import re
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from affidavit.network import kernels
from affidavit.network.capture import layout

KINDS = {
    "Frame": layout.FRAME,
    "Interface": layout.INTERFACE,
    "Packet": layout.PACKET,
    "Flow": layout.FLOW,
    "Half": layout.HALF,
    "Ask": layout.ASK,
}
SIZES = {"longlong": "i8", "ulonglong": "u8", "uint": "u4", "int": "i4"}
MODULES = ("frames", "flow_table", "interest", "packets")


def source(name: str) -> str:
    return Path(kernels.__path__[0], name).read_text(encoding="utf-8")


def own(name: str) -> dict[str, list[tuple[str, str]]]:
    """Names and types of the fields of each structure in the source of a kernel."""
    found = {}
    for node in ast.parse(source(f"{name}.py")).body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        target, call = node.targets[0], node.value
        if isinstance(target, ast.Name) and target.id in KINDS:
            types = [(word.arg or "", word.value) for word in call.keywords]
            found[target.id] = [(field, SIZES[kind.attr]) for field, kind in types if isinstance(kind, ast.Attribute)]
    return found


def shared() -> dict[str, list[tuple[str, str]]]:
    """The same of the structures that several kernels have."""
    found = {}
    for kind, fields in re.findall(r"^cdef struct (\w+):\n((?:    .+\n)+)", source("rows.pxd"), re.MULTILINE):
        rows = [line.rpartition(" ") for line in fields.splitlines()]
        found[kind] = [
            (field, SIZES[size.strip().replace("unsigned ", "u").replace(" ", "")]) for size, _, field in rows
        ]
    return found


def declared() -> list[tuple[str, list[tuple[str, str]]]]:
    return [item for found in (shared(), *map(own, MODULES)) for item in found.items()]


def test_kernels_declare_the_rows_as_numpy_has_them():
    for kind, fields in declared():
        assert fields == [(name, KINDS[kind][name].str[1:]) for name in KINDS[kind].names or ()], kind


def test_every_kind_of_row_is_declared_once():
    assert sorted(kind for kind, _ in declared()) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_have_no_holes_so_that_equal_ones_have_equal_bytes(kind):
    row = KINDS[kind]
    assert row.itemsize == sum(row[name].itemsize for name in row.names or ())
    assert np.zeros(3, row).tobytes() == bytes(3 * row.itemsize)


@pytest.mark.parametrize("module", MODULES)
def test_kernels_are_compiled(module):
    compiled = import_module(f"affidavit.network.kernels.{module}").__file__
    assert compiled is not None
    assert compiled.endswith(".so")


def test_a_table_of_other_rows_is_refused():
    from affidavit.network.kernels import frames

    wrong = np.zeros(1, layout.FLOW)
    with pytest.raises(ValueError, match="mismatch"):
        frames.packets(b"", wrong, 0, np.zeros(1, layout.PACKET), np.zeros(9, np.int64))
