"""Methods whose names the code puts together or hides are found, tried out, and accepted by the checker."""

import pytest

from tests.builders.dex import Class, Method
from tests.builders.zip import zip_of
from tests.facts.flow_runs import run
from tests.facts.flow_small import LOG, READ, S, apk, create, main
from tests.facts.test_flow_language import CLASS, METHOD, SOURCE, Code, O, array, asked, log, made, subclass

BUILDER = "Ljava/lang/StringBuilder;"
MORE = f"{BUILDER}->reverse(){BUILDER}"
NAMES: dict[str, Code] = {
    "whole": [("const-string", 0, "send")],
    "a part": [
        ("const-string", 0, "xsendx"),
        ("const/4", 3, 1),
        ("const/4", 4, 5),
        *asked("virtual", [0, 3, 4], f"{S}->substring(II){S}", 0),
    ],
    "turned round": [
        ("const-string", 1, "dnes"),
        *made(0, BUILDER, 1, takes=S),
        *asked("virtual", [0], MORE, 0),
        *asked("virtual", [0], f"{BUILDER}->toString(){S}", 0),
    ],
    "two pieces": [
        ("const-string", 0, "sen"),
        ("const-string", 1, "d"),
        *asked("virtual", [0, 1], f"{S}->concat({S}){S}", 0),
    ],
}


def calling(name: Code) -> tuple[Code, Class]:
    """Code that calls a method by reflection, its name in register 0; the data is in register 2."""
    code: Code = [*name, ("const-class", 4, S), *array(1, f"[{CLASS}", 4), ("const-class", 4, "Lx/R;")]
    code += asked("virtual", [4, 0, 1], f"{CLASS}->getMethod({S}[{CLASS}){METHOD}", 4)
    code += [*array(1, f"[{O}", 2), *made(3, "Lx/R;"), *asked("virtual", [4, 3, 1], f"{METHOD}->invoke({O}[{O}){O}", 5)]
    send = Method("send", f"({S})V", [*log(3), ("return-void",)], access=0x1, registers=4)
    return code, subclass("Lx/R;", O, send)


@pytest.mark.parametrize("name", NAMES)
def test_a_hidden_name_is_followed_and_accepted(name, tmp_path):
    code, other = calling(NAMES[name])
    (tmp_path / "a.apk").write_bytes(zip_of(dict(apk(main(create(*SOURCE, *code)), other))))
    found = run(tmp_path / "a.apk")
    assert not found.refusals()
    assert [(flow.source_api, flow.sink_api, flow.verdict) for flow, _ in found.flows] == [(READ, LOG, "proved")]
