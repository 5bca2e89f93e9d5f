"""Values of methods: what each operand can be, against reaching definitions that are computed one by one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.dalvik.whole.code import CodeReader
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import Code, NodeKind
from tests.builders.dex import Class, DexBuilder, Method
from tests.dalvik.whole.material import code_of, leaves, link, link_app, nodes_of, read_all
from tests.oracles import ssa


def kinds(code: Code) -> list[str]:
    return [NodeKind(kind).name for kind in code.kind.tolist()]


def compare(linked: Linked, code: Code, method: int) -> bool:
    """Whether kernel and oracle agree wholly; what differs must be branches that only the oracle could decide."""
    expected = ssa.values(linked.unit_of(method), int(linked.method_row[method]))
    nodes = nodes_of(code, method)
    by_pc = {int(code.pc[n]): n for n in nodes if code.kind[n] == NodeKind.INSTRUCTION}
    if by_pc.keys() != expected.operands.keys():
        assert by_pc.keys() > expected.operands.keys(), linked.method_text(method)
        return False
    for pc, node in by_pc.items():
        assert [leaves(code, item) for item in code.operands(node)] == expected.operands[pc], (method, pc)
    ends = nodes[-2:]
    assert [code.kind[n] for n in ends] == [NodeKind.RETURN, NodeKind.THROWN]
    returned = [leaves(code, item) for item in code.operands(ends[0])]
    assert united(set(returned)) == united(expected.returned)
    assert [int(code.data[n]) for n in nodes if code.kind[n] == 0] == list(range(expected.parameters))
    return caught(code, nodes) == expected.caught


def united(values: set[frozenset[ssa.Value] | None]) -> set[object]:
    return {item for one in values for item in (one if one is not None else [None])}


def caught(code: Code, nodes: range) -> set[tuple[int, int]]:
    inside = np.flatnonzero((code.catch_from >= nodes[0]) & (code.catch_from <= nodes[-1]))
    return {(int(code.pc[code.catch_from[row]]), int(code.pc[code.catch_to[row]])) for row in inside.tolist()}


def test_a_value_that_changes_in_a_loop_meets_the_first_one_in_a_phi():
    _, code = code_of([
        ("const/4", 0, 0), ("invoke-static", [], "Lx;->n()I"), ("move-result", 1), ":top", ("if-ge", 0, 1, ":end"),
        ("add-int/lit8", 0, 0, 1), ("goto", ":top"), ":end", ("return", 0),
    ], "()I")  # fmt: skip
    assert kinds(code) == ["INSTRUCTION"] * 5 + ["PHI", "RETURN", "THROWN"]
    const, call, branch, add, back, phi, returned, _ = range(8)
    assert code.operands(branch) == [phi, call]
    assert sorted(code.operands(phi)) == [const, add]
    assert code.operands(add) == code.operands(back) == code.operands(returned) == [phi]
    assert code.data[phi] == 0
    assert code.data[add] == 1


def test_moves_and_results_are_the_values_that_they_carry():
    _, code = code_of([
        ("invoke-static", [], "Lx;->a()J"), ("move-result-wide", 2), ("move-wide", 4, 2),
        ("invoke-static", [4, 5, 6], "Lx;->b(JI)V"), ("return-void",),
    ], "(I)V", registers=7)  # fmt: skip
    assert kinds(code) == ["PARAMETER", "INSTRUCTION", "INSTRUCTION", "INSTRUCTION", "RETURN", "THROWN"]
    assert code.operands(2) == [1, 0]


def test_a_wide_pair_counts_once_in_a_range_too():
    _, code = code_of([("invoke-static/range", [0, 1, 2], "Lx;->b(JI)V"), ("return-void",)], "(JI)V", registers=3)
    assert code.operands(2) == [0, 1]


def test_the_receiver_is_parameter_zero():
    _, code = code_of([("iget", 0, 1, "Lx;->f:I"), ("return-void",)], "(J)V", access=1, registers=4)
    assert code.data[:2].tolist() == [0, 1]
    assert code.operands(2) == [0]


def test_an_undefined_register_and_one_out_of_range_are_unknown():
    _, code = code_of([("move", 0, 1), ("add-int", 0, 0, 200), ("return", 0)], "()I", registers=2)
    assert code.operands(0) == [-1, -1]
    assert code.operands(1) == [0]


def test_a_branch_on_a_constant_leaves_only_one_side():
    _, code = code_of([
        ("const/4", 0, 3), ("add-int/lit8", 0, 0, -3), ("if-nez", 0, ":dead"), ("const/4", 1, 1), ("return", 1),
        ":dead", ("invoke-static", [], "Lx;->dead()V"), ("const/4", 1, 2), ("return", 1),
    ], "()I")  # fmt: skip
    assert code.folded == 1
    assert 0x71 not in code.opcode.tolist()
    assert code.operands(int(np.flatnonzero(code.kind == NodeKind.RETURN)[0])) == [3]


def test_a_phi_of_equal_constants_decides_a_branch():
    _, code = code_of([
        ("if-eqz", 7, ":other"), ("const/4", 0, 1), ("goto", ":join"), ":other", ("const/4", 0, 1), ":join",
        ("if-eqz", 0, ":dead"), ("return-void",), ":dead", ("invoke-static", [], "Lx;->dead()V"), ("return-void",),
    ], "(I)V")  # fmt: skip
    assert code.folded == 1
    assert 0x71 not in code.opcode.tolist()


@pytest.mark.parametrize(
    ("value", "live"), [(5, "five"), (6, "six"), (-1, "other"), (7, "other"), (2**31 - 1, "other")]
)
@pytest.mark.parametrize("form", ["packed", "sparse"])
def test_a_switch_on_a_constant_goes_one_way(value: int, live: str, form: str):
    table = ("packed-switch", 0, 5, [":five", ":six"]) if form == "packed" else (
        "sparse-switch", 0, {5: ":five", 6: ":six"}
    )  # fmt: skip
    linked, code = code_of([
        ("const", 0, value), table, ("const-string", 1, "other"), ("return-object", 1),
        ":five", ("const-string", 1, "five"), ("return-object", 1),
        ":six", ("const-string", 1, "six"), ("return-object", 1),
    ], "()Ljava/lang/String;")  # fmt: skip
    strings = [linked.units[0].strings[int(code.data[n])] for n in range(len(code.kind)) if code.opcode[n] == 0x1A]
    assert strings == [live]


@pytest.mark.parametrize(
    ("operation", "literal", "zero"),
    [("add-int/lit8", -6, 1), ("mul-int/lit8", 0, 1), ("rsub-int/lit8", 6, 1), ("shr-int/lit8", 3, 1),
     ("and-int/lit8", 1, 1), ("xor-int/lit8", 6, 1), ("div-int/lit8", 7, 1), ("rem-int/lit8", 3, 1),
     ("shl-int/lit8", 31, 1), ("ushr-int/lit8", 1, 0), ("or-int/lit8", 0, 0), ("div-int/lit8", 0, None)],
)  # fmt: skip
def test_int_arithmetic_is_followed(operation: str, literal: int, zero: int | None):
    _, code = code_of([
        ("const/16", 0, 6), (operation, 0, 0, literal), ("if-eqz", 0, ":zero"), ("const/4", 1, 0), ("return", 1),
        ":zero", ("const/4", 1, 1), ("return", 1),
    ], "()I")  # fmt: skip
    constants = [int(code.data[n]) for n in range(len(code.kind)) if code.opcode[n] == 0x12]
    assert constants == ([0, 1] if zero is None else [zero])


def test_code_after_a_return_has_no_nodes():
    _, code = code_of([("return-void",), ("invoke-static", [], "Lx;->dead()V"), ("return-void",)])
    assert kinds(code) == ["INSTRUCTION", "RETURN", "THROWN"]


def test_every_method_has_its_nodes_in_one_stretch():
    methods = [Method(name, "(I)I", [("return", 7)], 0x9, 8) for name in ("a", "b", "c")]
    code = read_all(link(Class("Lx;", methods=methods), Class("Ly;", methods=methods)))
    assert sorted(code.node_first.tolist()) == [0, 4, 8, 12, 16, 20]
    assert set(code.node_count.tolist()) == {4}
    assert len(code.use_start) == len(code.kind) + 1


def test_methods_without_code_are_passed_over():
    code = read_all(link(Class("Lx;", methods=[Method("n", access=0x101)])))
    assert code.node_first.tolist() == [-1]
    assert len(code.kind) == 0


def test_reading_in_parts_gives_the_same_methods():
    methods = [Method(f"m{k}", "(I)I", [("add-int/lit8", 0, 7, k), ("return", 0)], 0x9, 8) for k in range(5)]
    linked = link(Class("Lx;", methods=methods))
    reader = CodeReader(linked)
    for part in ([3], [1, 3], [0, 1, 2, 3, 4]):
        reader.read(np.array(part, np.int32))
    parts, whole = reader.code(), read_all(linked)
    for method in range(5):
        one = [(int(parts.kind[n]), int(parts.data[n])) for n in nodes_of(parts, method)]
        assert one == [(int(whole.kind[n]), int(whole.data[n])) for n in nodes_of(whole, method)]


def test_a_method_with_too_many_registers_and_blocks_is_left_out():
    body = [("if-eqz", 0, f":l{k}") if even else f":l{k}" for k in range(400) for even in (True, False)]
    linked = link(Class("Lx;", methods=[
        Method("big", "(I)V", [*body, ("return-void",)], 0x9, 65_000), Method("m", "()V", [("return-void",)], 0x9),
    ]))  # fmt: skip
    code = read_all(linked)
    (big,) = code.too_large
    assert linked.method_text(big)[1] == "big"
    assert code.node_first[big] == -1
    assert (code.node_first >= 0).sum() == 1


REGISTERS = st.integers(0, 5)
LABELS = st.integers(0, 5).map(lambda k: f":l{k}")
STEPS = st.one_of(
    st.tuples(st.just("const/4"), REGISTERS, st.integers(-2, 2)),
    st.tuples(st.just("move"), REGISTERS, REGISTERS),
    st.tuples(st.just("move-wide"), REGISTERS, REGISTERS),
    st.tuples(st.just("const-wide/16"), REGISTERS, st.integers(0, 3)),
    st.tuples(st.sampled_from(["add-int", "div-int", "ushr-int"]), REGISTERS, REGISTERS, REGISTERS),
    st.tuples(st.sampled_from(["sub-int/2addr", "neg-int", "int-to-byte", "int-to-char"]), REGISTERS, REGISTERS),
    st.tuples(st.sampled_from(["mul-int/lit8", "rem-int/lit8"]), REGISTERS, REGISTERS, st.integers(-1, 2)),
    st.tuples(st.sampled_from(["if-eqz", "if-gez"]), REGISTERS, LABELS),
    st.tuples(st.sampled_from(["if-eq", "if-lt"]), REGISTERS, REGISTERS, LABELS),
    st.tuples(st.just("goto"), LABELS),
    st.tuples(st.just("invoke-static"), st.lists(REGISTERS, max_size=4), st.just("Lx;->n(JI)I")),
    st.tuples(st.just("move-result"), REGISTERS),
    st.tuples(st.just("packed-switch"), REGISTERS, st.integers(-1, 1), st.lists(LABELS, min_size=1, max_size=3)),
    st.tuples(st.just("return"), REGISTERS),
)


@st.composite
def programs(draw: st.DrawFn) -> list[object]:
    """Any instructions in any order, with six labels among them."""
    code: list[object] = list(draw(st.lists(STEPS, min_size=1, max_size=25)))
    for label in range(6):
        code.insert(draw(st.integers(0, len(code))), f":l{label}")
    return [*code, ("return", 0)]


@given(programs())
def test_any_code_has_the_values_that_reach_it(program: list[object]):
    linked, code = code_of(program, "(IJ)I", registers=6)
    compare(linked, code, 0)


@given(programs(), st.binary(min_size=1, max_size=12), st.integers(0, 400))
def test_damaged_code_never_breaks_the_reader(program: list[object], damage: bytes, where: int):
    builder = DexBuilder([Class("Lx;", methods=[Method("m", "(IJ)I", program, 0x9, 6)])])  # type: ignore[arg-type]
    data = bytearray(builder.build())
    unit = read_dex("classes.dex", data)
    at = int(unit.def_code[0]) - 16 + where % (2 * int(unit.def_units[0]) + 16)
    data[at : at + len(damage)] = damage[: len(data) - at]
    code = read_all(Linked(Program([read_dex("classes.dex", bytes(data))]), Framework.load()))
    assert len(code.use) == code.use_start[-1]
    assert code.use.max(initial=-1) < len(code.kind)


@pytest.mark.samples
@pytest.mark.parametrize("name", ["settings-3.0.0", "uiautomator2"])
def test_real_apps_have_the_values_that_reach(sample: Callable[[str], Path], name: str):
    linked = link_app(sample(name))
    code = read_all(linked)
    methods = np.flatnonzero(code.node_first >= 0)[:: 60 if name.startswith("settings") else 80].tolist()
    same = [compare(linked, code, method) for method in methods if code.node_count[method] < 600]
    assert len(same) > 100
    assert sum(same) >= len(same) - 1


@pytest.mark.corpus
def test_benchmark_apps_have_the_values_that_reach(corpus: Path):
    compared = 0
    for app in sorted((corpus / "taint" / "droidbench").rglob("*.apk"))[::4]:
        linked = link_app(app)
        code = read_all(linked)
        for method in np.flatnonzero(code.node_first >= 0).tolist()[-60:]:
            assert compare(linked, code, method), (app.name, linked.method_text(method))
            compared += 1
    assert compared > 100
