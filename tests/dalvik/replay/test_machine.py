"""What the machine tells apart: one small program for each kind of sensitivity, and one for each way to be unsure."""

import pytest

from tests.builders.dex import OBJECT, Class, Field, Method
from tests.dalvik.replay.play import main, play, put, secret, static, take

ONLY = {("a", "out")}
BOX = Class(
    "Lt/Box;",
    fields=[Field("f", OBJECT), Field("g", OBJECT), Field("s", OBJECT, 0x9)],
    methods=[
        Method("<init>", "()V", [("return-void",)], access=0x10001),
        Method("set", f"({OBJECT})V", [("iput-object", 1, 0, f"Lt/Box;->f:{OBJECT}"), ("return-void",)], registers=2),
        Method(
            "get", f"(){OBJECT}", [("iget-object", 0, 1, f"Lt/Box;->f:{OBJECT}"), ("return-object", 0)], registers=2
        ),
    ],
)
F, G, S = (f"Lt/Box;->{name}:{OBJECT}" for name in "fgs")


def box(register: int) -> list[tuple[object, ...]]:
    return [("new-instance", register, "Lt/Box;"), ("invoke-direct", [register], "Lt/Box;-><init>()V")]


def pairs(*code: object, **more: object) -> set[tuple[str, str]]:
    played = play(main(*code, **more), BOX)
    assert not played.gaps
    return played.pairs


def test_data_goes_through_moves_to_the_sink_and_the_execution_is_exact():
    played = play(main(*secret(0), ("move-object", 1, 0), put(1)))
    assert played.pairs == played.exact == ONLY


def test_a_register_that_is_overwritten_forgets():
    assert not pairs(*secret(0), ("const/4", 0, 0), put(0))


def test_a_field_that_is_overwritten_forgets():
    write = [*box(1), *secret(0), ("iput-object", 0, 1, F)]
    assert pairs(*write, ("iget-object", 2, 1, F), put(2)) == ONLY
    assert not pairs(*write, ("const/4", 3, 0), ("iput-object", 3, 1, F), ("iget-object", 2, 1, F), put(2))


def test_fields_of_one_object_are_told_apart():
    assert not pairs(*box(1), *secret(0), ("iput-object", 0, 1, F), ("iget-object", 2, 1, G), put(2))


def test_two_objects_of_one_class_are_told_apart():
    assert not pairs(*box(1), *box(2), *secret(0), ("iput-object", 0, 1, F), ("iget-object", 3, 2, F), put(3))


def test_an_alias_sees_what_was_written_before_and_after():
    code = [*box(1), ("move-object", 2, 1), *secret(0), ("iput-object", 0, 1, F), ("iget-object", 3, 2, F), put(3)]
    assert pairs(*code) == ONLY


def test_a_value_read_before_the_write_is_the_old_one():
    assert not pairs(*box(1), ("iget-object", 3, 1, F), *secret(0), ("iput-object", 0, 1, F), put(3))


def make_box(name: str = "make") -> Method:
    return static(name, "()Lt/Box;", *box(0), ("return-object", 0))


def test_two_objects_of_one_site_are_told_apart_by_when_they_were_made():
    code = []
    for register in (1, 2):
        code += [("invoke-static", [], "Lt/Main;->make()Lt/Box;"), ("move-result-object", register)]
    code += [*secret(0), ("iput-object", 0, 1, F)]
    assert not pairs(*code, ("iget-object", 3, 2, F), put(3), methods=[make_box()])
    assert pairs(*code, ("iget-object", 3, 1, F), put(3), methods=[make_box()]) == ONLY


def test_calls_are_followed_with_their_own_arguments():
    identity = static("same", f"({OBJECT}){OBJECT}", ("return-object", 0), registers=1)
    call = f"Lt/Main;->same({OBJECT}){OBJECT}"
    code = [*secret(0), ("const-string", 1, "plain")]
    code += [("invoke-static", [0], call), take(2), ("invoke-static", [1], call), take(3)]
    assert pairs(*code, put(2, "two"), put(3, "three"), methods=[identity]) == {("a", "two")}


def test_wide_arguments_take_two_registers():
    second = static("second", f"(J{OBJECT}){OBJECT}", ("return-object", 2), registers=3)
    code = [*secret(3), ("const-wide/16", 0, 7), ("move-object", 2, 3)]
    call = ("invoke-static", [0, 1, 2], f"Lt/Main;->second(J{OBJECT}){OBJECT}")
    assert pairs(*code, call, take(4), put(4), methods=[second]) == ONLY


def array(size: int) -> list[tuple[object, ...]]:
    return [("const/4", 4, size), ("new-array", 1, 4, f"[{OBJECT}")]


def test_elements_of_an_array_are_told_apart_by_known_indices():
    write = [*array(4), ("const/4", 2, 1), *secret(0), ("aput-object", 0, 1, 2)]
    assert pairs(*write, ("aget-object", 3, 1, 2), put(3)) == ONLY
    assert not pairs(*write, ("const/4", 2, 2), ("aget-object", 3, 1, 2), put(3))


def test_an_unknown_index_means_every_element_but_not_exactly():
    write = [*array(4), ("const/4", 2, 1), *secret(0), ("aput-object", 0, 1, 2)]
    unknown = [("invoke-static", [], "Lenv/E;->number()I"), ("move-result", 2)]
    played = play(main(*write, *unknown, ("aget-object", 3, 1, 2), put(3)))
    assert played.pairs == ONLY
    assert not played.exact


def test_the_length_of_an_array_is_known():
    code = [*array(4), *secret(0), ("array-length", 2, 1), ("const/4", 3, 4), ("if-eq", 2, 3, ":e"), put(0), ":e"]
    assert not pairs(*code)


def test_filled_arrays_hold_their_elements():
    code = [*secret(0), ("const/4", 1, 0), ("filled-new-array", [1, 0], f"[{OBJECT}"), take(2)]
    for index, found in ((0, set()), (1, ONLY)):
        assert pairs(*code, ("const/4", 3, index), ("aget-object", 4, 2, 3), put(4)) == found


def test_static_fields_begin_with_the_values_that_the_class_gives():
    flag = Field("on", "I", 0x9, 1)
    code = [*secret(0), ("sget", 1, "Lt/Main;->on:I"), ("if-nez", 1, ":e"), put(0), ":e"]
    assert not pairs(*code, fields=[flag])
    assert pairs(*code, fields=[Field("on", "I", 0x9, 0)]) == ONLY


def test_static_fields_carry_data():
    code = [*secret(0), ("sput-object", 0, S), ("sget-object", 1, S), put(1)]
    assert pairs(*code) == ONLY


def test_a_static_initialiser_runs_at_first_use_and_once():
    held = f"Lt/Init;->held:{OBJECT}"
    initial = Class(
        "Lt/Init;",
        fields=[Field("held", OBJECT, 0x9)],
        methods=[static("<clinit>", "()V", *secret(0), ("sput-object", 0, held), ("return-void",))],
    )
    code = [("sget-object", 0, held), put(0, "first"), ("const/4", 0, 0), ("sput-object", 0, held)]
    played = play(main(*code, ("sget-object", 0, held), put(0, "second")), initial)
    assert played.pairs == {("a", "first")}
    assert not play(main(*secret(0, "b"), put(0)), initial).pairs & {("a", "out")}


@pytest.mark.parametrize(("made", "found"), [("Lt/Left;", set()), ("Lt/Right;", ONLY)])
def test_virtual_calls_run_the_method_of_the_object(made, found):
    def kind(name: str, code: list[object]) -> Class:
        return Class(name, "Lt/Base;", methods=[Method("give", f"(){OBJECT}", code)])

    base = Class("Lt/Base;", methods=[Method("give", f"(){OBJECT}", None, access=0x401)], access=0x401)
    classes = [base, kind("Lt/Left;", [("const/4", 0, 0), ("return-object", 0)])]
    classes.append(kind("Lt/Right;", [*secret(0), ("return-object", 0)]))
    code = [("new-instance", 0, made), ("invoke-virtual", [0], f"Lt/Base;->give(){OBJECT}"), take(1), put(1)]
    assert play(main(*code), *classes).pairs == found


def test_super_calls_run_the_method_above():
    upper = Class("Lt/Up;", methods=[Method("give", f"(){OBJECT}", [*secret(0), ("return-object", 0)])])
    call = ("invoke-super", [2], f"Lt/Up;->give(){OBJECT}")
    lower = Class(
        "Lt/Low;", "Lt/Up;", methods=[Method("give", f"(){OBJECT}", [call, take(0), ("return-object", 0)], registers=3)]
    )
    code = [("new-instance", 0, "Lt/Low;"), ("invoke-virtual", [0], f"Lt/Up;->give(){OBJECT}"), take(1), put(1)]
    assert play(main(*code), upper, lower).pairs == ONLY


def test_branches_on_known_values_are_decided():
    code = [*secret(0), ("const/16", 1, 7), ("mul-int/lit8", 1, 1, 3), ("const/16", 2, 21)]
    assert not pairs(*code, ("if-eq", 1, 2, ":e"), put(0), ":e")
    assert pairs(*code, ("if-ne", 1, 2, ":e"), put(0), ":e") == ONLY


UNKNOWN_NUMBER = [("invoke-static", [], "Lenv/E;->number()I"), ("move-result", 1)]


def test_unknown_branches_go_both_ways():
    code = [*secret(0), *UNKNOWN_NUMBER, ("if-eqz", 1, ":e"), put(0, "one"), ("return-void",), ":e", put(0, "two")]
    assert pairs(*code) == {("a", "one"), ("a", "two")}


def test_what_a_branch_says_is_known_behind_it():
    code = [*secret(0), *UNKNOWN_NUMBER, ("const/16", 2, 10), ("if-lt", 1, 2, ":e")]
    assert not pairs(*code, ("const/16", 3, 5), ("if-gt", 1, 3, ":e"), put(0), ":e")


def test_what_happened_on_different_paths_stays_apart():
    """The flag and the data are set on one side and tested later: the combination does not exist."""
    code = [
        ("const/4", 0, 0),
        ("const/4", 2, 0),
        *UNKNOWN_NUMBER,
        ("if-eqz", 1, ":else"),
        ("const/4", 2, 1),
        ("goto", ":m"),
    ]
    code += [":else", *secret(0), ":m", ("if-eqz", 2, ":e"), put(0), ":e"]
    assert not pairs(*code)


def test_switches_are_decided_by_known_keys():
    code = [*secret(0), ("const/4", 1, 2), ("packed-switch", 1, 1, [":one", ":two"]), put(0, "none"), ("return-void",)]
    code += [":one", put(0, "one"), ("return-void",), ":two", put(0, "two")]
    assert pairs(*code) == {("a", "two")}


def test_switches_on_unknown_keys_go_everywhere():
    code = [*secret(0), *UNKNOWN_NUMBER, ("sparse-switch", 1, {5: ":one", 9: ":two"}), put(0, "none"), ("return-void",)]
    code += [":one", put(0, "one"), ("return-void",), ":two", put(0, "two")]
    assert pairs(*code) == {("a", "none"), ("a", "one"), ("a", "two")}


def test_loops_with_known_bounds_are_run_to_their_end():
    code = [*secret(0), ("const/4", 1, 0), ("const/16", 2, 40), ":l", ("if-ge", 1, 2, ":d"), ("add-int/lit8", 1, 1, 1)]
    assert not pairs(*code, ("goto", ":l"), ":d", ("if-eq", 1, 2, ":e"), put(0), ":e")


def test_loops_with_unknown_bounds_end_and_keep_what_they_carry():
    code = [("const/4", 0, 0), ("const/4", 3, 0), ":l", *UNKNOWN_NUMBER, ("if-eqz", 1, ":d"), ("add-int/lit8", 3, 3, 1)]
    code += [*secret(0), ("goto", ":l"), ":d", put(0)]
    played = play(main(*code))
    assert played.pairs == ONLY
    assert played.machine.budget.used < 500


def test_objects_made_in_a_loop_that_is_joined_stand_for_many():
    code = [*box(4), ":l", *UNKNOWN_NUMBER, ("if-eqz", 1, ":d"), *box(4), *secret(0), ("iput-object", 0, 4, F)]
    code += [("goto", ":l"), ":d", ("iget-object", 2, 4, F), put(2)]
    assert pairs(*code) == ONLY


def test_recursion_with_known_arguments_is_followed():
    code = [
        ("if-eqz", 1, ":e"),
        ("add-int/lit8", 1, 1, -1),
        ("invoke-static", [0, 1], f"Lt/Main;->down({OBJECT}I){OBJECT}"),
    ]
    down = static("down", f"({OBJECT}I){OBJECT}", *code, take(0), ":e", ("return-object", 0), registers=2)
    call = [("const/16", 1, 9), ("invoke-static", [0, 1], f"Lt/Main;->down({OBJECT}I){OBJECT}"), take(2), put(2)]
    assert pairs(*secret(0), *call, methods=[down]) == ONLY


def test_recursion_without_end_is_a_gap():
    code = [*UNKNOWN_NUMBER, ("if-eqz", 1, ":e"), ("invoke-static", [3], f"Lt/Main;->loop({OBJECT}){OBJECT}"), take(3)]
    loop = static("loop", f"({OBJECT}){OBJECT}", *code, ":e", ("return-object", 3), registers=4)
    played = play(
        main(*secret(0), ("invoke-static", [0], f"Lt/Main;->loop({OBJECT}){OBJECT}"), take(2), put(2), methods=[loop])
    )
    assert played.pairs == ONLY
    assert any("recursion" in gap for gap in played.gaps)


def test_code_behind_an_end_of_the_process_does_not_run():
    assert not pairs(*secret(0), ("invoke-static", [], "Lenv/E;->end()V"), put(0))


RUNTIME, POINTER = "Ljava/lang/RuntimeException;", "Ljava/lang/NullPointerException;"
INDEX, ARITHMETIC = "Ljava/lang/ArrayIndexOutOfBoundsException;", "Ljava/lang/ArithmeticException;"


@pytest.mark.parametrize(("thrown", "found"), [(RUNTIME, set()), (POINTER, ONLY)])
def test_an_exception_goes_to_the_handler_of_its_type(thrown, found):
    code = [*secret(0), ":t", ("new-instance", 1, thrown), ("throw", 1), ":u", ("return-void",), ":h", put(0)]
    assert pairs(*code, tries=[(":t", ":u", {POINTER: ":h"})]) == found


@pytest.mark.parametrize(
    ("wrong", "type_"),
    [
        ([("const/4", 4, 2), ("new-array", 1, 4, "[I"), ("const/4", 2, 5), ("aget", 3, 1, 2)], INDEX),
        ([("const/4", 1, 0), ("const/4", 2, 5), ("div-int", 3, 2, 1)], ARITHMETIC),
        ([("const/4", 1, 0), ("iget-object", 3, 1, F)], POINTER),
        ([("const/4", 1, 0), ("invoke-virtual", [1], f"Lt/Box;->get(){OBJECT}")], POINTER),
        ([*box(1), ("check-cast", 1, "Lt/Main;")], "Ljava/lang/ClassCastException;"),
        ([("const/4", 1, -1), ("new-array", 1, 1, "[I")], "Ljava/lang/NegativeArraySizeException;"),
    ],
)
def test_instructions_that_must_fail_do(wrong, type_):
    code = [*secret(0), ":t", *wrong, ":u", put(0, "after"), ("return-void",), ":h", put(0, "handler")]
    assert pairs(*code, tries=[(":t", ":u", {type_: ":h"})]) == {("a", "handler")}


def test_instructions_that_cannot_fail_do_not():
    fine = [("const/4", 4, 3), ("new-array", 1, 4, "[I"), ("const/4", 2, 2), ("aget", 3, 1, 2)]
    code = [*secret(0), ":t", *fine, ":u", ("return-void",), ":h", put(0)]
    assert not pairs(*code, tries=[(":t", ":u", {None: ":h"})])


def test_a_call_that_may_throw_leads_to_its_handlers_before_its_result():
    code = [
        ("const/4", 0, 0),
        ":t",
        ("invoke-static", [], "Lenv/E;->fails()V"),
        *secret(0),
        ":u",
        ("return-void",),
        ":h",
    ]
    assert not pairs(*code, put(0), tries=[(":t", ":u", {None: ":h"})])
    assert (
        pairs(*secret(0), *code[1:4], ":u", ("return-void",), ":h", put(0), tries=[(":t", ":u", {None: ":h"})]) == ONLY
    )


def test_an_exception_carries_data_to_a_caller():
    holder = Class("Lt/Bad;", RUNTIME, fields=[Field("f", OBJECT)])
    field = f"Lt/Bad;->f:{OBJECT}"
    thrower = static(
        "bad", "()V", ("new-instance", 1, "Lt/Bad;"), *secret(0), ("iput-object", 0, 1, field), ("throw", 1)
    )
    code = [":t", ("invoke-static", [], "Lt/Main;->bad()V"), ":u", ("return-void",), ":h", ("move-exception", 0)]
    code += [("iget-object", 1, 0, field), put(1)]
    played = play(main(*code, tries=[(":t", ":u", {"Lt/Bad;": ":h"})], methods=[thrower]), holder)
    assert played.pairs == ONLY


def test_casts_keep_the_objects_that_fit():
    other = Class("Lt/Other;")
    code = [
        *box(1),
        *UNKNOWN_NUMBER[:1],
        ("move-result", 2),
        ("if-eqz", 2, ":m"),
        ("new-instance", 1, "Lt/Other;"),
        ":m",
    ]
    code += [("instance-of", 3, 1, "Lt/Other;"), ("if-eqz", 3, ":e"), *secret(0), put(0), ":e"]
    assert play(main(*code), BOX, other).pairs == ONLY
    assert not pairs(*box(1), ("instance-of", 3, 1, "Lt/Main;"), ("if-eqz", 3, ":e"), *secret(0), put(0), ":e")


def test_a_branch_that_data_decides_is_an_implicit_flow():
    compare = ("invoke-static", [0], f"Lt/Main;->number({OBJECT})I")
    hash_code = ("invoke-virtual", [0], f"{OBJECT}->hashCode()I")
    odd = static("number", f"({OBJECT})I", hash_code, ("move-result", 0), ("return", 0), registers=1)
    code = [
        *secret(0),
        compare,
        ("move-result", 1),
        ("const-string", 2, "x"),
        ("if-eqz", 1, ":m"),
        ("const-string", 2, "y"),
    ]
    played = play(main(*code, ":m", put(2), methods=[odd]))
    assert (played.pairs, played.implicit) == (set(), ONLY)
    after = play(main(*code, ":m", ("const-string", 2, "z"), put(2), methods=[odd]))
    assert (after.pairs, after.implicit) == (set(), set())


def test_calls_under_a_branch_that_data_decides_are_implicit_flows():
    inner = static("tell", "()V", ("const-string", 0, "constant"), put(0), ("return-void",))
    code = [*secret(0), ("if-eqz", 0, ":m"), ("invoke-static", [], "Lt/Main;->tell()V"), ":m"]
    played = play(main(*code, methods=[inner]))
    assert (played.pairs, played.implicit) == (set(), ONLY)


def test_native_code_is_a_gap_for_the_data_it_is_given():
    native = Method("hide", f"({OBJECT})V", None, access=0x109)
    call = ("invoke-static", [0], f"Lt/Main;->hide({OBJECT})V")
    assert play(main(*secret(0), call, methods=[native])).gaps == {"native code"}
    assert not play(main(("const/4", 0, 0), call, methods=[native])).gaps


def test_a_budget_that_is_used_up_is_a_gap():
    code = [":l", *UNKNOWN_NUMBER, ("if-nez", 1, ":l"), *secret(0), put(0)]
    assert play(main(*code), steps=3).gaps == {"the budget of steps was used up"}


def test_code_that_is_left_out_may_have_changed_what_it_stores_into():
    touch = static("touch", "()V", ("const/4", 0, 1), ("sput", 0, "Lt/Main;->on:I"), ("return-void",))
    code = [
        ("invoke-static", [], "Lt/Main;->touch()V"),
        *secret(0),
        ("sget", 1, "Lt/Main;->on:I"),
        ("if-eqz", 1, ":e"),
        put(0),
    ]
    assert play(main(*code, ":e", methods=[touch], fields=[Field("on", "I", 0x9, 0)]), relevant=set()).pairs == ONLY


def test_an_object_that_nothing_is_known_of_may_be_any_of_its_class():
    code = [*box(1), *secret(0), ("iput-object", 0, 1, F), ("invoke-static", [], "Lenv/E;->thing()Lt/Box;"), take(2)]
    played = play(main(*code, ("iget-object", 3, 2, F), put(3)), BOX)
    assert played.pairs == ONLY
    assert not played.exact


def test_outside_methods_pass_data_on_but_not_exactly():
    code = [*secret(0), ("invoke-static", [0], f"Lother/X;->mix({OBJECT}){OBJECT}"), take(1), put(1)]
    played = play(main(*code))
    assert played.pairs == ONLY
    assert not played.exact


def test_a_source_that_fills_its_argument_fills_the_object():
    code = [*array(4), ("move-object", 5, 1), ("invoke-static", [1], f"Lsrc/S;->fill([{OBJECT})V"), ("const/4", 2, 0)]
    assert pairs(*code, ("aget-object", 3, 5, 2), put(3)) == {("fill", "out")}


def test_sinks_take_what_lies_in_objects():
    assert pairs(*box(1), *box(2), *secret(0), ("iput-object", 0, 1, F), ("iput-object", 1, 2, G), put(2)) == ONLY
