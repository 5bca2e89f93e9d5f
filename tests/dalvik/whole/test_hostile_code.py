"""Code that nobody wrote like this: whatever its bytes are, questions about it have an answer, and the same one."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.lifecycles import lifecycles
from affidavit.dalvik.program import Program
from affidavit.dalvik.whole.control import control_edges
from affidavit.dalvik.whole.entries import Declared, Filter
from affidavit.dalvik.whole.intents import find_links
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.reflection import find_reflection
from tests.builders.dex import Class, DexBuilder, Field, Method
from tests.dalvik.whole.apps import INIT, MAIN, App, Asked, main, take

S, O, B = "Ljava/lang/String;", "Ljava/lang/Object;", "Ljava/lang/StringBuilder;"  # noqa: E741
I, C, K = "Landroid/content/Intent;", "Landroid/content/Context;", "Ljava/lang/Class;"  # noqa: E741
METHOD, FIELD, LIST = "Ljava/lang/reflect/Method;", "Ljava/lang/reflect/Field;", "Ljava/util/ArrayList;"
URI, MESSENGER = "Landroid/net/Uri;", "Landroid/os/Messenger;"
CODE = [
    *(("new-instance", 0, I), ("const-class", 1, "Lx/A;"), ("invoke-direct", [0, 14, 1], f"{I}-><init>({C}{K})V")),
    *(("const-string", 2, "x.GO"), ("invoke-virtual", [0, 2], f"{I}->setAction({S}){I}"), ("move-result-object", 0)),
    *(("invoke-virtual", [14, 0], f"{MAIN}->startActivity({I})V"), ("invoke-virtual", [14], f"{MAIN}->getIntent(){I}")),
    *(("move-result-object", 3), take(3), ("const-string", 4, "x.A"), ("invoke-static", [4], f"{K}->forName({S}){K}")),
    *(("move-result-object", 5), ("invoke-virtual", [5], f"{K}->newInstance(){O}"), ("move-result-object", 6)),
    *(("const/4", 7, 1), ("new-array", 8, 7, f"[{O}"), ("const/4", 7, 0), ("aput-object", 2, 8, 7)),
    *(("const/4", 9, 0), ("invoke-virtual", [5, 4, 9], f"{K}->getMethod({S}[{K}){METHOD}"), ("move-result-object", 9)),
    *(("invoke-virtual", [9, 6, 8], f"{METHOD}->invoke({O}[{O}){O}"), ("move-result-object", 10), take(10)),
    *(("new-instance", 11, B), ("invoke-direct", [11], f"{B}-><init>()V"), ("if-eqz", 15, ":skip")),
    *(("invoke-virtual", [11, 2], f"{B}->append({S}){B}"), ("sput-object", 2, f"{MAIN}->f:{S}")),
    ":skip",
    *(("invoke-virtual", [11], f"{B}->toString(){S}"), ("move-result-object", 12), take(12)),
    *(("invoke-static", [2, 8], f"{S}->format({S}[{O}){S}"), ("move-result-object", 12), take(12)),
    *(("invoke-static", [2], f"{URI}->parse({S}){URI}"), ("move-result-object", 12), take(12)),
    *(("new-instance", 13, LIST), ("invoke-virtual", [13, 0], f"{LIST}->add({O})Z"), ("aget-object", 1, 8, 7), take(1)),
    *(("new-instance", 13, MESSENGER), ("invoke-direct", [13, 0], f"{MESSENGER}-><init>(Landroid/os/Handler;)V")),
    *(("invoke-static", [2], f"{MAIN}->own({S}){S}"), ("move-result-object", 12), take(12)),
]
OWN = Method("own", f"({S}){S}", code=[("sget-object", 0, f"{MAIN}->f:{S}"), ("return-object", 0)], access=0x9)


def small() -> bytes:
    """A dex with something of everything that is looked at."""
    one = main(*CODE, methods=[OWN], fields=[Field("f", S, 0x9, "initial")])
    other = Class("Lx/A;", "Landroid/app/Activity;", methods=[INIT, Method("x.A", code=[("return-void",)])])
    return DexBuilder([one, other]).build()


SMALL = small()
DECLARED = [Declared("activity", MAIN), Declared("activity", "Lx/A;", filters=(Filter(("x.GO",)),))]


def answers(data: bytes) -> list[str]:
    """Everything that can be asked of a dex, as text."""
    linked = Linked(Program([read_dex("classes.dex", data)]), Framework.load())
    question = Asked(App(linked, DECLARED))
    links = find_links(question.objects, DECLARED, lifecycles())
    reflected = find_reflection(question.objects)
    methods = [method for method in range(len(linked.method_type)) if question.calls.code.node_first[method] >= 0]
    edges = list(control_edges(question.values, methods))
    nodes = range(len(question.calls.code.kind))
    shown = [question.values.text(question.values.of(node, size=300)) for node in nodes]
    return [*map(repr, (links, reflected.calls, reflected.edges, reflected.framework, edges)), *shown]


def code_area() -> tuple[int, int]:
    """Where the longest method's instructions are."""
    unit = read_dex("classes.dex", SMALL)
    row = int(unit.def_units.argmax())
    start = int(unit.def_code[row])
    return start, start + 2 * int(unit.def_units[row])


def test_the_honest_dex_has_answers():
    found = answers(SMALL)
    assert "initial" in " ".join(found)
    assert "class Lx/A;" in found[0]
    assert "x.GO" in " ".join(found[5:])


def test_answers_are_the_same_each_time():
    assert answers(SMALL) == answers(SMALL)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 0xFFFF)), min_size=1, max_size=6))
def test_changed_instructions_are_no_trouble(changes):
    first, end = code_area()
    data = bytearray(SMALL)
    for where, unit in changes:
        at = first + 2 * int(where * ((end - first) // 2 - 1))
        data[at : at + 2] = struct.pack("<H", unit)
    answers(bytes(data))


@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_shuffled_instructions_are_no_trouble(chance):
    first, end = code_area()
    units = list(struct.unpack(f"<{(end - first) // 2}H", SMALL[first:end]))
    chance.shuffle(units)
    answers(SMALL[:first] + struct.pack(f"<{len(units)}H", *units) + SMALL[end:])


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0x70, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_changed_tables_are_no_trouble(changes):
    data = bytearray(SMALL)
    for at, byte in changes:
        data[at] = byte
    answers(bytes(data))


@pytest.mark.parametrize("size", [0, 0x70, len(SMALL) // 2, len(SMALL) - 8])
def test_files_that_are_cut_off_are_no_trouble(size):
    answers(SMALL[:size])
