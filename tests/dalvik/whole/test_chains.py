"""Chains from entry points: which instruction leads on, how, and which is the shortest."""

import numpy as np
import pytest

from affidavit.dalvik.whole import chains as subject
from affidavit.dalvik.whole.chains import Chains
from affidavit.dalvik.whole.entries import Declared
from affidavit.model.flow import Entry
from affidavit.model.place import Place
from tests.builders.dex import Class, Field, Method
from tests.dalvik.whole.apps import CREATE, INIT, MAIN, App, Asked, asked, linked_of, main, take

ENTRY = Entry("activity", MAIN, f"onCreate{CREATE}")
RUN = "Ljava/lang/Runnable;"
HANDLER = "Landroid/os/Handler;"
DONE = ("return-void",)


def static(name: str, *code) -> Method:
    """A static method of the activity without parameters; a return is added."""
    return Method(name, code=[*code, DONE], access=0x9)


def call(name: str, owner: str = MAIN):
    return ("invoke-static", [], f"{owner}->{name}()V")


def chains_of(question: Asked) -> Chains:
    return Chains(question.linked, question.calls)


def number(question: Asked, name: str, owner: str = MAIN) -> int:
    return question.linked.find_method(question.linked.type_of(owner), name)


def said(question: Asked, name: str, owner: str = MAIN) -> list[tuple[str, str]] | None:
    """Methods and ways of the links to a method."""
    found = chains_of(question).links(number(question, name, owner))
    return None if found is None else [(link.place.method.partition("(")[0], link.how) for link in found[1]]


def test_an_entry_point_has_no_link_before_it():
    question = asked(main())
    assert chains_of(question).links(number(question, "onCreate")) == (ENTRY, ())


def test_each_call_on_the_way_is_a_link():
    question = asked(main(call("one"), methods=[static("one", call("two")), static("two")]))
    assert said(question, "one") == [("onCreate", "call")]
    assert said(question, "two") == [("onCreate", "call"), ("one", "call")]


def test_a_link_names_the_instruction_that_leads_on():
    question = asked(main(("const/4", 0, 1), call("one"), methods=[static("one")]))
    found = chains_of(question).links(number(question, "one"))
    assert found is not None
    ((entry, (link,)), code) = found, question.sites.code
    assert entry == ENTRY
    assert (link.place.class_, link.place.method, link.place.pc) == (MAIN, f"onCreate{CREATE}", 1)
    assert link.place.entry == "classes.dex"
    assert link.place.pc in {int(pc) for pc in code.pc}


def test_the_shortest_chain_is_given():
    methods = [static("one", call("two")), static("two", call("end")), static("end")]
    assert said(asked(main(call("one"), methods=methods)), "end") == [
        ("onCreate", "call"),
        ("one", "call"),
        ("two", "call"),
    ]
    assert said(asked(main(call("one"), call("end"), methods=methods)), "end") == [("onCreate", "call")]


def test_recursion_makes_no_chain_longer():
    methods = [static("one", call("one"), call("two")), static("two", call("one"))]
    assert said(asked(main(call("one"), methods=methods)), "two") == [("onCreate", "call"), ("one", "call")]


def test_what_nothing_leads_to_has_no_chain():
    question = asked(main(methods=[static("never")]))
    assert said(question, "never") is None
    assert chains_of(question).methods[number(question, "onCreate")]
    assert not chains_of(question).methods[number(question, "never")]


def test_the_platform_calls_what_is_made():
    other = Class("Lx/Job;", methods=[INIT, Method("run", code=[DONE])], interfaces=[RUN])
    code = [("new-instance", 0, "Lx/Job;"), ("invoke-direct", [0], "Lx/Job;-><init>()V")]
    assert said(asked(main(*code), other), "run", "Lx/Job;") == [("onCreate", "callback")]


def test_a_static_initialiser_runs_because_of_the_first_use():
    other = Class("Lx/Kept;", methods=[Method("<clinit>", code=[DONE], access=0x10008)], fields=[Field("f", "I", 0x9)])
    question = asked(main(("sget", 0, "Lx/Kept;->f:I")), other)
    assert said(question, "<clinit>", "Lx/Kept;") == [("onCreate", "static-initialiser")]


def test_a_static_initialiser_of_what_the_platform_uses_is_an_entry_of_the_same_kind():
    first = Method("<clinit>", code=[DONE], access=0x10008)
    library = Class("Lx/Open;", methods=[first, Method("offered", code=[DONE], access=0x9)], access=0x1)
    question = Asked(App(linked_of(library), []))
    entry, links = chains_of(question).links(number(question, "<clinit>", "Lx/Open;")) or (None, None)
    assert (entry, links) == (Entry("exported-method", "Lx/Open;", "<clinit>()V", "public"), ())


def test_several_entry_points_are_counted_and_named_each():
    service = Class("Lx/Job;", "Landroid/app/Service;", methods=[INIT, Method("onCreate", code=[DONE])])
    app = App(linked_of(main(), service), [Declared("activity", MAIN), Declared("service", "Lx/Job;")])
    question = Asked(app)
    found = chains_of(question)
    assert found.entries == len(question.calls.entries) >= 4
    entry, links = found.links(number(question, "onCreate", "Lx/Job;")) or (None, None)
    assert (entry, links) == (Entry("service", "Lx/Job;", "onCreate()V"), ())


@pytest.mark.parametrize(("most", "given"), [(3, True), (2, False)])
def test_a_chain_that_is_too_long_is_not_given(monkeypatch, most, given):
    monkeypatch.setattr(subject, "LONGEST", most)
    methods = [static("one", call("two")), static("two", call("end")), static("end")]
    assert (said(asked(main(call("one"), methods=methods)), "end") is not None) == given


# Places


def place_of(question: Asked) -> Place:
    """The instruction that calls `TAKE`."""
    (node,) = question.invokes("take")
    code = question.sites.code
    return question.linked.place(int(code.method[node]), int(code.pc[node]))


def test_a_chain_to_an_instruction_ends_in_it():
    question = asked(main(call("one"), methods=[static("one", ("const/4", 0, 0), take(0))]))
    place = place_of(question)
    entry, links = chains_of(question).chain(place) or (None, ())
    assert entry == ENTRY
    assert [link.how for link in links] == ["call", "target"]
    assert links[-1].place == place


def test_the_method_of_a_place_is_the_one_whose_code_holds_it():
    methods = [static(name, ("const/4", 0, value), take(0)) for value, name in enumerate("abc")]
    question = asked(main(call("a"), call("b"), call("c"), methods=methods))
    found = chains_of(question)
    for node in question.invokes("take"):
        method = int(question.sites.code.method[node])
        place = question.linked.place(method, int(question.sites.code.pc[node]))
        assert found.method_at(place) == method


@pytest.mark.parametrize("changed", [{"entry": "other.dex"}, {"offset": -1}, {"offset": 0}])
def test_a_place_that_is_in_no_method_has_no_chain(changed):
    question = asked(main(("const/4", 0, 0), take(0)))
    values = {name: getattr(place_of(question), name) for name in ("entry", "offset", "class_", "method", "pc")}
    assert chains_of(question).method_at(Place(**(values | changed))) == -1
    assert chains_of(question).chain(Place(**(values | changed))) is None


def test_a_method_that_is_not_reached_has_no_chain_to_its_instructions():
    question = asked(main(methods=[static("never", ("const/4", 0, 0), take(0))]))
    never = number(question, "never")
    place = question.linked.place(never, 0)
    assert place.offset > 0
    assert chains_of(question).method_at(place) == never
    assert chains_of(question).chain(place) is None


def test_every_method_that_is_reached_has_a_chain_and_no_other():
    methods = [static("one", call("two")), static("two"), static("never", call("one"))]
    question = asked(main(call("one"), methods=methods))
    found = chains_of(question)
    given = [found.links(row) is not None for row in range(len(question.linked.method_unit))]
    assert np.array_equal(np.array(given), np.asarray(found.methods, bool))


def test_a_handler_is_called_back_where_it_is_made():
    other = Class("Lx/Hand;", HANDLER, methods=[INIT, Method("handleMessage", "(Landroid/os/Message;)V", code=[DONE])])
    code = [("new-instance", 0, "Lx/Hand;"), ("invoke-direct", [0], "Lx/Hand;-><init>()V")]
    question = asked(main(call("one"), methods=[static("one", *code)]), other)
    assert said(question, "handleMessage", "Lx/Hand;") == [("onCreate", "call"), ("one", "callback")]


def test_nothing_is_made_up_when_the_graph_is_empty():
    question = Asked(App(linked_of(main()), [Declared("service", "Lx/Gone;")]))
    assert chains_of(question).entries == 0
    assert not chains_of(question).methods.any()
    assert said(question, "onCreate") is None
