"""Programs for the tests of this folder, and readings of what is made of them."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from affidavit.dalvik.dex import read_dex, read_dexes
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import Unit
from affidavit.dalvik.whole.code import CodeReader
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import Code, NodeKind
from tests.builders.dex import Class, DexBuilder, Method
from tests.oracles.ssa import Value


def link(*classes: Class) -> Linked:
    """One dex file with these classes."""
    return Linked(Program([read_dex("classes.dex", DexBuilder(list(classes)).build())]), Framework.load())


def link_app(path: Path) -> Linked:
    """All dex files of an app."""
    units: list[Unit] = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".dex") and "/" not in name:
                units += read_dexes(name, archive.read(name))
    return Linked(Program(units), Framework.load())


def read_all(linked: Linked) -> Code:
    """Values of every method."""
    reader = CodeReader(linked)
    reader.read(np.flatnonzero(linked.has_code).astype(np.int32))
    return reader.code()


def code_of(code: Sequence[object], proto: str = "()V", access: int = 0x9, registers: int = 8) -> tuple[Linked, Code]:
    """A class ``Lx;`` with a method ``m``."""
    linked = link(Class("Lx;", methods=[Method("m", proto, code, access, registers)]))  # type: ignore[arg-type]
    return linked, read_all(linked)


def nodes_of(code: Code, method: int) -> range:
    """The nodes of a method."""
    first = int(code.node_first[method])
    return range(first, first + int(code.node_count[method]))


def leaves(code: Code, node: int) -> frozenset[Value] | None:
    """The values that are no phi behind a node; None for what cannot be known."""
    found: set[Value] = set()
    seen, stack = {node}, [node]
    while stack:
        here = stack.pop()
        if here < 0:
            return None
        if code.kind[here] == NodeKind.PHI:
            more = [item for item in code.operands(here) if item not in seen]
            seen.update(more)
            stack += more
        elif code.kind[here] == NodeKind.PARAMETER:
            found.add(("parameter", int(code.data[here])))
        else:
            found.add(("instruction", int(code.pc[here])))
    return frozenset(found)


def entries_of(linked: Linked, text: str) -> list[int]:
    """Methods by class and name (``Lx;->m``)."""
    class_, _, name = text.partition("->")
    return [m for m in range(len(linked.method_unit)) if linked.method_text(m)[:2] == (class_, name)]
