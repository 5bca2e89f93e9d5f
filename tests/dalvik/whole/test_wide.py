"""Calls of a library that could run very many methods: they are said to hide something where data comes to them."""

import pytest

from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import MAIN, main, take
from tests.dalvik.whole.flow_apps import secret, solved
from tests.dalvik.whole.test_graph import O, call, models, new

WORK = "Llib/Work;"
FIELD = f"{MAIN}->worker:{WORK}"
KNOWN = models(new="pure", run="call 0.work/1(1) == return")


def worker(number: int, *, leaks: bool) -> Class:
    """A class whose objects give back what they get, or a secret of their own."""
    init = Method("<init>", code=[("return-void",)], access=0x10001)
    give = [*secret(6), ("return-object", 6)] if leaks else [("return-object", 7)]
    return Class(f"Lx/W{number};", interfaces=[WORK], methods=[init, Method("work", f"({O}){O}", give, registers=8)])


def found(count: int, *, data: bool, leaks: bool = False):
    """What the search says when a library runs one of some workers on a secret, or on a text."""
    interface = Class(WORK, access=0x601, methods=[Method("work", f"({O}){O}", access=0x401)])
    made = []
    for number in range(count):
        name = f"Lx/W{number};"
        made += [("new-instance", 1, name), ("invoke-direct", [1], f"{name}-><init>()V"), ("sput-object", 1, FIELD)]
    given = [*secret(0)] if data else [*secret(3), ("const-string", 0, "text")]
    code = [*new(2), *made, *given, ("sget-object", 1, FIELD), ("invoke-interface", [1, 0], f"{WORK}->work({O}){O}")]
    one = main(*code, *call("run", 2, 1, 0, result=4), take(4), fields=[Field("worker", WORK, 0x9)])
    return solved(one, interface, *(worker(number, leaks=leaks) for number in range(count)), models=KNOWN).found


@pytest.mark.parametrize("leaks", [False, True])
def test_a_few_methods_are_followed_and_nothing_is_left_out(leaks):
    answer = found(3, data=True, leaks=leaks)
    assert answer.candidates
    assert not answer.limitations


@pytest.mark.parametrize(("data", "leaks"), [(True, False), (False, True)])
def test_very_many_are_not_and_where_data_goes_in_or_comes_out_that_is_said(data, leaks):
    answer = found(20, data=data, leaks=leaks)
    assert [(item.kind, item.count) for item in answer.limitations] == [("flows/many-targets", 1)]


def test_where_no_data_comes_nothing_can_be_hidden():
    assert not found(20, data=False).limitations
