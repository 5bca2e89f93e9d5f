"""Methods whose branches data from a source decides."""

import pytest

from affidavit.dalvik.whole import implicit as subject
from affidavit.dalvik.whole.graph import build_graph
from affidavit.dalvik.whole.implicit import deciding_methods
from tests.builders.dex import Field, Method
from tests.dalvik.whole.apps import MAIN, Asked, asked, main, take
from tests.dalvik.whole.flow_apps import points, secret

S = "Ljava/lang/String;"
DONE = ("return-void",)
EQUALS = f"{S}->equals(Ljava/lang/Object;)Z"
NUMBER = f"Ljava/lang/Integer;->parseInt({S})I"


def deciding(question: Asked, *, sources: bool = True) -> list[str]:
    """Names of the methods that are found."""
    graph = build_graph(question.linked, question.calls, question.values.models, (), question.values.key)
    starts = points(question)[0] if sources else []
    found = deciding_methods(graph, question.values, starts)
    assert found == sorted(set(found))
    return [question.linked.method_text(method)[1] for method in found]


def test_a_branch_on_the_data_decides():
    code = [*secret(0), ("if-eqz", 0, ":past"), ("const-string", 1, "there"), take(1), ":past"]
    assert deciding(asked(main(*code))) == ["onCreate"]


def test_a_branch_on_something_else_does_not():
    code = [*secret(0), ("const/4", 1, 0), ("if-eqz", 1, ":past"), take(0), ":past"]
    assert deciding(asked(main(*code))) == []


def test_a_comparison_of_the_data_decides():
    code = [*secret(0), ("const-string", 1, "a"), ("invoke-virtual", [0, 1], EQUALS), ("move-result", 2),
            ("if-eqz", 2, ":past"), take(1), ":past"]  # fmt: skip
    assert deciding(asked(main(*code))) == ["onCreate"]


@pytest.mark.parametrize("branch", ["if-eq", "if-ne", "if-lt", "if-ge", "if-gt", "if-le"])
def test_a_branch_on_two_values_decides_by_either(branch):
    number = (("invoke-static", [0], NUMBER), ("move-result", 2))
    for registers in ((2, 3), (3, 2)):
        code = [*secret(0), *number, ("const/4", 3, 7), (branch, *registers, ":past"), ("nop",), ":past"]
        assert deciding(asked(main(*code))) == ["onCreate"]


def test_a_switch_on_the_data_decides():
    code = [*secret(0), ("invoke-static", [0], NUMBER), ("move-result", 2),
            ("packed-switch", 2, 1, [":one", ":two"]), ":one", ("nop",), ":two", ("nop",)]  # fmt: skip
    assert deciding(asked(main(*code))) == ["onCreate"]


def test_data_decides_in_the_method_that_it_is_handed_to():
    choose = Method(
        "choose", f"({S})V", code=[("if-eqz", 7, ":past"), ("nop",), ":past", DONE], access=0x9, registers=8
    )
    plain = Method("plain", f"({S})V", code=[DONE], access=0x9, registers=8)
    calls = [("invoke-static", [0], f"{MAIN}->{name}({S})V") for name in ("choose", "plain")]
    assert deciding(asked(main(*secret(0), *calls, methods=[choose, plain]))) == ["choose"]


def test_data_decides_where_it_comes_out_of_a_field():
    name = f"{MAIN}->kept:{S}"
    later = Method(
        "later", code=[("sget-object", 0, name), ("if-eqz", 0, ":past"), ("nop",), ":past", DONE], access=0x9
    )
    code = [*secret(0), ("sput-object", 0, name), ("invoke-static", [], f"{MAIN}->later()V")]
    assert deciding(asked(main(*code, methods=[later], fields=[Field("kept", S, 0x9)]))) == ["later"]


def test_without_sources_nothing_decides():
    code = [*secret(0), ("if-eqz", 0, ":past"), ("nop",), ":past"]
    assert deciding(asked(main(*code)), sources=False) == []


def test_code_that_is_not_reached_decides_nothing():
    never = Method("never", code=[*secret(0), ("if-eqz", 0, ":past"), ("nop",), ":past", DONE], access=0x9)
    assert deciding(asked(main(methods=[never]))) == []


def test_methods_are_bounded_and_those_with_the_lowest_numbers_stay(monkeypatch):
    branch = [("if-eqz", 7, ":past"), ("nop",), ":past", DONE]
    methods = [Method(name, f"({S})V", code=branch, access=0x9, registers=8) for name in ("a", "b", "c", "d")]
    calls = [("invoke-static", [0], f"{MAIN}->{name}({S})V") for name in ("d", "c", "b", "a")]
    question = asked(main(*secret(0), *calls, methods=methods))
    assert sorted(deciding(question)) == ["a", "b", "c", "d"]
    everything = deciding(question)
    monkeypatch.setattr(subject, "METHODS", 2)
    assert deciding(question) == everything[:2]
