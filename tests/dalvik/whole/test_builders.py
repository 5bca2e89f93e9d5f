"""Texts that are put together step by step, asked about directly."""

import pytest

from affidavit.dalvik.whole.builders import built, root
from affidavit.dalvik.whole.expressions import Hole, Text, shown
from tests.dalvik.whole.apps import Asked, asked, main, take

S, B = "Ljava/lang/String;", "Ljava/lang/StringBuilder;"
NEW = (("new-instance", 0, B), ("invoke-direct", [0], f"{B}-><init>()V"), ("const-string", 1, "a"))
APPEND = ("invoke-virtual", [0, 1], f"{B}->append({S}){B}")


def content(question: Asked, node: int, end: int = -1) -> str:
    sites, values = question.sites, question.values
    origin = root(sites, node)
    return shown(built(sites, origin, end, values.of, values.graph))


def test_a_chain_of_calls_has_one_root():
    code = [*NEW, APPEND, ("move-result-object", 2), ("check-cast", 2, B), take(2)]
    question = asked(main(*code))
    (node,) = question.taken()
    assert question.sites.opcode(node) == 0x1F
    assert question.sites.opcode(root(question.sites, node)) == 0x22


def test_what_looks_at_a_builder_is_no_part_of_the_chain():
    code = [*NEW, ("invoke-virtual", [0], f"{B}->toString(){S}"), ("move-result-object", 2), take(2)]
    question = asked(main(*code))
    (node,) = question.taken()
    assert root(question.sites, node) == node


def test_without_an_end_every_step_counts():
    question = asked(main(*NEW, APPEND, take(0), APPEND))
    (node,) = question.taken()
    (given,) = question.invokes("take")
    assert content(question, node) == "aa"
    assert content(question, node, given) == "a"


def test_steps_in_a_loop_that_makes_the_object_run_once():
    code = [
        ":top",
        *(*NEW, APPEND, take(0)),
        *(("invoke-static", [], "Lout/Sink;->more()Z"), ("move-result", 2), ("if-nez", 2, ":top")),
    ]
    question = asked(main(*code))
    (node,) = question.taken()
    (given,) = question.invokes("take")
    assert content(question, node, given) == "a"


@pytest.mark.parametrize(
    ("proto", "wanted"), [("()V", ""), ("(I)V", ""), (f"({S})V", "a"), ("(Ljava/lang/CharSequence;)V", "a")]
)
def test_constructors_say_what_a_builder_begins_with(proto, wanted):
    given = [0] if proto == "()V" else [0, 1]
    code = [("const-string", 1, "a"), ("new-instance", 0, B), ("invoke-direct", given, f"{B}-><init>{proto}"), take(0)]
    question = asked(main(*code))
    assert content(question, question.taken()[0]) == wanted


def test_a_builder_from_elsewhere_begins_with_what_is_known_of_it():
    code = [("move-object", 0, 15), ("check-cast", 0, B), ("const-string", 1, "a"), APPEND, take(0)]
    question = asked(main(*code))
    (node,) = question.taken()
    origin = root(question.sites, node)
    known = {origin: Hole("bundle")}
    found = built(question.sites, origin, -1, lambda at: known.get(at, Text("a")), question.values.graph)
    assert shown(found) == "{bundle}a"


def test_part_of_a_text_is_a_hole():
    code = [
        *NEW,
        ("const/4", 2, 0),
        ("invoke-virtual", [0, 1, 2, 2], f"{B}->append(Ljava/lang/CharSequence;II){B}"),
        take(0),
    ]
    question = asked(main(*code))
    assert content(question, question.taken()[0]) == "{part of text}"
