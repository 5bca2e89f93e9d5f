"""Code of both machines in one form: the same steps, whatever registers, stack and sizes there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.classfile import read_classes
from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.unit import Unit
from affidavit.identity.code.normal_form import body
from affidavit.identity.code.normal_jvm import _words
from tests.builders.classfile import OPCODES, Class, ClassBuilder
from tests.builders.dex import DexBuilder, Method

MOST = 100
LIST = "Ljava/util/List;->size()I"


def dex(code: list) -> Unit:
    made = DexBuilder().add_class("Lx/A;", methods=[Method("m", "()V", code=code, access=0x9)])
    return read_dex("classes.dex", made.build())


def jvm(code: list) -> Unit:
    return read_classes("a.jar", [("A.class", ClassBuilder("x/A").method("m", "()V", code, access=0x9).build())])


def said(unit: Unit, most: int = MOST) -> list[tuple[str, str]]:
    """Each step as its word and what it holds or names."""
    texts = {
        0: lambda at: unit.strings[at],
        1: unit.type_name,
        2: lambda at: "->".join(unit.field_parts(at)[:2]),
        3: lambda at: "->".join(unit.method_parts(at)[:2]),
    }
    return [
        (step.op, step.value + texts[int(step.kind)](step.target) if step.kind is not None else step.value)
        for step in body(unit, 0, most).steps
    ]


@pytest.mark.parametrize(
    ("of_jvm", "of_dex"),
    [
        ([("iconst_m1",), ("istore_0",)], [("const/4", 0, -1)]),
        ([("sipush", 779), ("istore_0",)], [("const/16", 0, 779)]),
        ([("ldc", 123456789), ("istore_0",)], [("const", 0, 123456789)]),
        ([("ldc2_w", 1 << 40), ("pop2",)], [("const-wide", 0, 1 << 40)]),
        ([("fconst_1",), ("fstore_0",)], [("const/high16", 0, 0x3F80)]),
        ([("dconst_1",), ("dstore_0",)], [("const-wide/high16", 0, 0x3FF0)]),
        ([("ldc", "text"), ("astore_0",)], [("const-string/jumbo", 0, "text")]),
        ([("ldc", Class("java/io/File")), ("pop",)], [("const-class", 0, "Ljava/io/File;")]),
        ([("iload_0",), ("bipush", 9), ("imul",), ("istore_0",)], [("mul-int/lit8", 0, 0, 9)]),
        ([("iload_0",), ("iconst_2",), ("isub",), ("istore_0",)], [("add-int/lit8", 0, 0, -2)]),
        ([("iinc", 0, 5)], [("add-int/lit8", 0, 0, 5)]),
        ([("wide", "iinc", 0, 1000)], [("add-int/lit16", 0, 0, 1000)]),
        ([("iload_0",), ("iload_1",), ("iadd",), ("istore_0",)], [("add-int/2addr", 0, 1)]),
        ([("lload_0",), ("l2i",), ("istore_2",)], [("long-to-int", 2, 0)]),
        ([("aload_0",), ("arraylength",), ("istore_1",)], [("array-length", 1, 0)]),
        ([("bipush", 9), ("newarray", 8), ("pop",)], [("const/16", 0, 9), ("new-array", 0, 0, "[B")]),
        ([("iconst_1",), ("anewarray", "x/B"), ("pop",)], [("const/4", 0, 1), ("new-array", 0, 0, "[Lx/B;")]),
        ([("aload_0",), ("iload_1",), ("baload",), ("istore_1",)], [("aget-byte", 1, 0, 1)]),
        ([("new", "x/B"), ("dup",), ("invokespecial", "x/B", "<init>", "()V"), ("pop",)],
         [("new-instance", 0, "Lx/B;"), ("invoke-direct", [0], "Lx/B;-><init>()V")]),
        ([("aload_0",), ("invokeinterface", "java/util/List", "size", "()I"), ("pop",)],
         [("invoke-interface/range", [0], LIST), ("move-result", 0)]),
        ([("getstatic", "x/B", "f", "J"), ("lstore_0",)], [("sget-wide", 0, "Lx/B;->f:J")]),
        ([("aload_0",), ("checkcast", "x/B"), ("astore_0",)], [("check-cast", 0, "Lx/B;")]),
    ],
)  # fmt: skip
def test_both_machines_say_the_same(of_jvm, of_dex):
    try:
        ours = said(jvm([*of_jvm, ("return",)]))
    except KeyError as error:
        pytest.fail(str(error))
    assert ours == said(dex([*of_dex, ("return-void",)]))


def test_branches_keep_their_condition_and_lose_their_target():
    ours = said(jvm([("iload_0",), ("ifeq", 4), ("nop",), ("iload_0",), ("iload_1",), ("if_icmpge", 3), ("return",)]))
    theirs = said(dex([("if-eqz", 0, ":e"), ("goto", ":n"), ":n", ("if-ge", 0, 1, ":e"), ":e", ("return-void",)]))
    assert ours == theirs == [("if-eqz", ""), ("if-ge", ""), ("return", "")]


def test_switches_say_their_keys_and_arrays_what_fills_them():
    keys = {-3: ":e", 70_000: ":e"}
    theirs = said(dex([("sparse-switch", 0, keys), ("fill-array-data", 0, 2, [1, 2]), ":e", ("return-void",)]))
    assert theirs[:2] == [("switch", "2 cases -3, 70000"), ("fill-array-data", "2 x 2 bytes 01000200")]
    packed = said(dex([("packed-switch", 0, 5, [":e"] * 10), ":e", ("return-void",)]))
    assert packed[0] == ("switch", "10 cases 5, 6, 7, 8, 9, 10, 11, 12, …")
    ours = said(jvm([("iload_0",), ("lookupswitch", 20, [(-3, 20), (70_000, 20)]), ("return",)]))
    assert ours[0] == theirs[0]
    table = said(jvm([("iload_0",), ("tableswitch", 20, 5, [20, 20]), ("return",)]))
    assert table[0] == ("switch", "2 cases 5, 6")


def test_a_long_method_is_cut_and_says_so():
    made = dex([("const/4", 0, 1)] * 5 + [("return-void",)])
    assert body(made, 0, 6) == body(made, 0, MOST)
    assert (len(body(made, 0, 5).steps), body(made, 0, 5).cut) == (5, True)


def test_a_call_of_the_class_above_is_told_from_one_of_its_own_private_method():
    code = [("invokespecial", owner, "go", "()V") for owner in ("x/A", "x/B")]
    assert [word for word, _ in said(jvm([*code, ("return",)]))] == ["invoke-direct", "invoke-super", "return"]


@given(st.binary(max_size=40))
def test_bytes_that_are_no_code_end_the_steps_and_nothing_else(junk):
    body(jvm([("bytes", junk), ("return",)]), 0, MOST)


@given(st.lists(st.integers(0, 0xFFFF), max_size=20))
def test_code_units_that_are_no_code_end_the_steps_and_nothing_else(units):
    body(dex([("raw", *units), ("return-void",)]), 0, MOST)


def test_each_instruction_of_the_class_files_machine_that_does_something_has_a_word():
    silent = {name for name, code in OPCODES.items() if not _words()[code]}
    moves = {name for name in OPCODES if name.endswith(("load", "store")) or "load_" in name or "store_" in name}
    kept = {name for name in OPCODES if name[1:] in {"aload", "astore"}}
    assert silent == moves - kept | {
        "nop", "pop", "pop2", "dup", "dup_x1", "dup_x2", "dup2", "dup2_x1", "dup2_x2", "swap", "goto", "goto_w",
        "jsr", "jsr_w", "ret",
    }  # fmt: skip
