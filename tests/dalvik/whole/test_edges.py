"""The edges of code against their slow twin, on real apps and on every kind of instruction."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.kernels import edges as kernel
from affidavit.dalvik.lifecycles import lifecycles
from affidavit.dalvik.models import Models
from affidavit.dalvik.opcodes import opcodes
from affidavit.dalvik.program import Program
from affidavit.dalvik.whole import edges as edges_module
from affidavit.dalvik.whole.calls import build_calls
from affidavit.dalvik.whole.edges import (
    CLOSE,
    EDGES,
    KIND,
    OPEN,
    RESET,
    THROWERS,
    Rows,
    add_code,
    callers,
    cells,
    given,
    index,
    roles,
)
from affidavit.dalvik.whole.edges_outside import Outside
from affidavit.dalvik.whole.entries import Declared, entry_points
from affidavit.dalvik.whole.kinds import Kinds, narrowed
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import CallGraph
from tests.builders.dex import Class, Field, Method
from tests.dalvik.material import dex_files
from tests.dalvik.test_kernels import uncompiled
from tests.dalvik.whole.apps import MAIN, App, Asked, linked_of, main
from tests.oracles.flow import Arrow, Known, code_edges, mnemonic

APPS = ("Aliasing/Merge1", "GeneralJava/Exceptions3", "ArraysAndLists/MultidimensionalArray1", "Threading/JavaThread1")
TURNS = {OPEN: "in", CLOSE: "out", RESET: "heap", 0: ""}
O = "Ljava/lang/Object;"  # noqa: E741


COMPONENTS = {
    "Landroid/app/Activity;": "activity",
    "Landroid/app/Service;": "service",
    "Landroid/content/BroadcastReceiver;": "receiver",
}


def reached(path: Path) -> tuple[Linked, CallGraph]:
    """The code of an app that its components lead to, whatever the manifest says."""
    linked = Linked(Program([read_dex(name, data) for name, data in dex_files(path)]), Framework.load())
    declared = [
        Declared(COMPONENTS[linked.types[above]], linked.types[type_])
        for type_ in np.flatnonzero(linked.is_app).tolist()
        for above in linked.ancestors(type_)
        if linked.types[above] in COMPONENTS
    ]
    entries, made = entry_points(linked, declared, [], lifecycles())
    return linked, build_calls(linked, entries, (), made)


def fast(linked: Linked, calls: CallGraph) -> Counter[Arrow]:
    """The edges as the twin writes them; fields are their nodes."""
    rows = Rows()
    add_code(rows, linked, calls, Kinds(linked, calls), given(calls.code, makers(linked, calls)))
    found: Counter[Arrow] = Counter()
    for tail, head, label, site in zip(*(column.tolist() for column in rows.columns()), strict=True):
        turn = TURNS[label & (OPEN | CLOSE | RESET)]
        ends = [(vertex >> 1, "VM"[vertex & 1]) for vertex in (tail, head)]
        found[Arrow(*ends, EDGES[label & KIND].value, turn, site if turn in {"in", "out"} else -1)] += 1
    return found


def slow(linked: Linked, calls: CallGraph) -> set[Arrow]:
    """The edges of the twin."""
    code = calls.code

    def field_at(node: int) -> int | None:
        unit = int(linked.method_unit[code.method[node]])
        row = int(code.data[node])
        field = int(linked.field_ref[linked.first_field[unit] + row]) if row >= 0 else -1
        return len(code.kind) + field if field >= 0 else None

    def is_own(field: object) -> bool:
        return bool(linked.is_app[linked.field_holder[int(str(field)) - len(code.kind)]])

    pairs = narrowed(linked, calls, Kinds(linked, calls), callers(calls), lambda: None)
    left = set(zip(*(column.tolist() for column in pairs), strict=True))
    made = frozenset(makers(linked, calls).tolist())

    def names(site: int, target: int) -> bool:
        row = linked.first_ref[int(linked.method_unit[code.method[site]])] + int(code.data[site])
        return bool(linked.ref_target[row] == target)

    known = Known(field_at, is_own, made, lambda site, target: (site, target) in left, names)
    return code_edges(calls, known, THROWERS)


def makers(linked: Linked, calls: CallGraph):
    """Calls of libraries that make their results."""
    return Outside(linked, calls, Models.load(), lambda: None).makers()


@pytest.mark.corpus
@pytest.mark.parametrize("name", APPS)
def test_edges_of_real_apps_are_those_of_the_twin(corpus: Path, name: str) -> None:
    linked, calls = reached(corpus / "taint" / "droidbench" / "apk" / f"{name}.apk")
    assert set(fast(linked, calls)) == slow(linked, calls)


@pytest.mark.samples
def test_edges_of_a_sample_are_those_of_the_twin(sample: Callable[[str], Path]) -> None:
    linked, calls = reached(sample("settings-3.0.0"))
    assert set(fast(linked, calls)) == slow(linked, calls)


def everything() -> Asked:
    """A method with an instruction of every kind that moves values."""
    code = [
        *(("const/16", 1, 5), ("const-wide/16", 2, 7), ("new-array", 4, 1, "[I"), ("const/4", 5, 0)),
        *(("aput", 1, 4, 5), ("aget", 6, 4, 5), ("array-length", 7, 4), ("add-int", 6, 6, 7), ("neg-int", 6, 6)),
        *(("add-int/2addr", 6, 7), ("mul-int/lit8", 6, 6, 3), ("int-to-long", 2, 6), ("cmp-long", 6, 2, 2)),
        *(("sput", 6, f"{MAIN}->n:I"), ("sget", 6, f"{MAIN}->n:I"), ("iput-object", 4, 14, f"{MAIN}->o:{O}")),
        *(("iget-object", 8, 14, f"{MAIN}->o:{O}"), ("check-cast", 8, "[I"), ("instance-of", 9, 8, "[I")),
        *(("filled-new-array", [6, 7], "[I"), ("move-result-object", 8), ("if-eqz", 6, ":on"), ("move-object", 8, 4)),
        *(":on", ("invoke-static", [8, 6], f"{MAIN}->keep({O}I){O}"), ("move-result-object", 9)),
        *(("new-array", 4, 1, f"[{O}"), ("aput-object", 9, 4, 5), ("aget-object", 9, 4, 5)),
    ]
    keep = [("if-eqz", 7, ":null"), ("return-object", 6), ":null", ("const/4", 0, 0), ("throw", 0)]
    methods = [Method("keep", f"({O}I){O}", code=keep, access=0x9, registers=8)]
    fields = [Field("n", "I", access=0x9), Field("o", O, access=0x1)]
    return Asked(App(linked_of(main(*code, methods=methods, fields=fields))))


def test_every_kind_of_instruction_has_the_edges_of_the_twin() -> None:
    app = everything()
    assert set(fast(app.linked, app.calls)) == slow(app.linked, app.calls)
    kinds = {arrow.kind for arrow in fast(app.linked, app.calls)}
    assert kinds >= {"use", "compute", "call", "return", "store", "load", "element", "same", "same-argument", "throw"}


def test_the_compiled_kernel_makes_the_edges_that_its_source_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    app = everything()
    wanted = fast(app.linked, app.calls)
    plain = uncompiled(kernel)

    def of(name: str) -> Any:
        def call(*given: Any) -> Any:
            return getattr(plain, name)(*(item.data if isinstance(item, np.ndarray) else item for item in given))

        return call

    for name in ("code_edges", "call_edges", "throw_edges", "index_edges"):
        monkeypatch.setattr(edges_module.kernel, name, of(name))
    assert fast(app.linked, app.calls) == wanted


def test_roles_are_as_the_mnemonics_say() -> None:
    for opcode in opcodes():
        name, role = opcode.mnemonic, int(roles()[opcode.value])
        if name.startswith(("iget", "sget")):
            assert role == (8 if name.endswith("-object") else 7), name
        elif name.startswith(("iput", "sput")):
            assert role == (10 if name.endswith("-object") else 9), name
        elif name.startswith("const"):
            assert role == 11, name
        elif name.startswith(
            ("move", "invoke", "if-", "goto", "return", "nop", "new-", "instance-of", "unused", "fill-")
        ):
            assert role == 0, name
    assert [mnemonic(value) for value in np.flatnonzero(roles() == 2).tolist()] == ["check-cast"]
    assert [mnemonic(value) for value in np.flatnonzero(roles() == 4).tolist()] == ["aget-object"]


def test_an_edge_without_an_end_is_none() -> None:
    rows = Rows()
    column = np.array([-1, 3, 4], np.int32)
    rows.add(column, np.array([5, -2, 4], np.int32), 1, column)
    assert [len(part) for part in rows.columns()] == [0, 0, 0, 0]


def test_rows_by_key_keep_their_order() -> None:
    found = index(np.array([2, 0, 2, 1, 2], np.int32), 4)
    assert [found.row(key).tolist() for key in range(4)] == [[1], [3], [0, 2, 4], []]


def test_a_field_that_a_subclass_names_is_the_one_declared_above() -> None:
    below = Class("Lx/Below;", MAIN)
    code = [("sput-object", 14, f"{MAIN}->kept:{O}"), ("sget-object", 0, f"Lx/Below;->kept:{O}")]
    app = Asked(App(linked_of(main(*code, fields=[Field("kept", O, access=0x9)]), below)))
    named = cells(app.linked, app.calls.code)
    assert len(set(named[named >= 0].tolist())) == 1
