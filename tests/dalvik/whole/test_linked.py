"""Common numbers: types with the platform above them, methods, signatures, references and fields."""

import pytest

from affidavit.dalvik.dex import read_dex
from affidavit.dalvik.framework import Framework
from affidavit.dalvik.program import Program
from affidavit.dalvik.whole.linked import Linked
from tests.builders.dex import Class, DexBuilder, Field, Method
from tests.dalvik.whole.material import entries_of, link

END = ("return-void",)


def method(name: str, *code: object, proto: str = "()V", access: int = 0x1) -> Method:
    return Method(name, proto, [*code, END], access)  # type: ignore[list-item]


def two_units() -> Linked:
    """``Lb;`` in one dex file extends ``La;`` in the other, which extends an activity."""
    first = [Class("Lb;", "La;", methods=[method("m"), method("use", ("iget", 0, 1, "Lb;->f:I"))])]
    second = [Class("La;", "Landroid/app/Activity;", fields=[Field("f")], methods=[method("m"), method("n")])]
    units = [
        read_dex(name, DexBuilder(classes).build())
        for name, classes in (("classes.dex", first), ("classes2.dex", second))
    ]
    return Linked(Program(units), Framework.load())


def test_ancestors_go_on_into_the_platform():
    linked = two_units()
    names = [linked.types[item] for item in linked.ancestors(linked.type_of("Lb;"))]
    assert names[:3] == ["Lb;", "La;", "Landroid/app/Activity;"]
    assert "Landroid/content/Context;" in names
    assert linked.is_subtype(linked.type_of("Lb;"), linked.type_of("Landroid/content/Context;"))
    assert not linked.is_subtype(linked.type_of("La;"), linked.type_of("Lb;"))


def test_flags_of_types():
    linked = link(Class("Li;", access=0x601), Class("Lx;", interfaces=["Li;", "Ljava/lang/Runnable;"]))
    inner, run = linked.type_of("Li;"), linked.type_of("Ljava/lang/Runnable;")
    assert linked.is_interface[[inner, run]].all()
    assert linked.is_app[inner]
    assert not linked.is_app[run]
    assert linked.is_abstract[inner]
    assert linked.interfaces.row(linked.type_of("Lx;")).tolist() == [inner, run]


def test_arrays_and_unknown_classes_inherit_from_object():
    linked = link(Class("Lx;", methods=[method("m", proto="([ILgone/C;)V")]))
    root = linked.type_of("Ljava/lang/Object;")
    for name in ("[I", "Lgone/C;"):
        assert linked.ancestors(linked.type_of(name)) == (linked.type_of(name), root)
    assert linked.parent[root] == -1
    assert linked.type_of("Lnever;") == -1


def test_classes_that_inherit_in_a_circle_have_ancestors():
    linked = link(Class("La;", "Lb;"), Class("Lb;", "La;", methods=[method("m")]))
    assert {linked.types[item] for item in linked.ancestors(linked.type_of("La;"))} == {"La;", "Lb;"}
    assert linked.find_method(linked.type_of("La;"), "gone") == -1
    assert linked.find_method(linked.type_of("La;"), "m") >= 0


def test_methods_count_through_all_units():
    linked = two_units()
    assert [linked.method_text(m) for m in range(len(linked.method_unit))] == [
        ("Lb;", "m", "()V"), ("Lb;", "use", "()V"), ("La;", "m", "()V"), ("La;", "n", "()V"),
    ]  # fmt: skip
    assert linked.first_method == [0, 2]
    assert linked.methods_of(linked.type_of("La;")) == [2, 3]
    assert linked.methods_of(linked.type_of("Landroid/app/Activity;")) == []
    assert linked.has_code.all()
    assert linked.unit_of(3) is linked.units[1]


def test_signatures_are_the_same_number_in_every_unit():
    linked = two_units()
    assert linked.method_sig[0] == linked.method_sig[2] == linked.signature_of("m", "()V")
    assert linked.signature(int(linked.method_sig[1])) == ("use", "()V")
    assert linked.signature_of("m", "(I)V") == linked.signature_of("gone", "()V") == -1


@pytest.mark.parametrize("proto", ["()V", "(I)V", "([[JLx;Z)Ljava/lang/String;", "(DD)[I"])
@pytest.mark.parametrize("name", ["m", "\u00e9", "\U0001f600"])
def test_any_signature_is_found_again(name: str, proto: str):
    linked = link(Class("Lx;", methods=[Method(name, proto, access=0x401)]))
    sig = linked.signature_of(name, proto)
    assert linked.signature(sig) == (name, proto)
    assert linked.method_sig.tolist() == [sig]
    assert linked.sig_arity[sig] == {"()V": 0, "(I)V": 1, "(DD)[I": 2}.get(proto, 3)


def test_a_virtual_call_runs_the_nearest_method():
    linked = two_units()
    lower, upper = linked.type_of("Lb;"), linked.type_of("La;")
    assert linked.resolve(lower, linked.signature_of("m", "()V")) == 0
    assert linked.resolve(upper, linked.signature_of("m", "()V")) == 2
    assert linked.resolve(lower, linked.signature_of("n", "()V")) == 3
    assert linked.resolve(linked.type_of("Landroid/app/Activity;"), linked.signature_of("m", "()V")) == -1


def test_a_virtual_call_runs_no_static_private_or_abstract_method():
    for access in (0x9, 0x2, 0x401):
        body = None if access == 0x401 else [END]
        linked = link(Class("Lx;", methods=[Method("m", "()V", body, access)]))
        assert linked.resolve(linked.type_of("Lx;"), linked.signature_of("m", "()V")) == -1


def test_a_default_method_of_an_interface_runs_when_no_class_has_one():
    linked = link(
        Class("Li;", access=0x601, methods=[method("m")]), Class("La;", interfaces=["Li;"]), Class("Lb;", "La;")
    )
    assert linked.resolve(linked.type_of("Lb;"), linked.signature_of("m", "()V")) == entries_of(linked, "Li;->m")[0]


def test_references_say_where_they_lead():
    linked = link(
        Class("Lx;", "Landroid/app/Activity;", methods=[
            method("m", ("invoke-virtual", [0], "Ly;->n()V"), ("invoke-virtual", [0], "Ly;->finish()V")),
        ]),
        Class("Ly;", "Lx;"), Class("Lz;", methods=[method("n")]),
    )  # fmt: skip
    unit = linked.units[0]
    rows = {unit.method_parts(row)[:2]: row for row in range(len(unit.method_name))}
    away, own = rows["Ly;", "finish"], rows["Lx;", "m"]
    assert linked.types[int(linked.ref_type[away])] == "Ly;"
    assert linked.types[int(linked.ref_outside[away])] == "Landroid/app/Activity;"
    assert (linked.ref_target[away], linked.ref_outside[own]) == (-1, -1)
    assert linked.method_text(int(linked.ref_target[own]))[1] == "m"


def test_fields_have_the_number_of_their_declaration():
    linked = two_units()
    unit = linked.units[0]
    (row,) = [row for row in range(len(unit.field_name)) if unit.field_parts(row)[1] == "f"]
    number = int(linked.field_ref[linked.first_field[0] + row])
    assert linked.field_text(number) == "La;->f:I"
    assert number in linked.field_ref[linked.first_field[1] :]
    assert linked.fields == len(linked.field_holder) == 1


def test_places_name_the_instruction():
    linked = two_units()
    place = linked.place(1, 0)
    assert (place.entry, place.class_, place.method, place.pc) == ("classes.dex", "Lb;", "use()V", 0)
    assert place.offset == int(linked.units[0].def_code[1])
    assert linked.place(1, -1).offset == -1


def test_an_ignored_definition_is_not_active():
    classes = [Class("Lx;", methods=[method("m")])]
    units = [read_dex(name, DexBuilder(classes).build()) for name in ("classes.dex", "classes2.dex")]
    linked = Linked(Program(units), Framework.load())
    assert linked.is_active.tolist() == [True, False]
    assert (linked.ref_target >= 0).all()


def test_an_empty_program_can_be_linked():
    linked = Linked(Program([]), Framework.load())
    assert (len(linked.method_unit), linked.fields, linked.types) == (0, 0, ["Ljava/lang/Object;"])


def test_what_inherits_from_a_class_is_what_has_it_among_its_ancestors():
    linked = two_units()
    for name in ("La;", "Landroid/content/Context;", "Ljava/lang/Object;", "Lnever;"):
        number = linked.type_of(name)
        wanted = [number in linked.ancestors(item) for item in range(len(linked.types))]
        assert linked.below([name]).tolist() == wanted


def test_references_are_found_by_the_names_of_their_members():
    linked = two_units()
    methods = [linked.signature(sig)[0] in {"m", "gone"} for sig in linked.ref_sig.tolist()]
    assert linked.named_methods(["m", "gone"]).tolist() == methods
    assert any(methods)
    assert not all(methods)
    assert linked.named_fields(["f", "gone"]).tolist() == [True] * len(linked.field_ref)
    assert not linked.named_fields(["g"]).any()
    assert linked.types[linked.field_type[linked.field_ref[0]]] == "I"
