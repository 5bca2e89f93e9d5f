"""The checker's own decoder agrees with the disassembler, which was written apart, and with the format's definition."""

import re

import pytest

from affidavit.dalvik.check.body import Body
from affidavit.dalvik.check.instructions import UnreadableCodeError, Value, instructions, parameters
from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.disassemble import disassemble
from affidavit.dalvik.unit import Unit
from tests.builders.dex import DexBuilder, Method
from tests.builders.dex_code import table
from tests.dalvik.check.material import MAIN, App, run
from tests.dalvik.material import one, real, rich


def of(*code: object) -> list[tuple[tuple[Value, ...], Value | None]]:
    """What each instruction reads and writes."""
    (unit,) = read_dexes("x", one([*code, ("return-void",)]))
    return [(item.reads, item.writes) for item in instructions(unit, 0).values()][:-1]


def mentioned(text: str) -> set[int]:
    """Registers in a line of disassembly; a range is all between."""
    text = re.sub(r'".*"|->.*|L[^;]*;', "", text)
    ranges = re.findall(r"\{v(\d+) \.\. v(\d+)\}", text)
    found = {int(number) for number in re.findall(r"\bv(\d+)\b", text)}
    return found | {item for low, high in ranges for item in range(int(low), int(high) + 1)}


def compare(unit: Unit, owner: int) -> int:
    """Every instruction of a method has the address, name and registers that the disassembler shows."""
    shown = {pc: text for pc, text in disassemble(unit, owner) if not text.startswith(".")}
    found = instructions(unit, owner)
    assert [(pc, item.name) for pc, item in found.items()] == [(pc, text.split(" ")[0]) for pc, text in shown.items()]
    for pc, item in found.items():
        values = {value for value in (*item.reads, item.writes) if value}
        known = {value.register for value in values} | {value.register + 1 for value in values if value.wide}
        assert {value.register for value in values} <= mentioned(shown[pc]) <= known, shown[pc]
    return len(found)


def test_it_agrees_with_the_disassembler_on_every_format():
    (unit,) = read_dexes("x", rich().build())
    assert sum(compare(unit, owner) for owner in range(len(unit.def_code)) if unit.def_code[owner]) > 15


@pytest.mark.corpus
def test_it_agrees_with_the_disassembler_on_real_code(corpus):
    seen = 0
    for name, data in real(corpus):
        for unit in read_dexes(name, data):
            rows = [owner for owner in range(len(unit.def_code)) if unit.def_code[owner]][:400]
            seen += sum(compare(unit, owner) for owner in rows)
    assert seen > 10_000


def operands(form: str) -> list[object]:
    """Operands that fit a format: registers 2, 4, 6, no reference that is out of range."""
    return {
        "10x": [], "12x": [2, 4], "11n": [2, 1], "11x": [2], "22x": [2, 4], "21s": [2, 1], "21h": [2, 1],
        "23x": [2, 4, 6], "22b": [2, 4, 1], "22s": [2, 4, 1], "32x": [2, 4], "31i": [2, 1], "51l": [2, 1],
    }.get(form, [])  # fmt: skip


def test_pairs_are_those_of_the_instruction_set():
    """By name: what is a long or double, or says wide, is a pair, but for a shift's distance."""
    for name, (_, form, kind) in table().items():
        given = operands(form)
        if kind != "-" or not given or name.startswith("unused"):
            continue
        ((reads, writes),) = of((name, *given))
        pair = any(word in name for word in ("long", "double", "wide"))
        widths = [value.wide for value in (*([writes] if writes else []), *reads)]
        if "-to-" in name:
            source, _, target = name.partition("-to-")
            assert widths == [target in {"long", "double"}, source in {"long", "double"}]
        elif name.startswith("cmp"):
            assert widths == [False, name.endswith(("long", "double")), name.endswith(("long", "double"))]
        elif name.startswith(("aget", "aput")):
            assert widths == [pair, False, False]
        elif name.startswith(("shl", "shr", "ushr")) and form in {"23x", "12x"}:
            assert widths == [pair, pair, False]
        else:
            assert set(widths) == {pair}


def test_arguments_are_counted_as_the_prototype_says():
    static = of(("invoke-static", [1, 2, 3, 4], "Lcom/y/Y;->f(IJ[D)V"))
    assert static == [((Value(1), Value(2, wide=True), Value(4)), None)]
    ranged = of(("invoke-virtual/range", [1, 2, 3, 4], "Lcom/y/Y;->f(JI)V"))
    assert ranged == [((Value(1), Value(2, wide=True), Value(4)), None)]
    cut = of(("invoke-static", [1], "Lcom/y/Y;->f(J)V"))
    assert cut == [((), None)]
    polymorphic = (
        "invoke-polymorphic",
        [1, 2, 3],
        "Ljava/lang/invoke/MethodHandle;->invoke([Ljava/lang/Object;)Ljava/lang/Object;",
        "(J)V",
    )
    assert of(polymorphic) == [((Value(1), Value(2, wide=True)), None)]


def test_parameters_of_a_prototype_are_split_whatever_it_holds():
    assert parameters("(I[JLx/A;[[Lx/B;D)V") == ["I", "[J", "Lx/A;", "[[Lx/B;", "D"]
    assert parameters("()V") == parameters("") == parameters("(") == []
    assert parameters("(Lx") == ["Lx"]
    assert len(parameters("([" + "[" * 1000)) <= 1


def body(*code: object, **more: object) -> Body:
    app = App().add(MAIN, [run(*code, **more)])  # type: ignore[arg-type]
    (unit,) = app.program.units
    return Body(unit, 0)


def test_parameters_stand_in_the_last_registers():
    assert body(registers=9, proto="(IJI)V").parameters == (Value(4), Value(5), Value(6, wide=True), Value(8))
    assert body(registers=9, proto="(IJI)V", access=0x9).parameters == (Value(5), Value(6, wide=True), Value(8))


def test_switches_and_branches_go_where_they_say():
    made = body(
        *[("packed-switch", 0, 5, [":a", ":b"]), ("sparse-switch", 0, {1: ":b", 9: ":c"}), ":a", ("if-eqz", 0, ":c")],
        *[":b", ("goto", ":a"), ":c", ("return-void",)],
    )
    assert {pc: sorted(made.after(pc)) for pc in made.code} == {0: [3, 6, 8], 3: [6, 8, 9], 6: [8, 9], 8: [6], 9: []}


def test_handlers_are_those_of_the_tries_that_cover_an_instruction():
    gc = ("invoke-static", [], "Ljava/lang/System;->gc()V")
    made = body(
        *[":a", gc, ":b", gc, ":c", gc, ":d", ("return-void",), ":e", ("move-exception", 0), ("return-void",)],
        *[":f", ("move-exception", 0), ("return-void",)],
        tries=[(":a", ":b", {"Ljava/lang/Error;": ":e", "Ljava/lang/Exception;": ":f"}), (":b", ":c", {None: ":f"})],
    )
    assert [made.handlers(pc) for pc in (0, 3, 6)] == [[10, 12], [12], []]
    assert made.following(0) == [3, 10, 12]
    assert made.following(9) == []


@pytest.mark.parametrize(
    "code",
    [
        [("raw", 0x3E)],
        [("raw", 0x0018, 0)],
        [("raw", 0x002B, 0x7000, 0)],
        [("raw", 0x002B, 0xFFFF, 0xFFFF)],
    ],
    ids=["unused", "cut off", "switch to nowhere", "switch to itself"],
)
def test_code_that_does_not_decode_is_refused(code):
    (unit,) = read_dexes("x", DexBuilder().add_class(MAIN, methods=[Method("run", code=code)]).build())
    with pytest.raises(UnreadableCodeError):
        instructions(unit, 0)


def test_a_method_without_code_is_refused():
    (unit,) = read_dexes("x", DexBuilder().add_class(MAIN, methods=[Method("run", access=0x101)]).build())
    with pytest.raises(UnreadableCodeError, match="has no Dalvik code"):
        instructions(unit, 0)
