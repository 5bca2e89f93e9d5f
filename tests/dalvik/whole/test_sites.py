"""Questions about single nodes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.dalvik.whole.sites import Callee, Rows
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import ACTIVITY, CREATE, INIT, MAIN, asked, main, take

S, O = "Ljava/lang/String;", "Ljava/lang/Object;"  # noqa: E741
CODE = [
    *(("const-string", 0, "a"), ("sput-object", 0, f"{MAIN}->f:{S}"), ("sget-object", 1, f"{MAIN}->f:{S}"), take(1)),
    *(
        ("invoke-static", [0], f"{MAIN}->own({O})V"),
        ("new-instance", 2, "Lx/A;"),
        ("invoke-virtual", [14], f"{MAIN}->finish()V"),
    ),
]
OWN = Method("own", f"({O})V", code=[("return-void",)], access=0x9)


@pytest.fixture(scope="module")
def found():
    return asked(main(*CODE, methods=[OWN], fields=[Field("f", S, 0x9)]), Class("Lx/A;", methods=[INIT]))


def test_callees_say_where_they_lead(found):
    (finish,) = found.invokes("finish")
    assert found.sites.callee(finish) == Callee(ACTIVITY, "finish", "()V", MAIN, -1)
    assert found.sites.callee(finish).text == f"{ACTIVITY}->finish()V"
    linked = found.linked
    own = linked.find_method(linked.type_of(MAIN), "own")
    (site,), others = found.sites.callers(own)
    assert found.sites.callee(site).target == own
    assert found.sites.targets(site) == [own]
    assert not others
    assert found.sites.method_name(own) == f"{MAIN}->own({O})V"


def test_the_platform_calls_entries(found):
    linked = found.linked
    create = linked.find_method(linked.type_of(MAIN), "onCreate", CREATE)
    assert found.sites.callers(create) == ([], True)


def test_nodes_say_what_they_name(found):
    sites = found.sites
    (taken,) = found.taken()
    field = sites.field(taken)
    (store,), (load,) = sites.stores(field), sites.loads(field)
    assert load == taken
    assert sites.string(sites.code.operands(store)[0]) == "a"
    (made,) = [node for node in range(len(sites.code.kind)) if sites.opcode(node) == 0x22]
    assert sites.type_name(made) == "Lx/A;"
    assert sites.callee(made) is None
    assert not sites.is_invoke(made)


def test_users_of_a_value_are_every_node_that_reads_it(found):
    code, sites = found.sites.code, found.sites
    for node in range(len(code.kind)):
        slow = [user for user in range(len(code.kind)) if node in code.operands(user)]
        assert sites.users(node) == slow


def test_parameters_and_returns_have_nodes(found):
    linked, sites = found.linked, found.sites
    create = linked.find_method(linked.type_of(MAIN), "onCreate", CREATE)
    this, bundle = sites.parameter(create, 0), sites.parameter(create, 1)
    assert this >= 0
    assert bundle == this + 1
    assert sites.parameter(create, 2) == -1
    assert sites.returned(create) in sites.nodes(create)


def test_a_method_that_was_not_analysed_has_no_nodes():
    hidden = Method("hidden", code=[("return-void",)], access=0x9)
    found = asked(main(methods=[hidden]))
    number = found.linked.find_method(found.linked.type_of(MAIN), "hidden")
    assert list(found.sites.nodes(number)) == []
    assert found.sites.parameter(number, 0) == -1
    assert found.sites.returned(number) == -1


def test_types_inherit(found):
    assert found.sites.is_a(MAIN, "Landroid/content/Context;")
    assert found.sites.is_a("Lnot/Known;", "Lnot/Known;")
    assert not found.sites.is_a("Lnot/Known;", "Landroid/content/Context;")
    assert not found.sites.is_a("Lx/A;", "Landroid/content/Context;", "Lnot/Known;")


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 99)), max_size=30))
def test_rows_are_a_dictionary_of_lists(pairs):
    keys, items = (np.array([pair[column] for pair in pairs], np.int32) for column in (0, 1))
    rows = Rows(keys, items)
    for key in range(-1, 11):
        assert rows[key] == [item for its_key, item in pairs if its_key == key]
