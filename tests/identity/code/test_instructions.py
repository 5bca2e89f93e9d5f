"""What instructions name: tokens per method, calls that follow each other, and who names whom, under any names."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.dalvik.classfile import read_classes
from affidavit.dalvik.dex import read_dexes
from affidavit.dalvik.program import Program
from affidavit.dalvik.unit import Unit
from affidavit.identity.code.instructions import Named, named, runs
from affidavit.identity.code.tokens import Kind, token
from affidavit.identity.code.vocabulary import Vocabulary
from tests.builders.classfile import ClassBuilder
from tests.builders.dex import Class, DexBuilder, Method

NONE = np.empty(0, np.int64)
TIME, EXIT, GC = (
    ("invoke-static", [0], f"Ljava/lang/System;->{name}") for name in ("nanoTime()J", "exit(I)V", "gc()V")
)
OWN = ("invoke-static", [], "La/A;->m0()V")
END = ("return-void",)


def call(step: tuple) -> int:
    """The token of a call of the platform."""
    return token(Kind.CALL, step[2].replace("->", "").encode())


def pair(one: tuple, other: tuple) -> int:
    return token(Kind.PAIR, b"".join(call(step).to_bytes(8, "little") for step in (one, other)))


def dex(*codes: list, name: str = "La/A;", also: tuple[Class, ...] = ()) -> Unit:
    methods = [Method(f"m{row}", "()V", [*code, END], 9) for row, code in enumerate(codes)]
    return read_dexes("classes.dex", DexBuilder([Class(name, methods=methods), *also]).build())[0]


def jar(*codes: list, names: tuple[str, ...] = ("a/A",)) -> Unit:
    files = []
    for name in names:
        made = ClassBuilder(name)
        for row, code in enumerate(codes):
            made.method(f"m{row}", "()V", [*code, ("return",)], 9)
        files.append((f"{name}.class", made.build()))
    return read_classes("a.jar", files)


def of_unit(unit: Unit, skipped: np.ndarray = NONE) -> Named:
    return named(Vocabulary(Program([unit])), 0, unit, skipped)


def all_runs(unit: Unit) -> list[int]:
    return runs(unit, np.arange(len(unit.refs))).tolist()


def in_jar(step: tuple) -> tuple:
    """A static call of the platform, for class files."""
    owner, _, rest = step[2].partition(";->")
    name, _, proto = rest.partition("(")
    return "invokestatic", owner[1:], name, f"({proto}"


def test_each_method_has_the_tokens_of_what_it_names() -> None:
    unit = dex(
        [("const-string", 0, "a text"), ("const-string", 0, "xy"), TIME],
        [OWN, ("new-instance", 0, "Ljava/io/File;"), ("const-string", 0, "a text")],
        [("sget-object", 0, "Landroid/os/Build;->MODEL:Ljava/lang/String;")],
    )
    found = of_unit(unit)
    text = token(Kind.STRING, b"a text")
    assert list(zip(found.text_method.tolist(), found.text.tolist(), strict=True)) == [(0, text), (1, text)]
    assert list(zip(found.method.tolist(), found.token.tolist(), strict=True)) == [
        (0, call(TIME)),
        (1, token(Kind.TYPE, b"Ljava/io/File;")),
        (2, token(Kind.FIELD, b"Landroid/os/Build;MODEL:Ljava/lang/String;")),
    ]


def test_many_names_of_one_long_text_each_have_its_token() -> None:
    long = "x" * 200_000
    found = of_unit(dex([("const-string", 0, long)] * 2_000, [("const-string", 0, "other")]))
    assert found.text_method.tolist() == [0] * 2_000 + [1]
    assert set(found.text[:-1].tolist()) == {token(Kind.STRING, long.encode())}


def test_calls_that_follow_each_other_are_pairs_in_their_order() -> None:
    found = of_unit(dex([TIME, OWN, ("nop",), EXIT, ("const/4", 0, 1), GC], [GC, TIME]))
    assert found.pair.tolist() == [pair(TIME, EXIT), pair(EXIT, GC), pair(GC, TIME)]
    assert found.pair_method.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    "jump",
    [
        ("goto", ":on"),
        ("if-eqz", 0, ":on"),
        ("if-lt", 0, 1, ":on"),
        ("throw", 0),
        ("return", 0),
        END,
        ("packed-switch", 0, 1, [":on"]),
        ("sparse-switch", 0, {5: ":on"}),
    ],
)
def test_no_pair_reaches_over_a_jump_or_a_method(jump: tuple) -> None:
    found = of_unit(dex([TIME, jump, ":on", EXIT], [GC]))
    assert found.pair.tolist() == []
    assert found.token.tolist() == [call(TIME), call(EXIT), call(GC)]


@pytest.mark.parametrize(
    "jump",
    [
        [("goto", 3)],
        [("iconst_0",), ("ifeq", 3)],
        [("athrow",)],
        [("return",)],
        [("iconst_0",), ("ireturn",)],
        [("iconst_0",), ("tableswitch", 20, 1, [20])],
    ],
)
def test_no_pair_of_a_class_file_reaches_over_a_jump(jump: list) -> None:
    one = of_unit(jar([in_jar(TIME), *jump, in_jar(EXIT), in_jar(GC)]))
    assert one.pair.tolist() == [pair(EXIT, GC)]


def test_a_jar_of_several_files_has_the_pairs_of_each() -> None:
    unit = jar([in_jar(TIME), in_jar(EXIT)], [in_jar(GC)], names=("a/A", "b/B", "c/C"))
    found = of_unit(unit)
    assert found.pair.tolist() == [pair(TIME, EXIT)] * 3
    assert len(set(all_runs(unit))) == 6


STEPS = st.lists(st.sampled_from([TIME, EXIT, GC, OWN, ("nop",), ("goto", ":on"), ("if-eqz", 0, ":on")]), max_size=14)


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_pairs_are_those_of_a_slow_reading(steps: list) -> None:
    found = of_unit(dex([*steps, ":on"]))
    wanted, before = [], None
    for step in steps:
        if step[0] in {"goto", "if-eqz"}:
            before = None
        elif step in (TIME, EXIT, GC):
            wanted += [pair(before, step)] if before else []
            before = step
    assert found.pair.tolist() == wanted


def edges(unit: Unit) -> set[tuple[str, str]]:
    made = Vocabulary(Program([unit]))
    found = named(made, 0, unit, NONE)
    return {(made.names[tail], made.names[head]) for tail, head in zip(found.tail, found.head, strict=True)}


def test_classes_that_instructions_name_are_edges() -> None:
    others = tuple(Class(f"L{letter};") for letter in "BCDEF")
    code = [
        ("new-instance", 0, "LB;"),
        ("new-array", 0, 0, "[[LC;"),
        ("sget", 0, "LD;->f:I"),
        ("invoke-static", [], "LE;->m()V"),
        ("invoke-static", [], "Lnot/There;->m(LF;)V"),
    ]
    assert edges(dex(code, also=others)) == {("La/A;", f"L{letter};") for letter in "BCDE"}


def test_rows_that_are_skipped_do_not_count_and_the_unit_stays_as_it_was() -> None:
    unit = dex([TIME, ("const-string", 0, "a text"), EXIT, ("new-instance", 0, "LB;"), GC], also=(Class("LB;"),))
    before = unit.refs.target.tolist()
    found = of_unit(unit, np.arange(1, 4))
    assert unit.refs.target.tolist() == before
    assert found.token.tolist() == [call(TIME), call(GC)]
    assert found.pair.tolist() == [pair(TIME, GC)]
    assert len(found.text) + len(found.tail) == 0


def test_names_change_nothing_but_the_texts_of_names() -> None:
    def made(own: str, other: str) -> Named:
        code = [TIME, ("new-instance", 0, other), ("invoke-static", [], f"{other}->go(I)V"), EXIT]
        return of_unit(dex(code, [("sget", 0, f"{own}->f:I"), GC], name=own, also=(Class(other),)))

    for one, other in zip(made("La/Long;", "La/Other;"), made("Lp/a;", "Lp/b;"), strict=True):
        assert one.tolist() == other.tolist()


def test_a_jar_names_what_its_dex_names() -> None:
    text = ("ldc", "a text")
    one = of_unit(jar([in_jar(TIME), text, in_jar(EXIT)], [in_jar(GC), ("new", "java/io/File")]))
    other = of_unit(dex([TIME, ("const-string", 0, "a text"), EXIT], [GC, ("new-instance", 0, "Ljava/io/File;")]))
    assert [column.tolist() for column in one] == [column.tolist() for column in other]


def test_nothing_names_nothing() -> None:
    for unit in (dex(), jar(names=()), read_dexes("classes.dex", DexBuilder().build())[0]):
        assert not any(map(len, of_unit(unit)))


@pytest.mark.parametrize("form", ["dex", "class"])
def test_damaged_files_give_rows_that_hold_together(form: str) -> None:
    unit = dex([TIME, ("const-string", 0, "a text"), ("goto", ":on"), ":on", EXIT], [GC], also=(Class("LB;"),))
    if form == "class":
        unit = jar([in_jar(TIME), ("ldc", "a text"), ("iconst_0",), ("tableswitch", 30, 1, [30]), in_jar(EXIT)])
    rng, whole = random.Random(3), bytes(unit.data[0])  # noqa: S311 - nothing is secret
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 5)):
            data[rng.randrange(8, len(data))] = rng.choice([0, 1, 0x7F, 0xFF, rng.randrange(256)])
        if form == "class":
            damaged = read_classes("a.jar", [("A.class", bytes(data))])
        else:
            damaged = read_dexes("classes.dex", bytes(data))[0]
        found, count = of_unit(damaged), len(damaged.def_class)
        for rows in (found.method, found.text_method, found.pair_method):
            assert np.all((rows >= 0) & (rows < count))
        assert len(found.tail) == len(found.head)
        assert np.all((found.tail < len(damaged.class_type)) & (found.head < len(damaged.class_type)))
        assert len(all_runs(damaged)) == len(damaged.refs)
